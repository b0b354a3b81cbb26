//! From texts to one value for each key, each with its origin.

use crate::keys::{KEYS, Key, MODULE, Takes, row};
use crate::value::{GpioLine, Speed};
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use toml::Value;
use toml::de::{DeTable, DeValue};

/// Most modules of a bus (datasheet L686).
const MODULES_MAX: usize = 10;

/// Inputs of the converter.
const INPUTS: usize = 8;

/// A source of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Layer {
    /// A file: its path and its text.
    File(String, String),
    /// A variable of the environment and what it says.
    Variable(String, String),
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// It is what stands if nobody says anything.
    Usual,
    /// A file, and the line in it from 1.
    File(String, usize),
    /// A variable of the environment.
    Variable(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Usual => f.write_str("usual"),
            Origin::File(path, line) => write!(f, "{path}:{line}"),
            Origin::Variable(name) => f.write_str(name),
        }
    }
}

/// Something that is wrong, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Where it stands.
    pub origin: Origin,
    /// A sentence with the remedy.
    pub message: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.origin {
            Origin::Usual => f.write_str(&self.message),
            Origin::File(..) | Origin::Variable(_) => {
                write!(f, "{}: {}", self.origin, self.message)
            }
        }
    }
}

/// A value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub value: Value,
    pub origin: Origin,
}

/// The strongest value of each key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Values {
    pub entries: BTreeMap<&'static str, Entry>,
    /// Tables of the modules, and where each begins.
    pub modules: Vec<(Origin, BTreeMap<&'static str, Entry>)>,
    pub findings: Vec<Finding>,
}

/// Names of all variables of the environment with their keys.
pub fn variables() -> impl Iterator<Item = (String, &'static Key)> {
    let plain = KEYS.iter().filter(|key| key.takes != Takes::Modules);
    plain.map(|key| (format!("EMS_{}", key.path.replace('.', "_").to_uppercase()), key))
}

/// Whether a variable of the environment is meant for the configuration: it begins as a table of it does.
pub fn is_variable(name: &str) -> bool {
    let Some(rest) = name.strip_prefix("EMS_") else { return false };
    KEYS.iter().any(|key| match key.path.split_once('.') {
        None => rest.eq_ignore_ascii_case(key.path),
        Some((table, _)) => {
            let begins =
                rest.get(..table.len()).is_some_and(|text| text.eq_ignore_ascii_case(table));
            begins && rest[table.len()..].starts_with('_')
        }
    })
}

impl Values {
    /// Reads layers, the weakest first.
    pub fn read(layers: &[Layer]) -> Values {
        let mut values = Values::default();
        for key in KEYS.iter().filter(|key| !key.usual.is_empty()) {
            let value = literal(key.usual).expect("the table of keys is tested");
            values.entries.insert(key.path, Entry { value, origin: Origin::Usual });
        }
        for layer in layers {
            match layer {
                Layer::File(path, text) => values.file(path, text),
                Layer::Variable(name, text) => values.variable(name, text),
            }
        }
        values
    }

