//! Looking after the device: its configuration, a copy of what was set up, and whether there is a newer version.

use super::meters::send;
use super::settings::setting_that_takes;
use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::time::rfc3339_s;
use catalog::{SETTINGS, SettingId};
use image::Request;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::calendar::Zone;
use store::job::Configuration;
use warp::http::Method;

/// Document of a configuration that waits for the next start.
pub const WAITING: &str = "configuration.toml";

/// Document that announces a version; whoever brings the news writes it.
const UPDATE: &str = "update";

/// Documents of the shelf that a copy holds: what people made, and no secret.
const COPIED: [&str; 2] = ["dashboards", "schedules"];

/// Version of the copy's format.
const SCHEMA: u32 = 1;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::new(
            Method::GET,
            "/api/v1/configuration",
            "configuration",
            "Log jobs, time zone and tariffs as TOML; one that waits for the next start, if one does.",
            Needs::Administrator,
            Content::None,
            (200, Content::Json(shape::<ShownConfiguration>)),
            handler!(configuration),
        ),
        Operation::new(
            Method::PUT,
            "/api/v1/configuration",
            "put_configuration",
            "Takes another configuration, which holds from the next start.",
            Needs::Administrator,
            Content::Json(shape::<Text>),
            (200, Content::Json(shape::<ShownConfiguration>)),
            handler!(put_configuration),
        ),
        Operation::new(
            Method::POST,
            "/api/v1/restart",
            "restart",
            "Begins the run anew, with what waits for the next start: some seconds are not measured. Sessions stay.",
            Needs::Administrator,
            Content::None,
            (204, Content::None),
            handler!(restart),
        ),
        Operation::new(
            Method::POST,
            "/api/v1/configuration/check",
            "check_configuration",
            "Says whether a configuration could be taken, and changes nothing.",
            Needs::Administrator,
            Content::Json(shape::<Text>),
            (204, Content::None),
            handler!(check_configuration),
        ),
        Operation::new(
            Method::GET,
            "/api/v1/backup",
            "backup",
            "A copy of settings, configuration, dashboards and schedules, as one document. No users and no secrets.",
            Needs::Administrator,
            Content::None,
            (200, Content::Json(shape::<Copy>)),
            handler!(backup),
        ),
        Operation::new(
            Method::POST,
            "/api/v1/backup/restore",
            "restore",
            "Puts a copy back: all of it is checked first, and nothing is done if something cannot be taken.",
            Needs::Confirmed,
            Content::Json(shape::<Copy>),
            (200, Content::Json(shape::<Restored>)),
            handler!(restore),
        ),
        Operation::new(
            Method::GET,
            "/api/v1/update",
            "update",
            "The version that runs, and a newer one if one was announced.",
            Needs::Viewer,
            Content::None,
            (200, Content::Json(shape::<Update>)),
            handler!(update),
        ),
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Text {
    /// TOML, as `ems config export` writes it.
    text: String,
}

#[derive(Serialize, JsonSchema)]
struct ShownConfiguration {
    /// TOML; empty: that of delivery.
    text: String,
    /// `now`, or `next_start` if it waits.
    takes_effect: &'static str,
}

fn current(web: &Web) -> Result<ShownConfiguration, Problem> {
    let waiting = web.shelf.read(WAITING)?;
    Ok(match waiting.and_then(|bytes| String::from_utf8(bytes).ok()) {
        Some(text) => ShownConfiguration { text, takes_effect: "next_start" },
        None => ShownConfiguration { text: web.configuration.clone(), takes_effect: "now" },
    })
}

async fn configuration(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&current(&web)?))
}

/// Whether a configuration is one; the error names the line.
fn parsed(field: &str, text: &str) -> Result<(), Problem> {
    let found = Configuration::parse(text);
    let found = found.map_err(|error| Problem::invalid(field, error.to_string()))?;
    if found.settings.is_empty() {
        return Ok(());
    }
    Err(Problem::invalid(field, "settings are changed by themselves: leave [settings] out here"))
}

async fn check_configuration(_web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Text { text } = call.json()?;
    parsed("text", &text)?;
    Ok(Answer::Done)
}

async fn put_configuration(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Text { text } = call.json()?;
    parsed("text", &text)?;
    keeps(&web)?;
    web.shelf.update(WAITING, &mut |_| Some(text.clone().into_bytes()))?;
    web.audit(format!("{} gave another configuration, for the next start", call.who.name()));
    Ok(Answer::json(&current(&web)?))
}

/// Has another time zone wait for the next start, if it is another.
pub fn set_zone(web: &Web, name: &str) -> Result<(), Problem> {
    let zone = Zone::parse(name).ok_or_else(|| {
        let detail = format!("there is no time zone \"{name}\"; write it like Europe/Rome");
        Problem::invalid("zone", detail)
    })?;
    let known = Configuration::parse(&current(web)?.text);
    let mut configuration = known.map_err(|error| Problem::invalid("zone", error.to_string()))?;
    if configuration.zone.name() == zone.name() {
        return Ok(());
    }
    configuration.zone = zone;
    keeps(web)?;
    web.shelf.update(WAITING, &mut |_| Some(configuration.to_toml().into_bytes()))?;
    Ok(())
}

