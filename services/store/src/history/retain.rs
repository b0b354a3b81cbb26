//! Retention as data: what of a job's history goes, by age, by size, or because the disk is full.
//!
//! Whole groups go, the oldest first. What a registered consumer has not read yet stays, however old; only a
//! quota or a full disk takes it, and that is told.

use super::group::{Group, HEADS, chunk_key, group_key};
use super::{History, Stream};
use crate::calendar::CLOCK_KNOWN;
use crate::engine::{Batch, Change, StoreError, Table};
use crate::planted::{Mistake, planted};
use port::Timestamp;
use std::collections::BTreeSet;

/// Groups that are removed in one batch: with some hundred columns, some thousand changes.
const GROUPS_AT_ONCE: usize = 32;

/// How long a job's rows are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// Rows that ended longer ago than so many seconds go; none: never for their age.
    pub age_s: Option<u64>,
    /// Sealed rows may have so many bytes; then the oldest go.
    pub bytes: Option<u64>,
    /// Older rows become coarser.
    pub thin: Option<Thin>,
}

/// From when on rows are made coarser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Thin {
    /// Rows that ended longer ago than so many seconds.
    pub after_s: u64,
    /// Length of the rows that are made of them, in seconds.
    pub interval_s: u32,
}

/// So many seconds before a moment.
pub(super) fn before(now: Timestamp, seconds: u64) -> Timestamp {
    let ns = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000_000);
    Timestamp { unix_ns: now.unix_ns.saturating_sub(ns) }
}

/// UTC date for people.
fn date(time: Timestamp) -> String {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(time.unix_ns));
    moment.map_or_else(|_| "an unknown day".into(), |moment| moment.strftime("%F").to_string())
}

/// Of groups in the order of their numbers those at the front that ended before a moment. Where the clock
/// was not set yet, a group is as old as the next one whose time is known.
fn aged(groups: Vec<Found>, limit: Timestamp) -> Vec<Found> {
    let mut end = Timestamp { unix_ns: i64::MAX };
    let mut ends: Vec<Timestamp> = groups
        .iter()
        .rev()
        .map(|(_, group)| {
            if group.end_max >= CLOCK_KNOWN {
                end = group.end_max;
            }
            end
        })
        .collect();
    ends.reverse();
    let old = groups.into_iter().zip(ends).take_while(|(_, end)| *end < limit);
    old.map(|(group, _)| group).collect()
}

/// A group with its place: layout, number of the first row.
type Found = ((u32, u64), Group);

impl History {
    /// Lets a job's history be as it should be kept: thins first, then takes what is too old, then what is
    /// too much. Tells what was taken that somebody still wanted.
    ///
    /// # Errors
    /// As the database says; what was done until then stays done.
    pub fn retain(
        &mut self,
        job: &str,
        keep: &Keep,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let mut findings = Vec::new();
        if let Some(thin) = &keep.thin {
            findings.extend(self.thin(job, thin, now)?);
        }
        if let Some(age_s) = keep.age_s {
            let mut old = aged(self.groups_of(job), before(now, age_s));
            old.retain(|(place, group)| self.is_read(*place, group));
            self.remove_groups(&old)?;
        }
        if let Some(bytes) = keep.bytes {
            findings.extend(self.keep_bytes(job, bytes)?);
        }
        Ok(findings)
    }

    fn keep_bytes(&mut self, job: &str, bytes: u64) -> Result<Option<String>, StoreError> {
        let groups = self.groups_of(job);
        let all: u64 = groups.iter().map(|(_, group)| group.bytes).sum();
        let taken = oldest_of(groups, all.saturating_sub(bytes));
        let unread = taken.iter().filter(|(place, group)| !self.is_read(*place, group)).count();
        self.remove_groups(&taken)?;
        Ok((unread > 0).then(|| {
            format!(
                "job {job}: its history was above {bytes} bytes; {unread} groups of rows were given \
                 up that a consumer had not read"
            )
        }))
    }

    /// Gives up the oldest history, of whatever job, because the disk is full: as much as the last two groups
    /// needed. Tells what went; nothing if there is nothing.
    ///
    /// # Errors
    /// As the database says.
    pub fn make_room(&mut self) -> Result<Option<String>, StoreError> {
        let groups = self.oldest_first();
        let newest = groups.last().map_or(0, |(_, group)| group.bytes);
        let taken = oldest_of(groups, newest * 2);
        let Some((_, last)) = taken.last() else { return Ok(None) };
        let told = format!(
            "the disk is full: {} groups of rows, up to {}, were given up",
            taken.len(),
            date(last.start_max)
        );
        self.store.give_up_reserve()?;
        self.remove_groups(&taken)?;
        // The space is free within the database in any case.
        let _ = self.store.compact();
        self.store.take_reserve();
        Ok(Some(told))
    }

    /// All groups, the oldest first. Of each job they are in the order of their numbers, whatever the clock
    /// did: none goes before those in front of it.
    fn oldest_first(&self) -> Vec<Found> {
        let jobs: BTreeSet<&str> = self.layouts.iter().map(|layout| layout.job.as_str()).collect();
        let mut reached = Vec::new();
        for job in jobs {
            let mut latest = Timestamp { unix_ns: i64::MIN };
            for (place, group) in self.groups_of(job) {
                latest = latest.max(group.start_max);
                reached.push((latest, (place, group)));
            }
        }
        reached.sort_by_key(|(latest, ((_, first), _))| (*latest, *first));
        reached.into_iter().map(|(_, group)| group).collect()
    }

    /// The groups of a job, the oldest first.
    fn groups_of(&self, job: &str) -> Vec<Found> {
        let ids = self.layouts_of(job);
        let of = |id: u32| self.groups.range((id, 0)..=(id, u64::MAX));
        let mut groups: Vec<Found> =
            ids.into_iter().flat_map(of).map(|(place, group)| (*place, *group)).collect();
        groups.sort_by_key(|((_, first), _)| *first);
        groups
    }

    /// Whether all consumers of its layout have handled a group.
    pub(super) fn is_read(&self, (layout, _): (u32, u64), group: &Group) -> bool {
        self.slowest(Stream::Rows(layout)).is_none_or(|cursor| cursor >= group.last)
    }

    fn remove_groups(&mut self, groups: &[Found]) -> Result<(), StoreError> {
        for some in groups.chunks(GROUPS_AT_ONCE) {
            let batch = some.iter().flat_map(|(place, _)| self.removal(*place)).collect();
            self.store.commit(&batch)?;
            for (place, _) in some {
                self.groups.remove(place);
            }
        }
        Ok(())
    }

    /// The changes that remove a group.
    pub(super) fn removal(&self, (layout, first): (u32, u64)) -> Batch {
        let columns = self.layout(layout).map_or(0, |layout| layout.columns.len());
        let columns = (0..columns).filter_map(|column| u16::try_from(column).ok());
        let chunks = columns.chain([HEADS]);
        let chunks = chunks.map(|column| chunk_key(layout, column, first));
        let index = Change::Delete(Table::Meta, group_key(layout, first));
        chunks.map(|key| Change::Delete(Table::Chunks, key)).chain([index]).collect()
    }
}

/// From the front of groups in their order, as many as have so many bytes.
fn oldest_of(mut groups: Vec<Found>, bytes: u64) -> Vec<Found> {
    if planted(Mistake::RetentionTakesNewest) {
        groups.reverse();
    }
    let mut taken = 0;
    let enough = groups.iter().take_while(|(_, group)| {
        let more = taken < bytes;
        taken += group.bytes;
        more
    });
    let count = enough.count();
    groups.truncate(count);
    groups
}
