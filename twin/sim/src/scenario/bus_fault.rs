//! The `[[bus_faults]]` tables: what is wrong with the wire to the modules.

use super::civil::Start;
use super::device::{Device, METERS};
use super::error::ScenarioError;
use super::load::{installed, read_beginning};
use super::shape::{KIND, Key, Kind, LATEST_S, Shape, Table, Takes};
use super::unit::{PART, TIME};
use crate::synthetic::MeterPort;
use crate::wire::{LineFault, LineFaultKind};
use port::SlotId;

/// `[[bus_faults]]`.
pub(super) static BUS_FAULT: Shape = Shape {
    keys: &[
        Key::needed("at", Takes::Moment, "When it begins."),
        Key::optional(
            "for",
            Takes::Quantity(&TIME, 1e-6, LATEST_S),
            "How long; for ever if left out.",
        ),
    ],
    kinds: Some(("kind of fault", &KINDS)),
};

const OF_ALL: Key = Key::needed("part", Takes::Quantity(&PART, 0.0, 1.0), "Of all frames.");

const MODULE: Key = Key::needed("meter", Takes::Name(&METERS), "Which module.");

static KINDS: [Kind; 7] = [
    Kind { name: "damaged-frames", doc: "A bit of a frame is turned, at random.", keys: &[OF_ALL] },
    Kind { name: "lost-bytes", doc: "A frame loses a character, at random.", keys: &[OF_ALL] },
    Kind {
        name: "extra-bytes",
        doc: "A frame has a character too many, at random.",
        keys: &[OF_ALL],
    },
    Kind { name: "collision", doc: "Somebody talks over a frame, at random.", keys: &[OF_ALL] },
    Kind { name: "echo", doc: "The meter hears what it sends.", keys: &[] },
    Kind {
        name: "slow-answer",
        doc: "A module takes longer for its answers.",
        keys: &[MODULE, Key::needed("by", Takes::Quantity(&TIME, 1e-6, 10.0), "How much longer.")],
    },
    Kind {
        name: "duplicate-address",
        doc: "A module has the address of another when it begins, and until the meter has settled it.",
        keys: &[MODULE, Key::needed("of", Takes::Name(&METERS), "Whose address it has.")],
    },
];

pub(super) fn read(
    table: Table,
    device: &Device,
    start: &Start,
    duration_s: Option<f64>,
) -> Result<LineFault, ScenarioError> {
    if device.esy_baud.is_none() {
        return Err(table.refuse(
            KIND,
            "there is no wire that could have a fault; give device.esy_baud, 115200 as delivered",
        ));
    }
    let at_s = read_beginning(table, start, duration_s)?;
    let slot = |key: &str| read_slot(table, key, device);
    let part = || table.number("part");
    let kind = match table.text(KIND) {
        "damaged-frames" => LineFaultKind::DamagedFrames { part: part() },
        "lost-bytes" => LineFaultKind::LostBytes { part: part() },
        "extra-bytes" => LineFaultKind::ExtraBytes { part: part() },
        "collision" => LineFaultKind::Collision { part: part() },
        "echo" => LineFaultKind::Echo,
        "slow-answer" => {
            LineFaultKind::SlowAnswer { slot: slot("meter")?, by_s: table.number("by") }
        }
        "duplicate-address" => {
            LineFaultKind::DuplicateAddress { slot: slot("meter")?, of: slot("of")? }
        }
        other => unreachable!("{other} has no row in KINDS"),
    };
    Ok(LineFault { kind, at_s, for_s: table.maybe_number("for") })
}

fn read_slot(table: Table, key: &str, device: &Device) -> Result<SlotId, ScenarioError> {
    match installed(table.text(key), table.line_of(key), device)? {
        MeterPort::Esy(slot) => Ok(slot),
        MeterPort::Main => {
            Err(table.refuse(key, "the built-in meter is not on the bus; name a module"))
        }
    }
}
