//! Each load draws what it claims, from every grid.

use port::{Role, SlotId};
use sim::synthetic::{
    Connection, Event, EventKind, Grid, Harmonic, Load, LoadKind, MeterPort, Meters, OnPeriod,
    Phases, Scene, Schedule, Spectrum, Sun, System, Terminals, Timeline, Track, Wire, truth,
};
use std::f64::consts::{PI, SQRT_2};

fn load(kind: LoadKind, connection: Connection) -> Load {
    Load {
        name: "load".into(),
        kind,
        connection,
        meters: Meters::MAIN,
        schedule: Schedule::default(),
        level: Track::constant(1.0),
        wander: 0.0,
    }
}

fn from_at_s(at_s: f64) -> Schedule {
    Schedule { periods: vec![OnPeriod { at_s, for_s: None, every_s: None }] }
}

fn scene(grid: Grid, loads: &[Load]) -> Scene {
    Scene::new(grid, &[], loads, 1, 12.0 * 3600.0, &[MeterPort::Main])
}

fn near(value: f64, expected: f64, part: f64) {
    let tolerance = part * expected.abs().max(1e-9);
    assert!((value - expected).abs() <= tolerance, "{value} instead of {expected}");
}

/// Voltage and current of a phase at an instant.
fn phase_at(scene: &Scene, phase: usize, at_s: f64) -> (Spectrum, Spectrum) {
    let role = |row: usize| truth::spectrum_at(scene, Role::ALL[row + phase], at_s);
    (role(0), role(3))
}

/// Active power of all phases at an instant.
fn power_w(scene: &Scene, at_s: f64) -> f64 {
    let phases = scene.roles().len() / 2;
    let power = |phase| {
        let (v, i) = phase_at(scene, phase, at_s);
        v.active_power(&i)
    };
    (0..phases).map(power).sum()
}

fn distorted(system: System) -> Grid {
    let harmonic = |order, level, angle_deg| Harmonic { order, level, angle_deg };
    let harmonics = vec![harmonic(3, 0.01, 40.0), harmonic(5, 0.02, 170.0), harmonic(7, 0.01, 0.0)];
    Grid { harmonics, ..Grid::usual(system) }
}

fn sun_at_noon() -> Sun {
    Sun { rise_s: 6.0 * 3600.0, set_s: 18.0 * 3600.0 }
}

fn converters() -> Vec<(LoadKind, f64)> {
    vec![
        (LoadKind::Rectifier { power_w: 900.0 }, 900.0),
        (LoadKind::HeatPump { power_w: 900.0, ramp_s: 3.0 }, 900.0),
        (LoadKind::EvCharger { power_w: 900.0, ramp_s: 3.0 }, 900.0),
        (LoadKind::Idle { power_w: 900.0 }, 900.0),
        (LoadKind::Pv { power_w: 900.0, sun: sun_at_noon(), clouds: 0.0 }, -900.0),
    ]
}

/// A converter takes its power from any grid, distorted too; an inverter gives it [G11].
#[test]
fn converters_take_the_power_they_claim_on_every_system() {
    for system in System::ALL {
        for (kind, claimed_w) in converters() {
            for connection in Connection::ALL.into_iter().filter(|c| c.is_possible(system)) {
                let scene = scene(distorted(system), &[load(kind.clone(), connection)]);
                near(power_w(&scene, 0.0), claimed_w, 1e-12);
            }
        }
    }
}

#[test]
fn admittances_take_their_power_and_reactive_power_at_nominal_voltage() {
    for system in System::ALL {
        for (power_w, reactive_var) in [(700.0, 300.0), (-700.0, 300.0), (-5.0, -30.0)] {
            let kind = LoadKind::Linear { power_w, reactive_var };
            for connection in Connection::ALL.into_iter().filter(|c| c.is_possible(system)) {
                let scene = scene(Grid::usual(system), &[load(kind.clone(), connection)]);
                near(self::power_w(&scene, 0.0), power_w, 1e-12);
                let phases = system.phases();
                let reactive = (0..phases).map(|phase| {
                    let (v, i) = phase_at(&scene, phase, 0.0);
                    v.reactive_power_fundamental(&i)
                });
                near(reactive.sum(), reactive_var, 1e-11);
            }
        }
    }
}

