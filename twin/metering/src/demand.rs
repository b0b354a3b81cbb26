//! Demand: mean current and power over intervals that are aligned to the clock (UTC).
//!
//! An interval counts when it was measured from its beginning to its end; one that began before the
//! meter did, lost time or saw the clock move shows nothing.

use catalog::{QuantityId, Scope, point};
use port::{Reading, Readings, Reason, Timestamp};

/// Currents of the phases, active powers of system and phases, apparent power of the system.
const SERIES: [(QuantityId, QuantityId, Scope); 8] = {
    use QuantityId::{
        ActivePowerDemand, ActivePowerDemandMax, ApparentPowerDemand, ApparentPowerDemandMax,
        CurrentDemand, CurrentDemandMax,
    };
    [
        (CurrentDemand, CurrentDemandMax, Scope::L1),
        (CurrentDemand, CurrentDemandMax, Scope::L2),
        (CurrentDemand, CurrentDemandMax, Scope::L3),
        (ActivePowerDemand, ActivePowerDemandMax, Scope::System),
        (ActivePowerDemand, ActivePowerDemandMax, Scope::L1),
        (ActivePowerDemand, ActivePowerDemandMax, Scope::L2),
        (ActivePowerDemand, ActivePowerDemandMax, Scope::L3),
        (ApparentPowerDemand, ApparentPowerDemandMax, Scope::System),
    ]
};

/// The live quantity each series averages.
const LIVE: [(QuantityId, Scope); SERIES.len()] = [
    (QuantityId::Current, Scope::L1),
    (QuantityId::Current, Scope::L2),
    (QuantityId::Current, Scope::L3),
    (QuantityId::ActivePower, Scope::System),
    (QuantityId::ActivePower, Scope::L1),
    (QuantityId::ActivePower, Scope::L2),
    (QuantityId::ActivePower, Scope::L3),
    (QuantityId::ApparentPower, Scope::System),
];

/// An interval is complete if no more than this many seconds are missing.
const MISSING_MAX_S: f64 = 0.01;

/// The demand of one meter.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    interval_s: i64,
    /// Index of the running interval since 1970.
    running: Option<i64>,
    covered_s: f64,
    sums: [Option<f64>; SERIES.len()],
    last: [Option<f64>; SERIES.len()],
    max: [Option<f64>; SERIES.len()],
}

impl Demand {
    /// With intervals of so many minutes.
    pub fn new(interval_min: i64) -> Demand {
        Demand {
            interval_s: interval_min.max(1) * 60,
            running: None,
            covered_s: 0.0,
            sums: [None; SERIES.len()],
            last: [None; SERIES.len()],
            max: [None; SERIES.len()],
        }
    }

    /// The same intervals, begun anew.
    #[must_use]
    pub fn reset(&self) -> Demand {
        Demand::new(self.interval_s / 60)
    }

    /// Takes in the live readings of a window that ended at `end` and lasted `seconds`.
    pub fn add(&mut self, readings: &Readings, end: Timestamp, seconds: f64) {
        let values = LIVE.map(|(quantity, scope)| {
            point(quantity, None, scope).and_then(|id| readings.get(id).value())
        });
        let interval_ns = self.interval_s * 1_000_000_000;
        let mut from = end - seconds;
        // A window spans two intervals at the most: it is far shorter than one.
        let boundary = Timestamp { unix_ns: end.unix_ns.div_euclid(interval_ns) * interval_ns };
        if from < boundary && boundary <= end {
            self.part(&values, from, boundary.seconds_since(from));
            from = boundary;
        }
        self.part(&values, from, end.seconds_since(from));
    }

    fn part(&mut self, values: &[Option<f64>; SERIES.len()], from: Timestamp, seconds: f64) {
        let interval = from.unix_ns.div_euclid(self.interval_s * 1_000_000_000);
        if self.running != Some(interval) {
            self.close(interval);
        }
        self.covered_s += seconds;
        for (sum, value) in self.sums.iter_mut().zip(values) {
            if let Some(value) = value {
                *sum = Some(sum.unwrap_or(0.0) + value * seconds);
            }
        }
    }

    fn close(&mut self, next: i64) {
        let complete = self.running.is_some_and(|running| running + 1 == next)
            && (self.covered_s - self.interval_s as f64).abs() <= MISSING_MAX_S;
        if complete {
            self.last = self.sums.map(|sum| sum.map(|sum| sum / self.interval_s as f64));
            for (max, last) in self.max.iter_mut().zip(self.last) {
                *max = match (*max, last) {
                    (Some(max), Some(last)) => Some(max.max(last)),
                    (max, last) => max.or(last),
                };
            }
        }
        self.running = Some(next);
        self.covered_s = 0.0;
        self.sums = [None; SERIES.len()];
    }

