//! One voltage reference and the loads metered against it: samples in, the means of windows out.
//!
//! The built-in meter is a bank with one load; ESY modules are the loads of a bank of their own, since
//! they share the voltage reference. Where windows begin and end, their weights, the sampling grid and
//! everything of the voltages is worked out once for all loads.
//!
//! Positions are counted in samples from the first one kept (`base`); sample n lies at n and stands for
//! n - 1/2 to n + 1/2, so that a stretch of N samples is N long.

use crate::dc::DcBlock;
use crate::edge::{Edge, SOFT_HALF, Weights};
use crate::frequency::{Estimate, TRACKED_HZ, estimate, search, wrap};
use crate::kernel::TAPS;
use crate::limits::Limits;
use crate::means::{Distortion, Means};
use crate::response::{product_gain, undo};
use crate::spectrum::{Phasor, Phasors, SILENT, Spectrum};
use crate::sums::{self, PhaseSums};
use crate::wiring::Wiring;
use port::{Channel, Flag, Flags};

/// Frequency taken for the length of a window when there is nothing to measure it on.
const NOMINAL_HZ: f64 = 50.0;

/// Below this frequency a window has 10 cycles, from it on 12 (IEC 61000-4-30).
const TEN_CYCLES_BELOW_HZ: f64 = 55.0;

/// Samples of the first search, as seconds: five cycles at 50 Hz.
const SEARCH_S: f64 = 0.1;

/// Samples kept on both sides of a window: half a soft edge and the kernel's reach.
const MARGIN: usize = SOFT_HALF + TAPS / 2;

/// Phase error, in cycles, up to which a window's end is drawn back to the phase of its predecessors;
/// beyond, the grid has moved and the present phase becomes the reference.
const PHASE_PULL_MAX: f64 = 1e-4;

/// A stretch this little short of a whole cycle still counts it: rounding, not signal.
const CYCLE_TOLERANCE: f64 = 2e-6;

/// Full scale of the converter in counts.
const FULL_SCALE_COUNTS: f64 = 8_388_608.0;

/// What becomes of the samples after the last whole cycle when a stretch ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// They are left out: a record is read over its whole cycles.
    Drop,
    /// They count as energy: a meter loses nothing.
    Count,
}

/// A closed window.
#[derive(Debug)]
pub struct WindowInfo<'a> {
    /// Where it began and ended, in samples since the source began.
    pub start: f64,
    /// See `start`.
    pub end: f64,
    /// Whole cycles in it; 0 for the fragment at the end of a stretch, which only carries energy.
    pub cycles: u32,
    /// One for each load.
    pub means: &'a [Means],
}

struct Bounds {
    start: (f64, Edge),
    end: (f64, Edge),
    cycles: u32,
    /// Cycles measured, if the fundamental was tracked.
    tracked: Option<f64>,
}

impl Bounds {
    fn length(&self) -> f64 {
        self.end.0 - self.start.0
    }
}

/// A window of one channel in volts or amperes, and its phasors before and after calibration.
struct Analogue {
    samples: Vec<f64>,
    phasors_raw: Phasors,
    phasors: Phasors,
    peak: f64,
    flags: Flags,
}

impl Analogue {
    fn new(capacity: usize) -> Analogue {
        Analogue {
            samples: vec![0.0; capacity],
            phasors_raw: SILENT,
            phasors: SILENT,
            peak: 0.0,
            flags: Flags::NONE,
        }
    }

    fn before(&self) -> &Phasors {
        &self.phasors_raw
    }

    fn after(&self) -> &Phasors {
        &self.phasors
    }
}

/// See the module.
pub struct Bank {
    sample_rate_hz: f64,
    wiring: Wiring,
    dc_blocking: bool,
    voltages: [Option<Channel>; 3],
    loads: Vec<[Option<Channel>; 3]>,
    /// Counts: the voltages present, then the currents present of each load.
    rows: Vec<Vec<i32>>,
    filled: usize,
    base: u64,
    begun: bool,
    start: (f64, Edge),
    /// Samples that must be there before it is worth looking again.
    needed: usize,
    guess: Option<f64>,
    last_frequency: f64,
    anchor: Option<f64>,
    /// Phase at the start of the window being worked out, in cycles.
    phase: f64,
    tracked_row: usize,
    after_gap: bool,
    dc: DcBlock,
    weights: Weights,
    spectrum: Spectrum,
    volts: [Analogue; 3],
    amps: [Analogue; 3],
    means: Vec<Means>,
}

