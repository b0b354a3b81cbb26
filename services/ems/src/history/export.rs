//! `ems export`: the rows of a history as files.
//!
//! A file is written under a temporary name and gets its own when it is whole. What is damaged is left out,
//! said, and makes the command fail at the end.

use crate::cli::{ExportArgs, FileFormat};
use crate::failure::{Failure, note};
use crate::issued::issued;
use crate::keeping::{self, Keeping};
use files::csv::Style;
use files::{Facts, Summed};
use port::Timestamp;
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use store::calendar::{Step, Zone};
use store::history::RowsOf;
use store::query::range;
use store::{Layout, Row, Rows, StoreError};

/// A file that was written.
#[derive(Serialize)]
struct Written {
    file: String,
    job: String,
    /// Of files that hold a day each, only all together are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    rows: Option<u64>,
}

#[derive(Serialize)]
struct Document {
    schema: u32,
    serial: String,
    files: Vec<Written>,
}

/// Which rows of every job, and how they are put together.
struct Asked {
    zone: Zone,
    from: Timestamp,
    to: Timestamp,
    step: Option<Step>,
}

/// Carries out the command.
pub fn export(arguments: &ExportArgs) -> Result<(), Failure> {
    let keeping = keeping::open_to_read(&arguments.data)?;
    let asked = asked(arguments, &keeping)?;
    let facts = Facts {
        serial: keeping.serial.clone(),
        version: env!("CARGO_PKG_VERSION").into(),
        software_id: env!("EMS_SOFTWARE_ID").into(),
        zone: asked.zone.time_zone().clone(),
        created: created()?,
    };
    let layouts = layouts(arguments, &keeping)?;
    fs::create_dir_all(&arguments.out).map_err(|error| cannot_write(&arguments.out, &error))?;
    let mut files = Vec::new();
    let mut damaged = Vec::new();
    for layout in &layouts {
        let job = Export { arguments, facts: &facts, damaged: RefCell::default() };
        let (layout, rows) = job.rows(layout, &keeping, &asked)?;
        if !layout.columns.is_empty() {
            files.extend(job.write(&layout, rows)?);
        }
        damaged.extend(job.damaged.take());
    }
    tell(arguments, &facts.serial, files)?;
    if damaged.is_empty() {
        return Ok(());
    }
    Err(Failure::File(format!(
        "{} damaged parts of the history were left out: {}",
        damaged.len(),
        damaged.join("; ")
    )))
}

fn created() -> Result<Timestamp, Failure> {
    let ns = i64::try_from(issued()?.as_nanosecond()).unwrap_or(i64::MAX);
    Ok(Timestamp { unix_ns: ns })
}

fn asked(arguments: &ExportArgs, keeping: &Keeping) -> Result<Asked, Failure> {
    let zone = match &arguments.zone {
        None => keeping.configuration.zone.clone(),
        Some(name) => Zone::parse(name).ok_or_else(|| {
            Failure::Usage(format!(
                "--zone: \"{name}\" is no time zone; names are those of the IANA, such as Europe/Paris"
            ))
        })?,
    };
    let moment = |option: &str, text: &Option<String>, otherwise: i64| match text {
        None => Ok(Timestamp { unix_ns: otherwise }),
        Some(text) => range::moment(text, &zone)
            .map_err(|error| Failure::Usage(format!("--{option}: {error}"))),
    };
    let from = moment("from", &arguments.from, i64::MIN)?;
    let to = moment("to", &arguments.to, i64::MAX)?;
    if to <= from {
        return Err(Failure::Usage("--to lies after --from".into()));
    }
    let step = arguments.step.as_deref().map(range::step).transpose();
    let step = step.map_err(|error| Failure::Usage(format!("--step: {error}")))?;
    Ok(Asked { zone, from, to, step })
}

/// The layouts of the jobs asked for, the oldest of each job first as far as their rows tell.
fn layouts(arguments: &ExportArgs, keeping: &Keeping) -> Result<Vec<Layout>, Failure> {
    let known = keeping.history.layouts();
    let wanted: Vec<Layout> = known
        .iter()
        .filter(|layout| arguments.job.as_ref().is_none_or(|job| *job == layout.job))
        .cloned()
        .collect();
    match (&arguments.job, wanted.is_empty()) {
        (Some(job), true) => {
            let mut names: Vec<&str> = known.iter().map(|layout| layout.job.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            Err(Failure::Usage(format!(
                "--job: there are no rows of \"{job}\"; there are rows of {}",
                names.join(", ")
            )))
        }
        _ => Ok(wanted),
    }
}

/// The export of one layout.
struct Export<'a> {
    arguments: &'a ExportArgs,
    facts: &'a Facts,
    /// What could not be read.
    damaged: RefCell<Vec<String>>,
}

