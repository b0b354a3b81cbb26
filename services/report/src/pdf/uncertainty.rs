//! Where the uncertainty comes from.

use verify::document::{Budget, Certificate, Contribution};

use paper::Flow;
use paper::{Align, Cell, Row, Table, column, number, text};
use paper::{significant, trimmed};

pub(crate) fn write(flow: &mut Flow<'_>, certificate: &Certificate) {
    if certificate.budgets.is_empty() {
        return;
    }
    flow.chapter("Uncertainty of measurement", 140.0);
    let factor = trimmed(certificate.rule.coverage_factor);
    flow.paragraph(&format!(
        "By the GUM (JCGM 100). A half width divided by its divisor, times the sensitivity, is a \
         standard uncertainty u; the root of the sum of their squares is the combined one, and {factor} \
         times that is the expanded uncertainty U (k = {factor}), which covers about 95 % of the values \
         that are possible. The bar is the share of the sum of squares."
    ));
    for budget in &certificate.budgets {
        write_budget(flow, budget, &factor);
    }
}

fn write_budget(flow: &mut Flow<'_>, budget: &Budget, factor: &str) {
    let columns = vec![
        column("Source", Align::Wrap),
        column("Basis", Align::Wrap),
        column("Distribution", Align::Left),
        column("Half width", Align::Right),
        column("Divisor", Align::Right),
        column("Sensitivity", Align::Right),
        column(&format!("u in {}", budget.unit), Align::Point),
        column("Share", Align::Left),
    ];
    let squares = budget.contributions.iter().map(|c| c.standard_uncertainty.powi(2));
    let sum: f64 = squares.sum();
    let rows = budget.contributions.iter().map(|contribution| row(contribution, budget, sum));
    let table = Table::new(columns, rows.collect());
    // The sum stands below its parts.
    flow.heading(&budget.name, flow.height(&table) + 18.0);
    flow.table(&table);
    flow.paragraph(&format!(
        "Combined u = {} {unit}, expanded U = {} {unit} (k = {factor})",
        significant(budget.combined, 2),
        significant(budget.expanded, 2),
        unit = budget.unit
    ));
}

fn row(contribution: &Contribution, budget: &Budget, sum: f64) -> Row {
    let share = contribution.standard_uncertainty.powi(2) / sum;
    Row::Cells(vec![
        text(&*contribution.source),
        text(&*contribution.basis),
        text(&*contribution.distribution),
        number(half_width(contribution)),
        number(divisor(contribution.divisor)),
        number(significant(contribution.sensitivity, 3)),
        number(decimals(contribution.standard_uncertainty, budget.combined)),
        Cell::Share(if share.is_finite() { share } else { 0.0 }),
    ])
}

/// With its unit, which of a plain number is 1 and not said.
fn half_width(contribution: &Contribution) -> String {
    let number = significant(contribution.half_width, 3);
    match contribution.unit.as_str() {
        "" | "1" => number,
        unit => format!("{number} {unit}"),
    }
}

/// The divisor of a rectangular distribution by its name.
fn divisor(divisor: f64) -> String {
    let roots = [(2.0f64, "√2"), (3.0, "√3"), (6.0, "√6")];
    let root = roots.into_iter().find(|(square, _)| (square.sqrt() - divisor).abs() < 1e-9);
    root.map_or_else(|| trimmed(divisor), |(_, name)| name.to_string())
}

/// With as many decimals as show the combined uncertainty to three digits.
fn decimals(value: f64, combined: f64) -> String {
    if combined <= 0.0 {
        return significant(value, 2);
    }
    let decimals = (2 - combined.log10().floor() as i32).clamp(0, 9) as usize;
    let text = format!("{value:.decimals$}");
    // What is too small to be seen beside the others is not nothing.
    let is_seen = value == 0.0 || text.contains(|c: char| c.is_ascii_digit() && c != '0');
    if is_seen { text } else { significant(value, 1) }
}
