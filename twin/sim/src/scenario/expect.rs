//! The `[[expect]]` tables: what must come of the story.

use super::civil::Start;
use super::device::Device;
use super::error::{ScenarioError, unknown};
use super::load::{installed, read_moment};
use super::node::{Node, Value};
use super::shape::{Key, Names, Shape, Table, Takes, quantity};
use super::unit::{Dimension, PART, PERCENTAGE, PLAIN, POINTS, TIME, dimension_of};
use crate::synthetic::MeterPort;
use catalog::{PointId, QUANTITIES, Quantity, Register, Scope, Sign};
use port::{Flag, Reason};

/// A claim about what is measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    /// Where it stands in the file, from 1.
    pub line: usize,
    /// What is looked at.
    pub path: Path,
    /// The same as it is written.
    pub path_text: String,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub wanted: Wanted,
    /// How far off it may be.
    pub tolerance: Tolerance,
    /// When, and what is taken of what was measured then.
    pub window: Window,
    /// Where the value comes from; may be empty.
    pub why: String,
    /// All of it in one line for people.
    pub text: String,
}

/// What an expectation looks at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Path {
    /// The value of a point of a meter.
    Value(MeterPort, PointId),
    /// Its quality: `good`, the worst flag, or the reason why there is no value.
    Quality(MeterPort, PointId),
    /// What the wiring check of a meter finds.
    Wiring(MeterPort),
    /// Pulses of the built-in meter's LED within the window.
    Pulses,
    /// The active tariff.
    Tariff,
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "as in mathematics")]
pub enum Operator {
    Equal,
    NotEqual,
    Below,
    AtMost,
    Above,
    AtLeast,
}

impl Operator {
    const ALL: [Operator; 6] = [
        Operator::Equal,
        Operator::NotEqual,
        Operator::Below,
        Operator::AtMost,
        Operator::Above,
        Operator::AtLeast,
    ];

    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Below => "<",
            Operator::AtMost => "<=",
            Operator::Above => ">",
            Operator::AtLeast => ">=",
        }
    }
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// In the unit of the catalogue; pulses and tariff as counts.
    Number(f64),
    /// A quality or what the wiring check says.
    Text(String),
}

/// How far off a value may be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// Not at all.
    None,
    /// In the unit of the value.
    Absolute(f64),
    /// As a part of the wanted value.
    Relative(f64),
}

/// The stretch of the run that is looked at.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Seconds from the beginning.
    pub from_s: f64,
    /// Seconds from the beginning; the end of the run if not said.
    pub to_s: Option<f64>,
    /// What is taken of it.
    pub take: Take,
}

/// What is taken of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Take {
    /// The last.
    Last,
    /// The mean over time.
    Mean,
    /// The smallest.
    Min,
    /// The largest.
    Max,
    /// The last less the first.
    Change,
    /// Each must be as wanted.
    Every,
    /// One must be as wanted.
    Any,
}

impl Take {
    const ALL: [Take; 7] =
        [Take::Last, Take::Mean, Take::Min, Take::Max, Take::Change, Take::Every, Take::Any];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Take::Last => "last",
            Take::Mean => "mean",
            Take::Min => "min",
            Take::Max => "max",
            Take::Change => "change",
            Take::Every => "every",
            Take::Any => "any",
        }
    }

    /// Before the words of the window.
    fn said(self) -> &'static str {
        match self {
            Take::Last => "the last of",
            Take::Mean => "the mean of",
            Take::Min => "the smallest of",
            Take::Max => "the largest of",
            Take::Change => "the change over",
            Take::Every => "all through",
            Take::Any => "at least once in",
        }
    }
}

static OPERATORS: Names =
    Names { what: "operator", all: || Operator::ALL.map(Operator::symbol).to_vec() };
static TAKES: Names = Names { what: "thing to take", all: || Take::ALL.map(Take::slug).to_vec() };

