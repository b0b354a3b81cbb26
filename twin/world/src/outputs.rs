//! The alarm and the digital output (datasheet L569 to L581).
//!
//! *Active*: a pulse is given, an alarm stands, or the output was switched on from afar. *Closed*: the contact
//! conducts. What is at rest is open or closed as the setting of the normal state says; without supply the contact is
//! open, whatever it says.
//!
//! Pulses count energy: one is due whenever the counter passes a multiple of their weight, which shows at the end of a window
//! (of the last that a block holds, if it holds several). Its edges are planned from there on, behind those that are planned already, so that a burst of energy is told late
//! and not in part. An edge that goes out with a tick may lie ahead of it; whoever drives the contact keeps the moments,
//! and a new edge takes the place of all that were planned after it.

use crate::components::{
    Alarm, Calculation, DeviceIdentity, DeviceSettings, DigitalOutput, MeterOf, Noted, Outbox,
    Shown,
};
use crate::time::TimeLine;
use crate::twin::{NoteKind, OutputEdge};
use bevy_ecs::prelude::*;
use catalog::{PointId, QuantityId, Register, Scope, SettingId, point};
use image::{MeterId, Settings};
use std::sync::LazyLock;

/// Values of the setting of the output's function; pulse is the third.
const BY_ALARM: i64 = 1;
const BY_REMOTE: i64 = 2;

/// What each value of the setting watches, looked up once: a tick compares no names.
static VARIABLES: LazyLock<Vec<(i64, PointId)>> = LazyLock::new(|| {
    let names = SettingId::AlarmVariable.row().names.iter();
    let point = |path: &str| catalog::points().iter().find(|point| point.path() == path);
    names.filter_map(|(value, path)| Some((*value, point(path)?.id))).collect()
});

/// What the alarm watches; none if it is off.
fn watched(settings: &Settings) -> Option<PointId> {
    let variable = settings.get(SettingId::AlarmVariable);
    VARIABLES.iter().find(|(value, _)| *value == variable).map(|(_, point)| *point)
}

/// Raises and ends the alarm. With set 1 at least set 2 it is raised above set 1 and ends below set 2; otherwise it is
/// raised below set 1 and ends above set 2. It is raised once the variable was beyond set 1 for the whole delay. A variable
/// without a value changes nothing and begins no delay.
pub fn judge_alarm(
    settings: Res<DeviceSettings>,
    line: Res<TimeLine>,
    meters: Query<(&MeterOf, &Shown)>,
    mut alarms: Query<&mut Alarm>,
    mut notes: MessageWriter<Noted>,
) {
    let settings = &settings.0;
    let variable = watched(settings);
    let main = meters.iter().find(|(meter, _)| meter.0 == MeterId::Main);
    let Some((_, shown)) = main else { return };
    for mut alarm in &mut alarms {
        let value = variable.map(|point| shown.readings.get(point).value());
        let next = match value {
            None => Alarm::default(),
            Some(None) => Alarm { beyond_since: None, ..*alarm },
            Some(Some(value)) => judge(*alarm, 1000.0 * value, settings, &line, shown.position),
        };
        if next.active != alarm.active {
            let what = variable.map_or_else(String::new, |id| format!(" on {}", id.point().path()));
            let text = match next.active {
                true => format!("alarm{what}"),
                false => format!("the alarm{what} is over"),
            };
            notes.write(Noted::new(NoteKind::Alarm, text));
        }
        alarm.set_if_neq(next);
    }
}

/// The alarm at a value in thousandths of its unit, at the end of a window.
fn judge(alarm: Alarm, value: f64, settings: &Settings, line: &TimeLine, position: f64) -> Alarm {
    let [set_1, set_2] =
        [SettingId::AlarmSet1, SettingId::AlarmSet2].map(|id| settings.get(id) as f64);
    let (beyond, over) = match set_1 >= set_2 {
        true => (value > set_1, value < set_2),
        false => (value < set_1, value > set_2),
    };
    // At the sets and between them all stays as it is.
    if alarm.active {
        return if over { Alarm::default() } else { alarm };
    }
    if !beyond {
        return Alarm::default();
    }
    let since = alarm.beyond_since.unwrap_or(position);
    let delay_s = settings.get(SettingId::AlarmDelayS) as f64;
    Alarm { active: line.seconds(position - since) >= delay_s, beyond_since: Some(since) }
}

