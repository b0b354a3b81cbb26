//! One meter: what turns the means of windows into readings, counters, demand and pulses.
//!
//! The same code is the built-in meter and the firmware of an ESY module.

use crate::analogue::FULL_SCALE_COUNTS;
use crate::bank::WindowInfo;
use crate::check::{Watch, check_wiring};
use crate::demand::Demand;
use crate::fnv::Digest;
use crate::limits::Limits;
use crate::means::Means;
use crate::readings::{Context, Power, SAMPLES_PER_CYCLE_MIN, derive_readings};
use crate::registers::{NANOWATT_SECONDS_PER_WH, Netting, Registers, WindowPower};
use crate::wiring::Wiring;
use catalog::{Class, QuantityId, Register, Scope, SettingId, point};
use port::{Channel, MeterCommand, Readings, Reason, Timestamp, WiringCorrection, WiringFinding};

/// What a meter is told once.
#[derive(Debug, Clone, PartialEq)]
pub struct MeterSettings {
    /// How it is wired.
    pub wiring: Wiring,
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// Voltage channels of the source.
    pub voltages: [Option<Channel>; 3],
    /// Current channels of the source.
    pub currents: [Option<Channel>; 3],
    /// Ranges and thresholds.
    pub limits: Limits,
}

/// A pulse of the LED.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pulse {
    /// When, in samples since the source began; between two samples as a rule.
    pub sample: f64,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Meter {
    context: Context,
    registers: Registers,
    /// What they were before the first window: the digest is over what was gained.
    restored: Registers,
    demand: Demand,
    readings: Readings,
    digest: Digest,
    windows: u64,
    pulses: Vec<Pulse>,
    watch: Watch,
}

impl Meter {
    /// A meter before its first window.
    pub fn new(settings: &MeterSettings) -> Meter {
        let full_scale = |channel: &Channel| channel.unit_per_count.abs() * FULL_SCALE_COUNTS;
        let largest = settings.currents.iter().flatten().map(full_scale).fold(0.0, f64::max);
        let context = Context {
            wiring: settings.wiring,
            voltages: settings.voltages.map(|channel| channel.is_some()),
            inputs: settings.currents.map(|channel| channel.is_some()),
            correction: WiringCorrection::NONE,
            generation: SettingId::Generation.row().default == 1,
            sample_rate_hz: settings.sample_rate_hz,
            arithmetic: false,
            limits: settings.limits,
            current_scale: (largest / settings.limits.current_full_scale_a).max(1.0),
        };
        let mut readings = Readings::absent(Reason::Settling);
        let registers = Registers::default();
        registers.fill(&mut readings, |phase| context.has_power(phase));
        Meter {
            context,
            restored: registers.clone(),
            registers,
            demand: Demand::new(SettingId::DemandIntervalMin.row().default),
            readings,
            digest: Digest::default(),
            windows: 0,
            pulses: Vec::with_capacity(64),
            watch: Watch::default(),
        }
    }

    /// Live readings of a window. A fragment has none.
    pub fn measure(&mut self, window: &WindowInfo, means: &Means) {
        if window.cycles == 0 {
            return;
        }
        derive_readings(&self.context, means, &mut self.readings);
        self.watch.add(&self.context, means);
        self.windows += 1;
    }

    /// Counters and demand of a window that ended at `end`, and the pulses in it.
    pub fn accumulate(&mut self, window: &WindowInfo, means: &Means, end: Timestamp) {
        self.pulses.clear();
        let power = self.window_power(means);
        let before = self.pulse_count();
        let energy_before = self.total_import();
        self.registers.add(&power);
        self.time_pulses(window, before, energy_before);
        self.registers.fill(&mut self.readings, |phase| self.context.has_power(phase));
        if window.cycles > 0 {
            self.demand.add(&self.readings, end, power.seconds);
            self.demand.fill(&mut self.readings);
        }
        self.digest_window(window);
    }

    /// What a window adds to the counters: below the no-load threshold nothing.
    fn window_power(&self, means: &Means) -> WindowPower {
        let seconds = means.samples / self.context.sample_rate_hz;
        let mut window = WindowPower { seconds, ..WindowPower::default() };
        if means.samples_per_cycle < SAMPLES_PER_CYCLE_MIN {
            return window;
        }
        let start_a = self.context.limits.current_start_a * self.context.current_scale;
        let threshold = |v2: f64| Limits::NO_LOAD_PART * start_a * v2.max(0.0).sqrt();
        let above = |power: f64, threshold: f64| if power.abs() > threshold { power } else { 0.0 };
        let mut s_phases = 0.0;
        for phase in (0..3).filter(|phase| self.context.has_power(*phase)) {
            let Power { p, q, s } = self.context.phase_power(means, phase);
            let threshold = threshold(means.v2[phase]);
            window.p[phase] = Some(above(p, threshold));
            window.q[phase] = Some(above(q, threshold));
            s_phases += above(s, threshold);
        }
        let sum = |phases: [Option<f64>; 3]| phases.into_iter().flatten().sum::<f64>();
        if self.context.wiring.has_phase_power() {
            window.p_system = sum(window.p);
            window.q_system = sum(window.q);
            let single = self.context.wiring == Wiring::SinglePhaseTwoWire;
            window.s_system = if single || self.context.arithmetic {
                s_phases
            } else {
                window.p_system.hypot(window.q_system)
            };
        } else if let Some(power) = self.context.system_power(means) {
            let v2 = means.v2.iter().sum::<f64>() / 3.0;
            let threshold = threshold(v2);
            window.p_system = above(power.p, threshold);
            window.q_system = above(power.q, threshold);
            window.s_system = window.p_system.hypot(window.q_system);
        }
        window
    }

