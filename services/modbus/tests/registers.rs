//! Every register of the map against a hand-made image.

mod common;

use catalog::{QuantityId as Q, Register, Scope, SettingId, point};
use common::{NOW, ask, image, read, read_pdu, signed, slot, value};
use image::{Flag, Flags, MeterId, Reading, Reason};
use modbus::map::{Identity, Kind, Owner, Row, Source, rows};

fn each_row() -> impl Iterator<Item = &'static Row> {
    rows().iter().filter(|row| !row.alone())
}

/// [G4, S7, P5] Every measured register of every unit is its meter's value in the row's steps.
#[test]
fn every_measured_row_is_its_point_rounded() {
    let image = image();
    for (unit, meter) in [(1, MeterId::Main), (2, slot(1))] {
        let mut seen = 0;
        for row in each_row() {
            let Source::Point(id) = row.source else { continue };
            let words = read(&image, unit, row.address, row.words()).unwrap();
            let expect = (value(meter, id) * row.weight).round() as i64;
            assert_eq!(signed(&words), expect, "unit {unit} {:04X}h", row.address);
            seen += 1;
        }
        assert!(seen >= 190, "only {seen} rows");
    }
}

/// Each row can be read alone, from its second word on, and cut before its last word.
#[test]
fn every_row_can_be_read_whole_and_in_parts() {
    let image = image();
    for row in each_row() {
        let whole = read(&image, 1, row.address, row.words()).unwrap();
        if row.words() > 1 && row.address != 0x000A {
            let from_second = read(&image, 1, row.address + 1, row.words() - 1).unwrap();
            assert_eq!(from_second, whole[1..], "{:04X}h", row.address);
        }
        let first = read(&image, 1, row.address, 1).unwrap();
        assert_eq!(first[0], whole[0], "{:04X}h", row.address);
    }
}

/// What a block shows is what its rows show alone, and every gap between them is 0.
#[test]
fn blocks_are_their_rows_with_zeros_between() {
    let image = image();
    let defined: std::collections::BTreeMap<u16, u16> = each_row()
        .flat_map(|row| (row.address..).zip(read(&image, 1, row.address, row.words()).unwrap()))
        .collect();
    for &start in defined.keys() {
        for count in 2..=125u16 {
            let last = start.saturating_add(count - 1);
            let block = read(&image, 1, start, count);
            if !defined.contains_key(&last) {
                assert_eq!(block, Err(2), "{start:04X}h x {count}");
                continue;
            }
            let expect: Vec<u16> =
                (start..=last).map(|at| defined.get(&at).copied().unwrap_or(0)).collect();
            assert_eq!(block, Ok(expect), "{start:04X}h x {count}");
        }
    }
}

/// Blocks that public clients of the family read, at connect and when polling.
#[test]
fn blocks_of_public_clients_are_answered() {
    #[rustfmt::skip]
    let blocks = [
        // The reference's list.
        (0x0000, 64), (0x0000, 52), (0x002E, 5), (0x0033, 29), (0x0500, 64),
        // carlo-gavazzi-energy-meter-modbus 0.1.1: identity, settings, readings wide and narrow.
        (0x000B, 1), (0x0302, 1), (0x5000, 8),
        (0x1002, 1), (0x1010, 2), (0x1101, 1), (0x1103, 2), (0x1200, 2),
        (0x0300, 2), (0x0306, 1), (0x1105, 1), (0x5012, 1),
        (0x0000, 20), (0x0014, 20), (0x0028, 12),
        (0x0076, 36), (0x0076, 20), (0x008A, 16), (0x0082, 20), (0x0096, 4), (0x009A, 64),
        (0x009A, 20), (0x00AE, 20), (0x00D6, 4),
        (0x0500, 20), (0x0514, 20), (0x0528, 20), (0x053A, 2), (0x053E, 2), (0x0046, 4),
        // EM540 bridge: static registers, where it gives up at one refusal, and the fast blocks.
        (0x1012, 16), (0x1104, 2), (0x110B, 1), (0x1150, 9), (0x1600, 43), (0x4100, 5),
        (0x4200, 20), (0x5008, 8), (0x5012, 32), (0x1003, 2),
        // Victron's profile: blocks that end on half a value, and the phase sequence's low word.
        (0x010E, 1), (0x0000, 7), (0x0024, 2), (0x000C, 7), (0x0012, 7), (0x0028, 2), (0x002E, 4),
        (0x053C, 3), (0x0034, 3), (0x0040, 7), (0x004E, 3),
        // evcc, mbmd: single values.
        (0x0028, 2), (0x0034, 2), (0x000C, 2), (0x0012, 2),
    ];
    let image = image();
    for (start, count) in blocks {
        assert!(read(&image, 1, start, count).is_ok(), "{start:04X}h x {count}");
    }
}

#[test]
fn both_read_functions_give_the_same() {
    let image = image();
    for row in each_row() {
        let holding = ask(&image, 1, &read_pdu(3, row.address, row.words()));
        let input = ask(&image, 1, &read_pdu(4, row.address, row.words()));
        assert_eq!((holding[0], input[0]), (3, 4));
        assert_eq!(holding[1..], input[1..]);
    }
}

