//! A scenario file as a tree in which every value knows its line.
//!
//! This is all that is known of TOML here: what the keys mean is said by the shapes.

use super::error::ScenarioError;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    /// From 1.
    pub line: usize,
    pub value: Value,
}

/// What TOML can say. A date and time is a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Text(String),
    Whole(i64),
    Number(f64),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
}

/// A key with its value; tables keep the order of the file.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub key: String,
    /// Of the key.
    pub line: usize,
    pub node: Node,
}

impl Node {
    /// Reads a file. What is no TOML is said in the words of the TOML reader.
    pub fn read(text: &str) -> Result<Node, ScenarioError> {
        let lines = Lines::of(text);
        let table = DeTable::parse(text).map_err(|error| ScenarioError {
            line: error.span().map(|span| lines.at(span.start)),
            message: format!("this is no TOML: {}", error.message().trim_end().replace('\n', "; ")),
        })?;
        Ok(Node { line: 1, value: Value::Table(lines.entries(table.get_ref())?) })
    }

    /// Entries of a table; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// Items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The value behind a key of a table.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Node> {
        let Value::Table(entries) = &mut self.value else { return None };
        entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.node)
    }

    /// Takes the value behind a key out of a table.
    pub fn take(&mut self, key: &str) -> Option<Node> {
        let Value::Table(entries) = &mut self.value else { return None };
        let place = entries.iter().position(|entry| entry.key == key)?;
        Some(entries.remove(place).node)
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

    fn entries(&self, table: &DeTable<'_>) -> Result<Vec<Entry>, ScenarioError> {
        let mut entries = Vec::new();
        for (key, value) in table.iter() {
            let place = key.span().start;
            let node = self.node(value)?;
            entries.push((
                place,
                Entry { key: key.get_ref().to_string(), line: self.at(place), node },
            ));
        }
        entries.sort_by_key(|(place, _)| *place);
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Result<Node, ScenarioError> {
        let line = self.at(value.span().start);
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Datetime(moment) => Value::Text(moment.to_string()),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
                .map(Value::Whole)
                .map_err(|_| ScenarioError::new(line, format!("{whole} is too large a number")))?,
            DeValue::Float(number) => number
                .as_str()
                .parse()
                .map(Value::Number)
                .map_err(|_| ScenarioError::new(line, format!("{number} is no number")))?,
            DeValue::Array(items) => {
                Value::List(items.iter().map(|item| self.node(item)).collect::<Result<_, _>>()?)
            }
            DeValue::Table(table) => Value::Table(self.entries(table)?),
        };
        Ok(Node { line, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_line_and_keys_their_order() {
        let text =
            "b = 1\na = \"x\"\n[[t]]\nc = [\n  2.5,\n  true]\n[[t]]\nd = 2026-01-01T00:00:00Z\n";
        let root = Node::read(text).unwrap();
        let keys: Vec<(&str, usize)> =
            root.entries().iter().map(|entry| (entry.key.as_str(), entry.line)).collect();
        assert_eq!(keys, [("b", 1), ("a", 2), ("t", 3)]);
        let tables = root.get("t").unwrap().items();
        assert_eq!([tables[0].line, tables[1].line], [3, 7]);
        let list = tables[0].get("c").unwrap().items();
        assert_eq!(list[1], Node { line: 6, value: Value::Flag(true) });
        let moment = &tables[1].get("d").unwrap().value;
        assert_eq!(*moment, Value::Text("2026-01-01T00:00:00Z".into()));
    }

    #[test]
    fn what_is_no_toml_is_said_with_its_line() {
        let error = Node::read("a = 1\nb = = 2\n").unwrap_err();
        assert_eq!(error.line, Some(2));
        assert!(error.message.starts_with("this is no TOML: "), "{error}");
    }
}
