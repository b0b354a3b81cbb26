//! The data folder: what a run keeps, what the next one begins with, and what comes out of it as files.

mod common;

use common::{Running, ems, refuse, run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A run of a shipped scenario on a folder; the lines that it printed.
fn keep(folder: &Path, scenario: &str, duration: &str, more: &[&str]) -> Vec<Value> {
    let data = folder.to_str().expect("ASCII");
    let usual =
        ["--no-web", "--modbus", "127.0.0.1:0", "--speed", "max", "--json", "--duration", duration];
    let ran = run(&[&["run", scenario, "--data", data], &usual[..], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

fn of(folder: &Path, arguments: &[&str]) -> common::Ran {
    let ran = run(&[arguments, &["--data", folder.to_str().expect("ASCII")]].concat());
    assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.stderr);
    ran
}

fn object(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&of(folder, arguments).stdout).expect("one document")
}

/// The total of active energy imported by a meter, in nanowatt-seconds.
fn import_raw(stats: &Value, meter: &str) -> i128 {
    let raw = &stats["counters"]["meters"][meter]["active_energy_import.total.system"];
    raw.as_str().expect("a text").parse().expect("a number")
}

/// [N9, G7] Counters of all meters go on where they stopped, another run is another day, and the digest does
/// not know of it.
#[test]
fn counters_go_on_over_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = keep(folder.path(), "house", "20s", &[]);
    let one = object(folder.path(), &["store", "stats", "--json"]);
    let second = keep(folder.path(), "house", "20s", &[]);
    let two = object(folder.path(), &["store", "stats", "--json"]);
    for meter in ["main", "esy1", "esy2"] {
        let (before, after) = (import_raw(&one, meter), import_raw(&two, meter));
        assert_eq!(after, 2 * before, "{meter}: the same energy once more");
    }
    let digest = |lines: &[Value]| lines.last().expect("a result")["digest"].clone();
    assert_eq!(digest(&first), digest(&second));
    let days =
        |stats: &Value| stats["counters"]["time"].as_str().expect("a text")[..10].to_string();
    assert_ne!(days(&one), days(&two));
    assert_eq!(two["counters"]["event_counters"]["starts"], 2);
    assert_eq!(two["counters"]["event_counters"]["power_cuts"], 0);
}

/// [N9, H3, W1] What was acknowledged before a kill is there; the next start says that nobody stopped it.
#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("ASCII");
    let mut running =
        Running::keeping(&["--data", data, "--speed", "200", "--json", "--acknowledge"]);
    let mut acknowledged = None;
    for _ in 0..400 {
        let object = running.object().expect("it is running");
        if object["type"] == "kept" && object["rows"]["seconds"].is_u64() {
            acknowledged = Some(object);
        }
    }
    running.kill();
    let acknowledged = acknowledged.expect("batches were acknowledged");
    let stats = object(folder.path(), &["store", "stats", "--json"]);
    let jobs = stats["jobs"].as_array().expect("a list");
    let seconds = jobs.iter().find(|job| job["name"] == "seconds").expect("it is logged");
    assert!(seconds["rows"].as_u64() >= acknowledged["rows"]["seconds"].as_u64());
    assert!(import_raw(&stats, "main") > 0);
    of(folder.path(), &["store", "check"]);
    keep(folder.path(), "house", "1s", &[]);
    let after = object(folder.path(), &["store", "stats", "--json"]);
    assert_eq!(after["counters"]["event_counters"]["power_cuts"], 1);
    assert!(import_raw(&after, "main") >= import_raw(&stats, "main"));
}

