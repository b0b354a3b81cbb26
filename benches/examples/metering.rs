//! Meters so many windows at any frequency and prints the samples a processor-second: our side of `ci/speed`.
//!
//!     metering LOADS WINDOWS

#![expect(clippy::print_stdout, reason = "the speed is what this program is for")]

use benches::input::{Grid, Input};
use benches::processor::thread_ns;
use benches::work::Metering;

fn main() {
    let counts: Vec<usize> =
        std::env::args().skip(1).filter_map(|count| count.parse().ok()).collect();
    let [loads, windows] = counts[..] else {
        panic!("two numbers are needed: of loads, 1 to 11, and of windows");
    };
    let input = Input::new(8000.0, Grid::Any, loads);
    let mut metering = Metering::new(&input);
    let begun = thread_ns();
    (0..windows).for_each(|_| metering.window(&input));
    let seconds = (thread_ns() - begun) as f64 * 1e-9;
    let samples = (input.samples() / input.windows * input.channels() * windows) as f64;
    println!(
        "{:.0} samples a processor-second, digest {:016x}",
        samples / seconds,
        metering.digest()
    );
}
