//! The file of the counters, and the guard in front of it.
//!
//! A record holds all meters, so that it is one write a second. No path lowers a total: a record in which
//! one is lower than in the record before is refused here, whoever asked for it. What a record leaves out
//! (a module that is away, a counter of another program) is taken over from the one before.

use super::counter_record::{CounterRecord, MeterCounters, VALUE_LIMIT, counter_of, is_partial};
use super::record::HEAD_BYTES;
use super::two_banks::{BankError, Opened, Shape, TwoBanks};
use catalog::{Class, ENERGY_ROLLOVER_KILO, Point};
use image::MeterId;
use metering::NANOWATT_SECONDS_PER_WH;
use port::{Disk, DiskError, SlotId, Timestamp};

/// Name of the file.
pub const COUNTERS_FILE: &str = "counters";

/// Bytes of a slot for each meter: the 49 counters of one take 595 of them, the rest is for what comes.
const METER_BYTES: usize = 1024;

/// Records of a bank. With 4096 of them 15 years of a write a second fit a NOR flash of 100,000 erases a
/// sector; the sum is in `docs/counters.md`.
const SLOTS: u32 = 4096;

/// The built-in meter and ten modules.
const METERS_MAX: usize = 1 + SlotId::MAX as usize;

/// An energy rolls over here, in nanowatt-seconds.
const ROLLOVER: i128 = ENERGY_ROLLOVER_KILO as i128 * 1000 * NANOWATT_SECONDS_PER_WH;

/// An energy that falls from the last hundredth of its range into the first has rolled over. At the 25 MW
/// that fill the range in 4,000 h (WELMEC 7.2) a hundredth takes 40 h, and records are a second apart.
const ROLLOVER_REACH: i128 = ROLLOVER / 100;

/// Why a record of counters was refused or not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CounterError {
    /// The file underneath.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// A counter is lower than it was, which only partial ones may be.
    #[error("{name} of {meter} would fall from {from} to {to}: nothing lowers a total")]
    Lowered {
        /// The meter, or what counts events.
        meter: String,
        /// Path of the counter, or its number if this program has none of it.
        name: String,
        /// In nanowatt-seconds or nanoseconds.
        from: i128,
        /// As `from`.
        to: i128,
    },
    /// A counter is below zero or beyond 80 bits.
    #[error("{name} of {meter} cannot be {raw}")]
    OutOfRange {
        /// The meter.
        meter: String,
        /// Path of the counter, or its number.
        name: String,
        /// In nanowatt-seconds or nanoseconds.
        raw: i128,
    },
    /// A valid record that this program cannot read. It must not begin at zero over it.
    #[error("record {0} of the counters is of another version of the program")]
    UnknownVersion(u64),
}

impl From<DiskError> for CounterError {
    fn from(error: DiskError) -> Self {
        CounterError::Bank(error.into())
    }
}

/// The file of the counters.
pub struct CounterBank {
    banks: TwoBanks,
    /// As last acknowledged.
    last: CounterRecord,
}

/// The counters as they were found.
pub struct OpenedCounters {
    /// To write on.
    pub bank: CounterBank,
    /// Sequence of the newest record, and what it holds.
    pub newest: Option<(u64, CounterRecord)>,
    /// A sentence for each thing that was not as it should be.
    pub findings: Vec<String>,
}

impl CounterBank {
    /// Opens the counters of so many meters, or begins them. A file that was made for more stays as large.
    ///
    /// # Errors
    /// As the disk says, or if the newest record is of another version of the program.
    ///
    /// # Panics
    /// If there are no meters, or more than the bus carries.
    pub fn open(disk: &dyn Disk, meters: usize) -> Result<OpenedCounters, CounterError> {
        CounterBank::open_shaped(disk, counters_shape(disk, meters)?)
    }

