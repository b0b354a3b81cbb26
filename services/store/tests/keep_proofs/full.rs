//! A disk that fills up: counters go on, the oldest history goes, and what waited is written when there is
//! room.

use super::device::{import, power};
use super::ledger::{Ledger, at, gained, last_standing, rows_of_job};
use super::mains::Mains;
use super::meter::{Meter, configure, open};
use catalog::Register;
use port::Disk;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sim::disk::{DiskFault, SimDisk};

const SECOND_NS: i64 = 1_000_000_000;

/// Windows of a day of phasor steps of five minutes.
const WINDOWS_A_DAY: usize = 288;

fn with_job(interval: &str, energy: &str) -> (SimDisk, Mains) {
    let disk = SimDisk::new();
    let live = power().point().path();
    let text = format!(
        "[[log]]\nname = \"all\"\ninterval = \"{interval}\"\nmeters = [\"main\"]\n\
         points = [\"{energy}\", \"{live}\"]\naggregates = [\"mean\", \"min\", \"max\", \"delta\"]\n"
    );
    configure(&disk, &text);
    let mains = Mains::new(&disk);
    (disk, mains)
}

fn total() -> String {
    import(Register::Total).point().path()
}

/// Bytes that are written in all files: zeros are, in a segment of the journal and in the ballast.
fn bytes(disk: &SimDisk) -> u64 {
    let names = disk.list().expect("it is sound");
    let written = |name: &String| {
        let contents = disk.contents(name);
        if name.starts_with("journal-") || name == "history.ballast" {
            return contents.len();
        }
        let is_zero = |sector: &&[u8]| sector.iter().all(|byte| *byte == 0);
        let holes = contents.chunks(512).filter(is_zero);
        contents.len() - holes.map(<[u8]>::len).sum::<usize>()
    };
    names.iter().map(written).sum::<usize>() as u64
}

fn count(ledger: &Ledger, what: &str) -> usize {
    ledger.findings.iter().filter(|text| text.contains(what)).count()
}

/// The meter's own history fills the disk: counters are kept with every window, the oldest days go and the
/// newest are there.
pub fn the_oldest_days_go_when_the_disk_is_full() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let (disk, mains) = with_job("5min", "energies");
    let mut ledger = Ledger::default();
    ledger.was_full = true;
    let mut meter = Meter::start(&mains, at(0), 0, &mut ledger).expect("it starts");
    let mut day = |meter: &mut Meter, ledger: &mut Ledger| {
        for _ in 0..WINDOWS_A_DAY {
            let watts = [(); 3].map(|()| rng.random_range(0.0..5_000.0));
            let kept = meter.tick(300 * SECOND_NS, watts, ledger).expect("a window is a second");
            assert!(kept.counters.is_some(), "counters go on: {:?}", kept.findings);
        }
    };
    (0..3).for_each(|_| day(&mut meter, &mut ledger));
    disk.fail(DiskFault::Capacity(bytes(&disk) + (1_056 << 10)));
    let mut days = 3;
    while count(&ledger, "the disk is full") < 2 {
        assert!(days < 100, "the disk is never full: {} of {:?}", bytes(&disk), ledger.findings);
        day(&mut meter, &mut ledger);
        days += 1;
    }
    day(&mut meter, &mut ledger);
    assert_eq!(ledger.waiting_rows(), 0, "{:?}", ledger.findings);
    let history = meter.memory.chronicle.history().expect("it is open");
    let rows = rows_of_job(history, "all");
    assert_eq!(rows.last().map(|row| row.seq), Some(ledger.kept_rows() as u64));
    assert!(rows.first().is_some_and(|row| row.seq > 1), "the oldest are gone");
    assert!(rows.len() > 288, "more than a day is left: {} rows of {days} days", rows.len());
}

