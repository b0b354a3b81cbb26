//! `ems run --config`: backends, layers, what is refused, and what is said of hardware that is not there.

mod common;

use common::{ems, folder, refuse, run};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;
use std::process::Stdio;

/// Writes a configuration and gives its path.
fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("config.toml");
    fs::write(&path, text).expect("the folder can be written");
    path.to_str().expect("UTF-8").to_owned()
}

/// The lines of a run that end each of its windows.
fn windows(stdout: &str) -> Vec<serde_json::Value> {
    let lines = stdout.lines().map(|line| serde_json::from_str(line).expect("an object a line"));
    let mut lines: Vec<serde_json::Value> = lines.collect();
    lines.iter_mut().for_each(|line| {
        // Civil time is that of the machine.
        line.as_object_mut().expect("an object").remove("time");
    });
    lines
}

/// [G9, D-13] In real time, through the chip's frames, its driver and the thread that reads it, a scenario with
/// ten modules gives the windows of the direct run: every reading of every meter, by the number of its window.
#[test]
fn the_chip_in_real_time_gives_the_windows_of_the_direct_run() {
    let folder = folder("installation-chip");
    let text =
        "backend = \"ads131m08\"\n[adc]\nspi = \"model\"\n[sim]\nscenario = \"ten-modules\"\n";
    let file = written(&folder, text);
    let common =
        ["--ephemeral", "--duration", "3s", "--no-web", "--modbus", "127.0.0.1:0", "--json"];
    let chip = run(&[&["run", "--config", &file], &common[..]].concat());
    assert_eq!(chip.code, 0, "{}", chip.stderr);
    let direct = run(&[&["run", "ten-modules", "--speed", "max"], &common[..]].concat());
    let (chip, direct) = (windows(&chip.stdout), windows(&direct.stdout));
    assert!(direct.len() > 11 * 14, "{}", direct.len());
    assert_eq!(chip, direct);
}

/// [G9] What is not there is named, with what to check, and the code is that of the surroundings.
#[test]
fn missing_hardware_is_named() {
    let folder = folder("installation-missing");
    let real = "backend = \"ads131m08\"\nvariant = \"S1\"\n[device]\nserial = \"AV2-1\"\n";
    let check = |text: &str, words: &[&str]| {
        let file = written(&folder, text);
        refuse(&["run", "--no-web", "--config", &file, "--ephemeral"], 4, words);
    };
    let spi = format!("{real}[adc]\nspi = \"/dev/spidev7.3\"\n");
    check(&spi, &["/dev/spidev7.3: cannot open the SPI device", "ls /dev/spidev*"]);
    let calibration = format!("{real}[adc]\ncalibration = \"/nowhere/record\"\n");
    check(&calibration, &["cannot read the calibration record /nowhere/record"]);
    check("[rs485]\nport = \"/dev/ttyNONE1\"\n", &["/dev/ttyNONE1: cannot open the serial port"]);
    refuse(
        &["run", "--no-web", "--config", "/nowhere/config.toml"],
        4,
        &["cannot read /nowhere/config.toml"],
    );
}

/// [P5] Where modules are is said in full, and in a way that can be.
#[test]
fn the_bus_of_the_modules_is_checked() {
    let folder = folder("installation-esy");
    let module = "[[esy.module]]\nslot = 1\nmodel = \"ESY3XMV\"\n";
    for (text, word) in [
        (module.to_string(), "give esy.port"),
        ("[esy]\nport = \"/dev/ttyS7\"\n".into(), "[[esy.module]]"),
        (
            "[sim]\nspeed = \"max\"\nscenario = \"house\"\n[esy]\nport = \"pty\"\n".into(),
            "realtime",
        ),
    ] {
        let file = written(&folder, &text);
        refuse(&["run", "--no-web", "--config", &file, "--ephemeral"], 3, &[word]);
    }
    let file = written(&folder, &format!("[esy]\nport = \"/dev/ttyNONE1\"\n{module}"));
    refuse(
        &["run", "--no-web", "--config", &file, "--ephemeral"],
        4,
        &["/dev/ttyNONE1: cannot open"],
    );
}

