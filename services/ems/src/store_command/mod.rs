//! `ems store`: look after a data folder.

mod gaps;

use crate::cli::{DataArgs, EngineName, StoreCommand};
use crate::document::rfc3339;
use crate::failure::{Failure, note};
use crate::keeping::{self, Keeping};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use store::bank::EventCounter;
use store::engine::{FolderSite, Guarded, PathFiles};

/// Carries out a command.
pub fn carry_out(command: &StoreCommand) -> Result<(), Failure> {
    match command {
        StoreCommand::Check { data, json } => check(data, *json),
        StoreCommand::Stats { data, json } => stats(data, *json),
        StoreCommand::Events { data, after, json } => events(data, *after, *json),
        StoreCommand::Gaps { data, job, from, to, json } => {
            gaps::print(data, job, [from.as_deref(), to.as_deref()], *json)
        }
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
    writeln!(
        out,
        "{} events, {} changes of sealed parameters",
        document.events, document.sealed_changes
    )?;
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
        name: job.job,
        interval_s: job.interval_s,
        columns: job.columns,
        rows: job.sealed_rows + job.pending_rows,
        first: job.time.map(|(first, _)| rfc3339(first)),
        last: job.time.map(|(_, last)| rfc3339(last)),
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
        bytes: BytesEntry { journal: stats.journal_bytes, database: stats.database_bytes },
    })
}

#[derive(Serialize)]
struct EventLine {
    seq: u64,
    time: String,
    kind: &'static str,
    text: String,
}

fn events(data: &DataArgs, after: Option<u64>, json: bool) -> Result<(), Failure> {
    let keeping = keeping::open_to_read(data)?;
    let mut out = std::io::stdout().lock();
    for event in keeping.history.events(after).map_err(keeping::failure)? {
        let event = event.map_err(keeping::failure)?;
        let (time, kind) = (rfc3339(event.time), event.kind.slug());
        if json {
            let line = EventLine { seq: event.seq, time, kind, text: event.text };
            let text = serde_json::to_string(&line)
                .map_err(|error| Failure::Internal(error.to_string()))?;
            writeln!(out, "{text}")?;
        } else {
            writeln!(out, "{:>6}  {time}  {kind:<8}  {}", event.seq, event.text)?;
        }
    }
    Ok(())
}

fn migrate(data: &DataArgs, to: EngineName) -> Result<(), Failure> {
    let Keeping { folder, history, .. } = keeping::open_to_read(data)?;
    drop(history);
    let (from, to) = (folder.engine(None)?, to.engine());
    if from == to {
        note(&format!("the history lies in {} already", to.slug()));
        return Ok(());
    }
    let count = Guarded::migrate(
        Arc::new(folder.disk.clone()),
        Arc::new(FolderSite::new(&folder.path, from)),
        Arc::new(FolderSite::new(&folder.path, to)),
        &keeping::ChildProbe { folder: folder.path.clone(), engine: from },
    )
    .map_err(keeping::failure)?;
    note(&format!("{count} entries went from {} to {}", from.slug(), to.slug()));
    Ok(())
}

fn salvage(data: &DataArgs, aside: &Path) -> Result<(), Failure> {
    let keeping = keeping::open_to_read(data)?;
    let folder = keeping.folder;
    drop(keeping.history);
    let engine = folder.engine(None)?;
    let probe = keeping::ChildProbe { folder: folder.path.clone(), engine };
    let site = Arc::new(FolderSite::new(&folder.path, engine));
    let mut opened =
        Guarded::open(Arc::new(folder.disk.clone()), site, &probe).map_err(keeping::failure)?.store;
    let salvaged = store::engine::salvage(&PathFiles::at(aside), None, &mut opened)
        .map_err(keeping::failure)?;
    note(&format!(
        "{}: {} entries are whole, {} of them were not there yet",
        aside.display(),
        salvaged.found,
        salvaged.copied
    ));
    opened.close().map_err(keeping::failure)
}

pub(crate) fn print_json(out: &mut impl Write, document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Failure::Internal(error.to_string()))?;
    writeln!(out, "{text}")?;
    Ok(())
}
