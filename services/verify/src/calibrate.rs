//! A unit's calibration: the procedure of [`metering::calibration`] on a bench.
//!
//! Known beforehand is the design: full scales, RC corner and sinc filter as on paper. The unit's true
//! errors stay where they are; all that is found out comes from what the bench applies and the unit shows.
//! The whole takes [`SIMULATED_S`] simulated seconds. Residuals are recorded, not judged: that is what a
//! verification is for.

use crate::bench::RATE_HZ;
use crate::calibration_bench::PHASES;
use crate::document::{CalibrationSheet, CalibrationStep, ChannelSheet, Residual};
use crate::error::VerifyError;
use crate::limits::{IB_A, IMIN_A};
use crate::standard::Standard;
use crate::unit::Unit;
use catalog::QuantityId;
use metering::calibration::{
    Applied, Coefficients, current_gain, offset, relative_error, sensor_lead, voltage_gain,
};
use port::{Channel, Role};
use sim::frontend::{Calibration, FrontEnd};

pub use crate::calibration_bench::{Bench, SampledBench, Shown, SimulatedBench};

/// A unit's constants, and how they were found.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// As the unit stores them.
    pub coefficients: Coefficients,
    /// For the certificate.
    pub sheet: CalibrationSheet,
}

/// Nominal voltage and frequency, power factor 1, without current.
const NO_CURRENT: Applied =
    Applied { voltage_v: 230.0, current_a: 0.0, lag_deg: 0.0, frequency_hz: 50.0 };

/// What the bench applies: the basic current Ib, or In of a module, at three displacements, and the least
/// current of full accuracy.
#[derive(Debug, Clone, Copy)]
struct Conditions {
    at_ib: Applied,
    inductive: Applied,
    capacitive: Applied,
    at_imin: Applied,
}

impl Conditions {
    fn new(basic_current_a: f64) -> Conditions {
        let at_ib = Applied { current_a: basic_current_a, ..NO_CURRENT };
        Conditions {
            at_ib,
            inductive: Applied { lag_deg: 60.0, ..at_ib },
            // Minus acos 0.8.
            capacitive: Applied { lag_deg: -36.869_897_645_844_02, ..at_ib },
            at_imin: Applied { current_a: IMIN_A / IB_A * basic_current_a, ..at_ib },
        }
    }
}

/// Length of a measurement that corrects something, in seconds: noise moves it by 2 ppm.
const STEP_S: f64 = 1.0;

/// Length of a measurement that checks, in seconds.
const CHECK_S: f64 = 0.6;

/// Roles that are calibrated.
pub const ROLES: [Role; 6] = [Role::Va, Role::Vb, Role::Vc, Role::Ia, Role::Ib, Role::Ic];

/// Simulated seconds of a calibration: the offsets' 100 cycles, three steps and four checks.
pub const SIMULATED_S: f64 = 2.0 + 3.0 * STEP_S + 4.0 * CHECK_S;

/// What a unit knows before: the design.
///
/// # Errors
/// If the design makes no sense.
pub fn by_design(unit: &Unit) -> Result<Coefficients, VerifyError> {
    let design = unit.front_end.clone().uncalibrated().format(&ROLES, RATE_HZ);
    Ok(Coefficients::new(&design.channels)?)
}

/// Calibrates a module of transformers of `primary_a` on the bus of another unit, whose voltages it uses.
/// Its own front end is that of `own`, which is returned as it is with these transformers.
///
/// # Errors
/// As [`calibrate`].
pub fn calibrate_module(
    own: &Unit,
    primary_a: f64,
    main: &Unit,
    standard: Standard,
) -> Result<(Unit, Calibrated), VerifyError> {
    let mut front_end = main.front_end.clone();
    for role in [Role::Ia, Role::Ib, Role::Ic] {
        *front_end.channel_mut(role) = *own.front_end.channel(role);
    }
    let front_end = front_end.behind_transformers(primary_a);
    let module = Unit { later: front_end.clone(), front_end, ..own.clone() };
    let calibrated = calibrate_at(&module, primary_a, standard)?;
    Ok((module, calibrated))
}

/// Calibrates a unit as it comes from production, on a bench with this standard.
///
/// # Errors
/// If the front end cannot be simulated, or a correction would be larger than parts can be off.
pub fn calibrate(unit: &Unit, standard: Standard) -> Result<Calibrated, VerifyError> {
    calibrate_at(unit, IB_A, standard)
}

