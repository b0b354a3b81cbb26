//! What images show: loads by name, ages, gaps, and never an old value that looks new.

mod common;

use catalog::{QuantityId as Q, Register, Scope};
use common::{Bench, Gapped, Plan, close, currents, esy};
use image::{Flag, MeterId, Reading, Reason};
use metering::Wiring;
use port::{Role, SampleBlock, SampleSource, SourceError, SourceFormat, SourceState};
use sim::synthetic::{Signal, Spectrum};
use world::LoadConfig;

fn load(meter: MeterId, name: &str, phases: [bool; 3]) -> LoadConfig {
    LoadConfig { meter, name: name.into(), phases }
}

/// [G2] Three single-phase loads have their names, each with the power and energy of its phase; the
/// order is that of the configuration.
#[test]
fn three_single_phase_loads_are_told_apart() {
    let signal = Signal::three_phase(50.0, 230.0, 1.0, 0.0)
        .channel(Role::Ib, Spectrum::sine(2.0, -120.0 - 60.0))
        .channel(Role::Ic, Spectrum::sine(3.0, 120.0 - 180.0));
    let loads = vec![
        load(esy(1), "Kitchen", [false, true, false]),
        load(MeterId::Main, "Solar", [false, false, true]),
        load(MeterId::Main, "Shop", [true, false, false]),
        load(MeterId::Main, "Flat", [false, true, false]),
        load(MeterId::Main, "Shop and flat", [true, true, false]),
        load(MeterId::Main, "Nothing", [false; 3]),
    ];
    let wiring = Wiring::ThreeSinglePhase;
    let modules = vec![(1, Some(currents(4.0, 0.0)))];
    let mut bench = Plan { wiring, signal, modules, loads, ..Plan::new() }.bench();
    bench.run(2.0);
    let names: Vec<&str> = bench.image().loads.iter().map(|load| load.name.as_str()).collect();
    assert_eq!(names, ["Kitchen", "Solar", "Shop", "Flat", "Shop and flat", "Nothing"]);
    let expected = [920.0, -690.0, 230.0, 230.0, 460.0];
    for (load, watts) in bench.image().loads.iter().zip(expected) {
        close(&load.name, load.active_power.value().expect("wired"), watts, 1e-5);
        let kwh = load.active_energy_import.value().expect("wired");
        let hours = bench.image().main().window_end.seconds_since(common::start()) / 3600.0;
        close(&load.name, kwh + 1.0, watts.max(0.0) * hours / 1000.0 + 1.0, 1e-8);
    }
    assert_eq!(bench.image().loads[5].active_power, Reading::Absent(Reason::NotWired));
    for (index, scope) in [(1, Scope::L3), (2, Scope::L1), (3, Scope::L2)] {
        let phase = bench.live(MeterId::Main, Q::ActivePower, scope);
        assert_eq!(bench.image().loads[index].active_power, phase, "the phase's own");
    }
}

/// [G2] A three-phase load is its meter's system; without a neutral a phase alone has no power.
#[test]
fn a_three_phase_load_is_the_system() {
    let wiring = Wiring::ThreePhaseThreeWire;
    let loads = vec![
        load(MeterId::Main, "All", [true; 3]),
        load(MeterId::Main, "L1", [true, false, false]),
    ];
    let mut bench = Plan { wiring, loads, ..Plan::new() }.bench();
    bench.run(1.0);
    assert_eq!(
        bench.image().loads[0].active_power,
        bench.live(MeterId::Main, Q::ActivePower, Scope::System)
    );
    assert_eq!(bench.image().loads[1].active_power, Reading::Absent(Reason::NotWired));
}

/// [G10] In blocks of 20 ms no image shows a value older than 300 ms, of the meter or a module polled in
/// every block; every block has its image.
#[test]
fn no_value_is_older_than_300_ms() {
    for hz in [45.0, 50.0, 54.9, 55.1, 60.0, 65.0] {
        let signal = Signal::three_phase(hz, 230.0, 5.0, 0.0);
        let modules = vec![(1, Some(currents(2.0, 0.0))), (10, Some(currents(4.0, 0.0)))];
        let mut bench =
            Plan { signal, modules, rate_hz: 8000.0, block: 160, ..Plan::new() }.bench();
        bench.run(0.5);
        let (mut oldest, mut tick) = (0.0f64, bench.image().tick);
        bench.run_with(2.0, |image| {
            tick += 1;
            assert_eq!(image.tick, tick);
            for meter in &image.meters {
                assert!(image.time >= meter.window_end, "{} is ahead", meter.id.slug());
                oldest = oldest.max(image.time.seconds_since(meter.window_end));
            }
        });
        assert!(oldest <= 0.3, "{hz} Hz: {oldest} s");
        assert!(oldest >= 0.15, "{hz} Hz: {oldest} s is less than a window");
    }
}

