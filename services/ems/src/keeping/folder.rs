//! A data folder: whose it is, and how its history is opened.

use super::probe::ChildProbe;
use crate::cli::DataArgs;
use crate::data_folder;
use crate::failure::{Failure, note};
use linux::Folder;
use port::{Disk, DiskError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::StoreError;
use store::bank::{CounterBank, CounterRecord, ParameterBank};
use store::engine::{Engine, FolderSite, Guarded};
use store::history::History;
use store::job::Configuration;
use store::keep::OpenHistory;

/// The file that says whose folder it is: a serial number.
const DEVICE: &str = "device";

/// Longest serial number.
const SERIAL_MAX: usize = 64;

/// A data folder that no other process has.
pub struct DataFolder {
    /// Where it is.
    pub path: PathBuf,
    /// As a disk.
    pub disk: Folder,
}

impl DataFolder {
    /// Opens it, or makes it.
    pub fn open(path: &Path) -> Result<DataFolder, Failure> {
        let disk = Folder::open(path).map_err(|error| {
            Failure::Environment(format!(
                "cannot use {} for data: {error}; choose another folder with --data",
                path.display()
            ))
        })?;
        Ok(DataFolder { path: path.into(), disk })
    }

    /// The serial number of the meter whose folder it is; none if it is nobody's yet.
    pub fn serial(&self) -> Result<Option<String>, Failure> {
        let read = || -> Result<String, DiskError> {
            let file = self.disk.open(DEVICE, false)?;
            let mut bytes = vec![0; SERIAL_MAX];
            let length = file.read_at(0, &mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes[..length]).trim().to_string())
        };
        match read() {
            Ok(serial) => Ok(Some(serial).filter(|serial| !serial.is_empty())),
            Err(DiskError::NotFound) => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    /// Makes it that of a meter, or refuses if it is another's: histories are not mixed.
    pub fn claim(&self, serial: &str) -> Result<(), Failure> {
        match self.serial()? {
            Some(owner) if owner == serial => Ok(()),
            Some(owner) => Err(Failure::Environment(format!(
                "{} holds the data of meter {owner}, and this is {serial}; choose another folder with --data, or keep nothing with --ephemeral",
                self.path.display()
            ))),
            None => self.write_serial(serial).map_err(|error| self.failed(&error)),
        }
    }

    fn write_serial(&self, serial: &str) -> Result<(), DiskError> {
        let mut file = self.disk.open(DEVICE, true)?;
        file.write_at(0, format!("{serial}\n").as_bytes())?;
        file.sync()
    }

    /// The database of its history: that which there is, else the one asked for.
    pub fn engine(&self, asked: Option<Engine>) -> Result<Engine, Failure> {
        let present = Guarded::engine_of(&self.disk).map_err(failure)?;
        match (present, asked) {
            (Some(present), Some(asked)) if present != asked => Err(Failure::Usage(format!(
                "--engine: the history in {} lies in {}; `ems store migrate --to {}` brings it over",
                self.path.display(),
                present.slug(),
                asked.slug()
            ))),
            (present, asked) => Ok(present.or(asked).unwrap_or(Engine::DEFAULT)),
        }
    }

    /// What opens its history, as often as it is asked to.
    pub fn history(&self, engine: Engine) -> OpenHistory {
        let (path, disk) = (self.path.clone(), self.disk.clone());
        Box::new(move || {
            let site = Arc::new(FolderSite::new(&path, engine));
            let probe = ChildProbe { folder: path.clone(), engine };
            let opened = Guarded::open(Arc::new(disk.clone()), site, &probe)?;
            let (history, findings) =
                History::open(Box::new(disk.clone()), Box::new(opened.store))?;
            Ok((history, opened.findings.into_iter().chain(findings).collect()))
        })
    }

    fn failed(&self, error: &DiskError) -> Failure {
        Failure::Environment(format!("{}: {error}", self.path.display()))
    }
}

/// A data folder and all that is in it, for a command that reads.
pub struct Keeping {
    /// The folder.
    pub folder: DataFolder,
    /// Serial number of the meter.
    pub serial: String,
    /// The newest counters.
    pub counters: Option<CounterRecord>,
    /// Settings, calibration, configuration.
    pub parameters: ParameterBank,
    /// What it is configured to.
    pub configuration: Configuration,
    /// The history.
    pub history: History,
    /// What was not as it should be.
    pub findings: Vec<String>,
}

/// Opens a folder that a meter has kept data in.
pub fn open_to_read(arguments: &DataArgs) -> Result<Keeping, Failure> {
    let path = data_folder::folder(arguments.data.as_deref(), None)?;
    if !path.is_dir() {
        return Err(nothing_in(&path));
    }
    let folder = DataFolder::open(&path)?;
    let serial = folder.serial()?.ok_or_else(|| nothing_in(&path))?;
    let engine = folder.engine(None)?;
    let unreadable = |error: String| Failure::File(format!("{}: {error}", path.display()));
    let counters =
        CounterBank::open(&folder.disk, 1).map_err(|error| unreadable(error.to_string()))?;
    let parameters =
        ParameterBank::open(&folder.disk).map_err(|error| unreadable(error.to_string()))?;
    let (history, said) = folder.history(engine)().map_err(failure)?;
    let mut findings = counters.findings;
    findings.extend(parameters.findings);
    findings.extend(said);
    findings.iter().for_each(|finding| note(&format!("note: {finding}")));
    let text = &parameters.bank.parameters().configuration;
    let configuration = match text.is_empty() {
        true => Configuration::default(),
        false => Configuration::parse(text).map_err(|error| {
            Failure::File(format!("the configuration in {}: {error}", path.display()))
        })?,
    };
    Ok(Keeping {
        folder,
        serial,
        counters: counters.newest.map(|(_, record)| record),
        parameters: parameters.bank,
        configuration,
        history,
        findings,
    })
}

/// The parameters of a data folder, which may be nobody's yet.
pub fn open_parameters(arguments: &DataArgs) -> Result<(DataFolder, ParameterBank), Failure> {
    let path = data_folder::folder(arguments.data.as_deref(), None)?;
    let folder = DataFolder::open(&path)?;
    let opened = ParameterBank::open(&folder.disk)
        .map_err(|error| Failure::File(format!("{}: {error}", path.display())))?;
    opened.findings.iter().for_each(|finding| note(&format!("note: {finding}")));
    Ok((folder, opened.bank))
}

fn nothing_in(path: &Path) -> Failure {
    Failure::Environment(format!(
        "there are no data of a meter in {}: `ems run --data {}` keeps some there",
        path.display(),
        path.display()
    ))
}

/// A failure of the store, for people.
pub fn failure(error: impl Into<StoreError>) -> Failure {
    match error.into() {
        error @ StoreError::Damaged { .. } => Failure::File(error.to_string()),
        StoreError::InUse(place) => Failure::Environment(format!(
            "{place} is in use by another process: stop the meter that runs on it, or choose another folder"
        )),
        error @ (StoreError::Disk(_) | StoreError::Engine(_)) => {
            Failure::Environment(error.to_string())
        }
        StoreError::Asked(what) => Failure::Usage(what),
    }
}
