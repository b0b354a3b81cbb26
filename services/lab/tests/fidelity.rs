//! The three fidelities say the same of signals that stand still, and stay close where they move.

mod common;

use catalog::{Class, QuantityId, points};
use common::last_image;
use image::{Image, MeterId, Reading};
use sim::scenario::{Fidelity, Scenario, parse};

/// How far a fidelity may be from the waveform for a quantity: a part of the reading, and a floor in
/// the catalogue's unit. docs/fidelity.md says where each comes from.
fn tolerance(quantity: QuantityId) -> (f64, f64) {
    use QuantityId::*;
    match quantity {
        VoltageLn | VoltageLl => (1e-5, 2e-3),
        Current | CurrentDemand | CurrentDemandMax => (2e-5, 1e-4),
        NeutralCurrent => (2e-5, 5e-4),
        ActivePower | ReactivePower | ApparentPower => (3e-5, 0.05),
        ActivePowerDemand | ActivePowerDemandMax | ApparentPowerDemand | ApparentPowerDemandMax => {
            (3e-5, 0.05)
        }
        PowerFactor => (0.0, 1e-4),
        Frequency => (0.0, 2e-4),
        ThdCurrent | ThdVoltageLn | ThdVoltageLl => (0.0, 0.02),
        PhaseSequence | LoadType => (0.0, 0.0),
        // Counters: the part, and what one window more or less at the end of the run may bring.
        ActiveEnergyImport | ActiveEnergyExport | ReactiveEnergyImport | ReactiveEnergyExport
        | ApparentEnergy => (3e-5, 1e-6),
        RunHoursImport | RunHoursExport | OperatingHours => (0.0, 1e-6),
    }
}

/// Simulated seconds of a run, over a whole minute and a demand interval.
const RUN_S: f64 = 95.0;

/// A window and what the meter looks ahead, in seconds.
const LAST_WINDOW_S: f64 = 0.3;

fn agree(name: &str, fidelity: Fidelity, found: &Image, expected: &Image) {
    for (found, expected) in found.meters.iter().zip(&expected.meters) {
        for point in points() {
            let (found_reading, expected_reading) = (found.get(point.id), expected.get(point.id));
            let place = format!(
                "{name}, {}, {}.{}.{}",
                fidelity.slug(),
                expected.id.slug(),
                point.scope.slug(),
                point.quantity.slug
            );
            let (Reading::Value { value, flags }, Reading::Value { value: wanted, flags: marks }) =
                (found_reading, expected_reading)
            else {
                assert_eq!(found_reading, expected_reading, "{place}");
                continue;
            };
            let (part, floor) = tolerance(point.quantity.id);
            let mut room = part * wanted.abs() + floor;
            if matches!(point.quantity.class, Class::Energy | Class::Hours)
                && expected.id != MeterId::Main
            {
                // A module's last window has not closed when the run ends, or was not polled yet.
                room += wanted.abs() * LAST_WINDOW_S / RUN_S;
            }
            assert!((value - wanted).abs() <= room, "{place}: {value} {wanted}");
            if point.quantity.class == Class::Live {
                assert_eq!(flags, marks, "{place}");
            }
        }
    }
}

