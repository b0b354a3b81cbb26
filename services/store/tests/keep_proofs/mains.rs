//! A disk whose power goes before an operation of a given number.

use port::{Disk, DiskError, DiskFile};
use sim::disk::SimDisk;
use std::sync::{Arc, Mutex};

/// When the power goes, and what it leaves.
#[derive(Default)]
struct Plan {
    at: Option<(u64, u64)>,
    left: Option<SimDisk>,
}

/// A disk on the mains. After the power went it goes on working, which nobody sees: what counts is what the
/// cut left.
#[derive(Clone)]
pub struct Mains {
    pub disk: SimDisk,
    plan: Arc<Mutex<Plan>>,
}

impl Mains {
    pub fn new(disk: &SimDisk) -> Mains {
        Mains { disk: disk.clone(), plan: Arc::default() }
    }

    /// The power goes before the operation with that number from now on, and leaves what the seed says.
    pub fn cut_before(&self, operation: u64, seed: u64) {
        self.plan.lock().unwrap().at = Some((self.disk.operations() + operation, seed));
    }

    /// What the cut left, if it has come.
    pub fn left(&self) -> Option<SimDisk> {
        self.plan.lock().unwrap().left.clone()
    }

    fn before(&self) {
        let mut plan = self.plan.lock().unwrap();
        if let Some((_, seed)) = plan.at.take_if(|(at, _)| self.disk.operations() >= *at) {
            plan.left = Some(self.disk.cut(seed));
        }
    }
}

struct MainsFile(Box<dyn DiskFile>, Mains);

impl DiskFile for MainsFile {
    fn size(&self) -> Result<u64, DiskError> {
        self.1.before();
        self.0.size()
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> Result<usize, DiskError> {
        self.1.before();
        self.0.read_at(offset, into)
    }

    fn write_at(&mut self, offset: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.1.before();
        self.0.write_at(offset, bytes)
    }

    fn set_size(&mut self, bytes: u64) -> Result<(), DiskError> {
        self.1.before();
        self.0.set_size(bytes)
    }

    fn sync(&mut self) -> Result<(), DiskError> {
        self.1.before();
        self.0.sync()
    }
}

impl Disk for Mains {
    fn open(&self, name: &str, create: bool) -> Result<Box<dyn DiskFile>, DiskError> {
        self.before();
        Ok(Box::new(MainsFile(self.disk.open(name, create)?, self.clone())))
    }

    fn remove(&self, name: &str) -> Result<(), DiskError> {
        self.before();
        self.disk.remove(name)
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), DiskError> {
        self.before();
        self.disk.rename(from, to)
    }

    fn list(&self) -> Result<Vec<String>, DiskError> {
        self.before();
        self.disk.list()
    }
}
