//! The proofs: each is a claim about rows that a planted mistake must break.

use super::*;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use store::query::resample;

const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// So many steps of a clock and gaps a story has at most: one in a hundred windows each, of 400.
const STEPS_MAX: i64 = 25;

/// A story by a seed: windows of any length, missing samples, restarts with and without an end, clocks that
/// are set, and a roll-over. Gains add up to the difference of standings, and no measured time is lost but
/// that of rows that a kill took.
pub fn gains_add_up_whatever_happens(seed: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let interval = ["1s", "10s", "1min", "15min", "1h"][random.random_range(0..5)];
    let zone = ["UTC", "Europe/Paris", "Australia/Lord_Howe"][random.random_range(0..3)];
    let start = at("2026-10-24T20:00:00Z") + random.random_range(0..20_000_000) as f64 * 1e-3;
    let mut house = House::new(start, ROLLOVER - random.random_range(0..200));
    let mut first = house.standing();
    let mut log = Logger::new(layout(interval, "all"), zone);
    log.observe(&house);
    let longest = [300_000_000, MINUTE][random.random_range(0..2)];
    let mut killed = false;
    for _ in 0..400 {
        let (length, watts) =
            (random.random_range(20_000_000..longest), random.random_range(0..9_000_000));
        match random.random_range(0..100) {
            0 => {
                log.finish();
                house.restart(random.random_range(0..HOUR));
                log.restart();
            }
            1 => {
                killed = true;
                house.restart(random.random_range(0..HOUR));
                log.restart();
            }
            2 => house.gap(random.random_range(0..HOUR), length, watts),
            3 => {
                let moved = random.random_range(-48 * HOUR..48 * HOUR);
                house.set_clock(house.now + ns(moved));
                house.window(length, watts);
            }
            4 => {
                let steered = random.random_range(-SECOND / 2..SECOND / 2);
                house.set_clock(house.now + ns(steered));
                house.window(length, watts);
            }
            5..30 => house.main_window(length, watts),
            _ => house.window(length, watts),
        }
        if log.began_anew() {
            first = house.standing();
        }
        log.observe(&house);
    }
    house.window(20_000_000, 0);
    log.observe(&house);
    log.finish();
    check_rows(&log.layout, &log.zone, &log.rows);
    for meter in [0, 1] {
        let gained = gained(&log.layout, &log.rows, meter);
        let difference = house.standing() - first;
        assert_eq!(gained.rem_euclid(ROLLOVER), difference.rem_euclid(ROLLOVER), "meter {meter}");
        let mut standing = first;
        for row in &log.rows {
            standing += cell(&log.layout, row, meter, energy(), Aggregate::Delta);
            let last = cell(&log.layout, row, meter, energy(), Aggregate::Last);
            assert_eq!(standing.rem_euclid(ROLLOVER), last, "meter {meter}, row {}", row.seq);
        }
    }
    let (measured, told) = (house.measured_ns / 1_000_000, measured_ms(&log.rows) as i64);
    // Each row is rounded to a millisecond, and a clock that is steered by less than 30 ms moves as much.
    let room = log.rows.len() as i64 + 30 * STEPS_MAX;
    assert!(told <= measured + room, "{told} of {measured} ms");
    if !killed {
        // A clock that is set back by less than a second shows some time twice, and it is told once.
        assert!(told >= measured - room - 500 * STEPS_MAX, "{told} of {measured} ms");
    }
}

/// [D-9] A clock that is set far away and back loses no interval, doubles none, flags the rows at the cut,
/// and moves no energy.
pub fn a_clock_that_is_set_cuts_and_loses_nothing() {
    for (away, name) in [
        ("2026-06-01T13:10:20.5Z", "an hour on"),
        ("2026-06-01T11:10:20.5Z", "an hour back"),
        ("2026-07-01T12:10:20.5Z", "thirty days on"),
        ("1970-01-01T00:00:00Z", "1970"),
        ("2038-01-19T03:14:07Z", "the end of 32 bits"),
        ("2100-01-01T00:00:00Z", "2100"),
    ] {
        let mut house = House::new(at("2026-06-01T12:00:00Z"), 5000);
        let mut log = Logger::new(layout("1min", "all"), "UTC");
        log.observe(&house);
        log.run(&mut house, 3103, 200_000_000, 36_000);
        house.set_clock(at(away));
        log.run(&mut house, 3000, 200_000_000, 36_000);
        log.finish();
        check_rows(&log.layout, &log.zone, &log.rows);
        assert_eq!(measured_ms(&log.rows) as i64, house.measured_ns / 1_000_000, "{name}");
        let set: Vec<&Row> =
            log.rows.iter().filter(|row| row.flags.contains(RowFlag::ClockSet)).collect();
        assert_eq!(set.len(), 2, "{name}");
        assert_eq!(set[0].end, at("2026-06-01T12:10:20.6Z"), "{name}: the last old moment");
        assert_eq!(set[1].start, at(away), "{name}: the first new moment");
        let unknown =
            log.rows.iter().filter(|row| row.flags.contains(RowFlag::TimeUnknown)).count();
        assert_eq!(unknown > 0, name == "1970");
        for meter in [0, 1] {
            // 36 kW are two steps a window.
            assert_eq!(gained(&log.layout, &log.rows, meter), 2 * 6103, "{name}");
        }
    }
}

