//! A steady scenario: three-phase supply, a motor and a heater on the meter, the motor on a module too.

use super::record::write;
use std::path::{Path, PathBuf};

/// Writes it, with an ideal or a typical front end.
pub fn steady(folder: &Path, front_end: &str) -> PathBuf {
    let text = format!(
        r#"
schema = 1
name = "A motor and a heater"
seed = 5
start = "2026-03-03T08:10:00Z"

[device]
wiring = "3p4w"
variant = "lab"
front_end = "{front_end}"

[[device.esy]]
slot = 1
model = "ESY3XAV5"
name = "Motor"
ct = "50 A"

[grid]
voltage = "230 V"
frequency = "50 Hz"
harmonics = [{{ order = 5, level = "2 %" }}]

[[loads]]
name = "Motor"
kind = "motor"
connect = "three-phase"
meters = ["main", "esy1"]
power = "3 kW"
power_factor = 0.8

[[loads]]
name = "Heater"
kind = "resistive"
connect = "l2"
power = "2 kW"
"#
    );
    write(folder, &format!("{front_end}.toml"), text)
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("paths of tests are ASCII")
}
