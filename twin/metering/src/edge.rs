//! Where a window begins and ends between two samples.
//!
//! A window of whole cycles rarely starts or ends on a sample. Cutting it at a sample would leave a
//! ripple of order 1/samples in every mean. Between two windows the cut is *soft*: over 16 samples
//! the weight passes from one window to the next along a smooth curve, so that each sample counts
//! once in total and the ripple of whole cycles cancels: at 8 kS/s below 1e-9 up to order 10 of a
//! product, 3e-7 at the worst. The curve's moments vanish up to the fifth: a mean between a soft and a
//! hard cut is as exact. Where a stretch begins or ends there are no samples beyond: the cut is *hard*,
//! with end weights that are exact for polynomials.

/// Half the width of a soft edge in samples: six box averages of two samples each, and the
/// corrections two samples to both sides.
pub const SOFT_HALF: usize = 8;

/// Corrections at distances 0, 1 and 2: with them the second and fourth moment of the edge vanish.
const SOFT_CORRECTIONS: [f64; 3] = [6.7, -52.0 / 15.0, 37.0 / 60.0];

/// Most samples that a hard edge weighs differently from 1.
const HARD_NODES_MAX: usize = 6;

/// Weights from a hard edge inwards, and how many there are.
pub type HardWeights = ([f64; HARD_NODES_MAX], usize);

/// Kind of cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Shared with the neighbouring window.
    Soft,
    /// At the first or last sample of a stretch.
    Hard,
}

/// An end of a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// Where, in samples; sample n lies at n.
    pub at: f64,
    /// How.
    pub edge: Edge,
}

impl Cut {
    /// Between two windows.
    pub fn soft(at: f64) -> Cut {
        Cut { at, edge: Edge::Soft }
    }

    /// At an end of a stretch.
    pub fn hard(at: f64) -> Cut {
        Cut { at, edge: Edge::Hard }
    }

    /// The same cut with positions counted from `origin`.
    pub fn seen_from(self, origin: usize) -> Cut {
        Cut { at: self.at - origin as f64, ..self }
    }
}

/// Part of a sample `offset` samples after a soft edge that belongs to the window after it.
///
/// A combination of distribution functions of the sum of six uniform variables (Irwin and Hall).
pub fn soft_part(offset: f64) -> f64 {
    let [here, one, two] = SOFT_CORRECTIONS;
    here * irwin_hall(offset)
        + one * (irwin_hall(offset - 1.0) + irwin_hall(offset + 1.0))
        + two * (irwin_hall(offset - 2.0) + irwin_hall(offset + 2.0))
}

/// Part of the area of six boxes of two samples that lies before `offset`.
fn irwin_hall(offset: f64) -> f64 {
    let x = offset / 2.0 + 3.0;
    if x <= 0.0 {
        return 0.0;
    }
    // Symmetric about x = 3: the shorter sum is exact at both ends.
    if x > 3.0 {
        return 1.0 - irwin_hall(-offset);
    }
    let power = |y: f64| y.max(0.0).powi(6);
    (power(x) - 6.0 * power(x - 1.0) + 15.0 * power(x - 2.0)) / 720.0
}

/// Weights that differ from 1 at a hard edge, from the edge inwards.
///
/// `gap` is how far the edge lies before the first sample inside, 0 to 1 sample. The weights make the
/// sum over samples equal to the integral from the edge for polynomials of a degree below the number
/// of nodes (Gregory's end corrections for an edge between samples). Fewer nodes where a cycle has few
/// samples.
pub fn hard_weights(gap: f64, samples_per_cycle: f64) -> HardWeights {
    let nodes = match samples_per_cycle {
        spc if spc >= 64.0 => 6,
        spc if spc >= 24.0 => 4,
        _ => 2,
    };
    // Sum over samples of n^k, regularised: 1/2 for k = 0, else Riemann's zeta at -k.
    const SUMS: [f64; HARD_NODES_MAX] = [0.5, -1.0 / 12.0, 0.0, 1.0 / 120.0, 0.0, -1.0 / 252.0];
    let mut matrix = [[0.0; HARD_NODES_MAX + 1]; HARD_NODES_MAX];
    for (k, equation) in matrix.iter_mut().enumerate().take(nodes) {
        for (node, entry) in equation.iter_mut().enumerate().take(nodes) {
            *entry = (node as f64).powi(k as i32);
        }
        let order = k as i32 + 1;
        equation[HARD_NODES_MAX] = -(-gap).powi(order) / f64::from(order) - SUMS[k];
    }
    let mut weights = solve(&mut matrix, nodes);
    for weight in weights.iter_mut().take(nodes) {
        *weight += 1.0;
    }
    (weights, nodes)
}

