//! One meter: its counters, its phasors, its wiring, its samples.

use super::measurements::{MeterValues, meter_of};
use crate::Web;
use crate::call::{Answer, Call};
use crate::operation::{Content, Needs, Operation, Parameter, handler, shape};
use crate::problem::Problem;
use crate::seams::{Spectrum, WaveChannel};
use crate::time::rfc3339;
use crate::values::phasor_pairs;
use catalog::{Class, HARMONIC_MAX, Scope, SettingId, points};
use host::CommandTicket;
use image::{Command, Image, MeterId, MeterImage, Origin, Refusal, Request, WiringCorrection};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::timeout;
use warp::http::Method;

/// Longest wait for the world's answer to a command.
const ACKNOWLEDGE_MAX: Duration = Duration::from_secs(2);

/// Cycles of a wave.
const CYCLES: (u64, u64) = (2, 10);

/// Displacement of loads in degrees, capacitive and inductive: where the currents of loads are expected (the range of
/// class 1, as the check of the wiring has it).
const EXPECTED_DEG: (f64, f64) = (36.87, -60.0);

/// Limits of EN 50160 for harmonic voltages in percent of the fundamental (table 1), by order; above 25 it gives
/// none.
#[rustfmt::skip]
const EN_50160_PERCENT: [Option<f64>; HARMONIC_MAX] = [
    None,      Some(2.0), Some(5.0), Some(1.0), Some(6.0), Some(0.5), Some(5.0), Some(0.5), Some(1.5), Some(0.5),
    Some(3.5), Some(0.5), Some(3.0), Some(0.5), Some(0.5), Some(0.5), Some(2.0), Some(0.5), Some(1.5), Some(0.5),
    Some(0.5), Some(0.5), Some(1.5), Some(0.5), Some(1.5), None,      None,      None,      None,      None,
    None,
];

/// The rows.
pub fn operations() -> Vec<Operation> {
    vec![
        Operation::get(
            "/api/v1/meters",
            "meters",
            "The built-in meter and the modules.",
            Content::Json(shape::<Vec<Meter>>),
            handler!(meters),
        ),
        Operation::get(
            "/api/v1/meters/{id}",
            "meter",
            "A meter with all its values.",
            Content::Json(shape::<MeterWithValues>),
            handler!(meter),
        ),
        Operation::get(
            "/api/v1/meters/{id}/registers",
            "registers",
            "Its counters of energy and time.",
            Content::Json(shape::<MeterValues>),
            handler!(registers),
        ),
        Operation::get(
            "/api/v1/meters/{id}/phasors",
            "phasors",
            "Fundamentals of voltages and currents, and where currents of loads are expected.",
            Content::Json(shape::<ShownPhasors>),
            handler!(phasors),
        ),
        Operation::get(
            "/api/v1/meters/{id}/wiring",
            "wiring",
            "What the check of its wiring finds, and what would put it right.",
            Content::Json(shape::<ShownWiring>),
            handler!(wiring),
        ),
        Operation {
            method: Method::PUT,
            path: "/api/v1/meters/{id}/correction",
            id: "correct_wiring",
            doc: "Puts exchanged or reversed current inputs right in the calculation.",
            needs: Needs::Operator,
            query: &[],
            body: Content::Json(shape::<Correction>),
            answer: (200, Content::Json(shape::<ShownWiring>)),
            handler: handler!(correct),
        },
        Operation {
            method: Method::POST,
            path: "/api/v1/meters/{id}/reset",
            id: "reset_meter",
            doc: "Sets partial counters to zero, or lets demands and their maxima begin anew.",
            needs: Needs::Operator,
            query: &[],
            body: Content::Json(shape::<Reset>),
            answer: (200, Content::Json(shape::<Done>)),
            handler: handler!(reset),
        },
        Operation {
            query: const { &[Parameter::whole("cycles", "4 by default.", CYCLES)] },
            ..Operation::get(
                "/api/v1/meters/{id}/waveform",
                "waveform",
                "The newest samples of the built-in meter, from a rising zero crossing of its first voltage.",
                Content::Json(shape::<Waveform>),
                handler!(waveform),
            )
        },
        Operation::get(
            "/api/v1/meters/{id}/harmonics",
            "harmonics",
            "Harmonics 1 to 31 of the built-in meter's signals.",
            Content::Json(shape::<ShownHarmonics>),
            handler!(harmonics),
        ),
    ]
}

