//! Writes the Parquet files of a small fleet, and what a database must find in them: for `ci/duckdb`.
//!
//! ```text
//! cargo run -p files --example fleet FOLDER EXPECTATIONS.json
//! ```
//!
//! Two devices, three months of quarter hours. Of a second meter some readings are missing; what it counted
//! meanwhile is in the gain that follows, so that gains add up to the counter.

use catalog::{QuantityId, Register, Scope, point};
use files::Facts;
use files::parquet::{Files, write};
use image::MeterId;
use jiff::tz::TimeZone;
use port::{Reason, SlotId, Timestamp};
use serde_json::{Value, json};
use std::error::Error;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use store::{Aggregate, Cell, Column, Layout, Row, RowFlags, Rows};

/// 2026-01-01T00:00:00Z.
const BEGIN_S: i64 = 1_767_225_600;
/// Days of January, February and March 2026.
const MONTHS: [(&str, u64); 3] = [("2026-01", 31), ("2026-02", 28), ("2026-03", 31)];
/// Quarter hours of a day.
const DAY: u64 = 96;
/// Every so many rows the second meter is silent. A prime, so that it falls on all times of a day.
const SILENT_EVERY: u64 = 97;
/// Serials; one looks like a number and must stay a text.
const SERIALS: [&str; 2] = ["EM1234", "0005678"];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [folder, expectations] = &arguments[..] else {
        return Err("fleet FOLDER EXPECTATIONS.json".into());
    };
    let layout = layout();
    let mut devices = Vec::new();
    for (number, serial) in (0..).zip(SERIALS) {
        let rows = rows(number);
        write(&mut Folder(folder), &layout, &facts(serial), stream(&rows))?;
        devices.push(expected(serial, &layout, &rows));
    }
    let document = json!({ "job": layout.job, "types": types(&layout), "devices": devices });
    fs::write(expectations, serde_json::to_string_pretty(&document)?)?;
    Ok(())
}

/// Gain and standing of a counter, a power, and the gain of a second meter.
fn layout() -> Layout {
    let second = MeterId::Esy(SlotId::new(1).expect("the first slot"));
    let energy = point(QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System);
    let power = point(QuantityId::ActivePower, None, Scope::System);
    let columns = [
        (MeterId::Main, energy, Aggregate::Delta),
        (MeterId::Main, energy, Aggregate::Last),
        (MeterId::Main, power, Aggregate::Mean),
        (second, energy, Aggregate::Delta),
    ];
    let column = |(meter, point, aggregate): (MeterId, Option<_>, _)| Column {
        meter,
        point: point.expect("the meter has it"),
        aggregate,
    };
    Layout { id: 1, job: "quarter".into(), interval_s: 900, columns: columns.map(column).into() }
}

fn facts(serial: &str) -> Facts {
    Facts {
        serial: serial.into(),
        version: "0".into(),
        software_id: "0".into(),
        zone: TimeZone::UTC,
        created: Timestamp::from_unix_s(BEGIN_S),
    }
}

/// The rows of a device.
fn rows(device: u64) -> Vec<Row> {
    let days: u64 = MONTHS.iter().map(|(_, days)| days).sum();
    let mut standing = 1_000_000 * device as i64;
    let mut unseen = 0;
    let row = |n: u64| {
        let gain = gain(device, n);
        standing += gain;
        unseen += gain / 3;
        let silent = n % SILENT_EVERY == SILENT_EVERY - 1;
        let second = if silent {
            Cell::absent(Reason::BusTimeout)
        } else {
            Cell::good(std::mem::take(&mut unseen))
        };
        let start = Timestamp::from_unix_s(BEGIN_S + 900 * n as i64);
        Row {
            seq: n,
            start,
            end: start + 900.0,
            measured_ms: 900_000,
            flags: RowFlags::NONE,
            cells: vec![
                Cell::good(gain),
                Cell::good(standing),
                Cell::good(40 * gain - 20_000),
                second,
            ],
        }
    };
    (0..days * DAY).map(row).collect()
}

/// Watt-hours of a quarter hour: anything from 0 to 1499.
fn gain(device: u64, n: u64) -> i64 {
    ((n * 7919 + device * 104_729) % 1500) as i64
}

fn stream(rows: &[Row]) -> Rows<'_> {
    Box::new(rows.iter().cloned().map(Ok))
}

/// What a database must find of a device, by the integers of its rows.
fn expected(serial: &str, layout: &Layout, rows: &[Row]) -> Value {
    let gains =
        (0..).zip(&layout.columns).filter(|(_, column)| column.aggregate == Aggregate::Delta);
    let gains: Vec<(usize, String)> = gains.map(|(place, column)| (place, name(column))).collect();
    let mut monthly = Vec::new();
    let mut rest = rows;
    for (month, days) in MONTHS {
        let (these, others) = rest.split_at((days * DAY) as usize);
        rest = others;
        for (place, column) in &gains {
            monthly
                .push(json!({ "month": month, "column": column, "sum": kilo(sum(these, *place)) }));
        }
    }
    let missing =
        |place: usize| rows.iter().filter(|row| row.cells[place].value().is_none()).count();
    let absent = layout
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| (name(column), json!(missing(place))));
    let counted =
        rows[rows.len() - 1].cells[1].steps - rows[0].cells[1].steps + rows[0].cells[0].steps;
    let total = json!({ name(&layout.columns[0]): kilo(counted) });
    let absent: serde_json::Map<String, Value> = absent.collect();
    json!({ "serial": serial, "rows": rows.len(), "absent": absent, "monthly": monthly, "total": total })
}

fn sum(rows: &[Row], place: usize) -> i64 {
    rows.iter().filter_map(|row| row.cells[place].value()).sum()
}

/// Thousandths as a number with three decimals; counters only grow.
fn kilo(steps: i64) -> String {
    format!("{}.{:03}", steps / 1000, steps % 1000)
}

/// Types as DuckDB calls them.
fn types(layout: &Layout) -> Value {
    let ours =
        layout.columns.iter().map(|c| (name(c), json!(format!("DECIMAL(18,{})", c.decimals()))));
    let mut types: serde_json::Map<String, Value> = ours.collect();
    types.insert("timestamp".into(), json!("TIMESTAMP WITH TIME ZONE"));
    types.insert("duration_s".into(), json!("DECIMAL(18,9)"));
    types.insert("device".into(), json!("VARCHAR"));
    types.insert("date".into(), json!("DATE"));
    Value::Object(types)
}

fn name(column: &Column) -> String {
    column.path().replace(['/', '.'], "_")
}

/// Files below a folder, under another name until they are finished.
struct Folder<'a>(&'a Path);

impl Folder<'_> {
    fn unfinished(&self, path: &str) -> PathBuf {
        self.0.join(path).with_extension("unfinished")
    }
}

impl Files for Folder<'_> {
    type File = File;

    fn create(&mut self, path: &str) -> io::Result<File> {
        let path = self.unfinished(path);
        fs::create_dir_all(path.parent().expect("it is below the folder"))?;
        File::create(path)
    }

    fn finish(&mut self, path: &str, file: File) -> io::Result<()> {
        file.sync_all()?;
        fs::rename(self.unfinished(path), self.0.join(path))
    }
}
