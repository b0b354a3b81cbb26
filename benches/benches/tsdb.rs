//! `tsdb/...`: the history on real files, with redb. Beside the benches the goals are held, sides in turn:
//!
//! F12: a month of minutes of one quantity is read in at most 3 times the least possible database's
//! processor time, and loaded in at most 3 times; a record of 150 values has at most 200 bytes on the disk,
//! and 2.5 times its payload, once the database was compacted.
//! F13: a durable append reaches half of the rate of a plain append and fdatasync of the same bytes, on the
//! clock on the wall, since that is what a disk takes.
//!
//! Run as a test, without the `--bench` that `cargo bench` gives, it takes three days for a month and holds
//! nothing against the goals: the profile is another.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::history::{COLUMNS, DAY_ROWS, Least, Walk, layout};
use benches::processor::{ProcessorTime, criterion};
use benches::turns::{Spread, in_turn, spread};
use criterion::{BatchSize, Criterion, Throughput};
use linux::Folder;
use std::fs::File;
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::time::Instant;
use store::Row;
use store::engine::{Checked, Redb};
use store::history::{History, RowsOf};

const READ_MOST: f64 = 3.0;
const LOAD_MOST: f64 = 3.0;
const RECORD_BYTES_MOST: f64 = 200.0;
const PAYLOAD_TIMES_MOST: f64 = 2.5;
const APPEND_LEAST: f64 = 0.5;

/// Columns of the two scans.
const SCANS: [usize; 2] = [1, 33];

fn opened(folder: &Path) -> History {
    let disk = Folder::open(folder).expect("a folder of our own");
    let redb = Redb::on_file(&folder.join("history.redb")).expect("a file of our own");
    let store = Checked::open(Box::new(redb)).expect("it is sound");
    History::open(Box::new(disk), Box::new(store)).expect("it is sound").0
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for builds")
}

/// Rows of so many days.
fn days_of_rows(days: usize) -> Vec<Vec<Row>> {
    let mut walk = Walk::new(60, 1);
    (0..days).map(|_| (0..DAY_ROWS).map(|_| walk.row()).collect()).collect()
}

/// Appends an hour at a time and seals each day.
fn load(history: &mut History, days: &[Vec<Row>]) -> u32 {
    let id = history.register(&layout(60)).expect("there is room");
    for day in days {
        for hour in day.chunks(60) {
            let rows = hour.iter().cloned().map(|row| (id, row)).collect();
            history.append(rows, Vec::new()).expect("there is room");
        }
        let now = day.last().expect("a day has rows").end;
        history.seal_due(now).expect("there is room");
    }
    id
}

fn load_least(least: &mut Least, days: &[Vec<Row>]) {
    for (number, day) in days.iter().enumerate() {
        let column = |column: usize| {
            let steps = day.iter().map(|row| row.cells[column].steps);
            steps.map(|steps| i32::try_from(steps).expect("a walk is short")).collect()
        };
        least.load_day(number, &(0..COLUMNS).map(column).collect::<Vec<Vec<i32>>>());
    }
}

/// Sums columns over all time.
fn scan(history: &History, id: u32, columns: usize) -> i64 {
    let ask = RowsOf { columns: Some((0..columns).collect()), ..RowsOf::all(id) };
    let parts = history.parts(&ask).expect("it was loaded");
    let columns = parts.flat_map(|part| part.expect("it is whole").columns);
    columns.map(|column| column.steps.iter().sum::<i64>()).sum()
}

struct Month {
    folder: tempfile::TempDir,
    history: History,
    id: u32,
    least: Least,
    days: Vec<Vec<Row>>,
    /// Bytes a row before the database was compacted: redb lets its file grow by doubling it.
    grown: f64,
}

fn bytes_a_row(folder: &Path, days: usize) -> f64 {
    let file = folder.join("history.redb").metadata().expect("it was loaded");
    file.len() as f64 / (days * DAY_ROWS) as f64
}

fn month(days: usize) -> Month {
    let days = days_of_rows(days);
    let folder = folder();
    let mut history = opened(folder.path());
    let id = load(&mut history, &days);
    let mut least = Least::new(&folder.path().join("least.redb"));
    load_least(&mut least, &days);
    let grown = bytes_a_row(folder.path(), days.len());
    history.compact().expect("there is room");
    Month { folder, history, id, least, days, grown }
}

