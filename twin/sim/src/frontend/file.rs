//! Front-end files: TOML in and out, and what makes no sense in them.
//!
//! Keys of the unit stand at the top; `[voltage]` and `[current]` hold for all channels of a
//! kind, `[va]` to `[in]` for one, each over the former; `[[crosstalk]]` lists the couplings. What
//! is not stated has no error, or is as in the front end that the file is [read over](FrontEnd::read_over).

use port::Role;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::model::{Calibration, ChannelModel, Crosstalk, FrontEnd};
use super::table::FileTable;

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
    crosstalk: Option<Vec<Crosstalk>>,
}

/// How the numbers of a file meet those of the front end that it is read over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layer {
    /// What is stated takes the place of what was; so does the list of couplings.
    Replace,
    /// A change of a unit: errors that may have either sign (gains, offsets, angles, delays, drifts, the
    /// clock, non-linearities and the RC's deviation) are added to those that are there, and couplings are
    /// put beside them. The rest (full scale, corner frequencies, noise, temperature) takes their place.
    Add,
}

/// Errors that [`Layer::Add`] adds.
const ADDED: [&str; 10] = [
    "clock_ppm",
    "reference_ppm_per_k",
    "gain_ppm",
    "gain_ppm_per_k",
    "phase_deg",
    "delay_us",
    "rc_error_percent",
    "offset_counts",
    "inl2_ppm",
    "inl3_ppm",
];

