//! The order of a tick: one chain of stages, and a proof that it is one.

use crate::{commands, inputs, loads, meters, modules, outputs, publish, surroundings, time};
use bevy_ecs::message::message_update_system;
use bevy_ecs::prelude::*;
use bevy_ecs::schedule::{LogLevel, ScheduleBuildSettings, ScheduleLabel, SingleThreadedExecutor};

/// What happens in a tick, in this order.
#[derive(SystemSet, Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// The tick is counted; commands are validated and taken in.
    Intake,
    /// Contacts and replies of modules arrive.
    Acquire,
    /// Samples become windows.
    Meter,
    /// Windows become readings, counters, demand and pulses.
    Accumulate,
    /// The health of the modules is judged; faults of the wiring are noted.
    Judge,
    /// Tariff and partial counters follow inputs and settings; modules that are back are told theirs.
    Control,
    /// Commands go out to the meters.
    Actuate,
    /// Loads and what is to be kept are brought up to date.
    Record,
    /// The image is made.
    Publish,
    /// What the ECS itself wants done.
    Housekeep,
}

#[derive(ScheduleLabel, Debug, Clone, PartialEq, Eq, Hash)]
struct Tick;

/// The schedule of a tick. `shuffle` runs systems in another of the allowed orders, to prove in a test
/// that the order does not matter where it is left open.
pub fn schedule(shuffle: Option<u64>) -> Schedule {
    let mut schedule = Schedule::new(Tick);
    schedule.set_executor(SingleThreadedExecutor::new());
    schedule.set_build_settings(settings(shuffle));
    schedule.configure_sets(
        (
            Stage::Intake,
            Stage::Acquire,
            Stage::Meter,
            Stage::Accumulate,
            Stage::Judge,
            Stage::Control,
            Stage::Actuate,
            Stage::Record,
            Stage::Publish,
            Stage::Housekeep,
        )
            .chain(),
    );
    schedule.add_systems((
        (count_tick, commands::take_commands).chain().in_set(Stage::Intake),
        (time::follow_samples, inputs::read_contact, modules::note_the_bus, modules::take_replies)
            .chain()
            .in_set(Stage::Acquire),
        meters::close_windows.in_set(Stage::Meter),
        meters::count_windows.in_set(Stage::Accumulate),
        (
            modules::judge_silence,
            meters::note_wiring,
            outputs::judge_alarm,
            surroundings::judge_surroundings,
        )
            .chain()
            .in_set(Stage::Judge),
        (inputs::choose_tariff, inputs::control_partial_counters, modules::brief_modules)
            .chain()
            .in_set(Stage::Control),
        (commands::command_meters, outputs::drive_output).chain().in_set(Stage::Actuate),
        loads::read_loads.in_set(Stage::Record),
        publish::make_image.in_set(Stage::Publish),
        (message_update_system, World::clear_trackers).chain().in_set(Stage::Housekeep),
    ));
    schedule
}

fn count_tick(mut ticks: ResMut<crate::components::TickCount>) {
    ticks.0 += 1;
}

#[cfg(test)]
fn settings(shuffle: Option<u64>) -> ScheduleBuildSettings {
    ScheduleBuildSettings {
        ambiguity_detection: LogLevel::Error,
        shuffle_seed: shuffle,
        ..Default::default()
    }
}

#[cfg(not(test))]
fn settings(_: Option<u64>) -> ScheduleBuildSettings {
    ScheduleBuildSettings { ambiguity_detection: LogLevel::Error, ..Default::default() }
}

#[cfg(test)]
mod tests {
    use crate::schedule::schedule;
    use crate::twin::{Inputs, LoadConfig, Twin, TwinConfig};
    use image::{Command, Identity, MeterId, Origin, Request};
    use metering::{Limits, Wiring};
    use port::{
        ContactState, EsyReply, ModuleIdentity, ModuleModel, Readings, Reason, SampleSource,
        SlotId, Timestamp, WiringFinding,
    };
    use sim::frontend::{Afe, FrontEnd};
    use sim::synthetic::Signal;

    /// Everything that moves: samples, a module, a contact, commands, loads.
    fn run(shuffle: Option<u64>) -> (u64, String) {
        let rate_hz = 2000.0;
        let played = Signal::three_phase(50.0, 230.0, 5.0, 30.0).play(1, None);
        let mut source = Afe::new(&FrontEnd::ideal(), played, rate_hz).expect("sound");
        let slot = SlotId::new(4).expect("1 to 10");
        let config = TwinConfig {
            identity: Identity::default(),
            wiring: Wiring::ThreeSinglePhase,
            format: source.format().clone(),
            limits: Limits::EMS_AV2,
            modules: vec![ModuleIdentity {
                slot,
                model: ModuleModel::Esy3xmv,
                name: "M".into(),
                serial: "S".into(),
            }],
            loads: [0, 1, 2]
                .map(|k| LoadConfig {
                    meter: MeterId::Main,
                    name: format!("load {k}"),
                    phases: std::array::from_fn(|phase| phase == k),
                })
                .to_vec(),
            start: Timestamp::default(),
        };
        let mut twin = Twin::with_schedule(&config, schedule(shuffle));
        let mut inputs = Inputs { block: port::SampleBlock::new(6, 200), ..Inputs::default() };
        let mut seen = String::new();
        for tick in 0..30u64 {
            source.read(&mut inputs.block, 200).expect("it does not fail");
            inputs.time = Timestamp::default() + (tick + 1) as f64 * 0.1;
            inputs.contact = ContactState::of(tick % 7 > 3);
            let setting = catalog::SETTINGS[tick as usize % catalog::SETTINGS.len()].id;
            let request = Request::Set(setting, (tick / 5 % 3) as i64);
            inputs.commands.push((tick, Command { origin: Origin::Local, request }));
            if tick % 3 == 0 {
                let result = Ok(Box::new(Readings::absent(Reason::NoSignal)));
                inputs.replies.push(EsyReply {
                    slot,
                    window_end: tick as f64 * 200.0,
                    result,
                    wiring: WiringFinding::NoSignal,
                });
            }
            let effects = twin.tick(&mut inputs);
            seen.push_str(&format!("{effects:?}"));
        }
        (twin.digest(), seen)
    }

    /// Ten other orders of systems, as far as the stages leave one open, give the same effects and digest.
    /// That nothing else is left open is `ambiguity_detection: Error`.
    #[test]
    fn the_order_within_the_rules_does_not_matter() {
        let expected = run(None);
        for seed in 1..=10 {
            assert_eq!(run(Some(seed)), expected, "shuffled by {seed}");
        }
    }
}
