//! The calibration holds at the points that it used and at those that it did not.

use metering::calibration::{Applied, Coefficients};
use port::{Channel, Role};
use verify::Standard;
use verify::calibrate::{Bench, SIMULATED_S, SimulatedBench, calibrate};
use verify::document::Residual;
use verify::unit::Unit;

const RATE_HZ: f64 = 8_000.0;

const AT_IB: Applied =
    Applied { voltage_v: 230.0, current_a: 5.0, lag_deg: 0.0, frequency_hz: 50.0 };

/// Largest errors of V, I and P of any phase, in percent.
fn errors(unit: &Unit, coefficients: &Coefficients, applied: &Applied) -> [f64; 3] {
    let mut bench = SimulatedBench::new(&unit.later, Standard::EXACT, RATE_HZ);
    let (_, shown) = bench.shows(coefficients, applied, 1.0).unwrap();
    let largest = |of: &dyn Fn(usize) -> f64| (0..3).map(of).fold(0.0, |a: f64, b| a.max(b.abs()));
    let percent = |shown: f64, applied: f64| 100.0 * (shown / applied - 1.0);
    [
        largest(&|k| percent(shown[k].voltage_v, applied.voltage_v)),
        largest(&|k| percent(shown[k].current_a, applied.current_a)),
        largest(&|k| percent(shown[k].active_power_w, applied.active_power_w())),
    ]
}

/// [A1, A2, A3] Twenty units as they may come from production, with gains up to 0.5 % off.
#[test]
fn a_calibrated_unit_is_right_where_it_was_calibrated_and_elsewhere() {
    let inductive = Applied { lag_deg: 60.0, ..AT_IB };
    let capacitive = Applied { lag_deg: -36.87, ..AT_IB };
    let points = [
        (AT_IB, [0.01, 0.01, 0.01]),
        (inductive, [0.01, 0.01, 0.02]),
        (capacitive, [0.01, 0.01, 0.1]),
        (Applied { current_a: 10.0, ..AT_IB }, [0.01, 0.01, 0.1]),
        (Applied { current_a: 10.0, ..inductive }, [0.01, 0.01, 0.1]),
        (Applied { frequency_hz: 60.0, ..inductive }, [0.1, 0.1, 0.1]),
        (Applied { frequency_hz: 60.0, ..capacitive }, [0.1, 0.1, 0.1]),
    ];
    for seed in 0..20 {
        let unit = Unit::typical(seed);
        let calibrated = calibrate(&unit, Standard::EXACT).unwrap();
        for (applied, limits) in points {
            let errors = errors(&unit, &calibrated.coefficients, &applied);
            for (error, limit) in errors.into_iter().zip(limits) {
                assert!(error < limit, "seed {seed}, {applied:?}: {errors:?} %");
            }
        }
    }
}

/// Without it, the same units are off by more than the class allows.
#[test]
fn an_uncalibrated_unit_is_not() {
    let unit = Unit::typical(1);
    let design = unit.front_end.format(&Role::ALL[..6], RATE_HZ);
    let design = Coefficients::new(&design.channels).unwrap();
    let [voltage, _, _] = errors(&unit, &design, &AT_IB);
    let [_, _, power] = errors(&unit, &design, &Applied { lag_deg: 60.0, ..AT_IB });
    assert!(voltage > 0.1 && power > 0.5, "{voltage} {power}");
}

/// The phase step applied with the wrong sign would be seen at power factor 0.5, not at 1.
#[test]
fn a_phase_corrected_the_wrong_way_is_caught_by_the_check() {
    for seed in 0..5 {
        let unit = Unit::typical(seed);
        let right = calibrate(&unit, Standard::EXACT).unwrap().coefficients;
        let mut wrong = right.clone();
        for channel in right.channels() {
            wrong.replace(Channel { lead_rad: -channel.lead_rad, ..*channel }).unwrap();
        }
        let inductive = Applied { lag_deg: 60.0, ..AT_IB };
        assert!(errors(&unit, &wrong, &AT_IB)[2] < 0.01);
        assert!(errors(&unit, &wrong, &inductive)[2] > 10.0 * 0.02);
        assert!(errors(&unit, &right, &inductive)[2] < 0.02);
    }
}

