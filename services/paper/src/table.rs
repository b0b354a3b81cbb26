//! Tables that run over pages, with their head on each.

use crate::cell;
use crate::drawing::{ACCENT, Anchor, BLACK, Drawing, LINE, Role, Type};
use crate::figure::WIDTH;
use crate::flow::{Flow, LEFT};
use crate::layout::{Layout, Place, TABLE_SIZE};

/// Where the text of a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At the left.
    Left,
    /// At the left, and the first to be broken into lines where the page is too narrow.
    Wrap,
    /// At the right.
    Right,
    /// With decimal points below each other.
    Point,
    /// In the middle.
    Center,
}

impl Align {
    /// Whether its words may stand in several lines.
    pub fn wraps(self) -> bool {
        matches!(self, Align::Left | Align::Wrap)
    }
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Lines of it are separated by line ends.
    pub head: String,
    /// Where its text stands.
    pub align: Align,
}

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words, or a number.
    Text(String),
    /// The same where it failed, found without colour.
    Marked(String),
    /// `pass`, or a mark that is seen without colour.
    Verdict(bool),
    /// A bar for a part of 1, with its percentage.
    Share(f64),
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq)]
pub enum Row {
    /// Says what the rows below have in common.
    Group(String),
    /// A cell for each column.
    Cells(Vec<Cell>),
    /// The same in bold, for what failed.
    Failed(Vec<Cell>),
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
    /// Whether it is one thing to a reader of the structure, as what has thousands of cells must be:
    /// tags of each would be larger than all that is drawn.
    pub is_whole: bool,
    /// Of the letters, in points; they are smaller where the table is too wide.
    pub size: f32,
}

impl Table {
    /// With letters of the usual size.
    pub fn new(columns: Vec<Column>, rows: Vec<Row>) -> Table {
        Table { columns, rows, is_whole: false, size: TABLE_SIZE }
    }

    /// One thing to a reader of the structure.
    #[must_use]
    pub fn whole(self) -> Table {
        Table { is_whole: true, ..self }
    }
}

/// A column.
pub fn column(head: &str, align: Align) -> Column {
    Column { head: head.to_string(), align }
}

/// A cell of words.
pub fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// A number, with a minus sign as wide as a plus.
pub fn number(number: impl AsRef<str>) -> Cell {
    Cell::Text(crate::numbers::typeset(number.as_ref()))
}

impl Flow<'_> {
    /// Height of a table that stands on one page.
    pub fn height(&self, table: &Table) -> f32 {
        let layout = Layout::of(table, self.fonts);
        let rows = table.rows.iter().map(|row| layout.height(row, self.fonts));
        layout.head_height() + rows.sum::<f32>() + 4.0
    }

    /// The rows under a head, on as many pages as they need.
    pub fn table(&mut self, table: &Table) {
        if table.rows.is_empty() {
            return;
        }
        let layout = Layout::of(table, self.fonts);
        self.tables += 1;
        let heights: Vec<f32> =
            table.rows.iter().map(|row| layout.height(row, self.fonts)).collect();
        self.keep(layout.head_height() + heights.iter().take(3).sum::<f32>());
        self.put_head(table, &layout, true);
        let mut group: Option<&str> = None;
        for (n, row) in table.rows.iter().enumerate() {
            // What is common to rows does not stand without the first two of them.
            // The last row does not stand alone on a page.
            let is_last_but_one = n + 2 == heights.len();
            let following = match row {
                Row::Group(_) => 2,
                Row::Cells(_) | Row::Failed(_) => usize::from(is_last_but_one),
            };
            let needed: f32 = heights[n..].iter().take(1 + following).sum();
            if self.room() < needed {
                self.new_page();
                self.put_head(table, &layout, false);
                if let (Some(words), Row::Cells(_) | Row::Failed(_)) = (group, row) {
                    self.put_group_again(words, table.is_whole, &layout);
                }
            }
            if let Row::Group(words) = row {
                group = Some(words);
            }
            let tags = if table.is_whole { Tags::Whole } else { Tags::Row(n + 1) };
            self.put_row(row, tags, &layout, heights[n]);
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
        if table.is_whole {
            self.page().role(Role::Rows);
        }
        for (column, &Place { x, width, .. }) in table.columns.iter().zip(&layout.columns) {
            let lines: Vec<&str> = column.head.lines().collect();
            let role = Role::Cell { table: number, row: 0, head: true };
            match (table.is_whole, first) {
                (true, _) => {}
                (false, true) => self.page().role(role),
                (false, false) => self.page().role(Role::Artifact),
            }
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
        if !table.is_whole {
            self.page().role(Role::Artifact);
        }
        self.page().line(
            (LEFT, top + height - 1.5),
            (LEFT + layout.right, top + height - 1.5),
            0.6,
            BLACK,
        );
        self.y = top + height;
    }

    /// What the rows have in common, on the next page.
    fn put_group_again(&mut self, words: &str, is_whole: bool, layout: &Layout) {
        let row = Row::Group(format!("{words}, continued"));
        let height = layout.height(&row, self.fonts);
        self.put_row(&row, if is_whole { Tags::Whole } else { Tags::Repeated }, layout, height);
    }

    fn put_row(&mut self, row: &Row, tags: Tags, layout: &Layout, height: f32) {
        let (top, table) = (self.y, self.tables);
        let fonts = self.fonts;
        let mark = |page: &mut Drawing, head| match tags {
            Tags::Row(row) => page.role(Role::Cell { table, row, head }),
            Tags::Repeated => page.role(Role::Artifact),
            Tags::Whole => {}
        };
        // High enough that no letter reaches the line below it.
        let base = top + layout.kind().size * 0.96;
        match row {
            Row::Group(words) => {
                mark(self.page(), true);
                let kind = layout.kind().bold().colored(ACCENT);
                for (n, line) in fonts.wrap(words, kind, WIDTH).into_iter().enumerate() {
                    let base = base + 1.4 + n as f32 * layout.leading();
                    self.page().text(LEFT, base, line, kind, Anchor::Start);
                }
            }
            Row::Cells(cells) | Row::Failed(cells) => {
                let kind = row.kind(layout);
                for (at, cell) in cells.iter().enumerate() {
                    mark(self.page(), false);
                    cell::put(
                        self.page(),
                        cell,
                        &layout.columns[at],
                        base,
                        kind,
                        layout.leading(),
                        fonts,
                    );
                }
            }
        }
        if !matches!(tags, Tags::Whole) {
            self.page().role(Role::Artifact);
        }
        let bottom = top + height;
        self.page().line((LEFT, bottom), (LEFT + layout.right, bottom), 0.25, LINE);
        self.y = bottom;
    }
}

/// What a row is to a reader of the structure.
#[derive(Clone, Copy)]
enum Tags {
    /// Of this number.
    Row(usize),
    /// It was met on a page before.
    Repeated,
    /// A part of the table, which is one thing.
    Whole,
}

impl Row {
    /// How its words look.
    pub(crate) fn kind(&self, layout: &Layout) -> Type {
        match self {
            Row::Failed(_) => layout.kind().bold(),
            Row::Group(_) | Row::Cells(_) => layout.kind(),
        }
    }
}
