//! Every fault that a source can have is survived as its sentence says
//! ([`sim::sources::FaultKind::survivable`]), in the path of the product: front end, faulty source, world.

mod common;

use catalog::{Class, Point, QuantityId as Q, Register, Scope, points};
use common::{Bench, Plan, close};
use image::{MeterId, Reading};
use port::Role;
use sim::sources::{Fault, FaultKind, Faulty, Recorder, Stretch, Tape};

/// When a fault begins and ends, in seconds.
const FAULT_S: (f64, f64) = (2.0, 4.0);

/// After it has ended all is right again within three windows.
const RECOVERED_S: f64 = FAULT_S.1 + 0.6;

/// 3 x 230 V x 5 A at 60 degrees.
const POWER_W: f64 = 1725.0;

/// What a run with a fault showed.
struct Run {
    /// Without the fault and with it, where the fault has been for 1 s and longer.
    during: Vec<(Shown, Shown)>,
    /// The same after the recovery.
    after: Vec<(Shown, Shown)>,
    /// Imported energy of the faulty one at the end, in watt-hours, and what it should be by the samples
    /// that arrived until its last window ended.
    import_wh: f64,
    expected_wh: f64,
}

/// The live readings of the built-in meter.
type Shown = Vec<(&'static Point, Reading)>;

fn shown(bench: &Bench) -> Shown {
    let live = points().iter().filter(|point| point.quantity.class == Class::Live);
    live.map(|point| (point, bench.readings(MeterId::Main).get(point.id))).collect()
}

/// Runs a bench with a fault beside one without; totals must never fall.
fn run(kind: FaultKind) -> Run {
    let plan = Plan::new();
    let fault = Fault { kind, at_s: FAULT_S.0, for_s: Some(FAULT_S.1 - FAULT_S.0), every_s: None };
    let faulty = Faulty::new(plan.source(&plan.signal), vec![fault], 11).expect("a sound fault");
    let recorder = Recorder::new(faulty, usize::MAX);
    let tape = recorder.tape();
    let mut faulty = plan.bench_on(Box::new(recorder));
    let mut clean = Plan::new().bench();
    let mut run = Run { during: vec![], after: vec![], import_wh: 0.0, expected_wh: 0.0 };
    let mut time_s = 0.0;
    while time_s < 6.0 {
        faulty.tick(usize::MAX);
        time_s = faulty.position() as f64 / common::RATE_HZ;
        while clean.position() < faulty.position() {
            clean.tick((faulty.position() - clean.position()) as usize);
        }
        let import_wh = faulty.import_wh(Register::Total);
        assert!(import_wh >= run.import_wh, "{}: a total fell at {time_s} s", kind.slug());
        run.import_wh = import_wh;
        let pair = (shown(&clean), shown(&faulty));
        if (FAULT_S.0 + 1.0..FAULT_S.1).contains(&time_s) {
            run.during.push(pair);
        } else if time_s >= RECOVERED_S {
            run.after.push(pair);
        }
    }
    assert!(!run.after.is_empty());
    let end_s = faulty.image().main().window_end.seconds_since(common::start());
    run.expected_wh = POWER_W * arrived_s(&tape.lock().expect("no panic"), end_s) / 3600.0;
    run
}

/// Seconds of samples on a tape until `end_s`. Sample n stands for n - 1/2 to n + 1/2, and time begins
/// where sample 0 does.
fn arrived_s(tape: &Tape, end_s: f64) -> f64 {
    let end = end_s * common::RATE_HZ;
    let until = |stretch: &Stretch| {
        let first = stretch.first() as f64;
        (end.min(first + stretch.samples() as f64) - first).max(0.0)
    };
    tape.stretches().iter().map(until).sum::<f64>() / common::RATE_HZ
}

impl Run {
    /// All is right again: no mark is left, and each value is that of the one without a fault.
    fn is_over(&self) {
        self.is_over_within(1e-4, |_| true);
    }

    /// The same for some points, and with another limit.
    fn is_over_within(&self, limit: f64, concerns: impl Fn(&Point) -> bool) {
        for (clean, faulty) in &self.after {
            same(&only(clean, &concerns), &only(faulty, &concerns), limit);
        }
    }

    /// While the fault lasts, these points are within a part of what they are without it, and unmarked.
    fn untouched(&self, limit: f64, concerns: impl Fn(&Point) -> bool) {
        assert!(!self.during.is_empty());
        for (clean, faulty) in &self.during {
            assert!(only(clean, &concerns).len() > 5, "enough points to tell");
            same(&only(clean, &concerns), &only(faulty, &concerns), limit);
        }
    }

    /// Values and qualities of a point while the fault lasts.
    fn during(&self, quantity: Q, scope: Scope) -> Vec<Reading> {
        let wanted =
            |(point, _): &&(&Point, Reading)| point.quantity.id == quantity && point.scope == scope;
        let find = |shown: &Shown| shown.iter().find(wanted).expect("in the catalogue").1;
        self.during.iter().map(|(_, faulty)| find(faulty)).collect()
    }

    fn qualities(&self, quantity: Q, scope: Scope) -> Vec<&'static str> {
        let mut found: Vec<_> =
            self.during(quantity, scope).iter().map(|reading| reading.quality()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn only(shown: &Shown, concerns: impl Fn(&Point) -> bool) -> Shown {
    shown.iter().copied().filter(|(point, _)| concerns(point)).collect()
}

/// Equal qualities, and values within a part of what they should be and a tenth of what is shown.
fn same(clean: &Shown, faulty: &Shown, limit: f64) {
    for ((point, clean), (_, faulty)) in clean.iter().zip(faulty) {
        let path = point.path();
        assert_eq!(clean.quality(), faulty.quality(), "{path}: {clean:?} {faulty:?}");
        if let (Some(clean), Some(faulty)) = (clean.value(), faulty.value()) {
            let allowed = limit * clean.abs() + 0.1 * point.quantity.resolution();
            assert!((clean - faulty).abs() <= allowed, "{path}: {faulty} instead of {clean}");
        }
    }
}

/// Points of the two other phases: nothing of a fault on L1 may reach them.
fn of_other_phases(point: &Point) -> bool {
    matches!(point.scope, Scope::L2 | Scope::L3 | Scope::L23)
}

/// [N9] Each kind: all right again within three windows, no total falls, and every image is sound
/// (the bench looks at each). The table of examples has a sentence and a name of its own for each.
#[test]
fn every_fault_is_over_when_it_ends() {
    let mut told: Vec<&str> = Vec::new();
    for kind in FaultKind::EXAMPLES {
        told.extend([kind.slug(), kind.survivable()]);
        run(kind).is_over();
    }
    told.sort_unstable();
    told.dedup();
    assert_eq!(told.len(), 2 * FaultKind::EXAMPLES.len());
}

/// [N9, A4, G10] Rare losses: nothing is integrated over them, what is shown is right, and some of it
/// is marked.
#[test]
fn nothing_is_integrated_over_lost_samples() {
    let run = run(FaultKind::LostSamples { part: 0.001 });
    close("energy", run.import_wh, run.expected_wh, 1e-5);
    assert!(run.qualities(Q::VoltageLn, Scope::L1).contains(&"gap"));
    for reading in run.during(Q::ActivePower, Scope::System) {
        close("power", reading.value().expect("a window fits"), POWER_W, 1e-3);
    }
}

/// [N9, G10] Where no whole cycle fits between two losses, live values go stale and energy still counts.
#[test]
fn between_many_losses_values_go_stale_and_energy_counts() {
    let run = run(FaultKind::LostSamples { part: 0.2 });
    assert!(run.qualities(Q::ActivePower, Scope::System).contains(&"stale"));
    close("energy", run.import_wh, run.expected_wh, 1e-3);
    run.is_over();
}

/// [N9, A4] Counters stand still while nothing comes.
#[test]
fn nothing_is_integrated_over_a_gap() {
    let run = run(FaultKind::Gap);
    assert!(run.during.is_empty(), "no block, no tick");
    close("energy", run.import_wh, run.expected_wh, 1e-5);
    assert!(run.expected_wh < POWER_W * 4.0 / 3600.0, "two seconds of six are missing");
    run.is_over();
}

/// [V6] A channel that stays where it was spoils its own phase only, current or voltage. The frequency is
/// found on another voltage. A voltage that stood off zero reads a little high for minutes, until that DC
/// is forgotten; power and energy have no part in it.
#[test]
fn a_stuck_channel_spoils_its_own_phase_only() {
    for (role, quantity) in [(Role::Ia, Q::Current), (Role::Va, Q::VoltageLn)] {
        let run = run(FaultKind::StuckChannel { role });
        let frequency = |point: &Point| point.quantity.id == Q::Frequency;
        run.untouched(1e-4, |point| of_other_phases(point) || frequency(point));
        assert_ne!(run.during(quantity, Scope::L1), run.during(quantity, Scope::L2));
        let made_of_it = |point: &Point| role == Role::Va && !of_other_phases(point);
        run.is_over_within(1e-4, |point| !made_of_it(point) || point.quantity.id == Q::ActivePower);
        run.is_over_within(2e-3, made_of_it);
    }
}

/// A clock that is fast by 200 ppm: the frequency reads low by as much, energy high by as much;
/// voltages, currents and powers are right, and nothing is marked.
#[test]
fn a_drifting_clock_shows_in_frequency_and_energy_alone() {
    let run = run(FaultKind::ClockDrift { ppm: 200.0 });
    for reading in run.during(Q::Frequency, Scope::System) {
        let frequency_hz = reading.value().expect("good");
        assert!((frequency_hz / 50.0 - 1.0 / 1.0002).abs() < 1e-6, "{frequency_hz} Hz");
    }
    run.untouched(1e-4, |point| point.quantity.id != Q::Frequency);
    // Seconds of its own clock, which were shorter.
    close("energy", run.import_wh, run.expected_wh, 1e-5);
    run.is_over();
}

/// [N9] Turned bits spoil their own phase only, current or voltage; what they make is finite.
#[test]
fn turned_bits_spoil_their_own_phase_only() {
    for (role, quantity) in [(Role::Ia, Q::Current), (Role::Va, Q::VoltageLn)] {
        let run = run(FaultKind::BitFlips { role, part: 0.01 });
        run.untouched(5e-3, of_other_phases);
        let worst = run
            .during(quantity, Scope::L1)
            .iter()
            .filter_map(|reading| reading.value())
            .fold(0.0, f64::max);
        let right = run.during(quantity, Scope::L2)[0].value().expect("good");
        assert!(worst > 1.005 * right, "{worst} is no different");
        run.is_over();
    }
}

/// A saturated channel is marked clipped, and no other.
#[test]
fn a_saturated_channel_is_marked_clipped_and_no_other() {
    for (role, quantity) in [(Role::Ia, Q::Current), (Role::Va, Q::VoltageLn)] {
        let run = run(FaultKind::Saturation { role });
        assert!(
            run.qualities(quantity, Scope::L1).iter().all(|quality| quality.contains("clipped"))
        );
        run.untouched(1e-4, of_other_phases);
        run.is_over();
    }
}
