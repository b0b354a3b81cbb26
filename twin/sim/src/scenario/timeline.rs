//! The `[[timeline]]` tables: what happens when.
//!
//! An entry *holds* something (the voltage of a phase, a load, the contact, a setting ...) at a value:
//! with `for` or `until` it then goes back to what was before, without them it stays until the next. What
//! one entry holds no other may touch. Other entries are instants: a phase jump, a reset.

use super::civil::Start;
use super::device::{
    Device, METERS, SETTING_NAMES, WIRES, phase_named, read_correction, read_currents,
    setting_named, setting_value,
};
use super::error::{ScenarioError, unknown};
use super::load::{check_repetition, installed, read_beginning, read_moment};
use super::shape::{KIND, Key, Kind, LATEST_S, Names, Shape, Table, Takes};
use super::unit::{
    ANGLE, CURRENT, FREQUENCY, FREQUENCY_RATE, PART, RESISTANCE, TEMPERATURE, TIME, VOLTAGE,
};
use crate::contact::{CLOSED, OPEN};
use crate::synthetic::{Event, EventKind, Grid, Load, MeterPort, Phases, Track, Wire};
use catalog::SettingId;
use port::{SlotId, WiringCorrection};

/// Temperature where nothing is said of it, in degrees Celsius.
const ROOM_C: f64 = 23.0;

/// Most times that one entry comes again: every quarter of an hour for a year, three times over.
const MAX_TIMES: usize = 100_000;

/// A clock is set by at most 130 years: to 1970 or to 2100 from any day of a meter's life.
const CLOCK_MAX_S: f64 = 4.1e9;

/// Something that happens to the meter rather than to the grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Seconds from the beginning.
    pub at_s: f64,
    /// What.
    pub action: Action,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Action {
    /// The contact of the digital input has this resistance, in ohms.
    Contact(f64),
    /// The wire of the digital input picks up so much while it is open, in volts rms.
    PickUp(f64),
    /// Air temperature in degrees Celsius.
    Temperature(f64),
    /// What hangs on the digital output: volts across the open contact, amperes through the closed one.
    OutputLoad(f64, f64),
    /// A setting gets a value, which its row accepts.
    Set(SettingId, i64),
    /// Partial counters of a meter back to zero.
    ResetPartial(MeterPort),
    /// Demand and its maxima of a meter begin anew.
    ResetDemand(MeterPort),
    /// A module is taken off the bus.
    Unplug(SlotId),
    /// A module is put back; nothing happens if it is there.
    Plug(SlotId),
    /// What was connected wrongly is put right in the calculation.
    Correct(MeterPort, WiringCorrection),
    /// The civil clock of the meter is set, forwards by so many seconds or backwards.
    SetClock(f64),
}

static PHASES: Names = Names { what: "phase", all: || vec!["l1", "l2", "l3"] };
static CONTACT: Names = Names { what: "state of the contact", all: || vec!["open", "closed"] };
static COUNTERS: Names = Names { what: "thing to reset", all: || vec!["partial", "demand"] };
static MODULES: Names =
    Names { what: "module", all: || MeterPort::all().skip(1).map(MeterPort::slug).collect() };

/// `[[timeline]]`.
pub(super) static TIMELINE: Shape = Shape {
    keys: &[
        Key::needed("at", Takes::Moment, "When it begins."),
        Key::optional(
            "every",
            Takes::Quantity(&TIME, 1e-3, LATEST_S),
            "Again and again after so long, until `until` or the end.",
        ),
        Key::optional(
            "until",
            Takes::Moment,
            "With `every`, when it comes no more; without, when it goes back to what was before.",
        ),
    ],
    kinds: Some(("kind of event", &KINDS)),
};

const FOR: Key = Key::optional(
    "for",
    Takes::Quantity(&TIME, 1e-3, LATEST_S),
    "How long before it goes back; it stays if left out.",
);
const RAMP: Key = Key::optional(
    "ramp",
    Takes::Quantity(&TIME, 0.0, LATEST_S),
    "Time that the way there takes, on a straight line from `at` on, and the way back, once the state has ended; a jump if left out.",
);
const SOME_PHASES: Key =
    Key::optional("phases", Takes::Names(&PHASES), "Which phases; usually all.");