/// [D-9] An NTP step in the midst of an interval cuts nothing and is flagged; steering is not even that.
pub fn a_small_step_cuts_nothing() {
    for (step_ms, flagged) in [(500, 1), (-500, 1), (90, 1), (-90, 1), (15, 0), (-15, 0)] {
        let mut house = House::new(at("2026-06-01T12:00:00Z"), 0);
        let mut log = Logger::new(layout("1min", "all"), "UTC");
        log.observe(&house);
        log.run(&mut house, 1600, 200_000_000, 36_000);
        house.set_clock(house.now + f64::from(step_ms) * 1e-3);
        log.run(&mut house, 1600, 200_000_000, 36_000);
        log.finish();
        check_rows(&log.layout, &log.zone, &log.rows);
        assert!(log.rows.windows(2).all(|pair| pair[0].end == pair[1].start), "{step_ms}");
        let set = log.rows.iter().filter(|row| row.flags.contains(RowFlag::ClockSet)).count();
        assert_eq!(set, flagged, "{step_ms} ms");
        assert_eq!(log.rows.len(), 11, "ten minutes and 40 s");
        assert_eq!(gained(&log.layout, &log.rows, 0), 2 * 3200);
    }
}

/// [D-9] Days of 23, 23.5, 24.5 and 25 hours have as many hours and carry exactly their energy, whether a
/// job makes days or rows are joined to them.
pub fn days_of_a_changed_clock_carry_their_energy() {
    for (name, noon, hours, rows) in [
        ("Europe/Paris", "2026-03-29T10:00:00Z", 23.0, 23),
        ("Europe/Paris", "2026-10-25T10:00:00Z", 25.0, 25),
        ("America/New_York", "2026-03-08T17:00:00Z", 23.0, 23),
        ("America/New_York", "2026-11-01T17:00:00Z", 25.0, 25),
        ("Australia/Lord_Howe", "2026-10-04T01:00:00Z", 23.5, 24),
        ("Australia/Lord_Howe", "2026-04-05T01:00:00Z", 24.5, 25),
    ] {
        let zone = Zone::parse(name).unwrap();
        let day = zone.span(at(noon), Step::DAY);
        let mut house = House::new(day.start - 7200.0, 0);
        let intervals = ["15min", "1h", "1d"];
        let mut logs = intervals.map(|interval| Logger::new(layout(interval, "main"), name));
        for log in &mut logs {
            log.observe(&house);
        }
        for _ in 0..29 * 60 {
            house.window(MINUTE, 60);
            for log in &mut logs {
                log.observe(&house);
            }
        }
        for log in &mut logs {
            log.finish();
            check_rows(&log.layout, &log.zone, &log.rows);
        }
        let [quarters, hourly, daily] = logs;
        let in_day = |rows: &[Row]| -> Vec<Row> {
            let within = |row: &&Row| row.start >= day.start && row.start < day.end;
            rows.iter().filter(within).cloned().collect()
        };
        let joined = |log: &Logger, step| {
            let (layout, rows) = resample(&log.layout, boxed(&log.rows), step, &log.zone).unwrap();
            (layout, rows.collect::<Result<Vec<Row>, _>>().unwrap())
        };
        let wh = (hours * 60.0) as i64 * 60 / 60;
        assert_eq!(in_day(&hourly.rows).len(), rows, "{name}: hours of the day");
        let (_, hours_joined) = joined(&quarters, Step::HOUR);
        assert_eq!(in_day(&hours_joined).len(), rows, "{name}: hours joined from quarters");
        for pair in in_day(&hours_joined).windows(2) {
            assert_eq!(pair[0].end, pair[1].start, "{name}: hours meet");
        }
        for (log, step) in [(&quarters, Step::DAY), (&hourly, Step::DAY), (&daily, Step::DAY)] {
            let (layout, days) = joined(log, step);
            let found = in_day(&days);
            assert_eq!(found.len(), 1, "{name}");
            assert_eq!(found[0].measured_ms as f64, hours * 3.6e6, "{name}");
            assert!(!found[0].flags.contains(RowFlag::Gap), "{name}");
            assert_eq!(gained(&layout, &found, 0), wh, "{name}: energy of the day");
            assert_eq!(cell(&layout, &found[0], 0, power(), Aggregate::Mean), 600, "{name}");
        }
    }
}

/// What was gained between the last row and a kill is in the first row after it.
pub fn a_kill_loses_no_gain() {
    let mut house = House::new(at("2026-06-01T12:00:00Z"), 1000);
    let first = house.standing();
    let mut log = Logger::new(layout("1min", "all"), "UTC");
    log.observe(&house);
    log.run(&mut house, 5 * 150, 200_000_000, 36_000);
    assert_eq!(log.rows.len(), 2);
    house.restart(10 * MINUTE);
    log.restart();
    log.observe(&house);
    log.run(&mut house, 5 * 60, 200_000_000, 36_000);
    log.finish();
    check_rows(&log.layout, &log.zone, &log.rows);
    assert!(log.rows[2].flags.contains(RowFlag::Restart));
    assert_eq!(gained(&log.layout, &log.rows, 0), house.standing() - first);
    assert_eq!(gained(&log.layout, &log.rows, 1), house.standing() - first);
}
