//! The converter, from the bus to its samples: SPI, the chip, the rate of DRDY, a second of frames.

use super::Patient;
use super::check::Check;
use crate::converter;
use crate::failure::Failure;
use crate::run::{hardware, simulated};
use adc::{Acquisition, Drdy, Driver, Register};
use config::{Adc, Backend, Config, Spi};
use embedded_hal::spi::SpiDevice;
use linux::{AdcSource, ConverterHealth, EdgeRate, GpioEdges, PacedDrdy, SpiPort};
use port::{SampleBlock, SampleSource, SourceFormat, SourceState};
use std::fmt::Display;

/// Up to here the numbers of conversions are proved to be right (`adc::Sequence`); crystals are five times better.
const DEVIATION_MAX: f64 = 500e-6;

/// Beyond this the period is no longer followed (`adc::Sequence`).
const DEVIATION_LIMIT: f64 = 0.01;

/// Seconds of edges, and again of frames.
const LISTENED_S: f64 = 1.0;

/// Reads that may find silence before it is taken for the answer: each waits a quarter of a second.
const SILENT_READS_MAX: u32 = 4;

/// Samples a read.
const BLOCK: usize = 160;

/// Checks the converter and its calibration.
pub fn checks(patient: &Patient) -> Vec<Check> {
    let config = &patient.config;
    match (config.backend, &config.adc.spi) {
        (Backend::Sim, _) => {
            vec![Check::skipped("converter", "a simulated grid has no converter")]
        }
        (Backend::Ads131m08, Spi::Model) => on_model(config).unwrap_or_else(refused),
        (Backend::Ads131m08, Spi::Device(_)) if patient.is_running => {
            let sentence = format!("the meter that runs on {} has it", patient.folder.display());
            let check = Check::skipped("converter", sentence);
            vec![check.with_remedy("systemctl stop ems, and check again")]
        }
        (Backend::Ads131m08, Spi::Device(path)) => on_chip(&config.adc, path),
    }
}

fn refused(failure: Failure) -> Vec<Check> {
    vec![Check::failed("converter", &failure)]
}

fn on_model(config: &Config) -> Result<Vec<Check>, Failure> {
    let scenario = simulated::scenario(config)?;
    let parts = hardware::parts(config, &scenario, &Default::default())?;
    let format = parts.main.format().clone();
    let inputs = (0..format.channels.len()).collect();
    let (model, settings) = converter::model(&config.adc, parts.main)?;
    let mut checks = vec![Check::ok("spi", "the chip is played by its model")];
    let drdy = PacedDrdy::new(model.drdy());
    checks.extend(examined(model.spi(), settings, Some(drdy), format, inputs));
    Ok(checks)
}

fn on_chip(adc: &Adc, path: &str) -> Vec<Check> {
    let rate_hz = f64::from(adc.sample_rate_hz);
    let mut checks = vec![calibration(adc, rate_hz)];
    let settings = match converter::settings(adc, rate_hz) {
        Ok(settings) => settings,
        Err(failure) => return refused(failure),
    };
    // Who has DRDY reads the chip, which then is left alone. SPI itself lets two in.
    let edges = match GpioEdges::open(&adc.drdy.chip, adc.drdy.offset, adc.drdy.active_low) {
        Ok(edges) => Some(edges),
        Err(error) => {
            let is_taken = error.is_busy();
            checks.push(Check::failed("drdy", &error));
            if is_taken {
                checks.push(Check::skipped("adc", "whoever has DRDY may be reading the chip"));
                return checks;
            }
            None
        }
    };
    match SpiPort::open(path, adc.spi_hz) {
        Err(error) => checks.push(Check::failed("spi", &error)),
        Ok(spi) => {
            let mhz = f64::from(adc.spi_hz) * 1e-6;
            checks.push(Check::ok("spi", format!("{path} takes mode 1 and {mhz} MHz")));
            // What the rows mean has no part in this.
            let uncalibrated = Adc { calibration: None, ..adc.clone() };
            match converter::wired(&uncalibrated, rate_hz) {
                Ok((format, inputs)) => {
                    checks.extend(examined(spi, settings, edges, format, inputs));
                }
                Err(failure) => checks.push(Check::failed("adc", &failure)),
            }
        }
    }
    checks
}