const METER: Key = Key::usually("meter", Takes::Name(&METERS), "main", "Which meter.");
const MODULE: Key =
    Key::needed("module", Takes::Name(&MODULES), "Which module, `esy1` to `esy10`.");

const fn level(low: f64, high: f64) -> Key {
    Key::needed("to", Takes::Quantity(&PART, low, high), "Part of what it would be.")
}

static KINDS: [Kind; 18] = [
    Kind {
        name: "sag",
        doc: "The voltage falls.",
        keys: &[SOME_PHASES, level(0.0, 1.0), FOR, RAMP],
    },
    Kind {
        name: "swell",
        doc: "The voltage rises.",
        keys: &[SOME_PHASES, level(1.0, 2.0), FOR, RAMP],
    },
    Kind { name: "interruption", doc: "No voltage on any phase.", keys: &[FOR] },
    Kind {
        name: "phase-loss",
        doc: "No voltage on some phases.",
        keys: &[Key::needed("phases", Takes::Names(&PHASES), "Which phases."), FOR],
    },
    Kind {
        name: "frequency",
        doc: "The grid frequency changes.",
        keys: &[
            Key::needed("to", Takes::Quantity(&FREQUENCY, 40.0, 70.0), "The new frequency."),
            Key::optional(
                "rate",
                Takes::Quantity(&FREQUENCY_RATE, 1e-6, 1e6),
                "In place of `ramp`: how fast.",
            ),
            FOR,
            RAMP,
        ],
    },
    Kind {
        name: "phase-jump",
        doc: "All voltages jump ahead, and stay there.",
        keys: &[Key::needed(
            "by",
            Takes::Quantity(&ANGLE, -180.0, 180.0),
            "How far; negative is back.",
        )],
    },
    Kind {
        name: "load",
        doc: "A load draws another part of its power; `0 %` switches it off.",
        keys: &[Key::needed("load", Takes::Text, "Its name."), level(0.0, 10.0), FOR, RAMP],
    },
    Kind {
        name: "contact",
        doc: "The contact of the digital input.",
        keys: &[
            Key::needed("to", Takes::Name(&CONTACT), "Its new state; it begins open."),
            Key::optional(
                "resistance",
                Takes::Quantity(&RESISTANCE, 0.0, 1e9),
                "What it has then; 1 ohm closed and 1 Mohm open if left out. 840 ohm is closed, 25 kohm is open, and between the two the last state is held.",
            ),
            FOR,
        ],
    },
    Kind {
        name: "pick-up",
        doc: "The wire of the digital input picks up 50 Hz while the contact is open.",
        keys: &[
            Key::needed(
                "to",
                Takes::Quantity(&VOLTAGE, 0.0, 30.0),
                "How much, in rms; the input survives 30 V.",
            ),
            FOR,
        ],
    },
    Kind {
        name: "temperature",
        doc: "The air around the meter has another temperature. Its parts do not follow it.",
        keys: &[
            Key::needed("to", Takes::Quantity(&TEMPERATURE, -60.0, 120.0), "How warm it is."),
            FOR,
        ],
    },
    Kind {
        name: "output-load",
        doc: "Something hangs on the digital output.",
        keys: &[
            Key::needed(
                "voltage",
                Takes::Quantity(&VOLTAGE, 0.0, 1000.0),
                "Across the open contact; 42 V is the most.",
            ),
            Key::needed(
                "current",
                Takes::Quantity(&CURRENT, 0.0, 100.0),
                "Through the closed one; 100 mA is the most.",
            ),
            FOR,
        ],
    },
    Kind {
        name: "currents",
        doc: "Other conductors pass through the current inputs of a meter, or another way round: a transformer is turned, two change places.",
        keys: &[
            METER,
            Key::needed(
                "wires",
                Takes::Names(&WIRES),
                "As `currents` in `[device.terminals]`: the conductor through each input.",
            ),
            FOR,
        ],
    },
    Kind {
        name: "setting",
        doc: "A setting of the meter is written.",
        keys: &[
            Key::needed("setting", Takes::Name(&SETTING_NAMES), "Its slug."),
            Key::needed("to", Takes::Any, "The name or the number of the value."),
            FOR,
        ],
    },
    Kind {
        name: "reset",
        doc: "Counters begin anew.",
        keys: &[
            Key::needed(
                "what",
                Takes::Name(&COUNTERS),
                "Partial counters, or demand and its maxima.",
            ),
            METER,
        ],
    },
    Kind {
        name: "clock",
        doc: "The civil clock of the meter is set. The grid and the loads do not follow it.",
        keys: &[Key::needed(
            "by",
            Takes::Quantity(&TIME, -CLOCK_MAX_S, CLOCK_MAX_S),
            "How far forwards; negative is back.",
        )],
    },
    Kind {
        name: "unplug",
        doc: "A module is taken off the bus; with `for` it comes back.",
        keys: &[MODULE, FOR],
    },
    Kind { name: "plug", doc: "A module is put back.", keys: &[MODULE, FOR] },
    Kind {
        name: "correct",
        doc: "Wrong wiring is put right in the calculation.",
        keys: &[
            METER,
            Key::needed(
                "currents",
                Takes::Names(&WIRES),
                "For each phase the current input it takes, `-l1` with the opposite sign.",
            ),
            FOR,
        ],
    },
];

