//! What is wrong with a scenario file, where, and what was probably meant.

use std::fmt;
use std::ops::Range;

/// Why a scenario was refused. Reads `line 12: unknown key "voltge"; did you mean "voltage"?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// Line in the file, from 1; none if the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ScenarioError {}

/// A fault found at a place in the text.
#[derive(Debug)]
pub(crate) struct Fault {
    span: Range<usize>,
    message: String,
}

impl Fault {
    pub(crate) fn new(span: Range<usize>, message: impl Into<String>) -> Fault {
        Fault { span, message: message.into() }
    }

    pub(crate) fn in_text(self, text: &str) -> ScenarioError {
        ScenarioError { line: Some(line_of(text, self.span.start)), message: self.message }
    }
}

/// What the TOML reader says, in our words.
pub(crate) fn from_toml(error: &toml::de::Error, text: &str) -> ScenarioError {
    let line = error.span().map(|span| line_of(text, span.start));
    ScenarioError { line, message: in_our_words(error.message()) }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

fn in_our_words(message: &str) -> String {
    let names: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    match names.split_first() {
        Some((key, known)) if message.starts_with("unknown field") => {
            unknown("key", key, known.iter().copied())
        }
        Some((key, _)) if message.starts_with("missing field") => {
            format!("the key \"{key}\" is missing")
        }
        _ => message.trim_end().replace('\n', "; "),
    }
}

/// "unknown key ...", with the nearest right name or, if none is near, all of them.
pub(crate) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("unknown {what} \"{name}\"; did you mean \"{near}\"?"),
        None => {
            let known: Vec<&str> = known.collect();
            format!("unknown {what} \"{name}\"; known are {}", known.join(", "))
        }
    }
}

/// The name with the fewest edits between, if they are at most a third of its letters (but two are
/// always allowed in four or more).
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let letters = name.chars().count();
    let allowed = (letters / 3).max(if letters >= 4 { 2 } else { 1 });
    known
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|(edits, _)| *edits <= allowed)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance.
fn edits(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        let known = ["voltage", "frequency", "harmonics"];
        assert_eq!(nearest("voltge", known.into_iter()), Some("voltage"));
        assert_eq!(nearest("freqency", known.into_iter()), Some("frequency"));
        assert_eq!(nearest("colour", known.into_iter()), None);
        assert_eq!(edits("kitten", "sitting"), 3);
    }
}
