//! A steady three-phase scene: its record, and every reading it should give.

use super::{Document, Record, Signal, close};
use std::collections::BTreeMap;

/// Names of the channels.
const VOLTAGES: [&str; 3] = ["va", "vb", "vc"];
/// See `VOLTAGES`.
const CURRENTS: [&str; 3] = ["ia", "ib", "ic"];
/// Scopes of the phases.
pub const PHASES: [&str; 3] = ["l1", "l2", "l3"];
/// Scopes of the pairs.
const PAIRS: [&str; 3] = ["l12", "l23", "l31"];

/// How close a reading must be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// V and I, of the reading.
    pub rms: f64,
    /// P, of S.
    pub active: f64,
    /// Q, of S.
    pub reactive: f64,
    /// f, of the reading.
    pub frequency: f64,
    /// THD, in percentage points.
    pub thd: f64,
}

/// The promise of docs/metering.md.
pub const EXACT: Limits =
    Limits { rms: 1e-6, active: 1e-6, reactive: 1e-5, frequency: 1e-6, thd: 0.01 };

/// What is connected, and the wiring system by its slug.
#[derive(Debug, Clone)]
pub struct Scene {
    /// Slug of the wiring system.
    pub wiring: &'static str,
    /// Fundamental frequency.
    pub hz: f64,
    /// Voltages against neutral, or against anything where there is none.
    pub v: [Signal; 3],
    /// Currents.
    pub i: [Signal; 3],
}

/// Largest error of each quantity, in parts of its limit.
pub type Worst = BTreeMap<&'static str, f64>;

impl Scene {
    /// How many of the phases are wired.
    fn wired(&self) -> usize {
        match self.wiring {
            "1p2w" => 1,
            "2p3w" => 2,
            _ => 3,
        }
    }

    /// So many samples of the wired channels.
    pub fn record(&self, rate_hz: f64, samples: usize) -> Record {
        let mut record = Record::new(rate_hz);
        for (names, signals) in [(VOLTAGES, &self.v), (CURRENTS, &self.i)] {
            for k in 0..self.wired() {
                record = record.with(names[k], samples, |t| signals[k].at(self.hz * t));
            }
        }
        record
    }

    /// Voltages as the meter takes them: without a neutral, against the mean of the terminals.
    fn terminal_voltages(&self) -> [Signal; 3] {
        let mean = (self.v[0] + self.v[1] + self.v[2]) * (1.0 / 3.0);
        self.v.map(|v| if self.wiring == "3p3w" { v - mean } else { v })
    }

    /// Holds every reading against the closed form and gives the largest errors.
    pub fn check(&self, document: &Document, limits: &Limits) -> Worst {
        let mut sheet = Sheet { document, worst: Worst::new() };
        let (n, v, i) = (self.wired(), self.terminal_voltages(), self.i);
        let volts: Vec<f64> = v[..n].iter().map(Signal::rms).collect();
        let amps: Vec<f64> = i[..n].iter().map(Signal::rms_with_dc).collect();
        let system = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let amps_limit = |amps: f64| limits.rms * amps + if amps < 2.0 { 1e-6 } else { 0.0 };
        for k in 0..n {
            sheet.near("V", "voltage_ln", PHASES[k], volts[k], limits.rms * volts[k]);
            sheet.near("I", "current", PHASES[k], amps[k], amps_limit(amps[k]));
            sheet.near("THD V", "thd_voltage_ln", PHASES[k], v[k].thd(), limits.thd);
            sheet.near("THD I", "thd_current", PHASES[k], i[k].thd(), limits.thd);
        }
        sheet.near("V", "voltage_ln", "system", system(&volts), limits.rms * system(&volts));
        sheet.near("I", "current", "system", system(&amps), amps_limit(system(&amps)));
        let pairs = if n == 3 { 3 } else { n - 1 };
        for k in 0..pairs {
            let pair = v[k] - v[(k + 1) % 3];
            sheet.near("V LL", "voltage_ll", PAIRS[k], pair.rms(), limits.rms * pair.rms());
            sheet.near("THD V", "thd_voltage_ll", PAIRS[k], pair.thd(), limits.thd);
        }
        let neutral = i[..n].iter().fold(Signal::ZERO, |sum, i| sum + *i).rms_with_dc();
        sheet.near(
            "I N",
            "neutral_current",
            "n",
            neutral,
            limits.rms * amps.iter().sum::<f64>() + 1e-6,
        );
        sheet.near("f", "frequency", "system", self.hz, limits.frequency * self.hz);
        self.check_powers(&mut sheet, limits, &v[..n], &volts, &amps);
        sheet.worst
    }