/// The trap of 000Bh: the identification code alone, the high word of V L3-L1 in a longer read.
#[test]
fn register_000b_lives_twice() {
    let mut image = image();
    let v31 = point(Q::VoltageLl, None, Scope::L31).unwrap();
    image.meters[0].readings.set(v31, Reading::good(-1.0));
    assert_eq!(read(&image, 1, 0x000B, 1), Ok(vec![1760]));
    assert_eq!(read(&image, 2, 0x000B, 1), Ok(vec![1760]));
    assert_eq!(read(&image, 1, 0x000A, 2), Ok(vec![0xFFF6, 0xFFFF]));
    assert_eq!(read(&image, 1, 0x000B, 2).unwrap()[0], 0xFFFF);
    assert_eq!(read(&image, 1, 0x0000, 12).unwrap()[11], 0xFFFF);
}

#[test]
fn identity_and_state() {
    let image = image();
    let text = |words: Vec<u16>| {
        String::from_utf8(words.iter().flat_map(|word| word.to_be_bytes()).collect()).unwrap()
    };
    assert_eq!(read(&image, 1, 0x0302, 1), Ok(vec![0x1222]));
    assert_eq!(text(read(&image, 1, 0x5000, 7).unwrap()), "EMS0123456789\0");
    assert_eq!(read(&image, 1, 0x5007, 1), Ok(vec![2026]));
    assert_eq!(text(read(&image, 2, 0x5000, 7).unwrap()).trim_end_matches('\0'), "ESY1");
    assert_eq!(text(read(&image, 2, 0x5008, 8).unwrap()).trim_end_matches('\0'), "load esy1");
    assert_eq!(text(read(&image, 2, 0x7050, 8).unwrap()).trim_end_matches('\0'), "ESY3XAV5");
    assert_eq!(read(&image, 1, 0x0300, 2), Ok(vec![1, 2]));
    assert_eq!(read(&image, 1, 0x5012, 1), Ok(vec![0]));
    assert_eq!(read(&image, 1, 0x4003, 4), Ok(vec![0; 4]));
}

