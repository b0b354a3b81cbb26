//! How far the first set-up has come. It may be left and gone on with; what is left out keeps its default.

use host::{Shelf, ShelfError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name of the document.
const DOCUMENT: &str = "set-up";

/// The steps, in their order.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The first administrator.
    Password,
    /// Language, zone and clock.
    Language,
    /// How the device is reached.
    Network,
    /// The wiring system.
    Wiring,
    /// What the check of the wiring says.
    Check,
    /// Names of the modules.
    Modules,
    /// What is served.
    Services,
}

impl Step {
    /// All of them.
    pub const ALL: [Step; 7] = [
        Step::Password,
        Step::Language,
        Step::Network,
        Step::Wiring,
        Step::Check,
        Step::Modules,
        Step::Services,
    ];
}

/// What stands on the shelf.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetUp {
    /// Steps that are done.
    pub done: Vec<Step>,
    /// Whether it is finished.
    pub finished: bool,
}

impl SetUp {
    /// How far it has come.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn read(shelf: &dyn Shelf) -> Result<SetUp, ShelfError> {
        let text = shelf.read(DOCUMENT)?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
    }

    /// Changes it.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn change(shelf: &dyn Shelf, change: impl Fn(&mut SetUp)) -> Result<SetUp, ShelfError> {
        let mut changed = SetUp::default();
        shelf.update(DOCUMENT, &mut |text| {
            let known = text.and_then(|text| serde_json::from_slice(text).ok());
            let mut set_up: SetUp = known.unwrap_or_default();
            change(&mut set_up);
            changed.clone_from(&set_up);
            Some(serde_json::to_vec(&set_up).expect("names are always JSON"))
        })?;
        Ok(changed)
    }

    /// A step is done.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn note(shelf: &dyn Shelf, step: Step) -> Result<SetUp, ShelfError> {
        SetUp::change(shelf, |set_up| {
            if !set_up.done.contains(&step) {
                set_up.done.push(step);
                set_up.done.sort();
            }
        })
    }
}