/// What an entry holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lane {
    Voltage(usize),
    Frequency,
    /// By its place in the list of loads.
    Load(usize),
    Contact,
    PickUp,
    Temperature,
    OutputLoad,
    Setting(SettingId),
    Module(SlotId),
    Correction(MeterPort),
    Currents(MeterPort),
}

/// A value that something is held at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Aim {
    /// A part, or hertz.
    Level(f64),
    /// Volts and amperes.
    Load(f64, f64),
    /// Plugged in.
    State(bool),
    Value(i64),
    Correction(WiringCorrection),
    Wires([Option<Wire>; 3]),
}

/// One time that an entry holds something.
struct Hold {
    lane: Lane,
    aim: Aim,
    at_s: f64,
    /// When it begins to go back.
    end_s: Option<f64>,
    way: Way,
    line: usize,
}

/// How long a change takes.
#[derive(Clone, Copy)]
enum Way {
    Ramp(f64),
    /// Hertz a second.
    Rate(f64),
}

/// What everything else in the file says.
pub(super) struct Context<'a> {
    pub start: &'a Start,
    pub duration_s: Option<f64>,
    pub device: &'a Device,
    pub grid: &'a Grid,
    pub loads: &'a mut [Load],
}

/// What happens to the grid and to the meter, each in the order of time. What happens to loads becomes
/// their levels.
pub(super) fn read<'a>(
    tables: impl Iterator<Item = Table<'a>>,
    context: &mut Context,
) -> Result<(Vec<Event>, Vec<Step>), ScenarioError> {
    let mut told = Told { holds: Vec::new(), events: Vec::new(), steps: Vec::new() };
    for table in tables {
        told.entry(table, context)?;
    }
    let Told { mut holds, mut events, mut steps } = told;
    holds.sort_by(|a, b| a.lane.cmp(&b.lane).then(a.at_s.total_cmp(&b.at_s)));
    for lane in holds.chunk_by(|a, b| a.lane == b.lane) {
        for change in changes(lane, initial(lane[0].lane, context))? {
            change.carry_out(lane[0].lane, context.loads, &mut events, &mut steps);
        }
    }
    events.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    steps.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
    Ok((events, steps))
}

/// What the entries say, each for itself.
struct Told {
    holds: Vec<Hold>,
    events: Vec<Event>,
    steps: Vec<Step>,
}

impl Told {
    fn entry(&mut self, table: Table, context: &Context) -> Result<(), ScenarioError> {
        match table.text(KIND) {
            "phase-jump" => {
                let kind = EventKind::PhaseJump { by_deg: table.number("by") };
                let instants = instants(table, context)?;
                self.events.extend(instants.into_iter().map(|at_s| Event { at_s, kind }));
            }
            "clock" => {
                let action = Action::SetClock(table.number("by"));
                let instants = instants(table, context)?;
                self.steps.extend(instants.into_iter().map(|at_s| Step { at_s, action }));
            }
            "reset" => {
                let meter = read_meter(table, "meter", context)?;
                let action = match table.text("what") {
                    "partial" => Action::ResetPartial(meter),
                    _ => Action::ResetDemand(meter),
                };
                let instants = instants(table, context)?;
                self.steps.extend(instants.into_iter().map(|at_s| Step { at_s, action }));
            }
            _ => {
                let (way, line) = (read_way(table)?, table.line_of("at"));
                let stretches = stretches(table, context)?;
                for (lane, aim) in aims(table, context)? {
                    self.holds.extend(stretches.iter().map(|(at_s, end_s)| Hold {
                        lane,
                        aim,
                        at_s: *at_s,
                        end_s: *end_s,
                        way,
                        line,
                    }));
                }
            }
        }
        Ok(())
    }
}

