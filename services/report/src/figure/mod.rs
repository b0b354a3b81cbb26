//! The pictures of a certificate.
//!
//! Each is a [`Figure`]: drawn once, shown on a page of the PDF and written as a file.

mod curves;
mod histogram;
mod used;

use std::collections::BTreeSet;

use verify::document::Certificate;

use crate::groups::Section;
use paper::Figure;

/// All pictures, by the chapter in which they stand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    /// Errors against current, for each configuration.
    pub curves: Vec<Figure>,
    /// How much of its limit each clause uses, for each arm.
    pub used: Vec<Figure>,
    /// How the errors of a lot are spread, for each point.
    pub lot: Vec<Figure>,
}

impl Figures {
    /// Name and text of each file.
    pub fn files(&self) -> Vec<(String, String)> {
        let all = self.curves.iter().chain(&self.used).chain(&self.lot);
        all.map(|figure| (figure.file.clone(), figure.svg())).collect()
    }
}

/// Draws them.
pub(crate) fn all(certificate: &Certificate, sections: &[Section<'_>]) -> Figures {
    let mut figures = Figures {
        curves: curves::all(sections),
        used: used::all(sections),
        lot: certificate.lot.iter().flat_map(histogram::all).collect(),
    };
    let names = figures.curves.iter_mut().chain(&mut figures.used).chain(&mut figures.lot);
    make_unique(names.map(|figure| &mut figure.file));
    figures
}

/// A name that is safe on every file system: letters, digits, dots and dashes.
fn file_name(words: &[&str]) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    words.join("-").replace(' ', "").chars().map(safe).collect::<String>() + ".svg"
}

/// Numbers the second and further of a name, as file systems compare names: without regard to case.
fn make_unique<'a>(names: impl Iterator<Item = &'a mut String>) {
    let mut taken = BTreeSet::new();
    for name in names {
        let stem = name.trim_end_matches(".svg").to_string();
        let mut number = 2;
        while !taken.insert(name.to_lowercase()) {
            *name = format!("{stem}-{number}.svg");
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_figures_are_one_file() {
        let words =
            [["error", "esy1 ESY3XMV 100 A"], ["error", "esy1/esy3xmv,100A"], ["used", "x"]];
        let mut names: Vec<String> = words.iter().map(|words| file_name(words)).collect();
        names[1] = names[0].to_lowercase();
        make_unique(names.iter_mut());
        let expected = ["error-esy1ESY3XMV100A.svg", "error-esy1esy3xmv100a-2.svg", "used-x.svg"];
        assert_eq!(names, expected);
        assert_eq!(file_name(&["a b", "c/d\\e:f"]), "ab-c-d-e-f.svg");
    }
}
