//! No sample is lost and none counts twice, however they arrive and whatever is missing between.

mod bench;

use bench::timeline::{Piece, Timeline};
use bench::{Dice, Setup, Unit, load};
use catalog::{QuantityId as Q, Register, Scope};
use metering::{Tail, Wiring};

fn timeline() -> Timeline {
    Timeline::random(&mut Dice::new(7), 8, 3.0, |t| t)
}

/// [G10, N9] The cut into blocks changes no bit: any sizes from 1 to 5000 give the same digest.
#[test]
fn the_cut_into_blocks_changes_nothing() {
    let timeline = timeline();
    let digest = |mut size: Box<dyn FnMut() -> usize>| {
        let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
        while unit.next < 28_000 {
            unit.block = size().min(28_000 - unit.next as usize);
            unit.run(unit.block, |role, t| timeline.value(role, t));
        }
        unit.finish(Tail::Count);
        (unit.meter.digest(), unit.meter.registers().clone(), unit.log.windows.len())
    };
    let expected = digest(Box::new(|| 1000));
    for size in [1, 7, 1600, 5000, 28_000] {
        assert_eq!(digest(Box::new(move || size)), expected, "blocks of {size}");
    }
    for seed in 1..=8 {
        let mut dice = Dice::new(seed);
        assert_eq!(digest(Box::new(move || 1 + dice.below(5000))), expected, "seed {seed}");
    }
}

/// Meters stretches (first sample, count) of a steady load and compares with the integral over them.
fn check_stretches(name: &str, stretches: &[(u64, usize)]) -> Unit {
    let rate = 8000.0;
    let timeline = Timeline(vec![Piece::steady(50.3)]);
    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, rate);
    let (mut exact, mut total) = (0.0, 0.0);
    for (first, count) in stretches {
        unit.next = *first;
        unit.run(*count, |role, t| timeline.value(role, t));
        let from = (*first as f64 - 0.5) / rate;
        exact += timeline.energy(from, from + *count as f64 / rate);
        total += *count as f64;
    }
    unit.finish(Tail::Count);
    let joules = unit.net_joules();
    let error = (joules - exact).abs() / exact.abs();
    assert!(error <= 1e-6, "{name}: {joules} instead of {exact}, {error:.2e}");
    let metered: f64 = unit.log.windows.iter().map(|window| window.end - window.start).sum();
    assert!((metered - total).abs() < 1e-6, "{name}: {metered} samples of {total}");
    unit
}

/// [A4, N9] A gap is not integrated over; both sides count to the last sample.
#[test]
fn a_gap_is_not_integrated_over() {
    for (name, stretches) in [
        ("none", vec![(0, 20_000)]),
        ("half a second", vec![(0, 10_000), (14_000, 10_000)]),
        ("one sample", vec![(0, 10_000), (10_001, 10_000)]),
        ("a source that starts late", vec![(123_457, 9_999)]),
        ("near the start", vec![(0, 10), (11, 8_000)]),
        ("within ten samples of the start, twice", vec![(0, 3), (5, 4), (12, 8_000)]),
        ("index back to zero", vec![(50_000, 10_000), (0, 10_000)]),
        ("an hour", vec![(0, 10_000), (28_800_000, 10_000)]),
    ] {
        check_stretches(name, &stretches);
    }
}

/// [A4, N9] Stretches of 1, 2, 5 and 20 samples among longer ones, and many of any length.
#[test]
fn tiny_stretches_count() {
    for count in [1, 2, 3, 5, 8, 11, 12, 13, 16, 17, 20, 40, 159, 160, 161, 300, 1599] {
        check_stretches(&format!("{count}"), &[(0, 8_000), (9_000, count), (20_000, 8_000)]);
        check_stretches(&format!("{count} at first"), &[(0, count), (20_000, 8_000)]);
    }
    for seed in 1..=10 {
        let mut dice = Dice::new(seed);
        let mut next = 0;
        let stretches: Vec<_> = (0..30)
            .map(|_| {
                let first = next + 1 + dice.below(500) as u64;
                let longest = [20, 400, 4000][dice.below(3)];
                let count = 1 + dice.below(longest);
                next = first + count as u64;
                (first, count)
            })
            .collect();
        check_stretches(&format!("seed {seed}"), &stretches);
    }
}

/// [G10] The first readings after a gap say so, the next are good again.
#[test]
fn the_reading_after_a_gap_is_marked() {
    let unit = check_stretches("marks", &[(0, 10_000), (14_000, 10_000), (30_000, 6_000)]);
    let marked = |from: f64| {
        let after = |window: &&bench::Window| window.start > from && window.cycles > 0;
        unit.log.windows.iter().filter(after).map(|window| window.quality).take(3).collect()
    };
    let cases: [(f64, Vec<&str>); 3] = [
        (-1.0, vec!["good", "good", "good"]),
        (13_999.0, vec!["gap", "good", "good"]),
        (29_999.0, vec!["gap", "good", "good"]),
    ];
    for (from, expected) in cases {
        let found: Vec<&str> = marked(from);
        assert_eq!(found, expected, "after {from}");
    }
}

