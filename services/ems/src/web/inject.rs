//! What can be done to a simulation while it runs: entries of its scenario that begin now.

use crate::run::simulated;
use config::Config;
use lab::{Future, SetUpError};
use serde_json::{Map, Value as Json, json};
use sim::scenario::{
    EntryKey, EntryKind, EntryTakes, Part, Scenario, ScenarioError, entry_kinds, parse, with_entry,
};
use std::sync::{Mutex, MutexGuard, PoisonError};
use toml::Value;
use web::{Injected, Injection, InjectionParameter, Refused};

/// Kinds that people do on the pages of the meter itself, as anybody at the device would.
const OF_THE_METER: [&str; 3] = ["setting", "reset", "correct"];

/// The scenario in play, with all that was done to it.
pub struct Injections {
    config: Config,
    /// None where no samples are computed, whose future could be changed.
    future: Option<Future>,
    /// The device and its loads, which nothing that is injected changes.
    scenario: Scenario,
    state: Mutex<State>,
}

struct State {
    /// The scenario as TOML, with the seed of this run and all that was injected.
    text: String,
    injected: Vec<Injected>,
}

impl Injections {
    /// Of a scenario, its text, and what can be changed of it.
    pub fn new(
        config: &Config,
        scenario: &Scenario,
        text: String,
        future: Option<Future>,
    ) -> Injections {
        let state = Mutex::new(State { text, injected: Vec::new() });
        Injections { config: config.clone(), future, scenario: scenario.clone(), state }
    }

    /// The scenario as TOML, with all that was injected.
    pub fn text(&self) -> String {
        self.state().text.clone()
    }

    /// What was injected so far.
    pub fn done(&self) -> Vec<Injected> {
        self.state().injected.clone()
    }

    /// What can be injected.
    pub fn kinds(&self) -> Vec<Injection> {
        if self.future.is_none() {
            return Vec::new();
        }
        kinds().filter_map(|kind| described(&kind, &self.scenario)).collect()
    }

