//! The server on loopback, with a Modbus client and with raw bytes. No test waits for a time to
//! pass: limits are set short and the test waits for what they cause.

mod common;

use common::{NOW, image, signed, value};
use host::CommandTicket;
use image::{Ack, Image, MeterId, Refusal, Request, Timestamp};
use modbus::{Options, Server};
use port::Clock;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_modbus::client::{Reader, Writer, tcp};
use tokio_modbus::{ExceptionCode, Slave};

/// Longest wait for anything; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(10);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

struct Rig {
    address: SocketAddr,
    images: watch::Sender<Arc<Image>>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
}

/// A server whose world answers each command with `world`.
async fn rig(options: Options, world: impl Fn(&Request) -> Option<Ack> + Send + 'static) -> Rig {
    let server = Server::bind("127.0.0.1:0", options).await.unwrap();
    let address = server.local_addr().unwrap();
    let (images, image_reader) = watch::channel(Arc::new(image()));
    let (stop, stopped) = watch::channel(false);
    let (commands, mut inbox) = mpsc::channel::<CommandTicket>(8);
    tokio::spawn(async move {
        let mut unanswered = Vec::new();
        while let Some(ticket) = inbox.recv().await {
            match world(&ticket.command.request) {
                Some(ack) => drop(ticket.ack.send(ack)),
                None => unanswered.push(ticket),
            }
        }
    });
    let server = tokio::spawn(server.run(image_reader, commands, Arc::new(Fixed), stopped));
    Rig { address, images, stop, server }
}

async fn quiet_rig(options: Options) -> Rig {
    rig(options, |_| Some(Ok(1))).await
}

/// A client of raw bytes.
struct Raw(TcpStream);

impl Raw {
    async fn connect(rig: &Rig) -> Raw {
        Raw(TcpStream::connect(rig.address).await.unwrap())
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    async fn expect(&mut self, bytes: &[u8]) {
        let mut got = vec![0; bytes.len()];
        timeout(PATIENCE, self.0.read_exact(&mut got)).await.expect("an answer").unwrap();
        assert_eq!(got, bytes);
    }

    /// The server closes, having sent no more than what was expected.
    async fn expect_close(&mut self) {
        let mut rest = Vec::new();
        // A reset is a close too: the server may close with bytes of ours unread.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut rest)).await.expect("a close");
        assert!(rest.is_empty(), "{rest:02X?}");
    }

    /// Still served.
    async fn expect_alive(&mut self) {
        self.send(&frame(9, 1, &[8, 0, 0, 7, 7])).await;
        self.expect(&frame(9, 1, &[8, 0, 0, 7, 7])).await;
    }
}

fn frame(transaction: u16, unit: u8, pdu: &[u8]) -> Vec<u8> {
    let ([a, b], [c, d]) = (transaction.to_be_bytes(), (pdu.len() as u16 + 1).to_be_bytes());
    [&[a, b, 0, 0, c, d, unit], pdu].concat()
}

/// [G4, S7] The protocol's own client reads and writes through a socket.
#[tokio::test]
async fn a_modbus_client_reads_and_writes() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = tcp::connect_slave(rig.address, Slave(2)).await.unwrap();
    let words = client.read_input_registers(0x0028, 2).await.unwrap().unwrap();
    let power = catalog::point(catalog::QuantityId::ActivePower, None, catalog::Scope::System);
    let expect = (value(common::slot(1), power.unwrap()) * 10.0).round();
    assert_eq!(signed(&words), expect as i64);
    assert_eq!(client.read_holding_registers(0x0028, 2).await.unwrap().unwrap(), words);
    client.write_single_register(0x1201, 2).await.unwrap().unwrap();
    client.write_multiple_registers(0x1200, &[1, 1]).await.unwrap().unwrap();
    let refused = client.read_input_registers(0x0200, 1).await.unwrap();
    assert_eq!(refused, Err(ExceptionCode::IllegalDataAddress));
}

