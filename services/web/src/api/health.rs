//! Whether it lives, and whether it measures.

use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::time::rfc3339;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;
use warp::http::Method;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/health",
            id: "health",
            doc: "Whether the program lives.",
            needs: Needs::Nobody,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Health>)),
            handler: handler!(health),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/ready",
            id: "ready",
            doc: "Whether there are values: 503 until the first window has closed.",
            needs: Needs::Nobody,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Ready>)),
            handler: handler!(ready),
        },
    ]
}

#[derive(Serialize, JsonSchema)]
struct Health {
    /// Always `ok`.
    status: &'static str,
    version: String,
    /// Whether the samples come from a simulation.
    simulated: bool,
    /// Civil time of the meter, in UTC.
    time: String,
    /// Whether somebody has set a password, so that more than set-up may be done.
    set_up: bool,
}

async fn health(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    Ok(Answer::json(&Health {
        status: "ok",
        version: version(&image),
        simulated: image.identity.simulated,
        time: rfc3339(image.time),
        set_up: !web.needs_set_up()?,
    }))
}

/// Version of the program.
pub fn version(image: &image::Image) -> String {
    let (major, minor, revision) = image.identity.version;
    format!("{major}.{minor}.{revision}")
}

#[derive(Serialize, JsonSchema)]
struct Ready {
    /// Always `true`.
    ready: bool,
}

async fn ready(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    if web.image().main().windows == 0 {
        return Err(Problem::new("busy", "it waits for the first window"));
    }
    Ok(Answer::json(&Ready { ready: true }))
}
