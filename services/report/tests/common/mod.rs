//! A certificate by formula: plausible numbers, one failing point, a lot and budgets.

#![allow(dead_code)] // Each test file uses a part.

mod parts;

use verify::document::{
    Applied, Arm, Certificate, ClauseResult, NOTICE, PointResult, Program, Rule, SCHEMA, Scope,
};

/// How many configurations the balanced clauses run through.
pub struct Size {
    pub wirings: &'static [&'static str],
    pub nominal_v: &'static [f64],
    pub frequency_hz: &'static [f64],
}

/// About 300 points.
pub const SMALL: Size =
    Size { wirings: &["3p4w", "3p3w"], nominal_v: &[230.0], frequency_hz: &[50.0] };

/// About 1500 points.
pub const FULL: Size = Size {
    wirings: &["1p2w", "2p3w", "3p3w", "3p4w", "3p4w-wild-leg"],
    nominal_v: &[120.0, 230.0, 277.0],
    frequency_hz: &[50.0, 60.0],
};

/// A certificate of which one point fails.
pub fn certificate(size: &Size) -> Certificate {
    let mut points = Points::default();
    for energy in [Energy::Active, Energy::Reactive] {
        balanced(&mut points, size, energy);
        single_phase(&mut points, size, energy);
        influences(&mut points, size, energy);
        others(&mut points, size, energy);
    }
    readings(&mut points, size);
    exactness(&mut points);
    let clauses = points.clauses();
    Certificate {
        schema: SCHEMA,
        notice: NOTICE.to_string(),
        report_id: "3f9c07a1b2d4e586".to_string(),
        issued: "2026-11-25T22:28:56Z".to_string(),
        program: Program {
            name: "ems".to_string(),
            version: "0.1.0".to_string(),
            commit: "67c8f75d0c5e0f4a1b6f8f3a8a9d7c2e1f0b3a4c".to_string(),
            software_id: "5d1c9e0b7a3f42868e1d0c9b7a5f43218e1d0c9b7a5f43218e1d0c9b7a5f4321".into(),
            command: "ems verify --full --seed 7 --lot 1000 --wiring 1p2w,2p3w,3p3w,3p4w,3p4w-wild-leg --un 120,230,277 --front-end fronts/typical.toml --out accuracy".into(),
        },
        scope: Scope {
            level: "full".to_string(),
            seed: 7,
            wirings: size.wirings.iter().map(|w| w.to_string()).collect(),
            nominal_v: size.nominal_v.to_vec(),
            simulated_s: 193_840.0,
        },
        unit: parts::unit(),
        conditions: parts::conditions(),
        rule: Rule {
            name: "simple-acceptance".to_string(),
            text: "A point passes if the magnitude of its error is not greater than its limit; the expanded uncertainty is stated beside it and not taken off the limit.".into(),
            coverage_factor: 2.0,
        },
        passed: points.list.iter().all(|point| point.passed),
        clauses,
        points: points.list,
        budgets: parts::budgets(),
        lot: Some(parts::lot()),
        not_covered: parts::not_covered(),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Energy {
    Active,
    Reactive,
}

impl Energy {
    fn standard(self) -> &'static str {
        match self {
            Energy::Active => "62053-21",
            Energy::Reactive => "62053-23",
        }
    }

    fn quantity(self) -> &'static str {
        match self {
            Energy::Active => "active energy",
            Energy::Reactive => "reactive energy",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Energy::Active => "Wh",
            Energy::Reactive => "varh",
        }
    }
}

/// Points in the making; a clause is known by its first point.
#[derive(Default)]
struct Points {
    list: Vec<PointResult>,
    titles: Vec<(String, Arm, String, String)>,
}

impl Points {
    fn clause(&mut self, id: &str, arm: Arm, source: &str, title: &str) {
        self.titles.push((id.to_string(), arm, source.to_string(), title.to_string()));
    }