impl Bank {
    /// For a source's rate, the channels present and a wiring system.
    pub fn new(
        sample_rate_hz: f64,
        wiring: Wiring,
        voltages: [Option<Channel>; 3],
        loads: Vec<[Option<Channel>; 3]>,
        dc_blocking: bool,
    ) -> Bank {
        // The longest window is 10 cycles of 40 Hz; twice the first search; and both margins.
        let capacity = (sample_rate_hz * 0.45) as usize + 4 * MARGIN + 256;
        let present = |channels: &[Option<Channel>; 3]| channels.iter().flatten().count();
        let rows = present(&voltages) + loads.iter().map(present).sum::<usize>();
        Bank {
            sample_rate_hz,
            wiring,
            dc_blocking,
            voltages,
            rows: vec![vec![0; capacity]; rows],
            filled: 0,
            base: 0,
            begun: false,
            start: (-0.5, Edge::Hard),
            needed: 0,
            guess: None,
            last_frequency: NOMINAL_HZ / sample_rate_hz,
            anchor: None,
            phase: 0.0,
            tracked_row: 0,
            after_gap: false,
            dc: DcBlock::new(capacity),
            weights: Weights::new(),
            spectrum: Spectrum::new(sample_rate_hz, 12),
            volts: std::array::from_fn(|_| Analogue::new(capacity)),
            amps: std::array::from_fn(|_| Analogue::new(capacity)),
            means: vec![Means::default(); loads.len()],
            loads,
        }
    }

    /// Samples a second.
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// Changes the wiring from the next window on.
    pub fn set_wiring(&mut self, wiring: Wiring) {
        self.wiring = wiring;
    }

    /// Switches DC blocking of the voltages from the next window on.
    pub fn set_dc_blocking(&mut self, on: bool) {
        self.dc_blocking = on;
        self.dc.forget();
    }

    /// Takes in a block: `rows` are the voltages present, then the currents present of each load.
    /// Each window that closes goes to `sink`. A jump of `first` ends the stretch and begins another.
    pub fn push(&mut self, first: u64, rows: &[&[i32]], sink: &mut dyn FnMut(&WindowInfo)) {
        assert_eq!(rows.len(), self.rows.len(), "rows as constructed");
        let count = rows.first().map_or(0, |row| row.len());
        if !self.begun {
            self.begin(first);
        } else if first != self.base + self.filled as u64 {
            self.finish(Tail::Count, sink);
            self.begin(first);
            self.after_gap = true;
        }
        let mut taken = 0;
        while taken < count {
            let room = self.rows[0].len() - self.filled;
            assert!(room > 0, "a window fits into the buffer");
            let chunk = room.min(count - taken);
            for (kept, row) in self.rows.iter_mut().zip(rows) {
                kept[self.filled..self.filled + chunk].copy_from_slice(&row[taken..taken + chunk]);
            }
            self.filled += chunk;
            taken += chunk;
            while let Some(bounds) = self.bounds() {
                self.close(&bounds, sink);
            }
        }
    }

    /// Ends the stretch: closes windows as far as whole cycles go, then drops or counts the rest.
    pub fn finish(&mut self, tail: Tail, sink: &mut dyn FnMut(&WindowInfo)) {
        if !self.begun {
            return;
        }
        while let Some(bounds) = self.last_bounds(tail) {
            self.close(&bounds, sink);
        }
        let end = self.stretch_end();
        if tail == Tail::Count && end > self.start.0 {
            let bounds =
                Bounds { start: self.start, end: (end, Edge::Hard), cycles: 0, tracked: None };
            self.close(&bounds, sink);
        }
        self.begun = false;
    }

    fn stretch_end(&self) -> f64 {
        self.filled as f64 - 0.5
    }

    fn begin(&mut self, first: u64) {
        self.base = first;
        self.filled = 0;
        self.begun = true;
        self.start = (-0.5, Edge::Hard);
        self.needed = 0;
        self.anchor = None;
        self.guess = None;
    }

    fn cycles_at(&self, frequency: f64) -> u32 {
        if frequency * self.sample_rate_hz < TEN_CYCLES_BELOW_HZ { 10 } else { 12 }
    }

