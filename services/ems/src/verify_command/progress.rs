//! How far a verification has come.

use crate::progress_line::ProgressLine;

/// The line of progress.
pub struct Progress {
    pieces: usize,
    weight_s: f64,
    done: usize,
    done_s: f64,
    line: ProgressLine,
}

impl Progress {
    /// For so many pieces of so many simulated seconds together.
    pub fn new(pieces: usize, weight_s: f64) -> Progress {
        Progress { pieces, weight_s, done: 0, done_s: 0.0, line: ProgressLine::new() }
    }

    /// A piece of so many simulated seconds is done.
    pub fn done(&mut self, weight_s: f64) {
        self.done += 1;
        self.done_s += weight_s;
        let Progress { pieces, done, done_s, .. } = *self;
        let left_s = (self.weight_s - done_s).max(0.0);
        self.line.draw(|took_s| {
            let factor = done_s / took_s;
            format!(
                "verify: {done} of {pieces} pieces, {done_s:.0} simulated s, {factor:.0} times real time, \
                 {:.0} s to go",
                left_s / factor.max(1e-9)
            )
        });
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        self.line.clear();
    }
}
