//! What is wrong with a scenario file, where, and what was probably meant.

use std::fmt;

/// Why a scenario was refused. Reads `line 12: unknown key "voltge"; did you mean "voltage"?`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScenarioError {
    /// Line in the file, from 1; none if the whole file is meant.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

impl ScenarioError {
    pub(super) fn new(line: usize, message: impl Into<String>) -> ScenarioError {
        ScenarioError { line: Some(line), message: message.into() }
    }
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

/// "unknown key ...", with the nearest right name or, if none is near, all of them.
pub(super) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("unknown {what} \"{name}\"; did you mean \"{near}\"?"),
        None => {
            let known: Vec<&str> = known.collect();
            match known[..] {
                [] => format!("unknown {what} \"{name}\"; there is none"),
                [only] => format!("unknown {what} \"{name}\"; there is only {only}"),
                _ => format!("unknown {what} \"{name}\"; known are {}", known.join(", ")),
            }
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
