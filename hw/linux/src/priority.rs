//! Priority of a thread among the tasks of the kernel.

use thread_priority::{
    RealtimeThreadSchedulePolicy, ThreadPriority, ThreadPriorityValue, ThreadSchedulePolicy,
    set_thread_priority_and_policy, thread_native_id,
};

/// Priority among the tasks of the first-in-first-out scheduler: above what a system gives by itself, below the
/// kernel's own threads.
const PRIORITY: u8 = 60;

/// Asks that this thread run before all that is not in real time; whether it may.
pub(crate) fn become_first() -> bool {
    let Ok(priority) = ThreadPriorityValue::try_from(PRIORITY) else { return false };
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let first = ThreadPriority::Crossplatform(priority);
    set_thread_priority_and_policy(thread_native_id(), first, policy).is_ok()
}
