//! Clients of a Modbus server on loopback: so many connections, so many requests in flight on each.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// What clients do.
#[derive(Debug, Clone)]
pub struct Load {
    /// Connections.
    pub connections: usize,
    /// Requests sent at once on each; the next follow when all are answered.
    pub in_flight: usize,
    /// The request.
    pub request: Vec<u8>,
    /// The only right answer to it.
    pub answer: Vec<u8>,
    /// Bytes of each answer that are compared: all, or its head where values move.
    pub compared: usize,
    /// Most requests in all, so that a round ends even if time does not pass.
    pub requests_max: usize,
    /// Longest time.
    pub time_max: Duration,
}

/// Connections that stay for several rounds.
pub struct Clients {
    load: Load,
    streams: Vec<TcpStream>,
}

impl Clients {
    /// Connects.
    pub async fn connect(load: &Load, address: SocketAddr) -> io::Result<Clients> {
        let mut streams = Vec::new();
        for _ in 0..load.connections {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            streams.push(stream);
        }
        Ok(Clients { load: load.clone(), streams })
    }

    /// Asks until the time or the count is over; returns how many answers came, all of them right.
    ///
    /// # Panics
    /// If an answer is wrong.
    pub async fn round(&mut self) -> io::Result<usize> {
        let Load { in_flight, request, answer, compared, requests_max, time_max, .. } = &self.load;
        let requests = request.repeat(*in_flight);
        let right = Right { answer: answer.clone(), compared: *compared, in_flight: *in_flight };
        let turns = requests_max.div_ceil(in_flight * self.streams.len());
        let until = Instant::now() + *time_max;
        let mut tasks = JoinSet::new();
        for stream in self.streams.drain(..) {
            tasks.spawn(ask(stream, requests.clone(), right.clone(), turns, until));
        }
        let mut answered = 0;
        while let Some(done) = tasks.join_next().await {
            let (stream, turns) = done.expect("an answer is right")?;
            self.streams.push(stream);
            answered += turns * in_flight;
        }
        Ok(answered)
    }
}

/// What has to come back.
#[derive(Debug, Clone)]
pub(crate) struct Right {
    pub(crate) answer: Vec<u8>,
    pub(crate) compared: usize,
    pub(crate) in_flight: usize,
}

impl Right {
    /// # Panics
    /// If an answer is wrong.
    pub(crate) fn check(&self, input: &[u8]) {
        for answer in input.chunks(self.answer.len()) {
            let head = &answer[..self.compared];
            assert!(head == &self.answer[..self.compared], "a wrong answer: {answer:02X?}");
        }
    }
}

async fn ask(
    mut stream: TcpStream,
    requests: Vec<u8>,
    right: Right,
    turns: usize,
    until: Instant,
) -> io::Result<(TcpStream, usize)> {
    let mut input = vec![0; right.answer.len() * right.in_flight];
    let mut done = 0;
    while done < turns && Instant::now() < until {
        stream.write_all(&requests).await?;
        stream.read_exact(&mut input).await?;
        right.check(&input);
        done += 1;
    }
    Ok((stream, done))
}
