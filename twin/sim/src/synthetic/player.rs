//! Turns the pieces of a timeline into samples.

use super::exact::Exact;
use super::kernel::{Basis, LANES, Lanes, Orders, Term, terms};
use super::timeline::{Piece, Pieces, Timeline, next_cut_s};
use crate::noise::{Noise, Stream};
use crate::waveform::Waveform;
use port::Role;
use pulp::{Arch, NullaryFnOnce};
use std::ops::Range;

/// Samples rendered at a time. Blocks start at whole multiples of it and are always rendered whole,
/// so how a caller cuts its reads cannot change a sample.
const BLOCK: usize = 256;

/// Told before each piece up to which second it may reach, gives the timeline from its beginning on if it has become
/// another; all that was played before is the same in both.
pub(crate) type Follow = Box<dyn FnMut(f64) -> Option<Box<dyn Timeline + Send>> + Send>;

/// A timeline being played: a [`Waveform`] computed from spectra.
pub struct Synthetic {
    timeline: Box<dyn Timeline + Send>,
    follow: Option<Follow>,
    /// Samples after which the signal ends; infinite signals never reach it.
    end_s: f64,
    index: u64,
    block: Vec<[f64; BLOCK]>,
    /// First sample of the block that is rendered.
    rendered: Option<u64>,
    pieces: Pieces,
    piece: Piece,
    /// First sample that is no longer in the piece.
    piece_end: u64,
    channels: Vec<ChannelTerms>,
    orders: Orders,
    basis: Basis,
    noise: Vec<Option<Noise>>,
}

/// Coefficients of a channel within the piece.
#[derive(Debug, Default)]
struct ChannelTerms {
    dc: f64,
    dc_slope_per_s: f64,
    terms: Vec<Term>,
    slopes_per_s: Vec<Term>,
}

impl Synthetic {
    /// Plays a timeline from its first sample, for ever or for `duration_s`. Each channel has noise of
    /// its own, from `seed`.
    pub fn new(
        timeline: Box<dyn Timeline + Send>,
        seed: u64,
        duration_s: Option<f64>,
    ) -> Synthetic {
        let channels = timeline.roles().len();
        let noise = (0..channels).map(|channel| {
            Noise::new(timeline.noise_rms(channel), seed, Stream::Terminal(channel as u32))
        });
        Synthetic {
            noise: noise.collect(),
            end_s: duration_s.unwrap_or(f64::INFINITY),
            index: 0,
            block: vec![[0.0; BLOCK]; channels],
            rendered: None,
            pieces: Pieces::new(),
            piece: Piece::default(),
            piece_end: 0,
            channels: (0..channels).map(|_| ChannelTerms::default()).collect(),
            orders: Orders::default(),
            basis: Basis::new(),
            timeline,
            follow: None,
        }
    }

    /// Follows what becomes of the timeline while it is played.
    #[must_use]
    pub(crate) fn following(self, follow: Follow) -> Synthetic {
        Synthetic { follow: Some(follow), ..self }
    }

    /// What is played; for [`super::truth`].
    pub fn timeline(&self) -> &dyn Timeline {
        &*self.timeline
    }

    /// Fills the block whose first sample is `first`.
    fn render(&mut self, rate_hz: f64, first: u64) {
        let mut at = 0;
        while at < BLOCK {
            let index = first + at as u64;
            while self.piece_end <= index {
                self.next_piece(rate_hz, index);
            }
            let run = (self.piece_end - index).min((BLOCK - at) as u64) as usize;
            self.render_run(rate_hz, index, at, run);
            at += run;
        }
        for (row, noise) in self.block.iter_mut().zip(&self.noise) {
            if let Some(noise) = noise {
                noise.add(first, row);
            }
        }
        self.rendered = Some(first);
    }

    /// Goes on to the piece that holds the sample `index`.
    fn next_piece(&mut self, rate_hz: f64, index: u64) {
        let at_s = index as f64 / rate_hz;
        if let Some(news) = self.follow.as_mut().and_then(|follow| follow(next_cut_s(at_s))) {
            self.timeline = news;
        }
        self.pieces.advance_to(at_s, &*self.timeline, &mut self.piece);
        self.piece_end = first_index_at(self.piece.end_s, rate_hz);
        let per_s = 1.0 / self.piece.length_s();
        self.orders = Orders::default();
        let ends = self.piece.starts.iter().zip(&self.piece.ends);
        for (channel, (start, end)) in self.channels.iter_mut().zip(ends) {
            let slope = (*end + *start * -1.0) * per_s;
            channel.dc = start.dc;
            channel.dc_slope_per_s = slope.dc;
            channel.terms.clear();
            channel.terms.extend(terms(start));
            channel.slopes_per_s.clear();
            channel.slopes_per_s.extend(terms(&slope));
            self.orders.include(&channel.terms);
            self.orders.include(&channel.slopes_per_s);
        }
    }

