//! Which conversion an edge announces, from its time alone.
//!
//! Edges get lost: a spike on the line, a queue of the kernel that is full. Conversions do not; they come as
//! evenly as a crystal can. So the count is taken from the times of the edges, and the period is learnt from them.

/// Conversions over which the period is learnt before it is believed: jitter of a tenth of a period is then 35 ppm
/// of it, below what a cheap crystal is off.
const BASE_MIN: u64 = 4096;

/// Conversions after which the base is a later one, so that the period follows the temperature.
const BASE_MAX: u64 = 65_536;

/// Most that a period is believed to be off: crystals are a hundred times better.
const DEVIATION_MAX: f64 = 0.01;

/// A conversion and the time of its edge in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Mark {
    number: u64,
    at_ns: u64,
}

/// The count of conversions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sequence {
    nominal_ns: f64,
    period_ns: f64,
    newest: Option<Mark>,
    /// Whence the period is learnt, and whence it will be next.
    base: [Mark; 2],
}

impl Sequence {
    /// At so many conversions a second, nominally.
    pub fn new(rate_hz: f64) -> Sequence {
        let nominal_ns = 1e9 / rate_hz;
        let nowhere = Mark { number: 0, at_ns: 0 };
        Sequence { nominal_ns, period_ns: nominal_ns, newest: None, base: [nowhere; 2] }
    }

    /// The number of the conversion that an edge at this time announces; the first is 0. None if the edge is a
    /// spike: it comes less than half a period after the one before.
    pub fn edge(&mut self, at_ns: u64) -> Option<u64> {
        let Some(before) = self.newest else {
            let first = Mark { number: 0, at_ns };
            (self.newest, self.base) = (Some(first), [first; 2]);
            return Some(0);
        };
        let passed_ns = at_ns.saturating_sub(before.at_ns) as f64;
        let conversions = (passed_ns / self.period_ns).round();
        if conversions < 1.0 {
            return None;
        }
        let newest = Mark { number: before.number + conversions as u64, at_ns };
        self.newest = Some(newest);
        self.learn(newest);
        Some(newest.number)
    }

    fn learn(&mut self, newest: Mark) {
        let [base, next] = self.base;
        let conversions = newest.number - base.number;
        if conversions >= BASE_MIN {
            let learnt = (newest.at_ns - base.at_ns) as f64 / conversions as f64;
            let bounds = (1.0 - DEVIATION_MAX, 1.0 + DEVIATION_MAX);
            self.period_ns = learnt.clamp(self.nominal_ns * bounds.0, self.nominal_ns * bounds.1);
        }
        if newest.number - next.number >= BASE_MAX {
            self.base = [next, newest];
        }
    }

    /// How much later than its conversion an edge may be stamped: a quarter of a period.
    pub(crate) fn stamp_ns(&self) -> u64 {
        (self.period_ns / 4.0) as u64
    }

    /// The number of the last conversion that is sure to be over at this time.
    pub fn at(&self, now_ns: u64) -> u64 {
        self.newest.map_or(0, |newest| newest.number + self.periods_since(newest, now_ns) as u64)
    }

    /// Whether this time is clearly between two conversions, however late the last edge was stamped.
    pub(crate) fn is_between(&self, now_ns: u64) -> bool {
        // Stamps are late and never early, so that only the next conversion is nearer than it seems.
        self.newest.is_some_and(|newest| {
            (0.05..0.75).contains(&self.periods_since(newest, now_ns).fract())
        })
    }

    fn periods_since(&self, newest: Mark, now_ns: u64) -> f64 {
        now_ns.saturating_sub(newest.at_ns) as f64 / self.period_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PERIOD_NS: f64 = 125_000.0;

    fn at(number: u64) -> u64 {
        (number as f64 * PERIOD_NS).round() as u64
    }

    /// [D-13] Lost edges move no number: the ones that come are where they were.
    #[test]
    fn lost_edges_are_counted_all_the_same() {
        let mut sequence = Sequence::new(8000.0);
        let come: Vec<u64> = (0..2000).filter(|n| n % 7 != 3 && !(900..1400).contains(n)).collect();
        let numbers: Vec<u64> = come.iter().filter_map(|n| sequence.edge(at(*n))).collect();
        assert_eq!(numbers, come);
    }

    #[test]
    fn a_spike_announces_nothing() {
        let mut sequence = Sequence::new(8000.0);
        assert_eq!(sequence.edge(0), Some(0));
        assert_eq!(sequence.edge(40_000), None);
        assert_eq!(sequence.edge(125_000), Some(1));
    }

    proptest! {
        /// A clock that is off by up to 500 ppm, jitter of a tenth of a period and lost edges: every number is
        /// right, and after a second of edges a pause of half a second too.
        #[test]
        fn numbers_are_right_in_spite_of_drift_and_jitter(
            ppm in -500.0..500.0f64,
            jitter in proptest::collection::vec(-12_500i64..12_500, 8000),
            lost in proptest::collection::vec(proptest::bool::weighted(0.02), 8000),
        ) {
            let mut sequence = Sequence::new(8000.0);
            let true_ns = |n: u64| 1e6 + n as f64 * PERIOD_NS * (1.0 + ppm * 1e-6);
            for n in 0..8000u64 {
                if n > 0 && lost[n as usize] {
                    continue;
                }
                let edge_ns = (true_ns(n) as i64 + jitter[n as usize]) as u64;
                prop_assert_eq!(sequence.edge(edge_ns), Some(n));
            }
            let later = 7999 + 4000;
            prop_assert_eq!(sequence.edge(true_ns(later) as u64), Some(later));
        }
    }
}
