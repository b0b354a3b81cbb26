//! Glyphs, boxes and signs, by the corner at their top left.

use crate::frame::Frame;
use embedded_graphics::mono_font::{MonoFont, MonoTextStyle, iso_8859_1 as font};
use embedded_graphics::pixelcolor::BinaryColor::{self, Off, On};
use embedded_graphics::prelude::{Drawable, Point, Primitive, Size};
use embedded_graphics::primitives::{Line, PrimitiveStyle, Rectangle, Triangle};
use embedded_graphics::text::{Baseline, Text};

/// Words.
pub const WORDS: &MonoFont<'static> = &font::FONT_6X10;
/// What is beside the matter.
pub const SMALL: &MonoFont<'static> = &font::FONT_5X8;
/// What has no place otherwise: a long address.
pub const TINY: &MonoFont<'static> = &font::FONT_4X6;
/// Numbers, four to a page.
pub const NUMBERS: &MonoFont<'static> = &font::FONT_8X13_BOLD;
/// Numbers, two to a page.
pub const LARGE: &MonoFont<'static> = &font::FONT_10X20;
/// A value being changed.
pub const VALUE: &MonoFont<'static> = &font::FONT_9X15_BOLD;
/// Lines of sheets, and notices.
pub const STRONG: &MonoFont<'static> = &font::FONT_7X13;

/// The sign of a sum, which the fonts do not have.
pub const SUM: &str = "\u{3a3}";

/// Dots that a text takes.
pub fn width(text: &str, font: &MonoFont<'_>) -> i32 {
    let advance = font.character_size.width + font.character_spacing;
    i32::try_from(text.chars().count()).unwrap_or(i32::MAX).saturating_mul(dots(advance))
}

/// The beginning of a text, as far as it fits in so many dots.
pub fn fitted(text: &str, font: &MonoFont<'_>, dots: i32) -> String {
    let characters = dots / width(" ", font);
    text.chars().take(usize::try_from(characters).unwrap_or(0)).collect()
}

fn dots(size: u32) -> i32 {
    i32::try_from(size).expect("a font's size is a few dots")
}

/// Dark on clear.
pub fn text(frame: &mut Frame, x: i32, y: i32, font: &MonoFont<'_>, text: &str) {
    glyphs(frame, (x, y), font, text, On);
}

/// Dark on clear, ending before `x`.
pub fn text_to(frame: &mut Frame, x: i32, y: i32, font: &MonoFont<'_>, text: &str) {
    glyphs(frame, (x - width(text, font), y), font, text, On);
}

/// Clear on dark.
pub fn inverse(frame: &mut Frame, x: i32, y: i32, font: &MonoFont<'_>, text: &str) {
    glyphs(frame, (x, y), font, text, Off);
}

/// Dark on clear, about the middle of the picture.
pub fn centred(frame: &mut Frame, y: i32, font: &MonoFont<'_>, text: &str) {
    glyphs(frame, (64 - width(text, font) / 2, y), font, text, On);
}

fn glyphs(
    frame: &mut Frame,
    (x, y): (i32, i32),
    font: &MonoFont<'_>,
    text: &str,
    colour: BinaryColor,
) {
    let style = MonoTextStyle::new(font, colour);
    let text = Text::with_baseline(text, Point::new(x, y), style, Baseline::Top);
    let _never = text.draw(frame);
}

/// A dark box.
pub fn fill(frame: &mut Frame, x: i32, y: i32, width: u32, height: u32) {
    let area = Rectangle::new(Point::new(x, y), Size::new(width, height));
    let _never = area.into_styled(PrimitiveStyle::with_fill(On)).draw(frame);
}

/// A clear box with a dark edge.
pub fn outline(frame: &mut Frame, x: i32, y: i32, width: u32, height: u32) {
    let area = Rectangle::new(Point::new(x, y), Size::new(width, height));
    let _never = area.into_styled(PrimitiveStyle::with_fill(Off)).draw(frame);
    let _never = area.into_styled(PrimitiveStyle::with_stroke(On, 1)).draw(frame);
}

/// A dark line.
pub fn line(frame: &mut Frame, from: (i32, i32), to: (i32, i32)) {
    stroke(frame, from, to, On);
}

/// A row of dots, one in three.
pub fn dotted(frame: &mut Frame, y: i32) {
    for x in (1..127).step_by(3) {
        line(frame, (x, y), (x, y));
    }
}

fn stroke(frame: &mut Frame, from: (i32, i32), to: (i32, i32), colour: BinaryColor) {
    let line = Line::new(Point::new(from.0, from.1), Point::new(to.0, to.1));
    let _never = line.into_styled(PrimitiveStyle::with_stroke(colour, 1)).draw(frame);
}

/// The sum, seven dots wide and nine high.
pub fn sum(frame: &mut Frame, x: i32, y: i32) {
    for down in 0..2 {
        line(frame, (x, y + 8 * down), (x + 6, y + 8 * down));
    }
    for right in 0..2 {
        line(frame, (x + right, y), (x + right + 3, y + 4));
        line(frame, (x + right, y + 8), (x + right + 3, y + 4));
    }
    line(frame, (x + 6, y), (x + 6, y + 1));
    line(frame, (x + 6, y + 7), (x + 6, y + 8));
}

/// A clear triangle with a mark of exclamation, nine dots wide and high, on dark.
pub fn warning(frame: &mut Frame, x: i32, y: i32) {
    let at = |right: i32, down: i32| Point::new(x + right, y + down);
    let area = Triangle::new(at(4, 0), at(0, 8), at(8, 8));
    let _never = area.into_styled(PrimitiveStyle::with_fill(Off)).draw(frame);
    line(frame, (x + 4, y + 3), (x + 4, y + 5));
    line(frame, (x + 4, y + 7), (x + 4, y + 7));
}

/// A dark arrow, seven dots wide and four high, that points up or down.
pub fn arrow(frame: &mut Frame, middle: i32, y: i32, up: bool) {
    for row in 0..4 {
        let half = if up { row } else { 3 - row };
        line(frame, (middle - half, y + row), (middle + half, y + row));
    }
}