    /// A point of the last clause; its errors follow a slow wave, so that curves look like curves.
    fn push(&mut self, mut point: PointResult, name: &str) {
        let (clause, arm, ..) = self.titles.last().expect("a clause comes first");
        point.id = format!("{clause}/{name}");
        point.clause = clause.clone();
        point.arm = *arm;
        point.used = point.error.abs() / point.limit;
        point.margin = 1.0 - point.used;
        point.passed = point.used <= 1.0;
        point.indicated = point.reference * (1.0 + point.error / 100.0);
        self.list.push(point);
    }

    fn clauses(&self) -> Vec<ClauseResult> {
        let of = |(id, arm, source, title): &(String, Arm, String, String)| {
            let its: Vec<&PointResult> = self.list.iter().filter(|p| p.clause == *id).collect();
            let worst = its.iter().max_by(|a, b| a.used.total_cmp(&b.used)).expect("has points");
            let failed = its.iter().filter(|point| !point.passed).count();
            ClauseResult {
                id: id.clone(),
                arm: *arm,
                source: source.clone(),
                title: title.clone(),
                requirements: if id.starts_with('6') {
                    vec!["A4".into()]
                } else {
                    vec![id.clone()]
                },
                points: its.len(),
                failed,
                worst: worst.id.clone(),
                used: worst.used,
                margin: worst.margin,
                passed: failed == 0,
            }
        };
        self.titles.iter().map(of).collect()
    }
}

fn point(quantity: &str, unit: &str, applied: Applied, error: f64, limit: f64) -> PointResult {
    let seconds = 60.0;
    PointResult {
        id: String::new(),
        clause: String::new(),
        arm: Arm::Class,
        quantity: quantity.to_string(),
        method: "pulses".to_string(),
        fidelity: "waveform".to_string(),
        simulated_s: seconds,
        indicated: 0.0,
        reference: 3.0 * applied.voltage_v * applied.current_a.max(0.01) * seconds / 3600.0,
        unit: unit.to_string(),
        error,
        limit,
        error_unit: "%".to_string(),
        uncertainty: 0.08,
        used: 0.0,
        margin: 0.0,
        passed: true,
        note: String::new(),
        applied,
    }
}

fn applied(wiring: &str, nominal_v: f64, current_a: f64, factor: &str) -> Applied {
    Applied {
        wiring: wiring.to_string(),
        meter: "main".to_string(),
        nominal_v,
        voltage_v: nominal_v,
        current_a,
        factor: factor.to_string(),
        frequency_hz: 50.0,
        temperature_degc: 23.0,
        waveform: "sinusoidal".to_string(),
        phases: "L1 L2 L3".to_string(),
    }
}

/// An error that depends on what is applied as that of a calibrated meter does.
fn error_of(applied: &Applied) -> f64 {
    let lag = if applied.factor.contains('1') { 0.0 } else { 0.18 };
    let low = 0.05 / applied.current_a.max(0.05);
    let wave = (applied.current_a.ln() * 1.7 + applied.nominal_v / 60.0).sin();
    0.12 * wave + lag - low + 0.02 * (applied.wiring.len() as f64 - 4.0)
}

fn balanced(points: &mut Points, size: &Size, energy: Energy) {
    let id = format!("{}/balanced", energy.standard());
    let source = format!("EN IEC {}:2021, 7.4, table 3", energy.standard());
    points.clause(&id, Arm::Class, &source, "Error at balanced load");
    let factors: [&str; 3] = match energy {
        Energy::Active => ["1", "0.5L", "0.8C"],
        Energy::Reactive => ["sin 1", "sin 0.5L", "sin 0.5C"],
    };
    for wiring in size.wirings {
        for &nominal_v in size.nominal_v {
            for &frequency_hz in size.frequency_hz {
                for factor in factors {
                    for current_a in [0.25, 0.5, 1.0, 5.0, 10.0, 32.5, 65.0] {
                        let start = if factor.ends_with('1') { 0.5 } else { 1.0 };
                        if current_a < start / 2.0 {
                            continue;
                        }
                        let mut applied = applied(wiring, nominal_v, current_a, factor);
                        applied.frequency_hz = frequency_hz;
                        let limit = if current_a < start { 1.5 } else { 1.0 };
                        let limit = if energy == Energy::Reactive { limit + 1.0 } else { limit };
                        let error = error_of(&applied);
                        let name =
                            format!("{wiring}/{nominal_v}V/{frequency_hz}Hz/{current_a}A/{factor}");
                        let point = point(energy.quantity(), energy.unit(), applied, error, limit);
                        points.push(point, &name);
                    }
                }
            }
        }
    }
}