    /// Opens the counters in a file of a shape of one's own, such as a small one for many tests.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_shaped(disk: &dyn Disk, shape: Shape) -> Result<OpenedCounters, CounterError> {
        let Opened { banks, newest, mut findings } = TwoBanks::open(disk, COUNTERS_FILE, shape)?;
        let Some((sequence, payload)) = newest else {
            let bank = CounterBank { banks, last: CounterRecord::default() };
            return Ok(OpenedCounters { bank, newest: None, findings });
        };
        let record = CounterRecord::from_bytes(&payload)
            .map_err(|_| CounterError::UnknownVersion(sequence))?;
        if !findings.is_empty() {
            let time = civil(record.time);
            findings.push(format!("the counters stand as of {time}, in record {sequence}"));
        }
        findings.extend(record.meters.iter().filter_map(unknown_counters));
        let bank = CounterBank { banks, last: record.clone() };
        Ok(OpenedCounters { bank, newest: Some((sequence, record)), findings })
    }

    /// Writes a record; returns its sequence when it is durable and reads as it was written.
    ///
    /// # Errors
    /// If a counter is lower than in the record before or out of its range; then nothing is written. Else
    /// as [`TwoBanks::write`].
    pub fn write(&mut self, record: &CounterRecord) -> Result<u64, CounterError> {
        let record = self.completed(record);
        self.check_events(&record)?;
        record.meters.iter().try_for_each(|meter| self.check(meter))?;
        let sequence = self.banks.write(&record.to_bytes())?;
        self.last = record;
        Ok(sequence)
    }

    /// A record with what it leaves out as it was.
    fn completed(&self, record: &CounterRecord) -> CounterRecord {
        let mut whole = record.clone();
        for (number, count) in &self.last.events {
            whole.events.entry(*number).or_insert(*count);
        }
        for before in &self.last.meters {
            match whole.meters.iter_mut().find(|meter| meter.meter == before.meter) {
                None => whole.meters.push(before.clone()),
                Some(meter) if is_same(before, meter) => {
                    for (number, raw) in &before.counters {
                        meter.counters.entry(*number).or_insert(*raw);
                    }
                }
                Some(_) => {}
            }
        }
        whole.meters.sort_by_key(|meter| meter.meter);
        whole
    }

    fn check_events(&self, record: &CounterRecord) -> Result<(), CounterError> {
        for (number, before) in &self.last.events {
            let now = record.events.get(number).copied().unwrap_or(0);
            if now < *before {
                return Err(CounterError::Lowered {
                    meter: "the device".into(),
                    name: format!("event counter {number}"),
                    from: i128::from(*before),
                    to: i128::from(now),
                });
            }
        }
        Ok(())
    }

    fn check(&self, meter: &MeterCounters) -> Result<(), CounterError> {
        let before = self.last.meter(meter.meter).filter(|before| is_same(before, meter));
        for (number, raw) in &meter.counters {
            let (meter, name) = (|| meter.meter.slug(), || name_of(*number));
            if !(0..VALUE_LIMIT).contains(raw) {
                return Err(CounterError::OutOfRange { meter: meter(), name: name(), raw: *raw });
            }
            let from = before.and_then(|before| before.counters.get(number)).copied().unwrap_or(0);
            if is_lowered(counter_of(*number), from, *raw) {
                return Err(CounterError::Lowered { meter: meter(), name: name(), from, to: *raw });
            }
        }
        Ok(())
    }
}

/// The shape of the file for so many meters; that of a file that was made for more is kept.
///
/// # Errors
/// As the disk says.
///
/// # Panics
/// If there are no meters, or more than the bus carries.
pub(crate) fn counters_shape(disk: &dyn Disk, meters: usize) -> Result<Shape, DiskError> {
    assert!((1..=METERS_MAX).contains(&meters), "the built-in meter and at most ten modules");
    Ok(shape(meters.max(meters_of_file(disk)?)))
}

/// For so many meters.
fn shape(meters: usize) -> Shape {
    Shape { payload_max: METER_BYTES * meters - HEAD_BYTES, slots: SLOTS }
}

/// Meters that the file was made for; 0 if it is not there or of another size.
fn meters_of_file(disk: &dyn Disk) -> Result<usize, DiskError> {
    let bytes = match disk.open(COUNTERS_FILE, false) {
        Err(DiskError::NotFound) => return Ok(0),
        file => file?.size()?,
    };
    let fits = |meters: &usize| shape(*meters).file_bytes() == bytes;
    Ok((1..=METERS_MAX).find(fits).unwrap_or(0))
}

/// Whether two records tell of the same meter. The built-in one is always the same; another module in a
/// slot has counters of its own.
fn is_same(before: &MeterCounters, now: &MeterCounters) -> bool {
    now.meter == MeterId::Main || now.identity == before.identity
}

/// Whether a counter is lower than it was and may not be. One that is not known may not.
fn is_lowered(point: Option<&Point>, from: i128, to: i128) -> bool {
    if to >= from || point.is_some_and(is_partial) {
        return false;
    }
    let is_energy = point.is_some_and(|point| point.quantity.class == Class::Energy);
    let rolled_over = is_energy && from >= ROLLOVER - ROLLOVER_REACH && to < ROLLOVER_REACH;
    !rolled_over
}

