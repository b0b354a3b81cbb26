//! The `[[event]]` tables.

use super::document::EventTable;
use super::error::Fault;
use super::field::{LATEST_S, choice, needed, only, within, within_or};
use crate::synthetic::{Event, EventKind, Grid, Phases};
use toml::Spanned;

/// Kinds of events with the keys that each takes.
const KINDS: [(&str, &[&str]); 6] = [
    ("sag", &["phases", "to", "for"]),
    ("swell", &["phases", "to", "for"]),
    ("interruption", &["for"]),
    ("phase-loss", &["phases", "for"]),
    ("frequency-ramp", &["frequency", "rate"]),
    ("phase-jump", &["by"]),
];

/// Events in the order of time.
pub(super) fn check(tables: &[EventTable], grid: &Grid) -> Result<Vec<Event>, Fault> {
    let mut tables: Vec<&EventTable> = tables.iter().collect();
    tables.sort_by(|a, b| a.at.get_ref().value.total_cmp(&b.at.get_ref().value));
    // A ramp lasts as long as its rate says, so each must know where the last one left the frequency.
    let (mut frequency_hz, mut ramp_ends_s) = (grid.frequency_hz, 0.0);
    let mut events = Vec::with_capacity(tables.len());
    for table in tables {
        let event = check_event(table, grid, frequency_hz)?;
        if let EventKind::Frequency { to_hz, over_s } = event.kind {
            if event.at_s < ramp_ends_s {
                let message = format!("the ramp before lasts until {ramp_ends_s} s");
                return Err(Fault::new(table.at.span(), message));
            }
            frequency_hz = to_hz;
            ramp_ends_s = event.at_s + over_s;
        }
        events.push(event);
    }
    Ok(events)
}

fn check_event(table: &EventTable, grid: &Grid, frequency_hz: f64) -> Result<Event, Fault> {
    let allowed = choice(&table.kind, "kind of event", &KINDS)?;
    only(&table.kind, &table.special_keys(), allowed)?;
    let kind = match table.kind.get_ref().as_str() {
        "sag" => voltage(table, grid, within(needed(&table.to, "to", &table.kind)?, 0.0..=1.0)?)?,
        "swell" => voltage(table, grid, within(needed(&table.to, "to", &table.kind)?, 1.0..=2.0)?)?,
        "frequency-ramp" => {
            let to_hz = within(needed(&table.frequency, "frequency", &table.kind)?, 40.0..=70.0)?;
            let rate = within_or(&table.rate, f64::INFINITY, 1e-6..=f64::INFINITY)?;
            EventKind::Frequency { to_hz, over_s: (to_hz - frequency_hz).abs() / rate }
        }
        "phase-jump" => {
            let by_deg = within(needed(&table.by, "by", &table.kind)?, -180.0..=180.0)?;
            EventKind::PhaseJump { by_deg }
        }
        "phase-loss" if table.phases.is_none() => {
            return Err(Fault::new(
                table.kind.span(),
                "kind \"phase-loss\" needs the key \"phases\"",
            ));
        }
        // An interruption concerns all phases, which is what no "phases" means.
        _ => voltage(table, grid, 0.0)?,
    };
    Ok(Event { at_s: within(&table.at, 0.0..=LATEST_S)?, kind })
}

fn voltage(table: &EventTable, grid: &Grid, to: f64) -> Result<EventKind, Fault> {
    let for_s = table.for_time.as_ref().map(|given| within(given, 0.0..=LATEST_S));
    let phases = match &table.phases {
        None => Phases::ALL,
        Some(names) => phases(names, grid)?,
    };
    Ok(EventKind::Voltage { phases, to, for_s: for_s.transpose()? })
}

fn phases(names: &[Spanned<String>], grid: &Grid) -> Result<Phases, Fault> {
    let known = [("l1", 0), ("l2", 1), ("l3", 2)];
    let mut phases = Phases([false; 3]);
    for name in names {
        let phase: usize = choice(name, "phase", &known[..grid.system.phases()])?;
        phases.0[phase] = true;
    }
    Ok(phases)
}
