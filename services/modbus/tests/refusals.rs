//! Requests that are refused, and writes: what they are answered and what they ask of the world.

mod common;

use catalog::SettingId;
use common::{NOW, ask, image, read, slot};
use image::{Command, Image, MeterId, Origin, Request};
use modbus::Snapshot;
use modbus::answer::{Ask, Outcome, Session, answer, confirm};
use proptest::prelude::*;
use std::sync::Arc;
use tokio_modbus::ExceptionCode;

/// One line a case: unit, request, exception.
#[test]
fn exceptions() {
    #[track_caller]
    fn check(unit: u8, pdu: &[u8], exception: u8) {
        let expect = [pdu[0] | 0x80, exception];
        assert_eq!(ask(&image(), unit, pdu), expect, "unit {unit} {pdu:02X?}");
    }
    // 01: functions that are not known, 08h with another sub-function.
    check(1, &[0x01, 0, 0, 0, 1], 1);
    check(1, &[0x02, 0, 0, 0, 1], 1);
    check(1, &[0x05, 0, 0, 0xFF, 0], 1);
    check(1, &[0x2B, 0x0E, 1, 0], 1);
    check(1, &[0x41], 1);
    check(1, &[0x00], 1);
    check(1, &[0x83, 2], 1);
    check(1, &[0x08, 0, 1, 0, 0], 1);
    // 02: a block that starts or ends where nothing is defined.
    check(1, &[0x03, 0x00, 0x38, 0, 2], 2);
    check(1, &[0x03, 0x00, 0x4A, 0, 2], 2);
    check(1, &[0x03, 0x00, 0x46, 0, 6], 2);
    check(1, &[0x03, 0x00, 0x60, 0, 2], 2);
    check(1, &[0x03, 0x00, 0xDA, 0, 1], 2);
    check(1, &[0x03, 0x02, 0x00, 0, 1], 2);
    check(1, &[0x03, 0x05, 0x00, 0, 65], 2);
    check(1, &[0x03, 0x40, 0x00, 0, 1], 2);
    check(1, &[0x03, 0xFF, 0xFF, 0, 1], 2);
    check(1, &[0x03, 0xFF, 0xFF, 0, 125], 2);
    // 03: counts, and PDUs of a wrong length.
    check(1, &[0x03, 0, 0, 0, 0], 3);
    check(1, &[0x04, 0, 0, 0, 126], 3);
    check(1, &[0x04, 0, 0, 0xFF, 0xFF], 3);
    check(1, &[0x03], 3);
    check(1, &[0x03, 0, 0, 0], 3);
    check(1, &[0x03, 0, 0, 0, 2, 0], 3);
    check(1, &[0x06, 0x12, 0x01, 0], 3);
    check(1, &[0x10, 0x12, 0x01, 0, 1], 3);
    check(1, &[0x10, 0x12, 0x01, 0, 0, 0], 3);
    check(1, &[0x10, 0x12, 0x01, 0, 1, 4, 0, 1], 3);
    check(1, &[0x10, 0x12, 0x01, 0, 2, 2, 0, 1], 3);
    check(1, &[0x08], 3);
    check(1, &[0x08, 0], 3);
    // 02 and 03 of writes.
    check(1, &[0x06, 0x00, 0x00, 0, 1], 2);
    check(1, &[0x06, 0x40, 0x00, 0, 1], 2);
    check(1, &[0x06, 0x40, 0x02, 0, 1], 2);
    check(1, &[0x06, 0x10, 0x11, 0, 1], 2);
    check(1, &[0x06, 0x50, 0x07, 0, 1], 2);
    check(1, &[0x10, 0x12, 0x01, 0, 2, 4, 0, 1, 0, 1], 2);
    check(1, &[0x06, 0x10, 0x02, 0, 4], 3);
    check(1, &[0x06, 0x10, 0x10, 0, 7], 3);
    check(1, &[0x06, 0x11, 0x03, 0, 0], 3);
    check(1, &[0x06, 0x12, 0x01, 0, 0], 3);
    check(1, &[0x06, 0x40, 0x04, 0, 0], 3);
    check(1, &[0x06, 0x10, 0x00, 0x27, 0x10], 3);
    check(1, &[0x10, 0x10, 0x10, 0, 2, 4, 0, 1, 0, 1], 3);
    // 0A: an id nobody has; 0B: a module that is configured and absent.
    check(3, &[0x03, 0, 0, 0, 2], 0x0A);
    check(12, &[0x03, 0, 0, 0, 2], 0x0A);
    check(255, &[0x03, 0, 0, 0, 2], 0x0A);
    check(3, &[0x06, 0x12, 0x01, 0, 1], 0x0A);
    check(5, &[0x03, 0, 0, 0, 2], 0x0B);
    check(5, &[0x03, 0, 0x0B, 0, 1], 0x0B);
    check(5, &[0x06, 0x40, 0x04, 0, 1], 0x0B);
}

