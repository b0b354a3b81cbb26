//! The document, as a reader of PDF sees it: `pdftotext` of poppler says which words stand where.

mod common;

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use common::{FULL, SMALL, certificate};
use report::{ReportError, files};
use verify::document::{Certificate, NOTICE};

/// A word and where it stands, in points from the upper left corner.
struct Word {
    text: String,
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

fn pdf(certificate: &Certificate) -> Vec<u8> {
    files(certificate).expect("the report is made").pdf
}

/// What `pdftotext` says of a document.
fn extracted(pdf: &[u8], arguments: &[&str]) -> String {
    let mut command = Command::new("pdftotext");
    command.args(arguments).args(["-enc", "UTF-8", "-", "-"]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("pdftotext is installed: run ci/setup");
    let mut input = child.stdin.take().expect("its input is piped");
    let document = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&document));
    let output = child.wait_with_output().expect("pdftotext runs");
    writer.join().expect("the writer does not panic").expect("pdftotext reads all");
    assert!(output.status.success(), "pdftotext cannot read the document");
    String::from_utf8(output.stdout).expect("pdftotext writes UTF-8")
}

/// Text of each page, as lines.
fn pages(pdf: &[u8]) -> Vec<String> {
    let text = extracted(pdf, &["-layout"]);
    // Each page ends with a form feed.
    text.split_terminator('\u{c}').map(str::to_string).collect()
}

/// Words of each page with their boxes.
fn words(pdf: &[u8]) -> Vec<Vec<Word>> {
    let xml = extracted(pdf, &["-bbox"]);
    let page = |page: &str| page.lines().filter_map(word).collect();
    xml.split("<page ").skip(1).map(page).collect()
}

fn word(line: &str) -> Option<Word> {
    let rest = line.trim().strip_prefix("<word ")?;
    let number = |name: &str| -> Option<f32> {
        let from = rest.find(&format!("{name}=\""))? + name.len() + 2;
        rest[from..].split('"').next()?.parse().ok()
    };
    let text = rest.split('>').nth(1)?.split('<').next()?;
    Some(Word {
        text: text.to_string(),
        left: number("xMin")?,
        top: number("yMin")?,
        right: number("xMax")?,
        bottom: number("yMax")?,
    })
}

/// Half a point more than the margins of the page, for the bearing of letters.
#[track_caller]
fn assert_within_margins(pdf: &[u8]) {
    let pages = words(pdf);
    assert!(!pages.is_empty());
    for (n, page) in pages.iter().enumerate() {
        assert!(page.len() > 10, "page {} is empty", n + 1);
        for Word { text, left, top, right, bottom } in page {
            let inside = *left >= 47.5 && *right <= 547.5 && *top >= 28.0 && *bottom <= 818.0;
            assert!(inside, "page {}: {text:?} at {left} to {right}, {top} to {bottom}", n + 1);
        }
    }
}

/// Same seed and commit, same bytes.
#[test]
fn the_same_certificate_gives_the_same_bytes() {
    let certificate = certificate(&SMALL);
    assert_eq!(files(&certificate), files(&certificate));
}

/// The date of issue is the only one, and it is in the document only as the certificate gives it.
#[test]
fn the_document_knows_no_date_but_that_of_issue() {
    let mut certificate = certificate(&SMALL);
    let has = |pdf: &[u8], text: &[u8]| pdf.windows(text.len()).any(|part| part == text);
    let dated = pdf(&certificate);
    assert!(has(&dated, b"/CreationDate(D:20261125222856Z)"));
    certificate.issued = "not said".to_string();
    let undated = pdf(&certificate);
    for name in ["CreationDate", "CreateDate", "ModDate", "ModifyDate"] {
        assert!(has(&dated, name.as_bytes()), "{name} is how it would stand there");
        assert!(!has(&undated, name.as_bytes()), "{name}");
    }
}

