//! The digital input and what it controls: tariff, start and pause, reset (datasheet L536 to L540).

use crate::components::{DeviceSettings, DigitalInput, Inbox, MeterCommands, Tariff};
use crate::time::TimeLine;
use bevy_ecs::prelude::*;
use catalog::SettingId;
use port::MeterCommand;

/// A contact must stay closed this long to reset the partial counters (row I1).
const RESET_AFTER_S: f64 = 3.0;

/// Values of the setting of the input's function. Remote status is the fourth: it is shown and does nothing.
const TARIFF: i64 = 0;
const PARTIAL_START_STOP: i64 = 2;
const PARTIAL_RESET: i64 = 3;

/// Values of the setting of who selects the tariff; the fourth is off.
const BY_COMMAND: i64 = 1;
const BY_INPUT: i64 = 2;
const BY_CALENDAR: i64 = 3;

/// Takes over the state of the contact.
pub fn read_contact(inbox: Res<Inbox>, line: Res<TimeLine>, mut inputs: Query<&mut DigitalInput>) {
    for mut input in &mut inputs {
        let closed = inbox.contact.closed;
        if input.closed != closed {
            *input = DigitalInput { closed, since: line.position, spent: false };
        }
    }
}

/// The tariff by command; by the calendar, if there is one; by the contact, open 1 and closed 2, if the tariff is set to follow the input
/// or the input to select the tariff; otherwise none, and energy counts in tariff 1.
pub fn choose_tariff(
    inbox: Res<Inbox>,
    settings: Res<DeviceSettings>,
    inputs: Query<&DigitalInput>,
    mut tariffs: Query<&mut Tariff>,
    mut orders: ResMut<MeterCommands>,
) {
    let by_contact = || inputs.iter().next().map(|input| if input.closed { 2 } else { 1 });
    let input_selects = settings.0.get(SettingId::DigitalInputFunction) == TARIFF;
    let active = match settings.0.get(SettingId::TariffMode) {
        BY_COMMAND => u8::try_from(settings.0.get(SettingId::TariffSelected)).ok(),
        BY_INPUT => by_contact(),
        BY_CALENDAR => inbox.calendar_tariff,
        _ if input_selects => by_contact(),
        _ => None,
    };
    for mut tariff in &mut tariffs {
        if tariff.active != active {
            tariff.active = active;
            orders.0.push((None, MeterCommand::Tariff(active.unwrap_or(1))));
        }
    }
}

/// Partial counters by contact: closed counts and open pauses; or closed for 3 s resets, once each time
/// it closes.
pub fn control_partial_counters(
    mut settings: ResMut<DeviceSettings>,
    line: Res<TimeLine>,
    mut inputs: Query<&mut DigitalInput>,
    mut orders: ResMut<MeterCommands>,
) {
    let function = settings.0.get(SettingId::DigitalInputFunction);
    for mut input in &mut inputs {
        if function == PARTIAL_START_STOP {
            let running = i64::from(input.closed);
            let before = settings.0.get(SettingId::PartialRunning);
            if before != running && settings.0.set(SettingId::PartialRunning, running) {
                orders.0.push((None, MeterCommand::Set(SettingId::PartialRunning, running)));
            }
        }
        if !input.closed || input.spent {
            continue;
        }
        if function != PARTIAL_RESET {
            // A contact that is closed when it is given this function must first open.
            input.spent = true;
        } else if line.seconds_since(input.since) >= RESET_AFTER_S {
            input.spent = true;
            orders.0.push((None, MeterCommand::ResetPartial));
        }
    }
}
