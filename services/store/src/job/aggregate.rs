//! The aggregator: images in, rows out.
//!
//! The built-in meter's windows are the clock. Where one passes the end of an interval, the row is closed;
//! it is handed out when all meters of the job have passed there, or shortly after. A window over the end
//! of an interval counts in both by its parts.
//!
//! Rows are cut where civil time was *set*, and nowhere lost or doubled: the row in progress ends at the
//! last moment of the old time, and another begins at the first of the new. What is gained never depends on
//! civil time, only the row that it stands in does.

use super::part::{Part, Passed, STEERED_NS};
use crate::calendar::{CLOCK_KNOWN, Span, Step, Zone};
use crate::planted::{Mistake, planted};
use crate::row::{Aggregate, Cell, Layout, Row, RowFlag, RowFlags};
use image::{Image, MeterId, MeterImage};
use port::{Reason, Timestamp};
use std::collections::VecDeque;

/// A clock that moves by more than this was set: rows are cut. Below, the row only says so.
const SET_NS: i64 = 1_000_000_000;

/// Rows wait so long for meters that lag behind the built-in one: as long as a module may be silent.
const GRACE_NS: i64 = 1_000_000_000;

/// So far a module may be ahead of the built-in meter, whose windows close every 300 ms at most. One that
/// is further ahead has the stamps of a clock that was set, and waits until the built-in meter has them too.
const AHEAD_NS: i64 = 500_000_000;

/// What a row may lack and still be whole: times of operation are rounded, and are less than a microsecond
/// off.
const ROUNDED_NS: i64 = 1_000_000;

/// Makes the rows of a job.
#[derive(Debug, Clone)]
pub struct Aggregator {
    zone: Zone,
    step: Step,
    columns: usize,
    /// The built-in meter first, whether the job logs it or not.
    parts: Vec<Part>,
    /// The one whose windows tell how much was measured.
    measuring: usize,
    /// Rows in progress, in their order.
    open: VecDeque<OpenRow>,
    /// Number of the first of them.
    first: u64,
    next_seq: u64,
    /// End of the last row before the program began.
    last_end: Option<Timestamp>,
}

/// A row that not all meters have passed.
#[derive(Debug, Clone)]
struct OpenRow {
    start: Timestamp,
    /// The interval it lies in.
    interval: Span,
    flags: RowFlags,
    measured_ns: i64,
    cells: Vec<Cell>,
    /// Meters that have not passed it yet.
    left: usize,
}

impl Aggregator {
    /// Continues a job after its last row, which may have had another layout.
    pub fn new(layout: &Layout, zone: Zone, last: Option<(&Layout, &Row)>) -> Aggregator {
        let mut meters = vec![MeterId::Main];
        for column in &layout.columns {
            if !meters.contains(&column.meter) {
                meters.push(column.meter);
            }
        }
        let part = |id: &MeterId| {
            Part::new(*id, layout, |point| {
                let (layout, row) = last.filter(|_| !planted(Mistake::GainOverRestartLost))?;
                let is_it = |column: &crate::row::Column| {
                    (column.meter, column.point, column.aggregate) == (*id, point, Aggregate::Last)
                };
                row.cells.get(layout.columns.iter().position(is_it)?)?.value()
            })
        };
        let has_main = layout.columns.iter().any(|column| column.meter == MeterId::Main);
        Aggregator {
            zone,
            step: Step::Seconds(layout.interval_s.max(1)),
            columns: layout.columns.len(),
            measuring: usize::from(!has_main && meters.len() > 1),
            parts: meters.iter().map(part).collect(),
            open: VecDeque::new(),
            first: 0,
            next_seq: last.map_or(0, |(_, row)| row.seq + 1),
            last_end: last.map(|(_, row)| row.end),
        }
    }

    /// Takes an image; the rows that are finished by it, usually none.
    pub fn observe(&mut self, image: &Image) -> Vec<Row> {
        let mut rows = Vec::new();
        if self.open.is_empty() {
            self.begin(image);
            return rows;
        }
        let mut any = false;
        if self.parts[0].is_new(image.main()) {
            any = true;
            let passed = self.parts[0].look(image.main());
            self.follow_clock(passed, &mut rows);
            self.take(0, image.main(), passed);
        }
        let latest = self.parts[0].at.unix_ns.saturating_add(AHEAD_NS);
        for place in 1..self.parts.len() {
            let part = &mut self.parts[place];
            let Some(meter) = part.find(image) else { continue };
            if part.is_new(meter) && meter.window_end.unix_ns <= latest {
                any = true;
                let passed = part.look(meter);
                self.take(place, meter, passed);
            }
        }
        if any {
            self.hand_out(Some(image), &mut rows);
        }
        rows
    }

    /// Ends: the rows in progress are closed early, which shows as a gap.
    pub fn finish(mut self) -> Vec<Row> {
        let mut rows = Vec::new();
        if !self.open.is_empty() {
            self.close_at_clock(RowFlags::NONE.with(RowFlag::Gap, true), &mut rows);
        }
        rows
    }

    /// The first image: a row begins where its interval did, or where the last row ended within it.
    fn begin(&mut self, image: &Image) {
        let now = image.main().window_end;
        let last = self.last_end.unwrap_or(now);
        let set_back = last.unix_ns.saturating_sub(now.unix_ns) > SET_NS;
        let interval_start = self.zone.span(now, self.step).start;
        let start = if set_back {
            now
        } else if self.last_end.is_some() {
            interval_start.max(last)
        } else {
            interval_start
        };
        let flags = RowFlags::NONE.with(RowFlag::Restart, true).with(RowFlag::ClockSet, set_back);
        self.open_row(start, flags);
        for place in 0..self.parts.len() {
            let part = &mut self.parts[place];
            (part.at, part.since) = (now.max(start), now);
            let Some(meter) = part.find(image) else { continue };
            let passed = part.look(meter);
            self.take(place, meter, passed);
        }
    }

