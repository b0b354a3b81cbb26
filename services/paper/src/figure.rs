//! A drawing with its words.

use crate::drawing::Drawing;
use crate::svg;

/// Width of the text on a page, which the widest figures fill.
pub const WIDTH: f32 = 499.0;

/// A picture with its words.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Name of the file.
    pub file: String,
    /// What it is called.
    pub title: String,
    /// What it shows, for those who do not see it.
    pub description: String,
    /// What is drawn.
    pub drawing: Drawing,
    /// Whether there is room for the title above it, and need of one.
    pub shows_title: bool,
}

impl Figure {
    /// As an SVG file.
    pub fn svg(&self) -> String {
        svg::text(self)
    }
}