#[tokio::test]
async fn eight_pipelined_requests_are_answered_in_order() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = Raw::connect(&rig).await;
    let read = |n| frame(n, 1, &[3, 0, 0x0B, 0, 1]);
    let answer = |n| frame(n, 1, &[3, 2, 0x06, 0xE0]);
    client.send(&(0..8).flat_map(read).collect::<Vec<u8>>()).await;
    client.expect(&(0..8).flat_map(answer).collect::<Vec<u8>>()).await;
}

#[tokio::test]
async fn a_request_may_come_byte_by_byte() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = Raw::connect(&rig).await;
    client.0.set_nodelay(true).unwrap();
    for byte in frame(5, 1, &[4, 0, 0x0B, 0, 1]) {
        client.send(&[byte]).await;
        tokio::task::yield_now().await;
    }
    client.expect(&frame(5, 1, &[4, 2, 0x06, 0xE0])).await;
}

/// More requests than the input takes at once, the last cut in the middle.
#[tokio::test]
async fn a_long_queue_of_requests_is_answered_whole() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = Raw::connect(&rig).await;
    let all: Vec<u8> = (0..1000).flat_map(|n| frame(n, 1, &[8, 0, 0, 1, 2])).collect();
    let (mut reader, mut writer) = client.0.split();
    let mut got = vec![0; all.len()];
    let both = async { tokio::join!(writer.write_all(&all), reader.read_exact(&mut got)) };
    let (wrote, read) = timeout(PATIENCE, both).await.expect("all answers");
    wrote.unwrap();
    read.unwrap();
    assert_eq!(got, all);
}

/// One line a case: what is sent, and what it is answered, on a connection that stays open.
#[tokio::test]
async fn wrong_requests_get_exceptions_and_keep_the_connection() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = Raw::connect(&rig).await;
    let cases: &[(&[u8], &[u8])] = &[
        (&[3, 0, 0, 0, 126], &[0x83, 3]),
        (&[3, 0, 0, 0, 0], &[0x83, 3]),
        (&[3, 0, 0], &[0x83, 3]),
        (&[3, 0, 0, 0, 1, 9, 9], &[0x83, 3]),
        (&[0x10, 0x12, 0x01, 0, 1, 200, 0, 1], &[0x90, 3]),
        (&[0x10, 0x12, 0x01, 0, 2, 2, 0, 1], &[0x90, 3]),
        (&[0x83, 1], &[0x83, 1]),
        (&[0x41], &[0xC1, 1]),
        (&[0x2B, 0x0E, 1, 0], &[0xAB, 1]),
    ];
    for (request, answer) in cases {
        client.send(&frame(1, 1, request)).await;
        client.expect(&frame(1, 1, answer)).await;
    }
    client.expect_alive().await;
}

#[tokio::test]
async fn a_broadcast_is_done_and_not_answered() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = Raw::connect(&rig).await;
    client.send(&frame(1, 0, &[6, 0x12, 0x01, 0, 2])).await;
    client.send(&frame(2, 0, &[3, 0, 0, 0, 2])).await;
    client.expect_alive().await;
}

/// One line a case: bytes after which the next frame cannot be found.
#[tokio::test]
async fn what_is_not_modbus_ends_the_connection_and_no_other() {
    let rig = quiet_rig(Options::default()).await;
    let mut other = Raw::connect(&rig).await;
    let cases: &[&[u8]] = &[
        b"GET / HTTP/1.1\r\n\r\n",
        &[0, 1, 0, 1, 0, 6, 1, 3, 0, 0, 0, 2],
        &[0, 1, 0, 0, 0, 0],
        &[0, 1, 0, 0, 0, 1, 1],
        &[0, 1, 0, 0, 0, 255, 1],
        &[0, 1, 0, 0, 0xFF, 0xFF],
        &[0xFF; 4096],
    ];
    for bytes in cases {
        let mut client = Raw::connect(&rig).await;
        client.send(bytes).await;
        client.expect_close().await;
    }
    other.expect_alive().await;
}

