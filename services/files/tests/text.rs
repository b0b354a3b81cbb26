//! What people and their spreadsheets see.

mod common;

use common::{column, facts, quarter, quarter_row, to_csv, to_json, to_parquet};
use files::csv::Style;
use files::xlsx;
use port::{Flag, Flags, Reason, Timestamp};
use store::{Cell, Layout, Quality, Row, RowFlag, RowFlags};

/// A good row, one with remarks.
fn rows() -> Vec<Row> {
    let clipped = Flags::NONE.with(Flag::Gap, true).with(Flag::Clipped, true);
    let cells =
        vec![Cell { steps: -5, quality: Quality::of(clipped) }, Cell::absent(Reason::BusTimeout)];
    let flags = RowFlags::NONE.with(RowFlag::Gap, true).with(RowFlag::Restart, true);
    let odd = Row { cells, flags, measured_ms: 899_500, ..quarter_row(1) };
    vec![quarter_row(0), odd]
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

#[test]
fn csv_is_a_header_and_a_line_a_row() {
    let text = text(to_csv(&quarter(), Style::Plain, &rows()).unwrap());
    let lines: Vec<&str> = text.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "timestamp_utc,utc_offset_min,duration_s,measured_s,quality,flags,main/active_power.system/mean [W],\
         esy1/active_energy_import.total.system/delta [kWh],seq,device,job,interval_s,remarks"
    );
    assert_eq!(lines[1], "2026-03-01T00:00:00Z,60,900,900,good,,0.5,0.000,0,EM1234,quarter,900,");
    assert_eq!(
        lines[2],
        "2026-03-01T00:15:00Z,60,900,899.500,bus_timeout,gap restart,-0.5,,1,EM1234,quarter,900,\
         main/active_power.system/mean=gap+clipped esy1/active_energy_import.total.system/delta=bus_timeout"
    );
    assert_eq!(lines[3..], [""]);
}

#[test]
fn european_csv_has_semicolons_commas_and_the_mark_of_utf_8() {
    let text = text(to_csv(&quarter(), Style::European, &rows()).unwrap());
    assert!(text.starts_with("\u{feff}timestamp_utc;utc_offset_min;"));
    assert!(
        text.contains("\r\n2026-03-01T00:15:00Z;60;900;899,500;bus_timeout;gap restart;-0,5;;1;")
    );
}

/// [D-9] A day of 25 hours has 100 quarters, each with another time in UTC, and local times that only the
/// offset tells apart.
#[test]
fn a_day_of_25_hours_has_each_quarter_once() {
    let begin = Timestamp::from_unix_s(1_792_879_200); // 2026-10-25T00:00 in Rome
    let quarter_of = |n: u64| {
        let start = begin + 900.0 * n as f64;
        Row { start, end: start + 900.0, ..quarter_row(n) }
    };
    let rows: Vec<Row> = (0..100).map(quarter_of).collect();
    let text = text(to_csv(&quarter(), Style::Plain, &rows).unwrap());
    let offsets: Vec<&str> =
        text.lines().skip(1).map(|line| line.split(',').nth(1).unwrap()).collect();
    assert_eq!(offsets.iter().filter(|offset| **offset == "120").count(), 12);
    assert_eq!(offsets.iter().filter(|offset| **offset == "60").count(), 88);
    let next = begin + 25.0 * 3600.0;
    assert_eq!(rows[99].end, next);
}

/// A name that looks like a formula is text in every spreadsheet.
#[test]
fn no_cell_begins_like_a_formula() {
    for job in ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(1)", "\t=1"] {
        let layout = Layout { job: job.into(), ..quarter() };
        for (style, delimiter) in [(Style::Plain, b','), (Style::European, b';')] {
            let bytes = to_csv(&layout, style, &rows()).unwrap();
            let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(&bytes[..]);
            for field in reader
                .records()
                .flat_map(|record| record.unwrap().iter().map(String::from).collect::<Vec<_>>())
            {
                let is_number = field.replace(',', ".").parse::<f64>().is_ok();
                assert!(
                    is_number || !field.starts_with(['=', '+', '-', '@', '\t', '\r']),
                    "{field}"
                );
            }
        }
    }
}