/// The settings' registers: every value of every setting with codes.
#[test]
fn settings_read_in_the_familys_codes() {
    type Codes = &'static [(i64, u16)];
    let cases: &[(u16, SettingId, Codes)] = &[
        (0x1002, SettingId::Wiring, &[(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (5, 0)]),
        (0x1010, SettingId::DemandIntervalMin, &[(1, 0), (5, 1), (15, 3), (30, 5), (60, 6)]),
        (0x1101, SettingId::TariffMode, &[(0, 0), (1, 1), (2, 0), (3, 0)]),
        (0x1103, SettingId::Netting, &[(0, 2), (1, 1)]),
        (0x1104, SettingId::WrongConnectionDetection, &[(0, 0), (1, 1)]),
        (0x1200, SettingId::DigitalInputFunction, &[(0, 0), (1, 1), (2, 2), (3, 3)]),
        (0x1201, SettingId::TariffSelected, &[(1, 1), (2, 2)]),
        (0x7060, SettingId::Wiring, &[(4, 4), (5, 5)]),
    ];
    for &(address, setting, codes) in cases {
        for &(value, code) in codes {
            let mut image = image();
            assert!(image.settings.set(setting, value));
            assert_eq!(read(&image, 1, address, 1), Ok(vec![code]), "{address:04X}h {value}");
        }
    }
}

/// [O2, O4, O5, I3] Settings of output, alarm and display have two words each, with their sign; whether the contact
/// conducts is said beside them.
#[test]
fn settings_of_output_and_alarm_have_two_words() {
    let mut image = image();
    assert_eq!(read(&image, 1, 0x7084, 1), Ok(vec![0]));
    image.io.output_closed = true;
    assert_eq!(read(&image, 1, 0x7084, 1), Ok(vec![1]));
    for (place, setting, value) in [
        (0, SettingId::DigitalOutputFunction, 2),
        (3, SettingId::PulseWeightWh, 250_000),
        (4, SettingId::PulseDurationMs, 30),
        (7, SettingId::AlarmSet1, -1_500_000),
        (14, SettingId::DisplayPageFilter, 0),
    ] {
        assert!(image.settings.set(setting, value));
        let bits = value as i32 as u32;
        let words = vec![bits as u16, (bits >> 16) as u16];
        assert_eq!(read(&image, 1, 0x7090 + 2 * place, 2), Ok(words), "{}", setting.row().slug);
    }
}

/// The table of reasons: how each looks in a register of 16, 32 and 64 bits and in our own block.
#[test]
fn a_reading_without_a_value_shows_its_reason() {
    let power_factor = point(Q::PowerFactor, None, Scope::L2).unwrap();
    let voltage = point(Q::VoltageLn, None, Scope::L2).unwrap();
    let energy = point(Q::ActiveEnergyImport, Some(Register::Total), Scope::L2).unwrap();
    for reason in Reason::ALL {
        let mut image = image();
        for id in [power_factor, voltage, energy] {
            image.meters[0].readings.set(id, Reading::Absent(reason));
        }
        let zero = reason == Reason::NotWired;
        for row in each_row() {
            let Source::Point(id) = row.source else { continue };
            if ![power_factor, voltage, energy].contains(&id) {
                continue;
            }
            let mut expect = match row.kind {
                Kind::Int16 => vec![0x7FFF],
                Kind::Int32 => vec![0xFFFF, 0x7FFF],
                _ => vec![0xFFFF, 0xFFFF, 0xFFFF, 0x7FFF],
            };
            if zero && row.owner == Owner::Em540 {
                expect.fill(0);
            }
            assert_eq!(read(&image, 1, row.address, row.words()), Ok(expect), "{reason:?}");
        }
        let status = rows().iter().find(|row| row.source == Source::Status(voltage)).unwrap();
        let code = modbus::map::reason_code(reason);
        assert_eq!(read(&image, 1, status.address, 1), Ok(vec![code]));
        assert_eq!(modbus::map::reason_of_code(code), Some(reason));
    }
}

#[test]
fn a_value_that_does_not_fit_is_no_value() {
    let power = point(Q::ActivePower, None, Scope::System).unwrap();
    for (watts, words) in [
        (214_748_364.6, vec![0xFFFE, 0x7FFF]),
        (214_748_364.8, vec![0xFFFF, 0x7FFF]),
        (-214_748_364.8, vec![0x0000, 0x8000]),
        (-214_748_364.9, vec![0xFFFF, 0x7FFF]),
        (1e300, vec![0xFFFF, 0x7FFF]),
        (0.05, vec![1, 0]),
        (-0.05, vec![0xFFFF, 0xFFFF]),
        (0.04, vec![0, 0]),
    ] {
        let mut image = image();
        image.meters[0].readings.set(power, Reading::good(watts));
        assert_eq!(read(&image, 1, 0x0028, 2), Ok(words), "{watts} W");
    }
}

/// [N10] The display's largest energy fits in 64 bits of Wh and in 32 bits of 0.1 kWh.
#[test]
fn the_largest_energy_fits() {
    let mut image = image();
    let total = point(Q::ActiveEnergyImport, Some(Register::Total), Scope::System).unwrap();
    image.meters[0].readings.set(total, Reading::good(99_999_999.999));
    assert_eq!(signed(&read(&image, 1, 0x0500, 4).unwrap()), 99_999_999_999);
    assert_eq!(signed(&read(&image, 1, 0x0034, 2).unwrap()), 1_000_000_000);
}

#[test]
fn our_own_block_tests_itself_and_tells_age_and_quality() {
    let mut image = image();
    let current = point(Q::Current, None, Scope::L1).unwrap();
    let flags = Flags::NONE.with(Flag::OverRange, true).with(Flag::Gap, true);
    image.meters[0].readings.set(current, Reading::Value { value: 70.0, flags });
    assert_eq!(read(&image, 1, 0x7000, 2), Ok(vec![0x5678, 0x1234]));
    assert_eq!(signed(&read(&image, 1, 0x7002, 4).unwrap()), 0x0123_4567_89AB_CDEF);
    assert_eq!(signed(&read(&image, 1, 0x7006, 2).unwrap()), -12_345_678);
    assert_eq!(signed(&read(&image, 1, 0x7008, 1).unwrap()), -12_345);
    assert_eq!(read(&image, 1, 0x7009, 1), Ok(vec![0x4142]));
    assert_eq!(read(&image, 1, 0x7010, 2), Ok(vec![250, 0]));
    assert_eq!(read(&image, 1, 0x7011, 1), Ok(vec![0]));
    assert_eq!(read(&image, 1, 0x700B, 7).unwrap()[5..], [250, 0]);
    assert_eq!(signed(&read(&image, 1, 0x7012, 4).unwrap()), NOW.unix_ns / 1_000_000 - 250);
    assert_eq!(signed(&read(&image, 1, 0x7016, 4).unwrap()), 5);
    assert_eq!(signed(&read(&image, 1, 0x701A, 4).unwrap()), 77);
    assert_eq!(read(&image, 1, 0x7020, 5), Ok(vec![1, 0, 0, 0x100, 0]));
    let status = rows().iter().find(|row| row.source == Source::Status(current)).unwrap();
    assert_eq!(read(&image, 1, status.address, 1), Ok(vec![u16::from(flags.bits())]));
}

#[test]
fn the_age_before_the_first_window_is_no_value() {
    let mut image = image();
    image.meters[0].windows = 0;
    assert_eq!(read(&image, 1, 0x7010, 2), Ok(vec![0xFFFF, 0x7FFF]));
}

#[test]
fn text_that_is_not_ascii_and_too_long_is_cut_and_marked() {
    let mut image = image();
    image.meters[0].name = "Küche mit sehr langem Namen".into();
    let words = read(&image, 1, 0x5008, 8).unwrap();
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
    assert_eq!(&bytes, b"K?che mit sehr l");
    let row = rows().iter().find(|row| row.source == Source::Identity(Identity::Name)).unwrap();
    assert_eq!(row.address, 0x5008);
}
