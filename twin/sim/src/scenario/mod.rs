//! Scenario files: one story each, in TOML, with units written behind the numbers.
//!
//! [`parse`] is the way in, [`variants`] that of a story told with several values. After it everything is
//! checked: a [`Scenario`] can be played. Reading the file is the caller's; the text comes in as a string.
//!
//! Vocabulary. A *shape* says what may stand in a table, as rows that checker, JSON Schema and
//! documentation share. *Events* happen to the grid, *steps* to the meter, *faults* to its samples;
//! *expectations* say what must come of it.
//!
//! The order: TOML becomes a tree that knows its lines, parameters are put in, shapes are applied, and
//! each table is read.

mod bus_fault;
mod civil;
mod device;
mod entry;
mod error;
mod expect;
mod fault;
mod grid;
mod key_tables;
mod load;
mod node;
mod parameters;
mod playing;
mod schema;
mod shape;
mod timeline;
mod unit;

pub use civil::Start;
pub use device::{Device, FrontEnd, Module};
pub use entry::{EntryKey, EntryKind, EntryTakes, entry_kinds, with_entry, with_seed};
pub use error::{ScenarioError, nearest};
pub use expect::{Expectation, Operator, Path, Take, Tolerance, Wanted, Window};
pub use key_tables::key_tables;
pub use playing::{Playing, Terminals};
pub use schema::json_schema;
pub use timeline::{Action, Step};

use crate::sources::Fault;
use crate::synthetic::{Event, Grid, Load, MeterPort, Scene, Synthetic};
use crate::wire::LineFault;
use node::{Node, Value};
use parameters::Parameters;
use shape::{Key, LATEST_S, Names, Shape, Table, Takes};
use unit::TIME;

/// The format this program reads.
pub const SCHEMA: u32 = 1;

/// What is computed of the waveform, from everything to the phasors only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fidelity {
    /// Every sample.
    #[default]
    Waveform,
    /// Samples around events and once a minute, phasors between.
    Sampled,
    /// No samples: phasors of each step.
    Phasor,
}

impl Fidelity {
    /// All of them, the slowest first.
    pub const ALL: [Fidelity; 3] = [Fidelity::Waveform, Fidelity::Sampled, Fidelity::Phasor];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Fidelity::Waveform => "waveform",
            Fidelity::Sampled => "sampled",
            Fidelity::Phasor => "phasor",
        }
    }

    /// The fidelity of a name.
    pub fn from_slug(slug: &str) -> Option<Fidelity> {
        Fidelity::ALL.into_iter().find(|fidelity| fidelity.slug() == slug)
    }
}

/// A story: a device, a grid, loads, what happens to them, and what must come of it.
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
    /// What is computed, if nobody asks for another.
    pub fidelity: Fidelity,
    /// The meter and its modules.
    pub device: Device,
    /// The grid before anything happens to it.
    pub grid: Grid,
    /// What happens to the grid, in the order of time.
    pub events: Vec<Event>,
    /// Everything that draws or supplies current.
    pub loads: Vec<Load>,
    /// What happens to the meter, in the order of time.
    pub script: Vec<Step>,
    /// What is wrong with the samples of meters.
    pub faults: Vec<(MeterPort, Fault)>,
    /// What is wrong with the wire to the modules.
    pub bus_faults: Vec<LineFault>,
    /// What must come of it.
    pub expect: Vec<Expectation>,
}

/// Reads a scenario, with its parameters as they are written.
///
/// # Errors
/// If the text is not TOML, names something unknown, lacks a unit, or asks for what cannot be. The
/// message says where and, for a misspelled name, what was probably meant.
pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
    let (root, parameters) = open(text)?;
    read(parameters.usual(&root)?)
}

/// Reads a scenario once for each combination of its matrix, with a label like `level=70 %`. Without a
/// matrix there is one, whose label is empty.
///
/// # Errors
/// As [`parse`], for the first combination that is refused.
pub fn variants(text: &str) -> Result<Vec<(String, Scenario)>, ScenarioError> {
    let (root, parameters) = open(text)?;
    let variants = parameters.all(&root)?.into_iter();
    variants.map(|(label, root)| Ok((label, read(root)?))).collect()
}

/// A list of the file of which an entry can be taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `[[timeline]]`.
    Timeline,
    /// `[[faults]]`.
    Fault,
    /// `[[bus_faults]]`.
    BusFault,
    /// `[[loads]]`.
    Load,
}

impl Part {
    fn key(self) -> &'static str {
        match self {
            Part::Timeline => "timeline",
            Part::Fault => "faults",
            Part::BusFault => "bus_faults",
            Part::Load => "loads",
        }
    }
}

/// How many entries a list of the file has.
///
/// # Errors
/// If the text is not TOML.
pub fn count(text: &str, part: Part) -> Result<usize, ScenarioError> {
    Ok(open(text)?.0.get(part.key()).map_or(0, |list| list.items().len()))
}

/// Reads a scenario without one entry of a list: for tests that it matters.
///
/// # Errors
/// As [`parse`], of what is left.
///
/// # Panics
/// If there is no such entry.
pub fn parse_without(text: &str, part: Part, index: usize) -> Result<Scenario, ScenarioError> {
    let (root, parameters) = open(text)?;
    let mut root = parameters.usual(&root)?;
    match root.get_mut(part.key()).map(|node| &mut node.value) {
        Some(Value::List(items)) => drop(items.remove(index)),
        _ => panic!("the scenario has no {}", part.key()),
    }
    read(root)
}

