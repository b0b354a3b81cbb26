//! Whole stories by a seed: lives of a meter between power cuts, with everything that happens to one.
//!
//! First comes safety: whatever happens, what was acknowledged is there. Then the disk is healed, and all of
//! it must work again.

use super::device::{import, power};
use super::ledger::{Ledger, at, last_standing};
use super::mains::Mains;
use super::meter::{Meter, configure, open};
use catalog::{Register, SettingId};
use image::MeterId;
use port::{Disk, Timestamp};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use sim::disk::{DiskFault, SimDisk};
use store::{Aggregate, Column, EventKind};

const SECOND: i64 = 1_000_000_000;

/// Lives before the disk is healed.
const LIVES: std::ops::Range<usize> = 2..6;

/// Operations of the disk in a tick, more or less.
const OPERATIONS: u64 = 8;

/// A history that failed is tried again after ten seconds; then there is time for all of it.
const HEALED_S: usize = 25;

/// Configurations: jobs come, change and go. What is kept for some days goes when the clock has passed them.
fn configurations() -> [String; 4] {
    let energy = import(Register::Total).point().path();
    let all = energy.replace(Register::Total.slug(), "*");
    let live = power().point().path();
    let job = |name: &str, interval: &str, more: &str, points: &[&str]| {
        let has_live = points.contains(&live.as_str());
        let aggregates = if has_live { "\"mean\", \"max\", \"delta\"" } else { "\"delta\"" };
        format!(
            "[[log]]\nname = \"{name}\"\ninterval = \"{interval}\"\n{more}\n\
             points = {points:?}\naggregates = [{aggregates}]\n"
        )
    };
    let main = "meters = [\"main\"]";
    let zone = "zone = \"Europe/Paris\"\n".to_string();
    [
        job("minutes", "1min", "keep = \"2d\"", &[&energy, &live])
            + &job("quarters", "15min", main, &[&all]),
        zone + &job("hours", "1h", "", &[&all, &live]),
        job("minutes", "1min", main, &[&all])
            + &job("tens", "10s", &format!("keep = \"1d\"\n{main}"), &[&energy, &live]),
        job("tens", "10s", "", &[&energy])
            + &job("quarters", "15min", "keep = \"10d\"", &["energies", &live]),
    ]
}

struct Story {
    rng: ChaCha8Rng,
    disk: SimDisk,
    ledger: Ledger,
    now: Timestamp,
    lived_ns: i64,
    /// What a cut may cost: counters are kept every second, or with every window if they are longer.
    lost_max_ns: i64,
    /// Whether the disk failed in this life.
    failed: bool,
}

/// Tells a story; what is left on the disk as a number. A story that fails says its seed.
pub fn told(seed: u64) -> [u8; 32] {
    let story = std::panic::AssertUnwindSafe(|| Story::new(seed).all());
    std::panic::catch_unwind(story).unwrap_or_else(|panic| {
        #[expect(clippy::print_stderr, reason = "the seed that replays what failed")]
        {
            eprintln!("EMS_SEED={seed}");
        }
        std::panic::resume_unwind(panic)
    })
}

impl Story {
    fn new(seed: u64) -> Story {
        Story {
            rng: ChaCha8Rng::seed_from_u64(seed),
            disk: SimDisk::new(),
            ledger: Ledger::default(),
            now: at(0),
            lived_ns: 0,
            lost_max_ns: 0,
            failed: false,
        }
    }

    fn all(mut self) -> [u8; 32] {
        for _ in 0..self.rng.random_range(LIVES) {
            self.look();
            if self.rng.random_bool(0.5) {
                let texts = configurations();
                configure(&self.disk, &texts[self.rng.random_range(0..texts.len())]);
            }
            self.disk = self.life();
        }
        self.healed();
        digest(&self.disk)
    }

    /// Opens a copy and compares what is in it with what must be.
    fn look(&mut self) {
        let copy = Mains::new(&self.disk.cut_keeping(u64::MAX));
        let (memory, restored) = open(&copy).expect("it opens on a sound disk");
        let history = memory.chronicle.history();
        let history = history.unwrap_or_else(|| panic!("no history: {:?}", restored.findings));
        let strange = strange(&restored.findings);
        assert!(strange.is_empty() || self.failed, "a cut is no damage: {strange:?}");
        let found_ns = self.ledger.settle(&restored, history);
        let lost_ns = self.lived_ns - found_ns;
        assert!(self.failed || lost_ns <= self.lost_max_ns, "{lost_ns} ns of counting are lost");
        self.lived_ns = found_ns;
        self.failed = false;
    }

    /// A life, and the disk that it leaves.
    fn life(&mut self) -> SimDisk {
        let mains = Mains::new(&self.disk);
        match self.rng.random_range(0..6) {
            0 => self.fail_within(80),
            1 => mains.cut_before(self.rng.random_range(0..120), self.rng.random()),
            _ => {}
        }
        let meter = Meter::start(&mains, self.now, self.lived_ns, &mut self.ledger);
        if let Some(left) = mains.left() {
            return left;
        }
        let meter = meter.unwrap_or_else(|error| {
            assert!(self.failed, "{error}");
            self.disk.heal();
            Meter::start(&mains, self.now, self.lived_ns, &mut self.ledger)
                .expect("it starts on a healed disk")
        });
        self.live(meter, &mains)
    }