#[test]
fn loopback_returns_the_query() {
    assert_eq!(ask(&image(), 1, &[8, 0, 0, 0xA5, 0x37]), [8, 0, 0, 0xA5, 0x37]);
}

#[test]
fn nothing_that_goes_to_everybody_is_answered() {
    for pdu in [&[3, 0, 0, 0, 2][..], &[8, 0, 0, 1, 2], &[0x41], &[6, 0, 0, 0, 1], &[3]] {
        assert!(ask(&image(), 0, pdu).is_empty(), "{pdu:02X?}");
    }
}

fn outcome(image: &Image, session: Session, unit: u8, pdu: &[u8]) -> Outcome {
    let snapshot = Snapshot::new(Arc::new(image.clone()));
    answer(&snapshot, session, Ask { unit, pdu, now: NOW }, &mut Vec::new())
}

fn requests(image: &Image, unit: u8, pdu: &[u8]) -> Vec<Request> {
    let Outcome::Order(order) = outcome(image, Session::default(), unit, pdu) else {
        panic!("no order for {pdu:02X?}")
    };
    assert!(order.commands.iter().all(|command| command.origin == Origin::Modbus));
    order.commands.iter().map(|command| command.request).collect()
}

fn set(address: u16, value: u16) -> [u8; 5] {
    let ([a, b], [c, d]) = (address.to_be_bytes(), value.to_be_bytes());
    [6, a, b, c, d]
}

/// One line a case: address, value, what the world is asked.
#[test]
fn writes_become_commands() {
    #[track_caller]
    fn check(address: u16, value: u16, expect: &[Request]) {
        assert_eq!(requests(&image(), 1, &set(address, value)), expect, "{address:04X}h");
    }
    use Request::{ResetDemand, ResetPartial, ResetTotals, Set};
    check(0x1002, 0, &[Set(SettingId::Wiring, 0)]);
    check(0x1002, 1, &[Set(SettingId::Wiring, 1)]);
    check(0x1002, 2, &[Set(SettingId::Wiring, 2)]);
    check(0x1002, 3, &[Set(SettingId::Wiring, 3)]);
    check(0x1010, 0, &[Set(SettingId::DemandIntervalMin, 1)]);
    check(0x1010, 6, &[Set(SettingId::DemandIntervalMin, 60)]);
    check(0x1101, 1, &[Set(SettingId::TariffMode, 1)]);
    check(0x1101, 0, &[]);
    check(0x1103, 2, &[Set(SettingId::Netting, 0)]);
    check(0x1103, 1, &[Set(SettingId::Netting, 1)]);
    check(0x1104, 0, &[Set(SettingId::WrongConnectionDetection, 0)]);
    check(0x1200, 3, &[Set(SettingId::DigitalInputFunction, 3)]);
    check(0x1201, 2, &[Set(SettingId::TariffSelected, 2)]);
    check(0x1000, 1234, &[Set(SettingId::Password, 1234)]);
    check(0x4003, 1, &[ResetTotals(MeterId::Main)]);
    check(0x4004, 1, &[ResetPartial(MeterId::Main)]);
    check(0x4005, 1, &[ResetDemand(MeterId::Main)]);
    check(0x4006, 1, &[ResetTotals(MeterId::Main)]);
    check(0x7060, 4, &[Set(SettingId::Wiring, 4)]);
    check(0x7067, 0, &[Set(SettingId::PartialRunning, 0)]);
}

#[test]
fn a_write_of_many_registers_is_one_order_or_nothing() {
    use Request::Set;
    let two = [0x10, 0x12, 0x00, 0, 2, 4, 0, 2, 0, 1];
    let expect = [Set(SettingId::DigitalInputFunction, 2), Set(SettingId::TariffSelected, 1)];
    assert_eq!(requests(&image(), 1, &two), expect);
    let wide = [0x10, 0x10, 0x10, 0, 2, 4, 0, 3, 0, 0];
    assert_eq!(requests(&image(), 1, &wide), [Set(SettingId::DemandIntervalMin, 15)]);
    let second_is_wrong = [0x10, 0x12, 0x00, 0, 2, 4, 0, 2, 0, 9];
    assert_eq!(ask(&image(), 1, &second_is_wrong), [0x90, 3]);
}

