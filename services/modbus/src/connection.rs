//! One client: read what has come, answer every whole frame of it, write once.

use crate::answer::{Ask, Outcome, Session, answer, confirm};
use crate::frame::{self, FRAME_MAX, Framing, next_frame};
use crate::server::{Options, stopped};
use crate::snapshot::Snapshot;
use crate::write::{Order, exception};
use host::{CommandTicket, Commands, Images};
use image::Command;
use port::Clock;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_modbus::ExceptionCode;

/// Bytes taken from a client at once: 170 pipelined reads, whose answers are at most 44 kB.
const INPUT_MAX: usize = 2048;
const _: () = assert!(INPUT_MAX >= FRAME_MAX, "a whole frame must fit");

/// What all connections share.
pub(crate) struct Shared {
    pub images: Images,
    /// The snapshot of the newest image that anybody asked for, so that it is encoded once.
    pub newest: Mutex<Arc<Snapshot>>,
    pub commands: Commands,
    pub clock: Arc<dyn Clock + Send + Sync>,
    pub options: Options,
    pub started: Instant,
}

/// When a connection last asked something, so that the oldest idle one can be found.
#[derive(Debug, Default)]
pub(crate) struct Place {
    active_ns: AtomicU64,
}

impl Place {
    pub fn active_ns(&self) -> u64 {
        self.active_ns.load(Ordering::Relaxed)
    }

    pub fn touch(&self, shared: &Shared) {
        let elapsed = shared.started.elapsed().as_nanos();
        self.active_ns.store(u64::try_from(elapsed).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

impl Shared {
    /// The snapshot of the newest image; `held` if that is still it.
    pub fn snapshot(&self, held: &Arc<Snapshot>) -> Arc<Snapshot> {
        let image = Arc::clone(&self.images.borrow());
        if Arc::ptr_eq(&image, held.image()) {
            return Arc::clone(held);
        }
        let mut newest = self.newest.lock().expect("nothing panics while it is locked");
        if !Arc::ptr_eq(&image, newest.image()) {
            *newest = Arc::new(Snapshot::new(image));
        }
        Arc::clone(&newest)
    }

    /// Sends the commands and waits for the world, but never longer than the limit.
    pub async fn carry_out(&self, order: &Order) -> Result<(), ExceptionCode> {
        let all = async {
            for command in &order.commands {
                self.ask_world(*command).await?;
            }
            Ok(())
        };
        let done = timeout(self.options.acknowledge, all).await;
        let result = done.unwrap_or(Err(ExceptionCode::ServerDeviceFailure));
        order.refused.map_or(result, Err)
    }

    async fn ask_world(&self, command: Command) -> Result<(), ExceptionCode> {
        let (ack, answer) = oneshot::channel();
        self.commands.try_send(CommandTicket { command, ack }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => ExceptionCode::ServerDeviceBusy,
            mpsc::error::TrySendError::Closed(_) => ExceptionCode::ServerDeviceFailure,
        })?;
        match answer.await {
            Ok(Ok(_tick)) => Ok(()),
            Ok(Err(refusal)) => Err(exception(&refusal)),
            Err(_world_gone) => Err(ExceptionCode::ServerDeviceFailure),
        }
    }
}

/// A client and what it has sent so far.
pub(crate) struct Connection {
    shared: Arc<Shared>,
    place: Arc<Place>,
    snapshot: Arc<Snapshot>,
    session: Session,
    input: Box<[u8; INPUT_MAX]>,
    filled: usize,
    output: Vec<u8>,
    /// When it last had a whole frame (or connected).
    asked: Instant,
    /// Since when a frame has been coming that is not whole yet.
    half_since: Option<Instant>,
}

impl Connection {
    pub fn new(shared: Arc<Shared>, place: Arc<Place>) -> Connection {
        let snapshot =
            Arc::clone(&shared.newest.lock().expect("nothing panics while it is locked"));
        Connection {
            shared,
            place,
            snapshot,
            session: Session::default(),
            input: Box::new([0; INPUT_MAX]),
            filled: 0,
            output: Vec::new(),
            asked: Instant::now(),
            half_since: None,
        }
    }

    /// Serves until the client goes, sends what is not Modbus, takes too long, or `stop` is true
    /// (or its sender gone). An answer that is being made is still sent.
    pub async fn serve(mut self, mut stream: TcpStream, mut stop: watch::Receiver<bool>) {
        // Answers are small and awaited: without this the kernel may hold one back for 40 ms.
        let _ = stream.set_nodelay(true);
        let mut stopped = pin!(stopped(&mut stop));
        let mut alarm = pin!(sleep_until(self.deadline()));
        loop {
            // Later deadlines are set when the alarm rings, so that a request costs no timer.
            if self.deadline() < alarm.deadline() {
                alarm.as_mut().reset(self.deadline());
            }
            tokio::select! {
                biased;
                () = &mut stopped => return,
                read = stream.read(&mut self.input[self.filled..]) => match read {
                    Ok(0) | Err(_) => return,
                    Ok(bytes) => self.filled += bytes,
                },
                () = &mut alarm => {
                    if Instant::now() >= self.deadline() {
                        return;
                    }
                    alarm.as_mut().reset(self.deadline());
                    continue;
                }
            }
            let is_modbus = self.answer_all().await;
            if !self.send(&mut stream).await || !is_modbus {
                return;
            }
        }
    }

    fn deadline(&self) -> Instant {
        match self.half_since {
            Some(since) => since + self.shared.options.half_request,
            None => self.asked + self.shared.options.idle,
        }
    }

    /// Answers every whole frame received; false if what follows is not Modbus.
    async fn answer_all(&mut self) -> bool {
        let now = self.shared.clock.now();
        self.snapshot = self.shared.snapshot(&self.snapshot);
        let mut done = 0;
        let is_modbus = loop {
            let (transaction, ask, length) = match next_frame(&self.input[done..self.filled]) {
                Framing::Incomplete => break true,
                Framing::Broken => break false,
                Framing::Frame { transaction, unit, pdu } => {
                    (transaction, Ask { unit, pdu, now }, frame::frame_len(pdu))
                }
            };
            let at = frame::begin(&mut self.output, transaction, ask.unit);
            match answer(&self.snapshot, self.session, ask, &mut self.output) {
                Outcome::Answered | Outcome::Silent => {}
                Outcome::Order(order) => {
                    let result = self.shared.carry_out(&order).await;
                    if result.is_ok() {
                        self.session.password = order.password.or(self.session.password);
                    }
                    confirm(ask, result, &mut self.output);
                    // What is read after a write must show it.
                    self.snapshot = self.shared.snapshot(&self.snapshot);
                }
            }
            frame::finish(&mut self.output, at);
            done += length;
        };
        self.take(done);
        is_modbus
    }

    /// Forgets the first `done` bytes, which were whole frames.
    fn take(&mut self, done: usize) {
        self.input.copy_within(done..self.filled, 0);
        self.filled -= done;
        if done > 0 {
            self.asked = Instant::now();
            self.half_since = None;
            self.place.touch(&self.shared);
        }
        if self.filled > 0 {
            self.half_since.get_or_insert_with(Instant::now);
        }
    }

    /// Sends all answers with one write; false if the client does not take them.
    async fn send(&mut self, stream: &mut TcpStream) -> bool {
        if self.output.is_empty() {
            return true;
        }
        let sent = timeout(self.shared.options.half_request, stream.write_all(&self.output)).await;
        self.output.clear();
        matches!(sent, Ok(Ok(())))
    }
}
