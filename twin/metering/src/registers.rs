//! The counters: integer accumulators of energy and time.
//!
//! Energies are kept in nanowatt-seconds and times in nanoseconds, as 128-bit integers: sums are exact,
//! their order does not matter, and a restart continues where it stopped. Both pure nettings are always
//! kept; the setting decides what the sheet's kWh+ and kWh- accumulate from then on (decision 16).

use catalog::{Class, ENERGY_ROLLOVER_KILO, PointId, QuantityId, Register, Scope, point, points};
use port::{Reading, Readings};

/// One watt-hour.
pub const NANOWATT_SECONDS_PER_WH: i128 = 3_600_000_000_000;

/// One hour.
const NANOSECONDS_PER_HOUR: i128 = 3_600_000_000_000;

/// Energies roll over here: 100,000,000.000 kilo-units.
const ROLLOVER: i128 = ENERGY_ROLLOVER_KILO as i128 * 1000 * NANOWATT_SECONDS_PER_WH;

/// How the phases add up to import and export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Netting {
    /// The sum of the phases decides the direction.
    BySystem,
    /// Each phase counts in its own direction.
    PerPhase,
}

/// Power over one window after the no-load threshold, in watts, var and volt-amperes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct WindowPower {
    /// Length of the window in seconds.
    pub seconds: f64,
    /// Active power by phase; none where the wiring does not define it.
    pub p: [Option<f64>; 3],
    /// Reactive power by phase.
    pub q: [Option<f64>; 3],
    /// Active power of the system.
    pub p_system: f64,
    /// Reactive power of the system.
    pub q_system: f64,
    /// Apparent power of the system.
    pub s_system: f64,
}

/// All counters of one meter.
#[derive(Debug, Clone, PartialEq)]
pub struct Registers {
    counters: Box<[i128]>,
    netting: Netting,
    tariff: u8,
    partial_running: bool,
}

impl Default for Registers {
    fn default() -> Self {
        Registers {
            counters: vec![0; points().len()].into_boxed_slice(),
            netting: Netting::BySystem,
            tariff: 1,
            partial_running: true,
        }
    }
}

/// Import and export, by system and by phase.
struct Directions {
    net_system: [i128; 2],
    net_phase: [i128; 2],
    by_phase: [[i128; 2]; 3],
}

impl Directions {
    fn new(system: f64, phases: [Option<f64>; 3], seconds: f64) -> Directions {
        let by_phase = phases.map(|power| split(power.unwrap_or(0.0), seconds));
        let net_system = split(system, seconds);
        let defined = phases.iter().any(Option::is_some);
        let net_phase = if defined {
            [0, 1].map(|side| by_phase.iter().map(|phase| phase[side]).sum())
        } else {
            net_system
        };
        Directions { net_system, net_phase, by_phase }
    }

    fn chosen(&self, netting: Netting) -> [i128; 2] {
        match netting {
            Netting::BySystem => self.net_system,
            Netting::PerPhase => self.net_phase,
        }
    }
}

/// Energy as import and export.
fn split(power: f64, seconds: f64) -> [i128; 2] {
    let energy = integer(power.abs() * seconds);
    if power >= 0.0 { [energy, 0] } else { [0, energy] }
}

/// Units to nano-units.
fn integer(units: f64) -> i128 {
    (units * 1e9).round() as i128
}

impl Registers {
    /// Adds a window.
    pub fn add(&mut self, window: &WindowPower) {
        use QuantityId::{
            ActiveEnergyExport, ActiveEnergyImport, ReactiveEnergyExport, ReactiveEnergyImport,
        };
        let active = Directions::new(window.p_system, window.p, window.seconds);
        let reactive = Directions::new(window.q_system, window.q, window.seconds);
        self.add_directions(&active, [ActiveEnergyImport, ActiveEnergyExport]);
        self.add_directions(&reactive, [ReactiveEnergyImport, ReactiveEnergyExport]);
        let tariff = if self.tariff == 2 { Register::T2 } else { Register::T1 };
        self.count(ActiveEnergyImport, tariff, Scope::System, active.chosen(self.netting)[0]);
        self.add_quadrant(window, &active, &reactive);
        self.add_hours(window);
    }

    fn add_directions(&mut self, directions: &Directions, quantities: [QuantityId; 2]) {
        let chosen = directions.chosen(self.netting);
        for (side, quantity) in quantities.into_iter().enumerate() {
            self.count(quantity, Register::Total, Scope::System, chosen[side]);
            self.count_partial(quantity, chosen[side]);
            self.count(quantity, Register::NetSystem, Scope::System, directions.net_system[side]);
            self.count(quantity, Register::NetPhase, Scope::System, directions.net_phase[side]);
            for (phase, scope) in Scope::PHASES.into_iter().enumerate() {
                self.count(quantity, Register::Total, scope, directions.by_phase[phase][side]);
            }
        }
    }

