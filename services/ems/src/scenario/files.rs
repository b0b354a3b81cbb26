//! Scenario files: those that come with the program, by name, and any other by its path.

use crate::failure::Failure;
use sim::scenario::{self, Scenario};

include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// What `ems scenario new` writes.
pub const TEMPLATE: &str = include_str!("template.toml");

/// A scenario's text under the name by which it was asked for.
pub struct Named {
    /// As asked for.
    pub name: String,
    /// The file's text.
    pub text: String,
}

impl Named {
    /// Reads it, with its parameters as they stand.
    pub fn parse(&self) -> Result<Scenario, Failure> {
        scenario::parse(&self.text).map_err(|error| self.wrong(&error))
    }

    /// Reads every combination of its matrix, each with its label.
    pub fn variants(&self) -> Result<Vec<(String, Scenario)>, Failure> {
        scenario::variants(&self.text).map_err(|error| self.wrong(&error))
    }

    /// Its text with this seed.
    pub fn seeded(&self, seed: u64) -> Result<String, Failure> {
        scenario::with_seed(&self.text, seed).map_err(|error| self.wrong(&error))
    }

    fn wrong(&self, error: &scenario::ScenarioError) -> Failure {
        Failure::File(format!("{}: {error}", self.name))
    }
}

/// A shipped scenario by its name, or the file of this path.
pub fn named(name: &str) -> Result<Named, Failure> {
    if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
        return Ok(Named { name: name.to_string(), text: (*text).to_string() });
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        let remedy = if std::path::Path::new(name).is_dir() {
            "give the files in it".to_string()
        } else {
            "give a file, or a name of `ems scenario list`".to_string()
        };
        Failure::Environment(format!("cannot open scenario {name}: {error}; {remedy}"))
    })?;
    Ok(Named { name: name.to_string(), text })
}

/// All that are shipped.
pub fn shipped() -> impl Iterator<Item = Named> {
    SHIPPED.iter().map(|(name, text)| Named { name: (*name).into(), text: (*text).into() })
}

/// These, or all that are shipped if none is named.
pub fn all_or(names: &[String]) -> Result<Vec<Named>, Failure> {
    if names.is_empty() {
        return Ok(shipped().collect());
    }
    names.iter().map(|name| named(name)).collect()
}
