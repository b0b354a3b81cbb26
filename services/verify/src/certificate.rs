//! From what was found to a certificate.

use crate::document::{
    Certificate, ClauseResult, Entry, NOTICE, PointResult, Program, Rule, SCHEMA, Scope, UnitSheet,
};
use crate::job::{Decision, Job, Outcome};
use crate::limits::CLAUSES;
use crate::lot::{self, LotUnit};
use crate::measure::Finding;
use crate::plan::Point;
use crate::setup::REFERENCE_DEGC;
use crate::uncertainty::{COVERAGE, budgets};
use crate::unit::entry;
use metering::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// What the standards ask and a simulation of the measuring path cannot say.
const NOT_COVERED: [&str; 7] = [
    "Electromagnetic compatibility: fields, bursts, surges, conducted disturbances, 2 to 150 kHz.",
    "External magnetic fields, of direct current and of 0.5 mT.",
    "Climate but for the drift of the front end with temperature: damp heat, solar radiation, self-heating.",
    "Mechanics: shock, vibration, protection by the enclosure, terminals.",
    "Insulation, safety and the power consumption of the circuits.",
    "Warm-up, ageing and the operation of accessories.",
    "Saturation of current transformers, and interharmonics and harmonics above the 31st.",
];

/// Makes the certificate of a job whose pieces are all done. `issued` is the date, RFC 3339 in UTC.
///
/// # Panics
/// If there is not an outcome for every piece, or one is of another kind: outcomes come from the job.
pub fn certificate(
    job: &Job,
    program: Program,
    issued: String,
    outcomes: &[Outcome],
) -> Certificate {
    assert_eq!(outcomes.len(), job.pieces(), "an outcome for every piece");
    let outcomes = outcomes.iter().cloned().enumerate().collect();
    certificate_of(job, program, issued, &outcomes)
}

/// The same of some of the pieces.
///
/// # Panics
/// As [`certificate`].
pub fn certificate_of(
    job: &Job,
    program: Program,
    issued: String,
    outcomes: &BTreeMap<usize, Outcome>,
) -> Certificate {
    let points = points(job, outcomes);
    let units: Vec<LotUnit> = outcomes.range(job.plan.len()..).map(lot_unit).collect();
    let clauses = clauses(&points);
    let lot = lot::result(&units);
    let passed = points.iter().all(|point| point.passed)
        && lot.as_ref().is_none_or(|lot| match job.request.decision {
            Decision::SimpleAcceptance => lot.yield_simple == 1.0,
            Decision::GuardBand => lot.yield_guarded == 1.0,
        });
    let mut certificate = Certificate {
        schema: SCHEMA,
        notice: NOTICE.to_string(),
        report_id: String::new(),
        issued: String::new(),
        program,
        scope: scope(job, &points),
        unit: UnitSheet {
            name: job.unit.name.clone(),
            serial: job.unit.serial(),
            ratings: ratings(),
            errors: job.unit.errors().into_iter().chain([job.standard.describe()]).collect(),
            spoiled: job.unit.changes.clone(),
            calibration: job.calibrated.sheet.clone(),
        },
        conditions: conditions(),
        rule: rule(job.request.decision),
        passed,
        clauses,
        points,
        budgets: budgets(&job.bench.class),
        lot,
        not_covered: NOT_COVERED.map(str::to_string).into(),
    };
    certificate.report_id = report_id(&certificate);
    certificate.issued = issued;
    certificate
}

/// A hash of everything but the date.
fn report_id(certificate: &Certificate) -> String {
    let text = serde_json::to_string(certificate).expect("numbers and texts are JSON");
    let mut digest = Digest::default();
    for word in text.as_bytes().chunks(8) {
        let mut bytes = [0; 8];
        bytes[..word.len()].copy_from_slice(word);
        digest.add(u64::from_le_bytes(bytes));
    }
    format!("{:016x}", digest.value())
}

fn lot_unit((_, outcome): (&usize, &Outcome)) -> LotUnit {
    match outcome {
        Outcome::Unit(unit) => unit.clone(),
        Outcome::Points(_) => panic!("pieces behind the plan are units of the lot"),
    }
}

fn points(job: &Job, outcomes: &BTreeMap<usize, Outcome>) -> Vec<PointResult> {
    let mut points = Vec::new();
    for (piece, outcome) in outcomes.range(..job.plan.len()) {
        let item = &job.plan[*piece];
        let Outcome::Points(findings) = outcome else { panic!("an item of the plan has points") };
        assert_eq!(findings.len(), item.points.len(), "a finding for every point");
        for (point, finding) in item.points.iter().zip(findings) {
            points.push(point_result(point, finding, job.request.decision));
        }
    }
    let place = |id: &str| CLAUSES.iter().position(|clause| clause.id == id);
    points.sort_by_key(|point| place(&point.clause));
    points
}