fn keeps(web: &Web) -> Result<(), Problem> {
    let detail = "this run keeps nothing, so that there is no next start";
    web.history.is_some().then_some(()).ok_or_else(|| Problem::new("keeps-nothing", detail))
}

async fn restart(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    keeps(&web)?;
    web.services.restart().map_err(|error| Problem::new("conflict", error))?;
    web.audit(format!("{} had the run begin anew", call.who.name()));
    Ok(Answer::Done)
}

/// A copy of what was set up.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Copy {
    /// Version of this format.
    schema: u32,
    /// Of which device.
    serial: String,
    /// When it was made, in UTC.
    made: String,
    /// Values of settings by their names; the password of Modbus is not among them.
    settings: BTreeMap<String, i64>,
    /// TOML; empty: that of delivery.
    configuration: String,
    /// Dashboards and schedules, as they are kept.
    documents: BTreeMap<String, serde_json::Value>,
}

async fn backup(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let rows = SETTINGS.iter().filter(|row| row.id != SettingId::Password);
    let settings = rows.map(|row| (row.slug.to_string(), image.settings.get(row.id))).collect();
    let mut documents = BTreeMap::new();
    for name in COPIED {
        let text = web.shelf.read(name)?;
        if let Some(value) = text.and_then(|text| serde_json::from_slice(&text).ok()) {
            documents.insert(name.to_string(), value);
        }
    }
    let copy = Copy {
        schema: SCHEMA,
        serial: image.identity.serial.clone(),
        made: rfc3339_s(call.now_s),
        settings,
        configuration: current(&web)?.text,
        documents,
    };
    web.audit(format!("{} took a backup", call.who.name()));
    let bytes = serde_json::to_vec_pretty(&copy).expect("texts and numbers are always JSON");
    let name = format!("ems-backup-{}.json", copy.serial);
    Ok(Answer::file("application/json", &name, bytes))
}

#[derive(Serialize, JsonSchema)]
struct Restored {
    /// A sentence for each part.
    done: Vec<String>,
}

async fn restore(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let copy: Copy = call.json()?;
    if copy.schema != SCHEMA {
        return Err(Problem::invalid(
            "schema",
            format!("this version reads copies of schema {SCHEMA}"),
        ));
    }
    let image = web.image();
    let mut wanted = Vec::new();
    for (slug, value) in &copy.settings {
        match setting_that_takes(&image, slug, *value) {
            Ok(row) => wanted.push((row, *value)),
            Err(detail) => return Err(Problem::invalid(&format!("settings.{slug}"), detail)),
        }
    }
    parsed("configuration", &copy.configuration)?;
    if let Some(name) = copy.documents.keys().find(|name| !COPIED.contains(&name.as_str())) {
        let detail = "a copy holds dashboards and schedules, and nothing else";
        return Err(Problem::invalid(&format!("documents.{name}"), detail));
    }
    super::dashboards::check_all(copy.documents.get("dashboards"))?;
    crate::reports::check_schedules(copy.documents.get("schedules"))?;
    let mut done = Vec::new();
    let mut changed = 0;
    for (row, value) in wanted {
        if image.settings.get(row.id) != value {
            send(&web, Request::Set(row.id, value)).await?;
            changed += 1;
        }
    }
    done.push(format!("{changed} settings were changed"));
    for (name, value) in &copy.documents {
        let bytes = serde_json::to_vec_pretty(value).expect("it was JSON");
        web.shelf.update(name, &mut |_| Some(bytes.clone()))?;
        done.push(format!("{name} were put back"));
    }
    if copy.configuration != current(&web)?.text && web.history.is_some() {
        web.shelf.update(WAITING, &mut |_| Some(copy.configuration.clone().into_bytes()))?;
        done.push("the configuration holds from the next start".into());
    }
    web.audit(format!(
        "{} restored a backup of {}, made {}",
        call.who.name(),
        copy.serial,
        copy.made
    ));
    Ok(Answer::json(&Restored { done }))
}

/// A version that was announced.
#[derive(Serialize, Deserialize, JsonSchema)]
struct Announced {
    /// major.minor.revision.
    version: String,
    /// When it was published, in UTC.
    published: String,
    /// What is new, in a few sentences.
    notes: String,
    /// Where it is.
    url: String,
}

#[derive(Serialize, JsonSchema)]
struct Update {
    /// The version that runs.
    current: String,
    /// A newer one, if one was announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<Announced>,
}

async fn update(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let current = web.image().identity.version;
    let text = web.shelf.read(UPDATE)?;
    let announced: Option<Announced> = text.and_then(|text| serde_json::from_slice(&text).ok());
    let available = announced
        .filter(|announced| numbers(&announced.version).is_some_and(|version| version > current));
    let (major, minor, revision) = current;
    Ok(Answer::json(&Update { current: format!("{major}.{minor}.{revision}"), available }))
}

fn numbers(version: &str) -> Option<(u8, u8, u8)> {
    let mut parts = version.split('.').map(|part| part.parse().ok());
    let numbers = (parts.next()??, parts.next()??, parts.next()??);
    parts.next().is_none().then_some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(numbers("0.10.0") > numbers("0.9.9"));
        for nonsense in ["", "1", "1.2", "1.2.3.4", "a.b.c", "1.2.-3"] {
            assert_eq!(numbers(nonsense), None, "{nonsense}");
        }
    }
}
