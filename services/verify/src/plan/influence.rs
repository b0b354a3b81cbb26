//! Influence quantities: by how much the percentage error changes.

use super::{Depth, Item, Level, Point, Supply, Take, Work, at, point};
use crate::limits::{
    FREQUENCY_PARTS, INFLUENCE_LIMITS, InfluenceLimit, TEMPERATURE_INTERVALS_DEGC, VOLTAGE_PARTS,
};
use crate::setup::{Setup, Waveform};
use metering::Wiring;

pub(super) fn items(supply: Supply, depth: Depth, level: Level) -> Vec<Item> {
    // With a wild leg or fewer phases the influences are the same ones on the same channels.
    let wanted = match level {
        Level::Quick => depth == Depth::Whole,
        Level::Full => {
            depth == Depth::Whole
                || supply.wiring == Wiring::ThreePhaseFourWire
                || supply.wiring == Wiring::ThreePhaseThreeWire
        }
    };
    if !wanted {
        return Vec::new();
    }
    let few = depth < Depth::Whole || level == Level::Quick;
    let mut items = Vec::new();
    for row in INFLUENCE_LIMITS {
        for (place, current_a) in row.currents_a.iter().enumerate() {
            if few && place != row.currents_a.len() / 2 {
                continue;
            }
            items.extend(item(supply, row, *current_a));
        }
    }
    items
}

/// A setup under influence, what tells it from its neighbours, and its limit.
type Influenced = (Setup, String, f64);

fn item(supply: Supply, row: &InfluenceLimit, current_a: f64) -> Option<Item> {
    let base = supply.balanced(current_a, row.factor);
    if row.influence == "temperature" {
        return Some(temperature(supply, row, &base));
    }
    let others = influenced(row, &base);
    if others.is_empty() {
        return None;
    }
    let points = others.iter().map(|(setup, name, limit)| {
        let rest = format!("{}/{name}", at(&base));
        one(supply, row, setup, &rest, *limit)
    });
    Some(Item {
        points: points.collect(),
        work: Work::Change {
            base,
            others: others.iter().map(|(setup, ..)| setup.clone()).collect(),
            take: Take::of(row.energy),
        },
    })
}

fn one(supply: Supply, row: &InfluenceLimit, setup: &Setup, rest: &str, limit: f64) -> Point {
    let method = Take::of(row.energy).method();
    let clause = row.energy.clause(row.influence).id;
    Point { unit: "%", ..point(clause, row.energy.name(), supply, rest, setup, method, limit) }
}

fn influenced(row: &InfluenceLimit, base: &Setup) -> Vec<Influenced> {
    let cut = |waveform: Waveform| {
        // The row's current is the rms of the cut one.
        let current_a = Setup::before_cutting(base.current_a);
        vec![(
            Setup { waveform, current_a, ..base.clone() },
            waveform.name().replace(' ', "-"),
            row.percent,
        )]
    };
    match row.influence {
        "voltage" => {
            let with = |(voltage, times): (f64, f64)| {
                let name = format!("{:.0}%Un", 100.0 * voltage);
                (Setup { voltage, ..base.clone() }, name, times * row.percent)
            };
            VOLTAGE_PARTS.into_iter().map(with).collect()
        }
        "frequency" => {
            let with = |part: f64| {
                let frequency_hz = part * base.frequency_hz;
                let name = format!("{:.0}%fn", 100.0 * part);
                (Setup { frequency_hz, ..base.clone() }, name, row.percent)
            };
            FREQUENCY_PARTS.into_iter().map(with).collect()
        }
        "sequence" => {
            let three = base.wiring.phases() == [true; 3];
            let reversed = Setup { reversed_sequence: true, ..base.clone() };
            three.then_some((reversed, "reversed".to_string(), row.percent)).into_iter().collect()
        }
        "unbalance" => without_voltage(base, row.percent),
        "harmonics" => {
            let setup = Setup { waveform: Waveform::FifthHarmonic, ..base.clone() };
            vec![(setup, "5th".to_string(), row.percent)]
        }
        "dc" => cut(Waveform::HalfWave),
        "odd" => cut(Waveform::PhaseFired),
        "sub" => cut(Waveform::BurstFired),
        other => unreachable!("no influence is called {other}"),
    }
}

/// One or two phases of a four-wire system lose their voltage. A three-wire system is only tested so if it
/// is made to go on without a phase, which ours is not.
fn without_voltage(base: &Setup, limit: f64) -> Vec<Influenced> {
    if base.wiring == Wiring::ThreePhaseThreeWire || base.wiring.phases() != [true; 3] {
        return Vec::new();
    }
    let cases: [(&str, [bool; 3]); 6] = [
        ("without-L1", [false, true, true]),
        ("without-L2", [true, false, true]),
        ("without-L3", [true, true, false]),
        ("only-L1", [true, false, false]),
        ("only-L2", [false, true, false]),
        ("only-L3", [false, false, true]),
    ];
    let with = |(name, energised): (&str, [bool; 3])| {
        (Setup { energised, loaded: energised, ..base.clone() }, name.to_string(), limit)
    };
    cases.into_iter().map(with).collect()
}

/// A point for each interval.
fn temperature(supply: Supply, row: &InfluenceLimit, base: &Setup) -> Item {
    let at_degc = |temperature_degc: f64| Setup { temperature_degc, ..base.clone() };
    let intervals = TEMPERATURE_INTERVALS_DEGC;
    let points = intervals.map(|(cold, warm)| {
        let rest = format!("{}/{cold}..{warm}C", at(base));
        Point { error_unit: "%/K", ..one(supply, row, &at_degc(warm), &rest, row.percent) }
    });
    Item {
        points: points.into(),
        work: Work::Drift {
            intervals: intervals.map(|(cold, warm)| (at_degc(cold), at_degc(warm))).into(),
            take: Take::of(row.energy),
        },
    }
}
