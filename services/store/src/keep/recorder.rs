//! What of each tick has to be kept: counters every second, settings when they change, rows as intervals
//! close, events as they happen.

use crate::event::EventKind;
use crate::job::Aggregator;
use crate::planted::{Mistake, planted};
use crate::row::Row;
use image::{Image, MeterId, Settings, WiringCorrection};
use metering::Registers;
use port::Timestamp;

/// Counters are kept as often as this, in nanoseconds: it is what a power cut may cost at the most.
const COUNTERS_EVERY_NS: u64 = 1_000_000_000;

/// Counters of a meter.
pub type Standing = (MeterId, Registers);

/// Settings and corrections as they are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Values of all settings.
    pub settings: Settings,
    /// Which current input serves which phase, by meter.
    pub corrections: Vec<(MeterId, WiringCorrection)>,
}

impl Told {
    /// As an image shows them.
    pub fn of(image: &Image) -> Told {
        let corrections = image.meters.iter().map(|meter| (meter.id, meter.correction));
        Told { settings: image.settings.clone(), corrections: corrections.collect() }
    }
}

/// What happened, for the log.
pub type Happened = (EventKind, String);

/// What is to be kept together.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Civil time of the tick.
    pub time: Timestamp,
    /// All counters, if they are due.
    pub counters: Option<Vec<Standing>>,
    /// Settings and corrections, if they have changed.
    pub told: Option<Told>,
    /// Rows that have closed, each with the place of its job.
    pub rows: Vec<(usize, Row)>,
    /// What happened.
    pub events: Vec<Happened>,
}

impl Entry {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.counters.is_none()
            && self.told.is_none()
            && self.rows.is_empty()
            && self.events.is_empty()
    }

    /// This entry and a later one as one: the later counters and settings, and all rows and events. Of more
    /// than `rows_max` rows the oldest are given up, and an event says so.
    #[must_use]
    pub fn followed_by(mut self, later: Entry, rows_max: usize) -> Entry {
        self.rows.extend(later.rows);
        let given_up = self.rows.len().saturating_sub(rows_max);
        self.rows.drain(..given_up);
        self.events.extend(later.events);
        if given_up > 0 {
            let text = format!("{given_up} rows were given up: the disk is too slow");
            self.events.push((EventKind::Store, text));
        }
        Entry {
            time: later.time,
            counters: later.counters.or(self.counters),
            told: later.told.or(self.told),
            rows: self.rows,
            events: self.events,
        }
    }
}

/// See the module.
pub struct Recorder {
    jobs: Vec<Aggregator>,
    /// Time at which counters were last kept.
    kept: Option<Timestamp>,
    told: Option<Told>,
}

impl Recorder {
    /// With the aggregators of the jobs, by place.
    pub fn new(jobs: Vec<Aggregator>) -> Recorder {
        Recorder { jobs, kept: None, told: None }
    }

    /// Looks at the image before the first tick: gains begin at its counters.
    pub fn begin(&mut self, first: &Image) {
        for job in &mut self.jobs {
            let rows = job.observe(first);
            debug_assert!(rows.is_empty(), "nothing was measured yet");
        }
    }

    /// Looks at a tick; what it brings to keep, if anything. `counters` are asked for when they are due.
    pub fn observe(
        &mut self,
        image: &Image,
        events: Vec<Happened>,
        counters: impl FnOnce() -> Vec<Standing>,
    ) -> Option<Entry> {
        let mut rows = Vec::new();
        for (place, job) in self.jobs.iter_mut().enumerate() {
            rows.extend(job.observe(image).into_iter().map(|row| (place, row)));
        }
        let told = self.changed(image);
        // Counters are kept with rows, and before them: a row never stands above the counters of a restart.
        let brings = !rows.is_empty() || !events.is_empty() || told.is_some();
        let due = self.is_due(image.time) || (brings && !planted(Mistake::RowsWithoutCounters));
        let counters = due.then(|| {
            self.kept = Some(image.time);
            counters()
        });
        let entry = Entry { time: image.time, counters, told, rows, events };
        (!entry.is_empty()).then_some(entry)
    }

    /// The end of a run: rows in progress are closed, and the counters stand as they are.
    pub fn finish(self, image: &Image, events: Vec<Happened>, counters: Vec<Standing>) -> Entry {
        let jobs = self.jobs.into_iter().enumerate();
        let rows =
            jobs.flat_map(|(place, job)| job.finish().into_iter().map(move |row| (place, row)));
        Entry {
            time: image.time,
            rows: rows.collect(),
            counters: Some(counters),
            told: Some(Told::of(image)),
            events,
        }
    }

    /// A clock that was set back is a second like any other.
    fn is_due(&self, time: Timestamp) -> bool {
        self.kept.is_none_or(|kept| time.unix_ns.abs_diff(kept.unix_ns) >= COUNTERS_EVERY_NS)
    }

    /// Settings and corrections, if they are not those that are kept.
    fn changed(&mut self, image: &Image) -> Option<Told> {
        let same = self.told.as_ref().is_some_and(|told| {
            told.settings == image.settings
                && told.corrections.len() == image.meters.len()
                && told
                    .corrections
                    .iter()
                    .zip(&image.meters)
                    .all(|(kept, meter)| *kept == (meter.id, meter.correction))
        });
        if same {
            return None;
        }
        self.told = Some(Told::of(image));
        self.told.clone()
    }
}
