//! The wiring laboratory: every way to connect three current inputs, at four power factors, through the
//! whole path from the signal to the image.

mod common;

use catalog::{QuantityId as Q, Register, Scope, SettingId};
use common::{Bench, Plan, close, reading};
use image::{MeterId, Request, WiringCorrection, WiringFinding};
use port::Role;
use sim::synthetic::{Signal, Spectrum};

const V_ROLES: [Role; 3] = [Role::Va, Role::Vb, Role::Vc];
const I_ROLES: [Role; 3] = [Role::Ia, Role::Ib, Role::Ic];
const ANGLES_DEG: [f64; 3] = [0.0, -120.0, 120.0];
const VOLTS: f64 = 230.0;
/// Uneven, so that energy that lands in a wrong phase shows.
const AMPS: [f64; 3] = [4.0, 5.0, 6.0];

/// Power factors, and the degrees by which the current lags.
const FACTORS: [(&str, f64); 4] =
    [("0.5 L", 60.0), ("0.95 L", 18.195), ("1", 0.0), ("0.8 C", -36.87)];

/// Longer than a fault takes to be certain: three spans of five windows.
const FOUND_S: f64 = 3.3;

/// What the inputs see if the wires lie as `truth` says.
fn wired(truth: WiringCorrection, lag_deg: f64) -> Signal {
    (0..3).fold(Signal::three_phase(50.0, VOLTS, 0.0, 0.0), |signal, phase| {
        let turn_deg = if truth.is_reversed(phase) { 180.0 } else { 0.0 };
        let angle_deg = ANGLES_DEG[phase] - lag_deg + turn_deg;
        signal.channel(I_ROLES[truth.input(phase)], Spectrum::sine(AMPS[phase], angle_deg))
    })
}

/// A bench that has had the time to find a fault, with generation ruled out.
fn commissioned(signal: Signal) -> Bench {
    let mut bench = Plan { signal, ..Plan::new() }.bench();
    bench.set(SettingId::Generation, 0);
    bench.run(FOUND_S);
    bench
}

fn found(bench: &Bench) -> WiringFinding {
    bench.image().main().wiring
}

/// Whether angles are those of a healthy installation: all phases load alike in this laboratory, so each
/// must see the same displacement, and one of the range of loads.
fn looks_healthy(truth: WiringCorrection, lag_deg: f64) -> bool {
    let seen_deg = (0..3).map(|phase| {
        let turn_deg = if truth.is_reversed(phase) { 180.0 } else { 0.0 };
        let current_deg = ANGLES_DEG[phase] - lag_deg + turn_deg;
        (ANGLES_DEG[truth.input(phase)] - current_deg + 180.0).rem_euclid(360.0) - 180.0
    });
    let seen_deg: Vec<f64> = seen_deg.collect();
    let alike = seen_deg.iter().all(|deg| (deg - seen_deg[0]).abs() < 1.0);
    alike && (-38.0..61.0).contains(&seen_deg[0])
}

/// [E3, E15] In all 48 x 4 cases the fault is named, or the truth is among what is ambiguous. No fault is
/// seen where nothing is wrong, and where the picture is that of another healthy installation: in no
/// other case.
#[test]
fn every_fault_is_named_or_ambiguous_with_the_truth_among_the_candidates() {
    let mut named = 0;
    for truth in WiringCorrection::all() {
        for (factor, lag_deg) in FACTORS {
            let bench = commissioned(wired(truth, lag_deg));
            let finding = found(&bench);
            let case = format!("{truth} at {factor}: {finding}");
            assert_eq!(bench.image().io.wrong_connection, finding.is_alarm(), "{case}");
            if looks_healthy(truth, lag_deg) {
                assert_eq!(finding, WiringFinding::Healthy, "{case}");
                continue;
            }
            assert_ne!(truth, WiringCorrection::NONE, "{case}");
            assert!(finding.candidates().any(|candidate| candidate == truth), "{case}");
            if finding.candidates().count() == 1 {
                assert_eq!(finding.slug(), truth.slug(), "{case}");
                named += 1;
            } else {
                assert_eq!(finding.slug(), "ambiguous", "{case}");
            }
        }
    }
    assert_eq!(named, 47, "at 0.95 L every fault has a name");
}

/// Imported energy of the system and the phases in joules, and until when.
fn energy(bench: &Bench) -> ([f64; 4], f64) {
    let scopes = [Scope::System, Scope::L1, Scope::L2, Scope::L3];
    let joules = scopes.map(|scope| {
        let readings = bench.readings(MeterId::Main);
        let kwh = reading(readings, Q::ActiveEnergyImport, Some(Register::Total), scope);
        3.6e6 * kwh.value().expect("wired")
    });
    (joules, bench.image().main().window_end.seconds_since(common::start()))
}

