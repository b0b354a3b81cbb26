//! The datasheet's table of ports, and what is open of them.

use crate::Web;
use crate::call::{Answer, Call};
use crate::device::Port;
use crate::problem::Problem;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

/// Ids of the rows that this program opens, with the name of the service that does.
const OPENED: [(&str, &str); 3] = [("S1", "http"), ("S2", "https"), ("S7", "modbus_tcp")];

/// The row that belongs to the system that the program runs on.
const OF_THE_SYSTEM: [&str; 3] = ["S3", "T6", "T7"];

/// State of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum State {
    /// A socket listens.
    Listening,
    /// It is off.
    Off,
    /// This build never opens it.
    NotInThisBuild,
    /// It belongs to the system.
    OfTheSystem,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
struct Row {
    id: String,
    /// As the datasheet has it.
    port: u16,
    transport: String,
    service: String,
    configurable: bool,
    factory_on: bool,
    note: String,
    state: State,
    /// Where it really listens.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
}

/// Both tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ports {
    inbound: Vec<Row>,
    outbound: Vec<Row>,
}

/// The tables.
pub async fn ports(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let services = web.services.all();
    let row = |port: &Port| {
        let service = OPENED.iter().find(|(id, _)| *id == port.id);
        let found = service.and_then(|(_, name)| services.iter().find(|known| known.name == *name));
        let running = found.filter(|service| service.running);
        let state = match (service, running) {
            (_, Some(_)) => State::Listening,
            (Some(_), None) => State::Off,
            (None, None) if OF_THE_SYSTEM.contains(&port.id.as_str()) => State::OfTheSystem,
            (None, None) => State::NotInThisBuild,
        };
        let Port { id, port, transport, service, configurable, factory_on, note } = port.clone();
        let address = running.and_then(|service| service.address.clone());
        Row { id, port, transport, service, configurable, factory_on, note, state, address }
    };
    let rows = |ports: &[Port]| ports.iter().map(row).collect();
    let (inbound, outbound) = (rows(&web.device.inbound), rows(&web.device.outbound));
    Ok(Answer::json(&Ports { inbound, outbound }))
}