    fn open_row(&mut self, start: Timestamp, flags: RowFlags) {
        self.open.push_back(OpenRow {
            start,
            interval: self.zone.span(start, self.step),
            flags,
            measured_ns: 0,
            cells: vec![Cell::absent(Reason::Settling); self.columns],
            left: self.parts.len(),
        });
    }

    /// Divides a window of a meter among the rows that it lies in.
    fn take(&mut self, place: usize, meter: &MeterImage, passed: Passed) {
        let set_back = self.parts[place].begin_window(meter, passed.born);
        let start = passed.start.max(self.parts[place].at);
        let end = passed.end.max(start);
        let mut remark = RowFlags::NONE.with(RowFlag::CounterSetBack, set_back);
        loop {
            let part = &mut self.parts[place];
            let number = usize::try_from(part.row - self.first).expect("few rows are open");
            let row = &mut self.open[number];
            let (from, until) = (start.max(row.start), end.min(row.interval.end));
            part.give(meter, (start, end), (from, until), row.start);
            if place == self.measuring {
                row.measured_ns += (until.unix_ns - from.unix_ns).max(0);
            }
            row.flags = row.flags.union(std::mem::take(&mut remark));
            if end < row.interval.end {
                break;
            }
            part.close_row(&mut row.cells);
            row.left -= 1;
            let boundary = row.interval.end;
            if number + 1 == self.open.len() {
                self.open_next(place, boundary, start);
            }
        }
        self.parts[place].at = end;
    }

    /// Opens the row after a boundary; while samples of the built-in meter are missing there are none, and
    /// it is that of the interval in which they came back.
    fn open_next(&mut self, place: usize, boundary: Timestamp, window_start: Timestamp) {
        let back = self.zone.span(window_start, self.step).start;
        let start = if place == 0 { boundary.max(back) } else { boundary };
        self.open_row(start, RowFlags::NONE);
    }

    /// Cuts where civil time was set.
    fn follow_clock(&mut self, passed: Passed, rows: &mut Vec<Row>) {
        let moved = passed.jump_ns.saturating_abs();
        let number = usize::try_from(self.parts[0].row - self.first).expect("few rows are open");
        let set = RowFlags::NONE.with(RowFlag::ClockSet, moved > STEERED_NS);
        let row = &mut self.open[number];
        row.flags = row.flags.union(set);
        if moved <= SET_NS {
            return;
        }
        if planted(Mistake::ClockBackOverwrites) && passed.jump_ns < 0 {
            self.next_seq = self.next_seq.saturating_sub(1);
        }
        let carried = self.close_at_clock(set, rows);
        self.open_row(passed.start, set.union(carried));
        for part in &mut self.parts {
            (part.row, part.at, part.since) = (self.first, passed.start, passed.start);
        }
    }

    /// Closes all rows at the last moment of the built-in meter. A row that has no length is none; what is
    /// remarked on it is returned, and what it gained stays with the meters.
    fn close_at_clock(&mut self, flags: RowFlags, rows: &mut Vec<Row>) -> RowFlags {
        let at = self.parts[0].at;
        while self.first < self.parts[0].row {
            self.close_front(None);
            self.hand_front(None, rows);
        }
        let mut carried = RowFlags::NONE;
        let front = self.open.front_mut().expect("the built-in meter is in a row");
        front.flags = front.flags.union(flags);
        if at > front.start {
            self.close_front(None);
            self.hand_front(Some(at), rows);
        } else {
            carried = front.flags;
        }
        // A meter that is ahead keeps what it has for the row that comes.
        self.first += self.open.len() as u64;
        self.open.clear();
        carried
    }

    /// Hands out the rows that all meters have passed, or that have waited long enough.
    fn hand_out(&mut self, image: Option<&Image>, rows: &mut Vec<Row>) {
        while self.first < self.parts[0].row {
            let front = &self.open[0];
            let waited = self.parts[0].at.unix_ns - front.interval.end.unix_ns;
            if front.left > 0 && waited < GRACE_NS {
                return;
            }
            self.close_front(image);
            self.hand_front(None, rows);
        }
    }

    /// Closes the first row for the meters that have not passed it.
    fn close_front(&mut self, image: Option<&Image>) {
        let front = &mut self.open[0];
        for part in self.parts.iter_mut().filter(|part| part.row == self.first) {
            if let Some(image) = image {
                let meter = part.find(image);
                part.miss(meter);
            }
            part.close_row(&mut front.cells);
            part.at = part.at.max(front.interval.end);
        }
        front.left = 0;
    }

    fn hand_front(&mut self, cut: Option<Timestamp>, rows: &mut Vec<Row>) {
        let Some(row) = self.open.pop_front() else { return };
        let interval_ns = row.interval.end.unix_ns - row.interval.start.unix_ns;
        let gap = row.measured_ns + ROUNDED_NS < interval_ns;
        let unknown = row.start < CLOCK_KNOWN;
        rows.push(Row {
            seq: self.next_seq,
            start: row.start,
            end: cut.unwrap_or(row.interval.end),
            measured_ms: ((row.measured_ns + 500_000) / 1_000_000).unsigned_abs(),
            flags: row.flags.with(RowFlag::Gap, gap).with(RowFlag::TimeUnknown, unknown),
            cells: row.cells,
        });
        self.next_seq += 1;
        self.first += 1;
    }
}
