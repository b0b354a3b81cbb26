//! What surrounds the meter, as far as anybody tells it.

/// The surroundings; none: nobody measures it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Surroundings {
    /// Air temperature, in degrees Celsius.
    pub temperature_c: Option<f64>,
    /// Height above the sea, in metres.
    pub altitude_m: Option<f64>,
    /// Relative humidity, 0 to 1.
    pub humidity: Option<f64>,
    /// Voltage across the open contact of the digital output, in volts, and current through the closed one, in
    /// amperes.
    pub output_load: Option<(f64, f64)>,
}
