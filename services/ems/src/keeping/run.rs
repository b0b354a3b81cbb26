//! What a run keeps: begun from what was kept, and kept from then on.

use super::folder::{DataFolder, failure};
use crate::document::rfc3339;
use crate::failure::{Failure, note};
use crate::user_command;
use crate::web::FolderShelf;
use catalog::SettingId;
use host::Shelf;
use image::{Command, Image, MeterId, MeterImage, Origin, Request};
use metering::Registers;
use port::Timestamp;
use runner::{Cue, CueAction};
use serde::Serialize;
use sim::esy::ModuleMemory;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use store::EventKind;
use store::bank::{EventCounter, ParameterBank, Parameters};
use store::calendar::Zone;
use store::calendar::tariff::TariffCalendar;
use store::engine::Engine;
use store::job::Configuration;
use store::keep::{
    Happened, Haste, Kept, Memory, Present, Reader, Recorder, Restored, Standing, Writer,
};
use world::{Effects, NoteKind};

/// Whose run it is that is kept.
pub struct Subject<'a> {
    /// Name of its scenario or installation, for the log.
    pub title: &'a str,
    /// Its meters, the built-in one first.
    pub present: Vec<Present>,
    /// Length of its windows in whole seconds, rounded down.
    pub window_s: u32,
    /// Settings that the run itself gives; kept ones do not hold against them.
    pub given: Vec<SettingId>,
}

/// What a run begins with.
pub struct Begin {
    /// Counters of the built-in meter.
    pub main: Registers,
    /// Counters of the modules.
    pub modules: ModuleMemory,
    /// Settings and corrections, as commands before the first sample.
    pub cues: Vec<Cue>,
    /// Tariffs by calendar, if it is configured.
    pub calendar: Option<Box<dyn port::TariffCalendar>>,
    /// When the meter stopped last.
    pub stopped: Option<Timestamp>,
    /// Zone of the local clock.
    pub zone: Zone,
    /// Log jobs, zone and tariffs as TOML.
    pub configuration: String,
}

/// What keeps a run.
pub struct Attached {
    recorder: Recorder,
    writer: Writer,
    main: Registers,
    modules: ModuleMemory,
    /// Told with the first tick.
    started: Vec<Happened>,
    /// What others tell, such as the page.
    told: Option<Receiver<Happened>>,
    folder: PathBuf,
    image: Option<Arc<Image>>,
}

/// A batch that is durable, as a line.
#[derive(Serialize)]
struct KeptLine<'a> {
    r#type: &'static str,
    time: String,
    counters: Option<u64>,
    rows: &'a BTreeMap<String, u64>,
    event: Option<u64>,
}

/// Tariffs of a zone's local clock.
struct LocalTariffs {
    zone: Zone,
    tariffs: TariffCalendar,
}

impl port::TariffCalendar for LocalTariffs {
    fn tariff(&self, at: Timestamp) -> u8 {
        self.tariffs.tariff_at(&self.zone, at)
    }

    fn next_change(&self, after: Timestamp) -> Option<Timestamp> {
        self.tariffs.next_change(&self.zone, after)
    }
}

/// Opens a data folder for a run. `acknowledge` prints a line for every batch that is durable.
pub fn begin(
    folder: &DataFolder,
    engine: Option<Engine>,
    subject: &Subject,
    haste: Haste,
    acknowledge: bool,
) -> Result<(Begin, Attached), Failure> {
    let Subject { present, window_s, .. } = subject;
    folder.claim(&present[0].serial)?;
    take_waiting(folder)?;
    let engine = folder.engine(engine)?;
    let disk = Arc::new(folder.disk.clone());
    let (memory, restored) =
        Memory::open(disk, present.clone(), *window_s, folder.history(engine)).map_err(failure)?;
    restored.findings.iter().for_each(|finding| note(&format!("note: {finding}")));
    note(&format!("data are kept in {} ({})", folder.path.display(), engine.slug()));
    let begin = begin_with(&restored, subject);
    let started = started(subject.title, &restored);
    let attached = Attached {
        main: begin.main.clone(),
        modules: begin.modules.clone(),
        recorder: Recorder::new(restored.aggregators),
        writer: Writer::start(memory, haste, move |kept| tell(kept, acknowledge)),
        started,
        told: None,
        folder: folder.path.clone(),
        image: None,
    };
    Ok((begin, attached))
}

