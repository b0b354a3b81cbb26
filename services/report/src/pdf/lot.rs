//! The production lot.

use verify::document::{LotPoint, LotResidual, LotResult};

use super::flow::Flow;
use super::table::{Align, Row, Table, column, number, text};
use crate::figure::Figures;
use crate::format::{Digits, percent, significant};

pub(crate) fn write(flow: &mut Flow<'_>, lot: &LotResult, figures: &Figures) {
    flow.chapter("Production lot", 120.0);
    let worst = &lot.worst;
    let digits = Digits::of(worst.limit, &worst.error_unit, false);
    flow.pairs([
        ("Units", format!("{} made, calibrated and verified", lot.units)),
        ("Yield", format!("{} %, {} units passed", percent(lot.yield_simple), lot.passed)),
        (
            "Yield, guarded",
            format!(
                "{} %, with each limit made smaller by the expanded uncertainty",
                percent(lot.yield_guarded)
            ),
        ),
        (
            "Worst unit",
            crate::format::typeset(&format!(
                "seed {}: error {} of {} {} allowed, {} % used, at ",
                worst.seed,
                digits.signed(worst.error),
                digits.plain(worst.limit),
                worst.error_unit,
                percent(worst.used),
            )) + &worst.point,
        ),
    ]);
    points(flow, lot);
    if !figures.lot.is_empty() {
        flow.heading("How the errors are spread", 110.0);
        flow.remark(
            "Solid lines are the limits, dashed lines the limits made smaller by the guard band.",
        );
        flow.figures(&figures.lot, 11.0);
    }
    residuals(flow, lot);
}

fn points(flow: &mut Flow<'_>, lot: &LotResult) {
    flow.heading("Capability at each point", 60.0);
    let columns = vec![
        column("Point", Align::Wrap),
        column("Unit", Align::Left),
        column("Limit ±", Align::Point),
        column("Guard\nband", Align::Point),
        column("Mean", Align::Point),
        column("σ", Align::Point),
        column("Smallest", Align::Point),
        column("Largest", Align::Point),
        column("Cpk", Align::Point),
        column("Failed", Align::Right),
        column("Worst seed", Align::Right),
    ];
    let row = |point: &LotPoint| {
        let digits = Digits::of(point.limit, &point.error_unit, false);
        let cells = vec![
            text(&*point.id),
            text(&*point.error_unit),
            number(digits.plain(point.limit)),
            number(digits.plain(point.guard_band)),
            number(digits.signed(point.mean)),
            number(digits.plain(point.sigma)),
            number(digits.signed(point.smallest)),
            number(digits.signed(point.largest)),
            number(format!("{:.2}", point.cpk)),
            text(point.failed.to_string()),
            text(point.worst_seed.to_string()),
        ];
        if point.failed == 0 { Row::Cells(cells) } else { Row::Failed(cells) }
    };
    flow.table(&Table { columns, rows: lot.points.iter().map(row).collect() });
    flow.remark("Cpk is the distance of the mean from the nearer limit, in units of three σ.");
}

fn residuals(flow: &mut Flow<'_>, lot: &LotResult) {
    if lot.residuals.is_empty() {
        return;
    }
    flow.heading("Residuals of the calibration over the lot", 60.0);
    let columns = vec![
        column("Residual", Align::Left),
        column("Mean", Align::Point),
        column("σ", Align::Point),
        column("Largest\nmagnitude", Align::Point),
        column("Unit", Align::Left),
    ];
    let row = |residual: &LotResidual| {
        Row::Cells(vec![
            text(&*residual.name),
            number(significant(residual.mean, 3)),
            number(significant(residual.sigma, 3)),
            number(significant(residual.largest, 3)),
            text(&*residual.unit),
        ])
    };
    flow.table(&Table { columns, rows: lot.residuals.iter().map(row).collect() });
}
