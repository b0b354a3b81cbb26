//! `ems trace`: a value at each station of its way.

mod common;

use common::story::{steady, text};
use common::{close, folder, refuse, run};
use serde_json::Value;
use std::path::Path;

fn trace(scenario: &Path, point: &str, at: &str) -> Value {
    let ran = run(&["trace", text(scenario), "--point", point, "--at", at, "--json"]);
    assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    serde_json::from_str(&ran.stdout).expect("one document")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The first power that a station shows.
fn watts(station: &Value) -> f64 {
    number(&station["shows"]["powers"][0]["watts"])
}

/// The whole way of a power, as people read it.
#[test]
fn the_way_of_a_power_is_the_reviewed_one() {
    let scenario = steady(&folder("trace-golden"), "ideal");
    let ran = run(&["trace", text(&scenario), "--point", "main.l2.active_power"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    insta::with_settings!({
        snapshot_path => "../../../snapshots",
        prepend_module_to_snapshot => false,
        omit_expression => true,
        description => "A power from the terminals to the register, as `ems trace` prints it.",
    }, {
        insta::assert_snapshot!("trace-active-power", ran.stdout);
    });
}

/// [V4] A power at the terminals, in the samples, in the window, read and sent is one power, to what
/// each station can tell; a typical front end shows the samples with its own errors and no more.
#[test]
fn all_stations_tell_the_same_power() {
    let folder = folder("trace-power");
    for (front_end, samples) in [("ideal", 1e-3), ("typical", 5e-3)] {
        let scenario = steady(&folder, front_end);
        let trace = trace(&scenario, "main.l2.active_power", "1.03s");
        let truth = watts(&trace["terminals"]);
        close("samples", watts(&trace["samples"]), truth, samples * truth);
        let means = &trace["window"]["means"]["shows"]["phases"][0];
        assert_eq!(means["phase"], "l2");
        close("window", number(&means["watts"]), truth, 2e-4 * truth);
        close("reading", number(&trace["reading"]["value"]), number(&means["watts"]), 1e-9 * truth);
        let window = &trace["window"];
        assert!(number(&window["start_s"]) <= 1.03 && 1.03 < number(&window["end_s"]));
        assert_eq!(number(&window["cycles"]), 10.0);
    }
}

/// Every point of the catalogue, of the meter and of a module: each station
/// shows something or says why not, and the finest register carries the reading to half a step.
#[test]
fn every_point_has_a_trace() {
    let scenario = steady(&folder("trace-all"), "ideal");
    for meter in ["main", "esy1"] {
        for point in catalog::points() {
            let path = format!("{meter}.{}", point.path());
            let trace = trace(&scenario, &path, "0.5s");
            for station in ["terminals", "front_end", "samples", "registers"] {
                check_station(&path, station, &trace[station]);
            }
            check_station(&path, "means", &trace["window"]["means"]);
            let reading = &trace["reading"];
            assert_eq!(reading["unit"], point.quantity.unit.symbol());
            let registers = trace["registers"]["shows"].as_array().expect("every point has some");
            let finest = registers
                .iter()
                .max_by(|a, b| number(&a["weight"]).total_cmp(&number(&b["weight"])));
            let finest = finest.expect("every point has one");
            assert_eq!(finest["unit_id"], if meter == "main" { 1 } else { 2 });
            match reading["value"].as_f64() {
                Some(value) => {
                    let half = 0.5 / number(&finest["weight"]);
                    close(&path, number(&finest["value"]), value, half * 1.001);
                }
                None => assert_ne!(reading["quality"], "good", "{path} has no value"),
            }
        }
    }
}

fn check_station(path: &str, name: &str, station: &Value) {
    let shows = match (&station["shows"], &station["absent"]) {
        (Value::Null, Value::String(reason)) => reason.len() > 10,
        (Value::Array(shown), Value::Null) => !shown.is_empty(),
        (Value::Object(shown), Value::Null) => {
            shown.values().any(|list| list.as_array().is_some_and(|list| !list.is_empty()))
        }
        _ => false,
    };
    assert!(shows, "{path}, {name}: {station}");
}

/// A module's window is found by the times it sends; its currents are its own.
#[test]
fn a_module_is_traced_like_the_meter() {
    let scenario = steady(&folder("trace-module"), "ideal");
    let trace = trace(&scenario, "esy1.system.active_power", "1s");
    let powers = trace["terminals"]["shows"]["powers"].as_array().expect("three phases");
    let truth: f64 = powers.iter().map(|power| number(&power["watts"])).sum();
    close("the motor alone", truth, 3000.0, 60.0);
    close("reading", number(&trace["reading"]["value"]), truth, 2e-4 * truth);
    assert_eq!(number(&trace["window"]["cycles"]), 10.0);
}

/// The parts of a point may stand in any order, and the built-in meter goes without saying.
#[test]
fn a_point_is_named_by_its_parts() {
    let scenario = steady(&folder("trace-names"), "ideal");
    for name in ["main.l1.active_power", "active_power.l1", "l1.main.active_power"] {
        assert_eq!(trace(&scenario, name, "0.5s")["point"], "main.l1.active_power");
    }
}

/// What is not there is refused, with the nearest name or what there is.
#[test]
fn what_cannot_be_traced_is_refused() {
    let point = |point| ["trace", "house", "--point", point];
    refuse(&point("main.l1.actve_power"), 2, &["did you mean main.l1.active_power?"]);
    refuse(&point("l1.activ_power"), 2, &["did you mean main.l1.active_power?"]);
    refuse(&point("main.l1.frequency"), 2, &["--point", "ems catalog"]);
    refuse(&point("what"), 2, &["as in main.l1.active_power"]);
    refuse(&point("esy9.l1.active_power"), 2, &["no meter esy9; it has main"]);
    let folder = folder("trace-short");
    let short = std::fs::read_to_string(steady(&folder, "ideal")).expect("it was written");
    let short = short.replace("seed = 5", "seed = 5\nduration = \"1 s\"");
    let short = common::record::write(&folder, "short.toml", short);
    let late = ["trace", text(&short), "--point", "main.l1.active_power", "--at", "5s"];
    refuse(&late, 2, &["--at 5s", "1 s long"]);
}
