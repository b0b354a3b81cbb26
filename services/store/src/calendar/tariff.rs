//! Tariffs by calendar: rows of seasons, days and times of the local clock; the first that fits decides.
//!
//! A range of times that passes midnight belongs to the day on which it begins: `22:00-06:00` on Fridays
//! lasts until Saturday morning. What the local clock shows decides, so an hour that it shows twice has
//! the same tariff twice.

use super::Zone;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};
use port::Timestamp;

/// Tariff while no row fits.
pub const TARIFF_OTHERWISE: u8 = 1;

/// So far ahead a change is looked for: every row of a calendar without years comes within a year.
const LOOK_AHEAD_DAYS: i64 = 400;

/// A day of every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: i8,
    /// 1 to 31.
    pub day: i8,
}

/// A day that is named, of one year or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedDay {
    /// Once.
    Once(Date),
    /// Every year.
    Yearly(MonthDay),
}

/// Times of day in minutes after midnight: from the first to just before the last. If the last is not
/// later than the first, it lies on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayTimes {
    /// 0 to 1439.
    pub from_min: u16,
    /// 1 to 1440.
    pub to_min: u16,
}

/// A row of the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TariffRow {
    /// First and last day of a season; it may pass the end of the year.
    pub season: Option<(MonthDay, MonthDay)>,
    /// Days of the week.
    pub days: Vec<Weekday>,
    /// Named days, in addition to those of the week. Neither: every day.
    pub dates: Vec<NamedDay>,
    /// Times of day; none: all day.
    pub at: Vec<DayTimes>,
    /// The tariff, 1 or 2.
    pub tariff: u8,
}

/// When which tariff holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TariffCalendar(pub Vec<TariffRow>);

impl TariffCalendar {
    /// The tariff at a moment.
    pub fn tariff_at(&self, zone: &Zone, time: Timestamp) -> u8 {
        let local = zone.local(time);
        let found = self.0.iter().find(|row| row.fits(local));
        found.map_or(TARIFF_OTHERWISE, |row| row.tariff)
    }

    /// The first moment after another at which the tariff differs; none if there is none in a year.
    pub fn next_change(&self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let now = self.tariff_at(zone, after);
        let today = zone.local(after).date();
        let times = self.edges();
        (0..LOOK_AHEAD_DAYS).find_map(|days| {
            let day = today.checked_add(days.days()).ok()?;
            let mut moments = moments_of(zone, day, &times);
            moments.retain(|moment| *moment > after);
            moments.sort_unstable();
            moments.into_iter().find(|moment| self.tariff_at(zone, *moment) != now)
        })
    }

    /// Minutes after midnight at which a row may begin or end.
    fn edges(&self) -> Vec<u16> {
        let ranges = self.0.iter().flat_map(|row| &row.at);
        let mut edges: Vec<u16> = ranges.flat_map(|at| [at.from_min, at.to_min % 1440]).collect();
        edges.push(0);
        edges.sort_unstable();
        edges.dedup();
        edges
    }
}

/// When the local clock shows one of these times on a day, and when it is moved.
fn moments_of(zone: &Zone, day: Date, times: &[u16]) -> Vec<Timestamp> {
    let labels = times.iter().map(|minutes| day.to_datetime(time_of(*minutes)));
    let mut moments: Vec<Timestamp> =
        labels.flat_map(|label| [zone.first(label), zone.last(label)]).collect();
    // A clock that is moved on this day may show times again, or leap over them.
    let midnight = |day: Date| zone.first(day.to_datetime(Time::midnight()));
    let moved = zone.next_transition(midnight(day) - 1.0);
    let tomorrow = day.tomorrow().map_or(midnight(day), midnight);
    moments.extend(moved.filter(|moved| *moved <= tomorrow));
    moments
}

fn time_of(minutes: u16) -> Time {
    Time::constant((minutes / 60) as i8, (minutes % 60) as i8, 0, 0)
}

impl TariffRow {
    fn fits(&self, local: DateTime) -> bool {
        let minute = u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute()))
            .expect("a day has 1440 minutes");
        let today = local.date();
        let yesterday = today.yesterday().unwrap_or(today);
        if self.at.is_empty() {
            return self.fits_day(today);
        }
        self.at.iter().any(|at| {
            let passes_midnight = at.to_min <= at.from_min;
            let begun = minute >= at.from_min && (passes_midnight || minute < at.to_min);
            (begun && self.fits_day(today))
                || (passes_midnight && minute < at.to_min && self.fits_day(yesterday))
        })
    }

    fn fits_day(&self, date: Date) -> bool {
        self.in_season(date) && self.is_chosen(date)
    }

    fn in_season(&self, date: Date) -> bool {
        let Some((from, to)) = self.season else { return true };
        let day = MonthDay::of(date);
        if from <= to { (from..=to).contains(&day) } else { day >= from || day <= to }
    }

    fn is_chosen(&self, date: Date) -> bool {
        let every = self.days.is_empty() && self.dates.is_empty();
        every
            || self.days.contains(&date.weekday())
            || self.dates.iter().any(|named| match named {
                NamedDay::Once(once) => *once == date,
                NamedDay::Yearly(yearly) => *yearly == MonthDay::of(date),
            })
    }
}

