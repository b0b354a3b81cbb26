//! What a request is answered: pure, from one snapshot, with the time handed in.

use crate::layout::Layout;
use crate::map::Kind;
use crate::snapshot::{Snapshot, Unit, age_ms, put_number};
use crate::write::{self, Order};
use crate::{IDENTIFICATION_CODE, READ_MAX, UNIT_BROADCAST, WRITE_MAX};
use image::{MeterId, Timestamp};
use tokio_modbus::ExceptionCode;

use ExceptionCode::{
    GatewayPathUnavailable, GatewayTargetDevice, IllegalDataAddress, IllegalDataValue,
    IllegalFunction,
};

/// Address that reads as the identification code when read alone.
pub(crate) const CODE_ADDRESS: u16 = 0x000B;
/// Sub-function of 08h that returns the query (Application Protocol V1.1b3, 6.8).
const RETURN_QUERY_DATA: [u8; 2] = [0, 0];

/// What a connection remembers between requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Session {
    /// The password it gave last.
    pub password: Option<u16>,
}

/// A request as it came: unit and PDU, with the moment of the answer.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Who is asked.
    pub unit: u8,
    /// Function code and what belongs to it; at least one byte.
    pub pdu: &'a [u8],
    /// The moment of the answer; ages count to here.
    pub now: Timestamp,
}

/// What became of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The answer has been appended.
    Answered,
    /// Broadcasts are not answered.
    Silent,
    /// The world has to be asked; [`confirm`] then appends the answer.
    Order(Order),
}

/// Answers a request by appending a PDU to `out`, or says what to ask the world first.
pub fn answer(snapshot: &Snapshot, session: Session, ask: Ask<'_>, out: &mut Vec<u8>) -> Outcome {
    match decide(snapshot, session, ask, out) {
        Ok(outcome) => outcome,
        Err(_) if ask.unit == UNIT_BROADCAST => Outcome::Silent,
        Err(exception) => {
            refuse(ask.pdu, exception, out);
            Outcome::Answered
        }
    }
}

/// Appends the answer to a write once the world has spoken; nothing for a broadcast.
pub fn confirm(ask: Ask<'_>, result: Result<(), ExceptionCode>, out: &mut Vec<u8>) {
    match result {
        _ if ask.unit == UNIT_BROADCAST => {}
        // Both writes are confirmed by the first five bytes of their request.
        Ok(()) => out.extend_from_slice(&ask.pdu[..5]),
        Err(exception) => refuse(ask.pdu, exception, out),
    }
}

fn refuse(pdu: &[u8], exception: ExceptionCode, out: &mut Vec<u8>) {
    out.extend_from_slice(&[pdu[0] | 0x80, exception.into()]);
}

fn decide(
    snapshot: &Snapshot,
    session: Session,
    ask: Ask<'_>,
    out: &mut Vec<u8>,
) -> Result<Outcome, ExceptionCode> {
    if ask.unit != UNIT_BROADCAST {
        addressed(snapshot, ask.unit)?;
    }
    match ask.pdu {
        [0x03 | 0x04, body @ ..] => {
            read(addressed(snapshot, ask.unit)?, ask, body, out)?;
            Ok(Outcome::Answered)
        }
        [0x06, a, b, c, d] => order(snapshot, session, ask.unit, [*a, *b], &[*c, *d]),
        [0x10, a, b, c, d, bytes, values @ ..] => {
            let count = u16::from_be_bytes([*c, *d]);
            let fits =
                usize::from(*bytes) == values.len() && values.len() == 2 * usize::from(count);
            if !fits || !(1..=WRITE_MAX).contains(&count) {
                return Err(IllegalDataValue);
            }
            order(snapshot, session, ask.unit, [*a, *b], values)
        }
        [0x08, body @ ..] => {
            addressed(snapshot, ask.unit)?;
            echo(ask.pdu, body, out)?;
            Ok(Outcome::Answered)
        }
        // A known function whose PDU is too short or too long.
        [0x06 | 0x10, ..] => Err(IllegalDataValue),
        _ => Err(IllegalFunction),
    }
}

/// The meter that a unit leads to. A broadcast leads to none, and nothing but a write is for all.
fn addressed(snapshot: &Snapshot, unit: u8) -> Result<&Unit, ExceptionCode> {
    match snapshot.unit(unit) {
        Unit::Nobody => Err(GatewayPathUnavailable),
        Unit::NotInstalled => Err(GatewayTargetDevice),
        meter @ Unit::Meter { .. } => Ok(meter),
    }
}

fn read(meter: &Unit, ask: Ask<'_>, body: &[u8], out: &mut Vec<u8>) -> Result<(), ExceptionCode> {
    let Unit::Meter { registers, window_end, .. } = meter else { return Err(GatewayTargetDevice) };
    let &[a, b, c, d] = body else { return Err(IllegalDataValue) };
    let (start, count) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    if !(1..=READ_MAX).contains(&count) {
        return Err(IllegalDataValue);
    }
    if (start, count) == (CODE_ADDRESS, 1) {
        out.extend_from_slice(&[ask.pdu[0], 2]);
        out.extend_from_slice(&IDENTIFICATION_CODE.to_be_bytes());
        return Ok(());
    }
    let layout = Layout::get();
    let block = layout.find(start, count).ok_or(IllegalDataAddress)?;
    out.extend_from_slice(&[ask.pdu[0], (2 * count) as u8]);
    let at = out.len();
    out.extend_from_slice(&registers[block.clone()]);
    let age = &layout.age;
    if block.start < age.end && age.start < block.end {
        let mut bytes = [0; 4];
        put_number(Kind::UInt32, Some(age_ms(*window_end, ask.now).into()), &mut bytes);
        for (index, byte) in age.clone().zip(bytes) {
            if block.contains(&index) {
                out[at + index - block.start] = byte;
            }
        }
    }
    Ok(())
}

fn echo(pdu: &[u8], body: &[u8], out: &mut Vec<u8>) -> Result<(), ExceptionCode> {
    match body.split_first_chunk() {
        Some((&RETURN_QUERY_DATA, _)) => out.extend_from_slice(pdu),
        Some(_) => return Err(IllegalFunction),
        None => return Err(IllegalDataValue),
    }
    Ok(())
}

fn order(
    snapshot: &Snapshot,
    session: Session,
    unit: u8,
    start: [u8; 2],
    values: &[u8],
) -> Result<Outcome, ExceptionCode> {
    let image = snapshot.image();
    let start = u16::from_be_bytes(start);
    if unit == UNIT_BROADCAST {
        let everybody: Vec<MeterId> = image.meters.iter().map(|meter| meter.id).collect();
        return write::plan(image, session, &everybody, start, values).map(Outcome::Order);
    }
    let Unit::Meter { id, .. } = addressed(snapshot, unit)? else {
        return Err(GatewayTargetDevice);
    };
    write::plan(image, session, &[*id], start, values).map(Outcome::Order)
}
