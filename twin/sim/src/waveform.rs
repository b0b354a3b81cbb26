//! The analogue signals at the meter's terminals, before any sensor or converter has seen them.
//!
//! The front-end model asks for them at the instants of its own, true sample clock; nothing here
//! knows about counts, blocks or civil time.

use port::Role;

/// Rows of analogue samples, one a role, in the order of `roles()`.
pub trait Waveform {
    /// Which terminals are driven, in the order of the rows (a subset of [`Role::ALL`], in its order).
    fn roles(&self) -> &[Role];

    /// Fills `rows[k][..n]` with volts or amperes at the next `n <= max` instants and returns `n`;
    /// 0 means the signal has ended.
    ///
    /// The instants are `t = index / rate_hz`; `index` counts from 0 and goes on from call to call.
    /// `rate_hz` is the true sample clock and is the same in every call. How the samples are cut
    /// into calls changes none of them.
    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize;
}
