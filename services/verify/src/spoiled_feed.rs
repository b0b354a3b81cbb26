//! Firmware that is spoiled on purpose, between the windows and what is made of them.
//!
//! A good unit never comes here: its samples go to its world as they are. Here they go to a world of their
//! own, whose windows are changed and handed on as windows that were metered elsewhere.

use crate::unit::Defects;
use image::MeterId;
use metering::{Means, Tail};
use port::{MeterCommand, SampleBlock, SampleSource, SourceError};
use runner::{Fed, Feed, Samples};
use std::f64::consts::FRAC_PI_2;
use world::{ClosedWindow, Inputs, Twin, TwinConfig, WindowStamp};

/// See the module.
pub struct SpoiledFeed {
    samples: Samples,
    honest: Twin,
    inputs: Inputs,
    nominal_hz: f64,
    stale_window: bool,
    reactive_by_delay: bool,
    before: Option<Means>,
}

impl SpoiledFeed {
    /// For a source and the world that its windows go to.
    pub fn new(
        source: Box<dyn SampleSource + Send>,
        config: &TwinConfig,
        defects: &Defects,
        nominal_hz: f64,
    ) -> SpoiledFeed {
        SpoiledFeed {
            samples: Samples::new(source, None),
            honest: Twin::new(config),
            inputs: Inputs::default(),
            nominal_hz,
            stale_window: defects.stale_window,
            reactive_by_delay: defects.reactive_by_delay,
            before: None,
        }
    }

    fn spoil(&mut self, window: &WindowStamp, rate_hz: f64) -> ClosedWindow {
        let measured = window.means;
        let mut means = measured;
        if self.reactive_by_delay {
            delay_by_samples(&mut means, rate_hz, self.nominal_hz);
        }
        if let Some(before) = self.before.filter(|_| self.stale_window) {
            means = Means { samples: measured.samples, ..before };
        }
        self.before = Some(measured);
        ClosedWindow { start: window.start, end: window.end, cycles: window.cycles, means }
    }
}

/// Reactive power as the mean of the current times the voltage a quarter of a nominal cycle ago. Away from
/// the nominal frequency that is another angle, and a part of the active power gets in.
fn delay_by_samples(means: &mut Means, rate_hz: f64, nominal_hz: f64) {
    let Some(frequency) = means.frequency() else { return };
    let turn_rad = FRAC_PI_2 * frequency * rate_hz / nominal_hz;
    let delayed = |p: f64, q: f64| q * turn_rad.sin() + p * turn_rad.cos();
    for phase in 0..3 {
        means.q[phase] = delayed(means.p[phase], means.q[phase]);
    }
    means.q_two = delayed(means.p_two, means.q_two);
}

impl Feed for SpoiledFeed {
    fn sample_rate_hz(&self) -> f64 {
        self.samples.sample_rate_hz()
    }

    fn block(&self, _: usize) -> SampleBlock {
        SampleBlock::new(0, 0)
    }

    fn feed(&mut self, inputs: &mut Inputs, want: usize, before: u64) -> Result<Fed, SourceError> {
        if self.inputs.block.capacity() < want {
            self.inputs.block = self.samples.block(want);
        }
        let fed = self.samples.feed(&mut self.inputs, want, before)?;
        self.inputs.time = inputs.time;
        // Nothing is wanted any more: what is open is closed, as in a good unit.
        self.inputs.end = (want == 0).then_some(Tail::Count);
        let rate_hz = self.sample_rate_hz();
        let windows = self.honest.tick(&mut self.inputs).windows;
        for window in &windows {
            let window = self.spoil(window, rate_hz);
            inputs.windows.push(window);
        }
        Ok(fed)
    }

    /// What the bench tells a unit concerns registers; DC blocking is no defect of a unit with these.
    fn command(&mut self, _: Option<MeterId>, _: MeterCommand) {}
}