    fn file(&mut self, path: &str, text: &str) {
        let line = |offset: usize| 1 + text[..offset].matches('\n').count();
        let at = |offset: usize| Origin::File(path.to_string(), line(offset));
        match DeTable::parse(text) {
            Ok(table) => self.table(table.get_ref(), "", &at),
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                let message = error.message().trim_end().replace('\n', "; ");
                self.find(at(offset), format!("this is no TOML: {message}"));
            }
        }
    }

    fn table(&mut self, table: &DeTable<'_>, inside: &str, at: &dyn Fn(usize) -> Origin) {
        for (name, value) in table.iter() {
            let path = match inside {
                "" => name.get_ref().to_string(),
                inside => format!("{inside}.{}", name.get_ref()),
            };
            let origin = at(name.span().start);
            match (row(&path), value.get_ref()) {
                (Some(key), DeValue::Array(items)) if key.takes == Takes::Modules => {
                    self.modules.clear();
                    for item in items.iter().take(MODULES_MAX + 1) {
                        self.module(item.get_ref(), at(item.span().start), at);
                    }
                    if items.len() > MODULES_MAX {
                        self.find(origin, format!("the bus carries at most {MODULES_MAX} modules"));
                    }
                }
                (Some(key), value) => self.set(key, plain(value), origin),
                (None, DeValue::Table(inner)) if is_table(&path) => self.table(inner, &path, at),
                (None, _) => {
                    let message = unknown(&path, KEYS.iter().map(|key| key.path));
                    self.find(origin, message);
                }
            }
        }
    }

    fn module(&mut self, item: &DeValue<'_>, origin: Origin, at: &dyn Fn(usize) -> Origin) {
        let DeValue::Table(table) = item else {
            return self
                .find(origin, "a module is a table; write [[esy.module]] above its keys".into());
        };
        let mut entries = BTreeMap::new();
        for (name, value) in table.iter() {
            let origin = at(name.span().start);
            match MODULE.iter().find(|key| key.path == name.get_ref()) {
                None => {
                    let known = MODULE.iter().map(|key| key.path);
                    self.find(origin, unknown(name.get_ref(), known));
                }
                Some(key) => match fits(key.takes, &plain(value.get_ref())) {
                    Ok(()) => {
                        entries.insert(key.path, Entry { value: plain(value.get_ref()), origin });
                    }
                    Err(message) => self.find(origin, format!("esy.module.{} {message}", key.path)),
                },
            }
        }
        for key in ["slot", "model"].iter().filter(|key| !entries.contains_key(**key)) {
            self.find(origin.clone(), format!("this module needs {key}"));
        }
        self.modules.push((origin, entries));
    }

    fn variable(&mut self, name: &str, text: &str) {
        let Some((_, key)) = variables().find(|(known, _)| known == name) else {
            let known: Vec<String> = variables().map(|(known, _)| known).collect();
            let near = known.iter().map(|known| (distance(name, known), known)).min();
            let message = match near {
                Some((far, known)) if far <= 3 => {
                    format!("there is no key for this variable; {known} is one")
                }
                _ => "there is no key for this variable; `ems config schema` tells the keys".into(),
            };
            return self.find(Origin::Variable(name.into()), message);
        };
        let is_text = matches!(
            key.takes,
            Takes::Text | Takes::Choice(_) | Takes::Speed | Takes::Address | Takes::Gpio
        );
        let value = if is_text { Some(Value::String(text.into())) } else { literal(text) };
        let origin = Origin::Variable(name.into());
        match value {
            Some(value) => self.set(key, value, origin),
            None => self.find(origin, format!("`{text}` is no value of TOML")),
        }
    }

    fn set(&mut self, key: &'static Key, value: Value, origin: Origin) {
        match fits(key.takes, &value) {
            Ok(()) => {
                self.entries.insert(key.path, Entry { value, origin });
            }
            Err(message) => self.find(origin, format!("{} {message}", key.path)),
        }
    }

    pub fn find(&mut self, origin: Origin, message: String) {
        self.findings.push(Finding { origin, message });
    }
}

/// Whether a path is that of a table.
fn is_table(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// A value of TOML by itself.
fn literal(text: &str) -> Option<Value> {
    let table: toml::Table = format!("it = {text}").parse().ok()?;
    table.get("it").cloned()
}

/// A value without its places.
fn plain(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(whole) => i64::from_str_radix(whole.as_str(), whole.radix())
            .map_or_else(|_| Value::String(whole.to_string()), Value::Integer),
        DeValue::Float(number) => number
            .as_str()
            .replace('_', "")
            .parse()
            .map_or_else(|_| Value::String(number.to_string()), Value::Float),
        DeValue::Boolean(flag) => Value::Boolean(*flag),
        DeValue::Datetime(moment) => Value::String(moment.to_string()),
        DeValue::Array(items) => {
            Value::Array(items.iter().map(|item| plain(item.get_ref())).collect())
        }
        DeValue::Table(_) => Value::Table(toml::Table::new()),
    }
}

