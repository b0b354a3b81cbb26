//! The digital output and the alarm over whole runs: pulses, levels, edges. Proves [O2]

use catalog::SettingId;
use image::{Command, Identity, Image, Origin, Request};
use metering::{Limits, Tail, Wiring};
use port::{AsFast, SampleSource, Timestamp};
use runner::{Cue, CueAction, Runner, Samples, Script};
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::Signal;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use world::{NoteKind, OutputEdge, Twin, TwinConfig};

const RATE_HZ: f64 = 2000.0;

/// What became of a run.
struct Ran {
    /// The edges that hold: a new one takes the place of all that were planned after it.
    edges: Vec<OutputEdge>,
    notes: Vec<String>,
    image: Arc<Image>,
}

impl Ran {
    /// Moments of the edges in milliseconds, and where they lead.
    fn ms(&self) -> Vec<(i64, bool)> {
        let ms = |edge: &OutputEdge| (edge.sample * 1000.0 / RATE_HZ).round() as i64;
        self.edges.iter().map(|edge| (ms(edge), edge.closed)).collect()
    }
}

/// Three phases of 230 V and this current at PF 1, settings from these seconds on, in blocks of so many samples.
fn run(amperes: f64, settings: &[(f64, SettingId, i64)], seconds: f64, block: usize) -> Ran {
    let played = Signal::three_phase(50.0, 230.0, amperes, 0.0).play(1, Some(seconds));
    let source = Box::new(Afe::new(&FrontEnd::ideal(), played, RATE_HZ).expect("sound"));
    let config = TwinConfig {
        identity: Identity::default(),
        wiring: Wiring::ThreePhaseFourWire,
        format: source.format().clone(),
        limits: Limits::EMS_AV2,
        modules: Vec::new(),
        loads: Vec::new(),
        start: Timestamp::from_unix_s(1_700_000_000),
    };
    let cue = |(at_s, id, value): &(f64, SettingId, i64)| Cue {
        at: (at_s * RATE_HZ) as u64,
        action: CueAction::Command(Command {
            origin: Origin::Local,
            request: Request::Set(*id, *value),
        }),
    };
    let first = Image::settling(Arc::new(Identity::default()), config.start);
    let (images, _) = watch::channel(Arc::new(first));
    let (_, commands) = mpsc::channel(1);
    let runner = Runner {
        twin: Twin::new(&config),
        feed: Box::new(Samples::new(source, None)),
        script: Script::new(settings.iter().map(cue).collect()),
        pace: Box::new(AsFast),
        start: config.start,
        samples_max: None,
        block_samples: block,
        tail: Tail::Count,
        images,
        commands,
    };
    let (mut edges, mut notes): (Vec<OutputEdge>, Vec<String>) = (Vec::new(), Vec::new());
    let outcome = runner.run(|effects| {
        for edge in &effects.output {
            edges.retain(|planned| planned.sample <= edge.sample);
            edges.push(*edge);
        }
        let alarms = effects.notes.iter().filter(|note| note.kind == NoteKind::Alarm);
        notes.extend(alarms.map(|note| note.text.clone()));
        true
    });
    Ran { edges, notes, image: outcome.expect("it does not fail").image }
}

/// [O2] 20.7 kW for 20 s are 115 Wh: 115 pulses of 1 Wh, though only five of 100 ms fit in a second and more become
/// due. Each has its length and its pause, in time and without one lost; whatever the blocks, as long as none holds two windows.
#[test]
fn no_pulse_is_lost() {
    let settings = [(0.0, SettingId::PulseWeightWh, 1), (0.0, SettingId::PulseDurationMs, 100)];
    let ran = run(30.0, &settings, 20.0, 100);
    let edges = ran.ms();
    let pulses = edges.iter().filter(|(_, closed)| *closed).count();
    let counted_wh = 3.0 * 230.0 * 30.0 * 20.0 / 3600.0;
    assert!((pulses as f64 - counted_wh).abs() <= 1.0, "{pulses} pulses of {counted_wh} Wh");
    for pair in edges.windows(2) {
        let length = pair[1].0 - pair[0].0;
        assert!(if pair[0].1 { length == 100 } else { length >= 100 }, "{pair:?}");
    }
    assert!(edges[0].0 >= 200, "the energy of a window is known at its end: {:?}", edges[0]);
    for block in [7, 160, 333] {
        assert_eq!(run(30.0, &settings, 20.0, block).ms(), edges, "in blocks of {block}");
    }
}

