//! How a command can end, and the exit code for each way.

use std::fmt;
use std::io::{self, Write};

/// Exit codes, documented and kept: 0 pass, 1 expectation or limit failed, 2 usage, 3 file invalid,
/// 4 environment, 5 time-out, 70 internal.
#[derive(Debug)]
pub enum Failure {
    /// An expectation was not met or a limit not held.
    Expectation(String),
    /// The command line asks for something that cannot be.
    Usage(String),
    /// A configuration, scenario, front-end file or recording is invalid.
    File(String),
    /// The machine does not offer what is needed: a file cannot be opened, a port is busy.
    Environment(String),
    /// A peer did not answer in time.
    TimeOut(String),
    /// The program's own fault.
    Internal(String),
    /// Whoever read the output has closed it.
    OutputClosed,
}

impl Failure {
    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Failure::OutputClosed => 0,
            Failure::Expectation(_) => 1,
            Failure::Usage(_) => 2,
            Failure::File(_) => 3,
            Failure::Environment(_) => 4,
            Failure::TimeOut(_) => 5,
            Failure::Internal(_) => 70,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Expectation(text)
            | Failure::Usage(text)
            | Failure::File(text)
            | Failure::Environment(text)
            | Failure::TimeOut(text) => f.write_str(text),
            Failure::Internal(text) => write!(f, "internal error, please report it: {text}"),
            Failure::OutputClosed => f.write_str("the output was closed"),
        }
    }
}

impl From<io::Error> for Failure {
    /// Writing to standard output is the only bare input or output a command does.
    fn from(error: io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::OutputClosed,
            _ => Failure::Environment(format!("writing the output: {error}")),
        }
    }
}

/// One sentence on standard error.
pub fn report(failure: &Failure) {
    // If standard error is gone there is nobody left to tell.
    let _gone = writeln!(io::stderr(), "ems: {failure}");
}

/// A line of progress on standard error.
pub fn note(text: &str) {
    let _gone = writeln!(io::stderr(), "{text}");
}
