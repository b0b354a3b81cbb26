//! Proofs of log jobs: rows of images, over whatever happens to time, program and counters.

mod jobs_support;
mod seeds;

use jobs_support::*;
use port::{Flag, Flags};
use seeds::seeds;
use store::calendar::{Step, Zone};
use store::query::{peaks, quality, resample};
use store::{Aggregate, Cell, Quality, Row, RowFlag, RowFlags};

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;

/// [G7, D-9] A failing seed is told, and is the story that failed.
#[test]
fn gains_add_up_whatever_happens() {
    check_stories(seeds(0..300));
}

/// [G7, D-9] The same, more of it.
#[test]
#[ignore = "by ci/soak"]
fn gains_add_up_in_many_stories() {
    check_stories(seeds(0..20_000));
}

fn check_stories(seeds: std::ops::Range<u64>) {
    for seed in seeds {
        let told = std::panic::catch_unwind(|| proofs::gains_add_up_whatever_happens(seed));
        assert!(told.is_ok(), "EMS_SEED={seed}");
    }
}

#[test]
fn a_clock_that_is_set_cuts_and_loses_nothing() {
    proofs::a_clock_that_is_set_cuts_and_loses_nothing();
}

#[test]
fn a_small_step_cuts_nothing() {
    proofs::a_small_step_cuts_nothing();
}

#[test]
fn days_of_a_changed_clock_carry_their_energy() {
    proofs::days_of_a_changed_clock_carry_their_energy();
}

#[test]
fn a_kill_loses_no_gain() {
    proofs::a_kill_loses_no_gain();
}

/// A window over the end of an interval counts in both by its parts.
#[test]
fn a_window_over_a_boundary_is_divided() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 0);
    let mut log = Logger::new(layout("1s", "main"), "UTC");
    log.observe(&house);
    for watts in [18_000_000, 36_000_000, 9_000_000] {
        house.window(SECOND * 3 / 4, watts);
        log.observe(&house);
    }
    let get = |row: usize, point, what| cell(&log.layout, &log.rows[row], 0, point, what);
    // 3/4 s of 18 MW and 1/4 s of 36 MW; then 1/2 s of 36 MW and 1/2 s of 9 MW. Steps of 0.1 W.
    assert_eq!(get(0, power(), Aggregate::Mean), 225_000_000);
    assert_eq!(get(1, power(), Aggregate::Mean), 225_000_000);
    assert_eq!(get(0, power(), Aggregate::Sum), 225_000_000);
    assert_eq!(
        [get(0, power(), Aggregate::Min), get(0, power(), Aggregate::MinAt)],
        [180_000_000, 750]
    );
    assert_eq!(
        [get(0, power(), Aggregate::Max), get(0, power(), Aggregate::MaxAt)],
        [360_000_000, 1000]
    );
    assert_eq!(get(0, energy(), Aggregate::Delta), 6250);
    assert_eq!(get(1, energy(), Aggregate::Delta), 6250);
    assert_eq!(
        [get(0, energy(), Aggregate::Last), get(1, energy(), Aggregate::Last)],
        [6250, 12_500]
    );
    assert_eq!(log.rows[0].measured_ms, 1000);
    assert_eq!(log.rows[1].flags, RowFlags::NONE);
}

/// Windows of simulated minutes make as many seconds, each with its part.
#[test]
fn a_window_of_a_minute_makes_sixty_seconds() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 0);
    let mut log = Logger::new(layout("1s", "all"), "UTC");
    log.observe(&house);
    log.run(&mut house, 2, MINUTE, 3_600);
    assert_eq!(log.rows.len(), 120);
    for meter in [0, 1] {
        let one = |row: &Row| cell(&log.layout, row, meter, energy(), Aggregate::Delta) == 1;
        assert!(log.rows.iter().all(one), "a watt-hour a second");
    }
    check_rows(&log.layout, &log.zone, &log.rows);
}

/// Rows wait for a module that lags; its windows are divided like others.
#[test]
fn a_module_that_lags_has_its_part() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 0);
    let mut log = Logger::new(layout("1s", "all"), "UTC");
    log.observe(&house);
    for _ in 0..20 {
        house.main_window(SECOND * 3 / 10, 36_000_000);
        log.observe(&house);
        house.main_window(SECOND * 3 / 10, 36_000_000);
        house.module_window(36_000_000);
        log.observe(&house);
    }
    assert!(log.rows.len() >= 11);
    for row in &log.rows {
        assert_eq!(cell(&log.layout, row, 1, energy(), Aggregate::Delta), 10_000);
        assert_eq!(cell(&log.layout, row, 1, power(), Aggregate::Sum), 360_000_000);
    }
}

