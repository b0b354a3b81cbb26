//! Our own block at 7000h to 75FFh: what the family map has no address for. Addresses are fixed by
//! the tables here; a new point takes a free place and moves none.

use super::{Identity, Kind, Owner, Row, Source, State, Window, Write};
use catalog::{Point, QuantityId as Q, Register, Scope, SettingId, points};
use port::{Reason, SlotId};

/// First register of the block.
pub const OWN_BLOCK_START: u16 = 0x7000;
/// The number at 7000h. A client that sees it has the word order right.
pub const WORD_ORDER_TEST: u32 = 0x1234_5678;

const AGE: u16 = 0x7010;
const CURRENT_SYSTEM: u16 = 0x701E;
const MODULES: u16 = 0x7020;
const SOFTWARE_ID: u16 = 0x7030;
const MODEL: u16 = 0x7050;
const SETTINGS: u16 = 0x7060;
const WIRING: u16 = 0x7070;
const OUTPUT: u16 = 0x7084;
const WARNINGS: u16 = 0x7085;
const WIDE_SETTINGS: u16 = 0x7090;
const ENERGIES: u16 = 0x7100;
const STATUS: u16 = 0x7400;

/// Registers each energy has here: 16 places of four words.
const ENERGY_STRIDE: u16 = 0x40;
/// Registers the status words of each quantity have.
const STATUS_STRIDE: u16 = 0x10;

/// Settings in the order of their registers, from 7060h. Append only.
#[rustfmt::skip]
const SETTING_ORDER: &[SettingId] = &[
    SettingId::Wiring, SettingId::Netting, SettingId::ApparentMethod, SettingId::DcBlocking,
    SettingId::DemandIntervalMin, SettingId::TariffMode, SettingId::TariffSelected,
    SettingId::PartialRunning, SettingId::DigitalInputFunction, SettingId::WrongConnectionDetection,
    SettingId::Generation,
];

/// Settings of output, alarm and display in the order of their registers, two words each, from 7090h. Append only.
#[rustfmt::skip]
const WIDE_SETTING_ORDER: &[SettingId] = &[
    SettingId::DigitalOutputFunction, SettingId::DigitalOutputNormalState,
    SettingId::PulseEnergy, SettingId::PulseWeightWh, SettingId::PulseDurationMs, SettingId::OutputRemote,
    SettingId::AlarmVariable, SettingId::AlarmSet1, SettingId::AlarmSet2, SettingId::AlarmDelayS,
    SettingId::DisplayLanguage, SettingId::DisplayHomePage, SettingId::DisplayBacklightMin,
    SettingId::DisplayScreensaver, SettingId::DisplayPageFilter,
];

/// Energies in the order of their registers, from 7100h. Append only.
const ENERGY_ORDER: &[Q] = &[
    Q::ActiveEnergyImport,
    Q::ActiveEnergyExport,
    Q::ReactiveEnergyImport,
    Q::ReactiveEnergyExport,
    Q::ApparentEnergy,
];

/// Quantities in the order of their status words, from 7400h. Append only.
#[rustfmt::skip]
const STATUS_ORDER: &[Q] = &[
    Q::VoltageLn, Q::VoltageLl, Q::Current, Q::NeutralCurrent,
    Q::ActivePower, Q::ReactivePower, Q::ApparentPower, Q::PowerFactor,
    Q::Frequency, Q::ThdCurrent, Q::ThdVoltageLn, Q::ThdVoltageLl,
    Q::PhaseSequence, Q::LoadType, Q::CurrentDemand, Q::CurrentDemandMax,
    Q::ActivePowerDemand, Q::ActivePowerDemandMax, Q::ApparentPowerDemand, Q::ApparentPowerDemandMax,
    Q::ActiveEnergyImport, Q::ActiveEnergyExport, Q::ReactiveEnergyImport, Q::ReactiveEnergyExport,
    Q::ApparentEnergy, Q::RunHoursImport, Q::RunHoursExport, Q::OperatingHours,
];

/// The wire's number for a reason; a number once given never changes its meaning.
pub fn reason_code(reason: Reason) -> u16 {
    match reason {
        Reason::NotInstalled => 0x100,
        Reason::NotWired => 0x101,
        Reason::RateTooLow => 0x102,
        Reason::NoSignal => 0x103,
        Reason::Settling => 0x104,
        Reason::SensorFault => 0x105,
        Reason::BusTimeout => 0x106,
        Reason::Stale => 0x107,
    }
}

/// The reason of a wire's number.
pub fn reason_of_code(code: u16) -> Option<Reason> {
    Reason::ALL.into_iter().find(|reason| reason_code(*reason) == code)
}

/// All rows of our own.
pub(super) fn rows() -> Vec<Row> {
    let mut rows = head();
    rows.extend((1..=SlotId::MAX).filter_map(SlotId::new).map(module));
    rows.extend((SETTINGS..).zip(SETTING_ORDER).map(|(address, &id)| setting(address, id)));
    let wide = (WIDE_SETTINGS..).step_by(2).zip(WIDE_SETTING_ORDER);
    rows.extend(wide.map(|(address, &id)| wide_setting(address, id)));
    for point in points() {
        rows.extend(energy(point));
        rows.push(status(point));
    }
    rows
}

