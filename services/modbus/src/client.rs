//! The client of `ems read`: every row of the map from every unit that answers.
//!
//! Works with ours and with a real EM540, which lacks our block: a refused block is left out.
//! Each block is one snapshot of the meter; two blocks may lie a window apart.

use crate::UNIT_MAIN;
use crate::answer::CODE_ADDRESS;
use crate::map::{Identity, Owner, Row, Source, Window, reason_of_code, rows};
use catalog::PointId;
use port::SlotId;
use std::collections::HashMap;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_modbus::client::{Context, Reader, tcp};
use tokio_modbus::prelude::SlaveContext;
use tokio_modbus::{ExceptionCode, Slave};

/// Longest wait for the connection and for each answer; the family promises 500 ms.
const ANSWER_MAX: Duration = Duration::from_secs(3);
/// Most registers asked for at once: what a real EM540 of firmware 1.4.3 answers.
const BLOCK_MAX: u32 = 120;

/// Why a meter could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Nobody listens there, or the name is unknown.
    #[error("connecting to {address}: {source}")]
    Connect {
        /// Host and port as given.
        address: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Connected, but no answer in time.
    #[error("reading unit {unit} at {address:04X}h: no answer in 3 s")]
    Timeout {
        /// Who was asked.
        unit: u8,
        /// First register of the block.
        address: u16,
    },
    /// The connection broke or the answer was not Modbus.
    #[error("reading unit {unit} at {address:04X}h: {source}")]
    Transport {
        /// Who was asked.
        unit: u8,
        /// First register of the block.
        address: u16,
        /// What the client library says.
        source: tokio_modbus::Error,
    },
    /// The built-in meter's unit is not there.
    #[error("unit {UNIT_MAIN} refuses: {0}")]
    Refused(ExceptionCode),
}

/// A reading as it came over the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct PointReading {
    /// Which.
    pub point: PointId,
    /// The value in the catalogue's unit; none if the meter gives none.
    pub value: Option<f64>,
    /// `good`, flags or the reason; none if the meter has no block of ours.
    pub quality: Option<String>,
}

/// Everything read from one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitReport {
    /// Modbus unit.
    pub unit: u8,
    /// Identification code at 000Bh; 1760 is an EM540.
    pub code: u16,
    /// Serial number.
    pub serial: String,
    /// Name given by the installer.
    pub name: String,
    /// Order code of a module, `EMS` for ours, empty for another make.
    pub model: String,
    /// major, minor, revision.
    pub firmware: (u8, u8, u8),
    /// Production year.
    pub year: u16,
    /// Software id of the metrology; empty for another make.
    pub software_id: String,
    /// Age of the values in milliseconds; none for another make or before the first window.
    pub age_ms: Option<u32>,
    /// In the order of the catalogue; points that the meter has no register for are missing.
    pub readings: Vec<PointReading>,
}

/// Reads units 1 to 11 of the Modbus server at `host:port`; modules that are not there are left out.
///
/// # Errors
/// If the server cannot be reached, or its unit 1 does not answer.
pub async fn read_all(host_port: &str) -> Result<Vec<UnitReport>, ReadError> {
    let mut context = connect(host_port).await?;
    let mut reports = Vec::new();
    for unit in UNIT_MAIN..=UNIT_MAIN + SlotId::MAX {
        context.set_slave(Slave(unit));
        match read_block(&mut context, unit, CODE_ADDRESS, 1).await {
            Ok(Ok(code)) => reports.push(read_unit(&mut context, unit, code[0]).await?),
            Ok(Err(exception)) if unit == UNIT_MAIN => return Err(ReadError::Refused(exception)),
            Ok(Err(_)) => {}
            // A gateway to real meters is silent for an id that nobody has; so it will be for more.
            Err(ReadError::Timeout { .. }) if unit != UNIT_MAIN => break,
            Err(error) => return Err(error),
        }
    }
    Ok(reports)
}

async fn connect(address: &str) -> Result<Context, ReadError> {
    let connected = timeout(ANSWER_MAX, TcpStream::connect(address)).await;
    let stream = connected.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
    let stream =
        stream.map_err(|source| ReadError::Connect { address: address.to_owned(), source })?;
    Ok(tcp::attach(stream))
}

async fn read_block(
    context: &mut Context,
    unit: u8,
    address: u16,
    count: u16,
) -> Result<Result<Vec<u16>, ExceptionCode>, ReadError> {
    let answer = timeout(ANSWER_MAX, context.read_input_registers(address, count)).await;
    answer
        .map_err(|_| ReadError::Timeout { unit, address })?
        .map_err(|source| ReadError::Transport { unit, address, source })
}

async fn read_unit(context: &mut Context, unit: u8, code: u16) -> Result<UnitReport, ReadError> {
    let mut words = HashMap::new();
    for block in blocks() {
        let (first, last) = (block[0], block[block.len() - 1]);
        let count = last.address - first.address + last.words();
        // A refused block is one that this meter lacks.
        if let Ok(values) = read_block(context, unit, first.address, count).await? {
            words.extend((first.address..).zip(values));
        }
    }
    Ok(report(unit, code, &Registers(words)))
}

