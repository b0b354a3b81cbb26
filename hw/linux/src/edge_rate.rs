//! How evenly the edges of a line come, measured before anything relies on it.
//!
//! The rate is that of the edges themselves: the middle one of the intervals and those near it tell the period,
//! whatever was expected. So a line at half its rate shows as such, where a count of conversions would take every
//! other edge for lost.

use adc::{Drdy, SILENCE_NS, Waited};

/// What edges were like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EdgeRate {
    /// Edges that came.
    pub edges: usize,
    /// Edges a second, those that were lost among them.
    pub rate_hz: f64,
    /// Edges that were lost between others.
    pub lost: u64,
    /// Edges that came less than half a period after another.
    pub spikes: u64,
    /// Most that an edge was off its place after the one before, in nanoseconds.
    pub jitter_ns: f64,
}

impl EdgeRate {
    /// Waits for so many edges, those that came before not among them; none if there are not two.
    ///
    /// # Errors
    /// If the line cannot be read.
    pub fn measure<D: Drdy>(drdy: &mut D, edges: usize) -> Result<Option<EdgeRate>, D::Error> {
        while drdy.poll()?.is_some() {}
        let mut stamps_ns = Vec::with_capacity(edges);
        while stamps_ns.len() < edges {
            match drdy.wait(SILENCE_NS)? {
                Waited::Edge(edge) => stamps_ns.push(edge.at_ns),
                Waited::Silence | Waited::Ended => break,
            }
        }
        Ok(EdgeRate::of(&stamps_ns))
    }

    /// Of edges at these moments; none if there are not two.
    fn of(stamps_ns: &[u64]) -> Option<EdgeRate> {
        let (first, last) = (stamps_ns.first()?, stamps_ns.last()?);
        let passed = stamps_ns.windows(2).map(|pair| pair[1].saturating_sub(pair[0]) as f64);
        let intervals: Vec<f64> = passed.collect();
        let mut sorted = intervals.clone();
        sorted.sort_by(f64::total_cmp);
        let middle = *sorted.get(sorted.len() / 2)?;
        if middle == 0.0 {
            return None;
        }
        // The middle one alone is as far off as an edge is late.
        let near: Vec<f64> =
            intervals.iter().copied().filter(|i| (i / middle).round() == 1.0).collect();
        let about = near.iter().sum::<f64>() / near.len() as f64;
        let periods: Vec<f64> =
            intervals.iter().map(|interval| (interval / about).round()).collect();
        let count: f64 = periods.iter().sum();
        let period = last.saturating_sub(*first) as f64 / count;
        let off = intervals.iter().zip(&periods).map(|(interval, n)| (interval - n * period).abs());
        Some(EdgeRate {
            edges: stamps_ns.len(),
            rate_hz: 1e9 / period,
            lost: periods.iter().map(|n| (n - 1.0).max(0.0) as u64).sum(),
            spikes: periods.iter().filter(|n| **n == 0.0).count() as u64,
            jitter_ns: off.fold(0.0, f64::max),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use adc::Edge;

    /// What the kernel tells of a line, as it was recorded or made up.
    struct Replayed {
        stamps_ns: std::vec::IntoIter<u64>,
        /// Edges that came before anybody listened.
        old: usize,
    }

    impl Drdy for Replayed {
        type Error = std::convert::Infallible;

        fn wait(&mut self, _: u64) -> Result<Waited, Self::Error> {
            let edge = self.stamps_ns.next().map(|at_ns| Waited::Edge(Edge { at_ns }));
            Ok(edge.unwrap_or(Waited::Silence))
        }

        fn poll(&mut self) -> Result<Option<Edge>, Self::Error> {
            if self.old == 0 {
                return Ok(None);
            }
            self.old -= 1;
            Ok(self.stamps_ns.next().map(|at_ns| Edge { at_ns }))
        }

        fn now_ns(&self) -> u64 {
            0
        }
    }

    fn measured(stamps_ns: Vec<u64>, old: usize) -> Option<EdgeRate> {
        let mut line = Replayed { stamps_ns: stamps_ns.into_iter(), old };
        EdgeRate::measure(&mut line, 8000).expect("infallible")
    }

    /// Late by up to 20 us, in a pattern that repeats after 7 edges.
    fn stamps(period_ns: u64, keep: impl Fn(u64) -> bool) -> Vec<u64> {
        (0..4000).filter(|n| keep(*n)).map(|n| n * period_ns + n % 7 * 3000).collect()
    }

    /// [D-13] Late and lost edges move no rate, and each is told.
    #[test]
    fn lost_and_late_edges_move_no_rate() {
        let rate = measured(stamps(125_000, |n| n % 50 != 3 && !(1000..1016).contains(&n)), 0);
        let rate = rate.expect("edges");
        assert!((rate.rate_hz / 8000.0 - 1.0).abs() < 50e-6, "{rate:?}");
        // 80 of the pattern, the first of them at 3, and 16 in a row of which one is of the pattern too.
        assert_eq!((rate.lost, rate.spikes), (95, 0));
        assert!((17_000.0..19_000.0).contains(&rate.jitter_ns), "{rate:?}");
    }

    /// Edges at half the rate are told as such, not as every other edge lost.
    #[test]
    fn a_wrong_rate_shows() {
        let rate = measured(stamps(250_000, |_| true), 0).expect("edges");
        assert!((rate.rate_hz / 4000.0 - 1.0).abs() < 50e-6, "{rate:?}");
        assert_eq!(rate.lost, 0);
    }

    /// [D-13] A queue of old edges, merged ones among them, says nothing about the rate.
    #[test]
    fn old_edges_do_not_count_and_merged_ones_are_spikes() {
        let mut edges = vec![5, 5, 6];
        edges.extend(stamps(125_000, |_| true).iter().map(|at_ns| at_ns + 1_000_000_000));
        let double = edges[100];
        edges.insert(101, double);
        let rate = measured(edges, 3).expect("edges");
        assert!((rate.rate_hz / 8000.0 - 1.0).abs() < 50e-6, "{rate:?}");
        assert_eq!((rate.edges, rate.spikes, rate.lost), (4001, 1, 0));
    }

    #[test]
    fn silence_has_no_rate() {
        for stamps_ns in [vec![], vec![7], vec![7, 7, 7]] {
            assert_eq!(measured(stamps_ns.clone(), 0), None, "{stamps_ns:?}");
        }
    }
}
