//! Stepping: simulated time passes only as far as another thread has allowed.

use port::Pace;
use std::sync::mpsc::{Receiver, Sender, channel};

/// Allows simulated time to pass. When it is dropped, the run goes on as fast as it can.
#[derive(Debug, Clone)]
pub struct StepHandle(Sender<f64>);

impl StepHandle {
    /// Lets so many more seconds pass.
    pub fn step(&self, seconds: f64) {
        // A run that has ended needs no more time.
        let _ended = self.0.send(seconds);
    }
}

/// The pace of a run that is stepped.
#[derive(Debug)]
pub struct Steps {
    allowed_s: f64,
    more: Receiver<f64>,
}

/// A pace and the handle that steps it; no time has been allowed yet.
pub fn steps() -> (StepHandle, Steps) {
    let (sender, more) = channel();
    (StepHandle(sender), Steps { allowed_s: 0.0, more })
}

impl Pace for Steps {
    fn wait_until(&mut self, elapsed_s: f64) {
        while elapsed_s > self.allowed_s {
            match self.more.recv() {
                Ok(seconds) => self.allowed_s += seconds,
                Err(_) => self.allowed_s = f64::INFINITY,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_as_far_as_it_was_allowed() {
        let (handle, mut steps) = steps();
        handle.step(1.0);
        handle.step(0.5);
        steps.wait_until(1.5);
        assert_eq!(steps.allowed_s, 1.5);
        assert!(steps.more.try_recv().is_err(), "nothing was allowed beyond");
        drop(handle);
        steps.wait_until(1e9);
    }
}
