//! The parts of a certificate that are not points.

use verify::document::{
    Budget, CalibrationSheet, CalibrationStep, ChannelSheet, Contribution, Entry, LotPoint,
    LotResidual, LotResult, LotWorst, Residual, UnitSheet,
};

pub fn unit() -> UnitSheet {
    UnitSheet {
        name: "Virtual unit of the three-phase meter, typical front end".to_string(),
        serial: "SIM0000000007".to_string(),
        ratings: vec![
            Entry {
                name: "voltage".to_string(),
                value: "3 x 120 ... 277 / 208 ... 480 V".to_string(),
            },
            Entry { name: "current, direct".to_string(), value: "0.25-5(65) A".to_string() },
        ],
        errors: entries(&[
            ("gain of voltage channels", "L1 +0.412 %, L2 -0.230 %, L3 +0.087 %"),
            ("gain of current channels", "L1 -0.811 %, L2 +0.402 %, L3 +0.119 %, N +0.2 %"),
            ("lead of current sensors", "L1 0.081°, L2 0.097°, L3 0.092°"),
            ("noise", "42 nV/√Hz, 1/f corner 3 Hz"),
            ("temperature", "reference 9 ppm/K, current transformers -31 ppm/K"),
            ("clock", "+11.2 ppm"),
        ]),
        spoiled: entries(&[("fault", "two channels swapped after the calibration of the gains")]),
        calibration: calibration(),
    }
}

fn calibration() -> CalibrationSheet {
    let mut steps = Vec::new();
    for (name, unit, applied) in
        [("voltage gain", "V", 230.0), ("current gain", "A", 5.0), ("phase", "W", 1725.0)]
    {
        for (n, phase) in ["L1", "L2", "L3"].into_iter().enumerate() {
            steps.push(CalibrationStep {
                name: name.to_string(),
                of: phase.to_string(),
                applied,
                found: applied * (1.0 + 0.003 * (n as f64 - 0.8)),
                unit: unit.to_string(),
                correction: format!("-{:.4} %", 0.3 * (n as f64 + 0.2)),
            });
        }
    }
    let channels = ["v1", "v2", "v3", "i1", "i2", "i3", "in"];
    let channel = |(n, name): (usize, &&str)| ChannelSheet {
        channel: name.to_string(),
        gain_percent: 0.31 * (n as f64 - 2.7),
        offset_counts: 11.5 * (n as f64 - 3.0),
        lead_deg: if n > 2 { 0.09 } else { 0.0 },
    };
    CalibrationSheet {
        version: 3,
        crc: "9c1f07ab".to_string(),
        steps,
        channels: channels.iter().enumerate().map(channel).collect(),
        residuals: ["power L1 at Ib, PF 1", "power L2 at Ib, PF 1", "power L1 at Ib, PF 0.5L"]
            .iter()
            .enumerate()
            .map(|(n, name)| Residual {
                name: name.to_string(),
                value: 0.0041 * (n as f64 - 0.7),
                unit: "%".to_string(),
            })
            .collect(),
    }
}

pub fn conditions() -> Vec<Entry> {
    entries(&[
        ("temperature", "23 °C, unless a point says otherwise"),
        ("voltage", "at nominal, ±0 %, distortion 0"),
        ("frequency", "50 Hz and 60 Hz, exact"),
        ("reference", "energy in closed form, f64, relative error below 1e-12"),
        (
            "method",
            "time between N pulses of the light, with stamps between samples, against the energy \
             of that time; registers are read over Modbus where a point says so",
        ),
        ("warm-up", "2 s before each point"),
    ])
}

pub fn budgets() -> Vec<Budget> {
    ["active energy, Ib, PF 1", "active energy, Ib, PF 0.5L", "voltage L-N"].map(budget).to_vec()
}

