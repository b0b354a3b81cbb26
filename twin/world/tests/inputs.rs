//! The digital input: its four functions on simulated time.

mod common;

use catalog::{Register, SettingId};
use common::{Bench, Plan};

const TARIFF: i64 = 0;
const REMOTE_STATUS: i64 = 1;
const PARTIAL_START_STOP: i64 = 2;
const PARTIAL_RESET: i64 = 3;

fn bench(function: i64) -> Bench {
    let mut bench = Plan { rate_hz: 1000.0, block: 50, ..Plan::new() }.bench();
    bench.set(SettingId::DigitalInputFunction, function);
    bench
}

/// [I1] Remote status: shown, and nothing else moves.
#[test]
fn remote_status_is_shown() {
    let mut bench = bench(REMOTE_STATUS);
    for closed in [true, false, true] {
        bench.contact(closed);
        bench.run(4.0);
        assert_eq!(bench.image().io.input_closed, closed);
    }
    assert_eq!(bench.image().io.tariff, None);
    assert_eq!(bench.import_wh(Register::Partial), bench.import_wh(Register::Total));
    assert_eq!(bench.import_wh(Register::T1), bench.import_wh(Register::Total));
}

/// [I1, N5] Tariff: open is 1, closed is 2.
#[test]
fn the_contact_selects_the_tariff() {
    let mut bench = bench(TARIFF);
    bench.run(1.0);
    assert_eq!(bench.image().io.tariff, Some(1));
    bench.contact(true);
    bench.run(2.0);
    assert_eq!(bench.image().io.tariff, Some(2));
    let [t1, t2, total] = [Register::T1, Register::T2, Register::Total].map(|r| bench.import_wh(r));
    assert!(t2 > t1 && t1 > 0.0 && (t1 + t2 - total).abs() < 1e-9);
}

/// [I1, N2] Start and pause: closed counts, open pauses.
#[test]
fn the_contact_starts_and_pauses_the_partial_counters() {
    let mut bench = bench(PARTIAL_START_STOP);
    bench.run(1.0);
    assert_eq!(bench.image().settings.get(SettingId::PartialRunning), 0);
    let paused = bench.import_wh(Register::Partial);
    bench.run(1.0);
    assert_eq!(bench.import_wh(Register::Partial), paused);
    bench.contact(true);
    bench.run(1.0);
    assert!(bench.import_wh(Register::Partial) > paused);
    assert!(bench.import_wh(Register::Total) > bench.import_wh(Register::Partial));
}

/// [I1, N2] Reset: after 3 s closed, not before, once each time it closes, and not for a contact that was
/// closed already when it was given this function.
#[test]
fn three_seconds_closed_reset_the_partial_counters() {
    let mut bench = bench(PARTIAL_RESET);
    let fell = |bench: &mut Bench, seconds: f64| {
        let before = bench.import_wh(Register::Partial);
        bench.run(seconds);
        bench.import_wh(Register::Partial) < before
    };
    bench.run(5.0);
    bench.contact(true);
    assert!(!fell(&mut bench, 2.9), "too short");
    bench.contact(false);
    assert!(!fell(&mut bench, 1.0), "opened in time");
    bench.contact(true);
    assert!(!fell(&mut bench, 3.0), "not before 3 s");
    assert!(fell(&mut bench, 0.1), "3 s after the block that saw it close");
    assert!(!fell(&mut bench, 10.0), "once");
    bench.contact(false);
    bench.run(0.1);
    bench.contact(true);
    assert!(fell(&mut bench, 3.2), "again after it opened");
    bench.set(SettingId::DigitalInputFunction, REMOTE_STATUS);
    bench.contact(false);
    bench.run(1.0);
    bench.contact(true);
    bench.run(5.0);
    bench.set(SettingId::DigitalInputFunction, PARTIAL_RESET);
    assert!(!fell(&mut bench, 5.0), "closed for something else");
    let total = bench.import_wh(Register::Total);
    assert!(bench.import_wh(Register::T1) == total && total > 5.0);
}
