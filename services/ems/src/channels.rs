//! Opens a recording and takes out what the meter wants: the channels, the section, the span.

use crate::cli::ReplayArgs;
use crate::failure::Failure;
use port::Role;
use recording::{Mapping, Recording, Section, Selector};
use std::path::{Path, PathBuf};

/// A recording, cut down to what is metered.
pub struct Cut {
    /// All of it, for the report.
    pub recording: Recording,
    /// Which channel is what.
    pub mapping: Mapping,
    /// Roles in the order of the rows.
    pub roles: Vec<Role>,
    /// Volts and amperes.
    pub rows: Vec<Vec<f64>>,
    /// Samples a second.
    pub rate_hz: f64,
    /// What the user should know.
    pub notes: Vec<String>,
}

/// Reads the file named on the command line.
pub fn cut(arguments: &ReplayArgs) -> Result<Cut, Failure> {
    let recording = open(&arguments.file)?;
    let mapping = map(&recording, arguments.map.as_deref())?;
    let scales = scales(arguments.scale.as_deref())?;
    let mut notes = recording.notes.clone();
    notes.extend(mapping.notes.iter().cloned());
    let section = section(&recording, arguments, &mut notes)?;
    let rate_hz = section.rate_hz.expect("a section with times alone has been resampled");
    let range = span(&section, rate_hz, arguments)?;
    let mut mapped: Vec<(Role, Vec<f64>)> = Vec::new();
    for entry in &mapping.entries {
        let role = entry.role;
        let missing = |(channel, sample): &&(usize, usize)| {
            *channel == entry.channel && range.contains(sample)
        };
        if let Some((_, sample)) = section.missing.iter().find(missing) {
            return Err(Failure::File(format!(
                "{}: channel {} has no value at sample {} of the section; choose a span without it \
                 with --from and --to",
                arguments.file.display(),
                entry.role,
                sample + 1
            )));
        }
        let scale = scales.iter().find(|(of, _)| *of == role).map_or(1.0, |(_, scale)| *scale);
        let factor = entry.factor * scale;
        let samples = &section.samples[entry.channel][range.clone()];
        mapped.push((role, samples.iter().map(|x| x * factor).collect()));
    }
    for (role, _) in &scales {
        if !mapped.iter().any(|(of, _)| of == role) {
            return Err(Failure::Usage(format!(
                "--scale names {}, which is not mapped to a channel",
                role.slug()
            )));
        }
    }
    mapped.sort_by_key(|(role, _)| *role);
    let (roles, rows) = mapped.into_iter().unzip();
    Ok(Cut { recording, mapping, roles, rows, rate_hz, notes })
}

fn open(path: &Path) -> Result<Recording, Failure> {
    let named =
        |error: recording::RecordingError| Failure::File(format!("{}: {error}", path.display()));
    if !path.exists() {
        return Err(Failure::Environment(format!("{}: not found", path.display())));
    }
    let extension =
        path.extension().and_then(|ext| ext.to_str()).unwrap_or("").to_ascii_lowercase();
    match extension.as_str() {
        "csv" => recording::read_csv(&bytes(path)?).map_err(named),
        "cff" => recording::read_cff(&bytes(path)?).map_err(named),
        "cfg" | "dat" => {
            let cfg = beside(path, ["cfg", "CFG", "Cfg"])?;
            let dat = beside(path, ["dat", "DAT", "Dat"])?;
            recording::read_comtrade(&bytes(&cfg)?, &bytes(&dat)?).map_err(named)
        }
        _ => Err(Failure::Usage(format!(
            "{}: expected a .cfg (with its .dat beside it), .cff or .csv file",
            path.display()
        ))),
    }
}

/// The other half of a pair, in any of the usual spellings.
fn beside(path: &Path, extensions: [&str; 3]) -> Result<PathBuf, Failure> {
    let candidates = extensions.map(|extension| path.with_extension(extension));
    if extensions.iter().any(|ext| path.extension().is_some_and(|own| own == *ext)) {
        return Ok(path.to_path_buf());
    }
    candidates.iter().find(|candidate| candidate.exists()).cloned().ok_or_else(|| {
        Failure::Environment(format!(
            "{}: not found; a COMTRADE recording is a pair of .cfg and .dat",
            candidates[0].display()
        ))
    })
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::Environment(format!("cannot open {}: {error}", path.display())))
}

fn map(recording: &Recording, wanted: Option<&str>) -> Result<Mapping, Failure> {
    let mapping = match wanted {
        None => recording::auto_map(recording),
        Some(text) => {
            let mut pairs = Vec::new();
            for (role, selector) in assignments(text, "--map", "va=NAME or va=#3")? {
                let role: Role =
                    role.parse().map_err(|error| Failure::Usage(format!("--map: {error}")))?;
                let selector: Selector =
                    selector.parse().map_err(|error| Failure::Usage(format!("--map: {error}")))?;
                pairs.push((role, selector));
            }
            recording::map_channels(recording, &pairs)
        }
    };
    mapping.map_err(|error| Failure::Usage(error.to_string()))
}

