//! The bench of the calibration: it applies three phases to a unit and sees what the unit shows.
//!
//! It knows what it applies as its standard says it, the unit's raw counts and the readings that the production metering makes of
//! them with given coefficients: nothing else. Its time goes on from measurement to measurement, and
//! before each the sensors have settled.

use crate::error::VerifyError;
use crate::standard::Standard;
use catalog::{QuantityId, Scope, point};
use image::Identity;
use metering::calibration::{Applied, Coefficients, CountMean};
use metering::{Limits, Tail, Wiring};
use port::{Readings, SampleBlock, SampleSource, SourceError, SourceState, Timestamp};
use sim::frontend::{Afe, Filters, FrontEnd};
use sim::synthetic::{Signal, Synthetic};
use world::{Inputs, Twin, TwinConfig};

/// Names of the phases.
pub const PHASES: [&str; 3] = ["L1", "L2", "L3"];

/// From one measurement to the next, in seconds: more than a sensor needs to settle.
const PAUSE_S: f64 = 4.0;

/// Samples read at a time, a tick of the unit's program: a window at 8 kS/s and 50 Hz.
const BLOCK_SAMPLES: usize = 1_600;

/// What a phase of the unit shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    /// Voltage L-N, in volts.
    pub voltage_v: f64,
    /// Current, in amperes.
    pub current_a: f64,
    /// Active power, in watts.
    pub active_power_w: f64,
    /// Reactive power, in var.
    pub reactive_power_var: f64,
}

/// See the module.
#[derive(Debug)]
pub struct CalibrationBench<'u> {
    front_end: &'u FrontEnd,
    filters: Filters,
    standard: Standard,
    sample_rate_hz: f64,
    /// Seconds since the bench was switched on.
    now_s: f64,
}

impl<'u> CalibrationBench<'u> {
    /// With a unit on it, at a nominal sample rate in hertz. What it applies is what its standard says.
    pub fn new(
        front_end: &'u FrontEnd,
        standard: Standard,
        sample_rate_hz: f64,
    ) -> CalibrationBench<'u> {
        let filters = front_end.filters(sample_rate_hz);
        CalibrationBench { front_end, filters, standard, sample_rate_hz, now_s: 0.0 }
    }

    /// Applies the same to all phases, 120 degrees apart, and reads what each shows as a mean over
    /// `seconds`.
    ///
    /// # Errors
    /// If the front end cannot be simulated, or a reading is absent.
    pub fn shows(
        &mut self,
        coefficients: &Coefficients,
        applied: &Applied,
        seconds: f64,
    ) -> Result<[Shown; 3], VerifyError> {
        let mut source = self.apply(applied, seconds)?;
        let mut twin = Twin::new(&TwinConfig {
            identity: Identity::default(),
            wiring: Wiring::ThreePhaseFourWire,
            format: coefficients.format(self.sample_rate_hz),
            limits: Limits::EMS_AV2,
            modules: Vec::new(),
            loads: Vec::new(),
            start: Timestamp::default(),
        });
        let mut inputs = Inputs { block: block(&source), ..Inputs::default() };
        let mut left = (seconds * self.sample_rate_hz).round() as usize;
        while left > 0 {
            read(&mut source, &mut inputs.block, left)?;
            left -= inputs.block.samples;
            let end = inputs.block.first + inputs.block.samples as u64;
            inputs.time = Timestamp::default() + end as f64 / self.sample_rate_hz;
            inputs.end = (left == 0).then_some(Tail::Drop);
            twin.tick(&mut inputs);
        }
        let readings = twin.meter().readings_of(twin.whole());
        Ok([shown(&readings, 0)?, shown(&readings, 1)?, shown(&readings, 2)?])
    }

    /// Applies the same to all phases and takes the mean of the raw counts of the six channels, in the
    /// order of [`port::Role::ALL`].
    ///
    /// # Errors
    /// If the front end cannot be simulated.
    pub fn mean_counts(&mut self, applied: &Applied) -> Result<[f64; 6], VerifyError> {
        let mut mean = CountMean::new(6, self.sample_rate_hz, applied.frequency_hz);
        let seconds = mean.samples() as f64 / self.sample_rate_hz;
        let mut source = self.apply(applied, seconds)?;
        let mut block = block(&source);
        let mut left = mean.samples();
        while left > 0 {
            read(&mut source, &mut block, left)?;
            left -= block.samples;
            mean.push(&block);
        }
        Ok(std::array::from_fn(|row| mean.of_row(row).expect("all its samples were read")))
    }

    /// The unit's counts from now on.
    fn apply(&mut self, applied: &Applied, seconds: f64) -> Result<Afe<Synthetic>, VerifyError> {
        let Applied { voltage_v, current_a, lag_deg, frequency_hz } = *applied;
        let Standard { voltage_ppm, current_ppm, lag_deg: more_deg } = self.standard;
        let voltage_v = voltage_v * (1.0 + 1e-6 * voltage_ppm);
        let current_a = current_a * (1.0 + 1e-6 * current_ppm);
        let signal = Signal::three_phase(frequency_hz, voltage_v, current_a, lag_deg + more_deg);
        let mut source = Afe::with_filters(
            self.front_end,
            &self.filters,
            signal.play(0, None),
            self.sample_rate_hz,
        )?;
        self.now_s += PAUSE_S;
        source.seek((self.now_s * self.sample_rate_hz).round() as u64);
        self.now_s += seconds;
        Ok(source)
    }
}

/// What the samples of a source are read into.
fn block(source: &impl SampleSource) -> SampleBlock {
    SampleBlock::new(source.format().channels.len(), BLOCK_SAMPLES)
}

/// Reads the next samples, at most `most`.
fn read(
    source: &mut impl SampleSource,
    block: &mut SampleBlock,
    most: usize,
) -> Result<(), SourceError> {
    match source.read(block, most)? {
        SourceState::Samples | SourceState::Silent => Ok(()),
        SourceState::Ended => Err(SourceError("they ended before the measurement did".into())),
    }
}

fn shown(readings: &Readings, phase: usize) -> Result<Shown, VerifyError> {
    let value = |quantity: QuantityId| {
        let id = point(quantity, None, Scope::PHASES[phase]).expect("a quantity of phases");
        let reading = readings.get(id);
        reading.value().ok_or(VerifyError::NoReading {
            phase: PHASES[phase],
            what: quantity.row().slug,
            quality: reading.quality(),
        })
    };
    Ok(Shown {
        voltage_v: value(QuantityId::VoltageLn)?,
        current_a: value(QuantityId::Current)?,
        active_power_w: value(QuantityId::ActivePower)?,
        reactive_power_var: value(QuantityId::ReactivePower)?,
    })
}
