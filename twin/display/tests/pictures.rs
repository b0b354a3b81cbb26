//! Every view in every language as a golden picture, in `snapshots/lcd`.

mod common;

use catalog::{SettingId, points};
use common::{image, set};
use display::{Display, Language, NetworkFacts, views};
use image::{Flag, Flags, Image, Reading, Reason, Warning, Warnings, WiringFinding};

fn network() -> NetworkFacts {
    let facts = [
        ("eth0", "192.168.1.20"),
        ("eth0", "2001:db8:1234:5678:9abc:def0:1234:5678"),
        ("wlan0", "10.0.0.7"),
        ("Modbus TCP", "0.0.0.0:502"),
    ];
    NetworkFacts(facts.map(|(name, address)| (name.into(), address.into())).into())
}

fn busy(language: i64) -> Image {
    let mut image = image();
    set(&mut image, SettingId::DisplayLanguage, language);
    set(&mut image, SettingId::AlarmVariable, 5);
    set(&mut image, SettingId::AlarmSet1, -1_234_500);
    image.io.tariff = Some(2);
    image.io.alarm = true;
    image.io.warnings = Warnings::default().with(Warning::Temperature, true);
    image.io.wrong_connection = true;
    image.meters[0].wiring = WiringFinding::VoltageMissing([false, true, false]);
    image
}

fn shown(slug: &str, image: &Image) -> String {
    let frame = Display::new(image, network()).glance(slug, image);
    frame.unwrap_or_else(|| panic!("{slug} is a view")).to_text()
}

fn golden(language: Language, name: &str, text: &str) {
    let folder = format!("../../../snapshots/lcd/{}", language.slug());
    insta::with_settings!({
        snapshot_path => folder, prepend_module_to_snapshot => false, omit_expression => true
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// [D1, D4] Every view is the picture that was looked at, in four languages.
#[test]
fn every_view_is_its_golden_picture() {
    for (number, language) in (0..).zip(Language::ALL) {
        let image = busy(number);
        for view in views(&image) {
            let slug = view.slug();
            // The pages of the second module are those of the first.
            if !slug.starts_with("esy10") {
                golden(language, &slug, &shown(&slug, &image));
            }
        }
    }
}

/// [D1, D2] Values that are none, too many or doubtful are told from good ones.
#[test]
fn values_out_of_the_ordinary_are_golden_pictures() {
    let flags = Flags::NONE.with(Flag::OverRange, true);
    for (name, reading) in [
        ("absent", Reading::Absent(Reason::Settling)),
        ("overflow", Reading::good(3e9)),
        ("doubtful", Reading::Value { value: 98_765.4, flags }),
    ] {
        let mut image = busy(0);
        for point in points() {
            image.meters[0].readings.set(point.id, reading);
        }
        for page in ["overview", "energy"] {
            golden(Language::English, &format!("{page}-{name}"), &shown(page, &image));
        }
    }
}
