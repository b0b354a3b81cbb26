//! Commands from outside: validated against the table of settings, acknowledged, carried out.

use crate::components::{
    Calculation, CommandTicket, Correction, DeviceIdentity, DeviceSettings, Inbox, MeterCommands,
    MeterOf, Noted, Outbox, Shown, SignalPath, TickCount,
};
use crate::meters::take_counters;
use crate::outputs::sets_output;
use crate::twin::NoteKind;
use bevy_ecs::prelude::*;
use catalog::SettingId;
use image::{Ack, Command, MeterId, Refusal, Request, Settings};
use metering::Wiring;
use port::{MeterCommand, Variant, WiringCorrection};

/// Commands taken in one tick; the rest waits, so that a flood cannot delay metering.
pub const COMMANDS_PER_TICK: usize = 64;

/// Answers every command that is taken in and notes what became of it.
pub fn take_commands(
    mut inbox: ResMut<Inbox>,
    mut settings: ResMut<DeviceSettings>,
    mut out: ResMut<Outbox>,
    mut orders: ResMut<MeterCommands>,
    mut notes: MessageWriter<Noted>,
    (ticks, identity): (Res<TickCount>, Res<DeviceIdentity>),
    mut meters: Query<(&MeterOf, &mut Correction)>,
) {
    for _ in 0..COMMANDS_PER_TICK {
        let Some(CommandTicket { id, command }) = inbox.commands.pop_front() else { break };
        let done =
            decide(command.request, identity.0.variant, &mut settings.0, &mut orders, &mut meters);
        let ack = done.map(|()| ticks.0);
        notes.write(Noted::new(NoteKind::Command, describe(command, &ack)));
        out.0.acks.push((id, ack));
    }
}

fn decide(
    request: Request,
    variant: Variant,
    settings: &mut Settings,
    orders: &mut MeterCommands,
    meters: &mut Query<(&MeterOf, &mut Correction)>,
) -> Result<(), Refusal> {
    let exists = |id: MeterId| meters.iter().any(|(meter, _)| meter.0 == id);
    let known = |id: MeterId| if exists(id) { Ok(Some(id)) } else { Err(Refusal::NoSuchMeter(id)) };
    match request {
        Request::Set(id, _) if sets_output(id) && !variant.has_output() => {
            return Err(Refusal::NotOfVariant { setting: id.row().slug, variant });
        }
        Request::Set(id, value) => set(id, value, settings, orders)?,
        Request::ResetPartial(id) => orders.0.push((known(id)?, MeterCommand::ResetPartial)),
        Request::ResetDemand(id) => orders.0.push((known(id)?, MeterCommand::ResetDemand)),
        Request::Correct(id, correction) => correct(known(id)?, correction, orders, meters),
        Request::ResetTotals(_) => return Err(Refusal::TotalsAreFinal),
    }
    Ok(())
}

/// Gives a setting a value. One that it has already is accepted and changes nothing: a client that writes
/// its whole configuration again neither cuts a stretch nor loses a demand.
fn set(
    id: SettingId,
    value: i64,
    settings: &mut Settings,
    orders: &mut MeterCommands,
) -> Result<(), Refusal> {
    let before = settings.get(id);
    if !settings.set(id, value) {
        return Err(Refusal::OutOfRange { setting: id.row().slug, value });
    }
    if before != value && concerns_metering(id) {
        orders.0.push((None, MeterCommand::Set(id, value)));
        if id == SettingId::Wiring {
            // Means over two wirings are demands of neither.
            orders.0.push((None, MeterCommand::ResetDemand));
        }
    }
    Ok(())
}

/// Corrects the current inputs of a meter; as with settings, what holds already changes nothing.
fn correct(
    target: Option<MeterId>,
    correction: WiringCorrection,
    orders: &mut MeterCommands,
    meters: &mut Query<(&MeterOf, &mut Correction)>,
) {
    for (meter, mut known) in meters.iter_mut() {
        if target == Some(meter.0) && known.set_if_neq(Correction(correction)) {
            orders.0.push((target, MeterCommand::Correct(correction)));
            // As with the wiring system: a demand over two connections is that of neither.
            orders.0.push((target, MeterCommand::ResetDemand));
        }
    }
}