/// [P5] The chip's model and ten modules behind a pseudo terminal, in real time: the meter's windows are those of the
/// direct run, and whatever a module is heard to say it has measured there, to the last bit.
#[test]
fn modules_on_a_terminal_say_what_they_measured() {
    let folder = folder("installation-terminal");
    let text = "backend = \"ads131m08\"\n[adc]\nspi = \"model\"\n[sim]\nscenario = \"ten-modules\"\n[esy]\nport = \"pty\"\n";
    let file = written(&folder, text);
    let common = ["--ephemeral", "--no-web", "--duration", "8s", "--json"];
    let heard = run(&[&["run", "--config", &file], &common[..]].concat());
    assert_eq!(heard.code, 0, "{}", heard.stderr);
    let direct = run(&[&["run", "ten-modules", "--speed", "max"], &common[..]].concat());
    let said = |text: &str| -> Vec<(String, String)> {
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("JSON"));
        let windows = lines.filter(|line: &serde_json::Value| line["type"] == "window");
        let said = windows.map(|line| {
            let meter = line["meter"].as_str().expect("a name").to_string();
            (meter, format!("{}{}", line["readings"], line["energy"]))
        });
        said.collect()
    };
    let (heard, direct) = (said(&heard.stdout), said(&direct.stdout));
    let of = |windows: &[(String, String)], meter: &str| -> Vec<String> {
        windows.iter().filter(|(name, _)| name == meter).map(|(_, said)| said.clone()).collect()
    };
    assert_eq!(of(&heard, "main"), of(&direct, "main"));
    for slot in 1..=10 {
        let meter = format!("esy{slot}");
        let (heard, measured) = (of(&heard, &meter), of(&direct, &meter));
        // Ten on a line have a turn about once a second, once they have their addresses.
        assert!(heard.len() >= 2, "{meter} {}", heard.len());
        assert!(heard.iter().all(|said| measured.contains(said)), "{meter}");
    }
}

/// A record that is damaged is refused before anything is measured with it.
#[test]
fn a_damaged_calibration_is_refused() {
    let folder = folder("installation-calibration");
    let record = folder.join("record");
    fs::write(&record, b"EMSC\x01\x00").expect("the folder can be written");
    let text = format!(
        "backend = \"ads131m08\"\nvariant = \"O1\"\n[device]\nserial = \"1\"\n[adc]\ncalibration = \"{}\"\n",
        record.display()
    );
    let file = written(&folder, &text);
    refuse(&["run", "--no-web", "--config", &file, "--ephemeral"], 3, &["calibrate again"]);
}

