//! How much of its limit the worst point of each clause uses: a bar for each clause.

use verify::document::Arm;

use super::file_name;
use crate::format::percent;
use crate::groups::{Clause, Section};
use paper::SMALL;
use paper::typeset;
use paper::{ACCENT, Anchor, BLACK, Drawing, FAILED, LINE, Type};
use paper::{Figure, WIDTH};

const ROW: f32 = 10.0;
const HEADING: f32 = 13.0;
const RIGHT: f32 = 54.0;
const TOP: f32 = 12.0;
const LETTERS: f32 = 7.0;

/// A bar ends here, in parts of the limit, however much is used; its number tells the rest.
const MOST: f64 = 1.5;

/// A figure for each arm that has clauses.
pub(crate) fn all(sections: &[Section<'_>]) -> Vec<Figure> {
    let arms = [Arm::Class, Arm::Exactness].into_iter();
    arms.filter_map(|arm| of_arm(arm, sections)).collect()
}

fn of_arm(arm: Arm, sections: &[Section<'_>]) -> Option<Figure> {
    let sections: Vec<&Section<'_>> = sections.iter().filter(|s| s.arm == arm).collect();
    let clauses: usize = sections.iter().map(|section| section.clauses.len()).sum();
    if clauses == 0 {
        return None;
    }
    let name = match arm {
        Arm::Class => "of the class",
        Arm::Exactness => "of exactness",
    };
    let used = sections.iter().flat_map(|s| &s.clauses).map(|clause| clause.result.used);
    let worst = used.fold(0.0, f64::max);
    Some(Figure {
        file: file_name(&["used", arm.slug()]),
        title: format!("Used part of each limit {name}"),
        description: format!(
            "One bar for each of {}; the largest is {} %. The limit is at 100 %.",
            crate::format::counted(clauses, "clause"),
            percent(worst)
        ),
        drawing: draw(&sections, clauses),
        shows_title: true,
    })
}

fn draw(sections: &[&Section<'_>], clauses: usize) -> Drawing {
    let bottom = TOP + sections.len() as f32 * HEADING + clauses as f32 * ROW + 4.0;
    let mut drawing = Drawing::new(WIDTH, bottom + 2.0);
    let used = sections.iter().flat_map(|s| &s.clauses).map(|clause| clause.result.used);
    let reach = used.fold(1.1, f64::max).min(MOST);
    let ids = sections.iter().flat_map(|s| &s.clauses).map(|c| c.result.id.chars().count());
    // Six tenths of the size are the mean width of a bold letter.
    let left = 8.0 + ids.max().unwrap_or(0) as f32 * 0.6 * LETTERS;
    let width = WIDTH - left - RIGHT;
    let at = |part: f64| left + width * (part / reach) as f32;
    for step in 0..=5 {
        let part = f64::from(step) * 0.2;
        drawing.line((at(part), TOP), (at(part), bottom), 0.35, LINE);
        let text = format!("{} %", step * 20);
        drawing.text(at(part), TOP - 4.0, text, SMALL, Anchor::Middle);
    }
    let mut y = TOP;
    for section in sections {
        drawing.text(
            0.0,
            y + HEADING - 4.0,
            section.title(),
            Type::new(LETTERS).bold(),
            Anchor::Start,
        );
        y += HEADING;
        for clause in &section.clauses {
            let end = at(clause.result.used.clamp(0.0, reach));
            draw_bar(&mut drawing, clause, y, (left, end), at(1.0));
            y += ROW;
        }
    }
    drawing.line((at(1.0), TOP), (at(1.0), bottom), 1.0, BLACK);
    drawing
}

/// A bar and behind it its number, or behind the line at the limit where that would cross it.
fn draw_bar(
    drawing: &mut Drawing,
    clause: &Clause<'_>,
    y: f32,
    (left, end): (f32, f32),
    limit: f32,
) {
    let result = clause.result;
    let base = y + ROW - 2.8;
    let color = if result.passed { ACCENT } else { FAILED };
    let words = if result.passed { Type::new(LETTERS) } else { Type::new(LETTERS).bold() };
    drawing.text(left - 5.0, base, result.id.clone(), words, Anchor::End);
    drawing.rect((left, y + 2.0), ((end - left).max(0.4), ROW - 4.0), color);
    let number = format!("{} %", typeset(&percent(result.used)));
    let number = if result.passed { number } else { number + " FAIL" };
    let start = end.max(left) + 3.0;
    let width = number.chars().count() as f32 * 0.6 * LETTERS;
    let crosses = start < limit + 2.0 && start + width > limit - 2.0;
    let start = if crosses { limit + 3.0 } else { start };
    drawing.text(start, base, number, words, Anchor::Start);
}
