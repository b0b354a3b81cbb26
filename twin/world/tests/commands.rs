//! Settings, refusals, acknowledgements, and what they do to registers.

mod common;

use catalog::{Class, QuantityId, Register, SETTINGS, Scope, SettingId, points};
use common::{Plan, close, currents, esy, slot};
use image::{Command, MeterId, Origin, Reason, Refusal, Request};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Every setting takes its named or extreme values and refuses the next; an acknowledgement carries the
/// tick of the image that shows it.
#[test]
fn settings_are_held_against_their_table() {
    let mut bench = Plan::new().bench();
    for setting in SETTINGS {
        let (low, high) = setting.range;
        for value in [low, high] {
            let tick = bench.ask(Request::Set(setting.id, value)).expect("in range");
            assert_eq!(tick, bench.image().tick);
            assert_eq!(bench.image().settings.get(setting.id), value, "{}", setting.slug);
        }
        for value in [low - 1, high + 1, i64::MIN, i64::MAX] {
            let refusal = Refusal::OutOfRange { setting: setting.slug, value };
            assert_eq!(bench.ask(Request::Set(setting.id, value)), Err(refusal));
            assert_eq!(bench.image().settings.get(setting.id), high, "{}", setting.slug);
        }
    }
    let between = Request::Set(SettingId::DemandIntervalMin, 7);
    assert!(bench.ask(between).is_err(), "7 minutes is not one of the intervals");
}

/// [N9] Totals are never reset, and the attempt is noted with its sender; a password never is.
#[test]
fn refusals_are_noted_and_passwords_are_not_shown() {
    let mut bench = Plan::new().bench();
    bench.run(0.5);
    let before = bench.import_wh(Register::Total);
    assert_eq!(bench.ask(Request::ResetTotals(MeterId::Main)), Err(Refusal::TotalsAreFinal));
    assert!(before > 0.0 && bench.import_wh(Register::Total) >= before);
    assert_eq!(
        bench.notes(),
        ["reset of the totals of main, by local: refused, total counters can never be reset"]
    );
    for request in [Request::ResetPartial(esy(3)), Request::ResetDemand(esy(3))] {
        assert_eq!(bench.ask(request), Err(Refusal::NoSuchMeter(esy(3))));
    }
    bench.set(SettingId::Password, 1234);
    assert_eq!(bench.notes(), ["password, by local: done"]);
    assert!(bench.ask(Request::Set(SettingId::Password, 56_789)).is_err());
    assert_eq!(bench.notes(), ["password, by local: refused, out of range"]);
    bench.set(SettingId::Wiring, 5);
    assert_eq!(bench.notes(), ["wiring = 3x1p, by local: done"]);
}

/// What a meter need not know is not sent over the bus, and what it knows is not sent again.
#[test]
fn only_changes_that_concern_metering_reach_the_meters() {
    let mut bench = Plan { modules: vec![(1, Some(currents(1.0, 0.0)))], ..Plan::new() }.bench();
    bench.run(0.5);
    for (id, value, orders) in [
        (SettingId::Password, 4321, 0),
        (SettingId::TariffSelected, 2, 0),
        (SettingId::WrongConnectionDetection, 0, 0),
        (SettingId::Netting, 1, 1),
        (SettingId::Netting, 1, 0),
        (SettingId::DemandIntervalMin, 15, 0),
        (SettingId::Wiring, 5, 2),
    ] {
        bench.set(id, value);
        assert_eq!(bench.effects.orders.len(), orders, "{id:?} = {value}");
    }
    bench.ask(Request::ResetPartial(esy(1))).expect("configured");
    let module = MeterId::Esy(slot(1));
    assert_eq!(bench.effects.orders, [(Some(module), port::MeterCommand::ResetPartial)]);
}

/// A flood is taken in portions; nothing is lost or answered out of turn.
#[test]
fn a_flood_of_commands_waits() {
    let mut bench = Plan::new().bench();
    let request = Request::ResetPartial(MeterId::Main);
    let command = Command { origin: Origin::Modbus, request };
    bench.inputs.commands.extend((0..150).map(|id| (id, command)));
    let mut answered = Vec::new();
    for expected in [64, 64, 22, 0] {
        bench.tick(100);
        assert_eq!(bench.effects.acks.len(), expected);
        answered.extend(bench.effects.acks.iter().map(|(id, _)| *id));
    }
    assert!(answered.into_iter().eq(0..150));
}

/// [N5] Tariffs add up to the total whatever switches them; off, everything is tariff 1.
#[test]
fn tariffs_add_up_to_the_total() {
    let mut bench = Plan::new().bench();
    let check = |bench: &common::Bench| {
        let [t1, t2, total] =
            [Register::T1, Register::T2, Register::Total].map(|r| bench.import_wh(r));
        assert!((t1 + t2 - total).abs() < 1e-9, "{t1} + {t2} is not {total}");
        [t1, t2]
    };
    bench.run(1.0);
    assert_eq!(bench.image().io.tariff, None);
    let [off, none] = check(&bench);
    assert!(off > 0.0 && none == 0.0, "off counts in tariff 1");
    bench.set(SettingId::TariffMode, 1);
    bench.set(SettingId::TariffSelected, 2);
    assert_eq!(bench.image().io.tariff, Some(2));
    let [t1, _] = check(&bench);
    bench.run(1.0);
    let [t1_after, t2] = check(&bench);
    assert!(t1_after == t1 && t2 > 0.0, "by command");
    bench.set(SettingId::TariffMode, 2);
    assert_eq!(bench.image().io.tariff, Some(1), "an open contact is tariff 1");
    bench.contact(true);
    bench.run(1.0);
    assert_eq!(bench.image().io.tariff, Some(2), "a closed one is tariff 2");
    check(&bench);
    bench.set(SettingId::TariffMode, 0);
    let [_, t2] = check(&bench);
    bench.run(1.0);
    assert_eq!(check(&bench)[1], t2, "off again");
    close(
        "all of it",
        bench.import_wh(Register::Total),
        1725.0 * bench.position() as f64 / 7.2e6,
        0.06,
    );
}

