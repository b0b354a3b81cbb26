//! What is drawn, before it is known whether onto a page or into an SVG file.
//!
//! Lengths are points of 1/72 inch. The origin is the upper left corner and y goes down.

/// A colour by red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

/// Text.
pub const BLACK: Color = Color(0x1a, 0x1a, 0x1a);
/// The page.
pub const WHITE: Color = Color(0xff, 0xff, 0xff);
/// Text that is less important.
pub const GREY: Color = Color(0x5c, 0x5c, 0x5c);
/// Lines between rows, axes.
pub const LINE: Color = Color(0xc8, 0xc8, 0xc8);
/// Areas that an error must not reach.
pub const SHADE: Color = Color(0xe6, 0xe6, 0xe6);
/// Headings, curves and bars.
pub const ACCENT: Color = Color(0x1d, 0x4e, 0x79);
/// A guard band.
pub const PALE: Color = Color(0xf2, 0xf2, 0xf2);
/// What failed; dark, so that it prints black.
pub const FAILED: Color = Color(0x96, 0x14, 0x14);

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Type {
    /// In points.
    pub size: f32,
    /// Whether it is bold.
    pub bold: bool,
    /// Its colour.
    pub color: Color,
}

impl Type {
    /// Regular and black.
    pub const fn new(size: f32) -> Type {
        Type { size, bold: false, color: BLACK }
    }

    /// Bold.
    #[must_use]
    pub const fn bold(self) -> Type {
        Type { bold: true, ..self }
    }

    /// In a colour.
    #[must_use]
    pub const fn colored(self, color: Color) -> Type {
        Type { color, ..self }
    }
}

/// Which part of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// A line around or along a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// In points.
    pub width: f32,
    /// Its colour.
    pub color: Color,
    /// Lengths of dash and gap.
    pub dash: Option<(f32, f32)>,
}

/// What a part of a page is to a reader who cannot see it. It holds for what is drawn until the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role {
    /// Repeated on each page, or without meaning.
    Artifact,
    /// From 1.
    Heading(u16, String),
    /// Text.
    Paragraph,
    /// With what it shows, in words.
    Figure(String),
    /// What a page shows of a table that is one thing as a whole.
    Rows,
    /// Of a table, both counted from 0 or 1 in the order of the document.
    Cell {
        /// Number of the table.
        table: usize,
        /// Number of its row.
        row: usize,
        /// Whether it is of the head.
        head: bool,
    },
}

/// One thing drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// At its base line.
    Text {
        /// From the left.
        x: f32,
        /// Of the base line, from the top.
        y: f32,
        /// The text, in one line.
        text: String,
        /// How it looks.
        kind: Type,
        /// Which part of it stands there.
        anchor: Anchor,
    },
    /// Straight lines from point to point.
    Path {
        /// The points.
        points: Vec<(f32, f32)>,
        /// Whether the last is joined to the first.
        closed: bool,
        /// Colour of the area.
        fill: Option<Color>,
        /// The line.
        stroke: Option<Stroke>,
    },
    /// What follows.
    Role(Role),
}

/// A list of what is drawn, last on top.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// In points.
    pub width: f32,
    /// In points.
    pub height: f32,
    /// What is drawn.
    pub marks: Vec<Mark>,
}

impl Drawing {
    /// An empty one.
    pub fn new(width: f32, height: f32) -> Drawing {
        Drawing { width, height, marks: Vec::new() }
    }

    /// What follows is this to a reader who cannot see it.
    pub fn role(&mut self, role: Role) {
        self.marks.push(Mark::Role(role));
    }

    /// A text at its base line.
    pub fn text(&mut self, x: f32, y: f32, text: impl Into<String>, kind: Type, anchor: Anchor) {
        self.marks.push(Mark::Text { x, y, text: text.into(), kind, anchor });
    }

    /// A straight line.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        self.polyline(vec![from, to], width, color);
    }

    /// The same, dashed.
    pub fn dashed(&mut self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        let stroke = Some(Stroke { width, color, dash: Some((3.0, 2.0)) });
        self.marks.push(Mark::Path { points: vec![from, to], closed: false, fill: None, stroke });
    }

    /// A line through points.
    pub fn polyline(&mut self, points: Vec<(f32, f32)>, width: f32, color: Color) {
        let stroke = Some(Stroke { width, color, dash: None });
        self.marks.push(Mark::Path { points, closed: false, fill: None, stroke });
    }

    /// A filled area.
    pub fn polygon(&mut self, points: Vec<(f32, f32)>, fill: Color) {
        self.marks.push(Mark::Path { points, closed: true, fill: Some(fill), stroke: None });
    }

    /// Filled, from its upper left corner.
    pub fn rect(&mut self, (x, y): (f32, f32), (width, height): (f32, f32), fill: Color) {
        self.polygon(corners(x, y, width, height), fill);
    }

    /// Only its outline.
    pub fn frame(
        &mut self,
        (x, y): (f32, f32),
        (width, height): (f32, f32),
        line: f32,
        color: Color,
    ) {
        let points = corners(x, y, width, height);
        let stroke = Some(Stroke { width: line, color, dash: None });
        self.marks.push(Mark::Path { points, closed: true, fill: None, stroke });
    }

    /// A filled disc, as a polygon: at the size of a marker nobody sees a difference.
    pub fn disc(&mut self, (x, y): (f32, f32), radius: f32, fill: Color) {
        let corner = |n: i32| {
            let angle = n as f32 * std::f32::consts::TAU / 16.0;
            (x + radius * angle.cos(), y + radius * angle.sin())
        };
        self.polygon((0..16).map(corner).collect(), fill);
    }

    /// Another drawing with its upper left corner at a place; its roles are left out.
    pub fn place(&mut self, other: &Drawing, x: f32, y: f32) {
        self.marks.extend(other.marks.iter().filter_map(|mark| mark.moved(x, y)));
    }
}

impl Mark {
    fn moved(&self, dx: f32, dy: f32) -> Option<Mark> {
        match self {
            Mark::Text { x, y, text, kind, anchor } => {
                let (x, y) = (x + dx, y + dy);
                Some(Mark::Text { x, y, text: text.clone(), kind: *kind, anchor: *anchor })
            }
            Mark::Path { points, closed, fill, stroke } => Some(Mark::Path {
                points: points.iter().map(|(x, y)| (x + dx, y + dy)).collect(),
                closed: *closed,
                fill: *fill,
                stroke: *stroke,
            }),
            Mark::Role(_) => None,
        }
    }
}

fn corners(x: f32, y: f32, width: f32, height: f32) -> Vec<(f32, f32)> {
    vec![(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
}
