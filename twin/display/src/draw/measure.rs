//! Pages of measurements.

use super::{TOP, foot, meter_and_name, pen, title};
use crate::format;
use crate::frame::Frame;
use crate::machine::carousel;
use crate::page::{Label, Layout, Page, Row};
use crate::text::Language;
use crate::view::pages;
use image::{Flag, Image, MeterId, MeterImage, Reading};

/// Height for the rows.
const HEIGHT: i32 = 72;
/// Right end of numbers that have their unit beside them.
const NUMBER_END: i32 = 101;
/// Where such a unit begins.
const UNIT: i32 = 104;

/// A page of a meter.
pub fn draw(frame: &mut Frame, id: MeterId, place: usize, image: &Image, language: Language) {
    let page = &pages(id)[place];
    title(frame, page.title.in_language(language));
    if let Some(meter) = image.meter(id) {
        match page.layout {
            Layout::Lines => lines(frame, page, meter),
            Layout::Blocks => blocks(frame, page, meter, language),
        }
    }
    let carousel = carousel(image);
    let at = carousel.iter().position(|view| *view == (id, place));
    let at = at.map_or_else(String::new, |at| format!("{}/{}", at + 1, carousel.len()));
    foot(frame, &meter_and_name(id, image), &at);
}

/// Sign, number, unit; the points of all numbers stand below each other.
fn lines(frame: &mut Frame, page: &Page, meter: &MeterImage) {
    let decimals = |row: &Row| format::decimals(row.quantity.row().display);
    let most = page.rows.iter().map(decimals).max().unwrap_or(0);
    for (y, row) in (TOP + 2..).step_by(18).zip(page.rows) {
        let quantity = row.quantity.row();
        label(frame, y, row, meter);
        let missing = i32::try_from(most - decimals(row)).expect("at most 3");
        let end = NUMBER_END - missing * pen::width("0", pen::NUMBERS);
        let number = format::reading(quantity, row.reading(meter));
        // What is no number has no point to stand by.
        let end = if number.contains('.') { end } else { NUMBER_END };
        pen::text_to(frame, end, y, pen::NUMBERS, &number);
        pen::text(frame, UNIT, y + 2, pen::WORDS, &format::unit(quantity));
    }
}

fn label(frame: &mut Frame, y: i32, row: &Row, meter: &MeterImage) {
    let Label::Sign(sign) = row.label else { return };
    if sign == pen::SUM {
        pen::sum(frame, 2, y + 2);
    } else {
        pen::text(frame, 2, y + 2, pen::WORDS, sign);
    }
    if is_doubtful(row.reading(meter)) {
        let wide = if sign == pen::SUM { 8 } else { pen::width(sign, pen::WORDS) };
        pen::text(frame, 2 + wide, y + 2, pen::WORDS, "!");
    }
}

/// Whether a value stands with a remark that one must know to trust it.
fn is_doubtful(reading: Reading) -> bool {
    match reading {
        Reading::Value { flags, .. } => match flags.worst() {
            Some(Flag::Stale | Flag::Gap | Flag::Clipped | Flag::OverRange | Flag::CrestFactor) => {
                true
            }
            Some(Flag::UnderRange) | None => false,
        },
        Reading::Absent(_) => false,
    }
}

/// Word and unit above, the number below; two numbers are larger than three.
fn blocks(frame: &mut Frame, page: &Page, meter: &MeterImage, language: Language) {
    let count = i32::try_from(page.rows.len()).expect("at most 3");
    let pitch = HEIGHT / count;
    let font = if count < 3 { pen::LARGE } else { pen::NUMBERS };
    for (y, row) in (TOP..).step_by(usize::try_from(pitch).expect("above 0")).zip(page.rows) {
        let quantity = row.quantity.row();
        if let Label::Word(word) = row.label {
            let doubt = if is_doubtful(row.reading(meter)) { " !" } else { "" };
            let word = format!("{}{doubt}", word.in_language(language));
            pen::text(frame, 2, y, pen::WORDS, &word);
        }
        pen::text_to(frame, 127, y, pen::WORDS, &format::unit(quantity));
        let number = format::reading(quantity, row.reading(meter));
        pen::text_to(frame, 127, y + if count < 3 { 12 } else { 10 }, font, &number);
    }
}
