//! What a history must hold, as functions that panic when it does not: run sound, and with mistakes planted.

pub mod cuts;
pub mod keeps;
pub mod single;

use port::{Disk, Timestamp};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use sim::disk::SimDisk;
use store::engine::Memory;
use store::history::{History, RowsOf};
use store::{Aggregate, Cell, Column, Event, EventKind, Layout, Row, RowFlags, StoreError};

/// A Monday of 2026, at midnight UTC.
pub const BEGIN_S: i64 = 1_767_571_200;

pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_s(BEGIN_S + seconds)
}

/// A layout with a standing, its gains, and means of so many live points.
pub fn layout(job: &str, interval_s: u32, means: usize) -> Layout {
    let meter = image::MeterId::Main;
    let counts = |row: &&catalog::Point| Aggregate::Delta.fits(row.quantity.class);
    let energy = catalog::points().iter().find(counts).expect("there are counters").id;
    let column = |aggregate, point| Column { meter, point, aggregate };
    let live = catalog::points().iter().filter(|row| !counts(row)).map(|row| row.id);
    let aggregates = [Aggregate::Mean, Aggregate::Min, Aggregate::Max, Aggregate::Sum];
    let means =
        aggregates.into_iter().flat_map(|a| live.clone().map(move |p| column(a, p))).take(means);
    let counters = [column(Aggregate::Last, energy), column(Aggregate::Delta, energy)];
    Layout {
        id: 0,
        job: job.into(),
        interval_s,
        columns: counters.into_iter().chain(means).collect(),
    }
}

/// Makes rows whose gains add up to the difference of standings.
pub struct Meter {
    pub standing: i64,
    pub clock_s: i64,
    pub interval_s: i64,
    pub columns: usize,
}

impl Meter {
    pub fn new(interval_s: i64, columns: usize) -> Meter {
        Meter { standing: 1_000, clock_s: 0, interval_s, columns }
    }

    pub fn row(&mut self, rng: &mut ChaCha8Rng) -> Row {
        let gain = rng.random_range(0..500);
        self.standing += gain;
        let mut cells = vec![Cell::good(self.standing), Cell::good(gain)];
        cells
            .extend((2..self.columns).map(|_| Cell::good(rng.random_range(-1_000_000..1_000_000))));
        let start = at(self.clock_s);
        self.clock_s += self.interval_s;
        let end = at(self.clock_s);
        let measured_ms = u32::try_from(self.interval_s * 1000).expect("an interval is short");
        Row { seq: 0, start, end, measured_ms: measured_ms.into(), flags: RowFlags::NONE, cells }
    }

    pub fn now(&self) -> Timestamp {
        at(self.clock_s)
    }
}

pub fn event(text: &str) -> Event {
    Event { seq: 0, time: at(0), kind: EventKind::Command, text: text.into() }
}

pub fn open(disk: &SimDisk, memory: &Memory) -> (History, Vec<String>) {
    History::open(Box::new(disk.clone()), Box::new(memory.clone())).expect("it opens")
}

/// All rows of a layout; none of them is damaged.
pub fn rows_of(history: &History, layout: u32) -> Vec<Row> {
    let rows = history.rows(&RowsOf::all(layout)).expect("the layout is there");
    rows.collect::<Result<Vec<Row>, StoreError>>().expect("no row is damaged")
}

pub fn events_of(history: &History) -> Vec<Event> {
    let events = history.events(None).expect("events are there");
    events.collect::<Result<Vec<Event>, StoreError>>().expect("no event is damaged")
}

/// Gains of all rows but the first make the difference of standings.
pub fn assert_gains(rows: &[Row]) {
    if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
        let gains: i64 = rows[1..].iter().map(|row| row.cells[1].steps).sum();
        assert_eq!(gains, last.cells[0].steps - first.cells[0].steps, "gains add up");
    }
}

/// The file that the journal writes to.
pub fn newest_segment(disk: &SimDisk) -> String {
    let names = disk.list().expect("the disk is sound");
    names.into_iter().rfind(|name| name.starts_with("journal-")).expect("there is a segment")
}

/// Equal row by row; tells the first that differs and not all of them.
pub fn assert_rows(told: &[Row], wanted: &[Row], what: &str) {
    let differs = told.iter().zip(wanted).find(|(told, wanted)| told != wanted);
    assert_eq!(differs, None, "{what}");
    assert_eq!(told.len(), wanted.len(), "{what}: number of rows");
}