    /// Writes demand and maxima into a sheet.
    pub fn fill(&self, out: &mut Readings) {
        for (k, (demand, maximum, scope)) in SERIES.into_iter().enumerate() {
            let live = point(LIVE[k].0, None, LIVE[k].1).map(|id| out.get(id));
            let reading = |value: Option<f64>| match (value, live) {
                (Some(value), _) => Reading::good(value),
                (None, Some(Reading::Absent(reason @ (Reason::NotWired | Reason::RateTooLow)))) => {
                    Reading::Absent(reason)
                }
                (None, _) => Reading::Absent(Reason::Settling),
            };
            for (quantity, value) in [(demand, self.last[k]), (maximum, self.max[k])] {
                if let Some(id) = point(quantity, None, scope) {
                    out.set(id, reading(value));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_power(watts: f64) -> Readings {
        let mut readings = Readings::absent(Reason::NotWired);
        let id = point(QuantityId::ActivePower, None, Scope::System).expect("exists");
        readings.set(id, Reading::good(watts));
        readings
    }

    fn demand_w(demand: &Demand, quantity: QuantityId) -> Option<f64> {
        let mut out = with_power(0.0);
        demand.fill(&mut out);
        out.get(point(quantity, None, Scope::System).expect("exists")).value()
    }

    #[test]
    fn an_interval_counts_only_when_it_was_measured_whole() {
        // 1,700,000,040 is a whole minute: the first interval is half missed, one is whole, one runs.
        let mut demand = Demand::new(1);
        let start = Timestamp::from_unix_s(1_700_000_010);
        let shown = |demand: &Demand| demand_w(demand, QuantityId::ActivePowerDemand);
        let add = |demand: &mut Demand, windows: std::ops::RangeInclusive<u32>, watts| {
            for k in windows {
                demand.add(&with_power(watts), start + f64::from(k) * 0.2, 0.2);
            }
        };
        add(&mut demand, 1..=150, 9000.0);
        assert_eq!(shown(&demand), None, "half an interval is none");
        add(&mut demand, 151..=350, 1000.0);
        assert_eq!(shown(&demand), None, "the whole one still runs");
        add(&mut demand, 351..=450, 3000.0);
        add(&mut demand, 451..=600, 5000.0);
        let expected = (40.0 * 1000.0 + 20.0 * 3000.0) / 60.0;
        let mean = shown(&demand).expect("one interval is whole");
        assert!((mean - expected).abs() < 1e-6, "{mean} instead of {expected}");
        // A second without windows: the interval is not whole and the old value stays.
        add(&mut demand, 606..=900, 7000.0);
        assert_eq!(shown(&demand), Some(mean));
        assert_eq!(demand_w(&demand, QuantityId::ActivePowerDemandMax), Some(mean));
    }

    /// A window over the boundary counts in both intervals, by its parts.
    #[test]
    fn a_window_over_the_boundary_is_divided() {
        let mut demand = Demand::new(1);
        let start = Timestamp::from_unix_s(1_700_000_040);
        demand.add(&with_power(1000.0), start + 0.15, 0.2);
        for k in 1..=299 {
            demand.add(&with_power(1000.0), start + 0.15 + f64::from(k) * 0.2, 0.2);
        }
        demand.add(&with_power(13_000.0), start + 60.15, 0.2);
        // 50 ms of 60 s at 12 kW more.
        let mean = demand_w(&demand, QuantityId::ActivePowerDemand).expect("whole");
        assert!((mean - 1010.0).abs() < 1e-6, "{mean}");
    }

    #[test]
    fn the_maximum_is_kept() {
        let mut demand = Demand::new(1);
        let start = Timestamp::from_unix_s(1_700_000_040);
        for k in 1..=1200 {
            let watts = if (300..600).contains(&(k - 1)) { 5000.0 } else { 2000.0 };
            demand.add(&with_power(watts), start + f64::from(k) * 0.2, 0.2);
        }
        let last = demand_w(&demand, QuantityId::ActivePowerDemand).expect("closed");
        let max = demand_w(&demand, QuantityId::ActivePowerDemandMax).expect("closed");
        assert!((last - 2000.0).abs() < 1e-6, "{last}");
        assert!((max - 5000.0).abs() < 1e-6, "{max}");
    }
}
