//! `ems store`: look after a data folder.

use crate::cli::{DataArgs, EngineName, StoreCommand};
use crate::document::rfc3339;
use crate::failure::{Failure, note};
use crate::keeping::{self, Keeping};
use port::Disk;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use store::bank::EventCounter;
use store::engine::{FolderSite, Guarded, PathFiles, Store};

/// Carries out a command.
pub fn carry_out(command: &StoreCommand) -> Result<(), Failure> {
    match command {
        StoreCommand::Check { data, json } => check(data, *json),
        StoreCommand::Stats { data, json } => stats(data, *json),
        StoreCommand::Migrate { data, to } => migrate(data, *to),
        StoreCommand::Salvage { data, aside } => salvage(data, aside),
        StoreCommand::Probe { folder, engine } => keeping::look(folder, engine.engine()),
    }
}

#[derive(Serialize)]
struct CheckDocument {
    schema: u32,
    serial: String,
    whole: bool,
    findings: Vec<String>,
}

fn check(data: &DataArgs, json: bool) -> Result<(), Failure> {
    let keeping = keeping::open_to_read(data)?;
    let mut findings = keeping.findings.clone();
    findings.extend(keeping.history.check().map_err(keeping::failure)?);
    let whole = findings.is_empty();
    let mut out = std::io::stdout().lock();
    if json {
        let serial = keeping.serial.clone();
        let document = CheckDocument { schema: 1, serial, whole, findings: findings.clone() };
        print_json(&mut out, &document)?;
    } else if whole {
        writeln!(out, "counters, parameters, journal and database are whole")?;
    } else {
        findings.iter().try_for_each(|finding| writeln!(out, "{finding}"))?;
    }
    match whole {
        true => Ok(()),
        false => Err(Failure::File(format!(
            "{} findings in {}",
            findings.len(),
            keeping.folder.path.display()
        ))),
    }
}

#[derive(Serialize)]
struct StatsDocument {
    schema: u32,
    serial: String,
    engine: &'static str,
    counters: Option<CountersEntry>,
    sealed_changes: u64,
    events: u64,
    jobs: Vec<JobEntry>,
    bytes: BytesEntry,
}

#[derive(Serialize)]
struct CountersEntry {
    time: String,
    event_counters: BTreeMap<&'static str, u64>,
    meters: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(Serialize)]
struct JobEntry {
    name: String,
    interval_s: u32,
    columns: usize,
    rows: u64,
    first: Option<String>,
    last: Option<String>,
    bytes: u64,
}

#[derive(Serialize)]
struct BytesEntry {
    journal: u64,
    database: u64,
}

fn stats(data: &DataArgs, json: bool) -> Result<(), Failure> {
    let keeping = keeping::open_to_read(data)?;
    let document = stats_document(&keeping)?;
    let mut out = std::io::stdout().lock();
    if json {
        return print_json(&mut out, &document);
    }
    writeln!(out, "meter {} in {}", document.serial, keeping.folder.path.display())?;
    if let Some(counters) = &document.counters {
        let starts = counters.event_counters.get(EventCounter::Starts.slug()).copied();
        writeln!(out, "counters as of {}, {} starts", counters.time, starts.unwrap_or(0))?;
    }
    writeln!(out, "{} events, {} changes of sealed parameters", document.events, document.sealed_changes)?;
    for job in &document.jobs {
        let reach = match (&job.first, &job.last) {
            (Some(first), Some(last)) => format!("{first} to {last}"),
            _ => "none yet".into(),
        };
        writeln!(
            out,
            "{:<12} {:>10} rows of {:>4} columns, {:>12} bytes, {reach}",
            job.name, job.rows, job.columns, job.bytes
        )?;
    }
    let BytesEntry { journal, database } = document.bytes;
    writeln!(out, "journal {journal} bytes, {} {database} bytes", document.engine)?;
    Ok(())
}

fn stats_document(keeping: &Keeping) -> Result<StatsDocument, Failure> {
    let stats = keeping.history.stats().map_err(keeping::failure)?;
    let engine = keeping.folder.engine(None)?;
    let counters = keeping.counters.as_ref().map(|record| CountersEntry {
        time: rfc3339(record.time),
        event_counters: EventCounter::ALL
            .into_iter()
            .map(|event| (event.slug(), record.event(event)))
            .collect(),
        meters: record.meters.iter().map(|meter| (meter.meter.slug(), meter.by_path())).collect(),
    });
    let jobs = stats.jobs.into_iter().map(|job| JobEntry {
        name: job.layout.job,
        interval_s: job.layout.interval_s,
        columns: job.layout.columns.len(),
        rows: job.rows,
        first: job.first.map(rfc3339),
        last: job.last.map(rfc3339),
        bytes: job.bytes,
    });
    Ok(StatsDocument {
        schema: 1,
        serial: keeping.serial.clone(),
        engine: engine.slug(),
        counters,
        sealed_changes: keeping.parameters.sealed_changes(),
        events: stats.events,
        jobs: jobs.collect(),
        bytes: BytesEntry { journal: stats.journal_bytes, database: stats.store_bytes },
    })
}
