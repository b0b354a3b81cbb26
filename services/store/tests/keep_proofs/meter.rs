//! A device with its memory, from a start to a stop or a cut: the work of the writer's threads, done in this
//! one.

use super::device::{Device, present};
use super::ledger::Ledger;
use super::mains::Mains;
use image::MeterId;
use port::{Disk, Timestamp};
use sim::disk::SimDisk;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::bank::{ParameterBank, Shape};
use store::engine::{Guarded, Looked, OnDiskSite, Probe, Site, look};
use store::history::History;
use store::keep::{Entry, Happened, Kept, Memory, OpenHistory, Recorder, Restored};
use store::{EventKind, Layout, StoreError};

/// A file of counters of two meters that thousands of stories open.
const SHAPE: Shape = Shape { payload_max: 2_000, slots: 8 };

/// Looks here and now; a panic ends the look alone, as it ends the process that looks for the program.
pub struct Here;

impl Probe for Here {
    fn look(&self, site: &Arc<dyn Site>) -> Result<Looked, StoreError> {
        let looked = catch_unwind(AssertUnwindSafe(|| look(&**site)));
        looked.unwrap_or_else(|_| Err(StoreError::Engine("the database panicked".into())))
    }
}

/// What opens the history with redb on the same disk.
pub fn history_on(mains: &Mains) -> OpenHistory {
    let mains = mains.clone();
    Box::new(move || {
        let disk: Arc<dyn Disk + Sync> = Arc::new(mains.clone());
        let site = Arc::new(OnDiskSite::new(Arc::clone(&disk)));
        let opened = Guarded::open(disk, site, &Here)?;
        let (history, said) = History::open(Box::new(mains.clone()), Box::new(opened.store))?;
        Ok((history, opened.findings.into_iter().chain(said).collect()))
    })
}

pub fn open(mains: &Mains) -> Result<(Memory, Restored), StoreError> {
    Memory::open_shaped(Arc::new(mains.clone()), present(), 0, SHAPE, history_on(mains))
}

/// Keeps a configuration, as an import of one does while the meter does not run.
pub fn configure(disk: &SimDisk, text: &str) {
    let mut bank = ParameterBank::open(disk).expect("the disk is sound").bank;
    let mut parameters = bank.parameters().clone();
    parameters.configuration = text.into();
    bank.write(parameters).expect("the disk is sound");
}

/// The layouts of the jobs that have something to log, by place.
pub fn layouts(restored: &Restored) -> Vec<Layout> {
    let ids: Vec<MeterId> = present().iter().map(|meter| meter.id).collect();
    let all = restored.configuration.jobs.iter().map(|job| job.layout(&ids));
    all.filter(|layout| !layout.columns.is_empty()).collect()
}

/// A meter that runs.
pub struct Meter {
    pub device: Device,
    pub memory: Memory,
    pub recorder: Recorder,
    pub mains: Mains,
    pub layouts: Vec<Layout>,
    /// Told with the next tick.
    pub events: Vec<Happened>,
}

impl Meter {
    /// Starts it at a moment of the civil clock.
    pub fn start(
        mains: &Mains,
        now: Timestamp,
        lived_ns: i64,
        ledger: &mut Ledger,
    ) -> Result<Meter, StoreError> {
        let (memory, restored) = open(mains)?;
        let jobs = restored.configuration.jobs.iter();
        let forgetting = jobs.filter(|job| job.keep.age_s.is_some());
        ledger.forgetting.extend(forgetting.map(|job| job.name.clone()));
        let device = Device::start(&restored, now, lived_ns);
        let layouts = layouts(&restored);
        let said = restored.findings.into_iter().map(|text| (EventKind::Store, text));
        let mut events: Vec<Happened> = said.collect();
        events.push((EventKind::Start, format!("started at {}", now.unix_ns)));
        let mut recorder = Recorder::new(restored.aggregators);
        recorder.begin(device.image());
        Ok(Meter { device, memory, recorder, mains: mains.clone(), layouts, events })
    }

    /// A window closes and what it brings is kept; none if it brings nothing.
    pub fn tick(&mut self, length_ns: i64, watts: [f64; 3], ledger: &mut Ledger) -> Option<Kept> {
        self.device.window(length_ns, watts);
        let events = std::mem::take(&mut self.events);
        let device = &self.device;
        let entry = self.recorder.observe(device.image(), events, || device.standings())?;
        Some(self.keep(entry, ledger))
    }

    /// Stops it in order.
    pub fn stop(mut self, ledger: &mut Ledger) -> Kept {
        let device = &self.device;
        let events = vec![(EventKind::Stop, "stopped".to_string())];
        let empty = Recorder::new(Vec::new());
        let recorder = std::mem::replace(&mut self.recorder, empty);
        let entry = recorder.finish(device.image(), events, device.standings());
        self.keep(entry, ledger)
    }

    /// What was acknowledged after the power went nobody has heard.
    fn keep(&mut self, entry: Entry, ledger: &mut Ledger) -> Kept {
        let mut kept = Kept { time: entry.time, ..Kept::default() };
        ledger.give_counters(&entry, self.device.lived_ns);
        kept.counters = self.memory.banks.keep(&entry, &mut kept.findings);
        if self.mains.left().is_some() {
            return kept;
        }
        ledger.counted(&entry, &kept);
        ledger.give_history(&entry, &kept, &self.layouts);
        self.memory.chronicle.keep(entry, &mut kept);
        if self.mains.left().is_none() {
            ledger.recorded(&kept);
        }
        kept
    }
}
