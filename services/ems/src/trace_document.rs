//! What `ems trace` prints: the stations of a value, in the order of its way.

use serde::Serialize;

/// What a station shows, or why a point does not pass it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Station<T> {
    /// It passes here.
    Shows(T),
    /// It does not, for this reason.
    Absent(String),
}

/// The document.
#[derive(Debug, Serialize)]
pub struct Trace {
    /// Version of this document.
    pub schema: u32,
    /// Name of the scenario.
    pub scenario: String,
    /// Its seed.
    pub seed: u64,
    /// Wiring system.
    pub wiring: &'static str,
    /// Meter, scope, quantity and register.
    pub point: String,
    /// The moment asked for, in seconds of the run.
    pub at_s: f64,
    /// The signal itself, in closed form.
    pub terminals: Station<Signals<Sine>>,
    /// The counts of the converter.
    pub front_end: Station<Vec<Counts>>,
    /// The counts as volts and amperes.
    pub samples: Station<Signals<Rms>>,
    /// The window that contains the moment.
    pub window: Window,
    /// What the image shows when the window has closed.
    pub reading: Reading,
    /// Where it stands on the bus.
    pub registers: Station<Vec<Register>>,
}

/// Channels, and the powers of the phases that have both a voltage and a current.
#[derive(Debug, Serialize)]
pub struct Signals<T> {
    /// By channel.
    pub channels: Vec<T>,
    /// By phase.
    pub powers: Vec<Power>,
}

/// A channel at the terminals.
#[derive(Debug, Serialize)]
pub struct Sine {
    /// Slug of the channel.
    pub channel: &'static str,
    /// Of the rms value.
    pub unit: &'static str,
    /// True rms over the window.
    pub rms: f64,
    /// Angle of the fundamental in the middle of the window, in degrees from the grid's own.
    pub angle_deg: f64,
}

/// A channel in volts or amperes.
#[derive(Debug, Serialize)]
pub struct Rms {
    /// Slug of the channel.
    pub channel: &'static str,
    /// Of the rms value.
    pub unit: &'static str,
    /// Over the samples within the window.
    pub rms: f64,
}

/// The mean product of voltage and current of a phase.
#[derive(Debug, Serialize)]
pub struct Power {
    /// Slug of the phase.
    pub phase: &'static str,
    /// In watts.
    pub watts: f64,
}

/// A channel's counts within the window.
#[derive(Debug, Serialize)]
pub struct Counts {
    /// Slug of the channel.
    pub channel: &'static str,
    /// Their rms.
    pub rms: f64,
    /// The smallest.
    pub smallest: i32,
    /// The largest.
    pub largest: i32,
    /// Whether any is at an end of the range.
    pub clipped: bool,
}

/// The window.
#[derive(Debug, Serialize)]
pub struct Window {
    /// Where it began, in samples since the source began; between two samples.
    pub start_sample: f64,
    /// Where it ended.
    pub end_sample: f64,
    /// The same in seconds of the run.
    pub start_s: f64,
    /// The same in seconds of the run.
    pub end_s: f64,
    /// Whole cycles in it.
    pub cycles: u32,
    /// What its samples came down to.
    pub means: Station<WindowMeans>,
}

/// What the samples of a window came down to, as far as it concerns the point.
#[derive(Debug, Serialize)]
pub struct WindowMeans {
    /// By phase.
    pub phases: Vec<Means>,
    /// By pair of phases.
    pub pairs: Vec<Pair>,
    /// Root of the mean square of the neutral current, which is the sum of the phases'.
    pub neutral_amperes: Option<f64>,
}

/// The voltage of a pair of phases, from the difference of their samples.
#[derive(Debug, Serialize)]
pub struct Pair {
    /// Slug of the pair.
    pub pair: &'static str,
    /// Root of the mean square.
    pub volts: f64,
}

/// A phase's part of a window.
#[derive(Debug, Serialize)]
pub struct Means {
    /// Slug of the phase.
    pub phase: &'static str,
    /// Root of the mean square.
    pub volts: f64,
    /// Root of the mean square.
    pub amperes: f64,
    /// Mean product.
    pub watts: f64,
    /// Reactive power of the fundamental.
    pub vars: f64,
}

/// The reading.
#[derive(Debug, Serialize)]
pub struct Reading {
    /// At full precision; null with a reason in `quality`.
    pub value: Option<f64>,
    /// Of the value.
    pub unit: &'static str,
    /// Steps in which it is shown and sent.
    pub resolution: f64,
    /// `good`, a flag, or the reason why there is no value.
    pub quality: &'static str,
    /// What of it is this window's.
    pub over: &'static str,
}

/// A Modbus row of the point.
#[derive(Debug, Serialize)]
pub struct Register {
    /// Modbus unit of the meter.
    pub unit_id: u8,
    /// First register, from 0.
    pub address: u16,
    /// The same in four hexadecimal digits.
    pub address_hex: String,
    /// The same counted from 1, with the prefix of input registers.
    pub modicom: u32,
    /// Function codes that reach it.
    pub functions: &'static str,
    /// Type; low word first.
    pub kind: &'static str,
    /// Raw steps per unit.
    pub weight: f64,
    /// `EM540` or `own`.
    pub owner: &'static str,
    /// The words as they are sent.
    pub words: Vec<String>,
    /// What they mean; null if they say that there is no value.
    pub value: Option<f64>,
}
