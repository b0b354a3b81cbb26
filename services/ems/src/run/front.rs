//! The display and the buttons beside a run, at a socket.

use crate::failure::{Failure, note};
use display::NetworkFacts;
use host::{Commands, Images};
use panel::{Control, Panel};
use port::Clock;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// Listens at the socket.
pub async fn bind(path: &Path) -> Result<Control, Failure> {
    let control = Control::bind(path).await;
    let control = control.map_err(|error| Failure::Environment(error.to_string()))?;
    note(&format!("the display is at {0} (try: ems lcd --connect {0})", path.display()));
    Ok(control)
}

/// Runs the display until `stop`. There are no buttons and no glass but those of the socket.
pub async fn run(
    control: Control,
    network: Vec<(String, String)>,
    clock: Arc<dyn Clock + Send + Sync>,
    (images, commands, stop): (Images, Commands, watch::Receiver<bool>),
) {
    let (_presses, presses) = mpsc::channel(panel::PRESSES_MAX);
    let (_network, network) = watch::channel(NetworkFacts(network));
    let (glass, _) = watch::channel((display::Frame::CLEAR, true));
    let front = Panel { images, commands, presses, control: Some(control), network, clock, glass };
    front.run(stop).await;
}
