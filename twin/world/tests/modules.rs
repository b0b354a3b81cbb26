//! ESY modules: ten at once, lost, back, never there; and what they are told when they come.

mod common;

use catalog::{QuantityId as Q, Register, Scope, SettingId};
use common::{Bench, Plan, RATE_HZ, close, currents, esy, slot};
use image::{MeterId, Reading, Readings, Reason, Request, WiringFinding};
use metering::{Bank, Limits, Meter, MeterSettings, Wiring};
use port::{Channel, EsyReply, Role, SampleBlock, SampleSource, SourceFormat};
use sim::esy::Change;
use sim::synthetic::Signal;

fn ten(wiring: Wiring) -> Plan {
    let modules = (1..=10).map(|n| (n, Some(currents(f64::from(n), 7.0 * f64::from(n)))));
    Plan { wiring, modules: modules.collect(), ..Plan::new() }
}

/// What a meter reads that gets the same voltages and currents directly.
fn direct(plan: &Plan, signal: &Signal, samples: usize) -> Readings {
    let (mut voltages, mut currents) = (plan.source(&plan.signal), plan.source(signal));
    let row = |format: &SourceFormat, role| format.row(role).expect("three phases");
    let channels = |format: &SourceFormat, roles: [Role; 3]| -> [Option<Channel>; 3] {
        roles.map(|role| Some(format.channels[row(format, role)]))
    };
    let (v_roles, i_roles) = ([Role::Va, Role::Vb, Role::Vc], [Role::Ia, Role::Ib, Role::Ic]);
    let settings = MeterSettings {
        wiring: plan.wiring,
        sample_rate_hz: plan.rate_hz,
        voltages: channels(voltages.format(), v_roles),
        currents: channels(currents.format(), i_roles),
        limits: Limits::EMS_AV2,
    };
    let mut meter = Meter::new(&settings);
    let loads = vec![settings.currents];
    let mut bank = Bank::new(plan.rate_hz, plan.wiring, settings.voltages, loads, true);
    let read = |source: &mut dyn SampleSource, roles: [Role; 3]| {
        let mut block = SampleBlock::new(source.format().channels.len(), samples);
        source.read(&mut block, samples).expect("it does not fail");
        roles.map(|role| block.row(row(source.format(), role)).to_vec())
    };
    let counts = [read(voltages.as_mut(), v_roles), read(currents.as_mut(), i_roles)];
    let rows: Vec<&[i32]> = counts.iter().flatten().map(Vec::as_slice).collect();
    bank.push(0, &rows, &mut |window| {
        meter.measure(window, &window.means[0]);
        let time = common::start() + (window.end + 0.5) / plan.rate_hz;
        meter.accumulate(window, &window.means[0], time);
    });
    meter.readings().clone()
}

/// [G2, G3, P5] Each of ten modules reads, to the bit, what a meter of its currents alone reads; together
/// they draw what was sent.
#[test]
fn ten_modules_read_what_direct_meters_read() {
    for wiring in [Wiring::ThreePhaseFourWire, Wiring::ThreePhaseThreeWire, Wiring::WildLeg] {
        let mut bench = ten(wiring).bench();
        bench.run(1.5);
        let mut sum = 0.0;
        for (number, signal) in &bench.plan().modules {
            let expected = direct(bench.plan(), signal.as_ref().expect("all there"), 3000);
            assert_eq!(*bench.readings(esy(*number)), expected, "esy{number} of {}", wiring.slug());
            sum += bench.live(esy(*number), Q::ActivePower, Scope::System).value().expect("wired");
        }
        let watts = |n: f64| 3.0 * 230.0 * n * (7.0 * n).to_radians().cos();
        close("sum", sum, (1..=10).map(|n| watts(f64::from(n))).sum(), 1e-5);
        let main = bench.live(MeterId::Main, Q::ActivePower, Scope::System).value();
        close("main", main.expect("wired"), 1725.0, 1e-5);
    }
}

/// Whether all live readings of a module are absent for one reason, and its counters still there.
fn has_lost(bench: &Bench, number: u8, reason: Reason) -> bool {
    let meter = esy(number);
    [(Q::ActivePower, Scope::System), (Q::VoltageLn, Scope::L1), (Q::Frequency, Scope::System)]
        .into_iter()
        .all(|(quantity, scope)| bench.live(meter, quantity, scope) == Reading::Absent(reason))
}

