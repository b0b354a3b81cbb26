//! The simulation, as the page controls it: its pace, and how far it has come.

use super::inject::Injections;
use crate::failure::Failure;
use crate::scenario;
use config::{Config, Speed};
use lab::Future;
use linux::RealPace;
use port::Pace;
use sim::scenario::Scenario;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use tokio::sync::mpsc;
use web::{Injected, Injection, Progress, Refused, ScenarioFacts, ScenarioName, TwinControl};
use world::Effects;

/// What both sides share.
#[derive(Debug)]
struct Shared {
    wanted: Mutex<Wanted>,
    /// Told when it has changed.
    changed: Condvar,
    progress: Mutex<Progress>,
}

/// How fast it is to go on.
#[derive(Debug)]
struct Wanted {
    speed: Speed,
    /// Whether there is nothing to wait for any more.
    ends: bool,
}

impl Shared {
    fn wanted(&self) -> MutexGuard<'_, Wanted> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn want(&self, change: impl FnOnce(&mut Wanted)) {
        change(&mut self.wanted());
        self.changed.notify_all();
    }
}

/// A pace that can be changed while it is kept, and while somebody waits: a step of phasors lasts a minute.
struct AdjustablePace {
    shared: Arc<Shared>,
    speed: Speed,
    current: RealPace,
}

impl Pace for AdjustablePace {
    fn wait_until(&mut self, elapsed_s: f64) {
        let mut wanted = self.shared.wanted();
        loop {
            if self.speed != wanted.speed {
                // A new pace counts from its first wait, which is this one.
                (self.speed, self.current) = (wanted.speed, real_pace(wanted.speed));
            }
            let left = match wanted.speed {
                Speed::Times(_) if !wanted.ends => self.current.left(elapsed_s),
                Speed::Times(_) | Speed::Max => return,
            };
            if left.is_zero() {
                return;
            }
            let woken = self.shared.changed.wait_timeout(wanted, left);
            wanted = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// The pace of a speed; at [`Speed::Max`] nobody asks it.
fn real_pace(speed: Speed) -> RealPace {
    match speed {
        Speed::Times(factor) => RealPace::new(factor),
        Speed::Max => RealPace::new(1.0),
    }
}

/// The page's side.
pub struct TwinHandle {
    shared: Arc<Shared>,
    facts: ScenarioFacts,
    injections: Injections,
    /// Takes another scenario; none where this run is not to end.
    choices: Option<mpsc::Sender<Chosen>>,
    rate_hz: f64,
}

/// Another scenario, to be run in place of the present one.
#[derive(Debug)]
pub struct Chosen {
    /// Its name.
    pub scenario: String,
    /// Secret that logs in once when it runs: its users are others.
    pub link: String,
}

impl TwinHandle {
    /// Of the scenario of a configuration, and what can be changed of it.
    pub fn new(
        scenario: &Scenario,
        config: &Config,
        rate_hz: f64,
        future: Option<Future>,
    ) -> Result<TwinHandle, Failure> {
        let (name, speed) = (&config.sim.scenario, config.sim.speed);
        let text = scenario::named(name)?.seeded(scenario.seed)?;
        let begun = Progress { position_s: 0.0, digest: String::new(), windows: 0, samples: 0 };
        let shared = Shared {
            wanted: Mutex::new(Wanted { speed, ends: false }),
            changed: Condvar::new(),
            progress: Mutex::new(begun),
        };
        let start = port::Timestamp::from_unix_s(scenario.start.unix_s);
        Ok(TwinHandle {
            shared: Arc::new(shared),
            facts: ScenarioFacts {
                name: ScenarioName {
                    name: name.clone(),
                    title: scenario.name.clone(),
                    description: scenario.description.clone(),
                },
                seed: scenario.seed,
                start: crate::document::rfc3339(start),
                duration_s: scenario.duration_s,
                text: String::new(),
            },
            injections: Injections::new(config, scenario, text, future),
            choices: None,
            rate_hz,
        })
    }

    /// One that takes another scenario.
    #[must_use]
    pub fn with_choices(self, choices: Option<mpsc::Sender<Chosen>>) -> TwinHandle {
        TwinHandle { choices, ..self }
    }

    /// The pace that follows it.
    pub fn pace(&self) -> Box<dyn Pace + Send> {
        let speed = self.shared.wanted().speed;
        let shared = Arc::clone(&self.shared);
        Box::new(AdjustablePace { shared, speed, current: real_pace(speed) })
    }

    /// Ends every wait, for a run that is to stop.
    pub fn end_waits(&self) -> impl Fn() + Send + Sync + 'static {
        let shared = Arc::clone(&self.shared);
        move || shared.want(|wanted| wanted.ends = true)
    }

    /// What tells it of each tick.
    pub fn observer(&self) -> impl FnMut(&Effects) + Send + 'static {
        let (shared, rate_hz) = (Arc::clone(&self.shared), self.rate_hz);
        move |effects| {
            let Some(digest) = effects.digest else { return };
            let mut progress = shared.progress.lock().unwrap_or_else(PoisonError::into_inner);
            let whole = effects.windows.iter().filter(|window| window.cycles > 0);
            progress.windows += whole.count() as u64;
            if let Some(last) = effects.windows.last() {
                progress.samples = (last.end + 0.5).max(0.0) as u64;
                progress.position_s = (last.end + 0.5) / rate_hz;
            }
            progress.digest = format!("{digest:016x}");
        }
    }
}

impl TwinControl for TwinHandle {
    fn speed(&self) -> String {
        match self.shared.wanted().speed {
            Speed::Max => "max".into(),
            Speed::Times(1.0) => "realtime".into(),
            Speed::Times(factor) => factor.to_string(),
        }
    }

    fn set_speed(&self, speed: &str) -> Result<(), String> {
        let speed: Speed = speed.parse().map_err(|what| format!("speed: \"{speed}\" {what}"))?;
        self.shared.want(|wanted| wanted.speed = speed);
        Ok(())
    }

    fn scenario(&self) -> ScenarioFacts {
        ScenarioFacts { text: self.injections.text(), ..self.facts.clone() }
    }

    fn progress(&self) -> Progress {
        self.shared.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn choose(&self, name: &str) -> Result<String, Refused> {
        let refuse = |reason: &str| Refused::new("name", reason);
        if !scenario::shipped().any(|known| known.name == name) {
            return Err(refuse(
                "there is no such scenario; GET /api/v1/twin/scenarios has all of them",
            ));
        }
        let Some(choices) = &self.choices else {
            return Err(refuse(
                "this run keeps its data in a folder that was given, or serves others than this machine, so it goes on; \
                 start another `ems run` with the scenario",
            ));
        };
        let link = accounts::new_link();
        let chosen = Chosen { scenario: name.into(), link: link.clone() };
        choices.try_send(chosen).map_err(|_| refuse("another scenario begins already"))?;
        Ok(link)
    }

    fn injections(&self) -> Vec<Injection> {
        self.injections.kinds()
    }

    fn inject(&self, what: &serde_json::Map<String, serde_json::Value>) -> Result<(), Refused> {
        self.injections.inject(what)
    }

    fn injected(&self) -> Vec<Injected> {
        self.injections.done()
    }

    fn scenarios(&self) -> Vec<ScenarioName> {
        // One that does not parse cannot have been shipped: a test reads all of them.
        let parsed =
            scenario::shipped().filter_map(|named| Some((named.parse().ok()?, named.name)));
        parsed
            .map(|(Scenario { name: title, description, .. }, name)| ScenarioName {
                name,
                title,
                description,
            })
            .collect()
    }
}
