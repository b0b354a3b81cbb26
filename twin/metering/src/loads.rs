//! The loads of a window: their currents and, with the voltages, their powers.

use crate::analogue::{Analogue, Input, distortion, exact_product, gain};
use crate::buffer::Buffer;
use crate::means::Means;
use crate::response::product_gain;
use crate::spectrum::{Phasor, Phasors};
use crate::sums::{self, PhaseSums};
use crate::voltages::Voltages;
use crate::window::Window;
use port::WiringCorrection;

/// All loads metered against the same voltages, worked out one after the other.
pub struct Loads {
    /// As they are connected.
    inputs: Vec<[Option<Input>; 3]>,
    corrections: Vec<WiringCorrection>,
    means: Vec<Means>,
    currents: Currents,
}

impl Loads {
    /// With room for so many samples.
    pub fn new(inputs: Vec<[Option<Input>; 3]>, capacity: usize) -> Loads {
        Loads {
            means: vec![Means::default(); inputs.len()],
            corrections: vec![WiringCorrection::NONE; inputs.len()],
            inputs,
            currents: Currents {
                phases: std::array::from_fn(|_| Analogue::new(capacity)),
                model: std::array::from_fn(|_| Analogue::new(capacity)),
            },
        }
    }

    /// Corrects what the inputs of a load measure.
    pub fn correct(&mut self, load: usize, correction: WiringCorrection) {
        self.corrections[load] = correction;
    }

    /// The means of the window last measured, one for each load.
    pub fn means(&self) -> &[Means] {
        &self.means
    }

    /// Measures a window of every load; `shared` are the means of its voltages.
    pub fn measure(
        &mut self,
        kept: &Buffer,
        window: &mut Window,
        voltages: &Voltages,
        shared: &Means,
    ) {
        let v = voltages.phases();
        let reference = voltages.reference();
        let loads = self.inputs.iter().zip(&self.corrections).zip(&mut self.means);
        for ((inputs, correction), means) in loads {
            let last = std::mem::replace(means, *shared);
            let inputs = correction.by_phase(*inputs, |input| input.map(Input::reversed));
            let inputs = window.wiring.wired(inputs);
            self.currents.read(&inputs, kept, window, means);
            products(&self.currents.phases, v, window, means);
            if window.cycles > 0 {
                let measured = means.i2;
                self.currents.measure_phasors(&inputs, v, window, means);
                means.i_phasor = self.currents.fundamentals().map(|phasor| phasor * reference);
                if window.mends_cuts {
                    self.currents.mend_cuts(&measured, voltages.model(), window, means);
                }
            } else {
                // A fragment is too short for phasors: the last window's reactive power goes on.
                means.q = last.q;
                means.q_two = last.q_two;
            }
        }
    }
}

/// The three currents of one load.
struct Currents {
    phases: [Analogue; 3],
    /// What their harmonics alone would be, where a stretch begins or ends.
    model: [Analogue; 3],
}

impl Currents {
    fn read(
        &mut self,
        inputs: &[Option<Input>; 3],
        kept: &Buffer,
        window: &Window,
        means: &mut Means,
    ) {
        for phase in 0..3 {
            let analogue = &mut self.phases[phase];
            analogue.read(inputs[phase].as_ref(), kept, window);
            means.i_peak[phase] = analogue.peak;
            means.i_flags[phase] = window.marked(analogue.flags);
        }
    }

    /// Takes out of the means what the hard cuts do to the harmonics; `v` are the voltages' models.
    fn mend_cuts(
        &mut self,
        measured: &[f64; 3],
        v: &[Analogue; 3],
        window: &Window,
        means: &mut Means,
    ) {
        for (model, analogue) in self.model.iter_mut().zip(&self.phases) {
            model.imitate(analogue, window);
        }
        let mut seen = Means::default();
        products(&self.model, v, window, &mut seen);
        let (mut p, mut n2, mut vn) = (0.0, 0.0, 0.0);
        for phase in 0..3 {
            self.model[phase].judge(measured[phase], seen.i2[phase]);
            let i = &self.model[phase];
            let exact = exact_product(&v[phase], i);
            if i.explains {
                means.i2[phase] += exact_product(i, i) - seen.i2[phase];
            }
            if i.explains && v[phase].explains {
                means.p[phase] += exact - seen.p[phase];
            }
            p += exact;
            vn += exact_product(&v[1], i);
            n2 += self.model.iter().map(|other| exact_product(i, other)).sum::<f64>();
        }
        if self.model.iter().all(|i| i.explains) {
            means.n2 += n2 - seen.n2;
        }
        if self.model.iter().chain(v).all(|model| model.explains) {
            means.p_two += p - vn - seen.p_two;
        }
    }

