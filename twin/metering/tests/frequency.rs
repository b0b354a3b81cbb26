//! The frequency off the grid, under distortion, while it moves, and when the voltage goes and comes.

mod bench;

use bench::{Dice, Tone, Unit, close, load, pure, sample};
use catalog::{QuantityId as Q, Scope};
use metering::Wiring;
use port::Role;
use std::f64::consts::TAU;

const SWEEP: [f64; 11] =
    [45.0, 46.017, 47.5, 49.37, 49.999, 50.0, 52.713, 55.0, 59.94, 62.345_67, 65.0];

/// A square wave up to its 31st harmonic.
fn square() -> Vec<Tone> {
    let odd = (0..16).map(|k| 2 * k + 1);
    odd.map(|order| Tone::new(order, 200.0 / f64::from(order), -TAU / 4.0)).collect()
}

/// Two seconds of one voltage on all phases; every window's frequency.
fn frequencies(rate: f64, signal: impl Fn(f64) -> f64) -> Vec<f64> {
    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, rate);
    unit.run((2.0 * rate) as usize, |role, t| if role.is_voltage() { signal(t) } else { 0.0 });
    unit.frequencies().into_iter().map(|hz| hz.expect("tracked")).collect()
}

/// [V6, A7, E8] Every window of every clean signal is right to 1e-6, whatever its harmonics and DC; at
/// 60 dB of noise to 1e-5.
#[test]
fn off_the_grid_under_distortion() {
    let third = vec![Tone::new(1, 230.0, 0.4), Tone::new(3, 46.0, 2.0)];
    for rate in [8000.0, 16_000.0] {
        for hz in SWEEP {
            let mut dice = Dice::new(hz.to_bits());
            let noise: Vec<f64> = (0..(2.0 * rate) as usize)
                // The sum of twelve uniform numbers is Gaussian enough; 60 dB below 230 V.
                .map(|_| 0.23 * ((0..12).map(|_| dice.roll()).sum::<f64>() - 6.0))
                .collect();
            let cases: [(&str, f64, &dyn Fn(f64) -> f64); 5] = [
                ("sine", 1e-6, &|t| sample(&pure(230.0, 0.1), hz, t)),
                ("square", 1e-6, &|t| sample(&square(), hz, t)),
                ("third", 1e-6, &|t| sample(&third, hz, t)),
                ("DC", 1e-6, &|t| 20.0 + sample(&third, hz, t)),
                ("noise", 1e-5, &|t| {
                    noise[(t * rate).round() as usize] + sample(&pure(230.0, 0.1), hz, t)
                }),
            ];
            for (name, limit, signal) in cases {
                let found = frequencies(rate, signal);
                assert!(found.len() >= 8, "{name} {hz}: {} windows", found.len());
                for f in found {
                    close(&format!("{name} at {rate} S/s"), f, hz, hz, limit);
                }
            }
        }
    }
}

/// Turns after `t` of a frequency that starts at `hz`, waits half a second and ramps.
fn ramp_turns(hz: f64, slope: f64, t: f64) -> f64 {
    hz * t + 0.5 * slope * (t - 0.5).max(0.0).powi(2)
}

/// [V6, A7, E8] On a ramp a window reads the mean over itself: to 5e-6 Hz at 1 Hz/s, 2e-4 Hz at
/// 10 Hz/s, where the ramp begins 1e-2 Hz for each Hz/s; no window is lost from 10 cycles to 12.
#[test]
fn ramps_read_the_mean_over_the_window() {
    for (hz, slope, limit) in [
        (48.0, 1.0, 5e-6),
        (52.0, -1.0, 5e-6),
        (47.0, 10.0, 2e-4),
        (63.0, -10.0, 2e-4),
        (54.2, 1.0, 5e-6),
    ] {
        let rate = 8000.0;
        let turns = |t: f64| ramp_turns(hz, slope, t);
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, rate);
        unit.run((2.1 * rate) as usize, |role, t| {
            let turn = turns(t) - role.phase().expect("six roles") as f64 / 3.0;
            (if role.is_voltage() { 325.0 } else { 14.0 }) * (TAU * turn).cos()
        });
        let mut worst: [f64; 2] = [0.0; 2];
        for (window, f) in unit.log.windows.iter().zip(unit.frequencies()) {
            let (from, to) = (window.start / rate, window.end / rate);
            let mean = (turns(to) - turns(from)) / (to - from);
            let bend = (from..to).contains(&0.5);
            let error = (f.expect("tracked") - mean).abs();
            worst[usize::from(bend)] = worst[usize::from(bend)].max(error);
        }
        assert!(worst[0] <= limit, "{hz} Hz, {slope} Hz/s: {:.1e} Hz", worst[0]);
        assert!(worst[1] <= 1e-2 * slope.abs(), "where it bends: {:.1e} Hz", worst[1]);
        for pair in unit.log.windows.windows(2) {
            assert_eq!(pair[0].end, pair[1].start, "contiguous");
        }
        for (window, f) in unit.log.windows.iter().zip(unit.frequencies()) {
            let f = f.expect("tracked");
            if (f - 55.0).abs() > 0.1 * slope.abs() {
                assert_eq!(window.cycles, if f < 55.0 { 10 } else { 12 }, "at {f} Hz");
            }
        }
    }
}

