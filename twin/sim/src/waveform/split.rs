//! One waveform for several front ends, each with its own rows of it.
//!
//! A *branch* is a run of neighbouring rows, read at its own pace. The waveform is computed once, as far
//! as the branch that is furthest ahead has asked; what all branches have read is let go of. Between the
//! first and the last branch lie at most [`AHEAD_MAX`] samples.

use super::Waveform;
use port::Role;
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

/// Samples by which a branch may be ahead of another. A tick reads the built-in meter's block first and
/// lets the modules follow, so this is the largest block: eight seconds at 8 kS/s, 19 MB for 36 rows.
pub const AHEAD_MAX: u64 = 1 << 16;

/// Samples computed together.
const CHUNK: usize = 256;

/// Some neighbouring rows of a waveform that others read too; itself a waveform.
#[derive(Debug)]
pub struct Branch {
    shared: Arc<Mutex<Shared>>,
    number: usize,
    rows: Range<usize>,
    roles: Vec<Role>,
}

/// Splits a waveform into branches with these rows each. Rows may be in several branches or in none.
///
/// # Panics
/// If a branch has rows that the waveform has not.
pub fn split(waveform: Box<dyn Waveform + Send>, branches: &[Range<usize>]) -> Vec<Branch> {
    let roles = waveform.roles().to_vec();
    let shared = Arc::new(Mutex::new(Shared {
        rows: roles.len(),
        waveform,
        rate_hz: None,
        computed: 0,
        chunks: VecDeque::new(),
        spare: Vec::new(),
        next: vec![0; branches.len()],
    }));
    let branch = |(number, rows): (usize, &Range<usize>)| Branch {
        shared: Arc::clone(&shared),
        number,
        rows: rows.clone(),
        roles: roles[rows.clone()].to_vec(),
    };
    branches.iter().enumerate().map(branch).collect()
}

/// What the branches have in common.
struct Shared {
    waveform: Box<dyn Waveform + Send>,
    rows: usize,
    /// The clock that all branches run on, once one has asked.
    rate_hz: Option<f64>,
    /// Index of the first sample not yet computed.
    computed: u64,
    /// Consecutive samples up to `computed`, as far back as the last branch needs them.
    chunks: VecDeque<Chunk>,
    /// Chunks that have been read, to be used again.
    spare: Vec<Chunk>,
    /// Index of each branch's next sample; no limit for one that is gone.
    next: Vec<u64>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Shared { computed, next, .. } = self;
        f.debug_struct("Shared").field("computed", computed).field("next", next).finish()
    }
}

/// Some samples of all rows.
struct Chunk {
    first: u64,
    count: usize,
    rows: Vec<Vec<f64>>,
}

impl Chunk {
    fn end(&self) -> u64 {
        self.first + self.count as u64
    }
}

impl Shared {
    /// Computes samples up to `end`, or to the end of the waveform.
    fn compute(&mut self, rate_hz: f64, end: u64) {
        let clock_hz = *self.rate_hz.get_or_insert(rate_hz);
        assert!(
            clock_hz == rate_hz,
            "the branches of a waveform share one sample clock: {clock_hz} Hz and {rate_hz} Hz; give \
             their front ends the same clock_ppm"
        );
        let last = self.last();
        if last > self.computed {
            self.waveform.seek(last);
            self.computed = last;
            self.release();
        }
        assert!(
            end.saturating_sub(last) <= AHEAD_MAX,
            "a branch of a waveform asks for sample {end} while another is at {last}, more than \
             {AHEAD_MAX} behind; read all front ends in turn, in smaller blocks, and drop or seek those \
             that are not read"
        );
        while self.computed < end {
            let mut chunk = self.spare.pop().unwrap_or_else(|| Chunk {
                first: 0,
                count: 0,
                rows: vec![vec![0.0; CHUNK]; self.rows],
            });
            chunk.first = self.computed;
            chunk.count = self.waveform.fill(rate_hz, &mut chunk.rows, CHUNK);
            if chunk.count == 0 {
                break;
            }
            self.computed = chunk.end();
            self.chunks.push_back(chunk);
        }
    }

    /// Next sample of the branch that is furthest behind.
    fn last(&self) -> u64 {
        self.next.iter().copied().min().unwrap_or(0)
    }

    /// Lets go of what no branch needs any more.
    fn release(&mut self) {
        let last = self.last();
        while self.chunks.front().is_some_and(|chunk| chunk.end() <= last) {
            self.spare.extend(self.chunks.pop_front());
        }
    }

    /// Copies samples from `first` on, as far as there are; returns how many.
    fn copy(&self, first: u64, of: Range<usize>, rows: &mut [Vec<f64>], max: usize) -> usize {
        let start = self.chunks.partition_point(|chunk| chunk.end() <= first);
        let mut done = 0;
        for chunk in self.chunks.range(start..) {
            let within = (first + done as u64 - chunk.first) as usize;
            let count = (chunk.count - within).min(max - done);
            for (row, from) in rows.iter_mut().zip(&chunk.rows[of.clone()]) {
                row[done..done + count].copy_from_slice(&from[within..within + count]);
            }
            done += count;
            if done == max {
                break;
            }
        }
        done
    }
}

