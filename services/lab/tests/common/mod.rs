//! What the tests of the laboratory share.

use image::Image;
use lab::{DeviceFacts, Trial, try_out};
use metering::Limits;
use port::AsFast;
use sim::scenario::Scenario;
use std::sync::Arc;

/// A device as the binary would have it.
pub fn device() -> DeviceFacts {
    DeviceFacts { limits: Limits::EMS_AV2, version: (0, 0, 0), software_id: "test" }
}

/// Runs a scenario as fast as it goes.
#[allow(dead_code, reason = "not every test runs trials")]
pub fn trial(scenario: &Scenario) -> Trial {
    try_out(scenario, "", &device(), Box::new(AsFast), |_| true)
        .unwrap_or_else(|error| panic!("{}: {error}", scenario.name))
}

/// Looks at every image of a run.
#[allow(dead_code, reason = "not every test looks at images")]
pub fn watch(scenario: &Scenario, mut look: impl FnMut(&Arc<Image>)) {
    try_out(scenario, "", &device(), Box::new(AsFast), |effects| {
        effects.image.iter().for_each(&mut look);
        true
    })
    .unwrap_or_else(|error| panic!("{}: {error}", scenario.name));
}

/// The last image of a run.
#[allow(dead_code, reason = "not every test looks at images")]
pub fn last_image(scenario: &Scenario) -> Arc<Image> {
    let mut last = None;
    watch(scenario, |image| last = Some(Arc::clone(image)));
    last.expect("a run has ticks")
}