/// Every correction is the true error of its channel, as far as the bench can see it.
#[test]
fn what_is_found_is_what_is_there() {
    let unit = Unit::typical(5);
    let calibrated = calibrate(&unit, Standard::EXACT).unwrap();
    for sheet in &calibrated.sheet.channels {
        let role: Role = sheet.channel.parse().unwrap();
        let truth = unit.front_end.channel(role);
        assert!((sheet.gain_percent + truth.gain_ppm * 1e-4).abs() < 0.02, "{sheet:?} {truth:?}");
        assert!((sheet.offset_counts - truth.offset_counts).abs() < 5.0, "{sheet:?} {truth:?}");
    }
    let steps = &calibrated.sheet.steps;
    assert_eq!(steps.len(), 6 + 6 + 3 + 3);
    assert!(steps.iter().all(|step| step.applied.is_finite() && step.found.is_finite()));
    let stored = calibrated.coefficients.to_bytes();
    assert_eq!(Coefficients::from_bytes(&stored).as_ref(), Ok(&calibrated.coefficients));
    assert_eq!(calibrated.sheet.crc, format!("{:08x}", calibrated.coefficients.crc()));
}

/// Noise is 0.88 mA at 8 kS/s, crosstalk at most 25 uA times 230 V. [E10] Both lie far below what registers.
#[test]
fn what_is_left_is_recorded_in_its_size() {
    let sheet = calibrate(&Unit::typical(2), Standard::EXACT).unwrap().sheet;
    let of = |name: &str| -> Vec<f64> {
        let found = sheet.residuals.iter().filter(|residual| residual.name.ends_with(name));
        found.map(|Residual { value, .. }| *value).collect()
    };
    assert_eq!(sheet.residuals.len(), 8 * 3);
    let without = of("without current");
    let (currents_ma, powers_mw) = without.split_at(3);
    assert!(currents_ma.iter().all(|noise| (0.8..1.0).contains(noise)), "{currents_ma:?}");
    assert!(powers_mw.iter().all(|power| power.abs() < 8.0), "{powers_mw:?}");
    assert!(of("at Imin, PF 1").iter().all(|error| error.abs() < 0.05));
    assert!(of("at Ib, PF 0.5L").iter().all(|error| error.abs() < 0.01));
    assert!(of("at Ib, PF 0.8C").iter().all(|error| error.abs() < 0.01));
    const { assert!(SIMULATED_S < 12.0) };
}

/// A bench that takes two channels for each other finds no fault itself; the unit has it.
#[test]
fn swapped_channels_are_wrong_afterwards() {
    let text = "base = \"typical\"\n[ia]\ngain_ppm = 2e4\n[ib]\ngain_ppm = -2e4\n\
                [procedure]\nswapped = [\"ia\", \"ib\"]\n";
    let unit = Unit::parse(text, 3).unwrap();
    let calibrated = calibrate(&unit, Standard::EXACT).unwrap();
    assert!(calibrated.sheet.residuals.iter().all(|r| r.unit != "%" || r.value.abs() < 0.05));
    let [voltage, current, _] = errors(&unit, &calibrated.coefficients, &AT_IB);
    assert!(voltage < 0.01 && (3.9..4.2).contains(&current), "{voltage} {current}");
}

/// Parts that are off by half are not corrected but refused.
#[test]
fn a_unit_with_a_wrong_part_cannot_be_calibrated() {
    let unit = Unit::parse("base = \"typical\"\n[vb]\ngain_ppm = 4e5", 3).unwrap();
    let error = calibrate(&unit, Standard::EXACT).unwrap_err();
    assert!(error.to_string().starts_with("calibrating the unit: "));
    assert!(error.to_string().contains("channel vb would need a change of its gain of -0.28"));
}

