//! What the meter is set to, its input and output, and the configuration of jobs, zone and tariffs.

use super::meters::{Done, send};
use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::{FieldError, Problem};
use catalog::{SETTINGS, Setting, SettingId};
use image::{Image, Request};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use warp::http::Method;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/settings",
            id: "settings",
            doc: "All settings with their ranges.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<ShownSettings>)),
            handler: handler!(settings),
        },
        Operation {
            method: Method::PATCH,
            path: "/api/v1/settings",
            id: "change_settings",
            doc: "Gives settings values, as numbers or names. If one cannot be taken, none is.",
            needs: Needs::Operator,
            query: &[],
            body: Content::Json(shape::<Wanted>),
            answer: (200, Content::Json(shape::<Changed>)),
            handler: handler!(change),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/settings/check",
            id: "check_settings",
            doc: "Says whether values could be taken, and changes nothing.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::Json(shape::<Wanted>),
            answer: (204, Content::None),
            handler: handler!(check),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/io",
            id: "io",
            doc: "State and function of the digital input and output.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<InputOutput>)),
            handler: handler!(io),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/io/output",
            id: "switch_output",
            doc: "Switches the digital output, if its function is remote.",
            needs: Needs::Operator,
            query: &[],
            body: Content::Json(shape::<Switch>),
            answer: (200, Content::Json(shape::<Done>)),
            handler: handler!(switch),
        },
    ]
}

/// Values by the name of the setting.
type Wanted = BTreeMap<String, WantedValue>;

#[derive(Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
enum WantedValue {
    Number(i64),
    Name(String),
}

#[derive(Serialize, JsonSchema)]
struct ShownSettings {
    settings: BTreeMap<&'static str, ShownSetting>,
}

#[derive(Serialize, JsonSchema)]
struct ShownSetting {
    value: i64,
    /// Name of the value, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    min: i64,
    max: i64,
    default: i64,
    /// When a change shows: `next_window`, `next_interval` or `at_once`.
    effective: &'static str,
    /// Whether the ordering option has what it sets.
    applies: bool,
}

#[derive(Serialize, JsonSchema)]
struct Changed {
    done: Vec<ChangedSetting>,
}

#[derive(Serialize, JsonSchema)]
struct ChangedSetting {
    slug: &'static str,
    value: i64,
    /// Number of the image that shows it.
    tick: u64,
}

fn name_of(row: &Setting, value: i64) -> Option<&'static str> {
    row.names.iter().find(|(known, _)| *known == value).map(|(_, name)| *name)
}

fn effective(id: SettingId) -> &'static str {
    use SettingId::*;
    match id {
        Wiring | ApparentMethod | DcBlocking | Netting | Generation | WrongConnectionDetection => {
            "next_window"
        }
        DemandIntervalMin => "next_interval",
        TariffMode
        | TariffSelected
        | PartialRunning
        | DigitalInputFunction
        | Password
        | DigitalOutputFunction
        | DigitalOutputNormalState
        | PulseEnergy
        | PulseWeightWh
        | PulseDurationMs
        | OutputRemote
        | AlarmVariable
        | AlarmSet1
        | AlarmSet2
        | AlarmDelayS
        | DisplayLanguage
        | DisplayHomePage
        | DisplayBacklightMin
        | DisplayScreensaver
        | DisplayPageFilter => "at_once",
    }
}

/// Whether a setting is of the digital output.
fn is_of_output(id: SettingId) -> bool {
    use SettingId::*;
    matches!(
        id,
        DigitalOutputFunction
            | DigitalOutputNormalState
            | PulseEnergy
            | PulseWeightWh
            | PulseDurationMs
            | OutputRemote
    )
}

async fn settings(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    // The password of Modbus is shown to nobody.
    let rows = SETTINGS.iter().filter(|row| row.id != SettingId::Password);
    let shown = rows.map(|row| {
        let value = image.settings.get(row.id);
        let shown = ShownSetting {
            value,
            name: name_of(row, value),
            min: row.range.0,
            max: row.range.1,
            default: row.default,
            effective: effective(row.id),
            applies: image.identity.variant.has_output() || !is_of_output(row.id),
        };
        (row.slug, shown)
    });
    Ok(Answer::json(&ShownSettings { settings: shown.collect() }))
}

/// Settings and values, or everything that is wrong with them.
fn parse(image: &Image, wanted: &Wanted) -> Result<Vec<(&'static Setting, i64)>, Problem> {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    for (slug, value) in wanted {
        match parse_one(image, slug, value) {
            Ok(one) => found.push(one),
            Err(detail) => errors.push(FieldError { field: slug.clone(), detail }),
        }
    }
    if wanted.is_empty() {
        return Err(Problem::new("invalid", "name a setting and its value"));
    }
    if errors.is_empty() { Ok(found) } else { Err(Problem::invalid_fields(errors)) }
}

