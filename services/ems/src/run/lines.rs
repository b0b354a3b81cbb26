//! The lines of contacts, LED and keys beside a run: a thread that drives edges at their moments and looks at what
//! goes in.
//!
//! What the twin plans comes with the end of a window and may lie ahead. A pulse of the LED is shown a little later
//! than it was, each by the same time, so that the pauses between them are true. While nobody drives it the output does not
//! conduct: before the first tick, after the last, and after a crash.

use crate::failure::{Failure, note};
use config::{GpioLine, Io};
use display::{Key, Press, Presses};
use linux::{InputLine, OutputLine};
use port::{ContactFilter, ContactLevel, ContactState, Timestamp};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{broadcast, watch};
use world::{Effects, OutputEdge, Pulse};

/// How often lines that go in are looked at: four times within what a level has to stand.
const LOOK_NS: u64 = 5_000_000;

/// How much later than it was a pulse of the LED is shown: a window of 45 Hz and a block.
const LED_LATER_NS: i64 = 300_000_000;

/// How long the LED is lit: less than half of the shortest pause, 66 ms at full load.
const LED_LIT_NS: u64 = 25_000_000;

/// How long a stop waits for pulses of the output that are planned: most of what it has.
const GIVE_OUT: Duration = Duration::from_secs(3);

/// Pulses and edges that may wait; a minute's worth at full load.
const WAITING_MAX: usize = 1024;

/// Looks in a row after which a failing supply is believed: 10 ms of the 100 ms that are left.
const FAILING_MIN: u32 = 3;

/// Presses that may wait for the display.
const PRESSES_MAX: usize = 16;

/// What can be driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Drive {
    Output,
    Led,
}

/// What can be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Input,
    Key(Key),
    PowerFail,
}

/// Lines, real or played. A line that is not there does nothing.
trait Board {
    fn drive(&mut self, what: Drive, active: bool) -> Result<(), String>;
    /// None if there is no such line.
    fn look(&mut self, at: Look) -> Result<Option<bool>, String>;
}

/// Lines of GPIO.
struct Gpio {
    input: Option<InputLine>,
    output: Option<OutputLine>,
    led: Option<OutputLine>,
    power_fail: Option<InputLine>,
    keys: Vec<InputLine>,
}

impl Gpio {
    fn open(io: &Io) -> Result<Gpio, Failure> {
        let input = |line: &GpioLine| InputLine::open(&line.chip, line.offset, line.active_low);
        let output = |line: &GpioLine| OutputLine::open(&line.chip, line.offset, line.active_low);
        let environment = |error: linux::OpenError| Failure::Environment(error.to_string());
        Ok(Gpio {
            input: io.input.as_ref().map(input).transpose().map_err(environment)?,
            output: io.output.as_ref().map(output).transpose().map_err(environment)?,
            led: io.led.as_ref().map(output).transpose().map_err(environment)?,
            power_fail: io.power_fail.as_ref().map(input).transpose().map_err(environment)?,
            keys: io.buttons.iter().map(input).collect::<Result<_, _>>().map_err(environment)?,
        })
    }
}

impl Board for Gpio {
    fn drive(&mut self, what: Drive, active: bool) -> Result<(), String> {
        let line = match what {
            Drive::Output => &self.output,
            Drive::Led => &self.led,
        };
        let Some(line) = line else { return Ok(()) };
        line.set(active).map_err(|error| error.to_string())
    }

    fn look(&mut self, at: Look) -> Result<Option<bool>, String> {
        let line = match at {
            Look::Input => self.input.as_ref(),
            Look::Key(key) => self.keys.get(key as usize),
            Look::PowerFail => self.power_fail.as_ref(),
        };
        line.map(InputLine::is_active).transpose().map_err(|error| error.to_string())
    }
}

/// What is to be done and what is believed, by a clock in nanoseconds.
#[derive(Default)]
struct Desk {
    /// Edges of the output to come.
    edges: VecDeque<(u64, bool)>,
    /// Beginnings of flashes of the LED to come.
    flashes: VecDeque<u64>,
    /// When the LED goes out; none: it is out.
    lit_until_ns: Option<u64>,
    /// When lines are looked at next.
    look_ns: u64,
    contact: ContactFilter,
    keys: [ContactFilter; Key::ALL.len()],
    presses: Presses,
    pressed: Vec<Press>,
    /// Looks in a row that found the supply failing.
    failing: u32,
}

