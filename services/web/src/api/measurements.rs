//! Values, as they are now: all at once, by load, live, and for Prometheus.

use crate::Web;
use crate::call::{Answer, Call};
use crate::http::assets::{accepts_gzip, is_known};
use crate::http::live_socket;
use crate::live::Frame;
use crate::operation::{Content, Needs, Operation, Parameter, handler, shape};
use crate::problem::Problem;
use crate::time::rfc3339;
use crate::values::{Value, meter_id, points_like};
use bytes::Bytes;
use catalog::{Point, QuantityId, Register, Scope, points};
use flate2::{Compression, write::GzEncoder};
use image::{Image, MeterId, MeterImage};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;
use warp::http::header::{CONTENT_ENCODING, ETAG, HeaderValue, VARY};
use warp::http::{Method, StatusCode};
use warp::reply::Response;

/// Compression that pays on a small processor.
const LEVEL: Compression = Compression::new(1);

/// Patterns of points at most.
const PATTERNS_MAX: usize = 32;

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation {
            method: Method::GET,
            path: "/api/v1/measurements",
            id: "measurements",
            doc: "Values of one moment: of all meters and points, or of some. With an ETag that is another one \
                for each window.",
            needs: Needs::Viewer,
            query: const {
                &[
                    Parameter::text("meters", "Names of meters, with commas; all by default."),
                    Parameter::text(
                        "points",
                        "Paths of points, with commas; `*` stands for anything.",
                    ),
                ]
            },
            body: Content::None,
            answer: (200, Content::Json(shape::<Measurements>)),
            handler: handler!(measurements),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/loads",
            id: "loads",
            doc: "The loads by name: what each takes now, and what it took.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Json(shape::<Vec<Load>>)),
            handler: handler!(loads),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/live",
            id: "live",
            doc: "WebSocket: a message of JSON for each window, values in the order of the catalogue.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (101, Content::None),
            handler: handler!(live_socket::no_upgrade),
        },
        Operation {
            method: Method::GET,
            path: "/api/v1/stream",
            id: "stream",
            doc: "The messages of the WebSocket as server-sent events.",
            needs: Needs::Viewer,
            query: &[],
            body: Content::None,
            answer: (200, Content::Other(&["text/event-stream"])),
            handler: handler!(live_socket::stream),
        },
        Operation {
            method: Method::GET,
            path: "/metrics",
            id: "metrics",
            doc: "Values for Prometheus.",
            needs: Needs::Metrics,
            query: &[],
            body: Content::None,
            answer: (200, Content::Other(&["text/plain"])),
            handler: handler!(super::metrics::metrics),
        },
    ]
}

/// Values of one moment.
#[derive(Serialize, JsonSchema)]
struct Measurements {
    /// Number of the image.
    tick: u64,
    /// Its civil time, in UTC.
    time: String,
    meters: Vec<MeterValues>,
}

/// Values of a meter, by path.
#[derive(Serialize, JsonSchema)]
pub struct MeterValues {
    id: String,
    name: String,
    /// When its last window ended, in UTC.
    time: String,
    values: BTreeMap<String, Value>,
}

impl MeterValues {
    /// Of some points.
    pub fn of<'a>(meter: &MeterImage, points: impl Iterator<Item = &'a Point>) -> MeterValues {
        let time = meter.window_end;
        let value = |point: &Point| (point.path(), Value::of(point, meter.get(point.id), time));
        MeterValues {
            id: meter.id.slug(),
            name: meter.name.clone(),
            time: rfc3339(time),
            values: points.map(value).collect(),
        }
    }
}

async fn measurements(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let wants_all = call.asked("meters").is_none() && call.asked("points").is_none();
    let frame = Arc::clone(&web.frames.borrow());
    if wants_all {
        return Ok(all(&frame, &call));
    }
    let wanted = points_asked(&call)?;
    let image = &frame.image;
    let meters = meters_asked(&call, image)?;
    let meters = meters.into_iter().map(|meter| MeterValues::of(meter, wanted.iter().copied()));
    Ok(Answer::json(&Measurements {
        tick: image.tick,
        time: rfc3339(image.time),
        meters: meters.collect(),
    }))
}