/// Longest that pulses are planned ahead, in seconds; those beyond wait for their turn, and none is lost.
const PLANNED_S: f64 = 60.0;

/// The counter whose energy the pulses tell, in watt-hours.
fn counted_wh(settings: &Settings, calculation: &Calculation) -> Option<f64> {
    let quantity = match settings.get(SettingId::PulseEnergy) {
        0 => QuantityId::ActiveEnergyImport,
        _ => QuantityId::ActiveEnergyExport,
    };
    let id = point(quantity, Some(Register::Total), Scope::System)?;
    Some(1000.0 * calculation.0.readings().get(id).value()?)
}

/// Whether a setting is one of the output, which not every ordering option has.
pub fn sets_output(id: SettingId) -> bool {
    matches!(
        id,
        SettingId::DigitalOutputFunction
            | SettingId::DigitalOutputNormalState
            | SettingId::PulseEnergy
            | SettingId::PulseWeightWh
            | SettingId::PulseDurationMs
            | SettingId::OutputRemote
    )
}

/// Drives the output, if there is one.
pub fn drive_output(
    settings: Res<DeviceSettings>,
    identity: Res<DeviceIdentity>,
    line: Res<TimeLine>,
    meters: Query<(&Calculation, &Shown)>,
    mut outputs: Query<(&mut DigitalOutput, &Alarm)>,
    mut out: ResMut<Outbox>,
) {
    let settings = &settings.0;
    if !identity.0.variant.has_output() {
        return;
    }
    for (mut output, alarm) in &mut outputs {
        let now = line.position;
        let normally_closed = settings.get(SettingId::DigitalOutputNormalState) == 1;
        let level = match settings.get(SettingId::DigitalOutputFunction) {
            BY_ALARM => Some(alarm.active),
            BY_REMOTE => Some(settings.get(SettingId::OutputRemote) == 1),
            _ => None,
        };
        let mut edges = Vec::new();
        let mut withdrawn = false;
        match level {
            Some(active) => {
                withdrawn = output.forget_pulses();
                edges.push((now, active != normally_closed));
            }
            None => {
                // A rest that was set anew holds at once, unless a pulse is being given.
                if output.planned.is_empty() {
                    edges.push((now, normally_closed));
                }
                if let Some((calculation, shown)) = meters.iter().next() {
                    let length =
                        line.samples(settings.get(SettingId::PulseDurationMs) as f64 * 1e-3);
                    let pulses = output.due(settings, calculation, shown.position, &line);
                    for begin in pulses {
                        edges
                            .extend([(begin, !normally_closed), (begin + length, normally_closed)]);
                    }
                }
            }
        }
        for (sample, closed) in edges {
            let before = output.planned.back().map_or(output.closed, |edge| edge.closed);
            if before != closed || withdrawn {
                let edge = OutputEdge { sample, time: line.at(sample), closed };
                output.planned.push_back(edge);
                out.0.output.push(edge);
            }
        }
        while output.planned.front().is_some_and(|edge| edge.sample <= now) {
            output.closed = output.planned.pop_front().is_some_and(|edge| edge.closed);
        }
    }
}

impl DigitalOutput {
    /// Pulses that were planned are not given, and energy of meanwhile is not told later; whether there were any.
    fn forget_pulses(&mut self) -> bool {
        self.counting = None;
        let planned = !self.planned.is_empty();
        self.planned.clear();
        planned
    }

    /// When pulses begin that have become due by the end of a window and are not planned yet.
    fn due(
        &mut self,
        settings: &Settings,
        calculation: &Calculation,
        window_end: f64,
        line: &TimeLine,
    ) -> Vec<f64> {
        let mut begins = Vec::new();
        let Some(counted_wh) = counted_wh(settings, calculation) else { return begins };
        let what = [SettingId::PulseEnergy, SettingId::PulseWeightWh].map(|id| settings.get(id));
        let due = (counted_wh / what[1] as f64) as u64;
        if self.counting != Some(what) {
            // Pulses of another energy or weight count from here.
            (self.counting, self.given) = (Some(what), due);
        }
        let length = line.samples(settings.get(SettingId::PulseDurationMs) as f64 * 1e-3);
        let latest = window_end + line.samples(PLANNED_S);
        while self.given < due && self.free_at <= latest {
            let begin = self.free_at.max(window_end);
            begins.push(begin);
            self.given += 1;
            // The pause is as long as the pulse.
            self.free_at = begin + 2.0 * length;
        }
        begins
    }
}
