//! The map for people and for other programs: Markdown, CSV and JSON from the same rows.

use super::codec::model_word;
use super::{
    CLAIM, CORRECTION, Content, IDENTITY, NAME, POLL_REGISTER, RESET_DEMAND, RESET_PARTIAL, SEARCH,
    Span, TARIFF, TRANSFORMERS, VERSION, blocks, head, identity, setting_register,
};
use catalog::{SETTINGS, points};
use port::ModuleModel;
use serde::Serialize;
use std::fmt::Write as _;

/// A row as printed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PrintedRow {
    /// First register from 0: the number on the wire.
    pub address: u16,
    /// The same in four hexadecimal digits.
    pub address_hex: String,
    /// Registers it takes.
    pub words: u16,
    /// `uint16`, `uint32`, `int32`, `float64`, `text`, `status` (two in a word) or `bits`.
    pub kind: &'static str,
    /// Unit of the value; empty for plain numbers.
    pub unit: &'static str,
    /// What it is: `identity/`, `window/`, `points/`, `status/`, `settings/` or `command/` and the public name.
    pub path: String,
    /// `r`, `w`, `rw`, or `broadcast` for what is written to all.
    pub access: &'static str,
    /// A remark.
    pub note: String,
}

/// Every row, by address.
pub fn printed() -> Vec<PrintedRow> {
    let mut rows = identity_rows();
    rows.extend(head_rows());
    rows.extend(block_rows());
    rows.extend(command_rows());
    rows.sort_by_key(|row| row.address);
    rows
}

fn row(span: Span, kind: &'static str, path: &str, access: &'static str, note: &str) -> PrintedRow {
    PrintedRow {
        address: span.start,
        address_hex: format!("{:04X}", span.start),
        words: span.count,
        kind,
        unit: "",
        path: path.into(),
        access,
        note: note.into(),
    }
}

fn one(address: u16) -> Span {
    Span { start: address, count: 1 }
}

fn identity_rows() -> Vec<PrintedRow> {
    let at = |part: Span| Span { start: IDENTITY.start + part.start, count: part.count };
    let [mv, a5] = [ModuleModel::Esy3xmv, ModuleModel::Esy3xav5];
    let models = format!("{} {}, {} {}", model_word(mv), mv.slug(), model_word(a5), a5.slug());
    let r = |part, kind, path: &str, note: &str| row(at(part), kind, path, "r", note);
    vec![
        r(identity::VERSION, "uint16", "identity/map_version", &format!("{VERSION}")),
        r(identity::MODEL, "uint16", "identity/model", &models),
        r(identity::SERIAL, "text", "identity/serial", "its CRC-32 (ISO-HDLC) is the key"),
        r(identity::FIRMWARE, "text", "identity/firmware_id", ""),
        r(identity::NAME, "text", "identity/name", "given by the installer"),
        PrintedRow {
            unit: "mA",
            ..r(identity::CT_PRIMARY_MA, "uint32", "identity/ct_primary", "rated primary current")
        },
        r(identity::CORRECTION, "bits", "identity/correction", "as command/correction"),
        r(identity::BOOTS, "uint16", "identity/boots", "times that it has begun"),
        r(identity::ADDRESS, "uint16", "identity/address", "247: none given yet"),
    ]
}

fn head_rows() -> Vec<PrintedRow> {
    let start = blocks()[0].span.start;
    let at = |word: usize| one(start + word as u16);
    let span = |part: Span| Span { start: start + part.start, count: part.count };
    let mut rows = vec![
        row(
            at(head::NUMBER[0]),
            "uint16",
            "window/number_low",
            "r",
            "0 in both words: no window yet",
        ),
        row(at(head::KEY[0]), "uint16", "window/key_low", "r", ""),
        row(at(head::NUMBER[1]), "uint16", "window/number_high", "r", ""),
        row(at(head::KEY[1]), "uint16", "window/key_high", "r", ""),
        row(
            one(POLL_REGISTER),
            "uint16",
            "window/poll",
            "rw",
            "writing it holds the newest window for reading",
        ),
        row(at(head::BOOTS), "uint16", "window/boots", "r", "as in the identity"),
        row(
            span(head::AGE),
            "float64",
            "window/age",
            "r",
            "samples from the window's end to the end of the request",
        ),
        row(
            span(head::FINDING),
            "bits",
            "window/finding",
            "r",
            "0 no signal, 1 healthy, 2 voltages missing, 3 sequence reversed, 4 neutral open, 5 currents; then phases or corrections as bits",
        ),
    ];
    for block in 1..blocks().len() {
        let path = format!("window/revision_{block}");
        let note = format!("changes with the contents of block {block}");
        rows.push(row(
            at(usize::from(head::REVISIONS.start) + block - 1),
            "uint16",
            &path,
            "r",
            &note,
        ));
    }
    rows
}

