//! `ems calibrate`: finds the constants of this meter's channels on a bench and writes their record.
//!
//! An operator applies what is asked for, and says so; on a model of the chip a simulated bench does. Either way the
//! procedure is that of the verification, and the samples come as they do in production.

use crate::cli::CalibrateArgs;
use crate::converter;
use crate::failure::{Failure, note};
use crate::installation;
use crate::run::simulated;
use adc::{Acquisition, ConverterSource, Driver};
use config::{Config, Spi};
use metering::calibration::{Applied, Coefficients};
use port::{Role, SampleSource};
use std::fs::{self, File};
use std::io::{self, BufRead, Write};
use std::path::{Path, PathBuf};
use verify::Standard;
use verify::calibrate::{Calibrated, ROLES, SampledBench, SimulatedBench, calibrate_on};
use verify::document::CalibrationSheet;
use verify::unit::Unit;

/// Most that power may be off at a check, in percent: a fifth of class 1.
const CHECK_PERCENT: f64 = 0.2;

/// Calibrates, writes the record and says what is left.
pub fn carry_out(arguments: &CalibrateArgs) -> Result<(), Failure> {
    let config = installation::read(&arguments.config)?;
    let record = arguments.record.clone().or(config.adc.calibration.clone().map(PathBuf::from));
    let record = record.ok_or_else(|| {
        Failure::Usage("give adc.calibration in the configuration, or --record FILE".into())
    })?;
    // Whether it can be written is known before anybody works at a bench.
    let place = Place::take(record.clone())?;
    let found = match &config.adc.spi {
        Spi::Model => on_model(&config)?,
        Spi::Device(path) => on_chip(&config, path)?,
    };
    place.write(&found.coefficients.to_bytes())?;
    let worst = show(arguments.json, &found.sheet, &record)?;
    if worst.abs() > CHECK_PERCENT {
        return Err(Failure::Expectation(format!(
            "power is {worst:+.3} % off at a check, more than {CHECK_PERCENT} %: look at the wiring of the bench and calibrate again"
        )));
    }
    Ok(())
}

/// A simulated bench with the unit of the scenario's seed on it, whose counts go through the model of the chip.
fn on_model(config: &Config) -> Result<Calibrated, Failure> {
    let scenario = simulated::scenario(config)?;
    let unit = Unit::typical(scenario.seed);
    let rate_hz = f64::from(config.adc.sample_rate_hz);
    let standard = Standard::of_place(scenario.seed);
    let through_the_chip = |source: Box<dyn SampleSource + Send>| {
        let format = source.format().clone();
        let (model, settings) =
            converter::model(&config.adc, source).map_err(|error| error.to_string())?;
        let driver = Driver::start(model.spi(), settings).map_err(|error| error.to_string())?;
        let acquisition =
            Acquisition::start(driver, model.drdy()).map_err(|error| error.to_string())?;
        let inputs = (0..format.channels.len()).collect();
        let source = ConverterSource::new(acquisition, format, inputs);
        Ok(Box::new(source) as Box<dyn SampleSource + Send>)
    };
    let mut bench =
        SimulatedBench::new(&unit.front_end, standard, rate_hz).through(through_the_chip);
    let design = verify::calibrate::by_design(&unit).map_err(failed)?;
    calibrate_on(&mut bench, &design).map_err(failed)
}

/// The chip, and an operator at its bench.
fn on_chip(config: &Config, path: &str) -> Result<Calibrated, Failure> {
    let adc = &config.adc;
    let rate_hz = f64::from(adc.sample_rate_hz);
    let (design, inputs) = design(config)?;
    let source = converter::open(adc, path, design.format(rate_hz), inputs)?;
    let (mut input, mut output) = (io::stdin().lock(), io::stderr().lock());
    let mut bench = SampledBench::new(Box::new(source), |applied: &Applied| {
        ask(applied, &mut input, &mut output).map_err(|error| error.to_string())
    });
    calibrate_on(&mut bench, &design).map_err(failed)
}

/// The six channels by design, in the order of the roles, and the input of each.
fn design(config: &Config) -> Result<(Coefficients, Vec<usize>), Failure> {
    let adc = &config.adc;
    let input_of = |role: Role| {
        let input = adc.channels.iter().position(|channel| *channel == Some(role));
        input.ok_or_else(|| {
            Failure::File(format!(
                "adc.channels has no {role}; a calibration needs all of {}",
                ROLES.map(Role::slug).join(", ")
            ))
        })
    };
    let inputs = ROLES.into_iter().map(input_of).collect::<Result<Vec<_>, _>>()?;
    let channels: Vec<_> = ROLES
        .into_iter()
        .zip(&inputs)
        .map(|(role, input)| converter::by_design(adc, role, adc.gains[*input]))
        .collect();
    let design = Coefficients::new(&channels).map_err(|error| Failure::File(error.to_string()))?;
    Ok((design, inputs))
}

