//! Reports that were made: a list, and a document for each file. The oldest go when there are too many.

use super::{Format, Template};
use crate::problem::Problem;
use host::Shelf;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Name of the list.
const DOCUMENT: &str = "reports";

/// Reports that are kept: a daily one for a quarter of a year.
const REPORTS_MAX: usize = 100;

/// A report that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Its number.
    pub id: u32,
    /// Which.
    pub template: Template,
    /// Its title and time.
    pub title: String,
    /// First moment, in UTC.
    pub from: String,
    /// Moment at which it ends.
    pub to: String,
    /// When it was made.
    pub created: String,
    /// By whom: a user, or `schedule`.
    pub by: String,
    /// What it was printed as.
    pub formats: Vec<Format>,
    /// Bytes of all files.
    pub bytes: usize,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct List {
    newest: u32,
    reports: Vec<Report>,
}

/// The reports of a shelf.
pub struct Reports<'a>(pub &'a dyn Shelf);

impl Reports<'_> {
    fn list(&self) -> Result<List, Problem> {
        let text = self.0.read(DOCUMENT)?;
        Ok(text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default())
    }

    /// All of them, the newest first.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn all(&self) -> Result<Vec<Report>, Problem> {
        let mut reports = self.list()?.reports;
        reports.reverse();
        Ok(reports)
    }

    /// Keeps a report with its files; its number is given here.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn keep(&self, report: &Report, files: &[(Format, Vec<u8>)]) -> Result<u32, Problem> {
        let mut id = 0;
        let mut gone = Vec::new();
        self.0.update(DOCUMENT, &mut |text| {
            let known = text.and_then(|text| serde_json::from_slice(text).ok());
            let mut list: List = known.unwrap_or_default();
            list.newest += 1;
            id = list.newest;
            list.reports.push(Report { id, ..report.clone() });
            let many = list.reports.len().saturating_sub(REPORTS_MAX);
            gone = list.reports.drain(..many).collect();
            Some(serde_json::to_vec_pretty(&list).expect("a list is always JSON"))
        })?;
        for (format, bytes) in files {
            self.0.update(&name(id, *format), &mut |_| Some(bytes.clone()))?;
        }
        for report in gone {
            self.remove_files(&report)?;
        }
        Ok(id)
    }

    /// A file of a report; none if there is none.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn file(&self, id: u32, format: Format) -> Result<Option<(Report, Vec<u8>)>, Problem> {
        let found = self.list()?.reports.into_iter().find(|report| report.id == id);
        let Some(report) = found else { return Ok(None) };
        Ok(self.0.read(&name(id, format))?.map(|bytes| (report, bytes)))
    }

    /// Takes a report away; whether there was one.
    ///
    /// # Errors
    /// As the shelf says.
    pub fn remove(&self, id: u32) -> Result<Option<Report>, Problem> {
        let mut gone = None;
        self.0.update(DOCUMENT, &mut |text| {
            let mut list: List = serde_json::from_slice(text?).ok()?;
            let place = list.reports.iter().position(|report| report.id == id)?;
            gone = Some(list.reports.remove(place));
            Some(serde_json::to_vec_pretty(&list).expect("a list is always JSON"))
        })?;
        if let Some(report) = &gone {
            self.remove_files(report)?;
        }
        Ok(gone)
    }

    fn remove_files(&self, report: &Report) -> Result<(), Problem> {
        for format in &report.formats {
            self.0.remove(&name(report.id, *format))?;
        }
        Ok(())
    }
}

fn name(id: u32, format: Format) -> String {
    format!("report-{id}.{}", format.slug())
}