fn single_phase(points: &mut Points, size: &Size, energy: Energy) {
    let standard = energy.standard();
    let source = format!("EN IEC {standard}:2021, 7.4, table 3");
    let title = "Error with load on one phase, voltages balanced";
    points.clause(&format!("{standard}/single-phase"), Arm::Class, &source, title);
    for wiring in size.wirings.iter().filter(|wiring| wiring.starts_with('3')) {
        for phase in ["L1", "L2", "L3"] {
            for current_a in [0.5, 1.0, 5.0, 65.0] {
                let mut applied = applied(wiring, 230.0, current_a, "1");
                applied.phases = phase.to_string();
                let error = error_of(&applied) + 0.05;
                let name = format!("{wiring}/230V/50Hz/{current_a}A/1/{phase}");
                let mut point = point(energy.quantity(), energy.unit(), applied, error, 2.0);
                if phase == "L2" && current_a == 65.0 {
                    point.error = 2.31;
                    point.note = "the current is clipped in 3 of 2990 windows".to_string();
                }
                points.push(point, &name);
            }
        }
    }
    let title = "Difference between single-phase and balanced load, at Ib";
    points.clause(&format!("{standard}/difference"), Arm::Class, &source, title);
    for phase in ["L1", "L2", "L3"] {
        let mut applied = applied("3p4w", 230.0, 5.0, "1");
        applied.phases = phase.to_string();
        let point = point(energy.quantity(), energy.unit(), applied, 0.071, 1.5);
        points.push(point, &format!("3p4w/230V/50Hz/5A/1/{phase}"));
    }
}

fn influences(points: &mut Points, size: &Size, energy: Energy) {
    let standard = energy.standard();
    let source = format!("EN IEC {standard}:2021, 7.5, table 4");
    let mut clause = |name: &str, title: &str, limit: f64, steps: &[(&str, f64)]| {
        points.clause(&format!("{standard}/{name}"), Arm::Class, &source, title);
        for wiring in size.wirings {
            for (n, &(what, value)) in steps.iter().enumerate() {
                let mut applied = applied(wiring, 230.0, if n % 2 == 0 { 5.0 } else { 32.5 }, "1");
                match name {
                    "voltage" => applied.voltage_v = value,
                    "frequency" => applied.frequency_hz = value,
                    "temperature" => applied.temperature_degc = value,
                    _ => applied.waveform = what.to_string(),
                }
                let error = limit * 0.31 * (value + wiring.len() as f64).sin();
                let mut point = point(energy.quantity(), energy.unit(), applied, error, limit);
                if name == "temperature" {
                    point.error_unit = "%/K".to_string();
                    point.uncertainty = 0.002;
                    point.fidelity = "sampled".to_string();
                }
                points.push(point, &format!("{wiring}/230V/{what}/{n}"));
            }
        }
    };
    clause("voltage", "Change of voltage by 10 %", 0.7, &[("low", 207.0), ("high", 253.0)]);
    clause("frequency", "Change of frequency by 2 %", 0.5, &[("low", 49.0), ("high", 51.0)]);
    clause("sequence", "Reversed phase sequence", 1.5, &[("reversed", 1.0)]);
    if energy == Energy::Active {
        clause("harmonics", "5th harmonic in voltage and current", 0.8, &[("5th harmonic", 5.0)]);
        clause("dc", "DC and even harmonics in the current", 3.0, &[("half-wave", 2.0)]);
        clause("odd", "Odd harmonics, phase-fired waveform", 3.0, &[("phase-fired", 3.0)]);
    }
    let temperatures = [("cold", -25.0), ("cool", 10.0), ("warm", 40.0), ("hot", 55.0)];
    clause("temperature", "Mean temperature coefficient", 0.05, &temperatures);
}

