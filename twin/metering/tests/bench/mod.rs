//! A test bench: tones in closed form, rounded to 24 bits, into a bank and a meter.

#![allow(dead_code, reason = "each test file uses its part")]

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

const ROLES: [Role; 6] = [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic];

/// A bank with one load and its meter.
pub struct Unit {
    pub bank: Bank,
    pub meter: Meter,
    pub pulses: Vec<f64>,
    pub whole: Means,
    /// Window ends, in samples.
    pub ends: Vec<f64>,
    pub next: u64,
    pub block: usize,
    rate: f64,
    unit: [f64; 6],
}

impl Unit {
    pub fn new(wiring: Wiring, rate: f64) -> Unit {
        let unit: [f64; 6] =
            std::array::from_fn(|k| if k < 3 { 1000.0 } else { 110.0 } / 8_388_608.0);
        let channel = |k: usize| Some(Channel::ideal(ROLES[k], unit[k]));
        let (voltages, currents) = ([0, 1, 2].map(channel), [3, 4, 5].map(channel));
        let settings = MeterSettings {
            wiring,
            sample_rate_hz: rate,
            voltages,
            currents,
            limits: Limits::EMS_AV2,
        };
        Unit {
            bank: Bank::new(rate, wiring, voltages, vec![currents], true),
            meter: Meter::new(&settings),
            pulses: Vec::new(),
            whole: Means::default(),
            ends: Vec::new(),
            next: 0,
            block: 1000,
            rate,
            unit,
        }
    }

    /// Meters so many more samples of a signal of role and time.
    pub fn run(&mut self, samples: usize, signal: impl Fn(Role, f64) -> f64) {
        let end = self.next + samples as u64;
        while self.next < end {
            let count = self.block.min((end - self.next) as usize);
            let rows: Vec<Vec<i32>> = (0..6)
                .map(|k| {
                    (0..count)
                        .map(|n| {
                            let t = (self.next + n as u64) as f64 / self.rate;
                            let counts = (signal(ROLES[k], t) / self.unit[k]).round();
                            counts.clamp(-8_388_608.0, 8_388_607.0) as i32
                        })
                        .collect()
                })
                .collect();
            let rows: Vec<&[i32]> = rows.iter().map(Vec::as_slice).collect();
            let first = self.next;
            self.push(first, &rows);
            self.next += count as u64;
        }
    }

    pub fn push(&mut self, first: u64, rows: &[&[i32]]) {
        let Unit { bank, meter, pulses, whole, ends, rate, .. } = self;
        bank.push(first, rows, &mut |window| {
            record(window, meter, pulses, whole, ends, *rate);
        });
    }

    pub fn finish(&mut self, tail: Tail) {
        let Unit { bank, meter, pulses, whole, ends, rate, .. } = self;
        bank.finish(tail, &mut |window| record(window, meter, pulses, whole, ends, *rate));
    }

    /// Seconds from the start of the first window to the end of the last.
    pub fn metered_seconds(&self) -> f64 {
        (self.ends.last().expect("a window") + 0.5) / self.rate
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

fn record(
    window: &metering::WindowInfo,
    meter: &mut Meter,
    pulses: &mut Vec<f64>,
    whole: &mut Means,
    ends: &mut Vec<f64>,
    rate: f64,
) {
    let means = &window.means[0];
    meter.measure(window, means);
    meter.accumulate(window, means, Timestamp::default() + window.end / rate);
    pulses.extend(meter.pulses().iter().map(|pulse| pulse.sample));
    whole.add(means);
    ends.push(window.end);
}
