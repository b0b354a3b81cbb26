//! The `[[faults]]` tables: what is wrong with the samples of a meter.

use super::civil::Start;
use super::device::{Device, METERS};
use super::error::{ScenarioError, unknown};
use super::load::{check_repetition, installed, read_beginning};
use super::shape::{KIND, Key, Kind, LATEST_S, Names, Shape, Table, Takes};
use super::unit::{PART, RELATIVE_DRIFT, TIME};
use crate::sources::{Fault, FaultKind};
use crate::synthetic::{MeterPort, System};
use port::Role;

static CHANNELS: Names = Names {
    what: "channel",
    all: || System::ThreePhaseFourWire.roles().iter().map(|role| role.slug()).collect(),
};

/// `[[faults]]`.
pub(super) static FAULT: Shape = Shape {
    keys: &[
        Key::needed("at", Takes::Moment, "When it begins."),
        Key::optional(
            "for",
            Takes::Quantity(&TIME, 1e-6, LATEST_S),
            "How long; for ever if left out.",
        ),
        Key::optional(
            "every",
            Takes::Quantity(&TIME, 1e-3, LATEST_S),
            "Again and again after so long.",
        ),
        Key::usually("meter", Takes::Name(&METERS), "main", "Whose samples."),
    ],
    kinds: Some(("kind of fault", &KINDS)),
};

const CHANNEL: Key =
    Key::needed("channel", Takes::Name(&CHANNELS), "Which; a module has the three currents only.");

static KINDS: [Kind; 6] = [
    Kind {
        name: "lost-samples",
        doc: "Samples are lost at random, on all channels at once.",
        keys: &[Key::needed("part", Takes::Quantity(&PART, 0.0, 1.0), "Of all samples.")],
    },
    Kind { name: "gap", doc: "No samples at all.", keys: &[] },
    Kind { name: "stuck-channel", doc: "A channel repeats the count it had.", keys: &[CHANNEL] },
    Kind {
        name: "clock-drift",
        doc: "The sample clock runs fast, or slow if negative.",
        keys: &[Key::needed(
            "ppm",
            Takes::Quantity(&RELATIVE_DRIFT, -1000.0, 1000.0),
            "How much, like `\"300 ppm\"`.",
        )],
    },
    Kind {
        name: "bit-flips",
        doc: "One of the 24 bits of a sample is turned, at random.",
        keys: &[
            CHANNEL,
            Key::needed("part", Takes::Quantity(&PART, 0.0, 1.0), "Of all samples of the channel."),
        ],
    },
    Kind {
        name: "saturation",
        doc: "A channel is at the end of its range that its signal's sign says.",
        keys: &[CHANNEL],
    },
];

pub(super) fn read(
    table: Table,
    device: &Device,
    start: &Start,
    duration_s: Option<f64>,
) -> Result<(MeterPort, Fault), ScenarioError> {
    let meter = installed(table.text("meter"), table.line_of("meter"), device)?;
    let at_s = read_beginning(table, start, duration_s)?;
    let (for_s, every_s) = (table.maybe_number("for"), table.maybe_number("every"));
    check_repetition(table, for_s, every_s)?;
    Ok((meter, Fault { kind: read_kind(table, meter, device.system)?, at_s, for_s, every_s }))
}

fn read_kind(table: Table, meter: MeterPort, system: System) -> Result<FaultKind, ScenarioError> {
    let role = || read_channel(table, meter, system);
    Ok(match table.text(KIND) {
        "lost-samples" => FaultKind::LostSamples { part: table.number("part") },
        "gap" => FaultKind::Gap,
        "stuck-channel" => FaultKind::StuckChannel { role: role()? },
        "clock-drift" => FaultKind::ClockDrift { ppm: table.number("ppm") },
        "bit-flips" => FaultKind::BitFlips { role: role()?, part: table.number("part") },
        "saturation" => FaultKind::Saturation { role: role()? },
        other => unreachable!("{other} has no row in KINDS"),
    })
}

fn read_channel(table: Table, meter: MeterPort, system: System) -> Result<Role, ScenarioError> {
    let name = table.text("channel");
    let of_meter = |role: &&Role| meter == MeterPort::Main || !role.is_voltage();
    let roles = || system.roles().iter().filter(of_meter);
    let found = roles().copied().find(|role| role.slug() == name);
    found.ok_or_else(|| {
        let known = roles().map(|role| role.slug());
        table.refuse("channel", unknown(&format!("channel of {}", meter.slug()), name, known))
    })
}
