//! A meter within a job: how far its windows were taken, and its columns of the row in progress.

use super::counter::{Counter, share};
use super::live::Live;
use crate::row::{Aggregate, Cell, Layout};
use catalog::{Class, PointId, QuantityId, Register, Scope, point};
use image::{Image, MeterId, MeterImage};
use port::{Flag, Reading, Reason, Timestamp};

/// Civil time and the time that was measured may differ by so much between two windows without a remark:
/// clocks are steered, and stamps jitter by the length of a block.
pub(super) const STEERED_NS: i64 = 20_000_000;

/// The longest window that a meter without a time of operation is believed: no fidelity makes longer ones,
/// and a clock that is set must not look like one.
const WINDOW_MAX_NS: i64 = 3_600_000_000_000;

/// A meter of the job.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub id: MeterId,
    /// Civil time up to which its windows are in rows.
    pub at: Timestamp,
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
}

impl Part {
    /// The columns of a meter in a layout. `standing` tells at what its counters stood in the last row.
    pub fn new(id: MeterId, layout: &Layout, standing: impl Fn(PointId) -> Option<i64>) -> Part {
        let mut part = Part {
            id,
            at: Timestamp::default(),
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

    /// Looks at a meter: what time passed since it was looked at before. A meter that is seen for the first
    /// time has measured nothing yet that is known here.
    pub fn look(&mut self, meter: &MeterImage) -> Passed {
        let hours = operating_hours(meter);
        let end = meter.window_end;
        let before = self.windows.replace(meter.windows).map(|_| (self.window_end, self.hours));
        let Some((before_end, before_hours)) = before else {
            (self.window_end, self.hours) = (end, hours);
            return Passed { start: end, end, jump_ns: 0 };
        };
        if end == before_end {
            // A fragment: counters went on, and its time belongs to the next whole window.
            return Passed { start: end, end, jump_ns: 0 };
        }
        (self.window_end, self.hours) = (end, hours);
        let civil_ns = end.unix_ns.saturating_sub(before_end.unix_ns);
        let believed_ns = if civil_ns > WINDOW_MAX_NS { 0 } else { civil_ns.max(0) };
        let measured_ns = lived_ns(before_hours, hours).unwrap_or(believed_ns);
        let moved_ns = civil_ns.saturating_sub(measured_ns);
        if moved_ns.saturating_abs() <= STEERED_NS {
            return Passed { start: before_end, end, jump_ns: 0 };
        }
        let start = Timestamp { unix_ns: end.unix_ns.saturating_sub(measured_ns) };
        let missing = moved_ns > 0 && has_gap(meter);
        Passed { start, end, jump_ns: if missing { 0 } else { moved_ns } }
    }

    /// Begins a window; tells whether a counter was found lower than it may be.
    pub fn begin_window(&mut self, meter: &MeterImage) -> bool {
        let mut set_back = false;
        for counter in &mut self.counters {
            set_back |= counter.begin_window(meter.get(counter.point()));
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