    /// Counts below which a channel carries no signal.
    fn signal_counts(&self) -> f64 {
        Limits::NO_VOLTAGE_PART * FULL_SCALE_COUNTS
    }

    /// The next window, if its samples are all there.
    fn bounds(&mut self) -> Option<Bounds> {
        if self.filled < self.needed {
            return None;
        }
        let tracked = match self.track()? {
            Some(found) => Some(found),
            None => {
                self.anchor = None;
                None
            }
        };
        let (length, cycles, measured) = match tracked {
            Some((frequency, cycles, pull)) => {
                let measured = f64::from(cycles) - pull;
                (measured / frequency, cycles, Some(measured))
            }
            None => {
                let cycles = self.cycles_at(self.last_frequency);
                (f64::from(cycles) / self.last_frequency, cycles, None)
            }
        };
        let end = self.start.0 + length;
        self.needed = (end + MARGIN as f64).ceil() as usize + 1;
        (self.filled >= self.needed).then_some(Bounds {
            start: self.start,
            end: (end, Edge::Soft),
            cycles,
            tracked: measured,
        })
    }

    /// Frequency, cycles and pull of the next window: outer None if samples are missing, inner if there is no
    /// fundamental to track.
    #[expect(clippy::option_option, reason = "not yet known and known to be absent differ")]
    fn track(&mut self) -> Option<Option<(f64, u32, f64)>> {
        let guess = match self.guess {
            Some(guess) => guess,
            None => {
                let from = self.start.0.max(0.0).ceil() as usize;
                let samples = (SEARCH_S * self.sample_rate_hz) as usize;
                if self.filled < from + samples {
                    self.needed = from + samples;
                    return None;
                }
                match self.search(from, from + samples) {
                    Some(guess) => guess,
                    None => return Some(None),
                }
            }
        };
        let row = &self.rows[self.tracked_row][..self.filled];
        let mut cycles = self.cycles_at(guess);
        let mut estimated = estimate(row, self.start.0, f64::from(cycles), guess);
        if let Estimate::Found(found) = estimated
            && self.cycles_at(found.frequency) != cycles
        {
            cycles = self.cycles_at(found.frequency);
            estimated = estimate(row, self.start.0, f64::from(cycles), found.frequency);
        }
        match estimated {
            Estimate::NeedsSamples(count) => {
                // A signal that is not what it seemed may ask for more than any window holds.
                if count + MARGIN >= self.rows[0].len() {
                    self.guess = None;
                    return Some(None);
                }
                self.needed = count;
                None
            }
            Estimate::Found(found)
                if found.amplitude >= self.signal_counts() && self.is_tracked(found.frequency) =>
            {
                self.phase = found.phase;
                let error = wrap(found.phase - self.anchor.unwrap_or(found.phase));
                let pull = if error.abs() <= PHASE_PULL_MAX { error } else { 0.0 };
                Some(Some((found.frequency, cycles, pull)))
            }
            Estimate::Found(_) | Estimate::Lost => {
                self.guess = None;
                Some(None)
            }
        }
    }

    fn is_tracked(&self, frequency: f64) -> bool {
        (TRACKED_HZ.0..=TRACKED_HZ.1).contains(&(frequency * self.sample_rate_hz))
    }

    /// Chooses the channel to track and makes a first guess from the samples given.
    fn search(&mut self, from: usize, to: usize) -> Option<f64> {
        let span = |row: &Vec<i32>| {
            let (low, high) = row[from..to]
                .iter()
                .fold((i32::MAX, i32::MIN), |(low, high), x| (low.min(*x), high.max(*x)));
            0.5 * (f64::from(high) - f64::from(low))
        };
        // Three rows at the most.
        let mut spans = [0.0; 3];
        for (entry, row) in spans.iter_mut().zip(self.rows.iter().take(self.trackable_rows())) {
            *entry = span(row);
        }
        let largest = spans.iter().copied().fold(0.0, f64::max);
        if largest < self.signal_counts() {
            return None;
        }
        self.tracked_row = spans.iter().position(|span| *span >= 0.5 * largest)?;
        search(&self.rows[self.tracked_row][from..to], self.sample_rate_hz)
    }

    /// The voltages; without any, the first currents.
    fn trackable_rows(&self) -> usize {
        let voltages = self.voltages.iter().flatten().count();
        if voltages > 0 { voltages } else { self.rows.len().min(3) }
    }

