//! The wiring laboratory: every way to connect three current inputs wrongly, at four power factors,
//! through the whole path from the signal to the image.

mod common;

use catalog::{QuantityId as Q, Register, Scope, SettingId};
use common::{Bench, Plan, close, reading};
use image::{MeterId, Request, WiringCorrection, WiringFinding};
use port::Role;
use sim::synthetic::{Signal, Spectrum};

const I_ROLES: [Role; 3] = [Role::Ia, Role::Ib, Role::Ic];
const ANGLES_DEG: [f64; 3] = [0.0, -120.0, 120.0];
const VOLTS: f64 = 230.0;
/// Uneven, so that energy that lands in a wrong phase shows.
const AMPS: [f64; 3] = [4.0, 5.0, 6.0];

/// Power factors and the degrees by which the current lags.
const FACTORS: [(&str, f64); 4] =
    [("0.5 L", 60.0), ("0.95 L", 18.195), ("1", 0.0), ("0.8 C", -36.87)];

/// Longer than a fault takes to be certain: three spans of five windows.
const FOUND_S: f64 = 3.3;

/// What the inputs see if the wires lie as `truth` says.
fn wired(truth: WiringCorrection, lag_deg: f64) -> Signal {
    (0..3).fold(Signal::three_phase(50.0, VOLTS, 0.0, 0.0), |signal, phase| {
        let turn_deg = if truth.is_reversed(phase) { 180.0 } else { 0.0 };
        let angle_deg = ANGLES_DEG[phase] - lag_deg + turn_deg;
        signal.channel(I_ROLES[truth.input(phase)], Spectrum::sine(AMPS[phase], angle_deg))
    })
}

fn commissioned(signal: Signal) -> Bench {
    let mut bench = Plan { signal, ..Plan::new() }.bench();
    bench.set(SettingId::Generation, 0);
    bench.run(FOUND_S);
    bench
}

fn found(bench: &Bench) -> WiringFinding {
    bench.image().main().wiring
}

#[test]
fn show() {
    for truth in WiringCorrection::all() {
        let cells = FACTORS.map(|(_, lag_deg)| {
            let bench = commissioned(wired(truth, lag_deg));
            let finding = found(&bench);
            let list: Vec<String> = finding.candidates().map(|c| c.to_string()).collect();
            format!("{} [{}]", finding.slug(), list.join("; "))
        });
        println!("{truth} | {}", cells.join(" | "));
    }
}