/// A key with the range in which its number makes sense.
type Limit<T> = (&'static str, fn(&T) -> f64, f64, f64);

/// Ranges of the unit's numbers. A crystal is within 50 ppm; the clock's range is wide enough for one that is
/// broken, and that of the drifts for parts far from their datasheet, so that both can be found out.
const UNIT_LIMITS: [Limit<FrontEnd>; 4] = [
    ("clock_ppm", |unit| unit.clock_ppm, -1e4, 1e4),
    ("temperature_degc", |unit| unit.temperature_degc, -60.0, 125.0),
    ("reference_ppm_per_k", |unit| unit.reference_ppm_per_k, -1e4, 1e4),
    ("sinc_order", |unit| f64::from(unit.sinc_order), 0.0, 4.0),
];

/// Ranges of a channel's numbers. A lead above 1 degree would no longer fall as 1/f in any real
/// transformer, nor would the model of it be exact.
const CHANNEL_LIMITS: [Limit<ChannelModel>; 12] = [
    ("full_scale", |channel| channel.full_scale, 1e-6, 1e9),
    ("gain_ppm", |channel| channel.gain_ppm, -5e5, 5e5),
    ("gain_ppm_per_k", |channel| channel.gain_ppm_per_k, -1e4, 1e4),
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
    /// What a front-end file may say.
    pub const FILE_KEYS: [&str; 17] = [
        "name",
        "clock_ppm",
        "temperature_degc",
        "reference_ppm_per_k",
        "sinc_order",
        "noise_seed",
        "calibration",
        "voltage",
        "current",
        "va",
        "vb",
        "vc",
        "ia",
        "ib",
        "ic",
        "in",
        "crosstalk",
    ];

    /// Reads a front-end file. The error names the line.
    pub fn parse(text: &str) -> Result<FrontEnd, FrontEndError> {
        let base = FrontEnd { name: "from a file".to_string(), ..FrontEnd::ideal() };
        base.read_over(&FileTable::parse(text)?, Layer::Replace)
    }

    /// This front end with what a table says of it.
    ///
    /// # Errors
    /// If the table says something unknown, or the front end that comes out makes no sense. The error names
    /// the line.
    pub fn read_over(&self, table: &FileTable, layer: Layer) -> Result<FrontEnd, FrontEndError> {
        let file: File = table.read()?;
        let written: Table = table.read()?;
        let met = |key: &str, before: f64, stated: Option<f64>| match stated {
            Some(stated) => layer.meet(key, before, stated),
            None => before,
        };
        let front_end = FrontEnd {
            name: file.name.unwrap_or_else(|| self.name.clone()),
            clock_ppm: met("clock_ppm", self.clock_ppm, file.clock_ppm),
            temperature_degc: file.temperature_degc.unwrap_or(self.temperature_degc),
            reference_ppm_per_k: met(
                "reference_ppm_per_k",
                self.reference_ppm_per_k,
                file.reference_ppm_per_k,
            ),
            sinc_order: file.sinc_order.unwrap_or(self.sinc_order),
            noise_seed: file.noise_seed.unwrap_or(self.noise_seed),
            calibration: file.calibration.unwrap_or(self.calibration),
            channels: Role::ALL.map(|role| layered(self.channel(role), &written, role, layer)),
            crosstalk: match (file.crosstalk, layer) {
                (None, _) => self.crosstalk.clone(),
                (Some(stated), Layer::Replace) => stated,
                (Some(stated), Layer::Add) => [self.crosstalk.clone(), stated].concat(),
            },
        };
        front_end.validate().map_err(|error| error.in_file(table, self.crosstalk.len(), layer))?;
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
            crosstalk: Some(self.crosstalk.clone()),
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

impl Layer {
    fn meet(self, key: &str, before: f64, stated: f64) -> f64 {
        match self {
            Layer::Add if ADDED.contains(&key) => before + stated,
            Layer::Add | Layer::Replace => stated,
        }
    }
}

/// The channel of a role: the one before, under its kind's section, under its own.
fn layered(before: &ChannelModel, written: &Table, role: Role, layer: Layer) -> ChannelModel {
    let mut stated = Table::new();
    for section in sections(role) {
        if let Some(Value::Table(table)) = written.get(section) {
            stated.extend(table.clone());
        }
    }
    let mut merged = Table::try_from(before).expect("a channel is a table of numbers");
    for (key, value) in stated {
        let stated: f64 = value.try_into().expect("each section was read as a channel before");
        let before = merged.get(&key).and_then(Value::as_float);
        let met = before.map_or(stated, |before| layer.meet(&key, before, stated));
        merged.insert(key, Value::Float(met));
    }
    merged.try_into().expect("a channel with other numbers is a channel")
}

/// Sections that hold for a role, the strongest last.
fn sections(role: Role) -> [&'static str; 2] {
    [kind_of(role.slug()), role.slug()]
}

impl FrontEndError {
    /// The same with the line that caused it, of a table that was read over `couplings` couplings.
    fn in_file(self, table: &FileTable, couplings: usize, layer: Layer) -> FrontEndError {
        let reason = self.to_string();
        match &self {
            FrontEndError::Range { section, key, .. } => match section.trim_end_matches('.') {
                "" => table.refuse(key, reason),
                name => match name.split_once('.') {
                    Some((list, index)) => {
                        table.refuse_at(&[&[list, &place(index, couplings, layer), key]], reason)
                    }
                    None => table.refuse_at(&[&[name, key], &[kind_of(name), key]], reason),
                },
            },
            FrontEndError::SelfCrosstalk { index, .. } => {
                let index = place(&index.to_string(), couplings, layer);
                table.refuse_at(&[&["crosstalk", &index, "into"]], reason)
            }
            FrontEndError::File { .. }
            | FrontEndError::SampleRate(_)
            | FrontEndError::Filter { .. } => self,
        }
    }
}

/// Where a coupling stands in the file's list.
fn place(index: &str, couplings: usize, layer: Layer) -> String {
    match layer {
        Layer::Replace => index.to_string(),
        Layer::Add => {
            let index: usize = index.parse().expect("an index of the list");
            index.saturating_sub(couplings).to_string()
        }
    }
}

/// Section of the kind of a channel.
fn kind_of(slug: &str) -> &'static str {
    if slug.starts_with('v') { "voltage" } else { "current" }
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
