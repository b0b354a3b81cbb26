//! The threads that keep: metering never waits for a disk, and counters never for the history.
//!
//! Entries queue before each of the two. A thread takes all that wait and makes them durable together, so
//! that a slow disk has larger batches instead of a longer queue. What the first has kept the second gets,
//! so that a row is never durable before the counters it came from.

use super::banks::Banks;
use super::chronicle::{Chronicle, Kept};
use super::recorder::Entry;
use super::restore::Memory;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

/// Entries that may wait: four minutes of one a second, longer than any flash needs to tidy up.
const WAITING_MAX: usize = 256;

/// Rows that may wait beside a queue that is full, before the oldest are given up: those of all usual jobs
/// for more than an hour.
const LATE_ROWS_MAX: usize = 4_096;

/// What becomes of entries when a queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Haste {
    /// Simulated time waits.
    Wait,
    /// Time does not wait: entries are put together, and the oldest rows go when they are too many.
    GoOn,
}

/// See the module.
pub struct Writer {
    queue: Queue<Entry>,
    banks: JoinHandle<()>,
    chronicle: JoinHandle<()>,
}

/// What the banks have done with an entry, and the entry.
type Counted = (Entry, Kept);

impl Writer {
    /// Starts the threads. `tell` hears of every batch that is durable.
    pub fn start(memory: Memory, haste: Haste, tell: impl FnMut(&Kept) + Send + 'static) -> Writer {
        let Memory { banks, chronicle } = memory;
        let (first, entries) = sync_channel(WAITING_MAX);
        let (second, counted) = sync_channel(WAITING_MAX);
        let on = Queue { sender: second, haste, late: None };
        Writer {
            queue: Queue { sender: first, haste, late: None },
            banks: std::thread::spawn(move || count(banks, &entries, on)),
            chronicle: std::thread::spawn(move || record(chronicle, &counted, tell)),
        }
    }

    /// Hands an entry over.
    pub fn keep(&mut self, entry: Entry) {
        self.queue.send(entry);
    }

    /// Waits until all is kept and closed.
    ///
    /// # Panics
    /// If one of the threads has.
    pub fn stop(self) {
        self.queue.finish();
        for thread in [self.banks, self.chronicle] {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        }
    }
}

fn count(mut banks: Banks, waiting: &Receiver<Entry>, mut on: Queue<Counted>) {
    while let Ok(first) = waiting.recv() {
        let batch = waiting.try_iter().take(WAITING_MAX).fold(first, Late::followed_by);
        let mut kept = Kept { time: batch.time, ..Kept::default() };
        kept.counters = banks.keep(&batch, &mut kept.findings);
        on.send((batch, kept));
    }
    on.finish();
}

fn record(mut chronicle: Chronicle, waiting: &Receiver<Counted>, mut tell: impl FnMut(&Kept)) {
    while let Ok(first) = waiting.recv() {
        let (entry, mut kept) = waiting.try_iter().take(WAITING_MAX).fold(first, Late::followed_by);
        chronicle.keep(entry, &mut kept);
        tell(&kept);
    }
}

/// Something that can be put together with what comes later.
trait Late {
    /// This and a later one as one.
    fn followed_by(self, later: Self) -> Self;
}

impl Late for Entry {
    fn followed_by(self, later: Entry) -> Entry {
        self.followed_by(later, LATE_ROWS_MAX)
    }
}

impl Late for Counted {
    fn followed_by(self, later: Counted) -> Counted {
        let ((entry, kept), (later_entry, later_kept)) = (self, later);
        let findings = kept.findings.into_iter().chain(later_kept.findings).collect();
        // Of the later counters, if there are any: rows wait for those they came from.
        let earlier = kept.counters.filter(|_| later_entry.counters.is_none());
        let counters = later_kept.counters.or(earlier);
        let kept = Kept { findings, counters, ..later_kept };
        (Late::followed_by(entry, later_entry), kept)
    }
}

/// The way to a thread.
struct Queue<T> {
    sender: SyncSender<T>,
    haste: Haste,
    /// What found no place yet.
    late: Option<T>,
}

impl<T: Late> Queue<T> {
    fn send(&mut self, entry: T) {
        let entry = match self.late.take() {
            Some(late) => late.followed_by(entry),
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

    /// Sends what is left; the thread ends when it has taken all.
    fn finish(mut self) {
        if let Some(late) = self.late.take() {
            let _dead = self.sender.send(late);
        }
    }
}
