//! What was given to a memory, what it acknowledged, and what must be found at the next start.
//!
//! What was acknowledged is there. What was given since may be there, from the front on, or not.

use super::device::{counted, import};
use catalog::{Class, ENERGY_ROLLOVER_KILO, Register};
use image::MeterId;
use metering::NANOWATT_SECONDS_PER_WH;
use port::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use store::bank::{EventCounter, MeterCounters};
use store::history::{History, RowsOf};
use store::keep::{Entry, Kept, Restored, Told};
use store::{Aggregate, Cell, Event, Layout, Row, RowFlag, StoreError};

/// Steps at which an energy is zero again.
const ROLLOVER: i64 = ENERGY_ROLLOVER_KILO as i64 * 1000;

/// Counters, and how long the device had lived then.
type Given = (Vec<MeterCounters>, i64);

/// A row with its layout.
type Laid = (Layout, Row);

/// Rows of a job.
#[derive(Default)]
struct Rows {
    kept: Vec<Laid>,
    waiting: VecDeque<Laid>,
    /// Rows whose gains were looked at.
    checked: usize,
}

/// See the module.
#[derive(Default)]
pub struct Ledger {
    /// First the acknowledged ones, if any were, then those given since.
    counters: Vec<Given>,
    acknowledged: bool,
    are_counters_broken: bool,
    told: Vec<Told>,
    are_settings_broken: bool,
    /// Whether any settings were acknowledged.
    are_settings_kept: bool,
    jobs: BTreeMap<String, Rows>,
    events: Vec<String>,
    waiting_events: VecDeque<String>,
    /// Findings of the banks on the entry in hand.
    said: usize,
    starts: u64,
    /// Jobs whose old rows go.
    pub forgetting: BTreeSet<String>,
    /// Whether the oldest rows may have gone, of whatever job.
    pub was_full: bool,
    /// Sentences that were told so far.
    pub findings: Vec<String>,
}

impl Ledger {
    pub fn give_counters(&mut self, entry: &Entry, lived_ns: i64) {
        if let Some(standings) = &entry.counters {
            self.counters.push((counted(standings), lived_ns));
        }
        self.told.extend(entry.told.clone());
    }

    /// What the banks made of an entry. That they fail, and that they work again, is said once.
    pub fn counted(&mut self, entry: &Entry, kept: &Kept) {
        let said = |what: &str| kept.findings.iter().any(|text| text.contains(what));
        if entry.counters.is_some() {
            let broken = kept.counters.is_none();
            assert_eq!(said("counters are not kept"), broken && !self.are_counters_broken);
            assert_eq!(said("counters are kept again"), !broken && self.are_counters_broken);
            self.are_counters_broken = broken;
        }
        if kept.counters.is_some() {
            self.counters.drain(..self.counters.len() - 1);
            self.acknowledged = true;
        }
        self.are_settings_broken |= said("settings are not kept");
        self.are_settings_broken &= !said("settings are kept again");
        if !self.are_settings_broken {
            self.are_settings_kept |= !self.told.is_empty();
            self.told.drain(..self.told.len().saturating_sub(1));
        }
    }

    pub fn give_history(&mut self, entry: &Entry, kept: &Kept, layouts: &[Layout]) {
        self.said = kept.findings.len();
        self.findings.extend(kept.findings.iter().cloned());
        self.waiting_events.extend(kept.findings.iter().cloned());
        self.waiting_events.extend(entry.events.iter().map(|(_, text)| text.clone()));
        for (place, row) in &entry.rows {
            let layout = layouts[*place].clone();
            let rows = self.jobs.entry(layout.job.clone()).or_default();
            rows.waiting.push_back((layout, row.clone()));
        }
    }

    /// What the chronicle acknowledged: rows and events from the front on, each with the next number.
    pub fn recorded(&mut self, kept: &Kept) {
        for (job, newest) in &kept.rows {
            let rows = self.jobs.get_mut(job).expect("a job that was given rows");
            rows.acknowledge(*newest, job);
        }
        if let Some(newest) = kept.event {
            self.acknowledge_events(newest);
        }
        let own = &kept.findings[self.said..];
        self.findings.extend(own.iter().cloned());
        self.waiting_events.extend(own.iter().cloned());
    }

    fn acknowledge_events(&mut self, newest: u64) {
        while (self.events.len() as u64) < newest {
            let next = self.waiting_events.pop_front();
            self.events.push(next.expect("more events are acknowledged than were given"));
        }
    }

    /// Rows that were given and not acknowledged.
    pub fn waiting_rows(&self) -> usize {
        self.jobs.values().map(|rows| rows.waiting.len()).sum()
    }

