//! The first page: what was tested, by what, and the verdict.

use verify::document::{Certificate, NOTICE, PointResult};

use super::unit::in_a_line;
use super::{TITLE, failing};
use crate::format::{Digits, counted, duration, percent};
use crate::groups::{Clause, Section, is_counted};
use paper::trimmed;
use paper::{ACCENT, Anchor, BLACK, FAILED, GREY, Role, Type, WHITE};
use paper::{Align, Cell, Row, Table, column, number, text};
use paper::{Flow, LEFT, WIDTH};
use paper::{SMALLEST, TABLE_SIZE};

/// Width and height of the box with the verdict.
const BOX: (f32, f32) = (150.0, 50.0);

pub(crate) fn write(flow: &mut Flow<'_>, certificate: &Certificate, sections: &[Section<'_>]) {
    title(flow, certificate);
    let unit = &certificate.unit;
    let mut pairs = vec![
        ("Report", format!("{}, issued {}", certificate.report_id, certificate.issued)),
        ("Notice", format!("{NOTICE}. No physical instrument was tested.")),
    ];
    let failed = failing::clauses(sections);
    if !failed.is_empty() {
        pairs.push(("Failing clauses", failed));
    }
    pairs.push(("Object", format!("{}, serial number {}", unit.name, unit.serial)));
    if !unit.ratings.is_empty() {
        pairs.push(("Nameplate", in_a_line(&unit.ratings)));
    }
    pairs.extend([("Tested against", tested_against(sections)), ("Scope", scope(certificate))]);
    if !unit.spoiled.is_empty() {
        pairs.push(("Spoiled on purpose", in_a_line(&unit.spoiled)));
    }
    flow.pairs(pairs);
    let mut summary = summary(certificate, sections);
    flow.space(4.0);
    while flow.height(&summary) > flow.room() && summary.size > SMALLEST {
        summary.size -= 0.25;
    }
    if flow.height(&summary) <= flow.room() {
        flow.table(&summary);
        failing::write(flow, certificate, sections);
        rules(flow, certificate);
    } else {
        // The rules fill the first page, and the summary is in one piece on the next.
        rules(flow, certificate);
        flow.new_page();
        summary.size = TABLE_SIZE;
        flow.heading("Summary", 60.0);
        flow.table(&summary);
        failing::write(flow, certificate, sections);
    }
}

fn rules(flow: &mut Flow<'_>, certificate: &Certificate) {
    flow.heading("Decision rule", 36.0);
    flow.paragraph(&rule(certificate));
    flow.heading("Validity", 36.0);
    flow.paragraph(
        "The results relate only to the simulated unit described in this report, at the points \
         listed. They do not relate to a physical instrument and replace neither a type approval \
         nor a verification by law. The report may be reproduced only in full.",
    );
    software(flow, certificate);
}

fn title(flow: &mut Flow<'_>, certificate: &Certificate) {
    let top = flow.y + 4.0;
    let page = flow.page();
    page.role(Role::Heading(1, TITLE.to_string()));
    page.text(LEFT, top + 18.0, TITLE, Type::new(22.0).bold().colored(ACCENT), Anchor::Start);
    page.role(Role::Paragraph);
    let below = Type::new(11.0).colored(GREY);
    let subtitle = "Accuracy of an energy meter, by simulation";
    page.text(LEFT, top + 36.0, subtitle, below, Anchor::Start);

    let failed = certificate.points.iter().filter(|point| !point.passed).count();
    let (word, color) = if certificate.passed { ("PASS", BLACK) } else { ("FAIL", FAILED) };
    let points = counted(certificate.points.len(), "point");
    let words = match (failed, certificate.passed) {
        (0, true) => format!("all {points} within their limits"),
        // No point failed, so it was a unit of the lot.
        (0, false) => format!("all {points} passed, the lot did not"),
        (failed, _) => format!("{failed} of {points} failed"),
    };
    let (x, middle) = (LEFT + WIDTH - BOX.0, LEFT + WIDTH - BOX.0 / 2.0);
    page.role(Role::Artifact);
    if certificate.passed {
        page.frame((x, top), BOX, 1.2, BLACK);
    } else {
        page.rect((x, top), BOX, FAILED);
    }
    let ink = if certificate.passed { color } else { WHITE };
    page.role(Role::Paragraph);
    let large = Type::new(24.0).bold().colored(ink);
    page.text(middle, top + 28.0, word, large, Anchor::Middle);
    let small = Type::new(7.5).colored(ink);
    page.text(middle, top + 42.0, words, small, Anchor::Middle);
    page.role(Role::Artifact);
    flow.y = top + BOX.1 + 12.0;
}

