//! Dashboards: what a user puts together of widgets, kept as documents.

use crate::Web;
use crate::call::{Answer, Call, Who};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::time::rfc3339_s;
use accounts::Role;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use warp::http::Method;

/// Name of the document.
const DOCUMENT: &str = "dashboards";

/// Dashboards at most.
const DASHBOARDS_MAX: usize = 64;

/// Widgets of a dashboard at most.
const WIDGETS_MAX: usize = 48;

/// Longest name or title, in characters.
const NAME_MAX: usize = 80;

/// Columns of the grid that widgets stand on.
const GRID: u32 = 12;

/// Bytes of the options of a widget at most.
const OPTIONS_BYTES_MAX: usize = 4096;

/// The rows.
pub fn operations() -> Vec<Operation> {
    let operation = |method, path, id, doc, body, answer, handler| Operation {
        method,
        path,
        id,
        doc,
        needs: Needs::Viewer,
        query: &[],
        body,
        answer,
        handler,
    };
    vec![
        operation(
            Method::GET,
            "/api/v1/dashboards",
            "dashboards",
            "One's own dashboards, and those that others share.",
            Content::None,
            (200, Content::Json(shape::<Vec<Listed>>)),
            handler!(list),
        ),
        operation(
            Method::GET,
            "/api/v1/dashboards/{id}",
            "dashboard",
            "A dashboard.",
            Content::None,
            (200, Content::Json(shape::<Kept>)),
            handler!(get),
        ),
        operation(
            Method::PUT,
            "/api/v1/dashboards/{id}",
            "put_dashboard",
            "Keeps a dashboard under an id of small letters, digits and `-`.",
            Content::Json(shape::<Dashboard>),
            (200, Content::Json(shape::<Kept>)),
            handler!(put),
        ),
        operation(
            Method::DELETE,
            "/api/v1/dashboards/{id}",
            "remove_dashboard",
            "Takes a dashboard away.",
            Content::None,
            (204, Content::None),
            handler!(remove),
        ),
    ]
}

/// Kinds of widgets.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Value,
    Gauge,
    Line,
    Bar,
    Heatmap,
    Phasor,
    Table,
    Text,
}

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Widget {
    #[schemars(length(min = 1, max = 80))]
    id: String,
    kind: Kind,
    #[schemars(length(max = 80))]
    title: String,
    /// First column of twelve, from 0.
    #[schemars(range(max = 11))]
    x: u32,
    /// Row, from 0.
    #[schemars(range(max = 200))]
    y: u32,
    /// Columns.
    #[schemars(range(min = 1, max = 12))]
    w: u32,
    /// Rows.
    #[schemars(range(min = 1, max = 24))]
    h: u32,
    /// What it shows; of its kind.
    #[serde(default)]
    options: serde_json::Map<String, serde_json::Value>,
}

/// A dashboard as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Dashboard {
    #[schemars(length(min = 1, max = 80))]
    name: String,
    /// Whether others see it.
    #[serde(default)]
    shared: bool,
    #[schemars(length(max = 48))]
    widgets: Vec<Widget>,
}

/// A dashboard as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
struct Kept {
    id: String,
    owner: String,
    /// When it was last changed, in UTC.
    updated: String,
    #[serde(flatten)]
    dashboard: Dashboard,
}

#[derive(Serialize, JsonSchema)]
struct Listed {
    id: String,
    name: String,
    owner: String,
    shared: bool,
    updated: String,
}

type Document = BTreeMap<String, Kept>;

fn read(web: &Web) -> Result<Document, Problem> {
    let text = web.shelf.read(DOCUMENT)?;
    let parsed = text.map_or(Ok(Document::new()), |text| serde_json::from_slice(&text));
    parsed
        .map_err(|error| Problem::new("internal", format!("the dashboards make no sense: {error}")))
}

/// Whether somebody sees a dashboard; an administrator sees all.
fn sees(who: &Who, kept: &Kept) -> bool {
    kept.dashboard.shared || owns(who, kept)
}

fn owns(who: &Who, kept: &Kept) -> bool {
    kept.owner == who.name() || who.role() == Some(Role::Administrator)
}

async fn list(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let all = read(&web)?;
    let seen = all.into_values().filter(|kept| sees(&call.who, kept));
    let listed = seen.map(|kept| Listed {
        id: kept.id,
        name: kept.dashboard.name,
        owner: kept.owner,
        shared: kept.dashboard.shared,
        updated: kept.updated,
    });
    Ok(Answer::json(&listed.collect::<Vec<_>>()))
}

