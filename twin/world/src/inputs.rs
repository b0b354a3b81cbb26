//! The digital input and what it controls: tariff, start and pause, reset (datasheet L536 to L540).

use crate::components::{DeviceSettings, DigitalInput, Inbox, MeterCommands, Tariff};
use bevy_ecs::prelude::*;
use catalog::SettingId;
use port::MeterCommand;

/// A contact must stay closed this long to reset the partial counters (row I1).
const RESET_AFTER_S: f64 = 3.0;

/// Values of the setting of the input's function.
const TARIFF: i64 = 0;
const PARTIAL_START_STOP: i64 = 2;
const PARTIAL_RESET: i64 = 3;

/// Takes over the state of the contact.
pub fn read_contact(inbox: Res<Inbox>, mut inputs: Query<&mut DigitalInput>) {
    for mut input in &mut inputs {
        if input.closed != inbox.input_closed {
            *input = DigitalInput { closed: inbox.input_closed, since: inbox.time, acted: false };
        }
    }
}

/// The tariff by command or by input; off, energy counts in tariff 1.
pub fn choose_tariff(
    settings: Res<DeviceSettings>,
    inputs: Query<&DigitalInput>,
    mut tariffs: Query<&mut Tariff>,
    mut orders: ResMut<MeterCommands>,
) {
    let by_contact = || inputs.iter().next().map(|input| if input.closed { 2 } else { 1 });
    let input_chooses = settings.0.get(SettingId::DigitalInputFunction) == TARIFF;
    let active = match settings.0.get(SettingId::TariffMode) {
        1 => u8::try_from(settings.0.get(SettingId::TariffSelected)).ok(),
        2 => by_contact(),
        _ if input_chooses => by_contact(),
        _ => None,
    };
    for mut tariff in &mut tariffs {
        if tariff.active != active {
            tariff.active = active;
            orders.0.push((None, MeterCommand::Tariff(active.unwrap_or(1))));
        }
    }
}

/// Partial counters by contact: closed counts and open pauses; or closed for 3 s resets.
pub fn control_partial_counters(
    mut settings: ResMut<DeviceSettings>,
    inbox: Res<Inbox>,
    mut inputs: Query<&mut DigitalInput>,
    mut orders: ResMut<MeterCommands>,
) {
    for mut input in &mut inputs {
        match settings.0.get(SettingId::DigitalInputFunction) {
            PARTIAL_START_STOP => {
                let running = i64::from(input.closed);
                if settings.0.get(SettingId::PartialRunning) != running
                    && settings.0.set(SettingId::PartialRunning, running)
                {
                    orders.0.push((None, MeterCommand::Set(SettingId::PartialRunning, running)));
                }
            }
            PARTIAL_RESET
                if input.closed
                    && !input.acted
                    && inbox.time.seconds_since(input.since) >= RESET_AFTER_S =>
            {
                input.acted = true;
                orders.0.push((None, MeterCommand::ResetPartial));
            }
            _ => {}
        }
    }
}
