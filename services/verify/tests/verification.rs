//! A verification from the request to the verdict: good units pass, spoiled ones do not, and it does not
//! matter who does which piece.

use std::collections::{BTreeMap, BTreeSet};
use verify::document::{Arm, Certificate, Program};
use verify::part::{MergeError, Part, complete, merge};
use verify::{Decision, Job, Level, Outcome, Request};

fn request(front_end: Option<&str>) -> Request {
    Request {
        level: Level::Quick,
        wirings: vec!["3p4w".to_string()],
        nominal_v: vec![230.0],
        seed: 1,
        lot: 0,
        decision: Decision::SimpleAcceptance,
        front_end: front_end.map(|text| ("unit.toml".to_string(), text.to_string())),
    }
}

fn program() -> Program {
    let text = |text: &str| text.to_string();
    Program {
        name: text("ems"),
        version: text("0"),
        commit: text("0"),
        software_id: text("0"),
        command: text("ems verify"),
    }
}

/// A certificate of the points of these clauses alone.
fn certificate_of(job: &Job, clauses: &[&str]) -> Certificate {
    let wanted = |piece: &usize| {
        clauses.iter().any(|clause| job.name(*piece).starts_with(&format!("{clause}/")))
    };
    let outcomes: BTreeMap<usize, Outcome> = (0..job.pieces())
        .filter(wanted)
        .map(|piece| (piece, job.work(piece).expect("it can be measured")))
        .collect();
    verify::certificate_of(job, program(), "2026-01-01T00:00:00Z".to_string(), &outcomes)
}

/// What the worst point of a clause uses of its limit.
fn used(certificate: &Certificate, clause: &str) -> f64 {
    certificate.clauses.iter().find(|found| found.id == clause).expect("tested").used
}

/// [A4, A6, B8, E10, L1] The influence tests of a typical unit hold, and none of them is empty: the unit's
/// temperature, its clock and its noise are seen.
#[test]
fn a_typical_unit_holds_and_shows_its_own_errors() {
    let job = Job::new(request(None)).unwrap();
    let clauses = ["62053-21/temperature", "62053-21/frequency", "62053-21/dc", "A7"];
    let certificate = certificate_of(&job, &clauses);
    let tested: BTreeSet<&str> = certificate.clauses.iter().map(|c| c.id.as_str()).collect();
    assert_eq!(tested, BTreeSet::from(clauses));
    assert!(certificate.points.iter().all(|point| point.passed), "{:?}", certificate.clauses);
    assert!((0.005..0.2).contains(&used(&certificate, "62053-21/temperature")));
    // The sample clock of seed 1 is off by -12.6 ppm, and 0.1 % is 1000.
    assert!((used(&certificate, "A7") - 0.0126).abs() < 2e-4);
}

/// [A1, A2, A3, A5, A7, A8] Three units hold every line of the datasheet's accuracy.
#[test]
fn typical_units_hold_every_line_of_the_sheet() {
    for seed in 1..=3 {
        let job = Job::new(Request { seed, ..request(None) }).unwrap();
        let certificate = certificate_of(&job, &["A1", "A2", "A3", "A5", "A7", "A8"]);
        assert_eq!(certificate.clauses.len(), 6);
        assert!(certificate.passed, "seed {seed}: {:?}", certificate.clauses);
        // No unit is without error, and none of these is read without one.
        assert!(certificate.points.iter().all(|point| point.error != 0.0));
    }
}

