//! DRDY of a model, in its own time.

use super::Model;
use crate::acquisition::{Drdy, Edge, Waited};
use std::convert::Infallible;

/// DRDY of a chip whose time passes as it is waited for.
#[derive(Debug)]
pub struct ModelDrdy(pub(super) Model);

impl Drdy for ModelDrdy {
    type Error = Infallible;

    fn wait(&mut self, silence_ns: u64) -> Result<Waited, Infallible> {
        let until = self.0.now_ns().saturating_add(silence_ns);
        loop {
            if let Some(edge) = self.0.edge() {
                return Ok(Waited::Edge(edge));
            }
            match self.0.next_event_ns() {
                None => return Ok(Waited::Ended),
                Some(next) if next <= until => self.0.advance_to(next),
                Some(_) => {
                    self.0.advance_to(until);
                    return Ok(self.0.edge().map_or(Waited::Silence, Waited::Edge));
                }
            }
        }
    }

    fn poll(&mut self) -> Result<Option<Edge>, Infallible> {
        Ok(self.0.edge())
    }

    fn now_ns(&self) -> u64 {
        self.0.now_ns()
    }
}
