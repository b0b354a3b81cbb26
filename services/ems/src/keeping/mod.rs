//! The data folder of a meter: whose it is, how it is opened, and what a run keeps in it.

mod folder;
mod probe;
mod run;

pub use folder::{DataFolder, Keeping, failure, open_parameters, open_to_read};
pub use probe::{ChildProbe, look};
pub use run::{Attached, Begin, Subject, begin};
