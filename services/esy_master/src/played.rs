//! Simulated modules on a port, and the meter's bus at its other end.

use crate::positions::Positions;
use crate::serial_bus::{SerialBus, StartError};
use esy::{Answering, Line, Wanted};
use port::{EsyBus, EsyReply, MeterCommand, ModuleIdentity, SlotId};
use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::oneshot;
use tokio_serial::{SerialPort, SerialStream};

/// Characters that go out together: a receiver sees them come one after the other, as far as a timer can tell.
const LUMP: usize = 32;

/// Modules that answer on a port. They measure as the meter's samples go on, so that both have one clock.
pub struct PlayedBus {
    modules: Arc<Mutex<dyn Answering + Send>>,
    bus: SerialBus,
}

impl PlayedBus {
    /// Makes a pseudo terminal, lets modules answer at one end and polls them at the other, which `open` opens by
    /// its path within a runtime.
    ///
    /// # Errors
    /// If the system has no terminal or no thread, or the terminal cannot be opened.
    pub fn start<P, E>(
        modules: impl Answering + Send + 'static,
        wanted: Vec<Wanted>,
        line: Line,
        rate_hz: f64,
        open: impl Fn(&str) -> Result<P, E> + Send + 'static,
    ) -> Result<PlayedBus, StartError<E>>
    where
        P: AsyncRead + AsyncWrite + Unpin,
        E: std::fmt::Display + Send + 'static,
    {
        let modules: Arc<Mutex<dyn Answering + Send>> = Arc::new(Mutex::new(modules));
        let positions = Arc::new(Positions::new(rate_hz));
        let player =
            Player { modules: Arc::downgrade(&modules), line, positions: Arc::clone(&positions) };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (made, is_made) = mpsc::channel();
        let (open_now, is_open) = oneshot::channel::<()>();
        std::thread::Builder::new().name("esy-modules".into()).spawn(move || {
            runtime.block_on(async {
                match terminal() {
                    Err(error) => drop(made.send(Err(error))),
                    Ok((port, path)) => {
                        let _the_bus_waits = made.send(Ok(path));
                        // A terminal fails to be read until its other end is open, and once it is closed: then nobody
                        // asks any more.
                        if is_open.await.is_ok() {
                            let _closed = player.play(port).await;
                        }
                    }
                }
            });
        })?;
        let path = is_made.recv().unwrap_or(Err(io::ErrorKind::BrokenPipe.into()))?;
        let bus = SerialBus::start(move || open(&path), line, wanted, positions)?;
        let _ended = open_now.send(());
        Ok(PlayedBus { modules, bus })
    }
}

/// A pseudo terminal: our end, and the path of the other.
fn terminal() -> io::Result<(SerialStream, String)> {
    let (port, other) = SerialStream::pair()?;
    let path = other.name().ok_or(io::ErrorKind::NotFound)?;
    Ok((port, path))
}

impl EsyBus for PlayedBus {
    fn modules(&self) -> &[ModuleIdentity] {
        self.bus.modules()
    }

    fn poll(&mut self, until_sample: u64, replies: &mut Vec<EsyReply>) {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner).run_to(until_sample);
        self.bus.poll(until_sample, replies);
    }

    fn command(&mut self, slot: Option<SlotId>, command: MeterCommand) {
        self.bus.command(slot, command);
    }

    fn notes(&mut self, notes: &mut Vec<String>) {
        self.bus.notes(notes);
    }

    fn cycle_s(&self) -> f64 {
        self.bus.cycle_s()
    }
}

/// What answers on the thread.
struct Player {
    modules: Weak<Mutex<dyn Answering + Send>>,
    line: Line,
    positions: Arc<Positions>,
}

