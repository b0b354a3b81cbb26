//! A configuration as a tree in which every value knows its line, and what is wrong with one.

use super::keys::Key;
use std::fmt;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Why a configuration was refused. Reads `line 12: interval = "7min" ...; take 5min or 10min`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationError {
    /// Line in the text, from 1; none if all of it is meant.
    pub line: Option<usize>,
    /// What is wrong, what was wanted, and what to do.
    pub message: String,
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.message),
            None => f.write_str(&self.message),
        }
    }
}

impl std::error::Error for ConfigurationError {}

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// From 1.
    pub line: usize,
    pub value: Value,
}

/// What a configuration says: texts, whole numbers, lists and tables. Other things of TOML are kept as
/// their name, to be refused.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    Other(&'static str),
}

impl Node {
    /// Reads a text. What is no TOML is said in the words of the TOML reader.
    pub fn read(text: &str) -> Result<Node, ConfigurationError> {
        let lines = Lines::of(text);
        let table = DeTable::parse(text).map_err(|error| ConfigurationError {
            line: error.span().map(|span| lines.at(span.start)),
            message: format!("this is no TOML: {}", error.message().trim_end().replace('\n', "; ")),
        })?;
        Ok(Node { line: 1, value: lines.table(table.get_ref()) })
    }

    /// An error about this value.
    pub fn error(&self, message: impl Into<String>) -> ConfigurationError {
        ConfigurationError { line: Some(self.line), message: message.into() }
    }

    /// A table with known keys only, and with all that it needs.
    pub fn check(&self, name: &str, keys: &[Key]) -> Result<(), ConfigurationError> {
        let Value::Table(entries) = &self.value else {
            return Err(self.error(format!("{name} must be a table; write its keys below it")));
        };
        for (key, node) in entries {
            if !keys.iter().any(|known| known.name == key) {
                let known = keys.iter().map(|known| known.name);
                return Err(node.error(unknown(&format!("key in {name}:"), key, known)));
            }
        }
        match keys.iter().find(|key| key.is_needed() && self.get(key.name).is_none()) {
            None => Ok(()),
            Some(key) => Err(self.error(format!(
                "{name} needs {}: {} Write {} = {}",
                key.name, key.doc, key.name, key.example
            ))),
        }
    }

    /// The value behind a key of a table.
    pub fn get(&self, key: &str) -> Option<&Node> {
        let Value::Table(entries) = &self.value else { return None };
        entries.iter().find(|(name, _)| name == key).map(|(_, node)| node)
    }

    /// A text.
    pub fn text(&self, key: &str) -> Result<&str, ConfigurationError> {
        match &self.value {
            Value::Text(text) => Ok(text),
            Value::Whole(_) | Value::List(_) | Value::Table(_) | Value::Other(_) => {
                Err(self.error(format!("{key} is a text; write it in quotation marks")))
            }
        }
    }

    /// Items of a list that has at least one and at most so many.
    pub fn items(&self, key: &str, most: usize) -> Result<&[Node], ConfigurationError> {
        let Value::List(items) = &self.value else {
            return Err(self.error(format!("{key} is a list; write it in square brackets")));
        };
        match items.len() {
            0 => Err(self.error(format!("{key} is empty; name something, or leave the key out"))),
            count if count > most => {
                Err(self.error(format!("{key} has {count} entries, and {most} is the most")))
            }
            _ => Ok(items),
        }
    }
}

/// Where the lines of a text begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Lines {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        Lines(std::iter::once(0).chain(breaks.map(|(place, _)| place + 1)).collect())
    }

    /// The line of a byte, from 1.
    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset)
    }

    fn table(&self, table: &DeTable<'_>) -> Value {
        let mut entries: Vec<(String, Node)> = table
            .iter()
            .map(|(key, value)| (key.get_ref().to_string(), self.node(value)))
            .collect();
        entries.sort_by_key(|(_, node)| node.line);
        Value::Table(entries)
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let known = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Datetime(moment) => Value::Text(moment.to_string()),
            DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
                .map_or(Value::Other("a large number"), Value::Whole),
            DeValue::Array(items) => {
                Value::List(items.iter().map(|item| self.node(item)).collect())
            }
            DeValue::Table(table) => self.table(table),
            DeValue::Boolean(_) => Value::Other("true or false"),
            DeValue::Float(_) => Value::Other("a number with decimals"),
        };
        Node { line: self.at(value.span().start), value: known }
    }
}

/// "unknown ...", with the nearest right name or, if none is near, all of them if they are few.
pub(super) fn unknown<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> String {
    /// More names than these are no help in one line.
    const FEW: usize = 20;
    let letters = name.chars().count();
    let near = known
        .clone()
        .map(|candidate| (edits(name, candidate), candidate))
        .filter(|(edits, _)| *edits <= (letters / 3).max(2))
        .min_by_key(|(edits, _)| *edits);
    match near {
        Some((_, near)) => format!("unknown {what} \"{name}\"; did you mean \"{near}\"?"),
        None if known.clone().count() > FEW => format!("unknown {what} \"{name}\""),
        None => {
            let known: Vec<&str> = known.collect();
            format!("unknown {what} \"{name}\"; known are {}", known.join(", "))
        }
    }
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
