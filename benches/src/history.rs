//! Rows for benches of the history, and the least that a database of sealed columns does: the denominator
//! of F12. redb and pco, a chunk a column and day, nothing else.

use image::MeterId;
use pco::ChunkConfig;
use pco::standalone::{simple_compress, simple_decompress_into};
use port::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use redb::{Database, ReadableDatabase, TableDefinition};
use std::path::Path;
use store::chunk::Cells;
use store::{Aggregate, Cell, Column, Layout, Quality, Row, RowFlags};

/// Columns of a row: what a meter knows.
pub const COLUMNS: usize = 150;

/// Minutes of a day.
pub const DAY_ROWS: usize = 1440;

/// Beginning of the rows: midnight UTC.
const BEGIN_S: i64 = 1_767_571_200;

const CHUNKS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("chunks");

/// A layout of so many means.
pub fn layout(interval_s: u32) -> Layout {
    let aggregates = [Aggregate::Mean, Aggregate::Min, Aggregate::Max, Aggregate::Sum];
    let columns = aggregates.into_iter().flat_map(|aggregate| {
        let fits = move |row: &&catalog::Point| aggregate.fits(row.quantity.class);
        let points = catalog::points().iter().filter(fits);
        points.map(move |row| Column { meter: MeterId::Main, point: row.id, aggregate })
    });
    let columns = columns.take(COLUMNS).collect();
    Layout { id: 0, job: "minutes".into(), interval_s, columns }
}

/// Random walks with a step now and then, and noise of 1 to 3 steps, as measured values are.
pub struct Walk {
    rng: ChaCha8Rng,
    levels: Vec<i64>,
    interval_s: i64,
    rows: i64,
}

impl Walk {
    /// From a seed.
    pub fn new(interval_s: u32, seed: u64) -> Walk {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let levels = (0..COLUMNS).map(|_| rng.random_range(-100_000..100_000)).collect();
        Walk { rng, levels, interval_s: i64::from(interval_s), rows: 0 }
    }

    /// The next values.
    pub fn values(&mut self) -> Vec<i64> {
        let mut values = Vec::with_capacity(COLUMNS);
        for (column, level) in self.levels.iter_mut().enumerate() {
            if self.rng.random_ratio(1, 500) {
                *level += self.rng.random_range(-2000..2000);
            }
            let noise = 1 + column as i64 % 3;
            values.push(*level + self.rng.random_range(-noise..=noise));
            *level += self.rng.random_range(-1..=1);
        }
        values
    }

    /// The next row.
    pub fn row(&mut self) -> Row {
        let start = Timestamp::from_unix_s(BEGIN_S + self.rows * self.interval_s);
        self.rows += 1;
        let end = Timestamp::from_unix_s(BEGIN_S + self.rows * self.interval_s);
        let cells = self.values().into_iter().map(Cell::good).collect();
        let measured_ms = 1000 * u64::try_from(self.interval_s).expect("an interval is short");
        Row { seq: 0, start, end, measured_ms, flags: RowFlags::NONE, cells }
    }

    /// The time behind the last row.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_unix_s(BEGIN_S + self.rows * self.interval_s)
    }
}

/// Columns of so many rows, as they are sealed.
pub fn columns(interval_s: u32, rows: usize) -> Vec<Cells> {
    let mut walk = Walk::new(interval_s, 1);
    let mut columns = vec![Cells::default(); COLUMNS];
    for _ in 0..rows {
        for (column, value) in columns.iter_mut().zip(walk.values()) {
            column.steps.push(value);
            column.qualities.push(Quality::GOOD);
        }
    }
    columns
}

/// Sealed columns without rows, journal, quality or checks.
pub struct Least {
    db: Database,
    /// Bytes of all chunks.
    pub payload: u64,
}

fn key_of(column: usize, day: usize) -> [u8; 8] {
    let key = (column as u64) << 32 | day as u64;
    key.to_be_bytes()
}

impl Least {
    /// An empty one in a file.
    pub fn new(path: &Path) -> Least {
        Least { db: Database::create(path).expect("a folder to write to"), payload: 0 }
    }

    /// Packs the columns of a day and commits them.
    pub fn load_day(&mut self, day: usize, columns: &[Vec<i32>]) {
        let config = ChunkConfig::default();
        let write = self.db.begin_write().expect("nobody else writes");
        {
            let mut table = write.open_table(CHUNKS).expect("the table is there");
            for (column, values) in columns.iter().enumerate() {
                let chunk = simple_compress(values, &config).expect("the settings are pco's own");
                self.payload += chunk.len() as u64;
                let key = key_of(column, day);
                table.insert(&key[..], &chunk[..]).expect("there is room");
            }
        }
        write.commit().expect("there is room");
    }

    /// Sums columns over days, so that nothing is left out.
    pub fn scan(&self, columns: usize, days: usize) -> i64 {
        let read = self.db.begin_read().expect("it was written");
        let table = read.open_table(CHUNKS).expect("the table is there");
        let mut values = vec![0_i32; DAY_ROWS];
        let mut sum = 0;
        for column in 0..columns {
            for day in 0..days {
                let key = key_of(column, day);
                let chunk = table.get(&key[..]).expect("it is readable").expect("it was written");
                let done = simple_decompress_into(chunk.value(), &mut values);
                assert!(done.is_ok_and(|done| done.finished), "it is whole");
                sum += values.iter().map(|value| i64::from(*value)).sum::<i64>();
            }
        }
        sum
    }
}