    /// The next window of a stretch that has ended, of as many whole cycles as are left.
    fn last_bounds(&mut self, tail: Tail) -> Option<Bounds> {
        let end = self.stretch_end();
        let available = end - self.start.0;
        let (frequency, tracked) = match self.last_frequency_estimate(available) {
            Some(frequency) => (frequency, true),
            None => (self.last_frequency, false),
        };
        let left = available * frequency + CYCLE_TOLERANCE;
        let mut cycles = (left.floor() as u32).min(self.cycles_at(frequency));
        let close_of = |cycles: u32| match self.start.0 + f64::from(cycles) / frequency {
            close if close + CYCLE_TOLERANCE / frequency > end => end,
            close => close,
        };
        let soft_at = |close: f64| close + SOFT_HALF as f64 <= end;
        // What follows counts too: the cut to it has to be soft, or the end of everything.
        if tail == Tail::Count && close_of(cycles) < end && !soft_at(close_of(cycles)) {
            cycles = cycles.saturating_sub(1);
        }
        if cycles == 0 {
            return None;
        }
        let close = close_of(cycles);
        let soft = soft_at(close);
        Some(Bounds {
            start: self.start,
            end: (close, if soft { Edge::Soft } else { Edge::Hard }),
            cycles,
            tracked: tracked.then_some(f64::from(cycles)),
        })
    }

    /// Frequency over what is left of a stretch.
    fn last_frequency_estimate(&mut self, available: f64) -> Option<f64> {
        let from = self.start.0.max(0.0).ceil() as usize;
        let guess = match self.guess {
            Some(guess) => guess,
            None if from < self.filled => self
                .search(from, self.filled.min(from + (SEARCH_S * self.sample_rate_hz) as usize))?,
            None => return None,
        };
        let full = f64::from(self.cycles_at(guess));
        let mut cycles = (available * guess - 0.05).min(full);
        if cycles < 1.1 {
            // Too short to measure on: the frequency before it, or the best sine.
            return Some(guess);
        }
        for _ in 0..3 {
            let row = &self.rows[self.tracked_row][..self.filled];
            match estimate(row, self.start.0, cycles, guess) {
                Estimate::Found(found) => {
                    return (found.amplitude >= self.signal_counts()
                        && self.is_tracked(found.frequency))
                    .then_some(found.frequency);
                }
                Estimate::NeedsSamples(_) => cycles -= 0.1,
                Estimate::Lost => return None,
            }
        }
        Some(guess)
    }

    /// Works out a window, hands it on and moves to the next.
    fn close(&mut self, bounds: &Bounds, sink: &mut dyn FnMut(&WindowInfo)) {
        let from = (bounds.start.0.floor() - MARGIN as f64).max(0.0) as usize;
        let to = ((bounds.end.0.ceil() as usize) + MARGIN + 1).min(self.filled);
        let local = |position: f64| position - from as f64;
        let spc = match bounds.cycles {
            0 => 1.0 / self.last_frequency,
            cycles => bounds.length() / f64::from(cycles),
        };
        self.weights.set(
            (local(bounds.start.0), bounds.start.1),
            (local(bounds.end.0), bounds.end.1),
            spc,
        );
        if bounds.cycles > 0 {
            self.spectrum.plan(
                local(bounds.start.0),
                bounds.length(),
                bounds.cycles as usize,
                to - from,
            );
        }
        let shared = self.reference(bounds, from, to, spc);
        let mut row = self.voltages.iter().flatten().count();
        for load in 0..self.loads.len() {
            self.means[load] = self.load(load, &mut row, bounds, &shared, from, to);
        }
        self.after_gap = false;
        let base = self.base as f64;
        sink(&WindowInfo {
            start: base + bounds.start.0,
            end: base + bounds.end.0,
            cycles: bounds.cycles,
            means: &self.means,
        });
        self.advance(bounds, &shared);
    }