#[test]
fn a_heater_copies_the_distortion_of_its_voltage() {
    let heater = load(LoadKind::Resistive { power_w: 2000.0 }, Connection::L2);
    let scene = scene(distorted(System::ThreePhaseFourWire), &[heater]);
    let (v, i) = phase_at(&scene, 1, 0.0);
    near(i.thd().unwrap(), v.thd().unwrap(), 1e-12);
    near(i.thd().unwrap(), 0.06_f64.sqrt() / 10.0, 1e-9);
    near(v.active_power(&i) / (v.true_rms() * i.true_rms()), 1.0, 1e-12);
    near(phase_at(&scene, 0, 0.0).1.true_rms(), 0.0, 1e-9);
}

#[test]
fn led_lamps_have_the_thd_and_power_factor_of_a_rectifier() {
    let lamps = load(LoadKind::Rectifier { power_w: 60.0 }, Connection::L1);
    let scene = scene(Grid::usual(System::OnePhaseTwoWire), &[lamps]);
    let (v, i) = phase_at(&scene, 0, 0.0);
    near(i.thd().unwrap(), 1.36, 0.01);
    near(v.active_power(&i) / (v.true_rms() * i.true_rms()), 0.59, 0.01);
}

/// P = V Is / 2 and Q1 = V Is / pi at 90 degrees, through the whole chain [V8].
#[test]
fn a_dimmer_at_90_degrees_halves_the_power_and_draws_reactive_power() {
    let kind = LoadKind::Dimmer { power_w: 1150.0, firing_deg: 90.0 };
    let scene = scene(Grid::usual(System::ThreePhaseFourWire), &[load(kind, Connection::L3)]);
    let (v, i) = phase_at(&scene, 2, 0.0);
    near(v.active_power(&i), 575.0, 1e-12);
    near(v.reactive_power_fundamental(&i), 1150.0 / PI, 1e-12);
    near(i.true_rms(), 5.0 / SQRT_2, 0.013);
}

/// Triplens add up in the neutral: 3 x 33.7 % and more of a phase's fundamental [E16].
#[test]
fn balanced_rectifiers_load_the_neutral_with_triplens_only() {
    let lamps = load(LoadKind::Rectifier { power_w: 900.0 }, Connection::ThreePhase);
    let scene = scene(Grid::usual(System::ThreePhaseFourWire), &[lamps]);
    let currents = [0, 1, 2].map(|phase| phase_at(&scene, phase, 0.0).1);
    let neutral = currents[0] + currents[1] + currents[2];
    for order in 1..=31 {
        let expected = if order % 3 == 0 { 3.0 * currents[0].harmonic(order).rms() } else { 0.0 };
        assert!((neutral.harmonic(order).rms() - expected).abs() < 1e-12, "{order}");
    }
}

#[test]
fn without_a_neutral_currents_and_voltages_add_up_to_nothing() {
    let lamps = load(LoadKind::Rectifier { power_w: 900.0 }, Connection::ThreePhase);
    let heater = load(LoadKind::Resistive { power_w: 2000.0 }, Connection::L2L3);
    let scene = scene(distorted(System::ThreePhaseThreeWire), &[lamps, heater]);
    let [a, b, c] = [0, 1, 2].map(|phase| phase_at(&scene, phase, 0.0));
    assert!((a.0 + b.0 + c.0).true_rms() < 1e-10);
    assert!((a.1 + b.1 + c.1).true_rms() < 1e-12);
    near(a.0.harmonic(1).rms(), 400.0 / 3.0_f64.sqrt(), 1e-12);
}

/// 120 / 208 / 120 V against neutral and 240 V between each two [E5].
#[test]
fn a_wild_leg_is_240_v_between_all_phases() {
    let nominal = Grid::usual(System::WildLeg).nominal();
    assert_eq!(nominal[0], (120.0, 0.0));
    assert_eq!((nominal[1].0.round(), nominal[1].1), (208.0, 90.0));
    assert_eq!(nominal[2], (120.0, 180.0));
    let phases: Vec<Spectrum> = nominal.iter().map(|(v, a)| Spectrum::sine(*v, *a)).collect();
    for (from, to) in [(0, 1), (1, 2), (2, 0)] {
        near((phases[from] + -phases[to]).true_rms(), 240.0, 1e-12);
    }
}