/// The same load with samples missing.
fn gapped(at: &[u64], lost: u64) -> Bench {
    let plan = Plan::new();
    let source = plan.source(&plan.signal);
    let at = at.to_vec();
    plan.bench_on(Box::new(Gapped { source, at, lost, next: 0 }))
}

/// [N9, G10] The first reading after a gap says so, the next is good, and the gap has no energy.
#[test]
fn a_gap_is_marked_and_has_no_energy() {
    let mut bench = gapped(&[2345], 1000);
    let voltage = |bench: &Bench| bench.live(MeterId::Main, Q::VoltageLn, Scope::L1);
    bench.run(2345.0 / common::RATE_HZ);
    assert_eq!(voltage(&bench).quality(), "good");
    let before = bench.image().main().windows;
    let mut qualities = Vec::new();
    bench.run_with(1.5, |image| {
        let main = image.main();
        if main.windows > before + qualities.len() as u64 {
            qualities
                .push(common::reading(&main.readings, Q::VoltageLn, None, Scope::L1).quality());
        }
    });
    // The stretch before the gap closes its last cycles first.
    let gap = qualities.iter().position(|quality| *quality == "gap").expect("marked");
    assert!(gap <= 1, "{qualities:?}");
    assert!(qualities[gap + 1..].iter().all(|quality| *quality == "good"), "{qualities:?}");
    let end = bench.image().main().window_end.seconds_since(common::start());
    close("energy", bench.import_wh(Register::Total), 1725.0 * (end - 0.5) / 3600.0, 1e-4);
}

/// After a gap of seconds the old values are stale until the next window; counters stand.
#[test]
fn after_a_long_gap_old_values_are_stale() {
    let mut bench = gapped(&[2000], 20_000);
    bench.run(1.0);
    let before = bench.import_wh(Register::Total);
    bench.tick(10);
    for (quantity, scope) in [(Q::ActivePower, Scope::System), (Q::Frequency, Scope::System)] {
        assert_eq!(bench.live(MeterId::Main, quantity, scope), Reading::Absent(Reason::Stale));
    }
    assert!(bench.import_wh(Register::Total) >= before);
    bench.run(0.5);
    close(
        "P",
        bench.live(MeterId::Main, Q::ActivePower, Scope::System).value().expect("back"),
        1725.0,
        1e-5,
    );
}

/// A source that says so while it is silent, a block at a time, as the real one does.
struct Silent {
    source: Box<dyn SampleSource + Send>,
    from: u64,
    to: u64,
    next: u64,
}

impl SampleSource for Silent {
    fn format(&self) -> &SourceFormat {
        self.source.format()
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        if (self.from..self.to).contains(&self.next) {
            let step = (self.to - self.next).min(max as u64);
            // What the converter did not convert is nobody's.
            self.source.read(block, step as usize)?;
            self.next += step;
            (block.first, block.samples) = (self.next, 0);
            return Ok(SourceState::Silent);
        }
        let left = if self.next < self.from { self.from - self.next } else { u64::MAX };
        let state = self.source.read(block, usize::try_from(left).unwrap_or(max).min(max))?;
        self.next = block.first + block.samples as u64;
        Ok(state)
    }
}

/// [G10, N9] While the converter is silent time goes on: after a second the live readings are stale and the
/// log has it, no energy comes, and all is good again with its first windows.
#[test]
fn silence_is_lived_through() {
    let plan = Plan::new();
    let source = plan.source(&plan.signal);
    let silent = Silent { source, from: 2000, to: 2000 + 3 * common::RATE_HZ as u64, next: 0 };
    let mut bench = plan.bench_on(Box::new(silent));
    bench.run(2000.0 / common::RATE_HZ);
    let power = |bench: &Bench| bench.live(MeterId::Main, Q::ActivePower, Scope::System);
    assert!(power(&bench).value().is_some());
    let (before, began) = (bench.import_wh(Register::Total), bench.image().time);
    let mut notes: Vec<String> = Vec::new();
    let mut run = |bench: &mut Bench, seconds: f64| {
        let end = bench.image().time + seconds;
        while bench.image().time < end {
            bench.tick(usize::MAX);
            notes.extend(bench.notes().into_iter().map(str::to_owned));
        }
    };
    run(&mut bench, 2.5);
    assert_eq!(power(&bench), Reading::Absent(Reason::Stale));
    assert!((bench.image().time.seconds_since(began) - 2.5).abs() < 0.1, "time goes on");
    assert!(bench.import_wh(Register::Total) - before < 1725.0 * 0.3 / 3600.0);
    run(&mut bench, 1.5);
    close("P", power(&bench).value().expect("back"), 1725.0, 1e-5);
    assert_eq!(notes, ["no samples of main for 1 s", "samples of main come again"]);
}

