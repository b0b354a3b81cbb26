//! `ems run`: the meter on a simulated grid or on its converter, with its table and its services.

mod bus;
mod front;
pub mod hardware;
mod lines;
mod offered;
mod output;
mod services;
pub mod simulated;
mod supervisor;

use crate::cli::RunArgs;
use crate::failure::{Failure, note};
use crate::installation;
use crate::keeping::{Attached, Begin};
use crate::live::Live;
use crate::user_command;
use crate::web::{self, Certificate, Chosen, TwinHandle, WebDoor, WebRun};
use ::web::{Parts, TwinControl};
use accounts::Accounts;
use config::{Backend, Config, Speed};
use host::{COMMANDS_MAX, Shelf};
use image::Image;
use lab::Installation;
use lines::Lines;
use linux::RealPace;
use metering::Tail;
use offered::{Offered, Request};
use output::Output;
use port::{AsFast, Clock, Pace};
use runner::{Outcome, Runner};
use services::{Doors, ImageClock, Seam, Services};

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use store::calendar::Zone;
use supervisor::Supervisor;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot, watch};
use world::{Effects, Twin, TwinConfig};

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
    /// How a simulation is controlled.
    twin: Option<TwinHandle>,
}

/// Runs until the duration is over, the scenario ends or a signal comes.
pub fn run(arguments: &RunArgs) -> Result<(), Failure> {
    let mut config = installation::of(arguments)?;
    let _fresh = match arguments.fresh && config.data_folder.is_none() {
        true => Some(FreshFolder::make(&mut config)?),
        false => None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.to_string()))?;
    let mut from_before = FromBefore::nothing();
    loop {
        let prepared = match config.backend {
            Backend::Sim => simulated::prepare(arguments, &config)?,
            Backend::Ads131m08 => hardware::prepare(arguments, &config)?,
        };
        match runtime.block_on(serve(arguments, config, prepared, from_before))? {
            None => return Ok(()),
            Some(next) => (config, from_before) = next,
        }
    }
}

/// What a run has from the one in whose place it began.
struct FromBefore {
    /// Secret of the link that logs in once.
    link: String,
    /// What browsers know already.
    certificate: Option<Certificate>,
    /// Who is logged in, if the data are the same.
    accounts: Option<Arc<Accounts>>,
}

impl FromBefore {
    fn nothing() -> FromBefore {
        FromBefore { link: accounts::new_link(), certificate: None, accounts: None }
    }
}

/// A data folder that is gone at the end.
struct FreshFolder(PathBuf);

impl FreshFolder {
    fn make(config: &mut Config) -> Result<FreshFolder, Failure> {
        let path = std::env::temp_dir().join(format!("ems-fresh-{}", std::process::id()));
        let made = std::fs::create_dir(&path);
        made.map_err(|error| {
            Failure::Environment(format!("cannot make {}: {error}", path.display()))
        })?;
        config.data_folder = Some(path.display().to_string());
        Ok(FreshFolder(path))
    }
}

impl Drop for FreshFolder {
    fn drop(&mut self) {
        // It lies where the system tidies up.
        let _stays = std::fs::remove_dir_all(&self.0);
    }
}

