//! What changed between two certificates, worst first.

use crate::document::{Certificate, PointResult};
use serde::Serialize;
use std::collections::BTreeMap;

/// A point that two certificates share, or that one of them lacks.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The point.
    pub id: String,
    /// Unit of the errors.
    pub error_unit: String,
    /// Error before; none if the point is new.
    pub before: Option<f64>,
    /// Error now; none if the point is gone.
    pub now: Option<f64>,
    /// Limit before; none if the point is new.
    pub limit_before: Option<f64>,
    /// Limit now, or before if the point is gone.
    pub limit: f64,
    /// By how much more of its limit the point uses now; of a point that is gone, all of it.
    pub worse: f64,
    /// What became of the verdict.
    pub verdict: Verdict,
}

impl Change {
    /// Whether it did change: a point that fails as before is listed and is none.
    pub fn is_one(&self) -> bool {
        let same_limit = self.limit_before == Some(self.limit);
        self.before.is_none() || self.before != self.now || !same_limit || self.verdict.is_turn()
    }
}

/// What became of a point's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It passed and fails now.
    NowFails,
    /// It is not tested any more.
    Gone,
    /// It is new and fails.
    NewFails,
    /// It fails as before.
    StillFails,
    /// It failed and passes now.
    NowPasses,
    /// It is new and passes.
    NewPasses,
    /// It passes as before.
    StillPasses,
}

impl Verdict {
    /// Whether it is another than before.
    fn is_turn(self) -> bool {
        !matches!(self, Verdict::StillFails | Verdict::StillPasses)
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::NowFails => "now FAILS",
            Verdict::Gone => "gone",
            Verdict::NewFails => "new, FAILS",
            Verdict::StillFails => "still FAILS",
            Verdict::NowPasses => "now passes",
            Verdict::NewPasses => "new",
            Verdict::StillPasses => "passes",
        }
    }
}

/// Every point that changed or fails, worst first: by verdict, then by how much more of its limit it uses.
pub fn compare(before: &Certificate, now: &Certificate) -> Vec<Change> {
    let by_id = |certificate: &Certificate| -> BTreeMap<String, PointResult> {
        certificate.points.iter().map(|point| (point.id.clone(), point.clone())).collect()
    };
    let (before, now) = (by_id(before), by_id(now));
    let gone = before.iter().filter(|(id, _)| !now.contains_key(*id));
    let mut changes: Vec<Change> = gone.map(|(_, point)| change(Some(point), None)).collect();
    changes.extend(now.iter().map(|(id, point)| change(before.get(id), Some(point))));
    changes.retain(|change| change.is_one() || change.verdict == Verdict::StillFails);
    changes.sort_by(|a, b| {
        a.verdict.cmp(&b.verdict).then(b.worse.total_cmp(&a.worse)).then(a.id.cmp(&b.id))
    });
    changes
}

fn change(before: Option<&PointResult>, now: Option<&PointResult>) -> Change {
    let verdict = match (before.map(|point| point.passed), now.map(|point| point.passed)) {
        (Some(true), Some(false)) => Verdict::NowFails,
        (Some(false), Some(false)) => Verdict::StillFails,
        (Some(false), Some(true)) => Verdict::NowPasses,
        (Some(true), Some(true)) => Verdict::StillPasses,
        (None, Some(false)) => Verdict::NewFails,
        (None, _) => Verdict::NewPasses,
        (Some(_), None) => Verdict::Gone,
    };
    let used = |point: Option<&PointResult>| point.map_or(0.0, |point| point.used);
    let known = now.or(before).expect("a point of either");
    Change {
        id: known.id.clone(),
        error_unit: known.error_unit.clone(),
        before: before.map(|point| point.error),
        now: now.map(|point| point.error),
        limit_before: before.map(|point| point.limit),
        limit: known.limit,
        worse: if now.is_none() { 1.0 } else { used(now) - used(before) },
        verdict,
    }
}
