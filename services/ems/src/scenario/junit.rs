//! JUnit XML, as continuous integration reads it: a test case for each expectation.

use super::report::{Run, sentence};
use paper::xml::escaped;
use std::fmt::Write as _;

/// The document of some runs.
pub fn document(runs: &[Run]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for run in runs {
        suite(run, &mut text);
    }
    text.push_str("</testsuites>\n");
    text
}

fn suite(run: &Run, text: &mut String) {
    let trial = &run.trial;
    let label = match trial.variant.as_str() {
        "" => run.scenario.clone(),
        variant => format!("{} [{variant}]", run.scenario),
    };
    // A run without expectations is a case by itself: it came to its end.
    let cases = trial.expectations.len().max(1);
    let failures = trial.expectations.iter().filter(|verdict| !verdict.passed).count();
    let _ = writeln!(
        text,
        "  <testsuite name=\"{}\" tests=\"{cases}\" failures=\"{failures}\" time=\"{:.3}\">\n    \
         <properties>\n      <property name=\"seed\" value=\"{}\"/>\n      \
         <property name=\"digest\" value=\"{}\"/>\n      \
         <property name=\"fidelity\" value=\"{}\"/>\n    </properties>",
        escaped(&label),
        run.took_s,
        trial.seed,
        trial.digest,
        trial.fidelity
    );
    if trial.expectations.is_empty() {
        let _ = writeln!(text, "    <testcase classname=\"{}\" name=\"ends\"/>", escaped(&label));
    }
    for verdict in &trial.expectations {
        let name = format!("line {}: {}", verdict.line, verdict.expected);
        let (class, name) = (escaped(&label), escaped(&name));
        let _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\"");
        if verdict.passed {
            text.push_str("/>\n");
        } else {
            let message = escaped(&sentence(verdict));
            let _ = writeln!(text, ">\n      <failure message=\"{message}\"/>\n    </testcase>");
        }
    }
    text.push_str("  </testsuite>\n");
}
