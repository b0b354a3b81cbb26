//! `ems read`: a Modbus client that prints every value of a meter.

use crate::cli::ReadArgs;
use crate::failure::Failure;
use crate::table::Table;
use modbus::{ReadError, UnitReport};
use serde::Serialize;
use std::io::Write;

#[derive(Serialize)]
struct Document {
    schema: u32,
    address: String,
    units: Vec<UnitEntry>,
}

#[derive(Serialize)]
struct UnitEntry {
    unit: u8,
    identification_code: u16,
    serial: String,
    name: String,
    software_id: String,
    age_ms: Option<u32>,
    readings: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    quantity: &'static str,
    register: Option<&'static str>,
    scope: &'static str,
    unit: &'static str,
    value: Option<f64>,
    quality: Option<String>,
}

/// Reads and prints.
pub fn read(arguments: &ReadArgs) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::Internal(error.to_string()))?;
    let units = runtime.block_on(modbus::read_all(&arguments.address)).map_err(failure)?;
    let document = Document {
        schema: 1,
        address: arguments.address.clone(),
        units: units.iter().map(entry).collect(),
    };
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(out, "{text}")?;
        return Ok(());
    }
    for unit in &document.units {
        print(&mut out, unit)?;
    }
    Ok(())
}

fn failure(error: ReadError) -> Failure {
    match error {
        ReadError::Timeout { .. } => Failure::TimeOut(error.to_string()),
        ReadError::Connect { .. } | ReadError::Transport { .. } | ReadError::Refused(_) => {
            Failure::Environment(error.to_string())
        }
    }
}

fn entry(report: &UnitReport) -> UnitEntry {
    UnitEntry {
        unit: report.unit,
        identification_code: report.code,
        serial: report.serial.clone(),
        name: report.name.clone(),
        software_id: report.software_id.clone(),
        age_ms: report.age_ms,
        readings: report
            .readings
            .iter()
            .map(|reading| {
                let point = reading.point.point();
                Entry {
                    quantity: point.quantity.slug,
                    register: point.register.map(catalog::Register::slug),
                    scope: point.scope.slug(),
                    unit: point.quantity.unit.symbol(),
                    value: reading.value,
                    quality: reading.quality.clone(),
                }
            })
            .collect(),
    }
}

fn print(out: &mut impl Write, unit: &UnitEntry) -> Result<(), Failure> {
    writeln!(
        out,
        "unit {}: code {}, serial {}{}{}",
        unit.unit,
        unit.identification_code,
        unit.serial,
        if unit.name.is_empty() { String::new() } else { format!(", {}", unit.name) },
        unit.age_ms.map(|age| format!(", {age} ms old")).unwrap_or_default()
    )?;
    let mut table =
        Table::new(&["quantity", "register", "scope", "value", "unit", "quality"]).right(&[3]);
    for reading in &unit.readings {
        let value = reading.value.map_or_else(|| "-".to_string(), |value| format!("{value}"));
        table.row(&[
            reading.quantity,
            reading.register.unwrap_or(""),
            reading.scope,
            &value,
            reading.unit,
            reading.quality.as_deref().unwrap_or(""),
        ]);
    }
    writeln!(out, "{table}")?;
    Ok(())
}
