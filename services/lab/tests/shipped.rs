//! Every shipped scenario passes, at any block size the laboratory chooses, and fails once what it is
//! about is taken away.

mod common;

use common::trial;
use lab::Trial;
use sim::scenario::{Fidelity, Part, Scenario, count, parse_without, variants};
use sim::synthetic::{Event, EventKind, Terminals};
use std::fs;
use std::path::PathBuf;

/// Simulated seconds of waveform that these tests run.
const WAVEFORM_S: f64 = 60.0;

/// Simulated seconds that they run by phasors. What is longer, a year, is run by `ci/scenarios` in a release
/// build.
const PHASOR_S: f64 = 86_400.0;

/// A file of the folder of scenarios.
struct Shipped {
    name: String,
    text: String,
}

fn shipped() -> Vec<Shipped> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the folder of scenarios")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let named = |path: PathBuf| Shipped {
        name: path.file_stem().expect("a name").to_string_lossy().into_owned(),
        text: fs::read_to_string(path).expect("UTF-8"),
    };
    files.into_iter().map(named).collect()
}

/// A scenario as it is run here: as it says if that is short, else by phasors; none if it is too long.
fn shortened(mut scenario: Scenario) -> Option<Scenario> {
    let duration_s = scenario.duration_s?;
    if scenario.fidelity != Fidelity::Waveform || duration_s > WAVEFORM_S {
        scenario.fidelity = Fidelity::Phasor;
        return (duration_s <= PHASOR_S).then_some(scenario);
    }
    Some(scenario)
}

fn failures(trial: &Trial) -> Vec<String> {
    let failed = trial.expectations.iter().filter(|verdict| !verdict.passed);
    failed.map(|v| format!("line {}: {}: found {:?}", v.line, v.expected, v.found)).collect()
}

/// [E1, E2, E3, E4, E5, E8, E10, E11, E14, G2, G11, N5] All of them, with every combination of their matrix.
#[test]
fn every_short_scenario_passes() {
    let mut wrong = Vec::new();
    for Shipped { name, text } in shipped() {
        for (variant, scenario) in variants(&text).unwrap_or_else(|e| panic!("{name}: {e}")) {
            if let Some(scenario) = shortened(scenario) {
                let failed = failures(&trial(&scenario));
                wrong.extend(failed.into_iter().map(|line| format!("{name} [{variant}] {line}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Demonstrations for `ems run`, which go on for ever and so expect nothing.
const ENDLESS: [&str; 3] = ["house", "us-split-phase", "wild-leg"];

/// At least 25, each with an end and with at least one expectation that says where its value comes from.
#[test]
fn every_scenario_expects_something() {
    let all = shipped();
    assert!(all.len() >= 25 + ENDLESS.len(), "{}", all.len());
    for Shipped { name, text } in all.iter().filter(|it| !ENDLESS.contains(&it.name.as_str())) {
        for (_, scenario) in variants(text).unwrap_or_else(|error| panic!("{name}: {error}")) {
            assert!(scenario.duration_s.is_some(), "{name} has an end");
            assert!(scenario.expect.iter().any(|e| !e.why.is_empty()), "{name} says why");
        }
    }
}

/// Without any one entry of its timeline or of its faults, a scenario fails; one that has neither fails
/// without one of its loads.
#[test]
fn a_scenario_fails_without_what_it_is_about() {
    let mut wrong = Vec::new();
    for Shipped { name, text } in shipped() {
        let whole = variants(&text).unwrap_or_else(|error| panic!("{name}: {error}")).remove(0).1;
        if shortened(whole).is_none() {
            continue;
        }
        let of = |part| count(&text, part).expect("it was read");
        let fails = |part, index| {
            let rest = parse_without(&text, part, index);
            // What the rest of the file speaks of may be gone: that is a failure, too.
            let rest = rest.ok().and_then(shortened);
            rest.is_none_or(|scenario| !trial(&scenario).passed)
        };
        let entries =
            [(Part::Timeline, "timeline"), (Part::Fault, "faults"), (Part::BusFault, "bus_faults")];
        for (part, table) in entries {
            for index in (0..of(part)).filter(|index| !fails(part, *index)) {
                wrong.push(format!("{name} passes without entry {} of {table}", index + 1));
            }
        }
        let without_events = entries.iter().all(|(part, _)| of(*part) == 0);
        // Where nothing is connected there is nothing to take away.
        let has_loads = of(Part::Load) > 0;
        if without_events && has_loads && !(0..of(Part::Load)).any(|index| fails(Part::Load, index))
        {
            wrong.push(format!("{name} passes without any one of its loads"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether a scenario connects the meter wrongly or takes a phase away, on purpose.
fn has_something_to_find(scenario: &Scenario) -> bool {
    let lost = |event: &Event| matches!(event.kind, EventKind::Voltage { to: 0.0, .. });
    scenario.device.terminals != Terminals::default()
        || scenario.grid.reversed_sequence
        || scenario.events.iter().any(lost)
}

/// The wiring check never alarms on a scenario that is wired as it says and keeps its phases, whatever else
/// happens to its grid, its loads and its samples; with the setting `generation` as the scenario has it. [E15]
#[test]
fn no_healthy_scenario_raises_a_wiring_alarm() {
    let mut wrong = Vec::new();
    for Shipped { name, text } in shipped() {
        let first = variants(&text).unwrap_or_else(|error| panic!("{name}: {error}")).remove(0).1;
        let Some(scenario) = shortened(first) else { continue };
        if has_something_to_find(&scenario) {
            continue;
        }
        let mut alarm = false;
        common::look_at(&scenario, |image| alarm |= image.io.wrong_connection);
        if alarm {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}
