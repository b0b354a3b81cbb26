//! A test bench: tones in closed form, rounded to 24 bits, into a bank and a meter.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod timeline;

use catalog::{QuantityId, Register, Scope, point};
use metering::{Bank, Limits, Means, Meter, MeterSettings, Tail, Wiring};
use port::{Channel, Role, Timestamp};
use std::f64::consts::{SQRT_2, TAU};

/// One harmonic: order, rms value, angle in radians (cosine).
#[derive(Debug, Clone, Copy)]
pub struct Tone {
    pub order: u32,
    pub rms: f64,
    pub angle: f64,
}

impl Tone {
    pub fn new(order: u32, rms: f64, angle: f64) -> Tone {
        Tone { order, rms, angle }
    }

    pub fn negated(self) -> Tone {
        Tone { rms: -self.rms, ..self }
    }
}

pub fn pure(rms: f64, angle: f64) -> Vec<Tone> {
    vec![Tone::new(1, rms, angle)]
}

pub fn sample(tones: &[Tone], hz: f64, t: f64) -> f64 {
    let turn = (hz * t).fract();
    tones
        .iter()
        .map(|tone| SQRT_2 * tone.rms * (TAU * turn * f64::from(tone.order) + tone.angle).cos())
        .sum()
}

pub fn rms(tones: &[Tone]) -> f64 {
    tones.iter().map(|tone| tone.rms * tone.rms).sum::<f64>().sqrt()
}

pub fn active(v: &[Tone], i: &[Tone]) -> f64 {
    pairs(v, i).map(|(v, i)| v.rms * i.rms * (v.angle - i.angle).cos()).sum()
}

/// Of the fundamental.
pub fn reactive(v: &[Tone], i: &[Tone]) -> f64 {
    pairs(v, i)
        .filter(|(v, _)| v.order == 1)
        .map(|(v, i)| v.rms * i.rms * (v.angle - i.angle).sin())
        .sum()
}

fn pairs<'a>(v: &'a [Tone], i: &'a [Tone]) -> impl Iterator<Item = (Tone, Tone)> + 'a {
    v.iter().flat_map(move |v| i.iter().filter(move |i| i.order == v.order).map(move |i| (*v, *i)))
}

pub fn thd(tones: &[Tone]) -> f64 {
    let part = |harmonics: bool| {
        let squares = tones.iter().filter(|t| (t.order != 1) == harmonics).map(|t| t.rms * t.rms);
        squares.sum::<f64>().sqrt()
    };
    100.0 * part(true) / part(false)
}

/// A symmetric load: volts, amperes, lag in radians.
pub fn load(volts: f64, amps: f64, lag: f64, hz: f64) -> impl Fn(Role, f64) -> f64 {
    move |role, t| {
        let turn = -TAU / 3.0 * role.phase().expect("six roles") as f64;
        let tones = if role.is_voltage() { pure(volts, turn) } else { pure(amps, turn - lag) };
        sample(&tones, hz, t)
    }
}

/// Voltages and currents with harmonics to the 31st.
pub fn distorted(angle: f64) -> [Vec<Tone>; 2] {
    let voltage = [(1, 230.0, 0.0), (3, 4.0, 0.5), (5, 8.0, -1.0), (7, 3.0, 2.0), (31, 1.5, 0.3)];
    let current = [
        (1, 10.0, -0.6),
        (2, 0.4, 0.2),
        (3, 3.0, 0.4),
        (5, 2.0, -1.2),
        (11, 0.9, 1.0),
        (31, 0.6, 2.0),
    ];
    let turned = |tones: &[(u32, f64, f64)]| {
        tones.iter().map(|(h, rms, a)| Tone::new(*h, *rms, a + angle * f64::from(*h))).collect()
    };
    [turned(&voltage), turned(&current)]
}

const ROLES: [Role; 6] = [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic];

/// Volts and amperes at full scale.
const FULL_SCALE: [f64; 2] = [1000.0, 110.0];

/// How a unit differs from the usual: DC blocking on, all six channels there.
#[derive(Debug, Clone, Copy)]
pub struct Setup {
    pub wiring: Wiring,
    pub rate: f64,
    pub dc_blocking: bool,
    /// In the order of `ROLES`.
    pub present: [bool; 6],
}

impl Setup {
    pub fn new(wiring: Wiring, rate: f64) -> Setup {
        Setup { wiring, rate, dc_blocking: true, present: [true; 6] }
    }
}

/// A closed window.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub start: f64,
    pub end: f64,
    pub cycles: u32,
    pub means: Means,
    pub quality: &'static str,
}

/// A bank with one load and its meter.
pub struct Unit {
    pub bank: Bank,
    pub meter: Meter,
    pub log: Log,
    pub next: u64,
    /// Samples given at a time.
    pub block: usize,
    setup: Setup,
    unit: [f64; 6],
}

/// What came out so far.
#[derive(Default)]
pub struct Log {
    pub pulses: Vec<f64>,
    /// Means over all windows.
    pub whole: Means,
    pub windows: Vec<Window>,
}

impl Unit {
    pub fn new(wiring: Wiring, rate: f64) -> Unit {
        Unit::build(Setup::new(wiring, rate))
    }

