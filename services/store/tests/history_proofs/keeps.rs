//! What is kept, and who has read it: retention, thinning, cursors, ranges.

use super::*;
use rand::SeedableRng;
use store::engine::FailedCommit;
use store::history::{Keep, Stream, Thin};
use store::{Quality, RowFlag};

const DAY_S: i64 = 86_400;

/// A history with so many sealed days of half hours.
pub fn days(count: i64, seed: u64) -> (SimDisk, Memory, History, u32, Meter) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (disk, memory) = (SimDisk::new(), Memory::new());
    let (mut history, _) = open(&disk, &memory);
    let id = history.register(&layout("halves", 1800, 3)).expect("a layout is registered");
    let mut meter = Meter::new(1800, 5);
    for _ in 0..count {
        let rows = (0..48).map(|_| (id, meter.row(&mut rng))).collect();
        history.append(rows, Vec::new()).expect("the disk is sound");
        history.seal_due(meter.now()).expect("the database is sound");
    }
    (disk, memory, history, id, meter)
}

fn bytes_of(history: &History) -> u64 {
    history.stats().expect("the database is sound").jobs[0].bytes
}

/// By size and by age the oldest groups go, whole, and the rest is untouched.
pub fn the_oldest_go() {
    let (_, _, mut history, id, meter) = days(20, 1);
    let all = rows_of(&history, id);
    let keep = Keep { bytes: Some(bytes_of(&history) / 2), ..Keep::default() };
    assert_eq!(history.retain("halves", &keep, meter.now()), Ok(Vec::new()));
    let rows = rows_of(&history, id);
    assert!((9 * 48..=11 * 48).contains(&rows.len()), "{} rows are left", rows.len());
    assert_rows(&rows, &all[all.len() - rows.len()..], "the newest rows");
    let keep = Keep { age_s: Some(5 * DAY_S as u64), ..Keep::default() };
    history.retain("halves", &keep, at(meter.clock_s + 1)).expect("the database is sound");
    assert_rows(&rows_of(&history, id), &all[15 * 48..], "five days");
}

/// A consumer that has not read keeps rows from going for their age, not from a quota, which tells it.
pub fn what_is_unread_stays_unless_a_quota_takes_it() {
    let (_, _, mut history, id, meter) = days(10, 2);
    history.advance("cloud", Stream::Rows(id), 3 * 48).expect("it has read three days");
    let keep = Keep { age_s: Some(DAY_S as u64), ..Keep::default() };
    assert_eq!(history.retain("halves", &keep, meter.now()), Ok(Vec::new()));
    assert_eq!(rows_of(&history, id).len(), 7 * 48);
    let keep = Keep { bytes: Some(bytes_of(&history) / 2), ..Keep::default() };
    let told = history.retain("halves", &keep, meter.now()).expect("the database is sound");
    assert!(told.len() == 1 && told[0].contains("had not read"), "{told:?}");
}

/// A database that is full gives up its oldest days, says so, and takes the newest ones.
pub fn a_full_database_gives_up_the_oldest() {
    let (_, memory, mut history, id, mut meter) = days(10, 3);
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let all = rows_of(&history, id);
    let full = store::Store::bytes_on_disk(&memory).expect("it tells") + 500;
    memory.set_capacity(Some(full));
    let rows: Vec<Row> = (0..48).map(|_| meter.row(&mut rng)).collect();
    history.append(rows.into_iter().map(|row| (id, row)).collect(), Vec::new()).expect("a day");
    let told = history.seal_due(meter.now()).expect("room is made");
    assert!(told.iter().any(|told| told.contains("the disk is full")), "{told:?}");
    let rows = rows_of(&history, id);
    assert_eq!(rows.last().map(|row| row.seq), Some(11 * 48), "the newest day is there");
    let first = usize::try_from(rows[0].seq).expect("a number") - 1;
    assert!((48..6 * 48).contains(&first), "{first} rows went");
    assert_rows(&rows[..rows.len() - 48], &all[first..], "the newest of the others");
}

