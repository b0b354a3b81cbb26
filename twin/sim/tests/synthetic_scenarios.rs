//! Scenario files: those that are shipped can be played, and what is wrong is said well.

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

/// Parses the minimal scenario with more text behind it, and returns what is wrong.
fn fault(more: &str) -> String {
    parse(&format!("{MINIMAL}{more}")).expect_err("it must be refused").to_string()
}

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

#[test]
fn what_is_wrong_is_said_with_its_line_and_the_likely_word() {
    let cases = [
        (
            "[grid]\nvoltge = \"230 V\"\n",
            "line 8: unknown key \"voltge\"; did you mean \"voltage\"?",
        ),
        (
            "[grid]\nvoltage = \"230\"\n",
            "line 8: a voltage needs a unit: write it like \"230 V\" (units: V, mV, kV)",
        ),
        (
            "[grid]\nvoltage = 230\n",
            "line 8: a voltage needs a unit: write it like \"230 V\" (units: V, mV, kV)",
        ),
        (
            "[grid]\nfrequency = \"50 V\"\n",
            "line 8: \"V\" is not a unit of a frequency (units: Hz, mHz)",
        ),
        (
            "[grid]\nfrequency = \"500 Hz\"\n",
            "line 8: 500 Hz is out of range: it must be 40 Hz to 70 Hz",
        ),
        (
            "[grid]\nvoltage_wander = \"80 %\"\n",
            "line 8: 80 % is out of range: it must be 0 % to 50 %",
        ),
        (
            "[[load]]\nname = \"x\"\nkind = \"resistve\"\nconnect = \"l1\"\n",
            "line 9: unknown kind of load \"resistve\"; did you mean \"resistive\"?",
        ),
        (
            "[[load]]\nname = \"x\"\nkind = \"resistive\"\nconnect = \"l1\"\n",
            "line 9: kind \"resistive\" needs the key \"power\"",
        ),
        (
            "[[load]]\nname = \"x\"\nkind = \"resistive\"\nconnect = \"l1\"\npower = \"1 kW\"\ninrush = 6\n",
            "line 12: kind \"resistive\" takes no \"inrush\"; it takes power",
        ),
        (
            "[[load]]\nname = \"x\"\nkind = \"resistive\"\nconnect = \"three-phase\"\npower = \"1 kW\"\n",
            "line 10: wiring \"1p2w\" has no three-phase; a load can lie at l1",
        ),
        (
            "[[load]]\nname = \"x\"\nkind = \"idle\"\nconnect = \"l1\"\npower = \"1 W\"\nmeters = [\"esy1\"]\n",
            "line 12: unknown meter \"esy1\"; known are main",
        ),
        (
            "[[load]]\nname = \"x\"\nkind = \"idle\"\nconnect = \"l1\"\npower = \"1 W\"\non = [{ at = \"1 s\", every = \"9 s\" }]\n",
            "line 12: what comes again must end before: \"for\" is shorter than \"every\"",
        ),
        (
            "[[event]]\nkind = \"sag\"\nat = \"1 s\"\nphases = [\"l2\"]\nto = \"50 %\"\n",
            "line 10: unknown phase \"l2\"; did you mean \"l1\"?",
        ),
        (
            "[[event]]\nkind = \"frequency-ramp\"\nat = \"1 s\"\nfrequency = \"51 Hz\"\nrate = \"0.1 Hz/s\"\n\
             [[event]]\nkind = \"frequency-ramp\"\nat = \"5 s\"\nfrequency = \"49 Hz\"\n",
            "line 14: the ramp before lasts until 11 s",
        ),
    ];
    for (more, expected) in cases {
        assert_eq!(fault(more), expected, "{more}");
    }
}

#[test]
fn a_missing_key_an_old_schema_and_a_bad_date_are_refused() {
    let refused = |text: &str| parse(text).unwrap_err().to_string();
    assert_eq!(refused(&MINIMAL.replace("wiring", "# ")), "line 5: the key \"wiring\" is missing");
    let schema = refused(&MINIMAL.replace("schema = 1", "schema = 2"));
    assert_eq!(schema, "line 2: this program reads schema 1");
    let start = refused(&MINIMAL.replace("00:00Z", "00:00"));
    assert!(start.starts_with("line 4: not a date and time"), "{start}");
    assert!(refused("schema = ").starts_with("line 1: "));
}
