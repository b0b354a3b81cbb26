//! A meter within a job: how far its windows were taken, and its columns of the row in progress.

use super::counter::{Counter, share};
use super::live::Live;
use crate::row::{Aggregate, Cell, Layout};
use catalog::{Class, PointId, QuantityId, Register, Scope, point};
use image::{Image, MeterId, MeterImage};
use port::{Flag, Reading, Reason, Timestamp};

/// Civil time and the time that was measured may differ by so much between two windows without a remark:
/// clocks are steered, and a part of a cycle at the end of a stretch is counted before its window is shown.
/// A cycle has 22 ms at 45 Hz.
pub(super) const STEERED_NS: i64 = 30_000_000;

/// The longest window that a meter without a time of operation is believed: no fidelity makes longer ones,
/// and a clock that is set must not look like one.
const WINDOW_MAX_NS: i64 = 3_600_000_000_000;

/// A meter of the job.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub id: MeterId,
    /// Civil time up to which its windows are in rows.
    pub at: Timestamp,
    /// Civil time since which it would have been seen, had it been there.
    pub since: Timestamp,
    /// Number of the row it has got to.
    pub row: u64,
    /// Where it was last found in the image.
    place: usize,
    /// Windows when it was last looked at; none if it never was.
    windows: Option<u64>,
    window_end: Timestamp,
    /// Its time of operation at that window's end, in hours.
    hours: Option<f64>,
    live: Vec<Live>,
    counters: Vec<Counter>,
    outputs: Vec<Output>,
}

/// A column of the layout, and where it comes from.
#[derive(Debug, Clone, Copy)]
struct Output {
    column: usize,
    source: Source,
    aggregate: Aggregate,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Live(usize),
    Counter(usize),
}

/// What a new window says of time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passed {
    pub start: Timestamp,
    pub end: Timestamp,
    /// By how much the civil clock moved more than was measured, without samples missing, in nanoseconds;
    /// 0 while it is only steered.
    pub jump_ns: i64,
    /// Whether all that it ever measured lies in this window: its counters began at zero.
    pub born: bool,
}

impl Passed {
    /// No time, but what was counted.
    fn moment(end: Timestamp) -> Passed {
        Passed { start: end, end, jump_ns: 0, born: false }
    }
}

impl Part {
    /// The columns of a meter in a layout. `standing` tells at what its counters stood in the last row.
    pub fn new(id: MeterId, layout: &Layout, standing: impl Fn(PointId) -> Option<i64>) -> Part {
        let mut part = Part {
            id,
            at: Timestamp::default(),
            since: Timestamp::default(),
            row: 0,
            place: 0,
            windows: None,
            window_end: Timestamp::default(),
            hours: None,
            live: Vec::new(),
            counters: Vec::new(),
            outputs: Vec::new(),
        };
        for (place, column) in layout.columns.iter().enumerate() {
            if column.meter == id {
                let source = part.source(column.point, &standing);
                part.outputs.push(Output { column: place, source, aggregate: column.aggregate });
            }
        }
        part
    }

    fn source(&mut self, id: PointId, standing: impl Fn(PointId) -> Option<i64>) -> Source {
        match id.point().quantity.class {
            Class::Live | Class::Demand => {
                let known = self.live.iter().position(|live| live.point() == id);
                Source::Live(known.unwrap_or_else(|| {
                    self.live.push(Live::new(id.point()));
                    self.live.len() - 1
                }))
            }
            Class::Energy | Class::Hours => {
                let known = self.counters.iter().position(|counter| counter.point() == id);
                Source::Counter(known.unwrap_or_else(|| {
                    self.counters.push(Counter::new(id.point(), standing(id)));
                    self.counters.len() - 1
                }))
            }
        }
    }

