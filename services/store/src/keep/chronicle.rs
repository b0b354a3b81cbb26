//! The history at work: rows and events as they come, and what has to be looked after.
//!
//! A history that cannot be written to is closed and tried again later; rows and events wait meanwhile, the
//! oldest going first. On a full disk the oldest history makes room.

use super::continued::continue_after;
use super::recorder::Entry;
use crate::engine::StoreError;
use crate::event::{Event, EventKind};
use crate::history::History;
use crate::job::Job;
use crate::planted::{Mistake, planted};
use crate::row::{Layout, Row};
use port::{DiskError, Timestamp};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A history that failed is tried again after so long, in nanoseconds.
const AGAIN_NS: u64 = 10_000_000_000;

/// On a full disk the oldest history makes room at once, and then once an hour, in nanoseconds: whoever else
/// fills the disk must not take all of it, and an hour's rows need less than what goes.
const ROOM_NS: u64 = 3_600_000_000_000;

/// Rows wait for counters that are not kept; of more they do not: a file of counters that is broken for good
/// does not end the history.
const HELD_MAX: usize = 1_024;

/// A day in nanoseconds.
const DAY_NS: i64 = 86_400_000_000_000;

/// Events that are kept: at ten a day those of 27 years.
const EVENTS_MAX: u64 = 100_000;

/// Rows or events that are written at once.
const AT_ONCE: usize = 64;

/// Cells that are written at once: at most 12 bytes each, and the half MiB of a record of the journal also
/// takes the heads of the rows and the events.
const CELLS_AT_ONCE: usize = 32_768;

/// Rows and events that wait for a history that cannot be written to; of more the oldest go.
const BACKLOG_MAX: usize = 20_000;

/// Opens the history, or tries to; with sentences for what was not as it should be.
pub type OpenHistory = Box<dyn FnMut() -> Result<(History, Vec<String>), StoreError> + Send>;

/// What became of an entry.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Kept {
    /// Civil time of its tick.
    pub time: Timestamp,
    /// Sequence of the record of counters that is durable now; none if none was written.
    pub counters: Option<u64>,
    /// Number of the last row that is durable, by the name of the job, as far as rows were written.
    pub rows: BTreeMap<String, u64>,
    /// Last event that is durable, if the entry had any.
    pub event: Option<u64>,
    /// Sentences for people: what failed, and what works again.
    pub findings: Vec<String>,
}

/// A job, its columns and their number in the history, once that is open.
pub(super) struct Logged {
    pub(super) job: Job,
    pub(super) layout: Layout,
    pub(super) id: Option<u32>,
}

/// A batch that failed: it is in the history as a whole or not at all, which is seen when that is opened anew.
struct Doubtful {
    rows: usize,
    events: usize,
    /// Number of the newest event before it.
    event: u64,
    /// Job of its first row, and the number of the newest row before it.
    row: Option<(String, u64)>,
}

/// See the module.
pub struct Chronicle {
    jobs: Vec<Logged>,
    history: Option<History>,
    open_history: OpenHistory,
    /// When the history was last tried.
    tried: Option<Timestamp>,
    /// Whether it was told that the history is not written.
    is_failing: bool,
    /// Whether it failed because the disk was full.
    was_full: bool,
    /// When room was last made.
    made_room: Option<Timestamp>,
    /// The day it was last looked after.
    day: Option<i64>,
    rows: VecDeque<(usize, Row)>,
    events: VecDeque<Event>,
    doubtful: Option<Doubtful>,
    /// Jobs whose next row does not begin where the last one in the history ended.
    interrupted: BTreeSet<usize>,
    /// Rows that were given up while the history was not written.
    given_up: usize,
}

impl Chronicle {
    /// Opens the history of some jobs, or tries to. `stopped` is when the meter last kept something.
    pub(super) fn open(
        jobs: Vec<Logged>,
        stopped: Option<Timestamp>,
        open_history: OpenHistory,
        findings: &mut Vec<String>,
    ) -> Chronicle {
        let mut chronicle = Chronicle {
            jobs,
            history: None,
            open_history,
            tried: None,
            is_failing: false,
            was_full: false,
            made_room: None,
            day: stopped.map(day_of),
            rows: VecDeque::new(),
            events: VecDeque::new(),
            doubtful: None,
            interrupted: BTreeSet::new(),
            given_up: 0,
        };
        if let Err(error) = chronicle.try_history(findings) {
            findings.push(format!("there is no history for now, counters go on: {error}"));
            chronicle.is_failing = true;
            chronicle.interrupted = (0..chronicle.jobs.len()).collect();
        }
        chronicle
    }

