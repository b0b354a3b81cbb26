//! Text, figures and tables down the pages, one below the other.
//!
//! A page is a [`Drawing`]; header and footer come last, when the number of pages is known.

use crate::drawing::{ACCENT, Anchor, BLACK, Drawing, GREY, LINE, Role, Type};
use crate::figure::Figure;
use crate::fonts::Fonts;

/// A4.
pub const PAGE: (f32, f32) = (595.276, 841.89);
/// Of the text.
pub const LEFT: f32 = 48.0;
const WIDTH: f32 = crate::figure::WIDTH;
const TOP: f32 = 54.0;
const BOTTOM: f32 = 798.0;

/// Of text.
pub const BODY: Type = Type::new(8.5);
const BODY_LEADING: f32 = 12.0;
/// Of the names in a list of names and values.
const NAMES: f32 = 118.0;

/// A place that the outline of the document leads to.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// 1 for a chapter, 2 for a heading within.
    pub level: u16,
    /// The heading.
    pub text: String,
    /// Page, from 0.
    pub page: usize,
    /// From the top.
    pub y: f32,
}

/// The pages so far.
pub struct Flow<'a> {
    /// The face.
    pub fonts: &'a Fonts,
    /// The pages.
    pub pages: Vec<Drawing>,
    /// What the outline leads to.
    pub places: Vec<Place>,
    /// Lower end of what stands on the last page.
    pub y: f32,
    chapters: usize,
    /// Tables so far.
    pub tables: usize,
}

