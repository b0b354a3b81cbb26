//! The JSON that commands print: readings and energies in the words of the catalogue.

use catalog::{Class, Scope, points};
use image::{LoadImage, MeterId, Readings};
use serde::Serialize;

/// A live or demand quantity.
#[derive(Debug, Serialize)]
pub struct ReadingEntry {
    /// `main`, `esy1` to `esy10`.
    pub meter: String,
    /// Slug of the quantity.
    pub quantity: &'static str,
    /// Slug of the scope.
    pub scope: &'static str,
    /// Symbol of the unit; empty for a plain number.
    pub unit: &'static str,
    /// At full precision; null with a reason in `quality`.
    pub value: Option<f64>,
    /// `good`, a flag, or the reason why there is no value.
    pub quality: &'static str,
}

/// A counter.
#[derive(Debug, Serialize)]
pub struct EnergyEntry {
    /// `main`, `esy1` to `esy10`.
    pub meter: String,
    /// Slug of the quantity.
    pub quantity: &'static str,
    /// Slug of the register.
    pub register: &'static str,
    /// Slug of the scope.
    pub scope: &'static str,
    /// Symbol of the unit.
    pub unit: &'static str,
    /// At full precision.
    pub value: Option<f64>,
    /// `good`, a flag, or the reason why there is no value.
    pub quality: &'static str,
}

/// A load that a meter measures.
#[derive(Debug, Serialize)]
pub struct LoadEntry {
    /// Name given by the installer.
    pub name: String,
    /// Slugs of the phases it takes.
    pub phases: Vec<&'static str>,
    /// In watts.
    pub active_power: Option<f64>,
    /// In kilowatt-hours.
    pub active_energy_import: Option<f64>,
    /// `good`, a flag, or the reason why there is no power.
    pub quality: &'static str,
}

/// The loads on a meter.
pub fn loads(meter: MeterId, loads: &[LoadImage]) -> Vec<LoadEntry> {
    let entry = |load: &LoadImage| LoadEntry {
        name: load.name.clone(),
        phases: Scope::PHASES
            .into_iter()
            .zip(load.phases)
            .filter(|(_, taken)| *taken)
            .map(|(scope, _)| scope.slug())
            .collect(),
        active_power: load.active_power.value(),
        active_energy_import: load.active_energy_import.value(),
        quality: load.active_power.quality(),
    };
    loads.iter().filter(|load| load.meter == meter).map(entry).collect()
}

/// The live and demand readings of a meter.
pub fn readings(meter: MeterId, readings: &Readings) -> Vec<ReadingEntry> {
    points()
        .iter()
        .filter(|point| matches!(point.quantity.class, Class::Live | Class::Demand))
        .map(|point| {
            let reading = readings.get(point.id);
            ReadingEntry {
                meter: meter.slug(),
                quantity: point.quantity.slug,
                scope: point.scope.slug(),
                unit: point.quantity.unit.symbol(),
                value: reading.value(),
                quality: reading.quality(),
            }
        })
        .collect()
}

/// The counters of a meter.
pub fn energy(meter: MeterId, readings: &Readings) -> Vec<EnergyEntry> {
    points()
        .iter()
        .filter_map(|point| {
            let register = point.register?;
            let reading = readings.get(point.id);
            Some(EnergyEntry {
                meter: meter.slug(),
                quantity: point.quantity.slug,
                register: register.slug(),
                scope: point.scope.slug(),
                unit: point.quantity.unit.symbol(),
                value: reading.value(),
                quality: reading.quality(),
            })
        })
        .collect()
}

/// A digest as it is printed.
pub fn digest(value: u64) -> String {
    format!("{value:016x}")
}

/// A moment as RFC 3339 in UTC, to the millisecond.
pub fn rfc3339(time: image::Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(time.unix_ns))
        .map(|time| format!("{time:.3}"))
        .unwrap_or_default()
}

/// A moment as COMTRADE writes it, in UTC, to the microsecond.
pub fn comtrade_time(time: image::Timestamp) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(time.unix_ns))
        .map(|time| time.strftime("%d/%m/%Y,%H:%M:%S%.6f").to_string())
        .unwrap_or_default()
}
