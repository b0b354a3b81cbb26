//! Cuts of the power: at any moment, and in the midst of a write at every byte.

use super::{RECORDS, Watched, found, open, record, step_of, with_records};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::disk::SimDisk;
use std::sync::{Arc, Mutex};
use store::bank::{CounterBank, HEAD_BYTES, ParameterBank, Parameters};

/// Lives of a unit that one seed tells, each ended by a cut.
const LIVES: u64 = 3;

/// Operations of a write: write, sync, read back.
const WRITE: u64 = 3;

/// Operations of opening a file that is there: open, size, read. To make one takes more.
const OPENING: u64 = 3;

/// What a life left.
struct Left {
    disk: SimDisk,
    acknowledged: u64,
    /// The step that was being written, or the one acknowledged.
    attempted: u64,
}

impl Left {
    /// Everything acknowledged is there, and nothing that was never written; returns what is there.
    fn step_found(&self, seed: u64) -> u64 {
        let (step, _) = found(&self.disk);
        let claim = self.acknowledged..=self.attempted;
        assert!(claim.contains(&step), "seed {seed}: found {step} where {claim:?} was written");
        step
    }
}

/// A unit that stands at `step` starts, writes a record a step, and is cut off at the operation of that
/// number, or after its last write.
fn life(disk: &SimDisk, step: u64, writes: u64, at: u64, cut_seed: u64) -> Left {
    let taken: Arc<Mutex<Option<SimDisk>>> = Arc::default();
    let place = taken.clone();
    let take = move |disk: &SimDisk| *place.lock().unwrap() = Some(disk.cut(cut_seed));
    let watched = Watched::new(disk, disk.operations() + at, take);
    let cut_off = || taken.lock().unwrap().take();
    let opened = open(&watched);
    if let Some(disk) = cut_off() {
        return Left { disk, acknowledged: step, attempted: step };
    }
    assert_eq!(step_of(&opened), step);
    let mut bank = opened.bank;
    for next in step + 1..=step + writes {
        bank.write(&record(next)).expect("the disk is sound");
        if let Some(disk) = cut_off() {
            return Left { disk, acknowledged: next - 1, attempted: next };
        }
    }
    let last = step + writes;
    Left { disk: disk.cut(cut_seed), acknowledged: last, attempted: last }
}

/// [D-2] Whatever was not synced is lost in any part: what was acknowledged is there, and at most the
/// write that was going on is not. The files of the first lives are cut off while they are made.
pub fn acknowledged_records_survive_cuts(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut draw = ChaCha8Rng::seed_from_u64(seed);
        let mut disk = SimDisk::new();
        let mut step = 0;
        for _ in 0..LIVES {
            let writes = draw.random_range(0..=6);
            let at = draw.random_range(0..=OPENING + writes * WRITE);
            let left = life(&disk, step, writes, at, draw.random());
            step = left.step_found(seed);
            disk = left.disk;
        }
    }
}

/// [D-15] Twenty cuts in ten seconds, each in the midst of the last gasp: the counters of a short life are
/// written at once when the voltage falls, and the power goes during that.
pub fn twenty_cuts_in_the_last_gasp(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let mut draw = ChaCha8Rng::seed_from_u64(seed);
        let (mut disk, mut step) = (with_records(1), 1);
        for _ in 0..20 {
            let writes = draw.random_range(1..=2);
            let in_the_last = OPENING + (writes - 1) * WRITE + draw.random_range(1..WRITE);
            let left = life(&disk, step, writes, in_the_last, draw.random());
            let before = step;
            step = left.step_found(seed);
            assert!(step + 1 >= before + writes, "seed {seed}: more than the last write is lost");
            disk = left.disk;
        }
    }
}

/// What would be found if a write of the bank were cut off at each of its bytes; also how many those are.
fn torn_at_every_byte(
    disk: &SimDisk,
    record_bytes: u64,
    write: impl FnOnce(&Watched),
) -> Vec<SimDisk> {
    let taken: Arc<Mutex<Vec<SimDisk>>> = Arc::default();
    let place = taken.clone();
    let take = move |disk: &SimDisk| {
        *place.lock().unwrap() = (0..=record_bytes).map(|kept| disk.cut_keeping(kept)).collect();
    };
    // After opening and the write itself, before its sync.
    write(&Watched::new(disk, disk.operations() + OPENING + 1, take));
    std::mem::take(&mut *taken.lock().unwrap())
}

/// [D-3] A write is torn at every byte of a record, in every slot of both banks, over nothing and over an
/// older record: the record before it is there, or it is there itself.
pub fn a_torn_write_never_costs_the_record_before() {
    let record_bytes = 1_024;
    for last in 0..2 * RECORDS + 1 {
        let disk = with_records(last);
        let next = last + 1;
        let torn = torn_at_every_byte(&disk, record_bytes, |disk| {
            CounterBank::write(&mut open(disk).bank, &record(next)).expect("the disk is sound");
        });
        for (kept, disk) in torn.iter().enumerate() {
            let (step, findings) = found(disk);
            assert!(step == last || step == next, "{last}: found {step} of {kept} bytes");
            let is_whole = kept as u64 == record_bytes;
            assert!(step == next || !is_whole, "{last}: a whole record was not taken");
            let begun = kept > HEAD_BYTES && step == last && last > 0;
            assert!(!begun || !findings.is_empty(), "{last}: {kept} bytes and nothing is said");
        }
        assert_eq!(found(&torn[0]).0, last);
    }
}

/// [D-3] So it is with parameters: the old ones or the new ones, and the count of sealed changes with them.
pub fn torn_parameters_are_the_old_or_the_new_ones() {
    for last in 1..=3u64 {
        let disk = SimDisk::new();
        let of = |step: u64| {
            let mut parameters = Parameters::default();
            parameters.configuration = format!("step = {step}");
            parameters
                .settings
                .insert(store::bank::SEALED_SETTINGS[0].row().slug.into(), step as i64);
            parameters
        };
        for step in 1..=last {
            ParameterBank::open(&disk).unwrap().bank.write(of(step)).unwrap();
        }
        let torn = torn_at_every_byte(&disk, 512, |disk| {
            ParameterBank::open(disk).unwrap().bank.write(of(last + 1)).unwrap();
        });
        assert_eq!(torn.len(), 513);
        for disk in torn {
            let bank = ParameterBank::open(&disk).unwrap().bank;
            let step = [last, last + 1].into_iter().find(|step| bank.parameters() == &of(*step));
            assert_eq!(Some(bank.sealed_changes()), step);
        }
    }
}