#[test]
fn every_page_has_the_notice_the_report_id_and_its_number() {
    let certificate = certificate(&SMALL);
    let pages = pages(&pdf(&certificate));
    assert!(pages.len() > 5);
    for (n, page) in pages.iter().enumerate() {
        assert!(page.contains(NOTICE), "page {}", n + 1);
        assert!(page.contains(&certificate.report_id), "page {}", n + 1);
        let number = format!("Page {} of {}", n + 1, pages.len());
        assert!(page.contains(&number), "{number}");
    }
    let last = pages.last().expect("there are pages");
    let lines: Vec<&str> = last.lines().filter(|line| !line.trim().is_empty()).collect();
    assert_eq!(lines[lines.len() - 2].trim(), "End of report", "only the footer follows it");
}

#[test]
fn no_word_leaves_the_margins() {
    assert_within_margins(&pdf(&certificate(&SMALL)));
}

/// Whatever a front-end file names its parts.
#[test]
fn long_and_odd_texts_stay_within_the_margins_too() {
    let mut certificate = certificate(&SMALL);
    let long = "a rather long description with 0123456789abcdef0123456789abcdef0123456789 in it "
        .repeat(4);
    certificate.unit.name = format!("{long} \u{1f50c} <&> \"x\"\ttab\nline");
    certificate.unit.errors[0].name = long.clone();
    certificate.program.command = "x".repeat(400);
    certificate.clauses[1].title = long.clone();
    certificate.clauses[1].source = long.clone();
    certificate.clauses[2].requirements = vec![long.clone(); 2];
    certificate.budgets[0].contributions[0].basis = long.clone();
    certificate.not_covered[0] = long.clone();
    for point in certificate.points.iter_mut().filter(|point| point.clause.ends_with("/dc")) {
        point.applied.waveform = format!("{}{long}", point.applied.wiring);
        point.note = long.clone();
    }
    assert_within_margins(&pdf(&certificate));
}

/// A verdict is found by its word, not only by a colour.
#[test]
fn failing_points_and_clauses_are_marked_in_words() {
    let certificate = certificate(&SMALL);
    let failed = certificate.points.iter().filter(|point| !point.passed).count();
    let clauses = certificate.clauses.iter().filter(|clause| !clause.passed).count();
    assert!(failed > 0 && clauses > 0);
    let text = pages(&pdf(&certificate)).concat();
    // In the box on the first page, in the summary, beside the bars, in the list, and at the points.
    assert_eq!(text.matches("FAIL").count(), 1 + clauses + clauses + failed + failed);
    assert_eq!(text.matches("does not conform").count(), 1 + clauses);
}

#[test]
fn a_certificate_that_passed_says_nothing_of_failure() {
    let mut certificate = certificate(&SMALL);
    for point in &mut certificate.points {
        point.passed = true;
    }
    for clause in &mut certificate.clauses {
        (clause.passed, clause.failed) = (true, 0);
    }
    certificate.passed = true;
    let text = pages(&pdf(&certificate)).concat();
    assert!(text.contains("PASS"));
    assert!(!text.contains("FAIL") && !text.contains("does not conform"));
}

/// Rows of a table that runs on have its head above them on the next page.
#[test]
fn every_row_stands_under_a_head() {
    let pages = words(&pdf(&certificate(&FULL)));
    let is_verdict = |word: &&Word| word.text == "pass" || word.text == "FAIL";
    let mut pages_with_rows = 0;
    for (n, page) in pages.iter().enumerate() {
        // The large one is in the box of the first page.
        let rows = page.iter().filter(|word| word.text == "pass");
        let Some(first) = rows.min_by(|a, b| a.top.total_cmp(&b.top)) else { continue };
        let above = page.iter().any(|word| word.text == "Verdict" && word.top < first.top);
        assert!(above, "page {} has rows without a head", n + 1);
        pages_with_rows += 1;
    }
    assert!(pages_with_rows > 10);
    let verdicts = pages.iter().flatten().filter(is_verdict).count();
    assert!(verdicts > 300, "{verdicts}");
}

/// What stands below the heading of a clause in its chapter, up to the next.
fn below_heading<'a>(text: &'a str, clause: &str) -> &'a str {
    let from = text.find(&format!("{clause} – ")).expect("the clause has a heading");
    let rest = &text[from + clause.len()..];
    let is_heading = |line: &str| line.split(' ').nth(1) == Some("–");
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if end > 0 && is_heading(line) {
            break;
        }
        end += line.len();
    }
    &rest[..end]
}

