//! Listening sockets: HTTPS, and HTTP that only says where HTTPS is.
//!
//! warp has neither TLS nor limits of connections, so that its service is put on hyper's connections here. Who
//! sends or takes nothing for [`IDLE`] is let go, whatever he has begun, and who does not take what is sent to him
//! sooner than that. Nobody stays for ever: connections end by themselves, with their answers.

use super::certificate::Shown;
use super::dispatch;
use super::limits::{Doorman, Limits, Place};
use crate::Web;
use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use rustix::net::sockopt::set_tcp_user_timeout;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};
use tokio_rustls::TlsAcceptor;
use warp::http::header::{CONNECTION, HOST, HeaderValue, LOCATION};
use warp::http::{Request, StatusCode};
use warp::reply::Response;

/// Wait after a failed accept. It fails at once again while the process has no free descriptor.
const ACCEPT_RETRY: Duration = Duration::from_millis(50);

/// Longest wait for answers under way at the end.
const SHUTDOWN_MAX: Duration = Duration::from_secs(2);

/// A connection on which nothing moves for so long is closed.
const IDLE: Duration = Duration::from_secs(75);

/// How often that is looked at.
const IDLE_CHECK: Duration = Duration::from_secs(5);

/// Requests at once on a connection of HTTP/2: what a browser opens for a page, and live data.
const STREAMS_MAX: u32 = 32;

/// Sockets that are open.
pub struct Server {
    https: std::net::TcpListener,
    http: Option<std::net::TcpListener>,
    tls: TlsAcceptor,
    limits: Limits,
    /// Where HTTPS is reached.
    address: SocketAddr,
}

impl Server {
    /// Opens the sockets; nobody is served before [`Server::run`].
    ///
    /// # Errors
    /// Those of the system, with the address.
    pub fn bind(
        https: SocketAddr,
        http: Option<SocketAddr>,
        shown: Arc<Shown>,
        limits: Limits,
    ) -> Result<Server, (SocketAddr, io::Error)> {
        let bound = |address| {
            let listener = std::net::TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            // For all its connections: who takes nothing is let go by the system, which alone sees it before its own
            // buffers are full.
            let send_ms = u32::try_from(limits.send.as_millis()).unwrap_or(u32::MAX);
            set_tcp_user_timeout(&listener, send_ms)?;
            Ok(listener)
        };
        let listener = bound(https).map_err(|error| (https, error))?;
        let redirect = http.map(|http| bound(http).map_err(|error| (http, error))).transpose()?;
        let address = listener.local_addr().map_err(|error| (https, error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the ciphers of TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(shown);
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let tls = TlsAcceptor::from(Arc::new(config));
        Ok(Server { https: listener, http: redirect, tls, limits, address })
    }

    /// Where HTTPS listens, with the port that the system chose if 0 was asked for.
    pub fn https_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where HTTP listens, if it does.
    pub fn http_addr(&self) -> Option<SocketAddr> {
        self.http.as_ref()?.local_addr().ok()
    }

    /// Serves until `stop` is true; answers under way are finished.
    pub async fn run(self, web: Arc<Web>, mut stop: watch::Receiver<bool>) {
        let Server { https, http, tls, limits, address } = self;
        let on_runtime = |listener| TcpListener::from_std(listener);
        let (Ok(https), Ok(http)) = (on_runtime(https), http.map(on_runtime).transpose()) else {
            // The system has no more room for a socket to be watched: nobody can be served.
            return;
        };
        let port = address.port();
        let doorman = Doorman::default();
        let (here, mut all_gone) = mpsc::channel(1);
        let stops = stop.clone();
        let connection =
            |place| Connection { place, limits, stop: stops.clone(), _here: here.clone() };
        let service = dispatch::service(Arc::clone(&web));
        let live = tokio::spawn(crate::live::follow(Arc::clone(&web), stop.clone()));
        let reports = tokio::spawn(crate::reports::follow(Arc::clone(&web), stop.clone()));
        loop {
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                accepted = https.accept() => match accepted {
                    Ok((stream, peer)) => {
                        // Whoever finds no room is closed without a word: TLS has none before its handshake.
                        let Some(place) = doorman.enter(peer.ip(), &limits) else { continue };
                        let (tls, service) = (tls.clone(), service.clone());
                        tokio::spawn(connection(place).serve_tls(stream, peer, tls, service));
                    }
                    Err(_) => sleep(ACCEPT_RETRY).await,
                },
                accepted = accept(http.as_ref()) => match accepted {
                    Ok((stream, peer)) => {
                        let Some(place) = doorman.enter(peer.ip(), &limits) else { continue };
                        tokio::spawn(connection(place).redirect(stream, port));
                    }
                    Err(_) => sleep(ACCEPT_RETRY).await,
                },
            }
        }
        drop((https, http));
        drop(here);
        let _cut_off = timeout(SHUTDOWN_MAX, all_gone.recv()).await;
        live.abort();
        reports.abort();
    }
}

/// The next connection of a listener, if there is one.
async fn accept(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

/// From where a request comes.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

struct Connection {
    /// Kept as long as the connection.
    place: Place,
    limits: Limits,
    /// True once the server stops.
    stop: watch::Receiver<bool>,
    /// Gone with the connection, for which the server waits at its end.
    _here: mpsc::Sender<Infallible>,
}

impl Connection {
    async fn serve_tls(
        self,
        stream: TcpStream,
        peer: SocketAddr,
        tls: TlsAcceptor,
        inner: impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
        + Send
        + 'static,
    ) {
        let _unneeded = stream.set_nodelay(true);
        let moved = Arc::new(Moved::new());
        let watched = Watched { inner: stream, moved: Arc::clone(&moved) };
        let accepted = timeout(self.limits.handshake, tls.accept(watched)).await;
        let Ok(Ok(stream)) = accepted else { return };
        let is_h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            inner.call(request)
        });
        self.serve(stream, &moved, service, is_h2).await;
    }

