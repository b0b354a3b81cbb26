//! The map for people and for other programs: Markdown, CSV and JSON from the same rows.

use super::{Identity, Kind, Owner, Row, Source, State, Window, Write, rows};
use serde::Serialize;
use std::fmt::Write as _;

/// A row as printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedRow {
    /// First register from 0, four hexadecimal digits.
    pub address_hex: String,
    /// First register from 0: the number on the wire.
    pub address: u16,
    /// The same counted from 1 with the prefix of input registers: 300001 and up.
    pub modicom: u32,
    /// Function codes that reach it.
    pub functions: &'static str,
    /// Registers it takes.
    pub words: u16,
    /// Type, low word first.
    pub kind: &'static str,
    /// Raw steps per unit.
    pub weight: f64,
    /// Unit of the value; empty for plain numbers.
    pub unit: &'static str,
    /// What it is: `points/`, `status/`, `settings/`, ... and the public name.
    pub path: String,
    /// `r`, `rw` or `w`.
    pub access: &'static str,
    /// `EM540`, `EM300` or `own`.
    pub owner: &'static str,
    /// A remark.
    pub note: &'static str,
}

/// Every row as printed, by address.
pub fn printed() -> Vec<PrintedRow> {
    rows().iter().map(print).collect()
}

/// The map as a Markdown table.
pub fn to_markdown() -> String {
    let mut out = String::from(
        "# Modbus register map\n\n\
         Numbers of more than one word go low word first, bytes high byte first. `7FFFh`,\n\
         `7FFFFFFFh` and `7FFFFFFFFFFFFFFFh` mean: no value, or it does not fit. EM540 rows show an\n\
         unused phase as 0; rows of our own (`own`) do not. Value = raw / weight.\n\n\
         | Hex | Address | 1-based | FC | Type | Weight | Unit | What | Access | Whose | Note |\n\
         |---|---:|---:|---|---|---:|---|---|---|---|---|\n",
    );
    for row in printed() {
        let _ = writeln!(
            out,
            "| {}h | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.address_hex,
            row.address,
            row.modicom,
            row.functions,
            row.kind_and_words(),
            row.weight,
            row.unit,
            row.path,
            row.access,
            row.owner,
            row.note.replace('|', "\\|"),
        );
    }
    out
}

/// The map as CSV with a header line, RFC 4180.
pub fn to_csv() -> String {
    let mut out = String::from(
        "address_hex,address,modicom,functions,words,type,weight,unit,path,access,owner,note\r\n",
    );
    for row in printed() {
        let _ = write!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},\"{}\"\r\n",
            row.address_hex,
            row.address,
            row.modicom,
            row.functions,
            row.words,
            row.kind,
            row.weight,
            row.unit,
            row.path,
            row.access,
            row.owner,
            row.note.replace('"', "\"\""),
        );
    }
    out
}

/// The map as a JSON array of objects.
pub fn to_json() -> String {
    serde_json::to_string_pretty(&printed()).expect("plain rows are always JSON")
}

impl PrintedRow {
    fn kind_and_words(&self) -> String {
        match self.kind {
            "ASCII" | "zeros" => format!("{} x {}", self.kind, self.words),
            kind => kind.to_owned(),
        }
    }
}

fn print(row: &Row) -> PrintedRow {
    PrintedRow {
        address_hex: format!("{:04X}", row.address),
        address: row.address,
        modicom: 300_001 + u32::from(row.address),
        functions: if row.write.is_some() { "03 04 06 10" } else { "03 04" },
        words: row.words(),
        kind: kind(row.kind),
        weight: row.weight,
        unit: unit(row.source),
        path: path(row),
        access: access(row),
        owner: match row.owner {
            Owner::Em540 => "EM540",
            Owner::Em300 => "EM300",
            Owner::Ours => "own",
        },
        note: row.note,
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Int16 => "INT16",
        Kind::UInt16 => "UINT16",
        Kind::Int32 => "INT32",
        Kind::UInt32 => "UINT32",
        Kind::Int64 => "INT64",
        Kind::Ascii(_) => "ASCII",
        Kind::Zeros(_) => "zeros",
    }
}

fn unit(source: Source) -> &'static str {
    match source {
        Source::Point(point) => point.point().quantity.unit.symbol(),
        Source::Window(Window::AgeMs | Window::EndUnixMs) => "ms",
        _ => "",
    }
}

fn access(row: &Row) -> &'static str {
    match (row.write, row.source) {
        (None, _) => "r",
        (Some(_), Source::WriteOnly) => "w",
        (Some(_), _) => "rw",
    }
}

fn path(row: &Row) -> String {
    match row.source {
        Source::Point(point) => format!("points/{}", point.point().path()),
        Source::Status(point) => format!("status/{}", point.point().path()),
        Source::Setting(id, _) => format!("settings/{}", id.row().slug),
        Source::Identity(part) => format!("identity/{}", identity(part)),
        Source::State(part) => format!("state/{}", state(part)),
        Source::Wiring => "wiring".to_owned(),
        Source::Window(part) => format!("window/{}", window(part)),
        Source::Module(slot) => format!("modules/{}", slot.number()),
        Source::Fixed(_) | Source::Text(_) => "fixed".to_owned(),
        Source::WriteOnly => format!("commands/{}", row.write.map_or("none", command)),
    }
}

fn identity(part: Identity) -> &'static str {
    match part {
        Identity::Code => "code",
        Identity::Serial => "serial",
        Identity::Name => "name",
        Identity::Year => "year",
        Identity::Firmware => "firmware",
        Identity::Revision => "revision",
        Identity::SoftwareId => "software_id",
        Identity::Model => "model",
        Identity::Simulated => "simulated",
    }
}

fn state(part: State) -> &'static str {
    match part {
        State::InputClosed => "input_closed",
        State::Tariff => "tariff",
        State::Alarm => "alarm",
        State::OutputClosed => "output_closed",
        State::Warnings => "warnings",
        State::WrongConnection => "wrong_connection",
        State::Device => "device",
    }
}

fn window(part: Window) -> &'static str {
    match part {
        Window::AgeMs => "age_ms",
        Window::EndUnixMs => "end_unix_ms",
        Window::Count => "count",
        Window::Tick => "tick",
    }
}

fn command(write: Write) -> &'static str {
    match write {
        Write::Set | Write::SetUnlessSame => "set",
        Write::Password => "password",
        Write::ResetPartial => "reset_partial",
        Write::ResetDemand => "reset_demand",
        Write::ResetTotals => "reset_totals",
    }
}
