//! A scenario that is being played, and whose future can be changed meanwhile.
//!
//! What is changed lies behind everything that anybody has begun to play, so the samples are those of the changed
//! scenario from the first one on, to the last bit: whoever plays that from the beginning gets the same.

use super::Scenario;
use crate::synthetic::{MeterPort, Synthetic};
use crate::waveform::{Branch, split};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What each front end of a device sees. A branch that is not read has to be dropped: the others run
/// at most [`crate::waveform::AHEAD_MAX`] samples ahead of it.
pub struct Terminals {
    /// Voltages and currents of the built-in meter.
    pub main: Branch,
    /// The same voltages, for the reference that the modules share.
    pub voltages: Branch,
    /// The currents of each module.
    pub modules: Vec<Branch>,
}

/// A scenario in play; clones are the same.
#[derive(Debug, Clone)]
pub struct Playing(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    scenario: Scenario,
    /// Times that its future was changed.
    changes: u64,
    /// Seconds from the first sample up to which somebody has begun to play.
    begun_to_s: f64,
}

impl Playing {
    /// A scenario from its beginning.
    pub fn new(scenario: &Scenario) -> Playing {
        let scenario = scenario.clone();
        Playing(Arc::new(Mutex::new(State { scenario, changes: 0, begun_to_s: 0.0 })))
    }

    /// The waveforms at the terminals of meters, which follow each change. `scenario` is the one in play, or the one
    /// that it is about to become.
    pub fn synthetic(&self, scenario: &Scenario, meters: &[MeterPort]) -> Synthetic {
        let (playing, meters) = (self.clone(), meters.to_vec());
        let mut seen = None;
        scenario.synthetic(&meters).following(Box::new(move |to_s| {
            let mut state = playing.state();
            state.begun_to_s = state.begun_to_s.max(to_s);
            let news = seen.replace(state.changes) != Some(state.changes);
            news.then(|| Box::new(state.scenario.scene(&meters)) as _)
        }))
    }

    /// What the front ends of the device see: parts of one waveform, which is computed once.
    pub fn terminals(&self, scenario: &Scenario) -> Terminals {
        let meters = scenario.device.meters();
        let phases = scenario.device.system.roles().len() / 2;
        let currents = (1..meters.len()).map(|module| (module + 1) * phases..(module + 2) * phases);
        let rows: Vec<_> = [0..2 * phases, 0..phases].into_iter().chain(currents).collect();
        let player = self.synthetic(scenario, &meters);
        let mut branches = split(Box::new(player), &rows).into_iter();
        let mut next = || branches.next().expect("as many branches as runs of rows");
        let (main, voltages) = (next(), next());
        Terminals { main, voltages, modules: branches.collect() }
    }

    /// Changes the future. `change` is told the seconds from the first sample up to which the scenario has to stay as it
    /// is, and nobody plays beyond them before it returns.
    ///
    /// # Errors
    /// Those of `change`; then nothing has changed.
    pub fn change<E>(&self, change: impl FnOnce(f64) -> Result<Scenario, E>) -> Result<(), E> {
        let mut state = self.state();
        state.scenario = change(state.begun_to_s)?;
        state.changes += 1;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
