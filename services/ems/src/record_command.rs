//! `ems record`: what a meter sees of a scenario, behind its front end, as a file for `ems replay` and
//! other tools.

use crate::cli::RecordArgs;
use crate::document::comtrade_time;
use crate::failure::{Failure, note};
use crate::scenario;
use crate::trace_command::{port_of, set_up};
use image::Timestamp;
use port::{SampleBlock, SampleSource, SourceState};
use recording::{Recording, RecordingError};
use sim::sources::{Recorder, Tape};
use std::path::{Path, PathBuf};

/// Length of a recording of an endless scenario.
const DURATION_S: f64 = 10.0;

/// Most samples of each channel: ten minutes at 8 kS/s, which take about 600 MB to write.
const SAMPLES_MAX: usize = 4_800_000;

/// Samples read at a time.
const BLOCK_SAMPLES: usize = 4096;

/// What to write, by the end of the file's name.
#[derive(Clone, Copy)]
enum Format {
    Pair,
    SingleFile,
    Csv,
}

/// Writes a recording.
pub fn record(arguments: &RecordArgs) -> Result<(), Failure> {
    let out = &arguments.out;
    let format = format_of(out)?;
    let mut scenario = scenario::named(&arguments.scenario)?.parse()?;
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    let source = lab::meter_source(&scenario, port_of(arguments.meter)).map_err(set_up)?;
    let rate_hz = source.format().sample_rate_hz;
    let duration_s = arguments.duration.or(scenario.duration_s).unwrap_or(DURATION_S);
    let tape = fill(source, samples(duration_s, rate_hz)?)?;
    let named = |error: RecordingError| Failure::File(format!("{}: {error}", out.display()));
    let mut recording = tape.recording().map_err(named)?;
    recording.station = scenario.name.clone();
    recording.device = format!("ems {}", arguments.meter.slug());
    recording.line_frequency_hz = Some(scenario.grid.frequency_hz);
    recording.start = Some(comtrade_time(Timestamp::from_unix_s(scenario.start.unix_s)));
    recording.trigger = recording.start.clone();
    for (path, bytes) in files(format, out, &recording).map_err(named)? {
        write(&path, &bytes)?;
    }
    note(&format!(
        "{}: {} samples of {} channels at {rate_hz} S/s; meter them with: ems replay {}",
        out.display(),
        tape.samples(),
        recording.channels.len(),
        out.display()
    ));
    Ok(())
}

fn format_of(out: &Path) -> Result<Format, Failure> {
    let extension = out.extension().and_then(|extension| extension.to_str()).unwrap_or("");
    match extension.to_ascii_lowercase().as_str() {
        "cfg" => Ok(Format::Pair),
        "cff" => Ok(Format::SingleFile),
        "csv" => Ok(Format::Csv),
        _ => Err(Failure::Usage(format!(
            "{}: the name decides the format; end it in .cfg (a .dat comes beside it), .cff or .csv",
            out.display()
        ))),
    }
}

fn samples(duration_s: f64, rate_hz: f64) -> Result<usize, Failure> {
    let wanted = (duration_s * rate_hz).round();
    if wanted > SAMPLES_MAX as f64 {
        return Err(Failure::Usage(format!(
            "--duration: {duration_s} s at {rate_hz} S/s are more than a recording may have; {} s is the \
             most",
            SAMPLES_MAX as f64 / rate_hz
        )));
    }
    Ok(wanted as usize)
}

/// Reads so many samples, or all there are.
fn fill(source: lab::Source, samples: usize) -> Result<Tape, Failure> {
    let mut recorder = Recorder::new(source, samples);
    let mut block = SampleBlock::new(recorder.format().channels.len(), BLOCK_SAMPLES);
    let mut left = samples;
    while left > 0 {
        let state = recorder.read(&mut block, left);
        if state.map_err(|error| Failure::File(error.to_string()))? == SourceState::Ended {
            break;
        }
        left -= block.samples;
    }
    Ok(recorder.into_tape())
}

fn files(
    format: Format,
    out: &Path,
    recording: &Recording,
) -> Result<Vec<(PathBuf, Vec<u8>)>, RecordingError> {
    Ok(match format {
        Format::Pair => {
            let (cfg, dat) = recording::write_comtrade(recording)?;
            vec![(out.with_extension("dat"), dat), (out.to_path_buf(), cfg)]
        }
        Format::SingleFile => vec![(out.to_path_buf(), recording::write_cff(recording)?)],
        Format::Csv => vec![(out.to_path_buf(), recording::write_csv(recording)?)],
    })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| {
        Failure::Environment(format!(
            "cannot write {}: {error}; give a file in a folder that is there and may be written to",
            path.display()
        ))
    })
}
