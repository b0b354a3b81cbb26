//! What a meter remembers when it is started.

use super::banks::{Banks, Present};
use super::chronicle::{Chronicle, Logged, OpenHistory};
use crate::bank::{
    CounterBank, CounterRecord, EventCounter, ParameterBank, Parameters, Shape, counters_shape,
};
use crate::calendar::Zone;
use crate::engine::StoreError;
use crate::event::EventKind;
use crate::job::{Aggregator, Configuration};
use crate::planted::{Mistake, planted};
use image::MeterId;
use port::Disk;
use std::sync::Arc;

/// All that a meter remembers, open to be written on.
pub struct Memory {
    /// Counters and parameters.
    pub banks: Banks,
    /// The history, or what waits for one.
    pub chronicle: Chronicle,
}

/// What was found.
pub struct Restored {
    /// The counters; none if nothing was ever counted.
    pub counters: Option<CounterRecord>,
    /// Whether the program was stopped in order before, or never started.
    pub in_order: bool,
    /// Settings, corrections and calibration.
    pub parameters: Parameters,
    /// What it is configured to.
    pub configuration: Configuration,
    /// What makes rows of each job, continued after its last row.
    pub aggregators: Vec<Aggregator>,
    /// A sentence for each thing that was not as it should be.
    pub findings: Vec<String>,
}

impl Memory {
    /// Opens everything and counts the start. Jobs whose intervals are shorter than a window of the meter,
    /// in whole seconds, are left out: they would tell the same window several times.
    ///
    /// # Errors
    /// If counters or parameters cannot be read or made: nothing is begun over what might be there. A history
    /// that does not open is a finding, and is tried again.
    pub fn open(
        disk: Arc<dyn Disk + Sync>,
        present: Vec<Present>,
        window_s: u32,
        open_history: OpenHistory,
    ) -> Result<(Memory, Restored), StoreError> {
        let shape = counters_shape(&*disk, present.len())?;
        Memory::open_shaped(disk, present, window_s, shape, open_history)
    }

    /// Opens everything with the counters in a file of a shape of one's own, such as a small one for many
    /// tests.
    ///
    /// # Errors
    /// As `open`.
    pub fn open_shaped(
        disk: Arc<dyn Disk + Sync>,
        present: Vec<Present>,
        window_s: u32,
        shape: Shape,
        open_history: OpenHistory,
    ) -> Result<(Memory, Restored), StoreError> {
        let unreadable = |error: String| StoreError::Engine(error);
        let counters = CounterBank::open_shaped(&*disk, shape)
            .map_err(|error| unreadable(error.to_string()))?;
        let parameters =
            ParameterBank::open(&*disk).map_err(|error| unreadable(error.to_string()))?;
        let newest = counters.newest.map(|(_, record)| record);
        let mut findings = counters.findings;
        findings.extend(parameters.findings);
        let told = parameters.bank.parameters().clone();
        let configuration = configuration(&told, &mut findings);
        let jobs = logged(&configuration, &present, window_s);
        let stopped = newest.as_ref().map(|record| record.time);
        let chronicle = Chronicle::open(jobs, stopped, open_history, &mut findings);
        let in_order = stopped_in_order(&chronicle);
        let aggregators = aggregators(&chronicle, &configuration.zone, &mut findings);
        let mut record = newest.clone().unwrap_or_default();
        record.count(EventCounter::Starts);
        if !in_order {
            record.count(EventCounter::PowerCuts);
        }
        let banks = Banks {
            disk,
            present,
            shape,
            record,
            counters: Some(counters.bank),
            parameters: Some(parameters.bank),
            untold: None,
            checked: None,
        };
        let restored = Restored {
            counters: newest,
            in_order,
            parameters: told,
            configuration,
            aggregators,
            findings,
        };
        Ok((Memory { banks, chronicle }, restored))
    }
}

/// The configuration that is kept; that of delivery if none is, or if it is no longer understood.
fn configuration(parameters: &Parameters, findings: &mut Vec<String>) -> Configuration {
    if parameters.configuration.is_empty() {
        return Configuration::default();
    }
    Configuration::parse(&parameters.configuration).unwrap_or_else(|error| {
        findings.push(format!(
            "the configuration is not understood and that of delivery is used: {error}"
        ));
        Configuration::default()
    })
}

/// The jobs that have something to log: one of meters that there are not has nothing.
fn logged(configuration: &Configuration, present: &[Present], window_s: u32) -> Vec<Logged> {
    let ids: Vec<MeterId> = present.iter().map(|meter| meter.id).collect();
    let jobs = configuration.jobs.iter().filter(|job| job.interval_s >= window_s);
    jobs.map(|job| Logged { layout: job.layout(&ids), job: job.clone(), id: None })
        .filter(|logged| !logged.layout.columns.is_empty())
        .collect()
}

/// The last event of a run that was stopped says so.
fn stopped_in_order(chronicle: &Chronicle) -> bool {
    let last = chronicle.history().and_then(|history| {
        let before = history.newest_event().checked_sub(1)?;
        history.events(Some(before)).ok()?.last()?.ok()
    });
    last.is_none_or(|event| event.kind == EventKind::Stop)
}

fn aggregators(chronicle: &Chronicle, zone: &Zone, findings: &mut Vec<String>) -> Vec<Aggregator> {
    let mut aggregators = Vec::new();
    for logged in chronicle.jobs() {
        let last = chronicle.history().map(|history| history.last_row(&logged.job.name));
        let last = last.unwrap_or(Ok(None)).unwrap_or_else(|error| {
            findings.push(format!("the last row of \"{}\": {error}", logged.job.name));
            None
        });
        let last = last.filter(|_| !planted(Mistake::LastRowForgotten));
        let last = last.as_ref().map(|(layout, row)| (layout, row));
        aggregators.push(Aggregator::new(&logged.layout, zone.clone(), last));
    }
    aggregators
}