/// Split phase is 240 V between the legs, two legs of a star 208 V [E2].
#[test]
fn two_legs_are_180_or_120_degrees_apart() {
    for (leg_angle_deg, between_v) in [(180.0, 240.0), (120.0, 120.0 * 3.0_f64.sqrt())] {
        let grid = Grid { leg_angle_deg, ..Grid::usual(System::TwoPhaseThreeWire) };
        let legs: Vec<Spectrum> =
            grid.nominal().iter().map(|(v, a)| Spectrum::sine(*v, *a)).collect();
        near((legs[0] + -legs[1]).true_rms(), between_v, 1e-12);
    }
}

#[test]
fn a_motor_starts_with_six_times_its_current_and_settles() {
    let kind = LoadKind::Motor { power_w: 1500.0, power_factor: 0.8, inrush: 6.0, inrush_s: 0.4 };
    let motor = Load { schedule: from_at_s(1.0), ..load(kind, Connection::ThreePhase) };
    let scene = scene(Grid::usual(System::ThreePhaseFourWire), &[motor]);
    let current_a = |at_s| phase_at(&scene, 0, at_s).1.true_rms();
    let running_a = 500.0 / 230.0 / 0.8;
    near(current_a(0.999), 0.0, 1e-9);
    near(current_a(1.0), 6.0 * running_a, 1e-12);
    near(current_a(5.0), running_a, 1e-12);
    let (v, i) = phase_at(&scene, 0, 5.0);
    near(v.active_power(&i) / (v.true_rms() * i.true_rms()), 0.8, 1e-12);
    assert!(v.reactive_power_fundamental(&i) > 0.0);
    // The chords follow the exponential within 1 %.
    let falling = (0..200).map(|n| current_a(1.0 + f64::from(n) * 0.01));
    let falling: Vec<f64> = falling.collect();
    assert!(falling.is_sorted_by(|a, b| a >= b));
    let (start, late) = (phase_at(&scene, 0, 1.0).1, phase_at(&scene, 0, 1.43).1);
    let running = phase_at(&scene, 0, 5.0).1;
    let excess = (late + -running).true_rms() / (start + -running).true_rms();
    near(excess, (-0.43_f64 / 0.4).exp(), 0.01);
}

#[test]
fn a_charger_ramps_up_softly() {
    let kind = LoadKind::EvCharger { power_w: 11_000.0, ramp_s: 4.0 };
    let charger = Load { schedule: from_at_s(0.5), ..load(kind, Connection::ThreePhase) };
    let scene = scene(Grid::usual(System::ThreePhaseFourWire), &[charger]);
    near(power_w(&scene, 0.5), 0.0, 1e-9);
    near(power_w(&scene, 2.5), 5500.0, 1e-9);
    near(power_w(&scene, 60.0), 11_000.0, 1e-9);
    near(truth::active_energy_ws(&scene, 0, 0.5, 4.5), 11_000.0 / 3.0 * 2.0, 2e-3);
}

#[test]
fn the_sun_rises_shines_and_sets() {
    let sun = sun_at_noon();
    assert_eq!(sun.strength(5.0 * 3600.0), 0.0);
    near(sun.strength(12.0 * 3600.0), 1.0, 1e-12);
    near(sun.strength(9.0 * 3600.0), 0.5_f64.sqrt().powf(1.5), 1e-12);
    assert_eq!(sun.strength(20.0 * 3600.0), 0.0);
}

#[test]
fn a_sag_pulls_heaters_down_and_leaves_converters_their_power() {
    let heater = load(LoadKind::Resistive { power_w: 2000.0 }, Connection::L1);
    let charger = load(LoadKind::EvCharger { power_w: 3000.0, ramp_s: 0.0 }, Connection::L1);
    let event = |at_s, to| {
        let phases = Phases([true, false, false]);
        Event { at_s, kind: EventKind::Voltage { phases, to, over_s: 0.0 } }
    };
    let sag = [event(1.0, 0.8), event(1.2, 1.0)];
    let of = |load: Load| {
        let grid = Grid::usual(System::ThreePhaseFourWire);
        Scene::new(grid, &sag, &[load], 1, 0.0, &[MeterPort::Main])
    };
    let (heater, charger) = (of(heater), of(charger));
    near(power_w(&heater, 1.1), 2000.0 * 0.64, 1e-12);
    near(power_w(&charger, 1.1), 3000.0, 1e-12);
    near(power_w(&heater, 1.2), 2000.0, 1e-12);
    near(phase_at(&heater, 0, 1.1).0.true_rms(), 184.0, 1e-12);
    near(phase_at(&heater, 1, 1.1).0.true_rms(), 230.0, 1e-12);
}

