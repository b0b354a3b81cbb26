//! How a cell of a table is drawn.

use crate::drawing::{ACCENT, Anchor, Drawing, FAILED, GREY, LINE, Type, WHITE};
use crate::fonts::Fonts;
use crate::layout::{BAR, Place, at_point};
use crate::table::{Align, Cell};

/// Draws a cell of a column at a base line, and further lines of it below.
pub(crate) fn put(
    page: &mut Drawing,
    cell: &Cell,
    &Place { x, width, tail, align }: &Place,
    base: f32,
    kind: Type,
    leading: f32,
    fonts: &Fonts,
) {
    match cell {
        Cell::Text(words) => match align {
            Align::Left | Align::Wrap => {
                for (n, line) in fonts.wrap(words, kind, width).into_iter().enumerate() {
                    page.text(x, base + n as f32 * leading, line, kind, Anchor::Start);
                }
            }
            Align::Right => page.text(x + width, base, fonts.clean(words), kind, Anchor::End),
            Align::Center => {
                page.text(x + width / 2.0, base, fonts.clean(words), kind, Anchor::Middle);
            }
            Align::Point => {
                let words = fonts.clean(words);
                let head = fonts.width(at_point(&words).0, kind);
                let start = x + width - tail - head;
                page.text(start, base, words, kind, Anchor::Start);
            }
        },
        Cell::Marked(words) => {
            let words = fonts.clean(words);
            let wide = fonts.width(&words, kind.bold());
            let start = match align {
                Align::Point => x + width - tail - fonts.width(at_point(&words).0, kind.bold()),
                Align::Left | Align::Wrap => x,
                Align::Right => x + width - wide,
                Align::Center => x + (width - wide) / 2.0,
            };
            let corner = (start - 1.2, base - kind.size * 0.9);
            page.rect(corner, (wide + 2.4, kind.size * 1.1), FAILED);
            page.text(start, base, words, kind.bold().colored(WHITE), Anchor::Start);
        }
        Cell::Verdict(passed) => put_verdict(page, *passed, x + width / 2.0, base, kind),
        Cell::Share(part) => {
            let part = part.clamp(0.0, 1.0) as f32;
            page.rect((x, base - kind.size * 0.68), (BAR.0, kind.size * 0.66), LINE);
            let size = ((BAR.0 * part).max(0.3), kind.size * 0.66);
            page.rect((x, base - kind.size * 0.68), size, ACCENT);
            let percentage = format!("{:.1} %", part * 100.0);
            page.text(x + BAR.1, base, percentage, kind, Anchor::End);
        }
    }
}

/// White on a dark box where it failed, so that it is found on a grey print too.
fn put_verdict(page: &mut Drawing, passed: bool, middle: f32, base: f32, kind: Type) {
    if passed {
        page.text(middle, base, "pass", kind.colored(GREY), Anchor::Middle);
        return;
    }
    let (width, height) = (kind.size * 2.9, kind.size * 1.1);
    page.rect((middle - width / 2.0, base - kind.size * 0.9), (width, height), FAILED);
    page.text(middle, base, "FAIL", kind.bold().colored(WHITE), Anchor::Middle);
}
