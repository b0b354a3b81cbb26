//! Power cuts: what was acknowledged is there, once and in order.

use super::*;
use rand::SeedableRng;
use sim::disk::DiskFault;
use store::Store;
use store::engine::{FailedCommit, Redb};
use store::history::{Keep, Stream};

/// Which database lies beside the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beside {
    Memory,
    RedbOnTheSameDisk,
}

/// What must be there.
#[derive(Default)]
struct Truth {
    rows: Vec<Row>,
    events: Vec<String>,
    /// What was given and not acknowledged: it may be there or not, but all of it or none.
    doubtful: Option<(Vec<Row>, Vec<String>)>,
    handled: Vec<u64>,
    /// Rows before this place may have been given up by retention.
    kept_from: usize,
}

struct Run {
    rng: ChaCha8Rng,
    disk: SimDisk,
    memory: Memory,
    beside: Beside,
    meter: Meter,
    layout: Layout,
    truth: Truth,
    wide: bool,
}

/// A long run of appending, sealing, retention and reading, with the power cut now and then.
pub fn acknowledged_rows_survive(seed: u64, beside: Beside, cuts: usize) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let columns = rng.random_range(2..8);
    let run = Run {
        disk: SimDisk::new(),
        memory: Memory::new(),
        beside,
        meter: Meter::new(1800, columns),
        layout: layout("halves", 1800, columns - 2),
        truth: Truth::default(),
        wide: rng.random_bool(0.2),
        rng,
    };
    let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run.all(cuts)));
    if let Err(panic) = told {
        #[expect(clippy::print_stderr, reason = "the seed that replays what failed")]
        {
            eprintln!("seed {seed}, {beside:?}");
        }
        std::panic::resume_unwind(panic);
    }
}

impl Run {
    fn all(mut self, cuts: usize) {
        for cut in 0..cuts {
            let (mut history, id) = self.opened(cut);
            let steps = self.rng.random_range(3..25);
            let lasting = self.rng.random_range(0..steps);
            for step in 0..steps {
                if step == lasting {
                    self.power_is_about_to_go();
                }
                if self.step(&mut history, id).is_err() {
                    break;
                }
            }
            drop(history);
            self.disk = self.disk.cut(self.rng.random());
            self.memory = self.memory.copy();
        }
        self.opened(cuts);
    }

    /// From some operation on nothing works any more: so the cut falls into the midst of something.
    fn power_is_about_to_go(&mut self) {
        if self.rng.random_bool(0.7) {
            self.disk.fail(DiskFault::EioAt(self.rng.random_range(0..12)));
        } else {
            let with = self.rng.random_bool(0.5);
            let how = if with { FailedCommit::With } else { FailedCommit::Without };
            self.memory.fail_commit(self.rng.random_range(0..3), how);
        }
    }

    fn store(&self) -> Box<dyn Store> {
        match self.beside {
            Beside::Memory => Box::new(self.memory.clone()),
            Beside::RedbOnTheSameDisk => {
                Box::new(Redb::on_disk(&self.disk, "history.redb").expect("redb opens after a cut"))
            }
        }
    }

    /// Opens, and compares what is there with what must be.
    fn opened(&mut self, cut: usize) -> (History, u32) {
        let opened = History::open(Box::new(self.disk.clone()), self.store());
        let (mut history, findings) = opened.expect("it opens after a cut");
        let lost: Vec<&String> = findings.iter().filter(|told| !told.contains("cut off")).collect();
        assert!(lost.is_empty(), "cut {cut}: {lost:?}");
        let id = history.register(&self.layout).expect("a layout is registered");
        // From here on retention leaves what the consumer has not read.
        history.advance("cloud", Stream::Rows(id), 0).expect("a consumer is registered");
        let rows = rows_of(&history, id);
        let events: Vec<String> = events_of(&history).into_iter().map(|e| e.text).collect();
        self.settle(&rows, &events);
        let truth = &self.truth;
        let first = truth.rows.iter().position(|row| rows.first() == Some(row));
        let first = first.unwrap_or(truth.rows.len());
        assert!(first <= truth.kept_from, "cut {cut}: rows are lost");
        assert_rows(&rows, &truth.rows[first..], &format!("cut {cut}"));
        assert_eq!(events, truth.events, "cut {cut}: events");
        assert_gains(&rows);
        assert_eq!(history.check(), Ok(Vec::new()), "cut {cut}");
        let last = history.last_row("halves").expect("it is readable").map(|(_, row)| row);
        assert_eq!(last.as_ref(), truth.rows.last().filter(|_| !rows.is_empty()), "cut {cut}");
        (history, id)
    }

    /// What was doubtful is there as a whole or not at all.
    fn settle(&mut self, rows: &[Row], events: &[String]) {
        let Some((mut doubtful, texts)) = self.truth.doubtful.take() else { return };
        let seq = self.truth.rows.last().map_or(0, |row| row.seq);
        for (place, row) in doubtful.iter_mut().enumerate() {
            row.seq = seq + place as u64 + 1;
        }
        let there = match doubtful.last() {
            Some(last) => rows.last().is_some_and(|row| row.seq >= last.seq),
            None => events.len() > self.truth.events.len(),
        };
        if there {
            self.truth.rows.extend(doubtful);
            self.truth.events.extend(texts);
        } else {
            // What the meter counts next begins where the last row that is there ended.
            self.meter.standing = self.truth.rows.last().map_or(1_000, |row| row.cells[0].steps);
        }
    }

