//! `ems store gaps`: what is missing in the rows of a job, and how good the rest is.

use super::print_json;
use crate::cli::DataArgs;
use crate::document::rfc3339;
use crate::failure::Failure;
use crate::keeping;
use port::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use store::history::RowsOf;
use store::query::range;
use store::query::{Hole, QualityReport, quality};
use store::{Layout, RowFlag};

/// Columns with cells that are not good which the table names; the document has all.
const COLUMNS_NAMED_MAX: usize = 20;

#[derive(Serialize)]
struct Document {
    schema: u32,
    job: String,
    layouts: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    interval_s: u32,
    rows: u64,
    expected_s: f64,
    measured_s: f64,
    flags: BTreeMap<&'static str, u64>,
    holes: Vec<HoleEntry>,
    holes_left_off: u64,
    columns: Vec<ColumnEntry>,
}

#[derive(Serialize)]
struct HoleEntry {
    from: String,
    to: String,
    missing_s: f64,
    flags: Vec<&'static str>,
}

#[derive(Serialize)]
struct ColumnEntry {
    path: String,
    good: u64,
    flagged: u64,
    absent: u64,
}

/// Prints the report of a job, layout by layout.
pub fn print(
    data: &DataArgs,
    job: &str,
    [from, to]: [Option<&str>; 2],
    json: bool,
) -> Result<(), Failure> {
    let keeping = keeping::open_to_read(data)?;
    let zone = &keeping.configuration.zone;
    let moment = |option: &str, text: Option<&str>| {
        text.map(|text| range::moment(text, zone))
            .transpose()
            .map_err(|error| Failure::Usage(format!("--{option}: {error}")))
    };
    let (from, to) = (moment("from", from)?, moment("to", to)?);
    let layouts: Vec<&Layout> =
        keeping.history.layouts().iter().filter(|layout| layout.job == job).collect();
    if layouts.is_empty() {
        return Err(Failure::Usage(format!("there are no rows of a job \"{job}\"")));
    }
    let mut reports = Vec::new();
    for layout in layouts {
        let mut ask = RowsOf::all(layout.id);
        (ask.from, ask.to) = (from.unwrap_or(ask.from), to.unwrap_or(ask.to));
        // Without a range, what counts is from the first row to the last.
        let Some((first, last)) = reach(&keeping.history, &ask)? else { continue };
        let rows = keeping.history.rows(&ask).map_err(keeping::failure)?;
        let report = quality(layout, rows, from.unwrap_or(first), to.unwrap_or(last));
        reports.push((layout.interval_s, report.map_err(keeping::failure)?));
    }
    let mut out = std::io::stdout().lock();
    if json {
        let layouts = reports.iter().map(|(interval_s, report)| entry(*interval_s, report));
        let document = Document { schema: 1, job: job.into(), layouts: layouts.collect() };
        return print_json(&mut out, &document);
    }
    reports.iter().try_for_each(|(interval_s, report)| table(&mut out, *interval_s, report))
}

/// When the first row began and the last ended.
fn reach(
    history: &store::history::History,
    ask: &RowsOf,
) -> Result<Option<(Timestamp, Timestamp)>, Failure> {
    let mut reach: Option<(Timestamp, Timestamp)> = None;
    let heads = RowsOf { columns: Some(Vec::new()), ..ask.clone() };
    for row in history.rows(&heads).map_err(keeping::failure)? {
        let row = row.map_err(keeping::failure)?;
        let (first, last) = reach.unwrap_or((row.start, row.end));
        reach = Some((first.min(row.start), last.max(row.end)));
    }
    Ok(reach)
}

fn entry(interval_s: u32, report: &QualityReport) -> Entry {
    let hole = |hole: &Hole| HoleEntry {
        from: rfc3339(hole.from),
        to: rfc3339(hole.to),
        missing_s: hole.missing_ms as f64 / 1e3,
        flags: hole.flags.slugs(),
    };
    Entry {
        interval_s,
        rows: report.rows,
        expected_s: report.expected_ms as f64 / 1e3,
        measured_s: report.measured_ms as f64 / 1e3,
        flags: RowFlag::ALL.iter().map(|flag| flag.slug()).zip(report.flags).collect(),
        holes: report.holes.iter().map(hole).collect(),
        holes_left_off: report.holes_left_off,
        columns: report
            .columns
            .iter()
            .map(|column| ColumnEntry {
                path: column.path.clone(),
                good: column.good,
                flagged: column.flagged,
                absent: column.absent,
            })
            .collect(),
    }
}

fn table(out: &mut impl Write, interval_s: u32, report: &QualityReport) -> Result<(), Failure> {
    let part = match report.expected_ms {
        0 => 100.0,
        expected => report.measured_ms as f64 / expected as f64 * 100.0,
    };
    writeln!(
        out,
        "{}: {} rows of {interval_s} s, {part:.3} % of the time was measured",
        report.job, report.rows
    )?;
    for (flag, count) in RowFlag::ALL.iter().zip(report.flags).filter(|(_, count)| *count > 0) {
        writeln!(out, "  {count} rows: {}", flag.slug())?;
    }
    for hole in &report.holes {
        let flags = hole.flags.slugs().join(" ");
        let missing_s = hole.missing_ms as f64 / 1e3;
        let (from, to) = (rfc3339(hole.from), rfc3339(hole.to));
        writeln!(out, "  {from} to {to}: {missing_s:.3} s are missing {flags}")?;
    }
    if report.holes_left_off > 0 {
        writeln!(out, "  and {} more holes", report.holes_left_off)?;
    }
    let odd: Vec<_> =
        report.columns.iter().filter(|column| column.flagged + column.absent > 0).collect();
    for column in odd.iter().take(COLUMNS_NAMED_MAX) {
        writeln!(
            out,
            "  {}: {} good, {} flagged, {} absent",
            column.path, column.good, column.flagged, column.absent
        )?;
    }
    if odd.len() > COLUMNS_NAMED_MAX {
        writeln!(out, "  and {} more columns; --json has all", odd.len() - COLUMNS_NAMED_MAX)?;
    }
    Ok(())
}
