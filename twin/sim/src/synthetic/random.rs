//! Seeded random numbers: addressed by index for what wanders, in sequence for noise.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Seconds between the knots of each layer of a wander, and its part of the amplitude. Whole seconds,
/// so that all knots of all wanders lie on whole seconds.
const LAYERS: [(f64, f64); 4] = [(1.0, 0.1), (5.0, 0.2), (30.0, 0.35), (240.0, 0.35)];

/// Noise of one channel of one meter, drawn sample by sample.
pub(crate) fn noise_stream(seed: u64, stream: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(stream);
    rng
}

/// A slow random movement about zero, linear between whole seconds, never beyond its amplitude.
///
/// A function of time and seed alone, so it can be asked for anywhere and in any order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Wander {
    /// Seed of the scenario.
    pub seed: u64,
    /// Tells the wanders of a scenario apart.
    pub stream: u64,
    /// Largest value, in the unit of what wanders.
    pub amplitude: f64,
}

impl Wander {
    /// A wander that stays at zero.
    pub const STILL: Wander = Wander { seed: 0, stream: 0, amplitude: 0.0 };

    /// Value at an instant.
    pub fn at(&self, at_s: f64) -> f64 {
        if self.amplitude == 0.0 {
            return 0.0;
        }
        let key = mixed(mixed(self.seed) ^ self.stream);
        let mut sum = 0.0;
        for (layer, (spacing_s, part)) in LAYERS.iter().enumerate() {
            let position = at_s.max(0.0) / spacing_s;
            let knot = position.floor();
            let [before, after] = [0, 1].map(|n| uniform(key, layer, knot as u64 + n));
            sum += part * (before + (after - before) * (position - knot));
        }
        self.amplitude * sum
    }

    /// The first bend after an instant.
    pub fn next_knot(&self, after_s: f64) -> f64 {
        if self.amplitude == 0.0 { f64::INFINITY } else { after_s.floor() + 1.0 }
    }
}

/// Uniform from -1 to 1, the same for the same key, layer and knot.
fn uniform(key: u64, layer: usize, knot: u64) -> f64 {
    let counter = knot.wrapping_mul(LAYERS.len() as u64).wrapping_add(layer as u64);
    // 53 bits make an f64 without rounding.
    (mixed(key.wrapping_add(counter)) >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

/// SplitMix64 (Steele, Lea, Flood 2014): a number for each counter, in any order, in a nanosecond.
/// Slow movements and faults need no better generator; seeking in ChaCha cost more than the waveforms.
pub(crate) fn mixed(counter: u64) -> u64 {
    let z = counter.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wander_is_bounded_bends_at_whole_seconds_and_depends_on_its_seed() {
        let wander = Wander { seed: 7, stream: 3, amplitude: 2.0 };
        let values: Vec<f64> = (0..4000).map(|n| wander.at(f64::from(n) * 0.25)).collect();
        assert!(values.iter().all(|v| v.abs() <= 2.0));
        assert!(values.iter().any(|v| v.abs() > 0.5));
        for n in 0..900 {
            let middle = values[4 * n].midpoint(values[4 * n + 4]);
            assert!((values[4 * n + 2] - middle).abs() < 1e-12);
        }
        assert_ne!(wander.at(10.0), Wander { seed: 8, ..wander }.at(10.0));
        assert_ne!(wander.at(10.0), Wander { stream: 4, ..wander }.at(10.0));
    }
}
