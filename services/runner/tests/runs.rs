//! Whole runs on a fake pace: where they end, what is published when, and who is answered.

use catalog::{QuantityId, Register, Scope, SettingId, point};
use host::{COMMANDS_MAX, CommandTicket};
use image::{Ack, Command, Identity, Image, MeterId, Origin, Reading, Reason, Refusal, Request};
use metering::{Limits, Tail, Wiring};
use port::{
    AsFast, ContactState, EsyBus, ModuleIdentity, ModuleModel, Pace, Role, SampleBlock,
    SampleSource, SlotId, SourceError, SourceFormat, SourceState, TariffCalendar, Timestamp,
};
use runner::{Cue, CueAction, Outcome, Runner, Samples, Script};
use sim::esy::{Module, VirtualBus};
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::{Signal, Spectrum};
use std::sync::{Arc, Mutex};
use tokio::sync::{mpsc, oneshot, watch};
use world::{COMMANDS_PER_TICK, NoteKind, Twin, TwinConfig};

const RATE_HZ: f64 = 2000.0;
const START: Timestamp = Timestamp { unix_ns: 1_700_000_000_000_000_000 };

fn source(duration_s: Option<f64>) -> Box<dyn SampleSource + Send> {
    let played = Signal::three_phase(50.0, 230.0, 5.0, 60.0).play(1, duration_s);
    Box::new(Afe::new(&FrontEnd::ideal(), played, RATE_HZ).expect("a sound front end"))
}

/// The other ends of a runner's channels.
struct Services {
    images: watch::Receiver<Arc<Image>>,
    commands: mpsc::Sender<CommandTicket>,
}

impl Services {
    fn ask(&self, request: Request) -> oneshot::Receiver<Ack> {
        let (ack, answer) = oneshot::channel();
        let command = Command { origin: Origin::Local, request };
        self.commands.try_send(CommandTicket { command, ack }).expect("room");
        answer
    }
}

fn runner(source: Box<dyn SampleSource + Send>) -> (Runner, Services) {
    runner_with(source, None, Vec::new())
}

fn runner_with(
    source: Box<dyn SampleSource + Send>,
    bus: Option<Box<dyn EsyBus + Send>>,
    modules: Vec<ModuleIdentity>,
) -> (Runner, Services) {
    let start = START;
    let identity = Identity::default();
    let image = Image::settling(Arc::new(identity.clone()), start);
    let (images, watching) = watch::channel(Arc::new(image));
    let (sender, commands) = mpsc::channel(COMMANDS_MAX);
    let twin = Twin::new(&TwinConfig {
        identity,
        wiring: Wiring::ThreePhaseFourWire,
        format: source.format().clone(),
        limits: Limits::EMS_AV2,
        modules,
        loads: Vec::new(),
        start,
    });
    let runner = Runner {
        twin,
        feed: Box::new(Samples::new(source, bus)),
        script: Script::default(),
        pace: Box::new(AsFast),
        start,
        samples_max: None,
        block_samples: 150,
        tail: Tail::Count,
        images,
        commands,
    };
    (runner, Services { images: watching, commands: sender })
}

fn import_wh(outcome: &Outcome) -> f64 {
    let id = point(QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System);
    let kwh = outcome.image.main().get(id.expect("in the catalogue")).value();
    1000.0 * kwh.expect("a counter")
}

/// A run of so many samples reads exactly so many, whatever its blocks.
#[test]
fn samples_max_is_respected_exactly() {
    for (samples_max, block_samples) in
        [(4001, 150), (4001, 4001), (4001, 10_000), (149, 150), (1, 150)]
    {
        let (mut runner, _services) = runner(source(None));
        (runner.samples_max, runner.block_samples) = (Some(samples_max), block_samples);
        let outcome = runner.run(|_| true).expect("it does not fail");
        assert_eq!(outcome.samples, samples_max);
        let elapsed_s = outcome.image.time.seconds_since(Timestamp::from_unix_s(1_700_000_000));
        assert!((elapsed_s - samples_max as f64 / RATE_HZ).abs() < 1e-9);
    }
}

