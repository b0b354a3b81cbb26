//! From what a channel shows back to what was at its terminal.

use port::Channel;

use super::filter::{FILTER_REACH, Filter};
use super::lead::{LANES, Lead, Leads};

/// Samples of a channel in volts or amperes, with the known response of its analogue path undone:
/// RC, sinc filter, delay and the sensor's lead. Within 5e-6 from 45 Hz to the 31st harmonic of
/// 65 Hz at 8 kS/s and more. The first and last [`FILTER_REACH`] samples differ a little, and a lead of
/// 0.2 degrees leaves a movement of about 1 Hz, 3e-4 of the peak, that is gone after three seconds.
pub fn restore(channel: &Channel, sample_rate_hz: f64, samples: &[f64]) -> Vec<f64> {
    let (Some(&first), Some(&last)) = (samples.first(), samples.last()) else { return Vec::new() };
    if channel.is_flat() {
        return samples.to_vec();
    }
    let lead = Lead::new(-channel.lead_rad, channel.lead_reference_hz, sample_rate_hz);
    let filter = Filter::undoing(channel, &lead, sample_rate_hz);
    // Continued by point reflection, as the front end does.
    let near = |step: usize| step.min(samples.len() - 1);
    let before = (1..=FILTER_REACH).rev().map(|step| 2.0 * first - samples[near(step)]);
    let after = (1..=FILTER_REACH).map(|step| 2.0 * last - samples[samples.len() - 1 - near(step)]);
    let continued: Vec<f64> = before.chain(samples.iter().copied()).chain(after).collect();
    let mut restored = vec![0.0; samples.len()];
    filter.apply(&continued, &mut restored);
    let mut lanes: Vec<_> = restored.iter().map(|value| [*value; LANES]).collect();
    Leads::new(&[lead]).apply(&mut lanes);
    lanes.into_iter().map(|[value, ..]| value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::{Afe, FrontEnd};
    use crate::synthetic::Signal;
    use port::{Role, SampleBlock, SampleSource, SourceState};

    fn heard(front_end: &FrontEnd, rate_hz: f64) -> (Vec<Channel>, Vec<Vec<f64>>) {
        let signal = Signal::three_phase(50.0, 230.0, 20.0, 40.0);
        let mut afe = Afe::new(front_end, signal.play(1, Some(4.0)), rate_hz).unwrap();
        let channels = afe.format().channels.clone();
        let mut rows = vec![Vec::new(); channels.len()];
        let mut block = SampleBlock::new(channels.len(), 1000);
        while afe.read(&mut block, 1000).unwrap() == SourceState::Samples {
            for (row, (values, channel)) in rows.iter_mut().zip(&channels).enumerate() {
                let value = |count: &i32| {
                    (f64::from(*count) - channel.offset_counts) * channel.unit_per_count
                };
                values.extend(block.row(row).iter().map(value));
            }
        }
        (channels, rows)
    }

    #[test]
    fn what_a_filtered_channel_shows_becomes_what_was_at_its_terminal() {
        let mut filtered = FrontEnd { sinc_order: 3, ..FrontEnd::ideal() };
        filtered.channel_mut(Role::Ia).phase_deg = 0.2;
        filtered.channel_mut(Role::Ia).rc_hz = Some(4_500.0);
        filtered.channel_mut(Role::Va).rc_hz = Some(4_800.0);
        for rate_hz in [8_000.0, 16_000.0] {
            let (_, expected) = heard(&FrontEnd::ideal(), rate_hz);
            let (channels, shown) = heard(&filtered, rate_hz);
            for ((channel, shown), expected) in channels.iter().zip(&shown).zip(&expected) {
                let restored = restore(channel, rate_hz, shown);
                let peak = expected.iter().fold(0.0, |peak: f64, x| peak.max(x.abs()));
                let worst = |values: &[f64], from_s: f64| {
                    let inner = (from_s * rate_hz) as usize + 2 * FILTER_REACH
                        ..values.len() - 2 * FILTER_REACH;
                    let errors = inner.map(|n| (values[n] - expected[n]).abs());
                    errors.fold(0.0, f64::max) / peak
                };
                assert!(worst(shown, 3.0) > 3e-5, "{}: nothing to restore", channel.role);
                let (begun, settled) = (worst(&restored, 0.0), worst(&restored, 3.0));
                assert!(settled < 5e-6, "{} at {rate_hz}: {settled:e}", channel.role);
                assert!(begun < 5e-4, "{} at {rate_hz}: {begun:e}", channel.role);
            }
        }
    }

    #[test]
    fn a_flat_channel_and_no_samples_stay_as_they_are() {
        let flat = Channel::ideal(Role::Va, 1.0);
        assert_eq!(restore(&flat, 8_000.0, &[1.0, -2.0]), [1.0, -2.0]);
        let channel = Channel { sinc_order: 3, ..flat };
        assert_eq!(restore(&channel, 8_000.0, &[]), [0.0; 0]);
        assert_eq!(restore(&channel, 8_000.0, &[1.0]).len(), 1);
    }
}
