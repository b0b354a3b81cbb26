//! Reports that are made by themselves, whenever a day, week or month of the local calendar is over.
//!
//! It is the meter's own clock that counts: in a simulation a month may pass in a minute. What was over while the
//! program did not run is made at the next start, once.

use super::{Format, Period, Template};
use crate::Web;
use crate::api::reports::produce;
use crate::api::session::Language;
use crate::problem::Problem;
use crate::time::rfc3339;
use host::Shelf;
use port::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::calendar::Step;
use tokio::sync::watch;
use tokio::time::sleep;

/// Name of the document.
const DOCUMENT: &str = "schedules";

/// Rows of the last interval are kept so long after its end, in seconds of the meter's clock.
const SETTLED_S: f64 = 120.0;

/// How often it is looked whether one is due: soon enough for a simulation, seldom enough not to count.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A report that cannot be made is tried again after so long.
const AGAIN: Duration = Duration::from_secs(60);

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// After each day.
    Day,
    /// After each week, on Monday.
    Week,
    /// After each month.
    Month,
}

impl Every {
    fn period(self) -> Period {
        match self {
            Every::Day => Period::Yesterday,
            Every::Week => Period::LastWeek,
            Every::Month => Period::LastMonth,
        }
    }

    fn step(self) -> Step {
        match self {
            Every::Day => Step::DAY,
            Every::Week => Step::Week,
            Every::Month => Step::Month,
        }
    }
}

/// A template that is made by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Which.
    pub template: Template,
    /// How often.
    pub every: Every,
    /// In which language.
    pub language: Language,
    /// As what.
    pub formats: Vec<Format>,
    /// Whether it is made at all.
    pub enabled: bool,
    /// When the last period that it was made for ended, in UTC; given by the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// All schedules by name.
pub type Schedules = BTreeMap<String, Schedule>;

/// Reads them.
///
/// # Errors
/// As the shelf says.
pub fn schedules(shelf: &dyn Shelf) -> Result<Schedules, Problem> {
    let text = shelf.read(DOCUMENT)?;
    Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
}

/// Changes them.
///
/// # Errors
/// As the shelf says.
pub fn change(shelf: &dyn Shelf, change: impl Fn(&mut Schedules)) -> Result<(), Problem> {
    shelf.update(DOCUMENT, &mut |text| {
        let known = text.and_then(|text| serde_json::from_slice(text).ok());
        let mut all: Schedules = known.unwrap_or_default();
        change(&mut all);
        Some(serde_json::to_vec_pretty(&all).expect("schedules are always JSON"))
    })?;
    Ok(())
}

/// Whether a document holds schedules.
///
/// # Errors
/// With the field at fault.
pub fn check_schedules(document: Option<&serde_json::Value>) -> Result<(), Problem> {
    let Some(document) = document else { return Ok(()) };
    let parsed: Result<Schedules, _> = serde_json::from_value(document.clone());
    parsed.map(drop).map_err(|error| Problem::invalid("documents.schedules", error.to_string()))
}

/// Makes what is due, until `stop`.
pub async fn follow(web: Arc<Web>, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = sleep(LOOK_EVERY) => {}
        }
        let looked = Arc::clone(&web);
        let tried = crate::blocking(move || make_due(&looked)).await;
        if !matches!(tried, Ok(Ok(()))) {
            sleep(AGAIN).await;
        }
    }
}

/// Makes every report whose period is over and was not made yet. A new schedule begins with the period that is
/// running when it is first seen.
fn make_due(web: &Web) -> Result<(), Problem> {
    if web.history.is_none() {
        return Ok(());
    }
    let now = web.image().time;
    for (name, schedule) in schedules(&*web.shelf)? {
        if !schedule.enabled {
            continue;
        }
        let settled = Timestamp { unix_ns: now.unix_ns - (SETTLED_S * 1e9) as i64 };
        let running = web.zone.span(settled, schedule.every.step());
        let begun = rfc3339(running.start);
        match &schedule.last {
            None => note(web, &name, &begun)?,
            Some(last) if *last < begun => {
                let span = schedule.every.period().span(&web.zone, settled);
                produce(
                    web,
                    schedule.template,
                    span,
                    schedule.language,
                    &schedule.formats,
                    "schedule",
                )?;
                note(web, &name, &begun)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Remembers up to where a schedule is made.
fn note(web: &Web, name: &str, until: &str) -> Result<(), Problem> {
    change(&*web.shelf, |all| {
        if let Some(schedule) = all.get_mut(name) {
            schedule.last = Some(until.into());
        }
    })
}
