//! The `[device]` table: the meter, how it is wired and set, and the modules on its ESY bus.

use super::error::ScenarioError;
use super::node::{Node, Value};
use super::shape::{Key, Names, Shape, Table, Takes};
use super::unit::{CURRENT, LENGTH, PART, TIME, short};
use crate::synthetic::{MeterPort, System, Terminals, Wire};
use catalog::{SETTINGS, Setting, SettingId};
use port::{ModuleModel, SlotId, Variant, WiringCorrection};

/// Which analogue front end the samples pass through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontEnd {
    /// Without error.
    Ideal,
    /// With the errors of a typical, calibrated meter.
    Typical,
}

impl FrontEnd {
    const ALL: [FrontEnd; 2] = [FrontEnd::Ideal, FrontEnd::Typical];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            FrontEnd::Ideal => "ideal",
            FrontEnd::Typical => "typical",
        }
    }
}

/// A module on the ESY bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Where it sits.
    pub slot: SlotId,
    /// What it is.
    pub model: ModuleModel,
    /// Name given by the installer.
    pub name: String,
    /// Rated primary current of its transformers in amperes.
    pub ct_primary_a: f64,
}

/// The meter and its modules.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// Wiring system of the meter and all its modules.
    pub system: System,
    /// Ordering option.
    pub variant: Variant,
    /// Analogue front end.
    pub front_end: FrontEnd,
    /// Samples a second: 8000 or 16000.
    pub sample_rate_hz: f64,
    /// Modules in the order of their slots.
    pub modules: Vec<Module>,
    /// Bits a second of the wire to the modules; none: they answer without one.
    pub esy_baud: Option<u32>,
    /// How long the contact at the digital input bounces, in seconds.
    pub contact_bounce_s: f64,
    /// Height above the sea in metres, if it is said.
    pub altitude_m: Option<f64>,
    /// Relative humidity, 0 to 1, if it is said.
    pub humidity: Option<f64>,
    /// How the wires really lie at the terminals and through the transformers.
    pub terminals: Terminals,
    /// Settings that are not as delivered; accepted by their rows.
    pub settings: Vec<(SettingId, i64)>,
}

impl Device {
    /// All meters, the built-in one first.
    pub fn meters(&self) -> Vec<MeterPort> {
        let modules = self.modules.iter().map(|module| MeterPort::Esy(module.slot));
        std::iter::once(MeterPort::Main).chain(modules).collect()
    }
}

const MODELS: [ModuleModel; 2] = [ModuleModel::Esy3xmv, ModuleModel::Esy3xav5];

pub(super) static SYSTEMS: Names =
    Names { what: "wiring", all: || System::ALL.map(System::slug).to_vec() };
static VARIANTS: Names =
    Names { what: "variant", all: || Variant::ALL.map(Variant::slug).to_vec() };
static FRONT_ENDS: Names =
    Names { what: "front end", all: || FrontEnd::ALL.map(FrontEnd::slug).to_vec() };
static MODEL_NAMES: Names = Names { what: "model", all: || MODELS.map(ModuleModel::slug).to_vec() };
pub(super) static SETTING_NAMES: Names =
    Names { what: "setting", all: || SETTINGS.iter().map(|setting| setting.slug).collect() };
static CONDUCTORS: Names = Names { what: "conductor", all: || vec!["l1", "l2", "l3", "open"] };
pub(super) static WIRES: Names =
    Names { what: "conductor", all: || vec!["l1", "l2", "l3", "-l1", "-l2", "-l3", "open"] };
pub(super) static METERS: Names =
    Names { what: "meter", all: || MeterPort::all().map(MeterPort::slug).collect() };

/// `[device]`.
pub(super) static DEVICE: Shape = Shape {
    kinds: None,
    keys: &[
        Key::needed("wiring", Takes::Name(&SYSTEMS), "Wiring system of the meter and its modules."),
        Key::usually(
            "variant",
            Takes::Name(&VARIANTS),
            "lab",
            "Ordering option: S1 has RS485, O1 a digital output, lab both.",
        ),
        Key::usually(
            "front_end",
            Takes::Name(&FRONT_ENDS),
            "typical",
            "`ideal` measures without error, `typical` as a calibrated meter does.",
        ),
        Key::usually(
            "sample_rate_hz",
            Takes::Whole(8000, 16_000),
            "8000",
            "Samples a second, 8000 or 16000.",
        ),
        Key::optional("esy", Takes::Tables(&ESY), "Modules on the ESY bus."),
        Key::optional(
            "esy_baud",
            Takes::Whole(9600, 921_600),
            "Bits a second of the wire to the modules, 115200 as delivered; left out, they answer without a wire.",
        ),
        Key::usually(
            "contact_bounce",
            Takes::Quantity(&TIME, 0.0, 0.1),
            "0 s",
            "How long the contact at the digital input bounces when it opens or closes.",
        ),
        Key::optional(
            "altitude",
            Takes::Quantity(&LENGTH, -500.0, 9000.0),
            "Height above the sea.",
        ),
        Key::optional(
            "humidity",
            Takes::Quantity(&PART, 0.0, 1.0),
            "Relative humidity of the air.",
        ),
        Key::usually(
            "terminals",
            Takes::Table(&TERMINALS),
            "",
            "How the wires really lie, if not as they should.",
        ),
        Key::optional(
            "settings",
            Takes::Free(Some(&SETTING_NAMES)),
            "Settings that are not as delivered: the name or number of the value behind the setting's slug.",
        ),
    ],
};

