//! The history at work: rows and events as they come, and what has to be looked after.
//!
//! A history that cannot be written to is closed and tried again later; rows and events wait meanwhile, the
//! oldest going first. On a full disk the oldest history makes room.

use super::recorder::Entry;
use crate::engine::StoreError;
use crate::event::{Event, EventKind};
use crate::history::History;
use crate::job::Job;
use crate::row::{Layout, Row};
use port::{DiskError, Timestamp};
use std::collections::{BTreeMap, VecDeque};

/// A history that failed is tried again after so long, in nanoseconds.
const AGAIN_NS: u64 = 10_000_000_000;

/// A day in nanoseconds.
const DAY_NS: i64 = 86_400_000_000_000;

/// Events that are kept: at ten a day those of 27 years.
const EVENTS_MAX: u64 = 100_000;

/// Rows and events that are written at once: as many as fit a record of the journal, whatever the job.
const AT_ONCE: usize = 64;

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

/// See the module.
pub struct Chronicle {
    jobs: Vec<Logged>,
    history: Option<History>,
    open_history: OpenHistory,
    /// When the history was last tried.
    tried: Option<Timestamp>,
    /// Whether it failed because the disk was full.
    was_full: bool,
    /// Day on which old rows were last let go.
    day: Option<i64>,
    rows: VecDeque<(usize, Row)>,
    events: VecDeque<Event>,
}

impl Chronicle {
    /// Opens the history of some jobs, or tries to.
    pub(super) fn open(
        jobs: Vec<Logged>,
        open_history: OpenHistory,
        findings: &mut Vec<String>,
    ) -> Chronicle {
        let mut chronicle = Chronicle {
            jobs,
            history: None,
            open_history,
            tried: None,
            was_full: false,
            day: None,
            rows: VecDeque::new(),
            events: VecDeque::new(),
        };
        chronicle.try_history(findings);
        chronicle
    }

    /// The history, while it is open.
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    pub(super) fn jobs(&self) -> &[Logged] {
        &self.jobs
    }

    /// Keeps rows and events of an entry.
    pub fn keep(&mut self, entry: Entry, kept: &mut Kept) {
        let event = |(kind, text)| Event { seq: 0, time: entry.time, kind, text };
        // The entry's own last: the one that says that the program was stopped stays the last of all.
        let said = kept.findings.iter().map(|text| event((EventKind::Store, text.clone())));
        self.events.extend(said);
        self.events.extend(entry.events.into_iter().map(event));
        self.rows.extend(entry.rows);
        let since = |tried: Timestamp| kept.time.unix_ns.abs_diff(tried.unix_ns);
        if self.history.is_none() && self.tried.is_none_or(|tried| since(tried) >= AGAIN_NS) {
            self.tried = Some(kept.time);
            self.try_history(&mut kept.findings);
        }
        if let Err(error) = self.append(kept) {
            self.was_full = error == StoreError::Disk(DiskError::Full);
            kept.findings.push(format!("the history is not written for now: {error}"));
            // Whatever engine it is: after a failure it is opened anew, and looked at.
            self.history = None;
            self.tried = Some(kept.time);
        }
        self.bound_backlog(&mut kept.findings);
    }

    fn try_history(&mut self, findings: &mut Vec<String>) {
        let opened = (self.open_history)().and_then(|(mut history, said)| {
            if self.was_full {
                findings.extend(history.make_room()?);
            }
            for logged in &mut self.jobs {
                logged.id = Some(history.register(&logged.layout)?);
            }
            Ok((history, said))
        });
        match opened {
            Ok((history, said)) => {
                findings.extend(said);
                if self.tried.is_some() {
                    findings.push("the history is written again".into());
                }
                self.history = Some(history);
            }
            // One sentence for as long as it lasts.
            Err(_) if self.tried.is_some() => {}
            Err(error) => {
                findings.push(format!("there is no history for now, counters go on: {error}"));
            }
        }
    }

    /// Appends what waits, and does what is due.
    fn append(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        while !self.rows.is_empty() || !self.events.is_empty() {
            let [rows, events] =
                [self.rows.len(), self.events.len()].map(|waiting| waiting.min(AT_ONCE));
            let id = |place: usize| self.jobs[place].id.expect("an open history knows all jobs");
            let batch = self.rows.iter().take(rows).map(|(place, row)| (id(*place), row.clone()));
            history.append(batch.collect(), self.events.iter().take(events).cloned().collect())?;
            for (place, _) in self.rows.drain(..rows) {
                let job = &self.jobs[place].job.name;
                kept.rows.insert(job.clone(), history.newest_row(job));
            }
            if events > 0 {
                self.events.drain(..events);
                kept.event = Some(history.newest_event());
            }
        }
        self.look_after(kept)
    }

    /// Seals what is due; once a day lets go first what is not to be kept any longer, and gives the disk
    /// back what is not needed, if it is much.
    fn look_after(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        let day = kept.time.unix_ns.div_euclid(DAY_NS);
        let first = self.day.is_none();
        if self.day.replace(day) == Some(day) || first {
            kept.findings.extend(history.seal_due(kept.time)?);
            return Ok(());
        }
        for Logged { job, .. } in &self.jobs {
            kept.findings.extend(history.retain(&job.name, &job.keep, kept.time)?);
        }
        history.trim_events(EVENTS_MAX)?;
        kept.findings.extend(history.seal_due(kept.time)?);
        history.compact_if_grown()
    }

    fn bound_backlog(&mut self, findings: &mut Vec<String>) {
        let [rows, events] =
            [self.rows.len(), self.events.len()].map(|length| length.saturating_sub(BACKLOG_MAX));
        self.rows.drain(..rows);
        self.events.drain(..events);
        if rows > 0 {
            findings.push(format!("{rows} rows were given up: there is no room to keep them"));
        }
    }
}
