//! Real recordings, against numbers worked out by another reader and another method:
//! `ci/peers/recordings.py`, which also says how the tolerances follow. The numbers here are its, rounded
//! to 1e-6 of themselves.
//!
//! The folder is named by `EMS_RECORDINGS`; without it the tests are skipped, and in CI (CI=true) fail.

#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod common;

use common::{Document, close, refuse};
use std::path::PathBuf;

/// Quantity, scope, value, tolerance.
type Row = (&'static str, &'static str, f64, f64);

const KEATING: [Row; 25] = [
    ("frequency", "system", 59.97214, 0.012),
    ("voltage_ln", "l1", 348.9315, 0.035),
    ("voltage_ln", "l2", 352.1413, 0.035),
    ("voltage_ln", "l3", 346.0383, 0.035),
    ("voltage_ll", "l12", 609.892, 0.061),
    ("voltage_ll", "l23", 605.7921, 0.061),
    ("voltage_ll", "l31", 597.809, 0.060),
    ("current", "l1", 124.6591, 0.0125),
    ("current", "l2", 151.8133, 0.0152),
    ("current", "l3", 163.5288, 0.0164),
    ("neutral_current", "n", 44.88713, 0.0164),
    ("active_power", "l1", 39_729.8, 8.7),
    ("active_power", "l2", 48_886.22, 10.7),
    ("active_power", "l3", 52_621.62, 11.3),
    ("active_power", "system", 141_237.6, 30.7),
    ("reactive_power", "l1", 16_711.32, 8.7),
    ("reactive_power", "l2", 17_578.34, 10.7),
    ("reactive_power", "l3", 20_493.14, 11.3),
    ("reactive_power", "system", 54_782.8, 30.7),
    ("thd_voltage_ln", "l1", 1.309, 0.02),
    ("thd_voltage_ln", "l2", 1.186, 0.02),
    ("thd_voltage_ln", "l3", 1.292, 0.02),
    ("thd_current", "l1", 7.439, 0.02),
    ("thd_current", "l2", 10.340, 0.02),
    ("thd_current", "l3", 4.493, 0.02),
];

const TRANSFORMER_LOAD: [Row; 16] = [
    ("frequency", "system", 59.98552, 0.006),
    ("voltage_ln", "l1", 130_376.7, 2.6),
    ("voltage_ln", "l2", 130_701.1, 2.6),
    ("voltage_ln", "l3", 130_385.2, 2.6),
    ("voltage_ll", "l12", 226_162.3, 4.5),
    ("voltage_ll", "l23", 226_238.4, 4.5),
    ("voltage_ll", "l31", 225_633.0, 4.5),
    ("current", "l1", 181.944, 0.018),
    ("current", "l2", 179.4095, 0.018),
    ("current", "l3", 173.1456, 0.017),
    ("neutral_current", "n", 9.632909, 0.018),
    ("active_power", "l1", 2.201077e7, 2.9e3),
    ("active_power", "l2", 2.144583e7, 2.8e3),
    ("active_power", "l3", 2.068502e7, 2.7e3),
    ("active_power", "system", 6.414162e7, 8.4e3),
    ("reactive_power", "system", 2.675126e7, 1.4e4),
];

const TRANSFORMER_TRIPPED: [Row; 9] = [
    ("frequency", "system", 59.9989, 0.006),
    ("voltage_ln", "l1", 130_646.6, 2.6),
    ("voltage_ln", "l2", 130_973.0, 2.6),
    ("voltage_ln", "l3", 130_602.4, 2.6),
    ("current", "l1", 5.957191, 0.018),
    ("current", "l2", 3.778313, 0.018),
    ("current", "l3", 1.953339, 0.018),
    ("neutral_current", "n", 7.78953, 0.018),
    // Offset and noise: 641 W of what were 64 MW, to the same part of 23 MVA a phase.
    ("active_power", "system", 640.9, 8.4e3),
];

const SUBSTATION: [Row; 17] = [
    ("frequency", "system", 50.01205, 0.005),
    ("voltage_ln", "l1", 60.24217, 0.0012),
    ("voltage_ln", "l2", 60.39495, 0.0012),
    ("voltage_ln", "l3", 60.4175, 0.0012),
    ("voltage_ll", "l12", 104.4857, 0.0021),
    ("voltage_ll", "l23", 104.644, 0.0021),
    ("voltage_ll", "l31", 104.4661, 0.0021),
    ("current", "l1", 0.191_403, 1e-4),
    ("current", "l2", 0.193_147, 1e-4),
    ("current", "l3", 0.188_427, 1e-4),
    ("neutral_current", "n", 0.019_430, 1e-4),
    ("active_power", "l1", -9.453983, 0.006),
    ("active_power", "l2", -9.7846, 0.006),
    ("active_power", "l3", -9.433147, 0.006),
    ("active_power", "system", -28.67173, 0.018),
    ("reactive_power", "system", -19.20816, 0.018),
    ("thd_voltage_ln", "l1", 0.205, 0.02),
];

