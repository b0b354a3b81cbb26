//! *Probe*: a look at a database that may be damaged, from where its engine can do no harm.
//!
//! Engines panic, loop or allocate without end on damage. The program looks in a child process with limits
//! of time and memory; [`InThread`] is for tests and for machines without a second process.

use super::fault::of_panic;
use super::{Checked, Contents, Site, StoreError};
use port::DiskError;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

/// What a look at a database found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// What it says is in it.
    pub recorded: Contents,
    /// What is in it: every entry was read, and its checksum fits.
    pub found: Contents,
}

/// Looks at a database.
pub trait Probe {
    /// Opens it, reads and checks every entry, and closes it.
    ///
    /// # Errors
    /// `Damaged` or `Engine` if the database is at fault, which a panic, the limit of time and that of
    /// memory count as; else `Disk` or `InUse`.
    fn look(&self, site: &Arc<dyn Site>) -> Result<Looked, StoreError>;
}

/// Looks here and now, unprotected: what a child process does.
///
/// # Errors
/// As [`Probe::look`]; it may also panic, loop, or take all memory.
pub fn look(site: &dyn Site) -> Result<Looked, StoreError> {
    let checked = Checked::open(site.open()?)?;
    Ok(Looked { recorded: checked.contents(), found: checked.count()? })
}

/// Looks in a thread, with a limit of time and none of memory.
#[derive(Debug, Clone, Copy)]
pub struct InThread {
    /// How long a look may take. A thread that takes longer is left to itself.
    pub limit: Duration,
}

impl Probe for InThread {
    fn look(&self, site: &Arc<dyn Site>) -> Result<Looked, StoreError> {
        let (answer, answered) = sync_channel(1);
        let site = Arc::clone(site);
        std::thread::spawn(move || {
            let looked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| look(&*site)));
            let looked = looked.unwrap_or_else(|panic| {
                Err(StoreError::Engine(format!("the database panicked: {}", of_panic(&*panic))))
            });
            // Nobody listens after the limit.
            let _ = answer.send(looked);
        });
        answered.recv_timeout(self.limit).unwrap_or_else(|error| {
            Err(StoreError::Engine(match error {
                RecvTimeoutError::Timeout => {
                    format!("the database did not open within {} s", self.limit.as_secs())
                }
                RecvTimeoutError::Disconnected => "the database ended its thread".into(),
            }))
        })
    }
}

/// A look as one line, for the parent of a child process.
pub fn said(looked: &Result<Looked, StoreError>) -> String {
    let hex = |contents: &Contents| -> String {
        contents.to_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    };
    match looked {
        Ok(looked) => format!("whole {} {}", hex(&looked.recorded), hex(&looked.found)),
        Err(StoreError::Disk(DiskError::Full)) => "full".into(),
        Err(StoreError::Disk(DiskError::ReadOnly)) => "read-only".into(),
        Err(StoreError::Disk(error)) => format!("disk {error}"),
        Err(StoreError::InUse(place)) => format!("in-use {place}"),
        Err(error) => format!("damaged {error}"),
    }
    .replace('\n', " ")
}

/// What [`said`] said. A child that was killed or wrote anything else met damage.
///
/// # Errors
/// Those that the child met.
pub fn understood(line: &str) -> Result<Looked, StoreError> {
    let (word, rest) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
    let nonsense = || StoreError::Engine("opening it ended the process that tried".into());
    match word {
        "whole" => {
            let (recorded, found) = rest.split_once(' ').ok_or_else(nonsense)?;
            let contents = |hex: &str| from_hex(hex).and_then(|bytes| Contents::from_bytes(&bytes));
            Ok(Looked {
                recorded: contents(recorded).ok_or_else(nonsense)?,
                found: contents(found).ok_or_else(nonsense)?,
            })
        }
        "full" => Err(StoreError::Disk(DiskError::Full)),
        "read-only" => Err(StoreError::Disk(DiskError::ReadOnly)),
        "disk" => Err(StoreError::Disk(DiskError::Io(rest.into()))),
        "in-use" => Err(StoreError::InUse(rest.into())),
        "damaged" => Err(StoreError::Engine(rest.into())),
        _ => Err(nonsense()),
    }
}

fn from_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    Some(digits?.chunks(2).map(|pair| (pair[0] << 4 | pair.get(1).unwrap_or(&0)) as u8).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parent_understands_what_its_child_saw() {
        let contents = Contents { commits: 3, ..Contents::default() };
        let looks = [
            Ok(Looked { recorded: contents, found: Contents::default() }),
            Err(StoreError::Disk(DiskError::Full)),
            Err(StoreError::Disk(DiskError::ReadOnly)),
            Err(StoreError::InUse("there".into())),
            Err(StoreError::Engine("two words".into())),
        ];
        for look in looks {
            assert_eq!(understood(&said(&look)), look);
        }
        for nonsense in ["", "whole", "whole 00 11", "thread panicked"] {
            assert!(matches!(understood(nonsense), Err(StoreError::Engine(_))), "{nonsense}");
        }
    }
}