/// Takes a configuration over that was given on the page and waits for this start.
fn take_waiting(folder: &DataFolder) -> Result<(), Failure> {
    let place = folder.path.join(user_command::FOLDER);
    let failed = |error: host::ShelfError| Failure::Environment(error.to_string());
    let shelf = FolderShelf::open(&place).map_err(failed)?;
    let Some(bytes) = shelf.read(web::WAITING_CONFIGURATION).map_err(failed)? else {
        return Ok(());
    };
    let text = String::from_utf8_lossy(&bytes);
    match Configuration::parse(&text) {
        Ok(_) => {
            let opened = ParameterBank::open(&folder.disk);
            let mut bank = opened.map_err(|error| Failure::File(error.to_string()))?.bank;
            let mut parameters: Parameters = bank.parameters().clone();
            parameters.configuration = text.into();
            bank.write(parameters).map_err(|error| Failure::Environment(error.to_string()))?;
            note("the configuration that was given on the page holds from now on");
        }
        // It was checked when it was given; another version of the program may read it otherwise.
        Err(error) => {
            note(&format!("note: the configuration of the page is not taken over: {error}"))
        }
    }
    shelf.remove(web::WAITING_CONFIGURATION).map_err(failed)
}

/// Counters, settings and calendar, as they were kept.
fn begin_with(restored: &Restored, subject: &Subject) -> Begin {
    let mut main = Registers::default();
    let modules = ModuleMemory::default();
    let record = restored.counters.clone().unwrap_or_default();
    for meter in &record.meters {
        let known = subject.present.iter().find(|known| known.id == meter.meter);
        match meter.meter {
            MeterId::Main => meter.restore(&mut main),
            // Another module in this place has counters of its own.
            MeterId::Esy(slot) if known.is_some_and(|known| meter.is_of(&known.serial)) => {
                let mut registers = Registers::default();
                meter.restore(&mut registers);
                modules.set(slot, &registers);
            }
            MeterId::Esy(_) => {}
        }
    }
    let configuration = &restored.configuration;
    let calendar = (!configuration.tariffs.0.is_empty()).then(|| {
        Box::new(LocalTariffs {
            zone: configuration.zone.clone(),
            tariffs: configuration.tariffs.clone(),
        }) as Box<dyn port::TariffCalendar>
    });
    Begin {
        main,
        modules,
        cues: cues(restored, &subject.given),
        calendar,
        stopped: restored.counters.as_ref().map(|record| record.time),
        zone: configuration.zone.clone(),
        configuration: configuration.to_toml(),
    }
}

/// Settings as they were kept, but for those that the run itself gives.
fn cues(restored: &Restored, given: &[SettingId]) -> Vec<Cue> {
    let kept = restored.parameters.to_settings();
    let settings = catalog::SETTINGS
        .iter()
        .filter(|row| kept.get(row.id) != row.default && !given.contains(&row.id))
        .map(|row| Request::Set(row.id, kept.get(row.id)));
    let corrections = restored.parameters.corrections.iter();
    let corrections = corrections.map(|(meter, correction)| Request::Correct(*meter, *correction));
    settings
        .chain(corrections)
        .map(|request| Cue {
            at: 0,
            action: CueAction::Command(Command { origin: Origin::Kept, request }),
        })
        .collect()
}

