//! What the server is given besides images, commands and the history.

use port::{Role, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Takes a sentence on what was done, and by whom, for the log of events.
pub type Audit = Arc<dyn Fn(String) + Send + Sync>;

/// Some samples of one signal.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct WaveChannel {
    /// `va`, `vb`, `vc`, `ia`, `ib`, `ic` or `in`.
    pub role: String,
    /// Symbol of the unit.
    pub unit: &'static str,
    /// Calibrated samples.
    pub samples: Vec<f64>,
}

impl WaveChannel {
    /// Of a signal.
    pub fn new(role: Role, samples: Vec<f64>) -> WaveChannel {
        let unit = if role.is_voltage() { catalog::Unit::Volt } else { catalog::Unit::Ampere };
        WaveChannel { role: role.slug().into(), unit: unit.symbol(), samples }
    }
}

/// Samples of all signals over the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    /// When the last sample was taken.
    pub time: Timestamp,
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// The signals.
    pub channels: Vec<WaveChannel>,
}

/// Harmonics of one signal.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Spectrum {
    /// `va`, `vb`, `vc`, `ia`, `ib`, `ic` or `in`.
    pub role: String,
    /// Symbol of the unit.
    pub unit: &'static str,
    /// Rms of the orders 1 to 31.
    pub magnitudes: Vec<f64>,
    /// The same in percent of the fundamental; none where there is no fundamental.
    pub percent: Option<Vec<f64>>,
}

/// Harmonics of all signals over the same cycles.
#[derive(Debug, Clone, PartialEq)]
pub struct Harmonics {
    /// When the last of their samples was taken.
    pub time: Timestamp,
    /// Frequency of the fundamental.
    pub fundamental_hz: f64,
    /// The signals.
    pub channels: Vec<Spectrum>,
}

/// The samples of the built-in meter, which images do not carry.
pub trait Waves: Send + Sync {
    /// So many cycles, the newest; none while there are too few samples or nothing to count cycles by.
    fn wave(&self, cycles: u32) -> Option<Wave>;

    /// Harmonics of the newest ten or twelve cycles.
    fn harmonics(&self) -> Option<Harmonics>;
}

/// Name and story of a scenario.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ScenarioName {
    /// Name of the file without its ending.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its story.
    pub description: String,
}

/// The scenario that runs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ScenarioFacts {
    /// Its name and story.
    #[serde(flatten)]
    pub name: ScenarioName,
    /// Seed of everything random.
    pub seed: u64,
    /// Civil time of its first sample, in UTC.
    pub start: String,
    /// How long it is; none if it is endless.
    pub duration_s: Option<f64>,
    /// Its text as TOML, with what was injected.
    #[serde(skip)]
    pub text: String,
}

/// How far a simulation has come.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Progress {
    /// Seconds since the first sample.
    pub position_s: f64,
    /// Digest over the exact bits of all windows so far, in hexadecimal.
    pub digest: String,
    /// Windows so far.
    pub windows: u64,
    /// Samples so far.
    pub samples: u64,
}

/// A parameter of something that can be injected.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct InjectionParameter {
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// `number`, `text`, `choice`, `set` for some of the choices, or `list` for one choice a phase.
    pub r#type: &'static str,
    /// Symbol of its unit; empty if it has none.
    pub unit: &'static str,
    /// Smallest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    /// Largest value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// What it may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// What a form begins with; null for nothing.
    pub default: serde_json::Value,
    /// Whether it has to be there.
    pub needed: bool,
}

/// Something that can be injected into a simulation that runs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Injection {
    /// Its name.
    pub kind: &'static str,
    /// What it does, in a few words.
    pub title: &'static str,
    /// Its parameters.
    pub parameters: Vec<InjectionParameter>,
}

/// Something that was injected.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Injected {
    /// Seconds since the first sample at which it begins.
    pub at_s: f64,
    /// What.
    pub kind: String,
    /// Its parameters, as the scenario has them.
    pub text: String,
}

/// Why something cannot be injected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {reason}")]
pub struct Refused {
    /// The parameter at fault, or `kind`.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Refused {
    /// Of a field.
    pub fn new(field: &str, reason: impl Into<String>) -> Refused {
        Refused { field: field.into(), reason: reason.into() }
    }
}

/// A simulation.
pub trait TwinControl: Send + Sync {
    /// `realtime`, `max` or a factor.
    fn speed(&self) -> String;

    /// Another speed, from now on.
    ///
    /// # Errors
    /// With the reason.
    fn set_speed(&self, speed: &str) -> Result<(), String>;

    /// What runs.
    fn scenario(&self) -> ScenarioFacts;

    /// How far it has come.
    fn progress(&self) -> Progress;

    /// What can be injected.
    fn injections(&self) -> Vec<Injection>;

    /// Injects something, within two simulated seconds.
    ///
    /// # Errors
    /// With the field at fault and the reason.
    fn inject(&self, what: &serde_json::Map<String, serde_json::Value>) -> Result<(), Refused>;

    /// What was injected so far, the first first.
    fn injected(&self) -> Vec<Injected>;

    /// Ends this run and begins another scenario, by its name. Gives the secret of a link that logs in once when it runs.
    ///
    /// # Errors
    /// With the field at fault and the reason.
    fn choose(&self, name: &str) -> Result<String, Refused>;

    /// The scenarios that come with the program.
    fn scenarios(&self) -> Vec<ScenarioName>;
}

/// A service beside this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceState {
    /// Its name: `https`, `http`, `modbus_tcp`, `modbus_rtu`, `display`.
    pub name: String,
    /// Whether it is on.
    pub running: bool,
    /// Address, or device of a serial port.
    pub address: Option<String>,
    /// Whether it can be switched here.
    pub configurable: bool,
}

/// What is served, and what can be changed of it while the meter runs.
pub trait Services: Send + Sync {
    /// All of them.
    fn all(&self) -> Vec<ServiceState>;

    /// Switches Modbus TCP on or off; it is done when this returns.
    ///
    /// # Errors
    /// With the reason.
    fn set_modbus_tcp(&self, on: bool) -> Result<(), String>;

    /// Ends this run and begins it anew, with what waits for the next start. Who is logged in stays so.
    ///
    /// # Errors
    /// With the reason.
    fn restart(&self) -> Result<(), String>;
}