    /// Tells a client of HTTP where HTTPS is, once.
    async fn redirect(self, stream: TcpStream, port: u16) {
        let moved = Arc::new(Moved::new());
        let stream = Watched { inner: stream, moved: Arc::clone(&moved) };
        let service = service_fn(move |request: Request<Incoming>| {
            let response = redirection(&request, port);
            async move { Ok::<_, Infallible>(response) }
        });
        self.serve(stream, &moved, service, false).await;
    }

    /// Answers until the other side goes, rests for too long, or has been here for long enough.
    async fn serve(
        mut self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        moved: &Moved,
        service: impl Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
        + Send
        + 'static,
        is_h2: bool,
    ) {
        let limits = self.limits;
        // What a connection speaks is known from the handshake; guessing it would wait for its first bytes.
        let builder = builder(&limits);
        let builder = if is_h2 { builder.http2_only() } else { builder.http1_only() };
        let io = TokioIo::new(stream);
        let mut serving = pin!(builder.serve_connection_with_upgrades(io, service).into_owned());
        tokio::select! {
            // Who breaks off or speaks nonsense has had his answer, if there is one.
            _ended = serving.as_mut() => return,
            () = moved.rests() => return,
            () = sleep(limits.connection) => {}
            _ = self.stop.wait_for(|stop| *stop) => {}
        }
        serving.as_mut().graceful_shutdown();
        // An event stream has no end: it is cut off, and its client comes again.
        tokio::select! {
            _ended = serving => {}
            () = moved.rests() => {}
            () = sleep(limits.last_answers) => {}
        }
        drop(self.place);
    }
}

fn builder(limits: &Limits) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.headers)
        .max_buf_size(limits.headers_bytes)
        .max_headers(64);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.headers_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(STREAMS_MAX)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10));
    builder
}

/// Permanently elsewhere, with the method and the body as they are.
fn redirection(request: &Request<Incoming>, port: u16) -> Response {
    let mut response = Response::default();
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    match host.and_then(host_name).and_then(|host| location(host, port, path)) {
        Some(location) => {
            *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
            response.headers_mut().insert(LOCATION, location);
        }
        None => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

fn location(host: &str, port: u16, path: &str) -> Option<HeaderValue> {
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    HeaderValue::from_str(&format!("https://{host}{port}{path}")).ok()
}

/// The name or address of a Host header without its port; none if it is no such thing.
fn host_name(host: &str) -> Option<&str> {
    let end = match host.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, rest) = host.split_at(end);
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let port = rest.strip_prefix(':').unwrap_or("");
    let fits =
        !name.is_empty() && name.chars().all(plain) && port.chars().all(|c| c.is_ascii_digit());
    fits.then_some(name)
}

/// When bytes last moved on a connection, in milliseconds since it was opened.
#[derive(Debug)]
struct Moved {
    opened: Instant,
    last_ms: AtomicU64,
}

impl Moved {
    fn new() -> Moved {
        Moved { opened: Instant::now(), last_ms: AtomicU64::new(0) }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn moves(&self) {
        self.last_ms.store(self.now_ms(), Ordering::Relaxed);
    }

    /// Returns once nothing has moved for too long.
    async fn rests(&self) {
        loop {
            sleep(IDLE_CHECK).await;
            let since_ms = self.now_ms().saturating_sub(self.last_ms.load(Ordering::Relaxed));
            if u128::from(since_ms) > IDLE.as_millis() {
                return;
            }
        }
    }
}

/// A connection that tells when bytes move.
struct Watched {
    inner: TcpStream,
    moved: Arc<Moved>,
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.moved.moves();
        }
        polled
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.inner).poll_write(cx, bytes);
        if matches!(polled, Poll::Ready(Ok(count)) if count > 0) {
            self.moved.moves();
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [S1] A redirection goes to the host that was asked for, and to no text that somebody put there.
    #[test]
    fn only_a_host_is_a_host() {
        let check =
            |host: &str, expected: Option<&str>| assert_eq!(host_name(host), expected, "{host}");
        check("meter.local", Some("meter.local"));
        check("192.0.2.1:8080", Some("192.0.2.1"));
        check("[2001:db8::1]:80", Some("[2001:db8::1]"));
        check("[2001:db8::1]", Some("[2001:db8::1]"));
        check("", None);
        check("evil.example/path", None);
        check("a@b", None);
        check("a:80:90", None);
        check("[::1", None);
        let to = location("meter.local", 443, "/a?b=1").expect("a header");
        assert_eq!(to, "https://meter.local/a?b=1");
    }
}
