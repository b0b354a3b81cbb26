//! Files of units: a front-end file with what else a verification needs to know.
//!
//! All keys of a front-end file mean what they mean there: what production built. Over them come
//!
//! - `calibration`: with it the unit is not calibrated, and works with the constants of its design
//!   (`"nominal"`) or its true ones (`"known"`);
//! - `base = "ideal"` or `"typical"`: what is not stated is without error, or drawn by the seed of the run;
//! - `[after_calibration]`: what was done to the unit after its calibration, with the same keys and
//!   sub-tables. Errors are added to those that are there, design values replaced, see [`Layer::Add`];
//! - `[firmware]`: what the program does wrong; `[procedure]`: what the bench did wrong;
//! - `[spoiled]`: which clause must catch the unit; all of its keys or none.

use crate::document::{Arm, Entry};
use crate::unit::{Claim, Defects, Unit, coupling, entry};
use port::Role;
use serde::Deserialize;
use sim::frontend::{FileTable, FrontEnd, FrontEndError, Layer};
use sim::scenario::nearest;
use toml::Table;

/// Keys that front-end files do not have.
const OWN_KEYS: [&str; 5] = ["base", "after_calibration", "firmware", "procedure", "spoiled"];

/// Least margin of a claim: a unit that is barely caught is caught by luck.
const MARGIN_LEAST: f64 = 2.0;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Firmware {
    impulses_per_kwh: Option<u32>,
    no_load_threshold: Option<f64>,
    dc_blocking: Option<bool>,
    lost_sample_every_s: Option<f64>,
    #[serde(default)]
    reactive_by_delay: bool,
    #[serde(default)]
    tariff_counted_twice: bool,
    #[serde(default)]
    stale_window: bool,
    module_ratio: Option<f64>,
    droop_correction: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Procedure {
    swapped: [String; 2],
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spoiled {
    arm: Arm,
    clause: String,
    margin: f64,
    why: String,
}

impl Unit {
    /// Reads a unit from a file; `seed` draws what a typical base leaves open.
    ///
    /// # Errors
    /// If the file says something unknown or impossible. The error names the line.
    pub fn parse(text: &str, seed: u64) -> Result<Unit, FrontEndError> {
        let whole = FileTable::parse(text)?;
        refuse_unknown(&whole)?;
        let mut table = whole.clone();
        let base = base_of(&whole, table.take_text("base")?, seed)?;
        let after = table.take("after_calibration")?;
        let firmware = table.take("firmware")?;
        let procedure = table.take("procedure")?;
        let spoiled = table.take("spoiled")?;
        let front_end = base.read_over(&table, Layer::Replace)?;
        let is_given = table.keys().any(|key| key == "calibration");
        let given = is_given.then_some(front_end.calibration);
        let front_end = front_end.uncalibrated();
        let later = match &after {
            Some(after) => {
                refuse_calibration(after)?;
                front_end.read_over(after, Layer::Add)?
            }
            None => front_end.clone(),
        };
        let mut defects = Defects::default();
        if let Some(firmware) = &firmware {
            read_firmware(firmware, &front_end, &mut defects)?;
        }
        if let Some(procedure) = &procedure {
            defects.swapped_in_calibration = Some(read_swap(procedure)?);
        }
        let same = FrontEnd { name: base.name.clone(), ..front_end.clone() } == base;
        let is_spoiled = !same || front_end != later || defects != Defects::default();
        let claim = spoiled.map(|table| read_claim(&table, is_spoiled)).transpose()?;
        let mut changes = defects.describe();
        if claim.is_some() {
            changes.splice(0..0, differences("as built", &base, &front_end));
        }
        changes.extend(differences("after calibration", &front_end, &later));
        let name = front_end.name.clone();
        Ok(Unit { name, seed, front_end, later, given, defects, claim, changes })
    }
}

/// What is not stated.
fn base_of(whole: &FileTable, base: Option<String>, seed: u64) -> Result<FrontEnd, FrontEndError> {
    let base = match base.as_deref() {
        None | Some("ideal") => FrontEnd::ideal(),
        Some("typical") => FrontEnd::typical(seed),
        Some(other) => {
            let reason = format!("base is \"{other}\"; there are \"ideal\" and \"typical\"");
            return Err(whole.refuse("base", reason));
        }
    };
    Ok(FrontEnd { name: "from a file".to_string(), ..base }.uncalibrated())
}

fn refuse_unknown(whole: &FileTable) -> Result<(), FrontEndError> {
    let known = || OWN_KEYS.into_iter().chain(FrontEnd::FILE_KEYS);
    match whole.keys().find(|key| !known().any(|known| known == *key)) {
        None => Ok(()),
        Some(key) => {
            let meant = match nearest(key, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("there are {}", known().collect::<Vec<_>>().join(", ")),
            };
            Err(whole.refuse(key, format!("unknown field `{key}`; {meant}")))
        }
    }
}

fn refuse_calibration(table: &FileTable) -> Result<(), FrontEndError> {
    match table.keys().any(|key| key == "calibration") {
        true => Err(table.refuse(
            "calibration",
            "what was done after the calibration is no calibration; put `calibration` at the top",
        )),
        false => Ok(()),
    }
}

fn read_firmware(
    table: &FileTable,
    front_end: &FrontEnd,
    defects: &mut Defects,
) -> Result<(), FrontEndError> {
    let firmware: Firmware = table.read()?;
    for (key, value, least, most) in [
        ("impulses_per_kwh", firmware.impulses_per_kwh.map(f64::from), 1.0, 1e6),
        ("no_load_threshold", firmware.no_load_threshold, 0.0, 100.0),
        ("lost_sample_every_s", firmware.lost_sample_every_s, 1e-3, 1e6),
        ("module_ratio", firmware.module_ratio, 1e-3, 1e3),
    ] {
        // A NaN lies in no range.
        if let Some(value) = value.filter(|value| !(least..=most).contains(value)) {
            let reason = format!("{key} is {value}, but must lie in {least} to {most}");
            return Err(table.refuse(key, reason));
        }
    }
    let flat = front_end.sinc_order == 0 && front_end.channels.iter().all(|c| c.rc_hz.is_none());
    if firmware.droop_correction == Some(false) && flat {
        let reason = "this front end has no droop that could be left: it has neither RC nor sinc \
                      filter; take base = \"typical\" or state rc_hz or sinc_order";
        return Err(table.refuse("droop_correction", reason));
    }
    *defects = Defects {
        impulses_per_kwh: firmware.impulses_per_kwh,
        no_load_threshold: firmware.no_load_threshold,
        dc_blocking_off: firmware.dc_blocking == Some(false),
        lost_sample_every_s: firmware.lost_sample_every_s,
        reactive_by_delay: firmware.reactive_by_delay,
        tariff_counted_twice: firmware.tariff_counted_twice,
        stale_window: firmware.stale_window,
        module_ratio: firmware.module_ratio,
        swapped_in_calibration: None,
        droop_correction_off: firmware.droop_correction == Some(false),
    };
    Ok(())
}

/// Two channels of one kind: the bench could not take volts for amperes.
fn read_swap(table: &FileTable) -> Result<(Role, Role), FrontEndError> {
    let Procedure { swapped } = table.read()?;
    let role = |name: &str| {
        let role = Role::ALL[..6].iter().copied().find(|role| role.slug() == name);
        role.ok_or_else(|| {
            let reason =
                format!("no channel is called \"{name}\"; there are va, vb, vc, ia, ib, ic");
            table.refuse("swapped", reason)
        })
    };
    let (a, b) = (role(&swapped[0])?, role(&swapped[1])?);
    if a == b || a.is_voltage() != b.is_voltage() {
        let reason = format!("{a} and {b} cannot be swapped: name two voltages or two currents");
        return Err(table.refuse("swapped", reason));
    }
    Ok((a, b))
}

fn read_claim(table: &FileTable, is_spoiled: bool) -> Result<Claim, FrontEndError> {
    let Spoiled { arm, clause, margin, why } = table.read()?;
    if !(margin >= MARGIN_LEAST && margin.is_finite()) {
        let reason = format!("margin is {margin}, but a claim has at least {MARGIN_LEAST}");
        return Err(table.refuse("margin", reason));
    }
    for (key, text) in [("clause", &clause), ("why", &why)] {
        if text.trim().is_empty() {
            return Err(table.refuse(key, format!("{key} is empty")));
        }
    }
    if !is_spoiled {
        let reason = "nothing is spoiled here, so no clause can catch it";
        return Err(table.refuse("", reason));
    }
    Ok(Claim { arm, clause, margin, why })
}

/// What differs between two states of a front end, for people.
fn differences(when: &str, before: &FrontEnd, after: &FrontEnd) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut compare = |what: String, before: Option<f64>, after: Option<f64>| {
        let said =
            |value: Option<f64>| value.map_or("none".to_string(), |value| format!("{value}"));
        if before != after {
            let value = format!("{} became {}", said(before), said(after));
            found.push(entry(&format!("{when}, {what}"), value));
        }
    };
    for (what, of) in OF_UNIT {
        compare(what.to_string(), Some(of(before)), Some(of(after)));
    }
    for role in Role::ALL {
        let numbers = |front_end: &FrontEnd| {
            Table::try_from(front_end.channel(role)).expect("a channel is a table of numbers")
        };
        let (before, after) = (numbers(before), numbers(after));
        // A corner that is not there has no key.
        let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
        for key in keys {
            let number = |table: &Table| table.get(key)?.as_float();
            compare(format!("{role} {key}"), number(&before), number(&after));
        }
    }
    let new = after.crosstalk.iter().filter(|crosstalk| !before.crosstalk.contains(crosstalk));
    found.extend(new.map(coupling).map(|new| entry(&format!("{when}, {}", new.name), new.value)));
    found
}

/// Numbers of a unit that are compared.
const OF_UNIT: [(&str, fn(&FrontEnd) -> f64); 4] = [
    ("clock_ppm", |front_end| front_end.clock_ppm),
    ("temperature_degc", |front_end| front_end.temperature_degc),
    ("reference_ppm_per_k", |front_end| front_end.reference_ppm_per_k),
    ("sinc_order", |front_end| f64::from(front_end.sinc_order)),
];
