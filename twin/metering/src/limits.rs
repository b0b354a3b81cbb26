//! The datasheet's numbers that metering itself uses. `device.toml` holds all of them; a test
//! compares the two.

/// Ranges and thresholds, in volts and amperes at the meter's own terminals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Specified rms range L-N: 120 V - 15 % to 277 V + 15 % (datasheet L357 to L363).
    pub voltage_ln_v: (f64, f64),
    /// Specified rms range L-L: 208 V - 15 % to 480 V + 15 %.
    pub voltage_ll_v: (f64, f64),
    /// Largest rms current Imax (datasheet L375).
    pub current_max_a: f64,
    /// Largest peak current, 65 A times sqrt 2 rounded up by the datasheet (L385).
    pub current_peak_a: f64,
    /// Starting current Ist (datasheet L378).
    pub current_start_a: f64,
    /// Specified frequency range (datasheet L365).
    pub frequency_hz: (f64, f64),
    /// Pulses of the LED for one kilowatt-hour (datasheet L616).
    pub impulses_per_kwh: u32,
    /// Peak current at the converter's full scale in the built-in meter.
    pub current_full_scale_a: f64,
}

impl Limits {
    /// The EMS AV2.
    pub const EMS_AV2: Limits = Limits {
        voltage_ln_v: (102.0, 318.55),
        voltage_ll_v: (176.8, 552.0),
        current_max_a: 65.0,
        current_peak_a: 92.0,
        current_start_a: 0.020,
        frequency_hz: (45.0, 65.0),
        impulses_per_kwh: 1000,
        current_full_scale_a: 110.0,
    };

    /// Below this part of the starting power (voltage times starting current) nothing registers.
    /// It lies between the crosstalk of the front end (milliwatts) and half the starting power, so
    /// that 20 mA registers down to PF 0.5.
    pub const NO_LOAD_PART: f64 = 0.4;

    /// Below this part of the starting current, power factor and load type have no meaning.
    pub const NO_CURRENT_PART: f64 = 0.2;

    /// Starting currents from which the wiring is judged: 0.25 A, the datasheet's smallest current of full
    /// accuracy (L377). What an idle house draws may have any displacement.
    pub const JUDGED_CURRENTS: f64 = 12.5;

    /// Below this part of the lowest specified voltage no supply is connected.
    pub const PRESENT_PART: f64 = 0.5;

    /// A voltage below this part of full scale is no signal to measure a frequency on.
    pub const NO_VOLTAGE_PART: f64 = 0.005;
}
