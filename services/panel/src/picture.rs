//! A picture on its way: as a document, and as a PNG.

use display::{Frame, HEIGHT, WIDTH};
use serde::{Deserialize, Serialize};

/// Dots of the PNG for a dot of the display, and about it.
const SCALE: usize = 4;
const EDGE: usize = 12;

/// Clear and dark with the light and without, and the edge: red, green, blue.
const LIT: [u8; 9] = [0xc8, 0xe6, 0xa0, 0x14, 0x28, 0x14, 0x30, 0x34, 0x38];
const UNLIT: [u8; 9] = [0x8c, 0x9a, 0x80, 0x28, 0x32, 0x28, 0x30, 0x34, 0x38];

/// What stands on the display.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Picture {
    /// Name of the view.
    pub view: String,
    /// Whether the back-light is on.
    pub lit: bool,
    /// 96 rows of 16 bytes in hexadecimal digits; the first dot is the highest bit, dark is 1.
    pub rows: Vec<String>,
}

impl Picture {
    /// Of a frame.
    pub fn new(view: String, lit: bool, frame: &Frame) -> Picture {
        let hex = |row: &[u8; 16]| row.iter().map(|byte| format!("{byte:02x}")).collect();
        Picture { view, lit, rows: frame.rows().iter().map(hex).collect() }
    }

    /// The frame; none if the rows are no picture.
    pub fn frame(&self) -> Option<Frame> {
        let rows: Vec<[u8; 16]> = self.rows.iter().map(|row| bytes(row)).collect::<Option<_>>()?;
        Some(Frame::from_rows(rows.try_into().ok()?))
    }
}

fn bytes(row: &str) -> Option<[u8; 16]> {
    if row.len() != 32 || !row.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    Some(u128::from_str_radix(row, 16).ok()?.to_be_bytes())
}

/// A PNG, each dot four by four, in the colour of the light.
pub fn png(frame: &Frame, lit: bool) -> Vec<u8> {
    let size = |dots: u32| dots as usize * SCALE + 2 * EDGE;
    let (wide, high) = (size(WIDTH), size(HEIGHT));
    let mut dots = Vec::with_capacity(wide * high);
    for y in 0..high {
        dots.extend((0..wide).map(|x| colour(frame, x, y, (wide, high))));
    }
    let mut out = Vec::new();
    let number = |size: usize| u32::try_from(size).expect("a few hundred");
    let mut encoder = png::Encoder::new(&mut out, number(wide), number(high));
    encoder.set_color(png::ColorType::Indexed);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_palette(if lit { &LIT[..] } else { &UNLIT[..] });
    let mut writer = encoder.write_header().expect("a Vec takes everything");
    writer.write_image_data(&dots).expect("there are as many dots as the header says");
    writer.finish().expect("a Vec takes everything");
    out
}

/// Place in the palette.
fn colour(frame: &Frame, x: usize, y: usize, (wide, high): (usize, usize)) -> u8 {
    let inside = (EDGE..wide - EDGE).contains(&x) && (EDGE..high - EDGE).contains(&y);
    if !inside {
        return 2;
    }
    u8::from(frame.is_dark((x - EDGE) / SCALE, (y - EDGE) / SCALE))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [D1] A picture is to the dot what it was, as a document and as a PNG.
    #[test]
    fn a_picture_is_read_back_dot_by_dot() {
        let rows = std::array::from_fn(|row| [u8::try_from(row).expect("below 96"); 16]);
        let frame = Frame::from_rows(rows);
        let picture = Picture::new("overview".into(), true, &frame);
        assert_eq!(picture.frame().as_ref(), Some(&frame));
        let mut reader = png::Decoder::new(std::io::Cursor::new(png(&frame, true)));
        reader.set_transformations(png::Transformations::IDENTITY);
        let mut reader = reader.read_info().expect("a PNG");
        let mut dots = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut dots).expect("a picture");
        assert_eq!((info.width, info.height), (536, 408));
        for (column, row) in [(0, 0), (7, 1), (127, 95), (64, 48)] {
            let dot = dots[(EDGE + row * SCALE + 1) * 536 + EDGE + column * SCALE + 1];
            assert_eq!(dot == 1, frame.is_dark(column, row), "{column} {row}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let mut picture = Picture::new(String::new(), true, &Frame::CLEAR);
        picture.rows.pop();
        assert_eq!(picture.frame(), None);
        for row in ["", "zz", &"+f".repeat(16), &"0".repeat(31)] {
            picture.rows = vec![row.to_string(); 96];
            assert_eq!(picture.frame(), None, "{row}");
        }
    }
}
