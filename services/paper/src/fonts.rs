//! The face of the document: shaping, widths and line breaks.
//!
//! Lines are shaped here and drawn glyph by glyph, so what is measured is what stands on the page.

use std::str::FromStr;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, Feature, ShapePlan, UnicodeBuffer, script};

use crate::drawing::Type;

/// Regular and bold.
pub struct Fonts {
    regular: Weight,
    bold: Weight,
}

struct Weight {
    font: Font,
    face: Face<'static>,
    units_per_em: f32,
    words: ShapePlan,
    /// Without kerning, which would move digits out of their columns.
    numbers: ShapePlan,
}

/// A line of glyphs, with its width in points.
pub struct Line {
    /// Its glyphs.
    pub glyphs: Vec<KrillaGlyph>,
    /// Its width.
    pub width: f32,
}

impl Fonts {
    /// The faces of the program. `None` if they cannot be read, which a test rules out.
    pub fn new() -> Option<Fonts> {
        let weight = |bytes: &'static [u8]| {
            let face = Face::from_slice(bytes, 0)?;
            let kerning_off = Feature::from_str("kern=0").ok()?;
            let plan = |features: &[Feature]| {
                let latin = Some(script::LATIN);
                ShapePlan::new(&face, Direction::LeftToRight, latin, None, features)
            };
            let (words, numbers) = (plan(&[]), plan(&[kerning_off]));
            let font = Font::new(bytes.into(), 0)?;
            Some(Weight { font, units_per_em: face.units_per_em() as f32, words, numbers, face })
        };
        let (regular, bold) = (weight(ttf_noto_sans::REGULAR)?, weight(ttf_noto_sans::BOLD)?);
        Some(Fonts { regular, bold })
    }

    /// What krilla draws text of this kind with.
    pub fn font(&self, kind: Type) -> Font {
        self.weight(kind).font.clone()
    }

    /// A line of glyphs.
    pub fn shape(&self, text: &str, kind: Type) -> Line {
        let weight = self.weight(kind);
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.set_direction(Direction::LeftToRight);
        buffer.set_script(script::LATIN);
        let plan = if is_number(text) { &weight.numbers } else { &weight.words };
        let shaped = rustybuzz::shape_with_plan(&weight.face, plan, buffer);
        let em = |units: i32| units as f32 / weight.units_per_em;
        let starts: Vec<usize> =
            shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        let mut glyphs = Vec::with_capacity(starts.len());
        for (n, position) in shaped.glyph_positions().iter().enumerate() {
            let end = starts[n..].iter().find(|start| **start > starts[n]);
            glyphs.push(KrillaGlyph::new(
                GlyphId::new(shaped.glyph_infos()[n].glyph_id),
                em(position.x_advance),
                em(position.x_offset),
                em(position.y_offset),
                em(position.y_advance),
                starts[n]..end.copied().unwrap_or(text.len()),
                None,
            ));
        }
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * kind.size;
        Line { glyphs, width }
    }

    /// In points.
    pub fn width(&self, text: &str, kind: Type) -> f32 {
        self.shape(text, kind).width
    }

    /// The text with `?` for what the face has no glyph for, in one line.
    pub fn clean(&self, text: &str) -> String {
        let known = |c: char| match c {
            c if c.is_whitespace() => ' ',
            c if self.regular.face.glyph_index(c).is_some() => c,
            _ => '?',
        };
        text.chars().map(known).collect()
    }

    /// Cut into lines of at most this width: between words, or within one that is longer than a line.
    pub fn wrap(&self, text: &str, kind: Type, width: f32) -> Vec<String> {
        let text = self.clean(text);
        let mut lines = Vec::new();
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = if line.is_empty() { word.to_string() } else { format!("{line} {word}") };
            if self.width(&longer, kind) <= width {
                line = longer;
                continue;
            }
            if !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            line = self.cut(word, kind, width, &mut lines);
        }
        if !line.is_empty() || lines.is_empty() {
            lines.push(line);
        }
        lines
    }

    /// The rest of a word, after as many full lines of it as there are.
    fn cut(&self, word: &str, kind: Type, width: f32, lines: &mut Vec<String>) -> String {
        let mut rest = String::new();
        for c in word.chars() {
            rest.push(c);
            if self.width(&rest, kind) > width && rest.chars().count() > 1 {
                rest.pop();
                // A slash is a better place than any other, where one is near.
                let slash = rest.rfind('/').filter(|at| *at * 2 > rest.len());
                let tail = slash.map_or(String::new(), |at| rest.split_off(at + 1));
                lines.push(std::mem::replace(&mut rest, tail));
                rest.push(c);
            }
        }
        rest
    }

    fn weight(&self, kind: Type) -> &Weight {
        if kind.bold { &self.bold } else { &self.regular }
    }
}

fn is_number(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | '\u{2212}' | 'e'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: Type = Type::new(10.0);

    #[test]
    fn the_face_has_every_sign_of_a_report() {
        let fonts = Fonts::new().expect("the faces can be read");
        let signs = "°±×≤≥µμΩφ√–—−·∑≈²";
        assert_eq!(fonts.clean(signs), signs);
        assert_eq!(fonts.clean("a\tb\u{2717}"), "a b?");
    }

    /// Columns of numbers line up without a thought.
    #[test]
    fn digits_and_signs_are_of_equal_width() {
        let fonts = Fonts::new().expect("the faces can be read");
        for kind in [BODY, BODY.bold()] {
            let width = fonts.width("0.000", kind);
            for text in ["1.111", "7.417", "9.999"] {
                assert_eq!(fonts.width(text, kind), width, "{text}");
            }
            assert_eq!(fonts.width("+1", kind), fonts.width("\u{2212}1", kind));
        }
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        let fonts = Fonts::new().expect("the faces can be read");
        let text = "One line and 0123456789abcdef0123456789abcdef0123456789abcdef at its end";
        let lines = fonts.wrap(text, BODY, 90.0);
        assert!(lines.len() > 3);
        assert!(lines.iter().all(|line| fonts.width(line, BODY) <= 90.0), "{lines:?}");
        assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
    }
}