    /// Everything of the voltages, as means without currents.
    fn reference(&mut self, bounds: &Bounds, from: usize, to: usize, spc: f64) -> Means {
        let length = bounds.length();
        let hz = self.sample_rate_hz / spc;
        let mut row = 0;
        for phase in 0..3 {
            let channel = self.voltages[phase].filter(|_| self.wiring.phases()[phase]);
            if self.voltages[phase].is_some() {
                convert_row(
                    &self.rows[row][from..to],
                    channel,
                    &self.weights,
                    &mut self.volts[phase],
                );
                row += 1;
            } else {
                convert_row(&[0; 0], None, &self.weights, &mut self.volts[phase]);
                self.volts[phase].samples[..to - from].fill(0.0);
            }
        }
        if self.wiring == Wiring::ThreePhaseThreeWire {
            refer_to_virtual_neutral(&mut self.volts, to - from);
        }
        if self.dc_blocking {
            self.block_dc(bounds, from, to - from);
        }
        let mut means = Means { samples: length, samples_per_cycle: spc, ..Means::default() };
        if let Some(cycles) = bounds.tracked {
            means.cycles = cycles;
            means.tracked_samples = length;
        }
        for phase in 0..3 {
            let v = &self.volts[phase].samples[..to - from];
            let mut edges = 0.0;
            let body = sums::over(
                &self.weights,
                |n, weight| edges += weight * v[n] * v[n],
                |range| sums::voltage_sums(&v[range]).1,
            );
            means.v2[phase] = (body + edges) / length;
            let w = &self.volts[(phase + 1) % 3].samples[..to - from];
            let mut edges = 0.0;
            let body = sums::over(
                &self.weights,
                |n, weight| edges += weight * (v[n] - w[n]).powi(2),
                |range| sums::difference_square(&v[range.clone()], &w[range]),
            );
            means.vv2[phase] = (body + edges) / length;
            means.v_flags[phase] = self.volts[phase].flags.with(Flag::Gap, self.after_gap);
        }
        if bounds.cycles > 0 {
            self.voltage_phasors(&mut means, to - from, hz);
        }
        means
    }

    /// Takes the DC out of the voltages.
    fn block_dc(&mut self, bounds: &Bounds, from: usize, count: usize) {
        let length = bounds.length();
        self.dc.plan(bounds.start.0 - from as f64, length, bounds.cycles);
        for phase in (0..3).filter(|phase| self.wiring.phases()[*phase]) {
            if self.voltages[phase].is_none() {
                continue;
            }
            let Analogue { samples, peak, .. } = &mut self.volts[phase];
            let weights = &self.weights;
            self.dc.apply(phase, &mut samples[..count], *peak, |v| {
                let mut edges = 0.0;
                let body = sums::over(
                    weights,
                    |n, weight| edges += weight * v[n],
                    |range| sums::voltage_sums(&v[range]).0,
                );
                (body + edges) / length
            });
        }
    }

    fn voltage_phasors(&mut self, means: &mut Means, count: usize, hz: f64) {
        for phase in 0..3 {
            let analogue = &mut self.volts[phase];
            let raw = self.spectrum.phasors(&analogue.samples[..count]);
            let corrected = match &self.voltages[phase] {
                Some(channel) if !channel.is_flat() => undo(channel, &raw, hz, self.sample_rate_hz),
                _ => raw,
            };
            analogue.phasors_raw = raw;
            analogue.phasors = corrected;
        }
        for phase in 0..3 {
            let (a, b) = (&self.volts[phase], &self.volts[(phase + 1) % 3]);
            means.v2[phase] += gain((a, a));
            means.v_spectrum[phase] = distortion(a.after());
            let before = difference(a.before(), b.before());
            let after = difference(a.after(), b.after());
            means.vv2[phase] += product_gain((&before, &after), (&before, &after));
            means.vv_spectrum[phase] = distortion(&after);
        }
        means.sequence = sequence(std::array::from_fn(|phase| self.volts[phase].after()[1]));
    }

    /// The means of one load.
    fn load(
        &mut self,
        load: usize,
        row: &mut usize,
        bounds: &Bounds,
        shared: &Means,
        from: usize,
        to: usize,
    ) -> Means {
        let mut means = *shared;
        let length = bounds.length();
        let count = to - from;
        for phase in 0..3 {
            let present = self.loads[load][phase];
            let channel = present.filter(|_| self.wiring.phases()[phase]);
            let analogue = &mut self.amps[phase];
            if present.is_some() {
                convert_row(&self.rows[*row][from..to], channel, &self.weights, analogue);
                *row += 1;
            }
            if channel.is_none() {
                analogue.samples[..count].fill(0.0);
                analogue.peak = 0.0;
                analogue.flags = Flags::NONE;
            }
            means.i_peak[phase] = analogue.peak;
            means.i_flags[phase] = analogue.flags.with(Flag::Gap, self.after_gap);
        }
        self.load_sums(&mut means, length, count);
        if bounds.cycles > 0 {
            self.load_phasors(load, &mut means, count);
        } else {
            // A fragment is too short for phasors: the last window's reactive power goes on.
            means.q = self.means[load].q;
            means.q_two = self.means[load].q_two;
        }
        means
    }

