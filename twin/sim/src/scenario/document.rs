//! A scenario file as it is written: tables and keys, before anything is checked against anything.

use super::quantity::{
    Angle, Current, Frequency, FrequencyRate, Part, Power, Quantity, ReactivePower, Resistance,
    Time, Voltage,
};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// A value that may be left out, with its place in the text.
pub(crate) type Given<T> = Option<Spanned<T>>;
/// A quantity that may be left out.
pub(crate) type GivenQuantity<D> = Given<Quantity<D>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub schema: Spanned<u32>,
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub seed: u64,
    pub start: Spanned<String>,
    pub duration: GivenQuantity<Time>,
    pub device: DeviceTable,
    #[serde(default)]
    pub grid: GridTable,
    #[serde(default)]
    pub load: Vec<LoadTable>,
    #[serde(default)]
    pub event: Vec<EventTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeviceTable {
    pub wiring: Spanned<String>,
    pub variant: Given<String>,
    pub front_end: Given<String>,
    pub sample_rate_hz: Given<u32>,
    #[serde(default)]
    pub esy: Vec<EsyTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EsyTable {
    pub slot: Spanned<u8>,
    pub model: Spanned<String>,
    pub name: String,
    pub ct: GivenQuantity<Current>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GridTable {
    pub voltage: GivenQuantity<Voltage>,
    pub frequency: GivenQuantity<Frequency>,
    pub leg_angle: GivenQuantity<Angle>,
    #[serde(default)]
    pub reversed_sequence: bool,
    #[serde(default)]
    pub harmonics: Vec<HarmonicTable>,
    pub voltage_wander: GivenQuantity<Part>,
    pub frequency_wander: GivenQuantity<Frequency>,
    pub line_resistance: GivenQuantity<Resistance>,
    pub noise: GivenQuantity<Voltage>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HarmonicTable {
    pub order: Spanned<usize>,
    pub level: Spanned<Quantity<Part>>,
    pub angle: GivenQuantity<Angle>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OnTable {
    pub at: Spanned<Quantity<Time>>,
    #[serde(rename = "for")]
    pub for_time: GivenQuantity<Time>,
    pub every: GivenQuantity<Time>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LoadTable {
    pub name: String,
    pub kind: Spanned<String>,
    pub connect: Spanned<String>,
    pub meters: Option<Vec<Spanned<String>>>,
    #[serde(default)]
    pub on: Vec<OnTable>,
    pub wander: GivenQuantity<Part>,
    pub power: GivenQuantity<Power>,
    pub reactive: GivenQuantity<ReactivePower>,
    pub power_factor: Given<f64>,
    pub inrush: Given<f64>,
    pub inrush_time: GivenQuantity<Time>,
    pub ramp: GivenQuantity<Time>,
    pub firing_angle: GivenQuantity<Angle>,
    pub sunrise: Given<String>,
    pub sunset: Given<String>,
    pub clouds: GivenQuantity<Part>,
}

impl LoadTable {
    /// Keys that only some kinds take, with their place if they are given.
    pub(crate) fn special_keys(&self) -> [(&'static str, Option<Range<usize>>); 10] {
        [
            ("power", place(&self.power)),
            ("reactive", place(&self.reactive)),
            ("power_factor", place(&self.power_factor)),
            ("inrush", place(&self.inrush)),
            ("inrush_time", place(&self.inrush_time)),
            ("ramp", place(&self.ramp)),
            ("firing_angle", place(&self.firing_angle)),
            ("sunrise", place(&self.sunrise)),
            ("sunset", place(&self.sunset)),
            ("clouds", place(&self.clouds)),
        ]
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventTable {
    pub kind: Spanned<String>,
    pub at: Spanned<Quantity<Time>>,
    pub phases: Option<Vec<Spanned<String>>>,
    pub to: GivenQuantity<Part>,
    #[serde(rename = "for")]
    pub for_time: GivenQuantity<Time>,
    pub frequency: GivenQuantity<Frequency>,
    pub rate: GivenQuantity<FrequencyRate>,
    pub by: GivenQuantity<Angle>,
}

impl EventTable {
    /// Keys that only some kinds take, with their place if they are given.
    pub(crate) fn special_keys(&self) -> [(&'static str, Option<Range<usize>>); 6] {
        let phases = self.phases.as_ref().and_then(|phases| phases.first()).map(Spanned::span);
        [
            ("phases", phases),
            ("to", place(&self.to)),
            ("for", place(&self.for_time)),
            ("frequency", place(&self.frequency)),
            ("rate", place(&self.rate)),
            ("by", place(&self.by)),
        ]
    }
}

fn place<T>(given: &Given<T>) -> Option<Range<usize>> {
    given.as_ref().map(Spanned::span)
}
