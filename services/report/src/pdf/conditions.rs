//! What was applied at points, and where a table says it.

use verify::document::PointResult;

use super::table::Align;
use crate::format::trimmed;

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
    words: fn(&str) -> String,
    /// Whether it may stand on a line between the rows.
    groups: bool,
}

const CONDITIONS: [Condition; 12] = [
    seldom("Quantity", Align::Left, |p| p.quantity.clone(), str::to_string),
    seldom("Wiring", Align::Left, |p| p.applied.wiring.clone(), str::to_string),
    seldom("Meter", Align::Left, |p| p.applied.meter.clone(), |t| format!("meter {t}")),
    seldom("Un in V", Align::Point, |p| trimmed(p.applied.nominal_v), |t| format!("Un {t} V")),
    seldom("f in Hz", Align::Point, |p| trimmed(p.applied.frequency_hz), |t| format!("{t} Hz")),
    often("Phases", Align::Left, |p| p.applied.phases.clone(), str::to_string),
    often("Waveform", Align::Left, |p| p.applied.waveform.clone(), str::to_string),
    often("T in °C", Align::Point, |p| trimmed(p.applied.temperature_degc), |t| format!("{t} °C")),
    often("U in V", Align::Point, |p| trimmed(p.applied.voltage_v), |t| format!("{t} V applied")),
    often("I in A", Align::Point, |p| trimmed(p.applied.current_a), |t| format!("{t} A")),
    often("Factor", Align::Left, |p| p.applied.factor.clone(), |t| format!("factor {t}")),
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

/// Above the table if always the same, between rows if at least three rows in a row agree on average.
///
/// Where rows of several clauses follow each other, only clauses stand between them.
pub(crate) fn places(points: &[&PointResult], several_clauses: bool) -> Places {
    let mut places = Places { above: Vec::new(), between: Vec::new(), columns: Vec::new() };
    for condition in &CONDITIONS {
        let values: Vec<String> = points.iter().map(|point| (condition.of)(point)).collect();
        let changes = values.windows(2).filter(|pair| pair[0] != pair[1]).count();
        let runs = changes + 1;
        let is_seldom = condition.groups && points.len() >= 3 * runs;
        if changes == 0 {
            places.above.push(condition);
        } else if is_seldom && !several_clauses {
            places.between.push(condition);
        } else {
            places.columns.push(condition);
        }
    }
    // Voltage at nominal is said by the nominal voltage.
    let nominal = |point: &&PointResult| point.applied.voltage_v == point.applied.nominal_v;
    if points.iter().all(nominal) {
        places.above.retain(|condition| condition.head != "U in V");
        places.columns.retain(|condition| condition.head != "U in V");
    }
    places
}
