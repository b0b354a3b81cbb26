//! The analogue signals at the meter's terminals, before any sensor or converter has seen them.
//!
//! The front-end model asks for them at the instants of its own, true sample clock; nothing here
//! knows about counts, blocks or civil time. Meters of one installation see parts of one waveform:
//! [`split`] gives each its rows.

mod split;

pub use split::{AHEAD_MAX, Branch, split};

use port::Role;

/// Rows of analogue samples, one a role, in the order of `roles()`.
pub trait Waveform {
    /// Which terminals are driven, in the order of the rows: a subset of [`Role::ALL`], in its order.
    /// A waveform that is to be [split](split()) has the subsets of several meters one after the other.
    fn roles(&self) -> &[Role];

    /// Fills `rows[k][..n]` with volts or amperes at the next `n <= max` instants and returns `n`;
    /// 0 means the signal has ended.
    ///
    /// The instants are `t = index / rate_hz`; `index` counts from 0 and goes on from call to call.
    /// `rate_hz` is the true sample clock and is the same in every call. How the samples are cut
    /// into calls changes none of them.
    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize;

    /// Goes forward so that the next instant is `index / rate_hz`. What comes then is to the last bit
    /// what would have come had all samples before been filled.
    ///
    /// # Panics
    /// If `index` lies behind the next instant: time goes forward.
    fn seek(&mut self, index: u64);
}

/// So that a waveform can be chosen at run time.
impl<W: Waveform + ?Sized> Waveform for Box<W> {
    fn roles(&self) -> &[Role] {
        (**self).roles()
    }

    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        (**self).fill(rate_hz, rows, max)
    }

    fn seek(&mut self, index: u64) {
        (**self).seek(index);
    }
}
