//! What a run of scenarios prints: a line a run, and what was not as expected.

use crate::failure::Failure;
use lab::{Found, Trial, Verdict};
use serde::Serialize;
use std::io::Write;

/// A run and the scenario it is of, as in `--json`.
#[derive(Serialize)]
pub struct Run {
    /// The scenario, as it was asked for.
    pub scenario: String,
    /// What came of it.
    #[serde(flatten)]
    pub trial: Trial,
    /// Seconds that it took on this machine; not in the document, which is the same every time.
    #[serde(skip)]
    pub took_s: f64,
}

/// The one document of `--json`.
#[derive(Serialize)]
pub struct Document<'a> {
    /// Version of this document's form.
    pub schema: u32,
    /// Whether every run passed.
    pub passed: bool,
    /// The runs, in the order asked for.
    pub runs: &'a [Run],
}

/// A length of simulated time for people.
pub fn time(seconds: f64) -> String {
    let (value, unit) = match seconds {
        s if s < 1.0 => (s * 1e3, "ms"),
        s if s < 120.0 => (s, "s"),
        s if s < 7200.0 => (s / 60.0, "min"),
        s if s < 172_800.0 => (s / 3600.0, "h"),
        s => (s / 86_400.0, "d"),
    };
    let text = format!("{value:.3}");
    format!("{} {unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Tells of a run.
pub fn tell(run: &Run) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let Run { scenario, trial, took_s } = run;
    let label = match trial.variant.as_str() {
        "" => scenario.clone(),
        variant => format!("{scenario} [{variant}]"),
    };
    let verdict = if trial.passed { "pass" } else { "FAIL" };
    let held = trial.expectations.iter().filter(|verdict| verdict.passed).count();
    writeln!(
        out,
        "{verdict}  {label:<30} {:>8} in {took_s:.2} s ({})  {held}/{} as expected  seed {} digest {}",
        time(trial.duration_s),
        trial.fidelity,
        trial.expectations.len(),
        trial.seed,
        trial.digest,
    )?;
    for verdict in trial.expectations.iter().filter(|verdict| !verdict.passed) {
        writeln!(out, "      {}", sentence(verdict))?;
    }
    Ok(())
}

/// A number with seven digits that count: more than any meter of its class has.
fn seven_digits(value: f64) -> String {
    let magnitude = value.abs().log10().floor();
    let decimals = if magnitude.is_finite() { (6.0 - magnitude).clamp(0.0, 12.0) } else { 0.0 };
    let text = format!("{value:.*}", decimals as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}

/// What was expected, what was found instead, and why it was expected.
pub fn sentence(verdict: &Verdict) -> String {
    let found = match &verdict.found {
        Found::Number(value) => format!("{} {}", seven_digits(*value), verdict.unit),
        Found::Text(text) => format!("\"{text}\""),
        Found::Nothing => "nothing: no window lies within".to_string(),
    };
    let found = found.trim_end();
    let at = verdict.at_s.map_or(String::new(), |at_s| format!(" at {at_s:.3} s"));
    let why = match verdict.why.as_str() {
        "" => String::new(),
        why => format!(" ({why})"),
    };
    format!("line {}: expected {}{why}, found {found}{at}", verdict.line, verdict.expected)
}
