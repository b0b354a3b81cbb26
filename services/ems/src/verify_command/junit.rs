//! JUnit XML of a certificate: a suite for each clause, a test case for each point.

use paper::xml::escaped;
use std::fmt::Write as _;
use verify::document::{Certificate, PointResult};

/// The document of a certificate.
pub fn document(certificate: &Certificate) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for clause in &certificate.clauses {
        let points = certificate.points.iter().filter(|point| point.clause == clause.id);
        let name = escaped(&format!("{} {}", clause.id, clause.title));
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\">\n    <properties>\n      \
             <property name=\"seed\" value=\"{}\"/>\n      \
             <property name=\"report\" value=\"{}\"/>\n    </properties>",
            clause.points, clause.failed, certificate.scope.seed, certificate.report_id
        );
        points.for_each(|point| case(point, &mut text));
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

fn case(point: &PointResult, text: &mut String) {
    let (class, name) = (escaped(&point.clause), escaped(&point.id));
    let _ = write!(text, "    <testcase classname=\"{class}\" name=\"{name}\"");
    if point.passed {
        text.push_str("/>\n");
        return;
    }
    let message = escaped(&format!(
        "error {:.4} {unit}, limit {} {unit}",
        point.error,
        point.limit,
        unit = point.error_unit
    ));
    let _ = writeln!(text, ">\n      <failure message=\"{message}\"/>\n    </testcase>");
}
