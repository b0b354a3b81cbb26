//! Waveforms with known powers: netting, quadrants, the IEEE 1459 example and those of EN 62053-21.

mod bench;

use bench::{Setup, Tone, Unit, close, pure, sample};
use catalog::{QuantityId as Q, Register, Scope, SettingId};
use metering::Wiring;
use port::{MeterCommand, Role};
use std::f64::consts::{PI, SQRT_2, TAU};

/// [N1, N3, G11] Two phases import 1 kW and one exports 1 kW: by system 1 and 0, per phase 2 and 1.
#[test]
fn netting_by_system_and_per_phase() {
    for (setting, import, export) in [(0, 1.0, 0.0), (1, 2.0, 1.0)] {
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
        unit.meter.command(MeterCommand::Set(SettingId::Netting, setting));
        unit.run(80_000, |role, t| {
            let phase = role.phase().expect("six roles");
            let turn = -TAU / 3.0 * phase as f64;
            let amps = 1000.0 / 230.0 * if phase == 2 { -1.0 } else { 1.0 };
            sample(&pure(if role.is_voltage() { 230.0 } else { amps }, turn), 50.0, t)
        });
        let kwh = unit.metered_seconds() / 3600.0;
        for (quantity, register, scope, expected) in [
            (Q::ActiveEnergyImport, Register::Total, Scope::System, import),
            (Q::ActiveEnergyExport, Register::Total, Scope::System, export),
            (Q::ActiveEnergyImport, Register::NetSystem, Scope::System, 1.0),
            (Q::ActiveEnergyExport, Register::NetSystem, Scope::System, 0.0),
            (Q::ActiveEnergyImport, Register::NetPhase, Scope::System, 2.0),
            (Q::ActiveEnergyExport, Register::NetPhase, Scope::System, 1.0),
            (Q::ActiveEnergyImport, Register::Total, Scope::L1, 1.0),
            (Q::ActiveEnergyExport, Register::Total, Scope::L3, 1.0),
            (Q::ActiveEnergyImport, Register::Total, Scope::L3, 0.0),
        ] {
            let name = format!("netting {setting} {quantity:?} {register:?} {scope:?}");
            close(&name, unit.energy(quantity, register, scope), expected * kwh, kwh, 1e-6);
        }
    }
}

/// [N6, N7, N8, V5, G11] P and Q turn through 360 degrees: sign of the power factor, load type, and
/// each energy in its quadrant and in no other.
#[test]
fn quadrant_walk() {
    for step in 0..24 {
        let angle = f64::to_radians(15.0 * f64::from(step));
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
        unit.run(8000, |role, t| {
            let turn = -TAU / 3.0 * role.phase().expect("six roles") as f64;
            match role.is_voltage() {
                true => sample(&pure(230.0, turn), 50.0, t),
                false => sample(&pure(10.0, turn - angle), 50.0, t),
            }
        });
        let (p, q) = (angle.cos(), angle.sin());
        let name = format!("{} degrees", 15 * step);
        close(&name, unit.get(Q::ActivePower, Scope::System), 6900.0 * p, 6900.0, 1e-6);
        close(&name, unit.get(Q::ReactivePower, Scope::System), 6900.0 * q, 6900.0, 1e-6);
        for scope in [Scope::L1, Scope::System] {
            close(&name, unit.get(Q::PowerFactor, scope), p, 1.0, 3e-6);
            // On an axis P or Q is rounding noise and the side it falls on means nothing.
            let kind = match (p.abs() < 1e-9, q.abs() < 1e-9) {
                (_, true) => Some(0.0),
                (true, _) => None,
                _ => Some((p * q).signum()),
            };
            if let Some(kind) = kind {
                assert_eq!(unit.get(Q::LoadType, scope), kind, "{name}");
            }
        }
        if step % 6 == 0 {
            continue;
        }
        let quadrants = [Register::Q1, Register::Q2, Register::Q3, Register::Q4];
        let kvah = 6.9 * unit.metered_seconds() / 3600.0;
        let side = |power: f64, sides: [Q; 2]| if power > 0.0 { sides[0] } else { sides[1] };
        let active = side(p, [Q::ActiveEnergyImport, Q::ActiveEnergyExport]);
        let reactive = side(q, [Q::ReactiveEnergyImport, Q::ReactiveEnergyExport]);
        let energy = |quantity, register| unit.energy(quantity, register, Scope::System);
        for (k, register) in quadrants.into_iter().enumerate() {
            let here = if k == (step / 6) as usize { kvah } else { 0.0 };
            close(&name, energy(Q::ApparentEnergy, register), here, kvah, 1e-6);
        }
        let here = quadrants[(step / 6) as usize];
        for register in [here, Register::Total, Register::Partial] {
            close(&name, energy(active, register), kvah * p.abs(), kvah, 1e-6);
            close(&name, energy(reactive, register), kvah * q.abs(), kvah, 1e-6);
            close(&name, energy(Q::ApparentEnergy, register), kvah, kvah, 1e-6);
        }
    }
}

