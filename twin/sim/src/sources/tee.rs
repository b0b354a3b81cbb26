//! One source, two readers: each hears all of it at its own pace, so that two meters, or a meter and a
//! recorder, have the same samples to the bit.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};

use port::{SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};

/// Splits a source into two. One branch may be up to `samples_max` samples ahead of the other; a
/// branch that is dropped holds up nobody.
pub fn tee<S: SampleSource>(source: S, samples_max: usize) -> (Branch<S>, Branch<S>) {
    let format = source.format().clone();
    let shared = Shared {
        rows: vec![VecDeque::new(); format.channels.len()],
        source,
        indices: VecDeque::new(),
        base: 0,
        read: [Some(0); 2],
        samples_max,
    };
    let shared = Arc::new(Mutex::new(shared));
    let branch = |own| Branch { own, format: format.clone(), shared: Arc::clone(&shared) };
    (branch(0), branch(1))
}

/// One of the two readers of a source. See [`tee`].
#[derive(Debug)]
pub struct Branch<S> {
    /// 0 or 1.
    own: usize,
    format: SourceFormat,
    shared: Arc<Mutex<Shared<S>>>,
}

/// The source, and the samples that one branch has read and the other has not.
#[derive(Debug)]
struct Shared<S> {
    source: S,
    indices: VecDeque<u64>,
    rows: Vec<VecDeque<i32>>,
    /// How many samples were before the first one kept.
    base: u64,
    /// How many samples each branch has read; none for one that is gone.
    read: [Option<u64>; 2],
    samples_max: usize,
}

impl<S: SampleSource> Shared<S> {
    /// Samples kept that a branch has not read.
    fn waiting(&self, own: usize) -> usize {
        self.read[own].map_or(0, |read| (self.base + self.indices.len() as u64 - read) as usize)
    }

    /// Reads from the source what is new to both.
    fn hear(
        &mut self,
        own: usize,
        block: &mut SampleBlock,
        max: usize,
    ) -> Result<SourceState, SourceError> {
        let behind = self.waiting(1 - own);
        let alone = self.read[1 - own].is_none();
        let room = if alone { max } else { max.min(self.samples_max - behind) };
        if room == 0 {
            return Err(SourceError(format!(
                "the other reader of this source is {behind} samples behind, which is all that is kept \
                 for it; let it read as well, or give the tee more room"
            )));
        }
        let state = self.source.read(block, room)?;
        if state == SourceState::Samples {
            self.indices.extend(block.first..block.first + block.samples as u64);
            for (channel, row) in self.rows.iter_mut().enumerate() {
                row.extend(block.row(channel));
            }
            self.advance(own, block.samples);
        }
        Ok(state)
    }

    /// Gives a branch what the other has read before it, up to the next gap.
    fn hand_over(&mut self, own: usize, block: &mut SampleBlock, max: usize) {
        let from = self.indices.len() - self.waiting(own);
        let first = self.indices[from];
        let follow = (first..).zip(self.indices.range(from..)).take(max);
        let count = follow.take_while(|(expected, index)| expected == *index).count();
        block.first = first;
        block.samples = count;
        for (channel, row) in self.rows.iter().enumerate() {
            let counts = row.range(from..from + count);
            block.row_mut(channel).iter_mut().zip(counts).for_each(|(to, count)| *to = *count);
        }
        self.advance(own, count);
    }

    fn advance(&mut self, own: usize, count: usize) {
        self.read[own] = self.read[own].map(|read| read + count as u64);
        self.forget();
    }

    /// Lets go of what nobody will read any more.
    fn forget(&mut self) {
        let longest = self.waiting(0).max(self.waiting(1));
        let spent = self.indices.len() - longest;
        self.indices.drain(..spent);
        self.rows.iter_mut().for_each(|row| drop(row.drain(..spent)));
        self.base += spent as u64;
    }
}

impl<S> Branch<S> {
    fn shared(&self) -> Result<MutexGuard<'_, Shared<S>>, SourceError> {
        self.shared.lock().map_err(|_| {
            SourceError("the other reader of this source stopped at a fault of its own".to_string())
        })
    }
}

impl<S: SampleSource> SampleSource for Branch<S> {
    fn format(&self) -> &SourceFormat {
        &self.format
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        let room = max.min(block.capacity());
        block.samples = 0;
        let mut shared = self.shared()?;
        if shared.waiting(self.own) == 0 {
            return shared.hear(self.own, block, room);
        }
        shared.hand_over(self.own, block, room);
        Ok(SourceState::Samples)
    }
}

impl<S> Drop for Branch<S> {
    fn drop(&mut self) {
        // If the other stopped at a fault there is nothing left to hold up.
        if let Ok(mut shared) = self.shared.lock() {
            shared.read[self.own] = None;
            // What only this branch had still to read goes with the next sample that the other reads.
        }
    }
}