/// The rows that the report needs, in blocks that one read can span.
fn blocks() -> Vec<Vec<&'static Row>> {
    let mut blocks: Vec<Vec<&'static Row>> = Vec::new();
    for row in rows().iter().filter(|row| is_reported(row)) {
        let joins = blocks.last().is_some_and(|block| {
            let words = u32::from(row.address - block[0].address) + u32::from(row.words());
            let alone = stands_alone(row) || stands_alone(block[0]);
            row.owner == block[0].owner && !alone && words <= BLOCK_MAX
        });
        if !joins {
            blocks.push(Vec::new());
        }
        blocks.last_mut().expect("one was just added").push(row);
    }
    blocks
}

fn is_reported(row: &Row) -> bool {
    let identity = Source::Identity(Identity::Code);
    match row.source {
        Source::Point(_) | Source::Status(_) | Source::Window(_) => true,
        Source::Identity(_) => row.source != identity && row.owner != Owner::Em300,
        _ => false,
    }
}

/// A real EM540 gives its firmware only in a read of that one register.
fn stands_alone(row: &Row) -> bool {
    row.source == Source::Identity(Identity::Firmware)
}

/// Words read, by address.
struct Registers(HashMap<u16, u16>);

impl Registers {
    fn words(&self, row: &Row) -> Option<Vec<u16>> {
        (row.address..).take(row.words().into()).map(|at| self.0.get(&at).copied()).collect()
    }

    /// The raw number of a row; `Some(None)` is the sign for "no value".
    fn number(&self, row: &Row) -> Option<Option<i64>> {
        let words = self.words(row)?;
        // Text has no such sign.
        row.kind.no_value()?;
        Some(row.kind.number(&words))
    }

    fn number_of(&self, source: Source) -> Option<i64> {
        self.number(rows().iter().find(|row| row.source == source)?)?
    }

    fn text_of(&self, part: Identity) -> String {
        let row = rows().iter().find(|row| row.source == Source::Identity(part));
        let words = row.and_then(|row| self.words(row)).unwrap_or_default();
        let bytes = words.iter().flat_map(|word| word.to_be_bytes());
        bytes.take_while(|byte| *byte != 0).filter(u8::is_ascii).map(char::from).collect()
    }

    /// The finest row of a point that the meter answered.
    fn reading(&self, point: PointId) -> Option<PointReading> {
        let of_point = rows().iter().filter(|row| row.source == Source::Point(point));
        let answered = of_point.filter_map(|row| Some((row, self.number(row)?)));
        let (row, raw) = answered.max_by(|(a, _), (b, _)| a.weight.total_cmp(&b.weight))?;
        let status =
            self.number_of(Source::Status(point)).and_then(|code| u16::try_from(code).ok());
        // The family shows an unused phase as 0; the status tells that there is no value.
        let absent = status.is_some_and(|code| reason_of_code(code).is_some());
        let value = raw.filter(|_| !absent).map(|raw| raw as f64 / row.weight);
        Some(PointReading { point, value, quality: status.map(quality) })
    }
}

/// The words of a status register.
fn quality(code: u16) -> String {
    if let Some(reason) = reason_of_code(code) {
        return reason.slug().to_owned();
    }
    let flags: Vec<&str> = port::Flag::ALL
        .into_iter()
        .filter(|flag| code & (1 << *flag as u16) != 0)
        .map(port::Flag::slug)
        .collect();
    if flags.is_empty() { "good".to_owned() } else { flags.join("+") }
}

fn report(unit: u8, code: u16, registers: &Registers) -> UnitReport {
    let number = |source| registers.number_of(source).unwrap_or(0);
    let firmware = number(Source::Identity(Identity::Firmware)) as u16;
    let [high, revision] = firmware.to_be_bytes();
    let age = registers.number_of(Source::Window(Window::AgeMs));
    UnitReport {
        unit,
        code,
        serial: registers.text_of(Identity::Serial),
        name: registers.text_of(Identity::Name),
        model: registers.text_of(Identity::Model),
        firmware: (high >> 4, high & 0xF, revision),
        year: number(Source::Identity(Identity::Year)) as u16,
        software_id: registers.text_of(Identity::SoftwareId),
        age_ms: age.and_then(|age| u32::try_from(age).ok()),
        readings: catalog::points().iter().filter_map(|p| registers.reading(p.id)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::{QuantityId, Scope, point};

    /// Without our block there is no quality, and the sign for "no value" is all that is known.
    #[test]
    fn a_meter_without_our_block_gives_values_alone() {
        let power = point(QuantityId::ActivePower, None, Scope::System).unwrap();
        let of = |words: &[(u16, u16)]| Registers(words.iter().copied().collect()).reading(power);
        let read = |value| Some(PointReading { point: power, value, quality: None });
        assert_eq!(of(&[(0x28, 0xFFFE), (0x29, 0xFFFF)]), read(Some(-0.2)));
        assert_eq!(of(&[(0x28, 0xFFFF), (0x29, 0x7FFF)]), read(None));
        assert_eq!(of(&[(0x28, 0xFFFF)]), None);
    }

    #[test]
    fn the_firmware_is_read_alone_and_no_block_is_too_long() {
        for block in blocks() {
            let last = block[block.len() - 1];
            assert!(u32::from(last.address - block[0].address + last.words()) <= BLOCK_MAX);
            assert!(block.len() == 1 || !block.iter().any(|row| stands_alone(row)));
        }
    }
}