/// Whether meters have to know a setting; the others are the device's own.
pub fn concerns_metering(id: SettingId) -> bool {
    match id {
        SettingId::Wiring
        | SettingId::Netting
        | SettingId::ApparentMethod
        | SettingId::DcBlocking
        | SettingId::DemandIntervalMin
        | SettingId::PartialRunning
        | SettingId::Generation => true,
        SettingId::TariffMode
        | SettingId::TariffSelected
        | SettingId::DigitalInputFunction
        | SettingId::WrongConnectionDetection
        | SettingId::Password
        | SettingId::DigitalOutputFunction
        | SettingId::DigitalOutputNormalState
        | SettingId::PulseEnergy
        | SettingId::PulseWeightWh
        | SettingId::PulseDurationMs
        | SettingId::OutputRemote
        | SettingId::AlarmVariable
        | SettingId::AlarmSet1
        | SettingId::AlarmSet2
        | SettingId::AlarmDelayS
        | SettingId::DisplayLanguage
        | SettingId::DisplayHomePage
        | SettingId::DisplayBacklightMin
        | SettingId::DisplayScreensaver
        | SettingId::DisplayPageFilter => false,
    }
}

/// One line for the log. It never shows a password.
fn describe(command: Command, ack: &Ack) -> String {
    let asked = match command.request {
        Request::Set(SettingId::Password, _) => "password".to_string(),
        Request::Set(id, value) => {
            let names = id.row().names;
            let name = names.iter().find(|(named, _)| *named == value).map(|(_, name)| *name);
            format!(
                "{} = {}",
                id.row().slug,
                name.map_or_else(|| value.to_string(), str::to_string)
            )
        }
        Request::ResetPartial(id) => format!("reset of the partial counters of {}", id.slug()),
        Request::ResetDemand(id) => format!("reset of the demand of {}", id.slug()),
        Request::Correct(id, correction) => {
            format!("inputs of {} carry {correction}", id.slug())
        }
        Request::ResetTotals(id) => format!("reset of the totals of {}", id.slug()),
    };
    let origin = command.origin.slug();
    match ack {
        Ok(_) => format!("{asked}, by {origin}: done"),
        Err(Refusal::OutOfRange { .. }) => format!("{asked}, by {origin}: refused, out of range"),
        Err(refusal) => format!("{asked}, by {origin}: refused, {refusal}"),
    }
}

/// Passes orders on to the built-in meter and to the bus.
pub fn command_meters(
    mut orders: ResMut<MeterCommands>,
    settings: Res<DeviceSettings>,
    mut out: ResMut<Outbox>,
    mut notes: MessageReader<Noted>,
    mut meters: Query<(&mut Calculation, &mut SignalPath, &mut Shown)>,
) {
    for (target, order) in orders.0.drain(..) {
        if target.is_none_or(|id| id == MeterId::Main) {
            for (mut calculation, mut path, mut shown) in &mut meters {
                calculation.0.command(order);
                command_path(order, &settings.0, &mut path);
                take_counters(&mut shown, &calculation);
                out.0.registers = Some(calculation.0.registers().clone());
            }
        }
        out.0.orders.push((target, order));
    }
    out.0.notes.extend(notes.read().map(|note| note.0.clone()));
}

fn command_path(order: MeterCommand, settings: &Settings, path: &mut SignalPath) {
    match order {
        MeterCommand::Set(SettingId::Wiring, value) => {
            let chosen = Wiring::from_setting(value);
            path.bank.set_wiring(chosen.expect("the table of settings names all systems"));
            // The DC of a voltage depends on what it is measured against, so another wiring forgets it too.
            path.bank.set_dc_blocking(settings.get(SettingId::DcBlocking) == 1);
        }
        MeterCommand::Set(SettingId::DcBlocking, value) => path.bank.set_dc_blocking(value == 1),
        MeterCommand::Correct(correction) => path.bank.correct(0, correction),
        MeterCommand::Set(..)
        | MeterCommand::Tariff(_)
        | MeterCommand::ResetPartial
        | MeterCommand::ResetDemand => {}
    }
}
