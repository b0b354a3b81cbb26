//! What a run prints: the live table or an object a window, and its result.

use crate::document::{self, EnergyEntry, LoadEntry, ReadingEntry};
use crate::failure::{Failure, note};
use crate::live::Live;
use image::MeterId;
use runner::Outcome;
use serde::Serialize;
use std::io::Write;
use world::Effects;

#[derive(Serialize)]
struct WindowLine {
    r#type: &'static str,
    meter: String,
    window: u64,
    time: String,
    readings: Vec<ReadingEntry>,
    energy: Vec<EnergyEntry>,
    loads: Vec<LoadEntry>,
}

#[derive(Serialize)]
struct ResultLine {
    r#type: &'static str,
    schema: u32,
    scenario: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    digest: String,
    sample_rate_hz: f64,
    samples: u64,
    windows: u64,
    pulses: u64,
    duration_s: f64,
    readings: Vec<ReadingEntry>,
    energy: Vec<EnergyEntry>,
}

/// What a run shows of each tick.
pub struct Output {
    /// The table.
    pub live: Live,
    /// Whether windows are printed as objects instead.
    pub json: bool,
    /// What went wrong with the output.
    pub failure: Option<Failure>,
}

impl Output {
    /// Shows a tick.
    pub fn show(&mut self, effects: &Effects) {
        let shown = if self.json { lines(effects) } else { self.live.show(effects) };
        if let Err(failure) = shown {
            self.failure = Some(failure);
        }
    }
}

/// One object for each window that closed.
fn lines(effects: &Effects) -> Result<(), Failure> {
    let Some(image) = &effects.image else { return Ok(()) };
    let main = effects.windows.iter().filter(|window| window.cycles > 0).map(|_| MeterId::Main);
    let mut closed: Vec<MeterId> = main.collect();
    closed.extend(effects.module_windows.iter().map(|(slot, _)| MeterId::Esy(*slot)));
    closed.dedup();
    let mut out = std::io::stdout().lock();
    for id in closed {
        let Some(meter) = image.meter(id) else { continue };
        write_line(
            &mut out,
            &WindowLine {
                r#type: "window",
                meter: id.slug(),
                window: meter.windows,
                time: document::rfc3339(meter.window_end),
                readings: document::readings(id, &meter.readings),
                energy: document::energy(id, &meter.readings),
                loads: document::loads(id, &image.loads),
            },
        )?;
    }
    Ok(())
}

fn write_line(out: &mut impl Write, line: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(line).map_err(|error| Failure::Internal(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}

/// Says what a run came to.
pub fn finish(
    json: bool,
    name: &str,
    seed: Option<u64>,
    rate: f64,
    outcome: &Outcome,
) -> Result<(), Failure> {
    let digest = document::digest(outcome.digest);
    let duration_s = outcome.samples as f64 / rate;
    if !json {
        note(&format!(
            "{name}: {duration_s:.3} s{}, {} windows, {} pulses, digest {digest}",
            seed.map_or_else(String::new, |seed| format!(" simulated, seed {seed}")),
            outcome.windows,
            outcome.pulses
        ));
        return Ok(());
    }
    let meters = &outcome.image.meters;
    write_line(
        &mut std::io::stdout().lock(),
        &ResultLine {
            r#type: "result",
            schema: 1,
            scenario: name.to_string(),
            seed,
            digest,
            sample_rate_hz: rate,
            samples: outcome.samples,
            windows: outcome.windows,
            pulses: outcome.pulses,
            duration_s,
            readings: meters.iter().flat_map(|m| document::readings(m.id, &m.readings)).collect(),
            energy: meters.iter().flat_map(|m| document::energy(m.id, &m.readings)).collect(),
        },
    )
}
