//! What the tests of the laboratory share.

use image::Image;
use lab::{DeviceFacts, Installation, Trial, install, try_out};
use metering::{Limits, Tail};
use port::AsFast;
use runner::Runner;
use sim::scenario::Scenario;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use world::Twin;

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
pub fn look_at(scenario: &Scenario, mut look: impl FnMut(&Arc<Image>)) {
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
    look_at(scenario, |image| last = Some(Arc::clone(image)));
    last.expect("a run has ticks")
}

/// Digest of a run in ticks of so many samples.
#[allow(dead_code, reason = "not every test cuts blocks")]
pub fn digest(scenario: &Scenario, block_samples: usize) -> u64 {
    let Installation { config, feed, script, .. } =
        install(scenario, &device(), &[]).unwrap_or_else(|error| panic!("{error}"));
    let identity = Arc::new(config.identity.clone());
    let (images, _) = watch::channel(Arc::new(Image::settling(identity, config.start)));
    let (_, commands) = mpsc::channel(1);
    let samples = scenario.duration_s.expect("it ends") * config.format.sample_rate_hz;
    let runner = Runner {
        twin: Twin::new(&config),
        feed,
        script,
        pace: Box::new(AsFast),
        start: config.start,
        samples_max: Some(samples.round() as u64),
        block_samples,
        tail: Tail::Count,
        images,
        commands,
    };
    runner.run(|_| true).unwrap_or_else(|error| panic!("{error}")).digest
}