/// The record must be there and whole if one is configured.
fn calibration(adc: &Adc, rate_hz: f64) -> Check {
    const NAME: &str = "calibration";
    match (&adc.calibration, converter::wired(adc, rate_hz)) {
        (_, Err(failure)) => Check::failed(NAME, &failure),
        (None, Ok(_)) => Check::warning(NAME, "the meter is not calibrated: its class is not held")
            .with_remedy("`ems calibrate` on a bench, and name the record in adc.calibration"),
        (Some(path), Ok((format, _))) => {
            Check::ok(NAME, format!("{path} is whole, {} channels", format.channels.len()))
        }
    }
}

/// Sets the chip up and listens to it.
fn examined<S, D>(
    spi: S,
    settings: adc::Settings,
    drdy: Option<D>,
    format: SourceFormat,
    inputs: Vec<usize>,
) -> Vec<Check>
where
    S: SpiDevice + Send + 'static,
    D: Drdy<Error: Display> + Send + 'static,
{
    let nominal_hz = settings.rate_hz();
    let mut driver = match Driver::start(spi, settings) {
        Ok(driver) => driver,
        Err(error) => return vec![Check::failed("adc", &error)],
    };
    let mut checks = vec![match driver.read_register(Register::ID) {
        Err(error) => Check::failed("adc", &error),
        Ok(id) => Check::ok(
            "adc",
            format!("ADS131M08, identity {id:04X}h; every register holds what was written"),
        ),
    }];
    let Some(mut drdy) = drdy else { return checks };
    let edges = (LISTENED_S * nominal_hz) as usize;
    checks.push(match EdgeRate::measure(&mut drdy, edges) {
        Ok(rate) => rated(rate, nominal_hz),
        Err(error) => Check::failed("drdy", &error),
    });
    checks.extend(listened(driver, drdy, format, inputs));
    checks
}

/// What is to be thought of edges that should come at this rate.
fn rated(rate: Option<EdgeRate>, nominal_hz: f64) -> Check {
    const NAME: &str = "drdy";
    let Some(rate) = rate else {
        return Check::failure(NAME, "no edge came, though the chip converts").with_remedy(
            "check the wire of DRDY, its line in adc.drdy, and whether low is active",
        );
    };
    let off = rate.rate_hz / nominal_hz - 1.0;
    let sentence = format!(
        "{:.2} edges a second, {:+.0} ppm off {nominal_hz}; up to {:.0} us late, {} lost, {} spikes",
        rate.rate_hz,
        off * 1e6,
        rate.jitter_ns * 1e-3,
        rate.lost,
        rate.spikes,
    );
    if off.abs() > DEVIATION_LIMIT {
        return Check::failure(NAME, sentence)
            .with_remedy("check adc.clock_hz against the crystal at CLKIN");
    }
    if off.abs() > DEVIATION_MAX {
        return Check::warning(NAME, sentence)
            .with_remedy("check the crystal at CLKIN, and the clock of this machine");
    }
    if rate.spikes > 0 {
        return Check::warning(NAME, sentence)
            .with_remedy("the line catches noise: check its wire and ground, or add a resistor");
    }
    Check::ok(NAME, sentence)
}

/// A second of frames, read by the thread that will read them.
fn listened<S, D>(
    driver: Driver<S>,
    drdy: D,
    format: SourceFormat,
    inputs: Vec<usize>,
) -> Vec<Check>
where
    S: SpiDevice + Send + 'static,
    D: Drdy<Error: Display> + Send + 'static,
{
    let wanted = (LISTENED_S * format.sample_rate_hz) as u64;
    let acquisition = match Acquisition::start(driver, drdy) {
        Ok(acquisition) => acquisition,
        Err(error) => return vec![Check::failed("frames", &error)],
    };
    let mut source = match AdcSource::start(acquisition, format, inputs) {
        Ok(source) => source,
        Err(error) => return vec![Check::failed("frames", &error)],
    };
    let health = source.health_reader();
    let mut block = SampleBlock::new(source.format().channels.len(), BLOCK);
    let mut silent = 0;
    while block.first + (block.samples as u64) < wanted && silent < SILENT_READS_MAX {
        match source.read(&mut block, BLOCK) {
            Ok(SourceState::Samples) => {}
            Ok(SourceState::Silent) => silent += 1,
            Ok(SourceState::Ended) => break,
            Err(error) => return vec![Check::failed("frames", &error)],
        }
    }
    let health = health.health();
    vec![framed(&health), first(health.realtime)]
}

