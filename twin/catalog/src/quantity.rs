//! The table of quantities. Rows are in the order of the datasheet, sections "Mesures disponibles".

use crate::unit::{Display, Sign, Unit};

/// Where a quantity is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The whole load: all wired phases together.
    System,
    /// Phase 1.
    L1,
    /// Phase 2.
    L2,
    /// Phase 3.
    L3,
    /// Between phase 1 and phase 2.
    L12,
    /// Between phase 2 and phase 3.
    L23,
    /// Between phase 3 and phase 1.
    L31,
    /// The neutral conductor.
    N,
}

impl Scope {
    /// All scopes, in table order.
    pub const ALL: [Scope; 8] = [
        Scope::System,
        Scope::L1,
        Scope::L2,
        Scope::L3,
        Scope::L12,
        Scope::L23,
        Scope::L31,
        Scope::N,
    ];
    /// The phases.
    pub const PHASES: [Scope; 3] = [Scope::L1, Scope::L2, Scope::L3];
    /// The pairs of phases.
    pub const PAIRS: [Scope; 3] = [Scope::L12, Scope::L23, Scope::L31];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Scope::System => "system",
            Scope::L1 => "l1",
            Scope::L2 => "l2",
            Scope::L3 => "l3",
            Scope::L12 => "l12",
            Scope::L23 => "l23",
            Scope::L31 => "l31",
            Scope::N => "n",
        }
    }
}

/// Which counter of an energy or of an hour counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Register {
    /// Since manufacture; nothing resets it.
    Total,
    /// Since its last reset; can be paused.
    Partial,
    /// While tariff 1 was active.
    T1,
    /// While tariff 2 was active.
    T2,
    /// Quadrant I: P import, Q inductive.
    Q1,
    /// Quadrant II: P export, Q positive.
    Q2,
    /// Quadrant III: P export, Q negative.
    Q3,
    /// Quadrant IV: P import, Q negative.
    Q4,
    /// Always netted over the phases, whatever the netting setting says (decision 16).
    NetSystem,
    /// Always the sum of the phases' own directions (decision 16).
    NetPhase,
}

impl Register {
    /// All registers, in table order.
    pub const ALL: [Register; 10] = [
        Register::Total,
        Register::Partial,
        Register::T1,
        Register::T2,
        Register::Q1,
        Register::Q2,
        Register::Q3,
        Register::Q4,
        Register::NetSystem,
        Register::NetPhase,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Register::Total => "total",
            Register::Partial => "partial",
            Register::T1 => "t1",
            Register::T2 => "t2",
            Register::Q1 => "q1",
            Register::Q2 => "q2",
            Register::Q3 => "q3",
            Register::Q4 => "q4",
            Register::NetSystem => "net_system",
            Register::NetPhase => "net_phase",
        }
    }
}

/// How a quantity behaves in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Measured afresh in every window.
    Live,
    /// Mean of the last closed demand interval, and the largest of them.
    Demand,
    /// A counter that only grows (until it rolls over or, if partial, is reset).
    Energy,
    /// A counter of time.
    Hours,
}

/// Names of the quantities in code; the slug is the public name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each variant is documented by its row in QUANTITIES")]
pub enum QuantityId {
    VoltageLn,
    VoltageLl,
    Current,
    NeutralCurrent,
    ActivePower,
    ReactivePower,
    ApparentPower,
    PowerFactor,
    Frequency,
    ThdCurrent,
    ThdVoltageLn,
    ThdVoltageLl,
    PhaseSequence,
    LoadType,
    CurrentDemand,
    CurrentDemandMax,
    ActivePowerDemand,
    ActivePowerDemandMax,
    ApparentPowerDemand,
    ApparentPowerDemandMax,
    ActiveEnergyImport,
    ActiveEnergyExport,
    ReactiveEnergyImport,
    ReactiveEnergyExport,
    ApparentEnergy,
    RunHoursImport,
    RunHoursExport,
    OperatingHours,
}

