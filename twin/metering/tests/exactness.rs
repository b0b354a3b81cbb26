//! The ideal front end against closed forms: what is left is rounding to 24 bits.
//!
//! The limits are the project's own: V, I 1e-6 of reading, P 1e-6 of S, Q 1e-5 of S, f 1e-6, THD 0.01
//! percentage point, 45 to 65 Hz off the grid, at 8 and 16 kS/s.

mod bench;

use bench::{Tone, Unit, close, distorted, load, pure, sample};
use catalog::{QuantityId as Q, Register, Scope};
use metering::Wiring;

const RATES: [f64; 2] = [8000.0, 16000.0];
const FREQUENCIES: [f64; 8] = [45.0, 47.123, 49.37, 50.0, 54.999, 55.001, 60.0, 65.0];

/// [V1, V3, V4, V5, V6, V7, V8, E3, E8] Every quantity of a distorted four-wire load, at any frequency.
#[test]
fn four_wire_distorted() {
    for rate in RATES {
        for hz in FREQUENCIES {
            let phases: Vec<_> =
                (0..3).map(|k| distorted(-std::f64::consts::TAU / 3.0 * f64::from(k))).collect();
            let mut unit = Unit::new(Wiring::ThreePhaseFourWire, rate);
            unit.run(rate as usize, |role, t| {
                let phase = &phases[role.phase().expect("six roles")];
                sample(&phase[usize::from(!role.is_voltage())], hz, t)
            });
            let [v, i] = &phases[0];
            let (volts, amps) = (bench::rms(v), bench::rms(i));
            let p: f64 = bench::active(v, i);
            let s = volts * amps;
            let q = bench::reactive(v, i);
            for scope in Scope::PHASES {
                let at = format!("{hz} Hz {rate} S/s {scope:?}");
                close(&format!("V {at}"), unit.get(Q::VoltageLn, scope), volts, volts, 1e-6);
                close(&format!("I {at}"), unit.get(Q::Current, scope), amps, amps, 1e-6);
                close(&format!("P {at}"), unit.get(Q::ActivePower, scope), p, s, 1e-6);
                close(&format!("Q {at}"), unit.get(Q::ReactivePower, scope), q, s, 1e-5);
                close(&format!("S {at}"), unit.get(Q::ApparentPower, scope), s, s, 2e-6);
                close(&format!("PF {at}"), unit.get(Q::PowerFactor, scope), p / s, 1.0, 3e-6);
                close(
                    &format!("THD A {at}"),
                    unit.get(Q::ThdCurrent, scope),
                    bench::thd(i),
                    1.0,
                    0.01,
                );
                close(
                    &format!("THD V {at}"),
                    unit.get(Q::ThdVoltageLn, scope),
                    bench::thd(v),
                    1.0,
                    0.01,
                );
            }
            close("f", unit.get(Q::Frequency, Scope::System), hz, hz, 1e-6);
            close("P sys", unit.get(Q::ActivePower, Scope::System), 3.0 * p, 3.0 * s, 1e-6);
            close("Q sys", unit.get(Q::ReactivePower, Scope::System), 3.0 * q, 3.0 * s, 1e-5);
            let vector = 3.0 * p.hypot(q);
            close("S sys", unit.get(Q::ApparentPower, Scope::System), vector, vector, 1e-5);
        }
    }
}

/// [A1, A2, A3, A5, A7] Single windows of a sine over the current range and power factors.
#[test]
fn sine_over_the_range() {
    for rate in RATES {
        for hz in [45.0, 49.37, 50.0, 59.97, 65.0] {
            for amps in [0.02, 0.25, 0.5, 2.0, 5.0, 65.0] {
                for angle in [0.0, 60f64.to_radians(), -36.87f64.to_radians(), 90f64.to_radians()] {
                    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, rate);
                    unit.run((rate * 0.6) as usize, |role, t| {
                        let turn = -std::f64::consts::TAU / 3.0 * role.phase().expect("six") as f64;
                        match role.is_voltage() {
                            true => sample(&pure(230.0, turn), hz, t),
                            false => sample(&pure(amps, turn - angle), hz, t),
                        }
                    });
                    let at = format!("{rate} S/s {hz} Hz {amps} A {angle}");
                    let s = 230.0 * amps;
                    let current = unit.get(Q::Current, Scope::L2);
                    let limit = 1e-6 * amps + if amps < 2.0 { 1e-6 } else { 0.0 };
                    close(&format!("I {at}"), current, amps, 1.0, limit);
                    close(
                        &format!("V {at}"),
                        unit.get(Q::VoltageLn, Scope::L2),
                        230.0,
                        230.0,
                        1e-6,
                    );
                    let extra = if amps < 2.0 { 230.0 * 1e-6 } else { 0.0 };
                    let p = unit.get(Q::ActivePower, Scope::L2);
                    close(&format!("P {at}"), p, s * angle.cos(), 1.0, 1e-6 * s + extra);
                    let q = unit.get(Q::ReactivePower, Scope::L2);
                    close(&format!("Q {at}"), q, s * angle.sin(), 1.0, 1e-5 * s + extra);
                }
            }
        }
    }
}

