//! The bench of the calibration: it applies three phases to a unit and sees what the unit shows.
//!
//! It knows what it applies as its standard says it, the unit's raw counts and the readings that the production metering
//! makes of them with given coefficients: nothing else. Its time goes on from measurement to measurement, and
//! before each the sensors have settled. One has a simulated unit, one a source of samples and somebody who applies.

use crate::error::VerifyError;
use crate::standard::Standard;
use catalog::{QuantityId, Scope, point};
use image::Identity;
use metering::calibration::{Applied, Coefficients, CountMean};
use metering::{Limits, Tail, Wiring};
use port::{Readings, SampleBlock, SampleSource, SourceError, SourceState, Timestamp};
use sim::frontend::{Afe, Filters, FrontEnd};
use sim::synthetic::Signal;
use world::{Inputs, Twin, TwinConfig};

/// Names of the phases.
pub const PHASES: [&str; 3] = ["L1", "L2", "L3"];

/// From one measurement to the next, in seconds: more than a sensor needs to settle.
const PAUSE_S: f64 = 4.0;

/// Samples read at a time, a tick of the unit's program: a window at 8 kS/s and 50 Hz.
const BLOCK_SAMPLES: usize = 1_600;

/// Times that a source may be silent before it is believed to be.
const SILENCES: usize = 20;

/// Times the samples of a mean that may be read for one without a gap.
const TRIES: usize = 10;

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

/// What a calibration asks of a bench: to apply something to all phases and to tell what the unit makes of it.
pub trait Bench {
    /// Applies the same to all phases, 120 degrees apart, and reads what each shows as a mean over `seconds`; with what
    /// was really applied, as the bench's standard says it.
    ///
    /// # Errors
    /// If nothing can be applied or read, or a reading is absent.
    fn shows(
        &mut self,
        coefficients: &Coefficients,
        applied: &Applied,
        seconds: f64,
    ) -> Result<(Applied, [Shown; 3]), VerifyError>;

    /// Applies the same to all phases and takes the mean of the raw counts of the six channels, in the
    /// order of [`port::Role::ALL`].
    ///
    /// # Errors
    /// If nothing can be applied or read.
    fn mean_counts(&mut self, applied: &Applied) -> Result<[f64; 6], VerifyError>;
}

/// What the converter of a simulated unit makes of its front end's counts.
type Converter<'u> =
    Box<dyn Fn(Box<dyn SampleSource + Send>) -> Result<Box<dyn SampleSource + Send>, String> + 'u>;

/// A bench with a simulated unit on it.
pub struct SimulatedBench<'u> {
    front_end: &'u FrontEnd,
    filters: Filters,
    standard: Standard,
    sample_rate_hz: f64,
    converter: Option<Converter<'u>>,
    /// Seconds since the bench was switched on.
    now_s: f64,
}

impl<'u> SimulatedBench<'u> {
    /// With a unit on it, at a nominal sample rate in hertz. What it applies is what its standard says.
    pub fn new(
        front_end: &'u FrontEnd,
        standard: Standard,
        sample_rate_hz: f64,
    ) -> SimulatedBench<'u> {
        let filters = front_end.filters(sample_rate_hz);
        SimulatedBench { front_end, filters, standard, sample_rate_hz, converter: None, now_s: 0.0 }
    }

    /// The same with a converter behind the front end.
    #[must_use]
    pub fn through(
        self,
        converter: impl Fn(Box<dyn SampleSource + Send>) -> Result<Box<dyn SampleSource + Send>, String>
        + 'u,
    ) -> SimulatedBench<'u> {
        SimulatedBench { converter: Some(Box::new(converter)), ..self }
    }

    /// The unit's counts from now on.
    fn apply(
        &mut self,
        applied: &Applied,
        seconds: f64,
    ) -> Result<Box<dyn SampleSource + Send>, VerifyError> {
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
        let source: Box<dyn SampleSource + Send> = Box::new(source);
        match &self.converter {
            None => Ok(source),
            Some(converter) => Ok(converter(source).map_err(SourceError)?),
        }
    }
}

impl Bench for SimulatedBench<'_> {
    fn shows(
        &mut self,
        coefficients: &Coefficients,
        applied: &Applied,
        seconds: f64,
    ) -> Result<(Applied, [Shown; 3]), VerifyError> {
        let mut source = self.apply(applied, seconds)?;
        Ok((*applied, shown_by(&mut *source, coefficients, seconds)?))
    }

    fn mean_counts(&mut self, applied: &Applied) -> Result<[f64; 6], VerifyError> {
        let cycles = CountMean::new(6, self.sample_rate_hz, applied.frequency_hz);
        let mut source = self.apply(applied, cycles.samples() as f64 / self.sample_rate_hz)?;
        mean_of(&mut *source, applied)
    }
}

