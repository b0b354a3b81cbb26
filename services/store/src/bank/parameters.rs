//! The file of the parameters, with a count of changes of the sealed ones that nothing sets back.

use super::parameter_record::{CONFIGURATION_BYTES_MAX, Parameters};
use super::record::{CRC, HEAD_BYTES};
use super::two_banks::{BankError, Opened, Shape, TwoBanks};
use port::{Disk, DiskError};

/// Name of the file.
pub const PARAMETERS_FILE: &str = "parameters";

/// A slot of 72 KiB, that is the longest configuration and 8 KiB for all else, where 200 settings have
/// room. They are written when somebody changes something, so wear is no matter and four are enough.
const SHAPE: Shape = Shape { payload_max: 72 * 1024 - HEAD_BYTES, slots: 4 };

/// Bytes of a setting's name at most.
const SLUG_BYTES_MAX: usize = 32;

/// Why parameters were not kept, or cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// The file underneath.
    #[error(transparent)]
    Bank(#[from] BankError),
    /// A valid record that this program cannot read.
    #[error("record {0} of the parameters is of another version of the program")]
    UnknownVersion(u64),
    /// The configuration is too long.
    #[error("a configuration of {0} bytes, where {CONFIGURATION_BYTES_MAX} fit")]
    ConfigurationTooLong(usize),
    /// A setting's name is too long.
    #[error("{0} cannot be the name of a setting")]
    SettingName(String),
    /// The file does not read as it was written.
    #[error("the parameters are damaged in the file; the ones in use are whole")]
    Damaged,
}

impl From<DiskError> for ParameterError {
    fn from(error: DiskError) -> Self {
        ParameterError::Bank(error.into())
    }
}

/// The file of the parameters.
pub struct ParameterBank {
    banks: TwoBanks,
    kept: Parameters,
    sealed_changes: u64,
    is_written: bool,
    /// Whether what is kept was written here. After a sync that failed the file may read what a power cut
    /// would not leave, so what was only read is written once more.
    is_proved: bool,
}

/// The parameters as they were found.
pub struct OpenedParameters {
    /// To read and to write on.
    pub bank: ParameterBank,
    /// A sentence for each thing that was not as it should be.
    pub findings: Vec<String>,
}

impl ParameterBank {
    /// Opens the parameters, or begins them as delivered and without calibration.
    ///
    /// # Errors
    /// As the disk says, or if the newest record is of another version of the program.
    pub fn open(disk: &dyn Disk) -> Result<OpenedParameters, ParameterError> {
        let Opened { banks, newest, mut findings } = TwoBanks::open(disk, PARAMETERS_FILE, SHAPE)?;
        let is_written = newest.is_some();
        let (kept, sealed_changes) = match newest {
            None => (Parameters::default(), 0),
            Some((sequence, payload)) => Parameters::from_bytes(&payload)
                .map_err(|_| ParameterError::UnknownVersion(sequence))?,
        };
        if let Err(error) = kept.calibration() {
            findings.push(format!("the calibration cannot be used: {error}"));
        }
        let bank = ParameterBank { banks, kept, sealed_changes, is_written, is_proved: false };
        Ok(OpenedParameters { bank, findings })
    }

    /// The parameters as they are kept.
    pub fn parameters(&self) -> &Parameters {
        &self.kept
    }

    /// How often sealed parameters were changed since the unit was made.
    pub fn sealed_changes(&self) -> u64 {
        self.sealed_changes
    }

    /// CRC-32C over the sealed parameters: equal as long as they are.
    pub fn seal(&self) -> u32 {
        CRC.checksum(&self.kept.sealed())
    }

    /// Keeps parameters; returns whether that was a change. One of sealed parameters is counted.
    ///
    /// # Errors
    /// If they do not fit, or the file does not take them; then those before still stand.
    pub fn write(&mut self, parameters: Parameters) -> Result<bool, ParameterError> {
        let is_same = self.is_written && parameters == self.kept;
        if is_same && self.is_proved {
            return Ok(false);
        }
        let is_sealed_change = parameters.sealed() != self.kept.sealed();
        self.keep(parameters, self.sealed_changes + u64::from(is_sealed_change))?;
        Ok(!is_same)
    }

    /// Back to the state of delivery: settings, corrections of the wiring and configuration. The
    /// calibration stays, and so does the count of changes, which counts this one.
    ///
    /// # Errors
    /// As `write`.
    pub fn factory_reset(&mut self) -> Result<(), ParameterError> {
        self.keep(self.kept.as_delivered(), self.sealed_changes + 1)
    }

    /// Holds the file against what is in use, as is done every hour.
    ///
    /// # Errors
    /// If it is not the same, or as the disk says.
    pub fn check(&self) -> Result<(), ParameterError> {
        let payload = self.kept.to_bytes(self.sealed_changes);
        let holds = !self.is_written || self.banks.still_holds(&payload)?;
        if holds { Ok(()) } else { Err(ParameterError::Damaged) }
    }

