//! How long a connection may stay: a real server, over TLS, with limits of a moment.

use accounts::Accounts;
use host::MemoryShelf;
use image::{Identity, Image};
use port::{Clock, Timestamp};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use store::calendar::Zone;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use web::{Device, Limits, Parts, Server, ServiceState, Services, Shown, Web};

const STAYS: Duration = Duration::from_millis(300);

/// On a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(10);

/// Frames of HTTP/2 (RFC 9113, section 6).
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp { unix_ns: 0 }
    }
}

struct NoServices;

impl Services for NoServices {
    fn all(&self) -> Vec<ServiceState> {
        Vec::new()
    }

    fn set_modbus_tcp(&self, _on: bool) -> Result<(), String> {
        Err("there is none".into())
    }

    fn restart(&self) -> Result<(), String> {
        Err("nothing runs".into())
    }
}

/// The server of a meter that has measured nothing yet.
struct House {
    address: SocketAddr,
    certificate: CertificateDer<'static>,
    _stop: watch::Sender<bool>,
    _images: watch::Sender<Arc<Image>>,
}

impl House {
    fn open(limits: Limits) -> House {
        let pem = web::make("TEST", &["localhost".into()], &[]).expect("a certificate");
        let certificate = Arc::new(Shown::new(&pem).expect("it was just made"));
        let image = Image::settling(Arc::new(Identity::default()), Timestamp { unix_ns: 0 });
        let (images, seen) = watch::channel(Arc::new(image));
        let shelf = Arc::new(MemoryShelf::default());
        let web = Web::new(Parts {
            images: seen,
            commands: mpsc::channel(1).0,
            wall: Arc::new(Still),
            accounts: Arc::new(Accounts::open(shelf.clone()).expect("an empty shelf")),
            shelf,
            history: None,
            zone: Zone::utc(),
            configuration: String::new(),
            device: Device {
                title: String::new(),
                seed: None,
                started: String::new(),
                commit: String::new(),
                terminals: Vec::new(),
                isolation: Vec::new(),
                systems: Vec::new(),
                inbound: Vec::new(),
                outbound: Vec::new(),
                inventory: b"{}",
            },
            certificate: certificate.clone(),
            waves: None,
            panel: None,
            twin: None,
            services: Arc::new(NoServices),
            audit: Arc::new(drop),
            set_up: false,
            limits,
        });
        let loopback = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let server = Server::bind(loopback, None, certificate, limits).expect("a free port");
        let address = server.https_addr();
        let (stop, stopped) = watch::channel(false);
        // As in the program, it has a thread and a runtime of its own.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(server.run(web, stopped));
        });
        let certificate = CertificateDer::from_pem_slice(pem.certificate.as_bytes());
        let certificate = certificate.expect("it was just made");
        House { address, certificate, _stop: stop, _images: images }
    }

    async fn connect(&self, speaks: &[u8]) -> TlsStream<TcpStream> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(self.certificate.clone()).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring has the ciphers of TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = vec![speaks.to_vec()];
        let stream = TcpStream::connect(self.address).await.expect("it listens");
        let name = ServerName::try_from("localhost").expect("a name");
        let connector = TlsConnector::from(Arc::new(config));
        connector.connect(name, stream).await.expect("its own certificate")
    }

    /// A client of HTTP/2 that has said hello.
    async fn connect_h2(&self) -> TlsStream<TcpStream> {
        let mut stream = self.connect(b"h2").await;
        let mut hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        hello.extend([0, 0, 0, SETTINGS, 0, 0, 0, 0, 0]);
        stream.write_all(&hello).await.expect("it is there");
        stream
    }
}

/// Type and flags of a frame, and what it carries; none at the end.
async fn frame(stream: &mut (impl AsyncRead + Unpin)) -> Option<(u8, u8, Vec<u8>)> {
    let mut head = [0; 9];
    stream.read_exact(&mut head).await.ok()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let mut carried = vec![0; length as usize];
    stream.read_exact(&mut carried).await.ok()?;
    Some((head[3], head[4], carried))
}

#[tokio::test]
async fn a_connection_of_http_2_is_told_to_go_and_ends() {
    let house = House::open(Limits { connection: STAYS, ..Limits::default() });
    let begun = Instant::now();
    let mut stream = house.connect_h2().await;
    let mut told = false;
    let to_the_end = async {
        while let Some((kind, flags, carried)) = frame(&mut stream).await {
            told |= kind == GOAWAY;
            if kind == PING && flags & ACK == 0 {
                // It asks whether all has come that was on its way.
                let mut answer = vec![0, 0, 8, PING, ACK, 0, 0, 0, 0];
                answer.extend(carried);
                stream.write_all(&answer).await.expect("it waits for that");
            }
        }
    };
    timeout(PATIENCE, to_the_end).await.expect("it ends");
    assert!(told, "nobody is cut off without a word");
    assert!(begun.elapsed() >= STAYS, "not sooner: {:?}", begun.elapsed());
}

#[tokio::test]
async fn who_does_not_answer_to_that_is_cut_off() {
    let limits = Limits { connection: STAYS, last_answers: STAYS, ..Limits::default() };
    let house = House::open(limits);
    let mut stream = house.connect_h2().await;
    let to_the_end = async { while frame(&mut stream).await.is_some() {} };
    timeout(PATIENCE, to_the_end).await.expect("it ends");
}

/// One that is kept for more requests ends as well, sooner than the wait for a head would end it.
#[tokio::test]
async fn a_connection_of_http_1_ends_after_its_answer() {
    let limits = Limits { connection: STAYS, headers: 2 * PATIENCE, ..Limits::default() };
    let house = House::open(limits);
    let mut stream = house.connect(b"http/1.1").await;
    let ask = b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
    stream.write_all(ask).await.expect("it is there");
    let mut said = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut said)).await.expect("it ends");
    let said = String::from_utf8_lossy(&said);
    assert!(read.is_ok() && said.starts_with("HTTP/1.1 200 "), "{read:?} {said}");
}
