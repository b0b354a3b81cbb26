//! `verify/...`: what a calibration, a point and a unit of a lot cost.

use benches::processor::{ProcessorTime, criterion};
use criterion::{Criterion, SamplingMode};
use std::hint::black_box;
use verify::calibrate::calibrate;
use verify::unit::Unit;
use verify::{Decision, Job, Level, Request, Standard};

fn job() -> Job {
    let request = Request {
        level: Level::Quick,
        wirings: vec!["3p4w".to_string()],
        nominal_v: vec![230.0],
        seed: 1,
        lot: 1,
        decision: Decision::SimpleAcceptance,
        front_end: None,
    };
    Job::new(request).expect("a sound request")
}

fn pieces(criterion: &mut Criterion<ProcessorTime>) {
    let job = job();
    let piece = |prefix: &str| {
        let found = (0..job.pieces()).find(|piece| job.name(*piece).starts_with(prefix));
        found.expect("in the plan")
    };
    let mut group = criterion.benchmark_group("verify");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.bench_function("calibration", |bencher| {
        bencher.iter(|| calibrate(black_box(&Unit::typical(1)), Standard::EXACT));
    });
    for (name, prefix) in [
        ("point/pulses", "62053-21/balanced/3p4w/230V/50Hz/5A/1"),
        ("point/register", "62053-23/balanced/3p4w/230V/50Hz/5A"),
        ("point/no-load", "62053-21/no-load"),
        ("lot-unit", "unit 1"),
    ] {
        let piece = piece(prefix);
        group.bench_function(name, |bencher| bencher.iter(|| job.work(black_box(piece))));
    }
    group.finish();
}

fn main() {
    let mut criterion = criterion();
    pieces(&mut criterion);
    criterion.final_summary();
}
