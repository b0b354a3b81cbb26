//! How far a run has come: drawn over itself on a terminal, and nowhere else.

use super::report::time;
use std::io::{IsTerminal, Write};
use std::time::Instant;
use world::Effects;

/// Real seconds between two drawings.
const DRAW_EVERY_S: f64 = 0.2;

/// The line of progress of one run.
pub struct Progress {
    label: String,
    duration_s: f64,
    terminal: bool,
    began: Instant,
    drawn_s: f64,
    first: Option<image::Timestamp>,
    is_drawn: bool,
}

impl Progress {
    /// For a run of so many simulated seconds.
    pub fn new(label: &str, duration_s: f64) -> Progress {
        Progress {
            label: label.to_string(),
            duration_s,
            terminal: std::io::stderr().is_terminal(),
            began: Instant::now(),
            drawn_s: 0.0,
            first: None,
            is_drawn: false,
        }
    }

    /// Real seconds since the beginning.
    pub fn took_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Draws what a tick brought, if it is time to.
    pub fn show(&mut self, effects: &Effects) {
        let Some(image) = effects.image.as_ref().filter(|_| self.terminal) else { return };
        let first = *self.first.get_or_insert(image.time);
        let took_s = self.took_s();
        if took_s < self.drawn_s + DRAW_EVERY_S {
            return;
        }
        self.drawn_s = took_s;
        let simulated_s = image.time.seconds_since(first);
        let factor = simulated_s / took_s;
        let left_s = (self.duration_s - simulated_s).max(0.0) / factor.max(1e-9);
        self.is_drawn = true;
        // If standard error is gone there is nobody left to show it to.
        let _gone = write!(
            std::io::stderr(),
            "\r\x1b[K{}: {} of {}, {factor:.0} times real time, {} to go",
            self.label,
            time(simulated_s),
            time(self.duration_s),
            time(left_s)
        );
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.is_drawn {
            let _gone = write!(std::io::stderr(), "\r\x1b[K");
            self.is_drawn = false;
        }
    }
}
