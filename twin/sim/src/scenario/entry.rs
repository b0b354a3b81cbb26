//! Entries that are written by a program: which there are, and the text of a scenario with one more.

use super::shape::{Key, Need, Shape, Takes};
use super::unit::short;
use super::{Part, ScenarioError, fault, open, timeline};
use std::fmt::Write;
use toml::Value;

/// What to try first: kind, key, and a value in the first unit of its dimension.
const EXAMPLES: [(&str, &str, &str); 17] = [
    ("sag", "to", "70 %"),
    ("sag", "for", "2 s"),
    ("swell", "to", "115 %"),
    ("swell", "for", "2 s"),
    ("interruption", "for", "5 s"),
    ("frequency", "to", "49.5 Hz"),
    ("phase-jump", "by", "30 deg"),
    ("load", "to", "0 %"),
    ("contact", "to", "closed"),
    ("pick-up", "to", "5 V"),
    ("temperature", "to", "60 C"),
    ("output-load", "voltage", "24 V"),
    ("output-load", "current", "0.05 A"),
    ("clock", "by", "3600 s"),
    ("lost-samples", "part", "1 %"),
    ("bit-flips", "part", "0.1 %"),
    ("clock-drift", "ppm", "200 ppm"),
];

/// A kind of entry of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryKind {
    /// The list.
    pub part: Part,
    /// Its name.
    pub name: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Its keys, without those that say when.
    pub keys: Vec<EntryKey>,
}

/// A key of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryKey {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Whether it has to be there.
    pub needed: bool,
    /// What may stand behind it.
    pub takes: EntryTakes,
    /// What to try first, if there is such a thing.
    pub example: Option<&'static str>,
}

/// What may stand behind a key of an entry.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryTakes {
    /// A quantity with its unit, from, to.
    Quantity {
        /// In which the range is given.
        unit: &'static str,
        /// Smallest value.
        low: f64,
        /// Largest value.
        high: f64,
    },
    /// One of these.
    Name(Vec<&'static str>),
    /// A list of these.
    Names(Vec<&'static str>),
    /// Whatever else the file says of it.
    Other,
}

/// Kinds of entries of the timeline and of the faults.
pub fn entry_kinds() -> Vec<EntryKind> {
    let of = |part, shape: &'static Shape| {
        let (_, kinds) = shape.kinds.expect("both lists have kinds");
        let shared =
            || shape.keys.iter().filter(|key| !["at", "every", "until"].contains(&key.name));
        kinds.iter().map(move |kind| EntryKind {
            part,
            name: kind.name,
            doc: kind.doc,
            keys: kind
                .keys
                .iter()
                .chain(shared())
                .map(|key| EntryKey::of(kind.name, key))
                .collect(),
        })
    };
    of(Part::Timeline, &timeline::TIMELINE).chain(of(Part::Fault, &fault::FAULT)).collect()
}

impl EntryKey {
    fn of(kind: &str, key: &Key) -> EntryKey {
        let example = EXAMPLES.iter().find(|(of, name, _)| (*of, *name) == (kind, key.name));
        let example = example.map(|(.., text)| *text);
        let takes = match key.takes {
            Takes::Quantity(dimension, low, high) => {
                let (unit, worth) = dimension.units[0];
                let shown = |value: f64| short(value / worth).parse().expect("a number");
                EntryTakes::Quantity { unit, low: shown(low), high: shown(high) }
            }
            Takes::Name(names) => EntryTakes::Name((names.all)()),
            Takes::Names(names) => EntryTakes::Names((names.all)()),
            _ => EntryTakes::Other,
        };
        EntryKey { name: key.name, doc: key.doc, needed: key.need == Need::Needed, takes, example }
    }
}

/// The text of a scenario with one more entry, behind the others of its list. Whether it still is a scenario is for
/// [`parse`](super::parse) to say.
pub fn with_entry(
    text: &str,
    part: Part,
    at_s: f64,
    kind: &str,
    keys: &[(String, Value)],
) -> String {
    let mut text = format!("{}\n\n[[{}]]\nat = \"{at_s} s\"\n", text.trim_end(), part.key());
    // Writing to a text cannot fail.
    let _ = writeln!(text, "kind = {}", Value::from(kind));
    for (key, value) in keys {
        let _ = writeln!(text, "{key} = {value}");
    }
    text
}

/// The text of a scenario with another seed.
///
/// # Errors
/// If the text is not TOML.
pub fn with_seed(text: &str, seed: u64) -> Result<String, ScenarioError> {
    let written = open(text)?.0.get("seed").map(|node| node.line);
    let line = format!("seed = {seed}");
    let Some(written) = written else { return Ok(format!("{line}\n{text}")) };
    let lines =
        text.lines().zip(1..).map(|(old, n)| if n == written { line.as_str() } else { old });
    Ok(lines.collect::<Vec<_>>().join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const TEXT: &str = "schema = 1\nname = \"A\"\nseed = 3 # mine\nstart = \"2026-01-01T00:00:00Z\"\n\
                        [device]\nwiring = \"3p4w\"\n[[timeline]]\nat = \"1 s\"\nkind = \"interruption\"\nfor = \"1 s\"\n";

    #[test]
    fn an_entry_more_is_read_back() {
        let keys = [
            ("to".to_string(), Value::from("70 %")),
            ("phases".to_string(), Value::from(vec!["l2"])),
        ];
        let text = with_entry(TEXT, Part::Timeline, 2.5, "sag", &keys);
        let (old, new) = (parse(TEXT).unwrap(), parse(&text).unwrap());
        assert_eq!(new.events.len(), old.events.len() + 1);
        assert_eq!(new.events.last().unwrap().at_s, 2.5);
        let text = with_entry(&text, Part::Fault, 3.0, "gap", &[]);
        assert_eq!(parse(&text).unwrap().faults.len(), 1);
    }

    #[test]
    fn the_seed_is_replaced_or_added() {
        let text = with_seed(TEXT, 77).unwrap();
        assert_eq!((parse(&text).unwrap().seed, text.lines().count()), (77, TEXT.lines().count()));
        let without = TEXT.replace("seed = 3 # mine\n", "");
        assert_eq!(parse(&with_seed(&without, 78).unwrap()).unwrap().seed, 78);
    }

    #[test]
    fn kinds_say_their_ranges_in_the_unit_they_are_written_in() {
        let kinds = entry_kinds();
        let sag = kinds.iter().find(|kind| kind.name == "sag").unwrap();
        let to = sag.keys.iter().find(|key| key.name == "to").unwrap();
        let takes = EntryTakes::Quantity { unit: "%", low: 0.0, high: 100.0 };
        assert_eq!((to.needed, &to.takes, to.example), (true, &takes, Some("70 %")));
        let examples = kinds.iter().flat_map(|kind| &kind.keys).filter(|key| key.example.is_some());
        assert_eq!(examples.count(), EXAMPLES.len(), "each is of a key that there is");
        let gap = kinds.iter().find(|kind| kind.name == "gap").unwrap();
        let names: Vec<_> = gap.keys.iter().map(|key| key.name).collect();
        assert_eq!((gap.part, names), (Part::Fault, vec!["for", "meter"]));
    }
}
