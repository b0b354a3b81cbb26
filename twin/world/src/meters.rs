//! The built-in meter: samples to windows, windows to readings and counters.

use crate::components::{
    Calculation, ClosedWindow, ClosedWindows, DeviceSettings, Inbox, MeterCommands, MeterOf, Noted,
    NotedFault, Outbox, Shown, SignalPath, WholeRun,
};
use crate::time::TimeLine;
use crate::twin::{NoteKind, Pulse, WindowStamp};
use bevy_ecs::prelude::*;
use catalog::SettingId;
use image::{MeterId, Phasor, Phasors};
use metering::{Means, Tail, WindowInfo};
use port::{MeterCommand, Role};

/// Cuts the block's samples into windows. A stretch ends with the last block, and where a command
/// changes the wiring: what was measured under the old wiring is counted under it.
pub fn close_windows(
    inbox: Res<Inbox>,
    orders: Res<MeterCommands>,
    mut meters: Query<(&mut SignalPath, &mut ClosedWindows)>,
) {
    let concerned = |target: Option<MeterId>| target.is_none_or(|id| id == MeterId::Main);
    let rewired = orders.0.iter().any(|(target, order)| concerned(*target) && is_wiring(order));
    let rewired = rewired.then_some(Tail::Count);
    for (mut path, mut closed) in &mut meters {
        let SignalPath { bank, rows: used } = &mut *path;
        let closed = &mut closed.0;
        closed.clear();
        let mut keep = |window: &WindowInfo| {
            closed.push(ClosedWindow {
                start: window.start,
                end: window.end,
                cycles: window.cycles,
                means: window.means[0],
            });
        };
        if inbox.block.samples > 0 {
            let mut rows: [&[i32]; Role::ALL.len()] = Default::default();
            for (row, channel) in rows.iter_mut().zip(&*used) {
                *row = inbox.block.row(*channel);
            }
            bank.push(inbox.block.first, &rows[..used.len()], &mut keep);
        }
        if let Some(tail) = inbox.end.or(rewired) {
            bank.finish(tail, &mut keep);
        }
        closed.extend_from_slice(&inbox.windows);
    }
}

fn is_wiring(order: &MeterCommand) -> bool {
    matches!(order, MeterCommand::Set(SettingId::Wiring, _) | MeterCommand::Correct(_))
}

/// Takes the closed windows into readings, counters and demand, in their order.
pub fn count_windows(
    line: Res<TimeLine>,
    mut out: ResMut<Outbox>,
    mut meters: Query<(&mut Calculation, &ClosedWindows, &mut WholeRun, &mut Shown)>,
) {
    for (mut calculation, closed, mut whole, mut shown) in &mut meters {
        for window in &closed.0 {
            count(&mut calculation, window, &line, &mut out);
            if window.cycles > 0 {
                whole.0.add(&window.means);
                shown.position = window.end;
                shown.window_end = line.at(window.end);
                shown.phasors = Some(phasors(&window.means));
            }
        }
        shown.windows = calculation.0.windows();
        shown.wiring = calculation.0.wiring();
        if !closed.0.is_empty() {
            out.0.registers = Some(calculation.0.registers().clone());
        }
        if closed.0.iter().any(|window| window.cycles > 0) {
            shown.readings.clone_from(calculation.0.readings());
        } else if !closed.0.is_empty() {
            // Fragments bring no live readings, and those shown may have gone stale.
            take_counters(&mut shown, &calculation);
        }
    }
}

fn count(calculation: &mut Calculation, window: &ClosedWindow, line: &TimeLine, out: &mut Outbox) {
    let meter = &mut calculation.0;
    let time = line.at(window.end);
    let info = WindowInfo {
        start: window.start,
        end: window.end,
        cycles: window.cycles,
        means: std::slice::from_ref(&window.means),
    };
    meter.measure(&info, &window.means);
    meter.accumulate(&info, &window.means, time);
    out.0.pulses.extend(
        meter
            .pulses()
            .iter()
            .map(|pulse| Pulse { time: line.at(pulse.sample), sample: pulse.sample }),
    );
    out.0.windows.push(WindowStamp {
        start: window.start,
        end: window.end,
        cycles: window.cycles,
        time,
        means: window.means,
    });
}

/// The fundamentals of a window, which its means hold as complex peaks.
fn phasors(means: &Means) -> Phasors {
    let phasor = |peak: metering::Phasor| Phasor {
        rms: peak.norm() * std::f64::consts::FRAC_1_SQRT_2,
        angle_deg: peak.arg().to_degrees(),
    };
    Phasors { voltages: means.v_phasor.map(phasor), currents: means.i_phasor.map(phasor) }
}

/// Shows counters and demand as they are now, between two windows, and the check as it was begun anew.
pub fn take_counters(shown: &mut Shown, calculation: &Calculation) {
    shown.wiring = calculation.0.wiring();
    for point in catalog::points() {
        if point.quantity.class != catalog::Class::Live {
            shown.readings.set(point.id, calculation.0.readings().get(point.id));
        }
    }
}

/// Tells the log of a fault of the wiring when it appears, changes or is gone.
pub fn note_wiring(
    settings: Res<DeviceSettings>,
    mut notes: MessageWriter<Noted>,
    mut meters: Query<(&MeterOf, &Shown, &mut NotedFault)>,
) {
    let wanted = settings.0.get(SettingId::WrongConnectionDetection) == 1;
    for (meter, shown, mut noted) in &mut meters {
        let fault = (wanted && shown.wiring.is_alarm()).then_some(shown.wiring);
        if noted.set_if_neq(NotedFault(fault)) {
            let text = format!("wiring of {}: {}", meter.0.slug(), shown.wiring);
            notes.write(Noted::new(NoteKind::Wiring, text));
        }
    }
}
