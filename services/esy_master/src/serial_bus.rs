//! The bus of the meter on a serial port.

use crate::positions::Positions;
use esy::{Event, Line, Master, Step, Wanted, cycle_ns};
use port::{EsyBus, EsyReply, MeterCommand, ModuleIdentity, SlotId, WiringFinding};
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// What adapters and the kernel add between the line and us: USB collects bytes for 16 ms, each way, and a busy machine
/// comes late.
const LATENCY_NS: u64 = 50_000_000;

/// Pause before a port that failed is opened again.
const REOPEN: Duration = Duration::from_secs(1);

/// Events that wait for the loop, several seconds' worth.
const EVENTS_MAX: usize = 1000;

/// Why the bus does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError<E> {
    /// The port cannot be opened.
    #[error(transparent)]
    Port(E),
    /// The system gives no thread, or no pseudo terminal.
    #[error("the ESY bus cannot start: {0}")]
    System(#[from] io::Error),
}

/// What loop and thread share. The thread ends when the loop has let go of it.
#[derive(Default)]
struct Mail {
    events: Vec<Event>,
    commands: Vec<(Option<SlotId>, MeterCommand)>,
    notes: Vec<String>,
}

/// The modules on a serial port.
pub struct SerialBus {
    identities: Vec<ModuleIdentity>,
    positions: Arc<Positions>,
    mail: Arc<Mutex<Mail>>,
    cycle_s: f64,
}

impl SerialBus {
    /// Opens a port and begins to poll these modules. `open` is called within a runtime, now and whenever the port
    /// has failed.
    ///
    /// # Errors
    /// If the port cannot be opened now.
    pub fn start<P, E>(
        open: impl Fn() -> Result<P, E> + Send + 'static,
        line: Line,
        wanted: Vec<Wanted>,
        positions: Arc<Positions>,
    ) -> Result<SerialBus, StartError<E>>
    where
        P: AsyncRead + AsyncWrite + Unpin,
        E: std::fmt::Display + Send + 'static,
    {
        let identities = wanted.iter().map(|wanted| ModuleIdentity {
            slot: wanted.slot,
            model: wanted.model,
            name: wanted.name.clone(),
            serial: wanted.serial.clone().unwrap_or_default(),
        });
        let identities: Vec<ModuleIdentity> = identities.collect();
        let cycle_s = cycle_ns(line, identities.len()) as f64 / 1e9;
        let mail = Arc::new(Mutex::new(Mail::default()));
        let (opened, is_open) = mpsc::channel();
        let keeper = Keeper {
            master: Master::new(line, LATENCY_NS, wanted),
            line,
            positions: Arc::clone(&positions),
            mail: Arc::downgrade(&mail),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        std::thread::Builder::new().name("esy-bus".into()).spawn(move || {
            runtime.block_on(keeper.keep(open, opened));
        })?;
        match is_open.recv() {
            Ok(Err(error)) => Err(StartError::Port(error)),
            Ok(Ok(())) | Err(mpsc::RecvError) => {
                Ok(SerialBus { identities, positions, mail, cycle_s })
            }
        }
    }
}

impl EsyBus for SerialBus {
    fn modules(&self) -> &[ModuleIdentity] {
        &self.identities
    }

    fn poll(&mut self, until_sample: u64, replies: &mut Vec<EsyReply>) {
        self.positions.reached(until_sample);
        let events = std::mem::take(&mut lock(&self.mail).events);
        // What a tick has not reached yet is not known to have happened.
        let position = |ns: u64| self.positions.at(ns).min(until_sample as f64 - 0.5);
        replies.extend(events.into_iter().filter_map(|event| match event {
            Event::Window { slot, asked_ns, age, readings, wiring } => Some(EsyReply {
                slot,
                window_end: position(asked_ns) - age,
                result: Ok(readings),
                wiring,
            }),
            Event::Silent { slot, reason } => Some(EsyReply {
                slot,
                window_end: until_sample as f64 - 0.5,
                result: Err(reason),
                wiring: WiringFinding::NoSignal,
            }),
            Event::Noted(_) => None,
        }));
    }

    fn command(&mut self, slot: Option<SlotId>, command: MeterCommand) {
        lock(&self.mail).commands.push((slot, command));
    }

    fn notes(&mut self, notes: &mut Vec<String>) {
        notes.append(&mut lock(&self.mail).notes);
    }

    fn cycle_s(&self) -> f64 {
        self.cycle_s
    }
}

fn lock(mail: &Mutex<Mail>) -> MutexGuard<'_, Mail> {
    mail.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What runs on the thread.
struct Keeper {
    master: Master,
    line: Line,
    positions: Arc<Positions>,
    mail: Weak<Mutex<Mail>>,
}

impl Keeper {
    /// Keeps the bus until the loop lets go of it.
    async fn keep<P, E>(
        mut self,
        open: impl Fn() -> Result<P, E>,
        opened: mpsc::Sender<Result<(), E>>,
    ) where
        P: AsyncRead + AsyncWrite + Unpin,
        E: std::fmt::Display,
    {
        let mut port = match open() {
            Ok(port) => port,
            Err(error) => return drop(opened.send(Err(error))),
        };
        let _the_loop_waits = opened.send(Ok(()));
        loop {
            let Err(error) = self.drive(&mut port).await else { return };
            drop(port);
            self.note(format!("the port of the ESY bus failed: {error}; it is opened again"));
            port = loop {
                if self.mail.strong_count() == 0 {
                    return;
                }
                tokio::time::sleep(REOPEN).await;
                if let Ok(port) = open() {
                    self.note("the port of the ESY bus is open again".into());
                    break port;
                }
            };
        }
    }

    /// Asks and listens until the loop lets go, or the port fails.
    async fn drive(&mut self, port: &mut (impl AsyncRead + AsyncWrite + Unpin)) -> io::Result<()> {
        let mut heard = [0; 512];
        loop {
            if !self.exchange_mail() {
                return Ok(());
            }
            let now_ns = self.positions.now_ns();
            match self.master.step(now_ns) {
                Step::Send(frame) => {
                    port.write_all(&frame).await?;
                    let end_ns = now_ns + self.line.characters_ns(frame.len());
                    self.master.sent(end_ns.max(self.positions.now_ns()));
                }
                Step::Listen(until_ns) => {
                    let wait = Duration::from_nanos(until_ns.saturating_sub(now_ns));
                    tokio::select! {
                        count = port.read(&mut heard) => match count? {
                            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                            count => self.master.hear(self.positions.now_ns(), &heard[..count]),
                        },
                        () = tokio::time::sleep(wait) => {}
                    }
                }
            }
        }
    }

    /// Takes commands and gives events; false if nobody is there any more.
    fn exchange_mail(&mut self) -> bool {
        let Some(mail) = self.mail.upgrade() else { return false };
        let mut mail = lock(&mail);
        for (slot, command) in mail.commands.drain(..) {
            self.master.command(slot, command);
        }
        for event in self.master.events() {
            match event {
                Event::Noted(note) => mail.notes.push(note.to_string()),
                Event::Window { .. } | Event::Silent { .. } if mail.events.len() < EVENTS_MAX => {
                    mail.events.push(event);
                }
                // A loop that stands still has no use for what is long past.
                Event::Window { .. } | Event::Silent { .. } => {}
            }
        }
        true
    }

    fn note(&self, text: String) {
        if let Some(mail) = self.mail.upgrade() {
            lock(&mail).notes.push(text);
        }
    }
}
