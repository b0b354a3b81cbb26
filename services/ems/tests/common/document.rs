//! What `ems replay --json` printed, by names.

use super::{Ran, run};
use serde_json::Value;
use std::path::Path;

/// The document of a replay.
#[derive(Debug)]
pub struct Document(pub Value);

impl Document {
    /// Of a replay that must succeed.
    pub fn of(file: &Path, options: &[&str]) -> Document {
        let file = file.to_str().expect("paths of tests are ASCII");
        let ran = run(&[&["replay", file, "--json"], options].concat());
        assert_eq!(ran.code, 0, "{file} {options:?}: {}", ran.stderr);
        Document::from(&ran)
    }

    /// A value at the top.
    pub fn top(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or_else(|| panic!("`{name}` is not in the document"))
    }

    /// A number at the top.
    pub fn number(&self, name: &str) -> f64 {
        self.top(name).as_f64().unwrap_or_else(|| panic!("`{name}` is no number"))
    }

    /// The digest.
    pub fn digest(&self) -> &str {
        self.top("digest").as_str().expect("a digest is text")
    }

    fn entry(&self, list: &str, wanted: &[(&str, &str)]) -> &Value {
        let entries = self.top(list).as_array().expect("a list");
        let fits = |entry: &&Value| wanted.iter().all(|(name, text)| entry[*name] == **text);
        let mut found = entries.iter().filter(fits);
        let first = found.next().unwrap_or_else(|| panic!("no {wanted:?} in {list}"));
        assert!(found.next().is_none(), "{wanted:?} stands twice in {list}");
        first
    }

    fn reading(&self, quantity: &str, scope: &str) -> &Value {
        self.entry("readings", &[("quantity", quantity), ("scope", scope)])
    }

    /// A reading, which must have a value.
    pub fn value(&self, quantity: &str, scope: &str) -> f64 {
        let entry = self.reading(quantity, scope);
        entry["value"].as_f64().unwrap_or_else(|| panic!("{quantity} {scope} is {entry}"))
    }

    /// The quality of a reading: `good`, a flag, or the reason why there is no value.
    pub fn quality(&self, quantity: &str, scope: &str) -> &str {
        self.reading(quantity, scope)["quality"].as_str().expect("a quality is text")
    }

    /// The reason in place of a value.
    pub fn absent(&self, quantity: &str, scope: &str) -> &str {
        assert!(self.reading(quantity, scope)["value"].is_null(), "{quantity} {scope} has a value");
        self.quality(quantity, scope)
    }

    /// A counter in kWh, kvarh, kVAh or h.
    pub fn energy(&self, quantity: &str, register: &str, scope: &str) -> f64 {
        let names = [("quantity", quantity), ("register", register), ("scope", scope)];
        let entry = self.entry("energy", &names);
        entry["value"]
            .as_f64()
            .unwrap_or_else(|| panic!("{quantity} {register} {scope} is {entry}"))
    }

    /// Import less export of the system, in watt-seconds.
    pub fn net_joules(&self) -> f64 {
        let of = |quantity| self.energy(quantity, "total", "system") * 3.6e6;
        of("active_energy_import") - of("active_energy_export")
    }

    /// The sentences of the note list.
    pub fn notes(&self) -> String {
        self.top("notes").to_string()
    }
}

impl From<&Ran> for Document {
    fn from(ran: &Ran) -> Document {
        Document(serde_json::from_str(&ran.stdout).expect("one JSON document on standard output"))
    }
}