    /// Renders `run` samples of the present piece, from sample `index` into place `at` of the block.
    fn render_run(&mut self, rate_hz: f64, index: u64, at: usize, run: usize) {
        let elapsed = Exact::instant(index, rate_hz).plus(Exact::new(-self.piece.start_s));
        let cycles_at_run = self.piece.cycles_after(elapsed).value();
        let rocof = self.piece.rocof_hz_per_s();
        let frequency_hz = self.piece.frequency_hz[0] + rocof * elapsed.value();
        let Synthetic { basis, channels, block, .. } = self;
        Arch::new().dispatch(Run {
            rate_hz,
            elapsed_s: elapsed.value(),
            cycles: cycles_at_run,
            frequency_hz,
            rocof_hz_per_s: rocof,
            samples: at..at + run,
            orders: self.orders,
            basis,
            channels,
            block,
        });
    }
}

/// A run of samples within a piece, to be rendered.
///
/// Compiled for the least and for the best instructions there are, which give the same bits. A type rather
/// than a closure, since it is only as fast as that if it is inlined.
struct Run<'a> {
    rate_hz: f64,
    /// Seconds from the start of the piece to the first sample.
    elapsed_s: f64,
    /// Grid angle and frequency at the first sample.
    cycles: f64,
    frequency_hz: f64,
    rocof_hz_per_s: f64,
    /// Place in the block.
    samples: Range<usize>,
    orders: Orders,
    basis: &'a mut Basis,
    channels: &'a [ChannelTerms],
    block: &'a mut [[f64; BLOCK]],
}

impl NullaryFnOnce for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        for at in self.samples.clone().step_by(LANES) {
            let first = at - self.samples.start;
            let after_s: Lanes = std::array::from_fn(|lane| (first + lane) as f64 / self.rate_hz);
            let cycles: Lanes = std::array::from_fn(|lane| {
                let bend_hz = 0.5 * self.rocof_hz_per_s * after_s[lane];
                self.cycles + after_s[lane] * (self.frequency_hz + bend_hz)
            });
            self.basis.fill(&cycles, self.orders);
            let count = LANES.min(self.samples.end - at);
            for (channel, row) in self.channels.iter().zip(self.block.iter_mut()) {
                let values = channel.values(self.basis, self.elapsed_s, &after_s);
                row[at..][..count].copy_from_slice(&values[..count]);
            }
        }
    }
}

impl ChannelTerms {
    /// Values at the lanes of the basis, `elapsed_s + after_s` into the piece.
    #[inline(always)]
    fn values(&self, basis: &Basis, elapsed_s: f64, after_s: &Lanes) -> Lanes {
        let mut values = basis.sum(&self.terms);
        for value in &mut values {
            *value += self.dc;
        }
        if !self.slopes_per_s.is_empty() || self.dc_slope_per_s != 0.0 {
            let slopes = basis.sum(&self.slopes_per_s);
            for lane in 0..LANES {
                let s = elapsed_s + after_s[lane];
                values[lane] += s * (self.dc_slope_per_s + slopes[lane]);
            }
        }
        values
    }
}

/// The first sample at or after an instant.
fn first_index_at(at_s: f64, rate_hz: f64) -> u64 {
    let mut index = (at_s * rate_hz).ceil() as u64;
    while index > 0 && (index - 1) as f64 / rate_hz >= at_s {
        index -= 1;
    }
    while (index as f64 / rate_hz) < at_s {
        index += 1;
    }
    index
}

impl Waveform for Synthetic {
    fn roles(&self) -> &[Role] {
        self.timeline.roles()
    }

    fn fill(&mut self, rate_hz: f64, rows: &mut [Vec<f64>], max: usize) -> usize {
        let end =
            if self.end_s.is_finite() { first_index_at(self.end_s, rate_hz) } else { u64::MAX };
        let wanted = (end.saturating_sub(self.index)).min(max as u64) as usize;
        let mut done = 0;
        while done < wanted {
            let within = (self.index % BLOCK as u64) as usize;
            let first = self.index - within as u64;
            if self.rendered != Some(first) {
                self.render(rate_hz, first);
            }
            let count = (BLOCK - within).min(wanted - done);
            for (row, block) in rows.iter_mut().zip(&self.block) {
                row[done..done + count].copy_from_slice(&block[within..within + count]);
            }
            self.index += count as u64;
            done += count;
        }
        wanted
    }

    /// Passes over the pieces between without working out their spectra; noise is a function of the index.
    fn seek(&mut self, index: u64) {
        assert!(
            index >= self.index,
            "a waveform goes forward in time: from {} to {index}",
            self.index
        );
        self.index = index;
    }
}
