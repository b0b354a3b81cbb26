//! Expectations are judged where they begin and end, whatever else a scenario expects.

mod common;

use common::trial;
use lab::Found;
use sim::scenario::{Fidelity, parse};

/// A change and a last value alone, over windows that end within a second: at each fidelity the energy of the
/// 0.45 s between, to a window of 0.2 s, and not that of whole seconds.
#[test]
fn a_window_within_a_second_is_met() {
    let text = r#"
schema = 1
name = "A steady load"
start = "2026-03-01T12:00:00Z"
duration = "6 s"

[device]
wiring = "1p2w"
front_end = "ideal"

[[loads]]
name = "Heater"
kind = "resistive"
connect = "l1"
power = "3.6 kW"

[[expect]]
path = "main.l1.active_energy_import"
value = "0.45 Wh"
tolerance = "0.21 Wh"
window = { from = "2.5 s", to = "2.95 s", take = "change" }

[[expect]]
path = "main.l1.active_energy_import"
value = "2.9 Wh"
tolerance = "0.21 Wh"
window = { to = "2.95 s" }
"#;
    let mut scenario = parse(text).unwrap_or_else(|error| panic!("{error}"));
    for fidelity in Fidelity::ALL {
        scenario.fidelity = fidelity;
        let trial = trial(&scenario);
        assert!(trial.passed, "{}: {:?}", fidelity.slug(), trial.expectations);
        assert!(matches!(trial.expectations[0].found, Found::Number(wh) if wh > 0.0));
    }
}
