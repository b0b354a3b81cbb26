//! One run of a scenario, from its first sample to the verdicts.

use crate::expect::{Judge, Verdict};
use crate::installation::{DeviceFacts, Installation, SetUpError, install};
use image::Image;
use metering::Tail;
use port::{Pace, SourceError, Timestamp};
use runner::{Outcome, Runner};
use serde::Serialize;
use sim::scenario::{Fidelity, Scenario};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use world::{Effects, Twin};

/// Time of a tick of samples: shorter than any window (12 cycles of 70 Hz), so that each is seen, and an
/// expectation may begin and end at any of them.
const BLOCK_SAMPLES_S: f64 = 0.16;

/// Time of a tick of steps where only the ends of expectations count, at which ticks end by themselves. Steps
/// are a minute long: several dozen, so that a tick's own cost does not count.
const BLOCK_STEPS_S: f64 = 3600.0;

/// How long a scenario without an end is run, in seconds: it expects nothing, so this only shows that
/// it can be run.
const ENDLESS_S: f64 = 60.0;

/// What a run of a scenario came to.
#[derive(Debug, Clone, Serialize)]
pub struct Trial {
    /// Title of the scenario.
    pub name: String,
    /// Which combination of its matrix; empty without one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub variant: String,
    /// Seed of everything random in it.
    pub seed: u64,
    /// How it was run.
    pub fidelity: &'static str,
    /// Digest over the exact bits of every window.
    pub digest: String,
    /// Simulated seconds.
    pub duration_s: f64,
    /// Whole windows of the built-in meter.
    pub windows: u64,
    /// Pulses of the LED.
    pub pulses: u64,
    /// Whether everything was as expected.
    pub passed: bool,
    /// What became of each expectation.
    pub expectations: Vec<Verdict>,
}

/// Why a scenario could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// It cannot be set up.
    #[error(transparent)]
    SetUp(#[from] SetUpError),
    /// A source of samples failed.
    #[error("{0}")]
    Source(#[from] SourceError),
    /// Somebody stopped it.
    #[error("stopped before the end")]
    Stopped,
}

/// Runs a scenario at a pace. `observe` sees the effects of every tick and says whether to go on.
pub fn try_out(
    scenario: &Scenario,
    variant: &str,
    device: &DeviceFacts,
    pace: Box<dyn Pace + Send>,
    mut observe: impl FnMut(&Effects) -> bool,
) -> Result<Trial, TrialError> {
    let duration_s = scenario.duration_s.unwrap_or(ENDLESS_S);
    let mut judge = Judge::new(scenario);
    let installation = install(scenario, device, &judge.instants_s())?;
    let mut stopped = false;
    let runner = runner(installation, pace, duration_s, block_samples(scenario, &judge));
    let outcome = runner.run(|effects| {
        judge.observe(effects);
        stopped = !observe(effects);
        !stopped
    })?;
    if stopped {
        return Err(TrialError::Stopped);
    }
    Ok(trial(scenario, variant, duration_s, &outcome, judge.finish()))
}

/// Samples of a tick. Of steps, a tick has at least one, and one alone where each has to be seen.
fn block_samples(scenario: &Scenario, judge: &Judge) -> usize {
    let seconds = match (scenario.fidelity, judge.wants_every_window()) {
        (Fidelity::Waveform, _) => BLOCK_SAMPLES_S,
        (Fidelity::Sampled | Fidelity::Phasor, true) => return 1,
        (Fidelity::Sampled | Fidelity::Phasor, false) => BLOCK_STEPS_S,
    };
    (seconds * scenario.device.sample_rate_hz) as usize
}

fn runner(
    installation: Installation,
    pace: Box<dyn Pace + Send>,
    duration_s: f64,
    block_samples: usize,
) -> Runner {
    let Installation { config, feed, script, .. } = installation;
    let rate_hz = config.format.sample_rate_hz;
    let start: Timestamp = config.start;
    let identity = Arc::new(config.identity.clone());
    let (images, _) = watch::channel(Arc::new(Image::settling(identity, start)));
    let (_, commands) = mpsc::channel(1);
    Runner {
        twin: Twin::new(&config),
        feed,
        script,
        pace,
        start,
        samples_max: Some((duration_s * rate_hz).round() as u64),
        block_samples,
        tail: Tail::Count,
        images,
        commands,
    }
}

fn trial(
    scenario: &Scenario,
    variant: &str,
    duration_s: f64,
    outcome: &Outcome,
    expectations: Vec<Verdict>,
) -> Trial {
    Trial {
        name: scenario.name.clone(),
        variant: variant.to_string(),
        seed: scenario.seed,
        fidelity: scenario.fidelity.slug(),
        digest: format!("{:016x}", outcome.digest),
        duration_s,
        windows: outcome.windows,
        pulses: outcome.pulses,
        passed: expectations.iter().all(|verdict| verdict.passed),
        expectations,
    }
}
