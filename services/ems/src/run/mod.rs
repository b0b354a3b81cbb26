//! `ems run`: the meter on a simulated grid or on its converter, with its table and its services.

mod front;
mod output;
mod simulated;

use crate::cli::{RunArgs, Speed};
use crate::failure::{Failure, note};
use crate::keeping::{Attached, Begin};
use crate::live::Live;
use host::COMMANDS_MAX;
use image::Image;
use lab::Installation;
use linux::RealPace;
use metering::Tail;
use output::Output;
use port::{AsFast, Clock, Pace, Timestamp};
use runner::{Outcome, Runner};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{mpsc, oneshot, watch};
use world::{Twin, TwinConfig};

/// Block in real time: short, so that a value is published soon after its window ends.
const BLOCK_REALTIME_S: f64 = 0.02;

/// A meter that is set up.
struct Prepared {
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
    let prepared = simulated::prepare(arguments)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.to_string()))?;
    runtime.block_on(serve(arguments, prepared))
}

async fn serve(arguments: &RunArgs, prepared: Prepared) -> Result<(), Failure> {
    let Prepared { title, seed, installation, pace, block_samples, duration_s, kept } = prepared;
    let server = modbus::Server::bind(arguments.modbus, modbus::Options::default())
        .await
        .map_err(|error| listening_failed(arguments, &error))?;
    let address = server.local_addr().map_err(|error| Failure::Environment(error.to_string()))?;
    note(&format!(
        "Modbus TCP listens on {address} (unit 1 is the meter; try: ems read {address})"
    ));

    let control = match &arguments.panel {
        Some(path) => Some(front::bind(path).await?),
        None => None,
    };

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
    let clock = Arc::new(ImageClock(watching.clone()));
    if let Some(control) = control {
        let seams = (watching.clone(), command_sender.clone(), stop_receiver.clone());
        let network = vec![("Modbus TCP".to_string(), address.to_string())];
        tokio::spawn(front::run(control, network, clock.clone(), seams));
    }
    let service = tokio::spawn(server.run(watching, command_sender, clock, stop_receiver));

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
    let (outcome, interrupted) = drive(runner, live, arguments.json, attached).await?;
    let _all_gone = stop_sender.send(true);
    if let Err(error) = service.await {
        return Err(Failure::Internal(format!("the Modbus service ended: {error}")));
    }
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

/// Simulated time: that of the newest image.
struct ImageClock(watch::Receiver<Arc<Image>>);

impl Clock for ImageClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().time
    }
}