/// [D-12] A silent module has no live values and holds its counters, which is flagged; what it gained
/// meanwhile comes with its first answer.
#[test]
fn a_silent_module_holds_its_counters() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 0);
    let mut log = Logger::new(layout("1min", "all"), "UTC");
    log.observe(&house);
    log.run(&mut house, 60, SECOND, 3600);
    for _ in 0..122 {
        house.main_window(SECOND, 3600);
        log.observe(&house);
    }
    log.run(&mut house, 60, SECOND, 3600);
    let gains: Vec<i64> =
        log.rows.iter().map(|row| cell(&log.layout, row, 1, energy(), Aggregate::Delta)).collect();
    assert_eq!(gains, [60, 0, 0, 180]);
    let place = log.layout.columns.iter().rposition(|column| column.aggregate == Aggregate::Last);
    let held = log.rows[2].cells[place.unwrap()];
    let gap = Quality::of(Flags::NONE.with(Flag::Gap, true));
    assert_eq!(held, Cell { steps: 60, quality: gap });
    assert_eq!(value(&log.layout, &log.rows[2], 1, power(), Aggregate::Mean), None);
    assert!(!log.rows[2].flags.contains(RowFlag::Gap), "the built-in meter measured");
}

/// [D-13] Missing samples are a gap in the rows around and a hole in the report, and no energy.
#[test]
fn missing_samples_are_a_gap() {
    let start = at("2026-06-01T12:00:00Z");
    let mut house = House::new(start, 0);
    let mut log = Logger::new(layout("1min", "main"), "UTC");
    log.observe(&house);
    log.run(&mut house, 90, SECOND, 3600);
    house.gap(10 * MINUTE, SECOND, 3600);
    log.observe(&house);
    log.run(&mut house, 30, SECOND, 3600);
    assert_eq!(log.rows.len(), 3);
    let gaps: Vec<bool> = log.rows.iter().map(|row| row.flags.contains(RowFlag::Gap)).collect();
    assert_eq!(gaps, [false, true, true]);
    assert_eq!(measured_ms(&log.rows), 120_000);
    assert_eq!(log.rows[2].start, start + 660.0);
    let report = quality(&log.layout, boxed(&log.rows), start, start + 720.0).unwrap();
    assert_eq!(report.holes.len(), 1);
    let hole = report.holes[0];
    assert_eq!((hole.from, hole.to), (start + 60.0, start + 720.0));
    assert_eq!(hole.missing_ms, 600_000);
    assert_eq!((report.rows, report.expected_ms, report.measured_ms), (3, 720_000, 120_000));
}

/// The time that a clock leaps over is not missing.
#[test]
fn a_leap_of_the_clock_is_no_hole() {
    let start = at("2026-06-01T12:00:00Z");
    let mut house = House::new(start, 0);
    let mut log = Logger::new(layout("1min", "main"), "UTC");
    log.observe(&house);
    log.run(&mut house, 90, SECOND, 3600);
    house.set_clock(house.now + 86_400.0);
    log.run(&mut house, 90, SECOND, 3600);
    assert_eq!(log.rows.len(), 4);
    let report = quality(&log.layout, boxed(&log.rows), start, log.rows[3].end).unwrap();
    assert_eq!((report.holes.len(), report.measured_ms, report.expected_ms), (0, 180_000, 180_000));
    assert_eq!(report.flags[RowFlag::ClockSet as usize], 2);
    assert!(report.columns.iter().all(|column| (column.good, column.absent) == (4, 0)));
}

/// A counter that was restored from an older record gains nothing by it and says so; a partial counter that
/// was reset gains what it shows.
#[test]
fn a_counter_that_is_found_lower_gains_nothing() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 500);
    let mut log = Logger::new(layout("1min", "main"), "UTC");
    log.observe(&house);
    log.run(&mut house, 120, SECOND, 3600);
    house.energy_nws -= 20 * 3_600_000_000_000;
    house.restart(0);
    log.restart();
    log.observe(&house);
    log.run(&mut house, 60, SECOND, 3600);
    let row = &log.rows[2];
    assert!(row.flags.contains(RowFlag::CounterSetBack));
    assert_eq!(cell(&log.layout, row, 0, energy(), Aggregate::Delta), 60);
    assert_eq!(cell(&log.layout, row, 0, energy(), Aggregate::Last), 660);
    let others = log.rows[..2].iter().any(|row| row.flags.contains(RowFlag::CounterSetBack));
    assert!(!others);
}

/// A clean end closes the row early; the next begins where it ended.
#[test]
fn after_a_clean_end_rows_meet() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 500);
    let mut log = Logger::new(layout("1min", "main"), "UTC");
    log.observe(&house);
    log.run(&mut house, 90, SECOND, 3600);
    log.finish();
    house.restart(5 * SECOND);
    log.restart();
    log.observe(&house);
    log.run(&mut house, 25, SECOND, 3600);
    assert_eq!(log.rows.len(), 3);
    assert_eq!(log.rows[1].end, log.rows[2].start);
    assert_eq!(log.rows.iter().map(|row| row.measured_ms / 1000).collect::<Vec<_>>(), [60, 30, 25]);
    let flags = |row: usize| log.rows[row].flags.slugs();
    assert_eq!([flags(1), flags(2)], [vec!["gap"], vec!["gap", "restart"]]);
}

