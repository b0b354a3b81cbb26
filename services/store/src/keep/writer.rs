//! The thread that keeps: metering never waits for a disk.
//!
//! Entries queue; the thread takes all that wait and makes them durable together, so that a slow disk has
//! larger batches instead of a longer queue.

use super::memory::{Kept, Memory};
use super::recorder::Entry;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// Entries that may wait: four minutes of one a second, longer than any flash needs to tidy up.
const WAITING_MAX: usize = 256;

/// Rows that may wait beside the queue when that is full, before the oldest are given up: those of all
/// usual jobs for some minutes.
const LATE_ROWS_MAX: usize = 4_096;

/// What becomes of entries when the queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Haste {
    /// Simulated time waits.
    Wait,
    /// Time does not wait: entries are put together, and the oldest rows go when they are too many.
    GoOn,
}

/// See the module.
pub struct Writer {
    sender: SyncSender<Entry>,
    thread: JoinHandle<Memory>,
    haste: Haste,
    late: Option<Entry>,
}

impl Writer {
    /// Starts the thread. `tell` hears of every batch that is durable.
    pub fn start(memory: Memory, haste: Haste, tell: impl FnMut(&Kept) + Send + 'static) -> Writer {
        let (sender, waiting) = sync_channel(WAITING_MAX);
        let thread = std::thread::spawn(move || work(memory, &waiting, tell));
        Writer { sender, thread, haste, late: None }
    }

    /// Hands an entry over.
    pub fn keep(&mut self, entry: Entry) {
        let entry = match self.late.take() {
            Some(late) => late.followed_by(entry, LATE_ROWS_MAX),
            None => entry,
        };
        match self.haste {
            // A thread that has died is noticed when it is stopped.
            Haste::Wait => drop(self.sender.send(entry)),
            Haste::GoOn => {
                if let Err(TrySendError::Full(entry)) = self.sender.try_send(entry) {
                    self.late = Some(entry);
                }
            }
        }
    }

    /// Waits until all is kept, and gives the memory back to be closed.
    ///
    /// # Panics
    /// If the thread has.
    pub fn stop(mut self) -> Memory {
        if let Some(late) = self.late.take() {
            let _dead = self.sender.send(late);
        }
        drop(self.sender);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn work(mut memory: Memory, waiting: &Receiver<Entry>, mut tell: impl FnMut(&Kept)) -> Memory {
    while let Ok(first) = waiting.recv() {
        let mut batch = first;
        for entry in waiting.try_iter().take(WAITING_MAX) {
            batch = batch.followed_by(entry, usize::MAX);
        }
        tell(&memory.keep(batch));
    }
    memory
}
