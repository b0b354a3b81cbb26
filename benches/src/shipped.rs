//! Scenarios that ship, shortened, and what a step or window of theirs costs at the least.

use crate::history::{DAY_ROWS, Least, Walk};
use crate::probe::{self, Energies, Phase, Power};
use crate::processor::thread_ns;
use sim::scenario::{Fidelity, Scenario, parse};
use std::hint::black_box;
use std::path::Path;

/// A day of the house with motors and clouds.
pub const DAY: &str = include_str!("../../scenarios/house-day.toml");
/// A year of the house by one timetable.
pub const YEAR: &str = include_str!("../../scenarios/house-year.toml");

/// Seconds of a day.
pub const DAY_S: f64 = 86_400.0;

/// Phases of eleven meters.
const PHASES: usize = 33;

/// A scenario as it ships, of another length, without what it expects.
pub fn scenario(text: &str, fidelity: Fidelity, duration_s: f64) -> Scenario {
    let mut scenario = parse(text).expect("a scenario that ships");
    scenario.fidelity = fidelity;
    scenario.duration_s = Some(duration_s);
    scenario.expect.clear();
    scenario
}

/// The same with the built-in meter alone.
pub fn alone(mut scenario: Scenario) -> Scenario {
    scenario.device.modules.clear();
    scenario
}

/// Microseconds of a step of the probe.
pub fn probe_us(steps: u32) -> f64 {
    let phase = |k: usize| {
        let at = |h: usize, scale: f64| [scale / h as f64, 0.1 * (k + h) as f64];
        Phase {
            voltage: std::array::from_fn(|h| at(1 + h, 230.0)),
            current: std::array::from_fn(|h| at(1 + h, 10.0)),
        }
    };
    let phases: Vec<Phase> = (0..PHASES).map(phase).collect();
    let mut powers = vec![Power::default(); PHASES];
    let mut energies = vec![Energies::default(); PHASES];
    let begun = thread_ns();
    for _ in 0..steps {
        probe::step(black_box(&phases), 60.0, &mut powers, &mut energies);
    }
    black_box((&powers, &energies));
    (thread_ns() - begun) as f64 * 1e-3 / f64::from(steps)
}

/// Microseconds of a row in the least database of sealed columns, loaded with so many days of minutes.
pub fn least_load_us(folder: &Path, days: usize) -> f64 {
    let mut walk = Walk::new(60, 4);
    let mut columns_of_a_day = || {
        let rows: Vec<Vec<i64>> = (0..DAY_ROWS).map(|_| walk.values()).collect();
        let column = |column: usize| {
            let steps = rows.iter().map(|row| row[column]);
            steps.map(|steps| i32::try_from(steps).expect("a walk is short")).collect()
        };
        (0..rows[0].len()).map(column).collect::<Vec<Vec<i32>>>()
    };
    let walked: Vec<_> = (0..days).map(|_| columns_of_a_day()).collect();
    let mut least = Least::new(&folder.join("least.redb"));
    let begun = thread_ns();
    walked.iter().enumerate().for_each(|(day, columns)| least.load_day(day, columns));
    (thread_ns() - begun) as f64 * 1e-3 / (days * DAY_ROWS) as f64
}
