//! What each load takes, from the readings of its meter.

use crate::components::{Load, LoadReading, MeasuredBy, OnPhases, Shown};
use bevy_ecs::prelude::*;
use catalog::{QuantityId, Register, Scope, point};
use port::{Reading, Readings, Reason};

/// A load on all phases shows its meter's system; one on single phases the sum of those.
pub fn read_loads(
    meters: Query<&Shown>,
    mut loads: Query<(&MeasuredBy, &OnPhases, &mut LoadReading), With<Load>>,
) {
    for (meter, phases, mut reading) in &mut loads {
        let Ok(shown) = meters.get(meter.0) else { continue };
        let total = Some(Register::Total);
        reading.set_if_neq(LoadReading {
            active_power: over(&shown.readings, QuantityId::ActivePower, None, phases),
            active_energy_import: over(
                &shown.readings,
                QuantityId::ActiveEnergyImport,
                total,
                phases,
            ),
        });
    }
}

fn over(
    readings: &Readings,
    quantity: QuantityId,
    register: Option<Register>,
    phases: &OnPhases,
) -> Reading {
    let get = |scope| {
        point(quantity, register, scope)
            .map_or(Reading::Absent(Reason::NotWired), |id| readings.get(id))
    };
    if phases.0.0 == [true; 3] {
        return get(Scope::System);
    }
    let taken = Scope::PHASES.into_iter().zip(phases.0.0).filter(|(_, on)| *on);
    let sum = taken.map(|(scope, _)| get(scope)).reduce(plus);
    sum.unwrap_or(Reading::Absent(Reason::NotWired))
}

/// A sum has the remarks of both parts, and no value if one part has none.
fn plus(a: Reading, b: Reading) -> Reading {
    match (a, b) {
        (Reading::Value { value: a, flags: x }, Reading::Value { value: b, flags: y }) => {
            Reading::Value { value: a + b, flags: x.union(y) }
        }
        (absent @ Reading::Absent(_), _) | (_, absent @ Reading::Absent(_)) => absent,
    }
}