    fn total_import(&self) -> i128 {
        let id = point(QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System);
        self.registers.raw(id.expect("in the catalogue"))
    }

    /// Energy of one pulse in nanowatt-seconds.
    fn pulse_energy(&self) -> i128 {
        NANOWATT_SECONDS_PER_WH * 1000 / i128::from(self.context.limits.impulses_per_kwh)
    }

    fn pulse_count(&self) -> i128 {
        self.total_import() / self.pulse_energy()
    }

    /// Energy grows evenly over a window, so a pulse lies where the register passes its next step.
    fn time_pulses(&mut self, window: &WindowInfo, count_before: i128, before: i128) {
        let step = self.pulse_energy();
        let gained = self.total_import() - before;
        if gained <= 0 {
            return;
        }
        for count in count_before + 1..=(before + gained) / step {
            let part = (count * step - before) as f64 / gained as f64;
            self.pulses.push(Pulse { sample: window.start + part * (window.end - window.start) });
        }
    }

    fn digest_window(&mut self, window: &WindowInfo) {
        self.digest.add(window.end.to_bits());
        for (id, reading) in self.readings.iter() {
            if matches!(id.point().quantity.class, Class::Energy | Class::Hours) {
                let gained = self.registers.raw(id) - self.restored.raw(id);
                self.digest.add(gained as u64);
                self.digest.add((gained >> 64) as u64);
                continue;
            }
            match reading {
                port::Reading::Value { value, flags } => {
                    self.digest.add(value.to_bits());
                    self.digest.add(u64::from(flags.bits()));
                }
                port::Reading::Absent(reason) => self.digest.add(reason as u64),
            }
        }
    }

    /// Carries out a command; it holds from the next window on.
    pub fn command(&mut self, command: MeterCommand) {
        match command {
            MeterCommand::Set(setting, value) => self.set(setting, value),
            MeterCommand::Tariff(tariff) => self.registers.set_tariff(tariff),
            MeterCommand::ResetPartial => {
                self.registers.reset_partial();
                self.restored.reset_partial();
                self.registers.fill(&mut self.readings, |phase| self.context.has_power(phase));
            }
            MeterCommand::ResetDemand => {
                self.demand = self.demand.reset();
                self.demand.fill(&mut self.readings);
            }
            MeterCommand::Correct(correction) => {
                self.context.correction = correction;
                self.watch = Watch::default();
            }
        }
    }

    fn set(&mut self, setting: SettingId, value: i64) {
        match setting {
            SettingId::Wiring => {
                if let Some(wiring) = Wiring::from_setting(value) {
                    self.context.wiring = wiring;
                    self.watch = Watch::default();
                }
            }
            SettingId::Netting => self.registers.set_netting(match value {
                1 => Netting::PerPhase,
                _ => Netting::BySystem,
            }),
            SettingId::ApparentMethod => self.context.arithmetic = value == 1,
            SettingId::DemandIntervalMin => self.demand = Demand::new(value),
            SettingId::PartialRunning => self.registers.run_partial(value == 1),
            SettingId::Generation => {
                self.context.generation = value == 1;
                self.watch = Watch::default();
            }
            SettingId::DcBlocking
            | SettingId::TariffMode
            | SettingId::TariffSelected
            | SettingId::DigitalInputFunction
            | SettingId::WrongConnectionDetection
            | SettingId::Password
            | SettingId::DigitalOutputFunction
            | SettingId::DigitalOutputNormalState
            | SettingId::PulseEnergy
            | SettingId::PulseWeightWh
            | SettingId::PulseDurationMs
            | SettingId::OutputRemote
            | SettingId::AlarmVariable
            | SettingId::AlarmSet1
            | SettingId::AlarmSet2
            | SettingId::AlarmDelayS
            | SettingId::DisplayLanguage
            | SettingId::DisplayHomePage
            | SettingId::DisplayBacklightMin
            | SettingId::DisplayScreensaver
            | SettingId::DisplayPageFilter => {}
        }
    }

    /// Readings of the whole of several windows, with the counters as they are now.
    pub fn readings_of(&self, means: &Means) -> Readings {
        let mut readings = self.readings.clone();
        derive_readings(&self.context, means, &mut readings);
        readings
    }

    /// What the check of the wiring has found, as seen over several windows.
    pub fn wiring(&self) -> WiringFinding {
        self.watch.finding()
    }

    /// What it finds in these means alone.
    pub fn wiring_of(&self, means: &Means) -> WiringFinding {
        check_wiring(&self.context, means)
    }

    /// All readings as of the last window.
    pub fn readings(&self) -> &Readings {
        &self.readings
    }

    /// The counters.
    pub fn registers(&self) -> &Registers {
        &self.registers
    }

    /// Gives it the counters that it had before the power went.
    pub fn restore(&mut self, registers: Registers) {
        self.restored = registers.clone();
        self.registers = registers;
        self.registers.fill(&mut self.readings, |phase| self.context.has_power(phase));
    }

    /// Pulses of the last window.
    pub fn pulses(&self) -> &[Pulse] {
        &self.pulses
    }

    /// Windows measured.
    pub fn windows(&self) -> u64 {
        self.windows
    }

    /// Digest over the exact bits of every window so far: of what was measured and gained, whatever had
    /// been counted before.
    pub fn digest(&self) -> u64 {
        self.digest.value()
    }
}
