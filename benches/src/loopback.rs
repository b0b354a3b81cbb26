//! Servers of Modbus on loopback, each a process of its own on core 0, and their clients on core 1.
//!
//! The servers are the measuring program itself, started again with `--serve`: so their processor time is that of a
//! process, apart from the clients'.

use crate::load::{Clients, Load};
use crate::processor::process_ns;
use crate::{house, least};
use host::COMMANDS_MAX;
use image::{Image, Timestamp};
use modbus::answer::{Ask, Outcome, Session, answer};
use modbus::{Framing, Options, Server, Snapshot, next_frame};
use port::Clock;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};

/// Transaction 1, unit 1, function 4, address 0, 50 registers: voltages, currents, powers.
pub const REQUEST: [u8; least::REQUEST] = [0, 1, 0, 0, 0, 6, 1, 4, 0, 0, 0, 50];
/// Bytes of an answer before its values.
pub const HEAD: usize = 9;
/// Images a second, as the meter makes them.
const IMAGE_PERIOD: Duration = Duration::from_millis(200);

/// Answers what was received so far, as the server does; returns how many bytes were whole frames.
pub fn answer_all(snapshot: &Snapshot, input: &[u8], out: &mut Vec<u8>) -> usize {
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
pub fn right_answer(image: &Arc<Image>) -> Vec<u8> {
    let mut out = Vec::new();
    answer_all(&Snapshot::new(Arc::clone(image)), &REQUEST, &mut out);
    assert_eq!(out.len(), HEAD + 100, "fifty registers and no exception");
    out
}

/// A server in a process of its own; it ends when its input is closed, so also if we are gone.
pub struct Serving {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Serving {
    /// `ours` is the server of the meter with an image made once, `least` the least possible.
    pub fn start(side: &str) -> Serving {
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
pub fn can_bind() -> bool {
    static CAN_BIND: OnceLock<bool> = OnceLock::new();
    *CAN_BIND.get_or_init(|| {
        ["0", "1"].into_iter().all(|core| {
            let tried = Command::new("taskset").args(["--cpu-list", core, "true"]).output();
            tried.is_ok_and(|done| done.status.success())
        })
    })
}

/// Binds this process, whose clients they are, to core 1; false if that cannot be.
pub fn bind_clients() -> bool {
    if can_bind() {
        let own = std::process::id().to_string();
        let bound = Command::new("taskset").args(["--cpu-list", "--pid", "1", &own]).output();
        assert!(bound.is_ok_and(|done| done.status.success()), "others could be bound");
        return true;
    }
    false
}

/// Of one thread, as that of the meter.
pub fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Simulated time: that of the newest image, as in `ems run`.
struct ImageClock(watch::Receiver<Arc<Image>>);

impl Clock for ImageClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().time
    }
}

/// Serves if this program was started to do so; it then does not return.
pub fn serve_if_asked() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, side] = &arguments[..]
        && flag == "--serve"
    {
        serve(side);
        std::process::exit(0);
    }
}

/// Tells the process that started this one where the server listens.
fn say(address: SocketAddr) {
    writeln!(std::io::stdout(), "{address}").expect("somebody listens");
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
            say(listener.local_addr().expect("an address"));
            return least::serve(listener, &right_answer(&image)).await.expect("it serves");
        }
        let options = Options { connections_max: 128, ..Options::default() };
        let server = Server::bind("127.0.0.1:0", options).await.expect("a port");
        say(server.local_addr().expect("an address"));
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
pub struct Side {
    pid: u32,
    clients: Clients,
    /// Ended with this, if it was started for it.
    _serving: Option<Serving>,
}

impl Side {
    /// One of our servers: `ours` or `least`.
    pub async fn new(name: &str, load: &Load) -> Side {
        let serving = Serving::start(name);
        let side = Side::of(serving.process.id(), serving.address, load).await;
        Side { _serving: Some(serving), ..side }
    }

    /// A process that runs already.
    pub async fn of(pid: u32, address: SocketAddr, load: &Load) -> Side {
        let mut clients = Clients::connect(load, address).await.expect("it listens");
        // The first round only warms up.
        clients.round().await.expect("it answers");
        Side { pid, clients, _serving: None }
    }

    /// Thousands of answers a processor-second of the server, and a second on the wall.
    pub async fn round(&mut self) -> [f64; 2] {
        let pid = self.pid;
        let (begun, begun_ns) = (Instant::now(), process_ns(pid));
        let answers = self.clients.round().await.expect("it answers");
        let (wall, processor_ns) = (begun.elapsed(), process_ns(pid) - begun_ns);
        [answers as f64 * 1e6 / processor_ns as f64, answers as f64 * 1e-3 / wall.as_secs_f64()]
    }
}
