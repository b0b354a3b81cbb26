//! `ems doctor`: whether this machine has what the configured meter needs, in words.
//!
//! Each *check* has a verdict, a sentence and, where there is something to do, a remedy. Checks do not stop at the
//! first that fails. What a running meter has is left alone: the converter above all, which a second reader would
//! reset. Nothing is driven, and nothing is left behind.

mod check;
mod converter;
mod lines;
mod machine;

use crate::cli::DoctorArgs;
use crate::data_folder;
use crate::document;
use crate::failure::Failure;
use crate::installation;
use check::{Check, Verdict};
use config::{Backend, Config, Spi};
use linux::{Folder, SystemClock};
use port::Clock;
use serde::Serialize;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where the checks are made.
pub struct Patient {
    /// What is configured.
    pub config: Config,
    /// Its data folder.
    pub folder: PathBuf,
    /// Whether a meter has the data folder open.
    pub is_running: bool,
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    time: String,
    verdict: Verdict,
    checks: Vec<Check>,
}

/// Makes all checks.
///
/// # Errors
/// If a check has failed, or the configuration is none.
pub fn carry_out(arguments: &DoctorArgs) -> Result<(), Failure> {
    let patient = patient(arguments)?;
    let mut checks = machine::checks(&patient);
    checks.extend(lines::checks(&patient));
    checks.extend(converter::checks(&patient));
    let worst = checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Skipped);
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let time = document::rfc3339(SystemClock.now());
        let document = Document { schema: 1, time, verdict: worst, checks: checks.clone() };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(out, "{text}")?;
    } else {
        checks.iter().try_for_each(|check| write_check(&mut out, check))?;
    }
    let failed = checks.iter().filter(|check| check.verdict == Verdict::Failure).count();
    match failed {
        0 => Ok(()),
        _ => Err(Failure::Environment(format!("{failed} of {} checks failed", checks.len()))),
    }
}

fn write_check(out: &mut impl Write, check: &Check) -> std::io::Result<()> {
    writeln!(out, "{:<9}{:<14}{}", check.verdict, check.name, check.sentence)?;
    match &check.remedy {
        Some(remedy) => writeln!(out, "{:23}> {remedy}", ""),
        None => Ok(()),
    }
}

fn patient(arguments: &DoctorArgs) -> Result<Patient, Failure> {
    let config = installation::named(arguments.config.as_deref())?;
    let asked = arguments.data.as_deref().or(config.data_folder.as_deref().map(Path::new));
    // Whose folder it is: that of the unit, or of the scenario it is fed with.
    let owner = match (config.backend, &config.adc.spi, &config.device.serial) {
        (Backend::Ads131m08, Spi::Device(_), Some(serial)) => serial,
        (Backend::Ads131m08, _, _) | (Backend::Sim, _, _) => &config.sim.scenario,
    };
    let folder = data_folder::folder(asked, Some(owner))?;
    let is_running = Folder::is_in_use(&folder);
    Ok(Patient { config, folder, is_running })
}
