//! The check of the wiring in the device: no false alarm, settings, modules, corrections while it runs.

mod common;

use catalog::{QuantityId as Q, Register, Scope, SettingId};
use common::{Bench, Plan, close, currents, esy, reading};
use image::{MeterId, Reading, Refusal, Request, WiringCorrection, WiringFinding};
use metering::{Limits, Means, Meter, MeterSettings, Phasor, Wiring};
use port::{Channel, MeterCommand, Role};
use proptest::prelude::*;
use sim::esy::Change;
use sim::frontend::FrontEnd;
use sim::synthetic::{Signal, Spectrum};

const V_ROLES: [Role; 3] = [Role::Va, Role::Vb, Role::Vc];
const I_ROLES: [Role; 3] = [Role::Ia, Role::Ib, Role::Ic];
const ANGLES_DEG: [f64; 3] = [0.0, -120.0, 120.0];

/// Longer than a fault takes to be certain.
const FOUND_S: f64 = 3.3;

fn correction(conductors: [&str; 3]) -> WiringCorrection {
    WiringCorrection::from_conductors(conductors).expect("each conductor once")
}

fn slug(bench: &Bench, meter: MeterId) -> String {
    bench.image().meter(meter).expect("configured").wiring.slug()
}

/// Three phases at PF 0.95, in which each fault has a name; L1 reversed.
fn l1_reversed() -> Signal {
    Signal::three_phase(50.0, 230.0, 5.0, 18.2).channel(Role::Ia, Spectrum::sine(5.0, 161.8))
}

/// A load: amperes, lag in degrees, from a phase, and to the neutral (3) or to a phase.
type LoadCase = (f64, f64, usize, usize);

/// 0.5 to 10 A with 0.8 capacitive to 0.5 inductive, between any two conductors.
fn any_load() -> impl Strategy<Value = LoadCase> {
    (0.5..10.0, -36.87..60.0, 0..3usize, 1..4usize)
        .prop_map(|(amps, lag_deg, from, step)| (amps, lag_deg, from, end_of(from, step)))
}

/// The neutral, or one of the other phases.
fn end_of(from: usize, step: usize) -> usize {
    if step == 3 { 3 } else { (from + step) % 3 }
}

/// A wiring system and its voltages, in rms volts and degrees.
type System = (Wiring, [(f64, f64); 3]);

const WYE: System = (Wiring::ThreePhaseFourWire, [(230.0, 0.0), (230.0, -120.0), (230.0, 120.0)]);

const SYSTEMS: [System; 6] = [
    WYE,
    (Wiring::ThreePhaseThreeWire, WYE.1),
    (Wiring::ThreeSinglePhase, WYE.1),
    (Wiring::WildLeg, [(120.0, 0.0), (207.85, 90.0), (120.0, 180.0)]),
    (Wiring::TwoPhaseThreeWire, [(120.0, 0.0), (120.0, 180.0), (0.0, 0.0)]),
    (Wiring::TwoPhaseThreeWire, [(230.0, 0.0), (230.0, -120.0), (0.0, 0.0)]),
];

/// The load as near as the system has it: three wires have no neutral, three single-phase loads nothing
/// between lines, two phases no third.
fn fitted(wiring: Wiring, (amps, lag_deg, from, to): LoadCase) -> LoadCase {
    let (from, to) = match wiring {
        Wiring::ThreePhaseThreeWire if to == 3 => (from, (from + 1) % 3),
        Wiring::ThreeSinglePhase => (from, 3),
        Wiring::TwoPhaseThreeWire if to == 3 => (from % 2, 3),
        Wiring::TwoPhaseThreeWire => (0, 1),
        _ => (from, to),
    };
    (amps, lag_deg, from, to)
}

/// Voltages up to 3 % and 2 degrees uneven.
fn any_grid() -> impl Strategy<Value = [(f64, f64); 3]> {
    prop::array::uniform3((0.97..1.03, -2.0..2.0))
}

