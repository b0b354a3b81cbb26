//! Front-end files: TOML in and out, and what makes no sense in them.
//!
//! Keys of the unit stand at the top; `[voltage]` and `[current]` hold for all channels of a
//! kind, `[va]` to `[in]` for one, each over the former; `[[crosstalk]]` lists the couplings. What
//! is not stated has no error.

use port::Role;
use serde::{Deserialize, Serialize};
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::model::{Calibration, ChannelModel, Crosstalk, FrontEnd};

/// Why a front end cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FrontEndError {
    /// A file that says something else than a front end, or something impossible.
    #[error("line {line}: {reason}")]
    File {
        /// Line of the file, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A number out of its range.
    #[error("{section}{key} is {value}, but must lie in {least} to {most}")]
    Range {
        /// Section with a dot behind it; empty for the unit itself.
        section: String,
        /// Key in the section.
        key: &'static str,
        /// The number.
        value: f64,
        /// Least value that makes sense.
        least: f64,
        /// Greatest value that makes sense.
        most: f64,
    },
    /// A coupling of a channel with itself.
    #[error("crosstalk.{index}: {role} cannot disturb itself", role = .role.slug())]
    SelfCrosstalk {
        /// Position in the list, from 0.
        index: usize,
        /// The channel.
        role: Role,
    },
    /// A sample rate that is not a positive number.
    #[error("a sample rate of {0} Hz makes no sense")]
    SampleRate(f64),
    /// The filter of a channel cannot be met at this rate.
    #[error("{role}: at {rate_hz} S/s the filter deviates by {error:.1e} from its formula; \
             a smaller delay or a higher rate is needed", role = .role.slug())]
    Filter {
        /// The channel.
        role: Role,
        /// True sample clock, in hertz.
        rate_hz: f64,
        /// Largest deviation in the band.
        error: f64,
    },
}

/// The file as written.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: Option<String>,
    clock_ppm: Option<f64>,
    temperature_degc: Option<f64>,
    reference_ppm_per_k: Option<f64>,
    sinc_order: Option<u8>,
    noise_seed: Option<u64>,
    calibration: Option<Calibration>,
    voltage: Option<ChannelModel>,
    current: Option<ChannelModel>,
    va: Option<ChannelModel>,
    vb: Option<ChannelModel>,
    vc: Option<ChannelModel>,
    ia: Option<ChannelModel>,
    ib: Option<ChannelModel>,
    ic: Option<ChannelModel>,
    r#in: Option<ChannelModel>,
    #[serde(default)]
    crosstalk: Vec<Crosstalk>,
}

