//! The history: which columns there are, rows by step, and files.
//!
//! A question names columns, a time and a step; which job has them at the finest that is still coarse enough is
//! found here. Rows of several layouts of that job are one answer, in the order of time.

use super::events::history as reader;
use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, Parameter, handler, shape};
use crate::problem::Problem;
use crate::time::{rfc3339, unix_ms};
use crate::values::rounded;
use files::Facts;
use port::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::calendar::{Step, Zone};
use store::history::RowsOf;
use store::keep::Reader;
use store::query::{range, resample};
use store::{Aggregate, Column, Layout, Row, Rows, StoreError};
use warp::http::Method;

/// Columns of a question at most.
const COLUMNS_MAX: usize = 32;

/// Points of an answer: fewest, most.
const POINTS: (u64, u64) = (10, 100_000);

/// Points of an answer, if nothing is said: more than a screen has dots.
const POINTS_USUAL: u64 = 2000;

/// Rows of a file at most: a year of minutes.
const FILE_ROWS_MAX: usize = 600_000;

/// Steps that `auto` chooses from, in seconds.
const STEPS_S: [u32; 9] = [1, 10, 60, 300, 900, 3600, 21_600, 43_200, 86_400];

const QUERY: &[Parameter] = &[
    Parameter::text("from", "First moment: 2026-11-01, 2026-11-01T06:00 (local) or RFC 3339."),
    Parameter::text("to", "Moment at which it ends, not included; now by default."),
    Parameter::text(
        "step",
        "auto (the default), or a length: 1s, 1min, 15min, 1h, day, week, month, year.",
    ),
    Parameter::text(
        "columns",
        "Paths of columns, with commas, as main/active_power.system/mean; at most 32.",
    ),
    Parameter::whole("points_max", "Rows that the step `auto` aims at; 2000 by default.", POINTS),
];

const FILE_QUERY: &[Parameter] = &[
    QUERY[0],
    QUERY[1],
    QUERY[2],
    QUERY[3],
    QUERY[4],
    Parameter::one("format", "csv by default.", &["csv", "xlsx", "json"]),
    Parameter::one(
        "european",
        "true: `;` between fields of CSV and `,` in numbers.",
        &["true", "false"],
    ),
];

/// The rows.
pub fn operations() -> Vec<Operation> {
    let get = |path, id, doc, query, answer, handler| Operation {
        method: Method::GET,
        path,
        id,
        doc,
        needs: Needs::Viewer,
        query,
        body: Content::None,
        answer: (200, answer),
        handler,
    };
    vec![
        get(
            "/api/v1/history/columns",
            "history_columns",
            "The columns that are kept, and by which jobs.",
            &[],
            Content::Json(shape::<Columns>),
            handler!(columns),
        ),
        get(
            "/api/v1/history",
            "history",
            "Rows of some columns, put together to a step.",
            QUERY,
            Content::Json(shape::<Series>),
            handler!(series),
        ),
        get(
            "/api/v1/history/file",
            "history_file",
            "The same as a file.",
            FILE_QUERY,
            Content::Other(&[
                "text/csv",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/json",
            ]),
            handler!(file),
        ),
    ]
}

#[derive(Serialize, JsonSchema)]
struct Columns {
    columns: Vec<KnownColumn>,
}

#[derive(Serialize, JsonSchema)]
struct KnownColumn {
    #[serde(flatten)]
    column: ShownColumn,
    jobs: Vec<Kept>,
}

#[derive(Clone, Serialize, JsonSchema)]
struct ShownColumn {
    path: String,
    meter: String,
    point: String,
    aggregate: &'static str,
    unit: String,
    decimals: u8,
}