impl QuantityId {
    /// The quantity's row.
    pub fn row(self) -> &'static Quantity {
        &QUANTITIES[self as usize]
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Quantity {
    /// Name in code.
    pub id: QuantityId,
    /// Public, stable name: topics, columns, paths and JSON fields are made from it.
    pub slug: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// Unit of the value.
    pub unit: Unit,
    /// Decimals of the unit that communication carries (datasheet L505 to L517).
    pub decimals: u8,
    /// Meaning of the sign.
    pub sign: Sign,
    /// How it behaves in time.
    pub class: Class,
    /// Scopes and registers that exist; a live quantity has no registers.
    pub places: &'static [(Option<Register>, &'static [Scope])],
    /// Format on the built-in display.
    pub display: Display,
    /// One sentence for documentation.
    pub doc: &'static str,
}

impl Quantity {
    /// Smallest step that communication shows, in the quantity's unit.
    pub fn resolution(&self) -> f64 {
        10f64.powi(-i32::from(self.decimals))
    }
}

use Register::*;
use Scope::*;

const SYS: &[Scope] = &[System];
const PHASES: &[Scope] = &[L1, L2, L3];
const SYS_PHASES: &[Scope] = &[System, L1, L2, L3];
const SYS_PAIRS: &[Scope] = &[System, L12, L23, L31];

const LIVE_SYS: &[(Option<Register>, &[Scope])] = &[(None, SYS)];
const LIVE_PHASES: &[(Option<Register>, &[Scope])] = &[(None, PHASES)];
const LIVE_SYS_PHASES: &[(Option<Register>, &[Scope])] = &[(None, SYS_PHASES)];
const LIVE_SYS_PAIRS: &[(Option<Register>, &[Scope])] = &[(None, SYS_PAIRS)];
const LIVE_NEUTRAL: &[(Option<Register>, &[Scope])] = &[(None, &[N])];
const HOURS: &[(Option<Register>, &[Scope])] = &[(Some(Total), SYS), (Some(Partial), SYS)];