impl Branch {
    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().expect("a branch that panicked has ended the run")
    }
}

impl Waveform for Branch {
    fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// # Panics
    /// If `rate_hz` is not that of the other branches, or if another branch is more than [`AHEAD_MAX`]
    /// samples behind.
    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        let mut shared = self.shared();
        let first = shared.next[self.number];
        if shared.computed < first + max as u64 {
            shared.compute(rate_hz, first + max as u64);
        }
        let count = shared.copy(first, self.rows.clone(), rows, max);
        shared.next[self.number] += count as u64;
        shared.release();
        count
    }

    /// The waveform itself goes forward once all branches have: seek all of them before one is read.
    fn seek(&mut self, index: u64) {
        let mut shared = self.shared();
        let next = &mut shared.next[self.number];
        assert!(index >= *next, "a waveform goes forward in time: from {next} to {index}");
        *next = index;
        shared.release();
    }
}

/// A branch that is gone holds nobody back.
impl Drop for Branch {
    fn drop(&mut self) {
        if let Ok(mut shared) = self.shared.lock() {
            shared.next[self.number] = u64::MAX;
            shared.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic::{Signal, Spectrum};

    const ROLES: [Role; 4] = [Role::Va, Role::Vb, Role::Ia, Role::Ib];
    const RATE_HZ: f64 = 8000.0;

    /// Four noisy rows, for ever.
    fn waveform() -> Box<dyn Waveform + Send> {
        let signal = ROLES.iter().enumerate().fold(Signal::new(50.3), |signal, (row, role)| {
            let spectrum = Spectrum::ZERO.with(1, 1.0 + row as f64, 10.0);
            signal.channel(*role, spectrum).noise(*role, 0.01)
        });
        Box::new(signal.play(7, Some(2.0)))
    }

    fn read(waveform: &mut impl Waveform, samples: usize) -> Vec<Vec<f64>> {
        let mut rows = vec![vec![0.0; samples]; waveform.roles().len()];
        let count = waveform.fill(RATE_HZ, &mut rows, samples);
        rows.iter_mut().for_each(|row| row.truncate(count));
        rows
    }

    #[test]
    fn branches_read_at_their_own_pace_what_the_whole_would_have_given() {
        let whole = read(&mut waveform(), 20_000);
        let mut branches = split(waveform(), &[0..4, 0..2, 2..4]);
        assert_eq!(branches[2].roles(), [Role::Ia, Role::Ib]);
        let mut seen: Vec<Vec<Vec<f64>>> = vec![vec![Vec::new(); 4], vec![Vec::new(); 2]];
        seen.push(seen[1].clone());
        for round in 0.. {
            for (branch, seen) in branches.iter_mut().zip(&mut seen).skip(round % 2) {
                let rows = read(branch, 1 + 977 * (round % 5));
                seen.iter_mut().zip(rows).for_each(|(seen, row)| seen.extend(row));
            }
            if seen.iter().all(|rows| rows[0].len() == 16_000) {
                break;
            }
        }
        assert_eq!(seen[0], whole);
        assert_eq!(seen[1], whole[..2]);
        assert_eq!(seen[2], whole[2..]);
    }

    #[test]
    fn branches_that_all_go_forward_take_the_waveform_with_them() {
        let whole = read(&mut waveform(), 16_000);
        let mut branches = split(waveform(), &[0..1, 1..4]);
        read(&mut branches[0], 100);
        branches[0].seek(9_001);
        branches[1].seek(9_010);
        assert_eq!(read(&mut branches[0], 50)[0], whole[0][9_001..9_051]);
        assert_eq!(read(&mut branches[1], 50)[2], whole[3][9_010..9_060]);
        assert_eq!(branches[0].shared().computed, 9_001 + CHUNK as u64);
    }

    #[test]
    #[should_panic(expected = "drop or seek those that are not read")]
    fn a_branch_that_is_never_read_is_named() {
        let endless = Signal::new(50.0).channel(Role::Va, Spectrum::ZERO).play(1, None);
        let mut branches = split(Box::new(endless), &[0..1, 0..1]);
        for _ in 0..100 {
            read(&mut branches[0], 1000);
        }
    }

    #[test]
    fn a_branch_that_is_dropped_holds_nobody_back() {
        let endless = Signal::new(50.0).channel(Role::Va, Spectrum::ZERO).play(1, None);
        let mut branches = split(Box::new(endless), &[0..1, 0..1]);
        branches.truncate(1);
        for _ in 0..100 {
            assert_eq!(read(&mut branches[0], 1000)[0].len(), 1000);
        }
        let shared = branches[0].shared();
        assert!(shared.chunks.len() + shared.spare.len() < 8);
    }

    #[test]
    #[should_panic(expected = "share one sample clock")]
    fn branches_on_different_clocks_are_refused() {
        let mut branches = split(waveform(), &[0..1, 1..2]);
        read(&mut branches[0], 10);
        let mut rows = vec![vec![0.0; 300]];
        branches[1].fill(8000.1, &mut rows, 300);
    }
}
