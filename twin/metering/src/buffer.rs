//! The counts of the running stretch that its windows still need.
//!
//! Positions are counted in samples from the first one kept. Sample n lies at n and stands for n - 1/2
//! to n + 1/2, so that a stretch of N samples is N long.

/// One row a channel, all filled equally far.
#[derive(Debug)]
pub struct Buffer {
    rows: Vec<Vec<i32>>,
    capacity: usize,
    filled: usize,
    /// Samples since the source began of the first one kept.
    base: u64,
}

impl Buffer {
    /// With room for `capacity` samples in each row.
    pub fn new(rows: usize, capacity: usize) -> Buffer {
        Buffer { rows: vec![vec![0; capacity]; rows], capacity, filled: 0, base: 0 }
    }

    /// Begins a stretch with the sample `first`.
    pub fn begin(&mut self, first: u64) {
        self.base = first;
        self.filled = 0;
    }

    /// Takes in what there is room for of a block, from its sample `from` on; how many that were.
    pub fn take(&mut self, block: &[&[i32]], from: usize) -> usize {
        let left = block.first().map_or(0, |row| row.len() - from);
        let count = left.min(self.capacity - self.filled);
        assert!(count > 0, "a window fits into the buffer");
        for (kept, row) in self.rows.iter_mut().zip(block) {
            kept[self.filled..self.filled + count].copy_from_slice(&row[from..from + count]);
        }
        self.filled += count;
        count
    }

    /// Forgets the first `count` samples: positions grow smaller by as many.
    pub fn forget(&mut self, count: usize) {
        if count == 0 {
            return;
        }
        for row in &mut self.rows {
            row.copy_within(count..self.filled, 0);
        }
        self.filled -= count;
        self.base += count as u64;
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The samples of a row.
    pub fn row(&self, row: usize) -> &[i32] {
        &self.rows[row][..self.filled]
    }

    /// Most samples a row can hold.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Samples there are.
    pub fn filled(&self) -> usize {
        self.filled
    }

    /// Position at which the last sample ends.
    pub fn end(&self) -> f64 {
        self.filled as f64 - 0.5
    }

    /// Samples since the source began of position 0.
    pub fn base(&self) -> u64 {
        self.base
    }

    /// The sample that continues the stretch.
    pub fn next(&self) -> u64 {
        self.base + self.filled as u64
    }
}
