//! When a fault is there, in samples: whole ones, so that no rounding depends on the reader.

use super::fault::Fault;

/// When a fault is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    /// Index of its first sample.
    begin: u64,
    /// Samples that it lasts; for ever if none. At least one.
    length: Option<u64>,
    /// Samples from one beginning to the next.
    period: Option<u64>,
}

impl Span {
    /// To the nearest sample; none if the times make no sense.
    pub(super) fn new(fault: &Fault, sample_rate_hz: f64) -> Option<Span> {
        let Fault { at_s, for_s, every_s, .. } = *fault;
        let lasts = for_s.is_none_or(|for_s| for_s > 0.0 && for_s.is_finite());
        let returns = every_s.is_none_or(|every_s| {
            every_s.is_finite() && for_s.is_some_and(|for_s| for_s < every_s)
        });
        let samples = |time_s: f64| (time_s * sample_rate_hz).round() as u64;
        (at_s >= 0.0 && at_s.is_finite() && lasts && returns).then(|| Span {
            begin: samples(at_s),
            length: for_s.map(|for_s| samples(for_s).max(1)),
            period: every_s.map(|every_s| samples(every_s).max(1)),
        })
    }

    /// Index of the sample from which on it never ends, if that is so.
    pub(super) fn endless_from(&self) -> Option<u64> {
        self.length.is_none().then_some(self.begin)
    }

    /// If it is there at a sample: the index at which it last began.
    pub(super) fn begun(&self, index: u64) -> Option<u64> {
        let elapsed = index.checked_sub(self.begin)?;
        let since = self.period.map_or(elapsed, |period| elapsed % period);
        self.length.is_none_or(|length| since < length).then(|| index - since)
    }

    /// Samples of it before `index`.
    pub(super) fn before(&self, index: u64) -> u64 {
        let elapsed = index.saturating_sub(self.begin);
        match (self.length, self.period) {
            (None, _) => elapsed,
            (Some(length), None) => elapsed.min(length),
            (Some(length), Some(period)) => {
                let length = length.min(period);
                elapsed / period * length + (elapsed % period).min(length)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::FaultKind;

    fn span(at_s: f64, for_s: Option<f64>, every_s: Option<f64>) -> Option<Span> {
        Span::new(&Fault { kind: FaultKind::Gap, at_s, for_s, every_s }, 10.0)
    }

    #[test]
    fn what_is_before_a_sample_is_the_sum_of_what_was_there() {
        for times in [
            (0.0, None, None),
            (1.5, None, None),
            (0.7, Some(0.3), None),
            (0.7, Some(0.001), None),
            (0.0, Some(0.3), Some(0.8)),
            (2.0, Some(0.79), Some(0.8)),
        ] {
            let span = span(times.0, times.1, times.2).unwrap();
            let mut sum = 0;
            for index in 0..200 {
                assert_eq!(span.before(index), sum, "{times:?} before {index}");
                sum += u64::from(span.begun(index).is_some());
            }
            assert!(sum > 0, "{times:?}");
        }
    }

    #[test]
    fn a_fault_that_returns_begins_anew() {
        let span = span(0.5, Some(0.2), Some(1.0)).unwrap();
        let found: Vec<_> = [4, 5, 6, 7, 15, 16, 17, 25].map(|index| span.begun(index)).into();
        assert_eq!(found, [None, Some(5), Some(5), None, Some(15), Some(15), None, Some(25)]);
    }

    #[test]
    fn times_that_make_no_sense_are_no_span() {
        for (at_s, for_s, every_s) in [
            (-0.1, None, None),
            (f64::NAN, None, None),
            (0.0, Some(0.0), None),
            (0.0, Some(f64::INFINITY), None),
            (0.0, None, Some(1.0)),
            (0.0, Some(1.0), Some(1.0)),
            (0.0, Some(1.0), Some(f64::NAN)),
        ] {
            assert_eq!(span(at_s, for_s, every_s), None, "{at_s} {for_s:?} {every_s:?}");
        }
    }
}
