//! Scenario files: those that are shipped can be played, and carry what their closed forms say.

use port::SlotId;
use sim::scenario::{FrontEnd, parse};
use sim::synthetic::{MeterPort, System, truth};
use sim::waveform::Waveform;

const HOUSE: &str = include_str!("../../../scenarios/house.toml");
const SPLIT_PHASE: &str = include_str!("../../../scenarios/us-split-phase.toml");
const WILD_LEG: &str = include_str!("../../../scenarios/wild-leg.toml");

const MINIMAL: &str = r#"
schema = 1
name = "minimal"
start = "2026-01-01T00:00:00Z"
[device]
wiring = "1p2w"
"#;

/// Active power of a phase over a second, in watts.
fn power_w(scenario: &sim::scenario::Scenario, meter: MeterPort, phase: usize, at_s: f64) -> f64 {
    truth::active_energy_ws(&scenario.scene(&[meter]), phase, at_s, at_s + 1.0)
}

#[test]
fn the_house_exports_and_imports_within_three_minutes() {
    let house = parse(HOUSE).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(house.device.system, System::ThreePhaseFourWire);
    assert_eq!(house.device.front_end, FrontEnd::Typical);
    assert_eq!(house.device.modules.len(), 2);
    assert_eq!(house.start.unix_s, 1_781_710_200);
    let total_w =
        |at_s| (0..3).map(|p| power_w(&house, MeterPort::Main, p, f64::from(at_s))).sum::<f64>();
    let powers: Vec<f64> = (0..180).step_by(3).map(total_w).collect();
    assert!(powers.iter().any(|p| *p < -500.0), "exports: {powers:?}");
    assert!(powers.iter().any(|p| *p > 2000.0), "imports: {powers:?}");
    let esy2 = MeterPort::Esy(SlotId::new(2).unwrap());
    let car_w: f64 = (0..3).map(|phase| power_w(&house, esy2, phase, 150.0)).sum();
    assert!((car_w - 11_000.0).abs() < 300.0, "{car_w}");
    assert!(power_w(&house, esy2, 0, 60.0).abs() < 1e-9);
}

#[test]
fn a_house_at_rest_keeps_within_the_voltage_and_frequency_of_its_grid() {
    let house = parse(HOUSE).unwrap();
    let scene = house.scene(&[MeterPort::Main]);
    for at_s in (0..150).map(f64::from) {
        let voltage = truth::spectrum_at(&scene, port::Role::Va, at_s);
        assert!((voltage.true_rms() - 230.0).abs() < 9.0, "{at_s} s: {}", voltage.true_rms());
        assert!((0.01..0.03).contains(&voltage.thd().unwrap()), "{:?}", voltage.thd());
    }
}

#[test]
fn shipped_scenarios_can_be_played_and_fit_the_meter() {
    for text in [HOUSE, SPLIT_PHASE, WILD_LEG] {
        let scenario = parse(text).unwrap_or_else(|error| panic!("{error}"));
        let modules = scenario.device.modules.iter().map(|module| MeterPort::Esy(module.slot));
        for meter in modules.chain([MeterPort::Main]) {
            let mut source = scenario.synthetic(&[meter]);
            assert_eq!(source.roles(), scenario.device.system.roles());
            let mut rows = vec![vec![0.0; 8000]; source.roles().len()];
            for _ in 0..60 {
                assert_eq!(source.fill(8000.0, &mut rows, 8000), 8000);
                for (row, role) in rows.iter().zip(scenario.device.system.roles()) {
                    // Peaks of 277 V + 15 % and of 65 A: nothing clips or is flagged [E6, E14].
                    let limit = if role.is_voltage() { 451.0 } else { 92.0 };
                    assert!(row.iter().all(|value| value.abs() < limit), "{}", role.slug());
                }
            }
        }
    }
}

/// What is played is what the closed forms integrate: sun, wander, distortion and all.
#[test]
fn the_samples_of_the_house_carry_the_energy_of_its_closed_form() {
    const RATE_HZ: f64 = 32_000.0;
    const SAMPLES: usize = 4 * 32_000;
    let house = parse(HOUSE).unwrap();
    let mut source = house.synthetic(&[MeterPort::Main]);
    let mut rows = vec![vec![0.0; SAMPLES + 1]; 6];
    source.fill(RATE_HZ, &mut rows, SAMPLES + 1);
    for phase in 0..3 {
        let products = rows[phase].iter().zip(&rows[3 + phase]).map(|(v, i)| v * i);
        // Simpson's rule; nothing switches in the first four seconds.
        let weighted = products.enumerate().map(|(n, power)| match n {
            0 | SAMPLES => power,
            n if n % 2 == 1 => 4.0 * power,
            _ => 2.0 * power,
        });
        let summed_ws = weighted.sum::<f64>() / RATE_HZ / 3.0;
        let exact_ws = truth::active_energy_ws(source.timeline(), phase, 0.0, 4.0);
        assert!((summed_ws - exact_ws).abs() < 1e-7 * exact_ws.abs(), "{summed_ws} {exact_ws}");
    }
}

/// Going forward over switching loads, wander and noise leads to the bits that lie there.
#[test]
fn a_sought_sample_is_the_one_that_playing_comes_to() {
    let house = parse(HOUSE).unwrap();
    let modules = house.device.modules.iter().map(|module| MeterPort::Esy(module.slot));
    let meters: Vec<MeterPort> = std::iter::once(MeterPort::Main).chain(modules).collect();
    let window = |source: &mut dyn Waveform, samples: usize| {
        let mut rows = vec![vec![0.0; samples]; source.roles().len()];
        assert_eq!(source.fill(8000.0, &mut rows, samples), samples);
        rows
    };
    let mut played = house.synthetic(&meters);
    let mut sought = house.synthetic(&meters);
    let mut next = 0;
    for index in [3, 1_400, 79_000, 325_111, 480_000] {
        window(&mut played, index - next);
        sought.seek(index as u64);
        assert_eq!(window(&mut played, 700), window(&mut sought, 700), "at {index}");
        next = index + 700;
    }
}

#[test]
fn a_minimal_scenario_has_usual_values() {
    let scenario = parse(MINIMAL).unwrap();
    assert_eq!(scenario.grid.voltage_v, 230.0);
    assert_eq!(scenario.device.sample_rate_hz, 8000.0);
    assert_eq!(scenario.duration_s, None);
    assert!(scenario.loads.is_empty());
}