fn budget(name: &str) -> Budget {
    let rows = [
        (
            "noise of the front end",
            "spread of ten runs at the same point",
            "normal",
            0.021,
            1.0,
            1.0,
            "%",
        ),
        (
            "reference in closed form",
            "bound of rounding in f64",
            "rectangular",
            1e-9,
            3f64.sqrt(),
            1.0,
            "%",
        ),
        (
            "stamps of pulses",
            "half a sample of 4 kS/s at each end",
            "rectangular",
            0.125,
            3f64.sqrt(),
            0.0033,
            "ms",
        ),
        (
            "temperature",
            "oven of the simulation, ±0.5 K",
            "rectangular",
            0.5,
            3f64.sqrt(),
            0.05,
            "K",
        ),
    ];
    let contributions: Vec<Contribution> = rows
        .into_iter()
        .map(|(source, basis, distribution, half_width, divisor, sensitivity, unit)| Contribution {
            source: source.to_string(),
            basis: basis.to_string(),
            distribution: distribution.to_string(),
            half_width,
            unit: unit.to_string(),
            divisor,
            sensitivity,
            standard_uncertainty: half_width / divisor * sensitivity,
        })
        .collect();
    let squares = contributions.iter().map(|c| c.standard_uncertainty.powi(2));
    let combined = squares.sum::<f64>().sqrt();
    Budget {
        name: name.to_string(),
        unit: "%".to_string(),
        contributions,
        combined,
        expanded: 2.0 * combined,
    }
}

pub fn lot() -> LotResult {
    let places = ["5A/1", "5A/0.5L", "0.5A/1", "65A/1", "65A/0.5L", "1A/0.8C"];
    let points: Vec<LotPoint> = places.iter().enumerate().map(|(n, p)| lot_point(n, p)).collect();
    LotResult {
        units: 1000,
        passed: 997,
        yield_simple: 0.997,
        yield_guarded: 0.992,
        points,
        residuals: vec![LotResidual {
            name: "power L1 at Ib, PF 1".to_string(),
            unit: "%".to_string(),
            mean: 0.0002,
            sigma: 0.0061,
            largest: 0.0213,
        }],
        worst: LotWorst {
            seed: 8_812_990_137,
            point: "62053-21/balanced/3p4w/230V/50Hz/65A/0.5L".to_string(),
            error: -1.083,
            limit: 1.0,
            error_unit: "%".to_string(),
            used: 1.083,
        },
    }
}

fn lot_point(n: usize, place: &str) -> LotPoint {
    let (mean, sigma) = (0.05 * (n as f64 - 2.0), 0.08 + 0.05 * n as f64);
    let reach = 3.2 * sigma;
    let bell = |bin: i32| {
        let z = (f64::from(bin) + 0.5) / 24.0 * 6.4 - 3.2;
        (100.0 * (-z * z / 2.0).exp()).round() as u64
    };
    LotPoint {
        id: format!("62053-21/balanced/3p4w/230V/50Hz/{place}"),
        clause: "62053-21/balanced".to_string(),
        limit: 1.0,
        error_unit: "%".to_string(),
        guard_band: 0.08,
        mean,
        sigma,
        smallest: mean - reach,
        largest: mean + reach,
        cpk: (1.0 - mean.abs()) / (3.0 * sigma),
        failed: if reach + mean.abs() > 1.0 { 3 } else { 0 },
        worst_seed: 8_812_990_137,
        histogram: (0..24).map(bell).collect(),
    }
}

pub fn not_covered() -> Vec<String> {
    [
        "electromagnetic compatibility: bursts, surges, radiated and conducted fields, magnetic fields",
        "climate, humidity, salt, dust and water; sealing of the case",
        "mechanical strength, heat and fire, insulation and safety",
        "self-heating, and voltage drops and short interruptions of the supply of a physical unit",
        "ageing, and the spread of real components beyond the tolerances stated",
    ]
    .map(str::to_string)
    .to_vec()
}

fn entries(entries: &[(&str, &str)]) -> Vec<Entry> {
    let entry =
        |(name, value): &(&str, &str)| Entry { name: name.to_string(), value: value.to_string() };
    entries.iter().map(entry).collect()
}