    fn keep(&mut self, parameters: Parameters, sealed_changes: u64) -> Result<(), ParameterError> {
        let bytes = parameters.configuration.len();
        if bytes > CONFIGURATION_BYTES_MAX {
            return Err(ParameterError::ConfigurationTooLong(bytes));
        }
        let is_long = |slug: &&String| slug.len() > SLUG_BYTES_MAX;
        if let Some(slug) = parameters.settings.keys().find(is_long) {
            return Err(ParameterError::SettingName(slug.clone()));
        }
        self.banks.write(&parameters.to_bytes(sealed_changes))?;
        (self.kept, self.sealed_changes) = (parameters, sealed_changes);
        (self.is_written, self.is_proved) = (true, true);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{SEALED_SETTINGS, record};
    use catalog::SETTINGS;
    use image::MeterId;
    use metering::calibration::Coefficients;
    use port::{Channel, Role, WiringCorrection};
    use sim::disk::SimDisk;

    fn open(disk: &SimDisk) -> ParameterBank {
        let opened = ParameterBank::open(disk).unwrap();
        assert_eq!(opened.findings, [""; 0]);
        opened.bank
    }

    fn calibration() -> Coefficients {
        Coefficients::new(&Role::ALL.map(|role| Channel::ideal(role, 1e-5))).unwrap()
    }

    #[test]
    fn parameters_are_read_back() {
        let disk = SimDisk::new();
        let mut parameters = Parameters::default();
        parameters.keep_settings(&Parameters::default().to_settings());
        parameters.settings.insert("of_another_program".into(), -7);
        parameters.configuration = "x".repeat(CONFIGURATION_BYTES_MAX);
        parameters.keep_calibration(&calibration());
        let turned = WiringCorrection::from_conductors(["l2", "-l3", "l1"]).unwrap();
        parameters.corrections.insert(MeterId::Main, turned);
        assert_eq!(open(&disk).write(parameters.clone()), Ok(true));
        let mut bank = open(&disk);
        assert_eq!(bank.parameters(), &parameters);
        assert_eq!(bank.parameters().calibration(), Ok(Some(calibration())));
        assert_eq!((bank.write(parameters.clone()), bank.check()), (Ok(false), Ok(())));
        parameters.configuration.push('x');
        let error = ParameterError::ConfigurationTooLong(CONFIGURATION_BYTES_MAX + 1);
        assert_eq!(bank.write(parameters), Err(error));
    }

    /// Only what changes what is counted is counted.
    #[test]
    fn changes_of_sealed_parameters_are_counted() {
        let disk = SimDisk::new();
        let mut bank = open(&disk);
        for row in SETTINGS {
            let (before, seal) = (bank.sealed_changes(), bank.seal());
            let mut parameters = bank.parameters().clone();
            let other = (row.range.0..=row.range.1).find(|v| *v != row.default && row.accepts(*v));
            parameters.settings.insert(row.slug.into(), other.unwrap());
            bank.write(parameters).unwrap();
            let is_sealed = SEALED_SETTINGS.contains(&row.id);
            assert_eq!(bank.sealed_changes() - before, u64::from(is_sealed), "{}", row.slug);
            assert_eq!(bank.seal() != seal, is_sealed, "{}", row.slug);
        }
        let mut parameters = bank.parameters().clone();
        parameters.keep_calibration(&calibration());
        bank.write(parameters.clone()).unwrap();
        let turned = WiringCorrection::from_conductors(["-l1", "l2", "l3"]).unwrap();
        parameters.corrections.insert(MeterId::Main, turned);
        bank.write(parameters).unwrap();
        assert_eq!(bank.sealed_changes(), SEALED_SETTINGS.len() as u64 + 2);
    }

    #[test]
    fn a_factory_reset_keeps_the_calibration_and_is_counted() {
        let disk = SimDisk::new();
        let mut bank = open(&disk);
        let mut parameters = Parameters::default();
        parameters.keep_calibration(&calibration());
        parameters.settings.insert(SEALED_SETTINGS[0].row().slug.into(), 1);
        parameters.configuration = "[jobs]".into();
        bank.write(parameters).unwrap();
        bank.factory_reset().unwrap();
        bank.factory_reset().unwrap();
        let bank = open(&disk);
        assert_eq!(bank.sealed_changes(), 3);
        assert_eq!(bank.parameters().calibration(), Ok(Some(calibration())));
        assert_eq!(bank.parameters().to_settings(), image::Settings::default());
        assert_eq!(bank.parameters().configuration, "");
    }

    /// The hourly check sees what was spoiled while the program ran.
    #[test]
    fn damage_at_rest_is_found_by_the_check() {
        let disk = SimDisk::new();
        let mut bank = open(&disk);
        let mut parameters = Parameters::default();
        parameters.configuration = "[jobs]".into();
        bank.write(parameters).unwrap();
        assert_eq!(bank.check(), Ok(()));
        let place = SHAPE.offset(1) + record::HEAD_BYTES as u64 + 3;
        disk.flip(PARAMETERS_FILE, 8 * place);
        assert_eq!(bank.check(), Err(ParameterError::Damaged));
    }
}
