//! Measured values at the addresses of the EM540 (reference/modbus-em540.md, 1.2).

use super::{Kind, Owner, Row, Source};
use catalog::{QuantityId as Q, Register, Scope, point};

use Kind::{Int16, Int32, Int64};
use Register::{Partial, T1, T2, Total};
use Scope::{L1, L2, L3, L12, L23, L31, N, System};

/// An address, what stands there, how, and with how many steps a unit.
type Line = (u16, Kind, f64, Q, Option<Register>, Scope);

/// Grouped by kind of variable: 0000h to 00D9h.
#[rustfmt::skip]
const BY_VARIABLE: &[Line] = &[
    (0x0000, Int32,   10.0, Q::VoltageLn,              None,          L1),
    (0x0002, Int32,   10.0, Q::VoltageLn,              None,          L2),
    (0x0004, Int32,   10.0, Q::VoltageLn,              None,          L3),
    (0x0006, Int32,   10.0, Q::VoltageLl,              None,          L12),
    (0x0008, Int32,   10.0, Q::VoltageLl,              None,          L23),
    (0x000A, Int32,   10.0, Q::VoltageLl,              None,          L31),
    (0x000C, Int32, 1000.0, Q::Current,                None,          L1),
    (0x000E, Int32, 1000.0, Q::Current,                None,          L2),
    (0x0010, Int32, 1000.0, Q::Current,                None,          L3),
    (0x0012, Int32,   10.0, Q::ActivePower,            None,          L1),
    (0x0014, Int32,   10.0, Q::ActivePower,            None,          L2),
    (0x0016, Int32,   10.0, Q::ActivePower,            None,          L3),
    (0x0018, Int32,   10.0, Q::ApparentPower,          None,          L1),
    (0x001A, Int32,   10.0, Q::ApparentPower,          None,          L2),
    (0x001C, Int32,   10.0, Q::ApparentPower,          None,          L3),
    (0x001E, Int32,   10.0, Q::ReactivePower,          None,          L1),
    (0x0020, Int32,   10.0, Q::ReactivePower,          None,          L2),
    (0x0022, Int32,   10.0, Q::ReactivePower,          None,          L3),
    (0x0024, Int32,   10.0, Q::VoltageLn,              None,          System),
    (0x0026, Int32,   10.0, Q::VoltageLl,              None,          System),
    (0x0028, Int32,   10.0, Q::ActivePower,            None,          System),
    (0x002A, Int32,   10.0, Q::ApparentPower,          None,          System),
    (0x002C, Int32,   10.0, Q::ReactivePower,          None,          System),
    (0x002E, Int16, 1000.0, Q::PowerFactor,            None,          L1),
    (0x002F, Int16, 1000.0, Q::PowerFactor,            None,          L2),
    (0x0030, Int16, 1000.0, Q::PowerFactor,            None,          L3),
    (0x0031, Int16, 1000.0, Q::PowerFactor,            None,          System),
    (0x0032, Int16,    1.0, Q::PhaseSequence,          None,          System),
    (0x0033, Int16,   10.0, Q::Frequency,              None,          System),
    (0x0034, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   System),
    (0x0036, Int32,   10.0, Q::ReactiveEnergyImport,   Some(Total),   System),
    (0x003C, Int32,   10.0, Q::ActiveEnergyImport,     Some(Partial), System),
    (0x003E, Int32,   10.0, Q::ReactiveEnergyImport,   Some(Partial), System),
    (0x0040, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   L1),
    (0x0042, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   L2),
    (0x0044, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   L3),
    (0x0046, Int32,   10.0, Q::ActiveEnergyImport,     Some(T1),      System),
    (0x0048, Int32,   10.0, Q::ActiveEnergyImport,     Some(T2),      System),
    (0x004E, Int32,   10.0, Q::ActiveEnergyExport,     Some(Total),   System),
    (0x0050, Int32,   10.0, Q::ReactiveEnergyExport,   Some(Total),   System),
    (0x0052, Int32,   10.0, Q::ActiveEnergyExport,     Some(Partial), System),
    (0x0054, Int32,   10.0, Q::ReactiveEnergyExport,   Some(Partial), System),
    (0x0056, Int32,   10.0, Q::ApparentEnergy,         Some(Total),   System),
    (0x0058, Int32,   10.0, Q::ApparentEnergy,         Some(Partial), System),
    (0x005A, Int32,  100.0, Q::RunHoursImport,         Some(Total),   System),
    (0x005C, Int32,  100.0, Q::RunHoursExport,         Some(Total),   System),
    (0x006E, Int32,  100.0, Q::RunHoursImport,         Some(Partial), System),
    (0x0070, Int32,  100.0, Q::RunHoursExport,         Some(Partial), System),
    (0x0076, Int16,    1.0, Q::LoadType,               None,          L1),
    (0x0077, Int16,    1.0, Q::LoadType,               None,          L2),
    (0x0078, Int16,    1.0, Q::LoadType,               None,          L3),
    (0x0079, Int16,    1.0, Q::LoadType,               None,          System),
    (0x0082, Int32,  100.0, Q::ThdCurrent,             None,          L1),
    (0x0084, Int32,  100.0, Q::ThdCurrent,             None,          L2),
    (0x0086, Int32,  100.0, Q::ThdCurrent,             None,          L3),
    (0x0088, Int32,  100.0, Q::ThdVoltageLn,           None,          System),
    (0x008A, Int32,  100.0, Q::ThdVoltageLn,           None,          L1),
    (0x008C, Int32,  100.0, Q::ThdVoltageLn,           None,          L2),
    (0x008E, Int32,  100.0, Q::ThdVoltageLn,           None,          L3),
    (0x0090, Int32,  100.0, Q::ThdVoltageLl,           None,          System),
    (0x0092, Int32,  100.0, Q::ThdVoltageLl,           None,          L12),
    (0x0094, Int32,  100.0, Q::ThdVoltageLl,           None,          L23),
    (0x0096, Int32,  100.0, Q::ThdVoltageLl,           None,          L31),
    (0x0098, Int32, 1000.0, Q::NeutralCurrent,         None,          N),
    (0x009A, Int32, 1000.0, Q::CurrentDemand,          None,          L1),
    (0x009C, Int32, 1000.0, Q::CurrentDemand,          None,          L2),
    (0x009E, Int32, 1000.0, Q::CurrentDemand,          None,          L3),
    (0x00A0, Int32, 1000.0, Q::CurrentDemandMax,       None,          L1),
    (0x00A2, Int32, 1000.0, Q::CurrentDemandMax,       None,          L2),
    (0x00A4, Int32, 1000.0, Q::CurrentDemandMax,       None,          L3),
    (0x00AC, Int32,   10.0, Q::ActivePowerDemand,      None,          L1),
    (0x00AE, Int32,   10.0, Q::ActivePowerDemand,      None,          L2),
    (0x00B0, Int32,   10.0, Q::ActivePowerDemand,      None,          L3),
    (0x00B2, Int32,   10.0, Q::ActivePowerDemandMax,   None,          L1),
    (0x00B4, Int32,   10.0, Q::ActivePowerDemandMax,   None,          L2),
    (0x00B6, Int32,   10.0, Q::ActivePowerDemandMax,   None,          L3),
    (0x00BE, Int32,   10.0, Q::ActivePowerDemand,      None,          System),
    (0x00C0, Int32,   10.0, Q::ActivePowerDemandMax,   None,          System),
    (0x00D6, Int32,   10.0, Q::ApparentPowerDemand,    None,          System),
    (0x00D8, Int32,   10.0, Q::ApparentPowerDemandMax, None,          System),
];

