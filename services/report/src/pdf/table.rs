//! Tables that run over pages, with their head on each.

use super::flow::{Flow, LEFT, WIDTH};
use super::fonts::Fonts;
use crate::drawing::{ACCENT, Anchor, BLACK, Drawing, FAILED, GREY, LINE, Role, Type, WHITE};

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    /// At the left, and the first to be broken into lines where the page is too narrow.
    Wrap,
    Right,
    /// With decimal points below each other.
    Point,
    Center,
}

impl Align {
    fn wraps(self) -> bool {
        matches!(self, Align::Left | Align::Wrap)
    }
}

/// A column.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    /// Lines of it are separated by line ends.
    pub head: String,
    pub align: Align,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Text(String),
    /// `pass`, or a mark that is seen without colour.
    Verdict(bool),
    /// A bar for a part of 1, with its percentage.
    Share(f64),
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Row {
    /// Says what the rows below have in common.
    Group(String),
    Cells(Vec<Cell>),
    /// The same in bold, for what failed.
    Failed(Vec<Cell>),
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
}

/// Width of a bar of [`Cell::Share`] at 1, and of it with its number.
const BAR: (f32, f32) = (34.0, 62.0);
/// Least distance of columns, and the most that they are spread to.
const GAPS: (f32, f32) = (8.0, 48.0);
const SMALLEST: f32 = 6.0;
/// Words of a column wider than this are broken into lines rather than making the letters smaller.
const LONG: f32 = 130.0;
/// Distance of base lines in sizes of the letters, and what a row has in addition.
const LEADING: f32 = 1.16;
const PADDING: f32 = 0.9;
/// Of the letters, in points; smaller only where a table is too wide. The face is a large one.
const TABLE_SIZE: f32 = 7.25;

pub(crate) fn column(head: &str, align: Align) -> Column {
    Column { head: head.to_string(), align }
}

pub(crate) fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A number, with a minus sign as wide as a plus.
pub(crate) fn number(number: impl AsRef<str>) -> Cell {
    Cell::Text(crate::format::typeset(number.as_ref()))
}

/// Sizes and places of the columns.
struct Layout {
    size: f32,
    /// Left edge and width of each.
    columns: Vec<(f32, f32)>,
    /// Of a column by decimal point: widest text from the point on.
    tails: Vec<f32>,
    right: f32,
    head_lines: usize,
}

impl Flow<'_> {
    /// The rows under a head, on as many pages as they need.
    pub fn table(&mut self, table: &Table) {
        if table.rows.is_empty() {
            return;
        }
        let layout = Layout::of(table, self.fonts);
        self.tables += 1;
        let heights: Vec<f32> =
            table.rows.iter().map(|row| layout.height(row, table, self.fonts)).collect();
        self.keep(layout.head_height() + heights.iter().take(3).sum::<f32>());
        self.put_head(table, &layout, true);
        for (n, row) in table.rows.iter().enumerate() {
            // What is common to rows does not stand without the first two of them.
            let following = if matches!(row, Row::Group(_)) { 2 } else { 0 };
            let needed: f32 = heights[n..].iter().take(1 + following).sum();
            if self.room() < needed {
                self.new_page();
                self.put_head(table, &layout, false);
            }
            self.put_row(row, n + 1, table, &layout, heights[n]);
        }
        self.page().role(Role::Artifact);
        let y = self.y;
        self.page().line((LEFT, y), (LEFT + layout.right, y), 0.6, BLACK);
        self.y += 4.0;
    }

    /// The head; repeated on a further page it is nothing new to a reader of the structure.
    fn put_head(&mut self, table: &Table, layout: &Layout, first: bool) {
        let kind = layout.kind().bold();
        let (top, number) = (self.y, self.tables);
        let height = layout.head_height();
        for (column, &(x, width)) in table.columns.iter().zip(&layout.columns) {
            let lines: Vec<&str> = column.head.lines().collect();
            let role = Role::Cell { table: number, row: 0, head: true };
            self.page().role(if first { role } else { Role::Artifact });
            for (n, line) in lines.iter().enumerate() {
                let above = layout.head_lines - lines.len() + n;
                let base = top + kind.size + 1.0 + above as f32 * layout.leading();
                let (x, anchor) = match column.align {
                    Align::Left | Align::Wrap => (x, Anchor::Start),
                    Align::Right | Align::Point => (x + width, Anchor::End),
                    Align::Center => (x + width / 2.0, Anchor::Middle),
                };
                self.page().text(x, base, *line, kind, anchor);
            }
        }
        self.page().role(Role::Artifact);
        self.page().line(
            (LEFT, top + height - 1.5),
            (LEFT + layout.right, top + height - 1.5),
            0.6,
            BLACK,
        );
        self.y = top + height;
    }

    fn put_row(&mut self, row: &Row, n: usize, table: &Table, layout: &Layout, height: f32) {
        let (top, number) = (self.y, self.tables);
        let fonts = self.fonts;
        // High enough that no letter reaches the line below it.
        let base = top + layout.kind().size * 0.96;
        match row {
            Row::Group(words) => {
                self.page().role(Role::Cell { table: number, row: n, head: true });
                let kind = layout.kind().bold().colored(ACCENT);
                for (n, line) in fonts.wrap(words, kind, WIDTH).into_iter().enumerate() {
                    let base = base + 1.4 + n as f32 * layout.leading();
                    self.page().text(LEFT, base, line, kind, Anchor::Start);
                }
            }
            Row::Cells(cells) | Row::Failed(cells) => {
                let kind = row.kind(layout);
                for (at, cell) in cells.iter().enumerate() {
                    self.page().role(Role::Cell { table: number, row: n, head: false });
                    put_cell(self.page(), cell, at, base, kind, table, layout, fonts);
                }
            }
        }
        self.page().role(Role::Artifact);
        let bottom = top + height;
        self.page().line((LEFT, bottom), (LEFT + layout.right, bottom), 0.25, LINE);
        self.y = bottom;
    }
}

