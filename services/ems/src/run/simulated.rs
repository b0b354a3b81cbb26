//! A run on a simulated grid: the scenario gives the samples, the modules and what happens.

use super::{BLOCK_REALTIME_S, Prepared, bus};
use crate::cli::{EngineName, RunArgs};
use crate::failure::Failure;
use crate::keeping::{self, Attached, Begin, DataFolder, Subject};
use crate::web::TwinHandle;
use crate::{data_folder, device, scenario};
use config::{Bus, Config, Speed};
use lab::{Installation, Parts};
use port::{Timestamp, Variant};
use runner::Samples;
use sim::esy::ModuleMemory;
use sim::scenario::{Fidelity, Scenario};
use std::path::Path;
use store::engine::Engine;
use store::keep::Haste;

/// Up to this factor the short block costs nothing that counts.
const REALTIME_FACTOR_MAX: f64 = 4.0;

/// Block when windows are printed or logged one by one: shorter than any window (12 cycles of 70 Hz).
const BLOCK_WINDOW_S: f64 = 0.16;

/// Block when only the end matters: several windows, so that a tick's own cost does not count.
const BLOCK_FAST_S: f64 = 1.0;

/// A day in nanoseconds.
const DAY_NS: i64 = 86_400_000_000_000;

/// Sets a scenario up.
pub(super) fn prepare(arguments: &RunArgs, config: &Config) -> Result<Prepared, Failure> {
    let scenario = scenario(config)?;
    let speed = config.sim.speed;
    let haste = match speed {
        Speed::Max => Haste::Wait,
        Speed::Times(_) => Haste::GoOn,
    };
    let kept = keep(arguments, config, &scenario, haste)?;
    let begin = kept.as_ref().map(|(begin, _)| begin);
    let memory = begin.map(|begin| begin.modules.clone()).unwrap_or_default();
    let mut installation = install(config, &scenario, &memory)?;
    let stopped = begin.and_then(|begin| begin.stopped);
    installation.config.start = next_day(installation.config.start, stopped);
    let rate_hz = installation.config.format.sample_rate_hz;
    let twin = TwinHandle::new(&scenario, config, rate_hz, installation.future.take())?;
    Ok(Prepared {
        title: scenario.name.clone(),
        seed: Some(scenario.seed),
        pace: twin.pace(),
        block_samples: block_samples(arguments, speed, installation.config.format.sample_rate_hz),
        installation,
        duration_s: arguments.duration.or(scenario.duration_s),
        kept,
        twin: Some(twin),
    })
}

/// The scenario of a configuration, with its seed and its wire.
pub fn scenario(config: &Config) -> Result<Scenario, Failure> {
    Ok(configured(scenario::named(&config.sim.scenario)?.parse()?, config))
}

/// A scenario as the configuration has it.
pub fn configured(mut scenario: Scenario, config: &Config) -> Scenario {
    scenario.seed = config.sim.seed.unwrap_or(scenario.seed);
    // The configuration says which meter it is; one that says nothing leaves it to the scenario.
    if config.variant != Variant::Lab {
        scenario.device.variant = config.variant;
    }
    if config.esy.bus == Bus::Memory {
        scenario.device.esy_baud = Some(config.esy.baud);
    }
    scenario
}

/// Everything a run is made of. What goes over a real port or a pseudo terminal has a time of its own.
fn install(
    config: &Config,
    scenario: &Scenario,
    memory: &ModuleMemory,
) -> Result<Installation, Failure> {
    let refuse =
        |error: &dyn std::fmt::Display| Failure::File(format!("{}: {error}", config.sim.scenario));
    if matches!(config.esy.bus, Bus::Direct | Bus::Memory) {
        return lab::install_with(scenario, &device::facts(), &[], memory)
            .map_err(|error| refuse(&error));
    }
    if config.sim.speed != Speed::Times(1.0) || scenario.fidelity != Fidelity::Waveform {
        return Err(Failure::File(
            "esy.port: characters on a port take their real time; run a scenario of fidelity \"waveform\" at --speed realtime, or take \"memory\""
                .into(),
        ));
    }
    let parts = lab::parts(scenario, &device::facts(), memory).map_err(|error| refuse(&error))?;
    let Parts { config: mut twin, main, bus, script, future } = parts;
    let bus = bus::of_scenario(config, scenario, bus, &mut twin)?;
    let feed = Box::new(Samples::new(main, bus));
    Ok(Installation { config: twin, feed, script, future: Some(future) })
}

/// A run begins where its scenario says; on the first day after the meter stopped, if it ran before. The time
/// of the day stays, so that loads, intervals and the digest do not know which day it is.
fn next_day(start: Timestamp, stopped: Option<Timestamp>) -> Timestamp {
    let behind_ns = stopped.map_or(0, |stopped| (stopped.unix_ns - start.unix_ns).max(0));
    let days = (behind_ns + DAY_NS - 1) / DAY_NS;
    Timestamp { unix_ns: start.unix_ns + days * DAY_NS }
}

/// What a run of a scenario begins with and what keeps it; nothing if it is to keep nothing.
pub fn keep(
    arguments: &RunArgs,
    config: &Config,
    scenario: &Scenario,
    haste: Haste,
) -> Result<Option<(Begin, Attached)>, Failure> {
    let subject = Subject {
        title: &scenario.name,
        present: bus::present(config, scenario),
        window_s: window_s(scenario),
        given: given(scenario),
    };
    keep_as(arguments, config, &config.sim.scenario, &subject, haste)
}

/// The same of any meter, by default in a folder of this name.
pub fn keep_as(
    arguments: &RunArgs,
    config: &Config,
    name: &str,
    subject: &Subject,
    haste: Haste,
) -> Result<Option<(Begin, Attached)>, Failure> {
    if arguments.ephemeral {
        return Ok(None);
    }
    let asked = config.data_folder.as_deref().map(Path::new);
    let folder = DataFolder::open(&data_folder::folder(asked, Some(name))?)?;
    let configured = config.engine.as_deref().and_then(Engine::from_slug);
    let engine = arguments.engine.map(EngineName::engine).or(configured);
    keeping::begin(&folder, engine, subject, haste, arguments.acknowledge).map(Some)
}

/// Length of the windows in whole seconds, rounded down: phasor steps take up to a minute.
fn window_s(scenario: &Scenario) -> u32 {
    match scenario.fidelity {
        Fidelity::Waveform => 0,
        Fidelity::Sampled | Fidelity::Phasor => 60,
    }
}

/// Settings that the scenario gives itself, and the wiring, which is that of its terminals.
fn given(scenario: &Scenario) -> Vec<catalog::SettingId> {
    let settings = scenario.device.settings.iter().map(|(id, _)| *id);
    std::iter::once(catalog::SettingId::Wiring).chain(settings).collect()
}

fn block_samples(arguments: &RunArgs, speed: Speed, rate_hz: f64) -> usize {
    let seconds = match speed {
        Speed::Times(factor) if factor <= REALTIME_FACTOR_MAX => BLOCK_REALTIME_S,
        Speed::Max if !arguments.json && arguments.ephemeral => BLOCK_FAST_S,
        Speed::Times(_) | Speed::Max => BLOCK_WINDOW_S,
    };
    (seconds * rate_hz).round() as usize
}
