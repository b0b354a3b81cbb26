//! Energy against the exact integral of the instantaneous power, whatever the signal does.
//!
//! A bank's sample n stands for n - 1/2 to n + 1/2, so the integral runs from half a sample before the
//! first. A step between two samples is seen at one of them: half a sample period times the jump of
//! the instantaneous power is the most that can go wrong, and is allowed for each step.

mod bench;

use bench::timeline::{Piece, Timeline};
use bench::{Dice, Setup, Unit, close};
use metering::{Tail, Wiring};
use port::Role;

/// Meters a timeline to its last sample and returns the net energy and the span it stands for.
fn metered(setup: Setup, timeline: &Timeline, seconds: f64) -> (f64, f64, f64) {
    let mut unit = Unit::build(setup);
    let samples = (seconds * setup.rate) as usize;
    unit.run(samples, |role, t| timeline.value(role, t));
    unit.finish(Tail::Count);
    let from = -0.5 / setup.rate;
    let to = (samples as f64 - 0.5) / setup.rate;
    assert!((unit.metered_seconds() - (to - from)).abs() < 1e-12, "to the last sample");
    (unit.net_joules(), from, to)
}

/// Error of the energy beyond `part_of_sample` of the jumps, relative to the energy that flowed.
fn excess(timeline: &Timeline, rate: f64, seconds: f64, part_of_sample: f64) -> f64 {
    let setup = Setup::new(Wiring::ThreePhaseFourWire, rate);
    let (joules, from, to) = metered(setup, timeline, seconds);
    let exact = timeline.energy(from, to);
    let allowed = timeline.jumps(from, to) * part_of_sample / rate;
    let flowed = timeline.energy(from, to).abs().max(2000.0 * seconds);
    ((joules - exact).abs() - allowed).max(0.0) / flowed
}

/// [A4, N1, N3, G11, E8] Energy equals the exact integral to 1e-6 over any sequence of steps, ramps,
/// reversals, frequency ramps and phase jumps, plus half a sample period times each jump of power.
#[test]
fn energy_is_the_integral_over_any_sequence_of_steps_and_ramps() {
    for rate in [8000.0, 16000.0] {
        for seed in 1..=12 {
            let timeline = Timeline::random(&mut Dice::new(seed), 12, 5.0, |t| t);
            let excess = excess(&timeline, rate, 6.0, 0.5);
            assert!(excess <= 1e-6, "seed {seed} at {rate} S/s: {excess:.2e}");
        }
    }
}

/// [A4, N1, N3, G11, E8] Steps midway between two samples need no allowance: 1e-6 holds as it stands.
#[test]
fn steps_between_two_samples_cost_nothing() {
    for rate in [8000.0, 16000.0] {
        for seed in 101..=112 {
            let midway = |t: f64| ((t * rate).floor() + 0.5) / rate;
            let timeline = Timeline::random(&mut Dice::new(seed), 12, 5.0, midway);
            let excess = excess(&timeline, rate, 6.0, 0.0);
            assert!(excess <= 1e-6, "seed {seed} at {rate} S/s: {excess:.2e}");
        }
    }
}

/// [A4] One change of each kind, in the first window, on a sample and anywhere. Ramps: 2e-8.
#[test]
fn each_kind_of_change_alone() {
    let changes: [(&str, f64, fn(&mut Piece)); 7] = [
        ("voltage step", 1e-6, |piece| piece.volts.0 = 270.0),
        ("current step", 1e-6, |piece| piece.amps[0].0 = 30.0),
        ("reversal", 1e-6, |piece| piece.lag = [3.1; 3]),
        ("phase jump", 1e-6, |piece| piece.turns += 0.1),
        ("voltage ramp", 2e-8, |piece| piece.volts.1 = 40.0),
        ("current ramp", 2e-8, |piece| piece.amps[0].1 = 5.0),
        ("frequency ramp", 2e-8, |piece| piece.hz.1 = 1.0),
    ];
    for (name, limit, change) in changes {
        for at in [0.05, 0.123_456_7, 1.000_1, 2.3] {
            let first = Piece::steady(50.3);
            let mut piece = first.moved_to(at);
            change(&mut piece);
            let excess = excess(&Timeline(vec![first, piece]), 8000.0, 3.0, 0.5);
            assert!(excess <= limit, "{name} at {at} s: {excess:.2e}");
        }
    }
}

/// [A4] DC blocking takes nothing from a voltage without DC, whatever steps: on and off agree to 1e-6.
#[test]
fn dc_blocking_does_not_move_with_steps() {
    for seed in 201..=206 {
        let timeline = Timeline::random(&mut Dice::new(seed), 20, 5.0, |t| t);
        let on = Setup::new(Wiring::ThreePhaseFourWire, 8000.0);
        let (with, from, to) = metered(on, &timeline, 6.0);
        let (without, ..) = metered(Setup { dc_blocking: false, ..on }, &timeline, 6.0);
        let flowed = timeline.energy(from, to).abs().max(12e3);
        close(&format!("seed {seed}"), with, without, flowed, 1e-6);
    }
}

/// [A4, V4] A DC in the voltage is blocked from the first window, or from the first after a step in it:
/// 2 V times 8 A of DC carry nothing.
#[test]
fn dc_is_blocked_beside_steps() {
    for (name, at) in [("no step", 9.0), ("a step at once", 0.05), ("a step later", 1.05)] {
        let first = Piece::steady(50.0);
        let mut piece = first.moved_to(at);
        piece.volts.0 = 250.0;
        piece.turns += 0.1;
        let timeline = Timeline(vec![first, piece]);
        let dc = |role: Role| if role.is_voltage() { 2.0 } else { 8.0 };
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
        unit.run(32_000, |role, t| timeline.value(role, t) + dc(role));
        for window in &unit.log.windows {
            let (from, to) = (window.start / 8000.0, window.end / 8000.0);
            let stepped = (from..to).contains(&at);
            let exact = timeline.energy(from, to) / (to - from);
            let measured: f64 = window.means.p.iter().sum();
            // In the window of the step the voltage's own mean meets the 8 A.
            let limit = if stepped { 120.0 } else { 0.3 };
            let error = (measured - exact).abs();
            assert!(error <= limit, "{name}, {from:.3} s: {measured} instead of {exact}");
        }
    }
}
