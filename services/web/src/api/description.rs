//! What there is: quantities, settings, the device, its terminals and ports, this interface.

use super::meters::Meter;
use crate::Web;
use crate::call::{Answer, Call};
use crate::device::{Isolation, System, Terminal};
use crate::http::assets::is_known;
use crate::operation::{Content, Needs, Operation, handler, shape};
use crate::problem::Problem;
use bytes::Bytes;
use catalog::{Class, QUANTITIES, Register, SETTINGS, SettingId, Sign, points};
use image::{Flag, Reason, Warning};
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::{Arc, OnceLock};
use store::calendar::Zone;
use warp::http::header::ETAG;
use warp::http::{Method, StatusCode};
use warp::reply::Response;

/// The rows.
pub fn operations() -> Vec<Operation> {
    let get = |path, id, doc, needs, answer, handler| Operation {
        method: Method::GET,
        path,
        id,
        doc,
        needs,
        query: &[],
        body: Content::None,
        answer: (200, answer),
        handler,
    };
    vec![
        get(
            "/api/v1/openapi.json",
            "openapi",
            "This interface as OpenAPI 3.1.",
            Needs::SetUp,
            Content::Other(&["application/json"]),
            handler!(openapi),
        ),
        get(
            "/api/v1/catalog",
            "catalog",
            "Quantities, points in the order of live values, settings, and the names of qualities.",
            Needs::Viewer,
            Content::Json(shape::<Catalog>),
            handler!(catalog),
        ),
        get(
            "/api/v1/device",
            "device",
            "Who the device is, its meters, terminals, isolation and wiring systems.",
            Needs::Viewer,
            Content::Json(shape::<ShownDevice>),
            handler!(device),
        ),
        get(
            "/api/v1/ports",
            "ports",
            "The datasheet's table of ports, and what is open of them.",
            Needs::Viewer,
            Content::Json(shape::<super::ports::Ports>),
            handler!(super::ports::ports),
        ),
        get(
            "/api/v1/inventory",
            "inventory",
            "What the program is made of, as CycloneDX.",
            Needs::Viewer,
            Content::Other(&["application/vnd.cyclonedx+json"]),
            handler!(inventory),
        ),
    ]
}

async fn openapi(_web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    static TEXT: OnceLock<Bytes> = OnceLock::new();
    let text = TEXT.get_or_init(|| {
        let document = crate::routes::openapi();
        serde_json::to_vec_pretty(&document).expect("a document is always JSON").into()
    });
    Ok(tagged(&call, text))
}

/// What does not change while the program runs.
fn tagged(call: &Call, text: &Bytes) -> Answer {
    let tag = format!("\"{}-{}\"", env!("CARGO_PKG_VERSION"), text.len());
    if is_known(&call.headers, &tag) {
        let mut response = Response::default();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Answer::Response(Box::new(response)).with(ETAG, &tag);
    }
    Answer::Json(StatusCode::OK, text.clone()).with(ETAG, &tag)
}

#[derive(Serialize, JsonSchema)]
struct Catalog {
    quantities: Vec<ShownQuantity>,
    /// In the order of live values.
    points: Vec<ShownPoint>,
    settings: Vec<ShownSetting>,
    /// Names of flags and of reasons for which there is no value.
    qualities: Vec<&'static str>,
    registers: Vec<&'static str>,
    warnings: Vec<&'static str>,
    event_kinds: Vec<&'static str>,
    languages: Vec<&'static str>,
    /// Names of time zones.
    zones: Vec<String>,
    /// The zone of the meter's local clock.
    zone: String,
}

