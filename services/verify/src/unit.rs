//! The virtual unit under test: what production built, what happened to it after its calibration, and what
//! its program does wrong.
//!
//! *True errors* are those of its front end, which neither the bench nor the meter is told: the meter knows
//! the design and what the calibration found. *Defects* are faults of the meter's program and of the
//! procedure; they are put around the production code, which itself has no switch for any of them. A
//! *claim* says which clause must catch a unit that was spoiled on purpose.
//!
//! Units are typical ones by a seed, the ideal one, or [read from a file](Unit::parse).

use crate::document::{Arm, Entry};
use port::Role;
use sim::frontend::{Calibration, Crosstalk, FrontEnd};

/// See the module.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// What it is, for people.
    pub name: String,
    /// Seed of what was drawn.
    pub seed: u64,
    /// As it comes from production: the meter knows the design only.
    pub front_end: FrontEnd,
    /// As it is when it is verified: the same, with what was done to it after the calibration.
    pub later: FrontEnd,
    /// Constants that it is given instead of being calibrated: those of the design, or the true ones.
    pub given: Option<Calibration>,
    /// What its program and its calibration do wrong.
    pub defects: Defects,
    /// Which clause must catch it, if it was spoiled on purpose.
    pub claim: Option<Claim>,
    /// What was spoiled, for people; empty for an honest unit.
    pub changes: Vec<Entry>,
}

/// The clause that must catch a spoiled unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Arm of the verification.
    pub arm: Arm,
    /// Its clause, such as `62053-21/balanced`.
    pub clause: String,
    /// Least `|error| / limit` of the clause's worst point; 2 or more.
    pub margin: f64,
    /// Why it must, as an estimate in closed form.
    pub why: String,
}

/// Faults of the program and of the procedure. All absent is an honest unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Defects {
    /// Pulses of the LED for a kilowatt-hour, instead of 1000.
    pub impulses_per_kwh: Option<u32>,
    /// No-load threshold as a part of the right one; 0 for none.
    pub no_load_threshold: Option<f64>,
    /// Direct voltage is not taken out.
    pub dc_blocking_off: bool,
    /// One sample is lost every so many seconds.
    pub lost_sample_every_s: Option<f64>,
    /// Reactive power from samples delayed by a quarter of the nominal cycle.
    pub reactive_by_delay: bool,
    /// Energy goes into the register of its tariff twice.
    pub tariff_counted_twice: bool,
    /// Readings are those of the window before.
    pub stale_window: bool,
    /// Factor on the modules' transformer ratio.
    pub module_ratio: Option<f64>,
    /// Two channels whose coefficients the bench stored for each other.
    pub swapped_in_calibration: Option<(Role, Role)>,
    /// The droop of RC and sinc filter is not undone.
    pub droop_correction_off: bool,
}

impl Unit {
    /// A unit as it may come from production, drawn by a seed.
    pub fn typical(seed: u64) -> Unit {
        Unit::honest(FrontEnd::typical(seed), seed)
    }

    /// A unit without any error.
    pub fn ideal() -> Unit {
        Unit::honest(FrontEnd::ideal(), 0)
    }

    fn honest(front_end: FrontEnd, seed: u64) -> Unit {
        let front_end = front_end.uncalibrated();
        Unit {
            name: front_end.name.clone(),
            seed,
            later: front_end.clone(),
            front_end,
            given: None,
            defects: Defects::default(),
            claim: None,
            changes: Vec::new(),
        }
    }

    /// Serial number that its registers show.
    pub fn serial(&self) -> String {
        format!("SIM{:010}", self.seed % 10_000_000_000)
    }

    /// True errors of its front end as it is verified, for people: the unit's own, then those of each
    /// channel and each coupling.
    pub fn errors(&self) -> Vec<Entry> {
        let later = &self.later;
        let of_unit = [
            ("sample clock", format!("{:+.2} ppm", later.clock_ppm)),
            ("reference drift", format!("{:+.2} ppm/K", later.reference_ppm_per_k)),
            ("sinc filter", format!("order {}", later.sinc_order)),
        ];
        let of_unit = of_unit.map(|(name, value)| entry(name, value));
        let channels = Role::ALL[..6].iter();
        let channels = channels.map(|role| entry(role.slug(), later.describe_channel(*role)));
        let couplings = later.crosstalk.iter().map(coupling);
        of_unit.into_iter().chain(channels).chain(couplings).collect()
    }
}

impl Defects {
    /// Each of them in words; none for an honest unit.
    pub fn describe(&self) -> Vec<Entry> {
        let program = |text: String| entry("program", text);
        let mut found = Vec::new();
        if let Some(impulses) = self.impulses_per_kwh {
            found.push(program(format!("the LED gives {impulses} pulses for a kilowatt-hour")));
        }
        if let Some(part) = self.no_load_threshold {
            found.push(program(format!("the no-load threshold is {part} of the right one")));
        }
        if let Some(seconds) = self.lost_sample_every_s {
            found.push(program(format!("one sample is lost every {seconds} s")));
        }
        if let Some(factor) = self.module_ratio {
            found.push(program(format!(
                "the modules' transformer ratio is {factor} of the right one"
            )));
        }
        for (is, text) in [
            (self.dc_blocking_off, "direct voltage is not taken out"),
            (self.reactive_by_delay, "reactive power is taken from samples 5 ms old"),
            (self.tariff_counted_twice, "energy goes into its tariff's register twice"),
            (self.stale_window, "readings are those of the window before"),
            (self.droop_correction_off, "the droop of RC and sinc filter is not undone"),
        ] {
            if is {
                found.push(program(text.to_string()));
            }
        }
        if let Some((a, b)) = self.swapped_in_calibration {
            let text = format!("the bench stored the coefficients of {a} and {b} for each other");
            found.push(entry("calibration", text));
        }
        found
    }
}

/// A line of the certificate.
pub(crate) fn entry(name: &str, value: String) -> Entry {
    Entry { name: name.to_string(), value }
}

/// A coupling in words.
pub(crate) fn coupling(crosstalk: &Crosstalk) -> Entry {
    let Crosstalk { from, into, level_db, inverted } = crosstalk;
    let sign = if *inverted { ", inverted" } else { "" };
    entry(&format!("{from} into {into}"), format!("{level_db} dB{sign}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_meter_of_an_honest_unit_knows_the_design_only() {
        for unit in [Unit::typical(3), Unit::ideal()] {
            assert_eq!(unit.front_end.calibration, Calibration::Nominal);
            assert_eq!(unit.front_end, unit.later);
            assert_eq!(unit.defects.describe(), []);
        }
    }

    #[test]
    fn the_sheet_names_every_channel_and_coupling() {
        let names: Vec<String> = Unit::typical(3).errors().into_iter().map(|e| e.name).collect();
        let channels = ["sample clock", "reference drift", "sinc filter", "va", "vb", "vc", "ia"];
        assert_eq!(names[..7], channels);
        assert_eq!(names[9..], ["va into ia", "vb into ib", "vc into ic"]);
    }
}
