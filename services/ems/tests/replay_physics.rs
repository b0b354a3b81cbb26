//! `ems replay` of what grids do: steps, ramps, export, reversed sequence, DC, a wild leg out of
//! range. Expected values are integrals and formulas worked out here.

#![expect(clippy::print_stdout, reason = "the largest errors are shown with --nocapture")]

mod common;

use common::scene::{EXACT, Limits, grid, loads};
use common::{Document, Record, Scene, Signal, close, folder};
use std::f64::consts::{SQRT_2, TAU};

const RATE_HZ: f64 = 8000.0;

/// Simpson's rule over `count` pieces of each sample period: exact to far better than 1e-9 for tones of
/// mains frequency.
fn integral(from: f64, to: f64, value: impl Fn(f64) -> f64) -> f64 {
    let pieces = ((to - from) * RATE_HZ * 4.0).ceil() as usize * 2;
    let step = (to - from) / pieces as f64;
    let weight = |n: usize| match n {
        0 => 1.0,
        n if n == pieces => 1.0,
        n if n % 2 == 1 => 4.0,
        _ => 2.0,
    };
    (0..=pieces).map(|n| weight(n) * value(from + step * n as f64)).sum::<f64>() * step / 3.0
}

/// Where the metered stretch of a document begins and ends: N samples last N periods, so it begins half a
/// period before the first.
fn stretch(document: &Document) -> (f64, f64) {
    let begin = -0.5 / RATE_HZ;
    (begin, begin + document.number("metered_s"))
}

fn single_phase(
    name: &str,
    seconds: f64,
    volts: impl Fn(f64) -> f64,
    amps: impl Fn(f64) -> f64,
) -> Document {
    let samples = (seconds * RATE_HZ).round() as usize;
    let record = Record::new(RATE_HZ).with("va", samples, volts).with("ia", samples, amps);
    Document::of(&record.write(&folder(name), "record.csv"), &[])
}

/// [N1, N3, N7, N8] Energies of a steady load are its powers times the time of the whole cycles.
#[test]
fn energy_is_power_times_the_whole_cycles() {
    for (hz, seconds) in [(49.37, 1.0), (50.0, 0.53), (61.8, 0.2), (53.9, 0.53)] {
        let scene = Scene { wiring: "3p4w", hz, v: grid(230.0), i: loads(10.0).map(|i| -i) };
        let samples = (seconds * RATE_HZ).round() as usize;
        let file = scene.record(RATE_HZ, samples).write(&folder("energy"), "record.csv");
        let document = Document::of(&file, &[]);
        let cycles = (seconds * hz + 1e-6).floor();
        close("cycles", document.number("cycles"), cycles, 1e-5);
        close("metered_s", document.number("metered_s"), cycles / hz, 1e-7);
        let kilo_hours = cycles / hz / 3.6e6;
        for (k, scope) in ["l1", "l2", "l3"].into_iter().enumerate() {
            let p = scene.v[k].active(&scene.i[k]);
            let s = scene.v[k].rms() * scene.i[k].rms();
            let limit = 2e-6 * s * kilo_hours;
            let found = document.energy("active_energy_import", "total", scope)
                - document.energy("active_energy_export", "total", scope);
            close(scope, found, p * kilo_hours, limit);
            let q = scene.v[k].reactive(&scene.i[k]);
            let found = document.energy("reactive_energy_import", "total", scope)
                - document.energy("reactive_energy_export", "total", scope);
            close(scope, found, q * kilo_hours, 10.0 * limit);
        }
        let s = document.value("apparent_power", "system") * kilo_hours;
        close("kVAh", document.energy("apparent_energy", "total", "system"), s, 1e-6 * s);
    }
}

