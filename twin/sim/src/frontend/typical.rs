//! A typical unit: every error drawn once, by the unit's seed, from the ranges of metrology.md
//! section 8.

use port::Role;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::model::{ChannelModel, Crosstalk, FrontEnd, RC_HZ};

/// Half width of a uniform distribution around zero.
type Spread = f64;

/// Ratio of a class 0.2 current transformer, in ppm.
const CT_GAIN_PPM: Spread = 2_000.0;
/// Ratio of a voltage divider, in ppm: the table says 0.1 to 1 %.
const DIVIDER_GAIN_PPM: Spread = 5_000.0;
/// Drift of a transformer with its burden, in ppm/K.
const CT_PPM_PER_K: Spread = 30.0;
/// Mismatch drift of a divider, in ppm/K.
const DIVIDER_PPM_PER_K: Spread = 25.0;
/// Lead of a transformer, in degrees, and how far units lie from it.
const CT_PHASE_DEG: (f64, Spread) = (0.1, 0.05);
/// One step of the converter's PHASE register, 1/fMOD, in microseconds: what is left between
/// channels.
const DELAY_US: Spread = 0.244;
/// Tolerance of the capacitor, in percent.
const RC_ERROR_PERCENT: Spread = 5.0;
/// Offset of the converter, in counts; 1000 counts are 143 uV. Its datasheet limit was not at hand.
const OFFSET_COUNTS: Spread = 1_000.0;
/// 102 dB below a full-scale sine of 1.2 V peak at 4 kS/s, in microvolts rms.
const NOISE_UV_4KSPS: f64 = 6.74;
/// Even and odd non-linearity, in ppm of full scale: together at most 6.
const INL_PPM: Spread = 3.0;
/// Reference drift, in ppm/K: the datasheet's typical value.
const REFERENCE_PPM_PER_K: Spread = 7.5;
/// Sample clock, in ppm.
const CLOCK_PPM: Spread = 15.0;
/// Coupling of a voltage into the current of its phase, in dB.
const CROSSTALK_DB: f64 = -120.0;

impl FrontEnd {
    /// A unit as it may come from production, all errors drawn by `seed`, at 23 degC.
    ///
    /// Uniform: transformer gain +/-0.2 %, divider gain +/-0.5 %, drifts +/-30 and +/-25 ppm/K,
    /// transformer lead 0.05 to 0.15 degree at 50 Hz, delay +/-0.244 us, capacitor +/-5 %,
    /// offset +/-1000 counts, INL +/-3 ppm even and +/-3 ppm odd, reference +/-7.5 ppm/K, clock
    /// +/-15 ppm. The same for all: RC 4.82 kHz, sinc3, noise 6.74 uV at 4 kS/s, crosstalk -120 dB.
    pub fn typical(seed: u64) -> FrontEnd {
        let mut draw = ChaCha8Rng::seed_from_u64(seed);
        let reference_ppm_per_k = spread(&mut draw, REFERENCE_PPM_PER_K);
        let clock_ppm = spread(&mut draw, CLOCK_PPM);
        let channels = Role::ALL.map(|role| typical_channel(&mut draw, role));
        let pairs = [(Role::Va, Role::Ia), (Role::Vb, Role::Ib), (Role::Vc, Role::Ic)];
        let crosstalk = pairs.map(|(from, into)| {
            let inverted = draw.random_bool(0.5);
            Crosstalk { from, into, level_db: CROSSTALK_DB, inverted }
        });
        FrontEnd {
            name: format!("typical unit, seed {seed}"),
            clock_ppm,
            reference_ppm_per_k,
            sinc_order: 3,
            noise_seed: seed,
            channels,
            crosstalk: crosstalk.to_vec(),
            ..FrontEnd::ideal()
        }
    }
}

fn typical_channel(draw: &mut ChaCha8Rng, role: Role) -> ChannelModel {
    let (gain_ppm, gain_ppm_per_k, (phase_deg, phase_spread)) = if role.is_voltage() {
        (DIVIDER_GAIN_PPM, DIVIDER_PPM_PER_K, (0.0, 0.0))
    } else {
        (CT_GAIN_PPM, CT_PPM_PER_K, CT_PHASE_DEG)
    };
    ChannelModel {
        gain_ppm: spread(draw, gain_ppm),
        gain_ppm_per_k: spread(draw, gain_ppm_per_k),
        phase_deg: phase_deg + spread(draw, phase_spread),
        delay_us: spread(draw, DELAY_US),
        rc_hz: Some(RC_HZ),
        rc_error_percent: spread(draw, RC_ERROR_PERCENT),
        offset_counts: spread(draw, OFFSET_COUNTS),
        noise_uv_4ksps: NOISE_UV_4KSPS,
        inl2_ppm: spread(draw, INL_PPM),
        inl3_ppm: spread(draw, INL_PPM),
        ..ChannelModel::ideal(role)
    }
}

/// Uniform between minus and plus `half`.
fn spread(draw: &mut ChaCha8Rng, half: Spread) -> f64 {
    half * draw.random_range(-1.0..=1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_unit() {
        assert_eq!(FrontEnd::typical(7), FrontEnd::typical(7));
        assert_ne!(FrontEnd::typical(7).channels, FrontEnd::typical(8).channels);
    }

    #[test]
    fn units_lie_within_the_stated_ranges_and_fill_them() {
        let mut lead_deg: Vec<f64> =
            (0..200).map(|seed| FrontEnd::typical(seed).channel(Role::Ib).phase_deg).collect();
        lead_deg.sort_by(f64::total_cmp);
        assert!(lead_deg[0] >= 0.05 && lead_deg[0] < 0.055);
        assert!(lead_deg[199] <= 0.15 && lead_deg[199] > 0.145);
        for seed in 0..200 {
            assert_eq!(FrontEnd::typical(seed).validate(), Ok(()));
        }
    }
}