impl<'a> Flow<'a> {
    /// Before the first page.
    pub fn new(fonts: &'a Fonts) -> Flow<'a> {
        let pages = vec![Drawing::new(PAGE.0, PAGE.1)];
        Flow { fonts, pages, places: Vec::new(), y: TOP, chapters: 0, tables: 0 }
    }

    /// The last page.
    pub fn page(&mut self) -> &mut Drawing {
        if self.pages.is_empty() {
            self.pages.push(Drawing::new(PAGE.0, PAGE.1));
        }
        let last = self.pages.len() - 1;
        &mut self.pages[last]
    }

    /// Height that is left on the page.
    pub fn room(&self) -> f32 {
        BOTTOM - self.y
    }

    /// Goes to a new page.
    pub fn new_page(&mut self) {
        self.pages.push(Drawing::new(PAGE.0, PAGE.1));
        self.y = TOP;
    }

    /// Goes to a new page unless so much height is left.
    pub fn keep(&mut self, height: f32) {
        if self.room() < height && self.y > TOP {
            self.new_page();
        }
    }

    /// Leaves some height, unless at the top of a page.
    pub fn space(&mut self, height: f32) {
        if self.y > TOP {
            self.y += height;
        }
    }

    /// A numbered heading with a line, kept with so much height of what follows.
    pub fn chapter(&mut self, text: &str, following: f32) {
        self.space(20.0);
        self.keep(30.0 + following);
        self.chapters += 1;
        let text = self.fonts.clean(&format!("{}  {text}", self.chapters));
        self.place(1, &text);
        let base = self.y + 11.0;
        self.page().role(Role::Heading(1, text.clone()));
        self.page().text(LEFT, base, text, Type::new(13.0).bold().colored(ACCENT), Anchor::Start);
        self.page().role(Role::Artifact);
        self.page().line((LEFT, base + 5.0), (LEFT + WIDTH, base + 5.0), 0.7, ACCENT);
        self.y = base + 13.0;
    }

    /// A heading inside a chapter, kept with so much height of what follows.
    pub fn heading(&mut self, text: &str, following: f32) {
        let kind = Type::new(9.5).bold();
        let lines = self.fonts.wrap(text, kind, WIDTH);
        self.space(9.0);
        self.keep(13.0 * lines.len() as f32 + 3.0 + following);
        self.place(2, text);
        self.page().role(Role::Heading(2, text.to_string()));
        for line in lines {
            let base = self.y + 9.0;
            self.page().text(LEFT, base, line, kind, Anchor::Start);
            self.y += 13.0;
        }
        self.y += 2.0;
    }

    fn place(&mut self, level: u16, text: &str) {
        let (page, y) = (self.pages.len() - 1, self.y);
        self.places.push(Place { level, text: text.to_string(), page, y });
    }

    /// Text.
    pub fn paragraph(&mut self, text: &str) {
        self.words(text, BODY, LEFT, WIDTH, BODY_LEADING);
        self.y += 3.0;
    }

    /// Small and grey, for what belongs to a table or heading.
    pub fn remark(&mut self, text: &str) {
        self.words(text, Type::new(7.5).colored(GREY), LEFT, WIDTH, 10.0);
        self.y += 2.0;
    }

    /// A line of a list.
    pub fn item(&mut self, text: &str) {
        self.keep(BODY_LEADING);
        let base = self.y + 8.5;
        self.page().role(Role::Artifact);
        self.page().text(LEFT, base, "–", BODY, Anchor::Start);
        self.words(text, BODY, LEFT + 10.0, WIDTH - 10.0, BODY_LEADING);
        self.y += 1.0;
    }

    /// Names at the left and what they are at the right.
    pub fn pairs<'b>(&mut self, pairs: impl IntoIterator<Item = (&'b str, String)>) {
        for (name, value) in pairs {
            let names = self.fonts.wrap(&capitalized(name), BODY.colored(GREY), NAMES - 8.0);
            let values = self.fonts.wrap(&value, BODY, WIDTH - NAMES);
            self.keep(BODY_LEADING * names.len().max(values.len()) as f32);
            let top = self.y;
            self.page().role(Role::Paragraph);
            for (n, line) in names.iter().enumerate() {
                let base = top + 8.5 + n as f32 * BODY_LEADING;
                self.page().text(LEFT, base, line, BODY.colored(GREY), Anchor::Start);
            }
            for (n, line) in values.iter().enumerate() {
                let base = top + 8.5 + n as f32 * BODY_LEADING;
                self.page().text(LEFT + NAMES, base, line, BODY, Anchor::Start);
            }
            self.y = top + BODY_LEADING * names.len().max(values.len()) as f32 + 1.0;
        }
        self.y += 2.0;
    }

    fn words(&mut self, text: &str, kind: Type, left: f32, width: f32, leading: f32) {
        let lines = self.fonts.wrap(text, kind, width);
        // Neither the first nor the last line stands alone on a page.
        self.keep(leading * lines.len().min(3) as f32);
        self.page().role(Role::Paragraph);
        for line in lines {
            if self.room() < leading {
                self.new_page();
                self.page().role(Role::Paragraph);
            }
            let base = self.y + kind.size;
            self.page().text(left, base, line, kind, Anchor::Start);
            self.y += leading;
        }
    }

    /// A figure with a caption above it, both on one page.
    pub fn figure(&mut self, figure: &Figure, caption: &str) {
        let kind = Type::new(8.0).bold();
        let lines = self.fonts.wrap(caption, kind, WIDTH);
        self.space(7.0);
        self.keep(figure.drawing.height + 11.0 * lines.len() as f32 + 6.0);
        self.page().role(Role::Paragraph);
        for line in lines {
            let base = self.y + 8.0;
            self.page().text(LEFT, base, line, kind, Anchor::Start);
            self.y += 11.0;
        }
        let top = self.y + 3.0;
        self.put_figure(figure, LEFT, top);
        self.y = top + figure.drawing.height;
    }

    /// Several small figures side by side, row by row.
    pub fn figures(&mut self, figures: &[Figure], gap: f32) {
        let widest = figures.iter().fold(1.0, |w: f32, figure| w.max(figure.drawing.width));
        let per_row = (((WIDTH + gap) / (widest + gap)) as usize).max(1);
        for row in figures.chunks(per_row) {
            let height = row.iter().fold(0.0, |h: f32, figure| h.max(figure.drawing.height));
            self.keep(height);
            let top = self.y;
            for (n, figure) in row.iter().enumerate() {
                self.put_figure(figure, LEFT + n as f32 * (widest + gap), top);
            }
            self.y = top + height + 4.0;
        }
    }

    fn put_figure(&mut self, figure: &Figure, x: f32, y: f32) {
        self.page().role(Role::Figure(figure.description.clone()));
        self.page().place(&figure.drawing, x, y);
        self.page().role(Role::Artifact);
    }

    /// The line after which nothing follows, with its words.
    pub fn end(&mut self, words: &str) {
        self.space(14.0);
        self.keep(20.0);
        let base = self.y + 10.0;
        let middle = LEFT + WIDTH / 2.0;
        self.page().role(Role::Paragraph);
        let half = self.fonts.width(words, BODY.bold()) / 2.0 + 12.0;
        self.page().text(middle, base, words, BODY.bold(), Anchor::Middle);
        self.page().role(Role::Artifact);
        for (from, to) in [(LEFT, middle - half), (middle + half, LEFT + WIDTH)] {
            self.page().line((from, base - 3.0), (to, base - 3.0), 0.5, LINE);
        }
        self.y = base + 6.0;
    }

    /// Header and footer on every page; `number` writes the number of a page and how many there are.
    pub fn finish(
        mut self,
        head: (&str, &str),
        foot: &str,
        number: impl Fn(usize, usize) -> String,
    ) -> (Vec<Drawing>, Vec<Place>) {
        let count = self.pages.len();
        let small = Type::new(7.5).colored(GREY);
        let right = LEFT + WIDTH;
        for (n, page) in self.pages.iter_mut().enumerate() {
            page.role(Role::Artifact);
            page.text(LEFT, 38.0, head.0, small, Anchor::Start);
            page.text(right, 38.0, head.1, Type::new(7.5).bold().colored(BLACK), Anchor::End);
            page.line((LEFT, 43.0), (right, 43.0), 0.5, LINE);
            page.line((LEFT, 803.0), (right, 803.0), 0.5, LINE);
            page.text(LEFT, 813.0, foot, small, Anchor::Start);
            page.text(right, 813.0, number(n + 1, count), small, Anchor::End);
        }
        (self.pages, self.places)
    }
}

/// Names come in lower case, and begin a line here; those of channels, such as `ia`, stay as they are.
fn capitalized(name: &str) -> String {
    if name.split_whitespace().next().is_some_and(|word| word.chars().count() < 3) {
        return name.to_string();
    }
    let mut rest = name.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}