/// Every quantity the meter has, indexed by [`QuantityId`].
#[rustfmt::skip]
pub const QUANTITIES: &[Quantity] = &[
    row(QuantityId::VoltageLn,      "voltage_ln",      "Voltage L-N",      Unit::Volt,       1, Sign::Unsigned,       Class::Live, LIVE_SYS_PHASES, Display::FiveOne,
        "True rms voltage between a phase and the neutral (the virtual neutral in a three-wire system); the system value is the mean of the wired phases. DC is blocked unless the setting dc_blocking is off."),
    row(QuantityId::VoltageLl,      "voltage_ll",      "Voltage L-L",      Unit::Volt,       1, Sign::Unsigned,       Class::Live, LIVE_SYS_PAIRS,  Display::FiveOne,
        "True rms voltage between two phases, from the difference of their samples; the system value is the mean of the wired pairs."),
    row(QuantityId::Current,        "current",         "Current",          Unit::Ampere,     3, Sign::Unsigned,       Class::Live, LIVE_SYS_PHASES, Display::FiveThree,
        "True rms current with its DC part; the system value is the mean of the wired phases."),
    row(QuantityId::NeutralCurrent, "neutral_current", "Neutral current",  Unit::Ampere,     3, Sign::Unsigned,       Class::Live, LIVE_NEUTRAL,    Display::FiveThree,
        "True rms of the sum of the wired phase currents, sample by sample."),
    row(QuantityId::ActivePower,    "active_power",    "Active power",     Unit::Watt,       1, Sign::ImportPositive, Class::Live, LIVE_SYS_PHASES, Display::FiveThree,
        "Mean of voltage times current over the window; the system value is the algebraic sum of the phases (two-wattmeter sum in a three-wire system)."),
    row(QuantityId::ReactivePower,  "reactive_power",  "Reactive power",   Unit::Var,        1, Sign::InductivePositive, Class::Live, LIVE_SYS_PHASES, Display::FiveThree,
        "Reactive power of the fundamental, V1 I1 sin(phi1); positive in quadrants I and II; the system value is the algebraic sum of the phases."),
    row(QuantityId::ApparentPower,  "apparent_power",  "Apparent power",   Unit::VoltAmpere, 1, Sign::Unsigned,       Class::Live, LIVE_SYS_PHASES, Display::FiveThree,
        "Phase: rms voltage times rms current; system: sqrt(P^2 + Q^2) of the sums (vector, the default) or the sum of the phases (arithmetic)."),
    row(QuantityId::PowerFactor,    "power_factor",    "Power factor",     Unit::None,       3, Sign::ImportPositive, Class::Live, LIVE_SYS_PHASES, Display::TwoDecimals,
        "P / S with the sign of P; inductive or capacitive is told by the load type."),
    row(QuantityId::Frequency,      "frequency",       "Frequency",        Unit::Hertz,      3, Sign::Unsigned,       Class::Live, LIVE_SYS,        Display::NotShown,
        "Whole cycles of the window over their duration."),
    row(QuantityId::ThdCurrent,     "thd_current",     "THD of current",   Unit::Percent,    2, Sign::Unsigned,       Class::Live, LIVE_PHASES,     Display::FiveOne,
        "Harmonics 2 to 31 in percent of the fundamental."),
    row(QuantityId::ThdVoltageLn,   "thd_voltage_ln",  "THD of voltage L-N", Unit::Percent,  2, Sign::Unsigned,       Class::Live, LIVE_SYS_PHASES, Display::FiveOne,
        "Harmonics 2 to 31 in percent of the fundamental; the system value is the mean of the wired phases."),
    row(QuantityId::ThdVoltageLl,   "thd_voltage_ll",  "THD of voltage L-L", Unit::Percent,  2, Sign::Unsigned,       Class::Live, LIVE_SYS_PAIRS,  Display::FiveOne,
        "Harmonics 2 to 31 in percent of the fundamental; the system value is the mean of the wired pairs."),
    row(QuantityId::PhaseSequence,  "phase_sequence",  "Phase sequence",   Unit::None,       0, Sign::Code,           Class::Live, LIVE_SYS,        Display::NotShown,
        "+1: L1-L2-L3, -1: L1-L3-L2."),
    row(QuantityId::LoadType,       "load_type",       "Load type",        Unit::None,       0, Sign::Code,           Class::Live, LIVE_SYS_PHASES, Display::NotShown,
        "+1: inductive (quadrants I and III), -1: capacitive (quadrants II and IV), 0: resistive (|Q| below 0.1 % of S)."),
    row(QuantityId::CurrentDemand,          "current_demand",            "Current demand",             Unit::Ampere,     3, Sign::Unsigned,       Class::Demand, LIVE_PHASES,     Display::FiveThree,
        "Mean current of the last closed demand interval."),
    row(QuantityId::CurrentDemandMax,       "current_demand_max",        "Maximum current demand",     Unit::Ampere,     3, Sign::Unsigned,       Class::Demand, LIVE_PHASES,     Display::FiveThree,
        "Largest current demand since the last reset."),
    row(QuantityId::ActivePowerDemand,      "active_power_demand",       "Active power demand",        Unit::Watt,       1, Sign::ImportPositive, Class::Demand, LIVE_SYS_PHASES, Display::FiveThree,
        "Mean active power of the last closed demand interval."),
    row(QuantityId::ActivePowerDemandMax,   "active_power_demand_max",   "Maximum active power demand", Unit::Watt,      1, Sign::ImportPositive, Class::Demand, LIVE_SYS_PHASES, Display::FiveThree,
        "Largest active power demand since the last reset."),
    row(QuantityId::ApparentPowerDemand,    "apparent_power_demand",     "Apparent power demand",      Unit::VoltAmpere, 1, Sign::Unsigned,       Class::Demand, LIVE_SYS,        Display::FiveThree,
        "Mean apparent power of the last closed demand interval."),
    row(QuantityId::ApparentPowerDemandMax, "apparent_power_demand_max", "Maximum apparent power demand", Unit::VoltAmpere, 1, Sign::Unsigned,    Class::Demand, LIVE_SYS,        Display::FiveThree,
        "Largest apparent power demand since the last reset."),
    row(QuantityId::ActiveEnergyImport,     "active_energy_import",      "Active energy, import",      Unit::KilowattHour, 3, Sign::Unsigned,     Class::Energy,
        &[(Some(Total), SYS_PHASES), (Some(Partial), SYS), (Some(T1), SYS), (Some(T2), SYS), (Some(Q1), SYS), (Some(Q4), SYS), (Some(NetSystem), SYS), (Some(NetPhase), SYS)], Display::EightThree,
        "Active energy taken from the grid (kWh+)."),
    row(QuantityId::ActiveEnergyExport,     "active_energy_export",      "Active energy, export",      Unit::KilowattHour, 3, Sign::Unsigned,     Class::Energy,
        &[(Some(Total), SYS_PHASES), (Some(Partial), SYS), (Some(Q2), SYS), (Some(Q3), SYS), (Some(NetSystem), SYS), (Some(NetPhase), SYS)], Display::EightThree,
        "Active energy given to the grid (kWh-)."),
    row(QuantityId::ReactiveEnergyImport,   "reactive_energy_import",    "Reactive energy, import",    Unit::KilovarHour, 3, Sign::Unsigned,      Class::Energy,
        &[(Some(Total), SYS_PHASES), (Some(Partial), SYS), (Some(Q1), SYS), (Some(Q2), SYS), (Some(NetSystem), SYS), (Some(NetPhase), SYS)], Display::EightThree,
        "Reactive energy while Q is positive (kvarh+)."),
    row(QuantityId::ReactiveEnergyExport,   "reactive_energy_export",    "Reactive energy, export",    Unit::KilovarHour, 3, Sign::Unsigned,      Class::Energy,
        &[(Some(Total), SYS_PHASES), (Some(Partial), SYS), (Some(Q3), SYS), (Some(Q4), SYS), (Some(NetSystem), SYS), (Some(NetPhase), SYS)], Display::EightThree,
        "Reactive energy while Q is negative (kvarh-)."),
    row(QuantityId::ApparentEnergy,         "apparent_energy",           "Apparent energy",            Unit::KilovoltAmpereHour, 3, Sign::Unsigned, Class::Energy,
        &[(Some(Total), SYS), (Some(Partial), SYS), (Some(Q1), SYS), (Some(Q2), SYS), (Some(Q3), SYS), (Some(Q4), SYS)], Display::EightThree,
        "Integral of the system's apparent power (kVAh)."),
    row(QuantityId::RunHoursImport,         "run_hours_import",          "Run hours, import",          Unit::Hour, 2, Sign::Unsigned, Class::Hours, HOURS, Display::HoursMinutes,
        "Time during which the system imported above the no-load threshold."),
    row(QuantityId::RunHoursExport,         "run_hours_export",          "Run hours, export",          Unit::Hour, 2, Sign::Unsigned, Class::Hours, HOURS, Display::HoursMinutes,
        "Time during which the system exported above the no-load threshold."),
    row(QuantityId::OperatingHours,         "operating_hours",           "Operating hours",            Unit::Hour, 2, Sign::Unsigned, Class::Hours, &[(Some(Total), SYS)], Display::HoursMinutes,
        "Time during which the meter was powered and measuring."),
];

