//! How a bench program was called: by `cargo bench` to measure, or by `cargo test` to try it once.

use std::env::args;

/// Whether everything is to run once only, to see that it works: `cargo bench` gives `--bench`.
pub fn is_smoke() -> bool {
    let has = |wanted: &str| args().any(|argument| argument == wanted);
    !has("--bench") || has("--test")
}

/// Whether a part of the program that criterion does not run is wanted: no filter, or one that it has.
pub fn wants(name: &str) -> bool {
    let mut filters = args().skip(1).filter(|argument| !argument.starts_with('-')).peekable();
    let unfiltered = filters.peek().is_none();
    let listed = args().any(|argument| argument == "--list");
    !listed && (unfiltered || filters.any(|filter| name.contains(&filter)))
}
