//! The check of the wiring on phasors: each wiring system with its own healthy currents, and what can
//! be told in it.

use catalog::SettingId;
use metering::{Limits, Means, Meter, MeterSettings, Phasor, Wiring};
use port::{Channel, MeterCommand, Role, WiringCorrection, WiringFinding};

const V_ROLES: [Role; 3] = [Role::Va, Role::Vb, Role::Vc];
const I_ROLES: [Role; 3] = [Role::Ia, Role::Ib, Role::Ic];

/// Peak amplitude of an rms value at an angle in degrees.
fn phasor((rms, deg): (f64, f64)) -> Phasor {
    Phasor::from_polar(rms * std::f64::consts::SQRT_2, deg.to_radians())
}

/// A meter whose commissioning rules generation out.
struct Unit {
    meter: Meter,
    v: [Phasor; 3],
    /// Loads so far: what flows in each conductor.
    i: [Phasor; 3],
}

impl Unit {
    fn new(wiring: Wiring, volts: [(f64, f64); 3]) -> Unit {
        Unit::with_inputs(wiring, volts, [true; 3])
    }

    fn with_inputs(wiring: Wiring, volts: [(f64, f64); 3], inputs: [bool; 3]) -> Unit {
        let channel = |role| Channel::ideal(role, 1e-5);
        let mut meter = Meter::new(&MeterSettings {
            wiring,
            sample_rate_hz: 8000.0,
            voltages: V_ROLES.map(|role| Some(channel(role))),
            currents: std::array::from_fn(|k| inputs[k].then(|| channel(I_ROLES[k]))),
            limits: Limits::EMS_AV2,
        });
        meter.command(MeterCommand::Set(SettingId::Generation, 0));
        Unit { meter, v: volts.map(phasor), i: [Phasor::ZERO; 3] }
    }

    /// Adds a load of so many amperes from a conductor to another or to the neutral.
    fn load(mut self, amps: f64, lag_deg: f64, from: usize, to: Option<usize>) -> Unit {
        let across = self.v[from] - to.map_or(Phasor::ZERO, |to| self.v[to]);
        let current = across / across.norm() * phasor((amps, -lag_deg));
        self.i[from] += current;
        if let Some(to) = to {
            self.i[to] -= current;
        }
        self
    }

    /// What is found if the wires lie as told.
    fn find(&self, conductors: [&str; 3]) -> WiringFinding {
        let truth = WiringCorrection::from_conductors(conductors).expect("three conductors");
        // The correction back is what the wires do.
        let mut seen = [Phasor::ZERO; 3];
        for phase in 0..3 {
            let sign = if truth.is_reversed(phase) { -1.0 } else { 1.0 };
            seen[truth.input(phase)] = self.i[phase] * sign;
        }
        self.meter.wiring_of(&means(self.v, seen))
    }

    /// The name of what is found, and whether it is repaired by the truth.
    fn found(&self, conductors: [&str; 3]) -> (String, bool) {
        let truth = WiringCorrection::from_conductors(conductors).expect("three conductors");
        let finding = self.find(conductors);
        (finding.slug(), finding.candidates().any(|candidate| candidate == truth))
    }
}

/// Means with these fundamentals, of five windows at 8 kS/s.
fn means(v: [Phasor; 3], i: [Phasor; 3]) -> Means {
    let turn = Phasor::from_polar(1.0, 120f64.to_radians());
    let positive = (v[0] + turn * v[1] + turn * turn * v[2]).norm();
    let negative = (v[0] + turn * turn * v[1] + turn * v[2]).norm();
    Means {
        samples: 8000.0,
        cycles: 50.0,
        tracked_samples: 8000.0,
        samples_per_cycle: 160.0,
        v_phasor: v,
        i_phasor: i,
        sequence: (positive - negative) / (positive + negative),
        ..Means::default()
    }
}

const AS_CONNECTED: [&str; 3] = ["l1", "l2", "l3"];
const WYE: [(f64, f64); 3] = [(230.0, 0.0), (230.0, -120.0), (230.0, 120.0)];
/// Four-wire delta of 240 V; the high leg is phase 2.
const DELTA: [(f64, f64); 3] = [(120.0, 0.0), (207.85, 90.0), (120.0, 180.0)];
const SPLIT: [(f64, f64); 3] = [(120.0, 0.0), (120.0, 180.0), (0.0, 0.0)];
const TWO_LEGS: [(f64, f64); 3] = [(120.0, 0.0), (120.0, -120.0), (0.0, 0.0)];

fn named(name: &str) -> (String, bool) {
    (name.into(), true)
}

fn ambiguous() -> (String, bool) {
    named("ambiguous")
}

fn ok() -> (String, bool) {
    ("ok".into(), false)
}

