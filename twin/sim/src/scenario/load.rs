//! The `[[loads]]` tables.

use super::civil::{Start, moment_s, time_of_day_s};
use super::device::{Device, METERS};
use super::error::{ScenarioError, unknown};
use super::grid::{HARMONIC, read_harmonics};
use super::shape::{KIND, Key, Kind, LATEST_S, Names, Shape, Table, Takes};
use super::unit::{ANGLE, CURRENT, PART, POWER, REACTIVE_POWER, TIME};
use crate::synthetic::{
    Connection, Load, LoadKind, MAX_CREST_FACTOR, MIN_CREST_FACTOR, MeterPort, Meters, OnPeriod,
    Schedule, Sun, Track,
};

/// A load can draw as much as the meter can carry, with room for faults: 1 MW.
const LARGEST_W: f64 = 1e6;
/// The same for a current: five times the largest the meter must survive (1950 A).
const LARGEST_A: f64 = 10_000.0;

static CONNECTIONS: Names =
    Names { what: "connection", all: || Connection::ALL.map(Connection::slug).to_vec() };

/// `[[loads]]`.
pub(super) static LOAD: Shape = Shape {
    keys: &[
        Key::needed("name", Takes::Text, "Name for people, and for the timeline."),
        Key::needed(
            "connect",
            Takes::Name(&CONNECTIONS),
            "Between which terminals: a phase and neutral, two phases, or all three (in star; in 3p3w and wild-leg in delta).",
        ),
        Key::optional(
            "meters",
            Takes::Names(&METERS),
            "Through which meters its current flows; `[\"main\"]` if left out. What a module measures flows through the main meter as well, so name both: `[\"main\", \"esy1\"]`.",
        ),
        Key::optional(
            "on",
            Takes::Tables(&ON),
            "When it is on: a list of `{ at, for, every }`; always if left out.",
        ),
        Key::usually(
            "wander",
            Takes::Quantity(&PART, 0.0, 1.0),
            "0 %",
            "Slow random movement of its power, at most this part.",
        ),
    ],
    kinds: Some(("kind of load", &KINDS)),
};

/// A stretch in which a load is on.
static ON: Shape = Shape {
    kinds: None,
    keys: &[
        Key::needed("at", Takes::Moment, "When it is switched on."),
        Key::optional(
            "for",
            Takes::Quantity(&TIME, 1e-3, LATEST_S),
            "How long; for ever if left out.",
        ),
        Key::optional(
            "every",
            Takes::Quantity(&TIME, 1e-3, LATEST_S),
            "Again and again after so long.",
        ),
    ],
};

const POWER_KEY: Key = Key::needed(
    "power",
    Takes::Quantity(&POWER, 0.0, LARGEST_W),
    "At nominal voltage, all phases together.",
);

const fn ramp(usual: &'static str) -> Key {
    Key::usually("ramp", Takes::Quantity(&TIME, 0.0, 3600.0), usual, "Time of its soft start.")
}

