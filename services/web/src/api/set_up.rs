//! The first set-up: the same steps for the wizard of the page and for a script.

use super::meters::send;
use super::session::{Language, not_done, started};
use super::settings::set_one;
use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::set_up::{SetUp, Step};
use catalog::SettingId;
use image::{MeterId, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use warp::http::Method;

/// The rows.
pub fn operations() -> Vec<Operation> {
    let put = |path, id, doc, body, handler| Operation {
        method: Method::PUT,
        path,
        id,
        doc,
        needs: Needs::Administrator,
        query: &[],
        body,
        answer: (200, Content::Json(shape::<State>)),
        handler,
    };
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/setup",
            id: "setup",
            doc: "How far set-up has come.",
            needs: Needs::Nobody,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<State>)),
            handler: handler!(state),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/setup/password",
            id: "setup_password",
            doc: "The first step: makes the first administrator and logs in. Only while there are no users.",
            needs: Needs::Nobody,
            query: &[],
            body: Content::Json(shape::<First>),
            answer: (200, Content::Json(shape::<super::session::Me>)),
            handler: handler!(password),
        },
        put(
            "/api/v1/setup/language",
            "setup_language",
            "Language of the display and of the first administrator.",
            Content::Json(shape::<Languages>),
            handler!(language),
        ),
        put(
            "/api/v1/setup/network",
            "setup_network",
            "Says that somebody has seen how the device is reached; addresses are the system's.",
            Content::Json(shape::<Seen>),
            handler!(network),
        ),
        put(
            "/api/v1/setup/wiring",
            "setup_wiring",
            "The wiring system.",
            Content::Json(shape::<Wiring>),
            handler!(wiring),
        ),
        put(
            "/api/v1/setup/check",
            "setup_check",
            "Says that somebody has seen what the check of the wiring finds.",
            Content::Json(shape::<Seen>),
            handler!(check),
        ),
        put(
            "/api/v1/setup/modules",
            "setup_modules",
            "Says that somebody has seen which modules answer.",
            Content::Json(shape::<Seen>),
            handler!(modules),
        ),
        put(
            "/api/v1/setup/services",
            "setup_services",
            "What is served besides: Modbus TCP is off as delivered.",
            Content::Json(shape::<Served>),
            handler!(services),
        ),
        Operation {
            method: Method::POST,
            path: "/api/v1/setup/finish",
            id: "setup_finish",
            doc: "Ends set-up. Steps that were left out keep their defaults.",
            needs: Needs::Administrator,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<State>)),
            handler: handler!(finish),
        },
    ]
}

#[derive(Serialize, JsonSchema)]
struct State {
    /// Whether nothing else may be done before its first step.
    required: bool,
    finished: bool,
    steps: Vec<ShownStep>,
    /// The first step that is not done.
    next: Option<Step>,
}

#[derive(Serialize, JsonSchema)]
struct ShownStep {
    name: Step,
    done: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct First {
    #[serde(default = "usual_name")]
    username: String,
    /// 12 characters or more.
    #[schemars(length(min = 12, max = 256))]
    password: String,
}

fn usual_name() -> String {
    "admin".into()
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Languages {
    language: Language,
    /// Time zone by its IANA name, such as Europe/Rome; another one holds from the next start.
    zone: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// `true`.
    accepted: bool,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wiring {
    /// Name of the wiring system, as the setting `wiring` has it.
    wiring: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Served {
    modbus_tcp: bool,
}

/// Whether set-up is finished: by the wizard, or because nobody asks for it.
pub fn is_finished(web: &Web) -> Result<bool, Problem> {
    if !web.asks_set_up() {
        return Ok(true);
    }
    Ok(SetUp::read(&*web.shelf)?.finished)
}

fn shown(web: &Web, set_up: &SetUp) -> Result<Answer, Problem> {
    let is_done = |step: Step| set_up.done.contains(&step);
    Ok(Answer::json(&State {
        required: web.needs_set_up()?,
        finished: set_up.finished || !web.asks_set_up(),
        steps: Step::ALL.map(|name| ShownStep { name, done: is_done(name) }).into(),
        next: Step::ALL.into_iter().find(|step| !is_done(*step)),
    }))
}

async fn state(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    shown(&web, &SetUp::read(&*web.shelf)?)
}

async fn password(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let First { username, password } = call.json()?;
    if !web.needs_set_up()? {
        return Err(Problem::new("conflict", "the device is set up already; log in"));
    }
    let (name, now_s) = (username.to_lowercase(), call.now_s);
    let user = web.hash(move |accounts| accounts.add_first(&name, &password, now_s)).await?;
    let user = user.map_err(|error| not_done("password", error))?;
    SetUp::note(&*web.shelf, Step::Password)?;
    web.audit(format!("{} set the device up, from {}", user.name, call.peer.ip()));
    let begun = web.accounts.start_session(&user, now_s)?;
    started(&web, &begun, Some(&user))
}

fn done(web: &Web, step: Step) -> Result<Answer, Problem> {
    shown(web, &SetUp::note(&*web.shelf, step)?)
}

fn accepted(call: &Call) -> Result<(), Problem> {
    let Seen { accepted } = call.json()?;
    accepted.then_some(()).ok_or_else(|| Problem::invalid("accepted", "send true once it was seen"))
}

async fn language(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Languages { language, zone } = call.json()?;
    if let Some(zone) = zone {
        super::upkeep::set_zone(&web, &zone)?;
    }
    let place = Language::ALL.iter().position(|known| *known == language).expect("one of them");
    let value = i64::try_from(place).expect("four languages");
    set_one(&web, &call, SettingId::DisplayLanguage, value).await?;
    let name = call.who.name();
    if let Some(user) = web.accounts.users()?.into_iter().find(|user| user.name == name) {
        let preferences =
            accounts::Preferences { language: language.slug().into(), ..user.preferences };
        let kept = web.accounts.set_preferences(&name, &preferences);
        kept.map_err(|error| not_done("language", error))?;
    }
    done(&web, Step::Language)
}

async fn network(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    accepted(&call)?;
    done(&web, Step::Network)
}

async fn wiring(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Wiring { wiring } = call.json()?;
    let row = SettingId::Wiring.row();
    let value = row.names.iter().find(|(_, name)| *name == wiring).map(|(value, _)| *value);
    let value = value.ok_or_else(|| {
        let names: Vec<&str> = row.names.iter().map(|(_, name)| *name).collect();
        Problem::invalid("wiring", format!("wiring is one of {}", names.join(", ")))
    })?;
    set_one(&web, &call, SettingId::Wiring, value).await?;
    done(&web, Step::Wiring)
}

async fn check(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    accepted(&call)?;
    done(&web, Step::Check)
}

async fn modules(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    accepted(&call)?;
    done(&web, Step::Modules)
}

async fn services(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Served { modbus_tcp } = call.json()?;
    let now = web.services.all();
    let is_on = now.iter().any(|service| service.name == "modbus_tcp" && service.running);
    if is_on != modbus_tcp {
        super::services::switch_modbus_tcp(&web, &call, modbus_tcp).await?;
    }
    done(&web, Step::Services)
}

async fn finish(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    // What was measured while the wiring was being put right says nothing of the installation.
    send(&web, Request::ResetDemand(MeterId::Main)).await?;
    let set_up = SetUp::change(&*web.shelf, |set_up| set_up.finished = true)?;
    web.audit(format!("{} finished set-up", call.who.name()));
    shown(&web, &set_up)
}
