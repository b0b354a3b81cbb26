//! The keys as a JSON Schema, for editors and other programs.

use crate::keys::{KEYS, Key, MODULE, Takes};
use serde_json::{Map, Value, json};

/// The schema, draft 2020-12.
pub fn schema() -> Value {
    let mut tables: Map<String, Value> = Map::new();
    for key in KEYS {
        match key.path.split_once('.') {
            None => {
                tables.insert(key.path.into(), property(key));
            }
            Some((table, name)) => {
                let entry = tables.entry(table).or_insert_with(
                    || json!({"type": "object", "additionalProperties": false, "properties": {}}),
                );
                entry["properties"][name] = property(key);
            }
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Configuration of ems",
        "type": "object",
        "additionalProperties": false,
        "properties": tables,
    })
}

fn property(key: &Key) -> Value {
    let mut property = match key.takes {
        Takes::Text | Takes::Address => json!({"type": "string", "minLength": 1}),
        Takes::Speed => {
            json!({"anyOf": [{"type": "string", "minLength": 1}, {"type": "number", "exclusiveMinimum": 0}]})
        }
        Takes::Gpio => gpio(),
        Takes::Flag => json!({"type": "boolean"}),
        Takes::Whole(from, to) => json!({"type": "integer", "minimum": from, "maximum": to}),
        Takes::Number(from, to) => json!({"type": "number", "minimum": from, "maximum": to}),
        Takes::Choice(names) => json!({"enum": names}),
        Takes::Gpios => json!({"type": "array", "maxItems": 4, "items": gpio()}),
        Takes::Roles => json!({"type": "array", "maxItems": 8,
            "items": {"enum": ["va", "vb", "vc", "ia", "ib", "ic", "in", "-"]}}),
        Takes::Gains => json!({"type": "array", "maxItems": 8,
            "items": {"enum": [1, 2, 4, 8, 16, 32, 64, 128]}}),
        Takes::Modules => {
            let properties: Map<String, Value> =
                MODULE.iter().map(|key| (key.path.into(), property(key))).collect();
            json!({"type": "array", "maxItems": 10, "items": {"type": "object",
                "additionalProperties": false, "required": ["slot", "model"], "properties": properties}})
        }
    };
    property["description"] = key.doc.into();
    property
}

fn gpio() -> Value {
    json!({"type": "string", "pattern": "^!?/.+:[0-9]+$"})
}
