//! The scenario format: what a file says arrives.

use catalog::{QuantityId, Register, Scope, SettingId, point};
use port::{Role, SlotId, WiringCorrection};
use sim::scenario::{
    Action, Fidelity, Operator, Part, Path, Scenario, Step, Take, Tolerance, Wanted, Window, count,
    parse, parse_without, variants,
};
use sim::sources::{Fault, FaultKind};
use sim::synthetic::{Event, EventKind, MeterPort, Phases, Terminals, Wire};

const TOP: &str = r#"
schema = 1
name = "a test"
start = "2026-06-17T17:30:00+02:00"
duration = "100 s"
"#;

fn read(rest: &str) -> Scenario {
    let text = format!("{TOP}{rest}");
    parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn three_phase(rest: &str) -> Scenario {
    let kettle =
        "[[loads]]\nname = \"Kettle\"\nkind = \"resistive\"\nconnect = \"l1\"\npower = \"2 kW\"";
    let esy = "[[device.esy]]\nslot = 3\nmodel = \"ESY3XMV\"\nname = \"Pump\"";
    read(&format!("[device]\nwiring = \"3p4w\"\n{esy}\n{kettle}\n{rest}"))
}

fn esy3() -> MeterPort {
    MeterPort::Esy(SlotId::new(3).unwrap())
}

/// Changes of voltage as when, to what part, how long it takes, on the first phase or not.
fn voltages(scenario: &Scenario) -> Vec<(f64, f64, f64, bool)> {
    let voltage = |event: &Event| match event.kind {
        EventKind::Voltage { phases: Phases(phases), to, over_s } => {
            Some((event.at_s, to, over_s, phases[0]))
        }
        _ => None,
    };
    scenario.events.iter().filter_map(voltage).collect()
}

#[test]
fn a_sag_with_a_ramp_goes_there_and_back_each_time() {
    let sag = "[[timeline]]\nkind = \"sag\"\nat = \"10 s\"\nphases = [\"l1\"]\nto = \"70 %\"\n\
               for = \"200 ms\"\nramp = \"50 ms\"\nevery = \"30 s\"\nuntil = \"17:31\"";
    let told = [
        (10.0, 0.7, 0.05, true),
        (10.2, 1.0, 0.05, true),
        (40.0, 0.7, 0.05, true),
        (40.2, 1.0, 0.05, true),
    ];
    assert_eq!(voltages(&three_phase(sag)), told);
}

#[test]
fn until_ends_a_state_and_without_an_end_it_stays() {
    let lost = "[[timeline]]\nkind = \"phase-loss\"\nat = \"1 s\"\nphases = [\"l1\"]\nuntil = \"4 s\"\n\
                [[timeline]]\nkind = \"swell\"\nat = \"5 s\"\nphases = [\"l1\"]\nto = \"110 %\"";
    let told = [(1.0, 0.0, 0.0, true), (4.0, 1.0, 0.0, true), (5.0, 1.1, 0.0, true)];
    assert_eq!(voltages(&three_phase(lost)), told);
}

#[test]
fn a_rate_says_how_long_a_frequency_takes_there_and_back() {
    let ramp = "[[timeline]]\nkind = \"frequency\"\nat = \"2 s\"\nto = \"51 Hz\"\nrate = \"0.5 Hz/s\"\nfor = \"10 s\"";
    let events = three_phase(ramp).events;
    let kinds: Vec<(f64, EventKind)> = events.iter().map(|e| (e.at_s, e.kind)).collect();
    let to = |to_hz| EventKind::Frequency { to_hz, over_s: 2.0 };
    assert_eq!(kinds, [(2.0, to(51.0)), (12.0, to(50.0))]);
}

#[test]
fn the_script_says_what_happens_to_the_meter_in_the_order_of_time() {
    let script = "[[timeline]]\nkind = \"setting\"\nat = \"9 s\"\nsetting = \"netting\"\nto = \"per_phase\"\nfor = \"1 s\"\n\
                  [[timeline]]\nkind = \"contact\"\nat = \"5 s\"\nto = \"closed\"\nfor = \"2 s\"\n\
                  [[timeline]]\nkind = \"reset\"\nat = \"6 s\"\nwhat = \"partial\"\nmeter = \"esy3\"\n\
                  [[timeline]]\nkind = \"reset\"\nat = \"6.5 s\"\nwhat = \"demand\"\n\
                  [[timeline]]\nkind = \"unplug\"\nat = \"20 s\"\nmodule = \"esy3\"\nfor = \"5 s\"\n\
                  [[timeline]]\nkind = \"correct\"\nat = \"30 s\"\ncurrents = [\"-l1\", \"l3\", \"l2\"]\n\
                  [[timeline]]\nkind = \"setting\"\nat = \"40 s\"\nsetting = \"demand_interval_min\"\nto = 5";
    let steps = three_phase(script).script;
    let slot = SlotId::new(3).unwrap();
    let correction = WiringCorrection::new([0, 2, 1], [true, false, false]).unwrap();
    let told = [
        (5.0, Action::Contact(1.0)),
        (6.0, Action::ResetPartial(esy3())),
        (6.5, Action::ResetDemand(MeterPort::Main)),
        (7.0, Action::Contact(1e6)),
        (9.0, Action::Set(SettingId::Netting, 1)),
        (10.0, Action::Set(SettingId::Netting, 0)),
        (20.0, Action::Unplug(slot)),
        (25.0, Action::Plug(slot)),
        (30.0, Action::Correct(MeterPort::Main, correction)),
        (40.0, Action::Set(SettingId::DemandIntervalMin, 5)),
    ];
    assert_eq!(steps, told.map(|(at_s, action)| Step { at_s, action }));
}

#[test]
fn the_timeline_changes_the_level_of_a_load() {
    let level = "[[timeline]]\nkind = \"load\"\nload = \"Kettle\"\nat = \"10 s\"\nto = \"50 %\"\nramp = \"4 s\"\nfor = \"20 s\"";
    let load = &three_phase(level).loads[0];
    let levels = [9.0, 12.0, 20.0, 32.0, 40.0].map(|at_s| load.level.at(at_s));
    assert_eq!(levels, [1.0, 0.75, 0.5, 0.75, 1.0]);
}

#[test]
fn wires_lie_as_the_device_says() {
    let device = "[device]\nwiring = \"3p4w\"\nsettings = { netting = \"per_phase\", demand_interval_min = 5 }\n\
                  [device.terminals]\nvoltages = [\"l2\", \"l1\", \"open\"]\ncurrents = [\"-l1\", \"l3\", \"open\"]\nneutral = false\n\
                  [[device.esy]]\nslot = 3\nmodel = \"ESY3XMV\"\nname = \"Pump\"\ncurrents = [\"l1\", \"-l2\", \"l3\"]";
    let device = read(device).device;
    let wire = |conductor, reversed| Some(Wire { conductor, reversed });
    let expected = Terminals {
        voltages: [Some(1), Some(0), None],
        neutral: false,
        currents: vec![
            (MeterPort::Main, [wire(0, true), wire(2, false), None]),
            (esy3(), [wire(0, false), wire(1, true), wire(2, false)]),
        ],
    };
    assert_eq!(device.terminals, expected);
    let settings = [(SettingId::Netting, 1), (SettingId::DemandIntervalMin, 5)];
    assert_eq!(device.settings, settings);
}

#[test]
fn faults_say_whose_samples_when_and_what() {
    let faults = "[[faults]]\nkind = \"stuck-channel\"\nchannel = \"ib\"\nmeter = \"esy3\"\nat = \"2 s\"\nfor = \"1 s\"\nevery = \"10 s\"\n\
                  [[faults]]\nkind = \"clock-drift\"\nppm = \"300 ppm\"\nat = \"0 s\"\n\
                  [[faults]]\nkind = \"bit-flips\"\nchannel = \"va\"\npart = \"1 %\"\nat = \"3 s\"";
    let kind = |at_s, kind| Fault { kind, at_s, for_s: None, every_s: None };
    let stuck = FaultKind::StuckChannel { role: Role::Ib };
    let expected = [
        (esy3(), Fault { for_s: Some(1.0), every_s: Some(10.0), ..kind(2.0, stuck) }),
        (MeterPort::Main, kind(0.0, FaultKind::ClockDrift { ppm: 300.0 })),
        (MeterPort::Main, kind(3.0, FaultKind::BitFlips { role: Role::Va, part: 0.01 })),
    ];
    assert_eq!(three_phase(faults).faults, expected);
}

#[test]
fn expectations_have_values_in_the_unit_of_the_catalogue() {
    let expect = "[[expect]]\npath = \"main.l1.active_power\"\nvalue = \"2 kW\"\ntolerance = \"0.1 %\"\n\
                  window = { from = \"5 s\", to = \"10 s\", take = \"mean\" }\nwhy = \"as its plate says\"\n\
                  [[expect]]\npath = \"esy3.system.active_energy_import\"\noperator = \"<=\"\nvalue = \"10 Wh\"\n\
                  [[expect]]\npath = \"main.l1.thd_current\"\nvalue = \"34 %\"\ntolerance = \"0.5 points\"\n\
                  [[expect]]\npath = \"main.l2.voltage_ln.quality\"\nvalue = \"under_range\"\nwindow = { take = \"any\" }\n\
                  [[expect]]\npath = \"main.wiring\"\noperator = \"!=\"\nvalue = \"ok\"\n\
                  [[expect]]\npath = \"main.pulses\"\nvalue = 5\n\
                  [[expect]]\npath = \"device.tariff\"\nvalue = 2";
    let expect = three_phase(expect).expect;
    let value = |meter, quantity, register, scope| {
        Path::Value(meter, point(quantity, register, scope).unwrap())
    };
    let paths: Vec<Path> = expect.iter().map(|expectation| expectation.path).collect();
    let voltage = point(QuantityId::VoltageLn, None, Scope::L2).unwrap();
    let main = MeterPort::Main;
    assert_eq!(
        paths,
        [
            value(main, QuantityId::ActivePower, None, Scope::L1),
            value(esy3(), QuantityId::ActiveEnergyImport, Some(Register::Total), Scope::System),
            value(main, QuantityId::ThdCurrent, None, Scope::L1),
            Path::Quality(main, voltage),
            Path::Wiring(main),
            Path::Pulses,
            Path::Tariff,
        ]
    );
    let wanted: Vec<Wanted> = expect.iter().map(|e| e.wanted.clone()).collect();
    let text = |text: &str| Wanted::Text(text.into());
    let numbers = [2000.0, 0.01, 34.0, 5.0, 2.0].map(Wanted::Number);
    let [watts, energy, thd, pulses, tariff] = numbers;
    assert_eq!(wanted, [watts, energy, thd, text("under_range"), text("ok"), pulses, tariff]);
    assert_eq!(expect[0].tolerance, Tolerance::Relative(0.001));
    assert_eq!(expect[2].tolerance, Tolerance::Absolute(0.5));
    assert_eq!(expect[0].window, Window { from_s: 5.0, to_s: Some(10.0), take: Take::Mean });
    assert_eq!(expect[1].operator, Operator::AtMost);
    assert_eq!(expect[5].window.take, Take::Change);
    let said = "main.l1.active_power = 2 kW +/- 0.1 %, the mean of 5 s to 10 s";
    assert_eq!(expect[0].text, said);
}

const SAGS: &str = r#"
[parameters]
level = "70 %"
order = 5
[matrix]
level = ["40 %", "80 %"]
order = [3, 7]
[device]
wiring = "1p2w"
[grid]
harmonics = [{ order = "${order}", level = "1 %" }]
[[timeline]]
kind = "sag"
at = "1 s"
to = "${level}"
[[expect]]
path = "main.l1.voltage_ln"
value = "200 V"
tolerance = "1 V"
why = "a sag to ${level}"
"#;

#[test]
fn a_matrix_is_every_combination_of_its_values() {
    let text = format!("{TOP}{SAGS}");
    let usual = parse(&text).unwrap();
    assert_eq!(voltages(&usual)[0].1, 0.7);
    assert_eq!(usual.expect[0].why, "a sag to 70 %");
    let all = variants(&text).unwrap();
    let labels: Vec<&str> = all.iter().map(|(label, _)| label.as_str()).collect();
    let expected = [
        "level=40 %, order=3",
        "level=40 %, order=7",
        "level=80 %, order=3",
        "level=80 %, order=7",
    ];
    assert_eq!(labels, expected);
    let told: Vec<(f64, usize)> =
        all.iter().map(|(_, s)| (voltages(s)[0].1, s.grid.harmonics[0].order)).collect();
    assert_eq!(told, [(0.4, 3), (0.4, 7), (0.8, 3), (0.8, 7)]);
    let single = variants(&format!("{TOP}[device]\nwiring = \"1p2w\"")).unwrap();
    assert_eq!(single.len(), 1);
    assert_eq!(single[0].0, "");
}

#[test]
fn an_entry_can_be_taken_away() {
    let text = format!("{TOP}{SAGS}");
    assert_eq!(count(&text, Part::Timeline), Ok(1));
    assert_eq!(count(&text, Part::Fault), Ok(0));
    assert!(parse_without(&text, Part::Timeline, 0).unwrap().events.is_empty());
}

#[test]
fn what_is_left_out_is_usual() {
    let scenario = read("[device]\nwiring = \"3p4w\"");
    assert_eq!(scenario.fidelity, Fidelity::Waveform);
    assert_eq!(scenario.device.terminals, Terminals::default());
    assert_eq!((scenario.seed, scenario.grid.voltage_v), (0, 230.0));
}