/// Somebody else fills the disk, and goes. It is told once when it stops and once when it goes on; rows that
/// waited are there, none lost and none twice.
pub fn what_waited_is_written_when_there_is_room() {
    let (disk, mains) = with_job("10s", "energies");
    let mut ledger = Ledger::default();
    let mut meter = Meter::start(&mains, at(0), 0, &mut ledger).expect("it starts");
    // What is there is full of rows, so that more needs room.
    while bytes_of_journal(&disk) < 2 {
        meter.tick(300 * SECOND_NS, [1_000.0, 0.0, 0.0], &mut ledger);
    }
    disk.fail(DiskFault::Capacity(0));
    let mut waited = 0;
    for _ in 0..300 {
        let kept = meter.tick(300 * SECOND_NS, [1_000.0, 0.0, 0.0], &mut ledger);
        let kept = kept.expect("a window is longer than a second");
        assert!(kept.counters.is_some(), "counters go on: {:?}", kept.findings);
        waited = ledger.waiting_rows();
        if waited > 300 {
            break;
        }
    }
    assert!(waited > 300, "the disk is never full");
    assert_eq!(count(&ledger, "the history is not written for now"), 1, "{:?}", ledger.findings);
    disk.heal();
    for _ in 0..20 {
        meter.tick(SECOND_NS, [1_000.0, 0.0, 0.0], &mut ledger);
    }
    assert_eq!(ledger.waiting_rows(), 0);
    assert_eq!(count(&ledger, "the history is written again"), 1, "{:?}", ledger.findings);
    let history = meter.memory.chronicle.history().expect("it is open");
    let (gains, risen) = gained(history, "all");
    assert_eq!(gains, risen, "gains add up");
    let rows = rows_of_job(history, "all");
    assert_eq!(rows.last().map(|row| row.seq), Some(ledger.kept_rows() as u64));
}

fn bytes_of_journal(disk: &SimDisk) -> usize {
    let names = disk.list().expect("it is sound");
    names.iter().filter(|name| name.starts_with("journal-")).count()
}

/// A disk that takes no writes for long: what waits is bounded, what was given up is told, and the gains of
/// what is left add up all the same.
pub fn a_backlog_is_bounded_and_gains_add_up() {
    let (disk, mains) = with_job("1s", &total());
    let mut ledger = Ledger::default();
    let mut meter = Meter::start(&mains, at(0), 0, &mut ledger).expect("it starts");
    meter.tick(10 * SECOND_NS, [1_000.0, 0.0, 0.0], &mut ledger);
    disk.fail(DiskFault::ReadOnly);
    for _ in 0..90 {
        meter.tick(300 * SECOND_NS, [700.0, 0.0, 0.0], &mut ledger);
    }
    assert_eq!(count(&ledger, "are given up"), 1, "it is told once");
    disk.heal();
    let total = meter.device.shown(import(Register::Total));
    let mut newest = 0;
    for _ in 0..20 {
        meter.device.window(SECOND_NS, [0.0; 3]);
        let device = &meter.device;
        let entry = meter.recorder.observe(device.image(), Vec::new(), || device.standings());
        let entry = entry.expect("a window is a second");
        let mut kept = store::keep::Kept { time: entry.time, ..store::keep::Kept::default() };
        kept.counters = meter.memory.banks.keep(&entry, &mut kept.findings);
        meter.memory.chronicle.keep(entry, &mut kept);
        ledger.findings.append(&mut kept.findings);
        newest = kept.rows.get("all").copied().unwrap_or(newest);
    }
    assert_eq!(count(&ledger, "rows were given up before"), 1, "{:?}", ledger.findings);
    let history = meter.memory.chronicle.history().expect("it is open");
    let rows = rows_of_job(history, "all");
    assert!((20_000..20_100).contains(&rows.len()), "{} rows", rows.len());
    assert_eq!(rows.len() as u64, newest, "numbers have no hole");
    let (gains, risen) = gained(history, "all");
    assert_eq!(gains, risen, "gains add up");
    assert_eq!(last_standing(history, "all"), total);
}