/// [O2] Short pulses keep up: 30 ms each, soon after their energy.
#[test]
fn short_pulses_keep_up() {
    let settings = [(0.0, SettingId::PulseWeightWh, 1), (0.0, SettingId::PulseDurationMs, 30)];
    let edges = run(30.0, &settings, 10.0, 100).ms();
    let pulses = edges.iter().filter(|(_, closed)| *closed).count();
    assert!((56..=58).contains(&pulses), "{pulses}");
    assert!(edges.last().expect("some").0 < 10_200);
    assert!(edges.chunks(2).all(|pulse| pulse[1].0 - pulse[0].0 == 30), "{edges:?}");
}

/// [O3] The truth table of rest and activity; at rest a contact that is normally closed conducts.
#[test]
fn the_normal_state_turns_everything_round() {
    let check = |normal: i64, remote: i64, closed: bool| {
        let settings = [
            (0.0, SettingId::DigitalOutputFunction, 2),
            (0.0, SettingId::DigitalOutputNormalState, normal),
            (0.0, SettingId::OutputRemote, remote),
        ];
        let ran = run(1.0, &settings, 1.0, 100);
        assert_eq!(ran.image.io.output_closed, closed, "normal {normal}, remote {remote}");
    };
    check(0, 0, false);
    check(0, 1, true);
    check(1, 0, true);
    check(1, 1, false);
    // As delivered: pulses, normally open, none due.
    assert!(!run(1.0, &[], 1.0, 100).image.io.output_closed);
}

/// [O2] A function that is changed in a pulse ends it, and what was planned is not given.
#[test]
fn another_function_ends_the_pulses() {
    let settings = [(0.0, SettingId::PulseWeightWh, 1), (5.0, SettingId::DigitalOutputFunction, 2)];
    let ran = run(60.0, &settings, 8.0, 100);
    let last = *ran.ms().last().expect("there were pulses");
    assert!(last.0 <= 5100 && !last.1, "{last:?}");
    assert!(!ran.image.io.output_closed);
}

/// [O5] Upwards: set 1 is 4 kW, set 2 is 3 kW, 2 s of delay. 3.45 kW raise nothing, 6.9 kW do after the delay, and the
/// output follows.
#[test]
fn an_alarm_is_raised_after_its_delay() {
    let settings = |set_1, set_2| {
        [
            (0.0, SettingId::AlarmVariable, 5),
            (0.0, SettingId::AlarmSet1, set_1),
            (0.0, SettingId::AlarmSet2, set_2),
            (0.0, SettingId::AlarmDelayS, 2),
            (0.0, SettingId::DigitalOutputFunction, 1),
        ]
    };
    let up = settings(4_000_000, 3_000_000);
    assert!(run(5.0, &up, 5.0, 100).notes.is_empty());
    let ran = run(10.0, &up, 5.0, 100);
    assert_eq!(ran.notes, ["alarm on active_power.system"]);
    assert!(ran.image.io.alarm && ran.image.io.output_closed);
    let [(raised_ms, true)] = ran.ms()[..] else { panic!("{:?}", ran.ms()) };
    assert!((2200..2600).contains(&raised_ms), "{raised_ms}");
    // Downwards: raised below set 1, over above set 2.
    assert_eq!(run(5.0, &settings(4_000_000, 4_500_000), 5.0, 100).notes.len(), 1);
    assert!(run(10.0, &settings(4_000_000, 4_500_000), 5.0, 100).notes.is_empty());
}

/// [O5] It stands between the sets, and is over beyond set 2: here the sets move about 6.9 kW.
#[test]
fn an_alarm_has_hysteresis() {
    let settings = [
        (0.0, SettingId::AlarmVariable, 5),
        (0.0, SettingId::AlarmSet1, 5_000_000),
        (0.0, SettingId::AlarmSet2, 4_000_000),
        // Between the sets: it stands.
        (2.0, SettingId::AlarmSet1, 8_000_000),
        // Beyond set 2: it is over.
        (4.0, SettingId::AlarmSet2, 7_500_000),
    ];
    let raised = run(10.0, &settings[..4], 4.0, 100);
    assert_eq!((raised.notes.len(), raised.image.io.alarm), (1, true));
    let over = run(10.0, &settings, 6.0, 100);
    let expected = ["alarm on active_power.system", "the alarm on active_power.system is over"];
    assert_eq!(over.notes, expected);
    assert!(!over.image.io.alarm);
}
