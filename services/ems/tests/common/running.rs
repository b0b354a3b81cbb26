//! A run of `ems run` that is still going on: where it listens, and its lines as they come.

use super::ems;
use serde_json::Value;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

/// See the module. Ends with the test, whatever becomes of it.
pub struct Running {
    child: Child,
    /// Where Modbus TCP listens.
    pub modbus: String,
    /// Lines of standard output; none once it was closed from here.
    lines: Option<Lines<BufReader<ChildStdout>>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Running {
    /// Starts `ems run` with a free port and without a memory, and waits until it says where it listens.
    pub fn start(arguments: &[&str]) -> Running {
        Running::keeping(&[&["--ephemeral"], arguments].concat())
    }

    /// The same with a memory, if the arguments give it a folder.
    pub fn keeping(arguments: &[&str]) -> Running {
        let mut child = ems()
            .args([&["run", "--no-web", "--modbus", "127.0.0.1:0"], arguments].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        let mut stderr = BufReader::new(child.stderr.take().expect("piped")).lines();
        let said = stderr.by_ref().map_while(Result::ok).find_map(|line| {
            let address = line.strip_prefix("Modbus TCP listens on ")?;
            Some(address.split(' ').next().expect("split gives one part").to_owned())
        });
        Running {
            child,
            modbus: said.expect("it says where it listens"),
            lines: Some(lines),
            stderr,
        }
    }

    /// The next line of standard output; none once it is closed.
    pub fn line(&mut self) -> Option<String> {
        self.lines.as_mut()?.next().map(|line| line.expect("ems prints UTF-8"))
    }

    /// The next object of `--json`.
    pub fn object(&mut self) -> Option<Value> {
        self.line().map(|line| serde_json::from_str(&line).expect("one object a line"))
    }

    /// The next window of the built-in meter.
    pub fn window(&mut self) -> Value {
        loop {
            let object = self.object().expect("it is still running");
            if object["type"] == "window" && object["meter"] == "main" {
                return object;
            }
        }
    }

    /// Closes the pipe of standard output.
    pub fn close_output(&mut self) {
        self.lines = None;
    }

    /// Kills it, as a power cut would, and waits until it is gone.
    pub fn kill(mut self) {
        self.child.kill().expect("it was still running");
        self.child.wait().expect("it was started here");
    }

    /// Sends a signal by its name, such as `INT`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill is there");
        assert!(sent.success(), "the run has ended before the signal");
    }

    /// Waits for the end: exit code, the lines of both outputs that nobody has read yet.
    pub fn wait(mut self) -> (i32, Vec<String>, Vec<String>) {
        let lines: Vec<String> =
            self.lines.take().into_iter().flatten().map_while(Result::ok).collect();
        let stderr: Vec<String> = self.stderr.by_ref().map_while(Result::ok).collect();
        let status = self.child.wait().expect("it was started here");
        (status.code().expect("it ends by itself, not by the signal"), lines, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
