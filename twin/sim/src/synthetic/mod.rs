//! Synthetic signals: a grid, its loads, and the samples they make at a meter's terminals.
//!
//! Vocabulary. A *spectrum* is DC and 31 phasors. A *timeline* says how the spectra of all channels
//! and the frequency change with time. A *piece* is a stretch of it in which every phasor and the
//! frequency are linear in time; its ends may lie between samples. The [`Synthetic`] player turns
//! pieces into samples, [`truth`] integrates the same pieces in closed form, so what a meter should
//! have read is known exactly.
//!
//! Angles: v(t) = sqrt2 V cos(2 pi theta(t) + angle), theta in cycles, common to all channels. A
//! current that lags its voltage has the smaller angle and makes reactive power positive.
//!
//! Absent on purpose: interharmonics, and anything above the 31st harmonic: the edges of phase-fired and
//! half-wave loads are band-limited. What is switched is switched between samples, at once; a burst-fired
//! load at the zero crossing of its voltage, where nothing jumps.

mod exact;
mod grid;
mod kernel;
mod load;
mod load_tables;
mod player;
mod random;
mod scene;
mod schedule;
mod shapes;
mod signal;
mod spectrum;
mod terminals;
mod timeline;
mod track;
pub mod truth;

pub use grid::{Event, EventKind, Grid, Harmonic, Phases, System};
pub(crate) use kernel::cos_sin;
pub use load::{Connection, Load, LoadKind, MeterPort, Meters, Sun};
pub use player::Synthetic;
pub use random::Wander;
pub(crate) use random::mixed;
pub use scene::Scene;
pub use schedule::{OnPeriod, Schedule};
pub use shapes::{MAX_CREST_FACTOR, MIN_CREST_FACTOR};
pub use signal::Signal;
pub use spectrum::{HARMONICS, Phasor, Spectrum};
pub use terminals::{Terminals, Wire};
pub use timeline::{Piece, Pieces, Timeline};
pub use track::{Lerp, Track};
