//! Goals F4 to F6: a day at *sampled*, and phasor steps against the least that gives their numbers. Database
//! off; with it on: `database_on`. Ends with exit code 1 if F4 is missed; F5's peer is `ci/speed/dertwin_steps.py`.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::probe::ORDERS;
use benches::processor::{ProcessorTime, criterion, thread_ns};
use benches::shipped::{DAY, DAY_S, YEAR, alone, probe_us, scenario};
use benches::turns::Spread;
use criterion::{BatchSize, Criterion, Throughput};
use lab::{DeviceFacts, Trial, try_out};
use metering::Limits;
use port::AsFast;
use sim::scenario::{Fidelity, Scenario};
use std::hint::black_box;

/// Windows that a day at *sampled* has at the least: one a minute.
const WINDOWS_A_DAY: f64 = 1440.0;
/// A window of 200 ms.
const WINDOW_S: f64 = 0.2;
/// Most that a day may cost over its windows alone (F4).
const DAY_LIMIT: f64 = 10.0;

fn run(scenario: &Scenario) -> Trial {
    let facts = DeviceFacts { limits: Limits::EMS_AV2, version: (0, 0, 0), software_id: "bench" };
    try_out(scenario, "", &facts, Box::new(AsFast), |_| true)
        .expect("synthetic signals do not fail")
}

/// Processor seconds of a run, and its windows.
fn cost(scenario: &Scenario) -> (f64, u64) {
    let begun = thread_ns();
    let windows = run(scenario).windows;
    ((thread_ns() - begun) as f64 * 1e-9, windows)
}

fn end_to_end(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("sim/e2e");
    let cases = [("sampled", Fidelity::Sampled, 600.0), ("phasor", Fidelity::Phasor, DAY_S)];
    for (name, fidelity, seconds) in cases {
        group.throughput(Throughput::Elements(seconds as u64));
        for (loads, scenario) in
            [(1, alone(scenario(DAY, fidelity, seconds))), (11, scenario(DAY, fidelity, seconds))]
        {
            group.bench_function(format!("{name}/{loads}loads"), |bencher| {
                bencher.iter_batched(
                    || (),
                    |()| black_box(run(&scenario)),
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

/// A day at *sampled* over the cost of 1440 windows of every sample (F4).
fn day(rounds: usize) -> Spread {
    Spread::of((0..rounds).map(|_| {
        let seconds = 60.0;
        let (windows_s, _) = cost(&scenario(DAY, Fidelity::Waveform, seconds));
        let window_s = windows_s / (seconds / WINDOW_S);
        let (day_s, _) = cost(&scenario(DAY, Fidelity::Sampled, DAY_S));
        println!("day: {day_s:.2} s; a window of every sample {:.0} us", window_s * 1e6);
        day_s / (window_s * WINDOWS_A_DAY)
    }))
}

/// Microseconds of a step of a year with eleven loads, and of the probe's (F6).
fn year(rounds: usize, days: f64) -> Vec<[f64; 2]> {
    (0..rounds)
        .map(|_| {
            let (seconds, steps) = cost(&scenario(YEAR, Fidelity::Phasor, days * DAY_S));
            [seconds * 1e6 / steps as f64, probe_us(20_000)]
        })
        .collect()
}

/// Simulated seconds a processor-second by phasors (F5).
fn pace(scenario: &Scenario, rounds: usize) -> Spread {
    let seconds = scenario.duration_s.expect("set");
    Spread::of((0..rounds).map(|_| seconds / cost(scenario).0))
}

fn main() {
    let smoke = !std::env::args().any(|argument| argument == "--bench");
    if smoke {
        run(&scenario(DAY, Fidelity::Sampled, 130.0));
        run(&scenario(YEAR, Fidelity::Phasor, 7200.0));
        assert!(probe_us(10) > 0.0 && ORDERS == 31);
        return;
    }
    let mut criterion = criterion();
    end_to_end(&mut criterion);
    criterion.final_summary();
    let month = 30.0 * DAY_S;
    for (loads, scenario) in [
        (1, alone(scenario(YEAR, Fidelity::Phasor, month))),
        (11, scenario(YEAR, Fidelity::Phasor, month)),
    ] {
        println!("phasor, {loads} loads: {:.0} simulated s a processor-second", pace(&scenario, 5));
    }
    let steps = year(5, 30.0);
    let of = |side: usize| Spread::of(steps.iter().map(|round| round[side]));
    let ratio = Spread::of(steps.iter().map(|[ours, probe]| probe / ours));
    println!("year: {:.1} us a step, probe {:.2} us, ratio {ratio:.3}", of(0), of(1));
    let day = day(5);
    println!("day: {day:.1} times its 1440 windows alone");
    if day.median > DAY_LIMIT {
        println!("fidelity: a day costs more than {DAY_LIMIT} times its windows");
        std::process::exit(1);
    }
}