/// A file may give a unit its constants: the design's, by which it errs, or the true ones.
#[test]
fn given_constants_are_kept() {
    for (given, errs) in [("nominal", true), ("known", false)] {
        let unit =
            Unit::parse(&format!("calibration = \"{given}\"\nbase = \"typical\"\n"), 1).unwrap();
        let calibrated = calibrate(&unit, Standard::EXACT).unwrap();
        assert!(calibrated.sheet.steps.iter().all(|step| step.name == "power check"));
        let [voltage, ..] = errors(&unit, &calibrated.coefficients, &AT_IB);
        assert_eq!(voltage > 0.1, errs, "{given}: {voltage} %");
    }
}

/// As much as the bench's standard errs, every unit that it calibrates errs the other way.
#[test]
fn the_error_of_the_standard_stays_in_the_unit() {
    let unit = Unit::typical(4);
    let standard = Standard { voltage_ppm: 200.0, current_ppm: 0.0, lag_deg: 0.005 };
    let calibrated = calibrate(&unit, standard).unwrap();
    let shown = |applied: &Applied| {
        let mut bench = SimulatedBench::new(&unit.later, Standard::EXACT, RATE_HZ);
        let (_, shown) = bench.shows(&calibrated.coefficients, applied, 1.0).unwrap();
        100.0 * (shown[0].active_power_w / applied.active_power_w() - 1.0)
    };
    assert!((shown(&AT_IB) + 0.02).abs() < 0.003);
    let by_angle = 100.0 * 0.005f64.to_radians() * 60f64.to_radians().tan();
    let inductive = Applied { lag_deg: 60.0, ..AT_IB };
    assert!((shown(&inductive) + 0.02 - by_angle).abs() < 0.004, "{}", shown(&inductive));
}

/// A source that goes on while somebody changes what is applied to it.
struct Applying {
    unit: Unit,
    applied: std::sync::Arc<std::sync::Mutex<Applied>>,
    format: port::SourceFormat,
    now: u64,
}

impl port::SampleSource for Applying {
    fn format(&self) -> &port::SourceFormat {
        &self.format
    }

    fn read(
        &mut self,
        block: &mut port::SampleBlock,
        max: usize,
    ) -> Result<port::SourceState, port::SourceError> {
        let Applied { voltage_v, current_a, lag_deg, frequency_hz } = *self.applied.lock().unwrap();
        let signal =
            sim::synthetic::Signal::three_phase(frequency_hz, voltage_v, current_a, lag_deg);
        let mut source =
            sim::frontend::Afe::new(&self.unit.front_end, signal.play(0, None), RATE_HZ).unwrap();
        source.seek(self.now);
        let state = source.read(block, max)?;
        self.now = block.first + block.samples as u64;
        Ok(state)
    }
}

/// [A1, A2] An operator who applies a little less than asked, and says so, comes to the same constants.
#[test]
fn a_bench_with_an_operator_comes_to_the_same() {
    let unit = Unit::typical(3);
    let truth = calibrate(&unit, Standard::EXACT).unwrap().coefficients;
    let design = verify::calibrate::by_design(&unit).unwrap();
    let applied = std::sync::Arc::new(std::sync::Mutex::new(AT_IB));
    let format = unit.front_end.format(&Role::ALL[..6], RATE_HZ);
    let source = Applying { unit, applied: std::sync::Arc::clone(&applied), format, now: 0 };
    let mut bench = verify::calibrate::SampledBench::new(Box::new(source), |asked: &Applied| {
        let less = Applied {
            voltage_v: 0.998 * asked.voltage_v,
            current_a: 0.997 * asked.current_a,
            ..*asked
        };
        *applied.lock().unwrap() = less;
        Ok(less)
    });
    let found = verify::calibrate::calibrate_on(&mut bench, &design).unwrap().coefficients;
    for (found, truth) in found.channels().iter().zip(truth.channels()) {
        let gain = found.unit_per_count / truth.unit_per_count - 1.0;
        assert!(gain.abs() < 30e-6, "{:?} {gain}", found.role);
        let lead_deg = (found.lead_rad - truth.lead_rad).to_degrees();
        assert!(lead_deg.abs() < 2e-3, "{:?} {lead_deg}", found.role);
    }
}
