//! Conditions of the test, and the unit that was tested.

use verify::document::{CalibrationSheet, Certificate, Entry, UnitSheet};

use crate::format::{small, tidied};
use paper::Flow;
use paper::{Align, Row, Table, column, number, text};
use paper::{significant, trimmed};

pub(crate) fn conditions(flow: &mut Flow<'_>, certificate: &Certificate) {
    if certificate.conditions.is_empty() {
        return;
    }
    flow.chapter("Conditions", 40.0);
    flow.pairs(entries(&certificate.conditions));
}

pub(crate) fn write(flow: &mut Flow<'_>, unit: &UnitSheet) {
    flow.chapter("Unit under test", 120.0);
    flow.paragraph(&format!("{}, serial number {}.", unit.name, unit.serial));
    if !unit.ratings.is_empty() {
        flow.heading("Nameplate", 30.0);
        flow.pairs(entries(&unit.ratings));
    }
    if !unit.spoiled.is_empty() {
        flow.heading("Spoiled on purpose", 20.0);
        flow.pairs(entries(&unit.spoiled));
    }
    if !unit.errors.is_empty() {
        flow.heading("True errors of its front end, unknown to the test bench", 30.0);
        flow.pairs(entries(&unit.errors));
    }
    calibration(flow, &unit.calibration);
}

/// Names and values, with no more digits than a reader needs.
pub(crate) fn entries(entries: &[Entry]) -> impl Iterator<Item = (&str, String)> {
    entries.iter().map(|entry| (entry.name.as_str(), tidied(&entry.value)))
}

/// Entries one behind the other.
pub(crate) fn in_a_line(entries: &[Entry]) -> String {
    let words = entries.iter().map(|entry| format!("{} {}", entry.name, tidied(&entry.value)));
    words.collect::<Vec<_>>().join("; ")
}

fn calibration(flow: &mut Flow<'_>, sheet: &CalibrationSheet) {
    flow.heading("Calibration", 40.0);
    flow.paragraph(&format!(
        "Record of coefficients: version {}, CRC-32C {}.",
        sheet.version, sheet.crc
    ));
    steps(flow, sheet);
    channels(flow, sheet);
    residuals(flow, sheet);
}

fn steps(flow: &mut Flow<'_>, sheet: &CalibrationSheet) {
    if sheet.steps.is_empty() {
        return;
    }
    flow.heading("Steps, in order", 50.0);
    let columns = vec![
        column("Step", Align::Left),
        column("Of", Align::Left),
        column("Applied", Align::Point),
        column("Found", Align::Point),
        column("Unit", Align::Left),
        column("Correction", Align::Wrap),
    ];
    let row = |step: &verify::document::CalibrationStep| {
        Row::Cells(vec![
            text(&*step.name),
            text(&*step.of),
            number(trimmed(step.applied)),
            number(significant(step.found, 7)),
            text(&*step.unit),
            number(tidied(&step.correction)),
        ])
    };
    flow.table(&Table::new(columns, sheet.steps.iter().map(row).collect()));
}

fn channels(flow: &mut Flow<'_>, sheet: &CalibrationSheet) {
    if sheet.channels.is_empty() {
        return;
    }
    flow.heading("Coefficients", 50.0);
    let columns = vec![
        column("Channel", Align::Left),
        column("Gain against design\nin %", Align::Point),
        column("Offset\nin counts", Align::Point),
        column("Lead of sensor\nin ° at 50 Hz", Align::Point),
    ];
    let row = |channel: &verify::document::ChannelSheet| {
        Row::Cells(vec![
            text(&*channel.channel),
            number(signed(channel.gain_percent, 4)),
            number(signed(channel.offset_counts, 1)),
            number(signed(channel.lead_deg, 4)),
        ])
    };
    flow.table(&Table::new(columns, sheet.channels.iter().map(row).collect()));
}

fn residuals(flow: &mut Flow<'_>, sheet: &CalibrationSheet) {
    if sheet.residuals.is_empty() {
        return;
    }
    flow.heading("Residuals, as the check after the calibration found them", 50.0);
    let columns = vec![
        column("Residual", Align::Left),
        column("Value", Align::Point),
        column("Unit", Align::Left),
    ];
    let row = |residual: &verify::document::Residual| {
        Row::Cells(vec![
            text(&*residual.name),
            number(signed_small(residual.value)),
            text(&*residual.unit),
        ])
    };
    flow.table(&Table::new(columns, sheet.residuals.iter().map(row).collect()));
}

/// A zero has no sign.
fn signed(value: f64, decimals: usize) -> String {
    let text = format!("{value:+.decimals$}");
    if text.contains(|c: char| c.is_ascii_digit() && c != '0') {
        text
    } else {
        text[1..].to_string()
    }
}

fn signed_small(value: f64) -> String {
    let text = small(value);
    if value > 0.0 { format!("+{text}") } else { text }
}