/// Seconds become minutes: gains stay as they are, extremes stay extremes.
pub fn thinning_keeps_the_gains(seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (disk, memory) = (SimDisk::new(), Memory::new());
    let (mut history, _) = open(&disk, &memory);
    let id = history.register(&layout("seconds", 10, 2)).expect("a layout is registered");
    let mut meter = Meter::new(10, 4);
    meter.clock_s = 86_000;
    for _ in 0..60 {
        let mut rows: Vec<Row> = (0..150).map(|_| meter.row(&mut rng)).collect();
        if rng.random_bool(0.2) {
            // The clock is set, back or on.
            meter.clock_s += rng.random_range(-3000..3000) / 10 * 10;
        }
        let place = rng.random_range(0..rows.len());
        rows[place].cells[2].quality = Quality::absent(port::Reason::Stale);
        rows[place].cells[2].steps = 0;
        history.append(rows.into_iter().map(|row| (id, row)).collect(), Vec::new()).expect("sound");
    }
    let now = at(meter.clock_s + 3 * DAY_S);
    history.seal_due(now).expect("the database is sound");
    let before = rows_of(&history, id);
    let thin = Some(Thin { after_s: DAY_S as u64, interval_s: 60 });
    let keep = Keep { thin, ..Keep::default() };
    assert_eq!(history.retain("seconds", &keep, now), Ok(Vec::new()), "seed {seed}");
    let check = |history: &History| {
        let after = rows_of(history, id);
        assert!(after.len() * 5 < before.len(), "seed {seed}: {} rows", after.len());
        let gains = |rows: &[Row]| rows.iter().map(|row| row.cells[1].steps).sum::<i64>();
        assert_eq!(gains(&after), gains(&before), "seed {seed}: gains");
        let measured = |rows: &[Row]| rows.iter().map(|row| row.measured_ms).sum::<u64>();
        assert_eq!(measured(&after), measured(&before), "seed {seed}: measured time");
        assert!(after.iter().all(|row| row.flags.contains(RowFlag::Thinned)));
        let standings = |rows: &[Row]| rows.last().map(|row| (row.seq, row.cells[0]));
        assert_eq!(standings(&after), standings(&before), "seed {seed}: the last standing");
        let covered = before.iter().filter(|row| after.iter().any(|long| long.seq == row.seq));
        assert_eq!(covered.count(), after.len(), "seed {seed}: numbers are those of rows");
        assert_eq!(history.check(), Ok(Vec::new()));
    };
    check(&history);
    assert_eq!(history.retain("seconds", &keep, now), Ok(Vec::new()), "there is nothing to do");
    drop(history);
    check(&open(&disk, &memory).0);
}

/// A thinning that stops at a commit has happened or not.
pub fn a_thinning_that_stops_loses_no_gain() {
    for how in [FailedCommit::With, FailedCommit::Without] {
        let (disk, memory, mut history, id, meter) = days(3, 5);
        let gains = |rows: &[Row]| rows.iter().map(|row| row.cells[1].steps).sum::<i64>();
        let before = gains(&rows_of(&history, id));
        memory.fail_commit(1, how);
        let thin = Some(Thin { after_s: 3600, interval_s: 7200 });
        let keep = Keep { thin, ..Keep::default() };
        assert!(history.retain("halves", &keep, meter.now()).is_err());
        drop(history);
        let (mut history, _) = open(&disk, &memory);
        assert_eq!(gains(&rows_of(&history, id)), before, "{how:?}");
        history.retain("halves", &keep, meter.now()).expect("the second time");
        assert_eq!(gains(&rows_of(&history, id)), before, "{how:?}, thinned");
    }
}

/// Rows that a consumer is given.
const ROWS: usize = 300;

