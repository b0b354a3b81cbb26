//! The service manager: told when the meter is ready, reloads, stops, and that its loop lives.
//!
//! Who has no `NOTIFY_SOCKET` is told nothing. The watchdog is fed by the loop itself, so that it starves when
//! samples are no longer turned into readings, whatever else still runs.

use crate::failure::note;
use sd_notify::NotifyState;
use std::time::{Duration, Instant};

/// Tells the manager of a loop.
pub struct Supervisor {
    /// Half of what the manager allows; none if it does not watch.
    interval: Option<Duration>,
    fed: Option<Instant>,
}

impl Supervisor {
    /// As the surroundings ask for it.
    pub fn new() -> Supervisor {
        Supervisor { interval: sd_notify::watchdog_enabled().map(|allowed| allowed / 2), fed: None }
    }

    /// The loop has done a tick. The first says that the meter is ready.
    pub fn ticked(&mut self) {
        let now = Instant::now();
        let Some(fed) = self.fed else {
            self.fed = Some(now);
            return tell(&[NotifyState::Ready, NotifyState::Status("measuring")]);
        };
        if self.interval.is_some_and(|interval| now.duration_since(fed) >= interval) {
            self.fed = Some(now);
            tell(&[NotifyState::Watchdog]);
        }
    }
}

/// A new configuration is being taken over.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(_) => tell(&[NotifyState::Reloading]),
    }
}

/// It has been, or was refused: what holds is in use.
pub fn reloaded() {
    tell(&[NotifyState::Ready]);
}

/// The run ends.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

fn tell(state: &[NotifyState]) {
    if let Err(error) = sd_notify::notify(state) {
        note(&format!("note: the service manager was not told: {error}"));
    }
}
