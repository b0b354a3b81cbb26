//! The production lot.

use verify::document::{LotPoint, LotResidual, LotResult};

use crate::figure::Figures;
use crate::format::{Digits, percent, small, tidied};
use paper::Flow;
use paper::significant;
use paper::{Align, Row, Table, column, number, text};

pub(crate) fn write(flow: &mut Flow<'_>, lot: &LotResult, command: &str, figures: &Figures) {
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
            paper::typeset(&format!(
                "seed {}: error {} of {} {} allowed, {} % used, at ",
                worst.seed,
                digits.signed(worst.error),
                digits.limit(worst.limit),
                worst.error_unit,
                percent(worst.used),
            )) + &tidied(&worst.point),
        ),
        ("That unit again", alone(command, worst.seed)),
    ]);
    points(flow, lot);
    if !figures.lot.is_empty() {
        flow.heading("How the errors are spread", 110.0);
        flow.remark(
            "Each on a scale of its own, with its limits beside it. Where they are near enough to be \
             drawn, solid lines are the limits and dashed lines the limits less the guard band.",
        );
        flow.figures(&figures.lot, 11.0);
    }
    residuals(flow, lot);
}

/// The command that makes one unit of a lot, from that which made the lot.
fn alone(command: &str, seed: u64) -> String {
    let mut words = Vec::new();
    let mut parts = command.split_whitespace();
    while let Some(word) = parts.next() {
        match word {
            // The unit is its seed, with or without the others.
            "--seed" | "--lot" => drop(parts.next()),
            word => words.push(word),
        }
    }
    format!("{} --seed {seed}", words.join(" "))
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
        let digits = Digits::fine(point.limit, &point.error_unit, false, point.guard_band);
        let cells = vec![
            text(tidied(&point.id)),
            text(&*point.error_unit),
            number(digits.limit(point.limit)),
            number(digits.seen(point.guard_band)),
            number(digits.signed(point.mean)),
            number(digits.seen(point.sigma)),
            number(digits.signed(point.smallest)),
            number(digits.signed(point.largest)),
            number(significant(point.cpk, 3)),
            text(point.failed.to_string()),
            text(point.worst_seed.to_string()),
        ];
        if point.failed == 0 { Row::Cells(cells) } else { Row::Failed(cells) }
    };
    flow.table(&Table::new(columns, lot.points.iter().map(row).collect()));
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
            number(small(residual.mean)),
            number(small(residual.sigma)),
            number(small(residual.largest)),
            text(&*residual.unit),
        ])
    };
    flow.table(&Table::new(columns, lot.residuals.iter().map(row).collect()));
}

#[cfg(test)]
mod tests {
    use super::alone;

    #[test]
    fn a_unit_of_a_lot_is_made_by_its_seed() {
        let command = "ems verify --quick --seed 1 --wiring 3p4w --lot 40 --guard-band";
        let expected = "ems verify --quick --wiring 3p4w --guard-band --seed 1000029";
        assert_eq!(alone(command, 1_000_029), expected);
        assert_eq!(alone("ems verify", 7), "ems verify --seed 7");
    }
}
