//! `ems replay` of CSV: which columns it takes, which lines it refuses, and what the options do.

#![expect(clippy::print_stdout, reason = "the largest errors are shown with --nocapture")]

mod common;

use common::record::write;
use common::scene::{EXACT, grid, loads};
use common::{Document, Record, Scene, Signal, close, folder, refuse, run};

const RATE_HZ: f64 = 8000.0;

fn scene() -> Scene {
    Scene { wiring: "3p4w", hz: 49.37, v: grid(230.0), i: loads(10.0) }
}

/// A record of some columns of the scene.
fn columns(names: &[&str]) -> Record {
    let mut record = scene().record(RATE_HZ, 4000);
    record.columns.retain(|(name, _)| names.contains(name));
    record
}

/// [E1, E2, E3, V1, V3, V4] Any subset of columns: the wiring follows from what is there, values are
/// those of the full record, and what is not there is not wired.
#[test]
fn subsets_of_columns() {
    let folder = folder("subsets");
    let scene = scene();
    for (names, wiring) in [
        (&["va", "ia"][..], "1p2w"),
        (&["va", "vb", "ia", "ib"], "2p3w"),
        (&["va", "vb", "vc"], "3p4w"),
        (&["ia", "ib", "ic"], "3p4w"),
        (&["vb", "ib"], "2p3w"),
    ] {
        let document = Document::of(&columns(names).write(&folder, "subset.csv"), &[]);
        assert_eq!(document.top("wiring"), wiring, "{names:?}");
        close("f", document.number("frequency_hz"), scene.hz, 1e-6 * scene.hz);
        for (k, (scope, letter)) in [("l1", "a"), ("l2", "b"), ("l3", "c")].into_iter().enumerate()
        {
            let has = |kind: &str| names.contains(&format!("{kind}{letter}").as_str());
            let (volts, amps) = (scene.v[k].rms(), scene.i[k].rms());
            expect(&document, "voltage_ln", scope, has("v").then_some(volts), 1e-6 * volts);
            expect(&document, "current", scope, has("i").then_some(amps), 1e-6 * amps);
            let power = (has("v") && has("i")).then(|| scene.v[k].active(&scene.i[k]));
            expect(&document, "active_power", scope, power, 1e-6 * volts * amps);
        }
    }
}

fn expect(document: &Document, quantity: &str, scope: &str, value: Option<f64>, limit: f64) {
    match value {
        Some(value) => close(quantity, document.value(quantity, scope), value, limit),
        None => assert_eq!(document.absent(quantity, scope), "not_wired", "{quantity} {scope}"),
    }
}

/// [V1, V4] Columns in any order and letter case are the same record.
#[test]
fn the_order_of_columns_does_not_matter() {
    let folder = folder("order");
    let straight = columns(&["va", "ia", "vb", "ib"]);
    let mut turned = straight.clone();
    turned.columns.reverse();
    let upper = turned.csv().replacen("t,ib,ia,vb,va", "T,IB,IA,VB,VA", 1);
    let first = Document::of(&straight.write(&folder, "straight.csv"), &[]);
    let second = Document::of(&write(&folder, "turned.csv", upper), &[]);
    assert_eq!(first.digest(), second.digest());
}

/// [V3, E16] A recorded neutral is reported and not used.
#[test]
fn a_recorded_neutral_is_told_and_not_used() {
    let neutral = Signal::sine(1.5, 0.0);
    let record = scene().record(RATE_HZ, 4000).with("in", 4000, |t| neutral.at(49.37 * t));
    let document = Document::of(&record.write(&folder("neutral"), "record.csv"), &[]);
    close("recorded", document.number("recorded_neutral_current"), 1.5, 1e-3);
    scene().check(&document, &EXACT);
}