impl ShownColumn {
    fn of(column: &Column) -> ShownColumn {
        ShownColumn {
            path: column.path(),
            meter: column.meter.slug(),
            point: column.point.point().path(),
            aggregate: column.aggregate.slug(),
            unit: column.unit(),
            decimals: column.decimals(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Kept {
    name: String,
    interval_s: u32,
    from: String,
    to: String,
}

async fn columns(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let reader = reader(&web)?;
    let layouts = crate::blocking(move || reader.layouts()).await??;
    let mut known: BTreeMap<String, KnownColumn> = BTreeMap::new();
    for (layout, from, to) in &layouts {
        for column in &layout.columns {
            let entry = known.entry(column.path()).or_insert_with(|| KnownColumn {
                column: ShownColumn::of(column),
                jobs: Vec::new(),
            });
            entry.jobs.push(Kept {
                name: layout.job.clone(),
                interval_s: layout.interval_s,
                from: rfc3339(*from),
                to: rfc3339(*to),
            });
        }
    }
    Ok(Answer::json(&Columns { columns: known.into_values().collect() }))
}

/// What is asked for.
pub struct Ask {
    /// First moment.
    pub from: Timestamp,
    /// Moment at which it ends.
    pub to: Timestamp,
    /// How rows are put together; none: as they are kept.
    pub step: Wish,
    /// Paths of columns.
    pub columns: Vec<String>,
}

/// Which step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// About so many rows.
    Auto(u64),
    /// This one.
    Step(Step),
}

/// Rows of one job, which may have had several layouts.
pub struct Found {
    /// The columns, as they were asked for.
    pub layout: Layout,
    /// The rows, in the order of time.
    pub rows: Vec<Row>,
    /// How they were put together.
    pub step_s: u32,
    /// Whether there were more than fit.
    pub truncated: bool,
    /// What could not be read.
    pub damaged: usize,
}

fn ask(web: &Web, call: &Call) -> Result<Ask, Problem> {
    let moment = |name: &str| {
        let text = call.asked(name);
        let parsed = text.map(|text| range::moment(text, &web.zone)).transpose();
        parsed.map_err(|error| Problem::invalid(name, error))
    };
    let now = web.image().time;
    let to = moment("to")?.unwrap_or(now);
    let from = moment("from")?.unwrap_or(Timestamp { unix_ns: to.unix_ns - 86_400_000_000_000 });
    if to <= from {
        return Err(Problem::invalid("to", "`to` lies after `from`"));
    }
    let points = call.number("points_max").unwrap_or(POINTS_USUAL);
    let step = match call.asked("step") {
        None | Some("auto") => Wish::Auto(points),
        Some(text) => {
            Wish::Step(range::step(text).map_err(|error| Problem::invalid("step", error))?)
        }
    };
    let columns = call.asked("columns").unwrap_or("main/active_power.system/mean");
    let columns: Vec<String> = columns.split(',').map(|name| name.trim().to_string()).collect();
    if columns.len() > COLUMNS_MAX {
        return Err(Problem::invalid("columns", format!("at most {COLUMNS_MAX} columns at once")));
    }
    Ok(Ask { from, to, step, columns })
}

/// Finds the rows. Reads as long as it takes.
///
/// # Errors
/// With the field at fault.
pub fn find(reader: &Reader, zone: &Zone, ask: &Ask, rows_max: usize) -> Result<Found, Problem> {
    let layouts = reader.layouts()?;
    let jobs = jobs_with(&layouts, &ask.columns)?;
    let step = choose(&jobs, ask)?;
    let finest = jobs.iter().filter(|(_, interval_s)| *interval_s <= step.nominal_s());
    let job =
        finest.max_by_key(|(_, interval_s)| *interval_s).expect("a step is no finer than its job");
    let mut found = Found {
        layout: Layout {
            id: 0,
            job: job.0.clone(),
            interval_s: step.nominal_s(),
            columns: Vec::new(),
        },
        rows: Vec::new(),
        step_s: step.nominal_s(),
        truncated: false,
        damaged: 0,
    };
    let own = layouts.iter().filter(|(layout, from, to)| {
        layout.job == job.0
            && *from < ask.to
            && *to >= Timestamp { unix_ns: ask.from.unix_ns - DAY_NS }
    });
    for (layout, ..) in own {
        let (asked, places) = arranged(layout, &ask.columns);
        let wanted: Vec<usize> = asked.iter().map(|(place, _)| *place).collect();
        let chosen = Layout {
            columns: wanted.iter().map(|place| layout.columns[*place]).collect(),
            ..layout.clone()
        };
        let rows = reader.rows(RowsOf {
            layout: layout.id,
            from: ask.from,
            to: ask.to,
            columns: Some(wanted),
            after: None,
        });
        let mut damaged = 0;
        let readable: Rows<'_> = Box::new(rows.filter(|row| {
            let is_damaged = matches!(row, Err(StoreError::Damaged { .. }));
            damaged += usize::from(is_damaged);
            !is_damaged
        }));
        let (_, rows) = if step.nominal_s() == layout.interval_s {
            (chosen.clone(), readable)
        } else {
            resample(&chosen, readable, step, zone).map_err(|error| match error {
                StoreError::Asked(what) => Problem::invalid("step", what),
                other => other.into(),
            })?
        };
        for row in rows {
            let mut row = row?;
            if found.rows.len() >= rows_max {
                found.truncated = true;
                break;
            }
            row.cells = places
                .iter()
                .map(|place| place.map_or(MISSING, |place| row.cells[place]))
                .collect();
            found.rows.push(row);
        }
        found.damaged += damaged;
    }
    found.layout.columns = ask.columns.iter().filter_map(|path| column(&layouts, path)).collect();
    found.rows.sort_by_key(|row| row.start);
    Ok(found)
}