/// Gaussian elimination with pivoting; the right-hand side is the last column.
fn solve(
    matrix: &mut [[f64; HARD_NODES_MAX + 1]; HARD_NODES_MAX],
    size: usize,
) -> [f64; HARD_NODES_MAX] {
    for column in 0..size {
        let pivot = (column..size)
            .max_by(|a, b| matrix[*a][column].abs().total_cmp(&matrix[*b][column].abs()))
            .expect("size is at least 2");
        matrix.swap(column, pivot);
        for row in column + 1..size {
            let factor = matrix[row][column] / matrix[column][column];
            for k in column..=HARD_NODES_MAX {
                matrix[row][k] -= factor * matrix[column][k];
            }
        }
    }
    let mut solution = [0.0; HARD_NODES_MAX];
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| matrix[row][k] * solution[k]).sum();
        solution[row] = (matrix[row][HARD_NODES_MAX] - known) / matrix[row][row];
    }
    solution
}

/// The weight of each sample of a window: `lead` samples, then ones, then `tail` samples.
#[derive(Debug, Clone, Default)]
pub struct Weights {
    /// Index of the first weighted sample.
    pub first: usize,
    /// Weights at the beginning.
    pub lead: Vec<f64>,
    /// Samples of weight one between.
    pub body: usize,
    /// Weights at the end.
    pub tail: Vec<f64>,
}

impl Weights {
    /// With room for the longest edges.
    pub fn new() -> Weights {
        Weights {
            first: 0,
            lead: Vec::with_capacity(4 * SOFT_HALF),
            body: 0,
            tail: Vec::with_capacity(4 * SOFT_HALF),
        }
    }

    /// One past the last weighted sample.
    pub fn end(&self) -> usize {
        self.first + self.lead.len() + self.body + self.tail.len()
    }

    /// Sets the weights of the window from `start` to `end`.
    ///
    /// Soft edges reach 8 samples beyond; `start` must then be at least 8.
    pub fn set(&mut self, start: Cut, end: Cut, samples_per_cycle: f64) {
        self.lead.clear();
        self.tail.clear();
        self.first = match start.edge {
            Edge::Soft => (start.at - SOFT_HALF as f64).floor() as usize + 1,
            Edge::Hard => start.at.max(0.0).ceil() as usize,
        };
        let last = match end.edge {
            Edge::Soft => (end.at + SOFT_HALF as f64).ceil() as usize - 1,
            Edge::Hard => end.at.floor() as usize,
        };
        let count = last + 1 - self.first.min(last + 1);
        let lead = edge_len(start.edge, count);
        let tail = edge_len(end.edge, count);
        // A window shorter than its edges: every sample has both weights.
        let (lead, tail) = if lead + tail >= count { (count, 0) } else { (lead, tail) };
        let hard_start = hard_weights(self.first as f64 - start.at, samples_per_cycle);
        let hard_end = hard_weights(end.at - last as f64, samples_per_cycle);
        let weight = |sample: usize| {
            let opening = match start.edge {
                Edge::Soft => soft_part(sample as f64 - start.at),
                Edge::Hard => hard_weight(&hard_start, sample - self.first, count),
            };
            let closing = match end.edge {
                Edge::Soft => 1.0 - soft_part(sample as f64 - end.at),
                Edge::Hard => hard_weight(&hard_end, last - sample, count),
            };
            // Where the two ends overlap, in a window shorter than both, their corrections add up.
            opening + closing - 1.0
        };
        self.lead.extend((0..lead).map(|k| weight(self.first + k)));
        self.tail.extend((0..tail).map(|k| weight(last + 1 - tail + k)));
        self.body = count - lead - tail;
    }
}

fn edge_len(edge: Edge, count: usize) -> usize {
    match edge {
        Edge::Soft => 2 * SOFT_HALF,
        Edge::Hard => HARD_NODES_MAX,
    }
    .min(count)
}

