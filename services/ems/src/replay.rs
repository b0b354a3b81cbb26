//! `ems replay`: a recording through the front end into the meter, and what it reads.

use crate::channels::{self, Cut};
use crate::cli::ReplayArgs;
use crate::device;
use crate::document::{self, EnergyEntry, ReadingEntry};
use crate::failure::{Failure, note};
use crate::table::Table;
use crate::version;
use catalog::{QuantityId, Scope, point};
use image::{Identity, Image, MeterId};
use metering::{Tail, Wiring};
use port::{AsFast, Role, SampleSource, Timestamp};
use recording::Side;
use runner::{Outcome, Runner, Samples, Script};
use serde::Serialize;
use sim::frontend::{Afe, FrontEnd};
use sim::recorded::Recorded;
use std::io::Write;
use std::sync::Arc;
use world::{Twin, TwinConfig};

#[derive(Serialize)]
struct Document {
    schema: u32,
    source: Source,
    wiring: &'static str,
    sample_rate_hz: f64,
    /// Samples of the stretch asked for.
    samples: u64,
    /// Windows closed; the last may be shorter than 10 or 12 cycles.
    windows: u64,
    /// Whole cycles that the readings are over.
    cycles: f64,
    /// Their duration.
    metered_s: f64,
    frequency_hz: Option<f64>,
    digest: String,
    readings: Vec<ReadingEntry>,
    energy: Vec<EnergyEntry>,
    recorded_neutral_current: Option<f64>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Source {
    file: String,
    format: &'static str,
    revision: Option<&'static str>,
    station: String,
    device: String,
    start: Option<String>,
    section: usize,
    sections: usize,
    front_end: String,
    channels: Vec<ChannelEntry>,
}

#[derive(Serialize)]
struct ChannelEntry {
    role: &'static str,
    number: usize,
    name: String,
    unit: String,
    /// Multiplies the recorded value to give volts or amperes, the option --scale included.
    factor: f64,
    /// `primary` or `secondary`, as the recording says; never applied.
    side: Option<&'static str>,
    primary: f64,
    secondary: f64,
}

/// Meters a recording and prints what it reads.
pub fn replay(arguments: &ReplayArgs) -> Result<(), Failure> {
    let cut = channels::cut(arguments)?;
    let wiring = arguments.wiring.unwrap_or_else(|| wiring_of(&cut.roles));
    let samples = cut.rows[0].len();
    let recorded = Recorded::new(cut.roles.clone(), cut.rows.clone(), cut.rate_hz)
        .map_err(|error| Failure::File(format!("{}: {error}", arguments.file.display())))?;
    let front_end = front_end(arguments, &recorded)?;
    let outcome = meter(&front_end, recorded, cut.rate_hz, wiring)?;
    let document = describe(arguments, &cut, &front_end, wiring, samples, &outcome);
    if arguments.json {
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(std::io::stdout().lock(), "{text}")?;
        return Ok(());
    }
    document.notes.iter().for_each(|text| note(&format!("note: {text}")));
    print(&document)
}

/// The system that the channels present suggest.
fn wiring_of(roles: &[Role]) -> Wiring {
    let has = |wanted: [Role; 2]| roles.iter().any(|role| wanted.contains(role));
    match (has([Role::Vb, Role::Ib]), has([Role::Vc, Role::Ic])) {
        (_, true) => Wiring::ThreePhaseFourWire,
        (true, false) => Wiring::TwoPhaseThreeWire,
        (false, false) => Wiring::SinglePhaseTwoWire,
    }
}

fn front_end(arguments: &ReplayArgs, recorded: &Recorded) -> Result<FrontEnd, Failure> {
    match arguments.front_end.as_str() {
        "ideal" => Ok(FrontEnd::ideal_for(&recorded.peaks())),
        "typical" => Ok(FrontEnd::typical(arguments.seed)),
        path => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::Environment(format!(
                    "--front-end {path}: {error}; expected ideal, typical or a file"
                ))
            })?;
            FrontEnd::parse(&text).map_err(|error| Failure::File(format!("{path}: {error}")))
        }
    }
}

/// Runs the recording through the production path.
fn meter(
    front_end: &FrontEnd,
    recorded: Recorded,
    rate_hz: f64,
    wiring: Wiring,
) -> Result<Outcome, Failure> {
    let source = Afe::new(front_end, recorded, rate_hz)
        .map_err(|error| Failure::File(format!("front end: {error}")))?;
    let identity = Identity {
        version: version::numbers(),
        software_id: version::SOFTWARE_ID.into(),
        simulated: true,
        ..Identity::default()
    };
    let start = Timestamp::default();
    let image = Arc::new(Image::settling(Arc::new(identity.clone()), start));
    let (images, _watching) = tokio::sync::watch::channel(image);
    let (_sender, commands) = tokio::sync::mpsc::channel(1);
    let twin = Twin::new(&TwinConfig {
        identity,
        wiring,
        format: source.format().clone(),
        limits: device::limits(),
        modules: Vec::new(),
        loads: Vec::new(),
        start,
    });
    let runner = Runner {
        twin,
        feed: Box::new(Samples::new(Box::new(source), None)),
        script: Script::default(),
        pace: Box::new(AsFast),
        start,
        samples_max: None,
        block_samples: (rate_hz * 0.2).ceil().max(64.0) as usize,
        tail: Tail::Drop,
        images,
        commands,
    };
    runner.run(|_| true).map_err(|error| Failure::File(error.to_string()))
}

