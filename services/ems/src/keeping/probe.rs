//! A look at a database that may be damaged, in a process that may fall.

use crate::failure::Failure;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::StoreError;
use store::engine::{Engine, FolderSite, Looked, Probe, Site, said, understood};

/// Longest look: reading ten years of minutes takes seconds.
const LIMIT: Duration = Duration::from_secs(60);

/// Memory of the process, in KiB: a damaged length must not take all there is.
const MEMORY_MAX_KIB: u32 = 2 * 1024 * 1024;

/// How often it is asked whether the process has ended.
const ASKED_EVERY: Duration = Duration::from_millis(5);

/// Looks by running this program once more.
pub struct ChildProbe {
    /// The data folder.
    pub folder: PathBuf,
    /// Which database of it.
    pub engine: Engine,
}

impl Probe for ChildProbe {
    fn look(&self, _: &Arc<dyn Site>) -> Result<Looked, StoreError> {
        let failed = |error: std::io::Error| {
            StoreError::Engine(format!("the process that looks at it did not run: {error}"))
        };
        let program = std::env::current_exe().map_err(failed)?;
        let script = format!("ulimit -v {MEMORY_MAX_KIB}; exec \"$0\" store probe \"$1\" \"$2\"");
        let mut child = Command::new("sh")
            .args(["-c", &script])
            .args([program.as_path(), &self.folder, Path::new(self.engine.slug())])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        let began = Instant::now();
        while child.try_wait().map_err(failed)?.is_none() {
            if began.elapsed() > LIMIT {
                // It may have ended just now; either way it is gone.
                let _gone = child.kill();
                child.wait().map_err(failed)?;
                let limit = LIMIT.as_secs();
                return Err(StoreError::Engine(format!("it did not open within {limit} s")));
            }
            std::thread::sleep(ASKED_EVERY);
        }
        let output = child.wait_with_output().map_err(failed)?;
        understood(&String::from_utf8_lossy(&output.stdout))
    }
}

/// What the child does: looks, and says what it saw.
pub fn look(folder: &Path, engine: Engine) -> Result<(), Failure> {
    let looked = store::engine::look(&FolderSite::new(folder, engine));
    writeln!(std::io::stdout().lock(), "{}", said(&looked))?;
    Ok(())
}