const DAY_NS: i64 = 86_400_000_000_000;

/// A column that an older layout did not have.
const MISSING: store::Cell = store::Cell { steps: 0, quality: store::Quality(0x80) };

fn column(layouts: &[(Layout, Timestamp, Timestamp)], path: &str) -> Option<Column> {
    let all = layouts.iter().flat_map(|(layout, ..)| &layout.columns);
    all.copied().find(|column| column.path() == path)
}

/// Jobs that have all columns in some layout, with their intervals.
fn jobs_with(
    layouts: &[(Layout, Timestamp, Timestamp)],
    columns: &[String],
) -> Result<Vec<(String, u32)>, Problem> {
    let mut jobs: BTreeMap<&str, (u32, Vec<bool>)> = BTreeMap::new();
    for (layout, ..) in layouts {
        let entry = jobs
            .entry(&layout.job)
            .or_insert_with(|| (layout.interval_s, vec![false; columns.len()]));
        for column in &layout.columns {
            let path = column.path();
            if let Some(place) = columns.iter().position(|asked| *asked == path) {
                entry.1[place] = true;
            }
        }
    }
    for (place, path) in columns.iter().enumerate() {
        if !jobs.values().any(|(_, has)| has[place]) {
            let detail =
                format!("nothing is kept of \"{path}\"; /api/v1/history/columns lists what is");
            return Err(Problem::invalid("columns", detail));
        }
    }
    let complete = jobs.into_iter().filter(|(_, (_, has))| has.iter().all(|has| *has));
    let complete: Vec<(String, u32)> =
        complete.map(|(job, (interval_s, _))| (job.to_string(), interval_s)).collect();
    if complete.is_empty() {
        let detail = "no job keeps all of these columns; ask for them one job at a time";
        return Err(Problem::invalid("columns", detail));
    }
    Ok(complete)
}

/// The step that is taken.
fn choose(jobs: &[(String, u32)], ask: &Ask) -> Result<Step, Problem> {
    let finest = jobs.iter().map(|(_, interval_s)| *interval_s).min().expect("there is a job");
    match ask.step {
        Wish::Step(step) if step.nominal_s() >= finest => Ok(step),
        Wish::Step(_) => Err(Problem::invalid(
            "step",
            format!("these columns are kept every {finest} s; ask for that or more"),
        )),
        Wish::Auto(points) => {
            let seconds = ask.to.seconds_since(ask.from);
            let wanted = seconds / points as f64;
            let fits = |step_s: &&u32| f64::from(**step_s) >= wanted && **step_s >= finest;
            // A job's own interval saves putting its rows together.
            let own = jobs.iter().map(|(_, interval_s)| interval_s);
            let fitting = STEPS_S.iter().chain(own).filter(fits).min();
            Ok(fitting.and_then(|step_s| Step::seconds(*step_s)).unwrap_or(Step::DAY))
        }
    }
}

/// The columns of a layout that are asked for and those they need, each with its place in the layout; and for each
/// column asked for its place among them.
fn arranged(layout: &Layout, paths: &[String]) -> (Vec<(usize, Column)>, Vec<Option<usize>>) {
    let mut wanted: Vec<(usize, Column)> = Vec::new();
    let mut add = |place: usize| {
        let known = wanted.iter().position(|(known, _)| *known == place);
        known.unwrap_or_else(|| {
            wanted.push((place, layout.columns[place]));
            wanted.len() - 1
        })
    };
    let places = paths
        .iter()
        .map(|path| {
            let place = layout.columns.iter().position(|column| column.path() == *path)?;
            // The moment of an extreme says nothing without it.
            let needed = match layout.columns[place].aggregate {
                Aggregate::MinAt => Some(Aggregate::Min),
                Aggregate::MaxAt => Some(Aggregate::Max),
                _ => None,
            };
            if let Some(aggregate) = needed {
                let with = Column { aggregate, ..layout.columns[place] };
                if let Some(at) = layout.columns.iter().position(|column| *column == with) {
                    add(at);
                }
            }
            Some(add(place))
        })
        .collect();
    (wanted, places)
}