/// [E3, N1] Corrected by the truth, all 48 x 4 cases count what flows, in each phase and in all, and
/// nothing is found any more.
#[test]
fn a_correction_restores_the_energy_of_each_phase() {
    for truth in WiringCorrection::all() {
        for (factor, lag_deg) in FACTORS {
            let mut bench = commissioned(wired(truth, lag_deg));
            bench.ask(Request::Correct(MeterId::Main, truth)).expect("configured");
            assert!(!found(&bench).is_alarm(), "what was found is no longer true");
            bench.run(FOUND_S);
            assert_eq!(found(&bench), WiringFinding::Healthy, "{truth} at {factor}");
            assert_eq!(bench.image().main().correction, truth);
            let (before, from_s) = energy(&bench);
            bench.run(2.0);
            let (after, to_s) = energy(&bench);
            let watts = AMPS.map(|amps| VOLTS * amps * lag_deg.to_radians().cos());
            let expected = [watts.iter().sum(), watts[0], watts[1], watts[2]];
            for (place, watts) in expected.into_iter().enumerate() {
                let joules = after[place] - before[place];
                let case = format!("{truth} at {factor}, place {place}");
                close(&case, joules, watts * (to_s - from_s), 1e-6);
            }
        }
    }
}

/// [E15] A phase without voltage is named at any power factor.
#[test]
fn a_missing_voltage_is_named() {
    for (_, lag_deg) in FACTORS {
        for phase in 0..3 {
            let signal = wired(WiringCorrection::NONE, lag_deg);
            let bench = commissioned(signal.channel(V_ROLES[phase], Spectrum::ZERO));
            assert_eq!(found(&bench).slug(), format!("l{}_missing", phase + 1));
            assert!(bench.image().io.wrong_connection);
        }
    }
}

/// [E15] A neutral terminal that hangs free is seen on a slightly uneven grid, and the sentence says what
/// else it could be; with the neutral connected the same grid is healthy.
#[test]
fn a_missing_neutral_is_seen_on_an_uneven_grid() {
    let volts = [234.0, 228.0, 230.0];
    let grid: [Spectrum; 3] = std::array::from_fn(|k| Spectrum::sine(volts[k], ANGLES_DEG[k]));
    let mean = (grid[0] + grid[1] + grid[2]) * (-1.0 / 3.0);
    for (factor, lag_deg) in FACTORS {
        for (connected, slug) in [(true, "ok"), (false, "neutral_open")] {
            let signal = (0..3).fold(wired(WiringCorrection::NONE, lag_deg), |signal, phase| {
                let volts = if connected { grid[phase] } else { grid[phase] + mean };
                signal.channel(V_ROLES[phase], volts)
            });
            let finding = found(&commissioned(signal));
            assert_eq!(finding.slug(), slug, "{factor}");
            assert_eq!(finding.to_string().starts_with("ambiguous"), !connected, "{factor}");
        }
    }
}

const PAGE: &str = include_str!("../../../docs/wiring.md");
const TABLE_BEGIN: &str = "<!-- table of the laboratory -->\n";
const TABLE_END: &str = "<!-- end of the table -->\n";

/// The table of the page: what is found in each case.
fn table() -> String {
    let mut table = String::from("| inputs 1, 2, 3 | fault |");
    FACTORS.iter().for_each(|(factor, _)| table += &format!(" {factor} |"));
    table += "\n|---|---|---|---|---|---|\n";
    for truth in WiringCorrection::all() {
        table += &format!("| `{truth}` | {} |", truth.slug());
        for (_, lag_deg) in FACTORS {
            table += &format!(" {} |", cell(found(&commissioned(wired(truth, lag_deg)))));
        }
        table.push('\n');
    }
    table
}

fn cell(finding: WiringFinding) -> String {
    let candidates: Vec<String> = finding.candidates().map(|c| format!("`{c}`")).collect();
    match candidates.len() {
        0 => finding.slug(),
        1 => "named".into(),
        _ => candidates.join(" or "),
    }
}

/// The page says what the check finds.
#[test]
fn the_page_has_the_table_of_the_laboratory() {
    let kept = PAGE.split_once(TABLE_BEGIN).and_then(|(_, rest)| rest.split_once(TABLE_END));
    assert!(
        kept.map(|(kept, _)| kept) == Some(&table()),
        "docs/wiring.md is not current; run: cargo test -p world --test laboratory -- --ignored"
    );
}

/// Writes the table into the page.
#[test]
#[ignore = "writes docs/wiring.md"]
#[expect(clippy::disallowed_methods, reason = "a golden file is written by hand")]
fn write_the_table() {
    let (head, rest) = PAGE.split_once(TABLE_BEGIN).expect("the page marks its table");
    let (_, tail) = rest.split_once(TABLE_END).expect("the page marks the table's end");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/wiring.md");
    let page = format!("{head}{TABLE_BEGIN}{}{TABLE_END}{tail}", table());
    std::fs::write(path, page).expect("the page can be written");
}
