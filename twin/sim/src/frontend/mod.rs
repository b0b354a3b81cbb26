//! The analogue front end: what stands between the terminals and the meter's mathematics.
//!
//! [`FrontEnd`] is one unit as plain data, either ideal, drawn as a typical one by a seed, or read
//! from a file. [`Afe`] puts it before a [`crate::waveform::Waveform`] and delivers counts as a
//! [`port::SampleSource`], so that clipping, quantising and calibration are always exercised.
//!
//! # The chain
//!
//! terminal volts or amperes -> sensor gain and drift -> sensor phase -> RC low-pass, sinc filter
//! and delay -> crosstalk -> offset -> INL -> noise -> rounding to 24 bits with clipping. It runs
//! on the true sample clock `nominal * (1 + clock_ppm * 1e-6)`; the format states the nominal rate.
//!
//! # The response
//!
//! Counts relate to a tone of frequency `f` at the terminal by (see [`response()`])
//!
//! ```text
//! H(f) = sinc(f/fs)^sinc_order * 1/(1 + j f/rc_hz) * e^(-j 2 pi f delay_s)
//!        * e^(+j lead_rad * lead_reference_hz / f),       sinc(x) = sin(pi x) / (pi x)
//! ```
//!
//! with the constants of [`port::Channel`] and the true clock `fs`. It is met within 1e-6 from
//! 45 Hz to the 31st harmonic
//! of 65 Hz at 8, 16 and 32 kS/s, and within 5e-4 up to 0.45 of the rate at 4 kS/s. The sinc filter
//! has no delay here: the converter's is the same on all channels and is taken out of the sample
//! index. Below 45 Hz the lead is led back to zero, so that direct current passes with gain 1.
//!
//! # Index and settling
//!
//! Count `n` stands for time `n / clock`; the filter looks ahead in the waveform to achieve it, and
//! as many counts come out as samples went in. Before its first and after its last sample the
//! signal is continued by point reflection, so the first and last [`FILTER_REACH`] counts differ a
//! little from those of an endless signal. The sensor phase settles from rest within 3 seconds;
//! after [`Afe::seek`] it is settled, and the filters have seen what lies before the sample.
//!
//! # Deliberately absent
//!
//! Aliasing (the waveform is asked at the output rate and must be band-limited), saturation before
//! the digital filter (a clipped signal is clipped after it), saturation of current transformers,
//! and transformers whose lead is the same at all frequencies (DC-tolerant ones of 4 to 5 degrees).

mod afe;
mod file;
mod filter;
mod lead;
mod model;
mod path;
mod quantise;
mod response;
mod restore;
mod table;
mod typical;

pub use afe::Afe;
pub use file::{FrontEndError, Layer};
pub use filter::{FILTER_REACH, Filters};
pub use model::{Calibration, ChannelModel, Crosstalk, FrontEnd};
pub(crate) use quantise::quantise;
pub use quantise::{CODE_MAX, CODE_MIN, FULL_SCALE_COUNTS};
pub use response::{Complex, response};
pub use restore::restore;
pub use table::FileTable;
