//! The clauses of a certificate in the order of a report, each with its points.

use verify::document::{Arm, Certificate, ClauseResult, PointResult};

/// A clause and its points, in the order of the plan.
#[derive(Debug, Clone)]
pub(crate) struct Clause<'a> {
    pub result: &'a ClauseResult,
    pub points: Vec<&'a PointResult>,
}

/// The clauses of one arm that stand in one document.
#[derive(Debug, Clone)]
pub(crate) struct Section<'a> {
    pub arm: Arm,
    /// What comes before the slash of a clause, or nothing for a row of the datasheet.
    pub prefix: &'a str,
    pub clauses: Vec<Clause<'a>>,
}

/// Which chapter of a report shows the points of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Chapter {
    /// Change of an error by an influence quantity.
    Influence,
    /// Start, no load, constant, repeatability.
    Other,
    /// Errors, and all that we do not know better.
    Points,
}

impl Clause<'_> {
    /// By the last part of the id.
    pub fn chapter(&self) -> Chapter {
        match self.result.id.split_once('/').map(|(_, name)| name) {
            Some(
                "voltage" | "frequency" | "sequence" | "unbalance" | "harmonics" | "dc" | "odd"
                | "sub" | "temperature",
            ) => Chapter::Influence,
            Some("starting" | "no-load" | "constant" | "repeatability") => Chapter::Other,
            _ => Chapter::Points,
        }
    }

    /// Whether its points are errors against current at balanced load.
    pub fn is_balanced(&self) -> bool {
        self.result.id.ends_with("/balanced") || self.result.id == "esy/reactive"
    }

    /// The point that uses most of its limit, by name if there is one of that name.
    pub fn worst(&self) -> Option<&PointResult> {
        let named = self.points.iter().find(|point| point.id == self.result.worst);
        let by_use = || self.points.iter().max_by(|a, b| a.used.total_cmp(&b.used));
        named.or_else(by_use).copied()
    }
}

impl Section<'_> {
    /// What the clauses belong to, for a heading.
    pub fn title(&self) -> String {
        let name = match self.prefix {
            "" => "Datasheet".to_string(),
            "62053-21" => "EN IEC 62053-21, active energy".to_string(),
            "62053-23" => "EN IEC 62053-23, reactive energy".to_string(),
            "esy" => "ESY modules".to_string(),
            "exact" => "Exactness".to_string(),
            other => other.to_string(),
        };
        match self.arm {
            Arm::Exactness if self.prefix != "exact" => format!("Exactness: {name}"),
            Arm::Class | Arm::Exactness => name,
        }
    }
}

/// By arm, then by document as it first appears, then as the certificate lists them.
pub(crate) fn sections(certificate: &Certificate) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    for arm in [Arm::Class, Arm::Exactness] {
        for result in certificate.clauses.iter().filter(|clause| clause.arm == arm) {
            let prefix = result.id.split_once('/').map_or("", |(prefix, _)| prefix);
            let clause = Clause { result, points: points_of(certificate, result) };
            match sections.iter_mut().find(|s| s.arm == arm && s.prefix == prefix) {
                Some(section) => section.clauses.push(clause),
                None => sections.push(Section { arm, prefix, clauses: vec![clause] }),
            }
        }
    }
    sections
}

fn points_of<'a>(certificate: &'a Certificate, clause: &ClauseResult) -> Vec<&'a PointResult> {
    let its = |point: &&PointResult| point.clause == clause.id && point.arm == clause.arm;
    certificate.points.iter().filter(its).collect()
}

/// Whether the errors of these points are numbers of something that is counted.
pub(crate) fn is_counted(points: &[&PointResult]) -> bool {
    let whole = |point: &&PointResult| {
        point.error.fract() == 0.0 && point.limit.fract() == 0.0 && !point.error_unit.contains('%')
    };
    points.iter().all(whole)
}
