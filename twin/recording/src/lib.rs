//! Recordings of voltages and currents: bytes in, samples out, and back again.
//!
//! A *recording* is what an instrument wrote: named *channels*, and one or more *sections*. A
//! section is one stretch of samples taken at one rate; an instrument that changes its rate starts a
//! new section, and there may be time between two of them, so they are never joined. A *role* (va,
//! ib, ...) is what the meter wants to see; a *mapping* says which channel plays which role.
//!
//! True here:
//! - Values are `a * x + b`, exactly as recorded. Skew, the transformer ratio and the primary or
//!   secondary flag are reported and never applied.
//! - A missing sample is listed in [`Section::missing`]; [`Section::complete`] hands out a channel
//!   only when none of its samples is.
//! - Whatever a user should know and that is no error stands in [`Recording::notes`].
//! - No bytes make a reader panic, and memory follows the length of the data, never a count that a
//!   header claims.
//!
//! Absent on purpose: files, clocks and threads (the binary opens the files), the values of digital
//! channels (counted and skipped), and a guess at the text encoding (what is not UTF-8 is shown byte
//! for byte, see [`Channel::name`]).
//!
//! The format is COMTRADE, IEEE Std C37.111 in its editions 1991, 1999 and 2013 (the last is also
//! IEC 60255-24). Clauses are cited by their titles, which the editions share, and by number where
//! the editions differ.

mod cff;
mod cfg;
mod comtrade;
mod csv;
mod dat_ascii;
mod dat_binary;
mod error;
mod grid;
mod mapping;
mod model;
mod phase;
mod resample;
mod role;
mod table;
mod text;
mod unit;
mod write_comtrade;
mod write_csv;

pub use comtrade::{read_cff, read_comtrade};
pub use csv::read_csv;
pub use error::{Part, RecordingError};
pub use mapping::{MapError, Mapped, Mapping, auto_map, channel_list, map_channels};
pub use model::{Channel, DataFormat, Recording, Revision, Section, Side};
pub use port::Role;
pub use resample::{OUTPUT_SAMPLES_MAX, resample};
pub use role::{ParseSelectorError, Selector};
pub use unit::Quantity;
pub use write_comtrade::{write_cff, write_comtrade};
pub use write_csv::write_csv;