/// `[[expect]]`.
pub(super) static EXPECT: Shape = Shape {
    kinds: None,
    keys: &[
        Key::needed(
            "path",
            Takes::Text,
            "`main.l1.active_power`: meter, scope, quantity and, for counters, a register (usually total). With `.quality` behind it, the quality. Or `main.wiring`, `main.pulses`, `device.tariff`.",
        ),
        Key::usually("operator", Takes::Name(&OPERATORS), "=", "How it is compared."),
        Key::needed(
            "value",
            Takes::Any,
            "With what: a number with the unit of the quantity, or a text.",
        ),
        Key::optional(
            "tolerance",
            Takes::Any,
            "Like `\"0.5 V\"`, or `\"0.1 %\"` of the value (of a percentage: `\"0.5 points\"`). Needed where a measured number is to be equal.",
        ),
        Key::usually(
            "window",
            Takes::Table(&WINDOW),
            "",
            "When: `{ from = \"5 s\", to = \"10 s\", take = \"mean\" }`.",
        ),
        Key::usually(
            "why",
            Takes::Text,
            "",
            "Where the value comes from, in words or as a formula.",
        ),
    ],
};

static WINDOW: Shape = Shape {
    kinds: None,
    keys: &[
        Key::usually("from", Takes::Moment, "0 s", "Where it begins."),
        Key::optional("to", Takes::Moment, "Where it ends; the end of the run if left out."),
        Key::optional(
            "take",
            Takes::Name(&TAKES),
            "last (usual), mean, min, max, change (last less first), every (each must be right), any (one must be).",
        ),
    ],
};