fn calibrate_at(
    unit: &Unit,
    basic_current_a: f64,
    standard: Standard,
) -> Result<Calibrated, VerifyError> {
    let mut bench = SimulatedBench::new(&unit.front_end, standard, RATE_HZ);
    let mut work = Work::new(&mut bench, before(unit)?, basic_current_a);
    work.carry_out(unit.given.is_none())?;
    let stored = stored(unit, &work.coefficients)?;
    Ok(work.calibrated(stored, &by_design(unit)?))
}

/// Calibrates whatever is on a bench, known by its design only. What is found is what its record reads back as.
///
/// # Errors
/// If the bench fails, or a correction would be larger than parts can be off.
pub fn calibrate_on(
    bench: &mut dyn Bench,
    design: &Coefficients,
) -> Result<Calibrated, VerifyError> {
    let mut work = Work::new(bench, design.clone(), IB_A);
    work.carry_out(true)?;
    let stored = Coefficients::from_bytes(&work.coefficients.to_bytes())?;
    Ok(work.calibrated(stored, design))
}

/// What a unit works with before it is calibrated, or instead.
fn before(unit: &Unit) -> Result<Coefficients, VerifyError> {
    let calibration = unit.given.unwrap_or(Calibration::Nominal);
    let front_end = FrontEnd { calibration, ..unit.front_end.clone() };
    Ok(Coefficients::new(&front_end.format(&ROLES, RATE_HZ).channels)?)
}

/// A calibration going on.
struct Work<'b> {
    bench: &'b mut dyn Bench,
    conditions: Conditions,
    coefficients: Coefficients,
    steps: Vec<CalibrationStep>,
    residuals: Vec<Residual>,
}