    /// Whether all that was given is acknowledged.
    pub fn is_settled(&self) -> bool {
        self.counters.len() <= 1 && !self.are_settings_broken && self.waiting_rows() == 0
    }

    /// Rows of all jobs that are known to be kept.
    pub fn kept_rows(&self) -> usize {
        self.jobs.values().map(|rows| rows.kept.len()).sum()
    }

    /// Looks at what was found at a start. Returns how long the device had lived by the counters.
    pub fn settle(&mut self, restored: &Restored, history: &History) -> i64 {
        let lived_ns = self.settle_counters(restored);
        self.settle_settings(restored);
        self.settle_rows(history);
        self.settle_events(history);
        assert_eq!(history.check(), Ok(Vec::new()));
        (self.are_counters_broken, self.are_settings_broken) = (false, false);
        lived_ns
    }

    fn settle_counters(&mut self, restored: &Restored) -> i64 {
        let Some(record) = &restored.counters else {
            assert!(!self.acknowledged, "the counters are gone");
            self.counters.clear();
            return 0;
        };
        let found = self.counters.iter().position(|(given, _)| *given == record.meters);
        let found = found.unwrap_or_else(|| panic!("counters that nobody had: {record:?}"));
        let raw = |register| {
            let mut registers = metering::Registers::default();
            record.meter(MeterId::Main).expect("it is kept").restore(&mut registers);
            registers.raw(import(register))
        };
        assert_eq!(raw(Register::T1) + raw(Register::T2), raw(Register::Total), "tariffs");
        let starts = record.event(EventCounter::Starts);
        assert!(starts >= self.starts, "starts are forgotten");
        self.starts = starts;
        self.counters = vec![self.counters.swap_remove(found)];
        self.acknowledged = true;
        self.counters[0].1
    }

    fn settle_settings(&mut self, restored: &Restored) {
        let parameters = &restored.parameters;
        let found = self.told.iter().position(|told| {
            let corrections = told.corrections.iter();
            told.settings == parameters.to_settings()
                && corrections.copied().collect::<BTreeMap<_, _>>() == parameters.corrections
        });
        // Of first records that did not arrive nothing is left.
        let is_nothing = parameters.settings.is_empty() && !self.are_settings_kept;
        assert!(found.is_some() || is_nothing, "settings that nobody made, or forgotten ones");
        let settings = found.map(|found| self.told.swap_remove(found));
        self.are_settings_kept |= settings.is_some();
        self.told = settings.into_iter().collect();
    }

    fn settle_rows(&mut self, history: &History) {
        let found = rows_of(history);
        for (job, rows) in &mut self.jobs {
            let found = found.get(job).map_or(&[][..], Vec::as_slice);
            let may_forget = self.was_full || self.forgetting.contains(job);
            rows.settle(job, found, history.newest_row(job), may_forget);
            rows.check_gains(job);
        }
    }

    fn settle_events(&mut self, history: &History) {
        let events = history.events(None).expect("the history is whole");
        let events: Vec<Event> = events.collect::<Result<_, _>>().expect("no event is damaged");
        for (place, event) in events.iter().enumerate() {
            assert_eq!(event.seq, place as u64 + 1, "events are numbered");
        }
        self.acknowledge_events(events.len() as u64);
        let texts: Vec<String> = events.into_iter().map(|event| event.text).collect();
        assert_eq!(texts, self.events, "events");
        self.waiting_events.clear();
    }
}

impl Rows {
    fn acknowledge(&mut self, newest: u64, job: &str) {
        while (self.kept.len() as u64) < newest {
            let next = self.waiting.pop_front();
            let (layout, row) =
                next.unwrap_or_else(|| panic!("{job}: more rows are kept than were given"));
            let seq = self.kept.len() as u64 + 1;
            self.kept.push((layout, Row { seq, ..row }));
        }
    }

    fn settle(&mut self, job: &str, found: &[Laid], newest: u64, may_forget: bool) {
        assert!(newest >= self.kept.len() as u64, "{job}: acknowledged rows are lost");
        self.acknowledge(newest, job);
        self.waiting.clear();
        let gone = self.kept.len() - found.len().min(self.kept.len());
        assert!(gone == 0 || may_forget, "{job}: {gone} rows of {newest} are gone");
        assert_eq!(found.len(), self.kept.len() - gone, "{job}: rows are told twice");
        for ((found_layout, found), (layout, row)) in found.iter().zip(&mut self.kept[gone..]) {
            assert_eq!(found_layout.columns, layout.columns, "{job}: layout of row {}", row.seq);
            assert_eq!(
                comparable(found_layout, found),
                comparable(layout, row),
                "{job}: row {}",
                row.seq
            );
            *row = found.clone();
        }
        self.checked = self.checked.max(gone);
    }

