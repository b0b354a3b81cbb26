//! `ems verify compare`: what changed between two certificates, worst first.

use super::{read, write};
use crate::failure::Failure;
use crate::table::Table;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use verify::compare::{Change, Verdict, compare as changes};
use verify::document::{Certificate, SCHEMA};

/// The JSON document.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    before: Side<'a>,
    now: Side<'a>,
    unchanged: usize,
    changes: &'a [Change],
}

/// One of the two.
#[derive(Serialize)]
struct Side<'a> {
    report_id: &'a str,
    commit: &'a str,
    software_id: &'a str,
    passed: bool,
}

/// Compares two `certificate.json`.
pub fn compare(before: &Path, now: &Path, json: bool) -> Result<(), Failure> {
    let (before, now) = (certificate(before)?, certificate(now)?);
    let changes = changes(&before, &now);
    let changed = changes.iter().filter(|change| change.is_one()).count();
    let gone = changes.iter().filter(|change| change.verdict == Verdict::Gone).count();
    let unchanged = now.points.len() + gone - changed;
    if json {
        let document = Document {
            schema: 1,
            before: side(&before),
            now: side(&now),
            unchanged,
            changes: &changes,
        };
        write!(std::io::stdout().lock(), "{}", write::json(&document)?)?;
        return Ok(());
    }
    let mut out = std::io::stdout().lock();
    for (name, certificate) in [("before", &before), ("now", &now)] {
        writeln!(
            out,
            "{name:<7} {} commit {}, metrology {}, {}: {}",
            certificate.report_id,
            certificate.program.commit,
            certificate.program.software_id,
            certificate.program.command,
            if certificate.passed { "pass" } else { "FAIL" }
        )?;
    }
    writeln!(out, "{changed} points changed, {unchanged} did not")?;
    if !changes.is_empty() {
        write!(out, "\n{}", rows(&changes))?;
    }
    Ok(())
}

fn rows(changes: &[Change]) -> String {
    let number = |value: Option<f64>| value.map_or("-".to_string(), |value| format!("{value:+.5}"));
    let head = ["verdict", "of limit", "before", "now", "limit", "unit", "point"];
    let mut rows = Table::new(&head).right(&[1, 2, 3, 4]);
    for change in changes {
        rows.row(&[
            change.verdict.name(),
            &format!("{:+.2} %", 100.0 * change.worse),
            &number(change.before),
            &number(change.now),
            &limit(change),
            &change.error_unit,
            &change.id,
        ]);
    }
    rows.to_string()
}

/// The limit, and what it was if that is something else.
fn limit(change: &Change) -> String {
    match change.limit_before.filter(|before| *before != change.limit) {
        Some(before) => format!("{before} -> {}", change.limit),
        None => change.limit.to_string(),
    }
}

fn side(certificate: &Certificate) -> Side<'_> {
    Side {
        report_id: &certificate.report_id,
        commit: &certificate.program.commit,
        software_id: &certificate.program.software_id,
        passed: certificate.passed,
    }
}

fn certificate(path: &Path) -> Result<Certificate, Failure> {
    let text = read(path)?;
    let certificate: Certificate = serde_json::from_str(&text).map_err(|error| {
        Failure::File(format!(
            "{}: no certificate: {error}; give a certificate.json that `ems verify --out` wrote",
            path.display()
        ))
    })?;
    if certificate.schema != SCHEMA {
        return Err(Failure::File(format!(
            "{}: schema {} is not known; this program reads schema {SCHEMA}",
            path.display(),
            certificate.schema
        )));
    }
    Ok(certificate)
}
