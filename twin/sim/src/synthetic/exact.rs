//! Numbers as an unevaluated sum of two floats, about 32 digits.
//!
//! A day of 50 Hz is 4.3 million cycles; a plain `f64` would lose the grid angle at 1e-9 cycles.
//! Used once a block and once a piece, never for each sample.

/// `hi + lo`, with `lo` below half a unit in the last place of `hi`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Exact {
    hi: f64,
    lo: f64,
}

impl Exact {
    pub(crate) fn new(value: f64) -> Exact {
        Exact { hi: value, lo: 0.0 }
    }

    /// `index / rate_hz` in seconds. Exact for indices below 2^53, which is 35,000 years at 8 kHz.
    pub(crate) fn instant(index: u64, rate_hz: f64) -> Exact {
        let quotient = index as f64 / rate_hz;
        let remainder = (-quotient).mul_add(rate_hz, index as f64);
        Exact { hi: quotient, lo: remainder / rate_hz }
    }

    pub(crate) fn value(self) -> f64 {
        self.hi + self.lo
    }

    pub(crate) fn plus(self, other: Exact) -> Exact {
        let (sum, error) = two_sum(self.hi, other.hi);
        quick_two_sum(sum, error + self.lo + other.lo)
    }

    pub(crate) fn times(self, other: Exact) -> Exact {
        let product = self.hi * other.hi;
        let error = self.hi.mul_add(other.hi, -product);
        quick_two_sum(product, error + self.hi * other.lo + self.lo * other.hi)
    }

    /// Without its whole part; from -0.5 to 0.5.
    pub(crate) fn fraction(self) -> Exact {
        let rest = quick_two_sum(self.hi - self.hi.round_ties_even(), self.lo);
        quick_two_sum(rest.hi - rest.hi.round_ties_even(), rest.lo)
    }
}

/// Sum and its rounding error (Knuth).
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

/// The same when `|a| >= |b|` (Dekker).
fn quick_two_sum(a: f64, b: f64) -> Exact {
    let sum = a + b;
    Exact { hi: sum, lo: b - (sum - a) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 49.97 Hz and 8000.3 Hz are not binary fractions, so their ratio is computed in integers of
    /// their exact binary values.
    #[test]
    fn the_angle_after_a_day_is_right_to_a_billionth_of_a_millionth_of_a_cycle() {
        let (f_hz, rate_hz) = (49.97_f64, 8000.0_f64);
        let index = 8000_u64 * 86_400 - 1;
        let cycles = Exact::instant(index, rate_hz).times(Exact::new(f_hz)).fraction().value();
        // f is m / 2^47 exactly; index * m / (2^47 * 8000) in integers.
        let m = (f_hz * (1_u64 << 47) as f64) as u128;
        assert_eq!(m as f64 / (1_u64 << 47) as f64, f_hz);
        let unit = (1_u128 << 47) * 8000;
        let rest = (u128::from(index) * m) % unit;
        let expected = rest as f64 / unit as f64;
        let expected = if expected >= 0.5 { expected - 1.0 } else { expected };
        assert!((cycles - expected).abs() < 1e-15, "{cycles} {expected}");
    }

    #[test]
    fn a_fraction_lies_within_half_a_cycle() {
        for value in [0.0, 0.49, -0.51, 1e9 + 0.25, -1e9 - 0.25] {
            let fraction = Exact::new(value).fraction().value();
            assert!(fraction.abs() <= 0.5);
            assert_eq!((value - fraction).fract(), 0.0);
        }
    }
}
