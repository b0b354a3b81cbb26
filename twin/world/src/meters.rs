//! The built-in meter: samples to windows, windows to readings and counters.

use crate::components::{
    Calculation, ClosedWindow, ClosedWindows, DeviceSettings, Inbox, Outbox, SampleRate, Shown,
    SignalPath, WiringCheck, WiringSystem,
};
use crate::twin::{Pulse, WindowStamp};
use bevy_ecs::prelude::*;
use catalog::{QuantityId, Scope, SettingId, point};
use metering::{WindowInfo, Wiring};

/// Channels of a block: three voltages, three currents and a measured neutral.
const ROWS_MAX: usize = 7;

/// Cuts the block's samples into windows.
pub fn close_windows(
    inbox: Res<Inbox>,
    mut meters: Query<(&mut SignalPath, &mut ClosedWindows, &crate::twin::Rows)>,
) {
    for (mut path, mut closed, used) in &mut meters {
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
            let mut rows: [&[i32]; ROWS_MAX] = [&[]; ROWS_MAX];
            for (row, channel) in rows.iter_mut().zip(&used.0) {
                *row = inbox.block.row(*channel);
            }
            path.0.push(inbox.block.first, &rows[..used.0.len()], &mut keep);
        }
        if let Some(tail) = inbox.end {
            path.0.finish(tail, &mut keep);
        }
    }
}

/// Takes the closed windows into readings, counters and demand, in their order.
pub fn count_windows(
    inbox: Res<Inbox>,
    rate: Res<SampleRate>,
    mut out: ResMut<Outbox>,
    mut meters: Query<(&mut Calculation, &ClosedWindows, &mut Shown)>,
) {
    let block_end = inbox.block.first as f64 + inbox.block.samples as f64 - 0.5;
    for (mut calculation, closed, mut shown) in &mut meters {
        for window in &closed.0 {
            let end = inbox.time - (block_end - window.end) / rate.0;
            let info = WindowInfo {
                start: window.start,
                end: window.end,
                cycles: window.cycles,
                means: std::slice::from_ref(&window.means),
            };
            calculation.0.measure(&info, &window.means);
            calculation.0.accumulate(&info, &window.means, end);
            out.0.pulses.extend(calculation.0.pulses().iter().map(|pulse| Pulse {
                time: inbox.time - (block_end - pulse.sample) / rate.0,
                sample: pulse.sample,
            }));
            out.0.windows.push(WindowStamp {
                start: window.start,
                end: window.end,
                cycles: window.cycles,
                time: end,
            });
            if window.cycles > 0 {
                out.0.whole.add(&window.means);
            }
            shown.window_end = end;
        }
        if !closed.0.is_empty() {
            shown.readings.clone_from(calculation.0.readings());
            shown.windows = calculation.0.windows();
        }
    }
}

/// A three-phase system whose sequence is reversed is likely wired wrongly. A delta with a wild leg has
/// either sequence by its construction, so there it says nothing.
pub fn check_wiring(
    settings: Res<DeviceSettings>,
    mut meters: Query<(&WiringSystem, &Shown, &mut WiringCheck)>,
) {
    let wanted = settings.0.get(SettingId::WrongConnectionDetection) == 1;
    let sequence = point(QuantityId::PhaseSequence, None, Scope::System).expect("in the catalogue");
    for (wiring, shown, mut check) in &mut meters {
        let reversed =
            wiring.0 != Wiring::WildLeg && shown.readings.get(sequence).value() == Some(-1.0);
        check.set_if_neq(WiringCheck { fault: wanted && reversed });
    }
}