#[test]
fn json_is_one_document_with_a_head() {
    let bytes = to_json(&quarter(), &rows()).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(document["schema"], "ems.rows/1");
    assert_eq!(document["zone"], "Europe/Rome");
    assert_eq!(document["columns"][1]["name"], "esy1_active_energy_import_total_system_delta");
    assert_eq!(document["columns"][1]["decimals"], 3);
    assert_eq!(document["row_count"], 2);
    let line = text(bytes).lines().nth(2).unwrap().to_string();
    assert_eq!(
        line,
        "[1,\"2026-03-01T00:15:00Z\",\"2026-03-01T00:30:00Z\",60,899.500,[\"gap\",\"restart\"],[-0.5,null],\
         {\"main/active_power.system/mean\":\"gap+clipped\",\"esy1/active_energy_import.total.system/delta\":\"bus_timeout\"}]"
    );
}

/// [D-9] A clock that was set back over midnight: a day comes twice, and no file replaces another.
#[test]
fn parquet_has_a_file_a_day_under_its_partition() {
    let day_before = |row: Row| Row { start: row.start - 86_400.0, end: row.end - 86_400.0, ..row };
    let rows = [quarter_row(95), quarter_row(96), day_before(quarter_row(97)), quarter_row(98)];
    let layout = Layout { job: "a/b".into(), ..quarter() };
    let paths: Vec<String> =
        to_parquet(&layout, &rows).unwrap().into_iter().map(|(path, _)| path).collect();
    let path = |day, seq| format!("job=a%2Fb/device=EM1234/date=2026-03-{day}/part-{seq}.parquet");
    assert_eq!(paths, [path("01", 95), path("02", 96), path("01", 97), path("02", 98)]);
}

#[test]
fn a_sheet_is_the_same_bytes_for_the_same_rows() {
    let sheet = || {
        let mut bytes = Vec::new();
        let count = xlsx::write(&mut bytes, &quarter(), &facts(), common::stream(&rows())).unwrap();
        assert_eq!(count, 2);
        bytes
    };
    assert!(sheet().starts_with(b"PK"));
    assert_eq!(sheet(), sheet());
}

/// What a format cannot carry is refused with a way out, never rounded.
#[test]
fn what_a_format_cannot_carry_is_refused() {
    let row = |steps| Row { cells: vec![Cell::good(steps), Cell::good(0)], ..quarter_row(7) };
    let refusal = to_parquet(&quarter(), &[row(i64::MAX)]).unwrap_err().to_string();
    assert!(
        refusal.contains("row 7, column `main/active_power.system/mean`")
            && refusal.ends_with("take csv or json"),
        "{refusal}"
    );
    assert!(to_parquet(&quarter(), &[row(999_999_999_999_999_999)]).is_ok());
    assert!(to_parquet(&quarter(), &[Row { seq: u64::MAX, ..quarter_row(0) }]).is_err());
    let sheet = |rows: &[Row]| xlsx::write(Vec::new(), &quarter(), &facts(), common::stream(rows));
    assert!(sheet(&[row(1_000_000_000_000_000)]).is_err());
    assert!(sheet(&[row(-999_999_999_999_999)]).is_ok());
}

#[test]
fn a_sheet_that_is_too_long_is_refused_with_a_way_out() {
    let layout = Layout { columns: vec![], ..quarter() };
    let rows = (0..1_100_000).map(|n| Ok(Row { cells: vec![], ..quarter_row(n) }));
    let refusal =
        xlsx::write(Vec::new(), &layout, &facts(), Box::new(rows)).unwrap_err().to_string();
    assert!(refusal.contains("longer steps"), "{refusal}");
}

#[test]
fn rows_that_no_format_can_tell_are_refused() {
    let unnamed_flag = Row { flags: RowFlags(0x80), ..quarter_row(0) };
    let unnamed_quality =
        Row { cells: vec![Cell { steps: 0, quality: Quality(0xff) }; 2], ..quarter_row(0) };
    let short = Row { cells: vec![], ..quarter_row(0) };
    let backwards = Row { end: Timestamp::default(), ..quarter_row(0) };
    for row in [unnamed_flag, unnamed_quality, short, backwards] {
        assert!(to_json(&quarter(), std::slice::from_ref(&row)).is_err(), "{row:?}");
    }
    let columns = vec![column("main/active_power.system/mean"); 2];
    assert!(to_csv(&Layout { columns, ..quarter() }, Style::Plain, &rows()).is_err());
}