/// [V4, V5, V7, V8] The single-phase example of IEEE 1459-2010, at the grid's frequency and off it.
#[test]
fn ieee_1459_worked_example() {
    let degrees = |tones: [(u32, f64, f64); 4]| {
        tones.map(|(order, rms, angle)| Tone::new(order, rms, angle.to_radians()))
    };
    let v = degrees([(1, 100.0, 0.0), (3, 8.0, 0.0), (5, 15.0, 0.0), (7, 5.0, 0.0)]);
    let i = degrees([(1, 100.0, -30.0), (3, 20.0, -95.0), (5, 15.0, 93.0), (7, 10.0, -92.0)]);
    for hz in [50.0, 60.0, 48.777] {
        // A hundredth of the volts and a quarter of the amperes keep within the converter's range.
        let mut unit = Unit::new(Wiring::SinglePhaseTwoWire, 8000.0);
        unit.run(8000, |role, t| match role {
            Role::Va => sample(&v, hz, t),
            Role::Ia => 0.25 * sample(&i, hz, t),
            _ => 0.0,
        });
        let get = |quantity| unit.get(quantity, Scope::L1);
        close("V", get(Q::VoltageLn), 101.557_865, 101.6, 1e-6);
        close("I", 4.0 * get(Q::Current), 103.561_576, 103.6, 1e-6);
        close("P", 4.0 * get(Q::ActivePower), 8632.789, 10_517.0, 1e-6);
        close("Q1", 4.0 * get(Q::ReactivePower), 5000.0, 10_517.0, 1e-6);
        close("S", 4.0 * get(Q::ApparentPower), 10_517.493, 10_517.0, 2e-6);
        close("PF", get(Q::PowerFactor), 0.820_803, 1.0, 2e-6);
        close("THD V", get(Q::ThdVoltageLn), 17.7200, 1.0, 0.01);
        close("THD A", get(Q::ThdCurrent), 26.9258, 1.0, 0.01);
    }
}

/// A single-phase unit that meters volts and amperes as functions of turns at 50 Hz.
fn metered(seconds: f64, rate: f64, volts: fn(f64) -> f64, amps: fn(f64) -> f64) -> Unit {
    let mut unit = Unit::new(Wiring::SinglePhaseTwoWire, rate);
    unit.run((seconds * rate) as usize, |role, t| match role {
        Role::Va => volts(50.0 * t),
        Role::Ia => amps(50.0 * t),
        _ => 0.0,
    });
    unit
}

/// Full scale of the sine before cutting: 230 V, 20 A.
fn sine(turns: f64) -> f64 {
    SQRT_2 * (TAU * turns).sin()
}

/// [A4, V4, V8] EN 62053-21, fifth harmonic: 10 % in V, 40 % in I, in phase at the zero crossing.
#[test]
fn fifth_harmonic() {
    let volts = |turns: f64| 230.0 * (sine(turns) + 0.1 * sine(5.0 * turns));
    let amps = |turns: f64| 32.5 * (sine(turns) + 0.4 * sine(5.0 * turns));
    let unit = metered(4.0, 8000.0, volts, amps);
    let s1 = 230.0 * 32.5;
    close("V", unit.get(Q::VoltageLn, Scope::L1), 230.0 * 1.01f64.sqrt(), 230.0, 1e-6);
    close("I", unit.get(Q::Current, Scope::L1), 32.5 * 1.16f64.sqrt(), 32.5, 1e-6);
    close("P", unit.get(Q::ActivePower, Scope::L1), 1.04 * s1, s1, 1e-6);
    close("Q", unit.get(Q::ReactivePower, Scope::L1), 0.0, s1, 1e-6);
    close("S", unit.get(Q::ApparentPower, Scope::L1), 1.082_41 * s1, s1, 1e-5);
    close("PF", unit.get(Q::PowerFactor, Scope::L1), 0.960_83, 1.0, 1e-5);
    let joules = 1.04 * s1 * unit.metered_seconds();
    close("kWh", unit.net_joules(), joules, joules, 1e-6);
}

