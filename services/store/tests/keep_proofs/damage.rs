//! A bit that turned over: it is told, or nothing is missing; and no counter is wrong.

use super::device::{counted, import};
use super::ledger::{Ledger, at};
use super::mains::Mains;
use super::meter::{Meter, configure, open};
use catalog::Register;
use port::Disk;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::disk::SimDisk;
use std::panic::{AssertUnwindSafe, catch_unwind};
use store::bank::MeterCounters;

/// A meter of three days that was stopped, its ledger, and all counters it ever kept.
fn stopped(seed: u64) -> (SimDisk, Ledger, Vec<Vec<MeterCounters>>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (disk, mut ledger) = (SimDisk::new(), Ledger::default());
    let energy = import(Register::Total).point().path();
    let text = format!(
        "[[log]]\nname = \"halves\"\ninterval = \"30min\"\npoints = [\"{energy}\"]\n\
         aggregates = [\"delta\"]\n"
    );
    configure(&disk, &text);
    let mut meter = Meter::start(&Mains::new(&disk), at(0), 0, &mut ledger).expect("it starts");
    let mut all = Vec::new();
    for _ in 0..36 {
        let watts = [rng.random_range(0.0..5_000.0), 0.0, 0.0];
        meter.tick(7_200_000_000_000 / 2, watts, &mut ledger);
        all.push(counted(&meter.device.standings()));
    }
    meter.stop(&mut ledger);
    (disk, ledger, all)
}

/// Each seed turns one bit over, anywhere in any file that is written.
pub fn a_flipped_bit_is_told_and_no_counter_is_wrong(seeds: std::ops::Range<u64>) {
    let (disk, _, all) = stopped(1);
    for seed in seeds {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let copy = disk.cut_keeping(u64::MAX);
        let names = copy.list().expect("it is sound");
        let name = &names[rng.random_range(0..names.len())];
        let contents = copy.contents(name);
        let used = contents.iter().rposition(|byte| *byte != 0).map_or(1, |last| last as u64 + 1);
        let bit = rng.random_range(0..used * 8);
        copy.flip(name, bit);
        let opened = open(&Mains::new(&copy));
        let (memory, restored) = opened.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let record = restored.counters.as_ref().expect("there are older ones at the worst");
        assert!(all.contains(&record.meters), "seed {seed}, {name}: a wrong counter");
        if restored.findings.is_empty() {
            let history = memory.chronicle.history().expect("it is open");
            let mut ledger = stopped(1).1;
            let settled = catch_unwind(AssertUnwindSafe(|| ledger.settle(&restored, history)));
            assert!(settled.is_ok(), "seed {seed}: bit {bit} of {name} is not told");
        }
    }
}
