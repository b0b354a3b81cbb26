//! Menus: the chosen row on dark, the value of a chosen setting at the foot.

use super::{TOP, foot, pen, title};
use crate::frame::Frame;
use crate::menu::{Item, Menu};
use crate::setting_text;
use crate::text::Language;
use image::Image;

/// Rows that are seen at once.
const ROWS: usize = 6;
/// Height of a row.
const PITCH: i32 = 12;

/// A menu with its chosen row.
pub fn draw(frame: &mut Frame, menu: &Menu, chosen: usize, image: &Image, language: Language) {
    title(frame, menu.title.in_language(language));
    let first = (chosen + 1).saturating_sub(ROWS);
    for (place, item) in menu.rows.iter().enumerate().skip(first).take(ROWS) {
        let y = TOP + PITCH * i32::try_from(place - first).expect("below 6");
        let label = item.label(language);
        if place == chosen {
            let wide = if menu.rows.len() > ROWS { 123 } else { 128 };
            pen::fill(frame, 0, y - 1, wide, 12);
            pen::inverse(frame, 3, y, pen::WORDS, label);
            pen::inverse(frame, 115, y, pen::WORDS, "\u{bb}");
        } else {
            pen::text(frame, 3, y, pen::WORDS, label);
        }
    }
    scroll_bar(frame, first, menu.rows.len());
    let at = format!("{}/{}", chosen + 1, menu.rows.len());
    foot(frame, &value(menu.rows[chosen], image, language), &at);
}

fn value(item: Item, image: &Image, language: Language) -> String {
    match item {
        Item::Setting(catalog::SettingId::Password) => "****".into(),
        Item::Setting(id) => {
            let value = setting_text::value(id, image.settings.get(id), language);
            format!("{value} {}", setting_text::unit(id, &image.settings))
        }
        Item::Menu(_) | Item::Guarded(_) | Item::QuickSetUp | Item::Reset(_) | Item::Sheet(_) => {
            String::new()
        }
    }
}

/// At the right edge, if there is more than is seen.
fn scroll_bar(frame: &mut Frame, first: usize, count: usize) {
    if count <= ROWS {
        return;
    }
    let height = 72;
    let dots = |rows: usize| i32::try_from(height * rows / count).expect("at most 72");
    pen::line(frame, (126, 12), (126, 12 + dots(count) - 1));
    pen::fill(frame, 125, 12 + dots(first), 3, dots(ROWS).unsigned_abs());
}