/// What an entry holds, and at which value.
fn aims(table: Table, context: &Context) -> Result<Vec<(Lane, Aim)>, ScenarioError> {
    let level = |key| Aim::Level(table.number(key));
    Ok(match table.text(KIND) {
        kind @ ("sag" | "swell" | "interruption" | "phase-loss") => {
            let lost = matches!(kind, "interruption" | "phase-loss");
            let aim = if lost { Aim::Level(0.0) } else { level("to") };
            let phases = read_phases(table, context.device)?;
            phases.into_iter().map(|phase| (Lane::Voltage(phase), aim)).collect()
        }
        "frequency" => vec![(Lane::Frequency, level("to"))],
        "load" => {
            let name = table.text("load");
            let place = context.loads.iter().position(|load| load.name == name);
            let place = place.ok_or_else(|| {
                let names = context.loads.iter().map(|load| load.name.as_str());
                table.refuse("load", unknown("load", name, names))
            })?;
            vec![(Lane::Load(place), level("to"))]
        }
        "contact" => {
            let usual = if table.text("to") == "closed" {
                CLOSED.resistance_ohm
            } else {
                OPEN.resistance_ohm
            };
            let resistance_ohm = table.maybe_number("resistance").unwrap_or(usual);
            vec![(Lane::Contact, Aim::Level(resistance_ohm))]
        }
        "pick-up" => vec![(Lane::PickUp, level("to"))],
        "temperature" => vec![(Lane::Temperature, level("to"))],
        "output-load" => {
            let load = Aim::Load(table.number("voltage"), table.number("current"));
            vec![(Lane::OutputLoad, load)]
        }
        "currents" => {
            let meter = read_meter(table, "meter", context)?;
            let wires = read_currents(table, "wires", context.device.system)?.expect("needed");
            vec![(Lane::Currents(meter), Aim::Wires(wires))]
        }
        "setting" => {
            let setting = setting_named(table.text("setting"));
            let value = setting_value(setting, table.get("to").expect("needed"))?;
            vec![(Lane::Setting(setting.id), Aim::Value(value))]
        }
        kind @ ("unplug" | "plug") => {
            let MeterPort::Esy(slot) = read_meter(table, "module", context)? else {
                unreachable!("the names of modules are those of slots")
            };
            vec![(Lane::Module(slot), Aim::State(kind == "plug"))]
        }
        "correct" => {
            let correction = read_correction(table, "currents", context.device.system)?;
            let meter = read_meter(table, "meter", context)?;
            vec![(Lane::Correction(meter), Aim::Correction(correction))]
        }
        other => unreachable!("{other} has no row in KINDS"),
    })
}

fn read_meter(table: Table, key: &str, context: &Context) -> Result<MeterPort, ScenarioError> {
    installed(table.text(key), table.line_of(key), context.device)
}

fn read_phases(table: Table, device: &Device) -> Result<Vec<usize>, ScenarioError> {
    let all = device.system.phases();
    let Some(names) = table.names("phases") else { return Ok((0..all).collect()) };
    let phase = |(name, line): (&str, usize)| {
        let phase = phase_named(name).expect("the name was checked");
        if phase < all {
            return Ok(phase);
        }
        let message = format!("wiring \"{}\" has no {name}", device.system.slug());
        Err(ScenarioError::new(line, message))
    };
    names.into_iter().map(phase).collect()
}

fn read_way(table: Table) -> Result<Way, ScenarioError> {
    match (table.maybe_number("ramp"), table.maybe_number("rate")) {
        (Some(_), Some(_)) => {
            Err(table
                .refuse("rate", "say either how long it takes (\"ramp\") or how fast (\"rate\")"))
        }
        (_, Some(rate)) => Ok(Way::Rate(rate)),
        (ramp, None) => Ok(Way::Ramp(ramp.unwrap_or(0.0))),
    }
}