/// `[[device.esy]]`.
static ESY: Shape = Shape {
    kinds: None,
    keys: &[
        Key::needed(
            "slot",
            Takes::Whole(1, SlotId::MAX as i64),
            "Place on the bus; the meter is then called esy1 to esy10.",
        ),
        Key::needed(
            "model",
            Takes::Name(&MODEL_NAMES),
            "ESY3XMV for 333 mV transformers, ESY3XAV5 for 5 A.",
        ),
        Key::needed("name", Takes::Text, "Name given by the installer."),
        Key::usually(
            "ct",
            Takes::Quantity(&CURRENT, 1.0, 10_000.0),
            "60 A",
            "Rated primary current of its transformers.",
        ),
        Key::optional(
            "currents",
            Takes::Names(&WIRES),
            "As in `[device.terminals]`, for this module.",
        ),
    ],
};

/// `[device.terminals]`.
static TERMINALS: Shape = Shape {
    kinds: None,
    keys: &[
        Key::optional(
            "voltages",
            Takes::Names(&CONDUCTORS),
            "The conductor on each voltage terminal; `open` for none.",
        ),
        Key::optional(
            "currents",
            Takes::Names(&WIRES),
            "The conductor through each current input of the built-in meter; `-l1` the wrong way round, `open` for none.",
        ),
        Key::usually(
            "neutral",
            Takes::Flag,
            "true",
            "false: the neutral terminal is loose and floats to the mean of the connected voltage terminals.",
        ),
    ],
};

pub(super) fn read(table: Table) -> Result<Device, ScenarioError> {
    let system = table.choice("wiring", &System::ALL, System::slug);
    let sample_rate_hz = table.number("sample_rate_hz");
    if ![8000.0, 16_000.0].contains(&sample_rate_hz) {
        return Err(table.refuse("sample_rate_hz", "the sample rate is 8000 or 16000"));
    }
    let mut modules: Vec<Module> = Vec::new();
    let mut currents = Vec::new();
    let terminals = table.table("terminals");
    currents.extend(
        read_currents(terminals, "currents", system)?.map(|wires| (MeterPort::Main, wires)),
    );
    for esy in table.tables("esy") {
        let module = read_module(esy);
        if modules.iter().any(|other| other.slot == module.slot) {
            let message = format!("slot {} is taken twice", module.slot.number());
            return Err(esy.refuse("slot", message));
        }
        let meter = MeterPort::Esy(module.slot);
        currents.extend(read_currents(esy, "currents", system)?.map(|wires| (meter, wires)));
        modules.push(module);
    }
    modules.sort_by_key(|module| module.slot);
    let neutral = terminals.flag("neutral");
    if !neutral && !system.has_neutral() {
        let message = format!("wiring \"{}\" has no neutral that could be loose", system.slug());
        return Err(terminals.refuse("neutral", message));
    }
    Ok(Device {
        system,
        variant: table.choice("variant", &Variant::ALL, Variant::slug),
        front_end: table.choice("front_end", &FrontEnd::ALL, FrontEnd::slug),
        sample_rate_hz,
        modules,
        esy_baud: table.get("esy_baud").map(|_| table.whole("esy_baud") as u32),
        contact_bounce_s: table.number("contact_bounce"),
        altitude_m: table.maybe_number("altitude"),
        humidity: table.maybe_number("humidity"),
        terminals: Terminals { voltages: read_voltages(terminals, system)?, neutral, currents },
        settings: read_settings(table)?,
    })
}

fn read_module(table: Table) -> Module {
    let number = u8::try_from(table.whole("slot")).expect("1 to 10");
    Module {
        slot: SlotId::new(number).expect("1 to 10"),
        model: table.choice("model", &MODELS, ModuleModel::slug),
        name: table.text("name").to_owned(),
        ct_primary_a: table.number("ct"),
    }
}

