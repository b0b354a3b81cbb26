//! `meter/...`: metering from 24-bit codes to all quantities, and its denominators.
//!
//! `meter/stage` has the stages of a window of one load by themselves: its sums; the plan by which it is
//! sampled anew, which all channels share; the harmonics of its six channels by that plan; the frequency of
//! a voltage; the readings and the counters.

use benches::input::{Grid, Input};
use benches::reference::{Fft, sum_count, sums};
use benches::work::Metering;
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};
use metering::stage::{Spectrum, estimate, neutral_sums, phase_sums};
use metering::{Bank, Limits, Means, Meter, MeterSettings, Registers, WindowPower, Wiring};
use port::Role;
use std::hint::black_box;

const RATES: [(&str, f64); 2] = [("8k", 8000.0), ("16k", 16_000.0)];

fn samples(input: &Input) -> Throughput {
    Throughput::Elements((input.samples() / input.windows * input.channels()) as u64)
}

fn window(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("meter/window");
    for (loads, channels) in [(1, "6ch"), (11, "36ch")] {
        for grid in [Grid::Locked, Grid::Any] {
            for (rate, sample_rate_hz) in RATES {
                let input = Input::new(sample_rate_hz, grid, loads);
                let mut metering = Metering::new(&input);
                group.throughput(samples(&input));
                group.bench_function(format!("{channels}/{}/{rate}", grid.slug()), |bencher| {
                    bencher.iter(|| metering.window(black_box(&input)));
                });
                black_box(metering.digest());
            }
        }
    }
    group.finish();
}

fn reference(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("meter/reference");
    let input = Input::new(8000.0, Grid::Locked, 11);
    let rows: Vec<Vec<f64>> =
        input.rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
    group.throughput(samples(&input));
    let mut out = vec![0.0; sum_count(rows.len())];
    group.bench_function("sums", |bencher| bencher.iter(|| sums(black_box(&rows), &mut out)));
    let mut fft = Fft::new(input.samples());
    group.bench_function("fft", |bencher| {
        bencher.iter(|| {
            for row in &rows {
                black_box(fft.bins(black_box(row)));
            }
        });
    });
    group.finish();
}

/// Means of one window of a bank with one load.
fn one_window(input: &Input) -> (Means, Meter) {
    let channels = [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic]
        .map(|role| Some(benches::input::channel(role)));
    let [va, vb, vc, ia, ib, ic] = channels;
    let settings = MeterSettings {
        wiring: Wiring::ThreePhaseFourWire,
        sample_rate_hz: input.sample_rate_hz,
        voltages: [va, vb, vc],
        currents: [ia, ib, ic],
        limits: Limits::EMS_AV2,
    };
    let mut bank = Bank::new(
        settings.sample_rate_hz,
        settings.wiring,
        settings.voltages,
        vec![settings.currents],
        true,
    );
    let rows: Vec<&[i32]> = input.rows.iter().map(Vec::as_slice).collect();
    let mut means = Means::default();
    bank.push(0, &rows, &mut |window| means = window.means[0]);
    (means, Meter::new(&settings))
}

/// Stages of the kernel, on numbers.
fn kernel(group: &mut BenchmarkGroup<WallTime>, input: &Input) {
    let rows: Vec<Vec<f64>> =
        input.rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
    let window = input.samples() / input.windows;
    let (start, length) = (16.3, window as f64 + 0.25);
    group.throughput(Throughput::Elements((window * rows.len()) as u64));
    let part = |row: usize| &rows[row][..window];
    group.bench_function("sums", |bencher| {
        bencher.iter(|| {
            for phase in 0..3 {
                black_box(phase_sums(black_box(part(phase)), part(3 + phase)));
            }
            black_box(neutral_sums(part(1), [part(3), part(4), part(5)]))
        });
    });
    let mut spectrum = Spectrum::new(input.sample_rate_hz, 12);
    group.bench_function("resample", |bencher| {
        bencher.iter(|| spectrum.plan(black_box(start), length, 10, rows[0].len()));
    });
    group.bench_function("harmonics", |bencher| {
        bencher.iter(|| {
            for row in &rows {
                black_box(spectrum.phasors(black_box(row)));
            }
        });
    });
    let guess = 10.0 / length;
    group.bench_function("frequency", |bencher| {
        bencher.iter(|| estimate(black_box(&input.rows[0]), start, 10.0, guess));
    });
}

fn stage(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("meter/stage");
    let input = Input::new(8000.0, Grid::Any, 1);
    kernel(&mut group, &input);
    let (means, meter) = one_window(&input);
    group.bench_function("readings", |bencher| {
        bencher.iter(|| meter.readings_of(black_box(&means)));
    });
    let mut registers = Registers::default();
    let power = WindowPower {
        seconds: 0.2,
        p: [Some(1000.0); 3],
        q: [Some(100.0); 3],
        p_system: 3000.0,
        q_system: 300.0,
        s_system: 3015.0,
    };
    group.bench_function("energy", |bencher| bencher.iter(|| registers.add(black_box(&power))));
    group.finish();
}

criterion_group!(benches, window, reference, stage);
criterion_main!(benches);
