//! Commands from outside: validated against the table of settings, acknowledged, carried out.

use crate::components::{
    Calculation, DeviceSettings, Inbox, MeterCommands, MeterOf, Noted, Outbox, SignalPath,
    TickCount, WiringSystem,
};
use bevy_ecs::prelude::*;
use catalog::SettingId;
use image::{Ack, Command, MeterId, Refusal, Request};
use metering::Wiring;
use port::MeterCommand;

/// Commands taken in one tick; the rest waits, so that a flood cannot delay metering.
const COMMANDS_PER_TICK: usize = 64;

/// Answers every command that is taken in and notes what it changes.
pub fn take_commands(
    mut inbox: ResMut<Inbox>,
    mut settings: ResMut<DeviceSettings>,
    mut out: ResMut<Outbox>,
    mut orders: ResMut<MeterCommands>,
    mut notes: MessageWriter<Noted>,
    ticks: Res<TickCount>,
    meters: Query<&MeterOf>,
) {
    for _ in 0..COMMANDS_PER_TICK {
        let Some(ticket) = inbox.commands.pop_front() else { break };
        let exists = |id: MeterId| meters.iter().any(|meter| meter.0 == id);
        let ack = decide(ticket.command, &mut settings, &mut orders, exists).map(|()| ticks.0);
        notes.write(Noted(describe(ticket.command, &ack)));
        out.0.acks.push((ticket.id, ack));
    }
}

fn decide(
    command: Command,
    settings: &mut DeviceSettings,
    orders: &mut MeterCommands,
    exists: impl Fn(MeterId) -> bool,
) -> Result<(), Refusal> {
    let known = |id: MeterId| if exists(id) { Ok(id) } else { Err(Refusal::NoSuchMeter(id)) };
    match command.request {
        Request::Set(id, value) => {
            if !settings.0.set(id, value) {
                return Err(Refusal::OutOfRange { setting: id.row().slug, value });
            }
            orders.0.push((None, MeterCommand::Set(id, value)));
        }
        Request::ResetPartial(id) => {
            orders.0.push((Some(known(id)?), MeterCommand::ResetPartial));
        }
        Request::ResetDemand(id) => orders.0.push((Some(known(id)?), MeterCommand::ResetDemand)),
        Request::ResetTotals(_) => return Err(Refusal::TotalsAreFinal),
    }
    Ok(())
}

fn describe(command: Command, ack: &Ack) -> String {
    match ack {
        Ok(_) => format!("{:?} from {:?}: done", command.request, command.origin),
        Err(refusal) => format!("{:?} from {:?}: {refusal}", command.request, command.origin),
    }
}

/// Passes orders on to the built-in meter and to the bus.
pub fn command_meters(
    mut orders: ResMut<MeterCommands>,
    mut out: ResMut<Outbox>,
    mut notes: MessageReader<Noted>,
    mut meters: Query<(&mut Calculation, &mut SignalPath, &mut WiringSystem)>,
) {
    for (target, order) in orders.0.drain(..) {
        if target.is_none_or(|id| id == MeterId::Main) {
            for (mut calculation, mut path, mut wiring) in &mut meters {
                calculation.0.command(order);
                command_path(order, &mut path, &mut wiring);
            }
        }
        match target {
            None => out.0.bus.push((None, order)),
            Some(MeterId::Esy(slot)) => out.0.bus.push((Some(slot), order)),
            Some(MeterId::Main) => {}
        }
    }
    out.0.notes.extend(notes.read().map(|note| note.0.clone()));
}

fn command_path(order: MeterCommand, path: &mut SignalPath, wiring: &mut WiringSystem) {
    match order {
        MeterCommand::Set(SettingId::Wiring, value) => {
            if let Some(chosen) = Wiring::from_setting(value) {
                path.0.set_wiring(chosen);
                wiring.0 = chosen;
            }
        }
        MeterCommand::Set(SettingId::DcBlocking, value) => path.0.set_dc_blocking(value == 1),
        MeterCommand::Set(..)
        | MeterCommand::Tariff(_)
        | MeterCommand::ResetPartial
        | MeterCommand::ResetDemand => {}
    }
}
