//! Turns the pieces of a timeline into samples.

use super::exact::Exact;
use super::kernel::{Basis, LANES, Lanes, Orders, Term, terms};
use super::random::noise_stream;
use super::timeline::{Piece, Pieces, Timeline};
use crate::waveform::Waveform;
use port::Role;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// Samples rendered at a time. Blocks start at whole multiples of it and are always rendered whole,
/// so how a caller cuts its reads cannot change a sample.
const BLOCK: usize = 256;

/// A timeline being played: a [`Waveform`] computed from spectra.
pub struct Synthetic {
    timeline: Box<dyn Timeline + Send>,
    /// Samples after which the signal ends; infinite signals never reach it.
    end_s: f64,
    index: u64,
    block: Vec<[f64; BLOCK]>,
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

/// White noise of a channel.
struct Noise {
    rms: f64,
    rng: ChaCha8Rng,
}

impl Synthetic {
    /// Plays a timeline from its first sample, for ever or for `duration_s`.
    ///
    /// Noise comes from `seed`; meters of one scenario differ in `meter` so that theirs is not the same.
    pub fn new(
        timeline: Box<dyn Timeline + Send>,
        seed: u64,
        meter: u64,
        duration_s: Option<f64>,
    ) -> Synthetic {
        let roles = timeline.roles().to_vec();
        let noise = roles.iter().enumerate().map(|(channel, role)| {
            let rms = timeline.noise_rms(channel);
            let stream = meter * Role::ALL.len() as u64 + *role as u64;
            (rms > 0.0).then(|| Noise { rms, rng: noise_stream(seed, stream) })
        });
        Synthetic {
            noise: noise.collect(),
            end_s: duration_s.unwrap_or(f64::INFINITY),
            index: 0,
            block: vec![[0.0; BLOCK]; roles.len()],
            pieces: Pieces::new(),
            piece: Piece::default(),
            piece_end: 0,
            channels: roles.iter().map(|_| ChannelTerms::default()).collect(),
            orders: Orders::default(),
            basis: Basis::new(),
            timeline,
        }
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
                self.next_piece(rate_hz);
            }
            let run = (self.piece_end - index).min((BLOCK - at) as u64) as usize;
            self.render_run(rate_hz, index, at, run);
            at += run;
        }
        for (row, noise) in self.block.iter_mut().zip(&mut self.noise) {
            if let Some(Noise { rms, rng }) = noise {
                for value in row {
                    let normal: f64 = StandardNormal.sample(rng);
                    *value += *rms * normal;
                }
            }
        }
    }

    fn next_piece(&mut self, rate_hz: f64) {
        self.pieces.advance(&*self.timeline, &mut self.piece);
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
        let elapsed_s = elapsed.value();
        for chunk in (0..run).step_by(LANES) {
            let after_s: Lanes = std::array::from_fn(|lane| (chunk + lane) as f64 / rate_hz);
            let cycles: Lanes = std::array::from_fn(|lane| {
                cycles_at_run + after_s[lane] * (frequency_hz + 0.5 * rocof * after_s[lane])
            });
            self.basis.fill(&cycles, self.orders);
            let count = LANES.min(run - chunk);
            for (channel, row) in self.channels.iter().zip(&mut self.block) {
                let values = channel.values(&self.basis, elapsed_s, &after_s);
                row[at + chunk..][..count].copy_from_slice(&values[..count]);
            }
        }
    }
}

impl ChannelTerms {
    /// Values at the lanes of the basis, `elapsed_s + after_s` into the piece.
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
            if within == 0 {
                self.render(rate_hz, self.index);
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
}
