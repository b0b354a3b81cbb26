//! Alarms: what is wrong, since when, and who has seen it.
//!
//! A condition of the image is an alarm with four states: active or over, seen or not. What is over and seen is
//! gone. The states are those of this run; the log of events has what was before.

use crate::time::rfc3339;
use image::{Image, MeterId, Warning};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Alarms that are over and that nobody has seen; of more the oldest go, and stand in the log.
const OVER_MAX: usize = 200;

/// What an alarm is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The alarm that is set up.
    Alarm,
    /// The check of the wiring.
    Wiring,
    /// Something outside of its limits.
    Warning,
    /// A module that does not answer.
    Module,
}

/// State of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is so, and nobody has seen it.
    Active,
    /// It is so, and somebody has seen it.
    ActiveAcknowledged,
    /// It is over, and nobody has seen it.
    Cleared,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Somebody has to do something.
    Alarm,
    /// Somebody should know.
    Warning,
}

/// An alarm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Alarm {
    /// Its number in this run.
    pub id: u64,
    /// What it is about.
    pub source: Source,
    /// How bad it is.
    pub severity: Severity,
    /// State.
    pub state: State,
    /// Public, stable name of what is wrong: `wiring.main.l1_reversed`.
    pub condition: String,
    /// A sentence.
    pub text: String,
    /// Since when, in UTC.
    pub since: String,
    /// When it was over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Who has seen it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<String>,
}

#[derive(Debug, Default)]
struct Book {
    newest: u64,
    /// By condition.
    active: BTreeMap<String, Alarm>,
    over: Vec<Alarm>,
}

/// All alarms of a run.
#[derive(Debug, Default)]
pub struct Alarms(Mutex<Book>);

impl Alarms {
    /// Looks at an image.
    pub fn observe(&self, image: &Image) {
        let conditions = conditions(image);
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = rfc3339(image.time);
        let gone: Vec<String> = book
            .active
            .keys()
            .filter(|known| !conditions.iter().any(|(condition, ..)| condition == *known))
            .cloned()
            .collect();
        for condition in gone {
            let Some(mut alarm) = book.active.remove(&condition) else { continue };
            // What was seen while it was so needs nobody any more.
            if alarm.state == State::Active {
                alarm.state = State::Cleared;
                alarm.until = Some(now.clone());
                book.over.push(alarm);
            }
        }
        for (condition, source, severity, text) in conditions {
            if book.active.contains_key(&condition) {
                continue;
            }
            book.newest += 1;
            let alarm = Alarm {
                id: book.newest,
                source,
                severity,
                state: State::Active,
                condition: condition.clone(),
                text,
                since: now.clone(),
                until: None,
                acknowledged_by: None,
                acknowledged_at: None,
            };
            book.active.insert(condition, alarm);
        }
        let many = book.over.len().saturating_sub(OVER_MAX);
        book.over.drain(..many);
    }

    /// All of them, those that are so first, the newest first.
    pub fn all(&self) -> Vec<Alarm> {
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut active: Vec<Alarm> = book.active.values().cloned().collect();
        active.sort_by_key(|alarm| std::cmp::Reverse(alarm.id));
        active.into_iter().chain(book.over.iter().rev().cloned()).collect()
    }

    /// How many nobody has seen, once an image is looked at.
    pub fn waiting(&self, image: &Image) -> usize {
        self.observe(image);
        let book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let active = book.active.values().filter(|alarm| alarm.state == State::Active);
        active.count() + book.over.len()
    }

    /// Somebody has seen one; none if there is no such alarm.
    pub fn acknowledge(&self, id: u64, who: &str, at: &str) -> Option<Alarm> {
        let mut book = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = |alarm: &mut Alarm| {
            alarm.acknowledged_by.get_or_insert(who.into());
            alarm.acknowledged_at.get_or_insert(at.into());
        };
        if let Some(alarm) = book.active.values_mut().find(|alarm| alarm.id == id) {
            alarm.state = State::ActiveAcknowledged;
            seen(alarm);
            return Some(alarm.clone());
        }
        let place = book.over.iter().position(|alarm| alarm.id == id)?;
        let mut alarm = book.over.remove(place);
        seen(&mut alarm);
        Some(alarm)
    }
}

/// What is wrong in an image: name, source, severity and sentence.
fn conditions(image: &Image) -> Vec<(String, Source, Severity, String)> {
    let mut found = Vec::new();
    if image.io.alarm {
        let text = "the alarm that is set up is raised";
        found.push(("alarm".into(), Source::Alarm, Severity::Alarm, text.into()));
    }
    let checked = image.settings.get(catalog::SettingId::WrongConnectionDetection) == 1;
    for meter in image.meters.iter().filter(|meter| checked && meter.wiring.is_alarm()) {
        let condition = format!("wiring.{}.{}", meter.id.slug(), meter.wiring.slug());
        let text = format!("wiring of {}: {}", meter.id.slug(), meter.wiring);
        found.push((condition, Source::Wiring, Severity::Alarm, text));
    }
    for warning in Warning::ALL.into_iter().filter(|warning| image.io.warnings.contains(*warning)) {
        let condition = format!("warning.{}", warning.slug());
        let text = format!("{} is outside of its limits", warning.slug().replace('_', " "));
        found.push((condition, Source::Warning, Severity::Warning, text));
    }
    for meter in &image.meters {
        let MeterId::Esy(slot) = meter.id else { continue };
        if is_silent(meter) {
            let condition = format!("module.{}", meter.id.slug());
            let text = format!("module {} does not answer", slot.number());
            found.push((condition, Source::Module, Severity::Alarm, text));
        }
    }
    found
}

/// Whether a module that was there does not answer.
fn is_silent(meter: &image::MeterImage) -> bool {
    let point = catalog::point(catalog::QuantityId::ActivePower, None, catalog::Scope::System);
    point.is_some_and(|point| meter.get(point).quality() == image::Reason::BusTimeout.slug())
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Identity, Timestamp};
    use std::sync::Arc;

    fn image(alarm: bool) -> Image {
        let mut image = Image::settling(Arc::new(Identity::default()), Timestamp { unix_ns: 0 });
        image.io.alarm = alarm;
        image
    }

    fn states(alarms: &Alarms) -> Vec<State> {
        alarms.all().into_iter().map(|alarm| alarm.state).collect()
    }

    /// [W5] Active, seen, over: what nobody has seen stays until somebody has.
    #[test]
    fn an_alarm_goes_when_it_is_over_and_seen() {
        let alarms = Alarms::default();
        assert_eq!(alarms.waiting(&image(true)), 1);
        assert_eq!(states(&alarms), [State::Active]);
        let id = alarms.all()[0].id;
        let seen = alarms.acknowledge(id, "anna", "2026-01-01T00:00:00Z").expect("there");
        assert_eq!(seen.acknowledged_by.as_deref(), Some("anna"));
        assert_eq!(
            (states(&alarms), alarms.waiting(&image(true))),
            (vec![State::ActiveAcknowledged], 0)
        );
        assert_eq!((alarms.waiting(&image(false)), states(&alarms).len()), (0, 0));
        alarms.observe(&image(true));
        alarms.observe(&image(false));
        assert_eq!(states(&alarms), [State::Cleared], "it was over before anybody saw it");
        assert_eq!(alarms.acknowledge(99, "anna", ""), None);
        let id = alarms.all()[0].id;
        assert!(alarms.acknowledge(id, "anna", "").is_some() && alarms.all().is_empty());
    }
}
