//! The listening socket and its limits (reference/trust.md, 1).

use crate::connection::{Connection, Place, Shared};
use crate::snapshot::Snapshot;
use host::{Commands, Images};
use port::Clock;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

/// Wait after a failed accept. It fails at once again while the process has no free descriptor.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);
/// Longest wait for answers under way at shutdown; longer than the wait for the world.
const SHUTDOWN_MAX: Duration = Duration::from_secs(3);

/// Limits, with the defaults of reference/trust.md.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Most clients at once, at least 1; a new one then takes the place of the oldest idle one.
    pub connections_max: usize,
    /// Longest time for a request to become whole, and for a client to take its answers.
    pub half_request: Duration,
    /// Longest time between two requests.
    pub idle: Duration,
    /// Longest wait for the world to acknowledge a write.
    pub acknowledge: Duration,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            connections_max: 32,
            half_request: Duration::from_secs(10),
            idle: Duration::from_secs(60),
            acknowledge: Duration::from_secs(2),
        }
    }
}

/// A bound Modbus TCP server.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    options: Options,
}

/// Returns once it is time to stop: the value is true, or nobody is left to make it so.
pub(crate) async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// The clients being served.
struct Clients {
    shared: Arc<Shared>,
    stop: watch::Receiver<bool>,
    tasks: JoinSet<()>,
    places: Vec<(Arc<Place>, AbortHandle)>,
}

impl Server {
    /// Binds the address; nobody is served before [`Server::run`].
    ///
    /// # Errors
    /// Those of the system: the address is in use, not ours, or needs a right we lack.
    pub async fn bind(address: impl ToSocketAddrs, options: Options) -> io::Result<Server> {
        Ok(Server { listener: TcpListener::bind(address).await?, options })
    }

    /// The address bound, with the port chosen by the system if 0 was asked for.
    ///
    /// # Errors
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until `shutdown` is true or its sender is gone; then answers under way are finished
    /// and everything is closed. No error of a client or of accepting ends it.
    pub async fn run(
        self,
        images: Images,
        commands: Commands,
        clock: Arc<dyn Clock + Send + Sync>,
        mut shutdown: watch::Receiver<bool>,
    ) {
        let newest = Mutex::new(Arc::new(Snapshot::new(Arc::clone(&images.borrow()))));
        let started = Instant::now();
        let options = self.options;
        let shared = Arc::new(Shared { images, newest, commands, clock, options, started });
        let mut clients =
            Clients { shared, stop: shutdown.clone(), tasks: JoinSet::new(), places: Vec::new() };
        loop {
            tokio::select! {
                () = stopped(&mut shutdown) => break,
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _from)) => clients.add(stream),
                    Err(_) => sleep(ACCEPT_RETRY).await,
                },
                Some(_) = clients.tasks.join_next() => clients.forget_finished(),
            }
        }
        drop(self.listener);
        clients.finish().await;
    }
}

impl Clients {
    fn add(&mut self, stream: TcpStream) {
        self.forget_finished();
        if self.places.len() >= self.shared.options.connections_max {
            self.drop_oldest_idle();
        }
        let place = Arc::new(Place::default());
        place.touch(&self.shared);
        let connection = Connection::new(Arc::clone(&self.shared), Arc::clone(&place));
        let handle = self.tasks.spawn(connection.serve(stream, self.stop.clone()));
        self.places.push((place, handle));
    }

    fn forget_finished(&mut self) {
        self.places.retain(|(_, handle)| !handle.is_finished());
    }

    fn drop_oldest_idle(&mut self) {
        let ages = self.places.iter().enumerate();
        let Some((oldest, _)) = ages.min_by_key(|(_, (place, _))| place.active_ns()) else {
            return;
        };
        let (_, handle) = self.places.remove(oldest);
        handle.abort();
    }

    async fn finish(mut self) {
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(SHUTDOWN_MAX, all).await.is_err() {
            self.tasks.shutdown().await;
        }
    }
}
