//! All that a meter remembers, as one: counters and parameters in their banks, and the history.
//!
//! Parts fail on their own. A bank whose disk failed is opened anew with the next entry; a history that
//! cannot be written to is closed and tried again, and its rows wait meanwhile, the oldest going first.
//! Counters go on whatever becomes of the history.

use super::recorder::{Entry, Happened, Standing, Told};
use crate::bank::{
    CounterBank, CounterRecord, EventCounter, MeterCounters, ParameterBank, Parameters,
};
use crate::calendar::Zone;
use crate::engine::StoreError;
use crate::event::{Event, EventKind};
use crate::history::History;
use crate::job::{Aggregator, Configuration, Job};
use crate::row::{Layout, Row};
use image::MeterId;
use port::{Disk, DiskError, Timestamp};
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

/// A history that failed is tried again after so long, in nanoseconds.
const AGAIN_NS: u64 = 10_000_000_000;

/// The seal is looked at every hour, in nanoseconds.
const SEAL_CHECK_NS: u64 = 3_600_000_000_000;

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

/// What a meter remembered when it was started.
pub struct Restored {
    /// The counters; none if nothing was ever counted.
    pub counters: Option<CounterRecord>,
    /// Settings, corrections and calibration.
    pub parameters: Parameters,
    /// What it is configured to.
    pub configuration: Configuration,
    /// What makes rows of each job, continued after its last row.
    pub aggregators: Vec<Aggregator>,
    /// A sentence for each thing that was not as it should be.
    pub findings: Vec<String>,
}

/// A meter of this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Which.
    pub id: MeterId,
    /// Its serial number, which tells a module from another in its place.
    pub serial: String,
}

/// A job, its columns and their number in the history, once that is open.
struct Logged {
    job: Job,
    layout: Layout,
    id: Option<u32>,
}

/// See the module.
pub struct Memory {
    disk: Arc<dyn Disk + Sync>,
    present: Vec<Present>,
    counters: Part<CounterBank>,
    record: CounterRecord,
    parameters: Part<ParameterBank>,
    jobs: Vec<Logged>,
    history: Option<History>,
    open_history: OpenHistory,
    /// When the history was last tried.
    tried: Option<Timestamp>,
    in_order: bool,
    /// Day on which old rows were last let go.
    day: Option<i64>,
    /// When the seal was last looked at.
    checked: Option<Timestamp>,
    rows: VecDeque<(usize, Row)>,
    events: VecDeque<Event>,
}

/// Something that may be broken: it was said why, and is said once.
enum Part<T> {
    Works(T),
    Broken,
}

impl Memory {
    /// Opens everything, counts the start and notes it.
    ///
    /// # Errors
    /// If neither counters nor parameters can be read or made: then nothing could be promised.
    pub fn open(
        disk: Arc<dyn Disk + Sync>,
        present: Vec<Present>,
        mut open_history: OpenHistory,
    ) -> Result<(Memory, Restored), StoreError> {
        let counters = CounterBank::open(&*disk, present.len()).map_err(unreadable)?;
        let parameters = ParameterBank::open(&*disk).map_err(unreadable)?;
        let newest = counters.newest.map(|(_, record)| record);
        let mut findings = counters.findings;
        findings.extend(parameters.findings);
        let told = parameters.bank.parameters().clone();
        let configuration = configuration(&told, &mut findings);
        let ids: Vec<MeterId> = present.iter().map(|meter| meter.id).collect();
        // A job of meters that there are not has nothing to log.
        let jobs = configuration
            .jobs
            .iter()
            .map(|job| Logged { layout: job.layout(&ids), job: job.clone(), id: None })
            .filter(|logged| !logged.layout.columns.is_empty());
        let mut memory = Memory {
            disk,
            present,
            record: newest.clone().unwrap_or_default(),
            counters: Part::Works(counters.bank),
            parameters: Part::Works(parameters.bank),
            jobs: jobs.collect(),
            history: None,
            open_history: Box::new(|| Err(StoreError::Asked("not open yet".into()))),
            tried: None,
            checked: None,
            in_order: true,
            day: None,
            rows: VecDeque::new(),
            events: VecDeque::new(),
        };
        std::mem::swap(&mut memory.open_history, &mut open_history);
        memory.try_history(&mut findings);
        memory.count_start();
        let aggregators = memory.aggregators(&configuration.zone, &mut findings);
        let restored =
            Restored { counters: newest, parameters: told, configuration, aggregators, findings };
        Ok((memory, restored))
    }

