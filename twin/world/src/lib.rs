//! The world inside the device: everything that changes with a tick, as components of an ECS.
//!
//! [`Twin::tick`] is the whole interface: samples, contacts, ESY replies, commands and the time go in;
//! an image, acknowledgements, pulses and commands for the bus come out. The world opens nothing and
//! waits for nothing. It is touched once a block, never once a sample.
//!
//! The only crate that names `bevy_ecs`.

mod commands;
mod components;
mod inputs;
mod loads;
mod meters;
mod modules;
mod outputs;
mod publish;
mod schedule;
mod surroundings;
mod time;
mod twin;

pub use commands::COMMANDS_PER_TICK;
pub use components::ClosedWindow;
pub use schedule::Stage;
pub use twin::{
    Effects, Inputs, LoadConfig, Note, NoteKind, OutputEdge, Pulse, Twin, TwinConfig, WindowStamp,
};
