//! The front of the running meter: display and buttons, for people at the box and for the command line.
//!
//! [`Panel`] holds the display, looks at images and sends what was set by buttons to the world. Buttons
//! come from a channel, whoever reads them; pictures go out on another. [`Control`] is a socket of the
//! same machine through which `ems lcd` looks and `ems button` presses, a line of JSON each way.

mod control;
mod picture;
mod run;

pub use control::{
    Ask, Asking, Asks, CONNECTIONS_MAX, Control, ControlError, LINE_MAX, ask, asking,
};
pub use picture::{Picture, png};
pub use run::{PRESSES_MAX, Panel};