    /// Quadrants follow the system: P decides the half, Q the quarter.
    fn add_quadrant(&mut self, window: &WindowPower, active: &Directions, reactive: &Directions) {
        let apparent = integer(window.s_system * window.seconds);
        let (import, inductive) = (window.p_system >= 0.0, window.q_system >= 0.0);
        let quadrant = match (import, inductive) {
            (true, true) => Register::Q1,
            (false, true) => Register::Q2,
            (false, false) => Register::Q3,
            (true, false) => Register::Q4,
        };
        let active_side =
            if import { QuantityId::ActiveEnergyImport } else { QuantityId::ActiveEnergyExport };
        let reactive_side = if inductive {
            QuantityId::ReactiveEnergyImport
        } else {
            QuantityId::ReactiveEnergyExport
        };
        let sum = |directions: &Directions| directions.net_system.iter().sum();
        self.count(active_side, quadrant, Scope::System, sum(active));
        self.count(reactive_side, quadrant, Scope::System, sum(reactive));
        self.count(QuantityId::ApparentEnergy, quadrant, Scope::System, apparent);
        self.count(QuantityId::ApparentEnergy, Register::Total, Scope::System, apparent);
        self.count_partial(QuantityId::ApparentEnergy, apparent);
    }

    fn add_hours(&mut self, window: &WindowPower) {
        let time = integer(window.seconds);
        self.count(QuantityId::OperatingHours, Register::Total, Scope::System, time);
        let running = match window.p_system {
            p if p > 0.0 => QuantityId::RunHoursImport,
            p if p < 0.0 => QuantityId::RunHoursExport,
            _ => return,
        };
        self.count(running, Register::Total, Scope::System, time);
        self.count_partial(running, time);
    }

    fn count_partial(&mut self, quantity: QuantityId, amount: i128) {
        if self.partial_running {
            self.count(quantity, Register::Partial, Scope::System, amount);
        }
    }

    fn count(&mut self, quantity: QuantityId, register: Register, scope: Scope, amount: i128) {
        let Some(id) = point(quantity, Some(register), scope) else { return };
        let counter = &mut self.counters[id.index()];
        *counter += amount;
        if quantity.row().class == Class::Energy && *counter >= ROLLOVER {
            *counter %= ROLLOVER;
        }
    }

    /// A counter in nanowatt-seconds or nanoseconds.
    pub fn raw(&self, id: PointId) -> i128 {
        self.counters[id.index()]
    }

    /// Gives a counter a value, such as one kept over a power cut.
    pub fn preset(&mut self, id: PointId, raw: i128) {
        self.counters[id.index()] = raw.rem_euclid(ROLLOVER);
    }

    /// Partial counters back to zero.
    pub fn reset_partial(&mut self) {
        for point in points().iter().filter(|point| point.register == Some(Register::Partial)) {
            self.counters[point.id.index()] = 0;
        }
    }

    /// Chooses what kWh+ and kWh- accumulate from now on.
    pub fn set_netting(&mut self, netting: Netting) {
        self.netting = netting;
    }

    /// Chooses the tariff, 1 or 2.
    pub fn set_tariff(&mut self, tariff: u8) {
        self.tariff = tariff;
    }

    /// Lets partial counters count or pause.
    pub fn run_partial(&mut self, running: bool) {
        self.partial_running = running;
    }

    /// Writes the counters into a sheet, in kilo-units and hours. `defined` says whether a phase has
    /// registers of its own.
    pub fn fill(&self, out: &mut Readings, defined: impl Fn(usize) -> bool) {
        for point in points() {
            let value = match point.quantity.class {
                Class::Energy => kilo(self.raw(point.id)),
                Class::Hours => hours(self.raw(point.id)),
                Class::Live | Class::Demand => continue,
            };
            let phase = Scope::PHASES.iter().position(|scope| *scope == point.scope);
            let reading = match phase {
                Some(phase) if !defined(phase) => Reading::Absent(port::Reason::NotWired),
                _ => Reading::good(value),
            };
            out.set(point.id, reading);
        }
    }
}

/// Nanowatt-seconds to kilowatt-hours; whole watt-hours stay exact.
fn kilo(raw: i128) -> f64 {
    // Below 5 MWh the counter fits into 64 bits, whose division costs a tenth.
    let (whole, rest) = match u64::try_from(raw) {
        Ok(raw) => {
            let unit = NANOWATT_SECONDS_PER_WH as u64;
            ((raw / unit) as f64, (raw % unit) as f64)
        }
        Err(_) => {
            let unit = NANOWATT_SECONDS_PER_WH;
            ((raw / unit) as f64, (raw % unit) as f64)
        }
    };
    (whole + rest / NANOWATT_SECONDS_PER_WH as f64) / 1000.0
}