/// Empty and malformed lines are refused with their number, and what is wrong with it: exit code 3.
#[test]
fn lines_that_are_no_samples_are_refused() {
    let folder = folder("malformed");
    let good = "t,va,ia\n0.000,1,2\n0.001,2,3\n0.002,1,2\n";
    let line = |number: usize, text: &str| {
        let mut lines: Vec<&str> = good.lines().collect();
        lines[number - 1] = text;
        lines.join("\n") + "\n"
    };
    let cases: [(String, &[&str]); 12] = [
        (String::new(), &["csv", "empty"]),
        (line(3, ""), &["line 3", "empty line"]),
        (format!("{good}\n"), &["line 5", "empty line"]),
        (line(3, "# note"), &["line 3", "comment"]),
        (line(3, "0.001,2"), &["line 3", "2 fields where 3 belong"]),
        (line(3, "0.001,2,3,4"), &["line 3", "4 fields where 3 belong"]),
        (line(3, "0.001,zwei,3"), &["line 3", "`zwei`", "a finite number"]),
        (line(4, "0.002,nan,3"), &["line 4", "`nan`"]),
        (line(4, "0.001,1,2"), &["line 4", "times must increase"]),
        (line(1, "t,va,xx"), &["line 1", "unknown column `xx`"]),
        (line(1, "t,va,va"), &["line 1", "twice"]),
        (line(1, "s,va,ia"), &["line 1", "unknown column `s`"]),
    ];
    for (text, words) in cases {
        let file = write(&folder, "bad.csv", text);
        refuse(&["replay", file.to_str().expect("ASCII")], 3, words);
    }
    for text in ["t,va\n", "t,va\n0,1\n"] {
        let file = write(&folder, "short.csv", text);
        refuse(&["replay", file.to_str().expect("ASCII")], 3, &["at least two are needed"]);
    }
}

/// [V1, V3] `--scale` multiplies, also by a negative factor; the power follows.
#[test]
fn scale_multiplies() {
    let folder = folder("scale");
    let mut record = scene().record(RATE_HZ, 4000);
    for (name, samples) in &mut record.columns {
        let factor = if name.starts_with('v') { 1e-3 } else { -2.0 };
        samples.iter_mut().for_each(|sample| *sample *= factor);
    }
    let file = record.write(&folder, "record.csv");
    let factors = "va=1000,vb=1000,vc=1000,ia=-0.5,ib=-0.5,ic=-0.5";
    scene().check(&Document::of(&file, &["--scale", factors]), &EXACT);
    let name = file.to_str().expect("ASCII");
    refuse(&["replay", name, "--scale", "in=2"], 2, &["in", "not mapped"]);
    refuse(&["replay", name, "--scale", "va=0"], 2, &["other than 0"]);
}

/// [V3] `--map` takes a channel by its number or its name.
#[test]
fn map_by_name_and_number() {
    let folder = folder("map");
    let file = columns(&["va", "vb", "ia", "ib"]).write(&folder, "record.csv");
    let by_name = Document::of(&file, &["--map", "va=vb,ia=ib", "--wiring", "1p2w"]);
    let by_number = Document::of(&file, &["--map", "va=#2,ia=#4", "--wiring", "1p2w"]);
    assert_eq!(by_name.digest(), by_number.digest());
    close("V", by_name.value("voltage_ln", "l1"), scene().v[1].rms(), 1e-6 * 230.0);
    let name = file.to_str().expect("ASCII");
    refuse(&["replay", name, "--map", "va=vx"], 2, &["no channel `vx`", "#1", "#4"]);
    refuse(&["replay", name, "--map", "va=#9"], 2, &["no channel `#9`", "#1", "#4"]);
    refuse(&["replay", name, "--map", "va=ia"], 2, &["is in A, not in V"]);
    refuse(&["replay", name, "--map", "va=va,vb=va"], 2, &["mapped to"]);
    refuse(&["replay", name, "--map", "nonsense"], 2, &["va=NAME or va=#3"]);
}

