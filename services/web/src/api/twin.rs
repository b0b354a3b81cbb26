//! The simulation: what runs, how fast, and what is done to it.

use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::seams::{Injected, Injection, Progress, ScenarioFacts, ScenarioName, TwinControl};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use warp::http::{Method, StatusCode};

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/api/v1/twin",
            "twin",
            "The scenario that runs, and how far it has come.",
            Content::Json(shape::<Twin>),
            handler!(twin),
        ),
        Operation::get(
            "/api/v1/twin/digest",
            "digest",
            "Digest over the exact bits of all windows so far.",
            Content::Json(shape::<Progress>),
            handler!(digest),
        ),
        Operation::get(
            "/api/v1/twin/scenario",
            "scenario",
            "The scenario as TOML, with what was injected: played again it gives the same digest.",
            Content::Other(&["application/toml"]),
            handler!(scenario),
        ),
        Operation::new(
            Method::PUT,
            "/api/v1/twin/scenario",
            "choose_scenario",
            "Ends this run and begins another scenario, with data of its own. The link logs in once when it runs.",
            Needs::Administrator,
            Content::Json(shape::<Choice>),
            (202, Content::Json(shape::<Begins>)),
            handler!(choose),
        ),
        Operation::get(
            "/api/v1/twin/scenarios",
            "scenarios",
            "The scenarios that come with the program.",
            Content::Json(shape::<Vec<ScenarioName>>),
            handler!(scenarios),
        ),
        Operation {
            method: Method::PUT,
            path: "/api/v1/twin/pace",
            id: "set_pace",
            doc: "How fast simulated time passes: realtime, max or a factor.",
            needs: Needs::Operator,
            query: &[],
            body: Content::Json(shape::<Pace>),
            answer: (200, Content::Json(shape::<Twin>)),
            handler: handler!(set_pace),
        },
        Operation::get(
            "/api/v1/twin/injections",
            "injections",
            "What can be injected, with its parameters.",
            Content::Json(shape::<Vec<Injection>>),
            handler!(injections),
        ),
        Operation {
            method: Method::POST,
            path: "/api/v1/twin/inject",
            id: "inject",
            doc: "Does something to the simulated grid, its loads, modules or contacts: `kind` and its parameters.",
            needs: Needs::Operator,
            query: &[],
            body: Content::Json(shape::<Inject>),
            answer: (200, Content::Json(shape::<Twin>)),
            handler: handler!(inject),
        },
    ]
}

#[derive(Serialize, JsonSchema)]
struct Twin {
    scenario: ScenarioFacts,
    /// `realtime`, `max` or a factor.
    speed: String,
    #[serde(flatten)]
    progress: Progress,
    /// What was injected, the first first.
    injected: Vec<Injected>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pace {
    speed: Speed,
}

/// Another scenario.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Choice {
    /// Of those that come with the program.
    name: String,
}

#[derive(Serialize, JsonSchema)]
struct Begins {
    /// What is put behind `#link=` in the address of the page.
    link: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(untagged)]
enum Speed {
    Factor(f64),
    Name(String),
}

/// What is injected: a kind and its parameters.
#[derive(Deserialize, JsonSchema)]
struct Inject {
    kind: String,
    #[serde(flatten)]
    parameters: serde_json::Map<String, serde_json::Value>,
}

fn control(web: &Web) -> Result<Arc<dyn TwinControl>, Problem> {
    let detail = "this meter measures a real grid, which nobody can command";
    web.twin.clone().ok_or_else(|| Problem::new("not-simulated", detail))
}

fn shown(twin: &dyn TwinControl) -> Answer {
    Answer::json(&Twin {
        scenario: twin.scenario(),
        speed: twin.speed(),
        progress: twin.progress(),
        injected: twin.injected(),
    })
}

async fn twin(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(shown(&*control(&web)?))
}

async fn digest(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&control(&web)?.progress()))
}

async fn scenario(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::text("application/toml", control(&web)?.scenario().text))
}

async fn choose(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let twin = control(&web)?;
    let Choice { name } = call.json()?;
    let link =
        twin.choose(&name).map_err(|refused| Problem::invalid(&refused.field, refused.reason))?;
    web.audit(format!("{} chose the scenario {name}", call.who.name()));
    Ok(Answer::json_with(StatusCode::ACCEPTED, &Begins { link }))
}

async fn scenarios(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&control(&web)?.scenarios()))
}

async fn injections(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&control(&web)?.injections()))
}

async fn set_pace(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let twin = control(&web)?;
    let Pace { speed } = call.json()?;
    let speed = match speed {
        Speed::Factor(factor) => factor.to_string(),
        Speed::Name(name) => name,
    };
    twin.set_speed(&speed).map_err(|error| Problem::invalid("speed", error))?;
    web.audit(format!("{} set the pace of the simulation to {speed}", call.who.name()));
    Ok(shown(&*twin))
}

async fn inject(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let twin = control(&web)?;
    let Inject { kind, parameters: mut what } = call.json()?;
    what.insert("kind".into(), kind.into());
    twin.inject(&what).map_err(|refused| Problem::invalid(&refused.field, refused.reason))?;
    let text = serde_json::to_string(&what).unwrap_or_default();
    web.audit(format!("{} injected {text}", call.who.name()));
    Ok(shown(&*twin))
}
