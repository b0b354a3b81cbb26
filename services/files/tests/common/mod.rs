//! What the tests share: facts, layouts and rows drawn at random, exports into memory.

#![allow(dead_code, reason = "each test file uses a part")]

use files::csv::Style;
use files::parquet::Files;
use files::{Facts, FilesError, Imported, csv, json, parquet};
use image::MeterId;
use jiff::tz::TimeZone;
use port::{Reason, SlotId, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Seek, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use store::{Aggregate, Cell, Column, Layout, Quality, Row, RowFlags, Rows};

pub fn facts() -> Facts {
    Facts {
        serial: "EM1234".into(),
        version: "0.1.0".into(),
        software_id: "abcd".into(),
        zone: TimeZone::get("Europe/Rome").unwrap(),
        created: Timestamp::from_unix_s(1_795_680_900),
    }
}

/// Rows as the store would give them.
pub fn stream(rows: &[Row]) -> Rows<'_> {
    Box::new(rows.iter().cloned().map(Ok))
}

pub fn to_csv(layout: &Layout, style: Style, rows: &[Row]) -> Result<Vec<u8>, FilesError> {
    let mut bytes = Vec::new();
    csv::write(&mut bytes, layout, &facts(), style, stream(rows)).map(|_| bytes)
}

pub fn to_json(layout: &Layout, rows: &[Row]) -> Result<Vec<u8>, FilesError> {
    let mut bytes = Vec::new();
    json::write(&mut bytes, layout, &facts(), stream(rows)).map(|_| bytes)
}

/// Files in memory by path, in the order in which they were finished.
#[derive(Default)]
pub struct InMemory(pub Vec<(String, Vec<u8>)>);

impl Files for InMemory {
    type File = Vec<u8>;

    fn create(&mut self, _: &str) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn finish(&mut self, path: &str, file: Vec<u8>) -> io::Result<()> {
        self.0.push((path.into(), file));
        Ok(())
    }
}

pub fn to_parquet(layout: &Layout, rows: &[Row]) -> Result<Vec<(String, Vec<u8>)>, FilesError> {
    let mut files = InMemory::default();
    parquet::write(&mut files, layout, &facts(), stream(rows)).map(|_| files.0)
}

/// A file of these bytes that has no name.
pub fn file(bytes: &[u8]) -> File {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(bytes).unwrap();
    file.rewind().unwrap();
    file
}

/// Layout and rows of an import, or the first error.
pub fn all(imported: Result<Imported<'_>, FilesError>) -> Result<(Layout, Vec<Row>), String> {
    let imported = imported.map_err(|error| error.to_string())?;
    let rows: Result<Vec<Row>, _> = imported.rows.collect();
    Ok((imported.layout, rows.map_err(|error| error.to_string())?))
}

/// A column by its public name.
pub fn column(path: &str) -> Column {
    let parts: Vec<&str> = path.split('/').collect();
    let meter = match parts[0] {
        "main" => MeterId::Main,
        esy => MeterId::Esy(SlotId::new(esy[3..].parse().unwrap()).unwrap()),
    };
    let point = catalog::points().iter().find(|point| point.path() == parts[1]).unwrap().id;
    let aggregate = Aggregate::ALL.into_iter().find(|a| a.slug() == parts[2]).unwrap();
    Column { meter, point, aggregate }
}

/// A job of quarter hours with a power and a gain of energy.
pub fn quarter() -> Layout {
    let columns = ["main/active_power.system/mean", "esy1/active_energy_import.total.system/delta"];
    Layout { id: 0, job: "quarter".into(), interval_s: 900, columns: columns.map(column).into() }
}

/// The n-th quarter hour since 2026-03-01, 1.5 W less a row, with a gain of 1 Wh more a row.
pub fn quarter_row(n: u64) -> Row {
    let start = Timestamp::from_unix_s(1_772_323_200 + 900 * n as i64);
    Row {
        seq: n,
        start,
        end: start + 900.0,
        measured_ms: 900_000,
        flags: RowFlags::NONE,
        cells: vec![Cell::good(5 - 15 * n as i64), Cell::good(n as i64)],
    }
}

/// Any layout and rows of it, with values and times from a range.
pub fn history(
    steps: impl Strategy<Value = i64> + Clone + 'static,
) -> impl Strategy<Value = (Layout, Vec<Row>)> {
    layout().prop_flat_map(move |layout| {
        let row = row(layout.columns.len(), steps.clone());
        (Just(layout), prop::collection::vec(row, 1..30))
    })
}

fn layout() -> impl Strategy<Value = Layout> {
    let meter = select(vec!["main", "esy1", "esy10"]);
    let column = (meter, any::<Index>(), select(Aggregate::ALL.to_vec())).prop_map(
        |(meter, point, aggregate)| {
            let points = catalog::points();
            let point = &points[point.index(points.len())];
            column(&format!("{meter}/{}/{}", point.path(), aggregate.slug()))
        },
    );
    let columns = prop::collection::btree_map(any::<u16>(), column, 0..6);
    ("\\PC{0,12}|[=+@'-][a-z\t]*", 1u32.., columns).prop_map(|(job, interval_s, columns)| {
        let mut seen = BTreeMap::new();
        let fresh = |column: &Column| seen.insert(column.path(), ()).is_none();
        let columns = columns.into_values().filter(fresh).collect();
        Layout { id: 0, job, interval_s, columns }
    })
}

fn row(columns: usize, steps: impl Strategy<Value = i64> + 'static) -> impl Strategy<Value = Row> {
    let start = prop_oneof![any::<i64>(), (0i64..2_000_000_000).prop_map(|s| s * 1_000_000_000)];
    let length =
        prop_oneof![Just(900_000_000_000), 0i64..100_000_000_000_000_000, Just(1_500_000_000)];
    let seq = 0..=i64::MAX as u64;
    let flags = 0u8..0x80;
    let cells = prop::collection::vec(cell(steps), columns);
    (start, length, any::<u32>(), seq, flags, cells).prop_map(
        |(start, length, measured_ms, seq, flags, cells)| Row {
            seq,
            start: Timestamp { unix_ns: start },
            end: Timestamp { unix_ns: start.saturating_add(length) },
            measured_ms: measured_ms.into(),
            flags: RowFlags(flags),
            cells,
        },
    )
}

fn cell(steps: impl Strategy<Value = i64>) -> impl Strategy<Value = Cell> {
    (steps, prop_oneof![4 => Just(Quality::GOOD), 1 => quality()]).prop_map(|(steps, quality)| {
        Cell { steps: if quality.has_value() { steps } else { 0 }, quality }
    })
}

fn quality() -> impl Strategy<Value = Quality> {
    let reasons =
        subsequence(Reason::ALL.to_vec(), 1).prop_map(|reasons| Quality::absent(reasons[0]));
    prop_oneof![(0u8..0x20).prop_map(Quality), reasons]
}

/// A file that counts what was written to it, and forgets it; clones count together.
#[derive(Clone, Default)]
pub struct Counted(pub Arc<AtomicU64>);

impl Counted {
    pub fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Files for Counted {
    type File = Counted;

    fn create(&mut self, _: &str) -> io::Result<Counted> {
        Ok(self.clone())
    }

    fn finish(&mut self, _: &str, _: Counted) -> io::Result<()> {
        Ok(())
    }
}
