//! How wide the columns of a table are, and how high its rows.

use crate::drawing::Type;
use crate::figure::WIDTH;
use crate::flow::LEFT;
use crate::fonts::Fonts;
use crate::table::{Align, Cell, Column, Row, Table};

/// Width of a bar of [`Cell::Share`] at 1, and of it with its number.
pub(crate) const BAR: (f32, f32) = (34.0, 67.0);
/// Least distance of columns, and the most that they are spread to.
const GAPS: (f32, f32) = (8.0, 48.0);
/// Smallest letters of a table.
pub const SMALLEST: f32 = 6.0;
/// Words of a column wider than this are broken into lines rather than making the letters smaller.
const LONG: f32 = 130.0;
/// A word wider than this is broken, as nothing that a certificate names is; an id of a point is less.
const LONGEST_WORD: f32 = 215.0;
/// Distance of base lines in sizes of the letters, and what a row has in addition.
const LEADING: f32 = 1.16;
const PADDING: f32 = 0.9;
/// Of the letters, in points. The face is a large one.
pub const TABLE_SIZE: f32 = 7.25;

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
    /// If none is small enough, wrapped columns get narrower, down to their longest words; a word is
    /// broken only if it is longer than any column should be.
    pub fn of(table: &Table, fonts: &Fonts) -> Layout {
        let mut size = table.size;
        loop {
            let natural = natural_widths(table, size, fonts);
            let gaps = GAPS.0 * (natural.len().max(1) - 1) as f32;
            let least: f32 = natural.iter().map(|own| own.least).sum();
            if least + gaps <= WIDTH || size <= SMALLEST {
                return Layout::at(size, &natural, table, fonts);
            }
            size -= 0.25;
        }
    }

    fn at(size: f32, natural: &[Natural], table: &Table, fonts: &Fonts) -> Layout {
        let count = natural.len().max(1);
        // Narrow gaps come before broken words.
        let words: f32 = natural.iter().map(|own| own.word).sum();
        let least_gap = ((WIDTH - words) / (count - 1).max(1) as f32).clamp(GAPS.0 / 2.0, GAPS.0);
        let gaps = least_gap * (count - 1) as f32;
        let widths = shared_out(&narrowed(natural, WIDTH - gaps), WIDTH - gaps);
        let spare = (WIDTH - gaps - widths.iter().sum::<f32>()).max(0.0);
        let gap = (least_gap + spare / (count - 1).max(1) as f32).min(GAPS.1);
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
                    Cell::Text(_) | Cell::Marked(_) | Cell::Verdict(_) | Cell::Share(_) => 1,
                });
                one + self.leading() * (lines.max().unwrap_or(1) - 1) as f32
            }
        }
    }
}

/// Widths that a column asks for.
#[derive(Clone, Copy)]
struct Natural {
    /// Of the longest word, or of the whole text where it is not wrapped.
    word: f32,
    /// With which it looks well.
    least: f32,
    /// With which nothing is wrapped.
    most: f32,
}

/// Widths at which the columns fit: what may be broken into lines is made narrower down to its words,
/// and below that only if nothing else helps.
fn narrowed(natural: &[Natural], width: f32) -> Vec<Natural> {
    let sum = |of: fn(&Natural) -> f32| natural.iter().map(of).sum::<f32>();
    let (words, least) = (sum(|own| own.word), sum(|own| own.least));
    let part = ((width - words) / (least - words).max(0.1)).clamp(0.0, 1.0);
    let narrow = |own: &Natural| {
        let least = own.word + (own.least - own.word) * part;
        let is_wrapped = own.word < own.most;
        let missing = (words - width).max(0.0);
        let wrapped: f32 =
            natural.iter().filter(|own| own.word < own.most).map(|own| own.word).sum();
        let scale = if is_wrapped { 1.0 - (missing / wrapped.max(1.0)).min(0.9) } else { 1.0 };
        Natural { least: least * scale, ..*own }
    };
    natural.iter().map(narrow).collect()
}

