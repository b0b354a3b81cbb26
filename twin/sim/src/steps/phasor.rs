//! Means of a stretch of time from phasors alone: what the meter's sums over samples would come to.
//!
//! *Line*: a spectrum that goes straight from its value at the start of a stretch to its value at the
//! end. The mean product of two lines is that of their middles plus a third of that of their half
//! differences, exactly.
//!
//! Absent on purpose: the ripple at twice the grid frequency over a part of a cycle, non-linearity
//! (a few ppm), rounding to counts, and clipping, which is flagged and not imitated.

use crate::frontend::FrontEnd;
use crate::synthetic::{HARMONICS, Phasor, Spectrum};
use metering::{Distortion, Means, Wiring};
use port::{Flag, Role, WiringCorrection};
use std::f64::consts::{SQRT_2, TAU};

/// Points of a cycle at which a peak is looked for: eight in a period of the 31st harmonic.
const PEAK_POINTS: usize = 256;

/// A peak below this, in amperes, is not looked for more closely than its upper bound: nothing is
/// flagged there (datasheet L385: 92 A).
const PEAK_OF_INTEREST_A: f64 = 90.0;

/// What a calibrated front end adds to the signals of one meter.
#[derive(Debug, Clone, Copy)]
pub struct Unit {
    /// Measured over true, by phase.
    voltage_gain: [f64; 3],
    current_gain: [f64; 3],
    /// Amperes that a volt of the same phase adds to the current.
    crosstalk: [f64; 3],
    /// Mean squares of the noise, in V^2 and A^2.
    voltage_noise: [f64; 3],
    current_noise: [f64; 3],
    /// Peak at which a current clips, in amperes.
    full_scale_a: [f64; 3],
}

impl Unit {
    /// What remains of a front end's errors once its calibration is applied.
    pub fn new(front_end: &FrontEnd, sample_rate_hz: f64) -> Unit {
        let voltages = [Role::Va, Role::Vb, Role::Vc];
        let currents = [Role::Ia, Role::Ib, Role::Ic];
        let gain = |role| front_end.residual_gain(role);
        let noise = |role| front_end.noise_rms(role, sample_rate_hz).powi(2);
        Unit {
            voltage_gain: voltages.map(gain),
            current_gain: currents.map(gain),
            crosstalk: std::array::from_fn(|k| front_end.coupling(voltages[k], currents[k])),
            voltage_noise: voltages.map(noise),
            current_noise: currents.map(noise),
            full_scale_a: currents.map(|role| front_end.channel(role).full_scale),
        }
    }

    /// The same without coupling from the voltages, as for a module, whose front end has none.
    #[must_use]
    pub fn without_voltages(self) -> Unit {
        Unit { crosstalk: [0.0; 3], ..self }
    }
}

/// A spectrum on its straight way through a stretch.
#[derive(Debug, Clone, Copy)]
struct Line {
    middle: Spectrum,
    /// From the middle to the end.
    half: Spectrum,
    moves: bool,
}

impl Line {
    const ZERO: Line = Line { middle: Spectrum::ZERO, half: Spectrum::ZERO, moves: false };

    fn new(start: &Spectrum, end: &Spectrum) -> Line {
        if start == end {
            return Line { middle: *start, ..Line::ZERO };
        }
        Line { middle: (*start + *end) * 0.5, half: (*end + -*start) * 0.5, moves: true }
    }

    fn times(self, factor: f64) -> Line {
        if factor == 1.0 {
            return self;
        }
        Line { middle: self.middle * factor, half: self.half * factor, ..self }
    }

    fn plus(self, other: Line) -> Line {
        Line {
            middle: self.middle + other.middle,
            half: self.half + other.half,
            moves: self.moves || other.moves,
        }
    }

    fn minus(self, other: Line) -> Line {
        self.plus(other.times(-1.0))
    }

    fn without_dc(mut self) -> Line {
        (self.middle.dc, self.half.dc) = (0.0, 0.0);
        self
    }

    /// Mean product with another line.
    fn product(&self, other: &Line) -> Product {
        let middle = Product::of(&self.middle, &other.middle);
        if !(self.moves && other.moves) {
            return middle;
        }
        let half = Product::of(&self.half, &other.half);
        Product {
            fundamental: middle.fundamental + half.fundamental / 3.0,
            dc: middle.dc + half.dc / 3.0,
            harmonics: middle.harmonics + half.harmonics / 3.0,
        }
    }