    /// Injects an entry, soon.
    ///
    /// # Errors
    /// With the field at fault and the reason.
    pub fn inject(&self, what: &Map<String, Json>) -> Result<(), Refused> {
        let Some(future) = &self.future else {
            return Err(Refused::new(
                "kind",
                "this scenario computes no samples, so nothing can be done to them; run one of fidelity \"waveform\"",
            ));
        };
        let name = what.get("kind").and_then(Json::as_str).unwrap_or_default();
        let kind = kinds().find(|kind| kind.name == name);
        let kind = kind.ok_or_else(|| {
            let known: Vec<&str> = kinds().map(|kind| kind.name).collect();
            Refused::new("kind", format!("unknown kind \"{name}\"; known are {}", known.join(", ")))
        })?;
        let keys = written(&kind, what)?;
        let mut state = self.state();
        let mut at_s = 0.0;
        let mut longer = String::new();
        let changed = future.change(|from_s| -> Result<Scenario, Refusal> {
            at_s = from_s;
            longer = with_entry(&state.text, kind.part, from_s, kind.name, &keys);
            let changed =
                parse(&longer).map_err(|error| Refusal(at_fault(&error, &longer, &keys)))?;
            // In a file that is how samples come to an end, and the run with them.
            if kind.part == Part::Fault
                && changed.faults.last().is_some_and(|(_, fault)| fault.loses_all_for_ever())
            {
                let detail = "say for how long: the run would end with its last sample";
                return Err(Refusal(Refused::new("for", detail)));
            }
            Ok(simulated::configured(changed, &self.config))
        });
        changed.map_err(|Refusal(refused)| refused)?;
        let said: Vec<String> =
            keys.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        state.injected.push(Injected { at_s, kind: kind.name.into(), text: said.join(", ") });
        state.text = longer;
        Ok(())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A refusal that a set-up may end in.
struct Refusal(Refused);

impl From<SetUpError> for Refusal {
    fn from(error: SetUpError) -> Refusal {
        Refusal(Refused::new("kind", error.to_string()))
    }
}

/// Kinds of entries that can be injected.
fn kinds() -> impl Iterator<Item = EntryKind> {
    entry_kinds().into_iter().filter(|kind| !OF_THE_METER.contains(&kind.name))
}

/// A kind with what this scenario has to choose from; none if there is nothing it could be done to.
fn described(kind: &EntryKind, scenario: &Scenario) -> Option<Injection> {
    let parameters = kind.keys.iter().map(|key| parameter(key, scenario));
    let parameters: Vec<InjectionParameter> = parameters.collect();
    let possible = |parameter: &InjectionParameter| {
        !parameter.needed
            || !["choice", "set"].contains(&parameter.r#type)
            || !parameter.choices.is_empty()
    };
    let all = parameters.iter().all(possible);
    all.then_some(Injection { kind: kind.name, title: kind.doc, parameters })
}

fn parameter(key: &EntryKey, scenario: &Scenario) -> InjectionParameter {
    let (mut unit, mut range, mut choices) = ("", (None, None), Vec::new());
    let r#type = match &key.takes {
        EntryTakes::Quantity { unit: of, low, high } => {
            (unit, range) = (of, (Some(*low), Some(*high)));
            "number"
        }
        EntryTakes::Name(names) => {
            choices = names.iter().map(|name| (*name).to_string()).collect();
            "choice"
        }
        EntryTakes::Names(names) => {
            choices = names.iter().map(|name| (*name).to_string()).collect();
            if key.name == "wires" { "list" } else { "set" }
        }
        EntryTakes::Other => "text",
    };
    let device = &scenario.device;
    let phases = device.system.phases();
    let there: Option<Vec<String>> = match key.name {
        "load" => Some(scenario.loads.iter().map(|load| load.name.clone()).collect()),
        "meter" => Some(device.meters().iter().map(|meter| meter.slug().to_string()).collect()),
        "module" => {
            Some(device.meters().iter().skip(1).map(|meter| meter.slug().to_string()).collect())
        }
        "channel" => Some(device.system.roles().iter().map(|role| role.slug().into()).collect()),
        _ => None,
    };
    // Phases that the wiring has not are no choice.
    choices.retain(|name| {
        !matches!(name.trim_start_matches('-'), "l2" | "l3") || is_phase(name, phases)
    });
    let r#type = if there.is_some() { "choice" } else { r#type };
    InjectionParameter {
        name: key.name,
        doc: key.doc,
        r#type,
        unit,
        min: range.0,
        max: range.1,
        default: default(key, phases),
        choices: there.unwrap_or(choices),
        needed: key.needed,
    }
}

fn is_phase(name: &str, phases: usize) -> bool {
    ["l1", "l2", "l3"][..phases].contains(&name.trim_start_matches('-'))
}

/// What a form begins with: what the format has as an example, as a number where it is one.
fn default(key: &EntryKey, phases: usize) -> Json {
    match (&key.takes, key.example, key.name) {
        (EntryTakes::Quantity { .. }, Some(text), _) => {
            let number = text.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
            json!(number)
        }
        (_, Some(text), _) => json!(text),
        (_, _, "phases") => json!(["l1"]),
        (_, _, "wires") => json!(["-l1", "l2", "l3"][..phases]),
        (_, _, "meter") => json!("main"),
        _ => Json::Null,
    }
}

/// The keys of an entry as the scenario format has them: a number has the unit of its key.
fn written(kind: &EntryKind, what: &Map<String, Json>) -> Result<Vec<(String, Value)>, Refused> {
    let mut keys = Vec::new();
    for (name, value) in what.iter().filter(|(name, value)| *name != "kind" && !value.is_null()) {
        let key = kind.keys.iter().find(|key| key.name == name);
        let key = key.ok_or_else(|| {
            let known: Vec<&str> = kind.keys.iter().map(|key| key.name).collect();
            let known = known.join(", ");
            Refused::new(
                name,
                format!("kind \"{}\" takes no \"{name}\"; it takes {known}", kind.name),
            )
        })?;
        let value = match (value, &key.takes) {
            (Json::Number(number), EntryTakes::Quantity { unit, .. }) => {
                let number = number.as_f64().unwrap_or_default();
                Value::from(format!("{number} {unit}"))
            }
            (Json::String(text), _) => Value::from(text.as_str()),
            (Json::Array(items), _) => {
                let texts = items.iter().map(|item| item.as_str().map(Value::from));
                let texts = texts.collect::<Option<Vec<Value>>>();
                Value::from(texts.ok_or_else(|| Refused::new(name, "this is a list of names"))?)
            }
            _ => return Err(Refused::new(name, "this is a number, a text or a list of texts")),
        };
        keys.push((name.clone(), value));
    }
    match kind.keys.iter().find(|key| key.needed && !keys.iter().any(|(name, _)| name == key.name))
    {
        Some(key) => Err(Refused::new(key.name, format!("this is needed: {}", key.doc))),
        None => Ok(keys),
    }
}

/// The key of an entry, the last of a text, that is not taken.
fn at_fault(error: &ScenarioError, text: &str, keys: &[(String, Value)]) -> Refused {
    let first = text.lines().count() + 1 - keys.len();
    let place = error.line.and_then(|line| line.checked_sub(first));
    let field = place.and_then(|place| keys.get(place)).map_or("kind", |(key, _)| key);
    Refused::new(field, error.message.clone())
}