impl Desk {
    /// Takes over edges that were planned at a time, as civil time stood then.
    fn plan_edges(&mut self, edges: &[OutputEdge], now_ns: u64, civil: Timestamp) {
        for edge in edges {
            let due_ns = now_ns.saturating_add_signed(edge.time.unix_ns - civil.unix_ns);
            let keep = self.edges.partition_point(|(planned_ns, _)| *planned_ns < due_ns);
            self.edges.truncate(keep.min(WAITING_MAX));
            self.edges.push_back((due_ns, edge.closed));
        }
    }

    fn plan_flashes(&mut self, pulses: &[Pulse], now_ns: u64, civil: Timestamp) {
        for pulse in pulses.iter().take(WAITING_MAX - self.flashes.len().min(WAITING_MAX)) {
            let later_ns = LED_LATER_NS - (civil.unix_ns - pulse.time.unix_ns);
            self.flashes.push_back(now_ns.saturating_add_signed(later_ns));
        }
    }

    /// Does what is due, and says when to come again.
    fn step(&mut self, now_ns: u64, board: &mut dyn Board) -> Result<u64, String> {
        while let Some((_, closed)) = self.edges.pop_front_if(|(due_ns, _)| *due_ns <= now_ns) {
            board.drive(Drive::Output, closed)?;
        }
        if self.lit_until_ns.is_some_and(|until_ns| until_ns <= now_ns) {
            board.drive(Drive::Led, false)?;
            self.lit_until_ns = None;
        }
        if let Some(due_ns) = self.flashes.pop_front_if(|due_ns| *due_ns <= now_ns) {
            board.drive(Drive::Led, true)?;
            self.lit_until_ns = Some(due_ns.max(now_ns.saturating_sub(LOOK_NS)) + LED_LIT_NS);
        }
        if self.look_ns <= now_ns {
            self.look(now_ns, board)?;
            self.look_ns = now_ns + LOOK_NS;
        }
        let next = [self.edges.front().map(|edge| edge.0), self.flashes.front().copied()];
        let next = next.into_iter().chain([self.lit_until_ns]).flatten().min();
        Ok(next.map_or(self.look_ns, |next| next.min(self.look_ns)).max(now_ns + 1))
    }

    fn look(&mut self, now_ns: u64, board: &mut dyn Board) -> Result<(), String> {
        let now_s = now_ns as f64 / 1e9;
        let level = |active| if active { ContactLevel::Closed } else { ContactLevel::Open };
        if let Some(active) = board.look(Look::Input)? {
            self.contact.see(now_s, level(active));
        }
        // A spike is no failure, and a failure leaves little time.
        let fails = board.look(Look::PowerFail)? == Some(true);
        self.failing = if fails { self.failing + 1 } else { 0 };
        for key in Key::ALL {
            let Some(active) = board.look(Look::Key(key))? else { continue };
            if let Some((at_s, state)) = self.keys[key as usize].see(now_s, level(active)) {
                let at = Timestamp { unix_ns: (at_s * 1e9) as i64 };
                self.pressed.extend(self.presses.edge(key, state.closed, at));
            }
        }
        Ok(())
    }
}

/// What run and thread share.
struct Shared {
    desk: Mutex<Desk>,
    changed: Condvar,
    stopped: AtomicBool,
    begun: Instant,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ns(&self) -> u64 {
        self.begun.elapsed().as_nanos() as u64
    }
}