#[tokio::test]
async fn requests_before_the_garbage_are_answered() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = Raw::connect(&rig).await;
    let good = frame(3, 1, &[8, 0, 0, 1, 1]);
    client.send(&[&good[..], b"garbage!"].concat()).await;
    client.expect(&good).await;
    client.expect_close().await;
}

#[tokio::test]
async fn half_a_request_is_waited_for_only_so_long() {
    let limit = Duration::from_millis(60);
    let rig = quiet_rig(Options { half_request: limit, ..Options::default() }).await;
    let mut client = Raw::connect(&rig).await;
    client.expect_alive().await;
    client.send(&[0, 1, 0, 0, 0]).await;
    client.expect_close().await;
}

#[tokio::test]
async fn an_idle_client_is_closed() {
    let limit = Duration::from_millis(60);
    let rig = quiet_rig(Options { idle: limit, ..Options::default() }).await;
    let mut client = Raw::connect(&rig).await;
    client.expect_alive().await;
    client.expect_close().await;
}

#[tokio::test]
async fn a_new_client_takes_the_place_of_the_oldest_idle_one() {
    let rig = quiet_rig(Options { connections_max: 3, ..Options::default() }).await;
    let mut clients = Vec::new();
    for _ in 0..3 {
        let mut client = Raw::connect(&rig).await;
        client.expect_alive().await;
        clients.push(client);
    }
    clients[0].expect_alive().await;
    let mut fourth = Raw::connect(&rig).await;
    fourth.expect_alive().await;
    clients[1].expect_close().await;
    clients[0].expect_alive().await;
    clients[2].expect_alive().await;
}

/// One line a case: what the world says, and the exception it becomes.
#[tokio::test]
async fn the_worlds_refusal_becomes_an_exception() {
    let cases: [(Option<Ack>, u8); 4] = [
        (Some(Err(Refusal::OutOfRange { setting: "tariff_selected", value: 2 })), 3),
        (Some(Err(Refusal::NoSuchMeter(MeterId::Main))), 0x0B),
        (Some(Err(Refusal::Busy)), 6),
        (None, 4),
    ];
    for (ack, exception) in cases {
        let acknowledge = Duration::from_millis(60);
        let options = Options { acknowledge, ..Options::default() };
        let rig = rig(options, move |_| ack.clone()).await;
        let mut client = Raw::connect(&rig).await;
        client.send(&frame(1, 1, &[6, 0x12, 0x01, 0, 2])).await;
        client.expect(&frame(1, 1, &[0x86, exception])).await;
    }
}

/// [N9] Totals stay, even if the world said yes.
#[tokio::test]
async fn a_reset_of_totals_is_refused_and_reported() {
    let (audit, mut audited) = mpsc::unbounded_channel();
    let rig = rig(Options::default(), move |request| {
        audit.send(*request).unwrap();
        Some(Ok(1))
    })
    .await;
    let mut client = Raw::connect(&rig).await;
    client.send(&frame(1, 1, &[6, 0x40, 0x03, 0, 1])).await;
    client.expect(&frame(1, 1, &[0x86, 3])).await;
    assert_eq!(audited.recv().await, Some(Request::ResetTotals(MeterId::Main)));
}

#[tokio::test]
async fn a_password_is_asked_of_each_connection() {
    let rig = quiet_rig(Options::default()).await;
    let mut locked = image();
    assert!(locked.settings.set(catalog::SettingId::Password, 42));
    rig.images.send_replace(Arc::new(locked));
    let mut client = Raw::connect(&rig).await;
    let write = frame(1, 1, &[6, 0x12, 0x01, 0, 2]);
    client.send(&write).await;
    client.expect(&frame(1, 1, &[0x86, 4])).await;
    client.send(&frame(2, 1, &[6, 0x10, 0x00, 0, 42])).await;
    client.expect(&frame(2, 1, &[6, 0x10, 0x00, 0, 42])).await;
    client.send(&write).await;
    client.expect(&write).await;
    let mut other = Raw::connect(&rig).await;
    other.send(&write).await;
    other.expect(&frame(1, 1, &[0x86, 4])).await;
}

