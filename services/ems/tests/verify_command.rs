//! `ems verify`: what it accepts, refuses and writes. Whether every spoiled unit is caught is for `ci/verify`.
//!
//! A verification takes a test's build many seconds, so one run, of a unit that fails, serves several tests;
//! the others stop before the work, or do a shard so small that it holds one piece or none.

mod common;

use common::{Ran, close, ems, folder, refuse, run};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use verify::document::Certificate;

/// Fewest points: one phase of one supply.
const SMALL: [&str; 5] = ["verify", "--wiring", "1p2w", "--un", "230"];

/// More shards than there are pieces, so that the last ones are empty.
const SHARDS: usize = 1000;

/// A small verification of the unit whose clock is 2500 ppm off, and its files.
struct Failing {
    ran: Ran,
    out: PathBuf,
    junit: PathBuf,
}

static FAILING: LazyLock<Failing> = LazyLock::new(|| {
    let folder = folder("verify-failing");
    let (out, junit) = (folder.join("certificate"), folder.join("result.xml"));
    let file = spoiled("clock-2500ppm");
    let more = ["--front-end", text(&file), "--json", "--out", text(&out), "--junit", text(&junit)];
    let ran = run(&[&SMALL[..], &more].concat());
    Failing { ran, out, junit }
});

impl Failing {
    fn certificate(&self) -> Certificate {
        serde_json::from_str(&self.ran.stdout).expect("one certificate, and nothing else")
    }
}

fn spoiled(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spoiled").join(format!("{name}.toml"))
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// A file of a test's own.
fn file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).expect("the target folder can be written");
    path
}