/// Nanoseconds to hours.
fn hours(raw: i128) -> f64 {
    let nanoseconds = u64::try_from(raw).map_or(raw as f64, |raw| raw as f64);
    nanoseconds / NANOSECONDS_PER_HOUR as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use QuantityId::{ActiveEnergyExport, ActiveEnergyImport};

    fn window(p: [f64; 3], q_system: f64) -> WindowPower {
        let p_system = p.iter().sum::<f64>();
        WindowPower {
            seconds: 3600.0,
            p: p.map(Some),
            q: [Some(q_system), None, None],
            p_system,
            q_system,
            s_system: p_system.hypot(q_system),
        }
    }

    fn kwh(registers: &Registers, quantity: QuantityId, register: Register, scope: Scope) -> f64 {
        kilo(registers.raw(point(quantity, Some(register), scope).expect("exists")))
    }

    /// [N1, N3, G11] One phase exports while two import: the system nets, the phases do not.
    #[test]
    fn export_on_one_phase_does_not_cancel_import_per_phase() {
        for (netting, import, export) in
            [(Netting::BySystem, 1.0, 0.0), (Netting::PerPhase, 2.0, 1.0)]
        {
            let mut registers = Registers::default();
            registers.set_netting(netting);
            registers.add(&window([1000.0, 1000.0, -1000.0], 0.0));
            let get = |quantity, register, scope| kwh(&registers, quantity, register, scope);
            assert_eq!(get(ActiveEnergyImport, Register::Total, Scope::System), import);
            assert_eq!(get(ActiveEnergyExport, Register::Total, Scope::System), export);
            assert_eq!(get(ActiveEnergyExport, Register::Total, Scope::L3), 1.0);
            assert_eq!(get(ActiveEnergyImport, Register::NetSystem, Scope::System), 1.0);
            assert_eq!(get(ActiveEnergyImport, Register::NetPhase, Scope::System), 2.0);
        }
    }

    /// [N6, N7, N8] Quadrants add up to import and export, and each gets its own.
    #[test]
    fn quadrants_add_up() {
        let mut registers = Registers::default();
        for (p, q) in [(400.0, 300.0), (-400.0, 300.0), (-400.0, -300.0), (400.0, -300.0)] {
            registers.add(&window([p, 0.0, 0.0], q));
        }
        let get = |quantity, register| kwh(&registers, quantity, register, Scope::System);
        for register in [Register::Q1, Register::Q4] {
            assert_eq!(get(ActiveEnergyImport, register), 0.4);
        }
        for register in [Register::Q2, Register::Q3] {
            assert_eq!(get(ActiveEnergyExport, register), 0.4);
        }
        assert_eq!(get(ActiveEnergyImport, Register::Total), 0.8);
        assert_eq!(get(QuantityId::ReactiveEnergyImport, Register::Q2), 0.3);
        assert_eq!(get(QuantityId::ReactiveEnergyExport, Register::Q3), 0.3);
        assert_eq!(get(QuantityId::ApparentEnergy, Register::Q3), 0.5);
        assert_eq!(get(QuantityId::ApparentEnergy, Register::Total), 2.0);
    }

    /// [N2, N4, N5] Tariffs sum to the total; partial counters pause and are reset, totals are not.
    #[test]
    fn tariffs_and_partial_counters() {
        let mut registers = Registers::default();
        registers.add(&window([1000.0, 0.0, 0.0], 0.0));
        registers.set_tariff(2);
        registers.run_partial(false);
        registers.add(&window([2000.0, 0.0, 0.0], 0.0));
        let get = |registers: &Registers, register| {
            kwh(registers, ActiveEnergyImport, register, Scope::System)
        };
        assert_eq!(get(&registers, Register::T1), 1.0);
        assert_eq!(get(&registers, Register::T2), 2.0);
        assert_eq!(get(&registers, Register::Total), 3.0);
        assert_eq!(get(&registers, Register::Partial), 1.0);
        registers.reset_partial();
        assert_eq!(get(&registers, Register::Partial), 0.0);
        assert_eq!(get(&registers, Register::Total), 3.0);
    }

    /// [N10] One step above 99,999,999.999 kWh is zero.
    #[test]
    fn the_register_rolls_over() {
        let mut registers = Registers::default();
        let id = point(ActiveEnergyImport, Some(Register::Total), Scope::System).expect("exists");
        registers.preset(id, ROLLOVER - 1_000 * NANOWATT_SECONDS_PER_WH);
        assert_eq!(kilo(registers.raw(id)), 99_999_999.0);
        registers.add(&window([1500.0, 0.0, 0.0], 0.0));
        assert_eq!(kilo(registers.raw(id)), 0.5);
    }

    /// [H1, H2, H3] Hours run by direction; the life counter always.
    #[test]
    fn hours_follow_the_direction() {
        let mut registers = Registers::default();
        for p in [500.0, -500.0, 0.0] {
            registers.add(&window([p, 0.0, 0.0], 0.0));
        }
        let hours = |quantity| {
            let id = point(quantity, Some(Register::Total), Scope::System).expect("exists");
            registers.raw(id) / NANOSECONDS_PER_HOUR
        };
        assert_eq!(hours(QuantityId::RunHoursImport), 1);
        assert_eq!(hours(QuantityId::RunHoursExport), 1);
        assert_eq!(hours(QuantityId::OperatingHours), 3);
    }
}
