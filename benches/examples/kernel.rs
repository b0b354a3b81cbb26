//! Meters so many windows of 36 channels at any frequency: what `ci/callgrind` counts instructions of.
//!
//!     kernel WINDOWS

#![expect(clippy::print_stdout, reason = "the digest shows that two runs did the same")]

use benches::input::{Grid, Input};
use benches::work::Metering;

fn main() {
    let windows: u64 = std::env::args()
        .nth(1)
        .and_then(|count| count.parse().ok())
        .expect("the first argument is a number of windows");
    let input = Input::new(8000.0, Grid::Any, 11);
    let mut metering = Metering::new(&input);
    let settled = metering.windows();
    while metering.windows() < settled + windows {
        metering.window(&input);
    }
    println!("{windows} windows, digest {:016x}", metering.digest());
}
