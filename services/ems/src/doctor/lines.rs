//! GPIO lines and serial ports.

use super::Patient;
use super::check::Check;
use config::{Bus, Config, GpioLine};
use linux::{LineState, SerialSettings};
use std::path::Path;

/// Where the kernel lists the terminals it writes its messages to.
const CONSOLES: &str = "/proc/consoles";

/// How our own requests of lines are called (hw/linux).
const OURS: &str = "ems";

/// Checks all lines and ports that are configured.
pub fn checks(patient: &Patient) -> Vec<Check> {
    let mut checks = gpio(&patient.config, patient.is_running);
    checks.extend(serial(&patient.config, patient.is_running));
    checks
}

fn gpio(config: &Config, is_running: bool) -> Vec<Check> {
    let io = &config.io;
    let ones = [
        ("io.input", &io.input),
        ("io.output", &io.output),
        ("io.led", &io.led),
        ("io.power_fail", &io.power_fail),
    ];
    let ones = ones.into_iter().filter_map(|(name, line)| Some((name, line.as_ref()?)));
    let buttons = io.buttons.iter().map(|line| ("io.buttons", line));
    let checks: Vec<Check> =
        ones.chain(buttons).map(|(name, line)| looked_at(name, line, is_running)).collect();
    match checks.is_empty() {
        true => vec![Check::skipped("io", "no contact, LED or button is configured")],
        false => checks,
    }
}

/// A line is looked at and never taken: an output that is asked for is driven.
fn looked_at(name: &'static str, line: &GpioLine, is_running: bool) -> Check {
    match LineState::of(&line.chip, line.offset) {
        Ok(state) => judged(name, line, &state, is_running),
        Err(error) => Check::failed(name, &error),
    }
}

fn judged(name: &'static str, line: &GpioLine, state: &LineState, is_running: bool) -> Check {
    let called = match state.name.as_str() {
        "" => line.to_string(),
        name => format!("{line} ({name})"),
    };
    match &state.user {
        None => Check::ok(name, format!("{called} is free")),
        Some(user) if is_running && user.starts_with(OURS) => {
            Check::ok(name, format!("{called} is that of the running meter"))
        }
        Some(user) => Check::failure(name, format!("{called} is that of `{user}`"))
            .with_remedy("stop who has it, take its overlay away, or name another line"),
    }
}

fn serial(config: &Config, is_running: bool) -> Vec<Check> {
    let rs485 = config.rs485.as_ref().map(|rs485| ("rs485.port", rs485.port.as_str(), rs485.baud));
    let esy = match &config.esy.bus {
        Bus::Port(port) => Some(("esy.port", port.as_str(), config.esy.baud)),
        Bus::Direct | Bus::Memory | Bus::Pty => None,
    };
    let consoles = std::fs::read_to_string(CONSOLES).unwrap_or_default();
    let ports = rs485.into_iter().chain(esy);
    let checks: Vec<Check> = ports
        .map(|(name, port, baud)| match is_console(port, &consoles) {
            true => Check::failure(name, format!("{port} is the kernel's console"))
                .with_remedy("take console= off the kernel's command line, and its getty away"),
            false if is_running => Check::skipped(name, format!("the running meter has {port}")),
            false => opened(name, port, baud),
        })
        .collect();
    match checks.is_empty() {
        true => vec![Check::skipped("serial", "no serial port is configured")],
        false => checks,
    }
}

/// Whether the kernel writes its messages to a port.
fn is_console(port: &str, consoles: &str) -> bool {
    let path = std::fs::canonicalize(port).unwrap_or_else(|_| port.into());
    let name = path.strip_prefix("/dev").ok().and_then(Path::to_str).unwrap_or_default();
    consoles.lines().any(|line| line.split_whitespace().next() == Some(name))
}

fn opened(name: &'static str, port: &str, baud: u32) -> Check {
    let settings =
        SerialSettings { baud, parity: tokio_serial::Parity::None, two_stop_bits: false };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Check::failed(name, &error),
    };
    let _inside = runtime.enter();
    match linux::open_serial(port, settings) {
        Ok(_) => Check::ok(name, format!("{port} is free and takes {baud} bits a second")),
        Err(error) => Check::failed(name, &error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::check::Verdict;

    #[test]
    fn a_line_of_another_fails_and_the_running_meters_own_does_not() {
        let line: GpioLine = "!/dev/gpiochip0:5".parse().expect("a line");
        let check = |user: Option<&str>, is_running, expected| {
            let state = LineState { name: "GPIO5".into(), user: user.map(str::to_string) };
            let found = judged("io.led", &line, &state, is_running);
            assert_eq!(found.verdict, expected, "{found:?}");
            assert!(found.sentence.starts_with("!/dev/gpiochip0:5 (GPIO5) is "), "{found:?}");
        };
        check(None, false, Verdict::Ok);
        check(Some("ems"), true, Verdict::Ok);
        check(Some("ems"), false, Verdict::Failure);
        check(Some("spi0 CS0"), true, Verdict::Failure);
    }

    #[test]
    fn the_kernels_console_is_no_port_for_meters() {
        let consoles = "tty0   -WU (EC p  )    4:1\nttyS0  -W- (E  p a)    4:64\n";
        assert!(is_console("/dev/ttyS0", consoles));
        assert!(!is_console("/dev/ttyS1", consoles));
        assert!(!is_console("/dev/ttyS", consoles));
        assert!(!is_console("/dev/ttyS0", ""));
    }
}
