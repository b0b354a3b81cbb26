//! The display and the buttons beside a run: at a socket, and on the page.

use crate::failure::{Failure, note};
use display::{NetworkFacts, Press};
use host::{Commands, Images};
use panel::{Asking, Asks, Control, Panel};
use port::Clock;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{broadcast, mpsc, watch};

/// Listens at the socket.
pub async fn bind(path: &Path) -> Result<Control, Failure> {
    let control = Control::bind(path).await;
    let control = control.map_err(|error| Failure::Environment(error.to_string()))?;
    note(&format!("the display is at {0} (try: ems lcd --connect {0})", path.display()));
    Ok(control)
}

/// Runs the display until `stop`, with the meter's own keys. There is no glass but those of the socket and the page.
pub async fn run(
    control: Option<Control>,
    asks: (Asking, Asks),
    network: watch::Receiver<NetworkFacts>,
    clock: Arc<dyn Clock + Send + Sync>,
    mut keys: broadcast::Receiver<Press>,
    (images, commands, stop): (Images, Commands, watch::Receiver<bool>),
) {
    let (pressed, presses) = mpsc::channel(panel::PRESSES_MAX);
    let (glass, _) = watch::channel((display::Frame::CLEAR, true));
    let front = Panel { images, commands, presses, control, asks, network, clock, glass };
    tokio::select! {
        () = front.run(stop) => {}
        () = async {
            loop {
                match keys.recv().await {
                    // A press that finds no room is lost, as on any display that is busy.
                    Ok(press) => drop(pressed.try_send(press)),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        } => {}
    }
}
