//! A configuration as people read it: all values with their origins, and the keys as a table.

use crate::keys::{KEYS, Key, MODULE, Takes};
use crate::layers::{Layer, Values};
use std::fmt::Write;

/// All values that hold, as TOML, each with its origin.
pub fn show(layers: &[Layer]) -> String {
    let values = Values::read(layers);
    let (mut text, mut table) = (String::new(), "");
    for key in KEYS {
        let Some(entry) = values.entries.get(key.path) else { continue };
        let (inside, name) = key.path.split_once('.').unwrap_or(("", key.path));
        if inside != table {
            table = inside;
            let _ = writeln!(text, "\n[{table}]");
        }
        let _ = writeln!(text, "{name} = {} # {}", entry.value, entry.origin);
    }
    for (origin, entries) in &values.modules {
        let _ = writeln!(text, "\n[[esy.module]] # {origin}");
        for (name, entry) in entries {
            let _ = writeln!(text, "{name} = {}", entry.value);
        }
    }
    text
}

/// The keys as a Markdown table, for the documentation.
pub fn table() -> String {
    let mut text = String::from("| key | takes | usual | what it is |\n|---|---|---|---|\n");
    let modules = MODULE.iter().map(|key| (format!("esy.module[].{}", key.path), key));
    for (path, key) in KEYS.iter().map(|key| (key.path.to_string(), key)).chain(modules) {
        let usual = if key.usual.is_empty() { String::new() } else { format!("`{}`", key.usual) };
        let _ = writeln!(text, "| `{path}` | {} | {usual} | {} |", takes(key), key.doc);
    }
    text
}

fn takes(key: &Key) -> String {
    match key.takes {
        Takes::Text => "text".into(),
        Takes::Flag => "true, false".into(),
        Takes::Whole(from, i64::MAX) => format!("whole, from {from}"),
        Takes::Whole(from, to) => format!("{from} to {to}"),
        Takes::Number(from, to) => format!("{from} to {to}"),
        Takes::Choice(names) => names.join(", "),
        Takes::Speed => "realtime, max, factor".into(),
        Takes::Address => "address:port".into(),
        Takes::Gpio => "GPIO line".into(),
        Takes::Gpios => "list of GPIO lines".into(),
        Takes::Roles => "list of signals".into(),
        Takes::Gains => "list of gains".into(),
        Takes::Modules => "tables".into(),
    }
}