/// Voltages against the neutral, or against the mean of the terminals.
fn grid_phasors((wiring, volts): System, grid: [(f64, f64); 3]) -> [Phasor; 3] {
    let v: [Phasor; 3] = std::array::from_fn(|k| {
        let peak = volts[k].0 * std::f64::consts::SQRT_2;
        Phasor::from_polar(peak * grid[k].0, (volts[k].1 + grid[k].1).to_radians())
    });
    match wiring {
        Wiring::ThreePhaseThreeWire => v.map(|phasor| phasor - v.iter().sum::<Phasor>() / 3.0),
        _ => v,
    }
}

/// Whether uneven voltages have a zero sequence, as those of nearly every grid. Without it they cannot be
/// told from a free neutral terminal.
fn has_zero_sequence(v: [Phasor; 3]) -> bool {
    let turn = Phasor::from_polar(1.0, 120f64.to_radians());
    let negative = v[0] + turn.conj() * v[1] + turn * v[2];
    (v[0] + v[1] + v[2]).norm() > 0.1 * negative.norm()
}

/// What flows in the conductors.
fn drawn(v: [Phasor; 3], loads: &[LoadCase]) -> [Phasor; 3] {
    let mut i = [Phasor::ZERO; 3];
    for (amps, lag_deg, from, to) in loads {
        let across = v[*from] - v.get(*to).copied().unwrap_or(Phasor::ZERO);
        let current = across / across.norm() * Phasor::from_polar(*amps, -lag_deg.to_radians());
        i[*from] += current;
        if let Some(back) = i.get_mut(*to) {
            *back -= current;
        }
    }
    i
}

