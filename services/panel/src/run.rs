//! The task that holds the display: images, presses and questions in; commands and pictures out.

use crate::control::{Ask, Asking, Asks, CONNECTIONS_MAX, Control, converse};
use crate::picture::Picture;
use display::{Display, Frame, Key, NetworkFacts, Press};
use host::{CommandTicket, Commands, Images};
use image::{Ack, Command, Image, Origin, Refusal, Request};
use port::Clock;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Presses that may wait: more than fingers make between two images.
pub const PRESSES_MAX: usize = 16;

/// Images are taken no more often: twice a window in real time. A simulation makes thousands a second, which nobody
/// sees; whoever asks or presses is answered from the newest.
const IMAGE_EVERY: Duration = Duration::from_millis(100);

/// Answers of the world that may be outstanding: resets of all 11 meters, and settings beside them.
const ACKS_MAX: usize = 32;

/// What the front is made of.
pub struct Panel {
    /// The newest image.
    pub images: Images,
    /// Where commands go.
    pub commands: Commands,
    /// Buttons that were pressed and let go.
    pub presses: mpsc::Receiver<Press>,
    /// The socket of the command line, if there is one.
    pub control: Option<Control>,
    /// How its clients ask, and others within the program.
    pub asks: (Asking, Asks),
    /// Where the meter is reached.
    pub network: watch::Receiver<NetworkFacts>,
    /// Only its differences count: for the light and for notices.
    pub clock: Arc<dyn Clock + Send + Sync>,
    /// Where pictures go, with the state of the light; for the glass, if there is one.
    pub glass: watch::Sender<(Frame, bool)>,
}

impl Panel {
    /// Runs until `stop` turns true or the loop is gone.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let image = Arc::clone(&self.images.borrow_and_update());
        let display = Display::new(&image, self.network.borrow_and_update().clone());
        let mut front =
            Front { display, image, commands: self.commands.clone(), acks: JoinSet::new() };
        let (asking, mut asks) = self.asks;
        let mut clients = JoinSet::new();
        let mut due = Instant::now();
        loop {
            front.show(self.clock.as_ref(), &self.glass);
            let room = clients.len() < CONNECTIONS_MAX;
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                changed = next(&mut self.images, due) => {
                    if changed.is_err() {
                        return;
                    }
                    due = Instant::now() + IMAGE_EVERY;
                    front.image = Arc::clone(&self.images.borrow_and_update());
                }
                Ok(()) = self.network.changed() => {
                    front.display.set_network(self.network.borrow_and_update().clone());
                }
                Some(press) = self.presses.recv() => {
                    front.image = Arc::clone(&self.images.borrow());
                    front.press(press, self.clock.as_ref());
                }
                Some((ask, answer)) = asks.next() => {
                    front.image = Arc::clone(&self.images.borrow());
                    front.answer(ask, answer, self.clock.as_ref());
                }
                Some(ack) = front.acks.join_next(), if !front.acks.is_empty() => {
                    // A request that nobody answers was refused by a world that stops.
                    let ack = ack.unwrap_or(Err(Refusal::Busy));
                    front.display.answer(&ack, self.clock.now());
                }
                Ok(stream) = accept(self.control.as_ref()), if room => {
                    clients.spawn(converse(stream, asking.clone()));
                }
                Some(_) = clients.join_next(), if !clients.is_empty() => {}
            }
        }
    }
}

/// The next image, once it is due.
async fn next(images: &mut Images, due: Instant) -> Result<(), watch::error::RecvError> {
    sleep_until(due).await;
    images.changed().await
}

/// The next client of a socket, if there is one.
async fn accept(control: Option<&Control>) -> std::io::Result<tokio::net::UnixStream> {
    match control {
        Some(control) => control.accept().await,
        None => std::future::pending().await,
    }
}

struct Front {
    display: Display,
    image: Arc<Image>,
    commands: Commands,
    /// Answers that are waited for, at most [`ACKS_MAX`].
    acks: JoinSet<Ack>,
}

impl Front {
    /// Time goes on, and whoever has the glass gets the picture if it is another.
    fn show(&mut self, clock: &(dyn Clock + Send + Sync), glass: &watch::Sender<(Frame, bool)>) {
        self.display.tick(&self.image, clock.now());
        // Nobody draws for a glass that is not there, as often as images come.
        if glass.receiver_count() == 0 {
            return;
        }
        let shown = (self.display.draw(&self.image), self.display.is_lit());
        glass.send_if_modified(|last| {
            let other = *last != shown;
            *last = shown;
            other
        });
    }

    fn press(&mut self, press: Press, clock: &(dyn Clock + Send + Sync)) {
        self.display.press(press, &self.image, clock.now());
        for request in self.display.requests() {
            if let Err(refusal) = self.send(request) {
                self.display.answer(&Err(refusal), clock.now());
            }
        }
    }

    fn send(&mut self, request: Request) -> Result<(), Refusal> {
        if self.acks.len() >= ACKS_MAX {
            return Err(Refusal::Busy);
        }
        let command = Command { origin: Origin::Local, request };
        let (ack, answer) = oneshot::channel();
        self.commands.try_send(CommandTicket { command, ack }).map_err(|_| Refusal::Busy)?;
        self.acks.spawn(async move { answer.await.unwrap_or(Err(Refusal::Busy)) });
        Ok(())
    }

    fn answer(
        &mut self,
        ask: Ask,
        answer: oneshot::Sender<Result<Picture, String>>,
        clock: &(dyn Clock + Send + Sync),
    ) {
        let picture = match ask {
            Ask::Lcd { page: None } => Ok(self.picture()),
            Ask::Lcd { page: Some(page) } => self.look_at(&page),
            Ask::Button { key, long } => self.button(&key, long, clock),
        };
        // Who does not wait any longer does not want it.
        let _gone = answer.send(picture);
    }

    fn look_at(&self, page: &str) -> Result<Picture, String> {
        let frame = self.display.glance(page, &self.image);
        let frame =
            frame.ok_or_else(|| format!("there is no page {page}; `ems lcd --list` lists them"))?;
        Ok(Picture::new(page.into(), self.display.is_lit(), &frame))
    }

    fn button(
        &mut self,
        key: &str,
        long: bool,
        clock: &(dyn Clock + Send + Sync),
    ) -> Result<Picture, String> {
        let key = Key::from_slug(key)
            .ok_or_else(|| format!("there is no button {key}: up, down, back or enter"))?;
        self.press(Press { key, long }, clock);
        Ok(self.picture())
    }

    fn picture(&self) -> Picture {
        let view = self.display.view().slug();
        Picture::new(view, self.display.is_lit(), &self.display.draw(&self.image))
    }
}
