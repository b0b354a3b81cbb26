//! An item of the plan: the points that it gives, and the work that gives them.

use crate::document::{Applied, Arm};
use crate::limits::{Energy, clause};
use crate::setup::{Meter, Setup};

/// A point of the plan: what is demanded there.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Unique and stable.
    pub id: String,
    /// The clause.
    pub clause: &'static str,
    /// Such as `active energy`.
    pub quantity: &'static str,
    /// What is applied.
    pub applied: Applied,
    /// How the error is taken.
    pub method: Method,
    /// Unit of what is indicated.
    pub unit: &'static str,
    /// Unit of the error.
    pub error_unit: &'static str,
    /// Largest magnitude of the error.
    pub limit: f64,
}

impl Point {
    /// Which arm tests it.
    pub fn arm(&self) -> Arm {
        clause(self.clause).arm
    }
}

/// How an error is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// True energy between pulses of the LED.
    Pulses,
    /// True energy between two values of a register.
    Register,
    /// The worst reading of a second or more.
    Reading,
    /// Something is counted.
    Count,
    /// Read back over Modbus.
    Modbus,
}

impl Method {
    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Method::Pulses => "pulses",
            Method::Register => "register",
            Method::Reading => "reading",
            Method::Count => "count",
            Method::Modbus => "modbus",
        }
    }
}

/// What is taken of an energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// Active energy by pulses.
    ActivePulses,
    /// Active energy by register.
    ActiveRegister,
    /// Reactive energy by register.
    ReactiveRegister,
}

impl Take {
    /// How an energy of the built-in meter is taken: the LED tells of active energy only.
    pub fn of(energy: Energy) -> Take {
        match energy {
            Energy::Active => Take::ActivePulses,
            Energy::Reactive => Take::ReactiveRegister,
        }
    }

    /// Which energy it is.
    pub fn energy(self) -> Energy {
        match self {
            Take::ActivePulses | Take::ActiveRegister => Energy::Active,
            Take::ReactiveRegister => Energy::Reactive,
        }
    }

    /// How.
    pub fn method(self) -> Method {
        match self {
            Take::ActivePulses => Method::Pulses,
            Take::ActiveRegister | Take::ReactiveRegister => Method::Register,
        }
    }
}

/// A line of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Current of each phase.
    Current,
    /// Voltage of each phase against neutral.
    VoltageLn,
    /// Voltage between phases.
    VoltageLl,
    /// Active power, of each phase and together.
    ActivePower,
    /// Apparent power.
    ApparentPower,
    /// Reactive power.
    ReactivePower,
    /// Frequency.
    Frequency,
    /// THD of the voltages L-N.
    ThdVoltage,
    /// THD of the currents.
    ThdCurrent,
}

/// What an item does.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// The error of an energy.
    Error(Setup, Take),
    /// The worst error of each line of readings; errors of powers are of reading, or, where `of_apparent`,
    /// of the apparent power.
    Readings {
        /// What is applied.
        setup: Setup,
        /// A point each.
        lines: Vec<Line>,
        /// Whether errors of powers are parts of the apparent power.
        of_apparent: bool,
    },
    /// How much the error of an energy changes from the base to each of the others.
    Change {
        /// Reference condition.
        base: Setup,
        /// A point each.
        others: Vec<Setup>,
        /// Of which energy.
        take: Take,
    },
    /// How much the error changes a kelvin, in each of the intervals.
    Drift {
        /// The colder and the warmer end; a point each.
        intervals: Vec<(Setup, Setup)>,
        /// Of which energy.
        take: Take,
    },
    /// Seconds to the first pulse and from it to the next; or to the first steps of a register.
    Starting(Setup, Take),
    /// What is counted without current, in so many seconds.
    NoLoad(Setup, Take, f64),
    /// Pulses against the register over so many kilowatt-hours.
    Constant(Setup, f64),
    /// Spread of so many measurements.
    Repeatability(Setup, Take, u64),
    /// The worst difference between a value and what Modbus says, in steps of the resolution, a point for
    /// each clause R1 to R7.
    Modbus(Setup),
    /// Energy over a load that changes, against its integral.
    ChangingLoad(Setup),
    /// Windows of a load that changes, each against its own integral.
    Freshness(Setup),
    /// Samples counted against samples that passed.
    Samples(Setup, f64),
    /// Tariffs against the total.
    Tariffs(Setup),
}

/// A piece of work and the points that it gives, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// What is demanded.
    pub points: Vec<Point>,
    /// What is done.
    pub work: Work,
}

impl Item {
    /// Primary current of the transformers in amperes, if it tests a module.
    pub fn primary_a(&self) -> Option<f64> {
        match &self.work {
            Work::Error(Setup { meter: Meter::Module(_, primary_a), .. }, _) => Some(*primary_a),
            _ => None,
        }
    }

    /// Rough simulated seconds of its work.
    pub fn weight_s(&self) -> f64 {
        match &self.work {
            Work::Error(setup, take) => error_s(setup, *take),
            Work::Readings { .. } | Work::Modbus(_) => 3.0,
            Work::Change { base, others, take } => {
                std::iter::once(base).chain(others).map(|setup| error_s(setup, *take)).sum()
            }
            Work::Drift { intervals, take } => intervals
                .iter()
                .map(|(cold, warm)| error_s(cold, *take) + error_s(warm, *take))
                .sum(),
            Work::Starting(setup, _) => 2.0 * period_s(setup),
            Work::NoLoad(_, _, seconds) | Work::Samples(_, seconds) => *seconds,
            Work::Constant(setup, kwh) => 1000.0 * kwh * period_s(setup),
            Work::Repeatability(setup, take, times) => *times as f64 * error_s(setup, *take),
            Work::ChangingLoad(_) | Work::Freshness(_) | Work::Tariffs(_) => 11.0,
        }
    }
}

/// Seconds in which a load takes a watt-hour or a varh.
fn period_s(setup: &Setup) -> f64 {
    let truth = setup.truth();
    3600.0 / truth.power_w().abs().max(truth.power_var().abs())
}

fn error_s(setup: &Setup, take: Take) -> f64 {
    match (take, setup.meter) {
        // Until the first pulse, and to the one that ends the measurement.
        (Take::ActivePulses, _) => 2.0 * period_s(setup) + 2.0,
        (_, Meter::Main) => 3.0,
        // Three front ends, and sensors that settle.
        (_, Meter::Module(..)) => 18.0,
    }
}
