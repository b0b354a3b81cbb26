//! The newest samples of the built-in meter, for who wants to see the wave itself.
//!
//! A run's samples pass by on their way to the world and are copied into a ring: a copy of whole numbers a block,
//! whether anybody looks or not. Calibrating, counting cycles and the transform are done for those who ask.

use catalog::HARMONIC_MAX;
use image::{MeterId, Timestamp};
use metering::stage::{Spectrum as Transform, Undo};
use port::{Channel, MeterCommand, Role, SampleBlock, SourceError, SourceFormat};
use runner::{Fed, Feed};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use web::{Harmonics, Spectrum, Wave, WaveChannel, Waves};
use world::Inputs;

/// Seconds that are kept: twelve cycles of 45 Hz, the longest window, and a cycle to find its beginning.
const KEPT_S: f64 = 0.32;

/// Cycles of the harmonics at 50 Hz and at 60 Hz, as in a window.
const CYCLES_50_HZ: u32 = 10;
const CYCLES_60_HZ: u32 = 12;

/// Between the two.
const FREQUENCY_LIMIT_HZ: f64 = 55.0;

/// A voltage of less than this has no zero crossings to count by, in volts.
const VOLTAGE_MIN_V: f64 = 20.0;

/// Points of a wave that is shown: enough for ten cycles on a wide screen, few enough to send.
const POINTS_MAX: usize = 2400;

#[derive(Debug, Default)]
struct Ring {
    /// Counts by channel.
    rows: Vec<VecDeque<i32>>,
    /// Civil time at the end of the newest block.
    time: Timestamp,
}

/// The ring, as both sides have it.
#[derive(Debug)]
pub struct Tap {
    format: SourceFormat,
    kept: usize,
    ring: Mutex<Ring>,
}

impl Tap {
    /// For the samples of a source.
    pub fn new(format: &SourceFormat) -> Arc<Tap> {
        let kept = (KEPT_S * format.sample_rate_hz).ceil() as usize;
        let rows = vec![VecDeque::with_capacity(kept); format.channels.len()];
        let ring = Mutex::new(Ring { rows, time: Timestamp::default() });
        Arc::new(Tap { format: format.clone(), kept, ring })
    }

    fn take(&self, block: &SampleBlock, time: Timestamp) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.time = time;
        let new = block.samples.min(self.kept);
        for (channel, row) in ring.rows.iter_mut().enumerate() {
            let over = (row.len() + new).saturating_sub(self.kept);
            row.drain(..over);
            row.extend(&block.row(channel)[block.samples - new..block.samples]);
        }
    }

    /// Calibrated samples by channel.
    fn samples(&self) -> (Timestamp, Vec<(Role, Vec<f64>)>) {
        let ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        let channels = self.format.channels.iter().zip(&ring.rows);
        let calibrated = channels.map(|(channel, row)| {
            let factor = channel.unit_per_count;
            let volts = |count: &i32| (f64::from(*count) - channel.offset_counts) * factor;
            (channel.role, row.iter().map(volts).collect())
        });
        (ring.time, calibrated.collect())
    }
}

/// Positions at which a signal rises through its mean, in samples.
fn rising(samples: &[f64]) -> Vec<f64> {
    let mean = samples.iter().sum::<f64>() / samples.len().max(1) as f64;
    // What crosses must have been clearly below before, so that noise at zero counts once.
    let peak = samples.iter().fold(0.0f64, |peak, value| peak.max((value - mean).abs()));
    let (mut found, mut was_below) = (Vec::new(), false);
    for (at, pair) in samples.windows(2).enumerate() {
        let (before, after) = (pair[0] - mean, pair[1] - mean);
        was_below |= before < -0.2 * peak;
        if was_below && before < 0.0 && after >= 0.0 {
            found.push(at as f64 + before / (before - after));
            was_below = false;
        }
    }
    found
}

/// Crossings of the first voltage that is there.
fn crossings(channels: &[(Role, Vec<f64>)]) -> Option<Vec<f64>> {
    let voltages = channels.iter().filter(|(role, _)| role.is_voltage());
    let alive = |samples: &[f64]| {
        let squares: f64 = samples.iter().map(|value| value * value).sum();
        (squares / samples.len().max(1) as f64).sqrt() >= VOLTAGE_MIN_V
    };
    voltages
        .map(|(_, samples)| samples)
        .find(|samples| alive(samples))
        .map(|samples| rising(samples))
}

