//! Processor time. On a machine that others use too, the time on the wall is partly theirs.
//!
//! From the scheduler's own account in `/proc`, in nanoseconds (Linux, `CONFIG_SCHED_INFO`).

use criterion::Criterion;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// Of the accounts of a whole process: `USER_HZ`, the same on every machine.
const TICKS_A_SECOND: f64 = 100.0;

/// Nanoseconds that the calling thread has run.
pub fn thread_ns() -> u64 {
    // Passing through the scheduler brings the account up to date, which else is a tick behind.
    std::thread::yield_now();
    run_ns(Path::new("/proc/thread-self"))
}

/// Nanoseconds that all threads of a process have run. Exact while it sleeps.
pub fn process_ns(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).expect("the process lives");
    tasks.map(|task| run_ns(&task.expect("a readable folder").path())).sum()
}

/// Seconds that all threads of this process have run, those that have ended too; in hundredths.
pub fn all_threads_s() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("the process lives");
    let behind_name = stat.rsplit(')').next().expect("a name in brackets");
    // Fields 14 and 15 of the line, of which the name is the second.
    let times = behind_name.split_whitespace().skip(11).take(2);
    times.map(|ticks| ticks.parse::<f64>().expect("a number of ticks")).sum::<f64>()
        / TICKS_A_SECOND
}

fn run_ns(task: &Path) -> u64 {
    let text =
        fs::read_to_string(task.join("schedstat")).expect("the kernel keeps scheduler accounts");
    let first = text.split_whitespace().next();
    first.and_then(|ns| ns.parse().ok()).expect("the first field is the time run")
}

/// Processor time of the benching thread, as criterion's measurement.
#[derive(Debug, Clone, Copy)]
pub struct ProcessorTime;

impl Measurement for ProcessorTime {
    type Intermediate = u64;
    type Value = u64;

    fn start(&self) -> u64 {
        thread_ns()
    }

    fn end(&self, start: u64) -> u64 {
        thread_ns() - start
    }

    fn add(&self, a: &u64, b: &u64) -> u64 {
        a + b
    }

    fn zero(&self) -> u64 {
        0
    }

    fn to_f64(&self, value: &u64) -> f64 {
        *value as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        // Nanoseconds as well.
        WallTime.formatter()
    }
}

/// Criterion in processor time, as the command line wants it.
pub fn criterion() -> Criterion<ProcessorTime> {
    Criterion::default()
        .with_measurement(ProcessorTime)
        .sample_size(30)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args()
}
