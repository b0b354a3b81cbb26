//! The voltages of a window, measured once for all loads.

use crate::analogue::{Analogue, Input, distortion, exact_product, gain};
use crate::buffer::Buffer;
use crate::dc::DcBlock;
use crate::means::Means;
use crate::response::product_gain;
use crate::spectrum::{Phasor, Phasors};
use crate::sums;
use crate::window::Window;
use crate::wiring::Wiring;
use std::f64::consts::TAU;

/// The voltages against the neutral, or against the mean of the terminals.
pub struct Voltages {
    inputs: [Option<Input>; 3],
    phases: [Analogue; 3],
    /// What their harmonics alone would be, where a stretch begins or ends.
    model: [Analogue; 3],
    dc: DcBlock,
    dc_blocking: bool,
}

impl Voltages {
    /// With room for so many samples.
    pub fn new(inputs: [Option<Input>; 3], capacity: usize, dc_blocking: bool) -> Voltages {
        Voltages {
            inputs,
            phases: std::array::from_fn(|_| Analogue::new(capacity)),
            model: std::array::from_fn(|_| Analogue::new(capacity)),
            dc: DcBlock::new(capacity),
            dc_blocking,
        }
    }

    /// Switches DC blocking from the next window on.
    pub fn set_dc_blocking(&mut self, on: bool) {
        self.dc_blocking = on;
        self.dc.forget();
    }

    /// The three voltages of the window last measured.
    pub fn phases(&self) -> &[Analogue; 3] {
        &self.phases
    }

    /// Their models, if the window mends cuts.
    pub fn model(&self) -> &[Analogue; 3] {
        &self.model
    }

    /// Of `by_phase`, those whose voltage is there, in the order of their rows.
    pub fn present(&self, by_phase: [f64; 3]) -> impl Iterator<Item = f64> {
        self.inputs
            .iter()
            .zip(by_phase)
            .filter(|(input, _)| input.is_some())
            .map(|(_, value)| value)
    }

    /// Everything of the voltages in a window, as means without currents.
    pub fn measure(&mut self, kept: &Buffer, window: &mut Window) -> Means {
        let inputs = window.wiring.wired(self.inputs);
        for (analogue, input) in self.phases.iter_mut().zip(&inputs) {
            analogue.read(input.as_ref(), kept, window);
        }
        if window.wiring == Wiring::ThreePhaseThreeWire {
            refer_to_virtual_neutral(&mut self.phases);
        }
        if self.dc_blocking {
            self.block_dc(&inputs, window);
        }
        let mut means = window.empty_means();
        squares(&self.phases, &mut means, window);
        for (flags, analogue) in means.v_flags.iter_mut().zip(&self.phases) {
            *flags = window.marked(analogue.flags);
        }
        if window.cycles > 0 {
            let measured = means.v2;
            self.measure_phasors(&inputs, &mut means, window);
            if window.mends_cuts {
                self.mend_cuts(&measured, &mut means, window);
            }
        }
        means
    }

    /// Takes the DC out.
    fn block_dc(&mut self, inputs: &[Option<Input>; 3], window: &Window) {
        self.dc.plan(window.start, window.length, window.cycles);
        for phase in (0..3).filter(|phase| inputs[*phase].is_some()) {
            let Analogue { samples, peak, .. } = &mut self.phases[phase];
            self.dc.apply(phase, samples, *peak, |v| {
                window.mean(|n, weight| weight * v[n], |range| sums::voltage_sums(&v[range]).0)
            });
        }
    }

    /// Takes out of the means what the hard cuts do to the harmonics.
    fn mend_cuts(&mut self, measured: &[f64; 3], means: &mut Means, window: &Window) {
        for (model, analogue) in self.model.iter_mut().zip(&self.phases) {
            model.imitate(analogue, window);
        }
        let mut seen = Means::default();
        squares(&self.model, &mut seen, window);
        for phase in 0..3 {
            self.model[phase].judge(measured[phase], seen.v2[phase]);
        }
        for phase in 0..3 {
            let (a, b) = (&self.model[phase], &self.model[(phase + 1) % 3]);
            let (aa, bb) = (exact_product(a, a), exact_product(b, b));
            if a.explains {
                means.v2[phase] += aa - seen.v2[phase];
            }
            if a.explains && b.explains {
                means.vv2[phase] += aa + bb - 2.0 * exact_product(a, b) - seen.vv2[phase];
            }
        }
    }