/// [A4] Lists and grids alike give the error of each point once.
#[test]
fn the_error_of_every_point_stands_in_the_table_of_its_clause() {
    let certificate = certificate(&SMALL);
    let text = pages(&pdf(&certificate)).concat();
    for clause in &certificate.clauses {
        let table = below_heading(&text, &clause.id).replace('\u{2212}', "-");
        let mut numbers: Vec<f64> =
            table.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        for point in certificate.points.iter().filter(|point| point.clause == clause.id) {
            // Three decimals, or as many digits as show a small limit.
            let step = if point.limit < 0.001 { 0.001 * point.limit } else { 0.001 };
            let is_it = |number: &f64| (number - point.error).abs() <= 0.51 * step;
            let at = numbers.iter().position(is_it);
            let at =
                at.unwrap_or_else(|| panic!("{}: {} is missing in {table}", point.id, point.error));
            numbers.swap_remove(at);
        }
    }
}

/// A column that is too narrow for its longest word would cut it.
#[test]
fn no_word_is_cut() {
    for size in [&SMALL, &FULL] {
        let certificate = certificate(size);
        let pages = words(&pdf(&certificate));
        let seen: BTreeSet<&str> = pages.iter().flatten().map(|word| word.text.as_str()).collect();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for point in &certificate.points {
            let applied = &point.applied;
            let texts = [
                &applied.wiring,
                &applied.waveform,
                &applied.phases,
                &point.unit,
                &point.error_unit,
                &point.quantity,
                &point.method,
            ];
            known.extend(texts.iter().flat_map(|text| text.split_whitespace()));
        }
        // A part of one word may be a word of its own.
        let document = serde_json::to_string(&certificate).expect("it is a document");
        let is_of_word = |c: char| c.is_alphanumeric() || c == '-';
        let all: BTreeSet<&str> = document.split(|c| !is_of_word(c)).collect();
        for wiring in &certificate.scope.wirings {
            assert!(seen.contains(wiring.as_str()), "{wiring} stands nowhere whole");
        }
        for word in &known {
            // Half of a word with a hyphen may be a word too.
            let is_inside = |at: &usize| *at > 2 && !word[*at..].starts_with('-');
            let ends = word.char_indices().map(|(at, _)| at).filter(is_inside);
            for part in ends.map(|end| &word[..end]).filter(|part| !all.contains(part)) {
                assert!(!seen.contains(part), "{word} is cut to {part}");
            }
        }
    }
}

/// The unit's plate, what was spoiled and what failed are on the first pages.
#[test]
fn a_failing_certificate_begins_with_what_failed() {
    let mut certificate = certificate(&SMALL);
    certificate.unit.spoiled[0].value = "-0.19497816060968223 became 55.40502183939032".into();
    let pages = pages(&pdf(&certificate));
    let first = &pages[0];
    let failed = certificate.points.iter().filter(|point| !point.passed).count();
    assert!(first.contains("FAIL") && first.contains(&format!("{failed} of ")));
    assert!(first.contains("voltage 3 x 120 ... 277 / 208 ... 480 V"));
    assert!(first.contains("fault \u{2d}0.195 became 55.405"), "{first}");
    for clause in certificate.clauses.iter().filter(|clause| !clause.passed) {
        let words = format!("{} ({} of {})", clause.id, clause.failed, clause.points);
        let (head, _) = first.split_once("Verdict").expect("the summary is on it");
        let head: Vec<&str> = head.split_whitespace().collect();
        assert!(head.join(" ").contains(&words), "{words}");
    }
    let both = pages[..2].concat();
    let (_, list) = both.split_once("Failing points").expect("it has the section");
    for point in certificate.points.iter().filter(|point| !point.passed) {
        assert!(list.contains(&point.id), "{}", point.id);
    }
}

/// The verdict of each clause is on the first page, under one head.
#[test]
fn the_summary_is_on_the_first_page() {
    let certificate = certificate(&SMALL);
    let first = &pages(&pdf(&certificate))[0];
    let (_, summary) = first.split_once("Verdict").expect("the summary is on it");
    for clause in &certificate.clauses {
        assert!(summary.contains(&clause.id), "{}", clause.id);
    }
}