    fn step(&mut self, history: &mut History, id: u32) -> Result<(), StoreError> {
        match self.rng.random_range(0..10) {
            0..=5 => self.append(history, id),
            6 | 7 => history.seal_due(self.meter.now()).map(drop),
            8 => self.retain(history),
            _ => self.hand_over(history, id),
        }
    }

    fn append(&mut self, history: &mut History, id: u32) -> Result<(), StoreError> {
        let count = self.rng.random_range(0..20);
        let rows: Vec<Row> = (0..count).map(|_| self.meter.row(&mut self.rng)).collect();
        let long = if self.wide { self.rng.random_range(0..60) } else { 1 };
        let padding = "x".repeat(if self.wide { 4000 } else { 10 });
        let first = self.truth.events.len();
        let texts: Vec<String> = (0..long).map(|n| format!("{} {padding}", first + n)).collect();
        let given = rows.iter().cloned().map(|row| (id, row)).collect();
        self.truth.doubtful = Some((rows, texts.clone()));
        history.append(given, texts.iter().map(|text| event(text)).collect())?;
        let (rows, texts) = self.truth.doubtful.take().expect("it was just put there");
        let seq = self.truth.rows.last().map_or(0, |row| row.seq);
        let numbered = rows.into_iter().zip(seq + 1..).map(|(row, seq)| Row { seq, ..row });
        self.truth.rows.extend(numbered);
        self.truth.events.extend(texts);
        Ok(())
    }

    /// Keeps about a week.
    fn retain(&mut self, history: &mut History) -> Result<(), StoreError> {
        let keep = Keep { age_s: Some(7 * 86_400), ..Keep::default() };
        let limit = at(self.meter.clock_s - 7 * 86_400);
        let rows = &self.truth.rows;
        self.truth.kept_from = rows.iter().position(|row| row.end >= limit).unwrap_or(0);
        history.retain("halves", &keep, self.meter.now()).map(drop)
    }

    fn hand_over(&mut self, history: &mut History, id: u32) -> Result<(), StoreError> {
        let handled = &mut self.truth.handled;
        let works = self.rng.random_bool(0.8);
        history.hand_over("cloud", Stream::Rows(id), 10, &mut |delivery| {
            for row in delivery.rows.iter().filter(|_| works) {
                // Given once more after a cut, a row has the number that it had.
                if handled.last().is_none_or(|last| row.seq > *last) {
                    let next = handled.last().map_or(1, |last| last + 1);
                    assert_eq!(row.seq, next, "nothing is left out");
                    handled.push(row.seq);
                }
            }
            works
        })?;
        Ok(())
    }
}

/// A seal is stopped at each operation of the disk, and at each commit, with and without its changes.
pub fn a_seal_that_stops_anywhere_loses_nothing() {
    let (disk, memory, id, rows) = before_a_seal();
    let stopped = |disk: SimDisk, memory: Memory, seed: u64| {
        let (mut history, _) = open(&disk, &memory);
        let sealed = history.seal_due(at(3 * 86_400));
        drop(history);
        let (disk, memory) = (disk.cut(seed), memory.copy());
        let (mut history, findings) = open(&disk, &memory);
        assert_rows(&rows_of(&history, id), &rows, &format!("after {sealed:?}: {findings:?}"));
        history.seal_due(at(3 * 86_400)).expect("it is sealed the second time");
        assert_rows(&rows_of(&history, id), &rows, &format!("after {sealed:?} and a seal"));
        assert_eq!(open(&disk, &memory).1, Vec::<String>::new());
        sealed.is_err()
    };
    for how in [FailedCommit::With, FailedCommit::Without] {
        for commit in 0.. {
            let memory = memory.copy();
            memory.fail_commit(commit, how);
            if !stopped(disk.cut(0), memory, commit) {
                assert!(commit >= 2, "a seal has several commits");
                break;
            }
        }
    }
    let quiet = disk.cut(0);
    drop(open(&quiet, &memory.copy()));
    let opening = quiet.operations();
    for operation in 0.. {
        let disk = disk.cut(0);
        disk.fail(DiskFault::EioAt(opening + operation));
        if !stopped(disk, memory.copy(), operation) {
            assert!(operation > 0, "a seal removes a segment");
            break;
        }
    }
}

/// A day of rows, and so many events that the journal has several segments; events are sealed but for some.
fn before_a_seal() -> (SimDisk, Memory, u32, Vec<Row>) {
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let (disk, memory) = (SimDisk::new(), Memory::new());
    let (mut history, _) = open(&disk, &memory);
    let id = history.register(&layout("fives", 300, 2)).expect("a layout is registered");
    let mut meter = Meter::new(300, 4);
    let long = "x".repeat(4000);
    for _ in 0..10 {
        let rows = (0..10).map(|_| (id, meter.row(&mut rng))).collect();
        let events = (0..50).map(|_| event(&long)).collect();
        history.append(rows, events).expect("the disk is sound");
    }
    history.seal_due(at(0)).expect("the database is sound");
    history.append(vec![], vec![event("one more")]).expect("the disk is sound");
    let rows = rows_of(&history, id);
    let pending = history.stats().expect("the database is sound").jobs[0].pending_rows;
    assert_eq!((rows.len(), pending), (100, 100));
    (disk, memory, id, rows)
}
