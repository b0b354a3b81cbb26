//! What was set and calibrated, as a value and as the payload of a record.
//!
//! Little endian, without padding:
//!
//! ```text
//! 0   2  version
//! 2   8  changes of sealed parameters so far
//! 10  2  count of settings, and for each: length of its slug (u8), slug, value (i64)
//!     1  count of corrections, and for each: place of the meter (u8), inputs of the phases (3 u8), bit k
//!        set if phase k is reversed (u8)
//!     4  length of the record of calibration, and that record, which has a version and a CRC of its own
//!     4  length of the configuration in bytes, and its text
//! ```

use super::bytes::{Bytes, Senseless, put_counted};
use super::counter_record::{meter_at, place_of};
use catalog::{SETTINGS, SettingId};
use image::{MeterId, Settings};
use metering::calibration::{CalibrationError, Coefficients};
use port::WiringCorrection;
use std::collections::BTreeMap;

/// Version of the payload.
const VERSION: u16 = 1;

/// Most bytes of the configuration: a hundred loads and jobs with their comments take a third of it.
pub const CONFIGURATION_BYTES_MAX: usize = 64 * 1024;

/// Settings that change what is counted, and so are sealed with the calibration and the corrections of
/// the wiring: which phases there are, how they add up, what apparent power means, and whether DC counts.
/// All others choose what is shown, when, or to whom.
pub const SEALED_SETTINGS: [SettingId; 4] =
    [SettingId::Wiring, SettingId::Netting, SettingId::ApparentMethod, SettingId::DcBlocking];

/// Everything that was set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parameters {
    /// Values by the settings' public names; those of another program are kept.
    pub settings: BTreeMap<String, i64>,
    /// Of the meters that have one.
    pub corrections: BTreeMap<MeterId, WiringCorrection>,
    /// The configuration as TOML.
    pub configuration: String,
    /// The record of calibration; empty if the unit has none.
    calibration: Vec<u8>,
}

impl Parameters {
    /// The settings; what was never set, or has a value that its row does not accept, is as delivered.
    pub fn to_settings(&self) -> Settings {
        let mut settings = Settings::default();
        for row in SETTINGS {
            if let Some(value) = self.settings.get(row.slug) {
                // A value of another program that is out of our range leaves the default.
                let _accepted = settings.set(row.id, *value);
            }
        }
        settings
    }

    /// Takes all settings over.
    pub fn keep_settings(&mut self, settings: &Settings) {
        for row in SETTINGS {
            self.settings.insert(row.slug.into(), settings.get(row.id));
        }
    }

    /// The constants of the unit's channels, if it was calibrated.
    ///
    /// # Errors
    /// If their record is damaged or of another version; it is kept as it is.
    pub fn calibration(&self) -> Result<Option<Coefficients>, CalibrationError> {
        if self.calibration.is_empty() {
            return Ok(None);
        }
        Coefficients::from_bytes(&self.calibration).map(Some)
    }

    /// Takes constants of the unit's channels over.
    pub fn keep_calibration(&mut self, coefficients: &Coefficients) {
        self.calibration = coefficients.to_bytes();
    }

    /// As delivered: settings, corrections and configuration are gone, the calibration stays.
    #[must_use]
    pub(super) fn as_delivered(&self) -> Parameters {
        Parameters { calibration: self.calibration.clone(), ..Parameters::default() }
    }

    /// The sealed part as bytes, to compare and to sum.
    pub(super) fn sealed(&self) -> Vec<u8> {
        let settings = self.to_settings();
        let mut out = Vec::new();
        SEALED_SETTINGS.iter().for_each(|id| out.extend(settings.get(*id).to_le_bytes()));
        self.put_corrections(&mut out);
        put_counted(&mut out, &self.calibration);
        out
    }

    fn put_corrections(&self, out: &mut Vec<u8>) {
        out.push(self.corrections.len() as u8);
        for (meter, correction) in &self.corrections {
            out.push(place_of(*meter));
            out.extend([0, 1, 2].map(|phase| correction.input(phase) as u8));
            let bit = |phase: usize| u8::from(correction.is_reversed(phase)) << phase;
            out.push(bit(0) | bit(1) | bit(2));
        }
    }

    /// The payload.
    pub(super) fn to_bytes(&self, sealed_changes: u64) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(VERSION.to_le_bytes());
        out.extend(sealed_changes.to_le_bytes());
        out.extend((self.settings.len() as u16).to_le_bytes());
        for (slug, value) in &self.settings {
            out.push(slug.len() as u8);
            out.extend(slug.as_bytes());
            out.extend(value.to_le_bytes());
        }
        self.put_corrections(&mut out);
        put_counted(&mut out, &self.calibration);
        put_counted(&mut out, self.configuration.as_bytes());
        out
    }

    /// Reads a payload: the parameters, and the changes of sealed ones.
    pub(super) fn from_bytes(payload: &[u8]) -> Result<(Parameters, u64), Senseless> {
        let mut bytes = Bytes(payload);
        if bytes.u16()? != VERSION {
            return Err(Senseless);
        }
        let sealed_changes = bytes.u64()?;
        let mut parameters = Parameters::default();
        for _ in 0..bytes.u16()? {
            let length = usize::from(bytes.u8()?);
            let slug = text(bytes.take(length)?)?;
            parameters.settings.insert(slug, bytes.i64()?);
        }
        for _ in 0..bytes.u8()? {
            let meter = meter_at(bytes.u8()?)?;
            let inputs = bytes.array()?;
            let reversed = bytes.u8()?;
            let reversed = [0, 1, 2].map(|phase| reversed >> phase & 1 == 1);
            let correction = WiringCorrection::new(inputs, reversed).ok_or(Senseless)?;
            parameters.corrections.insert(meter, correction);
        }
        parameters.calibration = bytes.counted()?.to_vec();
        parameters.configuration = text(bytes.counted()?)?;
        bytes.end()?;
        Ok((parameters, sealed_changes))
    }
}

fn text(bytes: &[u8]) -> Result<String, Senseless> {
    String::from_utf8(bytes.to_vec()).map_err(|_| Senseless)
}