/// A run ends with its source, or after the tick at which the observer says so; the last tick closes.
#[test]
fn a_run_ends_with_its_source_or_its_observer() {
    let (by_source, _services) = runner(source(Some(1.03)));
    let mut ticks = 0;
    let outcome = by_source
        .run(|_| {
            ticks += 1;
            true
        })
        .expect("it does not fail");
    assert_eq!((outcome.samples, ticks), (2060, 15), "14 blocks and the end");
    assert_eq!(outcome.image.tick, 15);

    let (by_observer, _services) = runner(source(None));
    let mut ticks = 0;
    let outcome = by_observer
        .run(|_| {
            ticks += 1;
            ticks < 7
        })
        .expect("it does not fail");
    assert_eq!((outcome.samples, ticks), (1050, 8));
}

/// [N9] Counted, the tail loses no energy; dropped, the readings and counters are of whole cycles.
#[test]
fn the_tail_is_counted_or_dropped() {
    let run = |tail, duration_s| {
        let (mut runner, _services) = runner(source(Some(duration_s)));
        runner.tail = tail;
        runner.run(|_| true).expect("it does not fail")
    };
    let wh = |seconds: f64| 1725.0 * seconds / 3600.0;
    let counted = run(Tail::Count, 1.011);
    assert!((import_wh(&counted) - wh(1.011)).abs() < 1e-3 * wh(0.01), "{}", import_wh(&counted));
    let dropped = run(Tail::Drop, 1.011);
    assert!((import_wh(&dropped) - wh(1.0)).abs() < 1e-4 * wh(1.0), "{}", import_wh(&dropped));
    assert_eq!(dropped.whole.cycles.round(), 50.0);
    assert_eq!(dropped.windows, 5);
}

/// A run too short for a window has no readings and says why.
#[test]
fn a_run_without_a_window_is_still_settling() {
    let (mut runner, _services) = runner(source(None));
    (runner.samples_max, runner.tail) = (Some(30), Tail::Drop);
    let outcome = runner.run(|_| true).expect("it does not fail");
    let voltage = point(QuantityId::VoltageLn, None, Scope::System).expect("in the catalogue");
    assert_eq!(outcome.readings.get(voltage), Reading::Absent(Reason::Settling));
}

/// Remembers when it was asked to wait, and that nothing of the block was published by then.
struct FakePace {
    waits: Arc<Mutex<Vec<f64>>>,
    images: watch::Receiver<Arc<Image>>,
}

impl Pace for FakePace {
    fn wait_until(&mut self, elapsed_s: f64) {
        let published = self.images.borrow().time;
        assert!(published.seconds_since(Timestamp::from_unix_s(1_700_000_000)) <= elapsed_s);
        self.waits.lock().expect("one thread").push(elapsed_s);
    }
}

/// Simulated time passes before each tick, up to the end of its block, and is never read from a clock.
#[test]
fn the_pace_is_asked_for_the_end_of_each_block() {
    let (mut runner, services) = runner(source(None));
    let waits = Arc::new(Mutex::new(Vec::new()));
    runner.pace = Box::new(FakePace { waits: Arc::clone(&waits), images: services.images });
    runner.samples_max = Some(500);
    runner.run(|_| true).expect("it does not fail");
    assert_eq!(*waits.lock().expect("one thread"), [0.075, 0.15, 0.225, 0.25, 0.25]);
}

