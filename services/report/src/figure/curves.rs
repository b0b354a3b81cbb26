//! Errors against current: a figure for each configuration, in it a panel for each power factor, since
//! the limit depends on it.
//!
//! Above stands the limit as a staircase, with the errors on the same scale; an error that is a small
//! part of its limit is a flat line there. So the errors stand once more below, on a scale of their own.

use verify::document::PointResult;

use super::file_name;
use crate::format::{factor, percent};
use crate::groups::{Clause, Section};
use paper::trimmed;
use paper::{ACCENT, Anchor, BLACK, Drawing, FAILED, SHADE, Type};
use paper::{Axes, SMALL, Scale};
use paper::{Figure, WIDTH};

const LEFT: f32 = 31.0;
const GAP: f32 = 8.0;
const TOP: f32 = 12.0;
/// Height of the panel with the limits, of the room below it, and of that with the errors alone.
const LIMITS: f32 = 44.0;
const BETWEEN: f32 = 5.0;
const ERRORS: f32 = 36.0;
const BELOW: f32 = 11.0;
const HEIGHT: f32 = TOP + LIMITS + BETWEEN + ERRORS + BELOW;

/// Panels that stand in a row; more are too narrow to read.
const PER_ROW: usize = 5;

/// A figure for each configuration of each balanced clause.
pub(crate) fn all(sections: &[Section<'_>]) -> Vec<Figure> {
    let clauses = sections.iter().flat_map(|section| &section.clauses);
    let clauses = clauses.filter(|clause| clause.is_balanced());
    let of_clause = |clause: &Clause<'_>| -> Vec<Figure> {
        configurations(clause).iter().map(|own| of_configuration(clause, own)).collect()
    };
    clauses.flat_map(of_clause).collect()
}

/// A name, and its points.
type Configuration<'a> = (String, Vec<&'a PointResult>);

/// A factor, and its points by current.
type Panel<'a> = (&'a str, Vec<&'a PointResult>);

fn configurations<'a>(clause: &Clause<'a>) -> Vec<Configuration<'a>> {
    let mut configurations: Vec<Configuration<'a>> = Vec::new();
    for &point in &clause.points {
        let name = configuration(point);
        match configurations.iter_mut().find(|(known, _)| *known == name) {
            Some((_, points)) => points.push(point),
            None => configurations.push((name, vec![point])),
        }
    }
    configurations
}

fn configuration(point: &PointResult) -> String {
    let applied = &point.applied;
    let meter = if applied.meter == "main" { "" } else { &format!(", {}", applied.meter) };
    format!(
        "{}, {} V, {} Hz{meter}",
        applied.wiring,
        trimmed(applied.nominal_v),
        trimmed(applied.frequency_hz)
    )
}

fn of_configuration(clause: &Clause<'_>, (name, points): &Configuration<'_>) -> Figure {
    let quantity = points.first().map_or("", |point| point.quantity.as_str());
    let unit = points.first().map_or("", |point| point.error_unit.as_str());
    let panels = panels(points);
    let used = points.iter().fold(0.0, |most: f64, point| most.max(point.used));
    Figure {
        file: file_name(&["error", &clause.result.id, &name.replace(", ", "-")]),
        title: format!(
            "{}: error of {quantity} against current, {name}; at most {} % of a limit used",
            clause.result.id,
            percent(used)
        ),
        description: format!(
            "Error in {unit} against current in A for {} of factor {}. The worst point uses {} % of its limit.",
            crate::format::counted(panels.len(), "panel"),
            panels.iter().map(|(factor, _)| *factor).collect::<Vec<_>>().join(", "),
            percent(used)
        ),
        drawing: draw(&panels, unit),
        shows_title: true,
    }
}

fn panels<'a>(points: &[&'a PointResult]) -> Vec<Panel<'a>> {
    let mut panels: Vec<Panel<'a>> = Vec::new();
    for &point in points.iter().filter(|point| point.applied.current_a > 0.0) {
        let factor = point.applied.factor.as_str();
        match panels.iter_mut().find(|(known, _)| *known == factor) {
            Some((_, points)) => points.push(point),
            None => panels.push((factor, vec![point])),
        }
    }
    for (_, points) in &mut panels {
        points.sort_by(|a, b| a.applied.current_a.total_cmp(&b.applied.current_a));
    }
    panels
}

/// What all panels of a figure share.
struct Scales {
    current: Scale,
    /// Wide enough for every limit.
    limits: Scale,
    /// Just wide enough for the errors, which are multiplied by the factor.
    errors: Scale,
    /// 1, or a thousand where numbers would else be of zeros.
    times: f64,
}