    fn load_sums(&self, means: &mut Means, length: f64, count: usize) {
        let i: [&[f64]; 3] = std::array::from_fn(|phase| &self.amps[phase].samples[..count]);
        for phase in 0..3 {
            let v = &self.volts[phase].samples[..count];
            let mut edges = PhaseSums::default();
            let body = sums::over(
                &self.weights,
                |n, weight| edges = edges.plus(v[n], i[phase][n], weight),
                |range| sums::phase_sums(&v[range.clone()], &i[phase][range]),
            );
            means.i2[phase] = (body.ii + edges.ii) / length;
            means.p[phase] = (body.vi + edges.vi) / length;
        }
        let v2 = &self.volts[1].samples[..count];
        let mut edges = (0.0, 0.0);
        let body = sums::over(
            &self.weights,
            |k, weight| {
                let n = i[0][k] + i[1][k] + i[2][k];
                edges.0 += weight * n * n;
                edges.1 += weight * v2[k] * n;
            },
            |range| sums::neutral_sums(&v2[range.clone()], i.map(|row| &row[range.clone()])),
        );
        means.n2 = (body.0 + edges.0) / length;
        means.p_two = means.p.iter().sum::<f64>() - (body.1 + edges.1) / length;
    }

    fn load_phasors(&mut self, load: usize, means: &mut Means, count: usize) {
        let hz = self.sample_rate_hz / means.samples_per_cycle;
        let mut flat = true;
        for phase in 0..3 {
            let channel = self.loads[load][phase].filter(|_| self.wiring.phases()[phase]);
            let analogue = &mut self.amps[phase];
            let raw = match channel {
                Some(_) => self.spectrum.phasors(&analogue.samples[..count]),
                None => SILENT,
            };
            let corrected = match &channel {
                Some(channel) if !channel.is_flat() => {
                    flat = false;
                    undo(channel, &raw, hz, self.sample_rate_hz)
                }
                _ => raw,
            };
            analogue.phasors_raw = raw;
            analogue.phasors = corrected;
        }
        let i: [Phasor; 3] = std::array::from_fn(|phase| self.amps[phase].after()[1]);
        let v: [Phasor; 3] = std::array::from_fn(|phase| self.volts[phase].after()[1]);
        for phase in 0..3 {
            means.q[phase] = 0.5 * (v[phase] * i[phase].conj()).im;
            means.i_spectrum[phase] = distortion(self.amps[phase].after());
        }
        means.q_two = means.q.iter().sum::<f64>() - 0.5 * (v[1] * (i[0] + i[1] + i[2]).conj()).im;
        if !flat {
            self.correct_load(means);
        }
    }

    /// Adds to currents and powers what the response of the analogue path took from them.
    fn correct_load(&self, means: &mut Means) {
        let sum = |pick: fn(&Analogue) -> &Phasors| -> Phasors {
            std::array::from_fn(|order| self.amps.iter().map(|a| pick(a)[order]).sum())
        };
        let (n_before, n_after) = (sum(Analogue::before), sum(Analogue::after));
        let mut p_gain = 0.0;
        for phase in 0..3 {
            let (v, i) = (&self.volts[phase], &self.amps[phase]);
            means.i2[phase] += gain((i, i));
            let gained = gain((v, i));
            means.p[phase] += gained;
            p_gain += gained;
        }
        means.n2 += product_gain((&n_before, &n_after), (&n_before, &n_after));
        let v2 = &self.volts[1];
        means.p_two += p_gain - product_gain((v2.before(), v2.after()), (&n_before, &n_after));
    }