async fn serve(
    arguments: &RunArgs,
    mut settings: Config,
    prepared: Prepared,
    FromBefore { link, certificate, accounts }: FromBefore,
) -> Result<Option<(Config, FromBefore)>, Failure> {
    let as_started = settings.clone();
    let Prepared {
        title,
        seed,
        installation,
        pace,
        block_samples,
        duration_s,
        kept,
        twin: control,
    } = prepared;
    let (begin, mut attached) = kept.unzip();
    let folder = attached.as_ref().map(|attached| attached.folder().join(user_command::FOLDER));
    let shelf = web::shelf(folder.as_deref())?;
    offered::recall(&*shelf, arguments, &mut settings)?;
    let doors = Doors::open(&settings).await?;
    let serial = installation.config.identity.serial.clone();
    let door = WebDoor::open(&settings, &serial, folder.as_deref(), certificate)?;
    let lines = Lines::open(&settings.io)?;
    let control_socket = match &settings.display.control {
        Some(path) => Some(front::bind(Path::new(path)).await?),
        None => None,
    };
    let Installation { config, feed, mut script, .. } = installation;
    if let Some(contact) = lines.contact() {
        script = script.with_contact(Box::new(contact));
    }
    let mut twin = Twin::new(&config);
    let mut zone = Zone::utc();
    let mut configuration = String::new();
    if let Some(begin) = begin {
        twin.restore(begin.main);
        script.add(begin.cues);
        script = script.with_calendar(begin.calendar);
        zone = begin.zone;
        configuration = begin.configuration;
    }
    let rate = config.format.sample_rate_hz;
    let start = config.start;
    let first = Arc::new(first_image(&twin, &config));
    if let Some(attached) = &mut attached {
        attached.start(&first);
    }
    let (images, watching) = watch::channel(first);
    let (command_sender, commands) = mpsc::channel(COMMANDS_MAX);
    let clock: Arc<dyn Clock + Send + Sync> = Arc::new(ImageClock(watching.clone()));
    let (presses, supply_fails) = (lines.presses(), lines.supply_fails());
    let seam = Seam { images: watching, commands: command_sender, clock };
    let address = doors.modbus_address();
    let (offered, requests) = Offered::new(&doors, door.as_ref());
    let services = doors.serve(&seam);

    let (stop_front, stopped) = watch::channel(false);
    let (asking, asks) = panel::asking();
    let at_front = front::run(
        control_socket,
        (asking.clone(), asks),
        offered.network(),
        Arc::clone(&seam.clock),
        presses.subscribe(),
        (seam.images.clone(), seam.commands.clone(), stopped),
    );
    let at_front = tokio::spawn(at_front);

    let (feed, waves) = web::tapped(feed, &config.format);
    let audit = web::audit(attached.as_mut());
    let observe = control.as_ref().map(TwinHandle::observer);
    let end_waits = control.as_ref().map(TwinHandle::end_waits);
    let (choose, chosen) = mpsc::channel(1);
    let mut same_accounts = None;
    let page = match door {
        None => None,
        Some(door) => {
            let (https, limits) = (door.addresses().0, door.limits());
            let gives_link =
                config.identity.simulated && https.ip().is_loopback() && !arguments.fresh;
            let accounts = match &accounts {
                Some(accounts) => Arc::clone(accounts),
                None => web::accounts(&shelf)?,
            };
            same_accounts = Some(Arc::clone(&accounts));
            if gives_link {
                web::admit(&accounts, &link)?;
            }
            // Users and counters of another scenario have a place of their own.
            let may_choose = gives_link && as_started.data_folder.is_none();
            let control = control.map(|control| control.with_choices(may_choose.then_some(choose)));
            let certificate = door.certificate();
            let started = crate::document::rfc3339(linux::SystemClock.now());
            let page = door.serve(Parts {
                images: seam.images.clone(),
                commands: seam.commands.clone(),
                wall: web::wall(),
                accounts,
                shelf: Arc::clone(&shelf),
                history: attached.as_ref().map(Attached::reader),
                zone,
                configuration,
                device: web::device(&title, seed, started),
                certificate,
                waves,
                panel: Some(asking),
                twin: control.map(|control| Arc::new(control) as Arc<dyn TwinControl>),
                services: offered.handle(),
                audit,
                set_up: !gives_link,
                limits,
            })?;
            page.announce(gives_link.then_some(link.as_str()));
            Some(page)
        }
    };
    let addresses = page.as_ref().map(WebRun::addresses);
    let mut served = Served { config: settings, services, seam, offered, page, shelf };

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
    let mut running = Loop::start(runner, output, attached, lines, observe);
    if let Some(end_waits) = end_waits {
        running.end_waits = Box::new(end_waits);
    }
    let asked = Asked { supply_fails, requests, chosen };
    let (outcome, why) = drive(running, arguments, &mut served, asked).await?;
    let certificate = match served.page {
        Some(page) => Some(page.stop().await?),
        None => None,
    };
    stop_front.send_replace(true);
    served.services.stop().await?;
    at_front.await.map_err(|error| Failure::Internal(format!("the display: {error}")))?;
    match &why {
        Ended::Over => {}
        Ended::Interrupted => note("stopped"),
        Ended::Chosen(chosen) => note(&format!("the scenario {} begins", chosen.scenario)),
        Ended::Restarted => note("the run begins anew"),
    }
    output::finish(arguments.json, &title, seed, rate, &outcome)?;
    let next = match why {
        Ended::Over | Ended::Interrupted => None,
        Ended::Chosen(Chosen { scenario, link }) => {
            let mut config = as_started;
            config.sim.scenario = scenario;
            Some((config, FromBefore { link, certificate, accounts: None }))
        }
        Ended::Restarted => {
            let from_before = FromBefore { accounts: same_accounts, ..FromBefore::nothing() };
            Some((read_anew(arguments, as_started), from_before))
        }
    };
    Ok(next
        .map(|(config, from_before)| (at_the_same_doors(config, addresses, address), from_before)))
}