/// What may be said of a path.
enum Measured {
    /// Of a dimension, and whether it is a whole number.
    Number(&'static Dimension, bool),
    /// One of these, or anything if there are none.
    Text(Vec<&'static str>),
}

pub(super) fn read(
    table: Table,
    device: &Device,
    start: &Start,
    duration_s: Option<f64>,
) -> Result<Expectation, ScenarioError> {
    let Some(end_s) = duration_s else {
        let message =
            "what is expected is looked at when the run ends: give \"duration\" at the top";
        return Err(ScenarioError::new(table.line(), message));
    };
    let path = read_path(table, device)?;
    let operator = table.choice("operator", &Operator::ALL, Operator::symbol);
    let measured = measured(path);
    let wanted = read_wanted(table, &measured)?;
    if let (
        Measured::Text(_),
        Operator::Below | Operator::AtMost | Operator::Above | Operator::AtLeast,
    ) = (&measured, operator)
    {
        return Err(table.refuse("operator", "a text is equal (\"=\") or it is not (\"!=\")"));
    }
    let tolerance = read_tolerance(table, &measured, &wanted, operator)?;
    let window = read_window(table.table("window"), path, &measured, start, end_s)?;
    Ok(Expectation {
        line: table.line(),
        path,
        path_text: table.text("path").to_owned(),
        operator,
        tolerance,
        window,
        why: table.text("why").to_owned(),
        text: said(table, window),
        wanted,
    })
}

fn read_path(table: Table, device: &Device) -> Result<Path, ScenarioError> {
    let line = table.line_of("path");
    let refuse = |message: String| Err(ScenarioError::new(line, message));
    let parts: Vec<&str> = table.text("path").split('.').collect();
    let meter = |name| installed(name, line, device);
    match parts[..] {
        ["device", "tariff"] => Ok(Path::Tariff),
        ["main", "pulses"] => Ok(Path::Pulses),
        [name, "wiring"] => Ok(Path::Wiring(meter(name)?)),
        ["device", other] => refuse(unknown("value of the device", other, ["tariff"].into_iter())),
        [name, other] if MeterPort::from_slug(name).is_some() => {
            meter(name)?;
            refuse(unknown("value of a meter", other, ["wiring", "pulses"].into_iter()))
        }
        [name, scope, quantity, ref rest @ ..] if rest.len() <= 2 => {
            let meter = meter(name)?;
            let (register, quality) = match *rest {
                [] => (None, false),
                ["quality"] => (None, true),
                [register] => (Some(register), false),
                [register, "quality"] => (Some(register), true),
                [_, other] => {
                    return refuse(unknown("end of a path", other, ["quality"].into_iter()));
                }
                _ => unreachable!("at most two"),
            };
            let point = read_point(scope, quantity, register)
                .map_err(|message| ScenarioError::new(line, message))?;
            Ok(if quality { Path::Quality(meter, point) } else { Path::Value(meter, point) })
        }
        _ => refuse(
            "a path is meter, scope and quantity: write it like \"main.l1.active_power\"".into(),
        ),
    }
}

fn read_point(scope: &str, quantity: &str, register: Option<&str>) -> Result<PointId, String> {
    let scopes = Scope::ALL.map(Scope::slug);
    let scope = Scope::ALL
        .into_iter()
        .find(|known| known.slug() == scope)
        .ok_or_else(|| unknown("scope", scope, scopes.into_iter()))?;
    let row = QUANTITIES
        .iter()
        .find(|row| row.slug == quantity)
        .ok_or_else(|| unknown("quantity", quantity, QUANTITIES.iter().map(|row| row.slug)))?;
    let register = match register {
        None if row.places[0].0.is_some() => Some(Register::Total),
        None => None,
        Some(name) => {
            let registers = || row.places.iter().filter_map(|(register, _)| *register);
            let found = registers().find(|register| register.slug() == name);
            let known = registers().map(Register::slug);
            Some(found.ok_or_else(|| unknown(&format!("register of {quantity}"), name, known))?)
        }
    };
    catalog::point(row.id, register, scope).ok_or_else(|| not_there(row, register, scope))
}

fn not_there(row: &Quantity, register: Option<Register>, scope: Scope) -> String {
    let scopes = row.places.iter().find(|(place, _)| *place == register).map_or(&[][..], |p| p.1);
    let scopes: Vec<&str> = scopes.iter().map(|scope| scope.slug()).collect();
    let name = register.map_or(row.slug.to_owned(), |r| format!("{}.{}", row.slug, r.slug()));
    format!("{name} is not measured at {}, but at {}", scope.slug(), scopes.join(", "))
}

fn measured(path: Path) -> Measured {
    match path {
        Path::Value(_, point) => {
            let row = point.point().quantity;
            Measured::Number(dimension_of(row.unit), row.sign == Sign::Code)
        }
        Path::Pulses | Path::Tariff => Measured::Number(&PLAIN, true),
        Path::Wiring(_) => Measured::Text(Vec::new()),
        Path::Quality(..) => {
            let flags = Flag::ALL.into_iter().map(Flag::slug);
            let reasons = Reason::ALL.into_iter().map(Reason::slug);
            Measured::Text(std::iter::once("good").chain(flags).chain(reasons).collect())
        }
    }
}

fn read_wanted(table: Table, measured: &Measured) -> Result<Wanted, ScenarioError> {
    let node = table.get("value").expect("needed");
    match (measured, &node.value) {
        (Measured::Number(dimension, whole), value) => {
            let number = quantity(value, dimension).map_err(|m| table.refuse("value", m))?;
            if *whole && number.fract() != 0.0 {
                return Err(table.refuse("value", "this is counted in whole numbers"));
            }
            Ok(Wanted::Number(number))
        }
        (Measured::Text(known), Value::Text(text)) => {
            if !known.is_empty() && !known.contains(&text.as_str()) {
                let known = known.iter().copied();
                return Err(table.refuse("value", unknown("quality", text, known)));
            }
            Ok(Wanted::Text(text.clone()))
        }
        (Measured::Text(_), _) => Err(table.refuse("value", "this is compared with a text")),
    }
}

fn read_tolerance(
    table: Table,
    measured: &Measured,
    wanted: &Wanted,
    operator: Operator,
) -> Result<Tolerance, ScenarioError> {
    let refuse = |message: &str| Err(table.refuse("tolerance", message));
    let (Some(node), Measured::Number(dimension, whole)) = (table.get("tolerance"), measured)
    else {
        return match measured {
            Measured::Number(_, false) if operator == Operator::Equal => {
                refuse("a measured number is equal within a tolerance: give \"tolerance\"")
            }
            Measured::Text(_) if table.has("tolerance") => refuse("a text has no tolerance"),
            _ => Ok(Tolerance::None),
        };
    };
    let tolerance = parse_tolerance(node, dimension).map_err(|m| table.refuse("tolerance", m))?;
    match tolerance {
        Tolerance::Absolute(by) | Tolerance::Relative(by) if by < 0.0 => {
            refuse("a tolerance is not negative")
        }
        Tolerance::Relative(_) if *wanted == Wanted::Number(0.0) => {
            refuse("a part of nothing is nothing: give the tolerance in the unit of the value")
        }
        _ if *whole => refuse("this is counted in whole numbers and needs no tolerance"),
        _ => Ok(tolerance),
    }
}

fn parse_tolerance(node: &Node, dimension: &'static Dimension) -> Result<Tolerance, String> {
    if let Value::Text(text) = &node.value
        && ["%", "ppm"].iter().any(|unit| text.trim().ends_with(unit))
    {
        return PART.parse(text).map(Tolerance::Relative);
    }
    // A percentage of a percentage is relative, so what is absolute has another name.
    let dimension = if std::ptr::eq(dimension, &PERCENTAGE) { &POINTS } else { dimension };
    quantity(&node.value, dimension).map(Tolerance::Absolute)
}

fn read_window(
    table: Table,
    path: Path,
    measured: &Measured,
    start: &Start,
    end_s: f64,
) -> Result<Window, ScenarioError> {
    let from_s = read_moment(table, "from", start)?;
    let to_s = table.has("to").then(|| read_moment(table, "to", start)).transpose()?;
    if let Some(to_s) = to_s.filter(|to_s| *to_s > end_s) {
        let message = format!("{} lies behind the end, {}", TIME.say(to_s), TIME.say(end_s));
        return Err(table.refuse("to", message));
    }
    if from_s >= to_s.unwrap_or(end_s) {
        return Err(table.refuse("from", "a window ends after it begins"));
    }
    let take = match table.has("take") {
        true => table.choice("take", &Take::ALL, Take::slug),
        false if path == Path::Pulses => Take::Change,
        false => Take::Last,
    };
    match (measured, take) {
        _ if path == Path::Pulses && take != Take::Change => {
            Err(table.refuse("take", "pulses are counted over the whole window"))
        }
        (Measured::Text(_), Take::Mean | Take::Min | Take::Max | Take::Change) => {
            Err(table.refuse("take", "of a text one can take last, every or any"))
        }
        _ => Ok(Window { from_s, to_s, take }),
    }
}

/// One line for people: `main.l1.active_power = 2300 W +/- 0.1 %, the mean of 5 s to 10 s`.
fn said(table: Table, window: Window) -> String {
    let written = |key| match &table.get(key).expect("asked for where it is").value {
        Value::Text(text) => text.clone(),
        Value::Whole(whole) => whole.to_string(),
        Value::Number(number) => number.to_string(),
        _ => unreachable!("the shape was applied"),
    };
    let mut text =
        format!("{} {} {}", table.text("path"), table.text("operator"), written("value"));
    if table.has("tolerance") {
        text += &format!(" +/- {}", written("tolerance"));
    }
    let stretch = match window {
        Window { from_s: 0.0, to_s: None, .. } => "the whole run".to_owned(),
        Window { from_s, to_s: None, .. } => format!("{} to the end", TIME.say(from_s)),
        Window { from_s, to_s: Some(to_s), .. } => {
            format!("{} to {}", TIME.say(from_s), TIME.say(to_s))
        }
    };
    format!("{text}, {} {stretch}", window.take.said())
}
