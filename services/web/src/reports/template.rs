//! Which reports there are, and over which times.

use crate::problem::Problem;
use port::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::calendar::{Span, Step, Zone};

/// A kind of report.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// A day by hours.
    Day,
    /// A month by days.
    Month,
    /// Energy by tariff.
    Tariff,
    /// What each meter takes.
    Loads,
    /// Voltage, frequency and distortion.
    Quality,
    /// How the device is set up and wired, now.
    Commissioning,
}

impl Template {
    /// All of them.
    pub const ALL: [Template; 6] = [
        Template::Day,
        Template::Month,
        Template::Tariff,
        Template::Loads,
        Template::Quality,
        Template::Commissioning,
    ];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            Template::Day => "day",
            Template::Month => "month",
            Template::Tariff => "tariff",
            Template::Loads => "loads",
            Template::Quality => "quality",
            Template::Commissioning => "commissioning",
        }
    }

    /// Its period if nothing is said; none of what is about now.
    pub fn usual(self) -> Option<Period> {
        match self {
            Template::Day => Some(Period::Yesterday),
            Template::Month | Template::Tariff | Template::Loads => Some(Period::LastMonth),
            Template::Quality => Some(Period::LastWeek),
            Template::Commissioning => None,
        }
    }
}

/// A time in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// The local day so far.
    Today,
    /// The local day before.
    Yesterday,
    /// The week so far, from Monday.
    ThisWeek,
    /// The week before.
    LastWeek,
    /// The month so far.
    ThisMonth,
    /// The month before.
    LastMonth,
}

impl Period {
    /// From its first moment to the moment at which it ends.
    pub fn span(self, zone: &Zone, now: Timestamp) -> (Timestamp, Timestamp) {
        let step = match self {
            Period::Today | Period::Yesterday => Step::DAY,
            Period::ThisWeek | Period::LastWeek => Step::Week,
            Period::ThisMonth | Period::LastMonth => Step::Month,
        };
        let Span { start, end } = zone.span(now, step);
        match self {
            Period::Today | Period::ThisWeek | Period::ThisMonth => (start, end),
            Period::Yesterday | Period::LastWeek | Period::LastMonth => {
                let before = Timestamp { unix_ns: start.unix_ns - 1 };
                let Span { start, end } = zone.span(before, step);
                (start, end)
            }
        }
    }
}

/// Longest time of a report: ten years by days.
const LONGEST_S: f64 = 3660.0 * 86_400.0;

/// The time that was asked for.
///
/// # Errors
/// With the field at fault.
pub fn asked_span(
    template: Template,
    period: Option<Period>,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
    zone: &Zone,
    now: Timestamp,
) -> Result<(Timestamp, Timestamp), Problem> {
    match (period.or(template.usual()), from) {
        (_, Some(from)) => {
            let to = to.unwrap_or(now);
            if to <= from || to.seconds_since(from) > LONGEST_S {
                return Err(Problem::invalid("to", "`to` lies after `from`, and within ten years"));
            }
            Ok((from, to))
        }
        (Some(period), None) => Ok(period.span(zone, now)),
        (None, None) => Ok((now, now)),
    }
}
