//! The `[[load]]` tables.

use super::civil::time_of_day_s;
use super::device::Device;
use super::document::{Given, LoadTable, OnTable};
use super::error::Fault;
use super::field::{LATEST_S, choice, needed, number_or, only, within, within_or};
use super::quantity::{Dimension, Quantity};
use crate::synthetic::{Connection, Load, LoadKind, MeterPort, Meters, OnPeriod, Schedule, Sun};
use port::SlotId;
use toml::Spanned;

/// Kinds of loads with the keys that each takes besides those that all take.
const KINDS: [(&str, &[&str]); 9] = [
    ("resistive", &["power"]),
    ("linear", &["power", "reactive"]),
    ("motor", &["power", "power_factor", "inrush", "inrush_time"]),
    ("rectifier", &["power"]),
    ("heat-pump", &["power", "ramp"]),
    ("ev-charger", &["power", "ramp"]),
    ("pv", &["power", "sunrise", "sunset", "clouds"]),
    ("dimmer", &["power", "firing_angle"]),
    ("idle", &["power"]),
];

/// A load can draw as much as the meter can carry, with room for faults: 1 MW.
const LARGEST_W: f64 = 1e6;

pub(super) fn check(table: &LoadTable, device: &Device) -> Result<Load, Fault> {
    let kind = check_kind(table)?;
    let connections = Connection::ALL.map(|connection| (connection.slug(), connection));
    let connection = choice(&table.connect, "connection", &connections)?;
    if !connection.is_possible(device.system) {
        let possible = Connection::ALL.into_iter().filter(|c| c.is_possible(device.system));
        let possible: Vec<&str> = possible.map(Connection::slug).collect();
        let message = format!(
            "wiring \"{}\" has no {}; a load can lie at {}",
            device.system.slug(),
            connection.slug(),
            possible.join(", ")
        );
        return Err(Fault::new(table.connect.span(), message));
    }
    Ok(Load {
        name: table.name.clone(),
        kind,
        connection,
        meters: check_meters(table, device)?,
        schedule: Schedule {
            periods: table.on.iter().map(check_period).collect::<Result<_, _>>()?,
        },
        wander: within_or(&table.wander, 0.0, 0.0..=1.0)?,
    })
}

fn check_kind(table: &LoadTable) -> Result<LoadKind, Fault> {
    let allowed = choice(&table.kind, "kind of load", &KINDS)?;
    only(&table.kind, &table.special_keys(), allowed)?;
    let power = needed(&table.power, "power", &table.kind)?;
    let kind = table.kind.get_ref().as_str();
    // Only a "linear" load may supply by a negative power; a generator is said to be one.
    let lowest_w = if kind == "linear" { -LARGEST_W } else { 0.0 };
    let power_w = within(power, lowest_w..=LARGEST_W)?;
    Ok(match kind {
        "resistive" => LoadKind::Resistive { power_w },
        "linear" => LoadKind::Linear {
            power_w,
            reactive_var: within_or(&table.reactive, 0.0, -LARGEST_W..=LARGEST_W)?,
        },
        "motor" => LoadKind::Motor {
            power_w,
            power_factor: number_or(&table.power_factor, 0.8, 0.05..=1.0)?,
            inrush: number_or(&table.inrush, 6.0, 1.0..=20.0)?,
            inrush_s: within_or(&table.inrush_time, 0.4, 0.01..=60.0)?,
        },
        "rectifier" => LoadKind::Rectifier { power_w },
        "heat-pump" => LoadKind::HeatPump { power_w, ramp_s: ramp_s(table, 30.0)? },
        "ev-charger" => LoadKind::EvCharger { power_w, ramp_s: ramp_s(table, 5.0)? },
        "pv" => LoadKind::Pv {
            power_w,
            sun: check_sun(table)?,
            clouds: within_or(&table.clouds, 0.0, 0.0..=1.0)?,
        },
        "dimmer" => {
            let firing = needed(&table.firing_angle, "firing_angle", &table.kind)?;
            LoadKind::Dimmer { power_w, firing_deg: within(firing, 0.0..=175.0)? }
        }
        _ => LoadKind::Idle { power_w },
    })
}

fn ramp_s(table: &LoadTable, usual_s: f64) -> Result<f64, Fault> {
    within_or(&table.ramp, usual_s, 0.0..=3600.0)
}

fn check_sun(table: &LoadTable) -> Result<Sun, Fault> {
    let rise_s = check_time_of_day(&table.sunrise, 6.0 * 3600.0)?;
    let set_s = check_time_of_day(&table.sunset, 20.0 * 3600.0)?;
    if set_s <= rise_s {
        return Err(Fault::new(table.kind.span(), "the sun sets after it has risen"));
    }
    Ok(Sun { rise_s, set_s })
}

fn check_time_of_day(given: &Given<String>, usual_s: f64) -> Result<f64, Fault> {
    let Some(given) = given else { return Ok(usual_s) };
    time_of_day_s(given.get_ref())
        .ok_or_else(|| Fault::new(given.span(), "not a time of day: write it like \"05:40\""))
}

fn check_meters(table: &LoadTable, device: &Device) -> Result<Meters, Fault> {
    let Some(names) = &table.meters else { return Ok(Meters::MAIN) };
    let known: Vec<(&'static str, MeterPort)> = METERS
        .into_iter()
        .zip(0_u8..)
        .filter_map(|(name, number)| match SlotId::new(number) {
            None => Some((name, MeterPort::Main)),
            Some(slot) => {
                let installed = device.modules.iter().any(|module| module.slot == slot);
                installed.then_some((name, MeterPort::Esy(slot)))
            }
        })
        .collect();
    let mut meters = Meters::default();
    for name in names {
        meters = meters.with(choice(name, "meter", &known)?);
    }
    Ok(meters)
}

/// Names of meters by number.
const METERS: [&str; 11] =
    ["main", "esy1", "esy2", "esy3", "esy4", "esy5", "esy6", "esy7", "esy8", "esy9", "esy10"];

fn check_period(table: &OnTable) -> Result<OnPeriod, Fault> {
    let at_s = within(&table.at, 0.0..=LATEST_S)?;
    let for_s = optional(&table.for_time)?;
    let every_s = optional(&table.every)?;
    if let (Some(every), Some(every_s)) = (&table.every, every_s)
        && for_s.is_none_or(|for_s| for_s >= every_s)
    {
        let message = "what comes again must end before: \"for\" is shorter than \"every\"";
        return Err(Fault::new(every.span(), message));
    }
    Ok(OnPeriod { at_s, for_s, every_s })
}

fn optional<D: Dimension>(given: &Option<Spanned<Quantity<D>>>) -> Result<Option<f64>, Fault> {
    given.as_ref().map(|given| within(given, 1e-3..=LATEST_S)).transpose()
}
