//! Modbus RTU on a serial line: the same answers as on TCP, in the frames of "Modbus over Serial Line" V1.02.
//!
//! *Character*: start bit, data bits, parity and stop bits. *Silence*: the pause of 3.5 characters that ends
//! a frame (2.5.1.1).
//!
//! The length of a request follows from its first bytes, so a frame is taken as soon as it is whole and its
//! CRC is right; adapters hand bytes over in lumps whose gaps are longer than any silence. What is not whole
//! after a pause is thrown away, and the line is heard anew from there. A slave never answers what is not
//! for it, what is damaged, and what is for everybody.

use crate::answer::{Ask, Outcome, Session, answer, confirm};
use crate::connection::Shared;
use crate::server::{Options, stopped};
use crate::snapshot::{Snapshot, Unit};
use crate::{UNIT_BROADCAST, UNIT_MAIN};
use host::{Commands, Images};
use port::{Clock, Line};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

/// Longest frame: address, a PDU of 253 bytes, CRC.
const FRAME_MAX: usize = 256;

/// What a line may pause within a frame beyond the silence: adapters on USB collect bytes for 16 ms.
const LUMP: Duration = Duration::from_millis(20);

/// CRC-16 of Modbus: polynomial 8005h reflected, from FFFFh.
const CRC: crc::Crc<u16> = crc::Crc::<u16>::new(&crc::CRC_16_MODBUS);

/// A slave on a serial line. The built-in meter answers at its address, the module in slot n at the n-th
/// address behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RtuServer {
    /// Address of the built-in meter, 1 to 247.
    pub address: u8,
    /// The line.
    pub line: Line,
}

impl RtuServer {
    /// Serves until `shutdown` is true or its sender is gone.
    ///
    /// # Errors
    /// Those of the port: it was closed or pulled out.
    pub async fn run(
        self,
        mut port: impl AsyncRead + AsyncWrite + Unpin,
        images: Images,
        commands: Commands,
        clock: Arc<dyn Clock + Send + Sync>,
        mut shutdown: watch::Receiver<bool>,
    ) -> io::Result<()> {
        let newest = Mutex::new(Arc::new(Snapshot::new(Arc::clone(&images.borrow()))));
        let (options, started) = (Options::default(), Instant::now());
        let shared = Shared { images, newest, commands, clock, options, started };
        let mut slave = Slave::new(self, shared);
        loop {
            let heard = tokio::select! {
                biased;
                () = stopped(&mut shutdown) => return Ok(()),
                heard = slave.hear(&mut port) => heard?,
            };
            if heard {
                slave.answer(&mut port).await?;
            } else {
                slave.filled = 0;
            }
        }
    }
}

/// The slave and what it has heard of a frame.
struct Slave {
    server: RtuServer,
    shared: Shared,
    snapshot: Arc<Snapshot>,
    session: Session,
    input: [u8; FRAME_MAX],
    filled: usize,
    output: Vec<u8>,
}

impl Slave {
    fn new(server: RtuServer, shared: Shared) -> Slave {
        let snapshot = Arc::clone(&shared.newest.lock().expect("nothing panics while locked"));
        let (input, output) = ([0; FRAME_MAX], Vec::new());
        Slave { server, shared, snapshot, session: Session::default(), input, filled: 0, output }
    }

