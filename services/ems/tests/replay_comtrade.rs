//! `ems replay` of COMTRADE files written here, byte by byte from the standard, not by our writer: all
//! formats of one record read the same, to the bit, as the CSV of the same numbers.

#![expect(clippy::print_stdout, reason = "the largest errors are shown with --nocapture")]

mod common;

use common::record::write;
use common::scene::{EXACT, grid, loads};
use common::{Document, Record, Scene, folder, refuse};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

const RATE_HZ: f64 = 8000.0;
const NAMES: [&str; 6] = ["va", "vb", "vc", "ia", "ib", "ic"];

/// One channel as whole numbers: the value is `a` times the number, plus `b`.
struct Channel {
    a: f64,
    b: f64,
    numbers: Vec<i64>,
}

/// The scene in whole numbers up to `largest`, with factors of both signs and offsets.
fn channels(record: &Record, largest: f64) -> Vec<Channel> {
    let channel = |(k, (_, samples)): (usize, &(&str, Vec<f64>))| {
        let peak = samples.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        let (a, b) = (sign * 1.1 * peak / largest, 0.01 * peak);
        let numbers = samples.iter().map(|x| ((x - b) / a).round() as i64).collect();
        Channel { a, b, numbers }
    };
    record.columns.iter().enumerate().map(channel).collect()
}

/// The configuration, C37.111-1999 with the two lines of 2013 if wanted.
fn configuration(year: u16, format: &str, channels: &[Channel], samples: usize) -> String {
    let count = channels.len();
    let mut text = format!("Feeder 3,Relay 7,{year}\r\n{},{count}A,1D\r\n", count + 1);
    for (k, channel) in channels.iter().enumerate() {
        let (name, phase) = (NAMES[k].to_uppercase(), ["A", "B", "C"][k % 3]);
        let unit = if k < 3 { "V" } else { "A" };
        // Skew, range, ratio of the transformer and the side: reported, not applied.
        let side = "0,-99999,99999,400,5,P";
        writeln!(text, "{},{name},{phase},,{unit},{},{},{side}\r", k + 1, channel.a, channel.b)
            .expect("text grows");
    }
    write!(
        text,
        "1,TRIP,,,0\r\n50\r\n1\r\n{RATE_HZ},{samples}\r\n01/02/2024,03:04:05.000000\r\n\
         01/02/2024,03:04:05.100000\r\n{format}\r\n1\r\n"
    )
    .expect("text grows");
    if year == 2013 {
        text.push_str("0,0\r\n0,0\r\n");
    }
    text
}

fn microseconds(sample: usize) -> u32 {
    (sample as f64 * 1e6 / RATE_HZ).round() as u32
}

fn ascii(channels: &[Channel]) -> Vec<u8> {
    let mut text = String::new();
    for n in 0..channels[0].numbers.len() {
        write!(text, "{},{}", n + 1, microseconds(n)).expect("text grows");
        channels
            .iter()
            .for_each(|channel| write!(text, ",{}", channel.numbers[n]).expect("text grows"));
        text.push_str(",0\r\n");
    }
    text.into_bytes()
}