/// [N1, N5] Settings are kept, and gains of all intervals add up to the counter.
#[test]
fn settings_and_rows_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("meter.toml");
    let exported = |folder: &Path| of(folder, &["config", "export"]).stdout;
    keep(folder.path(), "house", "2s", &[]);
    let text =
        exported(folder.path()).replace("netting = \"by_system\"", "netting = \"per_phase\"");
    assert!(text.contains("# password is a secret") && text.contains("per_phase"), "{text}");
    fs::write(&file, &text).expect("a file");
    of(folder.path(), &["config", "import", file.to_str().expect("ASCII")]);
    keep(folder.path(), "house", "130s", &[]);
    assert_eq!(exported(folder.path()), text, "the meter took it over and kept it");

    let out = folder.path().join("files");
    let out_text = out.to_str().expect("ASCII");
    let listed = object(
        folder.path(),
        &["export", "--job", "minutes", "--format", "json", "--json", "--out", out_text],
    );
    let name = listed["files"][0]["file"].as_str().expect("one file");
    let document: Value =
        serde_json::from_str(&fs::read_to_string(out.join(name)).expect("it is there"))
            .expect("JSON");
    let column = |path: &str| {
        let columns = document["columns"].as_array().expect("a list");
        columns.iter().position(|column| column["path"] == path).expect("it is logged")
    };
    let rows = document["rows"].as_array().expect("a list");
    let cell = |row: &Value, place: usize| -> i64 {
        let text = row[6][place].to_string();
        (text.parse::<f64>().expect("a number") * 1000.0).round() as i64
    };
    let path = "main/active_energy_import.total.system";
    let (gain, standing) = (column(&format!("{path}/delta")), column(&format!("{path}/last")));
    let gained: i64 = rows.iter().map(|row| cell(row, gain)).sum();
    let last = rows.last().expect("there are rows");
    assert_eq!(gained, cell(last, standing), "gains add up to the standing");
    let stats = object(folder.path(), &["store", "stats", "--json"]);
    let wh = import_raw(&stats, "main") as f64 / 3.6e12;
    assert!((wh - cell(last, standing) as f64).abs() <= 0.5, "{wh} Wh");
}

/// [G7] An export goes back into the history of another folder of the same meter, once.
#[test]
fn an_export_is_imported_once() {
    let [from, to] = [(); 2].map(|()| tempfile::tempdir().expect("a folder"));
    keep(from.path(), "house", "130s", &[]);
    keep(to.path(), "house", "1s", &[]);
    for format in ["csv", "json", "parquet"] {
        let out = from.path().join(format);
        let listed = object(
            from.path(),
            &[
                "export",
                "--job",
                "seconds",
                "--format",
                format,
                "--json",
                "--out",
                out.to_str().expect("ASCII"),
            ],
        );
        let name = listed["files"][0]["file"].as_str().expect("one file");
        let file = out.join(name);
        let ran = of(to.path(), &["import", file.to_str().expect("ASCII")]);
        let expected = if format == "csv" { "130 rows taken, 0" } else { "0 rows taken, 130" };
        assert!(ran.stderr.contains(expected), "{format}: {}", ran.stderr);
    }
}

/// [G7, W1] The history goes from one database to the other and back with all that is in it.
#[test]
fn a_history_changes_its_database() {
    let folder = tempfile::tempdir().expect("a folder");
    keep(folder.path(), "house", "70s", &["--engine", "sled"]);
    let jobs = |folder: &Path| object(folder, &["store", "stats", "--json"])["jobs"].clone();
    let before = jobs(folder.path());
    for engine in ["redb", "sled", "redb"] {
        of(folder.path(), &["store", "migrate", "--to", engine]);
        let stats = object(folder.path(), &["store", "stats", "--json"]);
        assert_eq!(stats["engine"], engine);
        assert_eq!(stats["jobs"], before);
        of(folder.path(), &["store", "check"]);
    }
    let data = folder.path().to_str().expect("ASCII");
    refuse(&["run", "--data", data, "--engine", "sled"], 2, &["--engine", "ems store migrate"]);
}