/// The lines of a run; let go of, they are at rest.
pub struct Lines {
    shared: Arc<Shared>,
    has_input: bool,
    presses: broadcast::Sender<Press>,
    supply_fails: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl Lines {
    /// Takes the lines that are configured, and looks after them on a thread of its own.
    pub fn open(io: &Io) -> Result<Lines, Failure> {
        let (presses, _) = broadcast::channel(PRESSES_MAX);
        let supply_fails = watch::Sender::new(false);
        let shared = Arc::new(Shared {
            desk: Mutex::default(),
            changed: Condvar::new(),
            stopped: AtomicBool::new(false),
            begun: Instant::now(),
        });
        let ones = [&io.input, &io.output, &io.led, &io.power_fail];
        let any = ones.into_iter().any(Option::is_some) || !io.buttons.is_empty();
        let has_input = io.input.is_some();
        let mut lines = Lines { shared, has_input, presses, supply_fails, thread: None };
        if any {
            let board = Gpio::open(io)?;
            let (shared, presses) = (Arc::clone(&lines.shared), lines.presses.clone());
            let supply_fails = lines.supply_fails.clone();
            let thread = std::thread::Builder::new().name("io".into());
            let thread = thread.spawn(move || look_after(&shared, board, &presses, &supply_fails));
            lines.thread =
                Some(thread.map_err(|error| Failure::Environment(format!("a thread: {error}")))?);
        }
        Ok(lines)
    }

    /// What is pressed from now on.
    pub fn presses(&self) -> broadcast::Sender<Press> {
        self.presses.clone()
    }

    /// Turns true when the supply fails.
    pub fn supply_fails(&self) -> watch::Receiver<bool> {
        self.supply_fails.subscribe()
    }

    /// Tells the state of the contact, if there is a line for it.
    pub fn contact(&self) -> Option<impl Fn() -> ContactState + Send + use<>> {
        let shared = Arc::clone(&self.shared);
        self.has_input.then_some(move || shared.desk().contact.state())
    }

    /// Waits until the pulses that are planned have been given, unless the supply fails: their energy is counted, and
    /// the next run does not know of them.
    pub fn give_out(&self) {
        let last_ns = self.shared.desk().edges.back().map(|(due_ns, _)| *due_ns);
        let left = last_ns.map_or(0, |due_ns| due_ns.saturating_sub(self.shared.now_ns()));
        if self.thread.is_some() && !*self.supply_fails.borrow() {
            std::thread::sleep(Duration::from_nanos(left).min(GIVE_OUT));
        }
    }

    /// Takes over what a tick has planned.
    pub fn observe(&self, effects: &Effects) {
        let Some(image) = &effects.image else { return };
        if self.thread.is_none() || (effects.output.is_empty() && effects.pulses.is_empty()) {
            return;
        }
        let now_ns = self.shared.now_ns();
        let mut desk = self.shared.desk();
        desk.plan_edges(&effects.output, now_ns, image.time);
        desk.plan_flashes(&effects.pulses, now_ns, image.time);
        drop(desk);
        self.shared.changed.notify_one();
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            // It has nothing to say at its end.
            let _ended = thread.join();
        }
    }
}