    fn measure_phasors(
        &mut self,
        inputs: &[Option<Input>; 3],
        v: &[Analogue; 3],
        window: &mut Window,
        means: &mut Means,
    ) {
        for (analogue, input) in self.phases.iter_mut().zip(inputs) {
            match input {
                Some(input) => analogue.find_phasors(Some(&input.channel), window),
                None => analogue.clear_phasors(),
            }
        }
        self.measure_reactive(v, means);
        for phase in 0..3 {
            means.i_spectrum[phase] = distortion(self.phases[phase].after());
        }
        if self.phases.iter().chain(v).any(Analogue::is_corrected) {
            self.correct(v, means);
        }
    }

    fn fundamentals(&self) -> [Phasor; 3] {
        self.phases.each_ref().map(Analogue::fundamental)
    }

    /// Reactive power of the fundamental, by phase and by two wattmeters.
    fn measure_reactive(&self, v: &[Analogue; 3], means: &mut Means) {
        let i = self.fundamentals();
        let v: [Phasor; 3] = v.each_ref().map(Analogue::fundamental);
        for phase in 0..3 {
            means.q[phase] = 0.5 * (v[phase] * i[phase].conj()).im;
        }
        let neutral = i[0] + i[1] + i[2];
        means.q_two = means.q.iter().sum::<f64>() - 0.5 * (v[1] * neutral.conj()).im;
    }

    /// Adds to currents and powers what the response of the analogue path took from them.
    fn correct(&self, v: &[Analogue; 3], means: &mut Means) {
        let mut p_gain = 0.0;
        for phase in 0..3 {
            let (v, i) = (&v[phase], &self.phases[phase]);
            means.i2[phase] += gain(i, i);
            let gained = gain(v, i);
            means.p[phase] += gained;
            p_gain += gained;
        }
        let (before, after) = (self.neutral(Analogue::before), self.neutral(Analogue::after));
        means.n2 += product_gain((&before, &after), (&before, &after));
        means.p_two += p_gain - product_gain((v[1].before(), v[1].after()), (&before, &after));
    }

    /// The sum of the three currents' phasors.
    fn neutral(&self, pick: fn(&Analogue) -> &Phasors) -> Phasors {
        std::array::from_fn(|order| self.phases.iter().map(|i| pick(i)[order]).sum())
    }
}

/// The mean squares of three currents, and their mean products with the voltages.
fn products(i: &[Analogue; 3], v: &[Analogue; 3], window: &Window, means: &mut Means) {
    let i: [&[f64]; 3] = i.each_ref().map(|analogue| &analogue.samples[..]);
    for phase in 0..3 {
        let v: &[f64] = &v[phase].samples;
        let mut edges = PhaseSums::default();
        let body = window.sum(
            |n, weight| edges = edges.plus(v[n], i[phase][n], weight),
            |range| sums::phase_sums(&v[range.clone()], &i[phase][range]),
        );
        means.i2[phase] = (body.ii + edges.ii) / window.length;
        means.p[phase] = (body.vi + edges.vi) / window.length;
    }
    let (n2, vn) = neutral_means(&v[1].samples, i, window);
    means.n2 = n2;
    means.p_two = means.p.iter().sum::<f64>() - vn;
}

/// Means of the neutral current squared and of its product with the voltage of phase 2.
fn neutral_means(v2: &[f64], i: [&[f64]; 3], window: &Window) -> (f64, f64) {
    let mut edges = (0.0, 0.0);
    let body = window.sum(
        |k, weight| {
            let n = i[0][k] + i[1][k] + i[2][k];
            edges.0 += weight * n * n;
            edges.1 += weight * v2[k] * n;
        },
        |range| sums::neutral_sums(&v2[range.clone()], i.map(|row| &row[range.clone()])),
    );
    ((body.0 + edges.0) / window.length, (body.1 + edges.1) / window.length)
}
