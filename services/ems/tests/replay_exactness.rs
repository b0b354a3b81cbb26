//! `ems replay` of records in closed form: every reading of every wiring system, to the limits of
//! docs/metering.md. The front end is the ideal one, which only rounds to 24 bits.

#![expect(clippy::print_stdout, reason = "the largest errors are shown with --nocapture")]

mod common;

use common::scene::{self, EXACT, Limits, Worst, grid, loads};
use common::{Document, Scene, Signal, folder};

/// Off the grid frequency at both ends of the range and between.
const FREQUENCIES: [f64; 9] = [45.0, 47.3, 49.37, 50.0, 53.9, 55.1, 60.0, 61.8, 65.0];

/// Samples a second, and seconds.
const RECORDS: [(f64, f64); 6] = [
    (8000.0, 1.0),
    (8000.0, 0.53),
    (8000.0, 0.2),
    (16_000.0, 1.0),
    (16_000.0, 0.53),
    (16_000.0, 0.2),
];

/// Replays a scene as CSV and holds what was read against the closed form.
fn check(name: &str, scene: &Scene, rate_hz: f64, seconds: f64, limits: &Limits) -> Worst {
    let folder = folder(&format!("exact-{name}"));
    let samples = (seconds * rate_hz).round() as usize;
    let file = scene.record(rate_hz, samples).write(&folder, "record.csv");
    let document = Document::of(&file, &["--wiring", scene.wiring]);
    assert_eq!(document.number("sample_rate_hz"), rate_hz);
    assert_eq!(document.number("samples"), samples as f64);
    assert_eq!(document.top("wiring"), scene.wiring);
    scene.check(&document, limits)
}

fn everywhere(name: &str, scene: impl Fn(f64) -> Scene) {
    let mut worst = Worst::new();
    for hz in FREQUENCIES {
        for (rate_hz, seconds) in RECORDS {
            scene::join(&mut worst, check(name, &scene(hz), rate_hz, seconds, &EXACT));
        }
    }
    println!("{name}: largest errors in parts of the limits {worst:.3?}");
}

/// [E3, V1, V2, V3, V4, V5, V6, V7, V8, E8, E16] Three phases and neutral, distorted and unbalanced.
#[test]
fn three_phases_and_neutral() {
    everywhere("3p4w", |hz| Scene { wiring: "3p4w", hz, v: grid(230.0), i: loads(10.0) });
}

/// [E4, V1, V2, V3, V4, V7] Without a neutral: L-N against the mean of the terminals whatever the
/// reference of the record, and two wattmeters give what three give.
#[test]
fn three_phases_without_neutral() {
    let reference = Signal::of(&[(1, 40.0, 70.0), (3, 12.0, -50.0), (9, 2.0, 0.0)]);
    let [a, b, _] = loads(12.0);
    everywhere("3p3w", |hz| Scene {
        wiring: "3p3w",
        hz,
        v: grid(230.0).map(|v| v + reference),
        i: [a, b, -(a + b)],
    });
}

/// [E2, V1, V2, V3, V4, V7] Two legs, 180 degrees apart and two of a wye.
#[test]
fn two_phases_and_neutral() {
    let [a, b, c] = grid(120.0);
    let [first, second, _] = loads(20.0);
    let scene = |other: Signal, hz| Scene {
        wiring: "2p3w",
        hz,
        v: [a, other, c],
        i: [first, second.delayed(0.2), Signal::ZERO],
    };
    everywhere("2p3w-180", |hz| scene(a.delayed(0.5), hz));
    everywhere("2p3w-120", |hz| scene(b, hz));
}

/// [E1, V1, V3, V4, V5, V7] One phase and neutral: the system is l1.
#[test]
fn one_phase_and_neutral() {
    everywhere("1p2w", |hz| Scene { wiring: "1p2w", hz, v: grid(230.0), i: loads(16.0) });
}

/// [E5, V1, V2, V3, V4, V7] The high leg is phase 2, and the three L-L voltages are equal.
#[test]
fn wild_leg() {
    let low = Signal::of(&[(1, 120.0, 0.0), (5, 2.0, 170.0), (7, 1.0, 20.0)]);
    let high = Signal::of(&[(1, 120.0 * 3f64.sqrt(), 90.0), (5, 3.0, -60.0)]);
    everywhere("wild-leg", |hz| Scene {
        wiring: "wild-leg",
        hz,
        v: [low, high, -low],
        i: loads(30.0),
    });
}

/// [G2, V1, V3, V4, V7] Three loads of their own.
#[test]
fn three_single_phase_loads() {
    everywhere("3x1p", |hz| Scene { wiring: "3x1p", hz, v: grid(230.0), i: loads(5.0) });
}

/// [E9, A1, A3, V3, V4] From the lowest current of the class to the largest; below 2 A a microampere more.
#[test]
fn from_imin_to_imax() {
    let mut worst = Worst::new();
    for amps in [0.25, 0.5, 1.0, 2.0, 5.0, 20.0, 50.0] {
        let scene = Scene { wiring: "3p4w", hz: 49.37, v: grid(230.0), i: loads(amps) };
        for seconds in [1.0, 0.2] {
            scene::join(&mut worst, check("currents", &scene, 8000.0, seconds, &EXACT));
        }
    }
    println!("currents: largest errors in parts of the limits {worst:.3?}");
}

/// [V7, V8] Harmonics up to the 31st, 6 % of it in the current, also where a cycle of the 31st has four
/// samples and the record is no longer than a window.
#[test]
fn harmonics_to_the_31st() {
    let voltage = Signal::of(&[(1, 230.0, 0.0), (25, 1.0, 60.0), (31, 1.4, 20.0)]);
    let current = Signal::of(&[(1, 10.0, -40.0), (17, 0.5, 0.0), (31, 0.6, 110.0)]);
    let third = [0.0, 1.0, 2.0].map(|k: f64| k / 3.0);
    for (rate_hz, seconds) in [(16_000.0, 1.0), (16_000.0, 0.2), (8000.0, 1.0), (8000.0, 0.2)] {
        let mut worst = Worst::new();
        for hz in FREQUENCIES {
            let scene = Scene {
                wiring: "3p4w",
                hz,
                v: third.map(|part| voltage.delayed(part)),
                i: third.map(|part| current.delayed(part)),
            };
            scene::join(&mut worst, check("31st", &scene, rate_hz, seconds, &EXACT));
        }
        println!("31st, {rate_hz} S/s, {seconds} s: {worst:.3?} of the limit");
    }
}

/// [E14, V8] A record is read by the sample format of the meter, 24 bits of a full scale that is told.
#[test]
fn the_front_end_is_told() {
    let folder = folder("exact-told");
    let scene = Scene { wiring: "3p4w", hz: 50.0, v: grid(230.0), i: loads(10.0) };
    let file = scene.record(8000.0, 1600).write(&folder, "record.csv");
    let document = Document::of(&file, &[]);
    assert!(document.notes().contains("front end: ideal"), "{}", document.notes());
    let told = document.top("source")["front_end"].as_str().expect("text").to_owned();
    assert!(told.starts_with("ideal"), "{told}");
    let typical = Document::of(&file, &["--front-end", "typical"]);
    assert!(typical.notes().contains("front end: typical"), "{}", typical.notes());
    assert_ne!(typical.digest(), document.digest());
    for (quantity, percent) in [("voltage_ln", 0.5), ("current", 0.5), ("active_power", 1.0)] {
        let (found, exact) = (typical.value(quantity, "l1"), document.value(quantity, "l1"));
        assert!((found / exact - 1.0).abs() < percent / 100.0, "{quantity}: {found} {exact}");
    }
}