fn tested_against(sections: &[Section<'_>]) -> String {
    let titles: Vec<String> = sections.iter().map(Section::title).collect();
    titles.join("; ")
}

fn scope(certificate: &Certificate) -> String {
    let scope = &certificate.scope;
    let voltages: Vec<String> = scope.nominal_v.iter().map(|v| trimmed(*v)).collect();
    format!(
        "{}: {} in {}; wiring {}; nominal voltage {} V; {} of simulated time",
        scope.level,
        counted(certificate.points.len(), "point"),
        counted(certificate.clauses.len(), "clause"),
        scope.wirings.join(", "),
        voltages.join(", "),
        duration(scope.simulated_s)
    )
}

fn rule(certificate: &Certificate) -> String {
    let rule = &certificate.rule;
    format!(
        "{}: {} Uncertainties are expanded, with a coverage factor k = {}.",
        rule.name,
        rule.text.trim_end(),
        trimmed(rule.coverage_factor)
    )
}

fn software(flow: &mut Flow<'_>, certificate: &Certificate) {
    let program = &certificate.program;
    flow.heading("Software", 60.0);
    flow.pairs([
        ("Program", format!("{} {}", program.name, program.version)),
        ("Commit", program.commit.clone()),
        ("Metrology software", program.software_id.clone()),
        ("Seed", certificate.scope.seed.to_string()),
        ("Command", program.command.clone()),
    ]);
    flow.paragraph(
        "The command gives the same report again, but for the date of issue: all that is random \
         follows from the seed.",
    );
}

fn summary(certificate: &Certificate, sections: &[Section<'_>]) -> Table {
    let mut rows = Vec::new();
    for section in sections {
        rows.push(Row::Group(section.title()));
        rows.extend(section.clauses.iter().map(summary_row));
    }
    if let Some(lot) = &certificate.lot {
        rows.push(Row::Group(format!(
            "Lot: {} of {} units passed, yield {} %",
            lot.passed,
            lot.units,
            percent(lot.yield_simple)
        )));
    }
    let columns = vec![
        column("Clause", Align::Left),
        column("Source", Align::Wrap),
        column("Points", Align::Right),
        column("Failed", Align::Right),
        column("Worst\nerror", Align::Point),
        column("Limit ±", Align::Point),
        column("Unit", Align::Left),
        column("Smallest\nmargin %", Align::Point),
        column("Verdict", Align::Center),
    ];
    Table::new(columns, rows)
}

fn summary_row(clause: &Clause<'_>) -> Row {
    let result = clause.result;
    let worst = clause.worst();
    let is_counted = is_counted(&clause.points);
    let of_worst = |show: &dyn Fn(Digits, &PointResult) -> String| match worst {
        Some(point) => {
            let (unit, known) = (&point.error_unit, point.uncertainty);
            show(Digits::fine(point.limit, unit, is_counted, known), point)
        }
        None => String::new(),
    };
    let cells = vec![
        text(&*result.id),
        text(&*result.source),
        text(result.points.to_string()),
        text(result.failed.to_string()),
        number(of_worst(&|digits, point| digits.error(point.error))),
        number(of_worst(&|digits, point| digits.limit(point.limit))),
        text(worst.map_or("", |point| &point.error_unit)),
        number(percent(result.margin)),
        Cell::Verdict(result.passed),
    ];
    if result.passed { Row::Cells(cells) } else { Row::Failed(cells) }
}