/// A consumer that is stopped anywhere gets every row, in order, and by the numbers exactly once.
pub fn a_consumer_gets_everything_once(seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (disk, memory) = (SimDisk::new(), Memory::new());
    let mut meter = Meter::new(1800, 3);
    let mut handled: Vec<(u64, i64)> = Vec::new();
    let mut events: Vec<String> = Vec::new();
    let mut given = (0, 0);
    let mut rounds = 0;
    while given.0 < ROWS || handled.len() < given.0 || events.len() < given.1 {
        rounds += 1;
        assert!(rounds < 1000, "seed {seed}: it does not come to an end");
        let (mut history, _) = open(&disk, &memory);
        let id = history.register(&layout("halves", 1800, 1)).expect("a layout is registered");
        let more = given.0 < ROWS;
        if more {
            let rows: Vec<(u32, Row)> = (0..9).map(|_| (id, meter.row(&mut rng))).collect();
            given = (given.0 + rows.len(), given.1 + 1);
            history.append(rows, vec![event(&given.1.to_string())]).expect("the disk is sound");
            history.seal_due(meter.now()).expect("the database is sound");
        }
        let (works, stops) = (rng.random_bool(0.6), rng.random_bool(0.3));
        let at_most = rng.random_range(1..20);
        if stops {
            memory.fail_commit(0, FailedCommit::Without);
        }
        let _ = history.hand_over("cloud", Stream::Rows(id), at_most, &mut |delivery| {
            assert!(delivery.rows.len() <= at_most && delivery.damage.is_empty());
            for row in delivery.rows.iter().filter(|_| works) {
                if handled.last().is_none_or(|(last, _)| row.seq > *last) {
                    handled.push((row.seq, row.cells[0].steps));
                }
            }
            works
        });
        memory.heal();
        let _ = history.hand_over("cloud", Stream::Events, at_most, &mut |delivery| {
            let known = events.len() as u64;
            let fresh = delivery.events.iter().filter(|e| e.seq > known);
            events.extend(fresh.filter(|_| works).map(|e| e.text.clone()));
            works
        });
    }
    let (history, _) = open(&disk, &memory);
    let rows = rows_of(&history, history.layouts()[0].id);
    let all: Vec<(u64, i64)> = rows.iter().map(|row| (row.seq, row.cells[0].steps)).collect();
    assert_eq!(handled, all, "seed {seed}");
    let all: Vec<String> = (1..=given.1).map(|n| n.to_string()).collect();
    assert_eq!(events, all, "seed {seed}");
}

/// Ranges tell what a filter over all rows tells, whatever the clock did and wherever the rows lie.
pub fn ranges_are_filters(seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let (disk, memory) = (SimDisk::new(), Memory::new());
    let (mut history, _) = open(&disk, &memory);
    let id = history.register(&layout("halves", 1800, 3)).expect("a layout is registered");
    let mut meter = Meter::new(1800, 5);
    let mut all: Vec<Row> = Vec::new();
    for _ in 0..rng.random_range(1..20) {
        let some: Vec<Row> = (0..rng.random_range(1..40)).map(|_| meter.row(&mut rng)).collect();
        if rng.random_bool(0.3) {
            meter.clock_s += rng.random_range(-200_000..200_000);
        }
        history.append(some.iter().cloned().map(|row| (id, row)).collect(), vec![]).expect("sound");
        let seq = all.len() as u64 + 1;
        all.extend(some.into_iter().zip(seq..).map(|(row, seq)| Row { seq, ..row }));
        if rng.random_bool(0.5) {
            history.seal_due(meter.now()).expect("the database is sound");
        }
    }
    for _ in 0..20 {
        let edge = |rng: &mut ChaCha8Rng| {
            let row = &all[rng.random_range(0..all.len())];
            Timestamp { unix_ns: row.start.unix_ns + rng.random_range(-1..=1) }
        };
        let (from, to) = (edge(&mut rng), edge(&mut rng));
        let columns: Vec<usize> =
            (0..rng.random_range(0..4)).map(|_| rng.random_range(0..5)).collect();
        let after = rng.random_bool(0.5).then(|| rng.random_range(0..all.len() as u64));
        let wanted = all.iter().filter(|row| {
            row.start >= from && row.start < to && after.is_none_or(|after| row.seq > after)
        });
        let wanted: Vec<Row> = wanted
            .map(|row| {
                let cells = columns.iter().map(|column| row.cells[*column]).collect();
                Row { cells, ..row.clone() }
            })
            .collect();
        let ask = RowsOf { layout: id, from, to, columns: Some(columns), after };
        let rows: Result<Vec<Row>, StoreError> = history.rows(&ask).expect("it is there").collect();
        assert_rows(&rows.expect("no row is damaged"), &wanted, &format!("seed {seed}: {ask:?}"));
    }
}
