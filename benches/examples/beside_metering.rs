//! Modbus of a running meter, against the same server without metering and against the least possible (goal F9).
//!
//! `beside_metering PID ADDRESS` compares them in turn: answers a processor-second of the process with one request in flight,
//! and the delay in the middle at 2000 requests a second. It ends with exit code 1 if a goal is missed.
//!
//! `beside_metering ADDRESS SECONDS` only asks, over 100 connections and as fast as it goes.
//!
//! The server without metering is the bench's own: the same code, eleven meters, five images a second, all alike.
//! All servers are on core 0; `ci/speed/web/run` starts the meter there.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::house;
use benches::load::{Clients, Load};
use benches::loopback::{self, HEAD, REQUEST, Serving, Side, right_answer};
use benches::open_loop::OpenLoop;
use benches::turns::Spread;
use std::net::SocketAddr;
use std::time::Duration;

/// Of the server's speed without metering.
const SPEED_MIN: f64 = 0.85;
/// Of the least server's delay.
const DELAY_MAX: f64 = 1.5;
const ROUNDS: usize = 9;
/// Rounds of delays, which are of a longer time each.
const DELAY_ROUNDS: usize = 7;
const RATE_HZ: f64 = 2000.0;

fn load(connections: usize, seconds: f64) -> Load {
    Load {
        connections,
        in_flight: 1,
        request: REQUEST.to_vec(),
        answer: right_answer(&house::image()),
        compared: HEAD,
        requests_max: 100_000_000,
        time_max: Duration::from_secs_f64(seconds),
    }
}

/// Whether the goal of a number of connections is reached.
async fn speed(pid: u32, address: SocketAddr, connections: usize) -> bool {
    let load = load(connections, 0.6);
    let mut metered = Side::of(pid, address, &load).await;
    let mut ours = Side::new("ours", &load).await;
    let mut least = Side::new("least", &load).await;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push([metered.round().await, ours.round().await, least.round().await]);
    }
    let [metered, ours, least] =
        [0, 1, 2].map(|side| Spread::of(rounds.iter().map(|round| round[side][0])));
    let ratio = Spread::of(rounds.iter().map(|[metered, ours, _]| metered[0] / ours[0]));
    let to_least = Spread::of(rounds.iter().map(|[metered, _, least]| metered[0] / least[0]));
    println!(
        "modbus, {connections} connections: {metered:.0} k answers a processor-second beside the metering of 36 channels, \
         {ours:.0} k without, ratio {ratio:.2} (goal: at least {SPEED_MIN}); the least server {least:.0} k, ratio \
         {to_least:.2}"
    );
    ratio.median >= SPEED_MIN
}

/// Microseconds in the middle, and where the slowest hundredth begins.
fn delays(side: &mut OpenLoop) -> [f64; 2] {
    let mut delays = side.round(RATE_HZ).expect("it answers");
    delays.sort_unstable();
    [delays.len() / 2, delays.len() * 99 / 100].map(|place| delays[place].as_secs_f64() * 1e6)
}

/// Whether the goal of the delay is reached.
fn delay(address: SocketAddr) -> bool {
    let load = load(50, 2.0);
    let serving = Serving::start("least");
    let connect = |address| OpenLoop::connect(&load, address).expect("it listens");
    let (mut metered, mut least) = (connect(address), connect(serving.address));
    let mut round = || [delays(&mut metered), delays(&mut least)];
    round();
    let rounds: Vec<_> = (0..DELAY_ROUNDS).map(|_| round()).collect();
    let column =
        |side: usize, part: usize| Spread::of(rounds.iter().map(|round| round[side][part]));
    let ratio = Spread::of(rounds.iter().map(|[metered, least]| metered[0] / least[0]));
    println!(
        "modbus, {RATE_HZ} requests a second over 50 connections: p50 {:.0} us beside the metering, {:.0} us of the least \
         server, ratio {ratio:.2} (goal: at most {DELAY_MAX}); p99 {:.0} and {:.0} us",
        column(0, 0),
        column(1, 0),
        column(0, 1),
        column(1, 1)
    );
    ratio.median <= DELAY_MAX
}

/// Asks and says how much.
async fn ask(address: SocketAddr, seconds: f64) {
    let mut clients = Clients::connect(&load(100, seconds), address).await.expect("it listens");
    let answers = clients.round().await.expect("it answers");
    println!("modbus, 100 connections: {answers} answers in {seconds} s");
}

fn main() {
    loopback::serve_if_asked();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, second] = &arguments[..] else { panic!("PID ADDRESS, or ADDRESS SECONDS") };
    if !loopback::bind_clients() {
        println!("modbus: servers and clients are not bound to cores of their own");
    }
    if let Ok(address) = first.parse() {
        let seconds = second.parse().expect("a number of seconds");
        return loopback::runtime().block_on(ask(address, seconds));
    }
    let pid: u32 = first.parse().expect("the number of a process");
    let address: SocketAddr = second.parse().expect("an address");
    let mut reached = delay(address);
    for connections in [10, 50, 100] {
        reached &= loopback::runtime().block_on(speed(pid, address, connections));
    }
    if !reached {
        println!("modbus: a goal is missed");
        std::process::exit(1);
    }
}
