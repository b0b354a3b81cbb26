//! How wide the columns of a table are, and how high its rows.

use super::flow::{LEFT, WIDTH};
use super::fonts::Fonts;
use super::table::{Align, Cell, Column, Row, Table};
use crate::drawing::Type;

/// Width of a bar of [`Cell::Share`] at 1, and of it with its number.
pub(crate) const BAR: (f32, f32) = (34.0, 62.0);
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

/// Sizes and places of the columns.
pub(crate) struct Layout {
    size: f32,
    pub columns: Vec<Place>,
    /// Width of the whole table.
    pub right: f32,
    pub head_lines: usize,
}

/// Where a column stands.
pub(crate) struct Place {
    pub x: f32,
    pub width: f32,
    /// Of the widest text from the decimal point on.
    pub tail: f32,
    pub align: Align,
}

impl Layout {
    /// The widest size at which all columns fit, wrapped columns at two fifths of what they would like.
    pub fn of(table: &Table, fonts: &Fonts) -> Layout {
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
        for (n, width) in widths.into_iter().enumerate() {
            let (tail, align) = (tail_width(table, n, size, fonts), table.columns[n].align);
            columns.push(Place { x, width, tail, align });
            x += width + gap;
        }
        let head_lines = table.columns.iter().map(|c| c.head.lines().count()).max().unwrap_or(1);
        Layout { size, columns, right: x - gap - LEFT, head_lines }
    }

    pub fn kind(&self) -> Type {
        Type::new(self.size)
    }

    pub fn leading(&self) -> f32 {
        self.size * LEADING
    }

    pub fn head_height(&self) -> f32 {
        self.leading() * self.head_lines as f32 + 5.0
    }

    pub fn height(&self, row: &Row, fonts: &Fonts) -> f32 {
        let one = self.leading() + PADDING;
        match row {
            Row::Group(words) => {
                let lines = fonts.wrap(words, self.kind().bold(), WIDTH).len();
                one + 2.0 + self.leading() * (lines - 1) as f32
            }
            Row::Cells(cells) | Row::Failed(cells) => {
                let lines = cells.iter().enumerate().map(|(n, cell)| match cell {
                    Cell::Text(text) if self.columns[n].align.wraps() => {
                        fonts.wrap(text, row.kind(self), self.columns[n].width).len()
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
pub(crate) fn at_point(number: &str) -> (&str, &str) {
    number.split_at(number.find('.').unwrap_or(number.len()))
}
