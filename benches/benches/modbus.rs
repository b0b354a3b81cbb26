//! `modbus/...`: the protocol without a socket, and the server on loopback against the least possible.
//!
//! Sides run in turn, several rounds; what counts are answers a processor-second of the server.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::load::Load;
use benches::loopback::{self, REQUEST, Side, answer_all, right_answer};
use benches::processor::{ProcessorTime, criterion};
use benches::turns::Spread;
use benches::{call, house};
use criterion::{Criterion, Throughput};
use modbus::{Framing, Snapshot, next_frame};
use std::hint::black_box;
use std::time::Duration;

/// Connections, requests in flight, and the part of the least server's speed that is the goal (F7, F8).
/// One connection measures the scheduler, so it has none.
const CASES: [(usize, usize, Option<f64>); 5] = [
    (1, 1, None),
    (10, 1, Some(0.85)),
    (50, 1, Some(0.85)),
    (100, 1, Some(0.85)),
    (100, 8, Some(0.5)),
];

fn protocol(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("modbus");
    let snapshot = Snapshot::new(house::image());
    let mut out = Vec::new();
    group.throughput(Throughput::Elements(1));
    group.bench_function("decode", |bencher| {
        bencher.iter(|| next_frame(black_box(&REQUEST)) == Framing::Incomplete)
    });
    let eight = REQUEST.repeat(8);
    for (name, input) in [("answer_50", &REQUEST[..]), ("pipelined_8", &eight)] {
        group.throughput(Throughput::Elements((input.len() / REQUEST.len()) as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                answer_all(black_box(&snapshot), black_box(input), &mut out)
            });
        });
    }
    group.finish();
}

/// Measures one case; false if the goal is missed.
async fn turns(connections: usize, in_flight: usize, goal: Option<f64>) -> bool {
    let smoke = call::is_smoke();
    let (rounds, time_max, requests_max) =
        if smoke { (1, 0.02, 1000) } else { (9, 0.6, 1_000_000) };
    let answer = right_answer(&house::image());
    let load = Load {
        connections,
        in_flight,
        request: REQUEST.to_vec(),
        compared: answer.len(),
        answer,
        requests_max,
        time_max: Duration::from_secs_f64(time_max),
    };
    let mut ours = Side::new("ours", &load).await;
    let mut least = Side::new("least", &load).await;
    let mut speeds = Vec::new();
    for _ in 0..rounds {
        speeds.push([ours.round().await, least.round().await]);
    }
    let [ours, least] = [0, 1].map(|side| Spread::of(speeds.iter().map(|pair| pair[side][0])));
    let walls = [0, 1].map(|side| Spread::of(speeds.iter().map(|pair| pair[side][1])).median);
    let ratio = Spread::of(speeds.iter().map(|[ours, least]| ours[0] / least[0]));
    println!(
        "modbus/loopback/{connections}x{in_flight}: {ours:.0} k answers a processor-second, the least \
         server {least:.0} k, ratio {ratio:.2}{}; {:.0} and {:.0} k a second on the wall",
        goal.map_or(String::new(), |goal| format!(", goal {goal}")),
        walls[0],
        walls[1]
    );
    smoke || goal.is_none_or(|goal| ratio.median >= goal)
}

fn main() {
    loopback::serve_if_asked();
    let mut criterion = criterion();
    protocol(&mut criterion);
    criterion.final_summary();
    if !call::wants("modbus/loopback") {
        return;
    }
    if !loopback::bind_clients() {
        println!("modbus/loopback: servers and clients are not bound to cores of their own");
    }
    let reached = CASES.map(|(connections, in_flight, goal)| {
        loopback::runtime().block_on(turns(connections, in_flight, goal))
    });
    if reached.contains(&false) {
        println!("modbus/loopback: below the goal");
        std::process::exit(1);
    }
}