fn read_voltages(table: Table, system: System) -> Result<[Option<usize>; 3], ScenarioError> {
    let mut voltages = std::array::from_fn(|phase| (phase < system.phases()).then_some(phase));
    for (phase, wire) in wires(table, "voltages", system)?.into_iter().flatten().enumerate() {
        voltages[phase] = wire.map(|wire| wire.conductor);
    }
    Ok(voltages)
}

/// What passes through the current inputs of a meter, if the table says it.
pub(super) fn read_currents(
    table: Table,
    key: &str,
    system: System,
) -> Result<Option<[Option<Wire>; 3]>, ScenarioError> {
    let Some(given) = wires(table, key, system)? else { return Ok(None) };
    let mut currents = [None; 3];
    currents[..given.len()].copy_from_slice(&given);
    Ok(Some(currents))
}

/// A list of conductors, one for each phase of the system.
fn wires(
    table: Table,
    key: &str,
    system: System,
) -> Result<Option<Vec<Option<Wire>>>, ScenarioError> {
    let Some(names) = table.names(key) else { return Ok(None) };
    let phases = system.phases();
    if names.len() != phases {
        let message = format!(
            "\"{key}\" has an entry for each phase: {phases} in wiring \"{}\", not {}",
            system.slug(),
            names.len()
        );
        return Err(table.refuse(key, message));
    }
    let wire = |(name, line): (&str, usize)| {
        let Some(phase) = phase_named(name.trim_start_matches('-')) else { return Ok(None) };
        if phase >= phases {
            let message = format!("wiring \"{}\" has no {name}", system.slug());
            return Err(ScenarioError::new(line, message));
        }
        Ok(Some(Wire { conductor: phase, reversed: name.starts_with('-') }))
    };
    names.into_iter().map(wire).collect::<Result<_, _>>().map(Some)
}

/// The phase of `l1`, `l2` or `l3`.
pub(super) fn phase_named(name: &str) -> Option<usize> {
    ["l1", "l2", "l3"].iter().position(|known| *known == name)
}

/// What a correction takes for each phase: `["-l1", "l3", "l2"]`.
pub(super) fn read_correction(
    table: Table,
    key: &str,
    system: System,
) -> Result<WiringCorrection, ScenarioError> {
    let (mut inputs, mut reversed) = ([0, 1, 2], [false; 3]);
    for (phase, wire) in wires(table, key, system)?.into_iter().flatten().enumerate() {
        let Some(wire) = wire else {
            return Err(
                table.refuse(key, "a correction takes an input for each phase, not \"open\"")
            );
        };
        inputs[phase] = wire.conductor as u8;
        reversed[phase] = wire.reversed;
    }
    WiringCorrection::new(inputs, reversed)
        .ok_or_else(|| table.refuse(key, "a correction takes each input once"))
}

fn read_settings(table: Table) -> Result<Vec<(SettingId, i64)>, ScenarioError> {
    let entries = table.get("settings").map_or(&[][..], Node::entries);
    let setting = |entry: &super::node::Entry| {
        let setting = setting_named(&entry.key);
        Ok((setting.id, setting_value(setting, &entry.node)?))
    };
    entries.iter().map(setting).collect()
}

/// The row of a slug that [`SETTING_NAMES`] has.
pub(super) fn setting_named(slug: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.slug == slug).expect("the name was checked")
}

/// A value of a setting, by its name or number.
pub(super) fn setting_value(setting: &Setting, node: &Node) -> Result<i64, ScenarioError> {
    let given = match &node.value {
        Value::Text(name) => setting.names.iter().find(|(_, known)| known == name).map(|v| v.0),
        Value::Whole(value) => Some(*value).filter(|value| setting.accepts(*value)),
        _ => None,
    };
    given.ok_or_else(|| ScenarioError::new(node.line, wrong_value(setting, &node.value)))
}

fn wrong_value(setting: &Setting, value: &Value) -> String {
    let names = setting.names.iter().map(|(_, name)| *name);
    match value {
        Value::Text(name) if !setting.names.is_empty() => {
            super::error::unknown(&format!("value of {}", setting.slug), name, names)
        }
        _ if !setting.names.is_empty() => {
            format!("{} is one of {}", setting.slug, names.collect::<Vec<_>>().join(", "))
        }
        _ => {
            let (low, high) = setting.range;
            format!(
                "{} is a whole number from {}",
                setting.slug,
                short(low as f64) + " to " + &short(high as f64)
            )
        }
    }
}
