//! What the tests of the binary share: starting it, its documents, signals in closed form.
//!
//! *Ran* is a finished run of `ems`. *Document* is what it printed with `--json`. *Signal* is a
//! periodic waveform as phasors, from which samples and the values they should read both follow.

#![allow(dead_code, unused_imports, reason = "each test file uses its part")]

pub mod document;
pub mod record;
pub mod running;
pub mod scene;
pub mod signal;
pub mod story;

pub use document::Document;
pub use record::Record;
pub use running::Running;
pub use scene::Scene;
pub use signal::Signal;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The binary under test, without the surroundings' own wishes.
pub fn ems() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ems"));
    command.env("RUST_BACKTRACE", "0").env_remove("NO_COLOR");
    command
}

/// A finished run.
#[derive(Debug)]
pub struct Ran {
    /// Exit code.
    pub code: i32,
    /// Standard output: the result.
    pub stdout: String,
    /// Standard error: progress and what went wrong.
    pub stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Ran {
        Ran {
            code: output.status.code().expect("ems ends by itself, not by a signal"),
            stdout: String::from_utf8(output.stdout).expect("ems prints UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("ems prints UTF-8"),
        }
    }
}

/// Runs `ems` to its end.
pub fn run(arguments: &[&str]) -> Ran {
    ems().args(arguments).output().expect("the binary starts").into()
}

/// Runs `ems`, which must fail with this code and say each of these words on standard error.
pub fn refuse(arguments: &[&str], code: i32, words: &[&str]) {
    let ran = run(arguments);
    assert_eq!(ran.code, code, "{arguments:?}: {}", ran.stderr);
    assert_eq!(ran.stdout, "", "{arguments:?}: nothing is printed where there is no result");
    for word in words {
        assert!(ran.stderr.contains(word), "{arguments:?}: `{word}` is not in:\n{}", ran.stderr);
    }
}

/// An empty folder of the test's own.
pub fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ems").join(name);
    // Left from an earlier run, or not there.
    let _left = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the target folder can be written");
    path
}

/// Whether two values agree; the message tells both and by how much they may differ.
pub fn close(what: &str, found: f64, expected: f64, limit: f64) {
    let error = (found - expected).abs();
    assert!(
        error <= limit,
        "{what}: {found} where {expected} belongs, off by {error:e}, limit {limit:e}"
    );
}
