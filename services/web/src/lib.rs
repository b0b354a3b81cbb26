//! The web server: the interface over HTTP, and the page that uses nothing else.
//!
//! *Operation*: a row of the one table of what may be called. *Problem*: why not. *Frame*: an image as it is shown,
//! serialised once a window. *Call* and *answer*: a request as a handler sees it, and what it gives back.
//!
//! As all services it sees images and sends commands. What else it needs (the history, samples, the simulation,
//! a shelf for small documents) comes in as a trait or a value; no file is opened here. Sessions live by the clock
//! of the wall, values by that of the meter, which a simulation may run faster.

mod alarms;
mod api;
mod call;
mod device;
mod http;
mod jobs;
mod live;
mod operation;
mod problem;
mod reports;
mod routes;
mod seams;
mod set_up;
mod time;
mod values;

pub use api::upkeep::WAITING as WAITING_CONFIGURATION;
pub use device::{Device, Isolation, Port, System, Terminal};
pub use http::certificate::{CertificateError, Facts, Pem, Shown, make};
pub use http::limits::Limits;
pub use http::server::Server;
pub use operation::{Needs, Operation};
pub use problem::Problem;
pub use routes::{openapi, operations};
pub use seams::{
    Audit, Harmonics, Injected, Injection, InjectionParameter, Progress, Refused, ScenarioFacts,
    ScenarioName, ServiceState, Services, Spectrum, TwinControl, Wave, WaveChannel, Waves,
};

use accounts::Accounts;
use alarms::Alarms;
use host::{Commands, Images, Shelf, ShelfError};
use image::Image;
use jobs::Jobs;
use live::Frame;
use panel::Asking;
use port::Clock;
use std::sync::Arc;
use store::calendar::Zone;
use store::keep::Reader;
use tokio::sync::{Semaphore, watch};

/// Passwords that are hashed at once: each takes 19 MiB and a core for a while.
const HASHING_MAX: usize = 1;

/// Passwords that may wait to be hashed.
const HASHING_WAITING_MAX: usize = 8;

/// What the server is made of.
pub struct Parts {
    /// The newest image.
    pub images: Images,
    /// Where commands go.
    pub commands: Commands,
    /// The clock of the wall.
    pub wall: Arc<dyn Clock + Send + Sync>,
    /// Users, sessions, tokens.
    pub accounts: Arc<Accounts>,
    /// Where small documents stand.
    pub shelf: Arc<dyn Shelf>,
    /// The history; none if the run keeps nothing.
    pub history: Option<Reader>,
    /// Zone of the local clock.
    pub zone: Zone,
    /// Log jobs, zone and tariffs as TOML.
    pub configuration: String,
    /// What the device is.
    pub device: Device,
    /// What TLS shows.
    pub certificate: Arc<Shown>,
    /// Samples of the built-in meter, if there are any.
    pub waves: Option<Arc<dyn Waves>>,
    /// The display, if there is one.
    pub panel: Option<Asking>,
    /// The simulation, if it is one.
    pub twin: Option<Arc<dyn TwinControl>>,
    /// What is served besides.
    pub services: Arc<dyn Services>,
    /// Where goes what was done, and by whom.
    pub audit: Audit,
    /// Whether a device without users has to be set up; one at a console gives a link instead.
    pub set_up: bool,
    /// Limits.
    pub limits: Limits,
}

/// The server, as its handlers see it.
pub struct Web {
    pub(crate) images: Images,
    pub(crate) commands: Commands,
    wall: Arc<dyn Clock + Send + Sync>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) shelf: Arc<dyn Shelf>,
    pub(crate) history: Option<Reader>,
    pub(crate) zone: Zone,
    pub(crate) configuration: String,
    pub(crate) device: Device,
    pub(crate) certificate: Arc<Shown>,
    pub(crate) waves: Option<Arc<dyn Waves>>,
    pub(crate) panel: Option<Asking>,
    pub(crate) twin: Option<Arc<dyn TwinControl>>,
    pub(crate) services: Arc<dyn Services>,
    audit: Audit,
    set_up: bool,
    pub(crate) limits: Limits,
    pub(crate) alarms: Alarms,
    pub(crate) jobs: Jobs,
    pub(crate) frames: watch::Sender<Arc<Frame>>,
    pub(crate) live_places: Arc<Semaphore>,
    hashing: Semaphore,
    hashing_waiting: Semaphore,
}

impl Web {
    /// Puts it together; nobody is served before [`Server::run`].
    pub fn new(parts: Parts) -> Arc<Web> {
        let image = Arc::clone(&parts.images.borrow());
        let empty = Frame { image, text: "{}".into(), all: std::sync::OnceLock::new() };
        let web = Web {
            images: parts.images,
            commands: parts.commands,
            wall: parts.wall,
            accounts: parts.accounts,
            shelf: parts.shelf,
            history: parts.history,
            zone: parts.zone,
            configuration: parts.configuration,
            device: parts.device,
            certificate: parts.certificate,
            waves: parts.waves,
            panel: parts.panel,
            twin: parts.twin,
            services: parts.services,
            audit: parts.audit,
            set_up: parts.set_up,
            limits: parts.limits,
            alarms: Alarms::default(),
            jobs: Jobs::default(),
            frames: watch::Sender::new(Arc::new(empty)),
            live_places: Arc::new(Semaphore::new(parts.limits.live_max)),
            hashing: Semaphore::new(HASHING_MAX),
            hashing_waiting: Semaphore::new(HASHING_WAITING_MAX),
        };
        let first = Frame::new(&web, Arc::clone(&web.images.borrow()));
        web.frames.send_replace(Arc::new(first));
        Arc::new(web)
    }

    /// Seconds since 1970, by the clock of the wall.
    pub(crate) fn now_s(&self) -> i64 {
        self.wall.now().unix_ns.div_euclid(1_000_000_000)
    }

    /// The newest image.
    pub(crate) fn image(&self) -> Arc<Image> {
        Arc::clone(&self.images.borrow())
    }

    /// Whether nothing but set-up may be done yet.
    pub(crate) fn needs_set_up(&self) -> Result<bool, ShelfError> {
        Ok(self.set_up && self.accounts.is_empty()?)
    }

    /// Whether set-up is asked for at all.
    pub(crate) fn asks_set_up(&self) -> bool {
        self.set_up
    }

    /// Puts a sentence into the log of events. Line ends in what others sent are none there.
    pub(crate) fn audit(&self, sentence: String) {
        let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
        (self.audit)(sentence.chars().map(plain).take(1000).collect());
    }

    /// Does what takes a while with a password, on a thread for that, one after the other.
    ///
    /// # Errors
    /// `busy` if too many wait.
    pub(crate) async fn hash<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Accounts) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let busy = || Problem::new("busy", "too many logins at once; try again").retry_after(2);
        let _place = self.hashing_waiting.try_acquire().map_err(|_| busy())?;
        let _turn = self.hashing.acquire().await.map_err(|_| busy())?;
        let accounts = Arc::clone(&self.accounts);
        blocking(move || work(&accounts)).await
    }

    /// Whether an image has something that a frame must show, though no window closed in it.
    pub(crate) fn is_news(&self, image: &Image) -> bool {
        let shown = &self.frames.borrow().image;
        shown.io != image.io || shown.settings != image.settings
    }
}

/// Does what may wait for a disk or take long on a thread for that.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| Problem::new("internal", "the program stopped at a fault of its own"))
}