impl Waves for Tap {
    fn wave(&self, cycles: u32) -> Option<Wave> {
        let (time, channels) = self.samples();
        let crossings = crossings(&channels)?;
        let first = crossings.len().checked_sub(cycles as usize + 1)?;
        let (from, to) = (crossings[first] as usize, *crossings.last()? as usize + 1);
        let length = channels.first()?.1.len();
        let step = (to - from).div_ceil(POINTS_MAX).max(1);
        let shown = channels.into_iter().map(|(role, samples)| {
            let samples = samples[from..to.min(length)].iter().step_by(step);
            let digits = if role.is_voltage() { 100.0 } else { 10_000.0 };
            WaveChannel::new(role, samples.map(|value| (value * digits).round() / digits).collect())
        });
        let rate_hz = self.format.sample_rate_hz;
        let behind_s = (length - to.min(length)) as f64 / rate_hz;
        Some(Wave {
            time: time + -behind_s,
            sample_rate_hz: rate_hz / step as f64,
            channels: shown.collect(),
        })
    }

    fn harmonics(&self) -> Option<Harmonics> {
        let (time, channels) = self.samples();
        let crossings = crossings(&channels)?;
        let rate_hz = self.format.sample_rate_hz;
        let [.., before, last] = crossings[..] else { return None };
        let cycles = if rate_hz / (last - before) < FREQUENCY_LIMIT_HZ {
            CYCLES_50_HZ
        } else {
            CYCLES_60_HZ
        };
        let first = crossings.len().checked_sub(cycles as usize + 1)?;
        let (start, length) = (crossings[first], last - crossings[first]);
        let available = channels.first()?.1.len();
        let fundamental_hz = f64::from(cycles) * rate_hz / length;
        let mut transform = Transform::new(rate_hz, cycles as usize);
        transform.plan(start, length, cycles as usize, available);
        let undo = Undo::new(fundamental_hz, rate_hz);
        let of_format = self.format.channels.iter();
        let spectrum = |((role, samples), channel): ((Role, Vec<f64>), &Channel)| {
            let phasors = undo.apply(channel, &transform.phasors(&samples));
            let rms = |order: usize| phasors[order].norm() * std::f64::consts::FRAC_1_SQRT_2;
            let fundamental = rms(1);
            let shown = WaveChannel::new(role, Vec::new());
            let rounded = |value: f64| (value * 1e4).round() / 1e4;
            let floor = if role.is_voltage() { VOLTAGE_MIN_V } else { 0.02 };
            Spectrum {
                role: shown.role,
                unit: shown.unit,
                magnitudes: (1..=HARMONIC_MAX).map(|order| rounded(rms(order))).collect(),
                percent: (fundamental >= floor).then(|| {
                    (1..=HARMONIC_MAX)
                        .map(|order| rounded(100.0 * rms(order) / fundamental))
                        .collect()
                }),
            }
        };
        let channels = channels.into_iter().zip(of_format).map(spectrum).collect();
        Some(Harmonics { time, fundamental_hz, channels })
    }
}

/// A feed whose samples pass a tap.
pub struct Tapped {
    inner: Box<dyn Feed + Send>,
    tap: Arc<Tap>,
}

impl Tapped {
    /// Puts a tap into a feed.
    pub fn new(inner: Box<dyn Feed + Send>, tap: Arc<Tap>) -> Tapped {
        Tapped { inner, tap }
    }
}

impl Feed for Tapped {
    fn sample_rate_hz(&self) -> f64 {
        self.inner.sample_rate_hz()
    }

    fn block(&self, samples: usize) -> SampleBlock {
        self.inner.block(samples)
    }

    fn feed(&mut self, inputs: &mut Inputs, want: usize, before: u64) -> Result<Fed, SourceError> {
        let fed = self.inner.feed(inputs, want, before)?;
        if fed.samples > 0 {
            // The tick's time is set after it is fed; a block later is near enough for a picture.
            self.tap.take(&inputs.block, inputs.time);
        }
        Ok(fed)
    }

    fn command(&mut self, meter: Option<MeterId>, command: MeterCommand) {
        self.inner.command(meter, command);
    }
}