    fn check_powers(
        &self,
        sheet: &mut Sheet<'_>,
        limits: &Limits,
        v: &[Signal],
        volts: &[f64],
        amps: &[f64],
    ) {
        let (mut p_sum, mut q_sum, mut s_sum) = (0.0, 0.0, 0.0);
        for (k, v) in v.iter().enumerate() {
            let (p, q, s) = (v.active(&self.i[k]), v.reactive(&self.i[k]), volts[k] * amps[k]);
            (p_sum, q_sum, s_sum) = (p_sum + p, q_sum + q, s_sum + s);
            sheet.near("S", "apparent_power", PHASES[k], s, 2.0 * limits.rms * s);
            if self.wiring == "3p3w" {
                assert_eq!(sheet.document.absent("active_power", PHASES[k]), "not_wired");
                continue;
            }
            sheet.near("P", "active_power", PHASES[k], p, limits.active * s);
            sheet.near("Q", "reactive_power", PHASES[k], q, limits.reactive * s);
            sheet.near("PF", "power_factor", PHASES[k], p / s, 3.0 * limits.active);
        }
        let single = self.wiring == "1p2w";
        let s = if single { s_sum } else { p_sum.hypot(q_sum) };
        let s_limit = if single { 2.0 * limits.rms } else { limits.active + limits.reactive };
        sheet.near("P", "active_power", "system", p_sum, limits.active * s_sum);
        sheet.near("Q", "reactive_power", "system", q_sum, limits.reactive * s_sum);
        sheet.near("S", "apparent_power", "system", s, s_limit * s_sum);
    }
}

struct Sheet<'a> {
    document: &'a Document,
    worst: Worst,
}

impl Sheet<'_> {
    fn near(&mut self, kind: &'static str, quantity: &str, scope: &str, expected: f64, limit: f64) {
        let found = self.document.value(quantity, scope);
        let part = (found - expected).abs() / limit;
        let worst = self.worst.entry(kind).or_default();
        *worst = worst.max(part);
        if std::env::var_os("EMS_MEASURE").is_none() {
            close(&format!("{quantity} {scope}"), found, expected, limit);
        }
    }
}

/// Joins the largest errors of two checks.
pub fn join(worst: &mut Worst, more: Worst) {
    for (kind, part) in more {
        let entry = worst.entry(kind).or_default();
        *entry = entry.max(part);
    }
}

/// Three voltages 120 degrees apart with some of the harmonics of a grid.
pub fn grid(volts: f64) -> [Signal; 3] {
    let first = Signal::of(&[
        (1, volts, 20.0),
        (3, 0.006 * volts, 40.0),
        (5, 0.03 * volts, 175.0),
        (7, 0.015 * volts, -10.0),
        (11, 0.004 * volts, 150.0),
    ]);
    [0.0, 1.0, 2.0].map(|k| first.delayed(k / 3.0))
}

/// Currents of three unlike loads: distorted lagging, leading, and nearly pure.
pub fn loads(amps: f64) -> [Signal; 3] {
    let lagging = Signal::of(&[
        (1, amps, -20.0),
        (3, 0.12 * amps, 100.0),
        (5, 0.08 * amps, -30.0),
        (7, 0.05 * amps, 10.0),
        (13, 0.01 * amps, 70.0),
    ]);
    let leading =
        Signal::of(&[(1, 0.7 * amps, 75.0), (2, 0.01 * amps, 5.0), (3, 0.02 * amps, 50.0)]);
    let pure = Signal::of(&[(1, 1.2 * amps, 10.0), (5, 0.01 * amps, 25.0)]);
    [lagging, leading.delayed(1.0 / 3.0), pure.delayed(2.0 / 3.0)]
}
