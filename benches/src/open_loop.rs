//! Requests at a rate that does not depend on the answers, over many connections in turn.
//!
//! One thread that never sleeps, so that what is measured is the server's delay and not that of being woken. A delay
//! counts from when a request was due: one that was sent late, because this thread was held up, is late.

use crate::load::{Load, Right};
use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Longest wait for the last answers.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection with what it waits for.
struct Asked {
    stream: TcpStream,
    /// When each request under way was due.
    due: VecDeque<Duration>,
    input: Vec<u8>,
    filled: usize,
}

/// Connections that stay for several rounds.
pub struct OpenLoop {
    connections: Vec<Asked>,
    request: Vec<u8>,
    right: Right,
    time: Duration,
}

impl OpenLoop {
    /// Connects; a round takes the longest time of the load.
    pub fn connect(load: &Load, address: SocketAddr) -> io::Result<OpenLoop> {
        let connect = |_| {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let input = vec![0; load.answer.len()];
            Ok(Asked { stream, due: VecDeque::new(), input, filled: 0 })
        };
        Ok(OpenLoop {
            connections: (0..load.connections).map(connect).collect::<io::Result<_>>()?,
            request: load.request.clone(),
            right: Right { answer: load.answer.clone(), compared: load.compared, in_flight: 1 },
            time: load.time_max,
        })
    }

    /// Asks so many times a second; the delay of each answer.
    ///
    /// # Panics
    /// If an answer is wrong.
    pub fn round(&mut self, rate_hz: f64) -> io::Result<Vec<Duration>> {
        let period = Duration::from_secs_f64(1.0 / rate_hz);
        let requests = (self.time.as_secs_f64() * rate_hz) as usize;
        let mut delays = Vec::with_capacity(requests);
        let mut sent = 0;
        let begun = Instant::now();
        while delays.len() < requests {
            let due = period * sent as u32;
            if sent < requests && begun.elapsed() >= due {
                let place = sent % self.connections.len();
                let asked = &mut self.connections[place];
                asked.stream.write_all(&self.request)?;
                asked.due.push_back(due);
                sent += 1;
            }
            for asked in self.connections.iter_mut().filter(|asked| !asked.due.is_empty()) {
                if asked.is_answered()? {
                    self.right.check(&asked.input);
                    let due = asked.due.pop_front().expect("it waits for one");
                    delays.push(begun.elapsed().saturating_sub(due));
                }
            }
            if begun.elapsed() > self.time + PATIENCE {
                return Err(ErrorKind::TimedOut.into());
            }
        }
        Ok(delays)
    }
}

impl Asked {
    /// Whether an answer has become whole.
    fn is_answered(&mut self) -> io::Result<bool> {
        match self.stream.read(&mut self.input[self.filled..]) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(bytes) => self.filled += bytes,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error),
        }
        let whole = self.filled == self.input.len();
        self.filled %= self.input.len();
        Ok(whole)
    }
}