/// [E1] One phase: a reversed current is the only fault there is, whatever lies in the other inputs.
#[test]
fn a_single_phase_can_only_be_reversed() {
    for lag_deg in [60.0, 18.0, 0.0, -36.0] {
        let unit = Unit::new(Wiring::SinglePhaseTwoWire, WYE).load(5.0, lag_deg, 0, None);
        assert_eq!(unit.found(AS_CONNECTED), ok());
        assert_eq!(unit.found(["-l1", "l2", "l3"]), named("l1_reversed"));
    }
}

/// [E2] Two phases at 180 degrees: an exchange of two inputs looks like both reversed, and a load from
/// leg to leg is healthy.
#[test]
fn a_split_phase_tells_reversals_and_not_exchanges() {
    let unit = Unit::new(Wiring::TwoPhaseThreeWire, SPLIT)
        .load(5.0, 18.0, 0, None)
        .load(4.0, 30.0, 1, None)
        .load(9.0, 0.0, 0, Some(1));
    assert_eq!(unit.found(AS_CONNECTED), ok());
    assert_eq!(unit.found(["l2", "l1", "l3"]), ambiguous());
    assert_eq!(unit.found(["-l1", "-l2", "l3"]), ambiguous());
    assert_eq!(unit.found(["-l1", "l2", "l3"]).0, "ambiguous");
    assert!(unit.found(["-l1", "l2", "l3"]).1);
    assert_eq!(unit.find(["l2", "l1", "l3"]).candidates().count(), 2);
}

/// [E2] Two legs of a wye tell them apart.
#[test]
fn two_legs_of_a_wye_tell_an_exchange_from_a_reversal() {
    let unit = Unit::new(Wiring::TwoPhaseThreeWire, TWO_LEGS)
        .load(5.0, 18.0, 0, None)
        .load(4.0, 18.0, 1, None);
    assert_eq!(unit.found(AS_CONNECTED), ok());
    assert_eq!(unit.found(["-l1", "l2", "l3"]), named("l1_reversed"));
    assert_eq!(unit.found(["l2", "l1", "l3"]), named("l1_l2_swapped"));
}

/// [E3] Loads between two lines turn the currents by up to 30 degrees more than their own displacement:
/// healthy, and the fault is found all the same.
#[test]
fn loads_between_lines_are_healthy() {
    for lag_deg in [60.0, 0.0, -36.0] {
        let lines = Unit::new(Wiring::ThreePhaseFourWire, WYE).load(20.0, lag_deg, 0, Some(1));
        assert_eq!(lines.found(AS_CONNECTED), ok(), "{lag_deg} degrees");
        assert!(lines.found(["-l1", "l2", "l3"]).1, "{lag_deg} degrees");
    }
    let mixed = Unit::new(Wiring::ThreePhaseFourWire, WYE)
        .load(5.0, 18.0, 0, None)
        .load(5.0, 18.0, 1, None)
        .load(5.0, 18.0, 2, None)
        .load(2.0, 40.0, 1, Some(2));
    assert_eq!(mixed.found(AS_CONNECTED), ok());
    let (_, true_one_is_there) = mixed.found(["l1", "-l2", "l3"]);
    assert!(true_one_is_there);
}

/// [E4] Without a neutral the currents add up to nothing. Three inputs tell by that how many are
/// reversed, even where something may generate.
#[test]
fn three_wires_tell_a_reversal_by_the_sum() {
    let mut unit = Unit::new(Wiring::ThreePhaseThreeWire, WYE)
        .load(5.0, 18.0, 0, Some(1))
        .load(5.0, 18.0, 1, Some(2))
        .load(5.0, 18.0, 2, Some(0));
    assert_eq!(unit.found(AS_CONNECTED), ok());
    assert_eq!(unit.found(["l1", "l2", "-l3"]), named("l3_reversed"));
    assert_eq!(unit.found(["l2", "l1", "l3"]), named("l1_l2_swapped"));
    assert_eq!(unit.found(["-l1", "-l2", "-l3"]), named("l1_l2_l3_reversed"));
    unit.meter.command(MeterCommand::Set(SettingId::Generation, 1));
    assert_eq!(unit.found(AS_CONNECTED), ok());
    assert_eq!(unit.found(["l2", "l1", "l3"]), ok(), "an exchange may be generation");
    let (name, true_one_is_there) = unit.found(["l1", "l2", "-l3"]);
    assert_eq!((name.as_str(), true_one_is_there), ("ambiguous", true));
    let unbalanced = Unit::new(Wiring::ThreePhaseThreeWire, WYE).load(5.0, 60.0, 0, Some(1));
    assert_eq!(unbalanced.found(AS_CONNECTED), ok());
}

