//! What is shown of each window, serialised once for all who look.

use crate::Web;
use crate::values::{phasor_pairs, rounded};
use image::{Image, MeterImage, Warning};
use serde::Serialize;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// Frames come no closer: twice as often as windows in real time. A run that is faster shows every so many.
const FRAME_EVERY: Duration = Duration::from_millis(100);

/// An image as it is shown.
pub struct Frame {
    /// The image.
    pub image: Arc<Image>,
    /// For live connections: JSON.
    pub text: Box<str>,
    /// All values, and the same compressed; made for the first who asks.
    pub all: OnceLock<(bytes::Bytes, bytes::Bytes)>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame of tick {}", self.image.tick)
    }
}

#[derive(Serialize)]
struct ImageFrame<'a> {
    r#type: &'static str,
    tick: u64,
    time: String,
    meters: Vec<MeterFrame>,
    loads: Vec<LoadFrame>,
    io: IoFrame,
    alarms: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    twin: Option<TwinFrame<'a>>,
}

#[derive(Serialize)]
struct MeterFrame {
    id: String,
    time: String,
    windows: u64,
    /// In the order of the catalogue.
    values: Vec<Option<f64>>,
    /// Of those that are not good.
    qualities: Vec<(usize, &'static str)>,
    phasors: Option<PhasorFrame>,
    finding: String,
}

#[derive(Serialize)]
struct PhasorFrame {
    v: [Option<[f64; 2]>; 3],
    i: [Option<[f64; 2]>; 3],
}

#[derive(Serialize)]
struct LoadFrame {
    p: Option<f64>,
    q: &'static str,
    e: Option<f64>,
}

#[derive(Serialize)]
struct IoFrame {
    input_closed: bool,
    tariff: Option<u8>,
    alarm: bool,
    output_closed: bool,
    wrong_connection: bool,
    warnings: Vec<&'static str>,
}

#[derive(Serialize)]
struct TwinFrame<'a> {
    speed: String,
    scenario: &'a str,
    seed: u64,
}

impl Frame {
    /// Of an image, with the number of alarms that wait for somebody.
    pub fn new(web: &Web, image: Arc<Image>) -> Frame {
        let alarms = web.alarms.waiting(&image);
        let twin = web.twin.as_ref().map(|twin| TwinFrame {
            speed: twin.speed(),
            scenario: &web.device.title,
            seed: web.device.seed.unwrap_or_default(),
        });
        let frame = ImageFrame {
            r#type: "image",
            tick: image.tick,
            time: crate::time::rfc3339(image.time),
            meters: image.meters.iter().map(|meter| meter_frame(&image, meter)).collect(),
            loads: image.loads.iter().map(load_frame).collect(),
            io: io_frame(&image),
            alarms,
            twin,
        };
        let text = serde_json::to_string(&frame).expect("texts and numbers are always JSON");
        Frame { image, text: text.into(), all: OnceLock::new() }
    }
}

fn meter_frame(image: &Image, meter: &MeterImage) -> MeterFrame {
    let mut values = Vec::with_capacity(catalog::points().len());
    let mut qualities = Vec::new();
    for (id, reading) in meter.readings.iter() {
        values.push(reading.value().map(|value| rounded(value, id.point().quantity.decimals)));
        let quality = reading.quality();
        if quality != "good" {
            qualities.push((id.index(), quality));
        }
    }
    MeterFrame {
        id: meter.id.slug(),
        time: crate::time::rfc3339(meter.window_end),
        windows: meter.windows,
        values,
        qualities,
        phasors: phasor_pairs(image, meter).map(|(v, i)| PhasorFrame { v, i }),
        finding: meter.wiring.slug(),
    }
}

fn load_frame(load: &image::LoadImage) -> LoadFrame {
    let decimals = |id: catalog::QuantityId| id.row().decimals;
    let power = load.active_power.value();
    let energy = load.active_energy_import.value();
    LoadFrame {
        p: power.map(|value| rounded(value, decimals(catalog::QuantityId::ActivePower))),
        q: load.active_power.quality(),
        e: energy.map(|value| rounded(value, decimals(catalog::QuantityId::ActiveEnergyImport))),
    }
}

fn io_frame(image: &Image) -> IoFrame {
    let io = &image.io;
    let warnings = Warning::ALL.into_iter().filter(|warning| io.warnings.contains(*warning));
    IoFrame {
        input_closed: io.input_closed,
        tariff: io.tariff,
        alarm: io.alarm,
        output_closed: io.output_closed,
        wrong_connection: io.wrong_connection,
        warnings: warnings.map(Warning::slug).collect(),
    }
}

/// Makes a frame of each window, until `stop`.
pub async fn follow(web: Arc<Web>, mut stop: watch::Receiver<bool>) {
    let mut images = web.images.clone();
    let mut windows = Vec::new();
    let mut due = Instant::now();
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            changed = images.changed() => if changed.is_err() { return },
        }
        let image = Arc::clone(&images.borrow_and_update());
        let now: Vec<u64> = image.meters.iter().map(|meter| meter.windows).collect();
        if now == windows && !web.is_news(&image) {
            continue;
        }
        windows = now;
        if Instant::now() < due {
            sleep_until(due).await;
        }
        due = Instant::now() + FRAME_EVERY;
        let newest = Arc::clone(&images.borrow_and_update());
        web.frames.send_replace(Arc::new(Frame::new(&web, newest)));
    }
}
