//! What all services share: how images reach them, how their commands reach the world, and where they keep
//! small documents.

mod shelf;

pub use shelf::{Change, MemoryShelf, Shelf, ShelfError};

use image::{Ack, Command, Image};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// The newest image, always.
pub type Images = watch::Receiver<Arc<Image>>;

/// Where commands go; bounded, and a full queue is answered "busy".
pub type Commands = mpsc::Sender<CommandTicket>;

/// Commands that may wait: more than any client sends in one tick.
pub const COMMANDS_MAX: usize = 256;

/// A command with the place for its answer.
#[derive(Debug)]
pub struct CommandTicket {
    /// What to do.
    pub command: Command,
    /// Where the answer goes; the sender may have given up waiting.
    pub ack: oneshot::Sender<Ack>,
}
