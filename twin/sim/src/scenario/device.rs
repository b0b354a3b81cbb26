//! The `[device]` table: the meter, its options and the modules on its ESY bus.

use super::document::{DeviceTable, EsyTable};
use super::error::Fault;
use super::field::{choice, choice_or, within};
use crate::synthetic::System;
use port::{ModuleModel, SlotId};

/// Ordering option of the meter (requirements, decision 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// With RS485.
    S1,
    /// With digital output.
    O1,
    /// With both, as no real meter has.
    Lab,
}

/// Which analogue front end the samples pass through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontEnd {
    /// Without error.
    Ideal,
    /// With the errors of a typical, calibrated meter.
    Typical,
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
}

const VARIANTS: [(&str, Variant); 3] =
    [("S1", Variant::S1), ("O1", Variant::O1), ("lab", Variant::Lab)];
const FRONT_ENDS: [(&str, FrontEnd); 2] =
    [("ideal", FrontEnd::Ideal), ("typical", FrontEnd::Typical)];
const MODELS: [(&str, ModuleModel); 2] =
    [("ESY3XMV", ModuleModel::Esy3xmv), ("ESY3XAV5", ModuleModel::Esy3xav5)];

/// Rated primary current if the file does not say one.
const USUAL_CT_A: f64 = 60.0;

pub(super) fn check(table: &DeviceTable) -> Result<Device, Fault> {
    let systems = System::ALL.map(|system| (system.slug(), system));
    let sample_rate_hz = match &table.sample_rate_hz {
        None => 8000,
        Some(given) if matches!(given.get_ref(), 8000 | 16_000) => *given.get_ref(),
        Some(given) => {
            return Err(Fault::new(given.span(), "the sample rate is 8000 or 16000"));
        }
    };
    let mut modules: Vec<Module> = Vec::new();
    for esy in &table.esy {
        let module = check_module(esy)?;
        if modules.iter().any(|other| other.slot == module.slot) {
            let message = format!("slot {} is taken twice", module.slot.number());
            return Err(Fault::new(esy.slot.span(), message));
        }
        modules.push(module);
    }
    modules.sort_by_key(|module| module.slot);
    Ok(Device {
        system: choice(&table.wiring, "wiring", &systems)?,
        variant: choice_or(&table.variant, Variant::Lab, "variant", &VARIANTS)?,
        front_end: choice_or(&table.front_end, FrontEnd::Typical, "front end", &FRONT_ENDS)?,
        sample_rate_hz: f64::from(sample_rate_hz),
        modules,
    })
}

fn check_module(table: &EsyTable) -> Result<Module, Fault> {
    let slot = SlotId::new(*table.slot.get_ref())
        .ok_or_else(|| Fault::new(table.slot.span(), "a slot is 1 to 10"))?;
    let ct = table.ct.as_ref();
    Ok(Module {
        slot,
        model: choice(&table.model, "model", &MODELS)?,
        name: table.name.clone(),
        ct_primary_a: ct.map_or(Ok(USUAL_CT_A), |ct| within(ct, 1.0..=10_000.0))?,
    })
}