    /// Hears more of a frame; true once bytes came, false after a pause that ends what was heard.
    async fn hear(&mut self, port: &mut (impl AsyncRead + Unpin)) -> io::Result<bool> {
        let pause = self.silence() + LUMP;
        let read = port.read(&mut self.input[self.filled..]);
        let bytes = match self.filled {
            0 => read.await?,
            _ => match timeout(pause, read).await {
                Ok(bytes) => bytes?,
                Err(_) => return Ok(false),
            },
        };
        if bytes == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the serial port was closed"));
        }
        self.filled += bytes;
        Ok(true)
    }

    /// Answers the request that is whole, if one is and it is for us.
    async fn answer(&mut self, port: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        while let Some((start, length)) = find(&self.input[..self.filled]) {
            let frame: Vec<u8> = self.input[start..start + length].to_vec();
            self.input.copy_within(start + length..self.filled, 0);
            self.filled -= start + length;
            self.output.clear();
            self.output.push(frame[0]);
            self.decide(frame[0], &frame[1..length - 2]).await;
            if self.output.len() > 1 {
                let crc = CRC.checksum(&self.output);
                self.output.extend(crc.to_le_bytes());
                // The master hears where its request ended and the answer begins.
                sleep(self.silence()).await;
                port.write_all(&self.output).await?;
                port.flush().await?;
            }
        }
        if self.filled == FRAME_MAX {
            self.filled = 0;
        }
        Ok(())
    }

    async fn decide(&mut self, address: u8, pdu: &[u8]) {
        self.snapshot = self.shared.snapshot(&self.snapshot);
        let Some(unit) = self.unit(address) else { return };
        let ask = Ask { unit, pdu, now: self.shared.clock.now() };
        match answer(&self.snapshot, self.session, ask, &mut self.output) {
            Outcome::Answered | Outcome::Silent => {}
            Outcome::Order(order) => {
                let result = self.shared.carry_out(&order).await;
                if result.is_ok() {
                    self.session.password = order.password.or(self.session.password);
                }
                confirm(ask, result, &mut self.output);
            }
        }
    }

    /// The pause that ends a frame.
    fn silence(&self) -> Duration {
        Duration::from_nanos(self.server.line.silence_ns())
    }

    /// The unit behind an address of the line; none if it is another slave's.
    fn unit(&self, address: u8) -> Option<u8> {
        if address == UNIT_BROADCAST {
            return Some(UNIT_BROADCAST);
        }
        let unit = address.checked_sub(self.server.address)?.checked_add(UNIT_MAIN)?;
        matches!(self.snapshot.unit(unit), Unit::Meter { .. }).then_some(unit)
    }
}

/// The first whole request in what was heard: where it begins and how long it is. What stands before it is
/// noise, or the answer of another slave.
fn find(heard: &[u8]) -> Option<(usize, usize)> {
    (0..heard.len()).find_map(|start| {
        let length = request_length(&heard[start..])?;
        let frame = heard.get(start..start + length)?;
        let (body, crc) = frame.split_at(length - 2);
        (CRC.checksum(body).to_le_bytes() == crc).then_some((start, length))
    })
}

/// Length of the request that begins so, with address and CRC; none if too little was heard.
fn request_length(heard: &[u8]) -> Option<usize> {
    match heard.get(1)? {
        0x0F | 0x10 => heard.get(6).map(|bytes| 9 + usize::from(*bytes)),
        // Functions without a body, which are refused.
        0x07 | 0x0B | 0x0C | 0x11 => Some(4),
        // The others that a meter knows, or is asked by mistake, have two words.
        _ => Some(8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame with its CRC.
    fn frame(body: &[u8]) -> Vec<u8> {
        let mut frame = body.to_vec();
        frame.extend(CRC.checksum(body).to_le_bytes());
        frame
    }

    /// [P4] Times of characters and silences for the speeds of the sheet, worked out by hand.
    #[test]
    fn silences_follow_the_speed() {
        let check = |baud, bits, expect_us: u64| {
            let us = Line { baud, bits }.silence_ns() / 1000;
            assert!(us.abs_diff(expect_us) <= 1, "{baud}: {us}");
        };
        check(2400, 11, 16_041);
        check(9600, 11, 4010);
        check(9600, 10, 3645);
        check(19_200, 11, 2005);
        check(38_400, 11, 1750);
        check(115_200, 10, 1750);
    }

    /// The example of the specification's CRC, and of a request by hand: 01 03 00 00 00 02 has C4 0B.
    #[test]
    fn the_crc_is_that_of_modbus() {
        assert_eq!(frame(&[1, 3, 0, 0, 0, 2])[6..], [0xC4, 0x0B]);
    }

    #[test]
    fn a_request_is_found_in_noise() {
        let request = frame(&[1, 3, 0, 0, 0, 2]);
        assert_eq!(find(&request), Some((0, 8)));
        assert_eq!(find(&request[..7]), None);
        let noisy = [&[0xFF, 0x00, 0x13][..], &request].concat();
        assert_eq!(find(&noisy), Some((3, 8)));
        let mut damaged = request.clone();
        damaged[4] ^= 1;
        assert_eq!(find(&damaged), None);
        let write = frame(&[1, 0x10, 0x10, 0, 0, 2, 4, 0, 1, 0, 2]);
        assert_eq!(find(&write), Some((0, 13)));
    }
}