/// [E4] Two current inputs are enough: the third current is what the others leave.
#[test]
fn two_inputs_of_three_wires_are_checked() {
    let inputs = [true, false, true];
    let unit = Unit::with_inputs(Wiring::ThreePhaseThreeWire, WYE, inputs)
        .load(5.0, 18.0, 0, Some(1))
        .load(5.0, 18.0, 1, Some(2))
        .load(5.0, 18.0, 2, Some(0));
    assert_eq!(unit.found(AS_CONNECTED), ok());
    for conductors in
        [["-l1", "l2", "l3"], ["l3", "l2", "l1"], ["-l1", "l2", "-l3"], ["l2", "l1", "l3"]]
    {
        assert!(unit.found(conductors).1, "{conductors:?}");
    }
}

/// [E5] In a wild-leg delta a motor's currents lie 30 degrees off the voltages of the legs, and a load
/// between lines up to 60: healthy, and a reversal is found.
#[test]
fn a_wild_leg_has_angles_of_its_own() {
    for lag_deg in [60.0, 18.0, -36.0] {
        let motor = Unit::new(Wiring::WildLeg, DELTA)
            .load(5.0, lag_deg, 0, Some(1))
            .load(5.0, lag_deg, 1, Some(2))
            .load(5.0, lag_deg, 2, Some(0));
        assert_eq!(motor.found(AS_CONNECTED), ok(), "{lag_deg}");
        let lines = Unit::new(Wiring::WildLeg, DELTA).load(5.0, lag_deg, 0, Some(1));
        assert_eq!(lines.found(AS_CONNECTED), ok(), "{lag_deg}");
        let legs = Unit::new(Wiring::WildLeg, DELTA)
            .load(5.0, lag_deg, 0, None)
            .load(6.0, lag_deg, 2, None);
        assert_eq!(legs.found(AS_CONNECTED), ok(), "{lag_deg}");
        assert!(legs.found(["-l1", "l2", "l3"]).1, "{lag_deg}");
        assert!(legs.find(["-l1", "l2", "l3"]).is_alarm(), "{lag_deg}");
    }
}

/// [G2] Three single-phase loads may all lie on one phase; then an exchange changes nothing to be seen.
#[test]
fn three_single_phase_loads_are_judged_each_by_its_own_voltage() {
    let same = [(230.0, 0.0); 3];
    let unit = Unit::new(Wiring::ThreeSinglePhase, same)
        .load(5.0, 18.0, 0, None)
        .load(3.0, 0.0, 1, None)
        .load(1.0, 50.0, 2, None);
    assert_eq!(unit.found(AS_CONNECTED), ok());
    assert_eq!(unit.found(["l2", "l3", "l1"]), ok());
    let (name, true_one_is_there) = unit.found(["l1", "-l2", "l3"]);
    assert_eq!((name.as_str(), true_one_is_there), ("ambiguous", true));
}

/// A phase without current is not judged, and nothing is invented about it.
#[test]
fn idle_phases_add_no_candidates() {
    let unit = Unit::new(Wiring::ThreePhaseFourWire, WYE).load(5.0, 18.0, 0, None);
    let finding = unit.find(["-l1", "l2", "l3"]);
    assert!(
        finding
            .candidates()
            .all(|candidate| !(1..3)
                .any(|k| { candidate.input(k) != 0 && candidate.is_reversed(k) }))
    );
    assert!(unit.found(["-l1", "l2", "l3"]).1);
    assert_eq!(Unit::new(Wiring::ThreePhaseFourWire, WYE).found(AS_CONNECTED).0, "no_signal");
    let small = Unit::new(Wiring::ThreePhaseFourWire, WYE).load(0.2, 180.0, 0, None);
    assert_eq!(small.found(AS_CONNECTED).0, "no_signal", "0.2 A may have any displacement");
}

/// [E3] Generation behind a neutral may draw any current, so nothing is said.
#[test]
fn what_may_be_generation_is_no_fault() {
    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, WYE)
        .load(5.0, 18.0, 0, None)
        .load(5.0, 180.0, 1, None)
        .load(5.0, 90.0, 2, None);
    assert_ne!(unit.found(AS_CONNECTED), ok());
    unit.meter.command(MeterCommand::Set(SettingId::Generation, 1));
    for conductors in [AS_CONNECTED, ["-l1", "l2", "l3"], ["l3", "l1", "-l2"]] {
        assert_eq!(unit.found(conductors), ok());
    }
}

