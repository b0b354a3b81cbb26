//! What is done to a run while it runs: the same, to the last bit, as if its scenario had said so from the beginning.

mod common;

use common::{device, digest};
use image::Image;
use lab::{Installation, SetUpError, install};
use metering::Tail;
use port::AsFast;
use runner::Runner;
use sim::scenario::{Part, Scenario, ScenarioError, parse, with_entry};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use toml::Value;
use world::Twin;

/// A grid that moves, a load with a module of its own, and something that happens anyway.
const TEXT: &str = r#"
schema = 1
name = "A grid that somebody meddles with"
seed = 11
start = "2026-03-02T10:00:00+01:00"
duration = "30 s"
[device]
wiring = "3p4w"
contact_bounce = "8 ms"
[[device.esy]]
slot = 3
model = "ESY3XMV"
name = "Oven"
[grid]
voltage_wander = "1 %"
line_resistance = "0.2 ohm"
[[loads]]
name = "oven"
kind = "resistive"
connect = "three-phase"
meters = ["main", "esy3"]
power = "6 kW"
[[timeline]]
at = "20 s"
kind = "sag"
to = "80 %"
for = "2 s"
[[timeline]]
at = "25 s"
kind = "contact"
to = "closed"
"#;

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{0}")]
    Scenario(#[from] ScenarioError),
    #[error("{0}")]
    SetUp(#[from] SetUpError),
}

type Entry = (Part, &'static str, Vec<(String, Value)>);

fn entry(part: Part, kind: &'static str, keys: &[(&str, Value)]) -> Entry {
    (part, kind, keys.iter().map(|(key, value)| ((*key).to_string(), value.clone())).collect())
}

/// Runs the scenario in ticks of so many samples, meddles at each of these seconds, and gives back its digest and the
/// text that says all of it.
fn meddled(meddling: &[(f64, Entry)], block_samples: usize) -> (u64, String) {
    let scenario = parse(TEXT).expect("a scenario");
    let Installation { config, feed, script, future } =
        install(&scenario, &device(), &[]).expect("it can be set up");
    let future = future.expect("there are samples");
    let rate_hz = config.format.sample_rate_hz;
    let identity = Arc::new(config.identity.clone());
    let (images, _) = watch::channel(Arc::new(Image::settling(identity, config.start)));
    let (_, commands) = mpsc::channel(1);
    let runner = Runner {
        twin: Twin::new(&config),
        feed,
        script,
        pace: Box::new(AsFast),
        start: config.start,
        samples_max: Some((30.0 * rate_hz) as u64),
        block_samples,
        tail: Tail::Count,
        images,
        commands,
    };
    let mut text = TEXT.to_string();
    let mut left = meddling;
    let outcome = runner.run(|effects| {
        let image = effects.image.as_ref().expect("every tick makes one");
        let now_s = image.time.seconds_since(config.start);
        while let Some(((at_s, (part, kind, keys)), rest)) = left.split_first()
            && now_s >= *at_s
        {
            let changed = future.change(|from_s| -> Result<Scenario, Refused> {
                assert!(from_s > now_s && from_s < now_s + 3.0, "{from_s} s at {now_s} s");
                text = with_entry(&text, *part, from_s, kind, keys);
                Ok(parse(&text)?)
            });
            changed.unwrap_or_else(|error| panic!("{kind}: {error}"));
            left = rest;
        }
        true
    });
    assert!(left.is_empty());
    (outcome.expect("it runs").digest, text)
}

fn everything() -> Vec<(f64, Entry)> {
    let wires = |wires: [&str; 3]| Value::from(wires.to_vec());
    let timeline = |kind, keys: &[(&str, Value)]| entry(Part::Timeline, kind, keys);
    vec![
        (1.01, timeline("sag", &[("to", "60 %".into()), ("for", "500 ms".into())])),
        (2.5, timeline("currents", &[("wires", wires(["-l1", "l3", "l2"]))])),
        (4.0, timeline("load", &[("load", "oven".into()), ("to", "30 %".into())])),
        (4.0, timeline("contact", &[("to", "closed".into()), ("for", "3 s".into())])),
        (6.2, timeline("unplug", &[("module", "esy3".into()), ("for", "2 s".into())])),
        (7.7, timeline("frequency", &[("to", "49.7 Hz".into())])),
        (
            9.0,
            timeline(
                "currents",
                &[("meter", "esy3".into()), ("wires", wires(["l1", "open", "l3"]))],
            ),
        ),
        (
            11.0,
            entry(Part::Fault, "lost-samples", &[("part", "1 %".into()), ("for", "1 s".into())]),
        ),
        (
            13.0,
            entry(Part::Fault, "clock-drift", &[("ppm", "500 ppm".into()), ("for", "2 s".into())]),
        ),
        (14.0, timeline("unplug", &[("module", "esy3".into())])),
        (17.0, timeline("plug", &[("module", "esy3".into())])),
        (17.3, timeline("correct", &[("currents", wires(["-l1", "l3", "l2"]))])),
    ]
}

/// Played again from the text that it left behind, a run that was meddled with gives the same digest, however
/// either of them is cut.
#[test]
fn a_run_that_was_meddled_with_can_be_played_again() {
    let (found, text) = meddled(&everything(), 160);
    let again = parse(&text).expect("a scenario");
    assert_eq!(found, digest(&again, 160));
    assert_eq!(found, digest(&again, 1280));
    assert_ne!(found, digest(&parse(TEXT).expect("a scenario"), 160));
    // Coarser blocks run further ahead, so the same moments come later; what is left behind is as true.
    let (found, text) = meddled(&everything(), 1600);
    assert_eq!(found, digest(&parse(&text).expect("a scenario"), 160));
}

/// Each kind of meddling matters, so that the equality above says something.
#[test]
fn each_entry_changes_the_run() {
    let undisturbed = digest(&parse(TEXT).expect("a scenario"), 160);
    for (at_s, entry) in everything() {
        // These are no samples of the built-in meter, or need something before them.
        let is_others = entry.2.iter().any(|(key, _)| key == "meter");
        if is_others || ["contact", "plug", "unplug"].contains(&entry.1) {
            continue;
        }
        let kind = entry.1;
        assert_ne!(meddled(&[(at_s, entry)], 160).0, undisturbed, "{kind}");
    }
}

/// What cannot be is refused, and the run goes on as if it had not been asked.
#[test]
fn what_is_refused_changes_nothing() {
    let scenario = parse(TEXT).expect("a scenario");
    let Installation { future, .. } = install(&scenario, &device(), &[]).expect("it can be set up");
    let future = future.expect("there are samples");
    let long = [("to".to_string(), Value::from("50 %")), ("for".to_string(), Value::from("25 s"))];
    let refused = future.change(|from_s| -> Result<Scenario, Refused> {
        Ok(parse(&with_entry(TEXT, Part::Timeline, from_s, "sag", &long))?)
    });
    let sentence = refused.expect_err("the sag of the scenario lies in it").to_string();
    assert!(sentence.contains("while the entry of line"), "{sentence}");
    let drift = [("ppm".to_string(), Value::from("900 ppm"))];
    let mut text = TEXT.to_string();
    for (number, expected) in [(1, true), (2, false)] {
        let more = with_entry(&text, Part::Fault, 5.0 + f64::from(number), "clock-drift", &drift);
        let changed = future.change(|_| -> Result<Scenario, Refused> { Ok(parse(&more)?) });
        assert_eq!(changed.is_ok(), expected, "two drifts are more than a crystal has");
        text = more;
    }
}
