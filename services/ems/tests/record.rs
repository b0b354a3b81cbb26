//! `ems record`: what a run metered, a replay of its recording meters again.

mod common;

use common::story::{steady, text};
use common::{Document, folder, refuse, run};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn record(scenario: &Path, out: &Path, options: &[&str]) {
    let ran = run(&[&["record", text(scenario), text(out), "--duration", "2s"], options].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("16000 samples of 6 channels at 8000 S/s"), "{}", ran.stderr);
}

/// The last readings of a run of two seconds.
fn readings(scenario: &Path, meter: &str) -> Vec<Value> {
    let options = [
        "--ephemeral",
        "--no-web",
        "--modbus",
        "127.0.0.1:0",
        "--speed",
        "max",
        "--duration",
        "2s",
        "--json",
    ];
    let ran = run(&[&["run", text(scenario)], &options[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let last = ran.stdout.lines().last().expect("a result");
    let result: Value = serde_json::from_str(last).expect("an object");
    let all = result["readings"].as_array().expect("a list");
    all.iter().filter(|reading| reading["meter"] == meter).cloned().collect()
}

/// Compares each value of a run with that of a replay; `limit` is a part of it.
fn same(run: &[Value], replay: &Document, limit: f64) {
    let mut compared = 0;
    for reading in run {
        let (quantity, scope) = (&reading["quantity"], &reading["scope"]);
        let [quantity, scope] = [quantity, scope].map(|name| name.as_str().expect("a name"));
        // An interval of demand is longer than the run.
        let Some(value) = reading["value"].as_f64() else { continue };
        let found = replay.value(quantity, scope);
        // Distortion in points; what should be zero, in parts of a volt or ampere.
        let near_zero = if quantity.starts_with("thd") { 0.02 } else { 100.0 * limit };
        let allowed = limit * value.abs() + near_zero;
        assert!((found - value).abs() <= allowed, "{quantity} {scope}: {found}, run {value}");
        compared += 1;
    }
    assert!(compared > 30, "{compared} values compared");
}

/// Whatever the format, whether the front end is ideal or has phase errors and filters
/// that the meter takes out: the replay reads what the run read, of the meter and of a module.
#[test]
fn a_replay_reads_what_the_run_read() {
    let folder = folder("record");
    for (front_end, limit) in [("ideal", 1e-6), ("typical", 2e-5)] {
        let scenario = steady(&folder, front_end);
        for meter in ["main", "esy1"] {
            let run = readings(&scenario, meter);
            for format in ["cfg", "cff", "csv"] {
                let out = folder.join(format!("{front_end}-{meter}.{format}"));
                record(&scenario, &out, &["--meter", meter]);
                same(&run, &Document::of(&out, &["--wiring", "3p4w"]), limit);
            }
        }
    }
}

/// The same seed writes the same file, another one another; what the scenario is called is in it.
#[test]
fn a_recording_follows_from_the_seed() {
    let folder = folder("record-seed");
    let written = |name: &str, seed: &str| {
        let out: PathBuf = folder.join(name);
        record(Path::new("house"), &out, &["--seed", seed]);
        std::fs::read(&out).expect("it was written")
    };
    assert_eq!(written("a.csv", "3"), written("b.csv", "3"));
    assert_ne!(written("a.csv", "3"), written("c.csv", "4"));
    let cfg = String::from_utf8(written("a.cfg", "3")).expect("text");
    assert!(cfg.starts_with("A house with sun; car and heat pump,ems main,2013"), "{cfg}");
    assert!(cfg.contains("/2026,"), "the day of the scenario: {cfg}");
}

/// What cannot be is refused, with the file or the option and what to do.
#[test]
fn what_cannot_be_recorded_is_refused() {
    refuse(&["record", "house", "house.wav"], 2, &["house.wav", ".cfg", ".cff or .csv"]);
    refuse(
        &["record", "house", "/nowhere/at/all.csv", "--duration", "1s"],
        4,
        &["/nowhere/at/all.csv", "folder"],
    );
    refuse(&["record", "house", "h.csv", "--duration", "1h"], 2, &["--duration", "600 s"]);
    refuse(&["record", "house", "h.csv", "--meter", "esy9"], 2, &["no meter esy9; it has main"]);
    refuse(&["record", "house", "h.csv", "--meter", "esy11"], 2, &["esy1 to esy10"]);
    refuse(&["record", "no.toml", "h.csv"], 4, &["no.toml"]);
}