static FIDELITIES: Names =
    Names { what: "fidelity", all: || Fidelity::ALL.map(Fidelity::slug).to_vec() };

/// The whole file.
static ROOT: Shape = Shape {
    kinds: None,
    keys: &[
        Key::needed("schema", Takes::Whole(0, u32::MAX as i64), "Of the format: 1."),
        Key::needed("name", Takes::Text, "Short title."),
        Key::usually("description", Takes::Text, "", "What it shows."),
        Key::usually(
            "seed",
            Takes::Whole(0, i64::MAX),
            "0",
            "Of everything random: the same seed, the same samples.",
        ),
        Key::needed(
            "start",
            Takes::Start,
            "Civil time of the first sample, with zone: `\"2026-06-17T17:30:00+02:00\"`.",
        ),
        Key::optional(
            "duration",
            Takes::Quantity(&TIME, 1e-3, LATEST_S),
            "How long it runs; for ever if left out. Needed by `[[expect]]`.",
        ),
        Key::usually(
            "fidelity",
            Takes::Name(&FIDELITIES),
            "waveform",
            "`waveform` computes every sample, `sampled` those around events and once a minute, `phasor` none.",
        ),
        Key::optional(
            "parameters",
            Takes::Free(None),
            "Values with names: `\"${name}\"` stands for them within quotes anywhere in the file.",
        ),
        Key::optional(
            "matrix",
            Takes::Free(None),
            "Lists of values of parameters; every combination is run.",
        ),
        Key::needed("device", Takes::Table(&device::DEVICE), "The meter."),
        Key::usually("grid", Takes::Table(&grid::GRID), "", "The supply."),
        Key::optional("loads", Takes::Tables(&load::LOAD), "What draws or supplies current."),
        Key::optional("timeline", Takes::Tables(&timeline::TIMELINE), "What happens."),
        Key::optional("faults", Takes::Tables(&fault::FAULT), "What is wrong with the samples."),
        Key::optional(
            "bus_faults",
            Takes::Tables(&bus_fault::BUS_FAULT),
            "What is wrong with the wire to the modules.",
        ),
        Key::optional("expect", Takes::Tables(&expect::EXPECT), "What must come of it."),
    ],
};

/// The tree of a file, without its parameters.
fn open(text: &str) -> Result<(Node, Parameters), ScenarioError> {
    let mut root = Node::read(text)?;
    let parameters = Parameters::take(&mut root)?;
    Ok((root, parameters))
}

fn read(mut root: Node) -> Result<Scenario, ScenarioError> {
    ROOT.apply(&mut root, "scenario")?;
    let table = Table(&root);
    if table.whole("schema") != i64::from(SCHEMA) {
        return Err(table.refuse("schema", format!("this program reads schema {SCHEMA}")));
    }
    let start = Start::parse(table.text("start")).expect("the shape was applied");
    let duration_s = table.maybe_number("duration");
    let device = device::read(table.table("device"))?;
    let grid = grid::read(table.table("grid"), device.system)?;
    let mut loads = read_loads(table, &device, &start)?;
    let mut context = timeline::Context {
        start: &start,
        duration_s,
        device: &device,
        grid: &grid,
        loads: &mut loads,
    };
    let (events, script) = timeline::read(table.tables("timeline"), &mut context)?;
    let faults = table.tables("faults").map(|t| fault::read(t, &device, &start, duration_s));
    let faults = faults.collect::<Result<_, _>>()?;
    let bus_faults =
        table.tables("bus_faults").map(|t| bus_fault::read(t, &device, &start, duration_s));
    let bus_faults = bus_faults.collect::<Result<_, _>>()?;
    let expect = table.tables("expect").map(|t| expect::read(t, &device, &start, duration_s));
    let expect = expect.collect::<Result<_, _>>()?;
    Ok(Scenario {
        name: table.text("name").to_owned(),
        description: table.text("description").to_owned(),
        seed: table.whole("seed").unsigned_abs(),
        fidelity: table.choice("fidelity", &Fidelity::ALL, Fidelity::slug),
        start,
        duration_s,
        device,
        grid,
        events,
        loads,
        script,
        faults,
        bus_faults,
        expect,
    })
}

/// Loads with names of their own, so that the timeline can speak of them.
fn read_loads(table: Table, device: &Device, start: &Start) -> Result<Vec<Load>, ScenarioError> {
    let mut loads: Vec<Load> = Vec::new();
    for table in table.tables("loads") {
        let load = load::read(table, device, start)?;
        if loads.iter().any(|other| other.name == load.name) {
            let message = format!("there is a load \"{}\" already", load.name);
            return Err(table.refuse("name", message));
        }
        loads.push(load);
    }
    Ok(loads)
}

impl Scenario {
    /// The waveforms at the terminals of meters, in the rows of [`Scenario::scene`]. The voltages are
    /// the same to the last bit whichever meters are asked for.
    pub fn synthetic(&self, meters: &[MeterPort]) -> Synthetic {
        Synthetic::new(Box::new(self.scene(meters)), self.seed, self.duration_s)
    }

    /// What meters see as a timeline: the voltages, then the currents of each.
    pub fn scene(&self, meters: &[MeterPort]) -> Scene {
        let day_s = self.start.day_s();
        Scene::new(self.grid.clone(), &self.events, &self.loads, self.seed, day_s, meters)
            .with_terminals(self.device.terminals.clone())
    }
}