/// Asks for what is to be applied, and takes what the standard says if it is typed.
fn ask(
    applied: &Applied,
    input: &mut impl BufRead,
    output: &mut impl Write,
) -> io::Result<Applied> {
    loop {
        writeln!(output, "Apply to all three phases: {}.", said(applied))?;
        write!(output, "Enter when it stands, or what the standard shows as `volts amperes`: ")?;
        output.flush()?;
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Err(io::Error::other("the bench was left; nothing was written"));
        }
        let numbers: Result<Vec<f64>, _> =
            line.split_whitespace().map(|word| word.replace(',', ".").parse()).collect();
        match numbers.as_deref() {
            Ok([]) => return Ok(*applied),
            Ok([voltage_v, current_a])
                if near(*voltage_v, applied.voltage_v) && near(*current_a, applied.current_a) =>
            {
                return Ok(Applied { voltage_v: *voltage_v, current_a: *current_a, ..*applied });
            }
            _ => writeln!(
                output,
                "Not taken: give two numbers within 2 % of what is asked for, such as `230.013 5.0021`."
            )?,
        }
    }
}

/// Whether a standard shows what was asked for, as far as sources can be set.
fn near(shown: f64, asked: f64) -> bool {
    (shown - asked).abs() <= 0.02 * asked
}

fn said(applied: &Applied) -> String {
    let Applied { voltage_v, current_a, lag_deg, frequency_hz } = *applied;
    let current = match current_a {
        0.0 => "no current".to_string(),
        amperes => {
            let factor = lag_deg.to_radians().cos();
            let side = match lag_deg {
                lag if lag > 0.0 => format!(" inductive, the current lags by {lag:.2} degrees"),
                lag if lag < 0.0 => {
                    format!(" capacitive, the current leads by {:.2} degrees", -lag)
                }
                _ => String::new(),
            };
            format!("{amperes} A, power factor {factor:.3}{side}")
        }
    };
    format!("{voltage_v} V, {frequency_hz} Hz, {current}")
}

/// Where a record will be. It is written beside the one that is there, and takes its place once it is read back whole;
/// until then nothing is changed.
struct Place {
    path: PathBuf,
    part: PathBuf,
}

impl Place {
    fn take(path: PathBuf) -> Result<Place, Failure> {
        let mut part = path.as_os_str().to_owned();
        part.push(".part");
        let place = Place { part: PathBuf::from(part), path };
        File::create(&place.part).map_err(|error| place.failed(&error))?;
        Ok(place)
    }

    fn write(self, bytes: &[u8]) -> Result<(), Failure> {
        self.written(bytes).map_err(|error| self.failed(&error))
    }

    fn written(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(&self.part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        if fs::read(&self.part)? != bytes {
            return Err(io::Error::other("it reads back otherwise"));
        }
        fs::rename(&self.part, &self.path)?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn failed(&self, error: &io::Error) -> Failure {
        Failure::Environment(format!("cannot write the record {}: {error}", self.path.display()))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // What was written has its name already.
        let _is_gone = fs::remove_file(&self.part);
    }
}

/// Prints what was found; the largest error of power at a check, in percent.
fn show(json: bool, sheet: &CalibrationSheet, record: &Path) -> Result<f64, Failure> {
    let mut out = io::stdout().lock();
    if json {
        serde_json::to_writer_pretty(&mut out, sheet)
            .map_err(|error| Failure::Environment(error.to_string()))?;
        writeln!(out)?;
    } else {
        for step in &sheet.steps {
            writeln!(
                out,
                "{:<13} {:<3} applied {:>9.3} {:<6} found {:>12.5}  corrected {}",
                step.name, step.of, step.applied, step.unit, step.found, step.correction
            )?;
        }
        for residual in &sheet.residuals {
            writeln!(out, "left: {:<32} {:>9.4} {}", residual.name, residual.value, residual.unit)?;
        }
        writeln!(out, "record {} version {}, CRC {}", record.display(), sheet.version, sheet.crc)?;
    }
    let power = sheet
        .residuals
        .iter()
        .filter(|residual| residual.unit == "%" && residual.name.starts_with("power"));
    let worst = power.map(|residual| residual.value).max_by(|a, b| a.abs().total_cmp(&b.abs()));
    note("the meter takes the record over at its next start");
    Ok(worst.unwrap_or(0.0))
}

fn failed(error: verify::VerifyError) -> Failure {
    Failure::Environment(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDUCTIVE: Applied =
        Applied { voltage_v: 230.0, current_a: 5.0, lag_deg: 60.0, frequency_hz: 50.0 };

    /// What is asked for is said in the words of a bench; what the standard shows is taken, and nonsense is not.
    #[test]
    fn an_operator_is_asked_until_the_answer_makes_sense() {
        let mut said = Vec::new();
        let mut typed = "23.0 5\nwhat?\n230,02 4.9987\n".as_bytes();
        let applied = ask(&INDUCTIVE, &mut typed, &mut said).expect("it is answered");
        assert_eq!(applied, Applied { voltage_v: 230.02, current_a: 4.9987, ..INDUCTIVE });
        let said = String::from_utf8(said).expect("UTF-8");
        let question = "Apply to all three phases: 230 V, 50 Hz, 5 A, power factor 0.500 inductive, the current lags by 60.00 degrees.";
        assert_eq!(said.matches(question).count(), 3, "{said}");
        assert_eq!(said.matches("Not taken").count(), 2, "{said}");
        let nothing = Applied { current_a: 0.0, lag_deg: 0.0, ..INDUCTIVE };
        let mut said = Vec::new();
        assert_eq!(ask(&nothing, &mut "\n".as_bytes(), &mut said).expect("answered"), nothing);
        assert!(String::from_utf8(said).expect("UTF-8").contains("230 V, 50 Hz, no current."));
        let left = ask(&INDUCTIVE, &mut "".as_bytes(), &mut Vec::new());
        assert!(left.expect_err("nobody is there").to_string().contains("nothing was written"));
    }
}
