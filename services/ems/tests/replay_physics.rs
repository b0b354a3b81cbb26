//! `ems replay` of what grids do: steps, ramps, export, reversed sequence, DC, a wild leg out of
//! range. Expected values are integrals and formulas worked out here.

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
    for (at, before, after) in
        [(0.4003, 0.0, 10.0), (0.7117, 20.0, 5.0), (0.55, 10.0, -10.0), (0.331, -6.0, 15.0)]
    {
        let volts = |t: f64| 230.0 * SQRT_2 * (TAU * hz * t).cos();
        let amps = |t: f64| if t < at { before } else { after } * SQRT_2 * (TAU * hz * t - 0.4).cos();
        let document = single_phase("steps", 1.3, volts, amps);
        let (begin, end) = stretch(&document);
        let power = |t: f64| volts(t) * amps(t);
        let first = integral(begin, at, |t| before * power(t) / amps_scale(before, after, t, at));
        let second = integral(at, end, |t| after * power(t) / amps_scale(before, after, t, at));
        let jump = volts(at).abs() * ((after - before) * SQRT_2 * (TAU * hz * at - 0.4).cos()).abs();
        let exact = first + second;
        let limit = 1e-6 * 230.0 * f64::max(before.abs(), after.abs()) * 1.3 + 0.5 / RATE_HZ * jump;
        close(&format!("step at {at}"), document.net_joules(), exact, limit);
    }
}

/// What `amps` multiplies by at a time; 1 where that is 0, so that the quotient is the waveform itself.
fn amps_scale(before: f64, after: f64, t: f64, at: f64) -> f64 {
    let scale = if t < at { before } else { after };
    if scale == 0.0 { 1.0 } else { scale }
}
