//! Why a device cannot be used.

use std::fmt;
use std::io;

/// A device that cannot be opened or set up, with what to look at.
#[derive(Debug)]
pub struct OpenError {
    /// Path of the device.
    pub path: String,
    /// What was asked of it.
    pub what: &'static str,
    /// What the system says.
    pub error: io::Error,
    /// What to check if it is not there.
    pub check: &'static str,
}

impl OpenError {
    /// Whether somebody else has it.
    pub fn is_busy(&self) -> bool {
        self.error.kind() == io::ErrorKind::ResourceBusy
    }

    pub(crate) fn new(
        path: &str,
        what: &'static str,
        check: &'static str,
        error: impl Into<io::Error>,
    ) -> OpenError {
        OpenError { path: path.into(), what, error: error.into(), check }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OpenError { path, what, error, check } = self;
        write!(f, "{path}: {what}: {error}; ")?;
        match error.kind() {
            io::ErrorKind::PermissionDenied => {
                write!(f, "give the user of the service access to it, by its group (ls -l {path})")
            }
            io::ErrorKind::ResourceBusy => {
                f.write_str("stop the program that has it, or name another device")
            }
            _ => f.write_str(check),
        }
    }
}

impl std::error::Error for OpenError {}