#[expect(clippy::too_many_arguments, reason = "a table row")]
const fn row(
    id: QuantityId,
    slug: &'static str,
    name: &'static str,
    unit: Unit,
    decimals: u8,
    sign: Sign,
    class: Class,
    places: &'static [(Option<Register>, &'static [Scope])],
    display: Display,
    doc: &'static str,
) -> Quantity {
    Quantity { id, slug, name, unit, decimals, sign, class, places, display, doc }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_at_its_index() {
        for (index, quantity) in QUANTITIES.iter().enumerate() {
            assert_eq!(quantity.id as usize, index, "{}", quantity.slug);
        }
    }

    /// [R1, R3, R4, R5, R6, R7] The resolution by communication is the datasheet's.
    #[test]
    fn resolution_is_the_datasheets() {
        let cases = [
            (QuantityId::ActiveEnergyImport, 0.001),
            (QuantityId::ActivePower, 0.1),
            (QuantityId::Current, 0.001),
            (QuantityId::VoltageLn, 0.1),
            (QuantityId::Frequency, 0.001),
            (QuantityId::PowerFactor, 0.001),
        ];
        for (id, resolution) in cases {
            assert!((id.row().resolution() - resolution).abs() < 1e-12, "{}", id.row().slug);
        }
    }
}
