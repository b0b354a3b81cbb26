//! What failed, for whoever has to find out why.

use verify::document::{Certificate, PointResult};

use super::unit::in_a_line;
use crate::format::{Digits, counted, percent, tidied};
use crate::groups::{Clause, Section, is_counted};
use paper::Flow;
use paper::{Align, Cell, Row, Table, column, number, text};

/// Two thirds of a page; who looks for more has `certificate.csv`.
const MOST: usize = 60;

/// The clauses that failed, with how many of their points, in words.
pub(crate) fn clauses(sections: &[Section<'_>]) -> String {
    let clauses = sections.iter().flat_map(|section| &section.clauses);
    let failed = clauses.map(|clause| clause.result).filter(|result| !result.passed);
    let words: Vec<String> = failed
        .map(|result| format!("{} ({} of {})", result.id, result.failed, result.points))
        .collect();
    words.join(", ")
}

/// The points that failed, if any did: in the order of the plan, or the worst of too many.
pub(crate) fn write(flow: &mut Flow<'_>, certificate: &Certificate, sections: &[Section<'_>]) {
    let clauses = sections.iter().flat_map(|section| &section.clauses);
    let mut failed: Vec<(&Clause<'_>, &PointResult)> = clauses
        .flat_map(|clause| clause.points.iter().map(move |point| (clause, *point)))
        .filter(|(_, point)| !point.passed)
        .collect();
    if failed.is_empty() {
        return;
    }
    flow.heading("Failing points", 60.0);
    if !certificate.unit.spoiled.is_empty() {
        let spoiled = in_a_line(&certificate.unit.spoiled);
        flow.paragraph(&format!("The unit was spoiled on purpose: {spoiled}."));
    }
    if failed.len() > MOST {
        flow.remark(&format!(
            "The {MOST} that exceed their limits most, of {}; certificate.csv holds all.",
            counted(failed.len(), "failing point")
        ));
        failed.sort_by(|(_, a), (_, b)| b.used.total_cmp(&a.used));
        failed.truncate(MOST);
    }
    let columns = vec![
        column("Point", Align::Wrap),
        column("Error", Align::Point),
        column("Limit ±", Align::Point),
        column("U, k = 2", Align::Point),
        column("Unit", Align::Left),
        column("Used %", Align::Point),
        column("Verdict", Align::Center),
    ];
    let rows = failed.iter().map(|(clause, point)| row(clause, point)).collect();
    flow.table(&Table::new(columns, rows));
}

fn row(clause: &Clause<'_>, point: &PointResult) -> Row {
    let is_counted = is_counted(&clause.points);
    let digits = Digits::fine(point.limit, &point.error_unit, is_counted, point.uncertainty);
    Row::Cells(vec![
        text(tidied(&point.id)),
        number(digits.error(point.error)),
        number(digits.limit(point.limit)),
        number(if point.uncertainty == 0.0 {
            "–".into()
        } else {
            digits.seen(point.uncertainty)
        }),
        text(&*point.error_unit),
        number(percent(point.used)),
        Cell::Verdict(false),
    ])
}