/// Runs the lines until the run lets go of them, or one fails. Either way all are at rest then.
fn look_after(
    shared: &Shared,
    mut board: Gpio,
    presses: &broadcast::Sender<Press>,
    supply_fails: &watch::Sender<bool>,
) {
    let mut desk = shared.desk();
    while !shared.stopped.load(Ordering::Relaxed) {
        let next_ns = match desk.step(shared.now_ns(), &mut board) {
            Ok(next_ns) => next_ns,
            Err(error) => {
                note(&format!("note: io: {error}; contacts, LED and keys are at rest from now on"));
                return;
            }
        };
        for press in desk.pressed.drain(..) {
            // Without a display nobody listens.
            let _nobody = presses.send(press);
        }
        supply_fails.send_if_modified(|fails| {
            let news = desk.failing >= FAILING_MIN && !*fails;
            *fails |= news;
            news
        });
        let wait = Duration::from_nanos(next_ns.saturating_sub(shared.now_ns()));
        desk = match shared.changed.wait_timeout(desk, wait) {
            Ok((desk, _)) => desk,
            Err(poisoned) => poisoned.into_inner().0,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines that are played: what was driven, when, and what is active.
    #[derive(Default)]
    struct Played {
        now_ns: u64,
        driven: Vec<(u64, Drive, bool)>,
        active: Vec<Look>,
    }

    impl Board for Played {
        fn drive(&mut self, what: Drive, active: bool) -> Result<(), String> {
            self.driven.push((self.now_ns / 1_000_000, what, active));
            Ok(())
        }

        fn look(&mut self, at: Look) -> Result<Option<bool>, String> {
            Ok(Some(self.active.contains(&at)))
        }
    }

    const MS: u64 = 1_000_000;

    fn civil(ms: i64) -> Timestamp {
        Timestamp { unix_ns: 1_000_000_000_000 + ms * MS as i64 }
    }

    fn run(desk: &mut Desk, board: &mut Played, until_ms: u64) {
        loop {
            let next = desk.step(board.now_ns, board).expect("it plays");
            if next > until_ms * MS {
                break;
            }
            board.now_ns = next;
        }
    }

    /// [O2] Edges go out at their moments, and a new plan takes the place of what was behind it.
    #[test]
    fn edges_go_out_at_their_moments() {
        let (mut desk, mut board) = (Desk::default(), Played::default());
        let edge = |ms, closed| OutputEdge { sample: 0.0, time: civil(ms), closed };
        board.now_ns = 100 * MS;
        // Two pulses of 30 ms from now on; at 150 ms the second is withdrawn.
        let pulses = [edge(0, true), edge(30, false), edge(60, true), edge(90, false)];
        desk.plan_edges(&pulses, 100 * MS, civil(0));
        run(&mut desk, &mut board, 150);
        desk.plan_edges(&[edge(60, false)], 150 * MS, civil(50));
        run(&mut desk, &mut board, 400);
        let output: Vec<(u64, bool)> =
            board.driven.iter().map(|(ms, _, active)| (*ms, *active)).collect();
        assert_eq!(output, [(100, true), (130, false), (160, false)]);
    }

    /// [L1] Pulses that were 60 ms apart are shown 60 ms apart, whenever the window told of them.
    #[test]
    fn the_led_keeps_the_pauses() {
        let (mut desk, mut board) = (Desk::default(), Played::default());
        let pulse = |ms| Pulse { time: civil(ms), sample: 0.0 };
        board.now_ns = 200 * MS;
        desk.plan_flashes(&[pulse(20), pulse(80), pulse(140)], 200 * MS, civil(200));
        run(&mut desk, &mut board, 400);
        desk.plan_flashes(&[pulse(200), pulse(260)], 410 * MS, civil(400));
        run(&mut desk, &mut board, 1000);
        let lit = board.driven.iter().filter(|(_, what, active)| *what == Drive::Led && *active);
        let lit: Vec<u64> = lit.map(|(ms, ..)| *ms).collect();
        assert_eq!(lit, [320, 380, 440, 510, 570]);
        let out = board.driven.iter().filter(|(_, what, active)| *what == Drive::Led && !active);
        assert_eq!(out.count(), 5);
    }

    /// [G14, D-15] A failing supply is believed after three looks, a spike is not.
    #[test]
    fn a_failing_supply_is_believed_at_once() {
        let (mut desk, mut board) = (Desk::default(), Played::default());
        board.active = vec![Look::PowerFail];
        run(&mut desk, &mut board, 6);
        board.active.clear();
        run(&mut desk, &mut board, 12);
        assert_eq!(desk.failing, 0);
        board.active = vec![Look::PowerFail];
        run(&mut desk, &mut board, 26);
        assert!(desk.failing >= FAILING_MIN, "{}", desk.failing);
    }

    /// [D3, I2] A key that bounces is one press, and a contact is believed when it stands.
    #[test]
    fn keys_and_contact_are_believed_when_they_stand() {
        let (mut desk, mut board) = (Desk::default(), Played::default());
        let key = Look::Key(Key::Enter);
        let script: [(u64, &[Look]); 4] =
            [(10, &[key]), (12, &[]), (16, &[key, Look::Input]), (300, &[Look::Input])];
        for (until_ms, active) in script {
            run(&mut desk, &mut board, until_ms);
            board.now_ns = until_ms * MS;
            board.active = active.to_vec();
        }
        run(&mut desk, &mut board, 600);
        assert_eq!(desk.contact.state(), ContactState::of(true));
        board.active.clear();
        run(&mut desk, &mut board, 1000);
        assert_eq!(desk.contact.state(), ContactState::of(false));
        assert_eq!(desk.pressed, [Press { key: Key::Enter, long: false }]);
    }
}
