//! The shapes as tables of the documentation, so that the page says what the checker does.

use super::ROOT;
use super::shape::{KIND, Key, Kind, Names, Need, Shape, Takes, bounds};
use super::unit::short;

/// Up to so many names are listed; of more it is said what they are.
const FEW_NAMES: usize = 8;

/// A section of Markdown for each table of a scenario file, the top of the file first.
pub fn key_tables() -> String {
    let mut page = String::new();
    section(&mut page, "The top of the file", &ROOT);
    page
}

/// The keys of a shape, and after it those of the tables in it.
fn section(page: &mut String, title: &str, shape: &Shape) {
    *page += &format!("### {title}\n\n");
    page.push_str(&table_of_keys(shape.keys));
    if let Some((_, kinds)) = shape.kinds {
        page.push_str(&table_of_kinds(kinds));
    }
    let special = shape.kinds.iter().flat_map(|(_, kinds)| kinds.iter().flat_map(|kind| kind.keys));
    let mut told: Vec<&str> = Vec::new();
    for key in shape.keys.iter().chain(special) {
        if told.contains(&key.name) {
            continue;
        }
        if let Some((title, shape)) = inner(title, key) {
            told.push(key.name);
            section(page, &title, shape);
        }
    }
}

/// A table within a table, unless it is written in one line and explained by its key.
fn inner(outer: &str, key: &Key) -> Option<(String, &'static Shape)> {
    let within = outer.trim_start_matches(['`', '[']).trim_end_matches(['`', ']']);
    let name =
        if outer.starts_with('`') { format!("{within}.{}", key.name) } else { key.name.into() };
    match key.takes {
        Takes::Table(shape) => Some((format!("`[{name}]`"), shape)),
        Takes::Tables(shape) => Some((format!("`[[{name}]]`"), shape)),
        _ => None,
    }
}

fn table_of_keys(keys: &[Key]) -> String {
    let mut table = String::from("| key | value | if left out | what |\n|---|---|---|---|\n");
    for key in keys {
        let usual = match key.need {
            Need::Needed => "needed".to_owned(),
            Need::Optional | Need::Usually("") => String::new(),
            Need::Usually(text) => format!("`{text}`"),
        };
        table += &format!("| `{}` | {} | {usual} | {} |\n", key.name, value(&key.takes), key.doc);
    }
    table + "\n"
}

fn table_of_kinds(kinds: &'static [Kind]) -> String {
    let mut table = format!("| `{KIND}` | what | its keys |\n|---|---|---|\n");
    let mut keys: Vec<(&Key, Vec<String>)> = Vec::new();
    for kind in kinds {
        let said = |key: &Key| match key.need {
            Need::Needed => format!("**`{}`**", key.name),
            Need::Optional => format!("`{}`", key.name),
            Need::Usually(usual) => format!("`{}` ({usual})", key.name),
        };
        let names: Vec<String> = kind.keys.iter().map(said).collect();
        table += &format!("| `{}` | {} | {} |\n", kind.name, kind.doc, names.join(", "));
        for key in kind.keys {
            let is_same = |(other, _): &&mut (&Key, Vec<String>)| {
                other.name == key.name && other.doc == key.doc
            };
            match keys.iter_mut().find(is_same) {
                Some((_, of)) => of.push(format!("`{}`", kind.name)),
                None => keys.push((key, vec![format!("`{}`", kind.name)])),
            }
        }
    }
    table += "\nBold keys are needed; in brackets is what stands if one is left out.\n\n";
    table += "| key | of | value | what |\n|---|---|---|---|\n";
    for (key, of) in keys {
        let of = if of.len() == kinds.len() { "all".to_owned() } else { of.join(", ") };
        table += &format!("| `{}` | {of} | {} | {} |\n", key.name, value(&key.takes), key.doc);
    }
    table + "\n"
}

fn value(takes: &Takes) -> String {
    match takes {
        Takes::Text => "text".into(),
        Takes::Flag => "`true`, `false`".into(),
        Takes::Whole(low, high) => match *high {
            i64::MAX => format!("whole number from {low}"),
            high if high == i64::from(u32::MAX) => "whole number".into(),
            high => format!("whole number, {low} to {high}"),
        },
        Takes::Number(low, high) => format!("number, {}", bounds(*low, *high, short)),
        Takes::Quantity(dimension, ..) => {
            format!("{}, `\"{}\"`", dimension.name, dimension.example)
        }
        Takes::Start => "date, time, zone".into(),
        Takes::Moment => "moment".into(),
        Takes::DayTime => "time of day, `\"05:40\"`".into(),
        Takes::Name(list) => names(list),
        Takes::Names(list) => format!("list of: {}", names(list)),
        Takes::Any => "text or number".into(),
        Takes::Table(_) | Takes::Free(_) => "table".into(),
        Takes::Tables(_) => "list of tables".into(),
    }
}

fn names(names: &Names) -> String {
    let all = (names.all)();
    if all.len() > FEW_NAMES {
        return format!("{}: `{}` to `{}`", names.what, all[0], all[all.len() - 1]);
    }
    all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
