//! One channel's way from its neighbourhood of samples to codes.

use port::Role;

use super::file::FrontEndError;
use super::filter::{FILTER_REACH, Filter, Filters};
use super::lead::Lead;
use super::model::{ChannelModel, FrontEnd};
use super::quantise::{FULL_SCALE_COUNTS, quantise};
use crate::noise::{Noise, Stream};

/// Largest deviation of a filter from its formula that is still a model of it.
const FILTER_ERROR_MOST: f64 = 1e-3;

/// Height of `u - u^3` on 0..1, at `u = 1/sqrt 3`.
const CUBIC_PEAK: f64 = 0.384_900_179_459_750_5;

/// The state of one channel.
#[derive(Debug, Clone)]
pub(super) struct Path {
    counts_per_unit: f64,
    /// From volts or amperes to counts.
    filter: Option<Filter>,
    /// The sensor's, which [`super::afe`] applies to several channels together.
    pub(super) lead: Option<Lead>,
    /// Row of another channel and the part of its counts that appears here.
    crosstalk: Vec<(usize, f64)>,
    offset_counts: f64,
    inl: Option<Inl>,
    noise: Option<Noise>,
}

impl Path {
    /// The path of `roles[row]` at a nominal rate, its filter among `filters` or fitted.
    pub(super) fn new(
        front_end: &FrontEnd,
        filters: &Filters,
        roles: &[Role],
        row: usize,
        sample_rate_hz: f64,
    ) -> Result<Path, FrontEndError> {
        let role = roles[row];
        let model = front_end.channel(role);
        let rate_hz = front_end.clock_hz(sample_rate_hz);
        let channel = front_end.known(role);
        let lead = Lead::new(channel.lead_rad, channel.lead_reference_hz, rate_hz);
        let filter = (!channel.is_flat()).then(|| filters.of(&channel, &lead, rate_hz));
        let error = filter.as_ref().map_or(0.0, |filter| filter.error);
        if error > FILTER_ERROR_MOST {
            return Err(FrontEndError::Filter { role, rate_hz, error });
        }
        let crosstalk = front_end.crosstalk.iter().filter(|crosstalk| crosstalk.into == role);
        let counts_per_unit = front_end.counts_per_unit(role);
        Ok(Path {
            counts_per_unit,
            filter: filter.map(|filter| filter.scaled(counts_per_unit)),
            lead: (channel.lead_rad != 0.0).then_some(lead),
            crosstalk: crosstalk
                .filter_map(|crosstalk| {
                    let from = roles.iter().position(|role| *role == crosstalk.from)?;
                    Some((from, crosstalk.ratio()))
                })
                .collect(),
            offset_counts: model.offset_counts,
            inl: Inl::new(model),
            noise: Noise::new(
                model.noise_counts(sample_rate_hz),
                front_end.noise_seed,
                Stream::Converter(role as u32),
            ),
        })
    }

    /// Largest deviation of the filter from its formula in the band; 0 without a filter.
    pub(super) fn filter_error(&self) -> f64 {
        self.filter.as_ref().map_or(0.0, |filter| filter.error)
    }

    /// Samples the path must see on each side of the one it computes.
    pub(super) fn reach(&self) -> usize {
        if self.filter.is_some() { FILTER_REACH } else { 0 }
    }

    /// Whether codes are the scaled samples, rounded, and nothing else.
    pub(super) fn only_rounds(&self) -> bool {
        self.filter.is_none()
            && self.lead.is_none()
            && self.crosstalk.is_empty()
            && self.offset_counts == 0.0
            && self.inl.is_none()
            && self.noise.is_none()
    }

    /// Codes of samples where the path [only rounds](Path::only_rounds).
    #[inline(always)]
    pub(super) fn round(&self, samples: &[f64], codes: &mut [i32]) {
        for (code, sample) in codes.iter_mut().zip(samples) {
            *code = quantise(sample * self.counts_per_unit);
        }
    }

    /// The analogue part but for the lead, in counts: `samples` begins `reach` before the first of
    /// `counts`.
    #[inline(always)]
    pub(super) fn analogue(&self, samples: &[f64], reach: usize, counts: &mut [f64]) {
        match &self.filter {
            Some(filter) => filter.apply(samples, counts),
            None => {
                for (count, sample) in counts.iter_mut().zip(&samples[reach..]) {
                    *count = sample * self.counts_per_unit;
                }
            }
        }
    }

    /// The converter: codes of row `row` from the analogue counts of all rows, of which `first` is the
    /// index of the first. `sum` is scratch.
    #[inline(always)]
    pub(super) fn convert(
        &self,
        first: u64,
        analogue: &[Vec<f64>],
        row: usize,
        sum: &mut [f64],
        codes: &mut [i32],
    ) {
        let own = &analogue[row][..sum.len()];
        for (sum, count) in sum.iter_mut().zip(own) {
            *sum = count + self.offset_counts;
        }
        for (from, ratio) in &self.crosstalk {
            for (sum, count) in sum.iter_mut().zip(&analogue[*from]) {
                *sum += ratio * count;
            }
        }
        if let Some(inl) = &self.inl {
            inl.add(sum);
        }
        if let Some(noise) = &self.noise {
            noise.add(first, sum);
        }
        for (code, sum) in codes.iter_mut().zip(sum) {
            *code = quantise(*sum);
        }
    }
}

/// Integral non-linearity: `inl2 u^2 + inl3 (u - u^3)/peak` with `u` from -1 to 1 over the range.
/// Without a constant part, so that it is no offset.
#[derive(Debug, Clone, Copy)]
struct Inl {
    square_counts: f64,
    cubic_counts: f64,
}

impl Inl {
    fn new(model: &ChannelModel) -> Option<Inl> {
        let counts_per_ppm = 1e-6 * FULL_SCALE_COUNTS;
        (model.inl2_ppm != 0.0 || model.inl3_ppm != 0.0).then_some(Inl {
            square_counts: model.inl2_ppm * counts_per_ppm,
            cubic_counts: model.inl3_ppm * counts_per_ppm / CUBIC_PEAK,
        })
    }

    #[inline(always)]
    fn add(&self, counts: &mut [f64]) {
        for count in counts {
            let u = (*count * (1.0 / FULL_SCALE_COUNTS)).clamp(-1.0, 1.0);
            *count += u * (self.square_counts * u + self.cubic_counts * (1.0 - u * u));
        }
    }
}