/// What a meter without generation finds in phasors.
fn judge(wiring: Wiring, v: [Phasor; 3], i: [Phasor; 3]) -> WiringFinding {
    let channel = |role| Some(Channel::ideal(role, 1e-5));
    let mut meter = Meter::new(&MeterSettings {
        wiring,
        sample_rate_hz: 8000.0,
        voltages: V_ROLES.map(channel),
        currents: I_ROLES.map(channel),
        limits: Limits::EMS_AV2,
    });
    meter.command(MeterCommand::Set(SettingId::Generation, 0));
    meter.wiring_of(&Means {
        samples: 8000.0,
        cycles: 50.0,
        tracked_samples: 8000.0,
        samples_per_cycle: 160.0,
        sequence: 1.0,
        v_phasor: v,
        i_phasor: i,
        ..Means::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    /// [E2, E3, E4, E5, E15] In no system is a mixture of loads, between any conductors and even or not,
    /// taken for a fault.
    #[test]
    fn healthy_loads_raise_no_alarm(
        system in prop::sample::select(&SYSTEMS[..]),
        grid in any_grid(),
        loads in prop::collection::vec(any_load(), 1..8),
    ) {
        let (wiring, _) = system;
        let v = grid_phasors(system, grid);
        let wye = matches!(wiring, Wiring::ThreePhaseFourWire | Wiring::ThreeSinglePhase);
        prop_assume!(!wye || has_zero_sequence(v));
        let loads: Vec<LoadCase> = loads.into_iter().map(|load| fitted(wiring, load)).collect();
        let finding = judge(wiring, v, drawn(v, &loads));
        prop_assert!(
            matches!(finding, WiringFinding::Healthy | WiringFinding::NoSignal),
            "{finding}"
        );
    }

    /// [E3, E15] Wherever the wires lie and whatever the phases draw: a fault that is named is the true
    /// one, and the true one is among the candidates. Or no fault is seen.
    #[test]
    fn no_fault_is_named_that_is_not_the_true_one(
        grid in any_grid(),
        phases in prop::array::uniform3((2.0..10.0, -36.87..60.0)),
        more in prop::option::of(any_load()),
        truth in 0..WiringCorrection::COUNT,
    ) {
        let truth = WiringCorrection::all().nth(truth).expect("COUNT of them");
        let v = grid_phasors(WYE, grid);
        let each = (0..3).map(|phase| (phases[phase].0, phases[phase].1, phase, 3));
        let loads: Vec<LoadCase> = each.chain(more).collect();
        let i = drawn(v, &loads);
        let all = i.iter().map(Phasor::norm_sqr).sum::<f64>().sqrt();
        prop_assume!(has_zero_sequence(v));
        prop_assume!(i.iter().all(|phasor| phasor.norm() > 0.06 * all));
        let mut inputs = [Phasor::ZERO; 3];
        for phase in 0..3 {
            inputs[truth.input(phase)] = if truth.is_reversed(phase) { -i[phase] } else { i[phase] };
        }
        let finding = judge(WYE.0, v, inputs);
        let candidates: Vec<_> = finding.candidates().collect();
        prop_assert!(
            finding == WiringFinding::Healthy || candidates.contains(&truth),
            "{finding} and not {truth}"
        );
        if candidates.len() == 1 {
            prop_assert_eq!(finding.slug(), truth.slug());
        }
    }
}

/// What the terminals carry: loads with harmonics, and generation in some phases.
fn installation(grid: [(f64, f64); 3], loads: &[LoadCase], sun_a: [f64; 3]) -> Signal {
    let v = grid_phasors(WYE, grid);
    let peak = std::f64::consts::SQRT_2;
    let i = drawn(v, loads);
    (0..3).fold(Signal::new(50.0), |signal, k| {
        let (volts, deg) = (v[k].norm() / peak, v[k].arg().to_degrees());
        let voltage = Spectrum::sine(volts, deg).with(5, 0.03 * volts, 5.0 * deg);
        let net = i[k] / peak - v[k] / v[k].norm() * sun_a[k];
        let (amps, deg) = (net.norm(), net.arg().to_degrees());
        let current = Spectrum::sine(amps, deg).with(3, 0.6 * amps, 3.0 * deg + 170.0).with(
            5,
            0.4 * amps,
            5.0 * deg,
        );
        signal.channel(V_ROLES[k], voltage).channel(I_ROLES[k], current)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// [E3, E15] Through a typical front end, with harmonics; and with the sun where generation is
    /// possible. No image shows an alarm.
    #[test]
    fn healthy_installations_raise_no_alarm(
        grid in any_grid(),
        loads in prop::collection::vec(any_load(), 1..6),
        sun_a in prop::option::of(prop::array::uniform3(0.0..15.0)),
        seed in 0..1000u64,
    ) {
        prop_assume!(has_zero_sequence(grid_phasors(WYE, grid)));
        let signal = installation(grid, &loads, sun_a.unwrap_or([0.0; 3]));
        let front_end = FrontEnd::typical(seed);
        let mut bench = Plan { signal, front_end, seed, ..Plan::new() }.bench();
        bench.set(SettingId::Generation, i64::from(sun_a.is_some()));
        bench.run_with(4.5, |image| assert!(!image.io.wrong_connection, "{}", image.main().wiring));
    }
}

/// [E15] A motor that starts at PF 0.35 and a voltage that is nearly gone for a second are no faults.
#[test]
fn a_start_and_a_sag_raise_no_alarm() {
    let mut signal = Signal::three_phase(50.0, 230.0, 3.0, 20.0);
    for (role, deg) in I_ROLES.into_iter().zip(ANGLES_DEG) {
        signal = signal.step(role, 2.0, Spectrum::sine(30.0, deg - 69.5)).step(
            role,
            3.6,
            Spectrum::sine(8.0, deg - 35.0),
        );
    }
    signal = signal.step(Role::Vb, 6.0, Spectrum::sine(60.0, -120.0)).step(
        Role::Vb,
        7.0,
        Spectrum::sine(230.0, -120.0),
    );
    let mut bench = Plan { signal, ..Plan::new() }.bench();
    bench.set(SettingId::Generation, 0);
    bench.run_with(10.0, |image| assert!(!image.io.wrong_connection, "{}", image.main().wiring));
    assert_eq!(slug(&bench, MeterId::Main), "ok");
}

/// [E15] A fault takes 3 s to be certain, is noted once, and is gone within a span when it is mended.
#[test]
fn a_fault_is_noted_when_it_comes_and_when_it_goes() {
    let signal = Signal::three_phase(50.0, 230.0, 5.0, 0.0)
        .step(Role::Vc, 5.0, Spectrum::ZERO)
        .step(Role::Vc, 10.0, Spectrum::sine(230.0, 120.0));
    let mut bench = Plan { signal, ..Plan::new() }.bench();
    let mut notes = Vec::new();
    for _ in 0..240 {
        bench.tick(usize::MAX);
        let second = bench.position() as f64 / common::RATE_HZ;
        notes.extend(bench.effects.notes.iter().map(|note| (second, note.text.clone())));
    }
    let [(came_s, came), (went_s, went)] = &notes[..] else { panic!("{notes:?}") };
    assert_eq!(came, "wiring of main: no voltage on L3");
    assert_eq!(went, "wiring of main: no fault of the wiring is seen");
    assert!((7.0..8.5).contains(came_s) && (10.0..11.5).contains(went_s), "{notes:?}");
}

/// [E15] While the check is off nothing is an alarm; what is found can be looked up all the same. What
/// may be generation is no fault of the currents.
#[test]
fn settings_decide_what_is_an_alarm() {
    let mut bench = Plan { signal: l1_reversed(), ..Plan::new() }.bench();
    bench.run(FOUND_S);
    assert_eq!(slug(&bench, MeterId::Main), "ok", "L1 may export");
    bench.set(SettingId::Generation, 0);
    assert_eq!(slug(&bench, MeterId::Main), "no_signal", "the check begins anew");
    bench.run(FOUND_S);
    assert_eq!(slug(&bench, MeterId::Main), "l1_reversed");
    assert!(bench.image().io.wrong_connection);
    bench.set(SettingId::WrongConnectionDetection, 0);
    assert_eq!(slug(&bench, MeterId::Main), "l1_reversed");
    assert!(!bench.image().io.wrong_connection);
}

/// [N1, N9] A correction holds from the next window on: no energy of before is counted as of after, and
/// none is lost. What holds already cuts no stretch.
#[test]
fn a_correction_mixes_no_energy() {
    let mut bench = Plan { signal: l1_reversed(), ..Plan::new() }.bench();
    bench.run(2.043);
    let correct = Request::Correct(MeterId::Main, correction(["-l1", "l2", "l3"]));
    bench.ask(correct).expect("configured");
    assert_eq!(bench.notes(), ["inputs of main carry -l1 l2 l3, by local: done"]);
    assert!(bench.effects.windows.iter().any(|window| window.cycles == 0), "the stretch ends");
    // Sample n stands for n - 1/2 to n + 1/2.
    let half_s = 0.5 / common::RATE_HZ;
    let corrected_s = bench.position() as f64 / common::RATE_HZ - half_s;
    bench.run(2.0);
    bench.ask(correct).expect("configured");
    assert!(bench.effects.windows.iter().all(|window| window.cycles > 0), "it holds already");
    let end_s = bench.image().main().window_end.seconds_since(common::start()) - half_s;
    let joules = |quantity| {
        let register = Some(Register::Total);
        let kwh = reading(bench.readings(MeterId::Main), quantity, register, Scope::L1);
        3.6e6 * kwh.value().expect("wired")
    };
    // The integral of 1150 W (cos 18.2 deg + cos(2 w t - 18.2 deg)).
    let integral = |to_s: f64| {
        let (lag, turn) = (18.2f64.to_radians(), 200.0 * std::f64::consts::PI);
        1150.0 * (to_s * lag.cos() + (turn * to_s - lag).sin() / turn)
    };
    let between = |from_s, to_s| integral(to_s) - integral(from_s);
    close("before", joules(Q::ActiveEnergyExport), between(-half_s, corrected_s), 1e-6);
    close("after", joules(Q::ActiveEnergyImport), between(corrected_s, end_s), 1e-6);
}

/// [G3, E15] A module has its own finding and its own correction, keeps it without supply, and is told it
/// when it comes back; a meter that is not configured has none.
#[test]
fn a_module_is_checked_and_corrected_by_itself() {
    let reversed = currents(5.0, 18.2).channel(Role::Ib, Spectrum::sine(5.0, 41.8));
    let modules = vec![(1, Some(currents(2.0, 18.2))), (2, Some(reversed.clone()))];
    let signal = Signal::three_phase(50.0, 230.0, 5.0, 18.2);
    let mut bench = Plan { signal, modules, ..Plan::new() }.bench();
    bench.set(SettingId::Generation, 0);
    bench.run(FOUND_S);
    let all = |bench: &Bench| [MeterId::Main, esy(1), esy(2)].map(|meter| slug(bench, meter));
    assert_eq!(all(&bench), ["ok", "ok", "l2_reversed"]);
    assert!(bench.image().io.wrong_connection, "of any meter");
    let turn = correction(["l1", "-l2", "l3"]);
    bench.ask(Request::Correct(esy(2), turn)).expect("configured");
    let to = Some(esy(2));
    let orders = [(to, MeterCommand::Correct(turn)), (to, MeterCommand::ResetDemand)];
    assert_eq!(bench.effects.orders, orders, "a demand over two connections is that of neither");
    assert!(bench.effects.windows.iter().all(|window| window.cycles > 0), "main goes on");
    bench.ask(Request::Correct(esy(2), turn)).expect("configured");
    assert_eq!(bench.effects.orders, [], "it holds already");
    bench.run(FOUND_S);
    assert_eq!(all(&bench), ["ok", "ok", "ok"]);
    let power =
        |bench: &Bench, meter| bench.live(meter, Q::ActivePower, Scope::L2).value().expect("wired");
    let watts = 1150.0 * 18.2f64.to_radians().cos();
    close("esy2", power(&bench, esy(2)), watts, 1e-5);
    close("esy1", power(&bench, esy(1)), 0.4 * watts, 1e-5);
    assert_eq!(bench.image().meter(esy(2)).expect("configured").correction, turn);
    let refused = Request::Correct(esy(3), turn);
    assert_eq!(bench.ask(refused), Err(Refusal::NoSuchMeter(esy(3))));

    bench.bus().unplug(common::slot(2));
    bench.run(1.5);
    assert_eq!(slug(&bench, esy(2)), "no_signal", "a silent module finds nothing");
    let back = correction(["l1", "l2", "l3"]);
    bench.ask(Request::Correct(esy(2), back)).expect("configured, though not there");
    // Ten whole cycles later the phases of source and reference are as before.
    let until = bench.position().next_multiple_of(400) + 400;
    let source = bench.plan().source(&reversed);
    let plugged = Change { at: until, slot: common::slot(2), currents: Some(source) };
    bench.bus().plugging().add(plugged);
    bench.run(2.0 * FOUND_S);
    assert_eq!(all(&bench), ["ok", "ok", "l2_reversed"], "it was told what it missed");
    close("esy2", power(&bench, esy(2)), -watts, 1e-5);
}

/// [E1] A correction also moves a current to the one phase that is wired, and away from it.
#[test]
fn a_correction_brings_another_input_to_a_single_phase() {
    let signal = Signal::new(50.0)
        .channel(Role::Va, Spectrum::sine(230.0, 0.0))
        .channel(Role::Ic, Spectrum::sine(4.0, 180.0));
    let wiring = Wiring::SinglePhaseTwoWire;
    let mut bench = Plan { wiring, signal, ..Plan::new() }.bench();
    bench.run(1.0);
    let power = |bench: &Bench| bench.live(MeterId::Main, Q::ActivePower, Scope::L1);
    assert_eq!(power(&bench), Reading::Absent(image::Reason::NotWired));
    let moved = correction(["l3", "l2", "-l1"]);
    bench.ask(Request::Correct(MeterId::Main, moved)).expect("configured");
    bench.run(1.0);
    close("P", power(&bench).value().expect("wired now"), 920.0, 1e-5);
}
