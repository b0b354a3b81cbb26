//! What may stand in a table: its keys as rows. Checker, JSON Schema and documentation all read them.
//!
//! [`Shape::apply`] turns a tree as it was read into one in which every key is known, nothing that is
//! needed is missing, what was left out has its usual value, and every quantity is a number in the
//! first unit of its dimension and within its range. After it [`Table`] reads without asking again.

use super::civil::{Start, time_of_day_s};
use super::error::{ScenarioError, unknown};
use super::node::{Entry, Node, Value};
use super::unit::{Dimension, PLAIN};

/// Latest time a scenario may name, about 30 years in seconds: beyond it nobody meant it.
pub(super) const LATEST_S: f64 = 1e9;

/// Keys of a table.
pub(super) struct Shape {
    /// Those that are always allowed.
    pub keys: &'static [Key],
    /// If there is a key `kind`: what it says, and which keys each kind takes besides.
    pub kinds: Option<(&'static str, &'static [Kind])>,
}

/// A kind of load, of an entry of the timeline or of a fault.
pub(super) struct Kind {
    pub name: &'static str,
    /// For documentation.
    pub doc: &'static str,
    pub keys: &'static [Key],
}

/// A key.
pub(super) struct Key {
    pub name: &'static str,
    pub need: Need,
    pub takes: Takes,
    /// For documentation.
    pub doc: &'static str,
}

/// Whether a key may be left out.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Need {
    Needed,
    Optional,
    /// It may, and then this is as if written.
    Usually(&'static str),
}

