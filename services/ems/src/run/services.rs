//! What a run offers: sockets and serial ports, opened before it begins, and the tasks that serve them.

use crate::failure::{Failure, note};
use config::{Config, Parity, Rs485};
use host::{Commands, Images};
use linux::SerialSettings;
use modbus::{Line, Options, RtuServer, Server};
use port::{Clock, Timestamp};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_serial::SerialStream;

/// What is open before the first sample, so that what cannot be had is said at once.
pub struct Doors {
    modbus: Option<(Server, SocketAddr)>,
    rs485: Option<(String, RtuServer, SerialStream)>,
}

impl Doors {
    /// Opens all that is configured.
    ///
    /// # Errors
    /// An address or device that cannot be had.
    pub async fn open(config: &Config) -> Result<Doors, Failure> {
        let modbus = match config.modbus {
            Some(address) => Some(listen(address, config.modbus_connections_max).await?),
            None => None,
        };
        let rs485 = config.rs485.as_ref().map(open_line).transpose()?;
        Ok(Doors { modbus, rs485 })
    }

    /// Where Modbus TCP listens, if it does.
    pub fn modbus_address(&self) -> Option<SocketAddr> {
        self.modbus.as_ref().map(|(_, address)| *address)
    }

    /// Where RS485 is answered, if it is: its port and address, and bits a second.
    pub fn rs485(&self) -> Option<(String, u8, u32)> {
        let (port, server, _) = self.rs485.as_ref()?;
        Some((port.clone(), server.address, server.line.baud))
    }

    /// Lets people in.
    pub fn serve(self, seam: &Seam) -> Services {
        let mut services = Services::none();
        let Seam { images, commands, clock } = seam;
        let clock = || Arc::clone(clock);
        if let Some((server, _)) = self.modbus {
            let stop = services.stop.subscribe();
            services.add(server.run(images.clone(), commands.clone(), clock(), stop));
        }
        if let Some((name, server, port)) = self.rs485 {
            let stop = services.stop.subscribe();
            let answers = server.run(port, images.clone(), commands.clone(), clock(), stop);
            services.add(async move {
                // A port that is gone ends this service, and not the meter.
                if let Err(error) = answers.await {
                    note(&format!("note: Modbus RTU on {name} has ended: {error}"));
                }
            });
        }
        services
    }
}

/// What every service is given.
pub struct Seam {
    /// The newest image.
    pub images: Images,
    /// Where commands go.
    pub commands: Commands,
    /// Against which ages are told.
    pub clock: Arc<dyn Clock + Send + Sync>,
}

/// Simulated time: that of the newest image.
pub struct ImageClock(pub Images);

impl Clock for ImageClock {
    fn now(&self) -> Timestamp {
        self.0.borrow().time
    }
}

/// The tasks of a run.
pub struct Services {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Services {
    /// No tasks.
    pub fn none() -> Services {
        Services { stop: watch::Sender::new(false), tasks: JoinSet::new() }
    }

    /// Whether nothing is served.
    pub fn is_idle(&self) -> bool {
        self.tasks.is_empty()
    }

    fn add(&mut self, service: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(service);
    }

    /// Tells all to stop and waits for them.
    ///
    /// # Errors
    /// If one stopped at a fault of its own.
    pub async fn stop(mut self) -> Result<(), Failure> {
        self.stop.send_replace(true);
        let mut all = Ok(());
        while let Some(ended) = self.tasks.join_next().await {
            all = all.and(ended.map_err(|error| Failure::Internal(format!("a service: {error}"))));
        }
        all
    }
}

async fn listen(
    address: SocketAddr,
    connections_max: usize,
) -> Result<(Server, SocketAddr), Failure> {
    let options = Options { connections_max, ..Options::default() };
    let server = Server::bind(address, options).await.map_err(|error| {
        Failure::Environment(format!(
            "cannot listen on {address}: {error}; choose another address with --modbus, port 0 takes a free one"
        ))
    })?;
    let address = server.local_addr().map_err(|error| Failure::Environment(error.to_string()))?;
    note(&format!(
        "Modbus TCP listens on {address} (unit 1 is the meter; try: ems read {address})"
    ));
    Ok((server, address))
}

fn open_line(rs485: &Rs485) -> Result<(String, RtuServer, SerialStream), Failure> {
    let (parity_bits, parity) = match rs485.parity {
        Parity::None => (0, tokio_serial::Parity::None),
        Parity::Odd => (1, tokio_serial::Parity::Odd),
        Parity::Even => (1, tokio_serial::Parity::Even),
    };
    let settings = SerialSettings { baud: rs485.baud, parity, two_stop_bits: rs485.stop_bits == 2 };
    let port = linux::open_serial(&rs485.port, settings)
        .map_err(|error| Failure::Environment(error.to_string()))?;
    let line = Line { baud: rs485.baud, bits: 9 + parity_bits + rs485.stop_bits };
    note(&format!(
        "Modbus RTU answers on {} at address {}, {} bit/s",
        rs485.port, rs485.address, rs485.baud
    ));
    Ok((rs485.port.clone(), RtuServer { address: rs485.address, line }, port))
}