#[rustfmt::skip]
fn head() -> Vec<Row> {
    let current = catalog::point(Q::Current, None, Scope::System).expect("the catalogue has it");
    vec![
        row(OWN_BLOCK_START, Kind::UInt32, Source::Fixed(WORD_ORDER_TEST as i64)).note("test: 12345678h, so 7000h holds 5678h and 7001h holds 1234h"),
        row(0x7002, Kind::Int64, Source::Fixed(0x0123_4567_89AB_CDEF)).note("test: 0123456789ABCDEFh"),
        row(0x7006, Kind::Int32, Source::Fixed(-12_345_678)).note("test: -12345678"),
        row(0x7008, Kind::Int16, Source::Fixed(-12_345)).note("test: -12345"),
        row(0x7009, Kind::Ascii(1), Source::Text("AB")).note("test: 'A' in the high byte"),
        row(0x700A, Kind::UInt16, Source::Fixed(1)).note("version of this block"),
        row(0x700B, Kind::UInt16, Source::Identity(Identity::Simulated)).note("1: the samples come from a simulation"),
        row(AGE, Kind::UInt32, Source::Window(Window::AgeMs)).note("ms since the last window ended, when answered"),
        row(0x7012, Kind::Int64, Source::Window(Window::EndUnixMs)).note("end of the last window, ms since 1970"),
        row(0x7016, Kind::Int64, Source::Window(Window::Count)).note("windows closed"),
        row(0x701A, Kind::Int64, Source::Window(Window::Tick)).note("ticks of the device"),
        Row { weight: 1000.0, ..row(CURRENT_SYSTEM, Kind::Int32, Source::Point(current)) },
        row(SOFTWARE_ID, Kind::Ascii(32), Source::Identity(Identity::SoftwareId)).note("software id of the metrology"),
        row(MODEL, Kind::Ascii(8), Source::Identity(Identity::Model)),
        row(OUTPUT, Kind::UInt16, Source::State(State::OutputClosed)).note("1: the contact of the digital output conducts"),
        row(WARNINGS, Kind::UInt16, Source::State(State::Warnings)).note("bits: temperature, altitude, humidity, supply, input undefined, output overload"),
        row(WIRING, Kind::Ascii(20), Source::Wiring).note("what the check of the wiring finds: ok, no_signal, ambiguous, or the name of a fault"),
    ]
}

const fn row(address: u16, kind: Kind, source: Source) -> Row {
    Row::number(address, kind, source, Owner::Ours)
}

fn module(slot: SlotId) -> Row {
    let address = MODULES + u16::from(slot.number()) - 1;
    row(address, Kind::UInt16, Source::Module(slot))
        .note("0: not configured, 1: answers, 100h and more: reason")
}

fn setting(address: u16, id: SettingId) -> Row {
    row(address, Kind::UInt16, Source::Setting(id, &[])).writable(Write::Set).note(id.row().doc)
}

fn wide_setting(address: u16, id: SettingId) -> Row {
    Row { kind: Kind::Int32, ..setting(address, id) }
}

fn energy(point: &Point) -> Option<Row> {
    let base = order(ENERGY_ORDER, point.quantity.id)? * ENERGY_STRIDE;
    let address = ENERGIES + base + place(point) * 4;
    let row = row(address, Kind::Int64, Source::Point(point.id));
    Some(Row { weight: 1000.0, ..row })
}

fn status(point: &Point) -> Row {
    let base = order(STATUS_ORDER, point.quantity.id).expect("STATUS_ORDER names every quantity");
    row(STATUS + base * STATUS_STRIDE + place(point), Kind::UInt16, Source::Status(point.id)).note(
        "0: good, bits: gap, clipped, over range, crest factor, under range, stale; 100h and more: reason",
    )
}

fn order(list: &[Q], quantity: Q) -> Option<u16> {
    let index = list.iter().position(|listed| *listed == quantity)?;
    Some(u16::try_from(index).expect("a short list"))
}

/// Place of a point among those of its quantity, below 16.
fn place(point: &Point) -> u16 {
    let scope = match point.scope {
        Scope::System => 0,
        Scope::L1 => 1,
        Scope::L2 => 2,
        Scope::L3 => 3,
        Scope::L12 => 4,
        Scope::L23 => 5,
        Scope::L31 => 6,
        Scope::N => 7,
    };
    match point.register {
        None | Some(Register::Total) => scope,
        Some(Register::Partial) => 4,
        Some(Register::T1) => 5,
        Some(Register::T2) => 6,
        Some(Register::Q1) => 7,
        Some(Register::Q2) => 8,
        Some(Register::Q3) => 9,
        Some(Register::Q4) => 10,
        Some(Register::NetSystem) => 11,
        Some(Register::NetPhase) => 12,
    }
}
