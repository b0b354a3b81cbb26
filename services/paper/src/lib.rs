//! Pages for people: text, tables and figures on A4, as a PDF.
//!
//! *Drawing*: a list of marks, which goes onto a page or into an SVG file. *Figure*: a drawing with its words.
//! *Flow*: what fills the pages from top to bottom. The same contents give the same bytes. What the pages say is not
//! known here.

mod axes;
mod cell;
mod date;
mod drawing;
mod figure;
mod flow;
mod fonts;
mod layout;
mod numbers;
mod render;
mod structure;
mod svg;
mod table;
pub mod xml;

pub use axes::{Axes, SMALL, Scale};
pub use drawing::{
    ACCENT, Anchor, BLACK, Color, Drawing, FAILED, GREY, LINE, Mark, PALE, Role, SHADE, Stroke,
    Type, WHITE,
};
pub use figure::{Figure, WIDTH};
pub use flow::{BODY, Flow, LEFT, PAGE, Place};
pub use fonts::Fonts;
pub use layout::{SMALLEST, TABLE_SIZE};
pub use numbers::{significant, trimmed, typeset};
pub use render::{About, PaperError, pdf};
pub use table::{Align, Cell, Column, Row, Table, column, number, text};