    /// Reactive power of the fundamental with a current.
    fn reactive(&self, current: &Line) -> f64 {
        let of = |v: &Spectrum, i: &Spectrum| v.reactive_power_fundamental(i);
        of(&self.middle, &current.middle) + of(&self.half, &current.half) / 3.0
    }

    fn distortion(&self) -> Distortion {
        // Mean squares of amplitudes, which are peak values.
        let own = self.product(self);
        Distortion { fundamental: 2.0 * own.fundamental, harmonics: 2.0 * own.harmonics }
    }

    /// Largest magnitude in the middle of the stretch, in amperes; an upper bound where nothing
    /// hangs on it.
    fn peak(&self) -> f64 {
        let magnitudes = self.middle.harmonics().iter().map(|phasor| phasor.square().sqrt());
        let bound = self.middle.dc.abs() + SQRT_2 * magnitudes.sum::<f64>();
        if bound < PEAK_OF_INTEREST_A {
            return bound;
        }
        let points = (0..PEAK_POINTS).map(|point| point as f64 / PEAK_POINTS as f64);
        points.map(|cycles| self.middle.value_at(cycles).abs()).fold(0.0, f64::max)
    }
}

/// A mean product by what it comes from.
#[derive(Debug, Clone, Copy)]
struct Product {
    fundamental: f64,
    dc: f64,
    harmonics: f64,
}

impl Product {
    fn of(a: &Spectrum, b: &Spectrum) -> Product {
        let dot = |a: &Phasor, b: &Phasor| a.re * b.re + a.im * b.im;
        let (a1, b1) = (a.harmonics(), b.harmonics());
        let mut harmonics = 0.0;
        for order in 1..HARMONICS {
            harmonics += dot(&a1[order], &b1[order]);
        }
        Product { fundamental: dot(&a1[0], &b1[0]), dc: a.dc * b.dc, harmonics }
    }

    fn total(self) -> f64 {
        self.fundamental + self.dc + self.harmonics
    }
}

/// The voltages of a stretch, measured once for all meters.
#[derive(Debug, Clone, Copy)]
pub struct Voltages {
    lines: [Line; 3],
    shared: Means,
    /// Turns phasors so that the reference lies at 0.
    turn: Phasor,
}

/// Length of a stretch and what its waves are like.
#[derive(Debug, Clone, Copy)]
pub struct Stretch {
    /// In samples.
    pub samples: f64,
    /// Cycles of the grid.
    pub cycles: f64,
}

impl Voltages {
    /// Voltages that go from `starts` to `ends`, one a phase of the system, as `unit` sees them.
    pub fn new(
        [starts, ends]: [&[Spectrum]; 2],
        wiring: Wiring,
        dc_blocking: bool,
        unit: &Unit,
        stretch: Stretch,
    ) -> Voltages {
        let mut lines = lines([starts, ends], wiring, unit.voltage_gain);
        if wiring == Wiring::ThreePhaseThreeWire {
            let [a, b, c] = lines;
            let common = a.plus(b).plus(c).times(1.0 / 3.0);
            lines = lines.map(|line| line.minus(common));
        }
        if dc_blocking {
            lines = lines.map(Line::without_dc);
        }
        let wired = wiring.phases();
        let noise: [f64; 3] =
            std::array::from_fn(|k| if wired[k] { unit.voltage_noise[k] } else { 0.0 });
        let mut shared = Means {
            samples: stretch.samples,
            cycles: stretch.cycles,
            tracked_samples: stretch.samples,
            samples_per_cycle: stretch.samples / stretch.cycles,
            sequence: sequence(&lines),
            ..Means::default()
        };
        for k in 0..3 {
            let next = (k + 1) % 3;
            let pair = lines[k].minus(lines[next]);
            shared.v2[k] = lines[k].product(&lines[k]).total() + noise[k];
            shared.vv2[k] = pair.product(&pair).total() + noise[k] + noise[next];
            shared.v_spectrum[k] = lines[k].distortion();
            shared.vv_spectrum[k] = pair.distortion();
        }
        let turn = turn(&lines);
        shared.v_phasor = lines.map(|line| amplitude(&line, turn));
        Voltages { lines, shared, turn }
    }

    /// The means of a meter through which nothing flows: its noise.
    fn without_currents(&self, wiring: Wiring, correction: WiringCorrection, unit: &Unit) -> Means {
        let mut means = self.shared;
        for k in (0..3).filter(|k| wiring.phases()[*k]) {
            means.i2[k] = unit.current_noise[correction.input(k)];
            means.n2 += means.i2[k];
        }
        means
    }

