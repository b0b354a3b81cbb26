//! `ems scenario run`: runs scenarios and judges them.

use super::files::{Named, all_or};
use super::junit;
use super::progress::Progress;
use super::report::{Document, Run, tell};
use crate::cli::ScenarioRunArgs;
use crate::device;
use crate::failure::Failure;
use crate::run::pace;
use lab::{TrialError, try_out};
use sim::scenario::Scenario;
use std::io::Write;

/// Runs these scenarios, or all that are shipped. All are read before the first one runs.
pub fn run(arguments: &ScenarioRunArgs) -> Result<(), Failure> {
    let mut planned = Vec::new();
    let mut wrong = Vec::new();
    for named in all_or(&arguments.scenarios)? {
        match named.variants() {
            Ok(variants) => planned.push((named, variants)),
            Err(failure) => wrong.push(failure.to_string()),
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::File(wrong.join("\n")));
    }
    let mut runs = Vec::new();
    for (named, variants) in planned {
        for (variant, scenario) in variants {
            let run = run_one(arguments, &named, &variant, scenario)?;
            if !arguments.json {
                tell(&run)?;
            }
            runs.push(run);
        }
    }
    finish(arguments, &runs)
}

fn run_one(
    arguments: &ScenarioRunArgs,
    named: &Named,
    variant: &str,
    mut scenario: Scenario,
) -> Result<Run, Failure> {
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    scenario.fidelity = arguments.fidelity.unwrap_or(scenario.fidelity);
    let mut progress = Progress::new(&named.name, scenario.duration_s.unwrap_or(0.0));
    let facts = device::facts();
    let trial = try_out(&scenario, variant, &facts, pace(arguments.speed), |effects| {
        progress.show(effects);
        true
    });
    progress.clear();
    let trial = trial.map_err(|error| match error {
        TrialError::SetUp(_) => Failure::File(format!("{}: {error}", named.name)),
        TrialError::Source(_) | TrialError::Stopped => {
            Failure::Internal(format!("{}: {error}", named.name))
        }
    })?;
    Ok(Run { scenario: named.name.clone(), trial, took_s: progress.took_s() })
}

fn finish(arguments: &ScenarioRunArgs, runs: &[Run]) -> Result<(), Failure> {
    let failed = runs.iter().filter(|run| !run.trial.passed).count();
    if let Some(path) = &arguments.junit {
        std::fs::write(path, junit::document(runs)).map_err(|error| {
            Failure::Environment(format!(
                "cannot write {}: {error}; give a file in a folder that exists",
                path.display()
            ))
        })?;
    }
    if arguments.json {
        let document = Document { schema: 1, passed: failed == 0, runs };
        let text = serde_json::to_string_pretty(&document);
        let text = text.map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(std::io::stdout().lock(), "{text}")?;
    }
    match failed {
        0 => Ok(()),
        failed => {
            Err(Failure::Expectation(format!("{failed} of {} runs not as expected", runs.len())))
        }
    }
}