/// When an entry begins and, if it does, ends, each time.
fn stretches(table: Table, context: &Context) -> Result<Vec<(f64, Option<f64>)>, ScenarioError> {
    let (for_s, every_s) = (table.maybe_number("for"), table.maybe_number("every"));
    check_repetition(table, for_s, every_s)?;
    if every_s.is_some() || !table.has("until") {
        let instants = beginnings(table, context)?;
        return Ok(instants.into_iter().map(|at_s| (at_s, for_s.map(|s| at_s + s))).collect());
    }
    if for_s.is_some() {
        return Err(
            table.refuse("until", "say either how long (\"for\") or until when (\"until\")")
        );
    }
    let at_s = read_beginning(table, context.start, context.duration_s)?;
    let end_s = read_moment(table, "until", context.start)?;
    if end_s <= at_s {
        return Err(table.refuse("until", "the end lies after the beginning"));
    }
    Ok(vec![(at_s, Some(end_s))])
}

/// When something that has no length happens.
fn instants(table: Table, context: &Context) -> Result<Vec<f64>, ScenarioError> {
    if table.has("until") && !table.has("every") {
        let message = format!("kind \"{}\" takes \"until\" with \"every\" only", table.text(KIND));
        return Err(table.refuse("until", message));
    }
    beginnings(table, context)
}

/// Each beginning, in the order of time.
fn beginnings(table: Table, context: &Context) -> Result<Vec<f64>, ScenarioError> {
    let at_s = read_beginning(table, context.start, context.duration_s)?;
    let Some(every_s) = table.maybe_number("every") else { return Ok(vec![at_s]) };
    let until_s = match table.has("until") {
        true => Some(read_moment(table, "until", context.start)?),
        false => context.duration_s,
    };
    let Some(until_s) = until_s else {
        let message = "what comes again needs an end: \"until\" here or \"duration\" at the top";
        return Err(table.refuse("every", message));
    };
    let times = ((until_s - at_s) / every_s).ceil().max(0.0);
    if times > MAX_TIMES as f64 {
        return Err(table.refuse("every", format!("this comes more than {MAX_TIMES} times")));
    }
    if times == 0.0 {
        return Err(table.refuse("until", "the end lies after the beginning"));
    }
    Ok((0..times as u32).map(|count| at_s + f64::from(count) * every_s).collect())
}

/// A change of what is held.
#[derive(Debug, PartialEq)]
struct Change {
    at_s: f64,
    over_s: f64,
    to: Aim,
}

/// Value of a lane before anything happens.
fn initial(lane: Lane, context: &Context) -> Aim {
    let setting = |id: SettingId| {
        let row = id.row();
        let system = row.names.iter().find(|(_, name)| *name == context.device.system.slug());
        match (context.device.settings.iter().find(|(set, _)| *set == id), system) {
            (Some((_, value)), _) => *value,
            (None, Some((value, _))) if id == SettingId::Wiring => *value,
            _ => row.default,
        }
    };
    match lane {
        Lane::Voltage(_) | Lane::Load(_) => Aim::Level(1.0),
        Lane::Frequency => Aim::Level(context.grid.frequency_hz),
        Lane::Contact => Aim::Level(OPEN.resistance_ohm),
        Lane::PickUp => Aim::Level(0.0),
        Lane::Temperature => Aim::Level(ROOM_C),
        Lane::OutputLoad => Aim::Load(0.0, 0.0),
        Lane::Setting(id) => Aim::Value(setting(id)),
        Lane::Module(_) => Aim::State(true),
        Lane::Correction(_) => Aim::Correction(WiringCorrection::NONE),
        Lane::Currents(meter) => Aim::Wires(context.device.terminals.of(meter)),
    }
}

/// What the holds of a lane, in the order of time, do to it.
fn changes(holds: &[Hold], mut present: Aim) -> Result<Vec<Change>, ScenarioError> {
    let mut changes = Vec::with_capacity(2 * holds.len());
    let mut held: Option<(usize, f64)> = None;
    for hold in holds {
        if let Some((line, until_s)) = held
            && hold.at_s < until_s
        {
            let message = format!(
                "this begins at {} while the entry of line {line} lasts until {}",
                TIME.say(hold.at_s),
                TIME.say(until_s)
            );
            return Err(ScenarioError::new(hold.line, message));
        }
        let over_s = hold.way.over_s(present, hold.aim);
        changes.push(Change { at_s: hold.at_s, over_s, to: hold.aim });
        let mut until_s = hold.at_s + over_s;
        match hold.end_s {
            None => present = hold.aim,
            Some(end_s) if end_s < until_s => {
                let message = "the way there takes longer than the whole; make \"ramp\" shorter";
                return Err(ScenarioError::new(hold.line, message));
            }
            Some(end_s) => {
                changes.push(Change { at_s: end_s, over_s, to: present });
                until_s = end_s + over_s;
            }
        }
        held = Some((hold.line, until_s));
    }
    Ok(changes)
}

