//! A figure as an SVG file.
//!
//! It names no font but `sans-serif`; places of text are anchors, so no width of a letter matters.

use std::fmt::Write;

use crate::drawing::{Anchor, Color, Mark, Stroke, Type};
use crate::figure::Figure;
use crate::xml::escaped;

/// Pixels for a point: so that a figure is of readable size in a browser.
const SCALE: f32 = 1.8;
/// White around the figure, and height of the line with its title above.
const MARGIN: f32 = 8.0;
const TITLE: f32 = 16.0;

/// The file as text. Its background is white, since its lines are dark.
pub(crate) fn text(figure: &Figure) -> String {
    let drawing = &figure.drawing;
    let (width, height) = (drawing.width + 2.0 * MARGIN, drawing.height + 2.0 * MARGIN + TITLE);
    let (left, top) = (-MARGIN, -MARGIN - TITLE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"{} {} {} {}\" \
         width=\"{}\" height=\"{}\" font-family=\"sans-serif\">\n\
         <title>{}</title>\n<desc>{}</desc>\n<rect x=\"{}\" y=\"{}\" width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
        Length(left),
        Length(top),
        Length(width),
        Length(height),
        Length(width * SCALE),
        Length(height * SCALE),
        escaped(&figure.title),
        escaped(&figure.description),
        Length(left),
        Length(top),
    );
    if figure.shows_title {
        let kind = Type::new(8.0).bold();
        push_text(&mut svg, (0.0, -TITLE + 6.0), &figure.title, &kind, Anchor::Start);
    }
    for mark in &drawing.marks {
        push_mark(&mut svg, mark);
    }
    svg.push_str("</svg>\n");
    svg
}

fn push_mark(svg: &mut String, mark: &Mark) {
    match mark {
        Mark::Text { x, y, text, kind, anchor } => push_text(svg, (*x, *y), text, kind, *anchor),
        Mark::Path { points, closed, fill, stroke } => {
            push_path(svg, points, *closed, *fill, *stroke);
        }
        Mark::Role(_) => {}
    }
}

fn push_text(svg: &mut String, (x, y): (f32, f32), text: &str, kind: &Type, anchor: Anchor) {
    let anchor = match anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if kind.bold { " font-weight=\"bold\"" } else { "" };
    // Writing to a string does not fail, here and below.
    let _ = writeln!(
        svg,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{}\"{weight}{anchor}>{}</text>",
        Length(x),
        Length(y),
        Length(kind.size),
        hex(kind.color),
        escaped(text)
    );
}

fn push_path(
    svg: &mut String,
    points: &[(f32, f32)],
    closed: bool,
    fill: Option<Color>,
    stroke: Option<Stroke>,
) {
    let element = if closed { "polygon" } else { "polyline" };
    let points: Vec<String> =
        points.iter().map(|(x, y)| format!("{},{}", Length(*x), Length(*y))).collect();
    let fill = fill.map_or("none".to_string(), hex);
    let _ = write!(svg, "<{element} points=\"{}\" fill=\"{fill}\"", points.join(" "));
    if let Some(Stroke { width, color, dash }) = stroke {
        let _ = write!(svg, " stroke=\"{}\" stroke-width=\"{}\"", hex(color), Length(width));
        if let Some((dash, gap)) = dash {
            let _ = write!(svg, " stroke-dasharray=\"{} {}\"", Length(dash), Length(gap));
        }
    }
    svg.push_str("/>\n");
}

/// A length to a hundredth of a point, without idle zeros.
struct Length(f32);

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", (f64::from(self.0) * 100.0).round() / 100.0)
    }
}

fn hex(Color(red, green, blue): Color) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
