//! What is done to a device during a run, and when: contacts and commands, at given samples.

use image::Command;

/// Something that happens before a sample, however the samples are cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    /// Index of the first sample after it.
    pub at: u64,
    /// What happens.
    pub action: CueAction,
}

/// What a cue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CueAction {
    /// The contact of the digital input closes (true) or opens.
    Contact(bool),
    /// A command is given, as by an operator.
    Command(Command),
}

/// Cues in the order of time.
#[derive(Debug, Clone, Default)]
pub struct Script {
    cues: Vec<Cue>,
    next: usize,
}

impl Script {
    /// Cues in any order; those of one sample keep theirs.
    pub fn new(mut cues: Vec<Cue>) -> Script {
        cues.sort_by_key(|cue| cue.at);
        Script { cues, next: 0 }
    }

    /// Sample before which the next cue happens; the last there is if none is left.
    pub fn next_at(&self) -> u64 {
        self.cues.get(self.next).map_or(u64::MAX, |cue| cue.at)
    }

    /// The next cue, if it happens by sample `index`.
    pub(crate) fn due(&mut self, index: u64) -> Option<CueAction> {
        let cue = self.cues.get(self.next).filter(|cue| cue.at <= index)?;
        self.next += 1;
        Some(cue.action)
    }
}
