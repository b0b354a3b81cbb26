//! `modbus/...`: the protocol without a socket, and the server on loopback against the least possible.
//!
//! The servers are this same program, started again with `--serve`: so their processor time is that of a
//! process, apart from the clients', and both run on core 0 while the clients run on core 1. Sides run
//! in turn, several rounds; what counts are answers a processor-second of the server.

#![expect(clippy::print_stdout, reason = "the ratios are what this program is for")]

use benches::load::{Clients, Load};
use benches::processor::{ProcessorTime, criterion, process_ns};
use benches::turns::Spread;
use benches::{call, house, least};
use criterion::{Criterion, Throughput};
use host::COMMANDS_MAX;
use image::{Image, Timestamp};
use modbus::answer::{Ask, Outcome, Session, answer};
use modbus::{Framing, Options, Server, Snapshot, next_frame};
use port::Clock;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

/// Transaction 1, unit 1, function 4, address 0, 50 registers: voltages, currents, powers.
const REQUEST: [u8; least::REQUEST] = [0, 1, 0, 0, 0, 6, 1, 4, 0, 0, 0, 50];
/// Images a second, as the meter makes them.
const IMAGE_PERIOD: Duration = Duration::from_millis(200);

/// Connections, requests in flight, and the part of the least server's speed that is the goal (F7, F8).
/// One connection measures the scheduler, so it has none.
const CASES: [(usize, usize, Option<f64>); 5] = [
    (1, 1, None),
    (10, 1, Some(0.85)),
    (50, 1, Some(0.85)),
    (100, 1, Some(0.85)),
    (100, 8, Some(0.5)),
];

/// Answers what was received so far, as the server does; returns how many bytes were whole frames.
fn answer_all(snapshot: &Snapshot, input: &[u8], out: &mut Vec<u8>) -> usize {
    let mut done = 0;
    while let Framing::Frame { transaction, unit, pdu } = next_frame(&input[done..]) {
        let ask = Ask { unit, pdu, now: snapshot.image().time };
        let at = out.len();
        out.extend_from_slice(&[transaction[0], transaction[1], 0, 0, 0, 0, unit]);
        let outcome = answer(snapshot, Session::default(), ask, out);
        assert!(outcome == Outcome::Answered, "a read is answered");
        let length = (out.len() - at - 6) as u16;
        out[at + 4..at + 6].copy_from_slice(&length.to_be_bytes());
        done += 7 + pdu.len();
    }
    done
}

/// The one right answer to the request.
fn right_answer(image: &Arc<Image>) -> Vec<u8> {
    let mut out = Vec::new();
    answer_all(&Snapshot::new(Arc::clone(image)), &REQUEST, &mut out);
    assert_eq!(out.len(), 9 + 100, "fifty registers and no exception");
    out
}

fn protocol(criterion: &mut Criterion<ProcessorTime>) {
    let mut group = criterion.benchmark_group("modbus");
    let snapshot = Snapshot::new(house::image());
    let mut out = Vec::new();
    group.throughput(Throughput::Elements(1));
    group.bench_function("decode", |bencher| {
        bencher.iter(|| next_frame(black_box(&REQUEST)) == Framing::Incomplete)
    });
    let eight = REQUEST.repeat(8);
    for (name, input) in [("answer_50", &REQUEST[..]), ("pipelined_8", &eight)] {
        group.throughput(Throughput::Elements((input.len() / REQUEST.len()) as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                out.clear();
                answer_all(black_box(&snapshot), black_box(input), &mut out)
            });
        });
    }
    group.finish();
}

/// A server in a process of its own; it ends when its input is closed, so also if we are gone.
struct Serving {
    process: Child,
    address: SocketAddr,
}

impl Serving {
    fn start(side: &str) -> Serving {
        let program = std::env::current_exe().expect("the program's own path");
        let mut process = on_core(0, program.to_str().expect("a path of text"))
            .args(["--serve", side])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let output = process.stdout.take().expect("it was asked for");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("the server says where it listens");
        Serving { process, address: line.trim().parse().expect("an address") }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// A command bound to one core, so that a server and its clients do not take turns on the same one.
fn on_core(core: u8, program: &str) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", &core.to_string(), program]);
    if can_bind() { command } else { Command::new(program) }
}

/// Whether there are a core 0 and a core 1 for us, and `taskset` (util-linux) to bind to them.
fn can_bind() -> bool {
    static CAN_BIND: OnceLock<bool> = OnceLock::new();
    *CAN_BIND.get_or_init(|| {
        ["0", "1"].into_iter().all(|core| {
            let tried = Command::new("taskset").args(["--cpu-list", core, "true"]).output();
            tried.is_ok_and(|done| done.status.success())
        })
    })
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Simulated time: that of the newest image, as in `ems run`.
struct ImageClock(watch::Receiver<Arc<Image>>);

impl Clock for ImageClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().time
    }
}