/// A bench whose unit is a source of samples that goes on; `apply` has somebody apply what is asked for and says what
/// stands.
pub struct SampledBench<A> {
    source: Box<dyn SampleSource + Send>,
    apply: A,
}

impl<A: FnMut(&Applied) -> Result<Applied, String>> SampledBench<A> {
    /// With a unit on it, whose channels are those of [`port::Role::ALL`] in their order.
    pub fn new(source: Box<dyn SampleSource + Send>, apply: A) -> SampledBench<A> {
        SampledBench { source, apply }
    }

    /// Has it applied, and lets the sensors settle.
    fn settled(&mut self, applied: &Applied) -> Result<Applied, VerifyError> {
        let applied = (self.apply)(applied).map_err(SourceError)?;
        let mut block = block(&*self.source);
        let until = |block: &SampleBlock| block.first + block.samples as u64;
        let rate_hz = self.source.format().sample_rate_hz;
        read(&mut *self.source, &mut block, 1)?;
        // What was read may have waited since before it was applied.
        let end = until(&block) + (2.0 * PAUSE_S * rate_hz) as u64;
        while until(&block) < end {
            read(&mut *self.source, &mut block, BLOCK_SAMPLES)?;
        }
        Ok(applied)
    }
}

impl<A: FnMut(&Applied) -> Result<Applied, String>> Bench for SampledBench<A> {
    fn shows(
        &mut self,
        coefficients: &Coefficients,
        applied: &Applied,
        seconds: f64,
    ) -> Result<(Applied, [Shown; 3]), VerifyError> {
        let applied = self.settled(applied)?;
        Ok((applied, shown_by(&mut *self.source, coefficients, seconds)?))
    }

    fn mean_counts(&mut self, applied: &Applied) -> Result<[f64; 6], VerifyError> {
        let applied = self.settled(applied)?;
        mean_of(&mut *self.source, &applied)
    }
}

/// What production metering makes of the next samples of a source, as a mean over `seconds`.
fn shown_by(
    source: &mut dyn SampleSource,
    coefficients: &Coefficients,
    seconds: f64,
) -> Result<[Shown; 3], VerifyError> {
    let sample_rate_hz = source.format().sample_rate_hz;
    let mut twin = Twin::new(&TwinConfig {
        identity: Identity::default(),
        wiring: Wiring::ThreePhaseFourWire,
        format: coefficients.format(sample_rate_hz),
        limits: Limits::EMS_AV2,
        modules: Vec::new(),
        loads: Vec::new(),
        start: Timestamp::default(),
    });
    let mut inputs = Inputs { block: block(source), ..Inputs::default() };
    let mut left = (seconds * sample_rate_hz).round() as usize;
    while left > 0 {
        read(source, &mut inputs.block, left)?;
        left -= inputs.block.samples;
        let end = inputs.block.first + inputs.block.samples as u64;
        inputs.time = Timestamp::default() + end as f64 / sample_rate_hz;
        inputs.end = (left == 0).then_some(Tail::Drop);
        twin.tick(&mut inputs);
    }
    let readings = twin.meter().readings_of(twin.whole());
    Ok([shown(&readings, 0)?, shown(&readings, 1)?, shown(&readings, 2)?])
}

/// The mean of the next counts of a source; a gap begins it anew.
fn mean_of(source: &mut dyn SampleSource, applied: &Applied) -> Result<[f64; 6], VerifyError> {
    let sample_rate_hz = source.format().sample_rate_hz;
    let mut mean = CountMean::new(6, sample_rate_hz, applied.frequency_hz);
    let mut block = block(source);
    let mut tries = TRIES * mean.samples();
    while !mean.is_complete() {
        read(source, &mut block, mean.samples().min(tries))?;
        tries -= block.samples;
        mean.push(&block);
        if tries == 0 && !mean.is_complete() {
            return Err(SourceError(
                "samples are lost all the time; `ems doctor` tells more".into(),
            )
            .into());
        }
    }
    Ok(std::array::from_fn(|row| mean.of_row(row).expect("it is complete")))
}

/// What the samples of a source are read into.
fn block(source: &dyn SampleSource) -> SampleBlock {
    SampleBlock::new(source.format().channels.len(), BLOCK_SAMPLES)
}

/// Reads the next samples, at most `most`.
fn read(
    source: &mut dyn SampleSource,
    block: &mut SampleBlock,
    most: usize,
) -> Result<(), SourceError> {
    for _ in 0..SILENCES {
        match source.read(block, most)? {
            SourceState::Samples => return Ok(()),
            SourceState::Silent => {}
            SourceState::Ended => {
                return Err(SourceError("they ended before the measurement did".into()));
            }
        }
    }
    Err(SourceError("the converter gives none; `ems doctor` tells more".into()))
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