/// A meter.
#[derive(Serialize, JsonSchema)]
pub struct Meter {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<&'static str>,
    serial: String,
    /// What the check of its wiring finds.
    wiring_finding: String,
    /// Whether it measures: a module that does not answer does not.
    present: bool,
    /// Quality of its active power, which stands for all.
    quality: &'static str,
    /// When its last window ended, in UTC.
    time: String,
}

impl Meter {
    /// Of an image.
    pub fn of(meter: &MeterImage) -> Meter {
        let power = catalog::point(catalog::QuantityId::ActivePower, None, Scope::System);
        let reading = meter.get(power.expect("in the catalogue"));
        let quality = reading.quality();
        let gone = [image::Reason::NotInstalled, image::Reason::BusTimeout];
        Meter {
            id: meter.id.slug(),
            name: meter.name.clone(),
            model: meter.model.map(port::ModuleModel::slug),
            serial: meter.serial.clone(),
            wiring_finding: meter.wiring.slug(),
            present: !gone.iter().any(|reason| reason.slug() == quality),
            quality,
            time: rfc3339(meter.window_end),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct MeterWithValues {
    #[serde(flatten)]
    meter: Meter,
    measurements: MeterValues,
}

async fn meters(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    Ok(Answer::json(&web.image().meters.iter().map(Meter::of).collect::<Vec<_>>()))
}

async fn meter(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let meter = meter_of(&image, &call)?;
    let measurements = MeterValues::of(meter, points().iter());
    Ok(Answer::json(&MeterWithValues { meter: Meter::of(meter), measurements }))
}

async fn registers(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let meter = meter_of(&image, &call)?;
    let counters = points()
        .iter()
        .filter(|point| matches!(point.quantity.class, Class::Energy | Class::Hours));
    Ok(Answer::json(&MeterValues::of(meter, counters)))
}

#[derive(Serialize, JsonSchema)]
struct ShownPhasor {
    phase: &'static str,
    /// Rms of the fundamental of the built-in meter; of a module, the rms of its current.
    magnitude: f64,
    unit: &'static str,
    /// -180 to 180, positive ahead of the first voltage.
    angle_deg: f64,
}

#[derive(Serialize, JsonSchema)]
struct Expected {
    /// Where the voltages L-N of the wiring system stand; none where it has no such phase.
    voltages_deg: [Option<f64>; 3],
    /// Sectors in which the currents of loads lie, and those of generators if there may be some.
    currents: Vec<Sector>,
}

#[derive(Serialize, JsonSchema)]
struct Sector {
    phase: &'static str,
    /// Whether what generates lies here.
    generation: bool,
    from_deg: f64,
    to_deg: f64,
}

#[derive(Serialize, JsonSchema)]
struct ShownPhasors {
    time: String,
    voltages: [Option<ShownPhasor>; 3],
    currents: [Option<ShownPhasor>; 3],
    expected: Expected,
}

async fn phasors(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let meter = meter_of(&image, &call)?;
    let (voltages, currents) = phasor_pairs(&image, meter).unwrap_or_default();
    let shown = |pairs: [Option<[f64; 2]>; 3], unit: catalog::Unit| {
        std::array::from_fn(|phase| {
            pairs[phase].map(|[magnitude, angle_deg]| ShownPhasor {
                phase: Scope::PHASES[phase].slug(),
                magnitude,
                unit: unit.symbol(),
                angle_deg,
            })
        })
    };
    Ok(Answer::json(&ShownPhasors {
        time: rfc3339(meter.window_end),
        voltages: shown(voltages, catalog::Unit::Volt),
        currents: shown(currents, catalog::Unit::Ampere),
        expected: expected(&image, voltages),
    }))
}

/// Where phasors are expected. Of systems whose voltages may stand in several ways, where they do stand.
fn expected(image: &Image, voltages: [Option<[f64; 2]>; 3]) -> Expected {
    let system = wiring_name(image);
    let ideal = match system {
        "3p4w" | "3p3w" => Some([0.0, -120.0, 120.0]),
        _ => None,
    };
    let voltages_deg: [Option<f64>; 3] = std::array::from_fn(|phase| {
        ideal.map(|ideal| ideal[phase]).or(voltages[phase].map(|[_, degrees]| degrees))
    });
    let sector = |phase: usize, generation: bool| {
        let degrees = voltages_deg[phase].filter(|_| system != "3p3w")?;
        let (ahead, behind) = EXPECTED_DEG;
        let turned = degrees + if generation { 180.0 } else { 0.0 };
        let phase = Scope::PHASES[phase].slug();
        Some(Sector { phase, generation, from_deg: turned + behind, to_deg: turned + ahead })
    };
    let may_generate = image.settings.get(SettingId::Generation) == 1;
    let sides: &[bool] = if may_generate { &[false, true] } else { &[false] };
    let all = sides.iter().flat_map(|side| (0..3).map(move |phase| (phase, *side)));
    Expected {
        voltages_deg,
        currents: all.filter_map(|(phase, side)| sector(phase, side)).collect(),
    }
}

fn wiring_name(image: &Image) -> &'static str {
    let row = SettingId::Wiring.row();
    let value = image.settings.get(SettingId::Wiring);
    row.names.iter().find(|(known, _)| *known == value).map_or("", |(_, name)| name)
}

#[derive(Serialize, JsonSchema)]
struct ShownCorrection {
    /// What lies in the current inputs 1, 2 and 3: `-l1 l3 l2`.
    text: String,
    slug: String,
    sentence: String,
}

impl ShownCorrection {
    fn of(correction: WiringCorrection) -> ShownCorrection {
        ShownCorrection {
            text: correction.to_string(),
            slug: correction.slug(),
            sentence: correction.sentence(),
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct ShownWiring {
    /// The wiring system.
    system: &'static str,
    finding: String,
    sentence: String,
    /// Whether it is a fault.
    alarm: bool,
    /// What is put right now.
    correction: ShownCorrection,
    /// What would put it right, the fewest mistakes first.
    candidates: Vec<ShownCorrection>,
}

fn shown_wiring(image: &Image, meter: &MeterImage) -> ShownWiring {
    ShownWiring {
        system: wiring_name(image),
        finding: meter.wiring.slug(),
        sentence: meter.wiring.to_string(),
        alarm: meter.wiring.is_alarm(),
        correction: ShownCorrection::of(meter.correction),
        candidates: meter.wiring.candidates().map(ShownCorrection::of).collect(),
    }
}

async fn wiring(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let image = web.image();
    let meter = meter_of(&image, &call)?;
    Ok(Answer::json(&shown_wiring(&image, meter)))
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Correction {
    /// What lies in the current inputs 1, 2 and 3: `-l1 l3 l2`; `l1 l2 l3` takes every correction back.
    text: String,
}

async fn correct(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Correction { text } = call.json()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let correction = <[&str; 3]>::try_from(words).ok().and_then(WiringCorrection::from_conductors);
    let correction = correction.ok_or_else(|| {
        let detail = "write what lies in the inputs 1, 2 and 3, each of l1, l2 and l3 once, with - before \
            what is reversed: -l1 l3 l2";
        Problem::invalid("text", detail)
    })?;
    let id = meter_of(&web.image(), &call)?.id;
    send(&web, Request::Correct(id, correction)).await?;
    web.audit(format!("{} corrected the wiring of {} to {text}", call.who.name(), id.slug()));
    let image = web.image();
    let meter = meter_of(&image, &call)?;
    Ok(Answer::json(&shown_wiring(&image, meter)))
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum What {
    Partial,
    Demand,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Reset {
    what: What,
}

/// What was done.
#[derive(Serialize, JsonSchema)]
pub struct Done {
    /// Number of the image that shows it.
    pub tick: u64,
}

async fn reset(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let Reset { what } = call.json()?;
    let id = meter_of(&web.image(), &call)?.id;
    let (request, name) = match what {
        What::Partial => (Request::ResetPartial(id), "partial counters"),
        What::Demand => (Request::ResetDemand(id), "demand"),
    };
    let tick = send(&web, request).await?;
    web.audit(format!("{} reset {name} of {} in tick {tick}", call.who.name(), id.slug()));
    Ok(Answer::json(&Done { tick }))
}

/// Sends a command and waits for the world's answer.
pub async fn send(web: &Web, request: Request) -> Result<u64, Problem> {
    let busy = || Problem::new("busy", Refusal::Busy.to_string()).retry_after(1);
    let (ack, answer) = oneshot::channel();
    let command = Command { origin: Origin::Web, request };
    web.commands.try_send(CommandTicket { command, ack }).map_err(|_| busy())?;
    let answered = timeout(ACKNOWLEDGE_MAX, answer).await.map_err(|_| busy())?;
    match answered.map_err(|_| Problem::new("busy", "the meter stops"))? {
        Ok(tick) => Ok(tick),
        Err(Refusal::Busy) => Err(busy()),
        Err(refusal @ Refusal::OutOfRange { setting, .. }) => {
            Err(Problem::invalid(setting, refusal.to_string()))
        }
        Err(refusal @ Refusal::NotOfVariant { setting, .. }) => {
            Err(Problem::invalid(setting, refusal.to_string()))
        }
        Err(refusal @ Refusal::NoSuchMeter(_)) => Err(Problem::not_found(refusal.to_string())),
        Err(refusal @ Refusal::TotalsAreFinal) => {
            Err(Problem::new("conflict", refusal.to_string()))
        }
    }
}

#[derive(Serialize, JsonSchema)]
struct Waveform {
    /// When the last sample was taken, in UTC.
    time: String,
    sample_rate_hz: f64,
    channels: Vec<WaveChannel>,
}

#[derive(Serialize, JsonSchema)]
struct ShownHarmonics {
    time: String,
    fundamental_hz: f64,
    /// 1 to 31.
    orders: Vec<usize>,
    channels: Vec<Spectrum>,
    /// Limits of EN 50160 for voltages in percent of the fundamental, by order; none where it gives none.
    limits_percent: Vec<Option<f64>>,
}

/// Where the samples of a meter are.
fn waves(web: &Web, call: &Call) -> Result<Arc<dyn crate::Waves>, Problem> {
    let id = meter_of(&web.image(), call)?.id;
    let none = |detail: &str| Problem::new("conflict", detail);
    if id != MeterId::Main {
        return Err(none("a module sends readings and no samples; take the built-in meter, main"));
    }
    let waves = web.waves.clone();
    waves.ok_or_else(|| none("this run has no samples: its windows are calculated from phasors"))
}

fn too_early() -> Problem {
    Problem::new("busy", "there is no signal to count cycles by, or too little of it yet")
        .retry_after(1)
}

async fn waveform(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let cycles = call.number("cycles").unwrap_or(4);
    let cycles = u32::try_from(cycles).expect("a few");
    let waves = waves(&web, &call)?;
    let wave = crate::blocking(move || waves.wave(cycles)).await?.ok_or_else(too_early)?;
    Ok(Answer::json(&Waveform {
        time: rfc3339(wave.time),
        sample_rate_hz: wave.sample_rate_hz,
        channels: wave.channels,
    }))
}

async fn harmonics(web: Arc<Web>, call: Call) -> Result<Answer, Problem> {
    let waves = waves(&web, &call)?;
    let found = crate::blocking(move || waves.harmonics()).await?.ok_or_else(too_early)?;
    Ok(Answer::json(&ShownHarmonics {
        time: rfc3339(found.time),
        fundamental_hz: found.fundamental_hz,
        orders: (1..=HARMONIC_MAX).collect(),
        channels: found.channels,
        limits_percent: EN_50160_PERCENT.to_vec(),
    }))
}
