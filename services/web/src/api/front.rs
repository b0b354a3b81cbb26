//! The display of the meter, and its buttons.

use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use display::{HEIGHT, WIDTH};
use panel::{Ask, Asking, Picture};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use warp::http::Method;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/lcd",
            id: "lcd",
            doc: "What stands on the display.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Shown>)),
            handler: handler!(lcd),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/lcd/press",
            id: "press",
            doc: "Presses a button, and shows the display after it.",
            needs: Needs::Operator,
            query: &[],
            body: Content::Json(shape::<Press>),
            answer: (200, Content::Json(shape::<Shown>)),
            handler: handler!(press),
        },
    ]
}

#[derive(Serialize, JsonSchema)]
struct Shown {
    /// Name of the view.
    view: String,
    /// Whether the back-light is on.
    lit: bool,
    width: u32,
    height: u32,
    /// A row of dots each, in hexadecimal; the first dot is the highest bit, dark is 1.
    rows: Vec<String>,
}

impl Shown {
    fn of(picture: Picture) -> Shown {
        let Picture { view, lit, rows } = picture;
        Shown { view, lit, width: WIDTH, height: HEIGHT, rows }
    }
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Key {
    Up,
    Down,
    Back,
    Enter,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Press {
    key: Key,
    /// Whether it is held.
    #[serde(default)]
    long: bool,
}

fn panel(web: &Web) -> Result<&Asking, Problem> {
    let none = || Problem::new("conflict", "this meter has no display");
    web.panel.as_ref().ok_or_else(none)
}

async fn lcd(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let picture = panel(&web)?.ask(Ask::Lcd { page: None }).await;
    let picture = picture.map_err(|error| Problem::new("busy", error))?;
    Ok(Answer::json(&Shown::of(picture)))
}

async fn press(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Press { key, long } = call.json()?;
    let key = match key {
        Key::Up => "up",
        Key::Down => "down",
        Key::Back => "back",
        Key::Enter => "enter",
    };
    let picture = panel(&web)?.ask(Ask::Button { key: key.into(), long }).await;
    let picture = picture.map_err(|error| Problem::new("busy", error))?;
    Ok(Answer::json(&Shown::of(picture)))
}
