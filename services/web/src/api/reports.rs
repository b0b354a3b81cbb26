//! Reports, the jobs that make them, and their schedules.

use super::session::Language;
use crate::Web;
use crate::call::{Answer, Call};
use crate::jobs::Job;
use crate::operation::{Content, Needs, Operation, Parameter, handler, shape};
use crate::problem::Problem;
use crate::reports::{
    Format, Order, Period, Report, Reports, Schedule, Template, asked_span, change_schedules, make,
    print, schedules,
};
use crate::time::rfc3339;
use port::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::query::range;
use warp::http::{Method, StatusCode};

/// Schedules at most.
const SCHEDULES_MAX: usize = 16;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/api/v1/reports/templates",
            "report_templates",
            "Which reports can be made.",
            Needs::Viewer,
            Content::None,
            (200, Content::Json(shape::<Vec<ShownTemplate>>)),
            handler!(templates),
        ),
        Operation::new(
            Method::GET,
            "/api/v1/reports",
            "reports",
            "Reports that were made, the newest first.",
            Needs::Viewer,
            Content::None,
            (200, Content::Json(shape::<Vec<Report>>)),
            handler!(list),
        ),
        Operation::new(
            Method::POST,
            "/api/v1/reports",
            "make_report",
            "Begins to make a report; the job tells when it is there.",
            Needs::Operator,
            Content::Json(shape::<Wanted>),
            (202, Content::Json(shape::<Job>)),
            handler!(begin),
        ),
        Operation {
            query: const { &[Parameter::one("format", "pdf by default.", &["pdf", "xlsx", "csv"])] },
            ..Operation::new(
                Method::GET,
                "/api/v1/reports/{id}/file",
                "report_file",
                "A file of a report.",
                Needs::Viewer,
                Content::None,
                (
                    200,
                    Content::Other(&[
                        "application/pdf",
                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                        "text/csv",
                    ]),
                ),
                handler!(file),
            )
        },
        Operation::new(
            Method::DELETE,
            "/api/v1/reports/{id}",
            "remove_report",
            "Takes a report away.",
            Needs::Operator,
            Content::None,
            (204, Content::None),
            handler!(remove),
        ),
        Operation::new(
            Method::GET,
            "/api/v1/reports/schedules",
            "schedules",
            "Reports that are made by themselves.",
            Needs::Viewer,
            Content::None,
            (200, Content::Json(shape::<Vec<NamedSchedule>>)),
            handler!(all_schedules),
        ),
        Operation::new(
            Method::PUT,
            "/api/v1/reports/schedules/{id}",
            "put_schedule",
            "Keeps a schedule under an id of small letters, digits and `-`.",
            Needs::Operator,
            Content::Json(shape::<Schedule>),
            (200, Content::Json(shape::<NamedSchedule>)),
            handler!(put_schedule),
        ),
        Operation::new(
            Method::DELETE,
            "/api/v1/reports/schedules/{id}",
            "remove_schedule",
            "Takes a schedule away.",
            Needs::Operator,
            Content::None,
            (204, Content::None),
            handler!(remove_schedule),
        ),
        Operation::new(
            Method::GET,
            "/api/v1/jobs",
            "jobs",
            "Work that takes longer than an answer, the newest first.",
            Needs::Viewer,
            Content::None,
            (200, Content::Json(shape::<Vec<Job>>)),
            handler!(jobs),
        ),
        Operation::new(
            Method::GET,
            "/api/v1/jobs/{id}",
            "job",
            "One of them.",
            Needs::Viewer,
            Content::None,
            (200, Content::Json(shape::<Job>)),
            handler!(job),
        ),
    ]
}

#[derive(Serialize, JsonSchema)]
struct ShownTemplate {
    slug: Template,
    /// Its period if nothing is said; none of what is about now.
    period: Option<Period>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    template: Template,
    /// A time in words.
    period: Option<Period>,
    /// Instead of it, a first moment: 2026-11-01, 2026-11-01T06:00 (local) or RFC 3339.
    from: Option<String>,
    /// Moment at which it ends; now by default.
    to: Option<String>,
    #[serde(default = "english")]
    language: Language,
    #[serde(default = "usual_formats")]
    formats: Vec<Format>,
}

fn english() -> Language {
    Language::En
}

fn usual_formats() -> Vec<Format> {
    vec![Format::Pdf]
}

#[derive(Serialize, JsonSchema)]
struct NamedSchedule {
    id: String,
    #[serde(flatten)]
    schedule: Schedule,
}

async fn templates(_web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let shown = Template::ALL.map(|slug| ShownTemplate { slug, period: slug.usual() });
    Ok(Answer::json(&shown.as_slice()))
}

async fn list(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&Reports(&*web.shelf).all()?))
}

fn checked(mut formats: Vec<Format>) -> Result<Vec<Format>, Problem> {
    formats.sort_unstable();
    formats.dedup();
    if formats.is_empty() {
        return Err(Problem::invalid("formats", "name at least one of pdf, xlsx and csv"));
    }
    Ok(formats)
}