    /// The meter in an image.
    pub fn find<'a>(&mut self, image: &'a Image) -> Option<&'a MeterImage> {
        let meters = &image.meters;
        if meters.get(self.place).is_none_or(|meter| meter.id != self.id) {
            self.place = meters.iter().position(|meter| meter.id == self.id)?;
        }
        meters.get(self.place)
    }

    /// Whether it closed a window that was not looked at yet.
    pub fn is_new(&self, meter: &MeterImage) -> bool {
        self.windows != Some(meter.windows)
    }

    /// Looks at a meter: what time passed since it was looked at before.
    pub fn look(&mut self, meter: &MeterImage) -> Passed {
        let (hours, end) = (operating_hours(meter), meter.window_end);
        let seen = self.windows.replace(meter.windows).is_some();
        let before_end = if seen { self.window_end } else { self.since };
        let before_hours = if seen { self.hours } else { None };
        if seen && end == before_end {
            // A fragment: counters went on, and its time belongs to the next whole window.
            return Passed::moment(end);
        }
        (self.window_end, self.hours) = (end, hours);
        let civil_ns = end.unix_ns.saturating_sub(before_end.unix_ns);
        let life_ns = lived_ns(Some(0.0), hours).filter(|_| before_hours.is_none());
        let born = life_ns.is_some_and(|life_ns| life_ns <= civil_ns.saturating_add(STEERED_NS));
        if born {
            let start = end.unix_ns.saturating_sub(life_ns.unwrap_or(0));
            return Passed { start: Timestamp { unix_ns: start }, born, ..Passed::moment(end) };
        }
        if !seen {
            return Passed::moment(end);
        }
        let believed_ns = if civil_ns > WINDOW_MAX_NS { 0 } else { civil_ns.max(0) };
        let measured_ns = lived_ns(before_hours, hours).unwrap_or(believed_ns);
        let moved_ns = civil_ns.saturating_sub(measured_ns);
        if moved_ns.saturating_abs() <= STEERED_NS {
            return Passed { start: before_end, ..Passed::moment(end) };
        }
        let start = Timestamp { unix_ns: end.unix_ns.saturating_sub(measured_ns) };
        let missing = moved_ns > 0 && has_gap(meter);
        let jump_ns = if missing { 0 } else { moved_ns };
        Passed { start, jump_ns, ..Passed::moment(end) }
    }

    /// Begins a window; tells whether a counter was found lower than it may be.
    pub fn begin_window(&mut self, meter: &MeterImage, born: bool) -> bool {
        let mut set_back = false;
        for counter in &mut self.counters {
            set_back |= counter.begin_window(meter.get(counter.point()), born);
        }
        set_back
    }

    /// Gives the row in progress, which began at `row_start`, its part of a window: from `from` until
    /// `until`.
    pub fn give(
        &mut self,
        meter: &MeterImage,
        window: (Timestamp, Timestamp),
        (from, until): (Timestamp, Timestamp),
        row_start: Timestamp,
    ) {
        let share = share(window.0, window.1, until);
        for counter in &mut self.counters {
            counter.give_until(share);
        }
        if until > from {
            let seconds = until.seconds_since(from);
            let end_ms = (until.unix_ns - row_start.unix_ns) / 1_000_000;
            for live in &mut self.live {
                live.add(meter.get(live.point()), seconds, end_ms);
            }
        }
    }

    /// Writes its cells of the row in progress, and begins the next.
    pub fn close_row(&mut self, cells: &mut [Cell]) {
        for output in &self.outputs {
            cells[output.column] = match output.source {
                Source::Live(place) => self.live[place].cell(output.aggregate),
                Source::Counter(place) => self.counters[place].cell(output.aggregate),
            };
        }
        self.live.iter_mut().for_each(Live::begin_row);
        self.counters.iter_mut().for_each(Counter::begin_row);
        self.row += 1;
    }

    /// Notes why nothing came of it.
    pub fn miss(&mut self, meter: Option<&MeterImage>) {
        let reason = |point| match meter.map(|meter| meter.get(point)) {
            Some(Reading::Absent(reason)) => reason,
            Some(Reading::Value { .. }) => Reason::Stale,
            None => Reason::NotInstalled,
        };
        for live in &mut self.live {
            live.miss(reason(live.point()));
        }
        for counter in &mut self.counters {
            counter.miss(reason(counter.point()));
        }
    }
}

/// The time a meter has measured in all its life: it tells missing samples from a clock that was set.
fn operating_hours(meter: &MeterImage) -> Option<f64> {
    let id = point(QuantityId::OperatingHours, Some(Register::Total), Scope::System)?;
    meter.get(id).value()
}

/// Nanoseconds between two times of operation. One that stands still while windows close tells nothing.
fn lived_ns(before: Option<f64>, now: Option<f64>) -> Option<i64> {
    let lived_ns = ((now? - before?) * 3.6e12).round();
    (lived_ns > 0.0).then_some(lived_ns as i64)
}

/// Whether samples are missing before or in the last window.
fn has_gap(meter: &MeterImage) -> bool {
    meter.readings.iter().any(|(_, reading)| match reading {
        Reading::Value { flags, .. } => flags.contains(Flag::Gap),
        Reading::Absent(_) => false,
    })
}
