//! What is counted, as a value and as the payload of a record.
//!
//! Little endian, without padding:
//!
//! ```text
//! 0   2  version
//! 2   8  civil time, in nanoseconds since 1970
//! 10  2  count of event counters, and for each: number (u16), value (u64)
//!     1  count of meters, and for each: place (u8, 0 is the built-in one, else the slot), identity (u32),
//!        count of its counters (u16), and for each: number (u16), value (10 bytes)
//! ```
//!
//! A counter is known by a number that follows from its path, so that a program with another catalogue
//! reads what it knows, and keeps the rest.

use super::bytes::{Bytes, Senseless};
use super::record::CRC;
use catalog::{Class, Point, Register, points};
use image::MeterId;
use metering::Registers;
use port::{SlotId, Timestamp};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// Version of the payload.
const VERSION: u16 = 1;

/// Bytes of a value: 80 bits hold 3.3 times the range of an energy, and 38 million years in nanoseconds.
const VALUE_BYTES: usize = 10;

/// Values lie below this.
pub(super) const VALUE_LIMIT: i128 = 1 << (8 * VALUE_BYTES);

/// What happens and is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventCounter {
    /// Starts of the program.
    Starts,
    /// Starts that no orderly stop came before.
    PowerCuts,
    /// Settings of the clock.
    ClockSets,
    /// Changes of parameters.
    ParameterChanges,
    /// Resets of partial counters.
    PartialResets,
    /// Faults of the store.
    StoreFaults,
}

impl EventCounter {
    /// All of them.
    pub const ALL: [EventCounter; 6] = [
        EventCounter::Starts,
        EventCounter::PowerCuts,
        EventCounter::ClockSets,
        EventCounter::ParameterChanges,
        EventCounter::PartialResets,
        EventCounter::StoreFaults,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            EventCounter::Starts => "starts",
            EventCounter::PowerCuts => "power_cuts",
            EventCounter::ClockSets => "clock_sets",
            EventCounter::ParameterChanges => "parameter_changes",
            EventCounter::PartialResets => "partial_resets",
            EventCounter::StoreFaults => "store_faults",
        }
    }
}

/// The number of a name, for good: of the path of a point, or of the slug of an event counter. Those of
/// the catalogue differ from each other, which a test holds for each that comes.
pub fn number(name: &str) -> u16 {
    CRC.checksum(name.as_bytes()) as u16
}

/// The counters of the catalogue by their numbers.
fn counters() -> &'static BTreeMap<u16, &'static Point> {
    static COUNTERS: OnceLock<BTreeMap<u16, &'static Point>> = OnceLock::new();
    COUNTERS.get_or_init(|| {
        let counters = points().iter().filter(|point| is_counter(point));
        counters.map(|point| (number(&point.path()), point)).collect()
    })
}

/// Whether a record keeps a point.
pub(super) fn is_counter(point: &Point) -> bool {
    match point.quantity.class {
        Class::Energy | Class::Hours => true,
        Class::Live | Class::Demand => false,
    }
}

/// The counters of a meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterCounters {
    /// Which meter.
    pub meter: MeterId,
    /// Tells one module from another in the same slot.
    pub identity: u32,
    /// In nanowatt-seconds or nanoseconds, by number; those of another catalogue too.
    pub counters: BTreeMap<u16, i128>,
}

impl MeterCounters {
    /// All counters of a meter with this serial number.
    pub fn of(meter: MeterId, serial: &str, registers: &Registers) -> MeterCounters {
        let value = |(number, point): (&u16, &&Point)| (*number, registers.raw(point.id));
        MeterCounters {
            meter,
            identity: CRC.checksum(serial.as_bytes()),
            counters: counters().iter().map(value).collect(),
        }
    }

    /// Puts the counters into registers, as far as these know them.
    pub fn restore(&self, registers: &mut Registers) {
        for (number, point) in counters() {
            if let Some(raw) = self.counters.get(number) {
                registers.preset(point.id, *raw);
            }
        }
    }

    /// Numbers that are of no counter of this program.
    pub(super) fn unknown(&self) -> Vec<u16> {
        let known = |number: &u16| counter_of(*number).is_some();
        self.counters.keys().copied().filter(|number| !known(number)).collect()
    }
}

/// The counter of a number.
pub(super) fn counter_of(wanted: u16) -> Option<&'static Point> {
    counters().get(&wanted).copied()
}

/// Whether the counters of this number may be lowered.
pub(super) fn is_partial(point: &Point) -> bool {
    point.register == Some(Register::Partial)
}

/// Everything that is counted, at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CounterRecord {
    /// Civil time of that moment.
    pub time: Timestamp,
    /// Event counters by number; those of another program too.
    pub events: BTreeMap<u16, u64>,
    /// The meters, each once.
    pub meters: Vec<MeterCounters>,
}

