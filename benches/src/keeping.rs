//! A scenario with the database on: what `ems run --data` does.
//!
//! The loop looks at every window, as it has to where rows are kept; counters, journal and database are
//! written by threads of their own, with every sync. The time of all threads counts.

use crate::processor::all_threads_s;
use catalog::{Class, Sign, points};
use image::{Image, MeterId};
use lab::{DeviceFacts, Installation, install_with, present};
use linux::Folder;
use metering::{Limits, Registers, Tail};
use port::AsFast;
use runner::Runner;
use sim::esy::ModuleMemory;
use sim::scenario::Scenario;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use store::Aggregate;
use store::bank::ParameterBank;
use store::engine::{Engine, FolderSite, Guarded, InThread};
use store::history::{History, Keep};
use store::job::{Configuration, Job, Meters};
use store::keep::{Haste, Memory, OpenHistory, Present, Recorder, Standing, Writer};
use tokio::sync::{mpsc, watch};
use world::{Effects, Twin};

/// Columns of the wide job: mean, least and largest of so many points.
pub const WIDE_COLUMNS: usize = 150;

/// A tick is shorter than any window (12 cycles of 70 Hz): each is seen.
const BLOCK_S: f64 = 0.16;

/// Opening an empty history takes much less.
const LOOK: Duration = Duration::from_secs(60);

/// One job: 150 columns of the built-in meter, a row a minute.
pub fn wide() -> Configuration {
    let live = points()
        .iter()
        .filter(|point| point.quantity.class == Class::Live && point.quantity.sign != Sign::Code);
    let aggregates = vec![Aggregate::Mean, Aggregate::Min, Aggregate::Max];
    let job = Job {
        name: "wide".into(),
        interval_s: 60,
        meters: Meters::These(vec![MeterId::Main]),
        points: live.take(WIDE_COLUMNS / aggregates.len()).map(|point| point.path()).collect(),
        aggregates,
        keep: Keep::default(),
    };
    Configuration { jobs: vec![job], ..Configuration::default() }
}

/// What a run cost.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    /// Processor seconds of all threads.
    pub seconds: f64,
    /// Windows of the built-in meter.
    pub windows: u64,
    /// Rows that became durable, of all jobs.
    pub rows: u64,
    /// Bytes of journal and database at the end.
    pub bytes: u64,
}

/// Runs a scenario to its end, keeping what a configuration says in an empty folder.
pub fn run(scenario: &Scenario, configuration: &Configuration, path: &Path) -> Cost {
    let place = Place { path: path.into(), disk: Folder::open(path).expect("a folder of our own") };
    place.configure(configuration);
    let begun = all_threads_s();
    let windows = kept(scenario, &place);
    let seconds = all_threads_s() - begun;
    let stats = place.history()().expect("it was closed").0.stats();
    let stats = stats.expect("it is sound");
    let rows = stats.jobs.iter().map(|job| job.sealed_rows + job.pending_rows).sum();
    Cost { seconds, windows, rows, bytes: stats.journal_bytes + stats.database_bytes }
}

/// Where a run keeps things.
struct Place {
    path: PathBuf,
    disk: Folder,
}

impl Place {
    fn configure(&self, configuration: &Configuration) {
        let mut bank = ParameterBank::open(&self.disk).expect("there is room").bank;
        let mut parameters = bank.parameters().clone();
        parameters.configuration = configuration.to_toml();
        bank.write(parameters).expect("there is room");
    }

    fn history(&self) -> OpenHistory {
        let (path, disk) = (self.path.clone(), self.disk.clone());
        Box::new(move || {
            let site = Arc::new(FolderSite::new(&path, Engine::Redb));
            let opened = Guarded::open(Arc::new(disk.clone()), site, &InThread { limit: LOOK })?;
            History::open(Box::new(disk.clone()), Box::new(opened.store))
        })
    }
}

/// Runs it and closes everything; the windows of the built-in meter.
fn kept(scenario: &Scenario, place: &Place) -> u64 {
    let facts = DeviceFacts { limits: Limits::EMS_AV2, version: (0, 0, 0), software_id: "bench" };
    let modules = ModuleMemory::default();
    let installation =
        install_with(scenario, &facts, &[], &modules).expect("a scenario that ships");
    let runner = runner(scenario, installation);
    let mut keeping = Keeping::begin(scenario, place, modules);
    keeping.recorder.begin(&runner.images.borrow());
    let outcome = runner.run(|effects| keeping.observe(effects));
    keeping.finish();
    outcome.expect("synthetic signals do not fail").windows
}

fn runner(scenario: &Scenario, Installation { config, feed, script, .. }: Installation) -> Runner {
    let rate_hz = config.format.sample_rate_hz;
    let duration_s = scenario.duration_s.expect("set");
    let first = Image::settling(Arc::new(config.identity.clone()), config.start);
    Runner {
        twin: Twin::new(&config),
        feed,
        script,
        pace: Box::new(AsFast),
        start: config.start,
        samples_max: Some((duration_s * rate_hz).round() as u64),
        block_samples: (BLOCK_S * rate_hz) as usize,
        tail: Tail::Count,
        images: watch::channel(Arc::new(first)).0,
        commands: mpsc::channel(1).1,
    }
}

/// What keeps a run.
struct Keeping {
    recorder: Recorder,
    writer: Writer,
    main: Registers,
    modules: ModuleMemory,
    image: Option<Arc<Image>>,
}

impl Keeping {
    fn begin(scenario: &Scenario, place: &Place, modules: ModuleMemory) -> Keeping {
        let present = present(scenario).into_iter().map(|(id, serial)| Present { id, serial });
        let disk = Arc::new(place.disk.clone());
        let (memory, restored) = Memory::open(disk, present.collect(), 0, place.history())
            .expect("there is nothing in it yet");
        Keeping {
            recorder: Recorder::new(restored.aggregators),
            writer: Writer::start(memory, Haste::Wait, |kept| {
                assert!(kept.findings.is_empty(), "{:?}", kept.findings);
            }),
            main: Registers::default(),
            modules,
            image: None,
        }
    }

    fn observe(&mut self, effects: &Effects) -> bool {
        if let Some(registers) = &effects.registers {
            self.main.clone_from(registers);
        }
        let Some(image) = &effects.image else { return true };
        self.image = Some(Arc::clone(image));
        let (main, modules) = (&self.main, &self.modules);
        let entry = self.recorder.observe(image, Vec::new(), || standings(main, modules));
        if let Some(entry) = entry {
            self.writer.keep(entry);
        }
        true
    }

    fn finish(mut self) {
        let image = self.image.expect("there was a window");
        let counters = standings(&self.main, &self.modules);
        self.writer.keep(self.recorder.finish(&image, Vec::new(), counters));
        self.writer.stop();
    }
}

fn standings(main: &Registers, modules: &ModuleMemory) -> Vec<Standing> {
    let modules =
        modules.all().into_iter().map(|(slot, registers)| (MeterId::Esy(slot), registers));
    std::iter::once((MeterId::Main, main.clone())).chain(modules).collect()
}
