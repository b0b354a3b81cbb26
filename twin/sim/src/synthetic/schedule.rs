//! When a load is on.

/// A stretch of time in which a load is on, perhaps again and again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnPeriod {
    /// Seconds from the beginning to the first switching on.
    pub at_s: f64,
    /// How long it stays on, in seconds; for ever if not said.
    pub for_s: Option<f64>,
    /// Seconds from one switching on to the next; once only if not said. Longer than `for_s`.
    pub every_s: Option<f64>,
}

impl OnPeriod {
    /// First and last instant of the `count`-th time.
    fn instance(&self, count: f64) -> (f64, f64) {
        let on_s = self.at_s + count * self.every_s.unwrap_or(0.0);
        (on_s, on_s + self.for_s.unwrap_or(f64::INFINITY))
    }

    /// The times around an instant. Three, since the division may round either way.
    fn around(&self, at_s: f64) -> impl Iterator<Item = (f64, f64)> {
        let count = self.every_s.map_or(0.0, |every| ((at_s - self.at_s) / every).floor());
        let last = if self.every_s.is_some() { f64::INFINITY } else { 0.0 };
        [count - 1.0, count, count + 1.0]
            .into_iter()
            .chain((count < -1.0).then_some(0.0))
            .filter(move |count| (0.0..=last).contains(count))
            .map(|count| self.instance(count))
    }
}

/// All periods in which a load is on. None at all means that it is always on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schedule {
    /// In any order; a load is on if any of them says so.
    pub periods: Vec<OnPeriod>,
}

impl Schedule {
    /// When the load that is on at this instant was switched on, negative infinity if it always was;
    /// none if it is off.
    pub fn on_since(&self, at_s: f64) -> Option<f64> {
        if self.periods.is_empty() {
            return Some(f64::NEG_INFINITY);
        }
        let around = self.periods.iter().flat_map(|period| period.around(at_s));
        around.filter(|(on_s, off_s)| (*on_s..*off_s).contains(&at_s)).map(|p| p.0).reduce(f64::min)
    }

    /// The first switching on or off after an instant; infinite if there is none.
    pub fn next_switch(&self, after_s: f64) -> f64 {
        let around = self.periods.iter().flat_map(|period| period.around(after_s));
        let switches = around.flat_map(|(on_s, off_s)| [on_s, off_s]);
        switches.filter(|at_s| *at_s > after_s).fold(f64::INFINITY, f64::min)
    }
}

/// Bursts of one element of a load: on for some time, off for some, for ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Bursts {
    /// Seconds from the beginning to one of the switchings on.
    pub first_s: f64,
    /// How long it is on, in seconds.
    pub on_s: f64,
    /// Seconds from one switching on to the next.
    pub period_s: f64,
}

impl Bursts {
    /// Whether the element is on at an instant, which is not one of the switchings.
    pub fn is_on(self, at_s: f64) -> bool {
        (at_s - self.first_s).rem_euclid(self.period_s) < self.on_s
    }

    /// The first switching after an instant.
    pub fn next_switch(self, after_s: f64) -> f64 {
        let count = ((after_s - self.first_s) / self.period_s).floor();
        // Three periods, since the division may round either way.
        [count - 1.0, count, count + 1.0]
            .into_iter()
            .map(|count| self.first_s + count * self.period_s)
            .flat_map(|on_s| [on_s, on_s + self.on_s])
            .filter(|at_s| *at_s > after_s)
            .fold(f64::INFINITY, f64::min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_on_for_their_part_of_each_period() {
        let bursts = Bursts { first_s: 0.005, on_s: 0.04, period_s: 0.1 };
        let (mut at_s, mut on_s) = (0.0, 0.0);
        while at_s < 10.0 {
            let next_s = bursts.next_switch(at_s);
            assert!(next_s > at_s && next_s - at_s < 0.0601);
            on_s += if bursts.is_on(at_s.midpoint(next_s)) { next_s - at_s } else { 0.0 };
            at_s = next_s;
        }
        assert!((on_s - 4.0).abs() < 0.005 + 1e-9, "{on_s}");
    }

    #[test]
    fn a_period_repeats_for_ever_and_starts_no_earlier_than_said() {
        let period = OnPeriod { at_s: 40.0, for_s: Some(12.0), every_s: Some(30.0) };
        let schedule = Schedule { periods: vec![period] };
        assert_eq!(schedule.on_since(39.9), None);
        assert_eq!(schedule.next_switch(-500.0), 40.0);
        assert_eq!(schedule.on_since(40.0), Some(40.0));
        assert_eq!(schedule.on_since(52.0), None);
        assert_eq!(schedule.next_switch(52.0), 70.0);
        assert_eq!(schedule.on_since(71.0), Some(70.0));
        assert_eq!(schedule.next_switch(3045.0), 3052.0);
    }

    #[test]
    fn a_single_period_ends_once() {
        let period = OnPeriod { at_s: 1.0, for_s: Some(2.0), every_s: None };
        let schedule = Schedule { periods: vec![period] };
        assert_eq!(schedule.next_switch(1.0), 3.0);
        assert_eq!(schedule.next_switch(3.0), f64::INFINITY);
        assert_eq!(Schedule::default().on_since(5.0), Some(f64::NEG_INFINITY));
    }
}