    /// Counts the start, and whether the program was stopped before: the last event says so.
    fn count_start(&mut self) {
        self.record.count(EventCounter::Starts);
        let last = self.history.as_ref().and_then(|history| {
            let before = history.newest_event().checked_sub(1)?;
            history.events(Some(before)).ok()?.last()?.ok()
        });
        self.in_order = last.is_none_or(|event| event.kind == EventKind::Stop);
        if !self.in_order {
            self.record.count(EventCounter::PowerCuts);
        }
    }

    /// Whether the program was stopped in order before this start, or never started.
    pub fn stopped_in_order(&self) -> bool {
        self.in_order
    }

    fn aggregators(&self, zone: &Zone, findings: &mut Vec<String>) -> Vec<Aggregator> {
        let continued = |logged: &Logged| {
            let last = match &self.history {
                Some(history) => history.last_row(&logged.job.name),
                None => Ok(None),
            };
            let last = last.unwrap_or_else(|error| {
                findings.push(format!("the last row of \"{}\": {error}", logged.job.name));
                None
            });
            let last = last.as_ref().map(|(layout, row)| (layout, row));
            Aggregator::new(&logged.layout, zone.clone(), last)
        };
        self.jobs.iter().map(continued).collect()
    }

    /// Makes an entry durable: parameters, counters, then rows and events.
    pub fn keep(&mut self, entry: Entry) -> Kept {
        let mut kept = Kept { time: entry.time, ..Kept::default() };
        if let Some(told) = &entry.told {
            self.keep_told(told, &mut kept.findings);
        }
        self.count_events(&entry.events);
        if let Some(standings) = entry.counters {
            kept.counters = self.keep_counters(entry.time, standings, &mut kept.findings);
        }
        self.check_seal(entry.time, &mut kept.findings);
        let events = entry.events.into_iter().map(|(kind, text)| note(entry.time, kind, text));
        self.events.extend(events);
        self.rows.extend(entry.rows);
        self.keep_history(&mut kept);
        kept
    }

    /// Holds the file of sealed parameters against what is in use, at the start and every hour.
    fn check_seal(&mut self, time: Timestamp, findings: &mut Vec<String>) {
        let due = self
            .checked
            .is_none_or(|checked| time.unix_ns.abs_diff(checked.unix_ns) >= SEAL_CHECK_NS);
        if let Part::Works(bank) = &self.parameters
            && due
        {
            self.checked = Some(time);
            if let Err(error) = bank.check() {
                findings.push(format!("sealed parameters: {error}"));
            }
        }
    }

    fn count_events(&mut self, events: &[Happened]) {
        for (kind, _) in events {
            match kind {
                EventKind::Clock => self.record.count(EventCounter::ClockSets),
                EventKind::Store => self.record.count(EventCounter::StoreFaults),
                EventKind::Start
                | EventKind::Stop
                | EventKind::Command
                | EventKind::Module
                | EventKind::Wiring => {}
            }
        }
    }

    fn keep_told(&mut self, told: &Told, findings: &mut Vec<String>) {
        if let Part::Broken = self.parameters
            && let Ok(opened) = ParameterBank::open(&*self.disk)
        {
            self.parameters = Part::Works(opened.bank);
        }
        let Part::Works(bank) = &mut self.parameters else { return };
        let mut parameters = bank.parameters().clone();
        parameters.keep_settings(&told.settings);
        parameters.corrections = told.corrections.iter().copied().collect();
        match bank.write(parameters) {
            Ok(false) => {}
            Ok(true) => self.record.count(EventCounter::ParameterChanges),
            Err(error) => {
                self.parameters = Part::Broken;
                findings.push(format!("settings are not kept: {error}"));
            }
        }
    }

