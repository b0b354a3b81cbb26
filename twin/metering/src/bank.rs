//! One voltage reference and the loads metered against it: samples in, the means of windows out.
//!
//! The built-in meter is a bank with one load; ESY modules are the loads of a bank of their own, since
//! they share the voltage reference. Where windows begin and end, their weights, the sampling grid and
//! everything of the voltages is worked out once for all loads.

use crate::analogue::Input;
use crate::bounds::{Bounds, Cutter, Tail};
use crate::buffer::Buffer;
use crate::loads::Loads;
use crate::means::Means;
use crate::track::Track;
use crate::voltages::Voltages;
use crate::window::{MARGIN, Window};
use crate::wiring::Wiring;
use port::{Channel, WiringCorrection};

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

/// See the module.
pub struct Bank {
    sample_rate_hz: f64,
    begun: bool,
    /// Counts: the voltages present, then the currents present of each load.
    kept: Buffer,
    cutter: Cutter,
    window: Window,
    voltages: Voltages,
    loads: Loads,
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
        let capacity = capacity(sample_rate_hz);
        let mut rows = 0;
        let voltages = Input::of_phases(voltages, &mut rows);
        let voltage_rows = rows;
        let loads = loads.into_iter().map(|load| Input::of_phases(load, &mut rows)).collect();
        // Without any voltage the first currents have to do.
        let candidates = if voltage_rows > 0 { voltage_rows } else { rows.min(3) };
        Bank {
            sample_rate_hz,
            begun: false,
            kept: Buffer::new(rows, capacity),
            cutter: Cutter::new(Track::new(sample_rate_hz, candidates)),
            window: Window::new(sample_rate_hz, wiring, capacity),
            voltages: Voltages::new(voltages, capacity, dc_blocking),
            loads: Loads::new(loads, capacity),
        }
    }

    /// Samples a second.
    pub fn sample_rate_hz(&self) -> f64 {
        self.sample_rate_hz
    }

    /// Changes the wiring from the next window on.
    pub fn set_wiring(&mut self, wiring: Wiring) {
        self.window.wiring = wiring;
    }

    /// Corrects from the next window on what the current inputs of a load measure, as an index into the
    /// loads of `new`. Finish the stretch first: a soft edge would mix what was with what is.
    pub fn correct(&mut self, load: usize, correction: WiringCorrection) {
        self.loads.correct(load, correction);
    }

    /// Switches DC blocking of the voltages from the next window on.
    pub fn set_dc_blocking(&mut self, on: bool) {
        self.voltages.set_dc_blocking(on);
    }

    /// Takes in a block: `rows` are the voltages present, then the currents present of each load.
    /// Each window that closes goes to `sink`. A jump of `first` ends the stretch and begins another.
    pub fn push(&mut self, first: u64, rows: &[&[i32]], sink: &mut dyn FnMut(&WindowInfo)) {
        assert_eq!(rows.len(), self.kept.rows(), "rows as constructed");
        if !self.begun {
            self.begin(first);
        } else if first != self.kept.next() {
            self.finish(Tail::Count, sink);
            self.begin(first);
            self.window.after_gap = true;
        }
        let count = rows.first().map_or(0, |row| row.len());
        let mut taken = 0;
        while taken < count {
            taken += self.kept.take(rows, taken);
            while let Some(bounds) = self.cutter.next(&self.kept) {
                self.close(&bounds, sink);
            }
        }
    }

    /// Ends the stretch: closes windows as far as whole cycles go, then drops or counts the rest.
    pub fn finish(&mut self, tail: Tail, sink: &mut dyn FnMut(&WindowInfo)) {
        if !self.begun {
            return;
        }
        while let Some(bounds) = self.cutter.last(&self.kept, tail) {
            self.close(&bounds, sink);
        }
        if tail == Tail::Count
            && let Some(bounds) = self.cutter.fragment(&self.kept)
        {
            self.close(&bounds, sink);
        }
        self.begun = false;
    }

    fn begin(&mut self, first: u64) {
        self.begun = true;
        self.kept.begin(first);
        self.cutter.begin();
    }

    /// Works out a window, hands it on and moves to the next.
    fn close(&mut self, bounds: &Bounds, sink: &mut dyn FnMut(&WindowInfo)) {
        let Bank { kept, cutter, window, voltages, loads, .. } = self;
        window.plan(bounds, kept.filled(), cutter.samples_per_cycle());
        let shared = voltages.measure(kept, window);
        loads.measure(kept, window, voltages, &shared);
        window.after_gap = false;
        let base = kept.base() as f64;
        sink(&WindowInfo {
            start: base + bounds.start.at,
            end: base + bounds.end.at,
            cycles: bounds.cycles,
            means: loads.means(),
        });
        let spent = cutter.advance(bounds, voltages.present(shared.v2));
        kept.forget(spent);
    }
}

/// Samples to keep: the longest window, 10 cycles of 40 Hz; twice a search; and both margins.
fn capacity(sample_rate_hz: f64) -> usize {
    (sample_rate_hz * 0.45) as usize + 4 * MARGIN + 256
}