/// The hard weight of a sample `inwards` samples from the edge; plain where the window is too short.
fn hard_weight(weights: &HardWeights, inwards: usize, count: usize) -> f64 {
    if inwards < weights.1 && count >= 2 * weights.1 { weights.0[inwards] } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(weights: &Weights) -> f64 {
        weights.lead.iter().sum::<f64>() + weights.body as f64 + weights.tail.iter().sum::<f64>()
    }

    #[test]
    fn the_weights_sum_to_the_length() {
        let mut weights = Weights::new();
        for (start, end) in [(20.3, 1620.9), (16.0, 1616.0), (100.77, 260.01)] {
            for edges in [
                (Edge::Soft, Edge::Soft),
                (Edge::Hard, Edge::Soft),
                (Edge::Soft, Edge::Hard),
                (Edge::Hard, Edge::Hard),
            ] {
                weights.set(
                    Cut { at: start, edge: edges.0 },
                    Cut { at: end, edge: edges.1 },
                    160.0,
                );
                assert!((total(&weights) - (end - start)).abs() < 1e-9, "{start} {end} {edges:?}");
            }
        }
    }

    #[test]
    fn a_soft_edge_gives_each_sample_away_once() {
        for step in 0..200 {
            let offset = f64::from(step) * 0.1 - 10.0;
            assert!((soft_part(offset) + soft_part(-offset) - 1.0).abs() < 1e-14);
        }
    }

    /// One soft and one hard edge: the phase at the soft one does not matter.
    #[test]
    fn a_soft_edge_cuts_where_it_lies() {
        let mut weights = Weights::new();
        for cycle in [123.1, 160.0, 177.7] {
            for end in [1600.0, 1620.3, 1660.7] {
                weights.set(Cut::hard(-0.5), Cut::soft(end), cycle);
                let omega = 2.0 * std::f64::consts::TAU / cycle;
                let sum: f64 = (0..weights.end())
                    .map(|n| {
                        let tail = n.checked_sub(weights.lead.len() + weights.body);
                        let inside = weights.lead.get(n).copied().unwrap_or(1.0);
                        tail.map_or(inside, |k| weights.tail[k]) * (omega * n as f64 + 0.3).cos()
                    })
                    .sum();
                let primitive = |x: f64| (omega * x + 0.3).sin() / omega;
                let error = (sum - primitive(end) + primitive(-0.5)) / end;
                assert!(error.abs() < 2e-8, "{cycle} {end}: {error:e}");
            }
        }
    }

    #[test]
    fn hard_edges_integrate_polynomials_exactly() {
        let mut weights = Weights::new();
        let (start, end) = (-0.5, 40.25);
        weights.set(Cut::hard(start), Cut::hard(end), 160.0);
        for power in 0..6 {
            let f = |x: f64| (x / 20.0 - 1.0).powi(power);
            let sum: f64 = (0..=40)
                .map(|n| {
                    let weight = match n {
                        n if n < weights.lead.len() => weights.lead[n],
                        n if n < weights.lead.len() + weights.body => 1.0,
                        n => weights.tail[n - weights.lead.len() - weights.body],
                    };
                    weight * f(n as f64)
                })
                .sum();
            let primitive = |x: f64| 20.0 / f64::from(power + 1) * (x / 20.0 - 1.0).powi(power + 1);
            let exact = primitive(end) - primitive(start);
            assert!((sum - exact).abs() < 1e-9, "x^{power}: {sum} {exact}");
        }
    }

    #[test]
    fn whole_cycles_have_no_ripple_with_soft_edges() {
        let mut weights = Weights::new();
        for frequency in [45.0, 49.37, 50.0, 53.1, 60.0, 64.99] {
            let cycle = 8000.0 / frequency;
            let (start, end) = (33.3, 33.3 + 10.0 * cycle);
            weights.set(Cut::soft(start), Cut::soft(end), cycle);
            for harmonic in [1, 2, 4, 10, 30, 62] {
                let value = |n: usize| {
                    (std::f64::consts::TAU * f64::from(harmonic) * n as f64 / cycle + 0.7).cos()
                };
                let mut sum = 0.0;
                for (k, w) in weights.lead.iter().enumerate() {
                    sum += w * value(weights.first + k);
                }
                let body = weights.first + weights.lead.len();
                for k in 0..weights.body {
                    sum += value(body + k);
                }
                for (k, w) in weights.tail.iter().enumerate() {
                    sum += w * value(body + weights.body + k);
                }
                let mean = sum / (end - start);
                assert!(mean.abs() < 2e-7, "{frequency} Hz, order {harmonic}: {mean:e}");
            }
        }
    }
}
