//! What a run offers, as the page and the display show it, and the one switch that the page has.

use super::services::Doors;
use crate::cli::RunArgs;
use crate::failure::Failure;
use crate::web::WebDoor;
use ::web::{ServiceState, Services};
use config::Config;
use display::NetworkFacts;
use host::{Shelf, ShelfError};
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{mpsc, oneshot, watch};

/// Name of the document that remembers the switch.
const DOCUMENT: &str = "services";

/// Name of Modbus TCP among services.
const MODBUS_TCP: &str = "modbus_tcp";

/// Switches that may wait: people press one after the other.
const WAITING_MAX: usize = 4;

/// What was switched on the page; it goes before the configuration's file.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Switched {
    modbus_tcp: Option<bool>,
}

/// What the page asks of the run.
pub enum Request {
    /// To switch Modbus TCP on or off, and where goes whether it was done.
    Modbus(bool, oneshot::Sender<Result<(), String>>),
    /// To begin anew.
    Restart,
}

/// See the module.
pub struct Offered {
    states: Arc<Mutex<Vec<ServiceState>>>,
    network: watch::Sender<NetworkFacts>,
    requests: mpsc::Sender<Request>,
}

/// The page's side.
struct Handle {
    states: Arc<Mutex<Vec<ServiceState>>>,
    requests: mpsc::Sender<Request>,
}

impl Services for Handle {
    fn all(&self) -> Vec<ServiceState> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_modbus_tcp(&self, on: bool) -> Result<(), String> {
        let stops = || "the meter stops".to_string();
        let (done, answer) = oneshot::channel();
        self.requests.blocking_send(Request::Modbus(on, done)).map_err(|_| stops())?;
        answer.blocking_recv().map_err(|_| stops())?
    }

    fn restart(&self) -> Result<(), String> {
        let busy = "the meter stops, or is being switched; try again in a moment";
        self.requests.try_send(Request::Restart).map_err(|_| busy.to_string())
    }
}

impl Offered {
    /// Of what was opened; and what the page asks for.
    pub fn new(doors: &Doors, page: Option<&WebDoor>) -> (Offered, mpsc::Receiver<Request>) {
        let mut states = Vec::new();
        if let Some(page) = page {
            let (https, http) = page.addresses();
            let addresses = [("https", Some(https)), ("http", http)];
            states.extend(addresses.into_iter().filter_map(|(name, address)| {
                Some(state(name, Some(address?.to_string()), false))
            }));
        }
        let (requests, waiting) = mpsc::channel(WAITING_MAX);
        let network = watch::Sender::new(NetworkFacts(Vec::new()));
        let offered = Offered { states: Arc::new(Mutex::new(states)), network, requests };
        offered.changed(doors);
        (offered, waiting)
    }

    /// Other doors are open now.
    pub fn changed(&self, doors: &Doors) {
        let tcp = doors.modbus_address().map(|address| address.to_string());
        let rtu = doors.rs485();
        let line = |(port, _, baud): &(String, u8, u32)| format!("{port} {baud}");
        self.replace([
            state(MODBUS_TCP, tcp.clone(), true),
            state("modbus_rtu", rtu.as_ref().map(line), false),
        ]);
        let tcp = tcp.map(|address| ("Modbus TCP".to_string(), address));
        let rtu = rtu.map(|rtu| (format!("Modbus RTU {}", rtu.1), line(&rtu)));
        self.network.send_replace(NetworkFacts(tcp.into_iter().chain(rtu).collect()));
    }

    /// Nothing could be opened.
    pub fn idle(&self) {
        self.replace([state(MODBUS_TCP, None, true), state("modbus_rtu", None, false)]);
        self.network.send_replace(NetworkFacts(Vec::new()));
    }

    fn replace(&self, new: [ServiceState; 2]) {
        let mut states = self.states.lock().unwrap_or_else(PoisonError::into_inner);
        states.retain(|known| new.iter().all(|new| new.name != known.name));
        states.extend(new);
    }

    /// What the display shows.
    pub fn network(&self) -> watch::Receiver<NetworkFacts> {
        self.network.subscribe()
    }

    /// What the page sees and switches.
    pub fn handle(&self) -> Arc<dyn Services> {
        Arc::new(Handle { states: Arc::clone(&self.states), requests: self.requests.clone() })
    }
}

fn state(name: &str, address: Option<String>, configurable: bool) -> ServiceState {
    ServiceState { name: name.into(), running: address.is_some(), address, configurable }
}

/// Puts what was switched on the page into a configuration, unless the command line says otherwise.
pub fn recall(shelf: &dyn Shelf, arguments: &RunArgs, config: &mut Config) -> Result<(), Failure> {
    let text = shelf.read(DOCUMENT).map_err(|error| Failure::Environment(error.to_string()))?;
    let switched: Switched =
        text.and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    if let (Some(on), None) = (switched.modbus_tcp, arguments.modbus) {
        config.modbus = on.then_some(config.modbus_listen);
    }
    Ok(())
}

/// Remembers what was switched.
pub fn remember(shelf: &dyn Shelf, on: bool) -> Result<(), ShelfError> {
    let document = Switched { modbus_tcp: Some(on) };
    let text = serde_json::to_vec(&document).expect("flags are always JSON");
    shelf.update(DOCUMENT, &mut |_| Some(text.clone()))
}