/// Number and time as 32 bits, then each channel by `put`, then one word of digital channels.
fn binary(samples: usize, mut put: impl FnMut(usize, &mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = Vec::new();
    for n in 0..samples {
        bytes.extend((n as u32 + 1).to_le_bytes());
        bytes.extend(microseconds(n).to_le_bytes());
        put(n, &mut bytes);
        bytes.extend([0, 0]);
    }
    bytes
}

fn pair(folder: &Path, name: &str, cfg: &str, dat: &[u8]) -> PathBuf {
    write(folder, &format!("{name}.dat"), dat);
    write(folder, &format!("{name}.cfg"), cfg)
}

/// The same numbers as CSV.
fn csv(folder: &Path, name: &str, value: impl Fn(usize, usize) -> f64, samples: usize) -> PathBuf {
    let mut record = Record::new(RATE_HZ);
    for (k, name) in NAMES.into_iter().enumerate() {
        record.columns.push((name, (0..samples).map(|n| value(k, n)).collect()));
    }
    record.write(folder, &format!("{name}.csv"))
}

/// [V1, V3, V4, V6, V7] ASCII, BINARY, BINARY32 and FLOAT32 read as what they hold.
#[test]
fn every_format_reads_as_the_csv_of_its_numbers() {
    let folder = folder("comtrade");
    let scene = Scene { wiring: "3p4w", hz: 50.31, v: grid(230.0), i: loads(10.0) };
    let samples = 4240;
    let record = scene.record(RATE_HZ, samples);

    let fine = channels(&record, 99_000.0);
    let coarse = channels(&record, 32_000.0);
    let deep = channels(&record, 2e9);
    let of = |channels: &[Channel], k: usize, n: usize| {
        channels[k].a * channels[k].numbers[n] as f64 + channels[k].b
    };
    let floats: Vec<Channel> =
        (0..6).map(|_| Channel { a: 1.0, b: 0.0, numbers: Vec::new() }).collect();

    let files = [
        (
            pair(&folder, "ascii", &configuration(1999, "ASCII", &fine, samples), &ascii(&fine)),
            csv(&folder, "ascii", |k, n| of(&fine, k, n), samples),
            "ASCII",
        ),
        (
            pair(
                &folder,
                "binary",
                &configuration(1999, "BINARY", &coarse, samples),
                &binary(samples, |n, out| {
                    coarse.iter().for_each(|c| out.extend((c.numbers[n] as i16).to_le_bytes()))
                }),
            ),
            csv(&folder, "binary", |k, n| of(&coarse, k, n), samples),
            "BINARY",
        ),
        (
            pair(
                &folder,
                "binary32",
                &configuration(2013, "BINARY32", &deep, samples),
                &binary(samples, |n, out| {
                    deep.iter().for_each(|c| out.extend((c.numbers[n] as i32).to_le_bytes()))
                }),
            ),
            csv(&folder, "binary32", |k, n| of(&deep, k, n), samples),
            "BINARY32",
        ),
        (
            pair(
                &folder,
                "float32",
                &configuration(2013, "FLOAT32", &floats, samples),
                &binary(samples, |n, out| {
                    record.columns.iter().for_each(|(_, c)| out.extend((c[n] as f32).to_le_bytes()))
                }),
            ),
            csv(&folder, "float32", |k, n| f64::from(record.columns[k].1[n] as f32), samples),
            "FLOAT32",
        ),
    ];
    for (comtrade, csv, format) in files {
        let (found, expected) = (Document::of(&comtrade, &[]), Document::of(&csv, &[]));
        assert_eq!(found.digest(), expected.digest(), "{format}");
        assert_eq!(found.top("source")["format"], format);
        assert_eq!(found.top("source")["station"], "Feeder 3");
        assert_eq!(found.top("source")["channels"][0]["primary"], 400.0);
        assert_eq!(found.top("source")["channels"][0]["secondary"], 5.0);
        let worst = scene.check(&found, &EXACT);
        println!("{format}: {worst:.3?} of the limits");
    }
}

/// What is cut short, or has no partner, is refused: exit codes 3 and 4.
#[test]
fn half_a_recording_is_refused() {
    let folder = folder("comtrade-half");
    let scene = Scene { wiring: "3p4w", hz: 50.0, v: grid(230.0), i: loads(10.0) };
    let numbers = channels(&scene.record(RATE_HZ, 800), 32_000.0);
    let text = configuration(1999, "ASCII", &numbers, 800);
    let data = ascii(&numbers);
    let refuse_file = |file: PathBuf, code, words: &[&str]| {
        refuse(&["replay", file.to_str().expect("ASCII")], code, words);
    };
    let half = data.len() / 2;
    refuse_file(pair(&folder, "cut", &text, &data[..half]), 3, &["cut.cfg", "dat"]);
    refuse_file(pair(&folder, "headless", &text[..100], &data), 3, &["headless.cfg", "cfg line"]);
    refuse_file(write(&folder, "alone.cfg", &text), 4, &["alone.dat", "pair of .cfg and .dat"]);
}

/// Channels that could be meant twice are listed, and nothing is guessed: exit code 2.
#[test]
fn ambiguous_channels_are_listed() {
    let folder = folder("comtrade-ambiguous");
    let scene = Scene { wiring: "3p4w", hz: 50.0, v: grid(230.0), i: loads(10.0) };
    let numbers = channels(&scene.record(RATE_HZ, 1600), 32_000.0);
    let text = configuration(1999, "ASCII", &numbers, 1600).replacen(",B,,V,", ",A,,V,", 1);
    let file = pair(&folder, "two", &text, &ascii(&numbers));
    let name = file.to_str().expect("ASCII");
    refuse(
        &["replay", name],
        2,
        &["va could be #1 or #2", "#3", "VC", "phase C", "unit A", "--map"],
    );
    let map = "va=#1,vb=VB,vc=VC,ia=#4,ib=#5,ic=#6";
    assert_eq!(Document::of(&file, &["--map", map]).number("samples"), 1600.0);
}