impl CounterRecord {
    /// An event counter; 0 if it never was counted.
    pub fn event(&self, event: EventCounter) -> u64 {
        self.events.get(&number(event.slug())).copied().unwrap_or(0)
    }

    /// Counts one more event.
    pub fn count(&mut self, event: EventCounter) {
        let count = self.events.entry(number(event.slug())).or_default();
        *count = count.saturating_add(1);
    }

    /// The counters of a meter.
    pub fn meter(&self, id: MeterId) -> Option<&MeterCounters> {
        self.meters.iter().find(|meter| meter.meter == id)
    }

    /// The payload. Values lie within [`VALUE_LIMIT`], which whoever writes has looked at.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(VERSION.to_le_bytes());
        out.extend(self.time.unix_ns.to_le_bytes());
        out.extend((self.events.len() as u16).to_le_bytes());
        for (number, count) in &self.events {
            out.extend(number.to_le_bytes());
            out.extend(count.to_le_bytes());
        }
        out.push(self.meters.len() as u8);
        for meter in &self.meters {
            out.push(place_of(meter.meter));
            out.extend(meter.identity.to_le_bytes());
            out.extend((meter.counters.len() as u16).to_le_bytes());
            for (number, raw) in &meter.counters {
                out.extend(number.to_le_bytes());
                out.extend(&raw.to_le_bytes()[..VALUE_BYTES]);
            }
        }
        out
    }

    /// Reads a payload.
    pub(super) fn from_bytes(payload: &[u8]) -> Result<CounterRecord, Senseless> {
        let mut bytes = Bytes(payload);
        if bytes.u16()? != VERSION {
            return Err(Senseless);
        }
        let mut record =
            CounterRecord { time: Timestamp { unix_ns: bytes.i64()? }, ..Default::default() };
        for _ in 0..bytes.u16()? {
            record.events.insert(bytes.u16()?, bytes.u64()?);
        }
        for _ in 0..bytes.u8()? {
            record.meters.push(read_meter(&mut bytes)?);
        }
        bytes.end()?;
        Ok(record)
    }
}

fn read_meter(bytes: &mut Bytes) -> Result<MeterCounters, Senseless> {
    let meter = meter_at(bytes.u8()?)?;
    let identity = bytes.u32()?;
    let mut counters = BTreeMap::new();
    for _ in 0..bytes.u16()? {
        let number = bytes.u16()?;
        let mut raw = [0; 16];
        raw[..VALUE_BYTES].copy_from_slice(bytes.take(VALUE_BYTES)?);
        counters.insert(number, i128::from_le_bytes(raw));
    }
    Ok(MeterCounters { meter, identity, counters })
}

/// The place of a meter in records: 0 is the built-in one, else the slot.
pub(super) fn place_of(meter: MeterId) -> u8 {
    match meter {
        MeterId::Main => 0,
        MeterId::Esy(slot) => slot.number(),
    }
}

/// The meter of a place.
pub(super) fn meter_at(place: u8) -> Result<MeterId, Senseless> {
    match place {
        0 => Ok(MeterId::Main),
        slot => SlotId::new(slot).map(MeterId::Esy).ok_or(Senseless),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// A number stands for one path of the catalogue and for one event counter, for good.
    #[test]
    fn no_two_names_have_the_same_number() {
        let numbers: BTreeSet<u16> = points().iter().map(|point| number(&point.path())).collect();
        assert_eq!(numbers.len(), points().len());
        let events: BTreeSet<u16> =
            EventCounter::ALL.iter().map(|event| number(event.slug())).collect();
        assert_eq!(events.len(), EventCounter::ALL.len());
    }

    #[test]
    fn a_record_is_read_back() {
        let mut record =
            CounterRecord { time: Timestamp::from_unix_s(1_800_000_000), ..Default::default() };
        record.count(EventCounter::Starts);
        for (place, id) in
            [MeterId::Main, MeterId::Esy(SlotId::new(7).unwrap())].into_iter().enumerate()
        {
            let mut meter = MeterCounters::of(id, "serial", &Registers::default());
            let values = meter.counters.values_mut().enumerate();
            values.for_each(|(n, raw)| *raw = VALUE_LIMIT - 1 - (place * 1_000 + n) as i128);
            record.meters.push(meter);
        }
        let bytes = record.to_bytes();
        assert_eq!(CounterRecord::from_bytes(&bytes), Ok(record));
        for length in 0..bytes.len() {
            assert_eq!(CounterRecord::from_bytes(&bytes[..length]), Err(Senseless));
        }
    }

    /// What is restored is what was counted, to the nanowatt-second.
    #[test]
    fn registers_are_restored() {
        let mut before = Registers::default();
        for point in points().iter().filter(|point| is_counter(point)) {
            before.preset(point.id, 1 + i128::from(number(&point.path())));
        }
        let mut after = Registers::default();
        MeterCounters::of(MeterId::Main, "", &before).restore(&mut after);
        assert_eq!(after, before);
    }
}
