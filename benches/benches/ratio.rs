//! `ratio`: metering of 36 channels at any frequency against the sum of its denominators, sides in turn,
//! medians over several rounds. The limit is 4.
//!
//! Run as a test, without the `--bench` that `cargo bench` gives, it makes one short round and holds
//! nothing against the limit: the profile is another.

#![expect(clippy::print_stdout, reason = "the ratio is what this program is for")]

use benches::input::{Grid, Input};
use benches::reference::{Fft, sum_count, sums};
use benches::work::Metering;
use std::hint::black_box;
use std::time::Instant;

/// Metering may cost this many times its denominators.
const LIMIT: f64 = 4.0;

/// Microseconds of one call, over so many.
fn time_us(calls: u32, mut work: impl FnMut()) -> f64 {
    let begun = Instant::now();
    (0..calls).for_each(|_| work());
    begun.elapsed().as_secs_f64() * 1e6 / f64::from(calls)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn main() {
    let smoke = !std::env::args().any(|argument| argument == "--bench");
    let (rounds, calls) = if smoke { (1, 1) } else { (21, 100) };
    let input = Input::new(8000.0, Grid::Any, 11);
    let locked = Input::new(8000.0, Grid::Locked, 11);
    let rows: Vec<Vec<f64>> =
        locked.rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
    let mut out = vec![0.0; sum_count(rows.len())];
    let mut fft = Fft::new(locked.samples());
    let mut metering = Metering::new(&input);
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..rounds {
        let whole = time_us(calls, || metering.window(black_box(&input)));
        let sums = time_us(calls, || sums(black_box(&rows), &mut out));
        let ffts = time_us(calls, || {
            for row in &rows {
                black_box(fft.bins(black_box(row)));
            }
        });
        for (list, value) in times.iter_mut().zip([whole, sums, ffts, whole / (sums + ffts)]) {
            list.push(value);
        }
    }
    black_box((metering.digest(), &out));
    let [whole, sums, ffts, ratio] = times.each_mut().map(|list| median(list));
    println!(
        "ratio: metering {whole:.0} us, sums {sums:.0} us, fft {ffts:.0} us, {ratio:.2} times"
    );
    if !smoke && ratio > LIMIT {
        println!("ratio: above the limit of {LIMIT}");
        std::process::exit(1);
    }
}