/// What may stand behind a key.
pub(super) enum Takes {
    Text,
    Flag,
    /// From, to.
    Whole(i64, i64),
    /// From, to.
    Number(f64, f64),
    /// From, to in the first unit.
    Quantity(&'static Dimension, f64, f64),
    /// Date and time with zone.
    Start,
    /// A time of the run: from its beginning, of the day, or with date and zone.
    Moment,
    /// A local time of day.
    DayTime,
    Name(&'static Names),
    /// A list of names.
    Names(&'static Names),
    /// A text or a number, of which another key says what it means.
    Any,
    Table(&'static Shape),
    /// An array of tables.
    Tables(&'static Shape),
    /// A table whose keys are of a list, or whatever the file wants, with plain values or lists of them.
    Free(Option<&'static Names>),
}

/// Names to choose from.
pub(super) struct Names {
    /// For people: "wiring system".
    pub what: &'static str,
    pub all: fn() -> Vec<&'static str>,
}

impl Key {
    pub const fn needed(name: &'static str, takes: Takes, doc: &'static str) -> Key {
        Key { name, need: Need::Needed, takes, doc }
    }

    pub const fn optional(name: &'static str, takes: Takes, doc: &'static str) -> Key {
        Key { name, need: Need::Optional, takes, doc }
    }

    pub const fn usually(
        name: &'static str,
        takes: Takes,
        usual: &'static str,
        doc: &'static str,
    ) -> Key {
        Key { name, need: Need::Usually(usual), takes, doc }
    }
}

/// The key that says which kind a table is.
pub(super) const KIND: &str = "kind";

impl Shape {
    /// Checks a table and makes its values plain.
    pub fn apply(&self, node: &mut Node, said: &str) -> Result<(), ScenarioError> {
        let line = node.line;
        let Value::Table(entries) = &mut node.value else {
            return Err(ScenarioError::new(line, format!("\"{said}\" is a table of keys")));
        };
        let special = self.kind_of(entries, line)?;
        let kind_line = entries.iter().find(|entry| entry.key == KIND).map_or(line, |e| e.line);
        let keys = || self.keys.iter().chain(special.iter().flat_map(|kind| kind.keys));
        for entry in entries.iter_mut() {
            if self.kinds.is_some() && entry.key == KIND {
                continue;
            }
            match keys().find(|key| key.name == entry.key) {
                Some(key) => key.apply(&mut entry.node)?,
                None => return Err(self.unknown_key(entry, special)),
            }
        }
        for key in keys() {
            if !entries.iter().any(|entry| entry.key == key.name) {
                entries.extend(key.usual([line, kind_line], special)?);
            }
        }
        Ok(())
    }

    fn kind_of(
        &self,
        entries: &[Entry],
        line: usize,
    ) -> Result<Option<&'static Kind>, ScenarioError> {
        let Some((what, kinds)) = self.kinds else { return Ok(None) };
        let Some(entry) = entries.iter().find(|entry| entry.key == KIND) else {
            return Err(missing(KIND, line));
        };
        let name = text_of(&entry.node, KIND)?;
        let found = kinds.iter().find(|kind| kind.name == name);
        found.map(Some).ok_or_else(|| {
            let known = kinds.iter().map(|kind| kind.name);
            ScenarioError::new(entry.line, unknown(what, name, known))
        })
    }

    fn unknown_key(&self, entry: &Entry, kind: Option<&'static Kind>) -> ScenarioError {
        let known = || self.keys.iter().chain(kind.iter().flat_map(|kind| kind.keys));
        let others = self.kinds.map_or(&[][..], |(_, kinds)| kinds);
        let is_anothers =
            others.iter().any(|other| other.keys.iter().any(|key| key.name == entry.key));
        let message = match kind {
            Some(kind) if is_anothers => {
                let takes: Vec<&str> = kind.keys.iter().map(|key| key.name).collect();
                let takes =
                    if takes.is_empty() { "nothing of its own".into() } else { takes.join(", ") };
                format!("kind \"{}\" takes no \"{}\"; it takes {takes}", kind.name, entry.key)
            }
            _ => unknown("key", &entry.key, known().map(|key| key.name)),
        };
        ScenarioError::new(entry.line, message)
    }
}

fn missing(key: &str, line: usize) -> ScenarioError {
    ScenarioError::new(line, format!("the key \"{key}\" is missing"))
}

fn text_of<'a>(node: &'a Node, key: &str) -> Result<&'a str, ScenarioError> {
    match &node.value {
        Value::Text(text) => Ok(text),
        _ => Err(ScenarioError::new(node.line, format!("\"{key}\" is a text in quotes"))),
    }
}

impl Key {
    /// What stands for a key that was left out of a table that begins at a line and has its kind at another.
    fn usual(
        &self,
        [line, kind_line]: [usize; 2],
        kind: Option<&Kind>,
    ) -> Result<Option<Entry>, ScenarioError> {
        let text = match (self.need, kind) {
            (Need::Optional, _) => return Ok(None),
            (Need::Usually(text), _) => text,
            (Need::Needed, Some(kind)) if kind.keys.iter().any(|key| key.name == self.name) => {
                let message = format!("kind \"{}\" needs the key \"{}\"", kind.name, self.name);
                return Err(ScenarioError::new(kind_line, message));
            }
            (Need::Needed, _) => return Err(missing(self.name, line)),
        };
        let invariant = "a usual value is well written";
        let value = match self.takes {
            Takes::Flag => Value::Flag(text.parse().expect(invariant)),
            Takes::Whole(..) => Value::Whole(text.parse().expect(invariant)),
            Takes::Number(..) => Value::Number(text.parse().expect(invariant)),
            Takes::Table(_) => Value::Table(Vec::new()),
            _ => Value::Text(text.to_owned()),
        };
        let mut node = Node { line, value };
        self.apply(&mut node)?;
        Ok(Some(Entry { key: self.name.to_owned(), line, node }))
    }

    /// Checks a value and makes it plain.
    fn apply(&self, node: &mut Node) -> Result<(), ScenarioError> {
        let line = node.line;
        let refuse = |message: String| Err(ScenarioError::new(line, message));
        match (&self.takes, &mut node.value) {
            (Takes::Table(shape), _) => shape.apply(node, self.name),
            (Takes::Tables(shape), Value::List(items)) => {
                items.iter_mut().try_for_each(|item| shape.apply(item, self.name))
            }
            (Takes::Tables(_), _) => {
                refuse(format!("\"{0}\" is an array of tables: write [[{0}]]", self.name))
            }
            (Takes::Free(names), Value::Table(entries)) => entries.iter().try_for_each(|entry| {
                names.map_or(Ok(()), |names| check_name(&entry.key, names, entry.line))
            }),
            (Takes::Free(_), _) => refuse(format!("\"{}\" is a table of keys", self.name)),
            (Takes::Flag, Value::Flag(_)) => Ok(()),
            (Takes::Flag, _) => refuse(format!("\"{}\" is true or false", self.name)),
            (Takes::Any, Value::Text(_) | Value::Whole(_) | Value::Number(_)) => Ok(()),
            (Takes::Any, _) => refuse(format!("\"{}\" is a text or a number", self.name)),
            (Takes::Whole(low, high), Value::Whole(value)) if (low..=high).contains(&&*value) => {
                Ok(())
            }
            (Takes::Whole(low, high), _) => {
                let to = if *high == i64::MAX { String::new() } else { format!(" to {high}") };
                refuse(format!("\"{}\" is a whole number from {low}{to}", self.name))
            }
            (Takes::Number(low, high), value) => {
                let number = match value {
                    Value::Whole(whole) => *whole as f64,
                    Value::Number(number) => *number,
                    _ => return refuse(format!("\"{}\" is a number", self.name)),
                };
                check_range(number, *low, *high, &PLAIN, line)?;
                *value = Value::Number(number);
                Ok(())
            }
            (Takes::Quantity(dimension, low, high), value) => {
                let number = quantity(value, dimension).map_err(|m| ScenarioError::new(line, m))?;
                check_range(number, *low, *high, dimension, line)?;
                *value = Value::Number(number);
                Ok(())
            }
            (Takes::Names(names), Value::List(items)) => items
                .iter()
                .try_for_each(|item| check_name(text_of(item, self.name)?, names, item.line)),
            (Takes::Names(_), _) => refuse(format!("\"{}\" is a list of names", self.name)),
            (Takes::Text | Takes::Moment, _) => text_of(node, self.name).map(|_| ()),
            (Takes::Name(names), _) => check_name(text_of(node, self.name)?, names, line),
            (Takes::Start, _) => match Start::parse(text_of(node, self.name)?) {
                Some(_) => Ok(()),
                None => refuse(
                    "not a date and time: write it like \"2026-06-17T17:30:00+02:00\"".into(),
                ),
            },
            (Takes::DayTime, _) => match time_of_day_s(text_of(node, self.name)?) {
                Some(_) => Ok(()),
                None => refuse("not a time of day: write it like \"05:40\"".into()),
            },
        }
    }
}

fn check_name(name: &str, names: &Names, line: usize) -> Result<(), ScenarioError> {
    let all = (names.all)();
    if all.contains(&name) {
        return Ok(());
    }
    Err(ScenarioError::new(line, unknown(names.what, name, all.iter().copied())))
}

/// A value of a dimension from what was written: a text with unit. A number has forgotten it.
pub(super) fn quantity(value: &Value, dimension: &Dimension) -> Result<f64, String> {
    match value {
        Value::Text(text) => dimension.parse(text),
        Value::Whole(whole) => dimension.parse(&whole.to_string()),
        Value::Number(number) => dimension.parse(&number.to_string()),
        _ => {
            Err(format!("this is not {}: write it like \"{}\"", dimension.name, dimension.example))
        }
    }
}

fn check_range(
    value: f64,
    low: f64,
    high: f64,
    dimension: &Dimension,
    line: usize,
) -> Result<(), ScenarioError> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    let say = |value| dimension.say(value);
    let message = format!("{} is out of range: it must be {}", say(value), bounds(low, high, say));
    Err(ScenarioError::new(line, message))
}

/// A range as people write it.
pub(super) fn bounds(low: f64, high: f64, say: impl Fn(f64) -> String) -> String {
    match (low, high) {
        (low, f64::INFINITY) => format!("{} or more", say(low)),
        (low, high) => format!("{} to {}", say(low), say(high)),
    }
}

/// A table that its shape was applied to. A key that is asked for as if it were there is one that its
/// shape needs or gives its usual value.
#[derive(Clone, Copy)]
pub(super) struct Table<'a>(pub &'a Node);

const APPLIED: &str = "the shape of the table was applied";

impl<'a> Table<'a> {
    /// Line at which the table begins.
    pub fn line(self) -> usize {
        self.0.line
    }

