//! Goals F4 and F6 with the database on, on real files with redb and every sync, in processor time of all
//! threads: `sim/day_sampled` is an hour of the day, of its 60 windows; `sim/year_phasor` a week of the year.
//! Ends with exit code 1 if F4 is missed; docs/performance.md says why F6 is.
//!
//! Run as a test, without the `--bench` that `cargo bench` gives, it takes minutes and holds nothing.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::keeping::{self, Cost, WIDE_COLUMNS};
use benches::processor::all_threads_s;
use benches::shipped::{DAY, DAY_S, YEAR, least_load_us, probe_us, scenario};
use benches::turns::Spread;
use lab::{DeviceFacts, try_out};
use metering::Limits;
use port::AsFast;
use sim::scenario::{Fidelity, Scenario};
use store::job::Configuration;

const HOUR_S: f64 = 3600.0;
/// Windows that an hour at *sampled* has at the least: one a minute.
const WINDOWS_AN_HOUR: f64 = 60.0;
/// A window of 200 ms.
const WINDOW_S: f64 = 0.2;
/// Most that a time at *sampled* may cost over its windows alone (F4).
const SAMPLED_LIMIT: f64 = 10.0;

/// A folder for builds.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder for builds")
}

fn kept(scenario: &Scenario, configuration: &Configuration) -> Cost {
    keeping::run(scenario, configuration, folder().path())
}

/// Processor seconds of a run that keeps nothing.
fn ephemeral_s(scenario: &Scenario) -> f64 {
    let facts = DeviceFacts { limits: Limits::EMS_AV2, version: (0, 0, 0), software_id: "bench" };
    let begun = all_threads_s();
    try_out(scenario, "", &facts, Box::new(AsFast), |_| true)
        .expect("synthetic signals do not fail");
    all_threads_s() - begun
}

/// The jobs of delivery but for the one of seconds, of which steps of a minute know nothing.
fn without_seconds() -> Configuration {
    let mut configuration = Configuration::default();
    configuration.jobs.retain(|job| job.interval_s >= 60);
    configuration
}

/// An hour at *sampled* over the cost of as many windows of every sample as it has minutes (F4).
fn day_sampled(rounds: usize, seconds: f64) -> Spread {
    let jobs = Configuration::default();
    Spread::of((0..rounds).map(|_| {
        let windows_s = 60.0;
        let waveform_s = ephemeral_s(&scenario(DAY, Fidelity::Waveform, windows_s));
        let window_s = waveform_s / (windows_s / WINDOW_S);
        // From the morning on, when the house is busy: the first hour of the scenario is as good as any.
        let cost = kept(&scenario(DAY, Fidelity::Sampled, seconds), &jobs);
        let ratio = cost.seconds / (window_s * WINDOWS_AN_HOUR * seconds / HOUR_S);
        println!(
            "sim/day_sampled: {:.2} s for {seconds} s, {} windows, {} rows; a window of every sample {:.0} us",
            cost.seconds,
            cost.windows,
            cost.rows,
            window_s * 1e6
        );
        ratio
    }))
}

/// The least for the steps and rows of some days, over what they cost with the wide job (F6).
fn year_phasor(rounds: usize, days: f64) -> Spread {
    let year = scenario(YEAR, Fidelity::Phasor, days * DAY_S);
    let configuration = keeping::wide();
    Spread::of((0..rounds).map(|_| {
        let cost = kept(&year, &configuration);
        let folder = folder();
        let (probe_us, load_us) = (probe_us(20_000), least_load_us(folder.path(), days.ceil() as usize));
        let least_s = (probe_us * cost.windows as f64 + load_us * cost.rows as f64) * 1e-6;
        println!(
            "sim/year_phasor: {:.1} us a step, {} steps, {} rows of {WIDE_COLUMNS} columns in {} bytes; \
             probes {probe_us:.2} us a step and {load_us:.1} us a row",
            cost.seconds * 1e6 / cost.windows as f64,
            cost.windows,
            cost.rows,
            cost.bytes
        );
        least_s / cost.seconds
    }))
}

/// What keeping adds to a step.
fn what_it_adds(days: f64) {
    let year = scenario(YEAR, Fidelity::Phasor, days * DAY_S);
    let off_s = ephemeral_s(&year);
    println!("year, database off, ticks of an hour: {off_s:.2} s for {days} days");
    for (name, jobs) in [
        ("no job", Configuration { jobs: Vec::new(), ..Configuration::default() }),
        ("wide", keeping::wide()),
        ("delivery without seconds", without_seconds()),
        ("delivery", Configuration::default()),
    ] {
        let Cost { seconds, windows, rows, bytes } = kept(&year, &jobs);
        println!("year, {name}: {seconds:.2} s, {windows} steps, {rows} rows, {bytes} bytes");
    }
}

fn main() {
    let smoke = !std::env::args().any(|argument| argument == "--bench");
    if smoke {
        kept(&scenario(DAY, Fidelity::Sampled, 130.0), &Configuration::default());
        kept(&scenario(YEAR, Fidelity::Phasor, 7200.0), &keeping::wide());
        assert!(least_load_us(folder().path(), 1) > 0.0);
        return;
    }
    what_it_adds(7.0);
    println!("F6: {:.3} of a week of the year", year_phasor(5, 7.0));
    let day = day_sampled(5, HOUR_S);
    println!("F4: {day:.1} times its windows alone");
    if day.median > SAMPLED_LIMIT {
        println!(
            "database_on: a time at sampled costs more than {SAMPLED_LIMIT} times its windows"
        );
        std::process::exit(1);
    }
}