impl Row {
    fn kind(&self, layout: &Layout) -> Type {
        match self {
            Row::Failed(_) => layout.kind().bold(),
            Row::Group(_) | Row::Cells(_) => layout.kind(),
        }
    }
}

impl Layout {
    /// The widest size at which all columns fit, wrapped columns at two fifths of what they would like.
    fn of(table: &Table, fonts: &Fonts) -> Layout {
        let mut size = TABLE_SIZE;
        loop {
            let natural = natural_widths(table, size, fonts);
            let gaps = GAPS.0 * (natural.len().max(1) - 1) as f32;
            let least: f32 = natural.iter().map(|(least, _)| least).sum();
            if least + gaps <= WIDTH || size <= SMALLEST {
                return Layout::at(size, &natural, table, fonts);
            }
            size -= 0.25;
        }
    }

    fn at(size: f32, natural: &[(f32, f32)], table: &Table, fonts: &Fonts) -> Layout {
        let count = natural.len().max(1);
        let gaps = GAPS.0 * (count - 1) as f32;
        let widths = shared_out(&narrowed(natural, table, WIDTH - gaps), WIDTH - gaps);
        let spare = (WIDTH - gaps - widths.iter().sum::<f32>()).max(0.0);
        let gap = (GAPS.0 + spare / (count - 1).max(1) as f32).min(GAPS.1);
        let mut x = LEFT;
        let mut columns = Vec::with_capacity(count);
        for width in widths {
            columns.push((x, width));
            x += width + gap;
        }
        let tails = (0..natural.len()).map(|n| tail_width(table, n, size, fonts)).collect();
        let head_lines = table.columns.iter().map(|c| c.head.lines().count()).max().unwrap_or(1);
        Layout { size, columns, tails, right: x - gap - LEFT, head_lines }
    }

    fn kind(&self) -> Type {
        Type::new(self.size)
    }

    fn leading(&self) -> f32 {
        self.size * LEADING
    }

    fn head_height(&self) -> f32 {
        self.leading() * self.head_lines as f32 + 5.0
    }

    fn height(&self, row: &Row, table: &Table, fonts: &Fonts) -> f32 {
        let one = self.leading() + PADDING;
        match row {
            Row::Group(words) => {
                let lines = fonts.wrap(words, self.kind().bold(), WIDTH).len();
                one + 2.0 + self.leading() * (lines - 1) as f32
            }
            Row::Cells(cells) | Row::Failed(cells) => {
                let lines = cells.iter().enumerate().map(|(n, cell)| match cell {
                    Cell::Text(text) if table.columns[n].align.wraps() => {
                        fonts.wrap(text, row.kind(self), self.columns[n].1).len()
                    }
                    Cell::Text(_) | Cell::Verdict(_) | Cell::Share(_) => 1,
                });
                one + self.leading() * (lines.max().unwrap_or(1) - 1) as f32
            }
        }
    }
}

/// Least widths at which the columns fit even where they would not: what may be broken into lines is
/// made narrower.
fn narrowed(natural: &[(f32, f32)], table: &Table, width: f32) -> Vec<(f32, f32)> {
    let least: f32 = natural.iter().map(|(least, _)| least).sum();
    let wrapping = natural.iter().zip(&table.columns).filter(|(_, column)| column.align.wraps());
    let words: f32 = wrapping.map(|((least, _), _)| least).sum();
    let scale = ((words - (least - width).max(0.0)) / words.max(1.0)).clamp(0.0, 1.0);
    let narrow = |(&(least, most), column): (&(f32, f32), &Column)| match column.align.wraps() {
        true => (least * scale, most),
        false => (least, most),
    };
    natural.iter().zip(&table.columns).map(narrow).collect()
}

/// Widths for columns with these least and most widths, if so much is there: those that miss little
/// get it first, so that as few as possible are broken into lines.
fn shared_out(natural: &[(f32, f32)], width: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = natural.iter().map(|(least, _)| *least).collect();
    let mut order: Vec<usize> = (0..natural.len()).collect();
    let missing = |n: usize| natural[n].1 - natural[n].0;
    order.sort_by(|&a, &b| missing(a).total_cmp(&missing(b)));
    let mut spare = (width - widths.iter().sum::<f32>()).max(0.0);
    for (done, &n) in order.iter().enumerate() {
        let given = missing(n).min(spare / (order.len() - done) as f32);
        widths[n] += given;
        spare -= given;
    }
    widths
}

