//! `ratio`: what the goals compare, sides in turn, medians over several rounds of processor time.
//!
//! F1: metering of 36 channels at any frequency against the sum of its denominators, at most 4 times.
//! F3: a run of the house with eleven loads against the least work for it (basis of 36 channels, noise,
//! rounding, and the denominators of metering): at least half of it, and 100 simulated seconds a
//! processor-second. The noise is its own denominator: no less work is known that is as good.
//!
//! Run as a test, without the `--bench` that `cargo bench` gives, it makes one short round and holds
//! nothing against the goals: the profile is another.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::house;
use benches::input::{Grid, Input};
use benches::processor::thread_ns;
use benches::reference::{Fft, sum_count, sums};
use benches::synthesis::{self, Coefficients, ORDERS, Steady};
use benches::turns::{Spread, in_turn, spread};
use benches::work::Metering;
use sim::synthetic::{Spectrum, Synthetic};
use sim::waveform::Waveform;
use std::hint::black_box;

const RATE_HZ: f64 = 8000.0;
const CHANNELS: usize = 36;
/// A window of 200 ms.
const WINDOW: usize = 1600;
/// Windows a second.
const WINDOWS_PER_S: f64 = 5.0;

/// Metering may cost this many times its denominators.
const METERING_MOST: f64 = 4.0;
/// A run reaches at least this part of what its denominators alone would.
const RUN_LEAST: f64 = 0.5;
/// Simulated seconds a processor-second of a run.
const SPEED_LEAST: f64 = 100.0;

/// Rounds, calls of a kernel in each, and simulated seconds of a run.
struct Length {
    rounds: usize,
    calls: u32,
    run_s: f64,
}

fn main() {
    let smoke = !std::env::args().any(|argument| argument == "--bench");
    let length = match smoke {
        true => Length { rounds: 1, calls: 1, run_s: 1.0 },
        false => Length { rounds: 11, calls: 50, run_s: 10.0 },
    };
    let met = [metering(&length), simulation(&length)];
    if !smoke && met.contains(&false) {
        println!("ratio: a goal is missed");
        std::process::exit(1);
    }
}

/// The denominators of metering: sums and transforms of a window of all channels.
fn reference() -> impl FnMut() {
    let locked = Input::new(RATE_HZ, Grid::Locked, 11);
    let rows: Vec<Vec<f64>> =
        locked.rows.iter().map(|row| row.iter().map(|x| f64::from(*x)).collect()).collect();
    let mut out = vec![0.0; sum_count(rows.len())];
    let mut fft = Fft::new(locked.samples());
    move || {
        sums(black_box(&rows), &mut out);
        black_box(&out);
        for row in &rows {
            black_box(fft.bins(black_box(row)));
        }
    }
}

/// F1. Whether the goal is met.
fn metering(length: &Length) -> bool {
    let input = Input::new(RATE_HZ, Grid::Any, 11);
    let mut metering = Metering::new(&input);
    let mut reference = reference();
    let mut window = || metering.window(black_box(&input));
    let rounds = in_turn(length.rounds, length.calls, [&mut window, &mut reference]);
    let ratio = spread(&rounds, |[whole, least]| whole / least);
    println!(
        "F1: metering {:.0} us a window, least {:.0} us: {ratio:.2} times (at most {METERING_MOST})",
        spread(&rounds, |side| side[0]),
        spread(&rounds, |side| side[1]),
    );
    black_box(metering.digest());
    ratio.median <= METERING_MOST
}

/// F3. Whether both goals are met.
fn simulation(length: &Length) -> bool {
    let scenario = house::scenario(11);
    let coefficients: Vec<Coefficients> = vec![[[1.0, 0.5]; ORDERS]; CHANNELS];
    let mut rows = vec![vec![0.0; WINDOW]; CHANNELS];
    let mut noisy_rows = rows.clone();
    let mut quiet_rows = rows.clone();
    let mut codes = vec![vec![0; WINDOW]; CHANNELS];
    let counts = rows.clone();
    let mut noisy = Steady::play(CHANNELS, Spectrum::ZERO, 0.1);
    let mut quiet = Steady::play(CHANNELS, Spectrum::ZERO, 0.0);
    let fill = |player: &mut Synthetic, rows: &mut [Vec<f64>]| {
        black_box(player.fill(RATE_HZ, rows, WINDOW));
    };
    let mut basis =
        || synthesis::fill(50.02 / RATE_HZ, black_box(&coefficients), black_box(&mut rows));
    let mut noise = || fill(&mut noisy, &mut noisy_rows);
    let mut no_noise = || fill(&mut quiet, &mut quiet_rows);
    let mut quantise = || synthesis::quantise(black_box(&counts), black_box(&mut codes));
    let mut reference = reference();
    let (mut parts, mut runs) = (Vec::new(), Vec::new());
    for _ in 0..length.rounds {
        let runner = house::runner(&scenario, length.run_s);
        let begun = thread_ns();
        black_box(house::run(runner));
        runs.push((thread_ns() - begun) as f64 * 1e-3 / (length.run_s * WINDOWS_PER_S));
        parts.extend(in_turn(
            1,
            length.calls,
            [&mut basis, &mut noise, &mut no_noise, &mut quantise, &mut reference],
        ));
    }
    let least: Vec<f64> = parts.iter().map(|[b, n, none, q, m]| b + n - none + q + m).collect();
    let ratio = Spread::of(least.iter().zip(&runs).map(|(least, run)| least / run));
    let speed = Spread::of(runs.iter().map(|run| 1e6 / WINDOWS_PER_S / run));
    println!(
        "F3: basis {:.0} us, noise {:.0} us, rounding {:.0} us, metering {:.0} us a window",
        spread(&parts, |side| side[0]),
        spread(&parts, |side| side[1] - side[2]),
        spread(&parts, |side| side[3]),
        spread(&parts, |side| side[4]),
    );
    println!(
        "F3: least {:.0} us, a run {:.0} us: {ratio:.2} of it (at least {RUN_LEAST}); {speed:.0} simulated \
         s a processor-second (at least {SPEED_LEAST})",
        Spread::of(least.iter().copied()),
        Spread::of(runs.iter().copied()),
    );
    ratio.median >= RUN_LEAST && speed.median >= SPEED_LEAST
}
