//! How far a verification has come: drawn over itself on a terminal, and nowhere else.

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Real seconds between two drawings.
const DRAW_EVERY_S: f64 = 0.2;

/// The line of progress.
pub struct Progress {
    pieces: usize,
    weight_s: f64,
    done: usize,
    done_s: f64,
    terminal: bool,
    began: Instant,
    drawn_s: f64,
    is_drawn: bool,
}

impl Progress {
    /// For so many pieces of so many simulated seconds together.
    pub fn new(pieces: usize, weight_s: f64) -> Progress {
        Progress {
            pieces,
            weight_s,
            done: 0,
            done_s: 0.0,
            terminal: std::io::stderr().is_terminal(),
            began: Instant::now(),
            drawn_s: 0.0,
            is_drawn: false,
        }
    }

    /// A piece of so many simulated seconds is done.
    pub fn done(&mut self, weight_s: f64) {
        self.done += 1;
        self.done_s += weight_s;
        let took_s = self.began.elapsed().as_secs_f64();
        if !self.terminal || took_s < self.drawn_s + DRAW_EVERY_S {
            return;
        }
        self.drawn_s = took_s;
        self.is_drawn = true;
        let factor = self.done_s / took_s;
        let left_s = (self.weight_s - self.done_s).max(0.0) / factor.max(1e-9);
        // If standard error is gone there is nobody left to show it to.
        let _gone = write!(
            std::io::stderr(),
            "\r\x1b[Kverify: {} of {} pieces, {:.0} simulated s, {factor:.0} times real time, {left_s:.0} s to go",
            self.done,
            self.pieces,
            self.done_s
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