    /// The history, while it is open.
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// Closes the history for good.
    pub(super) fn close(&mut self) {
        self.history = None;
    }

    pub(super) fn jobs(&self) -> &[Logged] {
        &self.jobs
    }

    /// Keeps rows and events of an entry. What it finds itself is among the events of the next one. Rows whose
    /// counters are not kept wait for them, so that no row ever stands above the counters of a restart.
    pub fn keep(&mut self, entry: Entry, kept: &mut Kept) {
        let time = entry.time;
        let event = |(kind, text)| Event { seq: 0, time, kind, text };
        // The entry's own last: the one that says that the program was stopped stays the last of all.
        let said = kept.findings.len();
        self.events
            .extend(kept.findings.iter().map(|text| event((EventKind::Store, text.clone()))));
        self.events.extend(entry.events.into_iter().map(event));
        self.rows.extend(entry.rows);
        let is_ahead = entry.counters.is_some() && kept.counters.is_none();
        let is_time = !is_ahead || self.rows.len() > HELD_MAX;
        if is_time && let Err(error) = self.try_and_append(kept) {
            self.fail(&error, kept);
        }
        self.bound_backlog(&mut kept.findings);
        let own = kept.findings[said..].iter();
        self.events.extend(own.map(|text| event((EventKind::Store, text.clone()))));
    }

    fn try_and_append(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        if self.history.is_none() {
            let since = |tried: Timestamp| kept.time.unix_ns.abs_diff(tried.unix_ns);
            if self.tried.is_some_and(|tried| since(tried) < AGAIN_NS) {
                return Ok(());
            }
            self.try_history(&mut kept.findings)?;
            self.make_room(kept)?;
        }
        self.settle(kept);
        self.append(kept)?;
        self.look_after(kept)?;
        if self.is_failing {
            kept.findings.push(match std::mem::take(&mut self.given_up) {
                0 => "the history is written again".into(),
                rows => format!("the history is written again; {rows} rows were given up before"),
            });
            self.is_failing = false;
        }
        Ok(())
    }

    /// Lets the oldest history go if it failed because the disk was full.
    fn make_room(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        let since = |made: Timestamp| kept.time.unix_ns.abs_diff(made.unix_ns);
        let is_due = self.was_full && self.made_room.is_none_or(|made| since(made) >= ROOM_NS);
        if let Some(history) = self.history.as_mut().filter(|_| is_due) {
            self.made_room = Some(kept.time);
            kept.findings.extend(history.make_room()?);
        }
        Ok(())
    }

    /// Whatever engine it is: after a failure it is opened anew, and looked at. It is told once for as long
    /// as it lasts.
    fn fail(&mut self, error: &StoreError, kept: &mut Kept) {
        self.history = None;
        self.tried = Some(kept.time);
        self.was_full = *error == StoreError::Disk(DiskError::Full);
        if planted(Mistake::BacklogDropped) {
            self.rows.clear();
        }
        if !self.is_failing {
            kept.findings.push(format!("the history is not written for now: {error}"));
            self.is_failing = true;
        }
    }

    fn try_history(&mut self, findings: &mut Vec<String>) -> Result<(), StoreError> {
        let (mut history, said) = (self.open_history)()?;
        for logged in &mut self.jobs {
            logged.id = Some(history.register(&logged.layout)?);
        }
        findings.extend(said);
        self.history = Some(history);
        Ok(())
    }

    /// Takes a batch that failed for what it turned out to be.
    fn settle(&mut self, kept: &mut Kept) {
        let (Some(history), Some(doubtful)) = (&self.history, self.doubtful.take()) else { return };
        if planted(Mistake::FailedBatchDoubled) {
            return;
        }
        let has_row = doubtful.row.is_some_and(|(job, newest)| history.newest_row(&job) > newest);
        if has_row || (doubtful.events > 0 && history.newest_event() > doubtful.event) {
            self.appended(doubtful.rows, doubtful.events, kept);
        }
    }