fn block_rows() -> Vec<PrintedRow> {
    let mut rows = Vec::new();
    for (number, block) in blocks().iter().enumerate() {
        let start = block.span.start;
        if number > 0 {
            let note = format!("block {number}");
            rows.push(row(
                one(start),
                "uint16",
                &format!("window/number_low_{number}"),
                "r",
                &note,
            ));
            rows.push(row(one(start + 1), "uint16", &format!("window/key_low_{number}"), "r", ""));
        }
        let first = start + block.head as u16;
        match &block.content {
            Content::Values(values) => rows.extend((0..).zip(values).map(|(place, id)| {
                let span = Span { start: first + 4 * place, count: 4 };
                let point = id.point();
                let path = format!("points/{}", point.path());
                PrintedRow {
                    unit: point.quantity.unit.symbol(),
                    ..row(span, "float64", &path, "r", "")
                }
            })),
            Content::Statuses => rows.extend(points().chunks(2).zip(first..).map(|(pair, at)| {
                let names: Vec<String> = pair.iter().map(catalog::Point::path).collect();
                row(
                    one(at),
                    "status",
                    &format!("status/{}", names.join(" ")),
                    "r",
                    "high byte first",
                )
            })),
        }
    }
    rows
}

fn command_rows() -> Vec<PrintedRow> {
    let w = |span, kind, path: &str, note: &str| row(span, kind, path, "w", note);
    let mut rows: Vec<PrintedRow> = SETTINGS
        .iter()
        .map(|setting| {
            let span = Span { start: setting_register(setting.id), count: 2 };
            w(span, "int32", &format!("settings/{}", setting.slug), "")
        })
        .collect();
    rows.extend([
        w(one(TARIFF), "uint16", "command/tariff", "1 or 2"),
        w(one(RESET_PARTIAL), "uint16", "command/reset_partial", "1"),
        w(one(RESET_DEMAND), "uint16", "command/reset_demand", "1"),
        w(one(CORRECTION), "bits", "command/correction", "bits 0 to 5: for each phase its input, 0 to 2; bits 6 to 8: reversed"),
        w(NAME, "text", "command/name", ""),
        PrintedRow { unit: "mA", ..w(TRANSFORMERS, "uint32", "command/ct_primary", "100 to 100000000; the module begins anew with it") },
        row(CLAIM, "text", "command/claim", "broadcast", "serial number, and in the last word the address that it takes; who else has that address gives it up for 247"),
        row(SEARCH, "uint32", "command/search", "broadcast", "lowest and highest key of the modules at 247 that answer"),
    ]);
    rows
}

/// The map as a Markdown table.
pub fn to_markdown() -> String {
    let mut out = String::from(
        "# ESY register map\n\n\
         What a module on the ESY bus answers, and what it can be told. Numbers of more than one word go\n\
         low word first, bytes high byte first. `float64` has the exact bits of the value. A status is the\n\
         flags of a value (1 gap, 2 clipped, 4 over range, 8 crest factor, 16 under range), or 80h and why\n\
         there is none (0 not installed, 1 not wired, 2 rate too low, 3 no signal, 4 settling, 5 sensor\n\
         fault, 6 bus time-out, 7 stale). Function 03 reads, 10h writes, 17h does both.\n\n\
         | Hex | Address | Words | Type | Unit | What | Access | Note |\n\
         |---|---:|---:|---|---|---|---|---|\n",
    );
    for row in printed() {
        let PrintedRow { address, address_hex, words, kind, unit, path, access, note } = row;
        let _ = writeln!(
            out,
            "| {address_hex}h | {address} | {words} | {kind} | {unit} | {path} | {access} | {note} |"
        );
    }
    out
}

/// The map as CSV with a header.
pub fn to_csv() -> String {
    let mut out = String::from("address,words,kind,unit,path,access,note\n");
    for row in printed() {
        let PrintedRow { address, words, kind, unit, path, access, note, .. } = row;
        let _ = writeln!(out, "{address},{words},{kind},{unit},{path},{access},\"{note}\"");
    }
    out
}

/// The map as a JSON array.
pub fn to_json() -> String {
    serde_json::to_string_pretty(&printed()).expect("rows have plain fields only")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [P5] The map that a module is built from, as docs/esy-map.md shows it.
    #[test]
    fn the_printed_map_is_the_documents() {
        let document = include_str!("../../../../docs/esy-map.md");
        assert_eq!(to_markdown(), document, "ems map esy > docs/esy-map.md");
    }

    #[test]
    fn rows_do_not_overlap() {
        let mut end = 0;
        for row in printed() {
            assert!(row.address >= end, "{} overlaps", row.path);
            end = row.address + row.words;
        }
    }
}