    /// What each row gained is what its counter stands higher than in the row before.
    fn check_gains(&mut self, job: &str) {
        for place in self.checked.max(1)..self.kept.len() {
            let ((before_layout, before), (layout, row)) =
                (&self.kept[place - 1], &self.kept[place]);
            for column in layout.columns.iter().filter(|column| adds_up(column)) {
                let cell = |layout, row, aggregate| cell(layout, row, column, aggregate);
                let standing = cell(before_layout, before, Aggregate::Last);
                let [last, gain] =
                    [Aggregate::Last, Aggregate::Delta].map(|what| cell(layout, row, what));
                if let (Some(standing), Some(last), Some(gain)) = (standing, last, gain) {
                    let difference = (last - standing).rem_euclid(ROLLOVER);
                    assert_eq!(gain, difference, "{job}: {} of {row:?}", column.path());
                }
            }
        }
        self.checked = self.kept.len().max(self.checked);
    }
}

/// Gains of a first row may have been put right when the history was read later; they are looked at by
/// themselves.
fn comparable(layout: &Layout, row: &Row) -> Row {
    let mut row = row.clone();
    if row.flags.contains(RowFlag::Restart) {
        row.start = row.end;
        for (column, cell) in layout.columns.iter().zip(&mut row.cells) {
            if column.aggregate == Aggregate::Delta {
                *cell = Cell::default();
            }
        }
    }
    row
}

fn adds_up(column: &store::Column) -> bool {
    let point = column.point.point();
    column.aggregate == Aggregate::Delta
        && point.quantity.class == Class::Energy
        && point.register != Some(Register::Partial)
}

fn cell(layout: &Layout, row: &Row, of: &store::Column, aggregate: Aggregate) -> Option<i64> {
    let wanted = store::Column { aggregate, ..*of };
    let place = layout.columns.iter().position(|column| *column == wanted)?;
    row.cells[place].value()
}

/// All rows of all jobs by their numbers.
fn rows_of(history: &History) -> BTreeMap<String, Vec<Laid>> {
    let mut jobs = BTreeMap::<String, Vec<Laid>>::new();
    for layout in history.layouts() {
        let rows = history.rows(&RowsOf::all(layout.id)).expect("the layout is there");
        let rows = rows.collect::<Result<Vec<Row>, StoreError>>().expect("no row is damaged");
        let laid = rows.into_iter().map(|row| (layout.clone(), row));
        jobs.entry(layout.job.clone()).or_default().extend(laid);
    }
    for rows in jobs.values_mut() {
        rows.sort_by_key(|(_, row)| row.seq);
    }
    jobs
}

/// What the rows of a job gained after the first of them, and by how much the counter rose from its end to
/// that of the last.
pub fn gained(history: &History, job: &str) -> (i64, i64) {
    let rows = rows_of(history).remove(job).unwrap_or_default();
    let aggregate = Aggregate::Delta;
    let delta = store::Column { meter: MeterId::Main, point: import(Register::Total), aggregate };
    let value = |(layout, row): &Laid, what| cell(layout, row, &delta, what).unwrap_or(0);
    let standing = |row: Option<&Laid>| row.map_or(0, |row| value(row, Aggregate::Last));
    let gains = rows.iter().skip(1).map(|row| value(row, Aggregate::Delta)).sum();
    (gains, standing(rows.last()) - standing(rows.first()))
}

/// Where the counter stood at the end of the last row of a job.
pub fn last_standing(history: &History, job: &str) -> i64 {
    let rows = rows_of(history).remove(job).unwrap_or_default();
    let column = store::Column {
        meter: MeterId::Main,
        point: import(Register::Total),
        aggregate: Aggregate::Last,
    };
    rows.last().and_then(|(layout, row)| cell(layout, row, &column, Aggregate::Last)).unwrap_or(0)
}

/// What a counter shows of so many nanowatt-seconds, in steps.
pub fn steps(raw: i128) -> i64 {
    let half = NANOWATT_SECONDS_PER_WH / 2;
    i64::try_from((raw + half) / NANOWATT_SECONDS_PER_WH).expect("an energy")
}

/// Rows of a job, for proofs that look at them.
pub fn rows_of_job(history: &History, job: &str) -> Vec<Row> {
    let rows = rows_of(history).remove(job).unwrap_or_default();
    rows.into_iter().map(|(_, row)| row).collect()
}

/// A second of the civil clock.
pub fn at(seconds: i64) -> Timestamp {
    // A Saturday of 2026, six hours before the clocks of Europe go forwards.
    Timestamp::from_unix_s(1_774_724_400 + seconds)
}
