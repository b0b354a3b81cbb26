//! Curves, tables of points, and what may be said of each clause.

use verify::document::Certificate;

use super::{conditions, points};
use crate::figure::Figures;
use crate::groups::{Chapter, Section};
use paper::Flow;
use paper::{Align, Row, Table, column, text};

/// The chapters of points: title, what stands below it, and whose points they are.
const CHAPTERS: [(Chapter, &str, &str); 3] = [
    (
        Chapter::Influence,
        "Influence quantities",
        "The change of the error, against reference conditions, that a quantity causes.",
    ),
    (
        Chapter::Other,
        "Start, no load, meter constant, repeatability",
        "What a standard asks besides the errors of energy.",
    ),
    (
        Chapter::Points,
        "Test points",
        "Every point that is not in a chapter before. Each point of the report stands in one table.",
    ),
];

/// What a reader does not find in a grid.
const GRIDS: &str = "Where a clause has many points, a row holds several of them, with the largest \
     uncertainty and the smallest margin of the row; certificate.csv holds what was indicated at each.";

pub(crate) fn curves(flow: &mut Flow<'_>, figures: &Figures) {
    if figures.curves.is_empty() {
        return;
    }
    flow.chapter("Error against current", 150.0);
    flow.paragraph(
        "Balanced load. The line is the error with its expanded uncertainty, where that is large \
         enough to be seen: above within its limits, below on a scale of its own, in the unit that \
         stands under it. The staircase is the limit, which holds from the current at which it \
         begins; what lies beyond it is shaded. A cross is a point that failed.",
    );
    for figure in &figures.curves {
        flow.figure(figure, &figure.title);
    }
}

pub(crate) fn used(flow: &mut Flow<'_>, figures: &Figures) {
    if figures.used.is_empty() {
        return;
    }
    let first = figures.used.first().map_or(0.0, |figure| figure.drawing.height);
    flow.chapter("Used part of the limits", first + 40.0);
    flow.paragraph("Of each clause the point that uses most of its limit; 100 % is the limit.");
    for figure in &figures.used {
        flow.figure(figure, &figure.title);
    }
}

pub(crate) fn points(flow: &mut Flow<'_>, sections: &[Section<'_>]) {
    for (chapter, title, words) in CHAPTERS {
        let clauses = || sections.iter().flat_map(|section| &section.clauses);
        if !clauses().any(|clause| clause.chapter() == chapter) {
            continue;
        }
        flow.chapter(title, 100.0);
        flow.paragraph(&format!("{words} {} {}", conditions::USUAL, GRIDS));
        for section in sections {
            let clauses = section.clauses.iter().filter(|clause| clause.chapter() == chapter);
            for clause in clauses {
                points::write(flow, clause, chapter == Chapter::Influence);
            }
        }
    }
}

pub(crate) fn not_covered(flow: &mut Flow<'_>, certificate: &Certificate) {
    if certificate.not_covered.is_empty() {
        return;
    }
    flow.chapter("Not covered", 40.0);
    flow.paragraph("The standards ask for more than a simulation can say. Not tested were:");
    for line in &certificate.not_covered {
        flow.item(line);
    }
}

pub(crate) fn conformity(flow: &mut Flow<'_>, certificate: &Certificate, sections: &[Section<'_>]) {
    flow.chapter("Statement of conformity", 80.0);
    let verdict = if certificate.passed { "conforms" } else { "does not conform" };
    flow.paragraph(&format!(
        "By the decision rule {} with a coverage factor of {}, the simulated unit {verdict} with all \
         requirements listed here, at the points of this report.",
        certificate.rule.name,
        paper::trimmed(certificate.rule.coverage_factor)
    ));
    let mut rows = Vec::new();
    for section in sections {
        rows.push(Row::Group(section.title()));
        for clause in &section.clauses {
            let result = clause.result;
            let verdict = if result.passed { "conforms" } else { "does not conform" };
            let cells = vec![
                text(&*result.id),
                text(&*result.title),
                text(&*result.source),
                text(result.requirements.join(", ")),
                text(verdict),
            ];
            rows.push(if result.passed { Row::Cells(cells) } else { Row::Failed(cells) });
        }
    }
    let columns = vec![
        column("Clause", Align::Left),
        column("Requirement", Align::Wrap),
        column("Source", Align::Wrap),
        column("Rows of the\ndatasheet", Align::Wrap),
        column("The unit", Align::Left),
    ];
    flow.table(&Table::new(columns, rows));
    flow.end("End of report");
}