/// Candidates are told as the wires lie, also while a correction is in force; if it is the correction
/// that is wrong, they say that nothing has to be corrected.
#[test]
fn candidates_are_those_of_the_wires() {
    let truth = WiringCorrection::from_conductors(["l2", "-l3", "l1"]).expect("three");
    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, WYE)
        .load(5.0, 18.0, 0, None)
        .load(5.0, 18.0, 1, None)
        .load(5.0, 18.0, 2, None);
    for wrong in WiringCorrection::all().filter(|wrong| *wrong != truth) {
        unit.meter.command(MeterCommand::Correct(wrong));
        let mut inputs = [Phasor::ZERO; 3];
        for phase in 0..3 {
            let sign = if truth.is_reversed(phase) { -1.0 } else { 1.0 };
            inputs[truth.input(phase)] = unit.i[phase] * sign;
        }
        let corrected = wrong.by_phase(inputs, |current| -current);
        let finding = unit.meter.wiring_of(&means(unit.v, corrected));
        let candidates: Vec<_> = finding.candidates().collect();
        assert_eq!(candidates, [truth], "with {wrong}");
        let as_connected = wrong.by_phase(unit.i, |current| -current);
        let finding = unit.meter.wiring_of(&means(unit.v, as_connected));
        if wrong != WiringCorrection::NONE {
            assert_eq!(finding.slug(), "as_connected", "{wrong} is wrong");
        }
    }
}

/// [E15] A phase without voltage is named; without any there is nothing to judge.
#[test]
fn a_missing_voltage_is_named() {
    let systems = [
        (Wiring::ThreePhaseFourWire, WYE),
        (Wiring::ThreeSinglePhase, WYE),
        (Wiring::WildLeg, DELTA),
        (Wiring::TwoPhaseThreeWire, TWO_LEGS),
    ];
    for (wiring, volts) in systems {
        for phase in (0..3).filter(|phase| wiring.phases()[*phase]) {
            let mut unit = Unit::new(wiring, volts).load(5.0, 0.0, (phase + 1) % 2, None);
            unit.v[phase] = Phasor::ZERO;
            assert_eq!(unit.found(AS_CONNECTED).0, format!("l{}_missing", phase + 1), "{wiring:?}");
        }
        let mut dead = Unit::new(wiring, volts);
        dead.v = [Phasor::ZERO; 3];
        assert_eq!(dead.found(AS_CONNECTED).0, "no_signal", "{wiring:?}");
    }
}

/// [E15] A neutral that hangs free takes the zero sequence away: seen on an uneven wye whose neutral carries
/// current, and on any wild leg. An even wye looks the same with and without, and loads between lines
/// make voltages uneven that have no zero sequence in a healthy grid either.
#[test]
fn a_free_neutral_is_seen_where_the_voltages_are_uneven() {
    let uneven = [(232.0, 0.0), (226.0, -120.0), (235.0, 121.0)];
    for (wiring, volts, name) in [
        (Wiring::ThreePhaseFourWire, uneven, "neutral_open"),
        (Wiring::ThreeSinglePhase, uneven, "neutral_open"),
        (Wiring::WildLeg, DELTA, "neutral_open"),
        (Wiring::ThreePhaseFourWire, WYE, "ok"),
        (Wiring::ThreePhaseThreeWire, uneven, "ok"),
    ] {
        let mut unit = Unit::new(wiring, volts);
        if wiring.has_phase_power() {
            unit = unit.load(5.0, 10.0, 0, None);
        } else {
            unit = unit.load(5.0, 10.0, 0, Some(1));
        }
        assert_eq!(unit.found(AS_CONNECTED), ok(), "{wiring:?}");
        let mean = unit.v.iter().sum::<Phasor>() / 3.0;
        unit.v = unit.v.map(|v| v - mean);
        assert_eq!(unit.found(AS_CONNECTED).0, name, "{wiring:?}");
    }
    let mut lines = Unit::new(Wiring::ThreePhaseFourWire, WYE)
        .load(20.0, 0.0, 0, Some(1))
        .load(0.5, 0.0, 2, None);
    lines.v = std::array::from_fn(|k| lines.v[k] - lines.i[k] * 0.3);
    assert_eq!(lines.found(AS_CONNECTED), ok(), "0.3 ohm in each line");
}

/// [E5, E15] A reversed sequence is told where it tells something.
#[test]
fn a_reversed_sequence_is_told_where_it_matters() {
    let reversed = [WYE[0], WYE[2], WYE[1]];
    for (wiring, name) in [
        (Wiring::ThreePhaseFourWire, "sequence_reversed"),
        (Wiring::ThreePhaseThreeWire, "sequence_reversed"),
        (Wiring::ThreeSinglePhase, "ok"),
        (Wiring::WildLeg, "ok"),
    ] {
        let volts = if wiring == Wiring::WildLeg { DELTA } else { reversed };
        let unit = Unit::new(wiring, volts).load(5.0, 10.0, 0, wiring_end(wiring));
        assert_eq!(unit.found(AS_CONNECTED).0, name, "{wiring:?}");
    }
}

fn wiring_end(wiring: Wiring) -> Option<usize> {
    (!wiring.has_phase_power()).then_some(1)
}