/// [N1, N3, N9] A load that steps and turns round at any moment: the energy is the integral of v i
/// over the metered stretch, to 1e-6 and half a sample period times the jump of power.
#[test]
fn energy_of_steps_is_the_exact_integral() {
    let hz = 49.73;
    let volts = |t: f64| 230.0 * SQRT_2 * (TAU * hz * t).cos();
    let wave = |t: f64| SQRT_2 * (TAU * hz * t - 0.4).cos();
    let mut worst: f64 = 0.0;
    for (at, before, after) in
        [(0.4003, 0.0, 10.0), (0.7117, 20.0, 5.0), (0.55, 10.0, -10.0), (0.331, -6.0, 15.0)]
    {
        let amps = |t: f64| wave(t) * if t < at { before } else { after };
        let document = single_phase("steps", 1.3, volts, amps);
        let (begin, end) = stretch(&document);
        let exact = integral(begin, at, |t| volts(t) * before * wave(t))
            + integral(at, end, |t| volts(t) * after * wave(t));
        let jump = (volts(at) * wave(at) * (after - before)).abs();
        let largest = f64::max(before.abs(), after.abs());
        let limit = 1e-6 * 230.0 * largest * 1.3 + 0.5 / RATE_HZ * jump;
        worst = worst.max((document.net_joules() - exact).abs() / limit);
        close(&format!("step at {at}"), document.net_joules(), exact, limit);
    }
    println!("energy of steps: largest error {worst:.3} of the limit");
}

/// [E8, N1, V6] The frequency ramps or steps: the energy stays the exact integral, the frequency read
/// is the cycles that passed over the time they took, and V and I are the rms over that time.
#[test]
fn frequency_ramps_and_steps() {
    let ramp = |from: f64, rate: f64| move |t: f64| from * t + 0.5 * rate * t * t;
    let step = |from: f64, to: f64, at: f64| {
        move |t: f64| if t < at { from * t } else { from * at + to * (t - at) }
    };
    check_cycles("ramp +1 Hz/s", ramp(49.5, 1.0), 1e-5);
    check_cycles("ramp -2.5 Hz/s", ramp(52.0, -2.5), 1e-5);
    // In the window of a step there is no one frequency; a hundredth of a cycle of 100 is left open.
    check_cycles("step 50 to 50.5 Hz", step(50.0, 50.5, 0.873), 1e-4);
    check_cycles("step 60 to 59 Hz", step(60.0, 59.0, 1.0), 1e-4);
}

/// `turns` is the phase in cycles at a time.
fn check_cycles(name: &str, turns: impl Fn(f64) -> f64, limit_f: f64) {
    let volts = |t: f64| 230.0 * SQRT_2 * (TAU * turns(t)).cos();
    let amps = |t: f64| 10.0 * SQRT_2 * (TAU * turns(t) - 0.5).cos();
    let document = single_phase("frequency", 2.0, volts, amps);
    let (begin, end) = stretch(&document);
    let rms = |value: &dyn Fn(f64) -> f64| {
        (integral(begin, end, |t| value(t).powi(2)) / (end - begin)).sqrt()
    };
    let rows = [
        ("energy", document.net_joules(), integral(begin, end, |t| volts(t) * amps(t)), 1e-6),
        (
            "f",
            document.value("frequency", "system"),
            (turns(end) - turns(begin)) / (end - begin),
            limit_f,
        ),
        ("V", document.value("voltage_ln", "l1"), rms(&volts), 1e-6),
        ("I", document.value("current", "l1"), rms(&amps), 1e-6),
    ];
    for (quantity, found, exact, limit) in rows {
        println!("{name}: {quantity} off by {:.1e}", found / exact - 1.0);
        close(&format!("{name}: {quantity}"), found / exact, 1.0, limit);
    }
}

/// [V6] A record that is short of a whole cycle by 1e-4 of it does not count that cycle; one that is not
/// short does.
#[test]
fn a_stretch_short_of_a_whole_cycle() {
    for (cycles, samples) in [(10.0, 1600.0), (4.0, 612.0), (53.0, 8480.0)] {
        for (missing, counted) in [(1e-4, cycles - 1.0), (0.0, cycles), (-1e-4, cycles)] {
            let hz = (cycles - missing) * RATE_HZ / samples;
            let scene = Scene { wiring: "3p4w", hz, v: grid(230.0), i: loads(10.0) };
            let file =
                scene.record(RATE_HZ, samples as usize).write(&folder("short"), "record.csv");
            let document = Document::of(&file, &[]);
            assert_eq!(document.number("cycles").round(), counted, "{cycles} less {missing}");
            scene.check(&document, &Limits { rms: 2e-6, active: 2e-6, frequency: 2e-6, ..EXACT });
        }
    }
}

