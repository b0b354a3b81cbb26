//! Identity, state, settings and commands at the addresses of the family
//! (reference/modbus-em540.md, 1.3). Every range that clients read at connect is answered, since
//! some give up at the first refusal; where the detail is not public it reads 0.

use super::{Identity, Kind, Owner, Row, Source, State, Write};
use catalog::SettingId;

use Kind::{Ascii, UInt16, UInt32, Zeros};
use Owner::{Em300, Em540};

/// 1002h cannot tell the systems with four wires apart; 7060h can.
const WIRING: &[(i64, u16)] = &[(0, 0), (1, 1), (2, 2), (3, 3), (4, 0), (5, 0)];
/// 1010h: minutes as codes.
const DEMAND: &[(i64, u16)] = &[(1, 0), (5, 1), (10, 2), (15, 3), (20, 4), (30, 5), (60, 6)];
/// 1101h tells only whether a command selects the tariff.
const TARIFFS: &[(i64, u16)] = &[(0, 0), (1, 1), (2, 0), (3, 0)];
/// 1103h: mode C nets by system, mode B adds by phase; mode A would lose exports and is refused.
const NETTING: &[(i64, u16)] = &[(0, 2), (1, 1)];
/// The register's code is the setting's value.
const SAME: &[(i64, u16)] = &[];

/// All these rows.
#[rustfmt::skip]
pub(super) fn rows() -> Vec<Row> {
    vec![
        value(0x000B, UInt16, Source::Identity(Identity::Code)).note("only in a read of this one register; in any longer read it is the high word of 000Ah"),
        value(0x0300, UInt16, Source::State(State::InputClosed)),
        value(0x0301, UInt16, Source::State(State::Tariff)).note("0: tariffs off"),
        value(0x0302, UInt16, Source::Identity(Identity::Firmware)).note("major << 12, minor << 8, revision"),
        em300(0x0303, UInt16, Source::Identity(Identity::Revision)),
        value(0x0306, UInt16, Source::State(State::Alarm)),
        value(0x1000, UInt16, Source::WriteOnly).writable(Write::Password).note("password 0..9999; reads 0. While one is set, writing it here opens this connection for writes, and only then sets a new one"),
        setting(0x1002, UInt16, SettingId::Wiring, WIRING).note("0: 3P+N (also 3x1P and wild leg, see 7060h), 1: 3P, 2: 2P, 3: 1P"),
        value(0x1003, UInt32, Source::Fixed(10)).note("CT ratio x 10: connected directly"),
        em300(0x1005, UInt32, Source::Fixed(10)).note("VT ratio x 10: connected directly"),
        setting(0x1010, UInt32, SettingId::DemandIntervalMin, DEMAND).note("0..6: 1, 5, 10, 15, 20, 30, 60 min"),
        value(0x1012, Zeros(16), Source::Fixed(0)).note("alarm and pulse output"),
        Row { write: Some(Write::SetUnlessSame), ..setting(0x1101, UInt16, SettingId::TariffMode, TARIFFS) }.note("1: a command selects the tariff (1201h)"),
        setting(0x1103, UInt16, SettingId::Netting, NETTING).note("1: each phase by its direction, 2: netted by system; 0 is refused"),
        setting(0x1104, UInt16, SettingId::WrongConnectionDetection, SAME).note("1: on"),
        value(0x1105, UInt16, Source::State(State::WrongConnection)),
        em300(0x1106, UInt16, Source::Fixed(1)).note("THD is always calculated"),
        value(0x110B, UInt16, Source::Fixed(0)).note("hour counter configuration"),
        value(0x1150, Zeros(9), Source::Fixed(0)).note("terminal block assignment"),
        setting(0x1200, UInt16, SettingId::DigitalInputFunction, SAME).note("0: tariff, 1: remote status, 2: partial start and stop, 3: partial reset"),
        setting(0x1201, UInt16, SettingId::TariffSelected, SAME).note("1 or 2"),
        value(0x1600, Zeros(43), Source::Fixed(0)).note("display pages"),
        em300(0x2000, UInt16, Source::Fixed(1)).note("RS485 address"),
        em300(0x2001, UInt16, Source::Fixed(1)).note("RS485 speed: 9.6 kBd"),
        em300(0x2002, UInt16, Source::Fixed(1)).note("RS485 parity: none"),
        em300(0x2003, UInt16, Source::Fixed(1)).note("RS485 stop bits"),
        em300(0x2004, UInt16, Source::Fixed(50)).note("registers a read that every member of the family answers; ours answers 125"),
        command(0x4003, Write::ResetTotals).note("always refused (exception 03) and put into the audit: totals are final"),
        command(0x4004, Write::ResetPartial).note("write 1"),
        command(0x4005, Write::ResetDemand).note("write 1"),
        command(0x4006, Write::ResetTotals).note("reset of tariff counters: refused like 4003h"),
        value(0x4100, Zeros(5), Source::Fixed(0)).note("counter offsets: none"),
        value(0x4200, Zeros(20), Source::Fixed(0)).note("counter offsets: none"),
        value(0x5000, Ascii(7), Source::Identity(Identity::Serial)).note("13 characters; the last low byte is unused"),
        value(0x5007, UInt16, Source::Identity(Identity::Year)),
        value(0x5008, Ascii(8), Source::Identity(Identity::Name)),
        value(0x5012, UInt16, Source::State(State::Device)).note("0: run, 1: fault"),
        value(0x5013, Zeros(31), Source::Fixed(0)).note("device state block"),
    ]
}

const fn value(address: u16, kind: Kind, source: Source) -> Row {
    Row::number(address, kind, source, Em540)
}

const fn em300(address: u16, kind: Kind, source: Source) -> Row {
    Row::number(address, kind, source, Em300)
}

const fn setting(address: u16, kind: Kind, id: SettingId, codes: &'static [(i64, u16)]) -> Row {
    value(address, kind, Source::Setting(id, codes)).writable(Write::Set)
}

const fn command(address: u16, write: Write) -> Row {
    value(address, UInt16, Source::WriteOnly).writable(write)
}