    fn live(&mut self, mut meter: Meter, mains: &Mains) -> SimDisk {
        let length_ns =
            [SECOND / 5, SECOND, 10 * SECOND, 300 * SECOND][self.rng.random_range(0..4)];
        self.lost_max_ns = length_ns.max(SECOND);
        let ticks = self.rng.random_range(1..50);
        if self.rng.random_bool(0.5) {
            mains.cut_before(self.rng.random_range(0..ticks * OPERATIONS), self.rng.random());
        }
        for _ in 0..ticks {
            self.incident(&mut meter);
            let watts = [(); 3].map(|()| self.rng.random_range(-2_000.0..8_000.0));
            meter.tick(length_ns, watts, &mut self.ledger);
            self.went_by(&meter);
            if let Some(left) = mains.left() {
                return left;
            }
            assert!(self.failed || self.ledger.waiting_rows() == 0, "rows wait on a sound disk");
        }
        let seed = self.rng.random();
        if self.rng.random_bool(0.4) {
            meter.stop(&mut self.ledger);
        }
        mains.left().unwrap_or_else(|| self.disk.cut(seed))
    }

    /// What the story remembers of a tick. The power comes back at some moment after it.
    fn went_by(&mut self, meter: &Meter) {
        let device = &meter.device;
        self.now = Timestamp { unix_ns: device.now.unix_ns + self.rng.random_range(0..SECOND) };
        self.lived_ns = device.lived_ns;
    }

    fn incident(&mut self, meter: &mut Meter) {
        match self.rng.random_range(0..60) {
            0..=2 => self.set_clock(meter),
            3 => meter.device.module_answers ^= true,
            4 | 5 => {
                let minutes = [5, 10, 15, 30][self.rng.random_range(0..4)];
                assert!(meter.device.settings.set(SettingId::DemandIntervalMin, minutes));
                meter.events.push((EventKind::Command, format!("an interval of {minutes}")));
            }
            6 => meter.device.registers.iter_mut().for_each(|meter| meter.reset_partial()),
            7..=9 => meter.device.registers[0].set_tariff(self.rng.random_range(1..=2)),
            10 | 11 => self.fail_within(30),
            12 => self.fault(DiskFault::Capacity(0)),
            13 => self.fault(DiskFault::ReadOnly),
            14 => self.disk.fail(DiskFault::LatencyMs(50)),
            15..=20 => self.disk.heal(),
            _ => {}
        }
    }

    fn fail_within(&mut self, operations: u64) {
        let operation = self.rng.random_range(0..operations);
        self.fault(DiskFault::EioAt(operation));
    }

    fn fault(&mut self, fault: DiskFault) {
        self.failed = true;
        // On a full disk the oldest history goes, of whatever job.
        self.ledger.was_full |= matches!(fault, DiskFault::Capacity(_));
        self.disk.fail(fault);
    }

    fn set_clock(&mut self, meter: &mut Meter) {
        let device = &mut meter.device;
        let hour = 3_600 * SECOND;
        let to = match self.rng.random_range(0..7) {
            0 => device.now.unix_ns + hour,
            1 => device.now.unix_ns - hour,
            2 => device.now.unix_ns + 30 * 24 * hour,
            3 => 0,
            4 => Timestamp::from_unix_s(4_102_444_800).unix_ns,
            5 => Timestamp::from_unix_s(2_147_483_640).unix_ns,
            _ => at(0).unix_ns,
        };
        device.now.unix_ns = to;
        meter.events.push((EventKind::Clock, format!("the clock was set to {to}")));
    }

    /// On a healed disk all is kept again, and a stop is one.
    fn healed(&mut self) {
        self.disk.heal();
        self.look();
        let mains = Mains::new(&self.disk);
        let mut meter =
            Meter::start(&mains, self.now, self.lived_ns, &mut self.ledger).expect("it starts");
        self.disk.fail(DiskFault::EioAt(self.rng.random_range(0..100)));
        for _ in 0..HEALED_S {
            meter.tick(SECOND, [1_000.0, 0.0, 0.0], &mut self.ledger);
        }
        self.disk.heal();
        for _ in 0..HEALED_S {
            meter.tick(SECOND, [1_000.0, 0.0, 0.0], &mut self.ledger);
        }
        assert!(self.ledger.is_settled(), "it is healed, and something is not kept");
        let standing = meter.device.shown(import(Register::Total));
        let layouts = meter.layouts.clone();
        meter.stop(&mut self.ledger);
        assert!(self.ledger.is_settled(), "it was stopped, and something is not kept");
        let (memory, restored) = open(&mains).expect("it opens");
        assert!(restored.in_order, "it was stopped in order");
        assert_eq!(strange(&restored.findings), Vec::<&String>::new());
        let history = memory.chronicle.history().expect("it is open");
        self.ledger.settle(&restored, history);
        let total = Column {
            meter: MeterId::Main,
            point: import(Register::Total),
            aggregate: Aggregate::Last,
        };
        for layout in layouts.iter().filter(|layout| layout.columns.contains(&total)) {
            assert_eq!(
                last_standing(history, &layout.job),
                standing,
                "rows of {} end at the counter",
                layout.job
            );
        }
    }
}

/// Findings without those of a record of a bank that a cut or an error fell into, which is told until it is
/// written over, and without those of the journal's end and of a database under
/// which the disk failed, even as it was closed.
fn strange(findings: &[String]) -> Vec<&String> {
    let is_torn = |text: &&String| {
        let banks = ["counters: ", "parameters: ", "history.head: ", "the counters stand"];
        let told = ["cut off", "it was written anew", "since it was closed"];
        banks.iter().any(|begin| text.starts_with(begin))
            || told.iter().any(|part| text.contains(part))
    };
    findings.iter().filter(|text| !is_torn(text)).collect()
}

/// Names and contents of all files.
fn digest(disk: &SimDisk) -> [u8; 32] {
    let mut digest = Sha256::new();
    for name in disk.list().expect("the disk is healed") {
        digest.update(&name);
        digest.update(disk.contents(&name));
    }
    digest.finalize().into()
}
