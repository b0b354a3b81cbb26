//! The slave on a line: a client of tokio-modbus, and raw bytes with noise, damage and other slaves.

mod common;

use common::{NOW, image, signed, value};
use host::CommandTicket;
use image::{MeterId, Request, Timestamp};
use modbus::{Line, RtuServer};
use port::Clock;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_modbus::Slave;
use tokio_modbus::client::{Reader, Writer, rtu};

/// Longest wait for anything; only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(10);

struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> Timestamp {
        NOW
    }
}

struct Rig {
    line: DuplexStream,
    orders: mpsc::UnboundedReceiver<Request>,
    stop: watch::Sender<bool>,
    slave: JoinHandle<io::Result<()>>,
}

/// A slave at address 17 on a fast line, whose world accepts everything.
fn rig() -> Rig {
    let (line, port) = duplex(4096);
    let (_images, reader) = watch::channel(Arc::new(image()));
    let (stop, stopped) = watch::channel(false);
    let (commands, mut inbox) = mpsc::channel::<CommandTicket>(8);
    let (asked, orders) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Some(ticket) = inbox.recv().await {
            asked.send(ticket.command.request).unwrap();
            ticket.ack.send(Ok(1)).unwrap();
        }
    });
    let server = RtuServer { address: 17, line: Line { baud: 115_200, bits: 10 } };
    let slave = tokio::spawn(server.run(port, reader, commands, Arc::new(Fixed), stopped));
    Rig { line, orders, stop, slave }
}

/// A frame with its CRC, worked out bit by bit.
fn frame(body: &[u8]) -> Vec<u8> {
    let crc = body.iter().fold(0xFFFFu16, |crc, byte| {
        (0..8).fold(crc ^ u16::from(*byte), |crc, _| match crc & 1 {
            1 => (crc >> 1) ^ 0xA001,
            _ => crc >> 1,
        })
    });
    [body, &crc.to_le_bytes()].concat()
}

async fn expect(line: &mut DuplexStream, length: usize) -> Vec<u8> {
    let mut got = vec![0; length];
    timeout(PATIENCE, line.read_exact(&mut got)).await.expect("an answer").unwrap();
    got
}

/// [P3, G4] A master on the line reads the built-in meter and a module, and writes a setting.
#[tokio::test]
async fn a_master_reads_and_writes() {
    let Rig { line, mut orders, stop: _stop, .. } = rig();
    let mut master = rtu::attach_slave(line, Slave(17));
    let words = timeout(PATIENCE, master.read_input_registers(0x0000, 2)).await.unwrap();
    let point = catalog::point(catalog::QuantityId::VoltageLn, None, catalog::Scope::L1).unwrap();
    let expected = (value(MeterId::Main, point) * 10.0).round() as i64;
    assert_eq!(signed(&words.unwrap().unwrap()), expected);
    master.write_single_register(0x1201, 2).await.unwrap().unwrap();
    assert_eq!(orders.recv().await, Some(Request::Set(catalog::SettingId::TariffSelected, 2)));
    tokio_modbus::slave::SlaveContext::set_slave(&mut master, Slave(18));
    let words = master.read_input_registers(0x0000, 2).await.unwrap().unwrap();
    let expected = (value(common::slot(1), point) * 10.0).round() as i64;
    assert_eq!(signed(&words), expected);
}

/// [P3] Noise, a damaged request, one for another slave and one to an absent module are not answered; the
/// request that follows is.
#[tokio::test]
async fn what_is_not_for_us_is_not_answered() {
    let Rig { mut line, stop: _stop, .. } = rig();
    let mut damaged = frame(&[17, 4, 0, 0, 0, 2]);
    damaged[5] ^= 4;
    for bytes in [
        vec![0xFF, 0x00],
        damaged,
        frame(&[16, 4, 0, 0, 0, 2]),
        // The answer of that slave, which is heard too.
        frame(&[16, 4, 4, 1, 2, 3, 4]),
        // Slot 4 is configured and empty, slot 7 is not configured.
        frame(&[21, 4, 0, 0, 0, 2]),
        frame(&[24, 4, 0, 0, 0, 2]),
        frame(&[17, 4, 0, 0, 0, 2]),
    ] {
        line.write_all(&bytes).await.unwrap();
    }
    let got = expect(&mut line, 9).await;
    assert_eq!(got[..3], [17, 4, 4]);
    assert_eq!(frame(&got[..7]), got);
    // Nothing else was answered: the next answer is that to the next request.
    line.write_all(&frame(&[17, 0x2B, 0, 0, 0, 2])).await.unwrap();
    assert_eq!(expect(&mut line, 5).await, frame(&[17, 0xAB, 1]));
}

/// [P3] A broadcast is carried out and not answered.
#[tokio::test]
async fn a_broadcast_is_heard_in_silence() {
    let Rig { mut line, mut orders, stop: _stop, .. } = rig();
    line.write_all(&frame(&[0, 6, 0x12, 0x01, 0, 2])).await.unwrap();
    let order = timeout(PATIENCE, orders.recv()).await.expect("carried out");
    assert_eq!(order, Some(Request::Set(catalog::SettingId::TariffSelected, 2)));
    line.write_all(&frame(&[17, 0x2B, 0, 0, 0, 2])).await.unwrap();
    assert_eq!(expect(&mut line, 5).await, frame(&[17, 0xAB, 1]));
}

/// [P3] Bytes come one by one, as slow lines give them.
#[tokio::test]
async fn a_request_in_pieces_is_one_request() {
    let Rig { mut line, stop: _stop, .. } = rig();
    for byte in frame(&[17, 4, 0, 0, 0, 2]) {
        line.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(expect(&mut line, 9).await[..3], [17, 4, 4]);
}

/// A port that is gone ends the slave with an error, a stop without.
#[tokio::test]
async fn it_ends_with_its_port_or_when_told() {
    let Rig { line, slave, stop: _stop, .. } = rig();
    drop(line);
    assert!(timeout(PATIENCE, slave).await.unwrap().unwrap().is_err());
    let Rig { line, slave, stop, .. } = rig();
    stop.send(true).unwrap();
    assert!(timeout(PATIENCE, slave).await.unwrap().unwrap().is_ok());
    drop(line);
}