fn benched(criterion: &mut Criterion<ProcessorTime>, month: &Month) {
    let mut group = criterion.benchmark_group("tsdb");
    group.sample_size(10);
    for rows in [1, 60] {
        let folder = folder();
        let mut history = opened(folder.path());
        let id = history.register(&layout(60)).expect("there is room");
        let mut walk = Walk::new(60, 2);
        group.throughput(Throughput::Elements(rows));
        group.bench_function(format!("append_durable/{rows}"), |bencher| {
            bencher.iter_batched(
                || (0..rows).map(|_| (id, walk.row())).collect::<Vec<(u32, Row)>>(),
                |batch| {
                    let now = batch[0].1.start;
                    history.append(batch, Vec::new()).expect("there is room");
                    history.seal_due(now).expect("there is room");
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.throughput(Throughput::Elements((month.days.len() * DAY_ROWS) as u64));
    group.bench_function("load_month", |bencher| {
        bencher.iter_batched(
            folder,
            |folder| load(&mut opened(folder.path()), &month.days),
            BatchSize::PerIteration,
        );
    });
    group.throughput(Throughput::Elements(DAY_ROWS as u64));
    group.bench_function("seal_day", |bencher| {
        bencher.iter_batched(
            || {
                let folder = folder();
                let mut history = opened(folder.path());
                let id = history.register(&layout(60)).expect("there is room");
                for hour in month.days[0].chunks(60) {
                    let rows = hour.iter().cloned().map(|row| (id, row)).collect();
                    history.append(rows, Vec::new()).expect("there is room");
                }
                (folder, history)
            },
            |(folder, mut history)| {
                let now = month.days[0].last().expect("a day has rows").end;
                history.seal_due(now).expect("there is room");
                (folder, history)
            },
            BatchSize::PerIteration,
        );
    });
    for columns in SCANS {
        group.throughput(Throughput::Elements((month.days.len() * DAY_ROWS * columns) as u64));
        group.bench_function(format!("scan_month/{columns}q"), |bencher| {
            bencher.iter(|| scan(&month.history, month.id, columns));
        });
        group.bench_function(format!("least/scan_month/{columns}q"), |bencher| {
            bencher.iter(|| month.least.scan(columns, month.days.len()));
        });
    }
    group.finish();
}

/// Opening what is there; the month is closed for it.
fn bench_open(criterion: &mut Criterion<ProcessorTime>, month: Month) {
    let Month { folder, history, least, .. } = month;
    drop((history, least));
    let mut group = criterion.benchmark_group("tsdb");
    group.sample_size(10);
    group.bench_function("open_month", |bencher| bencher.iter(|| opened(folder.path())));
    group.finish();
}

/// F12.
fn against_the_least(month: &Month, rounds: usize) -> bool {
    let mut met = true;
    let days = month.days.len();
    for columns in SCANS {
        let expected = month.least.scan(columns, days);
        assert_eq!(scan(&month.history, month.id, columns), expected, "both read the same");
        let times = in_turn(
            rounds,
            5,
            [
                &mut || {
                    black_box(scan(&month.history, month.id, columns));
                },
                &mut || {
                    black_box(month.least.scan(columns, days));
                },
            ],
        );
        let ratio = spread(&times, |[ours, least]| ours / least);
        let [ours, least] = [0, 1].map(|side| spread(&times, |us| us[side] * 1e-3));
        println!("F12 scan_month/{columns}q: {ratio} of the least ({ours} against {least} ms)");
        met &= ratio.median <= READ_MOST;
    }
    let times = in_turn(
        rounds.div_ceil(2),
        1,
        [
            &mut || {
                let folder = folder();
                load(&mut opened(folder.path()), &month.days);
            },
            &mut || {
                let folder = folder();
                load_least(&mut Least::new(&folder.path().join("least.redb")), &month.days);
            },
        ],
    );
    let rows = (days * DAY_ROWS) as f64;
    let ratio = spread(&times, |[ours, least]| ours / least);
    let [ours, least] = [0, 1].map(|side| spread(&times, |us| us[side] / rows));
    println!("F12 load_month: {ratio} of the least ({ours} against {least} us a record)");
    let (ours, grown) = (bytes_a_row(month.folder.path(), days), month.grown);
    let payload = month.least.payload as f64 / rows;
    println!(
        "F12 bytes a record: {ours:.1} on the disk, {grown:.1} before it was compacted, payload {payload:.1}"
    );
    met &= ratio.median <= LOAD_MOST;
    met && ours <= RECORD_BYTES_MOST && ours <= payload * PAYLOAD_TIMES_MOST
}

/// F13: rates on the wall of our append and of a plain one of as many bytes, in turn.
fn against_a_plain_append(rounds: usize, calls: usize) -> bool {
    let mut met = true;
    for rows in [1, 60] {
        let folder = folder();
        let mut history = opened(folder.path());
        let id = history.register(&layout(60)).expect("there is room");
        let mut walk = Walk::new(60, 3);
        let mut plain = File::create(folder.path().join("plain")).expect("a file of our own");
        let mut ratios = Vec::new();
        for _ in 0..rounds {
            let batches: Vec<Vec<(u32, Row)>> =
                (0..calls).map(|_| (0..rows).map(|_| (id, walk.row())).collect()).collect();
            let bytes = vec![7; record_bytes(&batches[0])];
            let now = batches[0][0].1.start;
            let begun = Instant::now();
            for batch in batches {
                history.append(batch, Vec::new()).expect("there is room");
            }
            let ours = begun.elapsed();
            let begun = Instant::now();
            for _ in 0..calls {
                plain.write_all(&bytes).expect("there is room");
                plain.sync_data().expect("the disk is sound");
            }
            ratios.push(begun.elapsed().as_secs_f64() / ours.as_secs_f64());
            history.seal_due(now).expect("there is room");
        }
        let ratio = Spread::of(ratios);
        println!("F13 append_durable/{rows}: {ratio} of a plain append and fdatasync");
        met &= ratio.median >= APPEND_LEAST;
    }
    met
}

/// About what the journal writes for a batch: three bytes a value, twenty for a row.
fn record_bytes(batch: &[(u32, Row)]) -> usize {
    batch.iter().map(|(_, row)| 20 + 3 * row.cells.len()).sum()
}

fn main() {
    let smoke = !std::env::args().any(|argument| argument == "--bench");
    let (days, rounds, calls) = if smoke { (3, 1, 3) } else { (30, 7, 100) };
    let month = month(days);
    let met = [against_the_least(&month, rounds), against_a_plain_append(rounds, calls)];
    let mut criterion = criterion();
    benched(&mut criterion, &month);
    bench_open(&mut criterion, month);
    criterion.final_summary();
    if !smoke && met.contains(&false) {
        println!("tsdb: a goal is missed");
        std::process::exit(1);
    }
}