/// The same grouped by phase: 00F6h to 01B5h. All are 32 bits wide here.
#[rustfmt::skip]
const BY_PHASE: &[Line] = &[
    (0x00F6, Int32,  100.0, Q::RunHoursExport,         Some(Total),   System),
    (0x00FE, Int32,  100.0, Q::RunHoursImport,         Some(Total),   System),
    (0x0102, Int32,   10.0, Q::VoltageLn,              None,          System),
    (0x0104, Int32,   10.0, Q::VoltageLl,              None,          System),
    (0x0106, Int32,   10.0, Q::ActivePower,            None,          System),
    (0x0108, Int32,   10.0, Q::ApparentPower,          None,          System),
    (0x010A, Int32,   10.0, Q::ReactivePower,          None,          System),
    (0x010C, Int32, 1000.0, Q::PowerFactor,            None,          System),
    (0x010E, Int32,    1.0, Q::PhaseSequence,          None,          System),
    (0x0110, Int32,   10.0, Q::Frequency,              None,          System),
    (0x0112, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   System),
    (0x0114, Int32,   10.0, Q::ReactiveEnergyImport,   Some(Total),   System),
    (0x0116, Int32,   10.0, Q::ActiveEnergyExport,     Some(Total),   System),
    (0x0118, Int32,   10.0, Q::ReactiveEnergyExport,   Some(Total),   System),
    (0x0148, Int32,   10.0, Q::ActiveEnergyImport,     Some(Partial), System),
    (0x014A, Int32,   10.0, Q::ReactiveEnergyImport,   Some(Partial), System),
    (0x014C, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   L1),
    (0x014E, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   L2),
    (0x0150, Int32,   10.0, Q::ActiveEnergyImport,     Some(Total),   L3),
    (0x0152, Int32,   10.0, Q::ActiveEnergyImport,     Some(T1),      System),
    (0x0154, Int32,   10.0, Q::ActiveEnergyImport,     Some(T2),      System),
    (0x015A, Int32,   10.0, Q::ActiveEnergyExport,     Some(Partial), System),
    (0x015C, Int32,   10.0, Q::ReactiveEnergyExport,   Some(Partial), System),
    (0x015E, Int32,   10.0, Q::ApparentEnergy,         Some(Total),   System),
    (0x0160, Int32,   10.0, Q::ApparentEnergy,         Some(Partial), System),
    (0x0180, Int32,  100.0, Q::ThdCurrent,             None,          L1),
    (0x0182, Int32,  100.0, Q::ThdVoltageLn,           None,          L1),
    (0x0192, Int32,  100.0, Q::ThdCurrent,             None,          L2),
    (0x0194, Int32,  100.0, Q::ThdVoltageLn,           None,          L2),
    (0x01A4, Int32,  100.0, Q::ThdCurrent,             None,          L3),
    (0x01A6, Int32,  100.0, Q::ThdVoltageLn,           None,          L3),
];