fn parse_one(
    image: &Image,
    slug: &str,
    value: &WantedValue,
) -> Result<(&'static Setting, i64), String> {
    let row = SETTINGS.iter().find(|row| row.slug == slug);
    let row = row.ok_or_else(|| format!("there is no setting {slug}; /api/v1/settings has all"))?;
    if is_of_output(row.id) && !image.identity.variant.has_output() {
        return Err(format!("variant {} has no digital output", image.identity.variant.slug()));
    }
    let number = match value {
        WantedValue::Number(number) => Some(*number),
        WantedValue::Name(name) => {
            row.names.iter().find(|(_, known)| known == name).map(|(value, _)| *value)
        }
    };
    number.filter(|number| row.accepts(*number)).map(|number| (row, number)).ok_or_else(|| {
        let (low, high) = row.range;
        match row.names {
            [] => format!("{slug} is a whole number from {low} to {high}"),
            names => {
                let names: Vec<&str> = names.iter().map(|(_, name)| *name).collect();
                format!("{slug} is one of {}", names.join(", "))
            }
        }
    })
}

/// The setting of a name, if it takes a value.
///
/// # Errors
/// A sentence.
pub fn setting_that_takes(
    image: &Image,
    slug: &str,
    value: i64,
) -> Result<&'static Setting, String> {
    // What an absent output is set to does nothing, and is the same in every copy.
    let row = SETTINGS.iter().find(|row| row.slug == slug && is_of_output(row.id));
    match row.filter(|_| !image.identity.variant.has_output()) {
        Some(row) if image.settings.get(row.id) == value => Ok(row),
        _ => parse_one(image, slug, &WantedValue::Number(value)).map(|(row, _)| row),
    }
}

async fn check(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let wanted: Wanted = call.json()?;
    parse(&web.image(), &wanted)?;
    Ok(Answer::Done)
}

async fn change(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let wanted: Wanted = call.json()?;
    let before = web.image();
    let parsed = parse(&before, &wanted)?;
    let mut done = Vec::new();
    for (row, value) in parsed {
        done.push(set(&web, &call, row, value, &before).await?);
    }
    Ok(Answer::json(&Changed { done }))
}

/// Sets one, and says who did.
async fn set(
    web: &Web,
    call: &Call,
    row: &'static Setting,
    value: i64,
    before: &Image,
) -> Result<ChangedSetting, Problem> {
    let tick = send(web, Request::Set(row.id, value)).await?;
    let text = |value: i64| match (row.id, name_of(row, value)) {
        // What it was is nobody's business in a log.
        (SettingId::Password, _) => "(secret)".to_string(),
        (_, Some(name)) => name.to_string(),
        (_, None) => value.to_string(),
    };
    let (old, new) = (text(before.settings.get(row.id)), text(value));
    web.audit(format!("{} set {} from {old} to {new}", call.who.name(), row.slug));
    Ok(ChangedSetting { slug: row.slug, value, tick })
}

/// Sets one by its id.
pub async fn set_one(web: &Web, call: &Call, id: SettingId, value: i64) -> Result<u64, Problem> {
    Ok(set(web, call, id.row(), value, &web.image()).await?.tick)
}

#[derive(Serialize, JsonSchema)]
struct InputOutput {
    input: Input,
    output: Output,
    /// Active tariff; none while tariffs are off.
    tariff: Option<u8>,
    /// Whether the alarm is raised.
    alarm: bool,
}

#[derive(Serialize, JsonSchema)]
struct Input {
    closed: bool,
    function: Option<&'static str>,
    /// Neither open nor closed: what it was before holds.
    undefined: bool,
}

#[derive(Serialize, JsonSchema)]
struct Output {
    /// Whether the ordering option has it.
    present: bool,
    closed: bool,
    function: Option<&'static str>,
    normal_state: Option<&'static str>,
    /// Whether it is switched on, if its function is remote.
    remote: bool,
}

async fn io(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let name = |id: SettingId| name_of(id.row(), image.settings.get(id));
    Ok(Answer::json(&InputOutput {
        input: Input {
            closed: image.io.input_closed,
            function: name(SettingId::DigitalInputFunction),
            undefined: image.io.warnings.contains(image::Warning::InputUndefined),
        },
        output: Output {
            present: image.identity.variant.has_output(),
            closed: image.io.output_closed,
            function: name(SettingId::DigitalOutputFunction),
            normal_state: name(SettingId::DigitalOutputNormalState),
            remote: image.settings.get(SettingId::OutputRemote) == 1,
        },
        tariff: image.io.tariff,
        alarm: image.io.alarm,
    }))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    on: bool,
}

async fn switch(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Switch { on } = call.json()?;
    let image = web.image();
    let function = SettingId::DigitalOutputFunction;
    if name_of(function.row(), image.settings.get(function)) != Some("remote") {
        let detail = "the output is not remote: set digital_output_function to remote first";
        return Err(Problem::new("conflict", detail));
    }
    let tick = set_one(&web, &call, SettingId::OutputRemote, i64::from(on)).await?;
    Ok(Answer::json(&Done { tick }))
}