/// What cannot be is refused with its remedy: another meter's folder, one in use, none, nonsense.
#[test]
fn wrong_folders_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().to_str().expect("ASCII");
    refuse(&["store", "stats", "--data", data], 4, &["no data of a meter", "ems run --data"]);
    refuse(&["export", "--data", "/nowhere/at/all"], 4, &["/nowhere/at/all", "ems run --data"]);
    keep(folder.path(), "house", "1s", &[]);
    let other = ["run", "--no-web", "--data", data, "--seed", "7", "--duration", "1s"];
    refuse(&other, 4, &["SIM0000002026", "SIM0000000007", "--ephemeral"]);
    refuse(&["run", "--data", data, "--ephemeral"], 2, &["--ephemeral"]);
    refuse(&["export", "--data", data, "--job", "hours"], 2, &["--job", "minutes"]);
    refuse(&["export", "--data", data, "--step", "7min"], 2, &["--step", "15min"]);
    refuse(&["export", "--data", data, "--zone", "Mars"], 2, &["--zone", "Europe/Paris"]);
    refuse(&["export", "--data", data, "--from", "soon"], 2, &["--from", "2026-11-01"]);
    let running = Running::keeping(&["--data", data]);
    refuse(&["store", "check", "--data", data], 4, &["in use"]);
    drop(running);
    let file = folder.path().join("wrong.toml");
    fs::write(&file, "zone = \"UTC\"\n\n[settings]\nnetting = \"sideways\"\n").expect("a file");
    let file = file.to_str().expect("ASCII");
    refuse(&["config", "import", file, "--data", data], 3, &["line 4", "by_system"]);
}

/// [G7] Secrets leave a meter encrypted or not at all.
#[test]
fn secrets_are_left_out_or_encrypted() {
    let folder = tempfile::tempdir().expect("a folder");
    keep(folder.path(), "house", "1s", &[]);
    let [passphrase, file] = ["passphrase", "meter.toml"].map(|name| folder.path().join(name));
    let [passphrase_text, file_text] =
        [&passphrase, &file].map(|path| path.to_str().expect("ASCII"));
    fs::write(&passphrase, "correct horse\n").expect("a file");
    fs::write(&file, "[settings]\npassword = 4711\n").expect("a file");
    of(folder.path(), &["config", "import", file_text]);
    assert!(!of(folder.path(), &["config", "export"]).stdout.contains("4711"));
    let encrypted =
        ["config", "export", "--secrets", "encrypted", "--passphrase-file", passphrase_text];
    let sealed = of(folder.path(), &encrypted).stdout;
    // The sealed text is random, and so may hold any four digits.
    assert!(sealed.contains("password = \"encrypted:v1:"), "{sealed}");
    assert!(!sealed.contains("= 4711") && !sealed.contains("\"4711"), "{sealed}");
    fs::write(&file, &sealed).expect("a file");
    let data = folder.path().to_str().expect("ASCII");
    refuse(&["config", "import", file_text, "--data", data], 3, &["--passphrase-file"]);
    let ran =
        of(folder.path(), &["config", "import", file_text, "--passphrase-file", passphrase_text]);
    assert!(ran.stderr.contains("has this configuration already"), "{}", ran.stderr);
}

/// State lies in the platform's folder, which is told, unless nothing is to be kept.
#[test]
fn the_platforms_folder_is_the_usual_one() {
    let state = tempfile::tempdir().expect("a folder");
    let run = |more: &[&str]| -> common::Ran {
        let usual =
            ["run", "--no-web", "--modbus", "127.0.0.1:0", "--speed", "max", "--duration", "1s"];
        ems()
            .args([&usual[..], more].concat())
            .env("XDG_STATE_HOME", state.path())
            .env_remove("STATE_DIRECTORY")
            .output()
            .expect("the binary starts")
            .into()
    };
    assert_eq!(run(&["--ephemeral"]).code, 0);
    assert_eq!(fs::read_dir(state.path()).expect("it is there").count(), 0);
    let ran = run(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let folders: Vec<_> = fs::read_dir(state.path().join("ems")).expect("made").collect();
    assert_eq!(folders.len(), 1);
    let path = folders[0].as_ref().expect("readable").path();
    assert!(ran.stderr.contains(path.to_str().expect("ASCII")), "{}", ran.stderr);
}