/// Each image has one value in every register; no answer may mix two.
#[tokio::test]
async fn a_block_is_never_torn_over_two_images() {
    let rig = quiet_rig(Options::default()).await;
    let flat = |size: f64| {
        let mut image = image();
        for point in catalog::points() {
            image.meters[0].readings.set(point.id, image::Reading::good(size));
        }
        Arc::new(image)
    };
    let images: Vec<Arc<Image>> = (1..=50).map(|size| flat(f64::from(size))).collect();
    let sender = rig.images.clone();
    sender.send_replace(Arc::clone(&images[0]));
    // A thread of its own, so that images change at any moment of an answer.
    let publisher = std::thread::spawn(move || {
        for image in images.iter().cycle().take(2_000) {
            sender.send_replace(Arc::clone(image));
            std::thread::yield_now();
        }
    });
    let mut client = tcp::connect_slave(rig.address, Slave(1)).await.unwrap();
    while !publisher.is_finished() {
        let words = client.read_input_registers(0, 46).await.unwrap().unwrap();
        let volts: Vec<u16> = words[..12].iter().step_by(2).copied().collect();
        let watts: Vec<u16> = words[18..46].iter().step_by(2).copied().collect();
        let same = volts.iter().chain(&watts).all(|word| *word == volts[0]);
        assert!(same, "{words:?}");
    }
}

#[tokio::test]
async fn shutdown_closes_clients_and_the_socket() {
    let rig = quiet_rig(Options::default()).await;
    let mut client = Raw::connect(&rig).await;
    client.expect_alive().await;
    rig.stop.send_replace(true);
    client.expect_close().await;
    timeout(PATIENCE, rig.server).await.expect("the server ends").unwrap();
    assert!(TcpStream::connect(rig.address).await.is_err());
}

/// `ems read` shows every point of the meters that exist, exactly as they are in the image.
#[tokio::test]
async fn read_all_finds_the_units_and_every_point() {
    let rig = quiet_rig(Options::default()).await;
    let reports = modbus::read_all(&rig.address.to_string()).await.unwrap();
    assert_eq!(reports.iter().map(|report| report.unit).collect::<Vec<u8>>(), [1, 2]);
    let main = &reports[0];
    assert_eq!((main.code, main.serial.as_str()), (1760, "EMS0123456789"));
    assert_eq!((main.firmware, main.year, main.age_ms), ((1, 2, 34), 2026, Some(250)));
    assert_eq!((main.model.as_str(), main.software_id.as_str()), ("EMS", "abcdef0123456789"));
    assert_eq!((reports[1].model.as_str(), reports[1].name.as_str()), ("ESY3XAV5", "load esy1"));
    for (report, meter) in reports.iter().zip([MeterId::Main, common::slot(1)]) {
        assert_eq!(report.readings.len(), catalog::points().len());
        for reading in &report.readings {
            let step = reading.point.point().quantity.resolution();
            let error = reading.value.unwrap() - value(meter, reading.point);
            assert!(error.abs() <= 0.5001 * step, "{}", reading.point.point().path());
            assert_eq!(reading.quality.as_deref(), Some("good"));
        }
    }
}

#[tokio::test]
async fn read_all_tells_a_phase_that_is_not_wired_from_zero() {
    let rig = quiet_rig(Options::default()).await;
    let voltage = catalog::point(catalog::QuantityId::VoltageLn, None, catalog::Scope::L2).unwrap();
    let mut one_phase = image();
    let not_wired = image::Reading::Absent(image::Reason::NotWired);
    one_phase.meters[0].readings.set(voltage, not_wired);
    rig.images.send_replace(Arc::new(one_phase));
    let reports = modbus::read_all(&rig.address.to_string()).await.unwrap();
    let reading = reports[0].readings.iter().find(|reading| reading.point == voltage).unwrap();
    assert_eq!((reading.value, reading.quality.as_deref()), (None, Some("not_wired")));
}

#[tokio::test]
async fn read_all_says_why_it_cannot() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    drop(listener);
    let error = modbus::read_all(&address).await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("connecting to {address}: ")), "{error}");
}