    fn keep_counters(
        &mut self,
        time: Timestamp,
        standings: Vec<Standing>,
        findings: &mut Vec<String>,
    ) -> Option<u64> {
        let was_broken = matches!(self.counters, Part::Broken);
        if was_broken && let Ok(opened) = CounterBank::open(&*self.disk, self.present.len()) {
            self.counters = Part::Works(opened.bank);
        }
        self.record.time = time;
        self.record.meters = standings
            .iter()
            .map(|(id, registers)| MeterCounters::of(*id, self.serial(*id), registers))
            .collect();
        let Part::Works(bank) = &mut self.counters else { return None };
        match bank.write(&self.record) {
            Ok(sequence) => {
                if was_broken {
                    findings.push("counters are kept again".into());
                }
                Some(sequence)
            }
            Err(error) => {
                self.counters = Part::Broken;
                if !was_broken {
                    findings.push(format!("counters are not kept: {error}"));
                }
                None
            }
        }
    }

    fn serial(&self, id: MeterId) -> &str {
        self.present.iter().find(|meter| meter.id == id).map_or("", |meter| &meter.serial)
    }

    fn keep_history(&mut self, kept: &mut Kept) {
        let due =
            self.tried.is_none_or(|tried| kept.time.unix_ns.abs_diff(tried.unix_ns) >= AGAIN_NS);
        if self.history.is_none() && due {
            self.tried = Some(kept.time);
            self.try_history(&mut kept.findings);
        }
        let mut appended = self.append(kept);
        if let (Err(StoreError::Disk(DiskError::Full)), Some(history)) =
            (&appended, &mut self.history)
            && let Ok(Some(said)) = history.make_room()
        {
            kept.findings.push(said);
            appended = self.append(kept);
        }
        if let Err(error) = appended {
            kept.findings.push(format!("the history is not written: {error}"));
            self.history = None;
            self.tried = Some(kept.time);
        }
        self.bound_backlog(&mut kept.findings);
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
            self.events.drain(..events);
            kept.event = Some(history.newest_event());
        }
        self.look_after(kept)
    }

    /// Seals what is due, and once a day lets go what is not to be kept any longer.
    fn look_after(&mut self, kept: &mut Kept) -> Result<(), StoreError> {
        let Some(history) = &mut self.history else { return Ok(()) };
        kept.findings.extend(history.seal_due(kept.time)?);
        let day = kept.time.unix_ns.div_euclid(DAY_NS);
        if self.day == Some(day) {
            return Ok(());
        }
        self.day = Some(day);
        for logged in &self.jobs {
            let job = &logged.job;
            kept.findings.extend(history.retain(&job.name, &job.keep, kept.time)?);
        }
        history.trim_events(EVENTS_MAX)?;
        Ok(())
    }

    fn try_history(&mut self, findings: &mut Vec<String>) {
        let opened = (self.open_history)().and_then(|(mut history, said)| {
            for logged in &mut self.jobs {
                logged.id = Some(history.register(&logged.layout)?);
            }
            Ok((history, said))
        });
        match opened {
            Ok((history, said)) => {
                findings.extend(said);
                self.history = Some(history);
            }
            Err(error) => {
                findings.push(format!("there is no history for now, counters go on: {error}"))
            }
        }
    }

    fn bound_backlog(&mut self, findings: &mut Vec<String>) {
        let [rows, events] =
            [self.rows.len(), self.events.len()].map(|length| length.saturating_sub(BACKLOG_MAX));
        self.rows.drain(..rows);
        self.events.drain(..events);
        if rows + events > 0 {
            findings.push(format!(
                "{rows} rows and {events} events were given up: no room to keep them"
            ));
        }
    }

    /// The history, if it is open.
    pub fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }
}

/// Counters or parameters that cannot be read: nothing is begun over them.
fn unreadable(error: impl std::fmt::Display) -> StoreError {
    StoreError::Engine(error.to_string())
}

fn note(time: Timestamp, kind: EventKind, text: String) -> Event {
    Event { seq: 0, time, kind, text }
}

/// The configuration that is kept; that of delivery if none is, or if it is no longer understood.
fn configuration(parameters: &Parameters, findings: &mut Vec<String>) -> Configuration {
    if parameters.configuration.is_empty() {
        return Configuration::default();
    }
    Configuration::parse(&parameters.configuration).unwrap_or_else(|error| {
        findings.push(format!(
            "the configuration is not understood and that of delivery is used: {error}"
        ));
        Configuration::default()
    })
}