/// Rows, column by column.
#[derive(Serialize, JsonSchema)]
struct Series {
    from: String,
    to: String,
    step_s: u32,
    /// Name of the zone whose days, weeks and months are meant.
    zone: String,
    /// The job that has them.
    job: String,
    columns: Vec<ShownColumn>,
    /// When each row begins, in milliseconds since 1970.
    start_ms: Vec<i64>,
    /// When each row ends. Where the next one begins later, something is missing.
    end_ms: Vec<i64>,
    /// How much of each row was measured, 0 to 1.
    coverage: Vec<f64>,
    /// Remarks on rows, by place.
    flags: Vec<(usize, Vec<&'static str>)>,
    /// A list a column, with a value or nothing a row.
    values: Vec<Vec<Option<f64>>>,
    /// Whether there was more than fits.
    truncated: bool,
    /// Parts of the history that could not be read.
    damaged: usize,
}

async fn series(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let reader = reader(&web)?;
    let ask = ask(&web, &call)?;
    let zone = web.zone.clone();
    let answer = crate::blocking(move || {
        let rows_max = usize::try_from(POINTS.1).expect("a hundred thousand");
        let found = find(&reader, &zone, &ask, rows_max)?;
        Ok::<_, Problem>(Answer::json(&shown(&found, &ask, &zone)))
    });
    answer.await?
}

fn shown(found: &Found, ask: &Ask, zone: &Zone) -> Series {
    let columns = &found.layout.columns;
    let value = |row: &Row, place: usize| {
        let decimals = columns[place].decimals();
        let steps = row.cells[place].value()?;
        Some(rounded(steps as f64 / 10f64.powi(decimals.into()), decimals))
    };
    let coverage = |row: &Row| {
        let length_ms = (row.end.unix_ns - row.start.unix_ns) as f64 / 1e6;
        let part = if length_ms > 0.0 { row.measured_ms as f64 / length_ms } else { 1.0 };
        rounded(part.min(1.0), 4)
    };
    let flags = found.rows.iter().enumerate().map(|(place, row)| (place, row.flags.slugs()));
    Series {
        from: rfc3339(ask.from),
        to: rfc3339(ask.to),
        step_s: found.step_s,
        zone: zone.name().into(),
        job: found.layout.job.clone(),
        columns: columns.iter().map(ShownColumn::of).collect(),
        start_ms: found.rows.iter().map(|row| unix_ms(row.start)).collect(),
        end_ms: found.rows.iter().map(|row| unix_ms(row.end)).collect(),
        coverage: found.rows.iter().map(coverage).collect(),
        flags: flags.filter(|(_, flags)| !flags.is_empty()).collect(),
        values: (0..columns.len())
            .map(|place| found.rows.iter().map(|row| value(row, place)).collect())
            .collect(),
        truncated: found.truncated,
        damaged: found.damaged,
    }
}

async fn file(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let reader = reader(&web)?;
    let ask = ask(&web, &call)?;
    let format = call.asked("format").unwrap_or("csv").to_string();
    let european = call.asked("european") == Some("true");
    let image = web.image();
    let facts = Facts {
        serial: image.identity.serial.clone(),
        version: super::health::version(&image),
        software_id: image.identity.software_id.clone(),
        zone: web.zone.time_zone().clone(),
        created: image.time,
    };
    let zone = web.zone.clone();
    let made = crate::blocking(move || {
        let found = find(&reader, &zone, &ask, FILE_ROWS_MAX)?;
        if found.truncated {
            let detail =
                format!("more than {FILE_ROWS_MAX} rows; take a longer step or a shorter time");
            return Err(Problem::invalid("step", detail));
        }
        write(&format, european, &facts, found)
    });
    made.await?
}

fn write(format: &str, european: bool, facts: &Facts, found: Found) -> Result<Answer, Problem> {
    let Found { layout, rows, .. } = found;
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
        return Err(Problem::not_found("there are no rows in this time"));
    };
    let name = files::file_name(&facts.serial, &layout.job, first.start, last.end, format);
    let mut bytes = Vec::new();
    let rows: Rows<'_> = Box::new(rows.into_iter().map(Ok));
    let style = if european { files::csv::Style::European } else { files::csv::Style::Plain };
    let (media, written) = match format {
        "csv" => {
            ("text/csv; charset=utf-8", files::csv::write(&mut bytes, &layout, facts, style, rows))
        }
        "json" => ("application/json", files::json::write(&mut bytes, &layout, facts, rows)),
        _ => (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            files::xlsx::write(&mut bytes, &layout, facts, rows),
        ),
    };
    written.map_err(|error| Problem::new("invalid", error.to_string()))?;
    Ok(Answer::file(media, &name, bytes))
}