/// The configuration of a run that begins anew: as its file says now, but for what was chosen since.
fn read_anew(arguments: &RunArgs, as_started: Config) -> Config {
    match installation::of(arguments) {
        Ok(mut config) => {
            config.sim.scenario = as_started.sim.scenario;
            config.data_folder = as_started.data_folder;
            config
        }
        Err(failure) => {
            note(&format!("note: the configuration is not taken over:\n{failure}"));
            as_started
        }
    }
}

/// Whoever is connected finds the next run where this one was, also on ports that the system chose.
fn at_the_same_doors(
    mut config: Config,
    web: Option<(SocketAddr, Option<SocketAddr>)>,
    modbus: Option<SocketAddr>,
) -> Config {
    let again = |wanted: &mut SocketAddr, was: Option<SocketAddr>| {
        if wanted.port() == 0 {
            *wanted = was.unwrap_or(*wanted);
        }
    };
    let (https, http) = web.unzip();
    if let Some(web) = &mut config.web {
        again(&mut web.https, https);
        again(&mut web.http, http.flatten());
    }
    config.modbus.iter_mut().for_each(|wanted| again(wanted, modbus));
    again(&mut config.modbus_listen, modbus);
    config
}

/// Why a run has ended.
enum Ended {
    /// There was no more of it.
    Over,
    /// A signal, or the supply that fails.
    Interrupted,
    /// Another scenario was chosen.
    Chosen(Chosen),
    /// It is to begin anew.
    Restarted,
}

/// What others ask of a run.
struct Asked {
    supply_fails: watch::Receiver<bool>,
    requests: mpsc::Receiver<Request>,
    chosen: mpsc::Receiver<Chosen>,
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
    /// Ends a wait of its pace.
    end_waits: Box<dyn Fn()>,
    done: oneshot::Receiver<Result<Outcome, Failure>>,
}