/// Checks that from so many windows after the event on, all readings are exact again.
fn check_recovers(name: &str, unit: &Unit, event_s: f64, windows: usize, hz: f64, volts: f64) {
    let after = unit.log.windows.iter().filter(|window| window.end / 8000.0 > event_s);
    let found: Vec<_> = after.skip(windows).collect();
    assert!(found.len() >= 3, "{name}: {} windows left", found.len());
    for window in found {
        let f = 8000.0 * window.means.frequency().unwrap_or(0.0);
        close(&format!("{name}, f at {}", window.start / 8000.0), f, hz, hz, 1e-6);
        let v = window.means.v2[1].sqrt();
        close(&format!("{name}, V at {}", window.start / 8000.0), v, volts, volts, 1e-6);
    }
}

/// [V6, E8] Steps of the frequency and jumps of the phase: right again in the second window after.
#[test]
fn steps_and_jumps() {
    for (name, from, to, jump) in [
        ("50 to 60", 50.0, 60.0, 0.0),
        ("60 to 50", 60.0, 50.0, 0.0),
        ("45 to 65", 45.0, 65.0, 0.0),
        ("65 to 45", 65.0, 45.0, 0.0),
        ("30 degrees on", 50.0, 50.0, 30.0),
        ("30 degrees back", 50.0, 50.0, -30.0),
        ("opposite", 59.0, 59.0, 180.0),
    ] {
        for event in [0.071, 0.75, 1.0, 1.1234] {
            let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
            unit.run(20_000, |role, t| {
                let hz = if t < event { from } else { to };
                let turn = hz * (t - event) + if t < event { 0.0 } else { jump / 360.0 };
                let turn = turn - role.phase().expect("six roles") as f64 / 3.0;
                325.0 * (TAU * turn).cos() * if role.is_voltage() { 1.0 } else { 0.05 }
            });
            let volts = 325.0 / 2f64.sqrt();
            check_recovers(&format!("{name} at {event} s"), &unit, event, 2, to, volts);
        }
    }
}

/// [V6, G14] The voltage goes for half a second and comes back; or is not there at first.
#[test]
fn the_voltage_goes_and_comes() {
    for (name, gone) in [("interruption", (1.03, 1.53)), ("dead at first", (-1.0, 0.77))] {
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
        unit.run(24_000, |role, t| {
            let there = !(gone.0..gone.1).contains(&t);
            if there { load(230.0, 10.0, 0.3, 49.37)(role, t) } else { 0.0 }
        });
        check_recovers(name, &unit, gone.1, 2, 49.37, 230.0);
        let dead = |window: &&bench::Window| {
            window.start / 8000.0 > gone.0.max(0.0) + 0.01 && window.end / 8000.0 < gone.1
        };
        for window in unit.log.windows.iter().filter(dead) {
            assert_eq!(window.means.frequency(), None, "{name}");
            assert_eq!(window.quality, "under_range");
        }
        for pair in unit.log.windows.windows(2) {
            assert_eq!(pair[0].end, pair[1].start, "contiguous");
        }
    }
    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
    unit.run(8000, |_, _| 0.0);
    assert_eq!(unit.quality(Q::Frequency, Scope::System), "no_signal");
    assert_eq!(unit.quality(Q::PowerFactor, Scope::System), "no_signal");
}

/// [V6, E3] Any phase will do: losing one or two, by fuse or from the start, leaves the rest exact.
#[test]
fn losing_phases() {
    for lost in [&[0][..], &[1], &[0, 2], &[0, 1]] {
        for at in [-1.0, 1.234] {
            let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
            unit.run(24_000, |role: Role, t| {
                let gone = lost.contains(&role.phase().expect("six roles")) && t >= at;
                if gone && role.is_voltage() { 0.0 } else { load(230.0, 10.0, 0.3, 49.37)(role, t) }
            });
            let name = format!("without {lost:?} from {at}");
            let f = unit.get(Q::Frequency, Scope::System);
            close(&name, f, 49.37, 49.37, 1e-6);
            for phase in 0..3 {
                let volts = unit.get(Q::VoltageLn, Scope::PHASES[phase]);
                let expected = if lost.contains(&phase) { 0.0 } else { 230.0 };
                close(&name, volts, expected, 230.0, 1e-6);
            }
            let p = 2300.0 * 0.3f64.cos() * (3 - lost.len()) as f64;
            close(&name, unit.get(Q::ActivePower, Scope::System), p, p, 1e-6);
        }
    }
}