/// [G11, E11, V6] Nothing, mere currents, noise, clipping, DC, a dead phase, a frequency far off: every
/// value is finite (the bench looks at each image) or there is a reason.
#[test]
fn no_signal_makes_a_value_that_is_no_number() {
    let three = |hz| Signal::three_phase(hz, 230.0, 5.0, 0.0);
    let signals = [
        Signal::three_phase(50.0, 0.0, 0.0, 0.0),
        Signal::three_phase(50.0, 0.0, 5.0, 0.0),
        Signal::three_phase(50.0, 0.0, 0.0, 0.0).noise(Role::Va, 20.0).noise(Role::Ia, 3.0),
        Signal::three_phase(50.0, 2000.0, 1950.0, 0.0),
        Signal::new(50.0).channel(Role::Va, Spectrum::ZERO).channel(Role::Ia, Spectrum::ZERO),
        three(50.0).channel(Role::Vb, Spectrum::ZERO),
        three(3.0),
        three(400.0),
        three(50.0).step(Role::Va, 0.7, Spectrum::ZERO).step(Role::Ia, 0.9, Spectrum::ZERO),
    ];
    for signal in signals {
        for wiring in Wiring::ALL {
            let modules = vec![(1, Some(currents(2.0, 0.0)))];
            let mut bench =
                Plan { wiring, signal: signal.clone(), modules, rate_hz: 1600.0, ..Plan::new() }
                    .bench();
            bench.run(1.5);
        }
    }
}

/// [L1] The pulses are those of the register: one a watt-hour, in order, each within its window.
#[test]
fn pulses_are_those_of_the_register() {
    let signal = Signal::three_phase(50.0, 277.0, 65.0, 0.0);
    let mut bench = Plan { signal, ..Plan::new() }.bench();
    let mut last = f64::MIN;
    for _ in 0..100 {
        bench.tick(100);
        for pulse in &bench.effects.pulses {
            assert!(pulse.sample > last && pulse.time <= bench.image().time);
            last = pulse.sample;
        }
    }
    assert_eq!(bench.pulses, bench.import_wh(Register::Total) as usize);
    assert!(bench.pulses > 60);
}

/// A flag of a phase reaches the load that it feeds.
#[test]
fn flags_reach_the_loads() {
    let signal =
        Signal::three_phase(50.0, 230.0, 5.0, 0.0).channel(Role::Ia, Spectrum::sine(200.0, 0.0));
    let loads = vec![load(MeterId::Main, "L1 and L2", [true, true, false])];
    let mut bench = Plan { signal, loads, ..Plan::new() }.bench();
    bench.run(1.0);
    let Reading::Value { flags, .. } = bench.image().loads[0].active_power else {
        panic!("a value")
    };
    assert!(flags.contains(Flag::Clipped) && flags.contains(Flag::OverRange));
}

/// [E5, E15] The wiring check tells a reversed sequence, and has no false alarm where the sequence says
/// nothing: a wild leg has the datasheet's phasors (high leg 90 degrees ahead), three single-phase loads any.
#[test]
fn the_wiring_check_has_no_false_alarm() {
    let volts = |signal: Signal, v: [(f64, f64); 3]| {
        [Role::Va, Role::Vb, Role::Vc]
            .into_iter()
            .zip(v)
            .fold(signal, |signal, (role, (rms, deg))| {
                signal.channel(role, Spectrum::sine(rms, deg))
            })
    };
    let right = [(230.0, 0.0), (230.0, -120.0), (230.0, 120.0)];
    let reversed = [(230.0, 0.0), (230.0, 120.0), (230.0, -120.0)];
    let wild_leg = [(120.0, 0.0), (207.85, 90.0), (120.0, 180.0)];
    for (wiring, v, fault) in [
        (Wiring::ThreePhaseFourWire, right, false),
        (Wiring::ThreePhaseFourWire, reversed, true),
        (Wiring::ThreePhaseThreeWire, reversed, true),
        (Wiring::ThreeSinglePhase, reversed, false),
        (Wiring::WildLeg, wild_leg, false),
    ] {
        let signal = volts(Signal::three_phase(50.0, 230.0, 5.0, 0.0), v);
        let mut bench = Plan { wiring, signal, ..Plan::new() }.bench();
        bench.run(3.3);
        assert_eq!(bench.image().io.wrong_connection, fault, "{wiring:?} {v:?}");
    }
}