#[test]
fn a_load_pulls_its_own_phase_down_by_the_resistance_of_the_line() {
    let heater = load(LoadKind::Resistive { power_w: 2300.0 }, Connection::L1);
    let grid = Grid { line_ohm: 0.2, ..Grid::usual(System::ThreePhaseFourWire) };
    let scene = scene(grid, &[heater]);
    near(phase_at(&scene, 0, 0.0).0.true_rms(), 228.0, 1e-12);
    near(phase_at(&scene, 1, 0.0).0.true_rms(), 230.0, 1e-12);
}

/// A module sees the currents of its own loads and the very voltages of the main meter.
#[test]
fn a_module_shares_the_voltages_of_the_main_meter() {
    let esy1 = MeterPort::Esy(SlotId::new(1).unwrap());
    let mut pump =
        load(LoadKind::HeatPump { power_w: 3000.0, ramp_s: 2.0 }, Connection::ThreePhase);
    pump.schedule = from_at_s(0.3);
    pump.meters = Meters::MAIN.with(esy1);
    let kettle = load(LoadKind::Resistive { power_w: 2000.0 }, Connection::L1);
    let grid = Grid {
        line_ohm: 0.1,
        voltage_wander: 0.02,
        frequency_wander_hz: 0.03,
        ..distorted(System::ThreePhaseFourWire)
    };
    let loads = [pump, kettle];
    let of = |meter| Scene::new(grid.clone(), &[], &loads, 5, 0.0, &[meter]);
    let (main, esy) = (of(MeterPort::Main), of(esy1));
    for at_s in [0.1, 1.7, 33.3] {
        for phase in 0..3 {
            assert_eq!(phase_at(&main, phase, at_s).0, phase_at(&esy, phase, at_s).0);
        }
    }
    near(power_w(&esy, 40.0), 3000.0, 0.02);
    near(power_w(&main, 40.0), 5000.0, 0.05);
    let wandering_hz = (0..900).map(|n| main.frequency_hz(f64::from(n), f64::from(n)));
    assert!(wandering_hz.clone().all(|f| (f - 50.0).abs() <= 0.03));
    assert!(wandering_hz.clone().fold(0.0, f64::max) > 50.005);
}

/// Two cycles on, two off: half the power over whole periods, phase by phase, and no current jumps.
#[test]
fn a_burst_fired_load_is_switched_where_its_voltage_crosses_zero() {
    let kind = LoadKind::BurstFired { power_w: 6900.0, on_cycles: 2.0, off_cycles: 2.0 };
    let scene =
        scene(Grid::usual(System::ThreePhaseFourWire), &[load(kind, Connection::ThreePhase)]);
    for phase in 0..3 {
        let energy_ws = truth::active_energy_ws(&scene, phase, 0.0, 8.0);
        near(energy_ws, 8.0 * 2300.0 / 2.0, 1e-9);
        near(truth::true_rms(&scene, Role::ALL[3 + phase], 0.0, 8.0), 10.0 / SQRT_2, 1e-9);
    }
    let (mut at_s, mut switchings) = (0.0, 0);
    loop {
        at_s = scene.next_event(at_s);
        if at_s > 1.0 {
            break;
        }
        let cycles = truth::grid_angle_cycles(&scene, at_s);
        let crosses =
            (0..3).any(|phase| phase_at(&scene, phase, at_s).0.value_at(cycles).abs() < 1e-6);
        assert!(crosses, "{at_s}");
        switchings += 1;
    }
    // 12.5 periods a second, on and off, three phases.
    assert!((72..=78).contains(&switchings), "{switchings}");
}

/// P = V Is / 2 and DC = sqrt2 Is / pi [V8].
#[test]
fn a_load_behind_a_diode_draws_half_its_power_and_dc() {
    let kind = LoadKind::HalfWave { power_w: 4600.0 };
    let scene = scene(Grid::usual(System::ThreePhaseFourWire), &[load(kind, Connection::L2)]);
    let (v, i) = phase_at(&scene, 1, 0.0);
    near(v.active_power(&i), 2300.0, 1e-12);
    near(i.dc, SQRT_2 * 20.0 / PI, 1e-12);
    near(i.harmonic(2).rms(), 2.0 * 20.0 / (3.0 * PI), 1e-12);
}

