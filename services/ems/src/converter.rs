//! The converter of an installation: how it is set up and wired, and what its channels are.

use crate::failure::Failure;
use adc::model::{Faults, Model, Wiring};
use adc::{Acquisition, Driver, INPUTS, Settings};
use config::Adc;
use linux::{AdcSource, GpioEdges, SpiPort};
use metering::calibration::Coefficients;
use port::{Channel, Role, SampleSource, SourceFormat};
use std::path::Path;

/// Corner of the low-pass before each input, 1 kohm and 33 nF, in hertz (metrology.md section 8).
const RC_HZ: f64 = 4_822.877;

/// Order of the converter's sinc filter.
const SINC_ORDER: u8 = 3;

/// Counts at full scale.
const FULL_SCALE_COUNTS: f64 = 8_388_608.0;

/// Opens the chip and begins to read it, on a thread of its own.
pub fn open(
    adc: &Adc,
    path: &str,
    format: SourceFormat,
    inputs: Vec<usize>,
) -> Result<AdcSource, Failure> {
    let environment = |error: &dyn std::fmt::Display| Failure::Environment(error.to_string());
    let at = |error: &dyn std::fmt::Display| Failure::Environment(format!("{path}: {error}"));
    let settings = settings(adc, format.sample_rate_hz)?;
    let spi = SpiPort::open(path, adc.spi_hz).map_err(|error| environment(&error))?;
    let drdy = &adc.drdy;
    let edges = GpioEdges::open(&drdy.chip, drdy.offset, drdy.active_low)
        .map_err(|error| environment(&error))?;
    let driver = Driver::start(spi, settings).map_err(|error| at(&error))?;
    let acquisition = Acquisition::start(driver, edges).map_err(|error| at(&error))?;
    AdcSource::start(acquisition, format, inputs).map_err(|error| environment(&error))
}

/// A model of the chip, with one input for each channel of a source, and how it is set up.
pub fn model(
    adc: &Adc,
    source: Box<dyn SampleSource + Send>,
) -> Result<(Model, Settings), Failure> {
    let format = source.format();
    let rows = format.channels.len();
    // The front end of a scenario has its own gains.
    let settings = Settings { gains: [1; INPUTS], ..settings(adc, format.sample_rate_hz)? };
    let wiring = Wiring {
        inputs: std::array::from_fn(|input| (input < rows).then_some(input)),
        clock_hz: settings.clock_hz,
        clock_ppm: 0.0,
        spi_hz: f64::from(adc.spi_hz),
    };
    Ok((Model::new(source, &wiring, Faults::default()), settings))
}

/// How the chip is set up.
pub fn settings(adc: &Adc, rate_hz: f64) -> Result<Settings, Failure> {
    let mut gains = [1; INPUTS];
    gains.iter_mut().zip(&adc.gains).for_each(|(gain, given)| *gain = *given);
    let ratio = adc.clock_hz / 2.0 / rate_hz;
    let oversampling = [128u16, 256, 512, 1024, 2048, 4096, 8192, 16_384]
        .into_iter()
        .find(|known| (ratio / f64::from(*known) - 1.0).abs() < 0.03)
        .ok_or_else(|| {
            Failure::File(format!(
                "the converter cannot give {rate_hz} samples a second at a clock of {} Hz; take 4000, 8000, 16000 or 32000",
                adc.clock_hz
            ))
        })?;
    Ok(Settings { clock_hz: adc.clock_hz, oversampling, gains, ..Settings::default() })
}

/// What the converter's inputs deliver, and which input each row is: by the calibration record if there is one,
/// else by design.
pub fn wired(adc: &Adc, rate_hz: f64) -> Result<(SourceFormat, Vec<usize>), Failure> {
    let calibrated = adc.calibration.as_deref().map(record).transpose()?;
    let (mut channels, mut inputs) = (Vec::new(), Vec::new());
    for (input, role) in adc.channels.iter().enumerate() {
        let Some(role) = *role else { continue };
        let channel = match &calibrated {
            None => by_design(adc, role, adc.gains[input]),
            Some(record) => *record.channel(role).ok_or_else(|| {
                Failure::File(format!("adc.calibration: the record has no channel {role}"))
            })?,
        };
        channels.push(channel);
        inputs.push(input);
    }
    Ok((SourceFormat { sample_rate_hz: rate_hz, channels }, inputs))
}

/// The record of a calibration.
fn record(path: &str) -> Result<Coefficients, Failure> {
    let bytes = std::fs::read(Path::new(path)).map_err(|error| {
        Failure::Environment(format!("cannot read the calibration record {path}: {error}"))
    })?;
    Coefficients::from_bytes(&bytes).map_err(|error| {
        Failure::File(format!(
            "{path}: {error}; calibrate again, or leave adc.calibration out to measure uncalibrated"
        ))
    })
}

/// A channel as it was designed.
pub fn by_design(adc: &Adc, role: Role, gain: u8) -> Channel {
    let range = if role.is_voltage() { adc.voltage_range_v } else { adc.current_range_a };
    let unit_per_count = range / FULL_SCALE_COUNTS / f64::from(gain);
    Channel { rc_hz: RC_HZ, sinc_order: SINC_ORDER, ..Channel::ideal(role, unit_per_count) }
}
