//! The modules on the ESY bus: what they answered, and what their silence means.

use crate::components::{EsyModule, Inbox, MeterOf, Outbox, Shown};
use bevy_ecs::prelude::*;
use catalog::Class;
use image::MeterId;
use port::{Reading, Readings, Reason};

use crate::components::SampleRate;

/// A module that has not answered for this long is silent: five windows, more than three polls.
const SILENT_AFTER_S: f64 = 1.0;

/// Takes over what the modules answered.
pub fn take_replies(
    mut inbox: ResMut<Inbox>,
    rate: Res<SampleRate>,
    mut out: ResMut<Outbox>,
    mut modules: Query<(&MeterOf, &mut EsyModule, &mut Shown)>,
) {
    let block_end = inbox.block.first as f64 + inbox.block.samples as f64 - 0.5;
    let time = inbox.time;
    for reply in inbox.replies.drain(..) {
        let found = modules.iter_mut().find(|(meter, ..)| meter.0 == MeterId::Esy(reply.slot));
        let Some((_, mut module, mut shown)) = found else { continue };
        match reply.result {
            Ok(readings) => {
                digest(&mut module, reply.window_end, &readings);
                shown.readings = *readings;
                shown.windows += 1;
                shown.window_end = time - (block_end - reply.window_end) / rate.0;
                out.0.module_windows.push((reply.slot, shown.window_end));
            }
            Err(reason) => lose(&mut shown.readings, reason),
        }
    }
}

fn digest(module: &mut EsyModule, window_end: f64, readings: &Readings) {
    module.digest.add(window_end.to_bits());
    for (_, reading) in readings.iter() {
        module.digest.add(reading.value().map_or(0, f64::to_bits));
    }
}

/// Marks the live readings of modules that no longer answer.
pub fn judge_silence(inbox: Res<Inbox>, mut modules: Query<&mut Shown, With<EsyModule>>) {
    for mut shown in &mut modules {
        let silent = inbox.time.seconds_since(shown.window_end) > SILENT_AFTER_S;
        if silent && shown.windows > 0 {
            lose(&mut shown.readings, Reason::BusTimeout);
        }
    }
}

/// Live values go; counters hold what they had. An absent module has nothing at all.
fn lose(readings: &mut Readings, reason: Reason) {
    for point in catalog::points() {
        let counter = matches!(point.quantity.class, Class::Energy | Class::Hours);
        let held = counter && reason != Reason::NotInstalled;
        let wired = readings.get(point.id) != Reading::Absent(Reason::NotWired);
        if !held && wired {
            readings.set(point.id, Reading::Absent(reason));
        }
    }
}