/// [G3, P5] A module that is lost times out after a second; its counters hold, go on when it is back, and
/// no other module notices.
#[test]
fn a_lost_module_times_out_and_comes_back() {
    let total = |bench: &Bench| bench.counter(esy(3), Q::ActiveEnergyImport, Register::Total);
    let mut undisturbed = ten(Wiring::ThreePhaseFourWire).bench();
    undisturbed.run(6.0);
    let mut bench = ten(Wiring::ThreePhaseFourWire).bench();
    bench.run(2.0);
    bench.bus().unplug(slot(3));
    bench.run(0.7);
    assert!(!has_lost(&bench, 3, Reason::BusTimeout), "three polls have not failed yet");
    let held = total(&bench);
    bench.run(0.6);
    assert!(has_lost(&bench, 3, Reason::BusTimeout));
    assert!(held > 0.0 && total(&bench) == held);
    assert!(bench.image().meters.iter().filter(|m| m.id != esy(3)).all(|m| {
        common::reading(&m.readings, Q::ActivePower, None, Scope::System).value().is_some()
    }));
    let replacement = bench.plan().source(&currents(3.0, 21.0));
    bench.bus().plug(slot(3), replacement);
    bench.run(2.7);
    // Its phase against the voltages is not that of before: it began anew in the middle of a cycle.
    assert!(bench.live(esy(3), Q::ActivePower, Scope::System).value().is_some());
    assert!(total(&bench) > held);
    for number in [1, 2, 4, 10] {
        assert_eq!(bench.readings(esy(number)), undisturbed.readings(esy(number)), "esy{number}");
    }
}

/// [G3] When a module comes and goes is a matter of samples, not of polls or blocks.
#[test]
fn hot_plug_does_not_depend_on_blocks() {
    let run = |block, poll_every| {
        let mut bench = Plan { block, poll_every, ..ten(Wiring::ThreePhaseFourWire) }.bench();
        let source = bench.plan().source(&currents(8.0, 0.0));
        let plugging = bench.bus().plugging();
        plugging.add(Change { at: 1234, slot: slot(4), currents: None });
        plugging.add(Change { at: 3333, slot: slot(4), currents: Some(source) });
        plugging.add(Change { at: 2000, slot: slot(7), currents: None });
        bench.run(3.0);
        bench.digest()
    };
    let expected = run(100, 1);
    for (block, poll_every) in [(33, 1), (1000, 1), (100, 7), (6000, 1)] {
        assert_eq!(
            run(block, poll_every),
            expected,
            "{block} samples, a poll in {poll_every} ticks"
        );
    }
}

/// [G3] A module that is configured and absent says so on every point, until it is plugged in.
#[test]
fn an_absent_module_is_not_installed() {
    let mut bench =
        Plan { modules: vec![(1, Some(currents(1.0, 0.0))), (2, None)], ..Plan::new() }.bench();
    bench.run(2.0);
    let absent = Reading::Absent(Reason::NotInstalled);
    assert!(bench.readings(esy(2)).iter().all(|(_, reading)| reading == absent));
    let source = bench.plan().source(&currents(4.0, 0.0));
    bench.bus().plug(slot(2), source);
    bench.run(1.0);
    close(
        "P",
        bench.live(esy(2), Q::ActivePower, Scope::System).value().expect("there"),
        2760.0,
        1e-4,
    );
    assert!(bench.counter(esy(2), Q::ActiveEnergyImport, Register::Total) > 0.0);
}

/// [G3, N5] A module that was away learns what it missed: settings and tariff.
#[test]
fn a_module_is_told_what_it_missed() {
    let mut bench = Plan { modules: vec![(1, Some(currents(2.0, 0.0)))], ..Plan::new() }.bench();
    bench.run(1.0);
    bench.bus().unplug(slot(1));
    bench.run(1.5);
    bench.set(SettingId::TariffMode, 1);
    bench.set(SettingId::TariffSelected, 2);
    bench.set(SettingId::Wiring, 3);
    bench.set(SettingId::PartialRunning, 0);
    let source = bench.plan().source(&currents(2.0, 0.0));
    bench.bus().plug(slot(1), source);
    bench.run(1.0);
    let tariff1 = bench.counter(esy(1), Q::ActiveEnergyImport, Register::T1);
    let partial = bench.counter(esy(1), Q::ActiveEnergyImport, Register::Partial);
    bench.run(1.0);
    assert_eq!(bench.counter(esy(1), Q::ActiveEnergyImport, Register::T1), tariff1);
    assert_eq!(bench.counter(esy(1), Q::ActiveEnergyImport, Register::Partial), partial);
    assert!(bench.counter(esy(1), Q::ActiveEnergyImport, Register::T2) > 0.0);
    assert_eq!(bench.live(esy(1), Q::Current, Scope::L2), Reading::Absent(Reason::NotWired));
    let single = bench.live(esy(1), Q::ActivePower, Scope::System).value().expect("one phase");
    close("one phase", single, 460.0, 1e-4);
}

