//! What was exported comes back, and is exported again to the same bytes.

mod common;

use ::parquet::file::reader::{FileReader, SerializedFileReader};
use common::{
    Counted, all, column, facts, file, history, quarter, quarter_row, to_csv, to_json, to_parquet,
};
use files::csv::Style;
use files::{csv, json, parquet};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use store::{Cell, Column, Layout, Row, Rows};

/// Most steps of a column of Parquet: 18 digits.
const DIGITS_18: i64 = 999_999_999_999_999_999;

fn any_steps() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![any::<i64>(), -1000i64..1000, Just(i64::MIN), Just(i64::MAX)]
}

fn csv_comes_back(layout: &Layout, rows: &[Row], style: Style) {
    let bytes = to_csv(layout, style, rows).unwrap();
    let (found, back) = all(csv::read(&bytes[..])).unwrap();
    assert_eq!((&found, &back[..]), (layout, rows));
    assert_eq!(to_csv(&found, style, &back).unwrap(), bytes);
}

fn json_comes_back(layout: &Layout, rows: &[Row]) {
    let bytes = to_json(layout, rows).unwrap();
    let (found, back) = all(json::read(&bytes[..])).unwrap();
    assert_eq!((&found, &back[..]), (layout, rows));
    assert_eq!(to_json(&found, &back).unwrap(), bytes);
    let _: serde_json::Value = serde_json::from_slice(&bytes).expect("it is JSON for everybody");
}

fn parquet_comes_back(layout: &Layout, rows: &[Row]) {
    let exported = to_parquet(layout, rows).unwrap();
    let read = exported.iter().map(|(_, bytes)| all(parquet::read(file(bytes))).unwrap());
    let mut back = Vec::new();
    for (found, rows) in read {
        assert_eq!(&found, layout);
        back.extend(rows);
    }
    assert_eq!(back, rows);
    assert_eq!(to_parquet(layout, &back).unwrap(), exported);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn csv_gives_back_what_it_was_given((layout, rows) in history(any_steps())) {
        csv_comes_back(&layout, &rows, Style::Plain);
        csv_comes_back(&layout, &rows, Style::European);
    }

    #[test]
    fn json_gives_back_what_it_was_given((layout, rows) in history(any_steps())) {
        json_comes_back(&layout, &rows);
    }

    #[test]
    fn parquet_gives_back_what_it_was_given((layout, rows) in history(-DIGITS_18..=DIGITS_18)) {
        parquet_comes_back(&layout, &rows);
    }
}

/// A day of seconds has more rows than a group.
#[test]
fn groups_of_a_day_are_joined() {
    let layout = Layout { interval_s: 1, ..quarter() };
    let rows: Vec<Row> = (0..70_000)
        .map(|n| {
            let row = quarter_row(n);
            let start = port::Timestamp::from_unix_s(1_772_323_200 + n as i64);
            Row { start, end: start + 1.0, ..row }
        })
        .collect();
    parquet_comes_back(&layout, &rows);
    assert_eq!(to_parquet(&layout, &rows).unwrap().len(), 1);
}

#[test]
fn no_rows_are_a_document_without_rows_and_no_parquet_file() {
    json_comes_back(&quarter(), &[]);
    assert_eq!(to_parquet(&quarter(), &[]).unwrap(), []);
}

/// All points of all meters: groups have fewer rows, so that they have no more cells.
#[test]
fn the_widest_rows_come_back() {
    let meters = std::iter::once("main".to_owned()).chain((1..=10).map(|n| format!("esy{n}")));
    let paths = meters.flat_map(|meter| {
        catalog::points().iter().map(move |point| format!("{meter}/{}/last", point.path()))
    });
    let columns: Vec<Column> = paths.map(|path| column(&path)).collect();
    let count = columns.len() as i64;
    let layout = Layout { columns, ..quarter() };
    let wide = |n: u64| Row { cells: (0..count).map(Cell::good).collect(), ..quarter_row(n) };
    let rows: Vec<Row> = (0..900).map(|n| Row { start: quarter_row(0).start, ..wide(n) }).collect();
    let exported = to_parquet(&layout, &rows).unwrap();
    let file = SerializedFileReader::new(file(&exported[0].1)).unwrap();
    assert!(file.num_row_groups() > 1, "{count} columns");
    parquet_comes_back(&layout, &rows);
    csv_comes_back(&layout, &rows[..3], Style::Plain);
    json_comes_back(&layout, &rows[..3]);
}

/// Rows of several days, which look at each row at how much has been written of those before.
fn watched(out: &Counted, behind_rows: u64, row_bytes: u64) -> Rows<'static> {
    let out = out.clone();
    Box::new((0..200_000u64).map(move |n| {
        let least = n.saturating_sub(behind_rows) * row_bytes;
        assert!(
            out.bytes() >= least,
            "at row {n}: {} bytes are written, of at least {least}",
            out.bytes()
        );
        Ok(quarter_row(n))
    }))
}

/// Memory is bounded: what was asked for is written before much more is asked for.
#[test]
fn rows_pass_and_are_not_kept() {
    let (layout, facts) = (quarter(), facts());
    let out = Counted::default();
    csv::write(out.clone(), &layout, &facts, Style::Plain, watched(&out, 1000, 60)).unwrap();
    let out = Counted::default();
    json::write(out.clone(), &layout, &facts, watched(&out, 1000, 60)).unwrap();
    let out = Counted::default();
    parquet::write(&mut out.clone(), &layout, &facts, watched(&out, 1000, 10)).unwrap();
}
