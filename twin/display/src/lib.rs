//! The display of 128 by 96 dots with its four buttons.
//!
//! *Frame*: the picture. *View*: what stands on it: a page of measurements, a menu, a value being changed, a
//! sheet. *Press*: a button that was let go. Pages, menus and words are tables; [`Display`] moves
//! between them and asks for changes as [`image::Request`]s, which the world checks again.
//!
//! Nothing here has a clock: time comes in with each call, and only its differences count.

mod draw;
mod edit;
mod format;
mod frame;
mod key;
mod machine;
mod menu;
mod page;
mod setting_text;
mod sheet;
mod text;
mod view;

pub use frame::{Frame, HEIGHT, WIDTH};
pub use key::{Key, LONG_PRESS_S, Press, Presses};
pub use machine::{Display, MENU_S, NOTICE_S};
pub use sheet::{FACTS_MAX, NetworkFacts};
pub use text::Language;
pub use view::{View, all as views};
