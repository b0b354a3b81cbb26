//! Times of samples against an even grid: is a time column uniform, and what is its rate?
//!
//! Counting whole cycles needs the exact rate: 7999.99999998 Hz instead of 8000 loses the last cycle
//! of a record. So a rate from printed times is brought to a round number wherever the column cannot
//! tell the difference.

/// Largest distance of a sample from the even grid, in sample periods. A hundredth of a period of
/// 8 kHz is 0.02 degrees at 50 Hz.
const JITTER_PERIODS_MAX: f64 = 0.01;

/// Most that printing may shift a time, in sample periods. A lost sample moves some time by at least
/// half a period, so it is seen however coarse the column is.
const ROUNDING_PERIODS_MAX: f64 = 0.25;

/// Relative error of a rate that the summing of time steps in floating point explains. No clock that
/// times a recording is as good as this.
const RATE_ERROR_MIN: f64 = 1e-9;

/// Round rates are multiples of one of these, in Hz, the roundest first.
const ROUND_STEPS_HZ: [f64; 10] = [1000.0, 500.0, 200.0, 100.0, 50.0, 20.0, 10.0, 5.0, 2.0, 1.0];

/// The rate of a time column printed to `resolution_s`, or `None` when its samples do not lie on an
/// even grid or are fewer than two.
pub(crate) fn uniform_rate_hz(times_s: &[f64], resolution_s: f64) -> Option<f64> {
    let rate_hz = nominal_rate_hz(times_s, resolution_s)?;
    let period_s = 1.0 / rate_hz;
    let rounding_s = resolution_s.min(ROUNDING_PERIODS_MAX * period_s);
    let tolerance_s = JITTER_PERIODS_MAX * period_s + rounding_s;
    let off_grid_s = |(k, t): (usize, &f64)| (t - times_s[0] - k as f64 * period_s).abs();
    times_s.iter().enumerate().all(|at| off_grid_s(at) <= tolerance_s).then_some(rate_hz)
}

/// The mean rate (n - 1) / (last - first), replaced by the roundest whole number of Hz whose span
/// differs from the column's by no more than the printing step (both ends are rounded by half a
/// step) or by 1e-9 of it.
pub(crate) fn nominal_rate_hz(times_s: &[f64], resolution_s: f64) -> Option<f64> {
    let [first, .., last] = times_s else { return None };
    let (span_s, intervals) = (last - first, (times_s.len() - 1) as f64);
    let mean_hz = intervals / span_s;
    if !(mean_hz.is_finite() && mean_hz > 0.0) {
        return None;
    }
    let tolerance_s = resolution_s.max(RATE_ERROR_MIN * span_s);
    let fits = |hz: &f64| *hz > 0.0 && (intervals / hz - span_s).abs() <= tolerance_s;
    let round = ROUND_STEPS_HZ.iter().map(|step| (mean_hz / step).round() * step).find(fits);
    Some(round.unwrap_or(mean_hz))
}

/// Length of the stretch, the last sample included; see [`crate::Section::duration_s`].
pub(crate) fn duration_s(times_s: &[f64]) -> f64 {
    let [first, .., before, last] = times_s else {
        return match times_s {
            [first, last] => 2.0 * (last - first),
            _ => 0.0,
        };
    };
    let mean_s = (last - first) / (times_s.len() - 1) as f64;
    last - first + mean_s.min(last - before)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Times k / rate, printed to `decimals`.
    fn printed(rate_hz: f64, samples: usize, decimals: usize) -> (Vec<f64>, f64) {
        let print = |k: usize| format!("{:.decimals$}", k as f64 / rate_hz).parse().unwrap();
        ((0..samples).map(print).collect(), 10f64.powi(-(decimals as i32)))
    }

    fn check(rate_hz: f64, samples: usize, decimals: usize) {
        let (times_s, resolution_s) = printed(rate_hz, samples, decimals);
        let got = uniform_rate_hz(&times_s, resolution_s);
        assert_eq!(got, Some(rate_hz), "{rate_hz} Hz, {samples} samples, {decimals} decimals");
    }

    #[test]
    fn printed_times_give_the_exact_rate() {
        check(8_000.0, 160, 6);
        check(8_000.0, 2, 6);
        check(8_000.0, 1_600, 9);
        check(16_000.0, 320, 6);
        check(16_000.0, 320, 5);
        check(12_800.0, 256, 6);
        check(1_200.0, 7_200, 6);
        check(4_096.0, 40_960, 6);
        check(30_000.0, 30_000, 7);
        check(1_000_000.0, 1_000, 6);
    }

    #[test]
    fn a_rate_that_is_not_whole_stays() {
        let rate_hz = 30707.244140625;
        let (times_s, resolution_s) = printed(rate_hz, 2048, 12);
        let got = uniform_rate_hz(&times_s, resolution_s).unwrap();
        assert!((got / rate_hz - 1.0).abs() < 1e-10, "{got}");
    }

    #[test]
    fn summed_steps_give_the_exact_rate() {
        let mut times_s = vec![0.0];
        for k in 0..79_999 {
            times_s.push(times_s[k] + 1.0 / 8e3);
        }
        assert_ne!(79_999.0 / (times_s[79_999] - times_s[0]), 8_000.0);
        assert_eq!(uniform_rate_hz(&times_s, 1e-17), Some(8_000.0));
    }

    #[test]
    fn a_lost_sample_is_not_uniform_however_coarse_the_column() {
        for decimals in [3, 4, 6, 9] {
            let (mut times_s, resolution_s) = printed(1_000.0, 201, decimals);
            times_s.remove(100);
            assert_eq!(uniform_rate_hz(&times_s, resolution_s), None, "{decimals} decimals");
        }
    }

    #[test]
    fn jitter_beyond_a_hundredth_of_a_period_is_not_uniform() {
        let jittered = |part: f64| {
            let shift = |k: usize| if k == 50 { part } else { 0.0 };
            let times_s: Vec<f64> = (0..100).map(|k| (k as f64 + shift(k)) / 8e3).collect();
            uniform_rate_hz(&times_s, 1e-12)
        };
        assert_eq!(jittered(0.009), Some(8_000.0));
        assert_eq!(jittered(0.02), None);
    }

    #[test]
    fn the_last_sample_has_its_period() {
        assert_eq!(duration_s(&[0.0, 1.0, 2.0, 3.0]), 4.0);
        assert_eq!(duration_s(&[0.0, 1.0, 2.0, 2.5]), 3.0);
        assert_eq!(duration_s(&[0.0, 1.0]), 2.0);
        assert_eq!(duration_s(&[1.0]), 0.0);
    }
}
