//! `ems scenario`: what it accepts, refuses and writes.

mod common;

use common::{folder, refuse, run};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

fn scenarios() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

fn text(path: &std::path::Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// Every file of `scenarios/invalid` is refused with exit code 3, naming file and line as its first line
/// says; so does `run`, which runs none of the others either.
#[test]
fn invalid_files_are_refused_with_their_message() {
    let folder = scenarios().join("invalid");
    let mut files = 0;
    for entry in fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("readable")) {
        let path = entry.path();
        let content = fs::read_to_string(&path).expect("UTF-8");
        let first = content.lines().next().expect("a first line");
        let expected = first.strip_prefix("# expect: ").expect("the message in the first line");
        let told = format!("{}: {expected}", text(&path));
        refuse(&["scenario", "check", text(&path)], 3, &[&told]);
        files += 1;
    }
    assert!(files >= 25, "{files}");
    let one = folder.join("misspelled-key-at-the-top.toml");
    refuse(&["scenario", "run", "swell", text(&one)], 3, &["misspelled-key-at-the-top.toml: line"]);
}

/// What `new` writes runs and passes as it is; it overwrites nothing.
#[test]
fn a_new_scenario_passes() {
    let file = folder("scenario-new").join("mine.toml");
    assert_eq!(run(&["scenario", "new", text(&file)]).code, 0);
    let ran = run(&["scenario", "run", text(&file)]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.starts_with("pass"), "{}", ran.stdout);
    refuse(&["scenario", "new", text(&file)], 4, &["name a file that does not exist yet"]);
}

/// The document names each run with seed, digest and verdicts, and is the same the second time; another
/// seed has another digest.
#[test]
fn the_document_is_the_same_every_time() {
    let file = folder("scenario-document").join("mine.toml");
    assert_eq!(run(&["scenario", "new", text(&file)]).code, 0);
    let with = |more: &[&str]| {
        let ran = run(&[&["scenario", "run", text(&file), "--json"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout
    };
    let document: Value = serde_json::from_str(&with(&[])).expect("one document");
    assert_eq!(document["passed"], true);
    let of_run = &document["runs"][0];
    assert_eq!(of_run["seed"], 1);
    assert_eq!(of_run["fidelity"], "waveform");
    assert_eq!(of_run["digest"].as_str().map(str::len), Some(16));
    assert_eq!(of_run["expectations"].as_array().map(Vec::len), Some(2));
    assert_eq!(with(&[]), with(&[]));
    assert_eq!(with(&["--speed", "20"]), with(&[]), "at any pace");
    let other: Value = serde_json::from_str(&with(&["--seed", "2"])).expect("one document");
    assert_ne!(other["runs"][0]["digest"], of_run["digest"]);
    for fidelity in ["sampled", "phasor"] {
        let coarser: Value =
            serde_json::from_str(&with(&["--fidelity", fidelity])).expect("one document");
        assert_eq!(coarser["runs"][0]["fidelity"], fidelity);
    }
}

/// What is not as expected ends with exit code 1 and is told with its line, on the terminal, in the
/// document and in the JUnit file.
#[test]
fn a_failed_expectation_is_exit_code_1() {
    let folder = folder("scenario-failed");
    let (file, junit) = (folder.join("mine.toml"), folder.join("result.xml"));
    assert_eq!(run(&["scenario", "new", text(&file)]).code, 0);
    let wrong = fs::read_to_string(&file).expect("UTF-8").replace("1280 W", "1290 W");
    let line = 1 + wrong.lines().position(|line| line == "[[expect]]").expect("there is one");
    fs::write(&file, wrong).expect("writable");
    let ran = run(&["scenario", "run", text(&file), "--junit", text(&junit)]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("1 of 1 runs not as expected"), "{}", ran.stderr);
    let told = format!("line {line}: expected main.l1.active_power");
    assert!(ran.stdout.contains("FAIL") && ran.stdout.contains(&told), "{}", ran.stdout);
    let xml = fs::read_to_string(&junit).expect("written");
    assert!(xml.contains("tests=\"2\" failures=\"1\""), "{xml}");
    assert!(xml.contains(&format!("<failure message=\"{told}")), "{xml}");
    let document = run(&["scenario", "run", text(&file), "--json"]);
    assert_eq!(document.code, 1);
    let document: Value = serde_json::from_str(&document.stdout).expect("one document");
    assert_eq!(document["passed"], false);
    assert_eq!(document["runs"][0]["expectations"][0]["line"], line);
}

/// What ships is listed, shown and right; what is not there is told with a remedy.
#[test]
fn shipped_scenarios_are_listed_and_shown() {
    let listed = run(&["scenario", "list", "--json"]);
    let entries: Value = serde_json::from_str(&listed.stdout).expect("one document");
    let entries = entries.as_array().expect("a list");
    assert!(entries.len() >= 26);
    for entry in entries {
        let id = entry["id"].as_str().expect("text");
        let shown = run(&["scenario", "show", id]);
        let file = scenarios().join(format!("{id}.toml"));
        assert_eq!(shown.stdout, fs::read_to_string(file).expect("UTF-8"), "{id}");
    }
    let plain = run(&["scenario", "list"]);
    assert_eq!(plain.stdout.lines().count(), entries.len());
    assert_eq!(run(&["scenario", "check"]).code, 0);
    refuse(&["scenario", "run", "no-such-scenario"], 4, &["ems scenario list"]);
}

/// The schema that is printed is the one in the docs.
#[test]
fn the_schema_is_the_published_one() {
    let printed: Value =
        serde_json::from_str(&run(&["scenario", "schema"]).stdout).expect("one document");
    let published = scenarios().join("../docs/scenario.schema.json");
    let published: Value =
        serde_json::from_str(&fs::read_to_string(published).expect("UTF-8")).expect("JSON");
    assert_eq!(printed, published);
}