#[derive(Serialize, JsonSchema)]
struct ShownQuantity {
    slug: &'static str,
    name: &'static str,
    unit: &'static str,
    decimals: u8,
    sign: &'static str,
    class: &'static str,
    doc: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct ShownPoint {
    path: String,
    quantity: &'static str,
    scope: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    register: Option<&'static str>,
}

#[derive(Serialize, JsonSchema)]
struct ShownSetting {
    slug: &'static str,
    min: i64,
    max: i64,
    default: i64,
    names: Vec<Name>,
    doc: &'static str,
}

#[derive(Serialize, JsonSchema)]
struct Name {
    value: i64,
    name: &'static str,
}

async fn catalog(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let quantities = QUANTITIES.iter().map(|quantity| ShownQuantity {
        slug: quantity.slug,
        name: quantity.name,
        unit: quantity.unit.symbol(),
        decimals: quantity.decimals,
        sign: match quantity.sign {
            Sign::Unsigned => "unsigned",
            Sign::ImportPositive => "import_positive",
            Sign::InductivePositive => "inductive_positive",
            Sign::Code => "code",
        },
        class: match quantity.class {
            Class::Live => "live",
            Class::Demand => "demand",
            Class::Energy => "energy",
            Class::Hours => "hours",
        },
        doc: quantity.doc,
    });
    let points = points().iter().map(|point| ShownPoint {
        path: point.path(),
        quantity: point.quantity.slug,
        scope: point.scope.slug(),
        register: point.register.map(Register::slug),
    });
    let settings = SETTINGS.iter().map(|row| ShownSetting {
        slug: row.slug,
        min: row.range.0,
        max: row.range.1,
        default: row.default,
        names: row.names.iter().map(|(value, name)| Name { value: *value, name }).collect(),
        doc: row.doc,
    });
    let flags = Flag::ALL.into_iter().map(Flag::slug);
    let reasons = Reason::ALL.into_iter().map(Reason::slug);
    Ok(Answer::json(&Catalog {
        quantities: quantities.collect(),
        points: points.collect(),
        settings: settings.collect(),
        qualities: std::iter::once("good").chain(flags).chain(reasons).collect(),
        registers: Register::ALL.into_iter().map(Register::slug).collect(),
        warnings: Warning::ALL.into_iter().map(Warning::slug).collect(),
        event_kinds: store::EventKind::ALL.into_iter().map(store::EventKind::slug).collect(),
        languages: super::session::Language::ALL.map(super::session::Language::slug).to_vec(),
        zones: Zone::names(),
        zone: web.zone.name().to_string(),
    }))
}

#[derive(Serialize, JsonSchema)]
struct ShownDevice {
    serial: String,
    version: String,
    commit: String,
    /// Id of the software that measures; nothing else changes it.
    software_id: String,
    variant: &'static str,
    year: u16,
    simulated: bool,
    /// Name of the scenario or of the installation.
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    /// When the program was started, in UTC.
    started: String,
    wiring: &'static str,
    /// Zone of the local clock.
    zone: String,
    features: Features,
    certificate: Certificate,
    meters: Vec<Meter>,
    terminals: Vec<Terminal>,
    isolation: Vec<Isolation>,
    systems: Vec<System>,
}

/// What HTTPS shows to who connects.
#[derive(Serialize, JsonSchema)]
struct Certificate {
    /// SHA-256 in pairs of digits, as browsers show it.
    fingerprint: String,
    /// Until when it holds, in UTC.
    not_after: String,
    /// Whether it ends within 30 days, or has ended.
    expires_soon: bool,
}

#[derive(Serialize, JsonSchema)]
struct Features {
    rs485: bool,
    output: bool,
    /// Whether samples can be looked at.
    samples: bool,
    /// Whether a history is kept.
    history: bool,
    /// Whether there is a display.
    display: bool,
}

async fn device(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let certificate = web.certificate.facts();
    let identity = &image.identity;
    let wiring = image.settings.get(SettingId::Wiring);
    let names = SettingId::Wiring.row().names;
    let has = |terminal: &&Terminal| {
        // The laboratory's twin has both options, which share terminals; it shows the output.
        let variant = identity.variant.slug();
        let own = if variant == "lab" { "O1" } else { variant };
        terminal.variant.is_empty() || terminal.variant == own
    };
    Ok(Answer::json(&ShownDevice {
        serial: identity.serial.clone(),
        version: super::health::version(&image),
        commit: web.device.commit.clone(),
        software_id: identity.software_id.clone(),
        variant: identity.variant.slug(),
        year: identity.year,
        simulated: identity.simulated,
        title: web.device.title.clone(),
        seed: web.device.seed,
        started: web.device.started.clone(),
        wiring: names.iter().find(|(value, _)| *value == wiring).map_or("", |(_, name)| name),
        zone: web.zone.name().into(),
        features: Features {
            rs485: identity.variant.has_rs485(),
            output: identity.variant.has_output(),
            samples: web.waves.is_some(),
            history: web.history.is_some(),
            display: web.panel.is_some(),
        },
        certificate: Certificate {
            not_after: certificate.not_after(),
            expires_soon: certificate.expires_soon(call.now_s),
            fingerprint: certificate.fingerprint,
        },
        meters: image.meters.iter().map(Meter::of).collect(),
        terminals: web.device.terminals.iter().filter(has).cloned().collect(),
        isolation: web.device.isolation.clone(),
        systems: web.device.systems.clone(),
    }))
}

async fn inventory(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::file("application/vnd.cyclonedx+json", "ems.cdx.json", web.device.inventory))
}