fn none(id: &str) -> Problem {
    Problem::not_found(format!("there is no dashboard \"{id}\" that you may see"))
}

async fn get(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let id = call.name("id");
    let kept = read(&web)?.remove(id).filter(|kept| sees(&call.who, kept));
    Ok(Answer::json(&kept.ok_or_else(|| none(id))?))
}

fn check(id: &str, dashboard: &Dashboard) -> Result<(), Problem> {
    let plain = |c: char| matches!(c, 'a'..='z' | '0'..='9' | '-');
    if id.len() > 40 || !id.chars().all(plain) {
        return Err(Problem::invalid("id", "an id has 1 to 40 small letters, digits and -"));
    }
    let length = dashboard.name.chars().count();
    if !(1..=NAME_MAX).contains(&length) {
        return Err(Problem::invalid("name", format!("a name has 1 to {NAME_MAX} characters")));
    }
    if dashboard.widgets.len() > WIDGETS_MAX {
        return Err(Problem::invalid("widgets", format!("at most {WIDGETS_MAX} widgets")));
    }
    for (place, widget) in dashboard.widgets.iter().enumerate() {
        let wrong = |field: &str, detail: &str| {
            Err(Problem::invalid(&format!("widgets.{place}.{field}"), detail))
        };
        let texts = [("id", &widget.id), ("title", &widget.title)];
        if let Some((field, _)) = texts.iter().find(|(_, text)| text.chars().count() > NAME_MAX) {
            return wrong(field, "at most 80 characters");
        }
        if widget.id.is_empty() {
            return wrong("id", "a widget has an id");
        }
        if !(1..=GRID).contains(&widget.w) || widget.x.saturating_add(widget.w) > GRID {
            return wrong("w", "a widget lies within twelve columns");
        }
        if !(1..=24).contains(&widget.h) || widget.y > 200 {
            return wrong("h", "a widget is 1 to 24 rows high and begins in the first 200");
        }
        let bytes = serde_json::to_vec(&widget.options).map_or(usize::MAX, |bytes| bytes.len());
        if bytes > OPTIONS_BYTES_MAX {
            return wrong("options", "the options of a widget have at most 4096 bytes");
        }
    }
    Ok(())
}

/// Whether a document holds dashboards that could be kept.
///
/// # Errors
/// With the field at fault.
pub fn check_all(document: Option<&serde_json::Value>) -> Result<(), Problem> {
    let Some(document) = document else { return Ok(()) };
    let wrong = |detail: String| Problem::invalid("documents.dashboards", detail);
    let all: Document =
        serde_json::from_value(document.clone()).map_err(|error| wrong(error.to_string()))?;
    if all.len() > DASHBOARDS_MAX {
        return Err(wrong(format!("at most {DASHBOARDS_MAX} dashboards")));
    }
    all.iter().try_for_each(|(id, kept)| check(id, &kept.dashboard))
}

async fn put(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let dashboard: Dashboard = call.json()?;
    let id = call.name("id").to_string();
    check(&id, &dashboard)?;
    let known = read(&web)?;
    let owner = match known.get(&id) {
        Some(kept) if owns(&call.who, kept) => kept.owner.clone(),
        Some(_) => {
            return Err(Problem::new("conflict", "a dashboard of somebody else has this id"));
        }
        None if known.len() >= DASHBOARDS_MAX => {
            return Err(Problem::new(
                "conflict",
                format!("there are {DASHBOARDS_MAX} dashboards; remove one"),
            ));
        }
        None => call.who.name(),
    };
    let kept = Kept { id: id.clone(), owner, updated: rfc3339_s(call.now_s), dashboard };
    change(&web, |all| {
        all.insert(id.clone(), kept.clone());
    })?;
    Ok(Answer::json(&kept))
}

async fn remove(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let id = call.name("id");
    let known = read(&web)?.remove(id).filter(|kept| sees(&call.who, kept));
    let kept = known.ok_or_else(|| none(id))?;
    if !owns(&call.who, &kept) {
        return Err(Problem::new("not-allowed", "only its owner or an administrator may do that"));
    }
    change(&web, |all| {
        all.remove(id);
    })?;
    Ok(Answer::Done)
}

fn change(web: &Web, change: impl Fn(&mut Document)) -> Result<(), Problem> {
    web.shelf.update(DOCUMENT, &mut |text| {
        let mut all: Document =
            text.and_then(|text| serde_json::from_slice(text).ok()).unwrap_or_default();
        change(&mut all);
        Some(serde_json::to_vec_pretty(&all).expect("a document is always JSON"))
    })?;
    Ok(())
}