/// [E2, E16, V2, V3] Split phase and two legs of a wye: L-L and neutral from the samples.
#[test]
fn two_phase_at_180_and_at_120_degrees() {
    for (degrees, ll) in [(180.0, 240.0), (120.0, 120.0 * 3f64.sqrt())] {
        let turn = |phase: usize| -f64::to_radians(degrees) * phase as f64;
        let mut unit = Unit::new(Wiring::TwoPhaseThreeWire, 8000.0);
        unit.run(8000, |role, t| match role.phase() {
            Some(2) | None => 0.0,
            Some(k) if role.is_voltage() => sample(&pure(120.0, turn(k)), 60.0, t),
            Some(k) => sample(&pure(if k == 0 { 10.0 } else { 6.0 }, turn(k)), 60.0, t),
        });
        close("V12", unit.get(Q::VoltageLl, Scope::L12), ll, ll, 1e-6);
        close("V LL sys", unit.get(Q::VoltageLl, Scope::System), ll, ll, 1e-6);
        assert_eq!(unit.quality(Q::VoltageLl, Scope::L23), "not_wired");
        assert_eq!(unit.quality(Q::VoltageLn, Scope::L3), "not_wired");
        let neutral = (100.0f64 + 36.0 + 2.0 * 60.0 * f64::to_radians(degrees).cos()).sqrt();
        close("In", unit.get(Q::NeutralCurrent, Scope::N), neutral, neutral, 2e-6);
        close("P", unit.get(Q::ActivePower, Scope::System), 1920.0, 1920.0, 1e-6);
        close("I sys", unit.get(Q::Current, Scope::System), 8.0, 8.0, 1e-6);
        close("V sys", unit.get(Q::VoltageLn, Scope::System), 120.0, 120.0, 1e-6);
    }
}

/// [E1] One phase: the system is l1, distortion included.
#[test]
fn single_phase_system_is_l1() {
    let [v, i] = distorted(0.0);
    let mut unit = Unit::new(Wiring::SinglePhaseTwoWire, 8000.0);
    unit.run(8000, |role, t| match role {
        port::Role::Va => sample(&v, 50.0, t),
        port::Role::Ia => sample(&i, 50.0, t),
        _ => 0.0,
    });
    for quantity in [Q::ActivePower, Q::ReactivePower, Q::ApparentPower, Q::PowerFactor, Q::Current]
    {
        assert_eq!(
            unit.get(quantity, Scope::System),
            unit.get(quantity, Scope::L1),
            "{quantity:?}"
        );
    }
    assert_eq!(unit.quality(Q::ActivePower, Scope::L2), "not_wired");
    let s = bench::rms(&v) * bench::rms(&i);
    close("S", unit.get(Q::ApparentPower, Scope::System), s, s, 2e-6);
}