/// [V1, V4, V7] DC in the voltages is blocked; in the currents it is measured, and without a DC voltage
/// it makes no power.
#[test]
fn dc_in_the_voltage_is_blocked() {
    let mut scene = Scene { wiring: "3p4w", hz: 49.37, v: grid(230.0), i: loads(10.0) };
    for (k, dc) in [12.0, -7.0, 3.0].into_iter().enumerate() {
        scene.v[k] = scene.v[k].with_dc(dc);
        scene.i[k] = scene.i[k].with_dc(0.2 * dc);
    }
    for seconds in [1.0, 0.53, 0.2] {
        let samples = (seconds * RATE_HZ).round() as usize;
        let file = scene.record(RATE_HZ, samples).write(&folder("dc"), "record.csv");
        scene.check(&Document::of(&file, &[]), &EXACT);
    }
}

/// [G11, N3, V4, V5] Export: power, power factor and the export counter; the load type by the quadrant.
#[test]
fn negative_power() {
    for (degrees, p_sign, load_type, quadrant) in [
        (-30.0, 1.0, 1.0, "q1"),
        (210.0, -1.0, -1.0, "q2"),
        (150.0, -1.0, 1.0, "q3"),
        (30.0, 1.0, -1.0, "q4"),
    ] {
        let third = [0.0, 1.0, 2.0].map(|k: f64| k / 3.0);
        let current = third.map(|part| Signal::sine(10.0, degrees).delayed(part));
        let v = third.map(|part| Signal::sine(230.0, 0.0).delayed(part));
        let scene = Scene { wiring: "3p4w", hz: 50.3, v, i: current };
        let file = scene.record(RATE_HZ, 8000).write(&folder("quadrants"), "record.csv");
        let document = Document::of(&file, &[]);
        scene.check(&document, &EXACT);
        assert_eq!(document.value("active_power", "system").signum(), p_sign);
        assert_eq!(document.value("power_factor", "system").signum(), p_sign);
        assert_eq!(document.value("load_type", "system"), load_type, "{degrees}");
        let names = ["active_energy_import", "active_energy_export"];
        let [mine, other] = if p_sign > 0.0 { names } else { [names[1], names[0]] };
        let energy = document.energy(mine, "total", "system");
        assert!(energy > 0.0);
        assert_eq!(document.energy(other, "total", "system"), 0.0);
        assert_eq!(document.energy(mine, quadrant, "system"), energy, "{quadrant}");
    }
}

/// [V2] The phase sequence: 1 for L1-L2-L3, -1 for L1-L3-L2.
#[test]
fn phase_sequence() {
    let [a, b, c] = grid(230.0);
    for (v, expected) in [([a, b, c], 1.0), ([a, c, b], -1.0), ([c, b, a], -1.0), ([b, c, a], 1.0)]
    {
        let scene = Scene { wiring: "3p4w", hz: 50.0, v, i: loads(10.0) };
        let file = scene.record(RATE_HZ, 4000).write(&folder("sequence"), "record.csv");
        let document = Document::of(&file, &[]);
        assert_eq!(document.value("phase_sequence", "system"), expected);
        scene.check(&document, &EXACT);
    }
}

/// [E5, E6, E7] A wild leg of 120/208/240 V is in range; that of 240/415/480 V is measured as well and its
/// high leg is flagged.
#[test]
fn a_wild_leg_out_of_range_is_flagged() {
    for (volts, high_leg, pair) in [(120.0, "good", "good"), (240.0, "over_range", "good")] {
        let low = Signal::sine(volts, 0.0);
        let high = Signal::sine(volts * 3f64.sqrt(), 90.0);
        let scene = Scene { wiring: "wild-leg", hz: 60.0, v: [low, high, -low], i: loads(10.0) };
        let samples = 8000;
        let file = scene.record(RATE_HZ, samples).write(&folder("wild-leg"), "record.csv");
        let document = Document::of(&file, &["--wiring", "wild-leg"]);
        for (scope, quality) in [("l1", "good"), ("l2", high_leg), ("l3", "good")] {
            assert_eq!(document.quality("voltage_ln", scope), quality, "{volts} V {scope}");
        }
        for scope in ["l12", "l23", "l31"] {
            close(scope, document.value("voltage_ll", scope), 2.0 * volts, 2e-6 * volts);
            assert_eq!(document.quality("voltage_ll", scope), pair);
        }
    }
}
