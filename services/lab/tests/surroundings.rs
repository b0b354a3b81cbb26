//! What surrounds the meter: its contact as a resistance on a wire, temperature, height, supply, and what hangs on
//! its output. Proves [I1, I2, B4, O1]

mod common;

use common::{device, look_at};
use image::{Image, Warning};
use lab::try_out;
use port::AsFast;
use sim::scenario::{Scenario, parse};
use std::sync::Arc;

fn scenario(device: &str, more: &str) -> Scenario {
    let text = format!(
        "schema = 1\nname = \"Around\"\nseed = 3\nstart = \"2026-03-02T10:00:00+01:00\"\nduration = \"12 s\"\n\
         [device]\nwiring = \"3p4w\"\nfront_end = \"ideal\"\n{device}\n{more}"
    );
    parse(&text).expect("a scenario")
}

/// Simulated seconds at which something of an image changed, and what it was from then on.
fn changes<T: PartialEq>(scenario: &Scenario, of: impl Fn(&Image) -> T) -> Vec<(f64, T)> {
    let (mut start, mut changes) = (None, Vec::<(f64, T)>::new());
    look_at(scenario, |image: &Arc<Image>| {
        let start = *start.get_or_insert(image.time.unix_ns);
        let now = of(image);
        if changes.last().is_none_or(|(_, last)| *last != now) {
            changes.push(((image.time.unix_ns - start) as f64 / 1e9, now));
        }
    });
    changes
}

/// A contact that bounces on a long wire is seen once for each time it moves.
#[test]
fn a_contact_is_believed_when_it_stands() {
    let more = "[[timeline]]\nkind = \"pick-up\"\nat = \"1 s\"\nto = \"30 V\"\nfor = \"4 s\"\n\
        [[timeline]]\nkind = \"contact\"\nat = \"3 s\"\nto = \"closed\"\nfor = \"3 s\"\n";
    let scenario = scenario("contact_bounce = \"12 ms\"", more);
    let seen = changes(&scenario, |image| image.io.input_closed);
    let states: Vec<bool> = seen.iter().map(|(_, closed)| *closed).collect();
    assert_eq!(states, [false, true, false], "{seen:?}");
    assert!((seen[1].0 - 3.0).abs() < 0.2 && (seen[2].0 - 6.0).abs() < 0.2, "{seen:?}");
}

#[test]
fn an_undefined_contact_holds_and_warns() {
    let more = "[[timeline]]\nkind = \"contact\"\nat = \"2 s\"\nto = \"closed\"\n\
        [[timeline]]\nkind = \"contact\"\nat = \"5 s\"\nto = \"open\"\nresistance = \"5 kohm\"\nfor = \"3 s\"\n";
    let scenario = scenario("", more);
    let seen = changes(&scenario, |image| {
        (image.io.input_closed, image.io.warnings.contains(Warning::InputUndefined))
    });
    let states: Vec<(bool, bool)> = seen.iter().map(|(_, state)| *state).collect();
    assert_eq!(states, [(false, false), (true, false), (true, true), (true, false)], "{seen:?}");
}

/// Each limit is told when it is passed, and when it holds again.
#[test]
fn limits_of_the_surroundings_are_told() {
    let more = "[[timeline]]\nkind = \"temperature\"\nat = \"2 s\"\nto = \"56 C\"\nfor = \"2 s\"\n\
        [[timeline]]\nkind = \"output-load\"\nat = \"5 s\"\nvoltage = \"48 V\"\ncurrent = \"50 mA\"\nfor = \"1 s\"\n\
        [[timeline]]\nkind = \"sag\"\nat = \"8 s\"\nto = \"40 %\"\nfor = \"2 s\"\n";
    let scenario = scenario("altitude = \"3500 m\"\nhumidity = \"50 %\"", more);
    let mut notes = Vec::new();
    try_out(&scenario, "", &device(), Box::new(AsFast), |effects| {
        notes.extend(effects.notes.iter().map(|note| note.text.clone()));
        true
    })
    .expect("it runs");
    let told: Vec<&str> = notes
        .iter()
        .filter_map(|note| note.split_once(':').map(|(name, _)| name))
        .filter(|name| Warning::ALL.iter().any(|warning| warning.slug() == *name))
        .collect();
    let expected = [
        "altitude",
        "temperature",
        "temperature",
        "output_overload",
        "output_overload",
        "supply",
        "supply",
    ];
    assert_eq!(told, expected, "{notes:#?}");
}

/// [O1] A meter of variant S1 has no output: what would set it is refused with its reason, and nothing is driven.
#[test]
fn a_meter_without_an_output_sets_none() {
    let more = "[[timeline]]\nkind = \"setting\"\nat = \"2 s\"\nsetting = \"digital_output_normal_state\"\nto = \"closed\"\n";
    for (variant, driven) in [("S1", 0), ("O1", 1)] {
        let scenario = scenario(&format!("variant = \"{variant}\""), more);
        let (mut notes, mut edges) = (Vec::new(), 0);
        try_out(&scenario, "", &device(), Box::new(AsFast), |effects| {
            notes.extend(effects.notes.iter().map(|note| note.text.clone()));
            edges += effects.output.len();
            true
        })
        .expect("it runs");
        assert_eq!(edges, driven, "{variant}");
        let refused = "variant S1 has no digital output that digital_output_normal_state could set";
        assert_eq!(notes.iter().any(|note| note.contains(refused)), driven == 0, "{notes:#?}");
    }
}
