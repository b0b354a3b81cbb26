//! A typical, calibrated unit holds the accuracy lines of the datasheet, read from `device.toml`.
//!
//! Each point is a second of a steady sine through the front end into the meter; the reference is the
//! closed form.

use catalog::{QuantityId, Scope, point};
use metering::{Bank, Limits, Means, Tail, Wiring};
use port::{Channel, Readings, Reason, Role, SampleBlock, SampleSource, SourceState};
use serde::Deserialize;
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::Signal;

const RATE_HZ: f64 = 8000.0;

#[derive(Deserialize)]
struct Row {
    id: String,
    quantity: String,
    over: String,
    from: f64,
    to: f64,
    factor: String,
    points: Vec<String>,
    limit_percent: f64,
}

fn rows(section: &str) -> Vec<Row> {
    let device: toml::Table = include_str!("../../../device.toml").parse().expect("TOML");
    let rows = device[section]["rows"].as_array().expect("rows");
    rows.iter().map(|row| row.clone().try_into().expect("an accuracy row")).collect()
}

/// Lag of the current in degrees for a point such as `0.5L` of cos phi or sin phi.
fn lag_deg(factor: &str, point: &str) -> f64 {
    let value: f64 = point.trim_end_matches(['L', 'C']).parse().expect("a factor");
    let side = if point.ends_with('C') { -1.0 } else { 1.0 };
    let angle = if factor == "sin_phi" { value.asin() } else { value.acos() };
    side * angle.to_degrees()
}

/// What a unit reads on a symmetric load; the first second lets the sensor settle.
fn read(front_end: &FrontEnd, hz: f64, volts: f64, amps: f64, lag_deg: f64) -> Readings {
    let waveform = Signal::three_phase(hz, volts, amps, lag_deg).play(1, None);
    let mut source = Afe::new(front_end, waveform, RATE_HZ).expect("a sound front end");
    let format = source.format().clone();
    let channel =
        |role: Role| -> Option<Channel> { format.row(role).map(|row| format.channels[row]) };
    let voltages = [Role::Va, Role::Vb, Role::Vc].map(channel);
    let currents = [Role::Ia, Role::Ib, Role::Ic].map(channel);
    let wiring = Wiring::ThreePhaseFourWire;
    let mut bank = Bank::new(RATE_HZ, wiring, voltages, vec![currents], true);
    let meter = metering::Meter::new(&metering::MeterSettings {
        wiring,
        sample_rate_hz: RATE_HZ,
        voltages,
        currents,
        limits: Limits::EMS_AV2,
    });
    let mut means = Means::default();
    let mut block = SampleBlock::new(format.channels.len(), 1600);
    for _ in 0..20 {
        assert_eq!(source.read(&mut block, 1600), Ok(SourceState::Samples));
        let rows: Vec<&[i32]> = (0..6).map(|row| block.row(row)).collect();
        bank.push(block.first, &rows, &mut |window| {
            if window.start > 3.0 * RATE_HZ {
                means.add(&window.means[0]);
            }
        });
    }
    bank.finish(Tail::Drop, &mut |_| {});
    meter.readings_of(&means)
}

fn get(readings: &Readings, quantity: QuantityId, scope: Scope) -> f64 {
    let id = point(quantity, None, scope).expect("in the catalogue");
    let reading = readings.get(id);
    assert_ne!(reading, port::Reading::Absent(Reason::Settling));
    reading.value().unwrap_or_else(|| panic!("{quantity:?}: {}", reading.quality()))
}

fn error_percent(value: f64, expected: f64) -> f64 {
    100.0 * (value - expected) / expected
}

/// [A1, A2, A3, A4, A5, A6, A7] Every accuracy row, at its ends and its factors, for three units.
#[test]
fn typical_units_hold_every_accuracy_row() {
    for seed in 1..=3 {
        let unit = FrontEnd::typical(seed);
        for row in rows("accuracy") {
            // The ranges are half open; just inside is a point of the row.
            for at in [row.from, row.to * 0.999] {
                let factors =
                    if row.points.is_empty() { vec!["1".into()] } else { row.points.clone() };
                for factor in factors {
                    let lag =
                        if row.factor.is_empty() { 0.0 } else { lag_deg(&row.factor, &factor) };
                    check(&unit, seed, &row, at, lag);
                }
            }
        }
    }
}

fn check(unit: &FrontEnd, seed: u64, row: &Row, at: f64, lag: f64) {
    let (mut hz, mut volts, mut amps) = (50.0, 230.0, 5.0);
    match row.over.as_str() {
        "current" => amps = at,
        "voltage L-N" => volts = at,
        "voltage L-L" => volts = at / 3f64.sqrt(),
        "frequency" => hz = at.clamp(45.0, 64.99),
        other => panic!("{}: {other}", row.id),
    }
    let readings = read(unit, hz, volts, amps, lag);
    let (sin, cos) = lag.to_radians().sin_cos();
    let (quantity, scope, expected) = match row.quantity.as_str() {
        "current" => (QuantityId::Current, Scope::L1, amps),
        "voltage L-N" => (QuantityId::VoltageLn, Scope::L2, volts),
        "voltage L-L" => (QuantityId::VoltageLl, Scope::L23, volts * 3f64.sqrt()),
        "active power" => (QuantityId::ActivePower, Scope::System, 3.0 * volts * amps * cos),
        "apparent power" => (QuantityId::ApparentPower, Scope::System, 3.0 * volts * amps),
        "reactive power" => (QuantityId::ReactivePower, Scope::System, 3.0 * volts * amps * sin),
        "frequency" => (QuantityId::Frequency, Scope::System, hz),
        other => panic!("{}: {other}", row.id),
    };
    let error = error_percent(get(&readings, quantity, scope), expected);
    assert!(
        error.abs() <= row.limit_percent,
        "{} {} at {at}, lag {lag}: {error:.3} %, limit {} %, unit {seed}",
        row.id,
        row.quantity,
        row.limit_percent
    );
}

/// [B8] Between -25 and +55 degrees the error of active power drifts within the standard's coefficient.
#[test]
fn temperature_moves_the_error_within_the_coefficient() {
    for (lag, limit_percent_per_k) in [(0.0, 0.05), (60.0, 0.07)] {
        let power = |temperature_degc: f64| {
            let unit = FrontEnd { temperature_degc, ..FrontEnd::typical(4) };
            let readings = read(&unit, 50.0, 230.0, 5.0, lag);
            get(&readings, QuantityId::ActivePower, Scope::System)
        };
        let (cold, hot) = (power(-25.0), power(55.0));
        let drift = error_percent(hot, cold) / 80.0;
        assert!(drift.abs() <= limit_percent_per_k, "lag {lag}: {drift:.4} %/K");
        assert!(drift != 0.0, "temperature must act");
    }
}

/// [A8] THD of a typical unit lies within 0.1 percentage point: our own limit, the sheet states none.
#[test]
fn thd_of_a_typical_unit() {
    let readings = read(&FrontEnd::typical(5), 50.0, 230.0, 10.0, 30.0);
    for scope in Scope::PHASES {
        assert!(get(&readings, QuantityId::ThdVoltageLn, scope) < 0.1);
        assert!(get(&readings, QuantityId::ThdCurrent, scope) < 0.1);
    }
}
