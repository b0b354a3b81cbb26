//! Time in the product: clocks that are set, days of 23 and 25 hours, tariffs by calendar.
//!
//! One heater of 3.6 kW: a watt-hour a second, whatever any clock says.

mod common;

use common::run;
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Counters are kept in nanowatt-seconds.
const RAW_PER_WH: i64 = 3_600_000_000_000;

/// The heater from a moment on, by phasors.
fn heater(start: &str, duration: &str, clock: &[(&str, &str)]) -> String {
    let head = format!(
        "schema = 1\nname = \"Time\"\nseed = 1\nstart = \"{start}\"\nduration = \"{duration}\"\n\
         fidelity = \"phasor\"\n[device]\nwiring = \"3p4w\"\nfront_end = \"ideal\"\n\
         [[loads]]\nname = \"Heater\"\nkind = \"resistive\"\nconnect = \"l1\"\npower = \"3.6 kW\"\n"
    );
    let set = |(at, by): &(&str, &str)| {
        format!("[[timeline]]\nkind = \"clock\"\nat = \"{at}\"\nby = \"{by}\"\n")
    };
    head + &clock.iter().map(set).collect::<String>()
}

/// A folder in which a scenario ran.
struct Kept {
    folder: TempDir,
    /// What it printed at its end.
    result: Value,
}

fn text(path: &Path) -> &str {
    path.to_str().expect("ASCII")
}