impl Loop {
    fn start(
        runner: Runner,
        mut output: Output,
        mut attached: Option<Attached>,
        lines: Lines,
        mut observe: Option<impl FnMut(&Effects) + Send + 'static>,
    ) -> Loop {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let (sender, done) = oneshot::channel();
        std::thread::spawn(move || {
            let mut supervisor = Supervisor::new();
            let outcome = runner.run(|effects| {
                lines.observe(effects);
                output.show(effects);
                if let Some(observe) = &mut observe {
                    observe(effects);
                }
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
        Loop { stop, end_waits: Box::new(|| {}), done }
    }
}

/// What is offered, and by which configuration.
struct Served {
    config: Config,
    services: Services,
    seam: Seam,
    offered: Offered,
    page: Option<WebRun>,
    shelf: Arc<dyn Shelf>,
}

/// Follows the loop and the signals until the loop has ended.
async fn drive(
    mut running: Loop,
    arguments: &RunArgs,
    served: &mut Served,
    Asked { mut supply_fails, mut requests, mut chosen }: Asked,
) -> Result<(Outcome, Ended), Failure> {
    let signal = |kind| signal(kind).map_err(|error| Failure::Environment(error.to_string()));
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut why = Ended::Over;
    loop {
        tokio::select! {
            result = &mut running.done => {
                let outcome = result.map_err(|_| Failure::Internal("the loop ended early".into()))??;
                return Ok((outcome, why));
            }
            _ = interrupt.recv() => why = Ended::Interrupted,
            _ = terminate.recv() => why = Ended::Interrupted,
            Ok(_) = supply_fails.wait_for(|fails| *fails), if matches!(why, Ended::Over) => {
                // The last gasp: what a stop keeps, within the time that is left.
                note("note: the supply fails; the counters are kept");
                why = Ended::Interrupted;
            }
            Some(chosen) = chosen.recv(), if matches!(why, Ended::Over) => why = Ended::Chosen(chosen),
            Some(request) = requests.recv() => match request {
                Request::Modbus(on, done) => {
                    let switched = switch_modbus(served, on).await;
                    // Who asked may have gone; it is done all the same.
                    let _gone = done.send(switched);
                }
                Request::Restart if matches!(why, Ended::Over) => why = Ended::Restarted,
                Request::Restart => {}
            },
            _ = hang_up.recv() => {
                supervisor::reloading();
                reload(arguments, served).await?;
                supervisor::reloaded();
            }
        }
        if !matches!(why, Ended::Over) {
            running.stop.store(true, Ordering::Relaxed);
            (running.end_waits)();
        }
    }
}

/// Takes a changed configuration over, as far as that goes while the meter measures: its services. A
/// configuration that is wrong changes nothing.
async fn reload(arguments: &RunArgs, served: &mut Served) -> Result<(), Failure> {
    let config = installation::of(arguments).and_then(|mut config| {
        offered::recall(&*served.shelf, arguments, &mut config)?;
        Ok(config)
    });
    let config = match config {
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
    let is_other = config.services() != served.config.services() || served.services.is_idle();
    if is_other && let Err(failure) = serve_anew(served, &config).await? {
        note(&format!("note: nothing is served: {failure}"));
    }
    if let Some(page) = &served.page {
        page.reload();
    }
    note("the configuration was read anew");
    served.config = config;
    Ok(())
}

/// Ends what is served and serves by another configuration; the page and the display stay. Fails only at a fault
/// of the program; that something cannot be opened is the inner result.
async fn serve_anew(served: &mut Served, config: &Config) -> Result<Result<(), Failure>, Failure> {
    let idle = Services::none();
    std::mem::replace(&mut served.services, idle).stop().await?;
    Ok(match Doors::open(config).await {
        Ok(doors) => {
            served.offered.changed(&doors);
            served.services = doors.serve(&served.seam);
            Ok(())
        }
        Err(failure) => {
            served.offered.idle();
            Err(failure)
        }
    })
}

/// Switches Modbus TCP as the page asks, and remembers it.
async fn switch_modbus(served: &mut Served, on: bool) -> Result<(), String> {
    let mut config = served.config.clone();
    config.modbus = on.then_some(config.modbus_listen);
    let done = serve_anew(served, &config).await.and_then(|done| done);
    if let Err(failure) = done {
        // As it was before: what cannot be opened now does not take the rest along.
        let before = served.config.clone();
        let _told = serve_anew(served, &before).await;
        return Err(failure.to_string());
    }
    offered::remember(&*served.shelf, on).map_err(|error| error.to_string())?;
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
