//! Errors against current, with the limit as a staircase: a figure for each configuration, in it a
//! panel for each power factor, since the limit depends on it.

use verify::document::PointResult;

use super::axes::{Axes, SMALL, Scale};
use super::{Figure, WIDTH, file_name};
use crate::drawing::{ACCENT, Anchor, BLACK, Drawing, FAILED, SHADE, Type};
use crate::format::trimmed;
use crate::groups::{Clause, Section};

const LEFT: f32 = 24.0;
const GAP: f32 = 10.0;
const TOP: f32 = 13.0;
/// Height of a panel, and of one where there are so many figures that they would fill the report.
const PANEL: f32 = 73.0;
const LOW_PANEL: f32 = 58.0;
const MANY: usize = 24;
const BELOW: f32 = 12.0;

/// Panels that stand in a row; more than three are too narrow to read.
const PER_ROW: usize = 3;

/// A figure for each configuration of each balanced clause.
pub(crate) fn all(sections: &[Section<'_>]) -> Vec<Figure> {
    let clauses = sections.iter().flat_map(|section| &section.clauses);
    let clauses = clauses.filter(|clause| clause.is_balanced());
    let figures: Vec<(&Clause<'_>, Configuration<'_>)> = clauses
        .flat_map(|clause| configurations(clause).into_iter().map(move |own| (clause, own)))
        .collect();
    let panel = if figures.len() > MANY { LOW_PANEL } else { PANEL };
    figures.iter().map(|(clause, own)| of_configuration(clause, own, panel)).collect()
}

/// A name, and its points.
type Configuration<'a> = (String, Vec<&'a PointResult>);

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

fn of_configuration(clause: &Clause<'_>, (name, points): &Configuration<'_>, panel: f32) -> Figure {
    let quantity = points.first().map_or("", |point| point.quantity.as_str());
    let unit = points.first().map_or("", |point| point.error_unit.as_str());
    let mut panels: Vec<(&str, Vec<&PointResult>)> = Vec::new();
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
    let worst = points.iter().fold(0.0, |worst: f64, point| worst.max(point.used));
    Figure {
        file: file_name(&["error", &clause.result.id, &name.replace(", ", "-").replace(' ', "")]),
        title: format!("{}: error of {quantity} against current, {name}", clause.result.id),
        description: format!(
            "Error in {unit} against current in A for {} of factor {}. The worst point uses {:.0} % of its limit.",
            crate::format::counted(panels.len(), "panel"),
            panels.iter().map(|(factor, _)| *factor).collect::<Vec<_>>().join(", "),
            worst * 100.0
        ),
        drawing: draw(&panels, unit, panel),
        shows_title: true,
    }
}

fn draw(panels: &[(&str, Vec<&PointResult>)], unit: &str, height: f32) -> Drawing {
    let columns = panels.len().clamp(1, PER_ROW);
    let rows = panels.len().div_ceil(columns);
    // A single panel is as wide as one of two.
    let width = (WIDTH - LEFT - GAP * (columns - 1) as f32) / columns.max(2) as f32;
    let mut drawing = Drawing::new(WIDTH, rows as f32 * (TOP + height + BELOW));
    let points = || panels.iter().flat_map(|(_, points)| points);
    let reach = points().fold(0.0, |reach: f64, p| reach.max(p.limit).max(p.error.abs()));
    let low = points().fold(f64::MAX, |low, p| low.min(p.applied.current_a));
    let high = points().fold(0.0, |high: f64, p| high.max(p.applied.current_a));
    for (n, (factor, points)) in panels.iter().enumerate() {
        let (column, row) = (n % columns, n / columns);
        let axes = Axes {
            x: LEFT + column as f32 * (width + GAP),
            y: TOP + row as f32 * (TOP + height + BELOW),
            width,
            height,
            across: Scale::decades(low, high),
            up: Scale::around_zero(reach * 1.2),
        };
        draw_outside(&mut drawing, &axes, points);
        axes.draw_grid(&mut drawing);
        draw_staircase(&mut drawing, &axes, points);
        axes.draw_frame(&mut drawing, "A", column == 0);
        draw_errors(&mut drawing, &axes, points);
        let above = axes.y - 4.0;
        drawing.text(axes.x, above, heading(factor), Type::new(7.0).bold(), Anchor::Start);
        if column == 0 {
            drawing.text(axes.x - 3.0, above, unit, SMALL, Anchor::End);
        }
    }
    drawing
}

fn heading(factor: &str) -> String {
    match factor {
        "" => "without factor".to_string(),
        factor if factor.starts_with("sin") => factor.replacen("sin", "sin φ", 1),
        factor => format!("PF {factor}"),
    }
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

/// The errors with their uncertainty; a failing point is a cross in place of a disc.
fn draw_errors(drawing: &mut Drawing, axes: &Axes, points: &[&PointResult]) {
    let places = points.iter().map(|p| axes.at(p.applied.current_a, p.error));
    drawing.polyline(places.collect(), 0.9, ACCENT);
    for point in points {
        let (x, y) = axes.at(point.applied.current_a, point.error);
        let top = axes.up_at(point.error + point.uncertainty);
        let bottom = axes.up_at(point.error - point.uncertainty);
        if bottom - top > 3.0 {
            drawing.line((x, top), (x, bottom), 0.5, ACCENT);
        }
        if point.passed {
            drawing.disc((x, y), 1.5, ACCENT);
        } else {
            drawing.line((x - 3.0, y - 3.0), (x + 3.0, y + 3.0), 1.4, FAILED);
            drawing.line((x - 3.0, y + 3.0), (x + 3.0, y - 3.0), 1.4, FAILED);
        }
    }
}
