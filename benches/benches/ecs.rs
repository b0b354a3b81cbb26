//! `ecs/schedule/...` and `sim/batch/...`: what the ECS adds to a tick, against the same work in plain
//! loops, and what is left of it when a tick has several windows.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::call;
use benches::house;
use benches::input::{Grid, Input};
use benches::plain::Plain;
use benches::processor::{ProcessorTime, criterion};
use benches::ticks::Ticks;
use benches::turns::{in_turn, spread};
use criterion::{Criterion, Throughput};
use port::{EsyBus, Timestamp};
use std::hint::black_box;
use std::sync::Arc;
use world::{Effects, Inputs, Twin, TwinConfig};

/// Loads and the name of what they amount to.
const SIZES: [(usize, &str); 2] = [(1, "6ch"), (11, "36ch")];
/// Windows a tick when only the end matters (`ems run --speed max`).
const WINDOWS_FAST: usize = 5;
/// Most that the ECS may add to an accelerated tick (F14).
const LIMIT: f64 = 0.01;

fn input(loads: usize) -> Arc<Input> {
    Arc::new(Input::new(8000.0, Grid::Locked, loads))
}

fn config(input: &Input) -> TwinConfig {
    let meters = (input.channels() - 3) / 3;
    house::config(house::format(input), meters, Timestamp::default())
}

/// What ticks: the world, or the plain loop.
trait Tick {
    fn tick(&mut self, inputs: &mut Inputs) -> Effects;
}

impl Tick for Twin {
    fn tick(&mut self, inputs: &mut Inputs) -> Effects {
        Twin::tick(self, inputs)
    }
}

impl Tick for Plain {
    fn tick(&mut self, inputs: &mut Inputs) -> Effects {
        Plain::tick(self, inputs)
    }
}

/// One of the two with what comes in.
struct Rig<T> {
    ticking: T,
    ticks: Ticks,
}

impl<T: Tick> Rig<T> {
    /// The first ticks, in which meters settle, are behind it.
    fn new(make: fn(&TwinConfig) -> T, input: &Arc<Input>, windows: usize) -> Rig<T> {
        let mut rig = Rig { ticking: make(&config(input)), ticks: Ticks::new(input, windows) };
        (0..5).for_each(|_| rig.tick());
        rig
    }

    fn tick(&mut self) {
        black_box(self.ticking.tick(self.ticks.full()));
    }

    fn tick_empty(&mut self) {
        black_box(self.ticking.tick(self.ticks.empty()));
    }
}

fn schedule(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("ecs/schedule");
    for (loads, name) in SIZES {
        let input = input(loads);
        let (mut world, mut plain) =
            (Rig::new(Twin::new, &input, 1), Rig::new(Plain::new, &input, 1));
        group.bench_function(format!("empty/{name}"), |b| b.iter(|| world.tick_empty()));
        group.bench_function(format!("empty_plain/{name}"), |b| b.iter(|| plain.tick_empty()));
        group.bench_function(format!("real/{name}"), |b| b.iter(|| world.tick()));
        group.bench_function(format!("plain/{name}"), |b| b.iter(|| plain.tick()));
    }
    // The part of `real/36ch` and `plain/36ch` that is the firmware of the modules and the bus.
    let mut bus = house::bus(&input(11));
    let (mut until, mut replies) = (0, Vec::new());
    group.bench_function("bus/36ch", |bencher| {
        bencher.iter(|| {
            until += 1600;
            bus.poll(until, &mut replies);
            replies.clear();
        });
    });
    group.finish();
}

fn batch(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("sim/batch");
    for (loads, name) in SIZES {
        for windows in [1, WINDOWS_FAST, 25, 125] {
            let mut world = Rig::new(Twin::new, &input(loads), windows);
            group.throughput(Throughput::Elements(windows as u64));
            group.bench_function(format!("{windows}windows/{name}"), |b| b.iter(|| world.tick()));
        }
    }
    group.finish();
}

/// What the ECS adds: an empty tick of the world less the image alone in plain loops, over a real tick.
/// True if it is within the limit when accelerated.
fn overhead(loads: usize, name: &str, windows: usize) -> bool {
    let (rounds, calls) = if call::is_smoke() { (1, 1) } else { (21, 40) };
    let input = input(loads);
    let (mut a, mut b) =
        (Rig::new(Twin::new, &input, windows), Rig::new(Plain::new, &input, windows));
    let real = in_turn(rounds, calls, [&mut || a.tick(), &mut || b.tick()]);
    // These are short: more of them, so that reading the time does not count.
    let empty = in_turn(rounds, calls * 50, [&mut || a.tick_empty(), &mut || b.tick_empty()]);
    let added_us = spread(&empty, |[world, plain]| world - plain);
    let whole_us = spread(&real, |[world, _]| *world);
    let difference = spread(&real, |[world, plain]| 100.0 * (world / plain - 1.0));
    let part = added_us.median / whole_us.median;
    println!(
        "ecs/schedule/{name}, {windows} windows a tick: real {whole_us:.0} us, the ECS adds {added_us:.2} us \
         = {:.2} %; real against plain {difference:.1} %",
        100.0 * part
    );
    call::is_smoke() || windows < WINDOWS_FAST || part <= LIMIT
}

fn main() {
    let mut criterion = criterion();
    schedule(&mut criterion);
    batch(&mut criterion);
    criterion.final_summary();
    if !call::wants("ecs/schedule") {
        return;
    }
    let mut within = true;
    for (loads, name) in SIZES {
        for windows in [1, WINDOWS_FAST] {
            within &= overhead(loads, name, windows);
        }
    }
    if !within {
        println!("ecs/schedule: above the limit of {} %", 100.0 * LIMIT);
        std::process::exit(1);
    }
}
