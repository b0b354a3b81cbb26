//! Files that are not as they were exported: a sentence with a place, never a panic.

mod common;

use common::{all, file, quarter, quarter_row, to_csv, to_json, to_parquet};
use files::csv::Style;
use files::{csv, json, parquet};
use store::Row;

fn rows() -> Vec<Row> {
    (0..5).map(quarter_row).collect()
}

/// Exports, changes the text and imports: the refusal.
fn csv_refusal(from: &str, to: &str) -> String {
    let text = String::from_utf8(to_csv(&quarter(), Style::Plain, &rows()).unwrap()).unwrap();
    assert!(text.contains(from), "{from}");
    all(csv::read(text.replacen(from, to, 1).as_bytes())).unwrap_err()
}

fn json_refusal(from: &str, to: &str) -> String {
    let text = String::from_utf8(to_json(&quarter(), &rows()).unwrap()).unwrap();
    assert!(text.contains(from), "{from}");
    all(json::read(text.replacen(from, to, 1).as_bytes())).unwrap_err()
}

#[test]
fn a_refusal_of_csv_names_line_column_and_remedy() {
    let cases = [
        (
            "900,good,,-1.0",
            "900,good,,1e3",
            "line 3, column `main/active_power.system/mean`: `1e3` is no number",
        ),
        ("00:15:00Z", "00:15", "line 3, column `timestamp_utc`"),
        ("900,good,,-1.0", "900,good,,", "there is no value, and the remarks do not say why"),
        ("900,900,good,,-1.0", "900,900,good,x,-1.0", "line 3, column `flags`: `x` is no flag"),
        ("900,900,good,,-1.0", "-900,900,good,,-1.0", "line 3, column `duration_s`"),
        ("900,900,good,,-1.0", "900,900,stale,,-1.0", "line 3, column `quality`"),
        (
            "EM1234,quarter,900,\r\n2026-03-01T00:30",
            "EM1234,hour,900,\r\n2026-03-01T00:30",
            "line 3, column `job`",
        ),
        (
            "900,\r\n2026-03-01T00:30",
            "900,x=y\r\n2026-03-01T00:30",
            "line 3, column `remarks`: there is no column `x`",
        ),
        ("mean [W]", "mean [kW]", "this program heads it"),
        ("main/active_power", "main/passive_power", "does not know"),
        ("timestamp_utc,", "time,", "not a file that `ems export` wrote"),
        (
            "2026-03-01T00:15:00Z,60,",
            "2026-03-01T00:15:00Z,",
            "line 3: 12 columns where the header has 13",
        ),
    ];
    for (from, to, says) in cases {
        let refusal = csv_refusal(from, to);
        assert!(refusal.contains(says), "{refusal}");
    }
    assert!(csv_refusal("900,good,,-1.0", "900,good,,1e3").ends_with("or export it again"));
}

#[test]
fn a_refusal_of_json_names_line_and_field() {
    let cases = [
        ("[-1.0,", "[-1.05,", "line 3, column `main/active_power.system/mean`"),
        ("[-1.0,", "[\"-1.0\",", "line 3, column `main/active_power.system/mean`"),
        ("[-1.0,0.001]", "[-1.0]", "line 3, field `values`: 1 values for 2 columns"),
        ("[-1.0,", "[null,", "the remarks do not say why"),
        ("[0,\"2026-03-01T00:00:00Z\"", "[0,\"yesterday\"", "line 2, field `start`"),
        ("\"row_count\":5", "\"row_count\":6", "5 rows"),
        ("],\"row_count\":5}\n", "", "line 7: the file ends early"),
        (
            "\"decimals\":1",
            "\"decimals\":2",
            "column `main/active_power.system/mean`: it is in [W] with 2 decimals",
        ),
        ("ems.rows/1", "ems.rows/2", "it is `ems.rows/2`"),
        ("{\"schema\"", "{\n\"schema\"", "not a file that `ems export` wrote"),
    ];
    for (from, to, says) in cases {
        let refusal = json_refusal(from, to);
        assert!(refusal.contains(says), "{refusal}");
    }
}

#[test]
fn files_of_others_are_refused() {
    for bytes in [
        &b""[..],
        b"a,b\n1,2\n",
        b"{}",
        b"PAR1",
        b"PAR1\0\0\0\0PAR1",
        b"\xff\xfe\0",
        b"timestamp_utc,",
    ] {
        for refusal in
            [all(csv::read(bytes)), all(json::read(bytes)), all(parquet::read(file(bytes)))]
        {
            assert!(refusal.unwrap_err().contains("not a file that `ems export` wrote"));
        }
    }
    let empty = to_csv(&quarter(), Style::Plain, &[]).unwrap();
    assert!(all(csv::read(&empty[..])).unwrap_err().contains("there are no rows"));
}

/// Each byte in turn is another one. A flip that makes another valid digit cannot be known without the sum
/// beside the file; it changes values and never the reader.
#[test]
fn no_flipped_byte_makes_a_reader_panic() {
    let rows = rows();
    let csv_bytes = to_csv(&quarter(), Style::Plain, &rows).unwrap();
    let json_bytes = to_json(&quarter(), &rows).unwrap();
    let (_, parquet_bytes) = to_parquet(&quarter(), &rows).unwrap().remove(0);
    let flipped = |bytes: &[u8], place: usize| {
        let mut bytes = bytes.to_vec();
        bytes[place] ^= 1 << (place % 8);
        bytes
    };
    for place in 0..csv_bytes.len() {
        let _ = all(csv::read(&flipped(&csv_bytes, place)[..]));
    }
    for place in 0..json_bytes.len() {
        let _ = all(json::read(&flipped(&json_bytes, place)[..]));
    }
    for place in 0..parquet_bytes.len() {
        let _ = all(parquet::read(file(&flipped(&parquet_bytes, place))));
    }
}

#[test]
fn a_cut_parquet_file_is_refused() {
    let (_, bytes) = to_parquet(&quarter(), &rows()).unwrap().remove(0);
    for length in 0..bytes.len() {
        assert!(all(parquet::read(file(&bytes[..length]))).is_err(), "{length}");
    }
}
