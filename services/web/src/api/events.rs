//! What happened, what is wrong, and whether the log is whole.

use crate::Web;
use crate::alarms::Alarm;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, Parameter, handler, shape};
use crate::problem::Problem;
use crate::time::{rfc3339, rfc3339_s};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use store::keep::Reader;
use store::{Event, EventKind};
use warp::http::Method;
use warp::http::header::LINK;

/// Events of an answer: fewest, most.
const LIMIT: (u64, u64) = (1, 1000);

/// Numbers of events that every reader of JSON counts without rounding.
const NUMBERS: (u64, u64) = (0, (1 << 53) - 1);

/// Events of an answer, if nothing is said.
const LIMIT_USUAL: u64 = 100;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/events",
            id: "events",
            doc: "The log of events, the newest first; `after` gives those after a number, the oldest first.",
            needs: Needs::Viewer,
            query: const {
                &[
                    Parameter::whole("after", "Only events with higher numbers.", NUMBERS),
                    Parameter::whole("before", "Only events with lower numbers.", NUMBERS),
                    Parameter::whole("limit", "100 by default.", LIMIT),
                    Parameter::text("kinds", "Only these kinds, with commas."),
                ]
            },
            body: Content::None,
            answer: (200, Content::Json(shape::<Events>)),
            handler: handler!(events),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/alarms",
            id: "alarms",
            doc: "What is wrong, and what was and nobody has seen.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Alarms>)),
            handler: handler!(alarms),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/alarms/{id}/acknowledge",
            id: "acknowledge_alarm",
            doc: "Says that somebody has seen it.",
            needs: Needs::Operator,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Alarm>)),
            handler: handler!(acknowledge),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/audit/check",
            id: "check_audit",
            doc: "Whether the chain of events is whole: none was taken out, altered or put in.",
            needs: Needs::Administrator,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Check>)),
            handler: handler!(check_audit),
        },
    ]
}

#[derive(Serialize, JsonSchema)]
struct Events {
    events: Vec<ShownEvent>,
    /// What to ask for to go on: `before` or, with `after`, `after`.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<u64>,
}

#[derive(Serialize, JsonSchema)]
struct ShownEvent {
    seq: u64,
    time: String,
    kind: &'static str,
    text: String,
}

/// The history of a run that keeps one.
pub fn history(web: &Web) -> Result<Reader, Problem> {
    let detail = "this run keeps nothing: start it without --ephemeral";
    web.history.clone().ok_or_else(|| Problem::new("keeps-nothing", detail))
}

async fn events(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let history = history(&web)?;
    let kinds = kinds(&call)?;
    let (after, before) = (call.number("after"), call.number("before"));
    let limit = call.number("limit").unwrap_or(LIMIT_USUAL);
    let many = usize::try_from(limit).expect("at most a thousand");
    let found = crate::blocking(move || {
        let wanted = |event: &Event| {
            (kinds.is_empty() || kinds.contains(&event.kind))
                && before.is_none_or(|before| event.seq < before)
        };
        match after {
            Some(after) => history.events_after(after, many, wanted),
            None => history.events_before(before, many, wanted),
        }
    });
    let found = found.await??;
    let next = found.last().filter(|_| found.len() == many).map(|event| event.seq);
    let shown = found.into_iter().map(|event| ShownEvent {
        seq: event.seq,
        time: rfc3339(event.time),
        kind: event.kind.slug(),
        text: event.text,
    });
    let answer = Answer::json(&Events { events: shown.collect(), next });
    let Some(next) = next else { return Ok(answer) };
    let cursor = if after.is_some() { "after" } else { "before" };
    let kinds = call.asked("kinds").map(|kinds| format!("&kinds={kinds}")).unwrap_or_default();
    let link = format!("</api/v1/events?{cursor}={next}&limit={limit}{kinds}>; rel=\"next\"");
    Ok(answer.with(LINK, &link))
}

fn kinds(call: &Call) -> Result<Vec<EventKind>, Problem> {
    let Some(names) = call.asked("kinds") else { return Ok(Vec::new()) };
    let kind = |name: &str| {
        let found = EventKind::ALL.into_iter().find(|kind| kind.slug() == name);
        found.ok_or_else(|| {
            let known: Vec<&str> = EventKind::ALL.into_iter().map(EventKind::slug).collect();
            let known = known.join(", ");
            Problem::invalid("kinds", format!("there is no kind \"{name}\"; there are {known}"))
        })
    };
    names.split(',').map(kind).collect()
}

#[derive(Serialize, JsonSchema)]
struct Alarms {
    alarms: Vec<Alarm>,
}

async fn alarms(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    web.alarms.observe(&web.image());
    Ok(Answer::json(&Alarms { alarms: web.alarms.all() }))
}

async fn acknowledge(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let text = call.name("id");
    let none =
        || Problem::not_found(format!("there is no alarm {text}, or it is over and was seen"));
    let id = text.parse().map_err(|_| none())?;
    let who = call.who.name();
    let alarm = web.alarms.acknowledge(id, &who, &rfc3339_s(call.now_s)).ok_or_else(none)?;
    web.audit(format!("{who} acknowledged: {}", alarm.text));
    Ok(Answer::json(&alarm))
}

#[derive(Serialize, JsonSchema)]
struct Check {
    whole: bool,
    /// The first break.
    #[serde(skip_serializing_if = "Option::is_none")]
    r#break: Option<String>,
}

async fn check_audit(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let history = history(&web)?;
    let found = crate::blocking(move || history.check_events()).await??;
    Ok(Answer::json(&Check { whole: found.is_none(), r#break: found }))
}