/// Serves until the input is closed.
fn serve(side: &str) {
    let image = house::image();
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    runtime().block_on(async {
        if side == "least" {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            println!("{}", listener.local_addr().expect("an address"));
            return least::serve(listener, &right_answer(&image)).await.expect("it serves");
        }
        let options = Options { connections_max: 128, ..Options::default() };
        let server = Server::bind("127.0.0.1:0", options).await.expect("a port");
        println!("{}", server.local_addr().expect("an address"));
        let (images, watching) = watch::channel(Arc::clone(&image));
        let (commands, _world) = mpsc::channel(COMMANDS_MAX);
        let (_stop, stopped) = watch::channel(false);
        // New images come as in real time: each is encoded once more. They show the same values, so
        // that an answer can be told right.
        tokio::spawn(async move {
            let mut due = tokio::time::interval(IMAGE_PERIOD);
            loop {
                due.tick().await;
                images.send_replace(Arc::new((*image).clone()));
            }
        });
        let clock = Arc::new(ImageClock(watching.clone()));
        server.run(watching, commands, clock, stopped).await;
    });
}

/// A server under load.
struct Side {
    serving: Serving,
    clients: Clients,
}

impl Side {
    async fn new(name: &str, load: &Load) -> Side {
        let serving = Serving::start(name);
        let mut clients = Clients::connect(load, serving.address).await.expect("it listens");
        // The first round only warms up.
        clients.round().await.expect("it answers");
        Side { serving, clients }
    }

    /// Thousands of answers a processor-second of the server, and a second on the wall.
    async fn round(&mut self) -> [f64; 2] {
        let pid = self.serving.process.id();
        let (begun, begun_ns) = (Instant::now(), process_ns(pid));
        let answers = self.clients.round().await.expect("it answers");
        let (wall, processor_ns) = (begun.elapsed(), process_ns(pid) - begun_ns);
        [answers as f64 * 1e6 / processor_ns as f64, answers as f64 * 1e-3 / wall.as_secs_f64()]
    }
}

/// Measures one case; false if the goal is missed.
async fn loopback(connections: usize, in_flight: usize, goal: Option<f64>) -> bool {
    let smoke = call::is_smoke();
    let (rounds, time_max, requests_max) =
        if smoke { (1, 0.02, 1000) } else { (9, 0.6, 1_000_000) };
    let load = Load {
        connections,
        in_flight,
        request: REQUEST.to_vec(),
        answer: right_answer(&house::image()),
        requests_max,
        time_max: Duration::from_secs_f64(time_max),
    };
    let mut ours = Side::new("ours", &load).await;
    let mut least = Side::new("least", &load).await;
    let mut speeds = Vec::new();
    for _ in 0..rounds {
        speeds.push([ours.round().await, least.round().await]);
    }
    let [ours, least] = [0, 1].map(|side| Spread::of(speeds.iter().map(|pair| pair[side][0])));
    let walls = [0, 1].map(|side| Spread::of(speeds.iter().map(|pair| pair[side][1])).median);
    let ratio = Spread::of(speeds.iter().map(|[ours, least]| ours[0] / least[0]));
    println!(
        "modbus/loopback/{connections}x{in_flight}: {ours:.0} k answers a processor-second, the least \
         server {least:.0} k, ratio {ratio:.2}{}; {:.0} and {:.0} k a second on the wall",
        goal.map_or(String::new(), |goal| format!(", goal {goal}")),
        walls[0],
        walls[1]
    );
    smoke || goal.is_none_or(|goal| ratio.median >= goal)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, side] = &arguments[..]
        && flag == "--serve"
    {
        return serve(side);
    }
    let mut criterion = criterion();
    protocol(&mut criterion);
    criterion.final_summary();
    if !call::wants("modbus/loopback") {
        return;
    }
    if can_bind() {
        let own = std::process::id().to_string();
        let bound = Command::new("taskset").args(["--cpu-list", "--pid", "1", &own]).output();
        assert!(bound.is_ok_and(|done| done.status.success()), "others could be bound");
    } else {
        println!("modbus/loopback: servers and clients are not bound to cores of their own");
    }
    let reached = CASES.map(|(connections, in_flight, goal)| {
        runtime().block_on(loopback(connections, in_flight, goal))
    });
    if reached.contains(&false) {
        println!("modbus/loopback: below the goal");
        std::process::exit(1);
    }
}
