//! A hand-made image in which every point of every meter has its own value.
#![allow(dead_code, reason = "each test file uses a part")]

use catalog::{PointId, points};
use image::Timestamp;
use image::{Identity, Image, InputOutput, MeterId, MeterImage, Reading, Readings, Reason};
use modbus::Snapshot;
use modbus::answer::{Ask, Outcome, Session, answer};
use port::{ModuleModel, SlotId};
use std::sync::Arc;

/// The moment at which the tests ask: 250 ms after the windows ended.
pub const NOW: Timestamp = Timestamp { unix_ns: 1_700_000_000_250_000_000 };
const WINDOW_END: Timestamp = Timestamp { unix_ns: 1_700_000_000_000_000_000 };

/// The value of a point: distinct, with decimals, some negative, and small enough for 16 bits.
pub fn value(meter: MeterId, point: PointId) -> f64 {
    let slot = match meter {
        MeterId::Main => 0,
        MeterId::Esy(slot) => slot.number(),
    };
    let index = point.index();
    let size = (index % 30) as f64 + 1.0 + index as f64 * 0.0013 + f64::from(slot) * 0.0101;
    if index % 7 == 3 { -size } else { size }
}

pub fn slot(number: u8) -> MeterId {
    MeterId::Esy(SlotId::new(number).unwrap())
}

pub fn meter(id: MeterId, serial: &str) -> MeterImage {
    let mut readings = Readings::absent(Reason::Settling);
    for point in points() {
        readings.set(point.id, Reading::good(value(id, point.id)));
    }
    let model = (id != MeterId::Main).then_some(ModuleModel::Esy3xav5);
    let (name, serial) = (format!("load {}", id.slug()), serial.to_owned());
    MeterImage { name, model, serial, windows: 5, readings, ..MeterImage::settling(id, WINDOW_END) }
}

/// Main meter, module 1 present, module 4 configured and not installed.
pub fn image() -> Image {
    let identity = Identity {
        serial: "EMS0123456789XYZ".into(),
        version: (1, 2, 34),
        software_id: "abcdef0123456789".into(),
        year: 2026,
        variant: port::Variant::Lab,
        simulated: true,
    };
    let mut gone = meter(slot(4), "");
    gone.readings = Readings::absent(Reason::NotInstalled);
    let main = meter(MeterId::Main, &identity.serial);
    let mut image = Image::settling(Arc::new(identity), WINDOW_END);
    image.tick = 77;
    image.meters = vec![main, meter(slot(1), "ESY1"), gone];
    image.io = InputOutput { input_closed: true, tariff: Some(2), ..InputOutput::default() };
    image
}

/// The answer PDU to a request PDU.
pub fn ask(image: &Image, unit: u8, pdu: &[u8]) -> Vec<u8> {
    let snapshot = Snapshot::new(Arc::new(image.clone()));
    let mut out = Vec::new();
    let ask = Ask { unit, pdu, now: NOW };
    match answer(&snapshot, Session::default(), ask, &mut out) {
        Outcome::Answered | Outcome::Silent => out,
        Outcome::Order(order) => panic!("an order: {order:?}"),
    }
}

pub fn read_pdu(function: u8, start: u16, count: u16) -> [u8; 5] {
    let ([a, b], [c, d]) = (start.to_be_bytes(), count.to_be_bytes());
    [function, a, b, c, d]
}

/// The registers of a block, or the exception.
pub fn read(image: &Image, unit: u8, start: u16, count: u16) -> Result<Vec<u16>, u8> {
    let answer = ask(image, unit, &read_pdu(0x04, start, count));
    match answer[..] {
        [0x84, exception] => Err(exception),
        [0x04, bytes, ref body @ ..] => {
            assert_eq!((usize::from(bytes), body.len()), (2 * usize::from(count), body.len()));
            Ok(body.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect())
        }
        _ => panic!("{answer:02X?}"),
    }
}

/// Words to a number, low word first.
pub fn signed(words: &[u16]) -> i64 {
    let raw = words.iter().rev().fold(0u64, |raw, &word| raw << 16 | u64::from(word));
    let unused = 64 - 16 * words.len();
    (raw << unused) as i64 >> unused
}
