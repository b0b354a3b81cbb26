//! The threads that keep: metering never waits for a disk, and counters never for the history.
//!
//! Entries queue before each of the two. A thread takes all that wait and makes them durable together, so
//! that a slow disk has larger batches instead of a longer queue. What the first has kept the second gets,
//! so that a row is never durable before the counters it came from.

use super::banks::Banks;
use super::chronicle::{Chronicle, Kept};
use super::reader::Reader;
use super::recorder::Entry;
use super::restore::Memory;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// Entries that may wait: four minutes of one a second, longer than any flash needs to tidy up.
const WAITING_MAX: usize = 256;

/// Rows that may wait beside a queue that is full, before the oldest are given up: those of all usual jobs
/// for more than an hour.
const LATE_ROWS_MAX: usize = 4_096;

/// A batch that has so many rows is large enough: what else waits is the next one.
const BATCH_ROWS: usize = 1_024;

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
    reader: Reader,
}

/// What the banks have done with an entry, and the entry.
type Counted = (Entry, Kept);

impl Writer {
    /// Starts the threads. `tell` hears of every batch that is durable.
    pub fn start(memory: Memory, haste: Haste, tell: impl FnMut(&Kept) + Send + 'static) -> Writer {
        let Memory { banks, chronicle } = memory;
        let chronicle = Arc::new(Mutex::new(chronicle));
        let reader = Reader::new(Arc::clone(&chronicle));
        let (first, entries) = sync_channel(WAITING_MAX);
        let (second, counted) = sync_channel(WAITING_MAX);
        let on = Queue { sender: second, haste, late: None };
        Writer {
            queue: Queue { sender: first, haste, late: None },
            banks: std::thread::spawn(move || count(banks, &entries, on)),
            chronicle: std::thread::spawn(move || record(&chronicle, &counted, tell)),
            reader,
        }
    }

    /// What looks at the history meanwhile.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
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
        let batch = batch(first, waiting);
        let mut kept = Kept { time: batch.time, ..Kept::default() };
        kept.counters = banks.keep(&batch, &mut kept.findings);
        on.send((batch, kept));
    }
    on.finish();
}

fn record(chronicle: &Mutex<Chronicle>, waiting: &Receiver<Counted>, mut tell: impl FnMut(&Kept)) {
    let lock = || chronicle.lock().unwrap_or_else(PoisonError::into_inner);
    while let Ok(first) = waiting.recv() {
        let (entry, mut kept) = batch(first, waiting);
        lock().keep(entry, &mut kept);
        tell(&kept);
    }
    // Whoever still looks at it does not keep the database open.
    lock().close();
}

/// The first and what waits behind it, as one. Nothing of it is given up: it is in time.
fn batch<T: Late>(first: T, waiting: &Receiver<T>) -> T {
    let mut batch = first;
    for _ in 0..WAITING_MAX {
        if batch.rows() >= BATCH_ROWS {
            break;
        }
        let Ok(later) = waiting.try_recv() else { break };
        batch = batch.followed_by(later, usize::MAX);
    }
    batch
}

/// Something that can be put together with what comes later.
trait Late {
    /// Rows in it.
    fn rows(&self) -> usize;

    /// This and a later one as one; of more rows than `rows_max` the oldest are given up.
    fn followed_by(self, later: Self, rows_max: usize) -> Self;
}

impl Late for Entry {
    fn rows(&self) -> usize {
        self.rows.len()
    }

    fn followed_by(self, later: Entry, rows_max: usize) -> Entry {
        self.followed_by(later, rows_max)
    }
}

impl Late for Counted {
    fn rows(&self) -> usize {
        self.0.rows.len()
    }

    fn followed_by(self, later: Counted, rows_max: usize) -> Counted {
        let ((entry, kept), (later_entry, later_kept)) = (self, later);
        let findings = kept.findings.into_iter().chain(later_kept.findings).collect();
        // Of the later counters, if there are any: rows wait for those they came from.
        let earlier = kept.counters.filter(|_| later_entry.counters.is_none());
        let counters = later_kept.counters.or(earlier);
        let kept = Kept { findings, counters, ..later_kept };
        (entry.followed_by(later_entry, rows_max), kept)
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

    /// Sends what is left; the thread ends when it has taken all.
    fn finish(mut self) {
        if let Some(late) = self.late.take() {
            let _dead = self.sender.send(late);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Row, RowFlags};
    use port::Timestamp;

    fn entry(first: u64, rows: u64) -> Entry {
        let row = |seq| Row {
            seq,
            start: Timestamp::default(),
            end: Timestamp::default(),
            measured_ms: 0,
            flags: RowFlags::NONE,
            cells: Vec::new(),
        };
        Entry { rows: (first..first + rows).map(|seq| (0, row(seq))).collect(), ..Entry::default() }
    }

    /// [D-8] Steps of a minute bring a row for each second, faster than any disk takes them.
    #[test]
    fn nothing_that_is_in_its_queue_is_given_up() {
        let (sender, waiting) = sync_channel(WAITING_MAX);
        (1..WAITING_MAX as u64)
            .for_each(|n| sender.send(entry(60 * n, 60)).expect("there is room"));
        let (mut taken, mut first) = (Vec::new(), entry(0, 60));
        loop {
            let batch = batch(first, &waiting);
            assert!(batch.rows.len() < BATCH_ROWS + 60, "{} rows in a batch", batch.rows.len());
            assert!(batch.events.is_empty(), "{:?}", batch.events);
            taken.extend(batch.rows.into_iter().map(|(_, row)| row.seq));
            let Ok(next) = waiting.try_recv() else { break };
            first = next;
        }
        assert_eq!(taken, (0..60 * WAITING_MAX as u64).collect::<Vec<u64>>());
    }

    #[test]
    fn what_finds_no_place_is_bounded_and_told() {
        let late = entry(0, 4000).followed_by(entry(4000, 200), LATE_ROWS_MAX);
        assert_eq!((late.rows.len(), late.rows[0].1.seq), (LATE_ROWS_MAX, 104));
        assert!(late.events[0].1.starts_with("104 rows were given up"), "{:?}", late.events);
    }
}