fn point_result(point: &Point, finding: &Finding, decision: Decision) -> PointResult {
    let limit = finding.limit.unwrap_or(point.limit);
    let used = finding.error.abs() / limit;
    let band = match decision {
        Decision::SimpleAcceptance => 0.0,
        Decision::GuardBand => finding.uncertainty,
    };
    PointResult {
        id: point.id.clone(),
        clause: point.clause.to_string(),
        arm: point.arm(),
        quantity: point.quantity.to_string(),
        applied: point.applied.clone(),
        method: point.method.slug().to_string(),
        fidelity: "waveform".to_string(),
        simulated_s: finding.simulated_s,
        indicated: finding.indicated,
        reference: finding.reference,
        unit: point.unit.to_string(),
        error: finding.error,
        limit,
        error_unit: point.error_unit.to_string(),
        uncertainty: finding.uncertainty,
        used,
        margin: 1.0 - used,
        // A NaN passes nothing.
        passed: finding.error.abs() <= limit - band,
        note: String::new(),
    }
}

fn clauses(points: &[PointResult]) -> Vec<ClauseResult> {
    let mut clauses = Vec::new();
    for clause in CLAUSES {
        let own: Vec<&PointResult> =
            points.iter().filter(|point| point.clause == clause.id).collect();
        let Some(worst) = own.iter().max_by(|a, b| a.used.total_cmp(&b.used)) else { continue };
        let failed = own.iter().filter(|point| !point.passed).count();
        clauses.push(ClauseResult {
            id: clause.id.to_string(),
            arm: clause.arm,
            source: clause.source.to_string(),
            title: clause.title.to_string(),
            requirements: clause.requirements.iter().map(|id| (*id).to_string()).collect(),
            points: own.len(),
            failed,
            worst: worst.id.clone(),
            used: worst.used,
            margin: worst.margin,
            passed: failed == 0,
        });
    }
    clauses
}

fn scope(job: &Job, points: &[PointResult]) -> Scope {
    let mut nominal_v: Vec<f64> = Vec::new();
    let mut wirings: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for point in points {
        if !nominal_v.contains(&point.applied.nominal_v) {
            nominal_v.push(point.applied.nominal_v);
        }
        if seen.insert(point.applied.wiring.clone()) {
            wirings.push(point.applied.wiring.clone());
        }
    }
    nominal_v.sort_by(f64::total_cmp);
    Scope {
        level: job.request.level.slug().to_string(),
        seed: job.request.seed,
        wirings,
        nominal_v,
        simulated_s: points.iter().map(|point| point.simulated_s).sum(),
    }
}

/// The nameplate (datasheet L357 to L386, L616).
fn ratings() -> Vec<Entry> {
    let line = |name: &str, value: &str| entry(name, value.to_string());
    vec![
        line("type", "EMS AV2, digital twin"),
        line("systems", "1p2w, 2p3w, 3p3w, 3p4w, wild leg, three single-phase loads"),
        line("voltage", "3 x 120 ... 277 / 208 ... 480 V"),
        line("current, direct", "0.25-5(65) A, starting current 20 mA"),
        line("nominal frequency", "50 or 60 Hz"),
        line("meter constant", "1000 imp/kWh"),
        line("claimed class", "1 (EN IEC 62053-21), active; 2 (EN IEC 62053-23), reactive"),
    ]
}

fn conditions() -> Vec<Entry> {
    let line = |name: &str, value: &str| entry(name, value.to_string());
    vec![
        entry("temperature", format!("{REFERENCE_DEGC} degC unless a point says otherwise")),
        line(
            "voltage and frequency",
            "nominal, exact, without distortion, unless a point says otherwise",
        ),
        line("load", "phantom: voltage and current of each phase set apart"),
        line(
            "reference",
            "closed form of the mean power over whole periods of the waveform; rounding 1e-12",
        ),
        line(
            "active energy",
            "true energy against the time between pulses of the LED, 2 s at least, 60 s for bursts",
        ),
        line(
            "reactive energy, modules",
            "true energy against two values of the register, 2 s at least",
        ),
        line("readings", "the worst of all windows, phases and pairs within 1.5 s"),
        line(
            "fidelity",
            "waveform, at every point: each sample is computed, converted and metered",
        ),
        line("time", "the bench's clock is perfect; the unit's own errs as its crystal does"),
        line("path", "waveform, front end, 24-bit counts at 8 kS/s, metering, registers, image"),
        line("currents of cut waveforms", "the rms after cutting is that of the clause"),
    ]
}

fn rule(decision: Decision) -> Rule {
    let text = match decision {
        Decision::SimpleAcceptance => {
            "Simple acceptance: a point passes if the magnitude of its error is not above the limit. The \
             expanded uncertainty is stated and not taken off."
        }
        Decision::GuardBand => {
            "Guard band: a point passes if the magnitude of its error is not above the limit less the \
             expanded uncertainty of that error."
        }
    };
    Rule { name: decision.slug().to_string(), text: text.to_string(), coverage_factor: COVERAGE }
}