    /// The means of a meter whose currents go from `starts` to `ends`.
    pub fn with_currents(
        &self,
        [starts, ends]: [&[Spectrum]; 2],
        wiring: Wiring,
        correction: WiringCorrection,
        unit: &Unit,
    ) -> Means {
        if is_idle(starts, ends) && unit.crosstalk == [0.0; 3] {
            return self.without_currents(wiring, correction, unit);
        }
        let inputs = lines([starts, ends], wiring, unit.current_gain);
        let inputs: [Line; 3] = std::array::from_fn(|k| match unit.crosstalk[k] {
            0.0 => inputs[k],
            coupling => inputs[k].plus(self.lines[k].times(coupling)),
        });
        let currents = correction.by_phase(inputs, |line| line.times(-1.0));
        let wired = wiring.phases();
        let neutral = currents[0].plus(currents[1]).plus(currents[2]);
        let mut means = self.shared;
        means.n2 = neutral.product(&neutral).total();
        for k in (0..3).filter(|k| wired[*k]) {
            let (voltage, current) = (&self.lines[k], &currents[k]);
            let noise = unit.current_noise[correction.input(k)];
            means.i2[k] = current.product(current).total() + noise;
            means.n2 += noise;
            means.p[k] = voltage.product(current).total();
            means.q[k] = voltage.reactive(current);
            means.i_spectrum[k] = current.distortion();
            means.i_phasor[k] = amplitude(current, self.turn);
            means.i_peak[k] = current.peak();
            let clipped = means.i_peak[k] > unit.full_scale_a[correction.input(k)];
            means.i_flags[k] = means.i_flags[k].with(Flag::Clipped, clipped);
        }
        let common = &self.lines[1];
        means.p_two = means.p.iter().sum::<f64>() - common.product(&neutral).total();
        means.q_two = means.q.iter().sum::<f64>() - common.reactive(&neutral);
        means
    }
}

/// Whether no current flows all through a stretch, as in most meters of an installation most of the time.
fn is_idle(starts: &[Spectrum], ends: &[Spectrum]) -> bool {
    starts.iter().chain(ends).all(|current| *current == Spectrum::ZERO)
}

/// Lines of the phases that are there and wired.
fn lines([starts, ends]: [&[Spectrum]; 2], wiring: Wiring, gain: [f64; 3]) -> [Line; 3] {
    let wired = wiring.phases();
    std::array::from_fn(|k| match (starts.get(k), ends.get(k)) {
        (Some(start), Some(end)) if wired[k] => Line::new(start, end).times(gain[k]),
        _ => Line::ZERO,
    })
}

/// What turns phasors so that the reference lies at 0: the first voltage of at least half the amplitude
/// of the largest, as in [`Means::v_phasor`].
fn turn(lines: &[Line; 3]) -> Phasor {
    let fundamentals = lines.each_ref().map(|line| line.middle.harmonic(1));
    let largest = fundamentals.iter().map(|phasor| phasor.rms()).fold(0.0, f64::max);
    let reference = fundamentals.iter().find(|phasor| phasor.rms() >= 0.5 * largest);
    match reference {
        Some(reference) if largest > 0.0 => reference.conj() * (1.0 / reference.rms()),
        _ => Phasor { re: 1.0, im: 0.0 },
    }
}

/// Peak amplitude of a fundamental in the middle of the stretch, turned.
fn amplitude(line: &Line, turn: Phasor) -> metering::Phasor {
    let turned = line.middle.harmonic(1) * turn * SQRT_2;
    metering::Phasor::new(turned.re, turned.im)
}

/// Positive less negative sequence of the three L-L voltages, over their sum.
fn sequence(lines: &[Line; 3]) -> f64 {
    let [a, b, c] = [0, 1, 2].map(|k| lines[k].middle.harmonic(1));
    let turn = Phasor::polar(1.0, TAU / 3.0);
    let minus = |a: Phasor, b: Phasor| a + b * -1.0;
    let (ab, bc, ca) = (minus(a, b), minus(b, c), minus(c, a));
    let positive = (ab + turn * bc + turn * turn * ca).rms();
    let negative = (ab + turn * turn * bc + turn * ca).rms();
    if positive + negative > 0.0 { (positive - negative) / (positive + negative) } else { 0.0 }
}
