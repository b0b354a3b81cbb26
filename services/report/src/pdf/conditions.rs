//! What was applied at points, and where a table says it.

use std::collections::BTreeSet;

use verify::document::PointResult;

use crate::format::{factor, tidied};
use paper::Align;
use paper::trimmed;

/// What a reader may take for granted; a chapter of tables says so.
pub(crate) const USUAL: &str =
    "Where nothing else is said: the main meter, sinusoidal voltages and currents, 23 °C.";

/// What [`USUAL`] is about, as it stands in a point.
const USUAL_VALUES: [(&str, &str); 3] =
    [("Meter", "main"), ("Waveform", "sinusoidal"), ("T in °C", "23")];

/// Something that was applied, as text of a point.
pub(crate) struct Condition {
    pub head: &'static str,
    pub align: Align,
    pub of: fn(&PointResult) -> String,
    /// Of a value in words, for a line between rows.
    pub words: fn(&str) -> String,
    /// Whether it may stand on a line between the rows.
    pub groups: bool,
}

/// Voltage as such, and for a table of several nominal voltages.
const VOLTAGE: &str = "U in V";
const PART_OF_NOMINAL: &str = "U in % of Un";
const PHASES: &str = "Phases";
/// What a supply is, from the most general on.
const SUPPLY: [&str; 4] = ["Wiring", "Meter", "Un in V", "f in Hz"];
/// The last part of the id, where points differ in nothing else.
const CASE: &str = "Case";
/// The nominal frequency, which only the id of a point at another frequency says.
const NOMINAL_FREQUENCY: &str = "fn in Hz";
/// What is said only where points differ in nothing else, the first that helps.
const DISTINCTIONS: [&str; 2] = [NOMINAL_FREQUENCY, CASE];

const CONDITIONS: [Condition; 15] = [
    seldom("Quantity", Align::Left, |p| p.quantity.clone(), str::to_string),
    seldom("Wiring", Align::Left, |p| p.applied.wiring.clone(), str::to_string),
    seldom("Meter", Align::Left, |p| p.applied.meter.clone(), |t| format!("meter {t}")),
    seldom("Un in V", Align::Point, |p| trimmed(p.applied.nominal_v), |t| format!("Un {t} V")),
    seldom("f in Hz", Align::Point, |p| trimmed(p.applied.frequency_hz), |t| format!("{t} Hz")),
    seldom(NOMINAL_FREQUENCY, Align::Point, nominal_frequency, |t| format!("fn {t} Hz")),
    seldom(PHASES, Align::Left, |p| p.applied.phases.clone(), str::to_string),
    often("Waveform", Align::Left, |p| p.applied.waveform.clone(), str::to_string),
    often("T in °C", Align::Point, |p| trimmed(p.applied.temperature_degc), |t| format!("{t} °C")),
    often(VOLTAGE, Align::Point, |p| trimmed(p.applied.voltage_v), |t| format!("{t} V applied")),
    often(PART_OF_NOMINAL, Align::Point, part_of_nominal, |t| format!("{t} % of Un")),
    often("I in A", Align::Point, |p| trimmed(p.applied.current_a), |t| format!("{t} A")),
    often("Factor", Align::Left, |p| p.applied.factor.clone(), factor),
    often(CASE, Align::Left, case, str::to_string),
    often("Method", Align::Left, method, str::to_string),
];

const fn seldom(
    head: &'static str,
    align: Align,
    of: fn(&PointResult) -> String,
    words: fn(&str) -> String,
) -> Condition {
    Condition { head, align, of, words, groups: true }
}

const fn often(
    head: &'static str,
    align: Align,
    of: fn(&PointResult) -> String,
    words: fn(&str) -> String,
) -> Condition {
    Condition { head, align, of, words, groups: false }
}

fn method(point: &PointResult) -> String {
    format!("{}, {}", point.method, point.fidelity)
}

fn part_of_nominal(point: &PointResult) -> String {
    trimmed(100.0 * point.applied.voltage_v / point.applied.nominal_v)
}

fn case(point: &PointResult) -> String {
    tidied(point.id.rsplit('/').next().unwrap_or(&point.id)).replace('-', " ")
}

fn nominal_frequency(point: &PointResult) -> String {
    let segments = point.id.split('/').filter_map(|segment| segment.strip_suffix("Hz"));
    segments.into_iter().next().unwrap_or("").to_string()
}