impl Scales {
    fn of(panels: &[Panel<'_>]) -> Scales {
        let points = || panels.iter().flat_map(|(_, points)| points);
        let most = |of: fn(&PointResult) -> f64| points().fold(0.0, |m: f64, p| m.max(of(p)));
        let low = points().fold(f64::MAX, |low, p| low.min(p.applied.current_a));
        let errors = most(|point| point.error.abs() + point.uncertainty);
        let times = if errors < 0.1 { 1000.0 } else { 1.0 };
        Scales {
            current: Scale::decades(low, most(|point| point.applied.current_a)),
            limits: Scale::around_zero(most(|point| point.limit.max(point.error.abs())) * 1.2),
            errors: Scale::around_zero(errors * times * 1.2),
            times,
        }
    }

    /// The unit of the lower panels.
    fn unit(&self, unit: &str) -> String {
        if self.times == 1.0 { unit.to_string() } else { format!("{} {unit}", 1.0 / self.times) }
    }
}

fn draw(panels: &[Panel<'_>], unit: &str) -> Drawing {
    let columns = panels.len().clamp(1, PER_ROW);
    let rows = panels.len().div_ceil(columns).max(1);
    // A single panel is as wide as one of two.
    let width = (WIDTH - LEFT - GAP * (columns.max(2) - 1) as f32) / columns.max(2) as f32;
    let mut drawing = Drawing::new(WIDTH, rows as f32 * HEIGHT);
    let scales = Scales::of(panels);
    for (n, (of_factor, points)) in panels.iter().enumerate() {
        let (column, row) = (n % columns, n / columns);
        let x = LEFT + column as f32 * (width + GAP);
        let y = TOP + row as f32 * HEIGHT;
        let upper = Axes { x, y, width, height: LIMITS, across: scales.current, up: scales.limits };
        let below = y + LIMITS + BETWEEN;
        let lower = Axes { y: below, height: ERRORS, up: scales.errors, ..upper };
        draw_limits(&mut drawing, &upper, points, column == 0);
        draw_errors_alone(&mut drawing, &lower, points, column == 0, scales.times);
        let above = y - 4.0;
        drawing.text(x, above, factor(of_factor), Type::new(7.0).bold(), Anchor::Start);
        let most = points.iter().fold(0.0, |most: f64, point| most.max(point.error.abs()));
        let most = format!("max {} {unit}", trimmed(rounded(most)));
        drawing.text(x + width, above, most, SMALL, Anchor::End);
        if column == 0 {
            drawing.text(x - 3.0, above, unit, SMALL, Anchor::End);
            // Left of the first number below, which reaches across the edge of the panel.
            let own = scales.unit(unit);
            drawing.text(x - 7.0, below + ERRORS + 8.5, own, SMALL, Anchor::End);
        }
    }
    drawing
}

/// To two digits.
fn rounded(value: f64) -> f64 {
    paper::significant(value, 2).parse().unwrap_or(value)
}

fn draw_limits(drawing: &mut Drawing, axes: &Axes, points: &[&PointResult], is_first: bool) {
    draw_outside(drawing, axes, points);
    axes.draw_grid(drawing, 5);
    draw_staircase(drawing, axes, points);
    axes.draw_frame(drawing);
    if is_first {
        axes.draw_numbers_at_left(drawing, 5);
    }
    draw_errors(drawing, axes, points, 1.0);
}

fn draw_errors_alone(
    drawing: &mut Drawing,
    axes: &Axes,
    points: &[&PointResult],
    is_first: bool,
    times: f64,
) {
    axes.draw_grid(drawing, 5);
    axes.draw_frame(drawing);
    if is_first {
        axes.draw_numbers_at_left(drawing, 5);
    }
    axes.draw_numbers_below(drawing, "A");
    draw_errors(drawing, axes, points, times);
}

/// Corners of the upper limit, from left to right: a limit holds from the current of its first point
/// up to that of the next other one.
fn staircase(axes: &Axes, points: &[&PointResult]) -> Vec<(f64, f64)> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Vec::new() };
    let end = last.applied.current_a;
    let mut corners = vec![(first.applied.current_a, first.limit)];
    for pair in points.windows(2).filter(|pair| pair[0].limit != pair[1].limit) {
        let current = pair[1].applied.current_a;
        corners.extend([(current, pair[0].limit), (current, pair[1].limit)]);
    }
    corners.push((end, last.limit));
    // A single current would be a line without length.
    if corners[0].0 == end && axes.width > 0.0 {
        corners = vec![(end / 1.2, first.limit), (end * 1.2, last.limit)];
    }
    corners
}

fn draw_outside(drawing: &mut Drawing, axes: &Axes, points: &[&PointResult]) {
    let corners = staircase(axes, points);
    let (Some(first), Some(last)) = (corners.first(), corners.last()) else { return };
    for (side, edge) in [(1.0, axes.y), (-1.0, axes.y + axes.height)] {
        let mut area: Vec<(f32, f32)> =
            corners.iter().map(|&(current, limit)| axes.at(current, side * limit)).collect();
        area.push((axes.across_at(last.0), edge));
        area.push((axes.across_at(first.0), edge));
        drawing.polygon(area, SHADE);
    }
}

fn draw_staircase(drawing: &mut Drawing, axes: &Axes, points: &[&PointResult]) {
    for side in [1.0, -1.0] {
        let corners = staircase(axes, points);
        let line = corners.iter().map(|&(current, limit)| axes.at(current, side * limit));
        drawing.polyline(line.collect(), 1.0, BLACK);
    }
}

/// The errors with their uncertainty, multiplied; a failing point is a cross in place of a disc.
fn draw_errors(drawing: &mut Drawing, axes: &Axes, points: &[&PointResult], times: f64) {
    let at = |point: &PointResult, more: f64| {
        axes.at(point.applied.current_a, (point.error + more) * times)
    };
    drawing.polyline(points.iter().map(|point| at(point, 0.0)).collect(), 0.8, ACCENT);
    for point in points {
        let (x, y) = at(point, 0.0);
        let (top, bottom) = (at(point, point.uncertainty), at(point, -point.uncertainty));
        if bottom.1 - top.1 > 2.6 {
            drawing.line(top, bottom, 0.5, ACCENT);
        }
        if point.passed {
            drawing.disc((x, y), 1.2, ACCENT);
        } else {
            drawing.line((x - 2.2, y - 2.2), (x + 2.2, y + 2.2), 1.2, FAILED);
            drawing.line((x - 2.2, y + 2.2), (x + 2.2, y - 2.2), 1.2, FAILED);
        }
    }
}
