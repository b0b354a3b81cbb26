//! `ems run`: the meter on a simulated grid, with its table and its services.

use crate::cli::{EngineName, RunArgs, Speed};
use crate::document::{self, EnergyEntry, LoadEntry, ReadingEntry};
use crate::failure::{Failure, note};
use crate::keeping::{self, Attached, Begin, DataFolder};
use crate::live::Live;
use crate::{data_folder, device, scenario};
use host::COMMANDS_MAX;
use image::{Image, MeterId};
use lab::Installation;
use linux::RealPace;
use metering::Tail;
use port::{AsFast, Clock, Pace, Timestamp};
use runner::{Outcome, Runner};
use serde::Serialize;
use sim::scenario::Scenario;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::keep::Haste;
use tokio::sync::{mpsc, oneshot, watch};
use world::{Effects, Twin, TwinConfig};

/// Block in real time: short, so that a value is published soon after its window ends.
const BLOCK_REALTIME_S: f64 = 0.02;

/// Up to this factor the short block costs nothing that counts.
const REALTIME_FACTOR_MAX: f64 = 4.0;

/// A day in nanoseconds.
const DAY_NS: i64 = 86_400_000_000_000;

/// Block when windows are printed or logged one by one: shorter than any window (12 cycles of 70 Hz).
const BLOCK_WINDOW_S: f64 = 0.16;

/// Block when only the end matters: several windows, so that a tick's own cost does not count.
const BLOCK_FAST_S: f64 = 1.0;

/// Runs until the duration is over, the scenario ends or Ctrl-C.
pub fn run(arguments: &RunArgs) -> Result<(), Failure> {
    let mut scenario = scenario::named(&arguments.scenario)?.parse()?;
    if let Some(seed) = arguments.seed {
        scenario.seed = seed;
    }
    let seed = scenario.seed;
    let kept = keep(arguments, &scenario)?;
    let begin = kept.as_ref().map(|(begin, _)| begin);
    let memory = begin.map(|begin| begin.modules.clone()).unwrap_or_default();
    let mut installation = lab::install_with(&scenario, &device::facts(), &[], &memory)
        .map_err(|error| Failure::File(format!("{}: {error}", arguments.scenario)))?;
    let stopped = begin.and_then(|begin| begin.stopped);
    installation.config.start = next_day(installation.config.start, stopped);
    let duration = arguments.duration.or(scenario.duration_s);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.to_string()))?;
    runtime.block_on(serve(arguments, &scenario.name, seed, duration, installation, kept))
}

/// A run begins where its scenario says; on the first day after the meter stopped, if it ran before. The time
/// of the day stays, so that loads, intervals and the digest do not know which day it is.
fn next_day(start: Timestamp, stopped: Option<Timestamp>) -> Timestamp {
    let behind_ns = stopped.map_or(0, |stopped| (stopped.unix_ns - start.unix_ns).max(0));
    let days = (behind_ns + DAY_NS - 1) / DAY_NS;
    Timestamp { unix_ns: start.unix_ns + days * DAY_NS }
}

/// What a run begins with and what keeps it; nothing if it is to keep nothing.
fn keep(arguments: &RunArgs, scenario: &Scenario) -> Result<Option<(Begin, Attached)>, Failure> {
    if arguments.ephemeral {
        return Ok(None);
    }
    let path = data_folder::folder(arguments.data.as_ref(), Some(&arguments.scenario))?;
    let folder = DataFolder::open(&path)?;
    let haste = match arguments.speed {
        Speed::Max => Haste::Wait,
        Speed::Times(_) => Haste::GoOn,
    };
    let engine = arguments.engine.map(EngineName::engine);
    keeping::begin(&folder, engine, scenario, haste, arguments.acknowledge).map(Some)
}

