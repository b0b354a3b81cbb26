//! One image with the registers encoded from it, each unit once and only when somebody asks.

use crate::UNIT_MAIN;
use crate::layout::{Cell, Layout};
use crate::map::{Identity, Kind, Owner, Row, Source, State, Window, reason_code};
use catalog::{PointId, QuantityId, Scope, SettingId, point};
use image::{Image, MeterId, MeterImage, Reading, Reason, Settings, Timestamp};
use port::SlotId;
use std::sync::{Arc, OnceLock};

/// Units that can exist: the built-in meter and a module in each slot.
const UNITS: usize = 1 + SlotId::MAX as usize;

/// Shown before the first window, and for 24 days and more.
const AGE_NONE: u32 = 0x7FFF_FFFF;

/// An image and its encoded registers.
#[derive(Debug)]
pub struct Snapshot {
    image: Arc<Image>,
    units: [OnceLock<Unit>; UNITS],
}

/// What a unit id leads to.
#[derive(Debug)]
pub(crate) enum Unit {
    /// Nobody has the id.
    Nobody,
    /// The module is configured and does not exist.
    NotInstalled,
    /// A meter with its encoded registers.
    Meter { id: MeterId, registers: Box<[u8]>, window_end: Option<Timestamp> },
}

impl Snapshot {
    /// A snapshot of an image; nothing is encoded yet.
    pub fn new(image: Arc<Image>) -> Snapshot {
        Snapshot { image, units: [const { OnceLock::new() }; UNITS] }
    }

    /// The image it shows.
    pub fn image(&self) -> &Arc<Image> {
        &self.image
    }

    pub(crate) fn unit(&self, unit: u8) -> &Unit {
        match unit.checked_sub(UNIT_MAIN).and_then(|index| self.units.get(usize::from(index))) {
            Some(cell) => cell.get_or_init(|| encode_unit(&self.image, unit)),
            None => &Unit::Nobody,
        }
    }
}

/// Age of a window in milliseconds at `now`, as the map shows it; a window from the future is new.
pub(crate) fn age_ms(window_end: Option<Timestamp>, now: Timestamp) -> u32 {
    let Some(end) = window_end else { return AGE_NONE };
    let age = now.unix_ns.saturating_sub(end.unix_ns).max(0) / 1_000_000;
    u32::try_from(age).unwrap_or(AGE_NONE).min(AGE_NONE)
}

/// Writes a number low word first, or the sign for "no value" if there is none or it does not fit.
pub(crate) fn put_number(kind: Kind, number: Option<i64>, bytes: &mut [u8]) {
    let fits = number.filter(|number| match kind {
        Kind::Int16 => i16::try_from(*number).is_ok(),
        Kind::UInt16 => u16::try_from(*number).is_ok(),
        Kind::Int32 => i32::try_from(*number).is_ok(),
        Kind::UInt32 => u32::try_from(*number).is_ok(),
        Kind::Int64 => true,
        Kind::Ascii(_) | Kind::Zeros(_) => false,
    });
    let raw = fits.or(kind.no_value()).unwrap_or(0);
    for (index, word) in bytes.chunks_exact_mut(2).enumerate().take(4) {
        word.copy_from_slice(&((raw >> (16 * index)) as u16).to_be_bytes());
    }
}

fn meter_of(unit: u8) -> Option<MeterId> {
    match unit.checked_sub(UNIT_MAIN)? {
        0 => Some(MeterId::Main),
        slot => SlotId::new(slot).map(MeterId::Esy),
    }
}

fn encode_unit(image: &Image, unit: u8) -> Unit {
    let Some(meter) = meter_of(unit).and_then(|id| image.meter(id)) else { return Unit::Nobody };
    if is_not_installed(meter) {
        return Unit::NotInstalled;
    }
    let layout = Layout::get();
    let mut registers = vec![0; layout.bytes()].into_boxed_slice();
    for Cell { row, bytes } in &layout.cells {
        encode_row(row, image, meter, &mut registers[bytes.clone()]);
    }
    let window_end = (meter.windows > 0).then_some(meter.window_end);
    Unit::Meter { id: meter.id, registers, window_end }
}

fn is_not_installed(meter: &MeterImage) -> bool {
    let absent = Reading::Absent(Reason::NotInstalled);
    meter.id != MeterId::Main && meter.readings.iter().all(|(_, reading)| reading == absent)
}

fn encode_row(row: &Row, image: &Image, meter: &MeterImage, bytes: &mut [u8]) {
    let number = match row.source {
        Source::Point(point) => raw(row, meter.get(point)),
        Source::Status(point) => Some(status(meter.get(point)).into()),
        Source::Setting(id, codes) => Some(setting_code(&image.settings, id, codes)),
        Source::Identity(part) => return encode_identity(part, row, image, meter, bytes),
        Source::State(part) => Some(state(part, image, meter)),
        Source::Wiring => return put_text(&meter.wiring.slug(), bytes),
        Source::Window(part) => window(part, image, meter),
        Source::Module(slot) => Some(module_status(image, slot).into()),
        Source::Fixed(number) => Some(number),
        Source::Text(text) => return put_text(text, bytes),
        Source::WriteOnly => Some(0),
    };
    if !matches!(row.kind, Kind::Zeros(_)) {
        put_number(row.kind, number, bytes);
    }
}

