//! `codec/...`: chunks of a column, a day of minutes or an hour of seconds; bytes a value printed beside.

#![expect(clippy::print_stdout, reason = "bytes a value are what speed is paid with")]

use benches::history::{COLUMNS, columns};
use benches::processor::{ProcessorTime, criterion};
use criterion::{Criterion, Throughput};
use std::hint::black_box;
use store::chunk::{decode_cells, encode_cells};

fn codec(criterion: &mut Criterion<ProcessorTime>) {
    for (name, interval_s, rows) in [("second", 1, 3600), ("minute", 60, 1440)] {
        let columns = columns(interval_s, rows);
        let chunks: Vec<Vec<u8>> = columns.iter().map(encode_cells).collect();
        let (bytes, values) = (chunks.iter().map(Vec::len).sum::<usize>(), rows * COLUMNS);
        println!("codec/{name}: {:.3} bytes a value", bytes as f64 / values as f64);
        let mut group = criterion.benchmark_group("codec");
        group.throughput(Throughput::Elements(rows as u64));
        let mut next = (0..COLUMNS).cycle();
        group.bench_function(format!("encode/{name}"), |bencher| {
            bencher.iter(|| encode_cells(black_box(&columns[next.next().expect("it is endless")])));
        });
        group.bench_function(format!("decode/{name}"), |bencher| {
            bencher.iter(|| {
                let chunk = &chunks[next.next().expect("it is endless")];
                decode_cells(black_box(chunk), &String::new).expect("it is whole")
            });
        });
        group.finish();
    }
}

fn main() {
    let mut criterion = criterion();
    codec(&mut criterion);
    criterion.final_summary();
}
