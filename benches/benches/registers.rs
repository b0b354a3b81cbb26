//! `regs/...`: the register image of all units, a read of 50, and the swap to a new image.

use benches::house;
use benches::processor::{ProcessorTime, criterion};
use criterion::{Criterion, Throughput};
use modbus::Snapshot;
use modbus::answer::{Ask, Outcome, Session, answer};
use std::hint::black_box;
use std::sync::Arc;
use tokio::sync::watch;

/// Units of a meter with ten modules.
const UNITS: std::ops::RangeInclusive<u8> = 1..=11;
/// Function 4, address 0, 50 registers.
const READ_50: [u8; 5] = [4, 0, 0, 0, 50];

fn read(snapshot: &Snapshot, unit: u8, out: &mut Vec<u8>) {
    out.clear();
    let ask = Ask { unit, pdu: &READ_50, now: snapshot.image().time };
    let outcome = answer(snapshot, Session::default(), ask, out);
    assert!(outcome == Outcome::Answered && out[0] == 4, "a read is answered");
}

fn registers(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("regs");
    let image = house::image();
    let mut out = Vec::new();
    // A unit is encoded when it is first asked for, so this holds eleven short reads too.
    group.throughput(Throughput::Elements(UNITS.count() as u64));
    group.bench_function("encode_all", |bencher| {
        bencher.iter(|| {
            let snapshot = Snapshot::new(Arc::clone(black_box(&image)));
            UNITS.for_each(|unit| read(&snapshot, unit, &mut out));
        });
    });
    let snapshot = Snapshot::new(Arc::clone(&image));
    group.throughput(Throughput::Elements(1));
    group.bench_function("read_50", |bencher| {
        bencher.iter(|| read(black_box(&snapshot), 1, &mut out));
    });
    // What one image costs the world and every server that looks: it goes out, is seen, and replaces
    // the snapshot of the one before. Units are encoded later, when somebody asks.
    let (sender, mut receiver) = watch::channel(Arc::clone(&image));
    group.bench_function("snapshot_swap", |bencher| {
        let mut newest = Arc::new(Snapshot::new(Arc::clone(&image)));
        bencher.iter(|| {
            sender.send_replace(Arc::clone(&image));
            let seen = Arc::clone(&receiver.borrow_and_update());
            newest = Arc::new(Snapshot::new(seen));
            black_box(&newest);
        });
    });
    group.finish();
}

fn main() {
    let mut criterion = criterion();
    registers(&mut criterion);
    criterion.final_summary();
}