/// In each quadrant, at every voltage, on every phase [G11].
#[test]
fn a_given_current_has_its_angle_and_harmonics_whatever_the_voltage() {
    let harmonics = vec![Harmonic { order: 5, level: 0.4, angle_deg: 0.0 }];
    let event =
        Event { at_s: 1.0, kind: EventKind::Voltage { phases: Phases::ALL, to: 0.1, over_s: 0.0 } };
    for angle_deg in [-150.0, -60.0, 0.0, 36.87, 120.0] {
        let kind = LoadKind::Current { current_a: 7.0, angle_deg, harmonics: harmonics.clone() };
        let grid = Grid::usual(System::ThreePhaseFourWire);
        let loads = [load(kind, Connection::ThreePhase)];
        let scene = Scene::new(grid, &[event], &loads, 1, 0.0, &[MeterPort::Main]);
        for phase in 0..3 {
            let (v, i) = phase_at(&scene, phase, 0.5);
            let phi = -f64::to_radians(angle_deg);
            assert!((v.active_power(&i) - 230.0 * 7.0 * phi.cos()).abs() < 1e-9);
            assert!((v.reactive_power_fundamental(&i) - 230.0 * 7.0 * phi.sin()).abs() < 1e-9);
            near(i.true_rms(), 7.0 * 1.16_f64.sqrt(), 1e-12);
            near(phase_at(&scene, phase, 1.5).1.true_rms(), 7.0 * 1.16_f64.sqrt(), 1e-12);
        }
    }
}

/// With crest factor 4 the fundamental is I / sqrt 8, and all of P is its [E14].
#[test]
fn pulses_draw_the_power_of_their_fundamental() {
    let kind = LoadKind::Pulses { current_a: 23.0, crest_factor: 4.0 };
    let scene = scene(Grid::usual(System::OnePhaseTwoWire), &[load(kind, Connection::L1)]);
    let (v, i) = phase_at(&scene, 0, 0.0);
    near(v.active_power(&i), 230.0 * 23.0 / 8.0_f64.sqrt(), 1e-12);
    near(i.value_at(0.0), 92.0, 1e-12);
}

/// A ramp of the level is a ramp of the power: its energy is that of a triangle.
#[test]
fn a_level_changes_what_a_load_draws() {
    let mut heater = load(LoadKind::Resistive { power_w: 1000.0 }, Connection::L1);
    heater.level = Track::constant(1.0).ramp(1.0, 3.0, 0.0).step(5.0, 0.5);
    let scene = scene(Grid::usual(System::OnePhaseTwoWire), &[heater]);
    near(power_w(&scene, 0.5), 1000.0, 1e-12);
    near(power_w(&scene, 2.0), 500.0, 1e-12);
    near(power_w(&scene, 4.0), 0.0, 1e-12);
    near(power_w(&scene, 6.0), 500.0, 1e-12);
    near(truth::active_energy_ws(&scene, 0, 1.0, 3.0), 1000.0, 1e-6);
    assert_eq!(scene.next_event(0.0), 1.0);
}

/// The wires change what a meter sees, not what flows: a module with its own wires sees the load right.
#[test]
fn terminals_change_what_a_meter_sees_and_nothing_else() {
    let esy1 = MeterPort::Esy(SlotId::new(1).unwrap());
    let mut heater = load(LoadKind::Resistive { power_w: 2300.0 }, Connection::L1);
    heater.meters = Meters::MAIN.with(esy1);
    let wire = |conductor, reversed| Some(Wire { conductor, reversed });
    let inputs = [wire(0, true), wire(2, false), wire(1, false)];
    let terminals = Terminals { currents: vec![(MeterPort::Main, inputs)], ..Terminals::default() };
    let grid = Grid { line_ohm: 0.2, ..Grid::usual(System::ThreePhaseFourWire) };
    let of = |meter| {
        let scene = Scene::new(grid.clone(), &[], &[heater.clone()], 1, 0.0, &[meter]);
        scene.with_terminals(terminals.clone())
    };
    let (v, i) = phase_at(&of(MeterPort::Main), 0, 0.0);
    near(v.true_rms(), 228.0, 1e-12);
    near(v.active_power(&i), -2280.0, 1e-12);
    near(power_w(&of(esy1), 0.0), 2280.0, 1e-12);
}