impl<'b> Work<'b> {
    fn new(bench: &'b mut dyn Bench, coefficients: Coefficients, basic_current_a: f64) -> Work<'b> {
        let conditions = Conditions::new(basic_current_a);
        Work { bench, conditions, coefficients, steps: Vec::new(), residuals: Vec::new() }
    }

    /// The whole procedure, or its measurements only.
    fn carry_out(&mut self, corrects: bool) -> Result<(), VerifyError> {
        if corrects {
            self.offsets()?;
            self.gains()?;
        }
        self.check_power()?;
        if corrects {
            self.phases()?;
        }
        self.measure_no_current()?;
        let Conditions { at_imin, inductive, capacitive, .. } = self.conditions;
        self.check(&at_imin, "Imin, PF 1")?;
        self.check(&inductive, "Ib, PF 0.5L")?;
        self.check(&capacitive, "Ib, PF 0.8C")
    }

    /// What was found, as it is stored.
    fn calibrated(self, coefficients: Coefficients, design: &Coefficients) -> Calibrated {
        let channels = coefficients.channels().iter().zip(design.channels());
        let sheet = CalibrationSheet {
            version: Coefficients::VERSION,
            crc: format!("{:08x}", coefficients.crc()),
            steps: self.steps,
            channels: channels.map(|(channel, design)| channel_sheet(channel, design)).collect(),
            residuals: self.residuals,
        };
        Calibrated { coefficients, sheet }
    }

    fn offsets(&mut self) -> Result<(), VerifyError> {
        let means = self.bench.mean_counts(&NO_CURRENT)?;
        for (role, mean) in ROLES.into_iter().zip(means) {
            let before = offset(&mut self.coefficients, role, mean)?;
            let correction = format!("{:+.2} counts", mean - before);
            self.step("offset", role.slug(), (0.0, mean, "counts"), correction);
        }
        Ok(())
    }

    fn gains(&mut self) -> Result<(), VerifyError> {
        let (at_ib, shown) =
            self.bench.shows(&self.coefficients, &self.conditions.at_ib, STEP_S)?;
        let percent = |factor: f64| format!("{:+.5} % of the gain", 100.0 * (factor - 1.0));
        for (phase, shown) in shown.iter().enumerate() {
            let (applied, found) = (at_ib.voltage_v, shown.voltage_v);
            let factor = voltage_gain(&mut self.coefficients, phase, applied, found)?;
            self.step("voltage gain", PHASES[phase], (applied, found, "V"), percent(factor));
        }
        for (phase, shown) in shown.iter().enumerate() {
            let (applied, found) = (at_ib.current_a, shown.current_a);
            let factor = current_gain(&mut self.coefficients, phase, applied, found)?;
            self.step("current gain", PHASES[phase], (applied, found, "A"), percent(factor));
        }
        Ok(())
    }

    /// Nothing may be left at power factor 1; what is, is recorded.
    fn check_power(&mut self) -> Result<(), VerifyError> {
        let (at_ib, shown) =
            self.bench.shows(&self.coefficients, &self.conditions.at_ib, CHECK_S)?;
        for (phase, shown) in shown.iter().enumerate() {
            let (applied, found) = (at_ib.active_power_w(), shown.active_power_w);
            self.step("power check", PHASES[phase], (applied, found, "W"), "none".to_string());
        }
        let (current, at) = (QuantityId::Current.row().slug, "Ib, PF 1");
        self.residual("voltage", "at Un", shown, |s| error_percent(at_ib.voltage_v, s.voltage_v));
        self.residual(current, "at Ib", shown, |s| error_percent(at_ib.current_a, s.current_a));
        self.power_residual(&at_ib, at, shown);
        Ok(())
    }

    fn phases(&mut self) -> Result<(), VerifyError> {
        let (inductive, shown) =
            self.bench.shows(&self.coefficients, &self.conditions.inductive, STEP_S)?;
        for (phase, shown) in shown.iter().enumerate() {
            let (applied, found) = (inductive.active_power_w(), shown.active_power_w);
            let lead_rad = sensor_lead(&mut self.coefficients, phase, &inductive, found)?;
            let correction = format!("{:+.5} degrees of lead", lead_rad.to_degrees());
            self.step("phase", PHASES[phase], (applied, found, "W"), correction);
        }
        Ok(())
    }

    /// Noise and crosstalk, which are kept and not corrected.
    fn measure_no_current(&mut self) -> Result<(), VerifyError> {
        let (_, shown) = self.bench.shows(&self.coefficients, &NO_CURRENT, STEP_S)?;
        let milli = |value: f64| 1e3 * value;
        let (current, at) = (QuantityId::Current.row().slug, "without current");
        self.residual(current, at, shown, |s| (milli(s.current_a), "mA"));
        self.residual("power", at, shown, |s| (milli(s.active_power_w), "mW"));
        Ok(())
    }

    fn check(&mut self, applied: &Applied, at: &str) -> Result<(), VerifyError> {
        let (applied, shown) = self.bench.shows(&self.coefficients, applied, CHECK_S)?;
        self.power_residual(&applied, at, shown);
        Ok(())
    }

    fn power_residual(&mut self, applied: &Applied, at: &str, shown: [Shown; 3]) {
        let expected_w = applied.active_power_w();
        let error = |shown: &Shown| error_percent(expected_w, shown.active_power_w);
        self.residual("power", &format!("at {at}"), shown, error);
    }

    fn residual(
        &mut self,
        what: &str,
        at: &str,
        shown: [Shown; 3],
        of: impl Fn(&Shown) -> (f64, &'static str),
    ) {
        for (phase, shown) in PHASES.iter().zip(&shown) {
            let (value, unit) = of(shown);
            let name = format!("{what} {phase} {at}");
            self.residuals.push(Residual { name, value, unit: unit.to_string() });
        }
    }

    fn step(
        &mut self,
        name: &str,
        of: &str,
        (applied, found, unit): (f64, f64, &str),
        correction: String,
    ) {
        let (name, of, unit) = (name.to_string(), of.to_string(), unit.to_string());
        self.steps.push(CalibrationStep { name, of, applied, found, unit, correction });
    }
}

fn error_percent(applied: f64, shown: f64) -> (f64, &'static str) {
    (100.0 * relative_error(applied, shown), "%")
}

/// What the unit stores of what was found, by a procedure that may be at fault.
///
/// A bench that takes one channel for another does so in its checks too, and finds nothing.
fn stored(unit: &Unit, found: &Coefficients) -> Result<Coefficients, VerifyError> {
    let mut channels = found.channels().to_vec();
    if let Some((a, b)) = unit.defects.swapped_in_calibration {
        for channel in &mut channels {
            channel.role = match channel.role {
                role if role == a => b,
                role if role == b => a,
                role => role,
            };
        }
    }
    if unit.defects.droop_correction_off {
        for channel in &mut channels {
            (channel.rc_hz, channel.sinc_order) = (f64::INFINITY, 0);
        }
    }
    // What the unit works with is what it reads back from its memory.
    Ok(Coefficients::from_bytes(&Coefficients::new(&channels)?.to_bytes())?)
}

fn channel_sheet(channel: &Channel, design: &Channel) -> ChannelSheet {
    let at_50_hz = channel.lead_rad * channel.lead_reference_hz / 50.0;
    ChannelSheet {
        channel: channel.role.slug().to_string(),
        gain_percent: 100.0 * (channel.unit_per_count / design.unit_per_count - 1.0),
        offset_counts: channel.offset_counts,
        lead_deg: at_50_hz.to_degrees(),
    }
}
