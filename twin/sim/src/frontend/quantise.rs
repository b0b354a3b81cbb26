//! Rounding to the converter's 24-bit codes, with clipping.

/// Counts at positive full scale, were it a code: 2^23.
pub const FULL_SCALE_COUNTS: f64 = 8_388_608.0;

/// Most negative code; an input at or below it is clipped.
pub const CODE_MIN: i32 = -8_388_608;

/// Most positive code; an input at or above it is clipped.
pub const CODE_MAX: i32 = 8_388_607;

/// Added to a number of magnitude below 2^51 it leaves the nearest integer in the low bits.
///
/// A saturating `as i32` is not vectorised and costs six times as much (measured, performance.md
/// section 2).
const ROUNDING: f64 = 1.5 * (1u64 << 52) as f64;

/// The nearest code, halves to even; beyond the range the code at its end.
#[inline(always)]
pub(crate) fn quantise(counts: f64) -> i32 {
    let clipped = counts.clamp(CODE_MIN as f64, CODE_MAX as f64);
    (clipped + ROUNDING).to_bits() as i32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_nearest_and_end_at_24_bits() {
        let cases = [
            (0.0, 0),
            (0.49, 0),
            (0.5, 0),
            (0.51, 1),
            (1.5, 2),
            (-0.51, -1),
            (-1.0, -1),
            (8_388_606.4, 8_388_606),
            (8_388_607.0, CODE_MAX),
            (8_388_608.0, CODE_MAX),
            (1e300, CODE_MAX),
            (f64::INFINITY, CODE_MAX),
            (-8_388_607.6, CODE_MIN),
            (-8_388_608.0, CODE_MIN),
            (-1e300, CODE_MIN),
        ];
        for (counts, code) in cases {
            assert_eq!(quantise(counts), code, "{counts} counts");
        }
    }
}
