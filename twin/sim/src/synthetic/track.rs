//! A value that changes with time along straight lines and in jumps.

use super::spectrum::Spectrum;

/// What can lie on a straight line between two values.
pub trait Lerp: Copy {
    /// `self` at 0, `other` at 1, straight in between and beyond.
    fn lerp(&self, other: &Self, part: f64) -> Self;
}

impl Lerp for f64 {
    fn lerp(&self, other: &f64, part: f64) -> f64 {
        self + (other - self) * part
    }
}

impl Lerp for Spectrum {
    fn lerp(&self, other: &Spectrum, part: f64) -> Spectrum {
        *self + (*other + *self * -1.0) * part
    }
}

/// A polyline over seconds. Two knots at one instant are a jump; before the first and after the last
/// knot the value is constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Track<T> {
    knots: Vec<(f64, T)>,
}

impl<T: Lerp> Track<T> {
    /// The same value for ever.
    pub fn constant(value: T) -> Track<T> {
        Track { knots: vec![(0.0, value)] }
    }

    /// Jumps to `value` at `at_s`.
    ///
    /// # Panics
    /// If `at_s` lies before an earlier knot: a track is written in the order of time.
    #[must_use]
    pub fn step(mut self, at_s: f64, value: T) -> Track<T> {
        let before = self.last();
        self.push(at_s, before);
        self.push(at_s, value);
        self
    }

    /// Stays until `from_s`, then goes straight to `value` at `to_s`.
    ///
    /// # Panics
    /// If `from_s` lies before an earlier knot or after `to_s`.
    #[must_use]
    pub fn ramp(mut self, from_s: f64, to_s: f64, value: T) -> Track<T> {
        let before = self.last();
        self.push(from_s, before);
        self.push(to_s, value);
        self
    }

    fn last(&self) -> T {
        self.knots[self.knots.len() - 1].1
    }

    fn push(&mut self, at_s: f64, value: T) {
        let last_s = self.knots[self.knots.len() - 1].0;
        assert!(at_s.is_finite() && at_s >= last_s, "a track goes forward in time: {at_s} s");
        self.knots.push((at_s, value));
    }

    /// The first knot after an instant; infinite if there is none.
    pub fn next_knot(&self, after_s: f64) -> f64 {
        let next = self.knots.partition_point(|knot| knot.0 <= after_s);
        self.knots.get(next).map_or(f64::INFINITY, |knot| knot.0)
    }

    /// The value at an instant; at a jump, the value after it.
    pub fn at(&self, at_s: f64) -> T {
        self.on(at_s, at_s)
    }

    /// The value at `at_s` of the straight line on which `within_s` lies. So both ends of a piece
    /// are taken from the same line, even where the track jumps.
    pub fn on(&self, within_s: f64, at_s: f64) -> T {
        let next = self.knots.partition_point(|knot| knot.0 <= within_s);
        if next == 0 {
            return self.knots[0].1;
        }
        let (from_s, from) = &self.knots[next - 1];
        match self.knots.get(next) {
            None => *from,
            Some((to_s, to)) => from.lerp(to, (at_s - from_s) / (to_s - from_s)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_belongs_to_the_line_asked_for() {
        let track = Track::constant(1.0).step(2.0, 3.0).ramp(4.0, 6.0, 7.0);
        assert_eq!(track.at(1.9), 1.0);
        assert_eq!(track.at(2.0), 3.0);
        assert_eq!(track.on(1.5, 2.0), 1.0);
        assert_eq!(track.at(5.0), 5.0);
        assert_eq!(track.at(9.0), 7.0);
        assert_eq!(track.next_knot(2.0), 4.0);
        assert_eq!(track.next_knot(6.0), f64::INFINITY);
    }
}
