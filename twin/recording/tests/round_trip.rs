//! What is written reads back the same.

use proptest::prelude::*;
use recording::{
    Recording, Revision, Role, read_cff, read_comtrade, read_csv, write_cff, write_comtrade,
    write_csv,
};

fn run() -> Recording {
    let wave = |amplitude: f64| {
        (0..160).map(|k| amplitude * (f64::from(k) * std::f64::consts::TAU / 160.0).sin()).collect()
    };
    let columns = vec![(Role::Va, wave(325.27)), (Role::Ic, wave(7.07)), (Role::In, wave(1e-3))];
    Recording::from_columns(8_000.0, columns).unwrap()
}

#[test]
fn csv_changes_no_bit() {
    let run = run();
    let back = read_csv(&write_csv(&run).unwrap()).unwrap();
    assert_eq!(back, run);
}

#[test]
fn csv_keeps_uneven_times() {
    let mut run = run();
    let section = &mut run.sections[0];
    section.rate_hz = None;
    section.times_s = Some((0..160).map(|k| f64::from(k * k) * 1e-4).collect());
    section.times_step_s = 0.0;
    let back = read_csv(&write_csv(&run).unwrap()).unwrap();
    assert_eq!(back.sections[0].times_s, run.sections[0].times_s);
    assert_eq!(back.sections[0].samples, run.sections[0].samples);
}

fn through_comtrade(recording: &Recording) -> Recording {
    let (cfg, dat) = write_comtrade(recording).unwrap();
    read_comtrade(&cfg, &dat).unwrap()
}

#[test]
fn comtrade_keeps_values_to_single_precision() {
    let run = run();
    let back = through_comtrade(&run);
    assert_eq!((back.revision, back.sections[0].rate_hz), (Some(Revision::R2013), Some(8_000.0)));
    assert_eq!(back.channels, run.channels);
    assert_eq!((back.start, back.notes.len()), (None, 0));
    for (got, want) in back.sections[0].samples.iter().zip(&run.sections[0].samples) {
        let single: Vec<f64> = want.iter().map(|v| f64::from(*v as f32)).collect();
        assert_eq!(*got, single);
    }
}

#[test]
fn the_single_file_is_the_pair() {
    let run = run();
    assert_eq!(read_cff(&write_cff(&run).unwrap()).unwrap(), through_comtrade(&run));
}

#[test]
fn comtrade_keeps_sections_gaps_times_and_missing_samples() {
    let mut run = run();
    run.station = "a, b".into();
    run.start = Some("01/02/2013,04:05:06.123456".into());
    run.line_frequency_hz = Some(59.97);
    let mut second = run.sections[0].clone();
    (second.first_sample, second.start_s, second.rate_hz) = (160, Some(0.5), Some(1234.5));
    second.missing = vec![(1, 7)];
    second.samples[1][7] = f64::NAN;
    let mut third = run.sections[0].clone();
    (third.first_sample, third.rate_hz, third.start_s) = (320, None, Some(2_000.0));
    third.times_s = Some((0..160).map(|k| 2_000.0 + f64::from(k) * 0.00123).collect());
    run.sections.extend([second, third]);
    let back = through_comtrade(&run);
    assert_eq!((back.station.as_str(), back.line_frequency_hz), ("a; b", Some(59.97)));
    assert_eq!(back.start, run.start);
    assert_eq!(back.sections[1].missing, [(1, 7)]);
    assert_eq!(back.sections[1].rate_hz, Some(1234.5));
    assert!((back.sections[1].start_s.unwrap() - 0.5).abs() < 1e-6);
    // 2000 s in 32 bits of microseconds: the stamps still tell one microsecond.
    let [times, want] = [&back, &run].map(|r| r.sections[2].times_s.clone().unwrap());
    assert!(times.iter().zip(want).all(|(t, want)| (t - want).abs() < 1e-6));
}

#[test]
fn a_long_recording_keeps_its_stamps_in_32_bits() {
    let run = Recording::from_columns(0.01, vec![(Role::Va, vec![1.0; 100])]).unwrap();
    let back = through_comtrade(&run);
    assert_eq!((back.sections[0].rate_hz, back.notes.len()), (Some(0.01), 0));
}

#[test]
fn what_a_format_cannot_hold_is_refused() {
    let refused = |recording: &Recording| {
        [write_csv(recording).map(|_| ()), write_comtrade(recording).map(|_| ())]
            .map(|result| result.map_err(|e| e.to_string()).err().unwrap_or_default())
    };
    let edit = |change: fn(&mut Recording)| {
        let mut run = run();
        change(&mut run);
        refused(&run)
    };
    let [csv, _] = edit(|run| run.channels[0].name = "Ux".into());
    assert!(csv.contains("`Ux` is no CSV column"));
    let [csv, _] = edit(|run| run.channels[0].name = "in".into());
    assert!(csv.contains("twice"));
    let [csv, _] = edit(|run| run.sections.push(run.sections[0].clone()));
    assert!(csv.contains("one section"));
    let [csv, comtrade] = edit(|run| run.sections[0].samples[0][0] = 1e40);
    assert!(csv.is_empty() && comtrade.contains("single precision"));
    let [csv, comtrade] = edit(|run| run.sections[0].samples[0].truncate(9));
    assert!(csv.contains("differ in length") && comtrade.contains("differ in length"));
    let [csv, comtrade] = edit(|run| run.sections[0].rate_hz = None);
    assert!(csv.contains("neither") && comtrade.contains("neither"));
    let [csv, comtrade] = edit(|run| run.channels.clear());
    assert!(csv.contains("no channel") && comtrade.contains("no channel"));
    assert!(Recording::from_columns(0.0, vec![(Role::Va, vec![1.0])]).is_err());
    assert!(Recording::from_columns(1.0, vec![]).is_err());
    assert!(Recording::from_columns(1.0, vec![(Role::Va, vec![])]).is_err());
}

proptest! {
    #[test]
    fn any_run_survives_csv(
        rate_hz in prop_oneof![(1u32..200_000).prop_map(f64::from), 0.1..100_000.0f64],
        va in prop::collection::vec(-1e6..1e6f64, 2..300),
    ) {
        let run = Recording::from_columns(rate_hz, vec![(Role::Va, va)]).unwrap();
        let back = read_csv(&write_csv(&run).unwrap()).unwrap();
        prop_assert_eq!(&back.sections[0].samples, &run.sections[0].samples);
        let got = back.sections[0].rate_hz.unwrap();
        prop_assert!((got / rate_hz - 1.0).abs() <= 1e-9, "{} for {}", got, rate_hz);
        prop_assert!(rate_hz.fract() != 0.0 || got == rate_hz, "{} for {}", got, rate_hz);
    }

    #[test]
    fn any_text_in_names_survives_comtrade(name in "\\PC{0,20}", station in "\\PC{0,20}") {
        let mut run = run();
        run.channels[0].name = name.clone();
        run.station = station;
        let back = through_comtrade(&run);
        prop_assert_eq!(back.channels.len(), 3);
        prop_assert_eq!(&back.sections[0].samples[2].len(), &160);
    }
}