/// One phase of the grouped block: its values from its first register on.
#[rustfmt::skip]
const ONE_PHASE: &[(u16, f64, Q)] = &[
    (0x00,   10.0, Q::VoltageLl),
    (0x02,   10.0, Q::VoltageLn),
    (0x04, 1000.0, Q::Current),
    (0x06,   10.0, Q::ActivePower),
    (0x08,   10.0, Q::ApparentPower),
    (0x0A,   10.0, Q::ReactivePower),
    (0x0C, 1000.0, Q::PowerFactor),
];

/// Where the phases of the grouped block begin, with the pair that each carries.
const PHASES: [(u16, Scope, Scope); 3] = [(0x011E, L1, L12), (0x012C, L2, L23), (0x013A, L3, L31)];

/// High resolution: energies of 64 bits in Wh, varh and VAh; 0500h to 053Fh.
#[rustfmt::skip]
const HIGH_RESOLUTION: &[Line] = &[
    (0x0500, Int64, 1000.0, Q::ActiveEnergyImport,     Some(Total),   System),
    (0x0504, Int64, 1000.0, Q::ReactiveEnergyImport,   Some(Total),   System),
    (0x0508, Int64, 1000.0, Q::ActiveEnergyImport,     Some(Partial), System),
    (0x050C, Int64, 1000.0, Q::ReactiveEnergyImport,   Some(Partial), System),
    (0x0510, Int64, 1000.0, Q::ActiveEnergyImport,     Some(Total),   L1),
    (0x0514, Int64, 1000.0, Q::ActiveEnergyImport,     Some(Total),   L2),
    (0x0518, Int64, 1000.0, Q::ActiveEnergyImport,     Some(Total),   L3),
    (0x051C, Int64, 1000.0, Q::ActiveEnergyExport,     Some(Total),   System),
    (0x0520, Int64, 1000.0, Q::ActiveEnergyExport,     Some(Partial), System),
    (0x0524, Int64, 1000.0, Q::ReactiveEnergyExport,   Some(Total),   System),
    (0x0528, Int64, 1000.0, Q::ReactiveEnergyExport,   Some(Partial), System),
    (0x052C, Int64, 1000.0, Q::ApparentEnergy,         Some(Total),   System),
    (0x0530, Int64, 1000.0, Q::ApparentEnergy,         Some(Partial), System),
    (0x0534, Int32,  100.0, Q::RunHoursImport,         Some(Total),   System),
    (0x0536, Int32,  100.0, Q::RunHoursExport,         Some(Total),   System),
    (0x0538, Int32,  100.0, Q::RunHoursImport,         Some(Partial), System),
    (0x053A, Int32,  100.0, Q::RunHoursExport,         Some(Partial), System),
    (0x053C, Int32, 1000.0, Q::Frequency,              None,          System),
    (0x053E, Int32,  100.0, Q::OperatingHours,         Some(Total),   System),
];

/// The measured rows of the family.
pub(super) fn rows() -> Vec<Row> {
    let phases = PHASES.iter().flat_map(|&(start, phase, pair)| {
        ONE_PHASE.iter().map(move |&(offset, weight, quantity)| {
            let scope = if quantity == Q::VoltageLl { pair } else { phase };
            (start + offset, Int32, weight, quantity, None, scope)
        })
    });
    let lines = [BY_VARIABLE, BY_PHASE, HIGH_RESOLUTION].concat().into_iter().chain(phases);
    let mut rows: Vec<Row> = lines.map(row).collect();
    rows.push(
        Row::number(0x01B4, Kind::Zeros(2), Source::Fixed(0), Owner::Em540)
            .note("last value of the block grouped by phase; its meaning is not public"),
    );
    rows
}

fn row((address, kind, weight, quantity, register, scope): Line) -> Row {
    let id = point(quantity, register, scope).expect("every line names a point of the catalogue");
    let row = Row::number(address, kind, Source::Point(id), Owner::Em540);
    Row { weight, ..row }
}
