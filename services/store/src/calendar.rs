//! Civil time in a zone: intervals, days of 23 and 25 hours, tariffs.
//!
//! *Step*: a length by which time is cut, such as a minute, an hour or a month. *Span*: one piece of that
//! cut. Spans meet without a gap and never overlap, whatever a zone does to its clock:
//!
//! - up to 15 minutes they are cut in UTC, where every zone of today changes its clock;
//! - up to an hour they are cut on the local clock, and where that is moved. An hour that the clock shows
//!   twice is two spans;
//! - beyond an hour, from label to label of the local clock. The day of the change has 23 or 25 hours.
//!
//! Zones are those compiled in, so that a device knows them without files, and always the same.

pub mod tariff;

use crate::planted::{Mistake, planted};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use jiff::{SignedDuration, ToSpan};
use port::Timestamp;

/// 2025-01-01T00:00:00Z: no meter with this program is older, so that a clock before it was never set.
pub(crate) const CLOCK_KNOWN: Timestamp = Timestamp { unix_ns: 1_735_689_600_000_000_000 };

/// Longest step that is cut in UTC: every zone of today has an offset in whole quarters of an hour.
const UTC_STEP_MAX_S: i64 = 15 * 60;

/// Longest step of which a shown-twice hour makes two.
const REPEATED_STEP_MAX_S: i64 = 3600;

/// Seconds of a day without a change of the clock.
const DAY_S: u32 = 86_400;

/// A length by which time is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// So many seconds, 1 to 86,400, a whole number of times in a day; by [`Step::seconds`].
    Seconds(u32),
    /// From Monday to Sunday.
    Week,
    /// A month of the calendar.
    Month,
    /// A year of the calendar.
    Year,
}

impl Step {
    /// An hour of local time.
    pub const HOUR: Step = Step::Seconds(3600);
    /// A day of local time.
    pub const DAY: Step = Step::Seconds(DAY_S);

    /// So many seconds, if a day has a whole number of them.
    pub fn seconds(seconds: u32) -> Option<Step> {
        let divides = (1..=DAY_S).contains(&seconds) && DAY_S.is_multiple_of(seconds);
        divides.then_some(Step::Seconds(seconds))
    }

    /// Length in seconds without a change of the clock; a month has 30 days here, and a year 365.
    pub fn nominal_s(self) -> u32 {
        match self {
            Step::Seconds(seconds) => seconds,
            Step::Week => 7 * DAY_S,
            Step::Month => 30 * DAY_S,
            Step::Year => 365 * DAY_S,
        }
    }
}

/// A piece of time: from its start to just before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First moment of it.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
}

impl Span {
    /// Length in milliseconds.
    pub fn ms(self) -> u64 {
        (self.end.unix_ns - self.start.unix_ns).max(0) as u64 / 1_000_000
    }
}