/// [E4] Two wattmeters measure what three would, for any waveform whose currents sum to zero; the
/// phases have no power of their own, and L-N is against the virtual neutral, whatever N floats at.
#[test]
fn three_wire_by_two_wattmeters() {
    let currents: [Vec<Tone>; 2] = [
        vec![Tone::new(1, 10.0, -0.3), Tone::new(5, 2.0, 1.0)],
        vec![Tone::new(1, 7.0, -2.6), Tone::new(7, 1.0, 0.4)],
    ];
    let voltage = |k: usize| {
        let turn = -std::f64::consts::TAU / 3.0 * k as f64;
        vec![Tone::new(1, 230.0, turn), Tone::new(5, 6.0, 5.0 * turn + 0.2)]
    };
    let floating = vec![Tone::new(1, 40.0, 1.0), Tone::new(3, 20.0, 0.0)];
    for hz in [50.0, 59.3] {
        let mut unit = Unit::new(Wiring::ThreePhaseThreeWire, 8000.0);
        unit.run(16000, |role, t| {
            let k = role.phase().expect("six roles");
            if role.is_voltage() {
                return sample(&voltage(k), hz, t) + sample(&floating, hz, t);
            }
            match k {
                2 => -sample(&currents[0], hz, t) - sample(&currents[1], hz, t),
                k => sample(&currents[k], hz, t),
            }
        });
        let third: Vec<Tone> = currents.iter().flatten().map(|tone| tone.negated()).collect();
        let all = [&currents[0], &currents[1], &third];
        let p: f64 = (0..3).map(|k| bench::active(&voltage(k), all[k])).sum();
        let q: f64 = (0..3).map(|k| bench::reactive(&voltage(k), all[k])).sum();
        close("P", unit.get(Q::ActivePower, Scope::System), p, p.hypot(q), 1e-6);
        close("Q", unit.get(Q::ReactivePower, Scope::System), q, p.hypot(q), 1e-5);
        let volts = bench::rms(&voltage(0));
        close("V LN", unit.get(Q::VoltageLn, Scope::L1), volts, volts, 1e-6);
        close("V LL", unit.get(Q::VoltageLl, Scope::L23), volts * 3f64.sqrt(), volts, 2e-6);
        for quantity in [Q::ActivePower, Q::ReactivePower] {
            assert_eq!(unit.quality(quantity, Scope::L1), "not_wired");
        }
        assert!(unit.get(Q::NeutralCurrent, Scope::N) < 2e-5);
    }
}

/// [E5, E6, V2] Wild leg 120/208/240: every L-L reads 240, nothing is flagged; 240/415/480 is.
#[test]
fn wild_leg() {
    for (scale, flagged) in [(1.0, false), (2.0, true)] {
        let half = 120.0 * scale;
        let high = half * 3f64.sqrt();
        let volts = [half, high, half];
        let turns = [0.0, std::f64::consts::FRAC_PI_2, std::f64::consts::PI];
        let mut unit = Unit::new(Wiring::WildLeg, 8000.0);
        unit.run(8000, |role, t| {
            let k = role.phase().expect("six roles");
            let rms = if role.is_voltage() { volts[k] } else { 10.0 };
            sample(&pure(rms, turns[k]), 60.0, t)
        });
        for pair in Scope::PAIRS {
            close("L-L", unit.get(Q::VoltageLl, pair), 2.0 * half, half, 1e-6);
            assert_eq!(unit.quality(Q::VoltageLl, pair), "good");
        }
        close("high leg", unit.get(Q::VoltageLn, Scope::L2), high, high, 1e-6);
        let quality = if flagged { "over_range" } else { "good" };
        assert_eq!(unit.quality(Q::VoltageLn, Scope::L2), quality);
        assert_eq!(unit.quality(Q::VoltageLn, Scope::L1), "good");
        let p = 10.0 * (2.0 * half + high);
        close("P", unit.get(Q::ActivePower, Scope::System), p, p, 1e-6);
    }
}

/// [A4, L1, N1] A constant load for a minute: energy is power times time, pulses follow it.
#[test]
fn energy_of_a_constant_load() {
    for hz in [50.0, 49.37] {
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
        unit.run(480_000, load(230.0, 20.0, 0.5, hz));
        let seconds = unit.metered_seconds();
        let p = 3.0 * 230.0 * 20.0 * 0.5f64.cos();
        let kwh = p * seconds / 3.6e6;
        let measured = unit.energy(Q::ActiveEnergyImport, Register::Total, Scope::System);
        close("kWh", measured, kwh, kwh, 1e-6);
        let pulses = unit.log.pulses.len() as f64;
        assert!((pulses - measured * 1000.0).abs() < 1.0, "{pulses} pulses for {measured} kWh");
        // Evenly spaced to a small part of a sample, since the load is constant.
        let spacing = 3.6e3 / p * 8000.0;
        for pair in unit.log.pulses.windows(2) {
            assert!(((pair[1] - pair[0]) / spacing - 1.0).abs() < 1e-6, "{pair:?}");
        }
    }
}

/// [A4, E10] 20 mA registers; half of the no-load threshold does not; open currents do not.
#[test]
fn starting_and_no_load() {
    for (amps, volts, registers) in
        [(0.020, 230.0, true), (0.020, 120.0, true), (0.005, 230.0, false), (0.0, 265.0, false)]
    {
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
        unit.run(80_000, load(volts, amps, 0.0, 50.0));
        let kwh = unit.energy(Q::ActiveEnergyImport, Register::Total, Scope::System);
        let expected = 3.0 * volts * amps * unit.metered_seconds() / 3.6e6;
        if registers {
            close("kWh", kwh, expected, expected, 1e-4);
        } else {
            assert_eq!(kwh, 0.0);
        }
    }
}
