//! How a signal changes with time, cut into pieces in which everything is linear.

use super::exact::Exact;
use super::spectrum::Spectrum;
use port::Role;

/// What there is at the terminals, as a function of time in seconds since the first sample.
///
/// Everything is asked for "on the piece that holds `within_s`", so that both ends of a piece come
/// from the same side of a jump.
pub trait Timeline {
    /// Channels in the order of the spectra (a subset of [`Role::ALL`], in its order).
    fn roles(&self) -> &[Role];

    /// White noise of a channel, volts or amperes rms a sample; 0 for none.
    fn noise_rms(&self, channel: usize) -> f64;

    /// The first instant after `after_s` at which anything jumps or bends; infinite if there is none.
    fn next_knot(&self, after_s: f64) -> f64;

    /// The same, leaving out what only moves slowly and at random: the instants at which a phasor
    /// model of the signal has to begin anew.
    fn next_event(&self, after_s: f64) -> f64 {
        self.next_knot(after_s)
    }

    /// The next of these at which something jumps or begins; an exponential that is followed by
    /// straight lines bends on its way and jumps only once.
    fn next_jump(&self, after_s: f64) -> f64 {
        self.next_event(after_s)
    }

    /// Grid frequency in hertz, above 0.
    fn frequency_hz(&self, within_s: f64, at_s: f64) -> f64;

    /// Sum of all phase jumps so far, in cycles.
    fn jump_cycles(&self, within_s: f64) -> f64;

    /// Fills in the spectra of all channels.
    fn spectra(&self, within_s: f64, at_s: f64, out: &mut [Spectrum]);
}

/// The first cut after an instant. Every whole second is one, whatever happens: so what is changed from a
/// whole second on leaves every sample before it as it was, to the last bit.
pub(super) fn next_cut_s(after_s: f64) -> f64 {
    after_s.floor() + 1.0
}

/// A stretch of time in which the frequency and every phasor are linear; at most a second.
#[derive(Debug, Clone, Default)]
pub struct Piece {
    /// First instant, in seconds.
    pub start_s: f64,
    /// First instant that is no longer in it.
    pub end_s: f64,
    /// Frequency in hertz at the start and at the end.
    pub frequency_hz: [f64; 2],
    /// Spectra at the start, one a channel.
    pub starts: Vec<Spectrum>,
    /// Spectra at the end.
    pub ends: Vec<Spectrum>,
    /// Grid angle in cycles at the start, whole cycles left out.
    pub(crate) cycles: Exact,
}

impl Piece {
    /// Seconds from start to end.
    pub fn length_s(&self) -> f64 {
        self.end_s - self.start_s
    }

    /// Change of frequency in hertz a second.
    pub fn rocof_hz_per_s(&self) -> f64 {
        (self.frequency_hz[1] - self.frequency_hz[0]) / self.length_s()
    }

    /// Grid angle in cycles so long after the start, without whole cycles.
    pub(crate) fn cycles_after(&self, elapsed: Exact) -> Exact {
        let bend = Exact::new(self.rocof_hz_per_s() / 2.0);
        let mean_hz = Exact::new(self.frequency_hz[0]).plus(bend.times(elapsed));
        self.cycles.plus(elapsed.times(mean_hz)).fraction()
    }
}

/// Walks along a timeline, piece by piece, and keeps the grid angle.
#[derive(Debug, Clone, Default)]
pub struct Pieces {
    next_s: f64,
    cycles: Exact,
}

impl Pieces {
    /// At the first sample, where the grid angle is 0.
    pub fn new() -> Pieces {
        Pieces::default()
    }

    /// Fills in the next piece. A timeline has no end, so there always is one.
    ///
    /// # Panics
    /// If the timeline names a knot that is not in the future, or a frequency that is not above 0.
    pub fn advance(&mut self, timeline: &dyn Timeline, piece: &mut Piece) {
        self.advance_to(self.next_s, timeline, piece);
    }

    /// Fills in the first of the coming pieces that ends after `at_s`. Those passed over only move the
    /// grid angle on: their spectra are not worked out.
    ///
    /// # Panics
    /// As [`advance`](Pieces::advance).
    pub fn advance_to(&mut self, at_s: f64, timeline: &dyn Timeline, piece: &mut Piece) {
        let mut within_s = self.pass(timeline, piece);
        while piece.end_s <= at_s {
            within_s = self.pass(timeline, piece);
        }
        let channels = timeline.roles().len();
        piece.starts.resize(channels, Spectrum::ZERO);
        piece.ends.resize(channels, Spectrum::ZERO);
        timeline.spectra(within_s, piece.start_s, &mut piece.starts);
        timeline.spectra(within_s, piece.end_s, &mut piece.ends);
    }

    /// Passes the next piece, of which all but the spectra is filled in; returns an instant within it.
    fn pass(&mut self, timeline: &dyn Timeline, piece: &mut Piece) -> f64 {
        let start_s = self.next_s;
        let end_s = timeline.next_knot(start_s).min(next_cut_s(start_s));
        assert!(end_s > start_s, "a knot lies in the future: {end_s} s after {start_s} s");
        let within_s = start_s + (end_s - start_s) / 2.0;
        let frequency_hz = [start_s, end_s].map(|at_s| timeline.frequency_hz(within_s, at_s));
        assert!(frequency_hz.iter().all(|f| *f > 0.0), "a grid frequency is above 0 Hz");
        piece.start_s = start_s;
        piece.end_s = end_s;
        piece.frequency_hz = frequency_hz;
        // The jumps stand beside the integral of the frequency, so that both stay exact.
        piece.cycles = self.cycles;
        self.cycles = piece.cycles_after(Exact::new(end_s).plus(Exact::new(-start_s)));
        piece.cycles = piece.cycles.plus(Exact::new(timeline.jump_cycles(within_s)));
        self.next_s = end_s;
        within_s
    }
}