/// Two jobs, one of which is kept for two days: after a week the other has all of it.
pub fn each_job_is_kept_as_it_says() {
    let disk = SimDisk::new();
    let energy = import(Register::Total).point().path();
    let job = |name: &str, keep: &str| {
        format!(
            "[[log]]\nname = \"{name}\"\ninterval = \"15min\"\n{keep}points = [\"{energy}\"]\n\
             aggregates = [\"delta\"]\n"
        )
    };
    configure(&disk, &(job("short", "keep = \"2d\"\n") + &job("long", "")));
    let mut ledger = Ledger::default();
    let mut meter = Meter::start(&Mains::new(&disk), at(0), 0, &mut ledger).expect("it starts");
    for _ in 0..7 * 24 {
        meter.tick(3_600 * SECOND_NS, [1_000.0, 0.0, 0.0], &mut ledger);
    }
    let history = meter.memory.chronicle.history().expect("it is open");
    let [short, long] = ["short", "long"].map(|job| rows_of_job(history, job));
    assert!((2 * 96..4 * 96).contains(&short.len()), "{} rows of two days", short.len());
    assert_eq!((long.first().map(|row| row.seq), long.len()), (Some(1), ledger.kept_rows() / 2));
}

/// A clock in 2100 takes no history: a day that does not follow the one before lets nothing go. Counted days
/// that follow each other do.
pub fn a_wrong_clock_takes_no_history() {
    let disk = SimDisk::new();
    let energy = import(Register::Total).point().path();
    configure(
        &disk,
        &format!(
            "[[log]]\nname = \"halves\"\ninterval = \"30min\"\nkeep = \"5d\"\n\
             points = [\"{energy}\"]\naggregates = [\"delta\"]\n"
        ),
    );
    let mut ledger = Ledger::default();
    let mut meter = Meter::start(&Mains::new(&disk), at(0), 0, &mut ledger).expect("it starts");
    let mut hours = |meter: &mut Meter, count: i64| {
        for _ in 0..count {
            meter.tick(3_600 * SECOND_NS, [1_000.0, 0.0, 0.0], &mut ledger);
        }
        let history = meter.memory.chronicle.history().expect("it is open");
        rows_of_job(history, "halves").first().map(|row| row.seq)
    };
    assert_eq!(hours(&mut meter, 72), Some(1));
    let home = meter.device.now;
    for wrong in [4_102_444_800, 0, 2_147_483_000] {
        meter.device.now = port::Timestamp::from_unix_s(wrong);
        assert_eq!(hours(&mut meter, 2), Some(1), "at {wrong}");
    }
    meter.device.now = home;
    assert_eq!(hours(&mut meter, 24), Some(1));
    assert!(hours(&mut meter, 120) > Some(1), "what is older than five days goes");
}

/// Settings that are changed while the disk takes no writes are kept when it does: told once each way.
pub fn settings_are_tried_again() {
    let (disk, mains) = with_job("1min", &total());
    let mut ledger = Ledger::default();
    let mut meter = Meter::start(&mains, at(0), 0, &mut ledger).expect("it starts");
    meter.tick(SECOND_NS, [0.0; 3], &mut ledger);
    disk.fail(DiskFault::ReadOnly);
    assert!(meter.device.settings.set(catalog::SettingId::DemandIntervalMin, 5));
    for _ in 0..5 {
        meter.tick(SECOND_NS, [0.0; 3], &mut ledger);
    }
    disk.heal();
    for _ in 0..20 {
        meter.tick(SECOND_NS, [0.0; 3], &mut ledger);
    }
    assert!(ledger.is_settled(), "{:?}", ledger.findings);
    for what in ["settings are not kept", "settings are kept again"] {
        assert_eq!(count(&ledger, what), 1, "{what}: {:?}", ledger.findings);
    }
    let (_, restored) = open(&Mains::new(&disk.cut(0))).expect("it opens");
    assert_eq!(restored.parameters.to_settings(), meter.device.settings);
}
