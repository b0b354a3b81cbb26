//! The future of a run on samples, which can be changed while it runs.

use crate::installation::{Plan, SetUpError};
use runner::Rewriting;
use sim::esy::{ModuleMemory, Plugging};
use sim::scenario::{Playing, Scenario};
use sim::sources::{Faults, check};
use sim::synthetic::MeterPort;

/// How far behind everything that has begun a change lies at least, in seconds: more than any front end or
/// interpolation reaches.
const AHEAD_S: f64 = 0.1;

/// Changes begin at whole parts of a second, so that their times are short to write.
const PARTS: f64 = 10.0;

/// What a run is made of that knows of the future. A run whose future was changed is bit for bit the run of the changed
/// scenario.
pub struct Future {
    pub(crate) playing: Playing,
    pub(crate) script: Rewriting,
    pub(crate) plugging: Option<Plugging>,
    pub(crate) faults: Vec<(MeterPort, Faults)>,
    pub(crate) memory: ModuleMemory,
    /// Samples that the true clock takes in the time of one.
    pub(crate) clock_ratio: f64,
}

impl Future {
    /// Changes it. `change` is told the seconds from the first sample from which on it may; the scenario that it returns
    /// is the one in play until then.
    ///
    /// # Errors
    /// Those of `change`, or that the scenario cannot be set up; then nothing has changed.
    pub fn change<E: From<SetUpError>>(
        &self,
        change: impl FnOnce(f64) -> Result<Scenario, E>,
    ) -> Result<(), E> {
        self.playing.change(|begun_to_s| {
            // What happens to the meter counts its own samples, what happens to the grid true time: behind both.
            let begun_to_s = begun_to_s * self.clock_ratio.max(1.0);
            let from_s = ((begun_to_s + AHEAD_S) * PARTS).ceil() / PARTS;
            let scenario = change(from_s)?;
            self.follow(&scenario, from_s)?;
            Ok(scenario)
        })
    }

    /// Lets all that does not follow by itself do what a scenario says from a moment on.
    fn follow(&self, scenario: &Scenario, from_s: f64) -> Result<(), SetUpError> {
        let plan = Plan::in_play(scenario, self.playing.clone(), self.memory.clone());
        for (meter, _) in &self.faults {
            check(&plan.faults(*meter), &plan.format(*meter))?;
        }
        let changes = plan.changes(plan.sample(from_s))?;
        for (meter, known) in &self.faults {
            known.extend_to(plan.faults(*meter));
        }
        if let Some(plugging) = &self.plugging {
            plugging.forget_from(plan.sample(from_s));
            changes.into_iter().for_each(|change| plugging.add(change));
        }
        let from = plan.sample(from_s);
        self.script.rewrite(from, plan.cues().into_iter().filter(|cue| cue.at >= from).collect());
        Ok(())
    }
}
