//! Does a piece of work so many times: what `ci/callgrind` counts instructions of.
//!
//!     kernel meter-window COUNT    36 channels at any frequency
//!     kernel chunk-seal COUNT      a column of a day of minutes

#![expect(clippy::print_stdout, reason = "the digest shows that two runs did the same")]

use benches::history::{DAY_ROWS, columns};
use benches::input::{Grid, Input};
use benches::work::Metering;
use store::chunk::encode_cells;

/// Meters so many windows; the digest of all meters.
fn meter_windows(count: u64) -> u64 {
    let input = Input::new(8000.0, Grid::Any, 11);
    let mut metering = Metering::new(&input);
    let settled = metering.windows();
    while metering.windows() < settled + count {
        metering.window(&input);
    }
    metering.digest()
}

/// Packs so many columns, one after the other; the bytes of all.
fn chunk_seals(count: u64) -> u64 {
    let columns = columns(60, DAY_ROWS);
    let sealed = columns.iter().cycle().zip(0..count).map(|(column, _)| encode_cells(column));
    sealed.map(|chunk| chunk.len() as u64).sum()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [kernel, count] = &arguments[..] else {
        panic!("a kernel and how often are needed");
    };
    let count = count.parse().expect("the second argument is a number");
    let digest = match kernel.as_str() {
        "meter-window" => meter_windows(count),
        "chunk-seal" => chunk_seals(count),
        other => panic!("{other} is no kernel"),
    };
    println!("{kernel} {count}, digest {digest:016x}");
}
