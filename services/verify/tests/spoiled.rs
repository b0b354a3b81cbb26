//! The spoiled units: each is complete, can be calibrated, and is as wrong as it says where a bench can
//! see it.

use metering::calibration::Applied;
use std::collections::BTreeSet;
use std::path::PathBuf;
use verify::Standard;
use verify::calibrate::{Bench, Shown, SimulatedBench, calibrate};
use verify::document::Arm;
use verify::unit::{Claim, Unit};

const RATE_HZ: f64 = 8_000.0;

/// Clauses that can be claimed, by arm.
const CLASS: [&str; 16] = [
    "balanced",
    "single-phase",
    "difference",
    "voltage",
    "frequency",
    "sequence",
    "unbalance",
    "harmonics",
    "dc",
    "odd",
    "sub",
    "temperature",
    "starting",
    "no-load",
    "constant",
    "repeatability",
];
const LINES: [&str; 8] = ["A1", "A2", "A3", "A5", "A7", "A8", "esy/balanced", "esy/reactive"];
const EXACT: [&str; 7] =
    ["samples", "tariffs", "pulses", "zero", "freshness", "energy", "readings"];

fn is_clause(arm: Arm, clause: &str) -> bool {
    match (arm, clause.split_once('/')) {
        (Arm::Class, Some(("62053-21" | "62053-23", test))) => CLASS.contains(&test),
        (Arm::Class, _) => LINES.contains(&clause),
        (Arm::Exactness, Some(("exact", test))) => EXACT.contains(&test),
        (Arm::Exactness, _) => false,
    }
}

/// File names without their ending, and texts.
fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spoiled");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let units = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
    let read = |path: PathBuf| {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_string();
        (stem, std::fs::read_to_string(&path).unwrap())
    };
    units.map(read).collect()
}

#[test]
fn every_file_claims_a_clause_and_can_be_calibrated() {
    let files = files();
    assert!(files.len() >= 17, "{} files", files.len());
    let mut names = BTreeSet::new();
    let readme = include_str!("../../../spoiled/README.md");
    for (file, text) in &files {
        let unit = Unit::parse(text, 1).unwrap_or_else(|error| panic!("{file}: {error}"));
        let claim = unit.claim.clone().unwrap_or_else(|| panic!("{file} claims nothing"));
        assert!(is_clause(claim.arm, &claim.clause), "{file}: {}", claim.clause);
        assert!(claim.margin >= 2.0 && claim.why.len() > 50, "{file}: {claim:?}");
        assert!(!unit.changes.is_empty(), "{file} does not say what was spoiled");
        assert!(names.insert(unit.name.clone()), "{file}: {} is there twice", unit.name);
        calibrate(&unit, Standard::EXACT).unwrap_or_else(|error| panic!("{file}: {error}"));
        let Claim { arm, clause, margin, .. } = claim;
        let arm = arm.slug();
        let row = format!("| `{file}` | {} | {arm} | `{clause}` | {margin:.1} |", unit.name);
        assert!(readme.contains(&row), "the table of spoiled/README.md lacks\n{row}");
    }
}

/// Errors of what L1 shows in percent, as the unit is after its calibration.
fn error_percent(unit: &Unit, applied: &Applied, of: fn(&Shown) -> f64, truth: f64) -> f64 {
    let coefficients = calibrate(unit, Standard::EXACT).unwrap().coefficients;
    let mut bench = SimulatedBench::new(&unit.later, Standard::EXACT, RATE_HZ);
    let (_, shown) = bench.shows(&coefficients, applied, 1.0).unwrap();
    100.0 * (of(&shown[0]) / truth - 1.0)
}

/// [A1, A2] The estimates of `why`, against limits of the datasheet and of the class, for faults of the front end that
/// a steady load shows.
#[test]
fn errors_are_as_large_as_estimated() {
    let at = |current_a: f64, lag_deg: f64| Applied {
        voltage_v: 230.0,
        current_a,
        lag_deg,
        frequency_hz: 50.0,
    };
    let volts: fn(&Shown) -> f64 = |shown| shown.voltage_v;
    let amperes: fn(&Shown) -> f64 = |shown| shown.current_a;
    let watts: fn(&Shown) -> f64 = |shown| shown.active_power_w;
    let cases = [
        ("gain-l1", at(5.0, 0.0), volts, 230.0, 2.0, 0.5),
        ("phase-1-degree", at(5.0, 60.0), watts, 575.0, -3.04, 1.0),
        ("swapped-channels", at(5.0, 0.0), amperes, 5.0, 4.08, 0.5),
        ("clipping-60a", at(65.0, 0.0), amperes, 65.0, -2.45, 0.5),
        ("saturating-transformer", at(65.0, 0.0), amperes, 65.0, -1.32, 0.5),
        ("noisy-converter", at(0.5, 0.0), amperes, 0.5, 4.7, 1.0),
    ];
    let files = files();
    for (name, applied, of, truth, estimate, limit) in cases {
        // A second of noise this large scatters by 0.35 %.
        let scatter = if name == "noisy-converter" { 1.2 } else { 0.1 };
        let (_, text) = files.iter().find(|(file, _)| file == name).unwrap();
        for seed in [1, 2] {
            let unit = Unit::parse(text, seed).unwrap();
            let error = error_percent(&unit, &applied, of, truth);
            assert!((error - estimate).abs() < scatter, "{name}: {error} instead of {estimate} %");
            let margin = unit.claim.unwrap().margin;
            assert!(
                error.abs() >= margin * limit,
                "{name}: {error} % is no {margin} times {limit} %"
            );
        }
    }
}

/// 62053-21 allows 0.05 %/K of the power. Ten kelvin above the calibration.
#[test]
fn drifts_are_as_large_as_estimated() {
    let applied = Applied { voltage_v: 230.0, current_a: 5.0, lag_deg: 0.0, frequency_hz: 50.0 };
    for name in ["hot-gain", "reference-drift"] {
        let (_, text) = files().into_iter().find(|(file, _)| file == name).unwrap();
        for seed in 0..3 {
            let mut unit = Unit::parse(&text, seed).unwrap();
            unit.later.temperature_degc += 10.0;
            let error = error_percent(&unit, &applied, |shown| shown.active_power_w, 1_150.0);
            let margin = unit.claim.unwrap().margin;
            assert!(error.abs() / 10.0 >= margin * 0.05, "{name}: {error} % in 10 K");
        }
    }
}

/// [E10] Crosstalk alone makes more pulses in the prescribed 13.4 minutes than the one that is allowed.
#[test]
fn crosstalk_registers_without_a_threshold() {
    let (_, text) = files().into_iter().find(|(file, _)| file == "no-load-threshold").unwrap();
    let unit = Unit::parse(&text, 1).unwrap();
    assert_eq!(unit.defects.no_load_threshold, Some(0.0));
    let coefficients = calibrate(&unit, Standard::EXACT).unwrap().coefficients;
    let mut bench = SimulatedBench::new(&unit.later, Standard::EXACT, RATE_HZ);
    let open = Applied { voltage_v: 264.5, current_a: 0.0, lag_deg: 0.0, frequency_hz: 50.0 };
    let (_, shown) = bench.shows(&coefficients, &open, 1.0).unwrap();
    let power_w: f64 = shown.iter().map(|shown| shown.active_power_w).sum();
    let pulses = power_w * 13.38 / 60.0;
    assert!(pulses >= unit.claim.unwrap().margin, "{power_w} W make {pulses} pulses");
}