/// A key with the range in which its number makes sense.
type Limit<T> = (&'static str, fn(&T) -> f64, f64, f64);

/// Ranges of the unit's numbers.
const UNIT_LIMITS: [Limit<FrontEnd>; 4] = [
    ("clock_ppm", |unit| unit.clock_ppm, -1e3, 1e3),
    ("temperature_degc", |unit| unit.temperature_degc, -60.0, 125.0),
    ("reference_ppm_per_k", |unit| unit.reference_ppm_per_k, -1e3, 1e3),
    ("sinc_order", |unit| f64::from(unit.sinc_order), 0.0, 4.0),
];

/// Ranges of a channel's numbers. A lead above 1 degree would no longer fall as 1/f in any real
/// transformer, nor would the model of it be exact.
const CHANNEL_LIMITS: [Limit<ChannelModel>; 12] = [
    ("full_scale", |channel| channel.full_scale, 1e-6, 1e9),
    ("gain_ppm", |channel| channel.gain_ppm, -5e5, 5e5),
    ("gain_ppm_per_k", |channel| channel.gain_ppm_per_k, -1e3, 1e3),
    ("phase_deg", |channel| channel.phase_deg, -1.0, 1.0),
    ("phase_reference_hz", |channel| channel.phase_reference_hz, 40.0, 70.0),
    ("delay_us", |channel| channel.delay_us, -100.0, 100.0),
    ("rc_hz", |channel| channel.rc_hz.unwrap_or(1e6), 500.0, 1e6),
    ("rc_error_percent", |channel| channel.rc_error_percent, -50.0, 50.0),
    ("offset_counts", |channel| channel.offset_counts, -1e6, 1e6),
    ("noise_uv_4ksps", |channel| channel.noise_uv_4ksps, 0.0, 1e5),
    ("inl2_ppm", |channel| channel.inl2_ppm, -1e4, 1e4),
    ("inl3_ppm", |channel| channel.inl3_ppm, -1e4, 1e4),
];

/// Range of a coupling.
const CROSSTALK_LIMITS: [Limit<Crosstalk>; 1] =
    [("level_db", |crosstalk| crosstalk.level_db, -300.0, -20.0)];

impl FrontEnd {
    /// Reads a front-end file. The error names the line.
    pub fn parse(text: &str) -> Result<FrontEnd, FrontEndError> {
        let at_span = |error: toml::de::Error| FrontEndError::File {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            reason: error.message().to_string(),
        };
        let file: File = toml::from_str(text).map_err(at_span)?;
        let written: Table = toml::from_str(text).map_err(at_span)?;
        let ideal = FrontEnd::ideal();
        let front_end = FrontEnd {
            name: file.name.unwrap_or_else(|| "from a file".to_string()),
            clock_ppm: file.clock_ppm.unwrap_or(ideal.clock_ppm),
            temperature_degc: file.temperature_degc.unwrap_or(ideal.temperature_degc),
            reference_ppm_per_k: file.reference_ppm_per_k.unwrap_or(ideal.reference_ppm_per_k),
            sinc_order: file.sinc_order.unwrap_or(ideal.sinc_order),
            noise_seed: file.noise_seed.unwrap_or(ideal.noise_seed),
            calibration: file.calibration.unwrap_or(ideal.calibration),
            channels: Role::ALL.map(|role| layered(&written, role)),
            crosstalk: file.crosstalk,
        };
        front_end.validate().map_err(|error| error.in_file(text))?;
        Ok(front_end)
    }

    /// The unit as a file; [`FrontEnd::parse`] gives it back unchanged.
    pub fn to_toml(&self) -> String {
        let channel = |role| Some(*self.channel(role));
        let file = File {
            name: Some(self.name.clone()),
            clock_ppm: Some(self.clock_ppm),
            temperature_degc: Some(self.temperature_degc),
            reference_ppm_per_k: Some(self.reference_ppm_per_k),
            sinc_order: Some(self.sinc_order),
            noise_seed: Some(self.noise_seed),
            calibration: Some(self.calibration),
            voltage: None,
            current: None,
            va: channel(Role::Va),
            vb: channel(Role::Vb),
            vc: channel(Role::Vc),
            ia: channel(Role::Ia),
            ib: channel(Role::Ib),
            ic: channel(Role::Ic),
            r#in: channel(Role::In),
            crosstalk: self.crosstalk.clone(),
        };
        toml::to_string(&file).expect("numbers, names and tables are TOML")
    }

    /// Whether all numbers make sense.
    pub fn validate(&self) -> Result<(), FrontEndError> {
        within("", self, &UNIT_LIMITS)?;
        for role in Role::ALL {
            within(&format!("{}.", role.slug()), self.channel(role), &CHANNEL_LIMITS)?;
        }
        for (index, crosstalk) in self.crosstalk.iter().enumerate() {
            within(&format!("crosstalk.{index}."), crosstalk, &CROSSTALK_LIMITS)?;
            if crosstalk.from == crosstalk.into {
                return Err(FrontEndError::SelfCrosstalk { index, role: crosstalk.from });
            }
        }
        Ok(())
    }
}

fn within<T>(section: &str, values: &T, limits: &[Limit<T>]) -> Result<(), FrontEndError> {
    for &(key, value, least, most) in limits {
        let value = value(values);
        // A NaN lies in no range.
        if !(least..=most).contains(&value) {
            let section = section.to_string();
            return Err(FrontEndError::Range { section, key, value, least, most });
        }
    }
    Ok(())
}

/// The channel of a role: the ideal one, under its kind's section, under its own.
fn layered(written: &Table, role: Role) -> ChannelModel {
    let ideal = ChannelModel::ideal(role);
    let mut merged = Table::try_from(ideal).expect("a channel is a table of numbers");
    for section in sections(role) {
        if let Some(Value::Table(table)) = written.get(section) {
            merged.extend(table.clone());
        }
    }
    merged.try_into().expect("each section was read as a channel before")
}

/// Sections that hold for a role, the strongest last.
fn sections(role: Role) -> [&'static str; 2] {
    [if role.is_voltage() { "voltage" } else { "current" }, role.slug()]
}

impl FrontEndError {
    /// The same with the line that caused it.
    fn in_file(self, text: &str) -> FrontEndError {
        let span_start = match &self {
            FrontEndError::Range { section, key, .. } => position(text, section, key),
            FrontEndError::SelfCrosstalk { index, .. } => {
                position(text, &format!("crosstalk.{index}."), "into")
            }
            FrontEndError::File { .. }
            | FrontEndError::SampleRate(_)
            | FrontEndError::Filter { .. } => return self,
        };
        FrontEndError::File { line: line_at(text, span_start), reason: self.to_string() }
    }
}

/// Byte at which the value of a key stands; a channel's may stand in the section of its kind.
fn position(text: &str, section: &str, key: &str) -> usize {
    let Ok(root) = DeTable::parse(text) else { return 0 };
    let root = root.get_ref();
    let in_table = |value: &DeValue| value.get(key).map(|value| value.span().start);
    let name = section.trim_end_matches('.');
    let found = match name.split_once('.') {
        Some((list, index)) => index.parse::<usize>().ok().and_then(|index| {
            let item = root.get(list)?.get_ref().get(index)?;
            in_table(item.get_ref())
        }),
        None if name.is_empty() => root.get(key).map(|value| value.span().start),
        None => Role::ALL.into_iter().find(|role| role.slug() == name).and_then(|role| {
            let mut strongest_first = sections(role).into_iter().rev();
            strongest_first.find_map(|section| in_table(root.get(section)?.get_ref()))
        }),
    };
    found.unwrap_or(0)
}

/// Line of a byte, from 1.
fn line_at(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

/// Roles by their public names.
pub(super) mod role_slug {
    use super::Role;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(role.slug())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Role, D::Error> {
        let name = String::deserialize(deserializer)?;
        Role::ALL.into_iter().find(|role| role.slug() == name).ok_or_else(|| {
            let names = Role::ALL.map(Role::slug).join(", ");
            D::Error::custom(format!("no channel is called {name:?}; there are {names}"))
        })
    }
}