/// What the log says of a start.
fn started(title: &str, restored: &Restored) -> Vec<Happened> {
    let version = env!("CARGO_PKG_VERSION");
    let id = env!("EMS_SOFTWARE_ID");
    let mut text = format!("ems {version} started on \"{title}\", software id {id}");
    if let Some(record) = &restored.counters {
        let starts = record.event(EventCounter::Starts);
        text.push_str(&format!(", after {starts} starts; counters of {}", rfc3339(record.time)));
        if !restored.in_order {
            text.push_str("; it was not stopped before");
        }
    }
    let findings = restored.findings.iter().map(|text| (EventKind::Store, text.clone()));
    std::iter::once((EventKind::Start, text)).chain(findings).collect()
}

/// Says what a batch came to.
fn tell(kept: &Kept, acknowledge: bool) {
    kept.findings.iter().for_each(|finding| note(&format!("note: {finding}")));
    if !acknowledge {
        return;
    }
    let line = KeptLine {
        r#type: "kept",
        time: rfc3339(kept.time),
        counters: kept.counters,
        rows: &kept.rows,
        event: kept.event,
    };
    if let Ok(text) = serde_json::to_string(&line) {
        // Whoever listened may have gone; what is durable stays so.
        let _gone = writeln!(std::io::stdout().lock(), "{text}");
    }
}

impl Attached {
    /// Where it is kept.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What looks at the history meanwhile.
    pub fn reader(&self) -> Reader {
        self.writer.reader()
    }

    /// Takes what others tell into the log as well.
    pub fn listen(&mut self, told: Receiver<Happened>) {
        self.told = Some(told);
    }

    /// Looks at the image before the first tick, with the counters that were kept: gains begin there.
    pub fn start(&mut self, first: &Image) {
        let mut first = first.clone();
        for (slot, registers) in self.modules.all() {
            let id = MeterId::Esy(slot);
            let mut meter = MeterImage::settling(id, first.time);
            registers.fill(&mut meter.readings, |_| true);
            first.meters.push(meter);
        }
        self.recorder.begin(&first);
    }

    /// Looks at a tick.
    pub fn observe(&mut self, effects: &Effects) {
        if let Some(registers) = &effects.registers {
            self.main.clone_from(registers);
        }
        let Some(image) = &effects.image else { return };
        self.image = Some(Arc::clone(image));
        let mut events = std::mem::take(&mut self.started);
        events.extend(effects.notes.iter().map(|note| (kind(note.kind), note.text.clone())));
        events.extend(self.told.iter().flat_map(Receiver::try_iter));
        let (main, modules) = (&self.main, &self.modules);
        if let Some(entry) = self.recorder.observe(image, events, || standings(main, modules)) {
            self.writer.keep(entry);
        }
    }

    /// Keeps the last of a run and closes everything.
    pub fn finish(mut self) {
        if let Some(image) = self.image {
            let mut events: Vec<Happened> = self.told.iter().flat_map(Receiver::try_iter).collect();
            events.push((EventKind::Stop, "ems stopped".to_string()));
            let counters = standings(&self.main, &self.modules);
            self.writer.keep(self.recorder.finish(&image, events, counters));
        }
        self.writer.stop();
    }
}

fn standings(main: &Registers, modules: &ModuleMemory) -> Vec<Standing> {
    let modules =
        modules.all().into_iter().map(|(slot, registers)| (MeterId::Esy(slot), registers));
    std::iter::once((MeterId::Main, main.clone())).chain(modules).collect()
}

fn kind(kind: NoteKind) -> EventKind {
    match kind {
        NoteKind::Command => EventKind::Command,
        NoteKind::Module => EventKind::Module,
        NoteKind::Wiring => EventKind::Wiring,
        NoteKind::Clock => EventKind::Clock,
        NoteKind::Converter => EventKind::Converter,
        NoteKind::Alarm => EventKind::Alarm,
        NoteKind::Surroundings => EventKind::Surroundings,
    }
}
