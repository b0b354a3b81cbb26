//! `synth/...`, `frontend/...` and `sim/e2e/...`: waveforms, front end, and whole runs of the house.

use benches::house;
use benches::processor::{ProcessorTime, criterion};
use benches::synthesis::{self, Coefficients, ORDERS};
use criterion::{BatchSize, Criterion, Throughput};
use port::{Role, SampleBlock, SampleSource};
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::{MeterPort, Signal, Spectrum, Synthetic};
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

/// All 31 orders, off the nominal frequency.
fn rich(roles: &[Role], noise_rms: f64) -> Synthetic {
    let spectrum = |phase: f64| {
        (1..=ORDERS).fold(Spectrum::ZERO, |spectrum, order| {
            spectrum.with(order, 230.0 / (order * order) as f64, phase * order as f64)
        })
    };
    let signal = roles.iter().fold(Signal::new(50.02), |signal, role| {
        let phase = role.phase().map_or(0.0, |phase| -120.0 * phase as f64);
        signal.channel(*role, spectrum(phase)).noise(*role, noise_rms)
    });
    signal.play(1, None)
}

/// Fills a window's worth of rows from each of several players.
fn fill(players: &mut [Synthetic], rows: &mut [Vec<f64>]) {
    for player in players {
        black_box(player.fill(RATE_HZ, rows, WINDOW));
    }
}

fn synthesis(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("synth");
    let mut rows = vec![vec![0.0; WINDOW]; SIX.len()];
    // One voltage set and the currents of eleven loads: what there is to hear, by the fewest players.
    let loads = |count: usize| -> Vec<Synthetic> {
        let others = (1..count).map(|_| rich(&SIX[3..], 0.0));
        std::iter::once(rich(&SIX, 0.0)).chain(others).collect()
    };
    for (count, channels) in [(1, 6), (11, 36)] {
        group.throughput(samples(channels));
        let mut players = loads(count);
        group.bench_function(format!("window/basis/{channels}ch"), |bencher| {
            bencher.iter(|| fill(&mut players, &mut rows));
        });
        let coefficients: Vec<Coefficients> = vec![[[1.0, 0.5]; ORDERS]; channels];
        let mut rows = vec![vec![0.0; WINDOW]; channels];
        group.bench_function(format!("reference/basis/{channels}ch"), |bencher| {
            bencher.iter(|| synthesis::fill(50.02 / RATE_HZ, black_box(&coefficients), &mut rows));
        });
    }
    group.throughput(samples(6));
    // As production has it: spectra of the house, which move all the time.
    let mut players = [house::scenario(1).synthetic(&[MeterPort::Main])];
    group.bench_function("window/house/6ch", |b| b.iter(|| fill(&mut players, &mut rows)));
    // The difference of the two is the noise.
    for (name, rms) in [("chosen", 0.1), ("none", 0.0)] {
        let signal = SIX.iter().fold(Signal::new(50.02), |signal, role| {
            signal.channel(*role, Spectrum::ZERO).noise(*role, rms)
        });
        let mut players = [signal.play(1, None)];
        group.bench_function(format!("noise/{name}"), |b| b.iter(|| fill(&mut players, &mut rows)));
    }
    let mut read = converter(&FrontEnd::ideal());
    group.bench_function("quantise", |b| b.iter(&mut read));
    group.finish();
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
    rich(&SIX, 0.0).fill(RATE_HZ, &mut rows, WINDOW);
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
