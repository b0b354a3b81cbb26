//! `ems run` under a service manager, which a socket of our own plays. Proves [G9]

mod common;

use common::{ems, folder};
use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Longest wait for anything that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A manager that allows 200 ms between signs of life.
struct Manager(UnixDatagram);

impl Manager {
    fn new(folder: &Path) -> (Manager, String) {
        let path = folder.join("notify");
        let socket = UnixDatagram::bind(&path).expect("the folder can be written");
        socket.set_read_timeout(Some(PATIENCE)).expect("a socket");
        (Manager(socket), path.to_str().expect("UTF-8").into())
    }

    /// Hears until a message holds this line; how many it heard with `WATCHDOG=1` meanwhile.
    fn hear(&self, line: &str) -> usize {
        let mut alive = 0;
        loop {
            let mut bytes = [0; 1024];
            let length = self.0.recv(&mut bytes).unwrap_or_else(|_| panic!("no {line} came"));
            let message = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if message.lines().any(|heard| heard == line) {
                return alive;
            }
            alive += usize::from(message.lines().any(|heard| heard == "WATCHDOG=1"));
        }
    }
}

fn start(folder: &Path, config: &str, socket: &str) -> Child {
    let child = ems()
        .args(["run", "--no-web", "--config", config, "--data"])
        .arg(folder.join("data"))
        .env("NOTIFY_SOCKET", socket)
        .env("WATCHDOG_USEC", "200000")
        .env_remove("WATCHDOG_PID")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn();
    child.expect("the binary starts")
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    let done = Command::new("kill").args(["-s", name, &pid]).status().expect("kill is there");
    assert!(done.success());
}

/// Ready, alive ten times, reloaded with another service, stopped within 5 s, with what it kept.
#[test]
fn the_manager_is_told() {
    let folder = folder("supervised");
    let (manager, socket) = Manager::new(&folder);
    let config = folder.join("config.toml");
    fs::write(&config, "[sim]\nscenario = \"house\"\n").expect("the folder can be written");
    let mut child = start(&folder, config.to_str().expect("UTF-8"), &socket);
    manager.hear("READY=1");
    for _ in 0..10 {
        manager.hear("WATCHDOG=1");
    }

    // A port that is free now.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let changed = format!("[modbus]\nenabled = true\nlisten = \"{free}\"\n[device]\nyear = 2027\n");
    fs::write(&config, changed).expect("the folder can be written");
    signal(&child, "HUP");
    manager.hear("RELOADING=1");
    manager.hear("READY=1");
    let read = ems().args(["read", &free.to_string()]).output().expect("the binary starts");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));

    // What is wrong is not taken over, and the meter goes on.
    fs::write(&config, "[modbus]\nenabled = 7\n").expect("the folder can be written");
    signal(&child, "HUP");
    manager.hear("READY=1");
    let read = ems().args(["read", &free.to_string()]).output().expect("the binary starts");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));

    let asked = Instant::now();
    signal(&child, "TERM");
    manager.hear("STOPPING=1");
    let status = child.wait().expect("it ends");
    assert!(status.success() && asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().expect("piped"), &mut said)
        .expect("UTF-8");
    for words in
        ["changes of device need a restart", "config.toml:2: modbus.enabled = 7", "stopped"]
    {
        assert!(said.contains(words), "`{words}` is not in:\n{said}");
    }
}

/// A loop that stands still is not alive, though the process is: the watchdog starves.
#[test]
fn a_loop_that_stands_still_starves_the_watchdog() {
    let folder = folder("supervised-still");
    let (manager, socket) = Manager::new(&folder);
    let config = folder.join("config.toml");
    // One simulated second takes a hundred: a tick of 20 ms comes every two seconds.
    fs::write(&config, "[sim]\nspeed = \"0.01\"\n").expect("the folder can be written");
    let mut child = start(&folder, config.to_str().expect("UTF-8"), &socket);
    manager.hear("READY=1");
    manager.0.set_read_timeout(Some(Duration::from_millis(600))).expect("a socket");
    assert!(manager.0.recv(&mut [0; 64]).is_err(), "it is said to live");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}