/// [N2] A partial counter pauses, goes on and is reset at once, also in the image of the same tick.
#[test]
fn partial_counters_pause_and_reset() {
    let mut bench = Plan::new().bench();
    bench.run(1.0);
    bench.set(SettingId::PartialRunning, 0);
    let paused = bench.import_wh(Register::Partial);
    bench.run(1.0);
    assert!(paused > 0.0);
    assert_eq!(bench.import_wh(Register::Partial), paused);
    bench.set(SettingId::PartialRunning, 1);
    bench.run(1.0);
    assert!(bench.import_wh(Register::Partial) > paused);
    let total = bench.import_wh(Register::Total);
    bench.ask(Request::ResetPartial(MeterId::Main)).expect("configured");
    assert_eq!(bench.import_wh(Register::Partial), 0.0);
    assert!(bench.import_wh(Register::Total) >= total);
}

/// [N1, N3] Writing the netting moves no total (decision 16).
#[test]
fn netting_moves_no_total() {
    let mut bench = Plan::new().bench();
    bench.run(1.0);
    let before = bench.import_wh(Register::Total);
    // A block without the end of a window: what counts is what the command itself does.
    let windows = bench.image().main().windows;
    bench.set(SettingId::Netting, 1);
    if bench.image().main().windows == windows {
        assert_eq!(bench.import_wh(Register::Total), before);
    }
    bench.set(SettingId::Netting, 0);
    let energy_of_two_blocks = 1725.0 * 0.3 / 3600.0;
    assert!(bench.import_wh(Register::Total) - before < energy_of_two_blocks);
}

/// Another interval begins demand anew; the same one again does not.
#[test]
fn demand_begins_anew_with_another_interval() {
    let mut bench = Plan { block: 2000, ..Plan::new() }.bench();
    bench.set(SettingId::DemandIntervalMin, 1);
    bench.run(105.0);
    let demand = |bench: &common::Bench| {
        bench.live(MeterId::Main, QuantityId::ActivePowerDemand, Scope::System)
    };
    close("demand", demand(&bench).value().expect("a whole minute"), 1725.0, 1e-6);
    bench.set(SettingId::DemandIntervalMin, 1);
    assert!(demand(&bench).value().is_some());
    bench.set(SettingId::DemandIntervalMin, 5);
    bench.run(1.0);
    assert_eq!(demand(&bench), image::Reading::Absent(Reason::Settling));
}

fn any_request() -> impl Strategy<Value = Request> {
    let meter = prop_oneof![Just(MeterId::Main), Just(esy(1)), Just(esy(2))];
    let meter_request = (0..3, meter).prop_map(|(kind, meter)| match kind {
        0 => Request::ResetPartial(meter),
        1 => Request::ResetDemand(meter),
        _ => Request::ResetTotals(meter),
    });
    let setting = (0..SETTINGS.len(), -1i64..62)
        .prop_map(|(row, value)| Request::Set(SETTINGS[row].id, value));
    prop_oneof![3 => setting, 1 => meter_request]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20, ..ProptestConfig::default() })]

    /// [N9, N5] 20 runs of 500 commands: whatever is asked, no counter but a partial one ever falls, on
    /// any meter, and tariffs add up to the total.
    #[test]
    fn totals_never_fall(
        requests in prop::collection::vec(any_request(), 500),
        contacts in prop::collection::vec(any::<bool>(), 50),
    ) {
        let mut bench =
            Plan { rate_hz: 800.0, modules: vec![(1, Some(currents(2.0, 120.0)))], block: 160, ..Plan::new() }
                .bench();
        let mut last: BTreeMap<(MeterId, catalog::PointId), f64> = BTreeMap::new();
        for (requests, contact) in requests.chunks(10).zip(contacts) {
            let commands = requests.iter().map(|request| Command { origin: Origin::Modbus, request: *request });
            bench.inputs.commands.extend(commands.map(|command| (0, command)));
            bench.contact(contact);
            bench.tick(160);
            for meter in &bench.image().meters {
                for point in points().iter().filter(|p| matches!(p.quantity.class, Class::Energy | Class::Hours)) {
                    let Some(value) = meter.get(point.id).value() else { continue };
                    let before = last.insert((meter.id, point.id), value).unwrap_or(0.0);
                    let falls = value < before && point.register != Some(Register::Partial);
                    prop_assert!(!falls, "{} {}: {before} to {value}", meter.id.slug(), point.path());
                }
            }
            let [t1, t2, total] = [Register::T1, Register::T2, Register::Total].map(|r| bench.import_wh(r));
            prop_assert!((t1 + t2 - total).abs() < 1e-9);
        }
    }
}
