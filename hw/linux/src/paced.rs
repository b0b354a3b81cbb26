//! The model of the chip in real time.

use adc::model::ModelDrdy;
use adc::{Drdy, Edge, Waited};
use std::convert::Infallible;
use std::time::{Duration, Instant};

/// How far the model may be ahead before it waits: a few conversions, so that the thread need not wake for each.
const AHEAD: Duration = Duration::from_millis(2);

/// DRDY of a model whose conversions come no earlier than in real time. A host that is late finds time where it
/// left it, so that a busy machine loses nothing; a host that is to lose something has a fault for it.
#[derive(Debug)]
pub struct PacedDrdy {
    model: ModelDrdy,
    /// Real time and the model's at the first edge.
    begun: Option<(Instant, u64)>,
}

impl PacedDrdy {
    /// Paces a model.
    pub fn new(model: ModelDrdy) -> PacedDrdy {
        PacedDrdy { model, begun: None }
    }
}

impl Drdy for PacedDrdy {
    type Error = Infallible;

    fn wait(&mut self, silence_ns: u64) -> Result<Waited, Infallible> {
        let waited = self.model.wait(silence_ns)?;
        let now_ns = self.model.now_ns();
        let (instant, first_ns) = *self.begun.get_or_insert_with(|| (Instant::now(), now_ns));
        let due = Duration::from_nanos(now_ns - first_ns);
        let ahead = due.saturating_sub(instant.elapsed());
        if ahead > AHEAD {
            std::thread::sleep(ahead);
        }
        Ok(waited)
    }

    fn poll(&mut self) -> Result<Option<Edge>, Infallible> {
        self.model.poll()
    }

    fn now_ns(&self) -> u64 {
        self.model.now_ns()
    }
}