impl Player {
    async fn play(&self, mut port: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let mut heard = [0; 512];
        let mut quiet_ns = 0;
        loop {
            let count = port.read(&mut heard).await?;
            let Some(modules) = self.modules.upgrade() else { return Ok(()) };
            if count == 0 {
                return Ok(());
            }
            let begin_ns = self.positions.now_ns();
            // A pseudo terminal hands over at once what takes its time on a line.
            self.pause(self.line.characters_ns(count)).await;
            let now_ns = self.positions.now_ns();
            let answers = {
                let mut modules = modules.lock().unwrap_or_else(PoisonError::into_inner);
                if begin_ns.saturating_sub(quiet_ns) > self.line.silence_ns() {
                    modules.quiet();
                }
                modules.hear(self.positions.at(now_ns), &heard[..count])
            };
            quiet_ns = now_ns;
            for (_, answer) in answers {
                self.pause(self.line.silence_ns()).await;
                // Each lump is there when the last of its characters is over.
                for lump in answer.chunks(LUMP) {
                    self.pause(self.line.characters_ns(lump.len())).await;
                    port.write_all(lump).await?;
                }
                quiet_ns = self.positions.now_ns();
            }
        }
    }

    async fn pause(&self, ns: u64) {
        tokio::time::sleep(Duration::from_nanos(ns)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lab::{DeviceFacts, parts};
    use sim::scenario::parse;
    use sim::wire::LineModules;
    use tokio_modbus::client::{Reader, Writer, rtu};
    use tokio_modbus::slave::Slave;

    const SCENARIO: &str = "schema = 1\nname = \"One\"\nstart = \"2026-03-02T10:00:00+01:00\"\n\
        [device]\nwiring = \"3p4w\"\nfront_end = \"ideal\"\n\
        [[device.esy]]\nslot = 1\nmodel = \"ESY3XMV\"\nname = \"One\"\n\
        [[loads]]\nname = \"One\"\nkind = \"resistive\"\nconnect = \"three-phase\"\nmeters = [\"esy1\"]\npower = \"3 kW\"\n";

    fn modules() -> LineModules {
        let scenario = parse(SCENARIO).expect("a scenario");
        let facts = DeviceFacts {
            limits: metering::Limits::EMS_AV2,
            version: (0, 0, 0),
            software_id: "test",
        };
        let parts = parts(&scenario, &facts, &Default::default()).expect("it fits");
        LineModules::new(parts.bus.expect("it has a module"), &[60_000])
    }

    /// [P5] A client that others wrote reads a module by the printed map, and tells it something.
    #[tokio::test(start_paused = true)]
    async fn another_client_reads_a_module() {
        let mut modules = modules();
        modules.run_to(8000);
        let modules: Arc<Mutex<dyn Answering + Send>> = Arc::new(Mutex::new(modules));
        let positions = Arc::new(Positions::new(8000.0));
        let player = Player { modules: Arc::downgrade(&modules), line: esy::LINE, positions };
        let (near, far) = tokio::io::duplex(1024);
        let playing = tokio::spawn(async move { player.play(far).await });
        // As it comes from its maker.
        let mut client = rtu::attach_slave(near, Slave(esy::UNASSIGNED));
        let identity = client.read_holding_registers(0, 39).await.expect("sent").expect("answered");
        let model = identity[1];
        assert_eq!((model, identity[38]), (1, u16::from(esy::UNASSIGNED)));
        let serial: Vec<u8> = identity[2..10].iter().flat_map(|word| word.to_be_bytes()).collect();
        assert!(serial.starts_with(b"ESY0000000001"), "{serial:?}");
        // Poll 7, then active power of the system at 0147h.
        client.write_multiple_registers(0x1081, &[1]).await.expect("sent").expect("taken");
        let window = client.read_write_multiple_registers(0x100, 123, 0x104, &[7]).await;
        let window = window.expect("sent").expect("answered");
        let power = window[0x147 - 0x100..][..4].iter().rev();
        let power = f64::from_bits(power.fold(0, |bits, word| bits << 16 | u64::from(*word)));
        assert!((power / 3000.0 - 1.0).abs() < 1e-3, "{power}");
        assert_eq!(window[4], 7);
        let refused = client.write_multiple_registers(0x1080, &[3]).await.expect("sent");
        assert_eq!(refused, Err(tokio_modbus::ExceptionCode::IllegalDataValue));
        drop(client);
        drop(modules);
        let ended = playing.await.expect("it ends");
        assert!(ended.is_ok(), "{ended:?}");
    }
}
