//! What is served beside this interface, and what a support engineer asks for.

use super::events::history;
use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use crate::seams::ServiceState;
use crate::time::rfc3339;
use catalog::{SETTINGS, SettingId};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use warp::http::Method;

/// Events in a bundle of diagnostics.
const EVENTS: usize = 500;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/services",
            id: "services",
            doc: "What is served, and where.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Vec<ServiceState>>)),
            handler: handler!(services),
        },
        Operation {
            method: Method::PATCH,
            path: "/api/v1/services",
            id: "change_services",
            doc: "Switches what may be switched; it is done when this answers.",
            needs: Needs::Administrator,
            query: &[],
            body: Content::Json(shape::<Wanted>),
            answer: (200, Content::Json(shape::<Vec<ServiceState>>)),
            handler: handler!(change),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/diagnostics",
            id: "diagnostics",
            doc: "One document for whoever helps: device, settings, services, alarms, values and the last events; \
                no secrets.",
            needs: Needs::Administrator,
            query: &[],
            body: Content::None,
            answer: (200, Content::Other(&["application/json"])),
            handler: handler!(diagnostics),
        },
    ]
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    modbus_tcp: Switch,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Switch {
    enabled: bool,
}

async fn services(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&web.services.all()))
}

async fn change(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Wanted { modbus_tcp: Switch { enabled } } = call.json()?;
    switch_modbus_tcp(&web, &call, enabled).await?;
    Ok(Answer::json(&web.services.all()))
}

/// Switches Modbus TCP on or off, and says who did.
pub async fn switch_modbus_tcp(web: &Web, call: &Call, on: bool) -> Result<(), Problem> {
    let services = Arc::clone(&web.services);
    let switched = crate::blocking(move || services.set_modbus_tcp(on)).await?;
    switched.map_err(|error| Problem::new("conflict", error))?;
    let state = if on { "on" } else { "off" };
    web.audit(format!("{} switched Modbus TCP {state}", call.who.name()));
    Ok(())
}

async fn diagnostics(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let events = match history(&web) {
        Ok(reader) => {
            crate::blocking(move || reader.events_before(None, EVENTS, |_| true)).await??
        }
        Err(_) => Vec::new(),
    };
    let events: Vec<_> = events
        .iter()
        .map(|event| {
            json!({"seq": event.seq, "time": rfc3339(event.time), "kind": event.kind.slug(), "text": event.text})
        })
        .collect();
    let settings: serde_json::Map<String, serde_json::Value> = SETTINGS
        .iter()
        .filter(|row| row.id != SettingId::Password)
        .map(|row| (row.slug.to_string(), image.settings.get(row.id).into()))
        .collect();
    let values: serde_json::Map<String, serde_json::Value> = image
        .meters
        .iter()
        .map(|meter| {
            let values = super::measurements::MeterValues::of(meter, catalog::points().iter());
            (meter.id.slug(), serde_json::to_value(values).unwrap_or_default())
        })
        .collect();
    let document = json!({
        "schema": 1,
        "made": crate::time::rfc3339_s(call.now_s),
        "serial": image.identity.serial,
        "version": super::health::version(&image),
        "commit": web.device.commit,
        "software_id": image.identity.software_id,
        "variant": image.identity.variant.slug(),
        "simulated": image.identity.simulated,
        "started": web.device.started,
        "time": rfc3339(image.time),
        "tick": image.tick,
        "settings": settings,
        "services": web.services.all(),
        "alarms": web.alarms.all(),
        "values": values,
        "events": events,
    });
    web.audit(format!("{} took diagnostics", call.who.name()));
    let text = serde_json::to_vec_pretty(&document).expect("a document is always JSON");
    let name = format!("ems-diagnostics-{}.json", image.identity.serial);
    Ok(Answer::file("application/json", &name, text))
}
