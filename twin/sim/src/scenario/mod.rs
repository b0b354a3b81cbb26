//! Scenario files: one story each, in TOML, with units written behind the numbers.
//!
//! [`parse`] is the only way in. After it everything is checked: a [`Scenario`] can be played.
//! Reading the file is the caller's; the text comes in as a string.

mod civil;
mod device;
mod document;
mod error;
mod event;
mod field;
mod grid;
mod load;
mod quantity;

pub use civil::Start;
pub use device::{Device, FrontEnd, Module, Variant};
pub use error::{ScenarioError, nearest};

use crate::synthetic::{Event, Grid, Load, MeterPort, Scene, Synthetic};
use document::Document;
use error::Fault;

/// The format this program reads.
pub const SCHEMA: u32 = 1;

/// A story: a device, a grid, loads and what happens to them.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// Short title.
    pub name: String,
    /// What it shows; may be empty.
    pub description: String,
    /// Seed of everything random in it.
    pub seed: u64,
    /// Civil time of the first sample.
    pub start: Start,
    /// Length in seconds; endless if not said.
    pub duration_s: Option<f64>,
    /// The meter and its modules.
    pub device: Device,
    /// The grid before anything happens to it.
    pub grid: Grid,
    /// What happens to the grid, in the order of time.
    pub events: Vec<Event>,
    /// Everything that draws or supplies current.
    pub loads: Vec<Load>,
}

/// Reads a scenario.
///
/// # Errors
/// If the text is not TOML, names something unknown, lacks a unit, or asks for what cannot be. The
/// message says where and, for a misspelled name, what was probably meant.
pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    let document: Document = toml::from_str(text).map_err(|e| error::from_toml(&e, text))?;
    check(document).map_err(|fault| fault.in_text(text))
}

fn check(document: Document) -> Result<Scenario, Fault> {
    if *document.schema.get_ref() != SCHEMA {
        let message = format!("this program reads schema {SCHEMA}");
        return Err(Fault::new(document.schema.span(), message));
    }
    let start = Start::parse(document.start.get_ref()).ok_or_else(|| {
        let message = "not a date and time: write it like \"2026-06-17T17:30:00+02:00\"";
        Fault::new(document.start.span(), message)
    })?;
    let duration_s = document.duration.as_ref();
    let duration_s =
        duration_s.map(|given| field::within(given, 1e-3..=field::LATEST_S)).transpose()?;
    let device = device::check(&document.device)?;
    let grid = grid::check(&document.grid, device.system)?;
    let events = event::check(&document.event, &grid)?;
    let loads = document.load.iter().map(|table| load::check(table, &device));
    Ok(Scenario {
        name: document.name,
        description: document.description,
        seed: document.seed,
        start,
        duration_s,
        loads: loads.collect::<Result<_, _>>()?,
        device,
        grid,
        events,
    })
}

impl Scenario {
    /// The waveforms at a meter's terminals. The voltages of all meters are the same to the last bit,
    /// apart from noise.
    pub fn synthetic(&self, meter: MeterPort) -> Synthetic {
        let scene = self.scene(&[meter]);
        Synthetic::new(Box::new(scene), self.seed, u64::from(meter.number()), self.duration_s)
    }

    /// What meters see as a timeline: the voltages, then the currents of each.
    pub fn scene(&self, meters: &[MeterPort]) -> Scene {
        let day_s = self.start.day_s();
        Scene::new(self.grid.clone(), &self.events, &self.loads, self.seed, day_s, meters)
    }
}
