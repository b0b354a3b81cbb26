//! The modules on the ESY bus: what they answered, and what silence means, theirs or the meter's own.

use crate::commands::concerns_metering;
use crate::components::{
    Converter, Correction, DeviceSettings, EsyModule, Inbox, Link, MeterCommands, MeterOf, Noted,
    Outbox, Shown, Tariff,
};
use crate::time::TimeLine;
use crate::twin::NoteKind;
use bevy_ecs::prelude::*;
use catalog::{Class, SETTINGS};
use image::{MeterId, Settings};
use port::{
    Flag, MeterCommand, Reading, Readings, Reason, SlotId, WiringCorrection, WiringFinding,
};

/// A meter without a new window for this long has no live readings any more: five windows.
const SILENT_AFTER_S: f64 = 1.0;

/// Cycles of the bus that a module has besides: the polls that its master forgives.
const CYCLES_FORGIVEN: f64 = 3.0;

/// The bus has told something worth noting.
pub fn note_the_bus(mut inbox: ResMut<Inbox>, mut notes: MessageWriter<Noted>) {
    for text in inbox.bus_notes.drain(..) {
        notes.write(Noted::new(NoteKind::Module, text));
    }
}

/// Takes over what the modules answered, oldest first: each window enters the digest, the last is shown.
/// Replies of modules that are not configured are passed over.
pub fn take_replies(
    mut inbox: ResMut<Inbox>,
    line: Res<TimeLine>,
    mut out: ResMut<Outbox>,
    mut modules: Query<(&MeterOf, &mut EsyModule, &mut Shown)>,
    mut notes: MessageWriter<Noted>,
) {
    for reply in inbox.replies.drain(..) {
        let found = modules.iter_mut().find(|(meter, ..)| meter.0 == MeterId::Esy(reply.slot));
        let Some((_, mut module, mut shown)) = found else { continue };
        match reply.result {
            Ok(readings) => {
                digest(&mut module, reply.window_end, &readings);
                shown.readings = *readings;
                shown.wiring = reply.wiring;
                shown.windows += 1;
                shown.position = reply.window_end;
                shown.window_end = line.at(reply.window_end);
                out.0.module_windows.push((reply.slot, shown.window_end));
                if module.link == Link::Silent {
                    module.link = Link::Found;
                }
            }
            Err(reason) => {
                if reason == Reason::BusTimeout {
                    fall_silent(&mut module, reply.slot, &mut notes);
                }
                lose(&mut shown, reason);
            }
        }
    }
}

/// Tells once that a module does not answer.
fn fall_silent(module: &mut EsyModule, slot: SlotId, notes: &mut MessageWriter<Noted>) {
    if module.link != Link::Silent {
        module.link = Link::Silent;
        let text = format!("{} does not answer", MeterId::Esy(slot).slug());
        notes.write(Noted::new(NoteKind::Module, text));
    }
}

/// Counters are left out: what a module had counted before is no part of a run.
fn digest(module: &mut EsyModule, window_end: f64, readings: &Readings) {
    module.digest.add(window_end.to_bits());
    for (id, reading) in readings.iter() {
        if matches!(id.point().quantity.class, Class::Energy | Class::Hours) {
            continue;
        }
        match reading {
            Reading::Value { value, flags } => {
                module.digest.add(value.to_bits());
                module.digest.add(u64::from(flags.bits()));
            }
            Reading::Absent(reason) => module.digest.add(reason as u64),
        }
    }
}

/// Takes live readings away that are too old: a module's have timed out, the built-in meter's are stale.
pub fn judge_silence(
    line: Res<TimeLine>,
    inbox: Res<Inbox>,
    mut meters: Query<(&MeterOf, &mut Shown, Option<&mut EsyModule>, Option<&mut Converter>)>,
    mut notes: MessageWriter<Noted>,
) {
    for (meter, mut shown, module, converter) in &mut meters {
        let on_the_way_s = module.as_ref().map_or(0.0, |_| CYCLES_FORGIVEN * inbox.bus_cycle_s);
        let silent = line.seconds_since(shown.position) > SILENT_AFTER_S + on_the_way_s;
        if let Some(mut converter) = converter
            && converter.set_if_neq(Converter { silent })
        {
            let text = match silent {
                true => format!("no samples of {} for {SILENT_AFTER_S} s", meter.0.slug()),
                false => format!("samples of {} come again", meter.0.slug()),
            };
            notes.write(Noted::new(NoteKind::Converter, text));
        }
        if !silent {
            continue;
        }
        match module {
            Some(mut module) => {
                if let MeterId::Esy(slot) = meter.0 {
                    fall_silent(&mut module, slot, &mut notes);
                }
                if shown.readings.iter().any(|(_, reading)| is_unexplained(reading)) {
                    lose(&mut shown, Reason::BusTimeout);
                }
            }
            None => lose(&mut shown, Reason::Stale),
        }
    }
}

/// What a module without an answer must not show: a value, or that the first is about to come.
fn is_unexplained(reading: Reading) -> bool {
    matches!(reading, Reading::Value { .. } | Reading::Absent(Reason::Settling))
}

/// Live readings go, and what was found of the wiring; counters of a module hold what they had, marked. The built-in
/// meter's are its own and as true as before. A module that does not exist has nothing at all.
fn lose(shown: &mut Shown, reason: Reason) {
    shown.wiring = WiringFinding::NoSignal;
    let readings = &mut shown.readings;
    for point in catalog::points() {
        let reading = readings.get(point.id);
        let counter = matches!(point.quantity.class, Class::Energy | Class::Hours);
        match reading {
            Reading::Value { value, flags } if counter && reason != Reason::NotInstalled => {
                let flags = flags.with(Flag::Stale, reason == Reason::BusTimeout);
                readings.set(point.id, Reading::Value { value, flags });
            }
            Reading::Absent(Reason::NotWired) => {}
            Reading::Value { .. } | Reading::Absent(_) => {
                readings.set(point.id, Reading::Absent(reason));
            }
        }
    }
}

/// All that a meter has to know of the device.
pub fn briefing(
    meter: MeterId,
    settings: &Settings,
    tariff: Option<u8>,
    correction: WiringCorrection,
) -> Vec<(Option<MeterId>, MeterCommand)> {
    let metering = SETTINGS.iter().map(|setting| setting.id).filter(|id| concerns_metering(*id));
    let settings = metering.map(|id| MeterCommand::Set(id, settings.get(id)));
    let rest = [MeterCommand::Correct(correction), MeterCommand::Tariff(tariff.unwrap_or(1))];
    settings.chain(rest).map(|command| (Some(meter), command)).collect()
}

/// Tells a module that answers again, or for the first time, all it may have missed.
pub fn brief_modules(
    settings: Res<DeviceSettings>,
    tariffs: Query<&Tariff>,
    mut orders: ResMut<MeterCommands>,
    mut notes: MessageWriter<Noted>,
    mut modules: Query<(&MeterOf, &Correction, &mut EsyModule)>,
) {
    for (meter, correction, mut module) in &mut modules {
        if module.link != Link::Found {
            continue;
        }
        module.link = Link::Briefed;
        notes.write(Noted::new(NoteKind::Module, format!("{} answers", meter.0.slug())));
        let tariff = tariffs.iter().next().and_then(|tariff| tariff.active);
        orders.0.extend(briefing(meter.0, &settings.0, tariff, correction.0));
    }
}
