//! Where a meter's data lie on this machine.

use crate::failure::Failure;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Scenario of `ems run` without one.
const USUAL_SCENARIO: &str = "house";

/// The folder that was asked for, or the usual one of a scenario, a name or a file: below what systemd says, or in the
/// user's folder for state.
pub fn folder(asked: Option<&Path>, scenario: Option<&str>) -> Result<PathBuf, Failure> {
    match asked {
        Some(folder) => Ok(folder.to_path_buf()),
        None => {
            let scenario = Path::new(scenario.unwrap_or(USUAL_SCENARIO));
            let name = scenario.file_stem().unwrap_or(scenario.as_os_str()).to_string_lossy();
            let name: String = name.chars().map(plain).collect();
            state_folder(&|name| std::env::var_os(name)).map(|state| state.join(name)).ok_or_else(
                || {
                    Failure::Environment(
                        "no folder for data is known here: HOME is not set; choose one with --data, or keep nothing with --ephemeral"
                            .into(),
                    )
                },
            )
        }
    }
}

/// A character of a folder's name.
fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' }
}

/// Platform folder for state: $STATE_DIRECTORY (the first, if systemd gives several), else
/// $XDG_STATE_HOME/ems, else ~/.local/state/ems.
fn state_folder(variable: &dyn Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    if let Some(folders) = set("STATE_DIRECTORY") {
        let first = folders.to_str()?.split(':').next()?.to_string();
        return Some(PathBuf::from(first));
    }
    if let Some(state) = set("XDG_STATE_HOME") {
        return Some(PathBuf::from(state).join("ems"));
    }
    set("HOME").map(|home| PathBuf::from(home).join(".local/state/ems"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn state_lies_where_the_platform_says() {
        let check = |set: &[(&str, &str)], expected: Option<&str>| {
            let variable = |name: &str| {
                set.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
            };
            assert_eq!(state_folder(&variable), expected.map(PathBuf::from), "{set:?}");
        };
        check(&[("HOME", "/home/a")], Some("/home/a/.local/state/ems"));
        check(&[("HOME", "/home/a"), ("XDG_STATE_HOME", "/state")], Some("/state/ems"));
        check(&[("XDG_STATE_HOME", ""), ("HOME", "/home/a")], Some("/home/a/.local/state/ems"));
        check(&[("STATE_DIRECTORY", "/var/lib/ems:/other"), ("HOME", "/")], Some("/var/lib/ems"));
        check(&[], None);
    }
}