fn describe(
    arguments: &ReplayArgs,
    cut: &Cut,
    front_end: &FrontEnd,
    wiring: Wiring,
    samples: usize,
    outcome: &Outcome,
) -> Document {
    let readings = &outcome.readings;
    let frequency = point(QuantityId::Frequency, None, Scope::System).expect("in the catalogue");
    let whole = &outcome.whole;
    let mut notes = cut.notes.clone();
    notes.push(format!("front end: {}", front_end.name));
    notes.push("DC is blocked in the voltage channels and measured in the currents".into());
    let full = if whole.frequency().is_some_and(|f| f * cut.rate_hz >= 55.0) { 12.0 } else { 10.0 };
    if whole.samples == 0.0 {
        notes.push("the stretch holds no whole cycle, so nothing was read".into());
    } else if whole.tracked_samples == 0.0 {
        notes.push(
            "no fundamental between 40 and 70 Hz was found: the section may hold no waveform, and \
             windows are as long as ten cycles of 50 Hz"
                .into(),
        );
    } else if whole.cycles > 0.0 && whole.cycles < full - 0.01 {
        notes.push(format!(
            "shorter than a window: the readings are over its {} whole cycles",
            whole.cycles.round()
        ));
    }
    let names = recording_names(cut);
    Document {
        schema: 1,
        source: Source {
            file: arguments.file.display().to_string(),
            format: cut.recording.format.name(),
            revision: cut.recording.revision.map(|revision| match revision {
                recording::Revision::R1991 => "1991",
                recording::Revision::R1999 => "1999",
                recording::Revision::R2013 => "2013",
            }),
            station: cut.recording.station.clone(),
            device: cut.recording.device.clone(),
            start: cut.recording.start.clone(),
            section: arguments.section,
            sections: cut.recording.sections.len(),
            front_end: front_end.describe(),
            channels: names,
        },
        wiring: wiring.slug(),
        sample_rate_hz: cut.rate_hz,
        samples: samples as u64,
        windows: outcome.windows,
        cycles: whole.cycles.round(),
        metered_s: whole.samples / cut.rate_hz,
        frequency_hz: readings.get(frequency).value(),
        digest: document::digest(outcome.digest),
        readings: document::readings(MeterId::Main, readings),
        energy: document::energy(MeterId::Main, readings),
        recorded_neutral_current: recorded_neutral(cut, whole.samples),
        notes,
    }
}

fn recording_names(cut: &Cut) -> Vec<ChannelEntry> {
    let entry = |mapped: &recording::Mapped| {
        let channel = &cut.recording.channels[mapped.channel];
        ChannelEntry {
            role: mapped.role.slug(),
            number: channel.number,
            name: channel.name.clone(),
            unit: channel.unit.clone(),
            factor: mapped.factor,
            side: channel.side.map(|side| match side {
                Side::Primary => "primary",
                Side::Secondary => "secondary",
            }),
            primary: channel.primary,
            secondary: channel.secondary,
        }
    };
    cut.mapping.entries.iter().map(entry).collect()
}

/// Rms of a neutral current that was recorded; the meter computes its own and does not use it.
fn recorded_neutral(cut: &Cut, samples: f64) -> Option<f64> {
    let row = cut.roles.iter().position(|role| *role == Role::In)?;
    let metered = &cut.rows[row][..(samples.round() as usize).min(cut.rows[row].len())];
    let square: f64 = metered.iter().map(|x| x * x).sum();
    (!metered.is_empty()).then(|| (square / metered.len() as f64).sqrt())
}

fn print(document: &Document) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{}: {} {} S/s, {} samples, {} windows, {} cycles, {}, digest {}",
        document.source.file,
        document.source.format,
        document.sample_rate_hz,
        document.samples,
        document.windows,
        document.cycles.round(),
        document.wiring,
        document.digest
    )?;
    let mut table = Table::new(&["quantity", "scope", "value", "unit", "quality"]).right(&[2]);
    let number =
        |value: Option<f64>| value.map_or_else(|| "-".into(), |value| format!("{value:.6}"));
    for entry in &document.readings {
        if entry.quality != "not_wired" && entry.quality != "settling" {
            let value = number(entry.value);
            table.row(&[entry.quantity, entry.scope, &value, entry.unit, entry.quality]);
        }
    }
    for entry in &document.energy {
        if entry.value.is_some_and(|value| value != 0.0) {
            let name = format!("{} {}", entry.quantity, entry.register);
            // A record lasts seconds: its energies are small parts of a kilowatt-hour.
            let value = entry.value.map_or_else(|| "-".into(), |value| format!("{value:.9}"));
            table.row(&[&name, entry.scope, &value, entry.unit, entry.quality]);
        }
    }
    if let Some(value) = document.recorded_neutral_current {
        table.row(&["recorded neutral (not used)", "n", &number(Some(value)), "A", "good"]);
    }
    write!(out, "{table}")?;
    Ok(())
}
