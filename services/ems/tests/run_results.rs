//! `ems run`: the same seed gives the same digest at any pace, and the run ends as it was asked to.

mod common;

use common::{Running, refuse, run};
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// The digest that a finished run tells, in its last line of JSON or of progress.
fn digest(arguments: &[&str]) -> String {
    let ran =
        run(&[&["run", "--ephemeral", "--no-web", "--modbus", "127.0.0.1:0"], arguments].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    if arguments.contains(&"--json") {
        let last = ran.stdout.lines().last().expect("a result at least");
        let result: Value = serde_json::from_str(last).expect("an object a line");
        assert_eq!(result["type"], "result");
        return result["digest"].as_str().expect("text").to_owned();
    }
    let (_, told) = ran.stderr.rsplit_once("digest ").expect("told on standard error");
    told.trim().to_owned()
}

/// [G10, N9] Two seconds of the house: at any pace, in blocks of 20 ms, 160 ms and 1 s, with and without
/// `--json`, the same to the bit; with another seed, another.
#[test]
fn the_digest_follows_from_the_seed_alone() {
    let two = ["--duration", "2s", "--seed", "7"];
    let with = |more: &[&'static str]| digest(&[&two[..], more].concat());
    let expected = with(&["--speed", "max"]);
    for pace in [
        &["--speed", "max"][..],
        &["--speed", "max", "--json"],
        &["--speed", "50"],
        &["--speed", "50", "--json"],
        &["--speed", "3.5", "--json"],
        &["--speed", "realtime"],
    ] {
        assert_eq!(with(pace), expected, "{pace:?}");
    }
    let other = digest(&["--duration", "2s", "--seed", "8", "--speed", "max"]);
    assert_ne!(other, expected, "another seed");
    let longer = digest(&["--duration", "2.2s", "--seed", "7", "--speed", "max"]);
    assert_ne!(longer, expected, "another window");
}

/// [E2, E5, G2] Every shipped scenario, by its name and as a file, twice.
#[test]
fn shipped_scenarios_run_by_name_and_as_files() {
    let scenarios = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    for name in ["house", "us-split-phase", "wild-leg"] {
        let ten = ["--duration", "10s", "--speed", "max"];
        let by_name = digest(&[&[name], &ten[..]].concat());
        assert_eq!(by_name, digest(&[&[name], &ten[..]].concat()), "{name}");
        let file = scenarios.join(format!("{name}.toml"));
        let file = file.to_str().expect("a path in UTF-8");
        assert_eq!(by_name, digest(&[&[file], &ten[..]].concat()), "{name}");
    }
}

/// [G1, G3, G10, V9, N1, N7, N8, H1] NDJSON: an object a window of each meter, in order and without a
/// gap, then one result, which repeats the last values.
#[test]
fn json_is_an_object_a_window_and_one_result() {
    let arguments = [
        "run",
        "--ephemeral",
        "--no-web",
        "--modbus",
        "127.0.0.1:0",
        "--speed",
        "max",
        "--duration",
        "3s",
        "--json",
    ];
    let ran = run(&arguments);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let objects: Vec<Value> =
        ran.stdout.lines().map(|line| serde_json::from_str(line).expect("an object")).collect();
    let (result, windows) = objects.split_last().expect("a result at least");
    assert_eq!(result["type"], "result");
    assert_eq!(result["schema"], 1);
    assert_eq!(result["seed"], 2026);
    assert_eq!(result["samples"], 24_000);
    assert!(windows.iter().all(|object| object["type"] == "window"));
    for meter in ["main", "esy1", "esy2"] {
        let own: Vec<&Value> = windows.iter().filter(|window| window["meter"] == meter).collect();
        assert!(own.len() >= 14, "{meter}: {} windows of 200 ms in 3 s", own.len());
        for (k, window) in own.iter().enumerate() {
            assert_eq!(window["window"], k as u64 + 1, "{meter}: none is missing or twice");
            assert!(window["readings"].as_array().expect("a list").len() > 50);
            assert!(window["energy"].as_array().expect("a list").len() > 40);
        }
    }
    let last = windows.iter().rev().find(|window| window["meter"] == "main").expect("some");
    let mains: Vec<&Value> = result["readings"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|reading| reading["meter"] == "main")
        .collect();
    let lasts: Vec<&Value> = last["readings"].as_array().expect("a list").iter().collect();
    assert_eq!(mains, lasts);
}

/// Without a terminal there is a plain line a second, and no control code.
#[test]
fn plain_lines_without_a_terminal() {
    let ran = run(&[
        "run",
        "--ephemeral",
        "--no-web",
        "--modbus",
        "127.0.0.1:0",
        "--speed",
        "max",
        "--duration",
        "4.5s",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.lines().count() >= 4, "{}", ran.stdout);
    for line in ran.stdout.lines() {
        assert!(line.contains(" V ") && line.contains("kWh+"), "{line}");
        assert!(line.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{line:?}");
    }
}

/// Ctrl-C and SIGTERM end a run well: exit code 0, the result is printed, once.
#[test]
fn signals_end_a_run_with_its_result() {
    for name in ["INT", "TERM"] {
        let mut running = Running::start(&["--json"]);
        let seen = running.window();
        running.signal(name);
        let (code, lines, stderr) = running.wait();
        assert_eq!(code, 0, "SIG{name}: {stderr:?}");
        let results: Vec<Value> = lines
            .iter()
            .map(|line| serde_json::from_str(line).expect("an object a line"))
            .filter(|object: &Value| object["type"] == "result")
            .collect();
        assert_eq!(results.len(), 1, "SIG{name}");
        assert!(results[0]["windows"].as_u64() >= seen["window"].as_u64());
        assert!(
            lines.last().expect("a line").contains(r#""type":"result""#),
            "it is the last line"
        );
        assert!(stderr.iter().any(|line| line == "stopped"), "{stderr:?}");
    }
}

/// A signal ends a run without `--json` as well, and standard error tells seed and digest.
#[test]
fn a_plain_run_tells_its_digest_when_stopped() {
    let mut running = Running::start(&["wild-leg", "--seed", "5"]);
    let line = running.line().expect("a line of values");
    assert!(line.contains("kWh+"), "{line}");
    running.signal("INT");
    let (code, _, stderr) = running.wait();
    assert_eq!(code, 0);
    let told = stderr.last().expect("a line");
    assert!(told.contains("seed 5") && told.contains("digest "), "{told}");
}

/// A reader that closes the pipe has what it wanted: exit code 0, and no complaint.
#[test]
fn a_closed_pipe_is_no_failure() {
    let mut running = Running::start(&["--json", "--speed", "max"]);
    running.window();
    running.close_output();
    let (code, _, stderr) = running.wait();
    assert_eq!(code, 0, "{stderr:?}");
    assert!(!stderr.iter().any(|line| line.contains("panicked")), "{stderr:?}");
}

/// What cannot be run is refused with its exit code: 2 usage, 3 scenario, 4 file or port.
#[test]
fn what_cannot_be_run_is_refused() {
    let folder = common::folder("scenarios");
    refuse(&["run", "--speed", "0"], 2, &["--speed"]);
    refuse(&["run", "--duration", "5 parsecs"], 2, &["--duration"]);
    refuse(&["run", "--modbus", "nowhere"], 2, &["--modbus"]);
    refuse(&["run", "no-such-scenario"], 4, &["no-such-scenario", "ems scenario list"]);
    let bad = folder.join("bad.toml");
    fs::write(&bad, "schema = 1\nname = \"x\"\nnonsense = 3\n").expect("the folder can be written");
    refuse(&["run", bad.to_str().expect("ASCII")], 3, &["bad.toml", "nonsense"]);
    let busy = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = busy.local_addr().expect("bound").to_string();
    refuse(
        &["run", "--ephemeral", "--no-web", "--modbus", &address],
        4,
        &["cannot listen on", &address, "--modbus"],
    );
}

/// Exit codes of the other commands: 2 for usage, 3 for files that are invalid, 4 for files that are
/// not there or nobody who listens, 5 for a peer that does not answer.
#[test]
fn exit_codes() {
    let folder = common::folder("codes");
    let file = common::record::write(&folder, "two.csv", "t,va\n0,1\n0.001,2\n");
    let name = file.to_str().expect("ASCII");
    refuse(&[], 2, &["Usage"]);
    refuse(&["fly"], 2, &["fly"]);
    refuse(&["replay"], 2, &["FILE"]);
    let sound = common::record::write(&folder, "record.wav", "RIFF");
    refuse(&["replay", sound.to_str().expect("ASCII")], 2, &[".cfg", ".cff", ".csv"]);
    refuse(&["replay", "record.wav"], 4, &["record.wav", "not found"]);
    refuse(&["replay", "no-such.csv"], 4, &["no-such.csv"]);
    refuse(
        &["replay", name, "--front-end", "none.toml"],
        4,
        &["none.toml", "ideal, typical or a file"],
    );
    let front_end = common::record::write(&folder, "front.toml", "clock_ppm = \"fast\"\n");
    refuse(
        &["replay", name, "--front-end", front_end.to_str().expect("ASCII")],
        3,
        &["front.toml"],
    );
    refuse(&["replay", name, "--map", "va=#7"], 2, &["#7", "#1"]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = nobody.local_addr().expect("bound").to_string();
    // It accepts, since the system does that for it, and never answers.
    refuse(&["read", &address], 5, &["no answer in"]);
    drop(nobody);
    refuse(&["read", &address], 4, &["connecting to"]);
    for arguments in [&["--help"][..], &["--version"], &["catalog"], &["completions", "bash"]] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!ran.stdout.is_empty(), "{arguments:?}");
    }
}