/// Runs a scenario, configured before if there is a configuration.
fn kept(scenario: &str, configuration: Option<&str>) -> Kept {
    let folder = tempfile::tempdir().expect("a folder");
    let [data, file, config] =
        ["data", "time.toml", "meter.toml"].map(|name| folder.path().join(name));
    fs::write(&file, scenario).expect("a file");
    if let Some(configuration) = configuration {
        fs::create_dir(&data).expect("a folder");
        fs::write(&config, configuration).expect("a file");
        let ran = run(&["config", "import", text(&config), "--data", text(&data)]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let usual = ["--no-web", "--modbus", "127.0.0.1:0", "--speed", "max", "--json"];
    let ran = run(&[&["run", text(&file), "--data", text(&data)], &usual[..]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let last = ran.stdout.lines().last().expect("a result");
    Kept { result: serde_json::from_str(last).expect("JSON"), folder }
}

/// A row as it is exported.
#[derive(Debug)]
struct Row {
    start: String,
    offset_min: i64,
    duration_s: f64,
    flags: String,
    seq: u64,
    /// Gains in watt-hours, of the columns asked for.
    gains: Vec<i64>,
}

impl Kept {
    /// The counters of the built-in meter at the end, by path.
    fn counters(&self) -> Value {
        let ran =
            run(&["store", "stats", "--json", "--data", text(&self.folder.path().join("data"))]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let stats: Value = serde_json::from_str(&ran.stdout).expect("one document");
        stats["counters"].clone()
    }

    /// A counter at the end, in watt-hours.
    fn wh(&self, register: &str) -> i64 {
        let path = format!("active_energy_import.{register}.system");
        let counters = self.counters();
        let raw = counters["meters"]["main"][&path].as_str().expect("a text");
        raw.parse::<i64>().expect("a small number") / RAW_PER_WH
    }

    /// Rows of a job with the gains of some registers.
    fn rows(&self, job: &str, registers: &[&str], more: &[&str]) -> Vec<Row> {
        let out = self.folder.path().join(format!("out{}", more.concat().replace('/', "-")));
        let data = self.folder.path().join("data");
        let column = |register: &&str| format!("main/active_energy_import.{register}.system/delta");
        let columns: Vec<String> = registers.iter().map(column).collect();
        let mut arguments =
            vec!["export", "--job", job, "--out", text(&out), "--data", text(&data)];
        for column in &columns {
            arguments.extend(["--columns", column]);
        }
        let ran = run(&[&arguments[..], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let files = fs::read_dir(&out).expect("it was written");
        let mut paths = files.map(|file| file.expect("readable").path());
        let csv = paths.find(|path| path.extension().is_some_and(|end| end == "csv"));
        let csv = fs::read_to_string(csv.expect("a file")).expect("UTF-8");
        csv.lines().skip(1).map(|line| row(line, columns.len())).collect()
    }
}

fn row(line: &str, gains: usize) -> Row {
    let cells: Vec<&str> = line.trim_end().split(',').collect();
    let wh = |cell: &&str| (cell.parse::<f64>().expect("a gain") * 1000.0).round() as i64;
    Row {
        start: cells[0].into(),
        offset_min: cells[1].parse().expect("minutes"),
        duration_s: cells[2].parse().expect("seconds"),
        flags: cells[5].into(),
        gains: cells[6..6 + gains].iter().map(wh).collect(),
        seq: cells[6 + gains].parse().expect("a number"),
    }
}

fn sum(rows: &[Row], place: usize) -> i64 {
    rows.iter().map(|row| row.gains[place]).sum()
}

/// An hour forwards and back, thirty days, to 1970, to 2038 and to 2100 and home again.
const SETTINGS: [(&str, &str); 7] = [
    ("600.5 s", "1 h"),
    ("20 min", "-1 h"),
    ("30 min", "30 d"),
    ("40 min", "-20500 d"),
    ("50 min", "24785 d"),
    ("60 min", "22700 d"),
    ("70 min", "-27015 d"),
];

/// [D-9] No clock changes an energy; rows are cut where it was set and say so, none is lost and none is told
/// twice, and before 2025 they say that the time is not known.
#[test]
fn a_clock_that_is_set_changes_no_energy_and_loses_no_row() {
    let start = "2026-03-26T10:00:30Z";
    let plain = kept(&heater(start, "2 h", &[]), None);
    let set = kept(&heater(start, "2 h", &SETTINGS), None);
    for key in ["pulses", "samples"] {
        assert_eq!(plain.result[key], set.result[key], "{key}");
    }
    let (before, after) = (plain.counters(), set.counters());
    assert_eq!(before["meters"], after["meters"], "every counter, to the last nanowatt-second");
    assert_eq!(after["event_counters"]["clock_sets"], 7);
    for (job, interval_s) in [("minutes", 60.0), ("demand", 900.0)] {
        let rows = set.rows(job, &["total"], &[]);
        assert_eq!(sum(&rows, 0), 7_200, "{job}: gains add up to the counter");
        for (place, row) in rows.iter().enumerate() {
            assert_eq!(row.seq, place as u64 + 1, "{job}: rows are numbered");
            assert!(row.duration_s <= interval_s, "{job}: {row:?}");
            let is_early = row.start.as_str() < "2025";
            assert_eq!(row.flags.contains("time_unknown"), is_early, "{job}: {row:?}");
        }
        // The first interval had begun half a minute before the run.
        let length_s: f64 = rows.iter().map(|row| row.duration_s).sum();
        assert!((length_s - 7_230.0).abs() < 1e-6, "{job}: {length_s} s");
        let flagged = rows.iter().filter(|row| row.flags.contains("clock_set")).count();
        assert!(flagged >= SETTINGS.len(), "{job}: {flagged} rows say that the clock was set");
    }
}

/// Quarters of an hour of three registers in Paris, and a night tariff.
const NIGHTS: &str = "zone = \"Europe/Paris\"\n\
    [[log]]\nname = \"quarters\"\ninterval = \"15min\"\nmeters = [\"main\"]\n\
    points = [\"active_energy_import.*.system\"]\naggregates = [\"delta\"]\n\
    [[tariff]]\ntariff = 2\nat = [\"22:00-06:00\"]\n\
    [settings]\ntariff_mode = \"by_calendar\"\n";

const REGISTERS: [&str; 3] = ["total", "t1", "t2"];

/// Three days from midnight to midnight in Paris around a change of the clocks.
fn three_days(start: &str, duration: &str, hours: [i64; 3], offsets: [i64; 3]) {
    let kept = kept(&heater(start, duration, &[]), Some(NIGHTS));
    let days = kept.rows("quarters", &REGISTERS, &["--step", "day"]);
    assert_eq!(days.len(), 3, "{days:?}");
    for ((day, hours), offset) in days.iter().zip(hours).zip(offsets) {
        assert_eq!(day.duration_s, hours as f64 * 3600.0, "{day:?}");
        assert_eq!(day.offset_min, offset, "{day:?}");
        // 3.6 kWh an hour; from 6 to 22 there are always 16 of them, so the night has the rest.
        assert_eq!(day.gains, [hours * 3_600, 16 * 3_600, (hours - 16) * 3_600], "{day:?}");
    }
    for (place, register) in REGISTERS.iter().enumerate() {
        assert_eq!(sum(&days, place), kept.wh(register), "{register}");
    }
    assert_eq!(kept.wh("t1") + kept.wh("t2"), kept.wh("total"));
}

/// [D-9] The day of 23 hours: its night is an hour shorter, in the second tariff and in the energy.
#[test]
fn a_day_of_23_hours_is_right() {
    three_days("2026-03-27T23:00:00Z", "71 h", [24, 23, 24], [60, 60, 120]);
}

/// [D-9] The day of 25 hours.
#[test]
fn a_day_of_25_hours_is_right() {
    three_days("2026-10-23T22:00:00Z", "73 h", [24, 25, 24], [120, 120, 60]);
}

/// [D-9] The hour that the local clock shows twice is two rows, with all that was counted in each.
#[test]
fn the_hour_that_comes_twice_is_two_rows() {
    let kept = kept(&heater("2026-10-24T22:00:00Z", "6 h", &[]), Some(NIGHTS));
    let hours = kept.rows("quarters", &REGISTERS, &["--step", "1h"]);
    let told: Vec<(&str, i64)> =
        hours.iter().map(|hour| (&hour.start[11..16], hour.offset_min)).collect();
    let wanted = [
        ("22:00", 120),
        ("23:00", 120),
        ("00:00", 120),
        ("01:00", 60),
        ("02:00", 60),
        ("03:00", 60),
    ];
    assert_eq!(told, wanted);
    assert!(hours.iter().all(|hour| hour.gains == [3_600, 0, 3_600]), "{hours:?}");
}

/// [D-9] The tariff changes at the local moment, not a window later, and follows a clock that is set.
#[test]
fn tariffs_change_at_the_local_moment() {
    // 21:59 in Paris; a minute of the day is left, then the clock goes back by two hours for ten minutes.
    let clock = [("6 min", "-2 h"), ("16 min", "2 h")];
    let kept = kept(&heater("2026-03-26T20:59:00Z", "20 min", &clock), Some(NIGHTS));
    assert_eq!((kept.wh("t1"), kept.wh("t2")), (60 + 600, 5 * 60 + 240));
    assert_eq!(kept.wh("total"), 1_200);
}
