//! The web server beside a run: what it is given, and the thread that it runs on.
//!
//! It has a thread and a runtime of its own, so that logins, TLS and a slow disk under its documents hold up neither
//! the loop nor the other services.

mod certificate;
mod facts;
mod inject;
mod shelf;
mod twin;
mod waves;

pub use certificate::Certificate;
pub use facts::device;
pub use shelf::FolderShelf;
pub use twin::{Chosen, TwinHandle};
use waves::{Tap, Tapped};

use crate::failure::{Failure, note};
use crate::keeping::Attached;
use accounts::Accounts;
use config::Config;
use host::{MemoryShelf, Shelf};
use port::{Clock, SourceFormat};
use runner::Feed;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use store::EventKind;
use tokio::sync::watch;
use web::{Audit, Limits, Parts, Server, Shown, Waves, Web};

/// Sentences that may wait for the log: more than requests of people in a tick.
const SENTENCES_MAX: usize = 256;

/// Threads for work that waits: hashing a password, reading the history, making a report.
const BLOCKING_THREADS: usize = 8;

/// Sockets and certificate, before a run begins.
pub struct WebDoor {
    server: Server,
    certificate: Certificate,
    https: SocketAddr,
    limits: Limits,
}

impl WebDoor {
    /// Opens them, if the configuration says so. `folder` is where the device's own certificate lies; one that was
    /// shown before on the same addresses goes before it.
    pub fn open(
        config: &Config,
        serial: &str,
        folder: Option<&Path>,
        shown_before: Option<Certificate>,
    ) -> Result<Option<WebDoor>, Failure> {
        let Some(wanted) = &config.web else { return Ok(None) };
        let certificate = match shown_before {
            Some(certificate) => certificate,
            None => Certificate::open(wanted, serial, folder, now_s())?,
        };
        let limits = Limits {
            an_address_max: wanted.connections_an_address_max,
            live_max: wanted.live_max,
            ..Limits::default()
        };
        let bound = Server::bind(wanted.https, Some(wanted.http), certificate.shown(), limits);
        let server = bound.map_err(|(address, error)| {
            Failure::Environment(format!(
                "cannot listen on {address}: {error}; choose other addresses with --https and --http (port 0 takes a \
                 free one), or do without a page with --no-web"
            ))
        })?;
        let https = server.https_addr();
        Ok(Some(WebDoor { server, certificate, https, limits }))
    }

    /// What it allows.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Where it listens, with HTTPS and HTTP.
    pub fn addresses(&self) -> (SocketAddr, Option<SocketAddr>) {
        (self.https, self.server.http_addr())
    }

    /// What TLS shows.
    pub fn certificate(&self) -> Arc<Shown> {
        self.certificate.shown()
    }

    /// Lets people in, from a thread of its own.
    pub fn serve(self, parts: Parts) -> Result<WebRun, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(BLOCKING_THREADS)
            .build()
            .map_err(|error| Failure::Internal(error.to_string()))?;
        let (stop, stopped) = watch::channel(false);
        let addresses = self.addresses();
        let WebDoor { server, certificate, .. } = self;
        let web = Web::new(parts);
        let thread = std::thread::spawn(move || runtime.block_on(server.run(web, stopped)));
        Ok(WebRun { stop, thread, certificate, addresses })
    }
}

/// The server at work.
pub struct WebRun {
    stop: watch::Sender<bool>,
    thread: JoinHandle<()>,
    certificate: Certificate,
    addresses: (SocketAddr, Option<SocketAddr>),
}

impl WebRun {
    /// Reads an imported certificate anew.
    pub fn reload(&self) {
        self.certificate.reload(now_s());
    }

    /// Where it listens, with HTTPS and HTTP.
    pub fn addresses(&self) -> (SocketAddr, Option<SocketAddr>) {
        self.addresses
    }

    /// Tells how the page is reached, on standard error.
    pub fn announce(&self, link: Option<&str>) {
        let (https, _) = self.addresses;
        let host =
            if https.ip().is_unspecified() { "localhost".into() } else { https.ip().to_string() };
        let host = if https.is_ipv6() && host != "localhost" { format!("[{host}]") } else { host };
        let base = format!("https://{host}:{}/", https.port());
        match link {
            Some(link) => note(&format!("the page: {base}#link={link} (this link logs in once)")),
            None => note(&format!("the page: {base}")),
        }
        note(&format!("its certificate is {}", self.certificate.describe()));
        if let Some(warning) = self.certificate.warning(now_s()) {
            note(&format!("note: {warning}"));
        }
    }

    /// Ends it and waits until it has; what is left is its certificate.
    pub async fn stop(self) -> Result<Certificate, Failure> {
        self.stop.send_replace(true);
        let thread = self.thread;
        let joined = tokio::task::spawn_blocking(move || thread.join()).await;
        match joined {
            Ok(Ok(())) => Ok(self.certificate),
            _ => Err(Failure::Internal("the web server stopped at a fault of its own".into())),
        }
    }
}

/// Where small documents stand: in a folder, or in memory if nothing is kept.
pub fn shelf(folder: Option<&Path>) -> Result<Arc<dyn Shelf>, Failure> {
    let Some(folder) = folder else { return Ok(Arc::new(MemoryShelf::default())) };
    let shelf = FolderShelf::open(folder);
    Ok(Arc::new(shelf.map_err(|error| Failure::Environment(error.to_string()))?))
}

/// Users, sessions and tokens of a shelf.
pub fn accounts(shelf: &Arc<dyn Shelf>) -> Result<Arc<Accounts>, Failure> {
    let accounts = Accounts::open(Arc::clone(shelf));
    Ok(Arc::new(accounts.map_err(|error| Failure::File(error.to_string()))?))
}

/// Lets whoever has a link in once.
pub fn admit(accounts: &Accounts, link: &str) -> Result<(), Failure> {
    accounts.admit(link, now_s()).map_err(|error| Failure::Environment(error.to_string()))
}

/// A feed whose samples can be looked at, and what looks at them; a feed of windows has none.
pub fn tapped(
    feed: Box<dyn Feed + Send>,
    format: &SourceFormat,
) -> (Box<dyn Feed + Send>, Option<Arc<dyn Waves>>) {
    // A feed of windows has blocks without channels.
    if feed.block(1).channels() != format.channels.len() {
        return (feed, None);
    }
    let tap = Tap::new(format);
    let waves: Arc<dyn Waves> = Arc::clone(&tap) as Arc<dyn Waves>;
    (Box::new(Tapped::new(feed, tap)), Some(waves))
}

/// Where goes what was done, and by whom: into the log of what is kept.
pub fn audit(attached: Option<&mut Attached>) -> Audit {
    let Some(attached) = attached else { return Arc::new(|_| {}) };
    let (sender, receiver) = sync_channel(SENTENCES_MAX);
    attached.listen(receiver);
    Arc::new(move |sentence| {
        if sender.try_send((EventKind::Access, sentence)).is_err() {
            note("note: more was done at once than the log takes; some of it is not in it");
        }
    })
}

/// Seconds since 1970, by the clock of the wall.
fn now_s() -> i64 {
    linux::SystemClock.now().unix_ns.div_euclid(1_000_000_000)
}

/// The clock of the wall.
pub fn wall() -> Arc<dyn Clock + Send + Sync> {
    Arc::new(linux::SystemClock)
}
