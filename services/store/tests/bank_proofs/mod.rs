//! What is claimed of the banks, as functions: the tests run them on the program as it is, and
//! `planted_bank.rs` on one with a mistake, where they must fail.
//!
//! The record of a step holds that step in every counter, and is recognised by any of them. Its energies
//! begin a little below 99,999,999.999 kWh, so that most runs roll over.

pub mod cuts;
pub mod damage;
pub mod faults;

use catalog::{Class, ENERGY_ROLLOVER_KILO, points};
use image::MeterId;
use metering::{NANOWATT_SECONDS_PER_WH, Registers};
use port::{Disk, DiskError, DiskFile, Timestamp};
use sim::disk::SimDisk;
use std::sync::{Arc, Mutex};
use store::bank::{
    COUNTERS_FILE, CounterBank, CounterRecord, EventCounter, MeterCounters, OpenedCounters, Shape,
    number,
};

/// A file of 8 KiB, which thousands of tests open; records take two sectors of their slot.
pub const SHAPE: Shape = Shape { payload_max: 1_000, slots: 4 };

/// Records of the file.
pub const RECORDS: u64 = 8;

/// Nanowatt-seconds at which an energy is zero again.
const ROLLOVER: i128 = ENERGY_ROLLOVER_KILO as i128 * 1000 * NANOWATT_SECONDS_PER_WH;

/// Energy of a step: one watt-hour, the last digit of the register.
const STEP: i128 = NANOWATT_SECONDS_PER_WH;

/// The step at which energies are zero again.
const ROLLOVER_STEP: i128 = 5;

/// The record of a step.
pub fn record(step: u64) -> CounterRecord {
    let mut registers = Registers::default();
    for point in points() {
        match point.quantity.class {
            Class::Energy => {
                let raw = ROLLOVER + (i128::from(step) - ROLLOVER_STEP) * STEP;
                registers.preset(point.id, raw);
            }
            Class::Hours => registers.preset(point.id, i128::from(step)),
            Class::Live | Class::Demand => {}
        }
    }
    let events = [(number(EventCounter::Starts.slug()), step)].into();
    let meters = vec![MeterCounters::of(MeterId::Main, "serial", &registers)];
    CounterRecord { time: Timestamp::from_unix_s(1_800_000_000 + step as i64), events, meters }
}

/// Opens the counters.
pub fn open(disk: &dyn Disk) -> OpenedCounters {
    CounterBank::open_shaped(disk, SHAPE).expect("the disk is sound")
}

/// The newest step of a disk, 0 if there is none, and what was found. Every counter is that step's.
pub fn found(disk: &SimDisk) -> (u64, Vec<String>) {
    let opened = open(disk);
    (step_of(&opened), opened.findings)
}

/// The newest step as it was opened.
pub fn step_of(opened: &OpenedCounters) -> u64 {
    let Some((_, newest)) = &opened.newest else { return 0 };
    let step = newest.event(EventCounter::Starts);
    assert_eq!(newest, &record(step), "a record of step {step} with other values");
    step
}

/// A disk with the records of the steps 1 to `last`, each of which has its number as its sequence.
pub fn with_records(last: u64) -> SimDisk {
    let disk = SimDisk::new();
    let mut bank = open(&disk).bank;
    for step in 1..=last {
        assert_eq!(bank.write(&record(step)), Ok(step));
    }
    disk
}

/// Puts a record with a sequence of one's own in its place, by what `docs/counters.md` says.
pub fn put(disk: &SimDisk, sequence: u64, payload: &[u8]) {
    let slot_bytes = 1_024;
    let slot = sequence % 2 * u64::from(SHAPE.slots) + sequence / 2 % u64::from(SHAPE.slots);
    let offset = slot * slot_bytes;
    let mut head = b"EMSB\x01\0\0\0".to_vec();
    head.extend(sequence.to_le_bytes());
    head.extend((payload.len() as u32).to_le_bytes());
    let crc = crc::Crc::<u32>::new(&crc::CRC_32_ISCSI);
    let mut digest = crc.digest();
    digest.update(&head);
    digest.update(payload);
    digest.update(COUNTERS_FILE.as_bytes());
    digest.update(&offset.to_le_bytes());
    head.extend(digest.finalize().to_le_bytes());
    head.extend(payload);
    disk.overwrite(COUNTERS_FILE, offset, &head);
}

type Look = Box<dyn FnOnce(&SimDisk) + Send>;

/// A disk that is looked at once, before the operation of a number.
#[derive(Clone)]
pub struct Watched {
    disk: SimDisk,
    watch: Arc<Mutex<(u64, Option<Look>)>>,
}

impl Watched {
    /// Calls `look` before the operation `at`, counted as [`SimDisk::operations`] does.
    pub fn new(disk: &SimDisk, at: u64, look: impl FnOnce(&SimDisk) + Send + 'static) -> Watched {
        let look: Look = Box::new(look);
        Watched { disk: disk.clone(), watch: Arc::new(Mutex::new((at, Some(look)))) }
    }

    fn before(&self) {
        let mut watch = self.watch.lock().unwrap();
        if self.disk.operations() >= watch.0
            && let Some(look) = watch.1.take()
        {
            look(&self.disk);
        }
    }
}

struct WatchedFile(Box<dyn DiskFile>, Watched);

impl DiskFile for WatchedFile {
    fn size(&self) -> Result<u64, DiskError> {
        self.1.before();
        self.0.size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, DiskError> {
        self.1.before();
        self.0.read_at(offset, into)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.1.before();
        self.0.write_at(offset, bytes)
    }

    fn set_size(&mut self, bytes: u64) -> Result<(), DiskError> {
        self.1.before();
        self.0.set_size(bytes)
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.1.before();
        self.0.sync()
    }
}

impl Disk for Watched {
    fn open(&self, name: &str, create: bool) -> Result<Box<dyn DiskFile>, DiskError> {
        self.before();
        Ok(Box::new(WatchedFile(self.disk.open(name, create)?, self.clone())))
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        self.before();
        self.disk.remove(name)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        self.before();
        self.disk.rename(from, to)
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        self.before();
        self.disk.list()
    }
}
