//! The CSV, the pictures and the plain table.

mod common;

use std::io::Write;
use std::process::{Command, Stdio};

use common::{SMALL, certificate};
use report::{csv, files, table};
use verify::document::PointResult;

/// Rows of a CSV by RFC 4180.
fn parsed(csv: &str) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new()]];
    let mut chars = csv.chars().peekable();
    let mut quoted = false;
    while let Some(c) = chars.next() {
        let row = rows.last_mut().expect("there is a row");
        let field = row.last_mut().expect("there is a field");
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => field.push(chars.next().expect("seen")),
            ('"', true) => quoted = false,
            ('"', false) => quoted = true,
            (',', false) => row.push(String::new()),
            ('\r', false) => assert_eq!(chars.peek(), Some(&'\n')),
            ('\n', false) => rows.push(vec![String::new()]),
            (c, _) => field.push(c),
        }
    }
    assert_eq!(rows.pop(), Some(vec![String::new()]), "the last line is ended");
    rows
}

#[test]
fn the_csv_holds_every_field_of_every_point() {
    let mut certificate = certificate(&SMALL);
    certificate.points[0].note = "said \"twice\", on\r\ntwo lines".to_string();
    let rows = parsed(&csv(&certificate));
    assert_eq!(rows.len(), certificate.points.len() + 1);
    let head = &rows[0];
    let at = |name: &str| head.iter().position(|column| column == name).expect("a column");
    for (point, row) in certificate.points.iter().zip(&rows[1..]) {
        assert_eq!(row.len(), head.len());
        let text = |name: &str| row[at(name)].as_str();
        let number = |name: &str| text(name).parse::<f64>().expect("a number");
        assert_eq!(text("id"), point.id);
        assert_eq!(text("clause"), point.clause);
        assert_eq!(text("factor"), point.applied.factor);
        assert_eq!(text("note"), point.note);
        assert_eq!(number("current [A]"), point.applied.current_a);
        assert_eq!(number("voltage L-N [V]"), point.applied.voltage_v);
        assert_eq!(number("error [error unit]"), point.error);
        assert_eq!(number("limit [error unit]"), point.limit);
        assert_eq!(text("error unit"), point.error_unit);
        assert_eq!(number("margin [1]"), point.margin);
        assert_eq!(text("passed"), point.passed.to_string());
    }
}

fn assert_well_formed(name: &str, svg: &str) {
    let program = "import sys, xml.dom.minidom as d; \
                   r = d.parse(sys.stdin.buffer).documentElement; \
                   assert r.tagName == 'svg' and r.getElementsByTagName('title')[0].firstChild.data; \
                   assert r.getElementsByTagName('desc')[0].firstChild.data";
    let mut command = Command::new("python3");
    command.args(["-c", program]).stdin(Stdio::piped());
    let mut child = command.spawn().expect("python3 is installed: run ci/setup");
    let mut input = child.stdin.take().expect("its input is piped");
    input.write_all(svg.as_bytes()).expect("python3 reads");
    drop(input);
    assert!(child.wait().expect("python3 runs").success(), "{name} is not well-formed");
}

#[test]
fn pictures_are_well_formed_and_named_once() {
    let mut certificate = certificate(&SMALL);
    // In the titles and labels of the first figure.
    certificate.points.iter_mut().for_each(|point| {
        if point.clause == "62053-21/balanced" {
            point.quantity = "active <energy> & \"more\"".to_string();
        }
    });
    let plots = files(&certificate).expect("the report is made").plots;
    let mut names: Vec<&String> = plots.iter().map(|(name, _)| name).collect();
    // A figure for each standard and wiring, one for each arm, one for each point of the lot.
    assert_eq!(names.len(), 2 * 2 + 2 + 6);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), plots.len());
    for (name, svg) in &plots {
        assert!(name.ends_with(".svg") && !name.contains(['/', ' ']), "{name}");
        assert_well_formed(name, svg);
        assert!(svg.contains("font-family=\"sans-serif\""));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{name}");
    }
    assert!(plots[0].1.contains("active &lt;energy&gt; &amp; &quot;more&quot;"));
}

