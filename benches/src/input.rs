//! 24-bit codes of a voltage set and its loads, which repeat without a seam.

use port::{Channel, Role};
use std::f64::consts::{SQRT_2, TAU};

/// Length of a window, roughly, in seconds.
const WINDOW_S: f64 = 0.2;

/// Volts and amperes a count: 1000 V and 110 A at full scale.
const UNIT_PER_COUNT: [f64; 2] = [1000.0 / 8_388_608.0, 110.0 / 8_388_608.0];

/// Harmonics: order, part of the fundamental in the voltage and in the current, angle.
const HARMONICS: [(f64, [f64; 2], f64); 6] = [
    (1.0, [1.0, 1.0], 0.0),
    (3.0, [0.02, 0.3], 0.5),
    (5.0, [0.03, 0.2], -1.0),
    (7.0, [0.01, 0.1], 2.0),
    (11.0, [0.005, 0.05], 0.3),
    (31.0, [0.002, 0.02], 1.0),
];

/// Whether windows are a whole number of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grid {
    /// 50 Hz: 10 cycles are 200 ms and end on a sample.
    Locked,
    /// 49.375 Hz, off the grid: four windows are one sample too long to be whole.
    Any,
}

impl Grid {
    /// Name in the benches.
    pub fn slug(self) -> &'static str {
        match self {
            Grid::Locked => "locked",
            Grid::Any => "any",
        }
    }

    /// Samples and windows of ten cycles after which the input repeats.
    fn period(self, sample_rate_hz: f64) -> (usize, usize) {
        let window = (WINDOW_S * sample_rate_hz) as usize;
        match self {
            Grid::Locked => (window, 1),
            Grid::Any => (4 * window + 4 * window / 80 + 1, 4),
        }
    }
}

/// Codes of three voltages and three currents a load, one row each.
#[derive(Debug, Clone)]
pub struct Input {
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// Windows in the input.
    pub windows: usize,
    /// Voltages, then the currents of each load.
    pub rows: Vec<Vec<i32>>,
}

impl Input {
    /// For so many loads.
    pub fn new(sample_rate_hz: f64, grid: Grid, loads: usize) -> Input {
        let (samples, windows) = grid.period(sample_rate_hz);
        let cycles = (10 * windows) as f64;
        let row = |row: usize| {
            let (voltage, phase) = (row < 3, row % 3);
            let code = |n: usize| {
                let turn = cycles * n as f64 / samples as f64 - phase as f64 / 3.0;
                let side = usize::from(!voltage);
                let rms = if voltage { 230.0 } else { 5.0 + row as f64 };
                let lag = if voltage { 0.0 } else { 0.05 * row as f64 };
                let sum: f64 = HARMONICS
                    .iter()
                    .map(|(order, part, angle)| {
                        part[side] * (TAU * order * turn + angle - lag * order).cos()
                    })
                    .sum();
                // A rounding noise of about eight counts, the same every time.
                let noise = ((n * 7919 + row * 104_729) % 17) as f64 - 8.0;
                (SQRT_2 * rms * sum / UNIT_PER_COUNT[side] + noise).round() as i32
            };
            (0..samples).map(code).collect()
        };
        Input { sample_rate_hz, windows, rows: (0..3 + 3 * loads).map(row).collect() }
    }

    /// Channels in all.
    pub fn channels(&self) -> usize {
        self.rows.len()
    }

    /// Samples of each channel.
    pub fn samples(&self) -> usize {
        self.rows[0].len()
    }
}

/// A channel as the built-in front end has it: sinc filter, RC and delay to be undone.
pub fn channel(role: Role) -> Channel {
    let unit = UNIT_PER_COUNT[usize::from(!role.is_voltage())];
    Channel {
        delay_s: 1e-6,
        lead_rad: if role.is_voltage() { 0.0 } else { 1e-3 },
        rc_hz: 4822.9,
        sinc_order: 3,
        ..Channel::ideal(role, unit)
    }
}
