//! From the list of what is drawn to the bytes of a PDF.

use std::num::NonZeroU16;

use krilla::Document;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke as Pen, StrokeDash};
use krilla::surface::Surface;

use crate::date;
use crate::drawing::{Anchor, Color, Drawing, Mark, Role, Stroke, Type};
use crate::flow::{PAGE, Place};
use crate::fonts::Fonts;
use crate::structure::Structure;

/// What a document says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Title.
    pub title: String,
    /// A sentence.
    pub description: String,
    /// Which program wrote it.
    pub author: String,
    /// Its number.
    pub id: String,
    /// Code of its language.
    pub language: String,
    /// When it was made, by RFC 3339 in UTC; it has no date if it is no such text.
    pub created: String,
}

/// The document could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("writing the PDF: {0}")]
pub struct PaperError(pub String);

fn metadata(about: &About) -> Metadata {
    let metadata = Metadata::new()
        .title(about.title.clone())
        .description(about.description.clone())
        .authors(vec![about.author.clone()])
        .creator(about.author.clone())
        .document_id(about.id.clone())
        .language(about.language.clone());
    match date::parsed(&about.created) {
        Some(date) => metadata.creation_date(date),
        None => metadata,
    }
}

/// The document of these pages. The same pages give the same bytes.
///
/// # Errors
/// If a page has what no PDF can hold.
pub fn pdf(
    pages: &[Drawing],
    places: &[Place],
    about: &About,
    fonts: &Fonts,
) -> Result<Vec<u8>, PaperError> {
    let settings = PageSettings::from_wh(PAGE.0, PAGE.1);
    let settings = settings.expect("A4 has a width and a height");
    let mut document = Document::new();
    let mut structure = Structure::default();
    for drawing in pages {
        let mut page = document.start_page_with(settings.clone());
        let mut surface = page.surface();
        structure.begin(&mut surface, &Role::Artifact);
        for mark in &drawing.marks {
            match mark {
                Mark::Role(role) => {
                    surface.end_tagged();
                    structure.begin(&mut surface, role);
                }
                Mark::Text { x, y, text, kind, anchor } => {
                    draw_text(&mut surface, (*x, *y), text, *kind, *anchor, fonts);
                }
                Mark::Path { points, closed, fill, stroke } => {
                    draw_path(&mut surface, points, *closed, *fill, *stroke);
                }
            }
        }
        surface.end_tagged();
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(structure.finish());
    document.set_outline(outline(places));
    document.set_metadata(metadata(about));
    document.finish().map_err(|error| PaperError(error.to_string()))
}

fn draw_text(
    surface: &mut Surface<'_>,
    (x, y): (f32, f32),
    text: &str,
    kind: Type,
    anchor: Anchor,
    fonts: &Fonts,
) {
    let line = fonts.shape(text, kind);
    let x = match anchor {
        Anchor::Start => x,
        Anchor::Middle => x - line.width / 2.0,
        Anchor::End => x - line.width,
    };
    surface.set_fill(Some(fill(kind.color)));
    surface.set_stroke(None);
    let start = Point::from_xy(x, y);
    surface.draw_glyphs(start, &line.glyphs, fonts.font(kind), text, kind.size, false);
}

fn draw_path(
    surface: &mut Surface<'_>,
    points: &[(f32, f32)],
    closed: bool,
    color: Option<Color>,
    stroke: Option<Stroke>,
) {
    let mut path = PathBuilder::new();
    for (n, &(x, y)) in points.iter().enumerate() {
        match n {
            0 => path.move_to(x, y),
            _ => path.line_to(x, y),
        }
    }
    if closed {
        path.close();
    }
    // A path of a single point has nothing to draw.
    let Some(path) = path.finish() else { return };
    surface.set_fill(color.map(fill));
    surface.set_stroke(stroke.map(|Stroke { width, color, dash }| Pen {
        paint: paint(color).into(),
        width,
        dash: dash.map(|(dash, gap)| StrokeDash { array: vec![dash, gap], offset: 0.0 }),
        ..Pen::default()
    }));
    surface.draw_path(&path);
}

fn fill(color: Color) -> Fill {
    Fill { paint: paint(color).into(), ..Fill::default() }
}

fn paint(Color(red, green, blue): Color) -> rgb::Color {
    rgb::Color::new(red, green, blue)
}

/// Chapters, and below them their headings.
fn outline(places: &[Place]) -> Outline {
    let mut outline = Outline::new();
    let mut chapter: Option<OutlineNode> = None;
    for place in places {
        // A little above the heading, so that it is not cut.
        let point = Point::from_xy(0.0, (place.y - 8.0).max(0.0));
        let node = OutlineNode::new(place.text.clone(), XyzDestination::new(place.page, point));
        match (&mut chapter, place.level) {
            (Some(chapter), level) if level > 1 => chapter.push_child(node),
            _ => {
                if let Some(complete) = chapter.replace(node) {
                    outline.push_child(complete);
                }
            }
        }
    }
    if let Some(complete) = chapter {
        outline.push_child(complete);
    }
    outline
}

/// Level of a heading, which is at least 1.
pub(crate) fn level(level: u16) -> NonZeroU16 {
    NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN)
}
