//! The picture: 128 by 96 dots, each dark or clear (datasheet L607 to L610).

use embedded_graphics::Pixel;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{DrawTarget, OriginDimensions, Size};
use std::convert::Infallible;

/// Dots a row.
pub const WIDTH: u32 = 128;
/// Rows.
pub const HEIGHT: u32 = 96;

const COLUMNS: usize = WIDTH as usize;
const ROWS: usize = HEIGHT as usize;
const ROW_BYTES: usize = COLUMNS / 8;

/// A cell of braille: two dots wide, four high.
const CELL: (usize, usize) = (2, 4);
/// Bit of each dot of a cell, from left to right and top to bottom, in the Unicode block of braille.
const BRAILLE_BITS: [u32; 8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];
/// The cell without a dot.
const BRAILLE: u32 = 0x2800;

/// One picture. Dots outside it are not drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame([[u8; ROW_BYTES]; ROWS]);

impl Frame {
    /// Nothing dark.
    pub const CLEAR: Frame = Frame([[0; ROW_BYTES]; ROWS]);

    /// From the rows that [`Frame::rows`] gives.
    pub fn from_rows(rows: [[u8; ROW_BYTES]; ROWS]) -> Frame {
        Frame(rows)
    }

    /// Whether the dot in a column (0 to 127) and row (0 to 95) is dark; outside, none is.
    pub fn is_dark(&self, column: usize, row: usize) -> bool {
        column < COLUMNS && row < ROWS && self.0[row][column / 8] & (0x80 >> (column % 8)) != 0
    }

    /// 96 rows of 16 bytes; the first dot is the highest bit, and a dark one is 1.
    pub fn rows(&self) -> &[[u8; ROW_BYTES]] {
        &self.0
    }

    /// 24 lines of at most 64 braille characters, each dot a dot; without blanks at the end.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        for row in (0..ROWS).step_by(CELL.1) {
            let cells = (0..COLUMNS).step_by(CELL.0).map(|column| self.cell(column, row));
            text.push_str(cells.collect::<String>().trim_end());
            text.push('\n');
        }
        text
    }

    fn cell(&self, column: usize, row: usize) -> char {
        let dark = |place: &usize| self.is_dark(column + place % CELL.0, row + place / CELL.0);
        let bits: u32 = (0..8).filter(dark).map(|place| BRAILLE_BITS[place]).sum();
        if bits == 0 {
            return ' ';
        }
        char::from_u32(BRAILLE + bits).expect("256 characters begin there")
    }
}

impl OriginDimensions for Frame {
    fn size(&self) -> Size {
        Size::new(WIDTH, HEIGHT)
    }
}

impl DrawTarget for Frame {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        for Pixel(point, colour) in pixels {
            let (Ok(column), Ok(row)) = (usize::try_from(point.x), usize::try_from(point.y)) else {
                continue;
            };
            if column >= COLUMNS || row >= ROWS {
                continue;
            }
            let bit = 0x80 >> (column % 8);
            let byte = &mut self.0[row][column / 8];
            *byte = if colour.is_on() { *byte | bit } else { *byte & !bit };
        }
        Ok(())
    }
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\n{}", self.to_text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use embedded_graphics::prelude::Point;

    /// [D1] Every dot of 128 x 96 is its own, and none beyond them is written.
    #[test]
    fn each_dot_is_its_own() {
        let mut frame = Frame::CLEAR;
        let corners = [(0, 0), (127, 0), (0, 95), (127, 95), (9, 5)];
        let outside = [(-1, 0), (128, 0), (0, 96), (i32::MIN, i32::MAX)];
        let dots = corners.iter().chain(&outside);
        let dots = dots.map(|(x, y)| Pixel(Point::new(*x, *y), BinaryColor::On));
        let _never = frame.draw_iter(dots);
        let dark = |frame: &Frame| {
            let all = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (column, row)));
            all.filter(|(column, row)| frame.is_dark(*column, *row)).count()
        };
        assert_eq!(dark(&frame), corners.len());
        assert!(frame.is_dark(9, 5) && frame.is_dark(127, 95));
        assert_eq!(frame.rows()[95], [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01]);
        let text = frame.to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 24);
        assert_eq!(lines[0].chars().count(), 64);
        assert!(lines[0].starts_with('\u{2801}') && lines[23].ends_with('\u{2880}'));
    }
}
