//! `ems doctor`: what is there, what is not, and that neither is touched.

mod common;

use common::{Ran, Running, ems, folder, refuse, run};
use serde_json::Value;
use std::fs;
use std::net::TcpListener;
use std::path::Path;

fn written(folder: &Path, text: &str) -> String {
    let path = folder.join("config.toml");
    fs::write(&path, text).expect("the folder can be written");
    path.to_str().expect("UTF-8").to_owned()
}

/// The checks of a document.
fn checks(ran: &Ran) -> Vec<Value> {
    let document: Value = serde_json::from_str(&ran.stdout).expect("JSON");
    assert_eq!(document["schema"], 1);
    document["checks"].as_array().expect("a list").clone()
}

/// The one check of this name: its verdict, sentence and remedy.
fn named(checks: &[Value], name: &str) -> [String; 3] {
    let mut found = checks.iter().filter(|check| check["name"] == name);
    let check = found.next().unwrap_or_else(|| panic!("no {name} in {checks:#?}"));
    assert!(found.next().is_none(), "one {name}");
    ["verdict", "sentence", "remedy"].map(|key| check[key].as_str().unwrap_or_default().to_owned())
}

/// [D-13] The chip's model is set up, its edges are timed and a second of its frames is read: all as it should be.
#[test]
fn a_sound_chip_is_found_sound() {
    let folder = folder("doctor-sound");
    let text = "backend = \"ads131m08\"\n[adc]\nspi = \"model\"\n[modbus]\nenabled = true\nlisten = \"127.0.0.1:0\"\n";
    let file = written(&folder, text);
    let data = folder.to_str().expect("UTF-8");
    let ran = run(&["doctor", "--config", &file, "--data", data, "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let checks = checks(&ran);
    for name in ["spi", "adc", "drdy", "frames", "modbus.listen"] {
        assert_eq!(named(&checks, name)[0], "ok", "{checks:#?}");
    }
    let [_, identity, _] = named(&checks, "adc");
    assert!(identity.contains("identity 28"), "{identity}");
    let [_, rate, _] = named(&checks, "drdy");
    assert!(rate.starts_with("8000.00 edges a second, +0 ppm"), "{rate}");
    let [_, frames, _] = named(&checks, "frames");
    let samples = frames.split(' ').next().and_then(|word| word.parse::<u64>().ok());
    assert!(samples.is_some_and(|samples| samples >= 8000), "{frames}");
    let left = fs::read_dir(&folder).expect("it is there").count();
    assert_eq!(left, 1, "nothing is left but what the test wrote");
}

/// [G9] Each device that is missing is named with what to check, none hides another, and the code is that of the
/// surroundings.
#[test]
fn everything_that_is_missing_is_named_at_once() {
    let folder = folder("doctor-missing");
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("it listens").port();
    let text = format!(
        "backend = \"ads131m08\"\nvariant = \"S1\"\n[device]\nserial = \"AV2-1\"\n\
         [data]\nfolder = \"{}\"\n\
         [adc]\nspi = \"/dev/spidev7.3\"\ndrdy = \"/dev/gpiochip77:4\"\ncalibration = \"/nowhere/record\"\n\
         [rs485]\nport = \"/dev/ttyNONE1\"\n[io]\nled = \"/dev/gpiochip78:5\"\n\
         [modbus]\nenabled = true\nlisten = \"127.0.0.1:{port}\"\n",
        folder.display()
    );
    let file = written(&folder, &text);
    let ran = run(&["doctor", "--config", &file, "--json"]);
    assert_eq!(ran.code, 4, "{}", ran.stdout);
    assert!(ran.stderr.contains("6 of 9 checks failed"), "{}", ran.stderr);
    let checks = checks(&ran);
    let check = |name, sentence: &str, remedy: &str| {
        let found = named(&checks, name);
        assert_eq!(found[0], "failure", "{found:?}");
        assert!(found[1].contains(sentence), "{found:?}");
        assert!(found[2].contains(remedy), "{found:?}");
    };
    check("spi", "/dev/spidev7.3: cannot open the SPI device", "ls /dev/spidev*");
    check("drdy", "/dev/gpiochip77: cannot use a line", "gpioinfo");
    check("io.led", "/dev/gpiochip78: cannot use a line", "gpioinfo");
    check("rs485.port", "/dev/ttyNONE1: cannot open the serial port", "check the name");
    check("calibration", "cannot read the calibration record /nowhere/record", "");
    check("modbus.listen", &format!("cannot listen on 127.0.0.1:{port}"), "ss -tlnp");
    let words = run(&["doctor", "--config", &file]);
    assert_eq!(words.code, 4);
    assert!(words.stdout.contains("\nfailure  spi "), "{}", words.stdout);
    assert!(words.stdout.contains("> check that SPI is enabled"), "{}", words.stdout);
}

/// A configuration that is none is refused before anything is touched.
#[test]
fn a_wrong_configuration_is_refused_first() {
    let folder = folder("doctor-wrong");
    let file = written(&folder, "[adc]\nspi_hz = 1\n");
    refuse(&["doctor", "--config", &file], 3, &["config.toml:2: adc.spi_hz = 1"]);
}

/// Beside a meter that runs its port is its own, its folder stays whole, and it goes on.
#[test]
fn a_running_meter_is_left_alone() {
    let folder = folder("doctor-running");
    let data = folder.join("data");
    let data = data.to_str().expect("UTF-8");
    let mut meter = Running::keeping(&["house", "--data", data, "--json"]);
    let text = format!("[modbus]\nenabled = true\nlisten = \"{}\"\n", meter.modbus);
    let file = written(&folder, &text);
    meter.window();
    let ran = run(&["doctor", "--config", &file, "--data", data, "--json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let [verdict, sentence, _] = named(&checks(&ran), "modbus.listen");
    assert_eq!(verdict, "ok");
    assert!(sentence.ends_with("is that of the running meter"), "{sentence}");
    meter.window();
    meter.signal("TERM");
    let (code, _, stderr) = meter.wait();
    assert_eq!(code, 0, "{stderr:?}");
    // Without it the same port is free.
    let ran = run(&["doctor", "--config", &file, "--data", data, "--json"]);
    let [_, sentence, _] = named(&checks(&ran), "modbus.listen");
    assert!(sentence.ends_with("is free"), "{sentence}");
}

/// Without a file what is usual is checked, and a folder that is not there is not made.
#[test]
fn nothing_is_made_where_nothing_is() {
    let folder = folder("doctor-usual");
    let ran = ems().args(["doctor", "--json"]).env("STATE_DIRECTORY", &folder).output();
    let ran: Ran = ran.expect("the binary starts").into();
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let checks = checks(&ran);
    for name in ["converter", "disk", "modbus.listen", "io", "serial"] {
        assert_eq!(named(&checks, name)[0], "skipped", "{checks:#?}");
    }
    assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 0, "nothing is made");
}
