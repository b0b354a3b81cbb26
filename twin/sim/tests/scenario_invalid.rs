//! What is wrong in a scenario file is said with its line and, if it is near, the right word: each file in
//! `scenarios/invalid/` says in its first line what its author must be told.

#![expect(clippy::disallowed_methods, reason = "reads files of the repository")]

use sim::scenario::variants;
use std::path::Path;

const EXPECT: &str = "# expect: ";

#[test]
fn every_mistake_is_answered_with_its_line_and_the_likely_word() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios/invalid");
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(file).unwrap();
        let expected = text.lines().next().unwrap().strip_prefix(EXPECT);
        let expected = expected.unwrap_or_else(|| panic!("{name} does not begin with {EXPECT:?}"));
        let said = match variants(&text) {
            Ok(_) => "nothing".to_owned(),
            Err(error) => error.to_string(),
        };
        if said != expected {
            wrong.push(format!("{name}\n  says    {said}\n  must be {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(files.len() >= 100, "{} files", files.len());
}
