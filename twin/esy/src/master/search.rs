//! Which modules have no address: ranges of keys are asked, and a range in which several answer at once is
//! halved, until each is alone.

/// Pause between two searches of all keys.
const PERIOD_NS: u64 = 2_000_000_000;

/// Lowest and highest key.
pub(super) type Range = (u32, u32);

/// What a range answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// Nobody is there.
    Nobody,
    /// One is there.
    One,
    /// What came was damaged: more than one, or noise.
    Several,
}

/// The ranges that are still to be asked, at most one for each bit of a key.
#[derive(Debug, Default)]
pub(super) struct Search {
    left: Vec<Range>,
    due_ns: u64,
}

impl Search {
    /// When the next range is asked.
    pub fn due_ns(&self) -> u64 {
        self.due_ns
    }

    /// Whether a range is to be asked now.
    pub fn is_due(&self, now_ns: u64) -> bool {
        self.due_ns <= now_ns
    }

    /// The next range.
    pub fn next(&mut self) -> Range {
        self.left.pop().unwrap_or((0, u32::MAX))
    }

    /// What came of a range.
    pub fn learn(&mut self, (low, high): Range, found: Found, now_ns: u64) {
        match found {
            Found::Several if low < high => {
                let middle = low + (high - low) / 2;
                self.left.extend([(middle + 1, high), (low, middle)]);
            }
            Found::Nobody | Found::One | Found::Several => {}
        }
        self.due_ns = now_ns + if self.left.is_empty() { PERIOD_NS } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// [P5] Whatever the keys are, each is found once, and the list of ranges stays short.
        #[test]
        fn each_key_is_found_once(mut keys in prop::collection::btree_set(any::<u32>(), 0..12)) {
            let mut search = Search::default();
            loop {
                let (low, high) = search.next();
                let there: Vec<u32> = keys.range(low..=high).copied().collect();
                let found = match there.len() {
                    0 => Found::Nobody,
                    1 => Found::One,
                    _ => Found::Several,
                };
                if found == Found::One {
                    keys.remove(&there[0]);
                }
                search.learn((low, high), found, 0);
                prop_assert!(search.left.len() <= 33);
                if !search.is_due(0) {
                    break;
                }
            }
            prop_assert!(keys.is_empty());
        }
    }
}