/// [L1] Each fault is seen by its own clause and by how much it must be.
#[test]
fn a_fault_is_as_large_as_it_is_by_hand() {
    let cases: [(&str, Arm, &str, f64); 4] = [
        // 1 % of the energy of a pulse against a tenth of the limit.
        ("[firmware]\nimpulses_per_kwh = 990\n", Arm::Class, "62053-21/constant", 10.1),
        // 2500 ppm against 1000.
        ("[after_calibration]\nclock_ppm = 2500\n", Arm::Class, "A7", 2.5),
        // Twenty samples in twenty seconds against one.
        ("[firmware]\nlost_sample_every_s = 1\n", Arm::Exactness, "exact/samples", 20.0),
        // Half a per cent against half a per cent.
        ("[after_calibration.va]\ngain_ppm = 5000\n", Arm::Class, "A2", 1.0),
    ];
    for (text, arm, clause, expected) in cases {
        let job = Job::new(request(Some(text))).unwrap();
        let certificate = certificate_of(&job, &[clause]);
        let used = used(&certificate, clause);
        // The bench's standard errs by up to 0.02 %.
        assert!((used / expected - 1.0).abs() < 0.05, "{clause}: {used} instead of {expected}");
        assert_eq!(certificate.points[0].arm, arm);
        assert_eq!(certificate.passed, used <= 1.0, "{clause}");
    }
}

/// [N5, G10, E10] An ideal front end with good firmware meets the mathematics.
#[test]
fn an_ideal_unit_is_exact() {
    let job = Job::new(request(Some("base = \"ideal\"\n"))).unwrap();
    let clauses = ["exact/tariffs", "exact/freshness", "exact/samples", "exact/energy"];
    let certificate = certificate_of(&job, &clauses);
    assert_eq!(certificate.clauses.len(), clauses.len());
    assert!(certificate.passed, "{:?}", certificate.clauses);
}

/// A guard band makes a limit smaller by the uncertainty, and never larger.
#[test]
fn a_guard_band_is_stricter() {
    let passed = |decision: Decision, gain_ppm: f64| {
        let text = format!("[after_calibration.current]\ngain_ppm = {gain_ppm}\n");
        let job = Job::new(Request { decision, ..request(Some(&text)) }).unwrap();
        certificate_of(&job, &["A1"]).passed
    };
    // Where the unit uses just all of its limit of 0.5 % is found by halving.
    let (mut good, mut bad) = (3000.0, 7000.0);
    for _ in 0..12 {
        let between: f64 = 0.5 * (good + bad);
        if passed(Decision::SimpleAcceptance, between) { good = between } else { bad = between }
    }
    assert!(passed(Decision::SimpleAcceptance, good));
    assert!(!passed(Decision::GuardBand, good));
}

/// Parts that other machines did make the same certificate, in whatever order they come.
#[test]
fn parts_make_the_whole() {
    let request = Request { wirings: vec!["1p2w".to_string()], lot: 2, ..request(None) };
    let job = Job::new(request.clone()).unwrap();
    // The longest pieces would only take longer.
    let short: Vec<usize> = (0..job.pieces()).filter(|piece| job.weight_s(*piece) < 20.0).collect();
    let part = |shard: usize| {
        let mine = short.iter().copied().filter(|piece| piece % 3 == shard - 1);
        let outcomes = mine.map(|piece| (piece, job.work(piece).unwrap())).collect();
        let part = Part::new(program(), request.clone(), (shard, 3), outcomes);
        let text = serde_json::to_string(&part).unwrap();
        (format!("part {shard}"), Part::parse("a file", &text).unwrap())
    };
    let parts: Vec<(String, Part)> = [3, 1, 2].map(part).into();
    let whole = merge(parts.clone()).unwrap();
    let alone: BTreeMap<usize, Outcome> =
        short.iter().map(|piece| (*piece, job.work(*piece).unwrap())).collect();
    // To the last bit; not by assert_eq, which would print them all.
    assert!(whole.outcomes == alone, "parts differ from the whole");
    let missing = complete(whole, &job).unwrap_err();
    assert!(matches!(missing, MergeError::Missing { shards: 3, .. }), "{missing}");
    let twice = merge(vec![parts[0].clone(), parts[0].clone()]).unwrap_err();
    assert!(matches!(twice, MergeError::Twice(_)), "{twice}");
}