async fn begin(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Wanted { template, period, from, to, language, formats } = call.json()?;
    let formats = checked(formats)?;
    let moment = |field: &str, text: Option<String>| {
        let parsed = text.map(|text| range::moment(&text, &web.zone)).transpose();
        parsed.map_err(|error| Problem::invalid(field, error))
    };
    let asked = (moment("from", from)?, moment("to", to)?);
    let span = asked_span(template, period, asked, &web.zone, web.image().time)?;
    let busy = || Problem::new("busy", "too many reports are being made; try again").retry_after(5);
    let job = web.jobs.begin("report").ok_or_else(busy)?;
    let (by, id) = (call.who.name(), job.id);
    let making = Arc::clone(&web);
    // Who asked does not wait for it; the job tells what became of it.
    let _job = tokio::task::spawn_blocking(move || {
        let made = produce(&making, template, span, language, &formats, &by);
        making.jobs.end(id, made.map_err(|problem| problem.detail));
    });
    Ok(Answer::json_with(StatusCode::ACCEPTED, &job))
}

/// Makes a report, prints and keeps it; its number.
///
/// # Errors
/// If the history cannot be read, or the shelf fails.
pub fn produce(
    web: &Web,
    template: Template,
    span: (Timestamp, Timestamp),
    language: Language,
    formats: &[Format],
    by: &str,
) -> Result<u32, Problem> {
    let image = web.image();
    let page = make(&Order {
        template,
        span,
        language,
        reader: web.history.clone(),
        zone: web.zone.clone(),
        image: Arc::clone(&image),
        title: web.device.title.clone(),
        services: web.services.all(),
    })?;
    let printed = formats.iter().map(|format| {
        let bytes = print(&page, *format).map_err(|error| Problem::new("internal", error))?;
        Ok((*format, bytes))
    });
    let files: Vec<(Format, Vec<u8>)> = printed.collect::<Result<_, Problem>>()?;
    let report = Report {
        id: 0,
        template,
        title: format!("{}, {}", page.title, page.period),
        from: rfc3339(span.0),
        to: rfc3339(span.1),
        created: rfc3339(image.time),
        by: by.into(),
        formats: formats.to_vec(),
        bytes: files.iter().map(|(_, bytes)| bytes.len()).sum(),
    };
    let id = Reports(&*web.shelf).keep(&report, &files)?;
    web.audit(format!("report {id} was made by {by}: {}", report.title));
    Ok(id)
}

fn report_id(call: &Call) -> Result<u32, Problem> {
    let text = call.name("id");
    text.parse().map_err(|_| Problem::not_found(format!("there is no report {text}")))
}

async fn file(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let id = report_id(&call)?;
    let format = match call.asked("format") {
        Some("xlsx") => Format::Xlsx,
        Some("csv") => Format::Csv,
        _ => Format::Pdf,
    };
    let found = Reports(&*web.shelf).file(id, format)?;
    let none = || Problem::not_found(format!("there is no report {id} as {}", format.slug()));
    let (report, bytes) = found.ok_or_else(none)?;
    let day = report.from.get(..10).unwrap_or("");
    let name = format!("{}-{day}-{id}.{}", report.template.slug(), format.slug());
    Ok(Answer::file(format.media(), &name, bytes))
}

async fn remove(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let id = report_id(&call)?;
    let none = || Problem::not_found(format!("there is no report {id}"));
    let report = Reports(&*web.shelf).remove(id)?.ok_or_else(none)?;
    web.audit(format!("{} removed report {id}: {}", call.who.name(), report.title));
    Ok(Answer::Done)
}

async fn all_schedules(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let all = schedules(&*web.shelf)?.into_iter();
    let all: Vec<NamedSchedule> =
        all.map(|(id, schedule)| NamedSchedule { id, schedule }).collect();
    Ok(Answer::json(&all))
}

async fn put_schedule(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let mut schedule: Schedule = call.json()?;
    let id = call.name("id").to_string();
    let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    if id.len() > 40 || !id.chars().all(plain) {
        return Err(Problem::invalid("id", "an id has 1 to 40 small letters, digits and -"));
    }
    schedule.formats = checked(schedule.formats)?;
    let known = schedules(&*web.shelf)?;
    if !known.contains_key(&id) && known.len() >= SCHEDULES_MAX {
        return Err(Problem::new(
            "conflict",
            format!("there are {SCHEDULES_MAX} schedules; remove one"),
        ));
    }
    // Up to where it is made is the server's to know; another rhythm begins anew.
    let before = known.get(&id).filter(|before| before.every == schedule.every);
    schedule.last = before.and_then(|before| before.last.clone());
    change_schedules(&*web.shelf, |all| {
        all.insert(id.clone(), schedule.clone());
    })?;
    let template = schedule.template.slug();
    web.audit(format!("{} scheduled the report {template} as \"{id}\"", call.who.name()));
    Ok(Answer::json(&NamedSchedule { id, schedule }))
}

async fn remove_schedule(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let id = call.name("id");
    if !schedules(&*web.shelf)?.contains_key(id) {
        return Err(Problem::not_found(format!("there is no schedule \"{id}\"")));
    }
    change_schedules(&*web.shelf, |all| {
        all.remove(id);
    })?;
    web.audit(format!("{} removed the schedule \"{id}\"", call.who.name()));
    Ok(Answer::Done)
}

async fn jobs(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&web.jobs.all()))
}

async fn job(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let text = call.name("id");
    let found = web.jobs.all().into_iter().find(|job| job.id.to_string() == text);
    let none = || Problem::not_found(format!("there is no job {text}, or it was long ago"));
    Ok(Answer::json(&found.ok_or_else(none)?))
}
