//! The other end of a line: whatever answers on it.

use port::SlotId;

/// Modules that answer on a line. All of them hear the same.
pub trait Answering {
    /// Samples of the meter up to this one are there.
    fn run_to(&mut self, until_sample: u64);

    /// The line was silent for longer than a pause.
    fn quiet(&mut self);

    /// Characters, the last of which ended at a position of the samples. The frames that answer.
    fn hear(&mut self, position: f64, bytes: &[u8]) -> Vec<(SlotId, Vec<u8>)>;
}
