//! `ems read` of a running `ems run`: the registers hold what the windows told at that time.

#![expect(clippy::print_stdout, reason = "how much was compared is shown with --nocapture")]

mod common;

use common::{Running, run};
use serde_json::Value;
use std::collections::HashMap;

type Key = (String, Option<String>, String);

fn key(entry: &Value) -> Key {
    let text = |name: &str| entry[name].as_str().map(str::to_owned);
    (text("quantity").expect("named"), text("register"), text("scope").expect("named"))
}

/// Everything a window tells: value and quality.
fn values(window: &Value) -> HashMap<Key, (Option<f64>, String)> {
    let lists = ["readings", "energy"].map(|list| window[list].as_array().expect("a list"));
    let told = |entry: &Value| {
        let quality = entry["quality"].as_str().expect("text").to_owned();
        (key(entry), (entry["value"].as_f64(), quality))
    };
    lists.into_iter().flatten().map(told).collect()
}

/// Resolution on the wire of each quantity.
fn resolutions() -> HashMap<String, f64> {
    let catalogue: Value = serde_json::from_str(&run(&["catalog", "--json"]).stdout).expect("JSON");
    let row = |row: &Value| {
        let name = row["quantity"].as_str().expect("text").to_owned();
        (name, row["resolution"].as_f64().expect("a number"))
    };
    catalogue["quantities"].as_array().expect("a list").iter().map(row).collect()
}

/// [G1, G3, G4, G10, S7, R1, R2, R3, R4, R5, R6, R7] Over Modbus come the values of a window that closed while
/// it was read, rounded to the resolution of the catalogue, from the meter and from both modules.
#[test]
fn read_agrees_with_the_windows_of_that_time() {
    let resolutions = resolutions();
    let mut running = Running::start(&["house", "--speed", "1", "--json"]);
    let mut windows: HashMap<String, Vec<_>> = HashMap::new();
    let mut keep = |running: &mut Running, mains: usize| {
        for _ in 0..mains {
            loop {
                let window = running.object().expect("it is still running");
                let meter = window["meter"].as_str().expect("named").to_owned();
                let main = meter == "main";
                windows.entry(meter).or_default().push(values(&window));
                if main {
                    break;
                }
            }
        }
    };
    keep(&mut running, 3);
    let ran = run(&["read", &running.modbus, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    keep(&mut running, 4);

    let document: Value = serde_json::from_str(&ran.stdout).expect("one JSON document");
    let units = document["units"].as_array().expect("a list");
    assert_eq!(units.len(), 3, "the meter and two modules");
    let mut compared = 0;
    for (unit, meter) in units.iter().zip(["main", "esy1", "esy2"]) {
        assert_eq!(unit["identification_code"], 1760);
        assert!(unit["age_ms"].as_u64().expect("a number") <= 300, "{meter}: {}", unit["age_ms"]);
        for reading in unit["readings"].as_array().expect("a list") {
            let key = key(reading);
            // Half a step of rounding, and half a part in 1e12 for the decimal of the register.
            let limit = 0.5 * resolutions[&key.0] * (1.0 + 1e-6);
            let fits = |told: &HashMap<Key, (Option<f64>, String)>| {
                let (value, quality) = &told[&key];
                let same = match (value, reading["value"].as_f64()) {
                    (Some(exact), Some(found)) => (found - exact).abs() <= limit,
                    (None, None) => true,
                    _ => false,
                };
                same && reading["quality"]
                    .as_str()
                    .is_some_and(|found| found.contains(quality.as_str()))
            };
            let told = &windows[meter];
            assert!(told.iter().any(fits), "{meter}: no window of the time has {reading}");
            compared += 1;
        }
    }
    println!("{compared} values agree");
    assert!(compared > 300, "{compared}");
}

/// The table without `--json` holds every unit.
#[test]
fn read_prints_a_table() {
    let mut running = Running::start(&["house", "--speed", "4", "--json"]);
    running.window();
    running.window();
    let ran = run(&["read", &running.modbus]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for word in ["unit 1: code 1760", "unit 2", "unit 3", "Heat pump", "voltage_ln", "good"] {
        assert!(ran.stdout.contains(word), "`{word}` is not in\n{}", ran.stdout);
    }
}