    /// Moves to the next window and forgets what no window needs any more.
    fn advance(&mut self, bounds: &Bounds, shared: &Means) {
        match bounds.tracked {
            Some(cycles) => {
                let frequency = cycles / bounds.length();
                self.guess = Some(frequency);
                self.last_frequency = frequency;
                self.keep_phase();
            }
            None if bounds.cycles > 0 => self.anchor = None,
            None => {}
        }
        self.choose_tracked_row(shared);
        self.start = bounds.end;
        let spent = (bounds.end.0.floor() as usize).saturating_sub(2 * MARGIN);
        if spent > 0 {
            for row in &mut self.rows {
                row.copy_within(spent..self.filled, 0);
            }
            self.filled -= spent;
            self.base += spent as u64;
            self.start.0 -= spent as f64;
        }
        self.needed = 0;
    }

    /// Keeps the phase at which windows begin, so that rounding does not add up over a record.
    fn keep_phase(&mut self) {
        let moved = |anchor: f64| wrap(self.phase - anchor).abs() > PHASE_PULL_MAX;
        if self.anchor.is_none_or(moved) {
            self.anchor = Some(self.phase);
        }
    }

    /// Tracks another phase if its voltage is more than twice the present one's.
    fn choose_tracked_row(&mut self, shared: &Means) {
        let present = (0..3).filter(|phase| self.voltages[*phase].is_some());
        let (mut best, mut best_v2, mut current_v2) = (self.tracked_row, 0.0, f64::INFINITY);
        for (row, phase) in present.enumerate() {
            if row == self.tracked_row {
                current_v2 = shared.v2[phase];
            }
            if shared.v2[phase] > best_v2 {
                (best, best_v2) = (row, shared.v2[phase]);
            }
        }
        if best_v2 > 4.0 * current_v2 {
            self.tracked_row = best;
            self.anchor = None;
        }
    }
}

fn convert_row(counts: &[i32], channel: Option<Channel>, weights: &Weights, out: &mut Analogue) {
    let Some(channel) = channel else {
        out.samples[..counts.len()].fill(0.0);
        out.peak = 0.0;
        out.flags = Flags::NONE;
        return;
    };
    let mut part = |range: std::ops::Range<usize>| {
        sums::convert(
            &counts[range.clone()],
            channel.unit_per_count,
            channel.offset_counts,
            &mut out.samples[range],
        )
    };
    let end = weights.end().min(counts.len());
    part(0..weights.first);
    let (low, high) = part(weights.first..end);
    part(end..counts.len());
    let largest = f64::from(high) - channel.offset_counts;
    let smallest = f64::from(low) - channel.offset_counts;
    out.peak = largest.max(-smallest).max(0.0) * channel.unit_per_count.abs();
    let clipped =
        f64::from(high) >= FULL_SCALE_COUNTS - 1.0 || f64::from(low) <= -FULL_SCALE_COUNTS;
    out.flags = Flags::NONE.with(Flag::Clipped, clipped);
}

/// Without a neutral, the mean of the three terminals takes its place.
fn refer_to_virtual_neutral(volts: &mut [Analogue; 3], count: usize) {
    let [a, b, c] = volts;
    let rows = a.samples[..count].iter_mut().zip(&mut b.samples).zip(&mut c.samples);
    for ((a, b), c) in rows {
        let neutral = (*a + *b + *c) / 3.0;
        *a -= neutral;
        *b -= neutral;
        *c -= neutral;
    }
}

fn gain((a, b): (&Analogue, &Analogue)) -> f64 {
    product_gain((a.before(), a.after()), (b.before(), b.after()))
}

fn difference(a: &Phasors, b: &Phasors) -> Phasors {
    std::array::from_fn(|order| a[order] - b[order])
}

fn distortion(phasors: &Phasors) -> Distortion {
    Distortion {
        fundamental: phasors[1].norm_sqr(),
        harmonics: phasors[2..].iter().map(Phasor::norm_sqr).sum(),
    }
}

/// Positive less negative sequence of the three L-L voltages, over their sum.
fn sequence([a, b, c]: [Phasor; 3]) -> f64 {
    let turn = Phasor::from_polar(1.0, std::f64::consts::TAU / 3.0);
    let (ab, bc, ca) = (a - b, b - c, c - a);
    let positive = (ab + turn * bc + turn * turn * ca).norm();
    let negative = (ab + turn * turn * bc + turn * ca).norm();
    if positive + negative > 0.0 { (positive - negative) / (positive + negative) } else { 0.0 }
}
