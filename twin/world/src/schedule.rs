//! The order of a tick: one chain of stages, and a proof that it is one.

use crate::{commands, inputs, loads, meters, modules, publish, time};
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
    /// The wiring and the health of the modules are judged.
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
        (time::follow_samples, inputs::read_contact, modules::take_replies)
            .chain()
            .in_set(Stage::Acquire),
        meters::close_windows.in_set(Stage::Meter),
        meters::count_windows.in_set(Stage::Accumulate),
        (meters::check_wiring, modules::judge_silence).chain().in_set(Stage::Judge),
        (inputs::choose_tariff, inputs::control_partial_counters, modules::brief_modules)
            .chain()
            .in_set(Stage::Control),
        commands::command_meters.in_set(Stage::Actuate),
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
