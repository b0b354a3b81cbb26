//! What a client reads over TCP, against what the unit measured.

use super::Finding;
use crate::bench::{Run, Specimen};
use crate::error::VerifyError;
use crate::plan::Point;
use crate::setup::Setup;
use catalog::{Class, QuantityId, Scope};
use image::Image;
use modbus::{Options, Server, read_all};
use port::{Clock, Timestamp};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};

/// Seconds of load before the registers are read.
const SECONDS: f64 = 3.0;

/// The worst difference in steps of the resolution, for each of the rows R1 to R7 that has a point.
pub(super) fn differences(
    specimen: &Specimen,
    setup: &Setup,
    points: &[Point],
) -> Result<Vec<Finding>, VerifyError> {
    let run = Run { specimen, setup, actions: &[], repetition: 0, longest_s: SECONDS };
    let ended = run.look(|_| true)?;
    let read = read_back(&ended.image)?;
    let mut rows: Vec<Option<Finding>> = vec![None; points.len()];
    for (point, value) in read {
        let Some(row) = row_of(point.point()) else { continue };
        let Some(row) = points.iter().position(|point| point.clause == row) else { continue };
        // What the meter does not give, nobody can read; what it gives, everybody must.
        let Some(shown) = ended.image.main().get(point).value() else { continue };
        let indicated = value.unwrap_or(f64::MAX);
        let error = (indicated - shown) / point.point().quantity.resolution();
        let worst = &mut rows[row];
        if worst.as_ref().is_none_or(|worst| error.abs() > worst.error.abs()) {
            *worst = Some(Finding {
                indicated,
                reference: shown,
                error,
                uncertainty: 0.0,
                simulated_s: ended.simulated_s / points.len() as f64,
                limit: None,
            });
        }
    }
    let finding =
        |row: Option<Finding>| row.ok_or_else(|| VerifyError::NoWindow(Box::new(setup.applied())));
    rows.into_iter().map(finding).collect()
}

/// The row of the datasheet that a value belongs to.
fn row_of(point: &catalog::Point) -> Option<&'static str> {
    let system = point.scope == Scope::System;
    match point.quantity.class {
        Class::Energy => return Some(if system { "R1" } else { "R2" }),
        Class::Live => {}
        Class::Hours | Class::Demand => return None,
    }
    match point.quantity.id {
        QuantityId::ActivePower | QuantityId::ReactivePower | QuantityId::ApparentPower => {
            Some("R3")
        }
        QuantityId::Current | QuantityId::NeutralCurrent => Some("R4"),
        QuantityId::VoltageLn | QuantityId::VoltageLl => Some("R5"),
        QuantityId::Frequency => Some("R6"),
        QuantityId::PowerFactor => Some("R7"),
        _ => None,
    }
}

/// Serves an image on a free port of this machine and reads all of the built-in meter.
fn read_back(image: &Arc<Image>) -> Result<Vec<(catalog::PointId, Option<f64>)>, VerifyError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(VerifyError::Serving)?.block_on(async {
        let server = Server::bind("127.0.0.1:0", Options::default()).await;
        let server = server.map_err(VerifyError::Serving)?;
        let address = server.local_addr().map_err(VerifyError::Serving)?.to_string();
        let (_images, images) = watch::channel(Arc::clone(image));
        let (commands, _kept) = mpsc::channel(1);
        let (stop, stopped) = watch::channel(false);
        let clock = Arc::new(Still(image.time));
        let serving = tokio::spawn(server.run(images, commands, clock, stopped));
        let units = read_all(&address).await?;
        // Whoever served has nothing to tell.
        let _sent = stop.send(true);
        let _ended = serving.await;
        let main = units.into_iter().next().map(|unit| unit.readings).unwrap_or_default();
        Ok(main.into_iter().map(|reading| (reading.point, reading.value)).collect())
    })
}

/// A clock that stands where the image was made.
struct Still(Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}