impl Way {
    fn over_s(self, from: Aim, to: Aim) -> f64 {
        match (self, from, to) {
            (Way::Ramp(ramp_s), _, _) => ramp_s,
            (Way::Rate(rate), Aim::Level(from), Aim::Level(to)) => (to - from).abs() / rate,
            (Way::Rate(_), _, _) => unreachable!("only a frequency has a rate"),
        }
    }
}

impl Change {
    fn carry_out(
        &self,
        lane: Lane,
        loads: &mut [Load],
        events: &mut Vec<Event>,
        steps: &mut Vec<Step>,
    ) {
        let Change { at_s, over_s, to } = *self;
        let mut event = |kind| events.push(Event { at_s, kind });
        let mut step = |action| steps.push(Step { at_s, action });
        match (lane, to) {
            (Lane::Voltage(phase), Aim::Level(to)) => {
                let phases = Phases(std::array::from_fn(|k| k == phase));
                event(EventKind::Voltage { phases, to, over_s });
            }
            (Lane::Frequency, Aim::Level(to_hz)) => event(EventKind::Frequency { to_hz, over_s }),
            (Lane::Load(place), Aim::Level(to)) => {
                let level = &mut loads[place].level;
                let so_far = std::mem::replace(level, Track::constant(1.0));
                *level = so_far.ramp(at_s, at_s + over_s, to);
            }
            (Lane::Contact, Aim::Level(ohm)) => step(Action::Contact(ohm)),
            (Lane::PickUp, Aim::Level(volts)) => step(Action::PickUp(volts)),
            (Lane::Temperature, Aim::Level(c)) => step(Action::Temperature(c)),
            (Lane::OutputLoad, Aim::Load(volts, amperes)) => {
                step(Action::OutputLoad(volts, amperes));
            }
            (Lane::Setting(id), Aim::Value(value)) => step(Action::Set(id, value)),
            (Lane::Module(slot), Aim::State(true)) => step(Action::Plug(slot)),
            (Lane::Module(slot), Aim::State(false)) => step(Action::Unplug(slot)),
            (Lane::Correction(meter), Aim::Correction(to)) => step(Action::Correct(meter, to)),
            (Lane::Currents(meter), Aim::Wires(wires)) => {
                event(EventKind::Currents { meter, wires });
            }
            _ => unreachable!("a lane has values of one kind"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hold(at_s: f64, end_s: Option<f64>, level: f64, way: Way) -> Hold {
        Hold {
            lane: Lane::Frequency,
            aim: Aim::Level(level),
            at_s,
            end_s,
            way,
            line: at_s as usize,
        }
    }

    #[test]
    fn a_hold_with_an_end_goes_back_to_what_stays() {
        let holds = [
            hold(1.0, None, 51.0, Way::Rate(0.5)),
            hold(5.0, Some(8.0), 49.0, Way::Rate(1.0)),
            hold(10.0, None, 50.0, Way::Ramp(0.0)),
        ];
        let told: Vec<(f64, f64, Aim)> = changes(&holds, Aim::Level(50.0))
            .unwrap()
            .into_iter()
            .map(|change| (change.at_s, change.over_s, change.to))
            .collect();
        let level = Aim::Level;
        assert_eq!(
            told,
            [
                (1.0, 2.0, level(51.0)),
                (5.0, 2.0, level(49.0)),
                (8.0, 2.0, level(51.0)),
                (10.0, 0.0, level(50.0))
            ]
        );
    }

    #[test]
    fn two_entries_do_not_hold_the_same_thing() {
        let holds =
            [hold(1.0, Some(4.0), 51.0, Way::Ramp(0.5)), hold(4.2, None, 49.0, Way::Ramp(0.0))];
        let error = changes(&holds, Aim::Level(50.0)).unwrap_err();
        let expected = "line 4: this begins at 4.2 s while the entry of line 1 lasts until 4.5 s";
        assert_eq!(error.to_string(), expected);
    }
}
