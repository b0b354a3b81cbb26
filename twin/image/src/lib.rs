//! The only seam between the world and the services: an immutable picture of everything measured
//! goes out, commands come in, acknowledgements go back.
//!
//! A service answers one request from one [`Image`], so that values never tear over two windows.

mod command;
mod warning;

pub use catalog;
use catalog::{PointId, SETTINGS, SettingId};
pub use command::{Ack, Command, Origin, Refusal, Request};
pub use port::{
    Flag, Flags, Reading, Readings, Reason, Timestamp, Variant, WiringCorrection, WiringFinding,
};
use port::{ModuleModel, SlotId};
use std::sync::Arc;
pub use warning::{Warning, Warnings};

/// Which meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MeterId {
    /// The one built in.
    Main,
    /// A module on the ESY bus.
    Esy(SlotId),
}

impl MeterId {
    /// `main`, `esy1` to `esy10`.
    pub fn slug(self) -> String {
        match self {
            MeterId::Main => "main".into(),
            MeterId::Esy(slot) => format!("esy{}", slot.number()),
        }
    }
}

/// Everything known of one meter at the end of its last window.
#[derive(Debug, Clone)]
pub struct MeterImage {
    /// Which meter.
    pub id: MeterId,
    /// Name given by the installer; empty if none.
    pub name: String,
    /// Kind of module; none for the built-in meter.
    pub model: Option<ModuleModel>,
    /// Serial number.
    pub serial: String,
    /// Civil time at which the last window ended; a value's age counts from here.
    pub window_end: Timestamp,
    /// Windows closed so far.
    pub windows: u64,
    /// A reading for every point.
    pub readings: Readings,
    /// What the check of its wiring finds.
    pub wiring: WiringFinding,
    /// Which current input serves which phase, as it was last told.
    pub correction: WiringCorrection,
    /// Fundamentals of its last window; none of a module, whose bus does not carry them, and before the first window.
    pub phasors: Option<Phasors>,
}

/// The fundamental of a signal.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Phasor {
    /// In volts or amperes; 0 where nothing is wired.
    pub rms: f64,
    /// In degrees, -180 to 180, positive ahead of the reference: the first voltage that is there.
    pub angle_deg: f64,
}

/// The fundamentals of a meter's signals, by phase.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Phasors {
    /// Voltages to the neutral, or to the virtual one.
    pub voltages: [Phasor; 3],
    /// Currents, as they are corrected.
    pub currents: [Phasor; 3],
}

impl MeterImage {
    /// A meter without a name before its first window.
    pub fn settling(id: MeterId, time: Timestamp) -> MeterImage {
        MeterImage {
            id,
            name: String::new(),
            model: None,
            serial: String::new(),
            window_end: time,
            windows: 0,
            readings: Readings::absent(Reason::Settling),
            wiring: WiringFinding::NoSignal,
            correction: WiringCorrection::NONE,
            phasors: None,
        }
    }

    /// The reading of a point.
    pub fn get(&self, point: PointId) -> Reading {
        self.readings.get(point)
    }
}

/// A load that a meter measures: all its phases, or one of three single-phase loads.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadImage {
    /// The meter it hangs on.
    pub meter: MeterId,
    /// Name given by the installer.
    pub name: String,
    /// Which phases it takes.
    pub phases: [bool; 3],
    /// Its active power in watts.
    pub active_power: Reading,
    /// Its imported active energy in kilowatt-hours.
    pub active_energy_import: Reading,
}

/// Who this device is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// Serial number of the device.
    pub serial: String,
    /// Program version, major.minor.revision.
    pub version: (u8, u8, u8),
    /// Software id of the metrology crates.
    pub software_id: String,
    /// Production year.
    pub year: u16,
    /// Ordering option.
    pub variant: Variant,
    /// Whether the samples come from a simulation.
    pub simulated: bool,
}

/// Values of all settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings([i64; SETTINGS.len()]);

impl Default for Settings {
    fn default() -> Self {
        Settings(std::array::from_fn(|index| SETTINGS[index].default))
    }
}

impl Settings {
    /// The value of a setting.
    pub fn get(&self, id: SettingId) -> i64 {
        self.0[id as usize]
    }

    /// Sets a value that the setting's row accepts; `false` if it does not.
    #[must_use]
    pub fn set(&mut self, id: SettingId, value: i64) -> bool {
        let accepted = id.row().accepts(value);
        if accepted {
            self.0[id as usize] = value;
        }
        accepted
    }
}

/// State of the digital input and output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InputOutput {
    /// Whether the contact of the digital input is closed.
    pub input_closed: bool,
    /// Active tariff, 1 or 2; none while tariffs are off.
    pub tariff: Option<u8>,
    /// Whether an alarm is active.
    pub alarm: bool,
    /// Whether the contact of the digital output conducts.
    pub output_closed: bool,
    /// Whether the wiring check of any meter finds a fault; never while the check is off.
    pub wrong_connection: bool,
    /// What is outside of its limits.
    pub warnings: Warnings,
}

/// Everything measured, at one moment.
#[derive(Debug, Clone)]
pub struct Image {
    /// Ticks of the world so far.
    pub tick: u64,
    /// Civil time of the tick.
    pub time: Timestamp,
    /// Who this device is; shared by all images.
    pub identity: Arc<Identity>,
    /// The built-in meter first, then the modules by slot.
    pub meters: Vec<MeterImage>,
    /// What the meters measure, by name.
    pub loads: Vec<LoadImage>,
    /// Values of all settings.
    pub settings: Settings,
    /// Inputs and outputs.
    pub io: InputOutput,
}

impl Image {
    /// An image before the first window: nothing is measured yet.
    pub fn settling(identity: Arc<Identity>, time: Timestamp) -> Image {
        let serial = identity.serial.clone();
        let main = MeterImage { serial, ..MeterImage::settling(MeterId::Main, time) };
        Image {
            tick: 0,
            time,
            identity,
            meters: vec![main],
            loads: Vec::new(),
            settings: Settings::default(),
            io: InputOutput::default(),
        }
    }

    /// A meter, if it is configured.
    pub fn meter(&self, id: MeterId) -> Option<&MeterImage> {
        self.meters.iter().find(|meter| meter.id == id)
    }

    /// The built-in meter.
    pub fn main(&self) -> &MeterImage {
        &self.meters[0]
    }
}