/// [V6, G10] The frequency says so too, whether a voltage gives it or, without any, a current.
#[test]
fn the_frequency_after_a_gap_is_marked() {
    for voltages in [true, false] {
        let present = [voltages, voltages, voltages, true, true, true];
        let setup = Setup::new(Wiring::ThreePhaseFourWire, 8000.0);
        let mut unit = Unit::build(Setup { present, ..setup });
        for (skipped, quality) in [(0, "good"), (1, "gap"), (0, "good"), (4000, "gap")] {
            unit.skip(skipped);
            unit.run(2000, load(230.0, 10.0, 0.5, 50.0));
            assert_eq!(unit.quality(Q::Frequency, Scope::System), quality, "{skipped} skipped");
        }
    }
}

/// [V1, V3, V4, V6] Readings after a gap are as exact as ever, even at another phase and frequency.
#[test]
fn readings_after_a_gap_are_exact() {
    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
    unit.run(10_000, load(230.0, 10.0, 0.5, 50.0));
    unit.skip(1234);
    unit.run(4_000, load(200.0, 12.0, -0.2, 60.0));
    for (quantity, expected) in [
        (Q::VoltageLn, 200.0),
        (Q::Current, 12.0),
        (Q::ActivePower, 3.0 * 2400.0 * 0.2f64.cos()),
        (Q::Frequency, 60.0),
    ] {
        bench::close("after", unit.get(quantity, Scope::System), expected, expected, 1e-6);
    }
}

/// [N9, L1] Pulses keep in step with the register over gaps and tiny stretches.
#[test]
fn pulses_follow_the_register_over_gaps() {
    let mut unit = Unit::new(Wiring::ThreePhaseFourWire, 8000.0);
    for k in 0..40 {
        unit.run(if k % 3 == 0 { 5 } else { 3000 }, load(230.0, 60.0, 0.0, 50.0));
        unit.skip(17);
    }
    unit.finish(Tail::Count);
    let wh = 1000.0 * unit.energy(Q::ActiveEnergyImport, Register::Total, Scope::System);
    assert_eq!(unit.log.pulses.len(), wh as usize);
    assert!(unit.log.pulses.is_sorted());
}

/// [N9, E8] Whatever comes, from noise to a tone out of range, every sample belongs to one window.
#[test]
fn any_signal_at_any_rate_keeps_every_sample() {
    let mut dice = Dice::new(99);
    for rate in [150.0, 200.0, 1200.0, 4000.0, 8000.0, 30_707.244, 50_000.0] {
        for kind in 0..8 {
            let mut unit = Unit::new(Wiring::ThreePhaseFourWire, rate);
            unit.block = 1 + dice.below(3000);
            let (hz, step) = (dice.between(1.0, 200.0), dice.between(0.1, 1.5));
            let mut total = 0.0;
            for _ in 0..1 + dice.below(3) {
                let count = 1 + dice.below(2 * rate as usize);
                let seed = std::cell::RefCell::new(Dice::new(dice.below(1000) as u64));
                let noise = || seed.borrow_mut().between(-1.0, 1.0);
                unit.run(count, |_, t| match kind {
                    0 => 1000.0 * noise(),
                    1 => 300.0 * (std::f64::consts::TAU * hz * t).cos(),
                    2 => 20.0 * noise() + 300.0 * (std::f64::consts::TAU * hz * t).cos(),
                    3 => 5000.0 * (std::f64::consts::TAU * 50.0 * t).cos(),
                    4 => {
                        if t < step {
                            0.0
                        } else {
                            300.0
                        }
                    }
                    5 => 300.0 * (std::f64::consts::TAU * (40.0 + 10.0 * t) * t).cos(),
                    6 => {
                        if (t * hz).fract() < 0.01 {
                            900.0
                        } else {
                            0.0
                        }
                    }
                    _ => 300.0 * (std::f64::consts::TAU * (70.0 - 9.0 * t) * t).cos(),
                });
                total += count as f64;
                unit.skip(1 + dice.below(100) as u64);
            }
            unit.finish(Tail::Count);
            let kept: f64 = unit.log.windows.iter().map(|window| window.end - window.start).sum();
            assert!((kept - total).abs() < 1e-5, "kind {kind} at {rate}: {kept} of {total}");
            let finite = |window: &bench::Window| window.means.p.iter().all(|p| p.is_finite());
            assert!(unit.log.windows.iter().all(finite), "kind {kind} at {rate}");
        }
    }
}