/// [A4, V4, V8] EN 62053-21, DC and even harmonics: a half-wave rectified sine. The kinks at the zero
/// crossings fall on samples: 1e-6.
#[test]
fn half_wave_rectified() {
    let unit =
        metered(4.0, 8000.0, |turns| 230.0 * sine(turns), |turns| 65.0 * sine(turns).max(0.0));
    let rms = 65.0 / SQRT_2;
    close("I", unit.get(Q::Current, Scope::L1), rms, rms, 1e-6);
    close("P", unit.get(Q::ActivePower, Scope::L1), 230.0 * 32.5, 230.0 * rms, 1e-6);
    close("Q", unit.get(Q::ReactivePower, Scope::L1), 0.0, 230.0 * rms, 1e-5);
    let joules = 230.0 * 32.5 * unit.metered_seconds();
    close("kWh", unit.net_joules(), joules, joules, 1e-6);
}

/// [A4, V4, V5] EN 62053-21, odd harmonics: each half cycle conducts from 90 to 180 degrees. The edges
/// lie midway between two samples, where sampling does not move them; with a sample on the edge P
/// would be 0.6 % high, as the reference warns.
#[test]
fn phase_fired() {
    // Half a sample of 160 a cycle.
    const HALF: f64 = 0.5 / 160.0;
    let volts = |turns: f64| 230.0 * sine(turns + HALF);
    let amps = |turns: f64| {
        let turns = turns + HALF;
        if turns.rem_euclid(0.5) > 0.25 { 10.0 * sine(turns) } else { 0.0 }
    };
    let unit = metered(4.0, 8000.0, volts, amps);
    let s = 2300.0;
    // What sampling leaves: a second-order term at each kink, 3e-5 at 160 samples a cycle.
    close("I", unit.get(Q::Current, Scope::L1), 10.0 / SQRT_2, 10.0, 5e-5);
    close("P", unit.get(Q::ActivePower, Scope::L1), s / 2.0, s, 5e-5);
    close("Q", unit.get(Q::ReactivePower, Scope::L1), s / PI, s, 1e-3);
    let joules = s / 2.0 * unit.metered_seconds();
    close("kWh", unit.net_joules(), joules, joules, 1e-4);
}

/// [A4, V4] EN 62053-21, burst fired, two cycles on and two off: a window holds 4, 5 or 6 cycles on and
/// its power swings by 20 %; the energy over four cycles is exact.
#[test]
fn burst_fired() {
    let amps = |turns: f64| if turns.rem_euclid(4.0) < 2.0 { 10.0 * sine(turns) } else { 0.0 };
    let mut unit = metered(8.08, 8000.0, |turns| 230.0 * sine(turns), amps);
    unit.finish(metering::Tail::Count);
    let s = 2300.0;
    let powers: Vec<f64> =
        unit.log.windows.iter().filter(|w| w.cycles > 0).map(|w| w.means.p[0] / s).collect();
    let least = powers.iter().copied().fold(1.0, f64::min);
    let most = powers.iter().copied().fold(0.0, f64::max);
    close("least", least, 0.4, 1.0, 1e-4);
    close("most", most, 0.6, 1.0, 1e-4);
    // 404 cycles are 101 times four; they begin half a sample early, on a power of zero.
    let joules = s / 2.0 * 8.08;
    close("kWh", unit.net_joules(), joules, joules, 1e-6);
}

/// [V3, V4, V8, A4] DC: in the current with a clean voltage it carries no power but counts in the TRMS;
/// in both it carries none with DC blocking, and its product without.
#[test]
fn direct_current() {
    for (volts_dc, blocking, extra) in
        [(0.0, true, 0.0), (0.0, false, 0.0), (2.05, true, 0.0), (2.05, false, 2.05 * 8.1)]
    {
        let mut unit = Unit::build(Setup {
            dc_blocking: blocking,
            ..Setup::new(Wiring::ThreePhaseFourWire, 8000.0)
        });
        unit.run(16_000, |role, t| {
            let turn = -TAU / 3.0 * role.phase().expect("six roles") as f64;
            match role.is_voltage() {
                true => volts_dc + sample(&pure(230.0, turn), 49.37, t),
                false => 8.1 + sample(&pure(10.0, turn - 0.5), 49.37, t),
            }
        });
        let name = format!("{volts_dc} V, blocking {blocking}");
        let p = 2300.0 * 0.5f64.cos() + extra;
        close(&name, unit.get(Q::ActivePower, Scope::L2), p, 2300.0, 1e-6);
        let amps = f64::hypot(10.0, 8.1);
        close(&name, unit.get(Q::Current, Scope::L2), amps, amps, 1e-6);
        let volts = if blocking { 230.0 } else { f64::hypot(230.0, volts_dc) };
        close(&name, unit.get(Q::VoltageLn, Scope::L2), volts, 230.0, 1e-6);
        let joules = 3.0 * p * unit.metered_seconds();
        close(&name, unit.net_joules(), joules, joules, 1e-6);
    }
}
