//! `ems run`: the meter on a simulated grid or on its converter, with its table and its services.

mod bus;
mod front;
pub mod hardware;
mod lines;
mod output;
mod services;
pub mod simulated;
mod supervisor;

use crate::cli::RunArgs;
use crate::failure::{Failure, note};
use crate::installation;
use crate::keeping::{Attached, Begin};
use crate::live::Live;
use config::{Backend, Config, Speed};
use host::COMMANDS_MAX;
use image::Image;
use lab::Installation;
use lines::Lines;
use linux::RealPace;
use metering::Tail;
use output::Output;
use port::{AsFast, Pace};
use runner::{Outcome, Runner};
use services::{Doors, ImageClock, Seam, Services};

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use supervisor::Supervisor;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use world::{Twin, TwinConfig};

/// Block in real time: short, so that a value is published soon after its window ends.
const BLOCK_REALTIME_S: f64 = 0.02;

/// A meter that is set up.
pub struct Prepared {
    /// Name of the scenario or of the device.
    title: String,
    /// Seed of everything random; none where nothing is simulated.
    seed: Option<u64>,
    /// What it is made of and fed with.
    installation: Installation,
    /// How fast time passes.
    pace: Box<dyn Pace + Send>,
    /// Samples a tick.
    block_samples: usize,
    /// Seconds after which it ends.
    duration_s: Option<f64>,
    /// What it begins with and what keeps it; nothing if it is to keep nothing.
    kept: Option<(Begin, Attached)>,
}

/// Runs until the duration is over, the scenario ends or a signal comes.
pub fn run(arguments: &RunArgs) -> Result<(), Failure> {
    let config = installation::of(arguments)?;
    let prepared = match config.backend {
        Backend::Sim => simulated::prepare(arguments, &config)?,
        Backend::Ads131m08 => hardware::prepare(arguments, &config)?,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.to_string()))?;
    runtime.block_on(serve(arguments, config, prepared))
}

async fn serve(arguments: &RunArgs, settings: Config, prepared: Prepared) -> Result<(), Failure> {
    let Prepared { title, seed, installation, pace, block_samples, duration_s, kept } = prepared;
    let doors = Doors::open(&settings).await?;
    let lines = Lines::open(&settings.io)?;
    let Installation { config, feed, mut script } = installation;
    if let Some(contact) = lines.contact() {
        script = script.with_contact(Box::new(contact));
    }
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
    let clock = Arc::new(ImageClock(watching.clone()));
    let (presses, supply_fails) = (lines.presses(), lines.supply_fails());
    let seam = Seam { images: watching, commands: command_sender, clock, presses };
    let address = doors.modbus_address();
    let mut served = Served { config: settings, services: doors.serve(&seam), seam };

    let runner = Runner {
        twin,
        feed,
        script,
        pace,
        start,
        samples_max: duration_s.map(|seconds| (seconds * rate).round() as u64),
        block_samples,
        tail: Tail::Count,
        images,
        commands,
    };
    let live = Live::new(&title, seed, address);
    let output = Output { live, json: arguments.json, failure: None };
    let (outcome, interrupted) =
        drive(Loop::start(runner, output, attached, lines), arguments, &mut served, supply_fails)
            .await?;
    served.services.stop().await?;
    if interrupted {
        note("stopped");
    }
    output::finish(arguments.json, &title, seed, rate, &outcome)
}

/// The image before the first window: what the counters were.
fn first_image(twin: &Twin, config: &TwinConfig) -> Image {
    let mut image = Image::settling(Arc::new(config.identity.clone()), config.start);
    image.meters[0].readings = twin.meter().readings().clone();
    image
}

/// The loop on a thread of its own.
struct Loop {
    stop: Arc<AtomicBool>,
    done: oneshot::Receiver<Result<Outcome, Failure>>,
}

impl Loop {
    fn start(
        runner: Runner,
        mut output: Output,
        mut attached: Option<Attached>,
        lines: Lines,
    ) -> Loop {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let (sender, done) = oneshot::channel();
        std::thread::spawn(move || {
            let mut supervisor = Supervisor::new();
            let outcome = runner.run(|effects| {
                lines.observe(effects);
                output.show(effects);
                if let Some(attached) = &mut attached {
                    attached.observe(effects);
                }
                supervisor.ticked();
                output.failure.is_none() && !stopped.load(Ordering::Relaxed)
            });
            supervisor::stopping();
            output.live.leave();
            if let Some(attached) = attached {
                attached.finish();
            }
            // Behind what must not be lost.
            lines.give_out();
            drop(lines);
            let result = match (outcome, output.failure) {
                (_, Some(failure)) => Err(failure),
                (Ok(outcome), None) => Ok(outcome),
                (Err(error), None) => Err(Failure::Environment(error.to_string())),
            };
            let _receiver_gone = sender.send(result);
        });
        Loop { stop, done }
    }
}

/// What is offered, and by which configuration.
struct Served {
    config: Config,
    services: Services,
    seam: Seam,
}

/// Follows the loop and the signals until the loop has ended; whether a signal ended it.
async fn drive(
    mut running: Loop,
    arguments: &RunArgs,
    served: &mut Served,
    mut supply_fails: watch::Receiver<bool>,
) -> Result<(Outcome, bool), Failure> {
    let signal = |kind| signal(kind).map_err(|error| Failure::Environment(error.to_string()));
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupted = false;
    loop {
        tokio::select! {
            result = &mut running.done => {
                let outcome = result.map_err(|_| Failure::Internal("the loop ended early".into()))??;
                return Ok((outcome, interrupted));
            }
            _ = interrupt.recv() => interrupted = true,
            _ = terminate.recv() => interrupted = true,
            Ok(_) = supply_fails.wait_for(|fails| *fails), if !interrupted => {
                // The last gasp: what a stop keeps, within the time that is left.
                note("note: the supply fails; the counters are kept");
                interrupted = true;
            }
            _ = hang_up.recv() => {
                supervisor::reloading();
                reload(arguments, served).await?;
                supervisor::reloaded();
            }
        }
        running.stop.store(interrupted, Ordering::Relaxed);
    }
}

/// Takes a changed configuration over, as far as that goes while the meter measures: its services. A
/// configuration that is wrong changes nothing.
async fn reload(arguments: &RunArgs, served: &mut Served) -> Result<(), Failure> {
    let config = match installation::of(arguments) {
        Ok(config) => config,
        Err(failure) => {
            note(&format!("note: the configuration is not taken over:\n{failure}"));
            return Ok(());
        }
    };
    let waiting = config.needs_restart(&served.config);
    if !waiting.is_empty() {
        note(&format!("note: changes of {} need a restart", waiting.join(", ")));
    }
    // Whoever could not be served the last time is tried again.
    if config.services() != served.config.services() || served.services.is_idle() {
        let idle = Services::none();
        std::mem::replace(&mut served.services, idle).stop().await?;
        match Doors::open(&config).await {
            Ok(doors) => served.services = doors.serve(&served.seam),
            Err(failure) => note(&format!("note: nothing is served: {failure}")),
        }
    }
    note("the configuration was read anew");
    served.config = config;
    Ok(())
}

/// The pace of a speed.
pub fn pace(speed: Speed) -> Box<dyn Pace + Send> {
    match speed {
        Speed::Max => Box::new(AsFast),
        Speed::Times(factor) => Box::new(RealPace::new(factor)),
    }
}