/// Whether a value is what a key takes; if not, what it takes.
fn fits(takes: Takes, value: &Value) -> Result<(), String> {
    let wanted = |what: String| Err(format!("= {}: {what}", in_words(value)));
    let text = || value.as_str().filter(|text| !text.is_empty());
    match takes {
        Takes::Text => match text() {
            Some(_) => Ok(()),
            None => wanted("write a text in quotation marks".into()),
        },
        Takes::Flag => match value {
            Value::Boolean(_) => Ok(()),
            _ => wanted("write true or false".into()),
        },
        Takes::Whole(from, to) => match value.as_integer() {
            Some(whole) if (from..=to).contains(&whole) => Ok(()),
            _ => wanted(format!("write a whole number from {from} to {to}")),
        },
        Takes::Number(from, to) => match number(value) {
            Some(number) if (from..=to).contains(&number) => Ok(()),
            _ => wanted(format!("write a number from {from} to {to}")),
        },
        Takes::Choice(names) => match text() {
            Some(text) if names.contains(&text) => Ok(()),
            _ => wanted(format!("write one of {}", names.join(", "))),
        },
        Takes::Speed => match (text().map(str::parse::<Speed>), number(value)) {
            (Some(Ok(_)), _) => Ok(()),
            (None, Some(factor)) if factor > 0.0 => Ok(()),
            _ => wanted("write \"realtime\", \"max\" or a factor such as 60".into()),
        },
        Takes::Address => match text().map(str::parse::<SocketAddr>) {
            Some(Ok(_)) => Ok(()),
            _ => wanted("write an address with its port, such as \"0.0.0.0:502\"".into()),
        },
        Takes::Gpio => match text().map(str::parse::<GpioLine>) {
            Some(Ok(_)) => Ok(()),
            Some(Err(what)) => wanted(format!("it {what}")),
            None => wanted("write a text such as \"/dev/gpiochip0:24\"".into()),
        },
        Takes::Gpios => each(value, 4, |item| fits(Takes::Gpio, item)),
        Takes::Roles => each(value, INPUTS, |item| match item.as_str() {
            Some("-") => Ok(()),
            Some(name) if name.parse::<port::Role>().is_ok() => Ok(()),
            _ => Err("names va, vb, vc, ia, ib, ic, in or - (not used)".into()),
        }),
        Takes::Gains => each(value, INPUTS, |item| match item.as_integer() {
            Some(1 | 2 | 4 | 8 | 16 | 32 | 64 | 128) => Ok(()),
            _ => Err("holds gains of the converter: 1, 2, 4, 8, 16, 32, 64 or 128".into()),
        }),
        Takes::Modules => Err("is written as tables: [[esy.module]]".into()),
    }
}

/// A list with at most so many items that each fit.
fn each(
    value: &Value,
    most: usize,
    fits: impl Fn(&Value) -> Result<(), String>,
) -> Result<(), String> {
    let Value::Array(items) = value else {
        return Err(format!("= {}: write a list in square brackets", in_words(value)));
    };
    if items.len() > most {
        return Err(format!("has {} items, and {most} is the most", items.len()));
    }
    items.iter().try_for_each(fits)
}

/// A number, whole or not.
pub(crate) fn number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

/// A value as a message shows it.
fn in_words(value: &Value) -> String {
    match value {
        Value::Table(_) => "a table".into(),
        Value::String(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Boolean(_)
        | Value::Datetime(_)
        | Value::Array(_) => value.to_string(),
    }
}

/// What is said of a key that is not known.
fn unknown(path: &str, known: impl Iterator<Item = &'static str>) -> String {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_string();
    let near = known
        .map(|key| (distance(path, key).min(1 + distance(&last(path), &last(key))), key))
        .min()
        .filter(|(far, _)| *far <= 2);
    match near {
        Some((_, key)) => format!("there is no key {path}; {key} is one"),
        None => format!("there is no key {path}; `ems config schema` tells which there are"),
    }
}

/// Letters to change, add or take away to make one word of another.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let change = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = change.min(corner + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}
