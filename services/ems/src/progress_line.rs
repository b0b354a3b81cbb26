//! A line of progress: drawn over itself on a terminal, and nowhere else.

use std::io::{IsTerminal, Write};
use std::time::Instant;

/// Real seconds between two drawings.
const DRAW_EVERY_S: f64 = 0.2;

/// See the module.
pub struct ProgressLine {
    terminal: bool,
    began: Instant,
    drawn_s: f64,
    is_drawn: bool,
}

impl ProgressLine {
    /// Nothing is drawn yet; the time that passes counts from now.
    pub fn new() -> ProgressLine {
        ProgressLine {
            terminal: std::io::stderr().is_terminal(),
            began: Instant::now(),
            drawn_s: 0.0,
            is_drawn: false,
        }
    }

    /// Real seconds since the beginning.
    pub fn took_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Whether there is a terminal.
    pub fn is_seen(&self) -> bool {
        self.terminal
    }

    /// Draws what `text` makes of the seconds so far, if somebody sees it and the last time is long enough
    /// ago.
    pub fn draw(&mut self, text: impl FnOnce(f64) -> String) {
        let took_s = self.took_s();
        if !self.terminal || took_s < self.drawn_s + DRAW_EVERY_S {
            return;
        }
        self.drawn_s = took_s;
        self.is_drawn = true;
        // If standard error is gone there is nobody left to show it to.
        let _gone = write!(std::io::stderr(), "\r\x1b[K{}", text(took_s));
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.is_drawn {
            let _gone = write!(std::io::stderr(), "\r\x1b[K");
            self.is_drawn = false;
        }
    }
}