/// A reading in the row's steps. The family shows an unused phase as 0; every other reason, and in
/// our own block every reason, is the sign for "no value".
fn raw(row: &Row, reading: Reading) -> Option<i64> {
    match reading {
        Reading::Value { value, .. } => {
            let steps = (value * row.weight).round();
            // Beyond this the conversion would saturate and pretend to be a value.
            (steps.abs() < i64::MAX as f64).then_some(steps as i64)
        }
        Reading::Absent(Reason::NotWired) if row.owner != Owner::Ours => Some(0),
        Reading::Absent(_) => None,
    }
}

fn status(reading: Reading) -> u16 {
    match reading {
        Reading::Value { flags, .. } => flags.bits().into(),
        Reading::Absent(reason) => reason_code(reason),
    }
}

/// The register's code of a setting.
pub(crate) fn setting_code(settings: &Settings, id: SettingId, codes: &[(i64, u16)]) -> i64 {
    let value = settings.get(id);
    codes.iter().find(|(of, _)| *of == value).map_or(value, |(_, code)| i64::from(*code))
}

fn encode_identity(part: Identity, row: &Row, image: &Image, meter: &MeterImage, out: &mut [u8]) {
    let identity = &image.identity;
    let (major, minor, revision) = identity.version;
    let number = match part {
        Identity::Serial => return put_text(serial(meter, out.len()), out),
        Identity::Name => return put_text(&meter.name, out),
        Identity::SoftwareId => return put_text(&identity.software_id, out),
        Identity::Model => return put_text(meter.model.map_or("EMS", |model| model.slug()), out),
        Identity::Code => crate::IDENTIFICATION_CODE,
        Identity::Year => identity.year,
        Identity::Firmware => {
            u16::from(major & 0xF) << 12 | u16::from(minor & 0xF) << 8 | u16::from(revision)
        }
        Identity::Revision => revision.into(),
        Identity::Simulated => identity.simulated.into(),
    };
    put_number(row.kind, Some(number.into()), out);
}

/// The last low byte of the serial's registers is not part of it.
fn serial(meter: &MeterImage, bytes: usize) -> &str {
    let end = meter.serial.char_indices().nth(bytes - 1).map_or(meter.serial.len(), |(at, _)| at);
    &meter.serial[..end]
}

fn state(part: State, image: &Image, meter: &MeterImage) -> i64 {
    let fault = Reading::Absent(Reason::SensorFault);
    match part {
        State::InputClosed => image.io.input_closed.into(),
        State::Tariff => image.io.tariff.unwrap_or(0).into(),
        State::Alarm => image.io.alarm.into(),
        State::OutputClosed => image.io.output_closed.into(),
        State::Warnings => image.io.warnings.bits().into(),
        State::WrongConnection => image.io.wrong_connection.into(),
        State::Device => meter.readings.iter().any(|(_, reading)| reading == fault).into(),
    }
}

fn window(part: Window, image: &Image, meter: &MeterImage) -> Option<i64> {
    match part {
        // Written when answered, from the clock.
        Window::AgeMs => None,
        Window::EndUnixMs => (meter.windows > 0).then_some(meter.window_end.unix_ns / 1_000_000),
        Window::Count => i64::try_from(meter.windows).ok(),
        Window::Tick => i64::try_from(image.tick).ok(),
    }
}

fn module_status(image: &Image, slot: SlotId) -> u16 {
    match image.meter(MeterId::Esy(slot)).map(|meter| meter.get(system_power())) {
        None => 0,
        Some(Reading::Value { .. }) => 1,
        Some(Reading::Absent(reason)) => reason_code(reason),
    }
}

/// The one quantity that every wiring system defines, so that its absence is the module's.
fn system_power() -> PointId {
    point(QuantityId::ActivePower, None, Scope::System).expect("the catalogue has it")
}

/// Characters high byte first; what is not ASCII becomes a question mark, the rest stays zero.
fn put_text(text: &str, bytes: &mut [u8]) {
    for (byte, character) in bytes.iter_mut().zip(text.chars()) {
        *byte = if character.is_ascii() { character as u8 } else { b'?' };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(kind: Kind, number: Option<i64>) -> Vec<u16> {
        let mut bytes = vec![0; 2 * usize::from(kind.words())];
        put_number(kind, number, &mut bytes);
        bytes.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect()
    }

    #[test]
    fn numbers_go_low_word_first_and_overflow_has_a_sign() {
        assert_eq!(words(Kind::Int32, Some(0x1234_5678)), [0x5678, 0x1234]);
        assert_eq!(words(Kind::Int32, Some(-2)), [0xFFFE, 0xFFFF]);
        assert_eq!(words(Kind::Int64, Some(1 << 32)), [0, 0, 1, 0]);
        assert_eq!(words(Kind::Int16, Some(-1)), [0xFFFF]);
        assert_eq!(words(Kind::Int32, Some(1 << 31)), [0xFFFF, 0x7FFF]);
        assert_eq!(words(Kind::Int32, Some(-(1 << 31) - 1)), [0xFFFF, 0x7FFF]);
        assert_eq!(words(Kind::Int16, Some(32_768)), [0x7FFF]);
        assert_eq!(words(Kind::Int64, None), [0xFFFF, 0xFFFF, 0xFFFF, 0x7FFF]);
    }

    #[test]
    fn age_counts_from_the_windows_end_and_never_backwards() {
        let at = |unix_ns| Timestamp { unix_ns };
        assert_eq!(age_ms(Some(at(0)), at(1_999_999)), 1);
        assert_eq!(age_ms(Some(at(5_000_000)), at(0)), 0);
        assert_eq!(age_ms(Some(at(0)), at(i64::MAX)), AGE_NONE);
        assert_eq!(age_ms(None, at(0)), AGE_NONE);
    }
}