const TRANSFORMER_MAP: [&str; 2] = ["--map", "va=#6,vb=#7,vc=#8,ia=#1,ib=#2,ic=#3"];
const SUBSTATION_MAP: [&str; 2] = ["--map", "va=#1,vb=#2,vc=#3,ia=#9,ib=#10,ic=#11"];

/// A file of the folder; none, and a line that says so, if there is no folder.
fn recording(name: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("EMS_RECORDINGS") else {
        let ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
        assert!(!ci, "CI needs the recordings: EMS_RECORDINGS names no folder");
        println!("skipped: {name}, since EMS_RECORDINGS names no folder");
        return None;
    };
    Some(PathBuf::from(folder).join(name))
}

fn check(document: &Document, cycles: f64, rows: &[Row]) {
    assert_eq!(document.number("cycles").round(), cycles);
    for (quantity, scope, expected, tolerance) in rows {
        let what = format!("{quantity} {scope}");
        close(&what, document.value(quantity, scope), *expected, *tolerance);
    }
}

/// [V1, V2, V3, V4, V6, V7, V8, E16] A building's main of 347/600 V: channels found by themselves, three whole
/// cycles of 3.9996, distorted currents, sensors with offsets.
#[test]
fn keating() {
    let Some(file) = recording("keating_lv_600v.cfg") else { return };
    let document = Document::of(&file, &[]);
    assert_eq!(document.top("source")["format"], "ASCII");
    assert_eq!(document.top("wiring"), "3p4w");
    check(&document, 3.0, &KEATING);
    assert_eq!(document.value("phase_sequence", "system"), 1.0);
    assert_eq!(document.quality("voltage_ln", "l1"), "over_range");
    // Measured by the recorder in the neutral itself; the sum of the phases is 44.9 A.
    close("recorded neutral", document.number("recorded_neutral_current"), 1.6, 0.1);
}

/// [V1, V2, V3, V4, V6, G11] A bay of 226 kV at 64 MW until its breaker opens.
#[test]
fn transformer_under_load() {
    let Some(file) = recording("transformer_trip_float32.cfg") else { return };
    let document = Document::of(&file, &[&TRANSFORMER_MAP[..], &["--to", "0.9"]].concat());
    check(&document, 53.0, &TRANSFORMER_LOAD);
    // Twenty samples a cycle carry no 31st harmonic.
    assert_eq!(document.absent("thd_current", "l1"), "rate_too_low");
    let name = file.to_str().expect("a path in UTF-8");
    refuse(&["replay", name], 2, &["#6", "#23", "--map"]);
}

/// [V1, V3, V4, E16] The same bay after the trip: what is left is offset and noise, whose power is about
/// 0. In a record that also holds the load they register less than the no-load threshold.
#[test]
fn transformer_after_the_trip() {
    let Some(file) = recording("transformer_trip_float32.cfg") else { return };
    let tripped = [&TRANSFORMER_MAP[..], &["--from", "2", "--to", "6"]].concat();
    check(&Document::of(&file, &tripped), 239.0, &TRANSFORMER_TRIPPED);
    let until = |seconds| Document::of(&file, &[&TRANSFORMER_MAP[..], &["--to", seconds]].concat());
    let energies = ["2", "4", "6"].map(|seconds| until(seconds).net_joules());
    close("load", energies[0], 63.6e6, 0.1e6);
    // 0.4 of the starting current of a meter of this full scale (359 A peak; 20 mA belong to 110 A).
    let threshold_w = 0.4 * 0.020 * (359.4 / 110.0) * 130.7e3;
    close("from 2 to 4 s", energies[1], energies[0], 2.0 * threshold_w);
    close("from 4 to 6 s", energies[2], energies[1], 2.0 * threshold_w);
}

/// [V1, V2, V3, V4, V5, V6, G11, N3] Feeders of 220 kV in secondary volts and amperes: export in quadrant III,
/// and the sections of the other sample rates kept apart.
#[test]
fn substation() {
    let Some(file) = recording("substation_multirate.cfg") else { return };
    let document = Document::of(&file, &[&SUBSTATION_MAP[..], &["--to", "0.06"]].concat());
    check(&document, 3.0, &SUBSTATION);
    assert_eq!(document.top("source")["sections"], 4);
    assert_eq!(document.value("load_type", "system"), 1.0, "quadrant III is inductive");
    let export = document.energy("active_energy_export", "total", "system");
    close("kWh-", export, 28.672 * 3.0 / 50.012 / 3.6e6, 1e-3 * export);
    assert_eq!(document.energy("active_energy_export", "q3", "system"), export);
    assert_eq!(document.energy("active_energy_import", "total", "system"), 0.0);
    for (section, rate_hz, samples) in
        [("2", 200.0, 136.0), ("3", 4000.0, 1120.0), ("4", 200.0, 601.0)]
    {
        let document =
            Document::of(&file, &[&SUBSTATION_MAP[..], &["--section", section]].concat());
        assert_eq!(document.number("sample_rate_hz"), rate_hz);
        assert_eq!(document.number("samples"), samples);
    }
}
