//! What the page shows of the datasheet: terminals, isolation, wiring systems, ports.

use serde::Deserialize;
use web::{Device, Isolation, Port, System, Terminal};

const TEXT: &str = include_str!("../../../../device.toml");

/// What the program is made of; see inventory.rs beside build.rs.
const INVENTORY: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/inventory.cdx.json"));

/// Tables of the file that are shown.
#[derive(Deserialize)]
struct Sheet {
    terminal: Table<Terminal>,
    isolation: Table<Isolation>,
    system: Table<System>,
    port_in: Table<Port>,
    port_out: Table<Port>,
}

#[derive(Deserialize)]
struct Table<T> {
    rows: Vec<T>,
}

/// The device of a run that was started at a moment.
pub fn device(title: &str, seed: Option<u64>, started: String) -> Device {
    let sheet: Sheet = toml::from_str(TEXT).expect("a test reads device.toml");
    let mut systems = sheet.system.rows;
    // Three single-phase loads are wired as three phases and a neutral are.
    systems.push(System {
        name: metering::Wiring::ThreeSinglePhase.slug().into(),
        title: "three single-phase loads".into(),
        phases: ["L1", "L2", "L3"].map(String::from).into(),
        neutral: true,
    });
    Device {
        title: title.into(),
        seed,
        started,
        commit: env!("EMS_COMMIT").into(),
        terminals: sheet.terminal.rows,
        isolation: sheet.isolation.rows,
        systems,
        inbound: sheet.port_in.rows,
        outbound: sheet.port_out.rows,
        inventory: INVENTORY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// [E15, S1, S2, S7] The tables are there, and each wiring system has its name in the setting.
    #[test]
    fn the_sheet_has_what_is_shown() {
        let device = device("house", None, String::new());
        assert_eq!((device.inbound.len(), device.outbound.len()), (7, 11));
        assert!(device.isolation.len() >= 10 && device.terminals.len() == 16);
        let names = catalog::SettingId::Wiring.row().names;
        assert_eq!(device.systems.len(), names.len());
        for system in &device.systems {
            assert!(names.iter().any(|(_, name)| *name == system.name), "{}", system.name);
        }
    }
}