/// [V1, V6] `--from` and `--to` cut out a part: of a record whose load changes, either half alone.
#[test]
fn from_and_to_cut_a_part_out() {
    let folder = folder("cut");
    let hz = 50.0;
    let record = Record::new(RATE_HZ)
        .with("va", 16_000, |t| Signal::sine(230.0, 0.0).at(hz * t))
        .with("ia", 16_000, |t| Signal::sine(if t < 1.0 { 5.0 } else { 7.0 }, 0.0).at(hz * t));
    let file = record.write(&folder, "record.csv");
    for (options, amps, samples) in [
        (["--from", "0", "--to", "1"], 5.0, 8000.0),
        (["--from", "1", "--to", "2"], 7.0, 8000.0),
        (["--from", "1.25", "--to", "1.75"], 7.0, 4000.0),
    ] {
        let document = Document::of(&file, &options);
        assert_eq!(document.number("samples"), samples);
        close("I", document.value("current", "l1"), amps, 1e-6 * amps);
    }
    let name = file.to_str().expect("ASCII");
    refuse(&["replay", name, "--from", "3"], 2, &["no samples", "2.000000 s long"]);
    refuse(&["replay", name, "--from", "1", "--to", "0.5"], 2, &["no samples"]);
    refuse(&["replay", name, "--section", "2"], 2, &["the recording has 1"]);
    refuse(&["replay", name, "--section", "0"], 2, &["counted from 1"]);
}

/// [V1, V4, V6, V7] `--rate` resamples: from the 30707 S/s of a real recorder to 8000, and nothing is
/// lost.
#[test]
fn rate_resamples() {
    let folder = folder("rate");
    let scene = scene();
    let file = scene.record(30_707.0, 30_707).write(&folder, "record.csv");
    let document = Document::of(&file, &["--rate", "8000"]);
    assert_eq!(document.number("sample_rate_hz"), 8000.0);
    assert!(document.notes().contains("resampled to 8000 Hz"), "{}", document.notes());
    let worst = scene.check(&document, &EXACT);
    println!("30707 to 8000 S/s: {worst:.3?} of the limits");
}

/// [V1, V6] Times that are not evenly spaced: the record is read at its mean rate, and says so.
#[test]
fn uneven_times_are_resampled() {
    let folder = folder("uneven");
    let scene = scene();
    // Each sample is up to a fifth of a period early or late, and its values are those of its time.
    let time = |n: usize| (n as f64 + 0.2 * (0.7 * n as f64).sin()) / RATE_HZ;
    let mut record = Record::new(RATE_HZ);
    for (name, signal) in [("va", scene.v[0]), ("ia", scene.i[0])] {
        let samples = (0..8000).map(|n| signal.at(scene.hz * time(n))).collect();
        record.columns.push((name, samples));
    }
    let file = write(&folder, "uneven.csv", record.csv_at(time));
    let document = Document::of(&file, &[]);
    assert!(document.notes().contains("resampled"), "{}", document.notes());
    let errors = [
        document.value("voltage_ln", "l1") / scene.v[0].rms() - 1.0,
        document.value("current", "l1") / scene.i[0].rms() - 1.0,
        document.value("frequency", "system") / scene.hz - 1.0,
    ];
    println!("uneven times: V, I, f off by {}", errors.map(|e| format!("{e:.1e}")).join(" "));
    assert!(errors.iter().all(|error| error.abs() < 1e-6), "{errors:?}");
}

/// [E2, E4] A wiring system that is not known is refused with the list of those that are.
#[test]
fn wiring_by_its_name() {
    let file = columns(&["va", "ia"]).write(&folder("wiring"), "record.csv");
    let name = file.to_str().expect("ASCII");
    refuse(
        &["replay", name, "--wiring", "4p5w"],
        2,
        &["3p4w", "3p3w", "2p3w", "1p2w", "wild-leg", "3x1p"],
    );
}

/// The table without `--json` holds the same digest and values.
#[test]
fn the_table_tells_the_same() {
    let file = scene().record(RATE_HZ, 4000).write(&folder("table"), "record.csv");
    let name = file.to_str().expect("ASCII");
    let (table, document) = (run(&["replay", name]), Document::of(&file, &[]));
    assert_eq!(table.code, 0);
    assert!(table.stdout.contains(document.digest()), "{}", table.stdout);
    let volts = format!("{:.6}", document.value("voltage_ln", "l1"));
    assert!(table.stdout.contains(&volts), "{volts} is not in\n{}", table.stdout);
    assert!(table.stderr.contains("front end: ideal"), "{}", table.stderr);
}
