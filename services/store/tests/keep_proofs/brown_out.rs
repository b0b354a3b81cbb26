//! A supply that fails again and again: what a cut costs, and what the last gasp saves.
//!
//! *Last gasp*: the entry that is kept while the supply falls. *Dip*: the supply fell, and came back.

use super::device::import;
use super::ledger::{Ledger, at, gained, last_standing, steps};
use super::mains::Mains;
use super::meter::{Meter, configure, open};
use catalog::Register;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::disk::SimDisk;
use sim::supply::{DELIVERS_FROM_V, Supply, SupplyEvent};

/// A window of the meter.
const WINDOW_NS: i64 = 20_000_000;

/// What a cut may cost.
const SECOND_NS: i64 = 1_000_000_000;

/// Operations of the disk in a last gasp, more or less.
const GASP: u64 = 14;

fn with_seconds() -> SimDisk {
    let disk = SimDisk::new();
    let energy = import(Register::Total).point().path();
    let text = format!(
        "[[log]]\nname = \"seconds\"\ninterval = \"1s\"\nmeters = [\"main\"]\npoints = [\"{energy}\"]\n\
         aggregates = [\"delta\"]\n"
    );
    configure(&disk, &text);
    disk
}

/// Rows add up to the counter that was restored.
fn assert_adds_up(disk: &SimDisk, ledger: &mut Ledger) -> i64 {
    let (memory, restored) = open(&Mains::new(disk)).expect("it opens");
    let history = memory.chronicle.history().expect("it is open");
    let lived_ns = ledger.settle(&restored, history);
    let (gains, risen) = gained(history, "seconds");
    assert_eq!(gains, risen, "gains add up");
    lived_ns
}

/// Twenty cuts in ten seconds, each at some operation of the last gasp or after it: a gasp that was kept
/// costs nothing, and any other at most a second.
pub fn twenty_cuts_in_ten_seconds(seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (mut disk, mut ledger) = (with_seconds(), Ledger::default());
    let (mut now, mut lived_ns) = (at(0), 0);
    for cut in 0..20 {
        let mains = Mains::new(&disk);
        let mut meter = Meter::start(&mains, now, lived_ns, &mut ledger).expect("it starts");
        for _ in 0..25 {
            meter.tick(WINDOW_NS, [9_000_000.0, 0.0, 0.0], &mut ledger);
        }
        now = meter.device.now;
        let counted_ns = meter.device.lived_ns;
        mains.cut_before(rng.random_range(0..GASP), rng.random());
        let kept = meter.stop(&mut ledger);
        let is_saved = mains.left().is_none();
        disk = mains.left().unwrap_or_else(|| disk.cut(rng.random()));
        lived_ns = assert_adds_up(&disk.cut_keeping(u64::MAX), &mut ledger);
        let lost_ns = counted_ns - lived_ns;
        assert!(!is_saved || kept.counters.is_some(), "seed {seed}, cut {cut}");
        let most_ns = if is_saved { 0 } else { SECOND_NS };
        assert!((0..=most_ns).contains(&lost_ns), "seed {seed}, cut {cut}: {lost_ns} ns are lost");
    }
}

/// Dips of ten milliseconds: a last gasp, and a start. Nothing is lost, and all that was counted is in rows.
pub fn dips_cost_nothing() {
    let (disk, mut ledger) = (with_seconds(), Ledger::default());
    let (mut now, mut lived_ns) = (at(0), 0);
    for _ in 0..30 {
        let mains = Mains::new(&disk);
        let mut meter = Meter::start(&mains, now, lived_ns, &mut ledger).expect("it starts");
        for _ in 0..7 {
            meter.tick(WINDOW_NS, [9_000_000.0, 0.0, 0.0], &mut ledger);
        }
        (now, lived_ns) = (meter.device.now + 0.01, meter.device.lived_ns);
        let total = meter.device.registers[0].raw(import(Register::Total));
        meter.stop(&mut ledger);
        assert_eq!(assert_adds_up(&disk, &mut ledger), lived_ns);
        let (memory, _) = open(&mains).expect("it opens");
        let history = memory.chronicle.history().expect("it is open");
        assert_eq!(last_standing(history, "seconds"), steps(total));
    }
}

