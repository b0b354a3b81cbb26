//! `ems verify`: an accuracy verdict, spread over the processors of this machine or over many machines.

mod compare;
mod junit;
mod pool;
mod progress;
mod write;

use crate::cli::{MergeArgs, VerifyArgs, VerifyCommand, VerifyOutput};
use crate::failure::{self, Failure};
use crate::issued::issued;
use crate::version;
use std::collections::BTreeMap;
use std::path::Path;
use verify::document::{Certificate, Program};
use verify::part::{MergeError, Part, complete, merge};
use verify::{Decision, Job, Level, Outcome, Request, RequestError};

/// Failing points that one line of error names.
const NAMED_MAX: usize = 12;

/// Carries out the command or one of its own.
pub fn carry_out(arguments: &VerifyArgs) -> Result<(), Failure> {
    match &arguments.command {
        None => verify(arguments),
        Some(VerifyCommand::Merge(arguments)) => merge_parts(arguments),
        Some(VerifyCommand::Compare { before, now, json }) => compare::compare(before, now, *json),
    }
}

fn verify(arguments: &VerifyArgs) -> Result<(), Failure> {
    let request = request(arguments)?;
    let job = job(request.clone())?;
    let program = program(&request);
    let output = &arguments.output;
    ready(output)?;
    if let Some(shard) = arguments.shard {
        if output.out.is_none() && !output.json {
            let reason =
                "a shard leaves a part and prints no table; say where to with --out DIR, or --json";
            return Err(Failure::Usage(reason.to_string()));
        }
        let pieces: Vec<usize> = Part::pieces(shard, job.pieces()).collect();
        let outcomes: BTreeMap<usize, Outcome> = pool::work(&job, &pieces)?;
        return write::part(output, &Part::new(program, request, shard, outcomes));
    }
    let pieces: Vec<usize> = (0..job.pieces()).collect();
    let outcomes = pool::work(&job, &pieces)?;
    let outcomes: Vec<Outcome> = outcomes.into_values().collect();
    finish(&job, program, &outcomes, output)
}

/// What is wrong with the date or the places of the results is told before the work, not after it.
fn ready(output: &VerifyOutput) -> Result<(), Failure> {
    issued()?.to_string();
    write::prepare(output)
}

fn merge_parts(arguments: &MergeArgs) -> Result<(), Failure> {
    let mut parts = Vec::new();
    for path in &arguments.parts {
        let name = path.display().to_string();
        let part = Part::parse(&name, &read(path)?).map_err(merge_failure)?;
        parts.push((name, part));
    }
    let whole = merge(parts).map_err(merge_failure)?;
    let (program, request) = (whole.program.clone(), whole.request.clone());
    if program.commit != version::COMMIT {
        failure::note(&format!(
            "the parts are of commit {}, and this program is of {}",
            program.commit,
            version::COMMIT
        ));
    }
    let job = job(request)?;
    let outcomes = complete(whole, &job).map_err(merge_failure)?;
    ready(&arguments.output)?;
    finish(&job, program, &outcomes, &arguments.output)
}

fn merge_failure(error: MergeError) -> Failure {
    Failure::File(error.to_string())
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| {
        Failure::Environment(format!("cannot open {}: {error}; check the path", path.display()))
    })
}

fn job(request: Request) -> Result<Job, Failure> {
    Job::new(request).map_err(|error| match error {
        RequestError::FrontEnd { .. } | RequestError::Uncalibrated { .. } => {
            Failure::File(error.to_string())
        }
        RequestError::Wiring(_) | RequestError::Nothing => Failure::Usage(error.to_string()),
        RequestError::Verify(_) => Failure::Internal(error.to_string()),
    })
}

fn request(arguments: &VerifyArgs) -> Result<Request, Failure> {
    let front_end = match arguments.front_end.as_str() {
        "typical" => None,
        "ideal" => Some(("ideal".to_string(), "base = \"ideal\"\n".to_string())),
        file => Some((file.to_string(), read(Path::new(file))?)),
    };
    Ok(Request {
        level: if arguments.full { Level::Full } else { Level::Quick },
        wirings: arguments.wiring.iter().map(|wiring| wiring.slug().to_string()).collect(),
        nominal_v: arguments.un.clone(),
        seed: arguments.seed,
        lot: arguments.lot,
        decision: if arguments.guard_band {
            Decision::GuardBand
        } else {
            Decision::SimpleAcceptance
        },
        front_end,
    })
}

fn program(request: &Request) -> Program {
    Program {
        name: "ems".to_string(),
        version: env!("CARGO_PKG_VERSION").to_string(),
        commit: version::COMMIT.to_string(),
        software_id: version::SOFTWARE_ID.to_string(),
        command: command(request),
    }
}

/// The command line of a request, whether or not it was spread.
fn command(request: &Request) -> String {
    let mut command = format!("ems verify --{} --seed {}", request.level.slug(), request.seed);
    for wiring in &request.wirings {
        command.push_str(&format!(" --wiring {wiring}"));
    }
    for volts in &request.nominal_v {
        command.push_str(&format!(" --un {volts}"));
    }
    if request.lot > 0 {
        command.push_str(&format!(" --lot {}", request.lot));
    }
    if let Some((file, _)) = &request.front_end {
        command.push_str(&format!(" --front-end {file}"));
    }
    if request.decision == Decision::GuardBand {
        command.push_str(" --guard-band");
    }
    command
}

fn finish(
    job: &Job,
    program: Program,
    outcomes: &[Outcome],
    output: &VerifyOutput,
) -> Result<(), Failure> {
    let certificate = verify::certificate(job, program, issued()?.to_string(), outcomes);
    write::certificate(&certificate, output)?;
    tell_claim(job, &certificate);
    verdict(&certificate)
}

/// Whether a unit that was spoiled on purpose was caught by the clause that must.
fn tell_claim(job: &Job, certificate: &Certificate) {
    let Some(claim) = job.claim() else { return };
    let clause = certificate.clauses.iter().find(|clause| clause.id == claim.clause);
    let text = match clause {
        None => format!("spoiled unit: clause {} was not tested", claim.clause),
        Some(clause) => format!(
            "spoiled unit: {} by {} ({} arm), whose worst point {} uses {:.2} of its limit; \
             at least {:.2} is claimed",
            if clause.used >= claim.margin { "caught" } else { "NOT caught" },
            clause.id,
            claim.arm.slug(),
            clause.worst,
            clause.used,
            claim.margin
        ),
    };
    failure::note(&text);
}

fn verdict(certificate: &Certificate) -> Result<(), Failure> {
    if certificate.passed {
        return Ok(());
    }
    let failed: Vec<&str> = certificate
        .points
        .iter()
        .filter(|point| !point.passed)
        .map(|point| point.id.as_str())
        .collect();
    let mut text = format!("{} of {} points failed", failed.len(), certificate.points.len());
    if let Some(lot) = certificate.lot.as_ref().filter(|lot| lot.passed < lot.units) {
        text.push_str(&format!(
            "; {} of {} units of the lot failed",
            lot.units - lot.passed,
            lot.units
        ));
    }
    if !failed.is_empty() {
        let named = failed.len().min(NAMED_MAX);
        text.push_str(&format!(": {}", failed[..named].join(", ")));
        if named < failed.len() {
            text.push_str(&format!(" and {} more", failed.len() - named));
        }
    }
    Err(Failure::Expectation(text))
}