/// What stands still on each wiring system, with a module where there is one: distorted voltages and
/// currents of every quadrant.
fn standing(wiring: &str, front_end: &str, loads: &str) -> Scenario {
    let text = head(wiring, front_end) + loads;
    parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// A scenario without its loads.
fn head(wiring: &str, front_end: &str) -> String {
    format!(
        r#"
schema = 1
name = "{wiring}, {front_end}"
seed = 5
start = "2026-03-01T11:59:30Z"
duration = "{RUN_S} s"

[device]
wiring = "{wiring}"
front_end = "{front_end}"
settings = {{ demand_interval_min = 1 }}

[[device.esy]]
slot = 3
model = "ESY3XAV5"
name = "A module"
ct = "100 A"

[grid]
harmonics = [
    {{ order = 3, level = "1 %", angle = "20 deg" }},
    {{ order = 5, level = "2 %", angle = "175 deg" }},
    {{ order = 31, level = "0.3 %", angle = "-60 deg" }},
]
"#
    )
}

const SINGLE: &str = r#"
[[loads]]
name = "Resistor"
kind = "resistive"
connect = "l1"
power = "1.5 kW"
meters = ["main", "esy3"]

[[loads]]
name = "Rectifier"
kind = "rectifier"
connect = "l1"
power = "700 W"
meters = ["main", "esy3"]

[[loads]]
name = "Capacitor"
kind = "linear"
connect = "l1"
power = "40 W"
reactive = "-900 var"
"#;

const LEGS: &str = r#"
[[loads]]
name = "Heater"
kind = "resistive"
connect = "l1-l2"
power = "2 kW"
meters = ["main", "esy3"]

[[loads]]
name = "Generator"
kind = "linear"
connect = "l2"
power = "-1.3 kW"
reactive = "300 var"
"#;

const THREE: &str = r#"
[[loads]]
name = "Pump"
kind = "linear"
connect = "three-phase"
power = "3 kW"
reactive = "2.2 kvar"
meters = ["main", "esy3"]

[[loads]]
name = "Drive"
kind = "heat-pump"
connect = "three-phase"
power = "1.2 kW"
ramp = "0 s"
meters = ["main", "esy3"]

[[loads]]
name = "Between two"
kind = "linear"
connect = "l2-l3"
power = "-800 W"
"#;

/// [V1, V3, V4, V5, V6, V7, N1, N3, N6, N7, N8, H1, H3] Every quantity of the catalogue, with its
/// flags, and every counter: the built-in meter and a module, on every wiring system, with an ideal
/// and a typical front end.
#[test]
fn the_three_fidelities_agree() {
    let systems = [
        ("1p2w", SINGLE.to_string()),
        ("2p3w", format!("{SINGLE}{LEGS}")),
        ("3p4w", format!("{SINGLE}{THREE}")),
        ("3p3w", THREE.to_string()),
        ("wild-leg", format!("{SINGLE}{THREE}")),
        ("3x1p", format!("{SINGLE}{LEGS}")),
    ];
    for (wiring, loads) in &systems {
        for front_end in ["ideal", "typical"] {
            let mut scenario = standing(wiring, front_end, loads);
            let waveform = last_image(&scenario);
            for fidelity in [Fidelity::Sampled, Fidelity::Phasor] {
                scenario.fidelity = fidelity;
                agree(&scenario.name, fidelity, &last_image(&scenario), &waveform);
            }
        }
    }
}

/// However many samples or steps a tick takes, at each fidelity: the same digest, though a tariff changes
/// and a module comes and goes between two windows. (What a module missed while it was away it is told with
/// the tick after its return, which is as fine as the blocks.)
#[test]
fn blocks_change_no_digest() {
    let text = format!(
        "{}{SINGLE}{}",
        head("1p2w", "typical"),
        r#"
[[timeline]]
kind = "setting"
at = "31.3 s"
setting = "tariff_mode"
to = "by_command"

[[timeline]]
kind = "setting"
at = "47.7 s"
setting = "tariff_selected"
to = 2

[[timeline]]
kind = "unplug"
at = "20.1 s"
module = "esy3"
for = "9 s"
"#
    );
    let mut scenario = parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
    for fidelity in Fidelity::ALL {
        scenario.fidelity = fidelity;
        let expected = common::digest(&scenario, 1600);
        for block_samples in [37, 8_000, 3_600 * 8_000] {
            // A block of samples lies in memory, one of steps does not.
            let block_samples = match fidelity {
                Fidelity::Waveform => block_samples.min(40_000),
                Fidelity::Sampled | Fidelity::Phasor => block_samples,
            };
            let found = common::digest(&scenario, block_samples);
            assert_eq!(found, expected, "{} in blocks of {block_samples}", fidelity.slug());
        }
    }
}