/// All values: made once a window, whoever asks.
fn all(frame: &Frame, call: &Call) -> Answer {
    let tag = format!("\"t{}\"", frame.image.tick);
    if is_known(&call.headers, &tag) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Answer::Response(Box::new(response)).with(ETAG, &tag);
    }
    let (plain, gzip) = frame.all.get_or_init(|| serialise(&frame.image));
    let wants_gzip = accepts_gzip(&call.headers);
    let bytes = if wants_gzip { gzip } else { plain };
    let mut response = Answer::Json(StatusCode::OK, bytes.clone()).response();
    let headers = response.headers_mut();
    headers.insert(ETAG, HeaderValue::try_from(tag).expect("a tag of digits"));
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if wants_gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Answer::Response(Box::new(response))
}

fn serialise(image: &Image) -> (Bytes, Bytes) {
    let meters = image.meters.iter().map(|meter| MeterValues::of(meter, points().iter()));
    let all =
        Measurements { tick: image.tick, time: rfc3339(image.time), meters: meters.collect() };
    let plain = serde_json::to_vec(&all).expect("texts and numbers are always JSON");
    let mut encoder = GzEncoder::new(Vec::new(), LEVEL);
    let packed = encoder.write_all(&plain).and_then(|()| encoder.finish());
    (plain.into(), packed.expect("a Vec takes everything").into())
}

fn points_asked(call: &Call) -> Result<Vec<&'static Point>, Problem> {
    let Some(patterns) = call.asked("points") else { return Ok(points().iter().collect()) };
    let mut found: Vec<&'static Point> = Vec::new();
    for (place, pattern) in patterns.split(',').enumerate() {
        if place >= PATTERNS_MAX {
            return Err(Problem::invalid("points", format!("at most {PATTERNS_MAX} patterns")));
        }
        let some = points_like(pattern.trim());
        if some.is_empty() {
            let detail =
                format!("no point is called \"{pattern}\"; /api/v1/catalog lists all of them");
            return Err(Problem::invalid("points", detail));
        }
        found.extend(some);
    }
    found.sort_by_key(|point| point.id);
    found.dedup_by_key(|point| point.id);
    Ok(found)
}

fn meters_asked<'a>(call: &Call, image: &'a Image) -> Result<Vec<&'a MeterImage>, Problem> {
    let Some(names) = call.asked("meters") else { return Ok(image.meters.iter().collect()) };
    let meter = |name: &str| {
        let id = meter_id(name.trim());
        id.and_then(|id| image.meter(id)).ok_or_else(|| {
            let known: Vec<String> = image.meters.iter().map(|meter| meter.id.slug()).collect();
            let known = known.join(", ");
            Problem::invalid("meters", format!("there is no meter \"{name}\"; there are {known}"))
        })
    };
    names.split(',').map(meter).collect()
}

/// A load.
#[derive(Serialize, JsonSchema)]
struct Load {
    meter: String,
    name: String,
    phases: Vec<&'static str>,
    active_power: Value,
    active_energy_import: Value,
}

async fn loads(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let power = catalog::point(QuantityId::ActivePower, None, Scope::System);
    let energy =
        catalog::point(QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System);
    let (power, energy) = power.zip(energy).expect("in the catalogue");
    let shown = image.loads.iter().map(|load| {
        let time = image.meter(load.meter).map_or(image.time, |meter| meter.window_end);
        let phases = Scope::PHASES.iter().zip(load.phases).filter(|(_, takes)| *takes);
        Load {
            meter: load.meter.slug(),
            name: load.name.clone(),
            phases: phases.map(|(phase, _)| phase.slug()).collect(),
            active_power: Value::of(power.point(), load.active_power, time),
            active_energy_import: Value::of(energy.point(), load.active_energy_import, time),
        }
    });
    Ok(Answer::json(&shown.collect::<Vec<_>>()))
}

/// The meter that a path names.
pub fn meter_of<'a>(image: &'a Image, call: &Call) -> Result<&'a MeterImage, Problem> {
    let name = call.name("id");
    let id: Option<MeterId> = meter_id(name);
    id.and_then(|id| image.meter(id)).ok_or_else(|| {
        let known: Vec<String> = image.meters.iter().map(|meter| meter.id.slug()).collect();
        Problem::not_found(format!("there is no meter \"{name}\"; there are {}", known.join(", ")))
    })
}
