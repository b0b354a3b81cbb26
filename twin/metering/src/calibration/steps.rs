//! The steps of the procedure: from what was applied and what was shown to better coefficients.

use super::coefficients::Coefficients;
use super::error::CalibrationError;
use port::{Channel, Role};

/// Largest change of a gain, as a part of it. Dividers are within 1 % and transformers within 0.5 %; ten
/// times that is a wrong range or a wrong connection.
const GAIN_CHANGE_MOST: f64 = 0.1;

/// Largest change of a lead, in degrees: transformers that tolerate direct current have 4 to 5.
const LEAD_CHANGE_MOST_DEG: f64 = 6.0;

/// Largest offset, in counts: 1 % of the converter's range.
const OFFSET_MOST_COUNTS: f64 = 83_886.0;

/// Least angle between voltage and current, in degrees, at which a phase error shows well in the power.
const ANGLE_LEAST_DEG: f64 = 30.0;

/// What a bench applies to one phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Applied {
    /// Voltage L-N, in volts rms.
    pub voltage_v: f64,
    /// Current, in amperes rms.
    pub current_a: f64,
    /// By how much the current lags the voltage, in degrees; negative leads (capacitive).
    pub lag_deg: f64,
    /// Frequency, in hertz.
    pub frequency_hz: f64,
}

impl Applied {
    /// Active power of the phase, in watts.
    pub fn active_power_w(&self) -> f64 {
        self.voltage_v * self.current_a * self.lag_deg.to_radians().cos()
    }

    /// Reactive power of the phase, in var; positive if the current lags.
    pub fn reactive_power_var(&self) -> f64 {
        self.voltage_v * self.current_a * self.lag_deg.to_radians().sin()
    }
}

/// Error of what is shown, as a part of what is applied.
pub fn relative_error(applied: f64, shown: f64) -> f64 {
    (shown - applied) / applied
}

/// Sets the counts at zero input of a channel from their mean; returns what was set before.
///
/// # Errors
/// If there is no such channel, or the offset is larger than converters have.
pub fn offset(
    coefficients: &mut Coefficients,
    role: Role,
    mean_counts: f64,
) -> Result<f64, CalibrationError> {
    let channel = known(coefficients, role)?;
    within(role, "an offset in counts", mean_counts, OFFSET_MOST_COUNTS)?;
    coefficients.replace(Channel { offset_counts: mean_counts, ..channel })?;
    Ok(channel.offset_counts)
}

/// Corrects the gain of a voltage (phase 0 to 2) so that it would have shown what was applied, both in
/// volts rms; returns the factor on volts a count.
///
/// # Errors
/// If there is no such channel, nothing usable was shown, or the change is larger than parts can be off.
pub fn voltage_gain(
    coefficients: &mut Coefficients,
    phase: usize,
    applied_v: f64,
    shown_v: f64,
) -> Result<f64, CalibrationError> {
    gain(coefficients, Role::ALL[phase], applied_v, shown_v)
}

/// The same for a current, in amperes rms.
///
/// # Errors
/// As [`voltage_gain`].
pub fn current_gain(
    coefficients: &mut Coefficients,
    phase: usize,
    applied_a: f64,
    shown_a: f64,
) -> Result<f64, CalibrationError> {
    gain(coefficients, current_of(phase), applied_a, shown_a)
}

fn gain(
    coefficients: &mut Coefficients,
    role: Role,
    applied: f64,
    shown: f64,
) -> Result<f64, CalibrationError> {
    let channel = known(coefficients, role)?;
    let factor = applied / shown;
    if !(applied > 0.0 && shown > 0.0 && factor.is_finite()) {
        return Err(CalibrationError::Unusable { role, applied, shown });
    }
    within(role, "a change of its gain", factor - 1.0, GAIN_CHANGE_MOST)?;
    let unit_per_count = channel.unit_per_count * factor;
    coefficients.replace(Channel { unit_per_count, ..channel })?;
    Ok(factor)
}

/// Corrects the phase of a current (phase 0 to 2) from the active power shown, in watts, at power factor
/// 0.5 inductive; returns by how much the lead of its sensor was found larger, in radians at the applied
/// frequency. The gains must be right.
///
/// An uncorrected lead brings the current nearer to a voltage that it lags, and the power is too high: by
/// the part `e` for a lead of about `e / tan 60 degrees`, 0.331 degrees for 1 %. All of it is taken for a
/// lead of the sensor, an angle that falls as 1/f, and not for a delay: RC and sinc filter are corrected by
/// design, and of what is left the transformer has most, 0.1 degree where the tolerance of two capacitors
/// has 0.02 and the converter's delay 0.003. Were it stored as a delay, 0.1 degree would be wrong by 0.03
/// degree at 60 Hz.
///
/// # Errors
/// If there is no such channel, the current lags by less than 30 or more than 85 degrees either way, so
/// that no phase error shows, nothing usable was shown, or the change is larger than parts can be off.
pub fn sensor_lead(
    coefficients: &mut Coefficients,
    phase: usize,
    applied: &Applied,
    shown_w: f64,
) -> Result<f64, CalibrationError> {
    let role = current_of(phase);
    let channel = known(coefficients, role)?;
    let expected_w = applied.active_power_w();
    let angle = applied.lag_deg.to_radians();
    let shown_angle = (angle.cos() * shown_w / expected_w).acos() * angle.signum();
    let lead_rad = angle - shown_angle;
    let shows = (ANGLE_LEAST_DEG..=85.0).contains(&applied.lag_deg.abs());
    if !(shows && expected_w > 0.0 && lead_rad.is_finite()) {
        return Err(CalibrationError::Unusable { role, applied: expected_w, shown: shown_w });
    }
    within(role, "a change of its phase in degrees", lead_rad.to_degrees(), LEAD_CHANGE_MOST_DEG)?;
    let at_reference = lead_rad * applied.frequency_hz / channel.lead_reference_hz;
    coefficients.replace(Channel { lead_rad: channel.lead_rad + at_reference, ..channel })?;
    Ok(lead_rad)
}