/// Whatever the pace, blocks and modules: the same digest, readings and energy.
#[test]
fn blocks_change_no_result() {
    let run = |block_samples| {
        let slot = SlotId::new(1).expect("1 to 10");
        let identity = ModuleIdentity {
            slot,
            model: ModuleModel::Esy3xmv,
            name: String::new(),
            serial: String::new(),
        };
        let currents = Signal::new(50.0).channel(Role::Ia, Spectrum::sine(7.0, 20.0)).play(1, None);
        let currents = Afe::new(&FrontEnd::ideal(), currents, RATE_HZ).expect("a sound front end");
        let module = Module { identity: identity.clone(), currents: Some(Box::new(currents)) };
        let modules = vec![module];
        let bus = VirtualBus::new(Wiring::ThreePhaseFourWire, source(None), modules, START);
        let (mut runner, _services) =
            runner_with(source(Some(2.0)), Some(Box::new(bus)), vec![identity]);
        runner.block_samples = block_samples;
        let outcome = runner.run(|_| true).expect("it does not fail");
        assert!(outcome.image.meter(MeterId::Esy(slot)).expect("configured").windows >= 9);
        (outcome.digest, outcome.whole, outcome.readings, outcome.windows, outcome.pulses)
    };
    let expected = run(150);
    for block_samples in [7, 400, 1999, 4000] {
        assert_eq!(run(block_samples), expected, "blocks of {block_samples}");
    }
}

/// Whoever reads after the answer reads what was asked for: the image is out before the answer is.
#[test]
fn a_command_is_answered_after_its_image() {
    let (runner, services) = runner(source(None));
    let Services { mut images, commands } = services;
    let services = Services { images: images.clone(), commands };
    let mut answer = services.ask(Request::Set(SettingId::Netting, 1));
    let mut refused = services.ask(Request::ResetTotals(MeterId::Main));
    let mut ticks = 0;
    runner
        .run(|effects| {
            ticks += 1;
            if ticks == 1 {
                let tick = answer.try_recv().expect("answered in its tick").expect("accepted");
                let image = images.borrow_and_update();
                assert_eq!(tick, image.tick);
                assert!(image.tick > 0, "the image before the first tick is not its image");
                assert_eq!(image.settings.get(SettingId::Netting), 1);
                assert_eq!(refused.try_recv(), Ok(Err(Refusal::TotalsAreFinal)));
                assert!(effects.acks.is_empty(), "answers are handed over");
            }
            ticks < 3
        })
        .expect("it does not fail");
}

/// A full queue stays full until ticks have taken from it: senders notice, memory does not grow.
#[test]
fn a_flood_waits_in_its_queue() {
    let (runner, services) = runner(source(None));
    let request = Request::ResetPartial(MeterId::Main);
    let mut answers: Vec<_> = (0..COMMANDS_MAX).map(|_| services.ask(request)).collect();
    let mut ticks = 0;
    runner
        .run(|_| {
            ticks += 1;
            let answered = answers.iter_mut().filter_map(|answer| answer.try_recv().ok()).count();
            let expected =
                if ticks <= COMMANDS_MAX / COMMANDS_PER_TICK { COMMANDS_PER_TICK } else { 0 };
            assert_eq!(answered, expected, "tick {ticks}");
            ticks < 6
        })
        .expect("it does not fail");
}

/// Who no longer waits for an answer does not stop the run.
#[test]
fn an_answer_nobody_waits_for_is_dropped() {
    let (runner, services) = runner(source(Some(0.5)));
    drop(services.ask(Request::Set(SettingId::Netting, 1)));
    let outcome = runner.run(|_| true).expect("it does not fail");
    assert_eq!(outcome.image.settings.get(SettingId::Netting), 1);
}

/// A source that breaks after its first block.
struct Broken(Box<dyn SampleSource + Send>, bool);

impl SampleSource for Broken {
    fn format(&self) -> &SourceFormat {
        self.0.format()
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        if std::mem::replace(&mut self.1, true) {
            return Err(SourceError(
                "the converter does not answer: check the ribbon cable".into(),
            ));
        }
        self.0.read(block, max)
    }
}

/// A failing source ends the run with its own sentence; the last image stands.
#[test]
fn a_failing_source_ends_the_run() {
    let (mut runner, services) = runner(Box::new(Broken(source(None), false)));
    runner.block_samples = 1000;
    let error = runner.run(|_| true).expect_err("it breaks");
    assert!(error.to_string().contains("ribbon cable"));
    assert_eq!(services.images.borrow().main().windows, 2);
}