    /// Line of a key, or of the table if the key is not there.
    pub fn line_of(self, key: &str) -> usize {
        let entry = self.0.entries().iter().find(|entry| entry.key == key);
        entry.map_or(self.0.line, |entry| entry.line)
    }

    /// An error about a key.
    pub fn refuse(self, key: &str, message: impl Into<String>) -> ScenarioError {
        ScenarioError::new(self.line_of(key), message)
    }

    pub fn has(self, key: &str) -> bool {
        self.0.get(key).is_some()
    }

    pub fn get(self, key: &str) -> Option<&'a Node> {
        self.0.get(key)
    }

    pub fn maybe_number(self, key: &str) -> Option<f64> {
        self.0.get(key).map(|node| match node.value {
            Value::Number(number) => number,
            Value::Whole(whole) => whole as f64,
            _ => unreachable!("{APPLIED}"),
        })
    }

    pub fn number(self, key: &str) -> f64 {
        self.maybe_number(key).expect(APPLIED)
    }

    pub fn whole(self, key: &str) -> i64 {
        match self.0.get(key).expect(APPLIED).value {
            Value::Whole(whole) => whole,
            _ => unreachable!("{APPLIED}"),
        }
    }

    pub fn flag(self, key: &str) -> bool {
        matches!(self.0.get(key).expect(APPLIED).value, Value::Flag(true))
    }

    pub fn maybe_text(self, key: &str) -> Option<&'a str> {
        self.0.get(key).map(|node| match &node.value {
            Value::Text(text) => text.as_str(),
            _ => unreachable!("{APPLIED}"),
        })
    }

    pub fn text(self, key: &str) -> &'a str {
        self.maybe_text(key).expect(APPLIED)
    }

    /// Names of a list with their lines; none if the key is not there.
    pub fn names(self, key: &str) -> Option<Vec<(&'a str, usize)>> {
        self.0.get(key).map(|node| {
            let item = |item: &'a Node| match &item.value {
                Value::Text(text) => (text.as_str(), item.line),
                _ => unreachable!("{APPLIED}"),
            };
            node.items().iter().map(item).collect()
        })
    }

    /// One of a list of things by its public name.
    pub fn choice<T: Copy>(self, key: &str, all: &[T], slug: impl Fn(T) -> &'static str) -> T {
        let name = self.text(key);
        all.iter().copied().find(|thing| slug(*thing) == name).expect(APPLIED)
    }

    pub fn table(self, key: &str) -> Table<'a> {
        Table(self.0.get(key).expect(APPLIED))
    }

    pub fn tables(self, key: &str) -> impl Iterator<Item = Table<'a>> + use<'a> {
        self.0.get(key).map_or(&[][..], Node::items).iter().map(Table)
    }
}
