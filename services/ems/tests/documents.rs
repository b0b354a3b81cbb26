//! Generated pages are those that the program prints today.

use std::process::Command;

/// [R1, R3, R4, R5, R6, R7] The printed register map in the book is the map that is served.
#[test]
fn the_register_map_in_the_book_is_current() {
    let output = Command::new(env!("CARGO_BIN_EXE_ems"))
        .args(["map", "modbus"])
        .output()
        .expect("the binary runs");
    let printed = String::from_utf8(output.stdout).expect("text");
    let kept = include_str!("../../../docs/modbus-map.md");
    assert!(
        printed == kept,
        "docs/modbus-map.md is not current; run: cargo run -- map modbus > docs/modbus-map.md"
    );
}
