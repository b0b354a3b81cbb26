//! Firmware that is spoiled on purpose, between the samples and the meter.
//!
//! A good unit never comes here: its samples go to the world as they are. Here windows are worked out by
//! the same bank, changed, and handed on as windows that were metered elsewhere.

use crate::unit::Defects;
use image::MeterId;
use metering::{Bank, Means, WindowInfo};
use port::{MeterCommand, Role, SampleBlock, SampleSource, SourceError, SourceState};
use runner::{Fed, Feed};
use std::f64::consts::FRAC_PI_2;
use world::{ClosedWindow, Inputs, TwinConfig};

/// Every so many windows one shows what the one before it did.
const STALE_EVERY: u64 = 4;

/// See the module.
pub struct SpoiledFeed {
    source: Box<dyn SampleSource + Send>,
    bank: Bank,
    rate_hz: f64,
    nominal_hz: f64,
    stale_window: bool,
    reactive_by_delay: bool,
    rows: usize,
    block: SampleBlock,
    next: u64,
    windows: u64,
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
        let format = &config.format;
        let channel = |role: Role| format.row(role).map(|row| format.channels[row]);
        let voltages = [Role::Va, Role::Vb, Role::Vc].map(channel);
        let currents = [Role::Ia, Role::Ib, Role::Ic].map(channel);
        let blocking = !defects.dc_blocking_off;
        SpoiledFeed {
            bank: Bank::new(format.sample_rate_hz, config.wiring, voltages, vec![currents], blocking),
            rate_hz: format.sample_rate_hz,
            nominal_hz,
            stale_window: defects.stale_window,
            reactive_by_delay: defects.reactive_by_delay,
            rows: format.channels.len(),
            block: SampleBlock::new(format.channels.len(), 0),
            source,
            next: 0,
            windows: 0,
            before: None,
        }
    }

    fn spoil(&mut self, mut window: ClosedWindow) -> ClosedWindow {
        self.windows += 1;
        let measured = window.means;
        if self.reactive_by_delay {
            delay_by_samples(&mut window.means, self.rate_hz, self.nominal_hz);
        }
        if self.stale_window
            && self.windows.is_multiple_of(STALE_EVERY)
            && let Some(before) = self.before
        {
            window.means = Means { samples: measured.samples, ..before };
        }
        self.before = Some(measured);
        window
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
        self.rate_hz
    }

    fn block(&self, samples: usize) -> SampleBlock {
        SampleBlock::new(self.rows, samples)
    }

    fn feed(&mut self, inputs: &mut Inputs, want: usize, before: u64) -> Result<Fed, SourceError> {
        let left = usize::try_from(before.saturating_sub(self.next)).unwrap_or(usize::MAX);
        let want = want.min(left);
        if self.block.capacity() < want {
            self.block = SampleBlock::new(self.rows, want);
        }
        self.block.samples = 0;
        let state = match want {
            0 => SourceState::Samples,
            want => self.source.read(&mut self.block, want)?,
        };
        if self.block.samples > 0 {
            let mut closed = Vec::new();
            let rows: Vec<&[i32]> = (0..self.rows).map(|row| self.block.row(row)).collect();
            self.bank.push(self.block.first, &rows, &mut |window: &WindowInfo| {
                closed.push(ClosedWindow {
                    start: window.start,
                    end: window.end,
                    cycles: window.cycles,
                    means: window.means[0],
                });
            });
            self.next = self.block.first + self.block.samples as u64;
            for window in closed {
                let window = self.spoil(window);
                inputs.windows.push(window);
            }
        }
        Ok(Fed {
            position: self.next as f64 - 0.5,
            samples: self.block.samples as u64,
            ended: state == SourceState::Ended,
        })
    }

    /// What the bench tells a unit concerns registers; DC blocking is a defect and known from the beginning.
    fn command(&mut self, _: Option<MeterId>, _: MeterCommand) {}
}