/// A second of the mains in milliseconds.
const SECOND_MS: u64 = 1000;

/// Voltage that falls and rises again over seconds, dips, and flickers about the voltage from which the supply delivers; for a
/// minute.
fn mains_v(rng: &mut ChaCha8Rng) -> Vec<f64> {
    let mut volts: Vec<f64> = Vec::new();
    while volts.len() < 60 * SECOND_MS as usize {
        let steady = rng.random_range(300..1500);
        volts.extend(std::iter::repeat_n(230.0, steady));
        let (length, low_v) = match rng.random_range(0..4) {
            0 => (rng.random_range(500..8000), rng.random_range(0.0..DELIVERS_FROM_V)),
            1 => (10, 0.0),
            2 => (rng.random_range(50..400), 0.0),
            _ => (rng.random_range(200..2000), DELIVERS_FROM_V),
        };
        volts.extend((0..length).map(|at| {
            let part = 2.0 * (f64::from(at) / f64::from(length) - 0.5).abs();
            let flicker = rng.random_range(-3.0..3.0);
            low_v + (230.0 - low_v) * part + flicker
        }));
    }
    volts
}

/// A minute of brown-outs, as the supply makes of them failures that come to nothing and cuts: the meter runs whenever it has
/// supply, keeps an entry when the supply fails, and begins anew. Whatever the disk got done of a last gasp, a second is
/// lost at the most, and no total falls.
pub fn ramps_and_dips(seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let volts = mains_v(&mut rng);
    let (mut disk, mut ledger) = (with_seconds(), Ledger::default());
    let (mut now, mut lived_ns) = (at(0), 0);
    let mut supply = Supply::default();
    let mut running: Option<(Mains, Meter)> = None;
    let (mut cuts, mut counted_ns) = (0, 0);
    for (ms, volts) in volts.iter().enumerate() {
        match supply.step(0.001, *volts) {
            Some(SupplyEvent::On | SupplyEvent::Recovers) => {
                let mains = Mains::new(&disk);
                let meter = Meter::start(&mains, now, lived_ns, &mut ledger).expect("it starts");
                running = Some((mains, meter));
            }
            Some(SupplyEvent::Fails) => {
                let (mains, meter) = running.take().expect("it runs while it has supply");
                counted_ns = meter.device.lived_ns;
                // The disk may be slower than the capacitor.
                mains.cut_before(rng.random_range(0..2 * GASP), rng.random());
                meter.stop(&mut ledger);
                let is_saved = mains.left().is_none();
                disk = mains.left().unwrap_or_else(|| mains.disk.clone());
                lived_ns = assert_adds_up(&disk.cut_keeping(u64::MAX), &mut ledger);
                let most_ns = if is_saved { 0 } else { SECOND_NS };
                let lost_ns = counted_ns - lived_ns;
                assert!((0..=most_ns).contains(&lost_ns), "seed {seed}, {ms} ms: {lost_ns} ns");
            }
            Some(SupplyEvent::Off) => {
                cuts += 1;
                disk = disk.cut(rng.random());
                lived_ns = assert_adds_up(&disk.cut_keeping(u64::MAX), &mut ledger);
            }
            None => {}
        }
        if ms % 20 == 0
            && let Some((_, meter)) = &mut running
        {
            meter.tick(WINDOW_NS, [9_000_000.0, 0.0, 0.0], &mut ledger);
            now = meter.device.now;
        }
    }
    assert!(cuts > 3 && counted_ns > 10 * SECOND_NS, "seed {seed}: {cuts} cuts");
}
