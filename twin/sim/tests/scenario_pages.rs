//! What stands beside the format: its schema, its page and the scenarios that are shipped.

#![allow(
    clippy::disallowed_methods,
    reason = "compares with files of the repository, or rewrites them"
)]

use sim::scenario::{json_schema, key_tables, parse, variants};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Compares with a file of the documentation, or rewrites it.
fn golden(path: &str, expected: &str) {
    let path = root().join(path);
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
        std::fs::write(&path, expected).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == expected,
        "{} is not what the format says; rewrite it with \
         `INSTA_UPDATE=always cargo test -p sim --test scenario_pages` and look at the difference",
        path.display()
    );
}

#[test]
fn the_published_schema_is_that_of_the_checker() {
    let schema = serde_json::to_string_pretty(&json_schema()).unwrap() + "\n";
    golden("docs/scenario.schema.json", &schema);
}

/// Puts a text between two marks of a page.
fn between(page: &str, mark: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- end of {mark} -->"));
    let (before, rest) = page.split_once(&begin).expect("the page has a place for it");
    let (_, after) = rest.split_once(&end).expect("the place has an end");
    format!("{before}{begin}\n{text}{end}{after}")
}

#[test]
fn the_page_documents_the_keys_of_the_checker_and_what_is_shipped() {
    let page = std::fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let mut shipped = String::from("| file | what |\n|---|---|\n");
    for (name, text) in self::shipped() {
        let scenario = parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        shipped += &format!("| `{name}` | {} |\n", scenario.description);
    }
    let page = between(&page, "keys", &key_tables());
    golden("docs/scenarios.md", &between(&page, "shipped", &(shipped + "\n")));
}

#[test]
fn the_example_of_the_page_is_a_scenario() {
    let page = std::fs::read_to_string(root().join("docs/scenarios.md")).unwrap();
    let (_, rest) = page.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let all = variants(example).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(all.len(), 2);
    assert!(all.iter().all(|(_, scenario)| scenario.expect.len() == 3));
}

/// Names and texts of the shipped scenarios, by name.
fn shipped() -> Vec<(String, String)> {
    let files = std::fs::read_dir(root().join("scenarios")).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let mut shipped: Vec<(String, String)> = files
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    shipped.sort();
    shipped
}

/// Scenarios that play on without an end, to be looked at.
const ENDLESS: [&str; 3] = ["house", "us-split-phase", "wild-leg"];

/// Each says what must come of it, and where each number is from.
#[test]
fn every_shipped_scenario_is_valid_and_says_what_must_come_of_it() {
    let mut stories = 0;
    for (name, text) in shipped() {
        let all = variants(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        stories += all.len();
        for (label, scenario) in all {
            let endless = ENDLESS.contains(&name.as_str());
            assert_eq!(scenario.duration_s.is_none(), endless, "{name} {label}");
            assert_eq!(scenario.expect.is_empty(), endless, "{name} {label}");
            let unfounded = scenario.expect.iter().find(|expectation| expectation.why.is_empty());
            assert_eq!(unfounded.map(|expectation| expectation.line), None, "{name}");
        }
    }
    assert!(stories >= 28, "{stories} stories");
}
