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
        let Load { in_flight, request, answer, requests_max, time_max, .. } = &self.load;
        let requests = request.repeat(*in_flight);
        let answers = answer.repeat(*in_flight);
        let turns = requests_max.div_ceil(in_flight * self.streams.len());
        let until = Instant::now() + *time_max;
        let mut tasks = JoinSet::new();
        for stream in self.streams.drain(..) {
            tasks.spawn(ask(stream, requests.clone(), answers.clone(), turns, until));
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

async fn ask(
    mut stream: TcpStream,
    requests: Vec<u8>,
    answers: Vec<u8>,
    turns: usize,
    until: Instant,
) -> io::Result<(TcpStream, usize)> {
    let mut input = vec![0; answers.len()];
    let mut done = 0;
    while done < turns && Instant::now() < until {
        stream.write_all(&requests).await?;
        stream.read_exact(&mut input).await?;
        assert!(input == answers, "a wrong answer: {input:02X?}");
        done += 1;
    }
    Ok((stream, done))
}
