//! A load that a history makes: sealed chunks of any length, small events, and what retention takes away.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use store::{Batch, Change, Table};

/// Commits of a seed, one after another.
pub struct Load {
    random: ChaCha8Rng,
    commit: u64,
    columns: u16,
    longest: usize,
}

impl Load {
    /// A day has a chunk of so many columns, each up to `longest` bytes.
    pub fn new(seed: u64, columns: u16, longest: usize) -> Load {
        Load { random: ChaCha8Rng::seed_from_u64(seed), commit: 0, columns, longest }
    }

    /// The next batch: chunks of one day, an event, a cursor that moves, and the day that is old enough to
    /// go.
    pub fn next(&mut self) -> Batch {
        /// Days that are kept.
        const KEPT: u64 = 12;
        let day = self.commit;
        self.commit += 1;
        let mut batch = Batch::new();
        for column in 0..self.columns {
            let bytes = self.random.random_range(0..=self.longest);
            let value = (0..bytes).map(|_| self.random.random()).collect();
            batch.push(Change::Put(Table::Chunks, key(column, day), value));
            if let Some(old) = day.checked_sub(KEPT) {
                batch.push(Change::Delete(Table::Chunks, key(column, old)));
            }
        }
        let text = format!("day {day} was sealed").into_bytes();
        batch.push(Change::Put(Table::Events, day.to_be_bytes().to_vec(), text));
        batch.push(Change::Put(Table::Cursors, b"push".to_vec(), day.to_be_bytes().to_vec()));
        batch
    }
}

fn key(column: u16, day: u64) -> Vec<u8> {
    [&column.to_be_bytes()[..], &day.to_be_bytes()].concat()
}

/// A folder in memory if the system has one: a thousand real syncs take a minute on a slow disk, and what a
/// sync does is not what these tests are about.
pub fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("there is a folder")
}