/// Joined rows: means by measured time, extremes with their moments, and nothing counted twice.
#[test]
fn rows_are_joined_to_longer_steps() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 0);
    let mut log = Logger::new(layout("1min", "main"), "UTC");
    log.observe(&house);
    for minute in 0..35 {
        log.run(&mut house, 60, SECOND, 3600 * (1 + minute % 15));
    }
    log.finish();
    let quarter = Step::seconds(900).unwrap();
    let (layout, rows) = resample(&log.layout, boxed(&log.rows), quarter, &Zone::utc()).unwrap();
    let rows: Vec<Row> = rows.map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    let get = |row: usize, point, what| cell(&layout, &rows[row], 0, point, what);
    assert_eq!(get(0, power(), Aggregate::Mean), 3600 * 8 * 10);
    assert_eq!(get(0, power(), Aggregate::Max), 3600 * 15 * 10);
    assert_eq!(get(0, power(), Aggregate::MaxAt), (14 * 60 + 1) * 1000);
    assert_eq!(get(0, power(), Aggregate::MinAt), 1000);
    assert_eq!(get(1, energy(), Aggregate::Delta), 60 * 120);
    assert_eq!(get(1, energy(), Aggregate::Last), 2 * 60 * 120);
    assert_eq!(gained(&layout, &rows, 0), gained(&log.layout, &log.rows, 0));
    assert_eq!([rows[0].measured_ms, rows[2].measured_ms], [900_000, 300_000]);
    assert_eq!([rows[0].flags.slugs(), rows[2].flags.slugs()], [vec!["restart"], vec!["gap"]]);
    let refused = resample(&log.layout, boxed(&[]), Step::Seconds(1), &Zone::utc());
    assert!(refused.err().unwrap().to_string().contains("cannot be cut"));
    let mean =
        layout.columns.iter().position(|column| column.aggregate == Aggregate::Mean).unwrap();
    let highest = peaks(boxed(&log.rows), mean, 2).unwrap();
    assert_eq!(highest[0], (at("2026-06-01T12:14:00Z"), 3600 * 15 * 10));
    assert_eq!(highest[1], (at("2026-06-01T12:29:00Z"), 3600 * 15 * 10));
}

/// A meter that is new has all its counters in rows, from the first window on; one that lived before begins
/// with what it shows.
#[test]
fn a_new_meter_begins_at_zero() {
    for (new, gain) in [(true, 120), (false, 119)] {
        let mut house = House::new(at("2026-06-01T12:00:00Z"), if new { 0 } else { 700 });
        house.hide_until_measured(new);
        let mut log = Logger::new(layout("1min", "all"), "UTC");
        log.observe(&house);
        log.run(&mut house, 120, SECOND, 3600);
        assert_eq!(log.rows.len(), 2);
        for meter in [0, 1] {
            assert_eq!(gained(&log.layout, &log.rows, meter), gain, "new: {new}, meter {meter}");
        }
        assert_eq!(measured_ms(&log.rows), 120_000);
    }
}

/// [G7] Months of local time add up to the year, and the year to the counter.
#[test]
fn months_add_up_to_the_year() {
    let paris = Zone::parse("Europe/Paris").unwrap();
    let year = paris.span(at("2026-07-01T00:00:00Z"), Step::Year);
    let mut house = House::new(year.start, 0);
    let mut log = Logger::new(layout("1h", "main"), "Europe/Paris");
    log.observe(&house);
    for hour in 0..8760 {
        log.run(&mut house, 1, 60 * MINUTE, 500 + hour % 24);
    }
    let joined = |step| {
        let (_, rows) = resample(&log.layout, boxed(&log.rows), step, &paris).unwrap();
        rows.collect::<Result<Vec<Row>, _>>().unwrap()
    };
    let (months, years) = (joined(Step::Month), joined(Step::Year));
    assert_eq!([months.len(), years.len()], [12, 1]);
    let days = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (month, days) in months.iter().zip(days) {
        let changed = i64::from(month.start == at("2026-09-30T22:00:00Z"))
            - i64::from(month.start == at("2026-02-28T23:00:00Z"));
        assert_eq!(month.measured_ms as i64, (days * 24 + changed) * 3_600_000);
    }
    assert_eq!(gained(&log.layout, &months, 0), house.standing());
    assert_eq!(gained(&log.layout, &years, 0), house.standing());
    assert_eq!(years[0].measured_ms, 8760 * 3_600_000);
}
