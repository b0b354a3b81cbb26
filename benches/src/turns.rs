//! Sides measured in turn, round after round, so that a ratio compares what ran side by side.

use crate::processor::thread_ns;
use std::fmt;

/// Middle, least and largest of several rounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Half of the rounds are below.
    pub median: f64,
    /// Of all rounds.
    pub lowest: f64,
    /// Of all rounds.
    pub highest: f64,
}

impl Spread {
    /// Of at least one value.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Spread {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        Spread {
            median: sorted[sorted.len() / 2],
            lowest: sorted[0],
            highest: sorted[sorted.len() - 1],
        }
    }
}

/// `median [lowest..highest]`, with the precision asked for.
impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(2);
        let Spread { median, lowest, highest } = self;
        write!(f, "{median:.digits$} [{lowest:.digits$}..{highest:.digits$}]")
    }
}

/// Something to measure.
pub type Side<'a> = &'a mut dyn FnMut();

/// Microseconds of processor time of each side's call, over `calls` of them, in each of `rounds`.
pub fn in_turn<const SIDES: usize>(
    rounds: usize,
    calls: u32,
    mut sides: [Side; SIDES],
) -> Vec<[f64; SIDES]> {
    let mut round = || {
        sides.each_mut().map(|side| {
            let begun = thread_ns();
            (0..calls).for_each(|_| side());
            (thread_ns() - begun) as f64 * 1e-3 / f64::from(calls)
        })
    };
    (0..rounds).map(|_| round()).collect()
}

/// A column, or what is worked out of each round.
pub fn spread<const SIDES: usize>(
    rounds: &[[f64; SIDES]],
    value: impl Fn(&[f64; SIDES]) -> f64,
) -> Spread {
    Spread::of(rounds.iter().map(value))
}
