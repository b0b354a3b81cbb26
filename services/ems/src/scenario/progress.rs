//! How far a run has come.

use super::report::time;
use crate::progress_line::ProgressLine;
use world::Effects;

/// The line of progress of one run.
pub struct Progress {
    label: String,
    duration_s: f64,
    first: Option<image::Timestamp>,
    line: ProgressLine,
}

impl Progress {
    /// For a run of so many simulated seconds.
    pub fn new(label: &str, duration_s: f64) -> Progress {
        let line = ProgressLine::new();
        Progress { label: label.to_string(), duration_s, first: None, line }
    }

    /// Real seconds since the beginning.
    pub fn took_s(&self) -> f64 {
        self.line.took_s()
    }

    /// Draws what a tick brought, if it is time to.
    pub fn show(&mut self, effects: &Effects) {
        let Some(image) = effects.image.as_ref().filter(|_| self.line.is_seen()) else { return };
        let first = *self.first.get_or_insert(image.time);
        let simulated_s = image.time.seconds_since(first);
        let (label, duration_s) = (&self.label, self.duration_s);
        self.line.draw(|took_s| {
            let factor = simulated_s / took_s;
            let left_s = (duration_s - simulated_s).max(0.0) / factor.max(1e-9);
            format!(
                "{label}: {} of {}, {factor:.0} times real time, {} to go",
                time(simulated_s),
                time(duration_s),
                time(left_s)
            )
        });
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        self.line.clear();
    }
}