/// Counts how far it was polled.
struct CountingBus(Arc<Mutex<Vec<u64>>>);

impl EsyBus for CountingBus {
    fn modules(&self) -> &[ModuleIdentity] {
        &[]
    }

    fn poll(&mut self, until_sample: u64, _: &mut Vec<port::EsyReply>) {
        self.0.lock().expect("one thread").push(until_sample);
    }

    fn command(&mut self, _: Option<SlotId>, _: port::MeterCommand) {}
}

/// [P5] Modules are polled once a tick, up to the end of its block.
#[test]
fn modules_are_polled_once_a_tick() {
    let polls = Arc::new(Mutex::new(Vec::new()));
    let bus = CountingBus(Arc::clone(&polls));
    let (mut runner, _services) = runner_with(source(None), Some(Box::new(bus)), Vec::new());
    runner.samples_max = Some(400);
    runner.run(|_| true).expect("it does not fail");
    assert_eq!(*polls.lock().expect("one thread"), [150, 300, 400, 400]);
}

/// [I1, N5] Cues happen before their sample, whatever the blocks: the same digest and the same energy in
/// each tariff, and a cue at sample 0 holds from the first window on.
#[test]
fn cues_do_not_depend_on_blocks() {
    let set = |setting, value| {
        let request = Request::Set(setting, value);
        CueAction::Command(Command { origin: Origin::Local, request })
    };
    let run = |block_samples| {
        let (mut runner, _services) = runner(source(Some(4.0)));
        runner.block_samples = block_samples;
        runner.script = Script::new(vec![
            Cue { at: 5201, action: CueAction::Contact(ContactState::of(false)) },
            Cue { at: 0, action: set(SettingId::Netting, 1) },
            Cue { at: 0, action: set(SettingId::TariffMode, 2) },
            Cue { at: 2803, action: CueAction::Contact(ContactState::of(true)) },
        ]);
        let mut settings = Vec::new();
        let outcome = runner
            .run(|effects| {
                let image = effects.image.as_ref().expect("every tick makes one");
                settings.push(image.settings.get(SettingId::Netting));
                true
            })
            .expect("it does not fail");
        assert!(settings.iter().all(|netting| *netting == 1), "before the first window");
        let wh = |register| {
            let id = point(QuantityId::ActiveEnergyImport, Some(register), Scope::System);
            1000.0 * outcome.image.main().get(id.expect("exists")).value().expect("a counter")
        };
        (outcome.digest, wh(Register::T1), wh(Register::T2), wh(Register::Total))
    };
    let expected = run(150);
    for block_samples in [1, 7, 400, 1999, 8000] {
        assert_eq!(run(block_samples), expected, "blocks of {block_samples}");
    }
    let (_, t1, t2, total) = expected;
    // 1725 W; closed for 2398 of 8000 samples, from and to the next edge of a window of 200 ms.
    let whole = 1725.0 * 4.0 / 3600.0;
    assert!((total - whole).abs() < 1e-3 * whole, "{total}");
    assert!((t1 + t2 - total).abs() < 1e-9);
    assert!((t2 - whole * 1.2 / 4.0).abs() < whole * 0.21 / 4.0, "{t2}");
}

/// Tariff 2 from a moment on, and from another on tariff 1 again.
struct Evening([Timestamp; 2]);

impl TariffCalendar for Evening {
    fn tariff(&self, at: Timestamp) -> u8 {
        if (self.0[0]..self.0[1]).contains(&at) { 2 } else { 1 }
    }

    fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        self.0.into_iter().find(|change| *change > after)
    }
}