impl Export<'_> {
    /// The rows asked for, by the step asked for.
    fn rows<'k>(
        &'k self,
        layout: &Layout,
        keeping: &'k Keeping,
        asked: &Asked,
    ) -> Result<(Layout, Rows<'k>), Failure> {
        let columns = range::columns(layout, &self.arguments.columns);
        let chosen = match &columns {
            None => layout.clone(),
            Some(places) => Layout {
                columns: places.iter().map(|place| layout.columns[*place]).collect(),
                ..layout.clone()
            },
        };
        let ask =
            RowsOf { layout: layout.id, from: asked.from, to: asked.to, columns, after: None };
        let rows = keeping.history.rows(&ask).map_err(keeping::failure)?;
        let rows = rows.filter_map(|row| match row {
            Err(StoreError::Damaged { place, what }) => {
                self.damaged.borrow_mut().push(format!("{place}: {what}"));
                None
            }
            other => Some(other),
        });
        match asked.step {
            None => Ok((chosen, Box::new(rows))),
            Some(step) => store::query::resample(&chosen, Box::new(rows), step, &asked.zone)
                .map_err(|error| Failure::Usage(format!("--step: {error}"))),
        }
    }

    fn write(&self, layout: &Layout, rows: Rows<'_>) -> Result<Vec<Written>, Failure> {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return Ok(Vec::new());
        }
        if self.arguments.format == FileFormat::Parquet {
            return self.write_parquet(layout, Box::new(rows));
        }
        let reach = Cell::new(None);
        let rows = Box::new(rows.inspect(|row| reach_over(&reach, row)));
        let mut open = Temporary::create(&self.arguments.out, layout.id)?;
        let mut sum = Summed::new(BufWriter::new(&mut open.file));
        let count = match self.arguments.format {
            FileFormat::Csv => {
                let style = if self.arguments.european { Style::European } else { Style::Plain };
                files::csv::write(&mut sum, layout, self.facts, style, rows)
            }
            FileFormat::Json => files::json::write(&mut sum, layout, self.facts, rows),
            FileFormat::Xlsx => files::xlsx::write(&mut sum, layout, self.facts, rows),
            FileFormat::Parquet => unreachable!("it was written above"),
        };
        let count = count.map_err(|error| Failure::Usage(error.to_string()))?;
        let (mut out, hex) = sum.finish();
        out.flush().map_err(|error| cannot_write(&self.arguments.out, &error))?;
        drop(out);
        let (from, to) = reach.get().expect("there was a row");
        let extension = extension(self.arguments.format);
        let name = files::file_name(&self.facts.serial, &layout.job, from, to, extension);
        open.finish(&name)?;
        let beside = self.arguments.out.join(format!("{name}.sha256"));
        fs::write(&beside, files::sidecar(&hex, &name))
            .map_err(|error| cannot_write(&beside, &error))?;
        Ok(vec![Written { file: name, job: layout.job.clone(), rows: Some(count) }])
    }

    fn write_parquet(&self, layout: &Layout, rows: Rows<'_>) -> Result<Vec<Written>, Failure> {
        let mut folder = Folder { root: self.arguments.out.clone(), written: Vec::new() };
        let rows = files::parquet::write(&mut folder, layout, self.facts, rows)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let job = layout.job.clone();
        note(&format!("{job}: {rows} rows in {} files", folder.written.len()));
        let written = folder.written.into_iter();
        Ok(written.map(|file| Written { file, job: job.clone(), rows: None }).collect())
    }
}

/// Keeps when the first row began and the last ended.
fn reach_over(reach: &Cell<Option<(Timestamp, Timestamp)>>, row: &Result<Row, StoreError>) {
    if let Ok(row) = row {
        let (from, to) = reach.get().unwrap_or((row.start, row.end));
        reach.set(Some((from.min(row.start), to.max(row.end))));
    }
}

fn extension(format: FileFormat) -> &'static str {
    match format {
        FileFormat::Csv => "csv",
        FileFormat::Json => "json",
        FileFormat::Parquet => "parquet",
        FileFormat::Xlsx => "xlsx",
    }
}

fn tell(arguments: &ExportArgs, serial: &str, files: Vec<Written>) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    if arguments.json {
        let document = Document { schema: 1, serial: serial.into(), files };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(out, "{text}")?;
        return Ok(());
    }
    if files.is_empty() {
        note("there are no rows in this range");
    }
    for file in files {
        writeln!(out, "{}", arguments.out.join(&file.file).display())?;
    }
    Ok(())
}

/// A file that has no name of its own yet; it goes if it never gets one.
struct Temporary {
    folder: PathBuf,
    path: PathBuf,
    file: File,
    named: bool,
}

impl Temporary {
    fn create(folder: &Path, number: u32) -> Result<Temporary, Failure> {
        let path = folder.join(format!(".export-{}-{number}.part", std::process::id()));
        let file = File::create(&path).map_err(|error| cannot_write(&path, &error))?;
        Ok(Temporary { folder: folder.into(), path, file, named: false })
    }

    fn finish(mut self, name: &str) -> Result<(), Failure> {
        let path = self.folder.join(name);
        let renamed = self.file.sync_all().and_then(|()| fs::rename(&self.path, &path));
        renamed.map_err(|error| cannot_write(&path, &error))?;
        self.named = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.named {
            // It is called what no one looks for; if it stays, it does no harm.
            let _stays = fs::remove_file(&self.path);
        }
    }
}

/// A folder of Parquet files.
struct Folder {
    root: PathBuf,
    written: Vec<String>,
}

impl Folder {
    fn part(&self, path: &str) -> PathBuf {
        let path = self.root.join(path);
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        path.with_file_name(format!(".{}.part", name.unwrap_or_default()))
    }
}

impl files::parquet::Files for Folder {
    type File = BufWriter<File>;

    fn create(&mut self, path: &str) -> io::Result<BufWriter<File>> {
        let part = self.part(path);
        if let Some(folder) = part.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(BufWriter::new(File::create(part)?))
    }

    fn finish(&mut self, path: &str, file: BufWriter<File>) -> io::Result<()> {
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        fs::rename(self.part(path), self.root.join(path))?;
        self.written.push(path.into());
        Ok(())
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::Environment(format!("cannot write {}: {error}", path.display()))
}