impl MonthDay {
    fn of(date: Date) -> MonthDay {
        MonthDay { month: date.month(), day: date.day() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        super::super::stamp(text.parse().unwrap())
    }

    fn night() -> TariffRow {
        let at = vec![DayTimes { from_min: 22 * 60, to_min: 6 * 60 }];
        TariffRow { at, tariff: 2, ..TariffRow::default() }
    }

    /// [D-9] The night tariff begins at ten by the local clock, in summer and in winter.
    #[test]
    fn tariffs_switch_at_the_right_local_time() {
        let calendar = TariffCalendar(vec![night()]);
        for (name, after, change, tariff) in [
            ("Europe/Paris", "2026-01-10T12:00:00Z", "2026-01-10T21:00:00Z", 2),
            ("Europe/Paris", "2026-07-10T12:00:00Z", "2026-07-10T20:00:00Z", 2),
            ("Europe/Paris", "2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z", 1),
            ("Europe/Paris", "2026-10-24T23:00:00Z", "2026-10-25T05:00:00Z", 1),
            ("America/New_York", "2026-03-08T04:00:00Z", "2026-03-08T10:00:00Z", 1),
            ("Australia/Lord_Howe", "2026-04-04T14:00:00Z", "2026-04-04T19:30:00Z", 1),
        ] {
            let zone = Zone::parse(name).unwrap();
            let found = calendar.next_change(&zone, at(after)).unwrap();
            assert_eq!(found, at(change), "{name} after {after}");
            assert_eq!(calendar.tariff_at(&zone, found), tariff);
            assert_ne!(calendar.tariff_at(&zone, found - 1e-6), tariff);
        }
    }

    /// [D-9] A range that ends within the hour that is shown twice ends twice.
    #[test]
    fn a_range_that_is_shown_twice_holds_twice() {
        let early = vec![DayTimes { from_min: 0, to_min: 150 }];
        let calendar = TariffCalendar(vec![TariffRow { at: early, ..night() }]);
        let zone = Zone::parse("Europe/Paris").unwrap();
        let mut time = at("2026-10-24T22:00:00Z");
        let changes: Vec<Timestamp> = std::iter::from_fn(|| {
            time = calendar.next_change(&zone, time)?;
            Some(time)
        })
        .take(3)
        .collect();
        let wanted = ["2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z"];
        assert_eq!(changes, wanted.map(at));
    }

    #[test]
    fn seasons_days_and_dates_choose() {
        let winter = Some((MonthDay { month: 11, day: 1 }, MonthDay { month: 3, day: 31 }));
        let christmas = NamedDay::Yearly(MonthDay { month: 12, day: 25 });
        let row = TariffRow {
            season: winter,
            days: vec![Weekday::Friday],
            dates: vec![christmas, NamedDay::Once(jiff::civil::date(2026, 11, 11))],
            ..night()
        };
        let calendar = TariffCalendar(vec![row]);
        let tariff = |text: &str| calendar.tariff_at(&Zone::utc(), at(text));
        assert_eq!(tariff("2026-11-27T23:00:00Z"), 2, "a Friday in winter");
        assert_eq!(tariff("2026-11-28T05:59:00Z"), 2, "until Saturday morning");
        assert_eq!(tariff("2026-11-28T23:00:00Z"), 1);
        assert_eq!(tariff("2026-07-03T23:00:00Z"), 1, "a Friday in summer");
        assert_eq!(tariff("2029-12-25T23:00:00Z"), 2, "a Tuesday, but named");
        assert_eq!([tariff("2026-11-11T23:00:00Z"), tariff("2027-11-11T23:00:00Z")], [2, 1]);
        let next =
            calendar.next_change(&Zone::parse("Europe/Paris").unwrap(), at("2026-04-01T00:00:00Z"));
        assert_eq!(next, Some(at("2026-11-06T21:00:00Z")), "the first Friday of winter");
        assert_eq!(
            TariffCalendar::default().next_change(&Zone::utc(), at("2026-01-01T00:00:00Z")),
            None
        );
    }
}