/// Does a small shard and gives its part.
fn part(folder: &Path, shard: usize, more: &[&str]) -> PathBuf {
    let of = format!("{shard}/{SHARDS}");
    let ran = run(&[&SMALL[..], &["--shard", of.as_str(), "--out", text(folder)], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    folder.join(format!("part-{shard}-of-{SHARDS}.json"))
}

/// What no verification can be is told before anything is measured, with a remedy.
#[test]
fn a_selection_that_cannot_be_is_usage() {
    refuse(&["verify", "--un", "240"], 2, &["expected 120, 230 or 277"]);
    refuse(&["verify", "--shard", "4/3"], 2, &["K from 1 to N"]);
    refuse(&["verify", "--shard", "0/3"], 2, &["K from 1 to N"]);
    refuse(&["verify", "--quick", "--full"], 2, &["cannot be used with '--full'"]);
    refuse(&["verify", "--wiring", "5p"], 2, &["expected one of 3p4w, 3p3w"]);
    refuse(&["verify", "--lot", "10000000"], 2, &["not in 0..=1000000"]);
    let nothing = ["verify", "--wiring", "wild-leg", "--un", "277"];
    refuse(&nothing, 2, &["nothing to test", "a wild leg is tested at 120 V only"]);
    refuse(&["verify", "--shard", "1/2"], 2, &["--out DIR, or --json"]);
    refuse(&["verify", "--shard", "1/2", "--junit", "x.xml"], 2, &["cannot be used"]);
    refuse(&["verify", "merge"], 2, &["<PARTS>"]);
}

/// A date or a place that is no good is told before the work of minutes, not after it.
#[test]
fn what_would_spoil_the_end_is_told_at_the_beginning() {
    let folder = folder("verify-places");
    let taken = file(&folder, "taken", "a file");
    refuse(&["verify", "--full", "--out", text(&taken)], 4, &["cannot make the folder", "taken"]);
    let nowhere = folder.join("no-such-folder/result.xml");
    refuse(
        &["verify", "--full", "--junit", text(&nowhere)],
        4,
        &["cannot write", "a folder that exists"],
    );
    let ran = ems().args(["verify", "--full"]).env("SOURCE_DATE_EPOCH", "yesterday").output();
    let ran = Ran::from(ran.expect("the binary starts"));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("SOURCE_DATE_EPOCH is `yesterday`"), "{}", ran.stderr);
}

/// A front-end file that makes no sense is refused with its name, the line and the reason.
#[test]
fn nonsense_in_a_front_end_file_is_refused() {
    let folder = folder("verify-nonsense");
    for (name, content, line, reason) in [
        (
            "noise",
            "base = \"typical\"\n\n[current]\nnoise_uv_4ksps = -1.0\n",
            4,
            "noise_uv_4ksps is -1",
        ),
        ("range", "[voltage]\nfull_scale = 0\n", 2, "full_scale is 0"),
        ("gain", "[ia]\ngain_ppm = -1e6\n", 2, "gain_ppm is -1000000"),
        ("key", "[va]\n\ngain_pm = 3\n", 3, "did you mean `gain_ppm`?"),
        ("base", "base = \"perfect\"\n", 1, "there are \"ideal\" and \"typical\""),
        ("toml", "name = \"x\"\nnot TOML\n", 2, "expected"),
    ] {
        let path = file(&folder, &format!("{name}.toml"), content);
        let told = format!("{}: line {line}: ", text(&path));
        refuse(&["verify", "--front-end", text(&path)], 3, &[&told, reason]);
    }
}

/// A file that is not there is the surroundings' fault, and named.
#[test]
fn a_missing_file_is_named() {
    let missing = folder("verify-missing").join("none");
    let missing = text(&missing);
    for arguments in [
        &["verify", "--front-end", missing][..],
        &["verify", "merge", missing],
        &["verify", "compare", missing, missing],
    ] {
        refuse(arguments, 4, &["cannot open", missing, "check the path"]);
    }
}

/// [A7] A clock that runs 2500 ppm fast reads every frequency 0.25 % low, 2.5 times what the sheet allows: exit
/// code 1, and the points are named on standard error, in the document and in the JUnit file.
#[test]
fn a_failing_unit_is_exit_code_1_and_names_its_points() {
    let (ran, certificate) = (&FAILING.ran, FAILING.certificate());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(!certificate.passed);
    let failed: Vec<_> = certificate.points.iter().filter(|point| !point.passed).collect();
    let frequencies = certificate.points.iter().filter(|point| point.clause == "A7");
    assert_eq!(failed, frequencies.collect::<Vec<_>>(), "the frequencies and nothing else");
    for point in &failed {
        // The crystal of the unit itself adds 15 ppm at most.
        close(&point.id, point.error, 100.0 * (1.0 / 1.0025 - 1.0), 0.0016);
    }
    let count = format!("{} of {} points failed", failed.len(), certificate.points.len());
    assert!(ran.stderr.contains(&count), "{}", ran.stderr);
    let xml = fs::read_to_string(&FAILING.junit).expect("written");
    assert_eq!(xml.matches("<failure ").count(), failed.len());
    for point in &failed {
        assert!(ran.stderr.contains(&point.id), "{}: {}", point.id, ran.stderr);
        assert!(xml.contains(&format!("name=\"{}\">", point.id)), "{}", point.id);
    }
    assert!(ran.stderr.contains("spoiled unit: caught by A7"), "{}", ran.stderr);
}

/// A point passes exactly if its error is within its limit, and a clause exactly if all of its points do.
#[test]
fn verdicts_follow_from_errors_and_limits() {
    let certificate = FAILING.certificate();
    for point in &certificate.points {
        assert_eq!(point.passed, point.error.abs() <= point.limit, "{}", point.id);
        assert_eq!(point.used, point.error.abs() / point.limit, "{}", point.id);
        assert_eq!(point.margin, 1.0 - point.used, "{}", point.id);
    }
    for clause in &certificate.clauses {
        let own = || certificate.points.iter().filter(|point| point.clause == clause.id);
        assert_eq!(clause.points, own().count(), "{}", clause.id);
        assert_eq!(clause.failed, own().filter(|point| !point.passed).count(), "{}", clause.id);
        assert_eq!(clause.used, own().map(|point| point.used).fold(0.0, f64::max), "{}", clause.id);
    }
    let points: usize = certificate.clauses.iter().map(|clause| clause.points).sum();
    assert_eq!(points, certificate.points.len(), "every point belongs to one clause");
}

/// What `--json` prints is the text of `certificate.json`, and goes through the types without a change: every
/// number comes back as the same bits.
#[test]
fn the_document_is_the_file_and_goes_through_the_types() {
    let printed = &FAILING.ran.stdout;
    let kept = fs::read_to_string(FAILING.out.join("certificate.json")).expect("written");
    assert!(*printed == kept, "certificate.json is not what --json prints");
    let again = serde_json::to_string_pretty(&FAILING.certificate()).expect("JSON") + "\n";
    assert!(again == kept, "a certificate read and written again is another text");
    for name in ["certificate.pdf", "certificate.csv"] {
        assert!(FAILING.out.join(name).exists(), "{name}");
    }
}

/// A certificate compared with itself has not changed, though it fails; with a limit that somebody widened, it
/// has. A file that is no certificate, or of another schema, is refused with its name.
#[test]
fn comparing_tells_what_changed_and_nothing_else() {
    let folder = folder("verify-compare");
    let now = FAILING.out.join("certificate.json");
    let certificate = FAILING.certificate();
    let compare = |before: &Path| run(&["verify", "compare", text(before), text(&now)]);
    let same = compare(&now);
    assert_eq!(same.code, 0, "{}", same.stderr);
    let count = format!("0 points changed, {} did not", certificate.points.len());
    assert!(same.stdout.contains(&count) && same.stdout.contains("still FAILS"), "{}", same.stdout);

    let mut before = certificate.clone();
    let changed = before.points.iter_mut().find(|point| point.passed).expect("most pass");
    let (id, limit) = (changed.id.clone(), changed.limit);
    changed.limit = limit / 2.0;
    let wider = serde_json::to_string(&before).expect("JSON");
    let told = compare(&file(&folder, "wider.json", &wider)).stdout;
    assert!(told.contains("1 points changed"), "{told}");
    assert!(told.contains(&id) && told.contains(&format!("{} -> {limit}", limit / 2.0)), "{told}");

    before.schema += 1;
    let later = serde_json::to_string(&before).expect("JSON");
    let later = file(&folder, "later.json", &later);
    refuse(
        &["verify", "compare", text(&now), text(&later)],
        3,
        &["later.json: schema 2", "reads schema 1"],
    );
    let other = file(&folder, "other.json", "{\"kind\": \"something else\"}");
    refuse(
        &["verify", "compare", text(&other), text(&now)],
        3,
        &["other.json: no certificate", "--out"],
    );
}

/// A shard prints one document with `--json`: its part, which is that of the file.
#[test]
fn a_shard_prints_its_part() {
    let folder = folder("verify-shard");
    let path = part(&folder, 7, &[]);
    let kept = fs::read_to_string(path).expect("written");
    let of = format!("7/{SHARDS}");
    let printed = run(&[&SMALL[..], &["--shard", &of, "--json"]].concat());
    assert_eq!(printed.code, 0, "{}", printed.stderr);
    assert!(printed.stdout == kept, "--json prints something else than the part");
    let document: Value = serde_json::from_str(&kept).expect("one document");
    assert_eq!(document["shard"], serde_json::json!([7, SHARDS]));
    assert_eq!(document["outcomes"].as_object().map(serde_json::Map::len), Some(1));
}

/// Parts that are not one whole verification are refused, and the message says what is wrong.
#[test]
fn parts_that_make_no_whole_are_refused() {
    let folder = folder("verify-merge");
    let (first, last) = (part(&folder, 1, &[]), part(&folder, SHARDS, &[]));
    let (first, last) = (text(&first), text(&last));
    let shards = format!("the parts of all {SHARDS} shards");
    refuse(&["verify", "merge", first, last], 3, &["pieces are missing", &shards]);
    refuse(&["verify", "merge", first, first], 3, &["part-1-of-1000.json", "the same shard"]);

    let seeded = part(&folder.join("seed"), SHARDS, &["--seed", "2"]);
    refuse(&["verify", "merge", first, text(&seeded)], 3, &["what was asked for differs"]);
    let content = fs::read_to_string(first).expect("written");
    let no_part = file(&folder, "no-part.json", "{}");
    refuse(
        &["verify", "merge", text(&no_part)],
        3,
        &["no-part.json is no part", "part-K-of-N.json"],
    );

    let mut of_another: Value = serde_json::from_str(&content).expect("JSON");
    of_another["program"]["software_id"] = "0123456789abcdef".into();
    let of_another = file(&folder, "another.json", &of_another.to_string());
    refuse(&["verify", "merge", last, text(&of_another)], 3, &["the program differs"]);

    // A program whose plan has fewer points in a piece, or more pieces.
    let unfit = content.replace("\"0\": {", "\"100000\": {");
    assert_ne!(unfit, content);
    let unfit = file(&folder, "unfit.json", &unfit);
    refuse(&["verify", "merge", text(&unfit)], 3, &["piece 100000 does not fit the plan"]);
}
