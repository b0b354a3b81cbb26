//! `ems scenario`: list, show, check, run and begin scenarios.

mod files;
mod junit;
mod progress;
mod report;
mod run;

pub use files::{Named, named, shipped};

use crate::cli::ScenarioCommand;
use crate::failure::{Failure, note};
use serde::Serialize;
use std::io::Write;
use std::path::Path;

/// Carries out one of the commands.
pub fn carry_out(command: &ScenarioCommand) -> Result<(), Failure> {
    match command {
        ScenarioCommand::List { json } => list(*json),
        ScenarioCommand::Show { scenario } => show(scenario),
        ScenarioCommand::Check { scenarios } => check(scenarios),
        ScenarioCommand::Run(arguments) => run::run(arguments),
        ScenarioCommand::New { file } => begin(file),
        ScenarioCommand::Schema => {
            writeln!(std::io::stdout().lock(), "{}", sim::scenario::json_schema())?;
            Ok(())
        }
    }
}

/// A shipped scenario, as `list --json` tells it.
#[derive(Serialize)]
struct Entry {
    id: &'static str,
    name: String,
    description: String,
    fidelity: &'static str,
    duration_s: Option<f64>,
    wiring: &'static str,
    runs: usize,
    faults: usize,
    expectations: usize,
}

fn list(json: bool) -> Result<(), Failure> {
    let mut entries = Vec::new();
    for (id, text) in files::SHIPPED {
        let shipped = Named { name: (*id).to_string(), text: (*text).to_string() };
        let variants = shipped.variants()?;
        let (_, first) = variants.first().expect("a scenario has at least one run");
        entries.push(Entry {
            id,
            name: first.name.clone(),
            description: first.description.clone(),
            fidelity: first.fidelity.slug(),
            duration_s: first.duration_s,
            wiring: first.device.system.slug(),
            runs: variants.len(),
            faults: first.faults.len() + first.bus_faults.len(),
            expectations: first.expect.len(),
        });
    }
    let mut out = std::io::stdout().lock();
    if json {
        let text = serde_json::to_string_pretty(&entries);
        writeln!(out, "{}", text.map_err(|error| Failure::Internal(error.to_string()))?)?;
        return Ok(());
    }
    for entry in entries {
        let length = entry.duration_s.map_or("endless".into(), report::time);
        writeln!(
            out,
            "{:<26} {:<9} {:<9} {:>8}  {}",
            entry.id, entry.wiring, entry.fidelity, length, entry.name
        )?;
    }
    Ok(())
}

fn show(name: &str) -> Result<(), Failure> {
    write!(std::io::stdout().lock(), "{}", named(name)?.text)?;
    Ok(())
}

/// Says of each file whether it is right, and of all that are not why.
fn check(names: &[String]) -> Result<(), Failure> {
    let mut wrong = Vec::new();
    for scenario in files::all_or(names)? {
        match scenario.variants() {
            Ok(variants) => {
                let (_, first) = &variants[0];
                let runs = match variants.len() {
                    1 => String::new(),
                    runs => format!(", {runs} runs"),
                };
                writeln!(
                    std::io::stdout().lock(),
                    "{}: right; {} loads, {} expectations{runs}",
                    scenario.name,
                    first.loads.len(),
                    first.expect.len()
                )?;
            }
            Err(failure) => wrong.push(failure.to_string()),
        }
    }
    match wrong.len() {
        0 => Ok(()),
        _ => Err(Failure::File(wrong.join("\n"))),
    }
}

/// Writes a scenario to begin with, that runs and passes as it is.
fn begin(file: &Path) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    let mut out = options.write(true).create_new(true).open(file).map_err(|error| {
        Failure::Environment(format!(
            "cannot write {}: {error}; name a file that does not exist yet",
            file.display()
        ))
    })?;
    out.write_all(files::TEMPLATE.as_bytes())?;
    note(&format!("wrote {}; try: ems scenario run {}", file.display(), file.display()));
    Ok(())
}