/// [N9] No write resets a total; the attempt goes to the audit, even where the write is locked.
#[test]
fn resets_of_totals_are_refused_whatever_the_world_says() {
    let mut locked = image();
    assert!(locked.settings.set(SettingId::Password, 7));
    for image in [image(), locked] {
        for address in [0x4003, 0x4006] {
            let Outcome::Order(order) = outcome(&image, Session::default(), 2, &set(address, 1))
            else {
                panic!("no order")
            };
            assert_eq!(order.refused, Some(ExceptionCode::IllegalDataValue));
            let request = Request::ResetTotals(slot(1));
            assert_eq!(order.commands, [Command { origin: Origin::Modbus, request }]);
        }
    }
    let all = [0x10, 0x40, 0x03, 0, 4, 8, 0, 1, 0, 1, 0, 1, 0, 1];
    assert_eq!(requests(&image(), 1, &all), [Request::ResetTotals(MeterId::Main)]);
}

#[test]
fn a_broadcast_reaches_every_meter_and_is_not_confirmed() {
    let pdu = set(0x4005, 1);
    let expect = [MeterId::Main, slot(1), slot(4)].map(Request::ResetDemand);
    assert_eq!(requests(&image(), 0, &pdu), expect);
    let mut out = Vec::new();
    confirm(Ask { unit: 0, pdu: &pdu, now: NOW }, Ok(()), &mut out);
    confirm(Ask { unit: 0, pdu: &pdu, now: NOW }, Err(ExceptionCode::ServerDeviceBusy), &mut out);
    assert!(out.is_empty());
}

#[test]
fn writes_are_confirmed_by_the_start_of_their_request() {
    let confirmed = |pdu: &[u8]| {
        let mut out = Vec::new();
        confirm(Ask { unit: 1, pdu, now: NOW }, Ok(()), &mut out);
        out
    };
    assert_eq!(confirmed(&set(0x1201, 2)), set(0x1201, 2));
    assert_eq!(confirmed(&[0x10, 0x12, 0, 0, 1, 2, 0, 2]), [0x10, 0x12, 0, 0, 1]);
}

#[test]
fn a_password_opens_a_connection_for_writes_and_is_never_read() {
    let mut image = image();
    assert!(image.settings.set(SettingId::Password, 1234));
    let open = Session { password: Some(1234) };
    let closed = Session::default();
    let is_order = |session, address, value| {
        matches!(outcome(&image, session, 1, &set(address, value)), Outcome::Order(_))
    };
    assert!(!is_order(closed, 0x1201, 2));
    assert_eq!(ask(&image, 1, &set(0x1201, 2)), [0x86, 4]);
    assert_eq!(ask(&image, 1, &set(0x1000, 1)), [0x86, 3]);
    let Outcome::Order(order) = outcome(&image, closed, 1, &set(0x1000, 1234)) else {
        panic!("the right password is refused")
    };
    assert_eq!((order.commands.len(), order.password), (0, Some(1234)));
    assert!(is_order(open, 0x1201, 2));
    assert!(is_order(open, 0x1000, 0), "an open connection may remove it");
    assert!(!is_order(Session { password: Some(1) }, 0x1201, 2));
    assert_eq!(read(&image, 1, 0x1000, 1), Ok(vec![0]));
}

#[test]
fn switching_commanded_tariffs_off_leaves_tariffs_by_input_alone() {
    let mut image = image();
    assert!(image.settings.set(SettingId::TariffMode, 2));
    assert_eq!(requests(&image, 1, &set(0x1101, 0)), []);
    assert!(image.settings.set(SettingId::TariffMode, 1));
    assert_eq!(requests(&image, 1, &set(0x1101, 0)), [Request::Set(SettingId::TariffMode, 0)]);
}

proptest! {
    /// Any bytes are answered with their function or its exception; nothing panics.
    #[test]
    fn random_requests_never_panic(
        unit in prop_oneof![0..13u8, any::<u8>()],
        function in prop_oneof![Just(3u8), Just(4), Just(6), Just(8), Just(0x10), any::<u8>()],
        body in prop::collection::vec(any::<u8>(), 0..252),
    ) {
        let pdu = [vec![function], body].concat();
        let snapshot = Snapshot::new(Arc::new(image()));
        let mut out = Vec::new();
        let ask = Ask { unit, pdu: &pdu, now: NOW };
        match answer(&snapshot, Session::default(), ask, &mut out) {
            Outcome::Answered => {
                prop_assert!(out.len() >= 2 && out.len() <= 253);
                prop_assert_eq!(out[0] & 0x7F, function & 0x7F);
            }
            Outcome::Silent => prop_assert!(out.is_empty() && unit == 0),
            Outcome::Order(order) => prop_assert!(order.commands.len() <= 123 * 3),
        }
    }

    /// [N9] No write, whatever its bytes, asks for anything that touches a total unless refused.
    #[test]
    fn no_write_reaches_a_total(address in any::<u16>(), value in any::<u16>()) {
        let outcome = outcome(&image(), Session::default(), 1, &set(address, value));
        if let Outcome::Order(order) = outcome {
            let totals = order.commands.iter().any(|c| matches!(c.request, Request::ResetTotals(_)));
            prop_assert_eq!(totals, order.refused.is_some());
        }
    }
}
