//! From a view to a picture: the bar with the title at the top, what it is about, the line at the foot.

mod measure;
mod menu;
mod pen;
mod value;

use crate::frame::Frame;
use crate::sheet::{self, NetworkFacts, SheetId};
use crate::text::{Language, Text};
use crate::view::View;
use image::{Image, MeterId};

/// Lines of a sheet that are seen at once.
pub const SHEET_LINES: usize = 3;

/// Where what it is about begins and ends, and the text of the foot.
const TOP: i32 = 13;
const FOOT: i32 = 87;

/// Dots of the bar's title, left of the signs.
const TITLE_DOTS: i32 = 96;

/// The picture of a view, with a notice over it if there is one.
pub fn frame(view: &View, notice: Option<Text>, image: &Image, network: &NetworkFacts) -> Frame {
    let mut frame = Frame::CLEAR;
    let language = Language::of(&image.settings);
    match view {
        View::Measure(meter, place) => measure::draw(&mut frame, *meter, *place, image, language),
        View::Menu(menu, row) => menu::draw(&mut frame, menu, *row, image, language),
        View::Code(_, digits) => value::code(&mut frame, digits, language),
        View::Edit(editor) => value::edit(&mut frame, editor, None, image, language),
        View::QuickSetUp(step, editor) => {
            value::edit(&mut frame, editor, Some(*step), image, language);
        }
        View::Confirm(reset, yes) => value::confirm(&mut frame, *reset, *yes, language),
        View::Sheet(sheet, first) => {
            draw_sheet(&mut frame, *sheet, *first, image, network, language)
        }
    }
    signs(&mut frame, image);
    if let Some(notice) = notice {
        let text = notice.in_language(language);
        let wide = pen::width(text, pen::STRONG) + 16;
        let left = 64 - wide / 2;
        pen::outline(&mut frame, left - 1, 35, wide.unsigned_abs() + 2, 26);
        pen::fill(&mut frame, left + 1, 37, wide.unsigned_abs() - 2, 22);
        pen::inverse(&mut frame, left + 8, 41, pen::STRONG, text);
    }
    frame
}

/// The bar with a title.
fn title(frame: &mut Frame, title: &str) {
    pen::fill(frame, 0, 0, 128, 11);
    pen::inverse(frame, 2, 1, pen::WORDS, &pen::fitted(title, pen::WORDS, TITLE_DOTS));
}

/// At the right of the bar: the tariff, and whether something is wrong.
fn signs(frame: &mut Frame, image: &Image) {
    if let Some(tariff) = image.io.tariff {
        pen::inverse(frame, 115, 1, pen::WORDS, &format!("T{tariff}"));
    }
    if image.io.alarm || image.io.wrong_connection {
        pen::warning(frame, 103, 1);
    }
}

/// The line at the foot.
fn foot(frame: &mut Frame, left: &str, right: &str) {
    pen::line(frame, (0, 85), (127, 85));
    let room = 123 - pen::width(right, pen::SMALL);
    pen::text(frame, 1, FOOT, pen::SMALL, &pen::fitted(left, pen::SMALL, room));
    pen::text_to(frame, 128, FOOT, pen::SMALL, right);
}

/// A meter with its name; `SIM` says that it is simulated.
fn meter_and_name(meter: MeterId, image: &Image) -> String {
    let name = image.meter(meter).map_or("", |meter| meter.name.as_str());
    let simulated = if image.identity.simulated { "SIM " } else { "" };
    format!("{simulated}{} {}", sheet::meter_name(meter), latin(name))
}

/// A text of the installer in the glyphs that there are.
fn latin(text: &str) -> String {
    let glyph = |c: char| matches!(c, ' '..='~' | '\u{a0}'..='\u{ff}');
    text.chars().map(|c| if glyph(c) { c } else { '?' }).collect()
}

fn draw_sheet(
    frame: &mut Frame,
    sheet: SheetId,
    first: usize,
    image: &Image,
    network: &NetworkFacts,
    language: Language,
) {
    title(frame, sheet.title().in_language(language));
    let lines = sheet::lines(sheet, image, network, language);
    let first = first.min(lines.len().saturating_sub(SHEET_LINES));
    for (y, (label, value)) in (TOP..).step_by(24).zip(lines.iter().skip(first).take(SHEET_LINES)) {
        if value.is_empty() {
            pen::centred(frame, 44, pen::WORDS, label);
            continue;
        }
        pen::text(frame, 2, y + 1, pen::SMALL, &pen::fitted(&latin(label), pen::SMALL, 120));
        long_text(frame, y + 11, &latin(value));
        if y > TOP {
            pen::dotted(frame, y - 1);
        }
    }
    pen::line(frame, (0, 85), (127, 85));
    if lines.len() > SHEET_LINES {
        let last = first + SHEET_LINES;
        foot(frame, "", &format!("{}-{}/{}", first + 1, last, lines.len()));
        pen::arrow(frame, 8, FOOT + 1, true);
        pen::arrow(frame, 20, FOOT + 1, false);
    }
}

/// Right-aligned in the largest font that has place; the smallest takes two lines.
fn long_text(frame: &mut Frame, y: i32, text: &str) {
    let fonts = [(pen::STRONG, y - 2), (pen::WORDS, y), (pen::SMALL, y + 1)];
    if let Some((font, y)) = fonts.into_iter().find(|(font, _)| pen::width(text, font) <= 124) {
        return pen::text_to(frame, 126, y, font, text);
    }
    let first = pen::fitted(text, pen::TINY, 124);
    let rest: String = text.chars().skip(first.chars().count()).collect();
    pen::text_to(frame, 126, y - 2, pen::TINY, &first);
    pen::text_to(frame, 126, y + 5, pen::TINY, &pen::fitted(&rest, pen::TINY, 124));
}

#[cfg(test)]
mod tests;