/// [P5, D-12] What the bus has given up on has nothing any more and its totals are held, until it answers; replies of a
/// slot that is not configured are nobody's.
#[test]
fn the_bus_says_who_is_silent() {
    let mut bench = Plan { modules: vec![(1, Some(currents(2.0, 0.0)))], ..Plan::new() }.bench();
    bench.run(1.0);
    let missed = |number, reason| EsyReply {
        slot: slot(number),
        window_end: 0.0,
        result: Err(reason),
        wiring: WiringFinding::NoSignal,
    };
    bench.inputs.replies.push(missed(9, Reason::SensorFault));
    bench.tick(1);
    assert!(bench.live(esy(1), Q::ActivePower, Scope::System).value().is_some());
    bench.inputs.replies.push(missed(1, Reason::BusTimeout));
    bench.tick(1);
    assert!(has_lost(&bench, 1, Reason::BusTimeout));
    assert!(bench.effects.notes.iter().any(|note| note.text == "esy1 does not answer"));
    bench.run(0.5);
    assert!(bench.live(esy(1), Q::ActivePower, Scope::System).value().is_some());
    bench.inputs.replies.push(missed(1, Reason::SensorFault));
    bench.tick(1);
    assert!(has_lost(&bench, 1, Reason::SensorFault));
    bench.run(0.5);
    assert!(bench.live(esy(1), Q::ActivePower, Scope::System).value().is_some());
}

/// [G3] A module that has never answered times out, too.
#[test]
fn a_module_that_never_answers_times_out() {
    let mut bench = Plan { modules: vec![(1, Some(currents(2.0, 0.0)))], ..Plan::new() }.bench();
    bench.bus().unplug(slot(1));
    bench.run(0.5);
    assert!(has_lost(&bench, 1, Reason::Settling));
    bench.run(1.0);
    assert!(has_lost(&bench, 1, Reason::BusTimeout));
}

/// [E1, E3, G3] Another wiring ends the stretch of meter and modules: no energy is lost or counted twice,
/// and phases that are no longer wired say so.
#[test]
fn another_wiring_begins_a_new_stretch() {
    let mut bench = Plan { modules: vec![(1, Some(currents(2.0, 0.0)))], ..Plan::new() }.bench();
    bench.run(1.057);
    bench.set(SettingId::Wiring, 3);
    let before = bench.position() as f64 / RATE_HZ;
    assert!(
        bench.effects.windows.iter().any(|window| window.cycles == 0),
        "a fragment was counted"
    );
    bench.run(1.0);
    for (meter, p3) in [(MeterId::Main, 1725.0), (esy(1), 1380.0)] {
        for scope in [Scope::L2, Scope::L3] {
            for quantity in
                [Q::VoltageLn, Q::Current, Q::ActivePower, Q::ThdCurrent, Q::CurrentDemand]
            {
                let reading = bench.live(meter, quantity, scope);
                assert_eq!(reading, Reading::Absent(Reason::NotWired), "{quantity:?} {scope:?}");
            }
            let energy = common::reading(
                bench.readings(meter),
                Q::ActiveEnergyImport,
                Some(Register::Total),
                scope,
            );
            assert_eq!(energy, Reading::Absent(Reason::NotWired));
        }
        close(
            "P",
            bench.live(meter, Q::ActivePower, Scope::System).value().expect("wired"),
            p3 / 3.0,
            1e-5,
        );
        let end = bench.image().meter(meter).expect("configured").window_end;
        let metered = end.seconds_since(common::start());
        let kwh = (p3 * before + p3 / 3.0 * (metered - before)) / 3.6e6;
        close("energy", bench.counter(meter, Q::ActiveEnergyImport, Register::Total), kwh, 2e-4);
    }
    bench.ask(Request::Set(SettingId::Wiring, 0)).expect("accepted");
    bench.run(0.5);
    assert!(bench.live(esy(1), Q::Current, Scope::L2).value().is_some());
}
