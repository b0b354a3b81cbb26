//! What is there, and whether it is whole.

use super::{History, read};
use crate::engine::StoreError;
use port::Timestamp;

/// What a layout has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobStats {
    /// Number of the layout.
    pub layout: u32,
    /// Name of its job.
    pub job: String,
    /// Length of its intervals as they are logged, in seconds.
    pub interval_s: u32,
    /// Columns of a row.
    pub columns: usize,
    /// Rows in the database.
    pub sealed_rows: u64,
    /// Rows in the journal.
    pub pending_rows: u64,
    /// Groups in the database.
    pub groups: u64,
    /// Bytes of their chunks.
    pub bytes: u64,
    /// Earliest beginning and latest end of sealed rows.
    pub time: Option<(Timestamp, Timestamp)>,
}

/// What the history has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stats {
    /// By layout.
    pub jobs: Vec<JobStats>,
    /// Number of the newest event.
    pub newest_event: u64,
    /// Events in the database and in the journal.
    pub events: u64,
    /// Bytes of the journal.
    pub journal_bytes: u64,
    /// Bytes of the database on the disk.
    pub database_bytes: u64,
}

impl History {
    /// Tells what is there.
    ///
    /// # Errors
    /// As the database says.
    pub fn stats(&self) -> Result<Stats, StoreError> {
        let anchor = self.events.anchor.map_or(0, |anchor| anchor.seq);
        let oldest = self.events.pending.front().map_or(self.events.newest, |event| event.seq - 1);
        let first = if self.events.anchor.is_some() { anchor } else { oldest };
        Ok(Stats {
            jobs: self.layouts.iter().map(|layout| self.stats_of(layout.id)).collect(),
            newest_event: self.events.newest,
            events: self.events.newest - first,
            journal_bytes: self.journal.bytes_on_disk(),
            database_bytes: self.store.bytes_on_disk()?,
        })
    }

    fn stats_of(&self, id: u32) -> JobStats {
        let layout = self.layout(id).expect("it is one of the layouts");
        let mut stats = JobStats {
            layout: id,
            job: layout.job.clone(),
            interval_s: layout.interval_s,
            columns: layout.columns.len(),
            sealed_rows: 0,
            pending_rows: self.pending.get(&id).map_or(0, |rows| rows.len() as u64),
            groups: 0,
            bytes: 0,
            time: None,
        };
        // A row that begins is as far as pending ones are known without reading them.
        for pending in self.pending.get(&id).into_iter().flatten() {
            let (first, last) = stats.time.unwrap_or((pending.start, pending.start));
            stats.time = Some((first.min(pending.start), last.max(pending.start)));
        }
        for group in self.groups.range((id, 0)..=(id, u64::MAX)).map(|(_, group)| group) {
            stats.sealed_rows += u64::from(group.rows);
            stats.groups += 1;
            stats.bytes += group.bytes;
            let (start, end) = stats.time.unwrap_or((group.start_min, group.end_max));
            stats.time = Some((start.min(group.start_min), end.max(group.end_max)));
        }
        stats
    }

    /// Reads everything and tells what is not as it should be: chunks that are damaged or missing, rows out
    /// of order, a chain of events that is broken.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        let mut findings = Vec::new();
        for (&(id, first), group) in &self.groups {
            let Some(layout) = self.layout(id) else {
                findings
                    .push(format!("rows from {first} on are of a layout {id} that is not known"));
                continue;
            };
            let all: Vec<usize> = (0..layout.columns.len()).collect();
            match read::part_of(self.store.as_ref(), id, first, &all) {
                Ok(part) => {
                    let seqs: Vec<u64> = part.heads.iter().map(|head| head.seq).collect();
                    let fits = seqs.len() == group.rows as usize
                        && seqs.first().is_some_and(|seq| *seq >= first)
                        && seqs.last() == Some(&group.last)
                        && seqs.windows(2).all(|pair| pair[0] < pair[1]);
                    if !fits {
                        let job = &layout.job;
                        findings.push(format!(
                            "job {job}: rows {first} to {} are not those that its index tells",
                            group.last
                        ));
                    }
                }
                Err(error @ StoreError::Damaged { .. }) => findings.push(error.to_string()),
                Err(error) => return Err(error),
            }
        }
        findings.extend(self.check_events()?);
        Ok(findings)
    }
}