/// Widths for columns, if so much is there: those that miss little get it first, so that as few as
/// possible are broken into lines.
fn shared_out(natural: &[Natural], width: f32) -> Vec<f32> {
    let mut widths: Vec<f32> = natural.iter().map(|own| own.least).collect();
    let mut order: Vec<usize> = (0..natural.len()).collect();
    let missing = |n: usize| natural[n].most - natural[n].least;
    order.sort_by(|&a, &b| missing(a).total_cmp(&missing(b)));
    let mut spare = (width - widths.iter().sum::<f32>()).max(0.0);
    for (done, &n) in order.iter().enumerate() {
        let given = missing(n).min(spare / (order.len() - done) as f32);
        widths[n] += given;
        spare -= given;
    }
    widths
}

fn natural_widths(table: &Table, size: f32, fonts: &Fonts) -> Vec<Natural> {
    let columns = table.columns.iter().enumerate();
    columns.map(|(n, column)| natural_width(table, n, column, size, fonts)).collect()
}

fn natural_width(table: &Table, n: usize, column: &Column, size: f32, fonts: &Fonts) -> Natural {
    let kind = Type::new(size);
    let head = column.head.lines().fold(0.0, |w: f32, l| w.max(fonts.width(l, kind.bold())));
    let mut widest = head;
    let mut longest_word = head;
    let (mut heads, mut tails) = (0.0f32, 0.0f32);
    for row in &table.rows {
        let (Row::Cells(cells) | Row::Failed(cells)) = row else { continue };
        let is_bold = matches!(row, Row::Failed(_)) || matches!(cells[n], Cell::Marked(_));
        let kind = if is_bold { kind.bold() } else { kind };
        match &cells[n] {
            Cell::Text(text) | Cell::Marked(text) if column.align == Align::Point => {
                let (head, tail) = at_point(text);
                heads = heads.max(fonts.width(head, kind));
                tails = tails.max(fonts.width(tail, kind));
            }
            Cell::Text(text) | Cell::Marked(text) => {
                let text = fonts.clean(text);
                widest = widest.max(fonts.width(&text, kind));
                let words = text.split_whitespace().map(|word| fonts.width(word, kind));
                longest_word = words.fold(longest_word, f32::max);
            }
            Cell::Verdict(_) => widest = widest.max(size * 3.0),
            Cell::Share(_) => widest = widest.max(BAR.1),
        }
    }
    // A little more, so that rounding does not wrap what just fits.
    let widest = widest.max(heads + tails) + 0.1;
    let word = (longest_word + 0.1).min(LONGEST_WORD.max(head)).min(widest);
    match column.align {
        Align::Wrap => Natural { word, least: word.max((widest * 0.4).min(LONG)), most: widest },
        Align::Left => Natural { word, least: word.max(widest.min(LONG)), most: widest },
        Align::Right | Align::Point | Align::Center => {
            Natural { word: widest, least: widest, most: widest }
        }
    }
}

fn tail_width(table: &Table, n: usize, size: f32, fonts: &Fonts) -> f32 {
    let of_row = |row: &Row| match row {
        Row::Cells(cells) | Row::Failed(cells) => match &cells[n] {
            Cell::Text(text) => fonts.width(at_point(text).1, Type::new(size).bold()),
            Cell::Marked(text) => fonts.width(at_point(text).1, Type::new(size).bold()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{column, text};

    /// A table that asks for far more than the page has gets narrower, but keeps its words.
    #[test]
    fn no_word_is_broken_while_words_fit() {
        let fonts = Fonts::new().expect("the faces can be read");
        let words =
            ["3p4w-wild-leg", "varh", "count, waveform", "half-wave rectified current of 65 A"];
        let columns = (0..9).map(|n| column(if n % 2 == 0 { "Method" } else { "Un" }, Align::Left));
        let cells: Vec<Cell> = (0..9).map(|n| text(words[n % 4])).collect();
        let table = Table::new(columns.collect(), vec![Row::Cells(cells)]);
        let layout = Layout::of(&table, &fonts);
        assert!(layout.right <= WIDTH + 0.01, "{}", layout.right);
        for (n, column) in layout.columns.iter().enumerate() {
            let lines = fonts.wrap(words[n % 4], layout.kind(), column.width);
            assert_eq!(lines.join(" "), words[n % 4]);
        }
    }
}
