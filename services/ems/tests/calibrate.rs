//! `ems calibrate` finds what the verification's bench finds, and writes it where the meter reads it.

mod common;

use common::{folder, run};
use std::fs;
use verify::Standard;
use verify::unit::Unit;

/// [A1, G9] Through the model of the chip the record is that of the same unit on the bench, to the last bit, and it is the
/// one that a run takes.
#[test]
fn the_chip_is_calibrated_as_on_the_bench() {
    let folder = folder("calibrate");
    let (config, record) = (folder.join("config.toml"), folder.join("record"));
    let text = format!(
        "backend = \"ads131m08\"\n[adc]\nspi = \"model\"\ncalibration = \"{}\"\n[sim]\nseed = 7\n",
        record.display()
    );
    fs::write(&config, text).expect("the folder can be written");
    let config = config.display().to_string();
    let calibrated = run(&["calibrate", "--config", &config]);
    assert_eq!(calibrated.code, 0, "{}", calibrated.stderr);
    let expected = verify::calibrate::calibrate(&Unit::typical(7), Standard::of_place(7));
    let expected = expected.expect("a typical unit").coefficients;
    assert_eq!(fs::read(&record).expect("it was written"), expected.to_bytes());
    assert!(calibrated.stdout.contains("voltage gain"), "{}", calibrated.stdout);
    assert!(calibrated.stdout.contains(&format!("CRC {:08x}", expected.crc())));
    assert!(!folder.join("record.part").exists());
    let sheet = run(&["calibrate", "--config", &config, "--json"]);
    let sheet: serde_json::Value = serde_json::from_str(&sheet.stdout).expect("JSON");
    assert_eq!(sheet["crc"], format!("{:08x}", expected.crc()));
}

/// Without a place for the record nothing is begun, and one that cannot be written is named.
#[test]
fn a_record_has_a_place() {
    let folder = folder("calibrate-place");
    let config = folder.join("config.toml");
    fs::write(&config, "backend = \"ads131m08\"\n[adc]\nspi = \"model\"\n").expect("written");
    let config = config.display().to_string();
    let refused = run(&["calibrate", "--config", &config]);
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(refused.stderr.contains("--record"), "{}", refused.stderr);
    let refused = run(&["calibrate", "--config", &config, "--record", "/nowhere/record"]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(refused.stderr.contains("/nowhere/record"), "{}", refused.stderr);
}