/// Of each column the least width, and the width at which nothing is wrapped.
fn natural_widths(table: &Table, size: f32, fonts: &Fonts) -> Vec<(f32, f32)> {
    let kind = Type::new(size);
    let of_column = |(n, column): (usize, &Column)| {
        let head = column.head.lines().fold(0.0, |w: f32, l| w.max(fonts.width(l, kind.bold())));
        let mut widest = head;
        let mut longest_word = 0.0f32;
        let (mut heads, mut tails) = (0.0f32, 0.0f32);
        for row in &table.rows {
            let (Row::Cells(cells) | Row::Failed(cells)) = row else { continue };
            let kind = if matches!(row, Row::Failed(_)) { kind.bold() } else { kind };
            match &cells[n] {
                Cell::Text(text) if column.align == Align::Point => {
                    let (head, tail) = at_point(text);
                    heads = heads.max(fonts.width(head, kind));
                    tails = tails.max(fonts.width(tail, kind));
                }
                Cell::Text(text) => {
                    widest = widest.max(fonts.width(&fonts.clean(text), kind));
                    if column.align == Align::Wrap {
                        let words = text.split_whitespace().map(|word| fonts.width(word, kind));
                        longest_word = words.fold(longest_word, f32::max);
                    }
                }
                Cell::Verdict(_) => widest = widest.max(size * 3.0),
                Cell::Share(_) => widest = widest.max(BAR.1),
            }
        }
        let widest = widest.max(heads + tails) + 0.1;
        match column.align {
            Align::Wrap => (head.max(longest_word.max(widest * 0.4).min(LONG)).min(widest), widest),
            Align::Left => (widest.min(LONG), widest),
            Align::Right | Align::Point | Align::Center => (widest, widest),
        }
    };
    table.columns.iter().enumerate().map(of_column).collect()
}

fn tail_width(table: &Table, n: usize, size: f32, fonts: &Fonts) -> f32 {
    let of_row = |row: &Row| match row {
        Row::Cells(cells) | Row::Failed(cells) => match &cells[n] {
            Cell::Text(text) => fonts.width(at_point(text).1, Type::new(size).bold()),
            Cell::Verdict(_) | Cell::Share(_) => 0.0,
        },
        Row::Group(_) => 0.0,
    };
    table.rows.iter().map(of_row).fold(0.0, f32::max)
}

/// Before the decimal point, and from it on.
fn at_point(number: &str) -> (&str, &str) {
    number.split_at(number.find('.').unwrap_or(number.len()))
}

#[allow(clippy::too_many_arguments)] // A cell is drawn from all that is known of it, in one place.
fn put_cell(
    page: &mut Drawing,
    cell: &Cell,
    at: usize,
    base: f32,
    kind: Type,
    table: &Table,
    layout: &Layout,
    fonts: &Fonts,
) {
    let (x, width) = layout.columns[at];
    match cell {
        Cell::Text(words) => match table.columns[at].align {
            Align::Left | Align::Wrap => {
                for (n, line) in fonts.wrap(words, kind, width).into_iter().enumerate() {
                    page.text(x, base + n as f32 * layout.leading(), line, kind, Anchor::Start);
                }
            }
            Align::Right => page.text(x + width, base, fonts.clean(words), kind, Anchor::End),
            Align::Center => {
                page.text(x + width / 2.0, base, fonts.clean(words), kind, Anchor::Middle);
            }
            Align::Point => {
                let words = fonts.clean(words);
                let head = fonts.width(at_point(&words).0, kind);
                let start = x + width - layout.tails[at] - head;
                page.text(start, base, words, kind, Anchor::Start);
            }
        },
        Cell::Verdict(passed) => put_verdict(page, *passed, x + width / 2.0, base, kind),
        Cell::Share(part) => {
            let part = part.clamp(0.0, 1.0) as f32;
            page.rect((x, base - kind.size * 0.68), (BAR.0, kind.size * 0.66), LINE);
            let size = ((BAR.0 * part).max(0.3), kind.size * 0.66);
            page.rect((x, base - kind.size * 0.68), size, ACCENT);
            let percentage = format!("{:.1} %", part * 100.0);
            page.text(x + BAR.1, base, percentage, kind, Anchor::End);
        }
    }
}

/// White on a dark box where it failed, so that it is found on a grey print too.
fn put_verdict(page: &mut Drawing, passed: bool, middle: f32, base: f32, kind: Type) {
    if passed {
        page.text(middle, base, "pass", kind.colored(GREY), Anchor::Middle);
        return;
    }
    let (width, height) = (kind.size * 2.9, kind.size * 1.1);
    page.rect((middle - width / 2.0, base - kind.size * 0.9), (width, height), FAILED);
    page.text(middle, base, "FAIL", kind.bold().colored(WHITE), Anchor::Middle);
}