/// A time zone of the IANA database.
#[derive(Debug, Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// Coordinated universal time.
    pub fn utc() -> Zone {
        Zone(TimeZone::UTC)
    }

    /// By its name, such as `Europe/Paris`.
    pub fn parse(name: &str) -> Option<Zone> {
        TimeZoneDatabase::bundled().get(name).ok().map(Zone)
    }

    /// Names of all zones.
    pub fn names() -> Vec<String> {
        TimeZoneDatabase::bundled().available().map(|name| name.to_string()).collect()
    }

    /// As jiff has it.
    pub fn time_zone(&self) -> &TimeZone {
        &self.0
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// Local time minus UTC in minutes; an offset of the past with seconds is cut.
    pub fn offset_min(&self, time: Timestamp) -> i32 {
        self.offset_s(time) as i32 / 60
    }

    /// What the local clock shows.
    pub fn local(&self, time: Timestamp) -> DateTime {
        self.0.to_datetime(moment(time))
    }

    /// When the local clock first shows this; where it leaps over it, when it leaps.
    pub fn first(&self, local: DateTime) -> Timestamp {
        let shown = self.0.to_ambiguous_timestamp(local);
        let within = "a stamp lies 292 years around 1970, and jiff's range is thousands";
        match shown.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
                stamp(shown.compatible().expect(within))
            }
            AmbiguousOffset::Gap { .. } => {
                let before = shown.earlier().expect(within);
                let leap =
                    self.0.following(before).next().expect("a gap has a change of the clock");
                stamp(leap.timestamp())
            }
        }
    }

    /// When the local clock last shows this; where it leaps over it, when it leaps.
    pub fn last(&self, local: DateTime) -> Timestamp {
        let shown = self.0.to_ambiguous_timestamp(local);
        match shown.offset() {
            AmbiguousOffset::Fold { .. } => stamp(shown.later().expect("as in first")),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => self.first(local),
        }
    }

    /// The span of a step that holds a moment.
    pub fn span(&self, time: Timestamp, step: Step) -> Span {
        let span = match step {
            Step::Seconds(seconds) if i64::from(seconds) <= UTC_STEP_MAX_S => {
                grid(time.unix_ns, i64::from(seconds), 0)
            }
            Step::Seconds(seconds)
                if i64::from(seconds) <= REPEATED_STEP_MAX_S && !planted(Mistake::DstHourLost) =>
            {
                self.within_offset(time, i64::from(seconds))
            }
            Step::Seconds(_) | Step::Week | Step::Month | Step::Year => self.by_labels(time, step),
        };
        // Whoever walks from span to span would walk forever otherwise.
        assert!(span.start <= time && time < span.end, "a span holds its moment");
        span
    }

    /// The next change of the clock after a moment, if one is known.
    pub fn next_transition(&self, after: Timestamp) -> Option<Timestamp> {
        let offset = self.offset_s(after);
        let mut changes = self.0.following(moment(after));
        let moved = changes.find(|change| i64::from(change.offset().seconds()) != offset)?;
        Some(stamp(moved.timestamp()))
    }

    fn offset_s(&self, time: Timestamp) -> i64 {
        i64::from(self.0.to_offset(moment(time)).seconds())
    }

    /// Cut on the local clock as it goes now, and where it is moved.
    fn within_offset(&self, time: Timestamp, step_s: i64) -> Span {
        let offset = self.offset_s(time);
        let mut span = grid(time.unix_ns, step_s, offset);
        if self.offset_s(span.start) != offset && !planted(Mistake::DstHourDoubled) {
            let changes = self.0.preceding(moment(time) + SignedDuration::from_nanos(1));
            span.start =
                changes.map(|change| stamp(change.timestamp())).next().unwrap_or(span.start);
        }
        if planted(Mistake::DstHourDoubled) {
            let hour = span.start;
            span.start = self.first(self.local(hour));
        }
        if self.offset_s(Timestamp { unix_ns: span.end.unix_ns - 1 }) != offset {
            span.end = self.next_transition(time).unwrap_or(span.end);
        }
        span
    }

    /// Cut where the local clock first shows a label. Labels that it leaps over fall together, so the walk
    /// passes over them.
    fn by_labels(&self, time: Timestamp, step: Step) -> Span {
        let local = self.local(time);
        let label = |count: i64| self.first(label(local, step, count));
        let mut count = 0;
        while label(count) > time {
            count -= 1;
        }
        while label(count + 1) <= time {
            count += 1;
        }
        Span { start: label(count), end: label(count + 1) }
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Zone) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

/// Equal pieces of a clock that is ahead of UTC by an offset.
fn grid(unix_ns: i64, step_s: i64, offset_s: i64) -> Span {
    let (step, offset) = (i128::from(step_s) * 1_000_000_000, i128::from(offset_s) * 1_000_000_000);
    let start = (i128::from(unix_ns) + offset).div_euclid(step) * step - offset;
    let clamped = |ns: i128| ns.clamp(i64::MIN.into(), i64::MAX.into()) as i64;
    Span {
        start: Timestamp { unix_ns: clamped(start) },
        end: Timestamp { unix_ns: clamped(start + step) },
    }
}

/// The label that stands so many steps after the one that a local time stands under.
fn label(local: DateTime, step: Step, count: i64) -> DateTime {
    let day = local.date();
    let near = "few steps around a stamp, and jiff's range is thousands of years";
    match step {
        Step::Seconds(seconds) => {
            let since = local.to_zoned(TimeZone::UTC).expect(near).timestamp().as_second();
            let step = i64::from(seconds.max(1));
            let at = (since.div_euclid(step) + count) * step;
            Offset::UTC.to_datetime(jiff::Timestamp::from_second(at).expect(near))
        }
        Step::Week => {
            let monday = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_add((count * 7 - monday).days())
                .expect(near)
                .to_datetime(Default::default())
        }
        Step::Month => {
            let first = day.first_of_month();
            first.checked_add(count.months()).expect(near).to_datetime(Default::default())
        }
        Step::Year => {
            let first = day.first_of_year();
            first.checked_add(count.years()).expect(near).to_datetime(Default::default())
        }
    }
}

