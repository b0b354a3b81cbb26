//! What can go wrong with a file.

use store::StoreError;

/// Why a file was not written or not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilesError {
    /// The rows could not be had.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the file is written to says no.
    #[error("the file cannot be written: {0}")]
    Write(String),
    /// What the file is read from says no.
    #[error("the file cannot be read: {0}")]
    Read(String),
    /// The format cannot carry what is in the rows.
    #[error("{what}; {remedy}")]
    Cannot {
        /// Where, and what it is.
        what: String,
        /// What would do.
        remedy: String,
    },
    /// The file is none of ours.
    #[error(
        "not a file that `ems export` wrote: {0}; import takes its CSV, JSON and Parquet files, unchanged"
    )]
    Foreign(String),
    /// The file is one of ours and not as it was written.
    #[error("{place}: {what}; hold the file against its .sha256, or export it again")]
    Wrong {
        /// Line or row, and column.
        place: String,
        /// What is wrong there.
        what: String,
    },
}

impl FilesError {
    /// Something wrong at a place.
    pub(crate) fn wrong(place: impl Into<String>, what: impl Into<String>) -> FilesError {
        FilesError::Wrong { place: place.into(), what: what.into() }
    }

    /// Something that a format cannot carry.
    pub(crate) fn cannot(what: impl Into<String>, remedy: impl Into<String>) -> FilesError {
        FilesError::Cannot { what: what.into(), remedy: remedy.into() }
    }
}

/// As an iterator of rows tells it: what was asked for is not there.
impl From<FilesError> for StoreError {
    fn from(error: FilesError) -> StoreError {
        match error {
            FilesError::Store(error) => error,
            FilesError::Write(_)
            | FilesError::Read(_)
            | FilesError::Cannot { .. }
            | FilesError::Foreign(_)
            | FilesError::Wrong { .. } => StoreError::Asked(error.to_string()),
        }
    }
}

/// An error of a writer.
pub(crate) fn write_error(error: impl std::fmt::Display) -> FilesError {
    FilesError::Write(error.to_string())
}

/// An error of a reader.
pub(crate) fn read_error(error: impl std::fmt::Display) -> FilesError {
    FilesError::Read(error.to_string())
}
