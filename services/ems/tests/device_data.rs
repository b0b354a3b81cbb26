//! The datasheet as data is complete and says what the sheet says.

use serde::Deserialize;
use toml::{Table, Value};

fn device() -> Table {
    include_str!("../../../device.toml").parse().expect("device.toml is TOML")
}

fn rows<'a>(device: &'a Table, section: &str) -> &'a Vec<Value> {
    device[section]["rows"].as_array().expect("a table of rows")
}

fn number(device: &Table, section: &str, key: &str) -> f64 {
    let value = &device[section][key];
    value.as_float().or_else(|| value.as_integer().map(|n| n as f64)).expect("a number")
}

/// [E6, E7, E8, E9, E10, E11, E12, E14, B1, B3, B4, B5] Numbers of the sheet, typed here once more.
#[test]
fn numbers_are_the_sheets() {
    let device = device();
    let cases = [
        ("voltage", "un_ln_min_v", 120.0),
        ("voltage", "un_ll_max_v", 480.0),
        ("voltage", "overload_factor", 1.15),
        ("voltage", "frequency_min_hz", 45.0),
        ("current", "in_a", 5.0),
        ("current", "imin_a", 0.25),
        ("current", "imax_a", 65.0),
        ("current", "ist_a", 0.02),
        ("current", "overload_a", 1950.0),
        ("current", "overload_s", 0.01),
        ("current", "crest_factor", 4.0),
        ("current", "burden_va", 3.4),
        ("mechanical", "din_modules", 5.0),
        ("insulation", "impulse_v", 4000.0),
        ("environment", "operating_min_c", -25.0),
        ("environment", "operating_max_c", 55.0),
        ("environment", "altitude_max_m", 3000.0),
        ("power", "consumption_w", 10.0),
        ("power", "consumption_va", 15.0),
    ];
    for (section, key, expected) in cases {
        assert_eq!(number(&device, section, key), expected, "{section}.{key}");
    }
    assert_eq!(device["mechanical"]["ip_front"].as_str(), Some("IP40"));
}

/// [E13, E15, B2, B6] Category, terminals, clamps and standards are there.
#[test]
fn lists_are_complete() {
    let device = device();
    assert_eq!(device["current"]["utilization_category"].as_str(), Some("UC2"));
    let names: Vec<&str> =
        rows(&device, "terminal").iter().filter_map(|row| row["name"].as_str()).collect();
    for terminal in ["1", "2", "3", "N", "4", "5", "6", "7", "8", "9", "10", "11", "12"] {
        assert!(names.contains(&terminal), "terminal {terminal}");
    }
    assert_eq!(rows(&device, "clamp")[0]["torque_nm"].as_float(), Some(2.5));
    let standards = toml::to_string(&device["standard"]).expect("text");
    for standard in ["62053-21", "62053-23", "61010-1", "62052-11"] {
        assert!(standards.contains(standard), "{standard}");
    }
}

/// [E1, E2, E3, E4, E5] The wiring systems of the sheet are the meter's, by the same names.
#[test]
fn wiring_systems_have_the_meters_names() {
    for row in rows(&device(), "system") {
        let name = row["name"].as_str().expect("a name");
        let wiring = metering::Wiring::from_slug(name).unwrap_or_else(|| panic!("{name}"));
        let wired = wiring.phases().iter().filter(|phase| **phase).count();
        assert_eq!(row["phases"].as_array().map(Vec::len), Some(wired), "{name}");
    }
}

#[derive(Deserialize)]
struct Barrier {
    a: String,
    b: String,
    kind: String,
}

/// [B7] Between any two circuits the isolation can be asked, in either order.
#[test]
fn isolation_is_a_complete_graph() {
    let device = device();
    let barriers: Vec<Barrier> = rows(&device, "isolation")
        .iter()
        .map(|row| row.clone().try_into().expect("a barrier"))
        .collect();
    let between = |a: &str, b: &str| {
        let found = barriers.iter().filter(|x| (x.a == a && x.b == b) || (x.a == b && x.b == a));
        let kinds: Vec<&str> = found.map(|barrier| barrier.kind.as_str()).collect();
        assert_eq!(kinds.len(), 1, "{a} and {b} stand there once");
        kinds[0].to_string()
    };
    let circuits = ["measuring", "esy", "digital_input", "digital_output", "rs485"];
    for (k, a) in circuits.iter().enumerate() {
        for b in &circuits[k + 1..] {
            between(a, b);
        }
    }
    assert_eq!(between("measuring", "esy"), "basic");
    assert_eq!(between("rs485", "measuring"), "double or reinforced");
    assert_eq!(between("digital_input", "rs485"), "none");
}