/// [G9] Everything that is wrong is told, with its line; files of conf.d and the environment go before the file.
#[test]
fn configurations_are_checked_and_shown() {
    let folder = folder("installation-check");
    let file = written(&folder, "backend = \"sim\"\n[modbus]\nlisten = \"0.0.0.0:1502\"\n");
    fs::create_dir(folder.join("conf.d")).expect("the folder can be written");
    let more = folder.join("conf.d/10-more.toml");
    fs::write(&more, "[modbus]\nenabled = true\n").expect("the folder can be written");
    let checked = run(&["config", "check", &file]);
    assert_eq!((checked.code, checked.stdout.as_str()), (0, ""), "{}", checked.stderr);
    let shown = ems()
        .args(["config", "show", &file])
        .env("EMS_SIM_SEED", "42")
        .output()
        .expect("the binary starts");
    let shown = String::from_utf8(shown.stdout).expect("UTF-8");
    for line in [
        format!("enabled = true # {}:2", more.display()),
        format!("listen = \"0.0.0.0:1502\" # {file}:3"),
        "seed = 42 # EMS_SIM_SEED".to_string(),
    ] {
        assert!(shown.contains(&line), "{line} is not in:\n{shown}");
    }
    fs::write(&more, "[modbus]\nenabled = 1\nport = 502\n").expect("the folder can be written");
    let place = more.display();
    refuse(
        &["config", "check", &file],
        3,
        &[
            &format!("{place}:2: modbus.enabled = 1"),
            &format!("{place}:3: there is no key modbus.port"),
        ],
    );
    refuse(&["run", "--no-web", "--config", &file], 3, &[&format!("{place}:2: ")]);
    let schema = run(&["config", "schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema.stdout).expect("JSON");
    assert_eq!(schema["properties"]["adc"]["properties"]["spi"]["type"], "string");
}

/// [P3, P4] The other end of a pseudo terminal is a master: what it asks of the address it was given is answered
/// with the CRC of Modbus RTU, at any speed, parity and stop bits of the sheet; another address is left alone.
#[test]
fn a_master_on_the_serial_port_is_answered() {
    let folder = folder("installation-rs485");
    for (baud, parity, stop_bits) in [(2400, "none", 2), (9600, "odd", 1), (115_200, "even", 1)] {
        let (mut master, port) = terminal();
        let text = format!(
            "variant = \"S1\"\n[rs485]\nport = \"{port}\"\naddress = 17\nbaud = {baud}\nparity = \"{parity}\"\nstop_bits = {stop_bits}\n"
        );
        let file = written(&folder, &text);
        let mut child = ems()
            .args(["run", "--no-web", "--config", &file, "--ephemeral"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary starts");
        let mut ask = |request: &[u8]| {
            master.write_all(&framed(request)).expect("the terminal is there");
            listen(&mut master)
        };
        // The identification code of slave 17; by hand. The port is set up when the meter starts; until then nobody
        // hears.
        let request = [0x11, 0x03, 0x00, 0x0B, 0x00, 0x01];
        let heard = (0..100).map(|_| ask(&request)).find(|heard| !heard.is_empty());
        // Frequency of slave 64, which is nobody.
        let of_nobody = ask(&[0x40, 0x03, 0x00, 0x33, 0x00, 0x01]);
        child.kill().expect("it runs");
        child.wait().expect("it ends");
        // 06E0h is 1760, an EM540.
        let answer = framed(&[0x11, 0x03, 0x02, 0x06, 0xE0]);
        let heard = heard.expect("an answer");
        assert!(heard.starts_with(&answer), "{baud} {parity}: {heard:02X?}");
        // What was asked while the meter started may be answered late; nobody's address is in none of it.
        assert!(!of_nobody.contains(&0x40), "{baud} {parity}: {of_nobody:02X?}");
    }
}

/// A frame with its CRC-16, worked out bit by bit.
fn framed(body: &[u8]) -> Vec<u8> {
    let crc =
        body.iter().fold(0xFFFFu16, |crc, byte| {
            (0..8).fold(crc ^ u16::from(*byte), |crc, _| {
                if crc & 1 == 1 { crc >> 1 ^ 0xA001 } else { crc >> 1 }
            })
        });
    [body, &crc.to_le_bytes()].concat()
}

/// A pseudo terminal: the master's end, and the path of the other.
fn terminal() -> (File, String) {
    let flags = rustix::pty::OpenptFlags::RDWR | rustix::pty::OpenptFlags::NOCTTY;
    let master = rustix::pty::openpt(flags).expect("the system has pseudo terminals");
    rustix::pty::grantpt(&master).expect("it is ours");
    rustix::pty::unlockpt(&master).expect("it is ours");
    let mut modes = rustix::termios::tcgetattr(&master).expect("a terminal");
    modes.make_raw();
    rustix::termios::tcsetattr(&master, rustix::termios::OptionalActions::Now, &modes)
        .expect("a terminal");
    let port = rustix::pty::ptsname(&master, Vec::new()).expect("it has a name");
    (File::from(master), port.into_string().expect("UTF-8"))
}

/// What comes within a moment.
fn listen(master: &mut File) -> Vec<u8> {
    let wait = rustix::event::Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
    let mut heard = Vec::new();
    loop {
        let mut ready = [rustix::event::PollFd::new(&*master, rustix::event::PollFlags::IN)];
        let count = rustix::event::poll(&mut ready, Some(&wait)).expect("a terminal");
        let mut bytes = [0; 64];
        match if count == 0 { Ok(0) } else { master.read(&mut bytes) } {
            Ok(0) | Err(_) => return heard,
            Ok(length) => heard.extend(&bytes[..length]),
        }
    }
}

/// [S7] A configuration that does not switch Modbus on opens no port.
#[test]
fn modbus_is_off_unless_it_is_switched_on() {
    let folder = folder("installation-modbus");
    let file = written(&folder, "[sim]\nspeed = \"max\"\n");
    let ran = run(&["run", "--no-web", "--config", &file, "--ephemeral", "--duration", "1s"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("listens"), "{}", ran.stderr);
}
