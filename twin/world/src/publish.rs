//! The image: what the world shows to the services, made once a tick.

use crate::components::{
    Alarm, Correction, DeviceIdentity, DeviceSettings, DigitalInput, DigitalOutput, EsyModule,
    Inbox, Load, LoadReading, MeasuredBy, MeterOf, OnPhases, Outbox, Shown, Tariff, TickCount,
    Warned,
};
use bevy_ecs::prelude::*;
use catalog::SettingId;
use image::{Image, InputOutput, LoadImage, MeterImage};
use std::sync::Arc;

/// Makes the image: the built-in meter, the modules by slot, and the loads as they were configured.
#[expect(clippy::too_many_arguments, reason = "a system's queries")]
pub fn make_image(
    inbox: Res<Inbox>,
    ticks: Res<TickCount>,
    identity: Res<DeviceIdentity>,
    settings: Res<DeviceSettings>,
    mut out: ResMut<Outbox>,
    meters: Query<(&MeterOf, &Shown, &Correction, Option<&EsyModule>)>,
    loads: Query<(&Load, &MeasuredBy, &OnPhases, &LoadReading)>,
    device: Query<(&DigitalInput, &Tariff, &Alarm, &DigitalOutput, &Warned)>,
) {
    let mut shown: Vec<_> = meters
        .iter()
        .map(|(meter, shown, correction, module)| MeterImage {
            id: meter.0,
            name: module.map(|module| module.identity.name.clone()).unwrap_or_default(),
            model: module.map(|module| module.identity.model),
            serial: module
                .map_or_else(|| identity.0.serial.clone(), |module| module.identity.serial.clone()),
            window_end: shown.window_end,
            windows: shown.windows,
            readings: shown.readings.clone(),
            wiring: shown.wiring,
            correction: correction.0,
            phasors: shown.phasors,
        })
        .collect();
    shown.sort_by_key(|meter| meter.id);
    let mut named: Vec<_> = loads.iter().collect();
    named.sort_by_key(|(load, ..)| load.place);
    let loads = named
        .into_iter()
        .filter_map(|(load, meter, phases, reading)| {
            Some(LoadImage {
                meter: meters.get(meter.0).ok()?.0.0,
                name: load.name.clone(),
                phases: phases.0.0,
                active_power: reading.active_power,
                active_energy_import: reading.active_energy_import,
            })
        })
        .collect();
    let (input, tariff, alarm, output, warned) = device.single().expect("there is one device");
    out.0.image = Some(Arc::new(Image {
        tick: ticks.0,
        time: inbox.time,
        identity: Arc::clone(&identity.0),
        meters: shown,
        loads,
        settings: settings.0.clone(),
        io: InputOutput {
            input_closed: input.closed,
            tariff: tariff.active,
            alarm: alarm.active,
            output_closed: output.closed,
            wrong_connection: settings.0.get(SettingId::WrongConnectionDetection) == 1
                && meters.iter().any(|(_, shown, ..)| shown.wiring.is_alarm()),
            warnings: warned.0,
        },
    }));
}