    /// Appends what waits.
    fn append(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        self.continue_rows(&mut kept.findings);
        while !self.rows.is_empty() || !self.events.is_empty() {
            let (rows, events) = (self.rows_at_once(), self.events.len().min(AT_ONCE));
            let Some(history) = &mut self.history else { return Ok(()) };
            let id = |place: usize| self.jobs[place].id.expect("an open history knows all jobs");
            let batch = self.rows.iter().take(rows).map(|(place, row)| (id(*place), row.clone()));
            let first = self.rows.front().map(|(place, _)| self.jobs[*place].job.name.clone());
            let row = first.map(|job| (job.clone(), history.newest_row(&job)));
            let event = history.newest_event();
            self.doubtful = Some(Doubtful { rows, events, event, row });
            history.append(batch.collect(), self.events.iter().take(events).cloned().collect())?;
            self.doubtful = None;
            self.appended(rows, events, kept);
        }
        Ok(())
    }

    /// How many of the rows that wait fit a batch.
    fn rows_at_once(&self) -> usize {
        let mut cells = 0;
        let fits = |(_, row): &&(usize, Row)| {
            let is_first = cells == 0;
            cells += row.cells.len();
            is_first || cells <= CELLS_AT_ONCE
        };
        self.rows.iter().take(AT_ONCE).take_while(fits).count()
    }

    /// So many rows and events that waited are in the history.
    fn appended(&mut self, rows: usize, events: usize, kept: &mut Kept) {
        let Some(history) = &self.history else { return };
        for (place, _) in self.rows.drain(..rows) {
            let job = &self.jobs[place].job.name;
            kept.rows.insert(job.clone(), history.newest_row(job));
        }
        if events > 0 {
            self.events.drain(..events);
            kept.event = Some(history.newest_event());
        }
    }

    /// Lets the first row that waits of an interrupted job begin where the last in the history ended: so its
    /// gains add up, whatever went between.
    fn continue_rows(&mut self, findings: &mut Vec<String>) {
        let Some(history) = &self.history else { return };
        let mut firsts = BTreeMap::new();
        for (place, row) in
            self.rows.iter_mut().filter(|(place, _)| self.interrupted.contains(place))
        {
            firsts.entry(*place).or_insert(row);
        }
        for (place, row) in firsts {
            self.interrupted.remove(&place);
            let Logged { job, layout, .. } = &self.jobs[place];
            match history.last_row(&job.name) {
                Ok(Some((last_layout, last))) => continue_after((&last_layout, &last), layout, row),
                Ok(None) => {}
                Err(error) => findings.push(format!("the last row of \"{}\": {error}", job.name)),
            }
        }
    }

    /// Seals what is due; once a day lets go first what is not to be kept any longer, and gives the disk
    /// back what is not needed, if it is much. A day that does not follow the one before is that of a clock
    /// that was set, which lets nothing go.
    fn look_after(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        let day = day_of(kept.time);
        let is_next = self.day.replace(day).is_some_and(|before| day == before + 1);
        if !is_next {
            kept.findings.extend(history.seal_due(kept.time)?);
            return Ok(());
        }
        for Logged { job, .. } in &self.jobs {
            let of_first = planted(Mistake::RetentionOfAnotherJob);
            let keep = if of_first { &self.jobs[0].job.keep } else { &job.keep };
            kept.findings.extend(history.retain(&job.name, keep, kept.time)?);
        }
        history.trim_events(EVENTS_MAX)?;
        kept.findings.extend(history.seal_due(kept.time)?);
        history.compact_if_grown()
    }

    /// Lets the oldest of too many go. What a batch that failed holds comes first, so it is not known any
    /// more which of it that was.
    fn bound_backlog(&mut self, findings: &mut Vec<String>) {
        let [rows, events] =
            [self.rows.len(), self.events.len()].map(|length| length.saturating_sub(BACKLOG_MAX));
        if let Some(doubtful) = &mut self.doubtful {
            doubtful.rows = doubtful.rows.saturating_sub(rows);
            doubtful.events = doubtful.events.saturating_sub(events);
        }
        self.interrupted.extend(self.rows.drain(..rows).map(|(place, _)| place));
        self.events.drain(..events);
        if rows > 0 && self.given_up == 0 {
            findings.push("the oldest rows are given up: there is no room to keep them".into());
        }
        self.given_up += rows;
    }
}

fn day_of(time: Timestamp) -> i64 {
    time.unix_ns.div_euclid(DAY_NS)
}