/// What is to be thought of a second of frames.
fn framed(health: &ConverterHealth) -> Check {
    const NAME: &str = "frames";
    let chip = &health.chip;
    let damaged = chip.damaged + chip.transfers;
    let sentence = format!(
        "{} samples, up to {:.0} us after their edge; lost: {damaged} damaged, {} late, {} not new, {} standing still; {} restarts",
        chip.samples,
        health.latency_max_ns as f64 * 1e-3,
        chip.late + health.overruns,
        chip.not_new,
        chip.stuck,
        chip.restarts
    );
    if chip.samples == 0 {
        return Check::failure(NAME, sentence)
            .with_remedy("check the wiring of SCLK, DIN, DOUT and CS, and try a lower adc.spi_hz");
    }
    if damaged + chip.not_new + chip.restarts > 0 {
        return Check::warning(NAME, sentence)
            .with_remedy("try a lower adc.spi_hz, shorter wires, and a supply with less noise");
    }
    if chip.stuck > 0 {
        return Check::warning(NAME, sentence).with_remedy(
            "the inputs repeat themselves: take the supply off the chip and try again",
        );
    }
    if chip.late + health.overruns > 0 {
        return Check::warning(NAME, sentence)
            .with_remedy("the machine is too busy: see priority, or stop what else runs");
    }
    Check::ok(NAME, sentence)
}

fn first(is_realtime: bool) -> Check {
    match is_realtime {
        true => Check::ok("priority", "the converter's thread runs before all others"),
        false => Check::warning("priority", "the converter's thread has no real-time priority")
            .with_remedy(
                "give the service CAP_SYS_NICE and LimitRTPRIO=60, as the unit of the package does",
            ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Verdict;
    use adc::Health;

    /// Rates by how far they are off, and a line without edges.
    #[test]
    fn a_rate_is_judged_by_what_the_count_of_conversions_bears() {
        let check = |rate_hz, spikes, expected| {
            let rate = EdgeRate { edges: 8000, rate_hz, lost: 3, spikes, jitter_ns: 20_000.0 };
            let found = rated(Some(rate), 8000.0);
            assert_eq!(found.verdict, expected, "{found:?}");
            assert!(found.sentence.contains("up to 20 us late, 3 lost"), "{found:?}");
        };
        check(8000.0, 0, Verdict::Ok);
        check(8003.9, 0, Verdict::Ok);
        check(8004.1, 0, Verdict::Warning);
        check(7921.0, 0, Verdict::Warning);
        check(7919.0, 0, Verdict::Failure);
        check(4000.0, 0, Verdict::Failure);
        check(8000.0, 1, Verdict::Warning);
        assert_eq!(rated(None, 8000.0).verdict, Verdict::Failure);
    }

    /// [D-13] Each way to lose a sample shows, and none of them passes for another.
    #[test]
    fn each_loss_has_its_remedy() {
        let check = |chip: Health, overruns, expected, word: &str| {
            let health = ConverterHealth { chip, overruns, latency_max_ns: 90_000, realtime: true };
            let found = framed(&health);
            assert!(found.sentence.contains("up to 90 us after their edge"), "{found:?}");
            assert_eq!(found.verdict, expected, "{found:?}");
            assert!(found.remedy.clone().unwrap_or_default().contains(word), "{found:?}");
        };
        let sound = Health { samples: 8000, starting: 3, ..Health::default() };
        check(sound, 0, Verdict::Ok, "");
        check(Health { damaged: 1, ..sound }, 0, Verdict::Warning, "adc.spi_hz");
        check(Health { transfers: 1, ..sound }, 0, Verdict::Warning, "adc.spi_hz");
        check(Health { stuck: 1, ..sound }, 0, Verdict::Warning, "supply off");
        check(Health { late: 1, ..sound }, 0, Verdict::Warning, "too busy");
        check(sound, 1, Verdict::Warning, "too busy");
        check(Health { damaged: 8000, ..Health::default() }, 0, Verdict::Failure, "wiring");
    }
}
