//! The datasheet as data: `device.toml` at the root, compiled in.

use crate::version;
use metering::Limits;
use serde::Deserialize;

const TEXT: &str = include_str!("../../../device.toml");

/// The part of the file that metering needs.
#[derive(Debug, Deserialize)]
struct Device {
    voltage: Voltage,
    current: Current,
    led: Led,
}

#[derive(Debug, Deserialize)]
struct Voltage {
    un_ln_min_v: f64,
    un_ln_max_v: f64,
    un_ll_min_v: f64,
    un_ll_max_v: f64,
    tolerance_percent: f64,
    frequency_min_hz: f64,
    frequency_max_hz: f64,
}

#[derive(Debug, Deserialize)]
struct Current {
    imax_a: f64,
    ist_a: f64,
    peak_a: f64,
}

#[derive(Debug, Deserialize)]
struct Led {
    impulses_per_kwh: u32,
}

/// What a simulated device is beyond its scenario.
pub fn facts() -> lab::DeviceFacts {
    lab::DeviceFacts {
        limits: limits(),
        version: version::numbers(),
        software_id: version::SOFTWARE_ID,
    }
}

/// Ranges and thresholds of the built-in meter, as the datasheet states them.
pub fn limits() -> Limits {
    let device: Device = toml::from_str(TEXT).expect("a test reads device.toml");
    let (voltage, current) = (&device.voltage, &device.current);
    let tolerance = voltage.tolerance_percent / 100.0;
    let range = |low: f64, high: f64| (low * (1.0 - tolerance), high * (1.0 + tolerance));
    Limits {
        voltage_ln_v: range(voltage.un_ln_min_v, voltage.un_ln_max_v),
        voltage_ll_v: range(voltage.un_ll_min_v, voltage.un_ll_max_v),
        current_max_a: current.imax_a,
        current_peak_a: current.peak_a,
        current_start_a: current.ist_a,
        frequency_hz: (voltage.frequency_min_hz, voltage.frequency_max_hz),
        impulses_per_kwh: device.led.impulses_per_kwh,
        ..Limits::EMS_AV2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [E6, E7, E8, E9, E10, E14, L1] The datasheet as data and the constants that modules use agree.
    #[test]
    fn the_file_and_the_constants_agree() {
        let (read, constants) = (limits(), Limits::EMS_AV2);
        let close =
            |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).abs() < 1e-9 && (a.1 - b.1).abs() < 1e-9;
        assert!(close(read.voltage_ln_v, constants.voltage_ln_v), "{read:?}");
        assert!(close(read.voltage_ll_v, constants.voltage_ll_v), "{read:?}");
        assert_eq!(read.frequency_hz, constants.frequency_hz);
        assert_eq!(read.current_max_a, constants.current_max_a);
        assert_eq!(read.current_peak_a, constants.current_peak_a);
        assert_eq!(read.current_start_a, constants.current_start_a);
        assert_eq!(read.impulses_per_kwh, constants.impulses_per_kwh);
    }
}
