//! `synth/...`, `frontend/...` and `sim/e2e/...`: waveforms, front end, and whole runs of the house.

use benches::house;
use benches::processor::{ProcessorTime, criterion};
use benches::synthesis::{self, Coefficients, ORDERS, Steady};
use criterion::{BatchSize, BenchmarkGroup, Criterion, Throughput};
use port::{Role, SampleBlock, SampleSource};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::{Spectrum, Synthetic};
use sim::waveform::Waveform;
use std::hint::black_box;

const RATE_HZ: f64 = 8000.0;
/// A window of 200 ms.
const WINDOW: usize = 1600;
/// Simulated seconds of a run.
const RUN_S: f64 = 10.0;
const SIX: [Role; 6] = [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic];

fn samples(channels: usize) -> Throughput {
    Throughput::Elements((WINDOW * channels) as u64)
}

/// Fills a window's worth of rows.
fn fill(player: &mut Synthetic, rows: &mut [Vec<f64>]) {
    black_box(player.fill(RATE_HZ, rows, WINDOW));
}

fn synthesis(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("synth");
    for channels in [6, 36] {
        group.throughput(samples(channels));
        let mut rows = vec![vec![0.0; WINDOW]; channels];
        let mut player = Steady::play(channels, Steady::rich(), 0.0);
        group.bench_function(format!("window/basis/{channels}ch"), |bencher| {
            bencher.iter(|| fill(&mut player, &mut rows));
        });
        // As production has it: spectra of the house, which move all the time.
        let mut player = house::terminals(channels / 3 - 1);
        group.bench_function(format!("window/house/{channels}ch"), |bencher| {
            bencher.iter(|| fill(&mut player, &mut rows));
        });
        let coefficients: Vec<Coefficients> = vec![[[1.0, 0.5]; ORDERS]; channels];
        for (name, reference) in [
            ("reference/basis", synthesis::fill as fn(f64, &[Coefficients], &mut [Vec<f64>])),
            ("window/naive", synthesis::fill_naively),
        ] {
            group.bench_function(format!("{name}/{channels}ch"), |bencher| {
                bencher.iter(|| reference(50.02 / RATE_HZ, black_box(&coefficients), &mut rows));
            });
        }
    }
    noise(&mut group);
    group.finish();
}

/// The noise is the difference of the player with it and without.
fn noise(group: &mut BenchmarkGroup<ProcessorTime>) {
    group.throughput(samples(6));
    let mut rows = vec![vec![0.0; WINDOW]; 6];
    for (name, rms) in [("chosen", 0.1), ("none", 0.0)] {
        let mut player = Steady::play(6, Spectrum::ZERO, rms);
        group.bench_function(format!("noise/{name}"), |b| b.iter(|| fill(&mut player, &mut rows)));
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    group.bench_function("noise/ziggurat", |bencher| {
        bencher.iter(|| {
            for value in rows.iter_mut().flatten() {
                let normal: f64 = StandardNormal.sample(&mut random);
                *value += 0.1 * normal;
            }
        });
    });
    let mut read = converter(&FrontEnd::ideal());
    group.bench_function("quantise", |b| b.iter(&mut read));
}

/// Six rows that repeat: a waveform that costs a copy.
struct Held {
    rows: Vec<Vec<f64>>,
    next: usize,
}

impl Waveform for Held {
    fn roles(&self) -> &[Role] {
        &SIX
    }

    fn fill(&mut self, _: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        let count = max.min(WINDOW - self.next);
        for (row, held) in rows.iter_mut().zip(&self.rows) {
            row[..count].copy_from_slice(&held[self.next..self.next + count]);
        }
        self.next = (self.next + count) % WINDOW;
        count
    }

    fn seek(&mut self, index: u64) {
        self.next = (index % WINDOW as u64) as usize;
    }
}

/// Reads a window of codes of six channels through a front end, copies included.
fn converter(front_end: &FrontEnd) -> impl FnMut() + use<> {
    let mut rows = vec![vec![0.0; WINDOW]; SIX.len()];
    Steady::play(SIX.len(), Steady::rich(), 0.0).fill(RATE_HZ, &mut rows, WINDOW);
    let mut afe = Afe::new(front_end, Held { rows, next: 0 }, RATE_HZ).expect("it makes sense");
    let mut block = SampleBlock::new(SIX.len(), WINDOW);
    move || {
        afe.read(&mut block, WINDOW).expect("it does not fail");
        black_box(&block);
    }
}

fn front_end(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("frontend");
    group.throughput(samples(6));
    let typical = FrontEnd::typical(1);
    for (name, unit) in [("typical", typical.clone()), ("typical_quiet", typical.without_noise())] {
        let mut read = converter(&unit);
        group.bench_function(name, |b| b.iter(&mut read));
    }
    group.finish();
}

/// Throughput is simulated seconds a second of processor time.
fn end_to_end(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("sim/e2e/waveform");
    group.sample_size(10).throughput(Throughput::Elements(RUN_S as u64));
    for loads in [1, 11] {
        let scenario = house::scenario(loads);
        group.bench_function(format!("{loads}loads"), |bencher| {
            let fresh = || house::runner(&scenario, RUN_S);
            bencher.iter_batched(fresh, house::run, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn main() {
    let mut criterion = criterion();
    synthesis(&mut criterion);
    front_end(&mut criterion);
    end_to_end(&mut criterion);
    criterion.final_summary();
}