fn others(points: &mut Points, size: &Size, energy: Energy) {
    let standard = energy.standard();
    let mut clause = |name: &str, title: &str, error: f64, limit: f64, unit: &str, method: &str| {
        let source = format!("EN IEC {standard}:2021, 7.6 to 7.8");
        points.clause(&format!("{standard}/{name}"), Arm::Class, &source, title);
        for wiring in size.wirings {
            let current_a = if name == "no-load" { 0.0 } else { 5.0 };
            let factor = if name == "no-load" { "" } else { "1" };
            let applied = applied(wiring, 230.0, current_a, factor);
            let mut point = point(energy.quantity(), energy.unit(), applied, error, limit);
            point.error_unit = unit.to_string();
            point.method = method.to_string();
            point.uncertainty = if unit == "%" { 0.04 } else { 0.0 };
            points.push(point, &format!("{wiring}/230V"));
        }
    };
    clause("starting", "Starts and keeps registering at 20 mA", 12.0, 50.0, "%", "register");
    clause("no-load", "At most one pulse without load, at 115 % Un", 0.0, 1.0, "pulses", "count");
    clause("constant", "Pulses against the register over 10 kWh", 0.004, 0.1, "%", "register");
    clause("repeatability", "Spread of repeated measurements", 0.011, 0.1, "%", "pulses");
}

fn readings(points: &mut Points, size: &Size) {
    let rows = [
        ("A1", "Voltage L-N", "voltage", "V", 0.5),
        ("A2", "Current", "current", "A", 1.0),
        ("A3", "Active power", "active power", "W", 1.0),
        ("A5", "Reactive power", "reactive power", "var", 2.0),
        ("A7", "Frequency", "frequency", "Hz", 0.1),
        ("R1", "Range of voltage", "voltage", "V", 0.5),
        ("L1", "Pulses of the light", "active energy", "Wh", 1.0),
        ("esy/333mv", "ESY module with 333 mV transformers", "active energy", "Wh", 1.0),
    ];
    for (id, title, quantity, unit, limit) in rows {
        let source = format!("datasheet, {id}");
        points.clause(id, Arm::Class, &source, title);
        for wiring in size.wirings {
            for (n, current_a) in [0.5, 2.0, 65.0].into_iter().enumerate() {
                let mut applied = applied(wiring, 230.0, current_a, "1");
                if id.starts_with("esy") {
                    applied.meter = format!("esy{}", n + 1);
                }
                let error = error_of(&applied) * limit / 1.2;
                let mut point = point(quantity, unit, applied, error, limit);
                point.method = if n == 0 { "modbus" } else { "reading" }.to_string();
                point.uncertainty = 0.03;
                points.push(point, &format!("{wiring}/230V/50Hz/{current_a}A"));
            }
        }
    }
}

fn exactness(points: &mut Points) {
    let source = "exact: ideal front end against closed form";
    points.clause("exact/energy", Arm::Exactness, source, "Energy of sinusoids in closed form");
    for (n, current_a) in [0.02, 5.0, 65.0].into_iter().enumerate() {
        let applied = applied("3p4w", 230.0, current_a, "1");
        let mut point = point("active energy", "Wh", applied, 3.1e-8 * n as f64, 1e-6);
        point.uncertainty = 1e-9;
        points.push(point, &format!("3p4w/{current_a}A"));
    }
    let title = "Every sample is counted once";
    points.clause("exact/samples", Arm::Exactness, "counted", title);
    let mut point = point("samples", "samples", applied("3p4w", 230.0, 5.0, "1"), 0.0, 1.0);
    point.error_unit = "samples".to_string();
    point.uncertainty = 0.0;
    point.reference = 1_200_000.0;
    point.method = "count".to_string();
    points.push(point, "3p4w");
}