/// [N5, D-9] The calendar changes the tariff at its moment by the civil clock, also when that is set, and
/// energy is the same whatever the clock says.
#[test]
fn tariffs_follow_the_calendar_and_the_clock() {
    let mode = Request::Set(SettingId::TariffMode, 3);
    let mode = CueAction::Command(Command { origin: Origin::Local, request: mode });
    let run = |block_samples, set_clock: Option<(u64, f64)>| {
        let (mut runner, _services) = runner(source(Some(4.0)));
        runner.block_samples = block_samples;
        // 1.3 s to 2.5 s of 4 s.
        let evening = Evening([runner.start + 1.3, runner.start + 2.5]);
        let mut cues = vec![Cue { at: 0, action: mode }];
        cues.extend(set_clock.map(|(at, by_s)| Cue { at, action: CueAction::SetClock(by_s) }));
        runner.script = Script::new(cues).with_calendar(Some(Box::new(evening)));
        let mut notes = Vec::new();
        let outcome = runner
            .run(|effects| {
                notes.extend(effects.notes.iter().map(|note| (note.kind, note.text.clone())));
                true
            })
            .expect("it does not fail");
        let wh = |register| {
            let id = point(QuantityId::ActiveEnergyImport, Some(register), Scope::System);
            1000.0 * outcome.image.main().get(id.expect("exists")).value().expect("a counter")
        };
        (wh(Register::T1), wh(Register::T2), wh(Register::Total), notes)
    };
    let whole = 1725.0 * 4.0 / 3600.0;
    for block_samples in [7, 150, 8000] {
        let (t1, t2, total, _) = run(block_samples, None);
        assert!((total - whole).abs() < 1e-3 * whole && (t1 + t2 - total).abs() < 1e-9);
        // To the next end of a window of 200 ms at either side.
        assert!((t2 - whole * 1.2 / 4.0).abs() < whole * 0.21 / 4.0, "{t2}");
        // Set back by an hour at 2 s: tariff 1 from there on.
        let (_, t2, set_total, notes) = run(block_samples, Some((4000, -3600.0)));
        assert!((t2 - whole * 0.7 / 4.0).abs() < whole * 0.21 / 4.0, "{t2}");
        assert_eq!(set_total, total);
        let expected = (NoteKind::Clock, "the clock was set by -3600.000 s".to_string());
        assert!(notes.contains(&expected), "{notes:?}");
    }
}

/// A clock that somebody else sets.
#[derive(Clone)]
struct Outside(Arc<Mutex<Timestamp>>);

impl port::Clock for Outside {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("nobody panics")
    }
}

/// Civil time follows the clock outside once it is clearly apart: what a busy machine is late by sets nothing,
/// a crystal that runs off is put right without a word, and an operator's hour is told. No energy moves.
#[test]
fn civil_time_follows_the_clock_outside() {
    let run = |apart_s: f64| {
        let (mut runner, _services) = runner(source(Some(4.0)));
        let outside = Outside(Arc::new(Mutex::new(runner.start)));
        runner.script = Script::default().with_clock(Box::new(outside.clone()));
        let (mut passed_s, mut notes) = (0.0, Vec::new());
        let outcome = runner
            .run(|effects| {
                passed_s += 150.0 / RATE_HZ;
                let jump_s = if passed_s > 2.0 { apart_s } else { 0.0 };
                *outside.0.lock().expect("nobody panics") = START + (passed_s + jump_s);
                notes.extend(effects.notes.iter().map(|note| note.text.clone()));
                true
            })
            .expect("it does not fail");
        (outcome.image.time.seconds_since(START) - 4.0, import_wh(&outcome), notes)
    };
    let (late_s, wh, notes) = run(0.15);
    assert!(late_s.abs() < 1e-9 && notes.is_empty(), "{late_s} {notes:?}");
    let (off_s, same_wh, notes) = run(0.3);
    assert!((off_s - 0.3).abs() < 0.1 && notes.is_empty(), "{off_s} {notes:?}");
    assert_eq!(same_wh, wh);
    let (hour_s, same_wh, notes) = run(3600.0);
    assert!((hour_s - 3600.0).abs() < 0.1, "{hour_s}");
    assert!(
        matches!(&notes[..], [note] if note.starts_with("the clock was set by +35")),
        "{notes:?}"
    );
    assert_eq!(same_wh, wh);
}