/// [G3] Two modules at one supply have limits of their own, so each has its figure.
#[test]
fn modules_have_figures_of_their_own() {
    let mut certificate = certificate(&SMALL);
    let before = files(&certificate).expect("the report is made").plots.len();
    let meters = ["esy1 ESY3XMV 100 A", "esy1 ESY3XAV5 250 A"];
    let balanced = |point: &&mut PointResult| {
        point.clause == "62053-21/balanced" && point.applied.wiring == "3p4w"
    };
    for (n, point) in certificate.points.iter_mut().filter(balanced).enumerate() {
        point.applied.meter = meters[n % 2].to_string();
    }
    let plots = files(&certificate).expect("the report is made").plots;
    assert_eq!(plots.len(), before + 1);
    for (meter, file) in meters.iter().zip(["esy1ESY3XMV100A", "esy1ESY3XAV5250A"]) {
        let own: Vec<_> = plots.iter().filter(|(name, _)| name.contains(file)).collect();
        assert_eq!(own.len(), 1, "{file}");
        assert!(own[0].1.contains(meter));
    }
}

/// Where a text of an SVG stands from the left.
fn place_of_text(svg: &str, text: &str) -> Vec<f64> {
    let lines = svg.lines().filter(|line| line.ends_with(&format!(">{text}</text>")));
    let x = |line: &str| line.split('"').nth(1).and_then(|x| x.parse().ok());
    lines.map(|line| x(line).expect("a text has a place")).collect()
}

#[test]
fn no_number_of_a_bar_stands_on_the_line_of_the_limit() {
    let mut certificate = certificate(&SMALL);
    for used in [0.90, 0.95, 0.99, 1.0] {
        certificate.clauses.iter_mut().for_each(|clause| clause.used = used);
        let plots = files(&certificate).expect("the report is made").plots;
        let (_, svg) = plots.iter().find(|(name, _)| name == "used-class.svg").expect("is there");
        let limit = place_of_text(svg, "100 %")[0];
        let numbers = place_of_text(svg, &format!("{:.1} %", used * 100.0));
        assert!(!numbers.is_empty());
        // Six letters of 7 points are at most 26 points wide.
        let is_clear = |x: &f64| *x > limit + 1.0 || x + 26.0 < limit;
        assert!(numbers.iter().all(is_clear), "{used}: {numbers:?}, line at {limit}");
    }
}

/// A capable lot would be a line between its limits, so they are beside it and not drawn.
#[test]
fn a_lot_is_drawn_on_a_scale_of_its_own() {
    let mut certificate = certificate(&SMALL);
    let lot = certificate.lot.as_mut().expect("it has a lot");
    let (near, far) = (lot.points[2].clone(), &mut lot.points[0]);
    assert!(near.limit < 4.0 * near.largest);
    (far.smallest, far.largest, far.sigma) = (-0.0107, 0.0112, 0.005);
    let plots = files(&certificate).expect("the report is made").plots;
    let of = |place: &str| {
        let is_it = |(name, _): &&(String, String)| name.starts_with("lot") && name.contains(place);
        &plots.iter().find(is_it).expect("each point has its figure").1
    };
    let (far, near) = (of("-5A-1"), of("0.5A-1"));
    assert!(far.contains("limits ±1, guard band") && near.contains("limits ±1, guard band"));
    assert!(!far.contains("stroke-dasharray") && near.contains("stroke-dasharray"));
    assert!(!place_of_text(far, "0.01 %").is_empty(), "{far}");
}

/// A snapshot must not change with what is not accuracy.
#[test]
fn the_table_holds_no_time_and_no_commit() {
    let mut certificate = certificate(&SMALL);
    let before = table(&certificate);
    certificate.issued = "2030-01-01T00:00:00Z".to_string();
    certificate.report_id = "0000000000000000".to_string();
    certificate.program.commit = "ffffffffffff".to_string();
    certificate.scope.simulated_s = 1.0;
    for point in &mut certificate.points {
        point.simulated_s = 1.0;
        point.error *= 1.0 + 1e-9;
    }
    assert_eq!(table(&certificate), before);
}

#[test]
fn the_table_is_narrow_and_marks_what_failed() {
    let certificate = certificate(&SMALL);
    let table = table(&certificate);
    let widest = table.lines().map(|line| line.chars().count()).max();
    assert!(widest.is_some_and(|width| width <= 110), "{widest:?}");
    assert!(table.lines().all(|line| line.trim_end() == line));
    let failed = certificate.points.iter().filter(|point| !point.passed).count();
    let clauses = certificate.clauses.iter().filter(|clause| !clause.passed).count();
    assert_eq!(table.matches("FAIL").count(), failed + clauses + 1);
    let line = "  3p4w/230V/50Hz/65A/1/L2                                     \
                +2.310       2.000 %           -15.5  FAIL";
    assert!(table.contains(line), "{table}");
    let verdict = table.lines().last().expect("it has lines");
    assert!(verdict.starts_with("FAIL: ") && verdict.ends_with("4 failed"), "{verdict}");
}