/// Where the conditions of a table stand.
pub(crate) struct Places {
    pub above: Vec<&'static Condition>,
    pub between: Vec<&'static Condition>,
    pub columns: Vec<&'static Condition>,
}

/// What these conditions are at a point, in words, without what is usual.
pub(crate) fn words(conditions: &[&Condition], point: Option<&PointResult>) -> Vec<String> {
    let Some(point) = point else { return Vec::new() };
    let values = conditions.iter().map(|condition| (condition, (condition.of)(point)));
    let said = values.filter(|(condition, value)| {
        !value.is_empty() && !USUAL_VALUES.contains(&(condition.head, value))
    });
    said.map(|(condition, value)| (condition.words)(&value)).collect()
}

/// Above the table if always the same.
pub(crate) fn places(points: &[&PointResult]) -> Places {
    let (varying, above): (Vec<_>, Vec<_>) =
        relevant(points).into_iter().partition(|condition| changes(condition, points) > 0);
    let (between, columns) = between_rows(&varying, points);
    Places { above, between, columns }
}

/// Between rows if at least three rows in a row agree on average, and the rest in columns. `points` are
/// the first of each row.
pub(crate) fn between_rows(
    varying: &[&'static Condition],
    points: &[&PointResult],
) -> (Vec<&'static Condition>, Vec<&'static Condition>) {
    let (mut between, mut columns): (Vec<&Condition>, Vec<&Condition>) = (Vec::new(), Vec::new());
    for &condition in varying {
        let is_seldom = condition.groups && points.len() >= 3 * (1 + changes(condition, points));
        // A voltage between rows would say little if the wiring stood in each row.
        let is_split = is_supply(condition) && columns.iter().any(|own| is_supply(own));
        if is_seldom && !is_split {
            between.push(condition);
        } else {
            columns.push(condition);
        }
    }
    (between, columns)
}

fn is_supply(condition: &Condition) -> bool {
    SUPPLY.contains(&condition.head)
}

/// How often it changes from one point to the next.
pub(crate) fn changes(condition: &Condition, points: &[&PointResult]) -> usize {
    points.windows(2).filter(|pair| (condition.of)(pair[0]) != (condition.of)(pair[1])).count()
}

/// The conditions that say something of these points: a voltage at nominal is said by the nominal
/// voltage, phases often by the wiring, and a case says only what nothing else does.
pub(crate) fn relevant(points: &[&PointResult]) -> Vec<&'static Condition> {
    let at_nominal = points.iter().all(|point| point.applied.voltage_v == point.applied.nominal_v);
    let one_nominal =
        points.windows(2).all(|pair| pair[0].applied.nominal_v == pair[1].applied.nominal_v);
    let is_relevant = |condition: &&Condition| match condition.head {
        VOLTAGE => !at_nominal && one_nominal,
        PART_OF_NOMINAL => !at_nominal && !one_nominal,
        PHASES => !are_of_wiring(points),
        head => !DISTINCTIONS.contains(&head),
    };
    let with = |more: &[&str]| -> Vec<&'static Condition> {
        let is_said = |own: &&Condition| is_relevant(own) || more.contains(&own.head);
        CONDITIONS.iter().filter(is_said).collect()
    };
    let tells_apart = |conditions: &Vec<&Condition>| {
        let keys: BTreeSet<String> = points.iter().map(|point| key(conditions, point)).collect();
        keys.len() == points.len()
    };
    let attempts = [&[][..], &DISTINCTIONS[..1], &DISTINCTIONS[1..], &DISTINCTIONS];
    attempts.into_iter().map(with).find(tells_apart).unwrap_or_else(|| with(&DISTINCTIONS))
}

/// Whether phases differ, but only because wirings do.
fn are_of_wiring(points: &[&PointResult]) -> bool {
    let distinct = |of: &dyn Fn(&PointResult) -> String| {
        points.iter().map(|point| of(point)).collect::<BTreeSet<String>>().len()
    };
    let both = distinct(&|p| format!("{} {}", p.applied.wiring, p.applied.phases));
    distinct(&|p| p.applied.phases.clone()) > 1 && both == distinct(&|p| p.applied.wiring.clone())
}

/// Equal where all these conditions are.
pub(crate) fn key(conditions: &[&Condition], point: &PointResult) -> String {
    let values: Vec<String> = conditions.iter().map(|condition| (condition.of)(point)).collect();
    // Stands in no value.
    values.join("\u{1f}")
}
