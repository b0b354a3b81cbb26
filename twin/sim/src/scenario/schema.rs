//! The shapes as a JSON Schema (draft 2020-12), with which editors complete and check scenario files.
//!
//! It knows names, kinds, keys and units. What it cannot know is left to [`parse`](super::parse): ranges
//! of quantities, and whatever depends on another place of the file.

use super::ROOT;
use super::shape::{KIND, Key, Kind, Names, Need, Shape, Takes};
use super::unit::{Dimension, TIME};
use crate::synthetic::MeterPort;
use catalog::{QUANTITIES, Register, Scope};
use serde_json::{Map, Value, json};

/// A text with a parameter in it.
const PARAMETER: &str = r"\$\{[^}]+\}";
/// Date, time and zone.
const DATE: &str =
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}([Zz]|[+-][0-9]{2}:[0-9]{2})";
/// Time of day.
const DAY_TIME: &str = "[0-9]{2}:[0-9]{2}";

/// The JSON Schema of scenario files.
pub fn json_schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Scenario",
        "description": "A story for the digital twin of an energy meter.",
    });
    let whole = schema.as_object_mut().expect("written as an object");
    whole.extend(object(&ROOT));
    schema
}

/// A table. If it has kinds, one of several tables.
fn object(shape: &Shape) -> Map<String, Value> {
    let Some((_, kinds)) = shape.kinds else { return table(shape.keys, None) };
    let kinds: Vec<Value> =
        kinds.iter().map(|kind| Value::Object(table(shape.keys, Some(kind)))).collect();
    Map::from_iter([("oneOf".to_owned(), Value::Array(kinds))])
}

fn table(keys: &[Key], kind: Option<&Kind>) -> Map<String, Value> {
    let keys = || keys.iter().chain(kind.iter().flat_map(|kind| kind.keys));
    let mut properties: Map<String, Value> =
        keys().map(|key| (key.name.to_owned(), property(key))).collect();
    let mut required: Vec<&str> =
        keys().filter(|key| key.need == Need::Needed).map(|key| key.name).collect();
    if let Some(kind) = kind {
        properties.insert(KIND.to_owned(), json!({ "const": kind.name, "description": kind.doc }));
        required.push(KIND);
    }
    let parts = [
        ("type".to_owned(), json!("object")),
        ("additionalProperties".to_owned(), json!(false)),
        ("properties".to_owned(), Value::Object(properties)),
        ("required".to_owned(), json!(required)),
    ];
    Map::from_iter(parts)
}

fn property(key: &Key) -> Value {
    let mut property = value(key);
    let whole = property.as_object_mut().expect("every value is described by an object");
    whole.insert("description".to_owned(), json!(key.doc));
    if let (Need::Usually(text), false) = (key.need, matches!(key.takes, Takes::Table(_))) {
        let plain = matches!(key.takes, Takes::Flag | Takes::Whole(..) | Takes::Number(..));
        let usual = if plain { text.parse().expect("a usual value") } else { json!(text) };
        whole.insert("default".to_owned(), usual);
    }
    property
}

fn value(key: &Key) -> Value {
    match &key.takes {
        Takes::Text if key.name == "path" => text(&[&path_pattern()]),
        Takes::Text => json!({ "type": "string" }),
        Takes::Flag => or_parameter(json!({ "type": "boolean" })),
        Takes::Whole(low, high) => {
            or_parameter(json!({ "type": "integer", "minimum": low, "maximum": high }))
        }
        Takes::Number(low, high) => {
            or_parameter(json!({ "type": "number", "minimum": low, "maximum": high }))
        }
        Takes::Quantity(dimension, ..) => text(&[&quantity(dimension)]),
        Takes::Start => text(&[DATE]),
        Takes::Moment => text(&[&quantity(&TIME), DAY_TIME, DATE]),
        Takes::DayTime => text(&[DAY_TIME]),
        Takes::Name(names) => name(names),
        Takes::Names(names) => json!({ "type": "array", "items": name(names) }),
        Takes::Any => json!({ "type": ["string", "number"] }),
        Takes::Table(shape) => Value::Object(object(shape)),
        Takes::Tables(shape) => {
            json!({ "type": "array", "items": Value::Object(object(shape)) })
        }
        Takes::Free(None) => json!({ "type": "object" }),
        Takes::Free(Some(names)) => {
            let any = || json!({ "type": ["string", "number"] });
            let known = (names.all)().into_iter().map(|name| (name.to_owned(), any()));
            let known: Map<String, Value> = known.collect();
            json!({ "type": "object", "additionalProperties": false, "properties": known })
        }
    }
}

fn name(names: &Names) -> Value {
    or_parameter(json!({ "enum": (names.all)() }))
}

fn or_parameter(value: Value) -> Value {
    json!({ "anyOf": [value, { "type": "string", "pattern": PARAMETER }] })
}

/// A text that is like one of the patterns, or has a parameter in it.
fn text(patterns: &[&str]) -> Value {
    let whole = patterns.iter().map(|pattern| format!(r"^\s*({pattern})\s*$"));
    let patterns: Vec<String> = whole.chain([PARAMETER.to_owned()]).collect();
    json!({ "type": "string", "pattern": patterns.join("|") })
}

fn quantity(dimension: &Dimension) -> String {
    let units: Vec<&str> = dimension.units.iter().map(|(unit, _)| *unit).collect();
    format!(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)\s*({})", units.join("|"))
}

fn path_pattern() -> String {
    let meters: Vec<&str> = MeterPort::all().map(MeterPort::slug).collect();
    let quantities: Vec<&str> = QUANTITIES.iter().map(|quantity| quantity.slug).collect();
    format!(
        r"({meters})\.({scopes})\.({quantities})(\.({registers}))?(\.quality)?|({meters})\.wiring|main\.pulses|device\.tariff",
        meters = meters.join("|"),
        scopes = Scope::ALL.map(Scope::slug).join("|"),
        quantities = quantities.join("|"),
        registers = Register::ALL.map(Register::slug).join("|"),
    )
}