    pub fn build(setup: Setup) -> Unit {
        let unit: [f64; 6] = std::array::from_fn(|k| FULL_SCALE[k / 3] / 8_388_608.0);
        let channel = |k: usize| setup.present[k].then(|| Channel::ideal(ROLES[k], unit[k]));
        let (voltages, currents) = ([0, 1, 2].map(channel), [3, 4, 5].map(channel));
        let settings = MeterSettings {
            wiring: setup.wiring,
            sample_rate_hz: setup.rate,
            voltages,
            currents,
            limits: Limits::EMS_AV2,
        };
        Unit {
            bank: Bank::new(setup.rate, setup.wiring, voltages, vec![currents], setup.dc_blocking),
            meter: Meter::new(&settings),
            log: Log::default(),
            next: 0,
            block: 1000,
            setup,
            unit,
        }
    }

    /// Meters so many more samples of a signal of role and time.
    pub fn run(&mut self, samples: usize, signal: impl Fn(Role, f64) -> f64) {
        let end = self.next + samples as u64;
        while self.next < end {
            let count = self.block.min((end - self.next) as usize);
            let rows = self.counts(self.next, count, &signal);
            let rows: Vec<&[i32]> = rows.iter().map(Vec::as_slice).collect();
            let first = self.next;
            self.push(first, &rows);
            self.next += count as u64;
        }
    }

    /// Codes of the channels present, clipped as a converter does.
    pub fn counts(
        &self,
        first: u64,
        count: usize,
        signal: &impl Fn(Role, f64) -> f64,
    ) -> Vec<Vec<i32>> {
        let code = |k: usize, n: usize| {
            let t = (first + n as u64) as f64 / self.setup.rate;
            let counts = (signal(ROLES[k], t) / self.unit[k]).round();
            counts.clamp(-8_388_608.0, 8_388_607.0) as i32
        };
        let present = (0..6).filter(|k| self.setup.present[*k]);
        present.map(|k| (0..count).map(|n| code(k, n)).collect()).collect()
    }

    pub fn push(&mut self, first: u64, rows: &[&[i32]]) {
        let Unit { bank, meter, log, setup, .. } = self;
        bank.push(first, rows, &mut |window| log.take(window, meter, setup.rate));
    }

    /// Leaves samples out.
    pub fn skip(&mut self, samples: u64) {
        self.next += samples;
    }

    pub fn finish(&mut self, tail: Tail) {
        let Unit { bank, meter, log, setup, .. } = self;
        bank.finish(tail, &mut |window| log.take(window, meter, setup.rate));
    }

    /// Seconds from the start of the first window to the end of the last.
    pub fn metered_seconds(&self) -> f64 {
        (self.log.windows.last().expect("a window").end + 0.5) / self.setup.rate
    }

    /// Cycles counted in all windows.
    pub fn cycles(&self) -> u32 {
        self.log.windows.iter().map(|window| window.cycles).sum()
    }

    /// Frequency of each whole window in hertz.
    pub fn frequencies(&self) -> Vec<Option<f64>> {
        let whole = self.log.windows.iter().filter(|window| window.cycles > 0);
        whole.map(|window| window.means.frequency().map(|f| f * self.setup.rate)).collect()
    }

    /// Readings over all windows together instead of the last.
    pub fn over_all(&self, quantity: QuantityId, scope: Scope) -> port::Reading {
        let id = point(quantity, None, scope).expect("in the catalogue");
        self.meter.readings_of(&self.log.whole).get(id)
    }

    /// Import less export in joules.
    pub fn net_joules(&self) -> f64 {
        let side = |quantity| self.energy(quantity, Register::Total, Scope::System);
        let kwh = side(QuantityId::ActiveEnergyImport) - side(QuantityId::ActiveEnergyExport);
        kwh * 3.6e6
    }

    pub fn get(&self, quantity: QuantityId, scope: Scope) -> f64 {
        let id = point(quantity, None, scope).expect("in the catalogue");
        let reading = self.meter.readings().get(id);
        reading.value().unwrap_or_else(|| panic!("{quantity:?} {scope:?}: {}", reading.quality()))
    }

    pub fn quality(&self, quantity: QuantityId, scope: Scope) -> &'static str {
        let id = point(quantity, None, scope).expect("in the catalogue");
        self.meter.readings().get(id).quality()
    }

    pub fn energy(&self, quantity: QuantityId, register: Register, scope: Scope) -> f64 {
        let id = point(quantity, Some(register), scope).expect("in the catalogue");
        self.meter.readings().get(id).value().expect("wired")
    }
}

impl Log {
    fn take(&mut self, window: &metering::WindowInfo, meter: &mut Meter, rate: f64) {
        let means = window.means[0];
        meter.measure(window, &means);
        meter.accumulate(window, &means, Timestamp::default() + window.end / rate);
        self.pulses.extend(meter.pulses().iter().map(|pulse| pulse.sample));
        self.whole.add(&means);
        let voltage = point(QuantityId::VoltageLn, None, Scope::System).expect("in the catalogue");
        self.windows.push(Window {
            start: window.start,
            end: window.end,
            cycles: window.cycles,
            means,
            quality: meter.readings().get(voltage).quality(),
        });
    }
}

/// Relative difference.
pub fn close(name: &str, value: f64, expected: f64, scale: f64, limit: f64) {
    let error = (value - expected).abs() / scale;
    assert!(error <= limit, "{name}: {value} instead of {expected}, error {error:.2e}");
}

/// Small numbers that are the same every time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// 0 to 1 (xorshift64*).
    pub fn roll(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.roll()
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.roll() * count as f64) as usize
    }
}
