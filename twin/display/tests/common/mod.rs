//! An image made by hand: a house in Europe with two modules, every point with a value of its own.

use catalog::{Class, QuantityId, Scope, SettingId, points};
use image::{Identity, Image, MeterId, MeterImage, Reading, Readings, Timestamp};
use port::SlotId;
use std::sync::Arc;

/// The slots of the two modules.
pub const SLOTS: [u8; 2] = [1, 10];

pub fn slot(number: u8) -> MeterId {
    MeterId::Esy(SlotId::new(number).expect("1 to 10"))
}

pub fn image() -> Image {
    let identity = Identity {
        serial: "BK1234567890A".into(),
        version: (0, 1, 0),
        software_id: "9f31c07e5a2b8d46".into(),
        year: 2026,
        variant: port::Variant::Lab,
        simulated: true,
    };
    let mut image = Image::settling(Arc::new(identity), Timestamp::from_unix_s(1_800_000_000));
    for (number, name) in SLOTS.into_iter().zip(["Heat pump", "Wallbox garage 1"]) {
        let name = name.into();
        image.meters.push(MeterImage { name, ..MeterImage::settling(slot(number), image.time) });
    }
    for (place, meter) in image.meters.iter_mut().enumerate() {
        meter.readings = readings(place as f64);
    }
    image
}

pub fn set(image: &mut Image, id: SettingId, value: i64) {
    assert!(image.settings.set(id, value), "{} takes {value}", id.row().slug);
}

fn readings(place: f64) -> Readings {
    let mut readings = Readings::absent(image::Reason::Settling);
    for point in points() {
        let along = scope_number(point.scope);
        let value = match (point.quantity.class, point.quantity.id) {
            (Class::Energy, _) => {
                12_345.678 * (1.0 + along) / (1.0 + place) + point.id.index() as f64
            }
            (Class::Hours, _) => 8_765.25 + along,
            (_, QuantityId::VoltageLn) => 230.1 + along,
            (_, QuantityId::VoltageLl) => 398.4 + along,
            (_, QuantityId::PowerFactor) => 0.951 - 0.02 * along,
            (_, QuantityId::ReactivePower) => -321.4 * (1.0 + along),
            (_, QuantityId::Current | QuantityId::NeutralCurrent) => 5.432 * (1.0 + along),
            (_, id) if id.row().slug.starts_with("thd") => 2.31 + along,
            _ => 1_234.5 * (1.0 + along),
        };
        readings.set(point.id, Reading::good(value));
    }
    readings
}

fn scope_number(scope: Scope) -> f64 {
    match scope {
        Scope::System => 3.0,
        Scope::L1 | Scope::L12 | Scope::N => 0.0,
        Scope::L2 | Scope::L23 => 1.0,
        Scope::L3 | Scope::L31 => 2.0,
    }
}
