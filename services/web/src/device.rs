//! What the device is: from its datasheet, its configuration and its build.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Terminal {
    /// What is printed beside it.
    pub name: String,
    /// `measuring` or `io`.
    pub group: String,
    /// What is connected to it.
    pub r#use: String,
    /// The ordering option that has it; empty if all do.
    pub variant: String,
}

/// Two circuits and what is between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Isolation {
    /// One circuit.
    pub a: String,
    /// The other.
    pub b: String,
    /// `basic`, `double or reinforced`, `none`, `unstated` or `never together`.
    pub kind: String,
}

/// A wiring system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// Its name, as the setting `wiring` has it.
    pub name: String,
    /// In words.
    pub title: String,
    /// Phases that are connected.
    pub phases: Vec<String>,
    /// Whether the neutral is.
    pub neutral: bool,
}

/// A row of the datasheet's table of ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Port {
    /// Id of its requirement.
    pub id: String,
    /// Number.
    pub port: u16,
    /// `TCP` or `UDP`.
    pub transport: String,
    /// What is served or used there.
    pub service: String,
    /// Whether a user may switch it.
    pub configurable: bool,
    /// State as delivered.
    #[serde(rename = "on")]
    pub factory_on: bool,
    /// What else the sheet says.
    pub note: String,
}

/// What the device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Name of the scenario or of the installation.
    pub title: String,
    /// Seed of a simulation.
    pub seed: Option<u64>,
    /// When the program was started, in UTC.
    pub started: String,
    /// Commit that it was built from.
    pub commit: String,
    /// Terminals.
    pub terminals: Vec<Terminal>,
    /// What isolates its circuits.
    pub isolation: Vec<Isolation>,
    /// Wiring systems.
    pub systems: Vec<System>,
    /// Ports that are listened at.
    pub inbound: Vec<Port>,
    /// Ports that are called.
    pub outbound: Vec<Port>,
    /// The inventory of what the program is made of: CycloneDX as JSON.
    pub inventory: &'static [u8],
}
