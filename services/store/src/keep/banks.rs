//! Counters and parameters at work: what depends on nothing else, and comes first.
//!
//! A bank whose disk failed is opened anew with the next entry; that it fails, and that it works again, is
//! said once.

use super::recorder::{Entry, Happened, Standing, Told};
use crate::bank::{CounterBank, CounterRecord, EventCounter, MeterCounters, ParameterBank, Shape};
use crate::event::EventKind;
use crate::planted::{Mistake, planted};
use image::MeterId;
use port::{Disk, Timestamp};
use std::sync::Arc;

/// The seal is looked at every hour, in nanoseconds.
const SEAL_CHECK_NS: u64 = 3_600_000_000_000;

/// A meter of this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    /// Which.
    pub id: MeterId,
    /// Its serial number, which tells a module from another in its place.
    pub serial: String,
}

/// See the module.
pub struct Banks {
    pub(super) disk: Arc<dyn Disk + Sync>,
    pub(super) present: Vec<Present>,
    /// Of the file of counters.
    pub(super) shape: Shape,
    pub(super) record: CounterRecord,
    /// None while it is broken.
    pub(super) counters: Option<CounterBank>,
    /// None while it is broken.
    pub(super) parameters: Option<ParameterBank>,
    /// Settings and corrections that the parameters have not taken yet.
    pub(super) untold: Option<Told>,
    /// When the seal was last looked at.
    pub(super) checked: Option<Timestamp>,
}

impl Banks {
    /// Keeps settings and counters of an entry; the sequence of the record that is durable, if one was due.
    /// What went wrong is told to `findings`.
    pub fn keep(&mut self, entry: &Entry, findings: &mut Vec<String>) -> Option<u64> {
        if entry.told.is_some() {
            self.untold.clone_from(&entry.told);
        }
        self.keep_told(findings);
        self.check_seal(entry.time, findings);
        self.count_events(&entry.events);
        let standings = entry.counters.as_ref()?;
        self.record.time = entry.time;
        self.record.meters = standings.iter().map(|standing| self.counters_of(standing)).collect();
        self.keep_counters(findings)
    }

    fn counters_of(&self, (id, registers): &Standing) -> MeterCounters {
        let serial = self.present.iter().find(|meter| meter.id == *id);
        MeterCounters::of(*id, serial.map_or("", |meter| &meter.serial), registers)
    }

    fn keep_counters(&mut self, findings: &mut Vec<String>) -> Option<u64> {
        let was_broken = self.counters.is_none();
        let mut found = Vec::new();
        if was_broken && let Ok(opened) = CounterBank::open_shaped(&*self.disk, self.shape) {
            self.counters = Some(opened.bank);
            found = opened.findings;
        }
        match self.counters.as_mut()?.write(&self.record) {
            Ok(sequence) => {
                if was_broken {
                    findings.extend(found);
                    findings.push("counters are kept again".into());
                }
                Some(sequence)
            }
            Err(error) => {
                self.counters = None;
                if !was_broken && !planted(Mistake::FindingSwallowed) {
                    findings.push(format!("counters are not kept: {error}"));
                }
                None
            }
        }
    }

    /// Keeps settings and corrections. What fails is tried again with every entry.
    fn keep_told(&mut self, findings: &mut Vec<String>) {
        let Some(told) = &self.untold else { return };
        let was_broken = self.parameters.is_none();
        let mut found = Vec::new();
        if was_broken && let Ok(opened) = ParameterBank::open(&*self.disk) {
            self.parameters = Some(opened.bank);
            found = opened.findings;
        }
        let Some(bank) = &mut self.parameters else { return };
        let mut parameters = bank.parameters().clone();
        parameters.keep_settings(&told.settings);
        parameters.corrections = told.corrections.iter().copied().collect();
        match bank.write(parameters) {
            Ok(is_change) => {
                self.untold = None;
                if is_change {
                    self.record.count(EventCounter::ParameterChanges);
                }
                if was_broken {
                    findings.extend(found);
                    findings.push("settings are kept again".into());
                }
            }
            Err(error) => {
                self.parameters = None;
                if planted(Mistake::SettingsNotTriedAgain) {
                    self.untold = None;
                }
                if !was_broken {
                    findings.push(format!("settings are not kept: {error}"));
                }
            }
        }
    }

    /// Holds the file of sealed parameters against what is in use, at the start and every hour.
    fn check_seal(&mut self, time: Timestamp, findings: &mut Vec<String>) {
        let since = |checked: Timestamp| time.unix_ns.abs_diff(checked.unix_ns);
        if self.checked.is_some_and(|checked| since(checked) < SEAL_CHECK_NS) {
            return;
        }
        self.checked = Some(time);
        if let Some(Err(error)) = self.parameters.as_ref().map(ParameterBank::check) {
            findings.push(format!("sealed parameters: {error}"));
        }
    }

    fn count_events(&mut self, events: &[Happened]) {
        for (kind, _) in events {
            match kind {
                EventKind::Clock => self.record.count(EventCounter::ClockSets),
                EventKind::Store => self.record.count(EventCounter::StoreFaults),
                EventKind::Start
                | EventKind::Stop
                | EventKind::Command
                | EventKind::Module
                | EventKind::Wiring
                | EventKind::Converter
                | EventKind::Alarm
                | EventKind::Surroundings
                | EventKind::Access => {}
            }
        }
    }
}