/// Whoever wants to see the worst unit of a lot again finds the command.
#[test]
fn the_worst_unit_of_a_lot_has_its_command() {
    let certificate = certificate(&SMALL);
    let text = pages(&pdf(&certificate)).concat();
    let (_, lot) = text.split_once("That unit again").expect("it is said");
    let words: Vec<&str> = lot.split_whitespace().take(20).collect();
    let seed = certificate.lot.expect("it has a lot").worst.seed;
    assert_eq!(words[..3], ["ems", "verify", "--full"]);
    assert!(words.join(" ").contains(&format!("--seed {seed}")) && !words.contains(&"--lot"));
}

/// Of too many failing points the worst are listed, and how many there are is said.
#[test]
fn of_many_failing_points_the_worst_are_listed() {
    let mut certificate = certificate(&SMALL);
    for (n, point) in certificate.points.iter_mut().enumerate().take(100) {
        point.passed = false;
        point.used = 1.0 + n as f64;
    }
    let text = pages(&pdf(&certificate))[..3].concat();
    let (_, list) = text.split_once("Failing points").expect("it has the section");
    let (list, _) = list.split_once("Decision rule").expect("it is followed by the rule");
    assert!(list.contains("The 60 that exceed their limits most, of 10"), "{list}");
    assert_eq!(list.matches("FAIL").count(), 60);
    assert!(list.contains(&certificate.points[99].id) && !list.contains(&certificate.points[0].id));
}

/// Numbers of the machine are not for readers.
#[test]
fn no_number_has_digits_that_mean_nothing() {
    let mut certificate = certificate(&SMALL);
    for point in certificate.points.iter_mut().filter(|point| point.applied.current_a == 65.0) {
        point.applied.current_a = 45.96194077712559;
        point.id = point.id.replace("65A", "45.96194077712559A");
    }
    let text = pages(&pdf(&certificate)).concat();
    assert!(text.contains("45.962"));
    for word in text.split_whitespace() {
        let decimals = word.split_once('.').map_or("", |(_, decimals)| decimals);
        let digits = decimals.chars().take_while(char::is_ascii_digit).count();
        assert!(digits <= 7, "{word}");
    }
}

/// The text can be selected and searched, with all signs.
#[test]
fn the_text_is_text() {
    let certificate = certificate(&SMALL);
    let text = pages(&pdf(&certificate)).concat();
    for words in [
        "Verification certificate",
        "Decision rule",
        "relate only to the simulated unit",
        "Error against current",
        "Production lot",
        "sin φ 0.5L",
        "42 nV/√Hz",
        "±",
        "−0.081",
        "σ",
    ] {
        assert!(text.contains(words), "{words}");
    }
    for clause in &certificate.clauses {
        assert!(text.contains(&clause.id), "{}", clause.id);
    }
}

#[test]
fn a_full_certificate_is_short_and_small() {
    let certificate = certificate(&FULL);
    assert!(certificate.points.len() > 1400);
    let pdf = pdf(&certificate);
    let pages = pages(&pdf).len();
    assert!(pages < 36, "{pages} pages");
    assert!(pdf.len() < 800_000, "{} bytes", pdf.len());
    assert_within_margins(&pdf);
}

/// A certificate with nothing but its head is still a document.
#[test]
fn an_empty_certificate_has_pages_too() {
    let mut certificate = certificate(&SMALL);
    certificate.clauses.clear();
    certificate.points.clear();
    certificate.conditions.clear();
    certificate.budgets.clear();
    certificate.not_covered.clear();
    certificate.lot = None;
    let files = files(&certificate).expect("the report is made");
    assert!(files.plots.is_empty());
    assert!(pages(&files.pdf).concat().contains("End of report"));
}

#[test]
fn a_point_without_a_clause_or_a_number_is_refused() {
    let mut orphan = certificate(&SMALL);
    orphan.points[3].clause = "62053-99/none".to_string();
    let point = orphan.points[3].id.clone();
    let clause = "62053-99/none".to_string();
    assert_eq!(files(&orphan), Err(ReportError::UnknownClause { point, clause }));

    let mut endless = certificate(&SMALL);
    endless.points[5].error = f64::NAN;
    let point = endless.points[5].id.clone();
    assert_eq!(files(&endless), Err(ReportError::NotFinite { point, field: "error" }));
}
