//! `ems lcd` without a meter, and with a running one whose buttons are pressed.

mod common;

use common::{ems, refuse, run};
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};

/// [G16, D1] A page of a scenario is 24 lines of text, and a PNG.
#[test]
fn a_page_of_a_scenario_is_text_and_a_png() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.png");
    let ran = run(&["lcd", "--page", "voltage-ln", "--language", "fr", "--after", "1"]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 24), "{}", ran.stderr);
    let english = run(&["lcd", "--page", "voltage-ln", "--after", "1"]);
    assert_ne!(english.stdout, ran.stdout, "the title is another");
    let path = file.to_str().expect("UTF-8");
    let ran = run(&["lcd", "--after", "1", "--png", path]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    assert!(std::fs::read(&file).expect("it is written").starts_with(b"\x89PNG\r\n"));
}

/// [D4] What is listed can be shown, and what is not listed is refused.
#[test]
fn what_is_listed_can_be_shown() {
    let listed = run(&["lcd", "--list", "--after", "1"]).stdout;
    for page in ["overview", "settings", "set-wiring", "quick-1", "reset-partial", "network"] {
        assert!(listed.lines().any(|line| line == page), "{page} in {listed}");
    }
    refuse(&["lcd", "--page", "nowhere", "--after", "1"], 2, &["nowhere", "--list"]);
    refuse(&["lcd", "--connect", "/nowhere/panel"], 4, &["/nowhere/panel"]);
}

/// Ends the meter whatever becomes of the test.
struct Meter(Child);

impl Drop for Meter {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _reaped = self.0.wait();
    }
}

/// [D3, D4] The buttons of a running meter change a setting, and the meter shows the new value.
#[test]
fn buttons_change_a_setting_of_a_running_meter() {
    let folder = tempfile::tempdir().expect("a folder");
    let socket = folder.path().join("panel");
    let socket = socket.to_str().expect("UTF-8");
    let mut command = ems();
    command.args(["run", "--ephemeral", "--no-web", "--modbus", "127.0.0.1:0", "--panel", socket]);
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let mut meter = Meter(command.spawn().expect("the binary starts"));
    let notes = BufReader::new(meter.0.stderr.take().expect("piped"));
    let mut notes = notes.lines().map(|line| line.expect("UTF-8"));
    assert!(notes.any(|line| line.contains("ems lcd --connect")), "it says where the display is");
    let press = |key: &str| {
        let ran = run(&["button", key, "--connect", socket, "--json"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let document: serde_json::Value = serde_json::from_str(&ran.stdout).expect("JSON");
        document["view"].as_str().expect("a name").to_string()
    };
    let look = |page: &str| run(&["lcd", "--page", page, "--connect", socket]).stdout;
    // Settings, display (the fifth row), language.
    let views = ["enter", "enter", "down", "down", "down", "down", "enter", "enter"].map(press);
    assert_eq!(views.last().map(String::as_str), Some("set-display-language"));
    let english = look("menu");
    press("up");
    press("enter");
    // The command holds from the tick after next on; each look is a round trip of its own.
    let italian = (0..500).map(|_| look("menu")).find(|text| *text != english);
    assert!(italian.is_some(), "the menu speaks Italian");
    assert_eq!(press("back"), "settings");
    refuse(&["button", "left", "--connect", socket], 2, &["up, down, back or enter"]);
}
