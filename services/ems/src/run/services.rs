//! The services of a run: tasks that see images and send commands until they are told to stop.

use crate::failure::Failure;
use host::{Commands, Images};
use modbus::{Options, RtuServer, Server};
use port::Clock;
use std::future::Future;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What every service is given.
#[derive(Clone)]
pub struct Seam {
    /// The newest image.
    pub images: Images,
    /// Where commands go.
    pub commands: Commands,
    /// Against which ages are told.
    pub clock: Arc<dyn Clock + Send + Sync>,
}

/// The services that run.
pub struct Services {
    seam: Seam,
    stop: watch::Sender<bool>,
    tasks: JoinSet<Result<(), Failure>>,
}

impl Services {
    /// None yet.
    pub fn new(seam: Seam) -> Services {
        Services { seam, stop: watch::Sender::new(false), tasks: JoinSet::new() }
    }

    /// Serves Modbus TCP.
    pub fn modbus_tcp(&mut self, server: Server) {
        let Seam { images, commands, clock } = self.seam.clone();
        let stop = self.stop.subscribe();
        self.add(async move {
            server.run(images, commands, clock, stop).await;
            Ok(())
        });
    }

    /// Answers on a serial line. A port that is gone ends the service, not the meter.
    pub fn modbus_rtu(
        &mut self,
        name: String,
        server: RtuServer,
        port: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    ) {
        let Seam { images, commands, clock } = self.seam.clone();
        let stop = self.stop.subscribe();
        self.add(async move {
            let ended = server.run(port, images, commands, clock, stop).await;
            if let Err(error) = ended {
                crate::failure::note(&format!("note: Modbus RTU on {name} has ended: {error}"));
            }
            Ok(())
        });
    }

    fn add(&mut self, service: impl Future<Output = Result<(), Failure>> + Send + 'static) {
        self.tasks.spawn(service);
    }

    /// Tells all to stop and waits for them.
    ///
    /// # Errors
    /// The first of a service.
    pub async fn stop(mut self) -> Result<(), Failure> {
        self.stop.send_replace(true);
        let mut first = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            let ended = ended
                .unwrap_or_else(|error| Err(Failure::Internal(format!("a service ended: {error}"))));
            first = first.and(ended);
        }
        first
    }
}