static KINDS: [Kind; 13] = [
    Kind {
        name: "resistive",
        doc: "Kettle, heater: the current follows the voltage with all its harmonics.",
        keys: &[POWER_KEY],
    },
    Kind {
        name: "linear",
        doc: "Any P and Q of the fundamental, as a constant admittance.",
        keys: &[
            Key {
                takes: Takes::Quantity(&POWER, -LARGEST_W, LARGEST_W),
                doc: "At nominal voltage, all phases together; negative supplies.",
                ..POWER_KEY
            },
            Key::usually(
                "reactive",
                Takes::Quantity(&REACTIVE_POWER, -LARGEST_W, LARGEST_W),
                "0 var",
                "Positive is inductive.",
            ),
        ],
    },
    Kind {
        name: "motor",
        doc: "Induction motor, direct on line: takes P and Q of the fundamental as an admittance. It starts with a power factor of 0.35, and current and power fall exponentially to those of running.",
        keys: &[
            POWER_KEY,
            Key::usually("power_factor", Takes::Number(0.05, 1.0), "0.8", "When running, lagging."),
            Key::usually(
                "inrush",
                Takes::Number(1.0, 20.0),
                "6",
                "Starting current as a multiple of the running one.",
            ),
            Key::usually(
                "inrush_time",
                Takes::Quantity(&TIME, 0.01, 60.0),
                "0.4 s",
                "Time constant with which the excess falls.",
            ),
        ],
    },
    Kind {
        name: "rectifier",
        doc: "LED lamps, television: rectifier and capacitor. THD 136 %.",
        keys: &[POWER_KEY],
    },
    Kind {
        name: "heat-pump",
        doc: "With inverter: six-pulse rectifier and choke. THD 34 %.",
        keys: &[POWER_KEY, ramp("30 s")],
    },
    Kind {
        name: "ev-charger",
        doc: "Charger of an electric vehicle. THD 5 %.",
        keys: &[POWER_KEY, ramp("5 s")],
    },
    Kind {
        name: "pv",
        doc: "Photovoltaic inverter; it supplies.",
        keys: &[
            POWER_KEY,
            Key::usually("sunrise", Takes::DayTime, "06:00", "Local time."),
            Key::usually("sunset", Takes::DayTime, "20:00", "Local time, later than sunrise."),
            Key::usually(
                "clouds",
                Takes::Quantity(&PART, 0.0, 1.0),
                "0 %",
                "How much clouds take away at most.",
            ),
        ],
    },
    Kind {
        name: "dimmer",
        doc: "Resistive load behind a phase-fired dimmer; power is that without dimmer.",
        keys: &[
            POWER_KEY,
            Key::needed(
                "firing_angle",
                Takes::Quantity(&ANGLE, 0.0, 175.0),
                "After the zero crossing.",
            ),
        ],
    },
    Kind {
        name: "burst-fired",
        doc: "Resistive load switched in whole cycles at the zero crossings; power is that while on.",
        keys: &[
            POWER_KEY,
            Key::needed(
                "on_cycles",
                Takes::Whole(1, 1000),
                "Cycles of nominal frequency that it is on.",
            ),
            Key::needed("off_cycles", Takes::Whole(1, 1000), "Cycles that it is off."),
        ],
    },
    Kind {
        name: "half-wave",
        doc: "Resistive load behind a diode: DC and even harmonics; power is that without diode.",
        keys: &[POWER_KEY],
    },
    Kind {
        name: "current",
        doc: "A given current, whatever the voltage does.",
        keys: &[
            CURRENT_KEY,
            Key::usually(
                "angle",
                Takes::Quantity(&ANGLE, -180.0, 180.0),
                "0 deg",
                "Against its undisturbed voltage; negative lags (inductive).",
            ),
            Key::optional(
                "harmonics",
                Takes::Tables(&HARMONIC),
                "As in `[grid]`; levels are parts of `current`, which is the fundamental's.",
            ),
        ],
    },
    Kind {
        name: "pulses",
        doc: "A given current of a given crest factor, in phase with its undisturbed voltage.",
        keys: &[
            CURRENT_KEY,
            Key::needed(
                "crest_factor",
                Takes::Number(MIN_CREST_FACTOR, MAX_CREST_FACTOR),
                "Peak over rms.",
            ),
        ],
    },
    Kind {
        name: "idle",
        doc: "What a house draws when nobody is at home. THD 55 %.",
        keys: &[POWER_KEY],
    },
];

const CURRENT_KEY: Key = Key::needed(
    "current",
    Takes::Quantity(&CURRENT, 0.0, LARGEST_A),
    "Rms through each element of the load.",
);

pub(super) fn read(table: Table, device: &Device, start: &Start) -> Result<Load, ScenarioError> {
    let connection = table.choice("connect", &Connection::ALL, Connection::slug);
    if !connection.is_possible(device.system) {
        let possible = Connection::ALL.into_iter().filter(|c| c.is_possible(device.system));
        let possible: Vec<&str> = possible.map(Connection::slug).collect();
        let message = format!(
            "wiring \"{}\" has no {}; a load can lie at {}",
            device.system.slug(),
            connection.slug(),
            possible.join(", ")
        );
        return Err(table.refuse("connect", message));
    }
    let periods = table.tables("on").map(|table| read_period(table, start));
    Ok(Load {
        name: table.text("name").to_owned(),
        kind: read_kind(table)?,
        connection,
        meters: read_meters(table, device)?,
        schedule: Schedule { periods: periods.collect::<Result<_, _>>()? },
        level: Track::constant(1.0),
        wander: table.number("wander"),
    })
}

