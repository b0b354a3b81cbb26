//! `certificate.csv`: a row for each point, by RFC 4180.
//!
//! Numbers are written with all their digits, decimal point always `.`. A unit that differs from row
//! to row stands in a column of its own, which the header names in brackets.

use verify::document::{Certificate, PointResult};

/// Header, with units in brackets.
const COLUMNS: [&str; 28] = [
    "id",
    "clause",
    "arm",
    "quantity",
    "wiring",
    "meter",
    "nominal voltage L-N [V]",
    "voltage L-N [V]",
    "current [A]",
    "factor",
    "frequency [Hz]",
    "temperature [degC]",
    "waveform",
    "phases",
    "method",
    "fidelity",
    "simulated time [s]",
    "indicated [unit]",
    "reference [unit]",
    "unit",
    "error [error unit]",
    "limit [error unit]",
    "error unit",
    "expanded uncertainty k=2 [error unit]",
    "used part of limit [1]",
    "margin [1]",
    "passed",
    "note",
];

/// The points of a certificate as CSV: a header, then a row for each, lines ended by CR LF.
pub fn csv(certificate: &Certificate) -> String {
    let mut text = line(COLUMNS.iter().map(|name| name.to_string()));
    for point in &certificate.points {
        text.push_str(&line(row(point)));
    }
    text
}

fn row(point: &PointResult) -> impl Iterator<Item = String> {
    let applied = &point.applied;
    [
        point.id.clone(),
        point.clause.clone(),
        point.arm.slug().to_string(),
        point.quantity.clone(),
        applied.wiring.clone(),
        applied.meter.clone(),
        applied.nominal_v.to_string(),
        applied.voltage_v.to_string(),
        applied.current_a.to_string(),
        applied.factor.clone(),
        applied.frequency_hz.to_string(),
        applied.temperature_degc.to_string(),
        applied.waveform.clone(),
        applied.phases.clone(),
        point.method.clone(),
        point.fidelity.clone(),
        point.simulated_s.to_string(),
        point.indicated.to_string(),
        point.reference.to_string(),
        point.unit.clone(),
        point.error.to_string(),
        point.limit.to_string(),
        point.error_unit.clone(),
        point.uncertainty.to_string(),
        point.used.to_string(),
        point.margin.to_string(),
        point.passed.to_string(),
        point.note.clone(),
    ]
    .into_iter()
}

fn line(fields: impl Iterator<Item = String>) -> String {
    let fields: Vec<String> = fields.map(|field| quoted(&field)).collect();
    fields.join(",") + "\r\n"
}

/// In quotes if a comma, a quote or a line end asks for them; a quote inside is doubled.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_string()
    }
}
