//! What joins the service to the runner: images come in, commands go out.

use image::{Ack, Command, Image};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// The newest image, always.
pub type Images = watch::Receiver<Arc<Image>>;

/// Where commands go; bounded, and a full queue is answered "busy".
pub type Commands = mpsc::Sender<CommandTicket>;

/// A command with the place for its answer.
#[derive(Debug)]
pub struct CommandTicket {
    /// What to do.
    pub command: Command,
    /// Where the answer goes; the sender may have given up waiting.
    pub ack: oneshot::Sender<Ack>,
}
