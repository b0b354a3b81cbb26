//! Words have their place, and glyphs exist.

use super::*;
use crate::menu::{Item, MENU, Menu, Reset};
use crate::page::{Label, MODULE_PAGES, PAGES};
use crate::setting_text;
use catalog::SETTINGS;
use embedded_graphics::mono_font::MonoFont;

/// What is shown in a box over the rest.
const NOTICES: [Text; 6] =
    [Text::Done, Text::Sent, Text::Refused, Text::Busy, Text::WrongCode, Text::OutOfRange];

fn check(what: &str, text: &str, font: &MonoFont<'_>, dots: i32) {
    let wide = pen::width(text, font);
    assert!(wide <= dots, "{what} \"{text}\" takes {wide} dots of {dots}");
    assert_eq!(latin(text), text, "{what}: a glyph is missing");
}

fn check_menu(menu: &Menu, language: Language) {
    check("title", menu.title.in_language(language), pen::WORDS, TITLE_DOTS);
    for item in menu.rows {
        check("row", item.label(language), pen::WORDS, 110);
        match item {
            Item::Menu(inner) | Item::Guarded(inner) => check_menu(inner, language),
            Item::Setting(_) | Item::QuickSetUp | Item::Reset(_) | Item::Sheet(_) => {}
        }
    }
}

/// [D1] Every word has glyphs and fits its place, in every language.
#[test]
fn every_word_fits_its_place() {
    for language in Language::ALL {
        check_menu(&MENU, language);
        for text in Text::ALL {
            check("word", text.in_language(language), pen::WORDS, 120);
        }
        for notice in NOTICES {
            check("notice", notice.in_language(language), pen::STRONG, 108);
        }
        for question in [Text::Sure, Text::AllMeters] {
            check("question", question.in_language(language), pen::WORDS, 126);
        }
        for reset in [Reset::Partial, Reset::Demand] {
            check("question", reset.text().in_language(language), pen::STRONG, 126);
        }
        for page in PAGES.iter().chain(MODULE_PAGES) {
            check("title", page.title.in_language(language), pen::WORDS, TITLE_DOTS);
            for row in page.rows {
                match row.label {
                    Label::Word(text) => check("word", text.in_language(language), pen::WORDS, 90),
                    Label::Sign(sign) => assert!(pen::width(sign, pen::WORDS) <= 18),
                }
            }
        }
        for setting in SETTINGS {
            check("title", setting_text::name(setting.id, language), pen::WORDS, TITLE_DOTS);
            for (value, _) in setting.names {
                let text = setting_text::value(setting.id, *value, language);
                check("value", &text, pen::WORDS, 124);
                check("value at the foot", &text, pen::SMALL, 100);
            }
        }
    }
}
