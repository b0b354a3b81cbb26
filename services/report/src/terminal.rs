//! The points as plain text, at most 110 columns: for a terminal and for a snapshot.
//!
//! No time, date or commit stands in it and errors are rounded, so that it changes only when the
//! accuracy does.

use std::fmt::Write;

use verify::document::{Certificate, PointResult};

use crate::format::{Digits, counted, percent};
use crate::groups::{Clause, is_counted, sections};

/// Width of what was applied at a point, and of the worst point in the summary.
const CONDITION: usize = 54;

/// A table of all points by clause, and a summary: see the module for what it leaves out.
pub fn table(certificate: &Certificate) -> String {
    let mut text = String::new();
    let sections = sections(certificate);
    let clauses = || sections.iter().flat_map(|section| &section.clauses);
    for clause in clauses() {
        push_clause(&mut text, clause);
    }
    text.push_str(&format!(
        "{:<28}{:>7}{:>7}{:>9}  {:<49}verdict\n",
        "clause", "points", "failed", "margin %", "worst point"
    ));
    for clause in clauses() {
        push_summary(&mut text, clause);
    }
    let failed = certificate.points.iter().filter(|point| !point.passed).count();
    let verdict = if certificate.passed { "PASS" } else { "FAIL" };
    let points = counted(certificate.points.len(), "point");
    let clauses = counted(certificate.clauses.len(), "clause");
    // Writing to a string does not fail.
    let _ = writeln!(text, "\n{verdict}: {points} in {clauses}, {failed} failed");
    text
}

fn push_clause(text: &mut String, clause: &Clause<'_>) {
    let result = clause.result;
    let head = format!("{}  {}  {}", result.id, result.source, result.title);
    text.push_str(&shortened(&head, 110));
    text.push_str(&format!(
        "\n  {:<CONDITION$}{:>12}{:>12} {:<8}{:>9}\n",
        "condition", "error", "limit", "unit", "margin %"
    ));
    let is_counted = is_counted(&clause.points);
    for point in &clause.points {
        push_point(text, point, &result.id, is_counted);
    }
    text.push('\n');
}

fn push_point(text: &mut String, point: &PointResult, clause: &str, is_counted: bool) {
    let digits = Digits::of(point.limit, &point.error_unit, is_counted);
    let below = point.id.strip_prefix(clause).and_then(|rest| rest.strip_prefix('/'));
    let condition = shortened(below.unwrap_or(&point.id), CONDITION - 1);
    let line = format!(
        "  {condition:<CONDITION$}{:>12}{:>12} {:<8}{:>9}  {}\n",
        digits.signed(point.error),
        digits.plain(point.limit),
        point.error_unit,
        percent(point.margin),
        if point.passed { "pass" } else { "FAIL" },
    );
    text.push_str(&line);
}

fn push_summary(text: &mut String, clause: &Clause<'_>) {
    let result = clause.result;
    let worst = clause.worst().map_or("", |point| point.id.as_str());
    let below = worst.strip_prefix(result.id.as_str()).and_then(|rest| rest.strip_prefix('/'));
    text.push_str(&format!(
        "{:<28}{:>7}{:>7}{:>9}  {:<49}{}\n",
        shortened(&result.id, 27),
        result.points,
        result.failed,
        percent(result.margin),
        shortened(below.unwrap_or(worst), 48),
        if result.passed { "pass" } else { "FAIL" },
    ));
}

/// Cut to a width, which `...` at its end then shows.
fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    let kept: String = text.chars().take(width - 3).collect();
    kept + "..."
}