fn name_of(number: u16) -> String {
    counter_of(number).map_or_else(|| format!("counter {number}"), Point::path)
}

fn unknown_counters(meter: &MeterCounters) -> Option<String> {
    let unknown = meter.unknown();
    let meter = meter.meter.slug();
    (!unknown.is_empty())
        .then(|| format!("counters {unknown:?} of {meter} are of another program and are kept"))
}

/// In words of RFC 3339.
fn civil(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_nanosecond(i128::from(time.unix_ns));
    time.map_or_else(|_| "a time that is out of range".into(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::number;
    use catalog::{QuantityId, Register, Scope, point, points};
    use metering::Registers;
    use sim::disk::SimDisk;

    fn registers(raw: i128) -> Registers {
        let mut registers = Registers::default();
        points().iter().for_each(|point| registers.preset(point.id, raw));
        registers
    }

    fn record(meters: &[(MeterId, &str, i128)]) -> CounterRecord {
        let meter = |(id, serial, raw): &(MeterId, &str, i128)| {
            MeterCounters::of(*id, serial, &registers(*raw))
        };
        CounterRecord { meters: meters.iter().map(meter).collect(), ..Default::default() }
    }

    fn slot(number: u8) -> MeterId {
        MeterId::Esy(SlotId::new(number).unwrap())
    }

    fn open(disk: &SimDisk, meters: usize) -> OpenedCounters {
        CounterBank::open(disk, meters).unwrap()
    }

    /// One meter takes 1024 bytes and 8 MiB, and with ten modules it is 11 KiB.
    #[test]
    fn records_of_all_sizes_fit_their_slots() {
        let mut meters: Vec<(MeterId, &str, i128)> = vec![(MeterId::Main, "m", ROLLOVER - 1)];
        assert_eq!(record(&meters).meters[0].counters.len(), 49);
        assert_eq!(record(&meters).to_bytes().len(), 13 + 595);
        assert_eq!((shape(1).slot_bytes(), shape(1).file_bytes()), (1_024, 8 << 20));
        meters.extend((1..=10).map(|number| (slot(number), "e", ROLLOVER - 1)));
        assert_eq!(shape(11).slot_bytes(), 11 * 1_024);
        assert!(record(&meters).to_bytes().len() <= shape(11).payload_max);
    }

    /// [N5] No total falls, by whoever's will; partial counters may.
    #[test]
    fn nothing_lowers_a_total() {
        let disk = SimDisk::new();
        let mut bank = open(&disk, 1).bank;
        bank.write(&record(&[(MeterId::Main, "m", 1_000)])).unwrap();
        for point in points() {
            let mut lower = record(&[(MeterId::Main, "m", 1_000)]);
            let Some(raw) = lower.meters[0].counters.get_mut(&number(&point.path())) else {
                continue;
            };
            *raw = 999;
            let outcome = bank.write(&lower);
            if point.register == Some(Register::Partial) {
                outcome.unwrap();
            } else {
                let error = outcome.unwrap_err();
                let CounterError::Lowered { name, from: 1_000, to: 999, .. } = error else {
                    panic!("{error}");
                };
                assert_eq!(name, point.path());
            }
            bank.write(&record(&[(MeterId::Main, "m", 1_000)])).unwrap();
        }
        assert!(bank.write(&record(&[(MeterId::Main, "another", 999)])).is_err());
        let raw = open(&disk, 1).newest.unwrap().1.meters[0].counters.clone();
        assert!(raw.values().all(|raw| *raw == 1_000));
    }

    /// [N10] One step above 99,999,999.999 kWh is zero, and goes on from there; hours never do.
    #[test]
    fn an_energy_rolls_over_and_is_kept() {
        let disk = SimDisk::new();
        let mut bank = open(&disk, 1).bank;
        let id = point(QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System);
        let hours = point(QuantityId::OperatingHours, Some(Register::Total), Scope::System);
        let (id, hours) = (id.unwrap(), hours.unwrap());
        let mut of = |id, raw| {
            let mut registers = Registers::default();
            registers.preset(id, raw);
            let meters = vec![MeterCounters::of(MeterId::Main, "m", &registers)];
            bank.write(&CounterRecord { meters, ..Default::default() })
        };
        of(id, ROLLOVER - NANOWATT_SECONDS_PER_WH).unwrap();
        of(id, NANOWATT_SECONDS_PER_WH / 2).unwrap();
        of(id, ROLLOVER / 2).unwrap();
        assert!(of(id, NANOWATT_SECONDS_PER_WH).is_err());
        of(id, ROLLOVER / 2).unwrap();
        let mut both = Registers::default();
        both.preset(id, ROLLOVER / 2);
        both.preset(hours, ROLLOVER - 1);
        let meters = vec![MeterCounters::of(MeterId::Main, "m", &both)];
        bank.write(&CounterRecord { meters, ..Default::default() }).unwrap();
        both.preset(hours, 0);
        let meters = vec![MeterCounters::of(MeterId::Main, "m", &both)];
        assert!(bank.write(&CounterRecord { meters, ..Default::default() }).is_err());
    }

    /// [D-12] A module that is away keeps its counters; another module in its slot has its own.
    #[test]
    fn modules_leave_come_back_and_are_exchanged() {
        let disk = SimDisk::new();
        let mut bank = open(&disk, 2).bank;
        bank.write(&record(&[(MeterId::Main, "m", 5), (slot(3), "old", 70)])).unwrap();
        bank.write(&record(&[(MeterId::Main, "m", 6)])).unwrap();
        let raw = |disk| {
            let record = open(disk, 1).newest.unwrap().1;
            record.meter(slot(3)).unwrap().counters.values().copied().max().unwrap()
        };
        assert_eq!(raw(&disk), 70);
        assert!(bank.write(&record(&[(slot(3), "old", 69)])).is_err());
        bank.write(&record(&[(slot(3), "new", 4)])).unwrap();
        assert_eq!(raw(&disk), 4);
    }

    /// What another version of the program counts is not lost by going through this one.
    #[test]
    fn unknown_counters_are_kept_and_told() {
        let disk = SimDisk::new();
        let mut first = record(&[(MeterId::Main, "m", 5)]);
        let unknown = (0..).find(|number| counter_of(*number).is_none()).unwrap();
        first.meters[0].counters.insert(unknown, 44);
        first.events.insert(9_999, 3);
        open(&disk, 1).bank.write(&first).unwrap();
        let mut opened = open(&disk, 1);
        assert_eq!(opened.findings.len(), 1);
        assert!(opened.findings[0].contains("of another program and are kept"));
        opened.bank.write(&record(&[(MeterId::Main, "m", 6)])).unwrap();
        let (_, kept) = open(&disk, 1).newest.unwrap();
        assert_eq!((kept.meters[0].counters[&unknown], kept.events[&9_999]), (44, 3));
    }

    /// A record that cannot be read is not begun at zero over.
    #[test]
    fn a_record_of_another_version_is_left_alone() {
        let disk = SimDisk::new();
        let mut payload = record(&[(MeterId::Main, "m", 5)]).to_bytes();
        payload[0] = 9;
        TwoBanks::open(&disk, COUNTERS_FILE, shape(1)).unwrap().banks.write(&payload).unwrap();
        let outcome = CounterBank::open(&disk, 1).map(|_| ());
        assert_eq!(outcome, Err(CounterError::UnknownVersion(1)));
    }

    #[test]
    fn senseless_values_are_refused() {
        let mut bank = open(&SimDisk::new(), 1).bank;
        for raw in [-1, VALUE_LIMIT] {
            let mut senseless = record(&[(MeterId::Main, "m", 5)]);
            *senseless.meters[0].counters.values_mut().next().unwrap() = raw;
            assert!(matches!(bank.write(&senseless), Err(CounterError::OutOfRange { .. })));
        }
    }

    /// A file is made larger for modules that come, and stays so.
    #[test]
    fn the_file_grows_with_the_meters_and_keeps_what_it_holds() {
        let disk = SimDisk::new();
        open(&disk, 1).bank.write(&record(&[(MeterId::Main, "m", 5)])).unwrap();
        let opened = open(&disk, 2);
        assert_eq!(opened.newest.unwrap().0, 1);
        assert!(opened.findings[0].contains("record 1 was taken over"), "{:?}", opened.findings);
        let mut bank = open(&disk, 1).bank;
        assert_eq!(bank.write(&record(&[(MeterId::Main, "m", 5), (slot(1), "e", 7)])), Ok(2));
        assert_eq!(open(&disk, 2).findings, [""; 0]);
    }
}