fn current_of(phase: usize) -> Role {
    Role::ALL[3 + phase]
}

fn known(coefficients: &Coefficients, role: Role) -> Result<Channel, CalibrationError> {
    coefficients.channel(role).copied().ok_or(CalibrationError::Missing(role))
}

fn within(role: Role, what: &'static str, by: f64, most: f64) -> Result<(), CalibrationError> {
    // A NaN is within nothing.
    if by.abs() <= most { Ok(()) } else { Err(CalibrationError::TooLarge { role, what, by, most }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDUCTIVE: Applied =
        Applied { voltage_v: 230.0, current_a: 5.0, lag_deg: 60.0, frequency_hz: 50.0 };

    fn design() -> Coefficients {
        let channels = Role::ALL.map(|role| Channel::ideal(role, 1e-4));
        Coefficients::new(&channels[..6]).unwrap()
    }

    #[test]
    fn a_gain_makes_what_was_shown_what_was_applied() {
        let mut coefficients = design();
        let factor = voltage_gain(&mut coefficients, 1, 230.0, 231.15).unwrap();
        assert!((factor - 230.0 / 231.15).abs() < 1e-15);
        assert_eq!(coefficients.channel(Role::Vb).unwrap().unit_per_count, 1e-4 * factor);
        assert_eq!(coefficients.channel(Role::Ib).unwrap().unit_per_count, 1e-4);
        current_gain(&mut coefficients, 1, 5.0, 4.99).unwrap();
        assert!(coefficients.channel(Role::Ib).unwrap().unit_per_count > 1e-4);
    }

    /// 1 % too much at power factor 0.5 inductive is 0.331 degrees of lead, and so is 1 % too little at
    /// 0.5 capacitive.
    #[test]
    fn a_power_error_of_one_percent_is_a_third_of_a_degree() {
        for side in [1.0, -1.0] {
            let applied = Applied { lag_deg: 60.0 * side, ..INDUCTIVE };
            let mut coefficients = design();
            let shown_w = 575.0 * (1.0 + 0.01 * side);
            let lead_rad = sensor_lead(&mut coefficients, 2, &applied, shown_w).unwrap();
            assert!((lead_rad.to_degrees() - 0.331).abs() < 1e-3, "{}", lead_rad.to_degrees());
            assert_eq!(coefficients.channel(Role::Ic).unwrap().lead_rad, lead_rad);
        }
    }

    #[test]
    fn a_lead_found_at_60_hz_is_stored_as_it_is_at_its_reference() {
        let mut coefficients = design();
        let applied = Applied { frequency_hz: 60.0, ..INDUCTIVE };
        let lead_rad = sensor_lead(&mut coefficients, 0, &applied, 577.0).unwrap();
        let stored = coefficients.channel(Role::Ia).unwrap().lead_rad;
        assert!((stored - 1.2 * lead_rad).abs() < 1e-15);
    }

    #[test]
    fn what_no_part_can_have_is_refused_and_changes_nothing() {
        let mut coefficients = design();
        let unit = &mut coefficients;
        let at_one = Applied { lag_deg: 0.0, ..INDUCTIVE };
        let cases = [
            (voltage_gain(unit, 0, 230.0, 0.0), "230 applied and 0 shown"),
            (voltage_gain(unit, 0, 230.0, f64::NAN), "NaN shown"),
            (
                voltage_gain(unit, 0, 230.0, 115.0),
                "channel va would need a change of its gain of 1",
            ),
            (
                current_gain(unit, 2, 5.0, 6.0),
                "channel ic would need a change of its gain of -0.16",
            ),
            (
                sensor_lead(unit, 0, &INDUCTIVE, -575.0),
                "channel ia would need a change of its phase",
            ),
            (sensor_lead(unit, 0, &INDUCTIVE, 2_000.0), "cannot be calibrated from 575"),
            (sensor_lead(unit, 0, &at_one, 1_150.0), "cannot be calibrated from 1150 applied"),
            (offset(unit, Role::Va, 1e6), "channel va would need an offset in counts of 1000000"),
            (offset(unit, Role::In, 1.0), "no channel in to calibrate"),
        ];
        for (result, sentence) in cases {
            let error = result.expect_err(sentence).to_string();
            assert!(error.contains(sentence), "{error:?} does not say {sentence:?}");
        }
        assert_eq!(coefficients, design());
    }
}
