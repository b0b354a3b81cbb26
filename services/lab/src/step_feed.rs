//! Feeds a run with windows instead of samples: the fidelities *sampled* and *phasor*.

use catalog::SettingId;
use image::MeterId;
use metering::Wiring;
use port::{MeterCommand, SampleBlock, SourceError, Timestamp};
use runner::{Fed, Feed};
use sim::steps::{Modules, StepWindow, Stepper};
use world::{ClosedWindow, Inputs};

/// See the module.
pub struct StepFeed {
    stepper: Stepper,
    modules: Modules,
    rate_hz: f64,
    start: Timestamp,
    /// Where time stands, in samples.
    position: f64,
    /// Positions at which a tick must end, the last first: somebody looks there.
    cuts: Vec<f64>,
    window: StepWindow,
}

impl StepFeed {
    /// Windows of a stepper and what modules make of theirs; `start` is the civil time of the first
    /// sample, `cuts_s` are the instants at which a tick must end, in seconds.
    pub fn new(
        stepper: Stepper,
        modules: Modules,
        rate_hz: f64,
        start: Timestamp,
        cuts_s: &[f64],
    ) -> StepFeed {
        let mut cuts: Vec<f64> = cuts_s.iter().map(|cut_s| cut_s * rate_hz - 0.5).collect();
        cuts.sort_by(|a, b| b.total_cmp(a));
        StepFeed {
            stepper,
            modules,
            rate_hz,
            start,
            position: -0.5,
            cuts,
            window: StepWindow::default(),
        }
    }

    /// Position at which this tick must end.
    fn tick_ends(&mut self, before: u64) -> f64 {
        while self.cuts.last().is_some_and(|cut| *cut <= self.position) {
            self.cuts.pop();
        }
        let cut = self.cuts.last().copied().unwrap_or(f64::INFINITY);
        cut.min(before as f64 - 0.5)
    }

    /// Hands a window on to the world and to the modules.
    fn hand_on(&mut self, inputs: &mut Inputs) {
        let window = &self.window;
        let time = self.start + (window.end + 0.5) / self.rate_hz;
        self.modules.take(window, time, &mut inputs.replies);
        inputs.windows.push(ClosedWindow {
            start: window.start,
            end: window.end,
            cycles: window.cycles,
            means: window.means[0],
        });
    }
}

/// Index of the first sample after a position.
fn index(position: f64) -> u64 {
    (position + 0.5) as u64
}

impl Feed for StepFeed {
    fn sample_rate_hz(&self) -> f64 {
        self.rate_hz
    }

    fn block(&self, _: usize) -> SampleBlock {
        SampleBlock::new(0, 0)
    }

    fn feed(&mut self, inputs: &mut Inputs, want: usize, before: u64) -> Result<Fed, SourceError> {
        let began = self.position;
        let limit = self.tick_ends(before);
        let wanted = (began + want as f64).min(limit);
        while self.position < wanted {
            // What is plugged in changes between two windows.
            let change = self.modules.next_change();
            let until = if change > self.position { limit.min(change) } else { limit };
            if self.stepper.next(until, &mut self.window)? {
                self.position = self.window.end;
                self.hand_on(inputs);
            } else {
                self.position = until;
            }
        }
        let samples = index(self.position) - index(began);
        Ok(Fed { position: self.position, samples, ended: false })
    }

    fn command(&mut self, meter: Option<MeterId>, command: MeterCommand) {
        let place = match meter {
            None => None,
            Some(MeterId::Main) => Some(0),
            Some(MeterId::Esy(slot)) => self.modules.place(slot).map(|place| 1 + place),
        };
        if let (MeterCommand::Correct(correction), Some(place)) = (command, place) {
            self.stepper.correct(place, correction);
        }
        // All meters share the voltages, and so how they are wired.
        if place.is_none_or(|place| place == 0) {
            match command {
                MeterCommand::Set(SettingId::Wiring, value) => {
                    let wiring = Wiring::from_setting(value).expect("validated");
                    self.stepper.set_wiring(wiring);
                }
                MeterCommand::Set(SettingId::DcBlocking, value) => {
                    self.stepper.set_dc_blocking(value == 1);
                }
                _ => {}
            }
        }
        match meter {
            None => self.modules.command(None, command),
            Some(MeterId::Esy(slot)) => self.modules.command(Some(slot), command),
            Some(MeterId::Main) => {}
        }
    }
}
