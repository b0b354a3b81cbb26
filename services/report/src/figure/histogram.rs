//! How the errors of a lot are spread at a point, and how far its limits are.

use verify::document::{LotPoint, LotResult};

use super::file_name;
use crate::format::Digits;
use paper::Figure;
use paper::significant;
use paper::{ACCENT, Anchor, BLACK, Drawing, FAILED, GREY, PALE, SHADE, Type};
use paper::{Axes, SMALL, Scale};

/// Three stand in a row.
const WIDTH: f32 = 159.0;
const TOP: f32 = 39.0;
const HEIGHT: f32 = 46.0;
const MARGIN: f32 = 6.0;

/// Limits are drawn if they are at most so many times farther from zero than the errors: farther, they
/// would leave of the spread a line.
const NEAR: f64 = 4.0;

/// A figure for each point that every unit was verified at.
pub(crate) fn all(lot: &LotResult) -> Vec<Figure> {
    lot.points.iter().map(|point| of_point(lot, point)).collect()
}

fn of_point(lot: &LotResult, point: &LotPoint) -> Figure {
    let digits = digits(point);
    Figure {
        file: file_name(&["lot", &point.id]),
        title: format!("Errors of {} units at {}", lot.units, point.id),
        description: format!(
            "Histogram of errors in {}: mean {}, standard deviation {}, limits ±{}, Cpk {:.2}.",
            point.error_unit,
            digits.signed(point.mean),
            significant(point.sigma, 3),
            digits.limit(point.limit),
            point.cpk
        ),
        drawing: draw(point),
        shows_title: false,
    }
}

fn draw(point: &LotPoint) -> Drawing {
    let mut drawing = Drawing::new(WIDTH, TOP + HEIGHT + 14.0);
    let most = point.histogram.iter().max().copied().unwrap_or(0).max(1);
    let reach = point.smallest.abs().max(point.largest.abs());
    let is_near = point.limit <= NEAR * reach;
    let room = 0.06 * (point.largest - point.smallest).max(f64::MIN_POSITIVE);
    let across = match is_near {
        true => Scale::around_zero(reach.max(point.limit) * 1.12),
        false => Scale::between(point.smallest - room, point.largest + room),
    };
    let axes = Axes {
        x: MARGIN,
        y: TOP,
        width: WIDTH - 2.0 * MARGIN,
        height: HEIGHT,
        across,
        up: Scale::around_zero(1.0),
    };
    if is_near {
        draw_limits(&mut drawing, &axes, point);
    }
    draw_bins(&mut drawing, &axes, point, most);
    let bottom = axes.y + axes.height;
    drawing.line((axes.x, bottom), (axes.x + axes.width, bottom), 0.6, GREY);
    axes.draw_numbers_below(&mut drawing, &point.error_unit);
    let figures = format!("Cpk {}, σ {}", significant(point.cpk, 3), significant(point.sigma, 2));
    let digits = digits(point);
    let limits = format!(
        "limits ±{}, guard band {} {}",
        digits.limit(point.limit),
        digits.seen(point.guard_band),
        point.error_unit
    );
    let below = point.id.strip_prefix(&point.clause).and_then(|rest| rest.strip_prefix('/'));
    let name = below.unwrap_or(&point.id);
    // Six tenths of the size are the mean width of a bold letter.
    let size = (axes.width / (name.chars().count().max(1) as f32 * 0.6)).min(7.0);
    drawing.text(axes.x, 7.0, &*point.clause, SMALL, Anchor::Start);
    drawing.text(axes.x, 15.5, name, Type::new(size).bold(), Anchor::Start);
    drawing.text(axes.x, 24.0, figures, SMALL, Anchor::Start);
    drawing.text(axes.x, 32.5, limits, SMALL, Anchor::Start);
    drawing
}

fn digits(point: &LotPoint) -> Digits {
    Digits::fine(point.limit, &point.error_unit, false, point.guard_band)
}

/// The area outside, the guard band inside it, and the limits as lines.
fn draw_limits(drawing: &mut Drawing, axes: &Axes, point: &LotPoint) {
    let guarded = (point.limit - point.guard_band).max(0.0);
    for side in [-1.0, 1.0] {
        let edge = if side < 0.0 { axes.x } else { axes.x + axes.width };
        let limit = axes.across_at(side * point.limit);
        let guard = axes.across_at(side * guarded);
        let area = |from: f32, to: f32| ((from.min(to), axes.y), ((to - from).abs(), axes.height));
        let (corner, size) = area(limit, edge);
        drawing.rect(corner, size, SHADE);
        let (corner, size) = area(guard, limit);
        drawing.rect(corner, size, PALE);
        let bottom = axes.y + axes.height;
        drawing.dashed((guard, axes.y), (guard, bottom), 0.6, GREY);
        drawing.line((limit, axes.y), (limit, bottom), 1.0, BLACK);
    }
}

fn draw_bins(drawing: &mut Drawing, axes: &Axes, point: &LotPoint, most: u64) {
    let bins = point.histogram.len().max(1) as f64;
    let step = (point.largest - point.smallest) / bins;
    let color = if point.failed == 0 { ACCENT } else { FAILED };
    for (n, &count) in point.histogram.iter().enumerate().filter(|(_, count)| **count > 0) {
        let from = axes.across_at(point.smallest + n as f64 * step);
        let to = axes.across_at(point.smallest + (n + 1) as f64 * step);
        let height = axes.height * 0.95 * (count as f64 / most as f64) as f32;
        let top = axes.y + axes.height - height;
        drawing.rect((from, top), ((to - from).max(0.5), height), color);
    }
}