    fn measure_phasors(
        &mut self,
        inputs: &[Option<Input>; 3],
        means: &mut Means,
        window: &mut Window,
    ) {
        for (analogue, input) in self.phases.iter_mut().zip(inputs) {
            analogue.find_phasors(input.as_ref().map(|input| &input.channel), window);
        }
        if window.wiring == Wiring::ThreePhaseThreeWire {
            refer_corrected(&mut self.phases);
        }
        for phase in 0..3 {
            let (a, b) = (&self.phases[phase], &self.phases[(phase + 1) % 3]);
            means.v2[phase] += gain(a, a);
            means.v_spectrum[phase] = distortion(a.after());
            let before = difference(a.before(), b.before());
            let after = difference(a.after(), b.after());
            means.vv2[phase] += product_gain((&before, &after), (&before, &after));
            means.vv_spectrum[phase] = distortion(&after);
        }
        let fundamentals = self.fundamentals();
        means.sequence = sequence(fundamentals);
        let turn = self.reference();
        means.v_phasor = fundamentals.map(|phasor| phasor * turn);
    }

    fn fundamentals(&self) -> [Phasor; 3] {
        self.phases.each_ref().map(Analogue::fundamental)
    }

    /// What turns phasors of the window so that the reference lies at 0: the first voltage of at least
    /// half the amplitude of the largest, so that a dead phase is none.
    pub fn reference(&self) -> Phasor {
        let fundamentals = self.fundamentals();
        let largest = fundamentals.iter().map(|phasor| phasor.norm()).fold(0.0, f64::max);
        let reference = fundamentals.iter().find(|phasor| phasor.norm() >= 0.5 * largest);
        match reference {
            Some(reference) if largest > 0.0 => reference.conj() / reference.norm(),
            _ => Phasor::new(1.0, 0.0),
        }
    }
}

/// The mean squares of three voltages and of their differences.
fn squares(phases: &[Analogue; 3], means: &mut Means, window: &Window) {
    for phase in 0..3 {
        let v: &[f64] = &phases[phase].samples;
        let w: &[f64] = &phases[(phase + 1) % 3].samples;
        means.v2[phase] =
            window.mean(|n, weight| weight * v[n] * v[n], |range| sums::voltage_sums(&v[range]).1);
        means.vv2[phase] = window.mean(
            |n, weight| weight * (v[n] - w[n]).powi(2),
            |range| sums::difference_square(&v[range.clone()], &w[range]),
        );
    }
}

/// Without a neutral, the mean of the three terminals takes its place.
fn refer_to_virtual_neutral([a, b, c]: &mut [Analogue; 3]) {
    for ((a, b), c) in a.samples.iter_mut().zip(&mut b.samples).zip(&mut c.samples) {
        let neutral = (*a + *b + *c) / 3.0;
        *a -= neutral;
        *b -= neutral;
        *c -= neutral;
    }
}

/// The same once the response is undone: each channel has its own, so what was in balance before it is
/// a little out of balance after it.
fn refer_corrected(phases: &mut [Analogue; 3]) {
    let [a, b, c] = phases.each_ref().map(Analogue::after);
    let neutral: Phasors = std::array::from_fn(|order| (a[order] + b[order] + c[order]) / 3.0);
    phases.iter_mut().for_each(|analogue| analogue.refer_to(&neutral));
}

fn difference(a: &Phasors, b: &Phasors) -> Phasors {
    std::array::from_fn(|order| a[order] - b[order])
}

/// Positive less negative sequence of the three L-L voltages, over their sum.
fn sequence([a, b, c]: [Phasor; 3]) -> f64 {
    let turn = Phasor::from_polar(1.0, TAU / 3.0);
    let (ab, bc, ca) = (a - b, b - c, c - a);
    let positive = (ab + turn * bc + turn * turn * ca).norm();
    let negative = (ab + turn * turn * bc + turn * ca).norm();
    if positive + negative > 0.0 { (positive - negative) / (positive + negative) } else { 0.0 }
}