fn read_kind(table: Table) -> Result<LoadKind, ScenarioError> {
    let power_w = || table.number("power");
    Ok(match table.text(KIND) {
        "resistive" => LoadKind::Resistive { power_w: power_w() },
        "linear" => LoadKind::Linear { power_w: power_w(), reactive_var: table.number("reactive") },
        "motor" => LoadKind::Motor {
            power_w: power_w(),
            power_factor: table.number("power_factor"),
            inrush: table.number("inrush"),
            inrush_s: table.number("inrush_time"),
        },
        "rectifier" => LoadKind::Rectifier { power_w: power_w() },
        "heat-pump" => LoadKind::HeatPump { power_w: power_w(), ramp_s: table.number("ramp") },
        "ev-charger" => LoadKind::EvCharger { power_w: power_w(), ramp_s: table.number("ramp") },
        "pv" => LoadKind::Pv {
            power_w: power_w(),
            sun: read_sun(table)?,
            clouds: table.number("clouds"),
        },
        "dimmer" => {
            LoadKind::Dimmer { power_w: power_w(), firing_deg: table.number("firing_angle") }
        }
        "burst-fired" => LoadKind::BurstFired {
            power_w: power_w(),
            on_cycles: table.number("on_cycles"),
            off_cycles: table.number("off_cycles"),
        },
        "half-wave" => LoadKind::HalfWave { power_w: power_w() },
        "current" => LoadKind::Current {
            current_a: table.number("current"),
            angle_deg: table.number("angle"),
            harmonics: read_harmonics(table),
        },
        "pulses" => LoadKind::Pulses {
            current_a: table.number("current"),
            crest_factor: table.number("crest_factor"),
        },
        "idle" => LoadKind::Idle { power_w: power_w() },
        other => unreachable!("{other} has no row in KINDS"),
    })
}

fn read_sun(table: Table) -> Result<Sun, ScenarioError> {
    let day_s = |key| time_of_day_s(table.text(key)).expect("the shape was applied");
    let (rise_s, set_s) = (day_s("sunrise"), day_s("sunset"));
    if set_s <= rise_s {
        return Err(table.refuse("sunset", "the sun sets after it has risen"));
    }
    Ok(Sun { rise_s, set_s })
}

fn read_meters(table: Table, device: &Device) -> Result<Meters, ScenarioError> {
    let Some(names) = table.names("meters") else { return Ok(Meters::MAIN) };
    let with = |meters: Meters, (name, line)| Ok(meters.with(installed(name, line, device)?));
    names.into_iter().try_fold(Meters::default(), with)
}

/// The meter of a name, if there is one.
pub(super) fn installed(
    name: &str,
    line: usize,
    device: &Device,
) -> Result<MeterPort, ScenarioError> {
    let meters = device.meters();
    let found = meters.iter().copied().find(|meter| meter.slug() == name);
    found.ok_or_else(|| {
        let known = meters.iter().map(|meter| meter.slug());
        ScenarioError::new(line, unknown("meter", name, known))
    })
}

fn read_period(table: Table, start: &Start) -> Result<OnPeriod, ScenarioError> {
    let at_s = read_moment(table, "at", start)?;
    let (for_s, every_s) = (table.maybe_number("for"), table.maybe_number("every"));
    check_repetition(table, for_s, every_s)?;
    Ok(OnPeriod { at_s, for_s, every_s })
}

/// A moment of the run in seconds from its beginning.
pub(super) fn read_moment(table: Table, key: &str, start: &Start) -> Result<f64, ScenarioError> {
    let at_s = moment_s(table.text(key), start).map_err(|message| table.refuse(key, message))?;
    if !(0.0..=LATEST_S).contains(&at_s) {
        return Err(table.refuse(key, "a moment lies after the beginning and within 30 years"));
    }
    Ok(at_s)
}

/// When the entry of a table begins: before the run ends.
pub(super) fn read_beginning(
    table: Table,
    start: &Start,
    duration_s: Option<f64>,
) -> Result<f64, ScenarioError> {
    let at_s = read_moment(table, "at", start)?;
    match duration_s {
        Some(end_s) if at_s >= end_s => {
            let message = format!("this never happens: the run ends after {}", TIME.say(end_s));
            Err(table.refuse("at", message))
        }
        _ => Ok(at_s),
    }
}

/// What comes again has ended before.
pub(super) fn check_repetition(
    table: Table,
    for_s: Option<f64>,
    every_s: Option<f64>,
) -> Result<(), ScenarioError> {
    match every_s {
        Some(every_s) if for_s.is_none_or(|for_s| for_s >= every_s) => Err(table.refuse(
            "every",
            "what comes again must end before: \"for\" is shorter than \"every\"",
        )),
        _ => Ok(()),
    }
}
