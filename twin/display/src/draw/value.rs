//! Values being changed, the code, and the question before something begins anew.

use super::{foot, pen, title};
use crate::edit::{Digits, Editor, Form, plain};
use crate::frame::Frame;
use crate::menu::{QUICK_SET_UP, Reset};
use crate::setting_text;
use crate::text::{Language, Text};
use image::Image;

/// Where the value stands.
const VALUE_Y: i32 = 38;

/// A setting; with its step if it is one of the quick set-up.
pub fn edit(
    frame: &mut Frame,
    editor: &Editor,
    step: Option<usize>,
    image: &Image,
    language: Language,
) {
    title(frame, setting_text::name(editor.id, language));
    match &editor.form {
        Form::Choice(..) => {
            let text = setting_text::value(editor.id, editor.value(), language);
            let wide = pen::width(&text, pen::VALUE) > 124;
            let (font, y) = if wide { (pen::WORDS, VALUE_Y + 2) } else { (pen::VALUE, VALUE_Y) };
            pen::centred(frame, y, font, &text);
            pen::arrow(frame, 64, VALUE_Y - 10, true);
            pen::arrow(frame, 64, VALUE_Y + 21, false);
        }
        Form::Number(digits) => {
            let (text, marked) = digits.text(setting_text::decimals(editor.id));
            number(frame, &text, marked);
        }
    }
    pen::centred(frame, 68, pen::WORDS, setting_text::unit(editor.id, &image.settings));
    let (left, right) = match (step, &editor.form) {
        (Some(step), _) => {
            let title = Text::QuickSetUp.in_language(language);
            (title.to_string(), format!("{}/{}", step + 1, QUICK_SET_UP.len()))
        }
        (None, Form::Choice(values, at)) => (String::new(), format!("{}/{}", at + 1, values.len())),
        (None, Form::Number(_)) => (range(editor), String::new()),
    };
    foot(frame, &left, &right);
}

/// From the smallest value to the largest.
fn range(editor: &Editor) -> String {
    let (low, high) = editor.id.row().range;
    let text = |value| plain(value, setting_text::decimals(editor.id));
    if low == -high {
        return format!("\u{b1}{}", text(high));
    }
    format!("{}..{}", text(low), text(high))
}

/// A number with the digit that up and down change on dark.
fn number(frame: &mut Frame, text: &str, marked: usize) {
    let advance = pen::width("0", pen::VALUE);
    let left = 64 - pen::width(text, pen::VALUE) / 2;
    pen::text(frame, left, VALUE_Y, pen::VALUE, text);
    let x = left + advance * i32::try_from(marked).expect("a few digits");
    pen::fill(frame, x - 1, VALUE_Y - 1, advance.unsigned_abs() + 1, 17);
    pen::inverse(frame, x, VALUE_Y, pen::VALUE, &text[marked..=marked]);
    pen::arrow(frame, x + advance / 2, VALUE_Y - 8, true);
    pen::arrow(frame, x + advance / 2, VALUE_Y + 19, false);
}

/// The question for the code: only the digit being changed is seen.
pub fn code(frame: &mut Frame, digits: &Digits, language: Language) {
    title(frame, Text::Code.in_language(language));
    let (text, marked) = digits.text(0);
    let hidden = text.char_indices().map(|(at, digit)| if at == marked { digit } else { '*' });
    number(frame, &hidden.collect::<String>(), marked);
    foot(frame, "", "");
}

/// The question before something begins anew.
pub fn confirm(frame: &mut Frame, reset: Reset, yes: bool, language: Language) {
    title(frame, Text::Reset.in_language(language));
    pen::centred(frame, 18, pen::STRONG, reset.text().in_language(language));
    pen::centred(frame, 32, pen::WORDS, Text::AllMeters.in_language(language));
    pen::centred(frame, 44, pen::WORDS, Text::Sure.in_language(language));
    for (x, answer, chosen) in [(10, Text::No, !yes), (70, Text::Yes, yes)] {
        let text = answer.in_language(language);
        let at = x + 24 - pen::width(text, pen::WORDS) / 2;
        pen::outline(frame, x, 62, 48, 15);
        if chosen {
            pen::fill(frame, x, 62, 48, 15);
            pen::inverse(frame, at, 64, pen::WORDS, text);
        } else {
            pen::text(frame, at, 64, pen::WORDS, text);
        }
    }
    foot(frame, "", "");
}