async fn serve(
    arguments: &RunArgs,
    name: &str,
    seed: u64,
    duration_s: Option<f64>,
    installation: Installation,
    kept: Option<(Begin, Attached)>,
) -> Result<(), Failure> {
    let server = modbus::Server::bind(arguments.modbus, modbus::Options::default())
        .await
        .map_err(|error| listening_failed(arguments, &error))?;
    let address = server.local_addr().map_err(|error| Failure::Environment(error.to_string()))?;
    note(&format!(
        "Modbus TCP listens on {address} (unit 1 is the meter; try: ems read {address})"
    ));

    let Installation { config, feed, mut script } = installation;
    let mut twin = Twin::new(&config);
    let (begin, mut attached) = kept.unzip();
    if let Some(begin) = begin {
        twin.restore(begin.main);
        script.add(begin.cues);
        script = script.with_calendar(begin.calendar);
    }
    let rate = config.format.sample_rate_hz;
    let start = config.start;
    let first = Arc::new(first_image(&twin, &config));
    if let Some(attached) = &mut attached {
        attached.start(&first);
    }
    let (images, watching) = watch::channel(first);
    let (command_sender, commands) = mpsc::channel(COMMANDS_MAX);
    let (stop_sender, stop_receiver) = watch::channel(false);
    let service = tokio::spawn(server.run(
        watching.clone(),
        command_sender,
        Arc::new(ImageClock(watching)),
        stop_receiver,
    ));

    let runner = Runner {
        twin,
        feed,
        script,
        pace: pace(arguments.speed),
        start,
        samples_max: duration_s.map(|seconds| (seconds * rate).round() as u64),
        block_samples: block_samples(arguments, rate),
        tail: Tail::Count,
        images,
        commands,
    };
    let live = Live::new(name, seed, address);
    let (outcome, interrupted) = drive(runner, live, arguments.json, attached).await?;
    let _all_gone = stop_sender.send(true);
    if let Err(error) = service.await {
        return Err(Failure::Internal(format!("the Modbus service ended: {error}")));
    }
    if interrupted {
        note("stopped");
    }
    finish(arguments, name, seed, rate, &outcome)
}

/// The image before the first window: what the counters were.
fn first_image(twin: &Twin, config: &TwinConfig) -> Image {
    let mut image = Image::settling(Arc::new(config.identity.clone()), config.start);
    image.meters[0].readings = twin.meter().readings().clone();
    image
}

fn listening_failed(arguments: &RunArgs, error: &std::io::Error) -> Failure {
    Failure::Environment(format!(
        "cannot listen on {}: {error}; choose another address with --modbus, port 0 takes a free one",
        arguments.modbus
    ))
}

/// Runs the loop on a thread of its own until it ends or a signal comes.
async fn drive(
    runner: Runner,
    live: Live,
    json: bool,
    mut attached: Option<Attached>,
) -> Result<(Outcome, bool), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let (done_sender, mut done) = oneshot::channel();
    std::thread::spawn(move || {
        let mut output = Output { live, json, failure: None };
        let outcome = runner.run(|effects| {
            output.show(effects);
            if let Some(attached) = &mut attached {
                attached.observe(effects);
            }
            output.failure.is_none() && !stopped.load(Ordering::Relaxed)
        });
        output.live.leave();
        if let Some(attached) = attached {
            attached.finish();
        }
        let result = match (outcome, output.failure) {
            (_, Some(failure)) => Err(failure),
            (Ok(outcome), None) => Ok(outcome),
            (Err(error), None) => Err(Failure::Environment(error.to_string())),
        };
        let _receiver_gone = done_sender.send(result);
    });
    let mut interrupted = false;
    loop {
        tokio::select! {
            result = &mut done => {
                let outcome = result.map_err(|_| Failure::Internal("the loop ended early".into()))??;
                return Ok((outcome, interrupted));
            }
            () = signal(), if !interrupted => {
                interrupted = true;
                stop.store(true, Ordering::Relaxed);
            }
        }
    }
}

/// Ctrl-C or SIGTERM.
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        // Without a handler the system's own ends the program.
        Err(_) => std::future::pending().await,
    }
}

/// The pace of a speed.
pub fn pace(speed: Speed) -> Box<dyn Pace + Send> {
    match speed {
        Speed::Max => Box::new(AsFast),
        Speed::Times(factor) => Box::new(RealPace::new(factor)),
    }
}

fn block_samples(arguments: &RunArgs, rate: f64) -> usize {
    let seconds = match arguments.speed {
        Speed::Times(factor) if factor <= REALTIME_FACTOR_MAX => BLOCK_REALTIME_S,
        Speed::Max if !arguments.json && arguments.ephemeral => BLOCK_FAST_S,
        Speed::Times(_) | Speed::Max => BLOCK_WINDOW_S,
    };
    (seconds * rate).round() as usize
}

/// Simulated time: that of the newest image.
struct ImageClock(watch::Receiver<Arc<Image>>);

impl Clock for ImageClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().time
    }
}