/// `role=what,role=what`. A comma belongs to a name unless a role follows it.
fn assignments<'a>(
    text: &'a str,
    option: &str,
    example: &str,
) -> Result<Vec<(&'a str, &'a str)>, Failure> {
    let begins_role = |rest: &str| {
        rest.split_once('=').is_some_and(|(role, _)| role.trim().parse::<Role>().is_ok())
    };
    let mut cuts = vec![0];
    cuts.extend(
        text.match_indices(',').map(|(at, _)| at + 1).filter(|at| begins_role(&text[*at..])),
    );
    let ends = cuts.iter().skip(1).map(|at| at - 1).chain([text.len()]);
    cuts.iter()
        .zip(ends)
        .map(|(from, to)| {
            let (role, what) = text[*from..to].split_once('=').ok_or_else(|| {
                Failure::Usage(format!("{option}: `{}`: expected {example}", &text[*from..to]))
            })?;
            Ok((role.trim(), what.trim()))
        })
        .collect()
}

fn scales(text: Option<&str>) -> Result<Vec<(Role, f64)>, Failure> {
    let Some(text) = text else { return Ok(Vec::new()) };
    assignments(text, "--scale", "va=1000")?
        .into_iter()
        .map(|(role, factor)| {
            let role: Role =
                role.parse().map_err(|error| Failure::Usage(format!("--scale: {error}")))?;
            match factor.parse::<f64>() {
                Ok(factor) if factor.is_finite() && factor != 0.0 => Ok((role, factor)),
                _ => Err(Failure::Usage(format!(
                    "--scale: `{factor}` is no factor; expected a number other than 0, as in va=1000"
                ))),
            }
        })
        .collect()
}

/// The section asked for, at a uniform rate.
fn section(
    recording: &Recording,
    arguments: &ReplayArgs,
    notes: &mut Vec<String>,
) -> Result<Section, Failure> {
    let count = recording.sections.len();
    let index =
        arguments.section.checked_sub(1).filter(|index| *index < count).ok_or_else(|| {
            Failure::Usage(format!(
                "--section {}: the recording has {count}, counted from 1",
                arguments.section
            ))
        })?;
    let section = &recording.sections[index];
    if count > 1 {
        notes.push(format!(
            "section {} of {count}: the recording changes its sample rate, and sections are not joined",
            arguments.section
        ));
    }
    let resample = |rate: f64| {
        recording::resample(section, rate)
            .map_err(|error| Failure::File(format!("{}: {error}", arguments.file.display())))
    };
    match (arguments.rate, section.rate_hz) {
        (Some(wanted), Some(own)) if wanted == own => Ok(section.clone()),
        (Some(wanted), _) => {
            notes.push(format!("resampled to {wanted} Hz"));
            resample(wanted)
        }
        (None, Some(_)) => Ok(section.clone()),
        (None, None) => {
            let rate = section.nominal_rate_hz().ok_or_else(|| {
                Failure::File(format!(
                    "{}: the times in the data give no rate; ask for one with --rate",
                    arguments.file.display()
                ))
            })?;
            notes.push(format!("the times stand in the data; resampled to a uniform {rate} Hz"));
            resample(rate)
        }
    }
}

fn span(
    section: &Section,
    rate_hz: f64,
    arguments: &ReplayArgs,
) -> Result<std::ops::Range<usize>, Failure> {
    let count = section.len();
    let sample = |seconds: f64| ((seconds * rate_hz).round() as usize).min(count);
    let range = sample(arguments.from)..arguments.to.map_or(count, sample);
    if range.is_empty() {
        return Err(Failure::Usage(format!(
            "--from {} --to {}: no samples; the section is {:.6} s long",
            arguments.from,
            arguments.to.map_or_else(|| "end".to_string(), |to| to.to_string()),
            count as f64 / rate_hz
        )));
    }
    Ok(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_in_a_name_is_not_a_separator() {
        let pairs = assignments("va=Bus 1, phase A,vb=#3", "--map", "").expect("well formed");
        assert_eq!(pairs, vec![("va", "Bus 1, phase A"), ("vb", "#3")]);
        assert!(assignments("nonsense", "--map", "").is_err());
    }

    #[test]
    fn scales_are_numbers_other_than_zero() {
        assert_eq!(
            scales(Some("va=1000,ia=-0.5")).expect("fine"),
            vec![(Role::Va, 1000.0), (Role::Ia, -0.5)]
        );
        assert!(scales(Some("va=0")).is_err());
        assert!(scales(Some("va=many")).is_err());
        assert!(scales(Some("xx=1")).is_err());
    }
}