fn moment(time: Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_nanosecond(time.unix_ns.into())
        .expect("292 years around 1970 are in range")
}

fn stamp(moment: jiff::Timestamp) -> Timestamp {
    let ns = moment.as_nanosecond().clamp(i64::MIN.into(), i64::MAX.into());
    Timestamp { unix_ns: ns as i64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        stamp(text.parse().unwrap())
    }

    fn zone(name: &str) -> Zone {
        Zone::parse(name).unwrap()
    }

    /// Zones, the moment of a change of the clock, and the hours of the day it lies in.
    const CHANGES: [(&str, &str, f64); 6] = [
        ("Europe/Paris", "2026-03-29T01:00:00Z", 23.0),
        ("Europe/Paris", "2026-10-25T01:00:00Z", 25.0),
        ("America/New_York", "2026-03-08T07:00:00Z", 23.0),
        ("America/New_York", "2026-11-01T06:00:00Z", 25.0),
        ("Australia/Lord_Howe", "2026-10-03T15:30:00Z", 23.5),
        ("Australia/Lord_Howe", "2026-04-04T15:00:00Z", 24.5),
    ];

    /// [D-9] Days of 23, 23.5, 24.5 and 25 hours, and 24 around them.
    #[test]
    fn days_are_as_long_as_the_local_clock_says() {
        for (name, change, hours) in CHANGES {
            let (zone, change) = (zone(name), at(change));
            let day = zone.span(change, Step::DAY);
            assert_eq!(day.ms() as f64 / 3.6e6, hours, "{name}");
            assert_eq!(zone.span(day.end, Step::DAY).ms(), 24 * 3_600_000);
            assert_eq!(zone.span(day.start - 1.0, Step::DAY).ms(), 24 * 3_600_000);
            assert_eq!(zone.next_transition(day.start), Some(change));
        }
    }

    /// [D-9] Spans of any step meet over a change of the clock, and each holds every moment in it.
    #[test]
    fn spans_meet_and_never_overlap() {
        let seconds = [1, 60, 900, 960, 1200, 1800, 3600, 5400, 7200, 14_400, 21_600, 86_400];
        let steps = seconds.map(|seconds| Step::seconds(seconds).unwrap());
        for (name, change, _) in CHANGES.iter().chain(&[
            ("Antarctica/Troll", "2026-10-25T01:00:00Z", 26.0),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", 0.0),
            ("Asia/Kathmandu", "2026-01-01T00:00:00Z", 24.0),
        ]) {
            let zone = zone(name);
            for step in steps.into_iter().chain([Step::Week, Step::Month, Step::Year]) {
                let mut time = at(change) - 5.0 * f64::from(step.nominal_s());
                for _ in 0..10 {
                    let span = zone.span(time, step);
                    assert_eq!(zone.span(span.start, step), span, "{name} {step:?}");
                    let last = Timestamp { unix_ns: span.end.unix_ns - 1 };
                    assert_eq!(zone.span(last, step), span, "{name} {step:?}");
                    time = span.end;
                }
            }
        }
    }

    #[test]
    fn an_hour_shown_twice_is_two_spans() {
        let paris = zone("Europe/Paris");
        let twice = ["2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"].map(at);
        let spans = twice.map(|time| paris.span(time, Step::HOUR));
        assert_eq!(spans.map(Span::ms), [3_600_000; 2]);
        assert_eq!(spans[0].end, spans[1].start);
        assert_eq!(twice.map(|time| paris.local(time).hour()), [2, 2]);
        assert_eq!(twice.map(|time| paris.offset_min(time)), [120, 60]);
    }

    #[test]
    fn weeks_months_and_years_begin_at_local_midnight() {
        let york = zone("America/New_York");
        let time = at("2026-07-01T03:00:00Z");
        let starts = [Step::Week, Step::Month, Step::Year].map(|step| york.span(time, step).start);
        let wanted = ["2026-06-29T04:00:00Z", "2026-06-01T04:00:00Z", "2026-01-01T05:00:00Z"];
        assert_eq!(starts, wanted.map(at));
    }

    #[test]
    fn the_ends_of_time_have_spans_too() {
        for unix_ns in
            [0, -1, at("2038-01-19T03:14:07Z").unix_ns, at("2100-12-31T23:59:59Z").unix_ns]
        {
            let time = Timestamp { unix_ns };
            for step in [Step::Seconds(1), Step::HOUR, Step::DAY, Step::Year] {
                assert!(zone("Europe/Paris").span(time, step).end > time);
            }
        }
    }
}
