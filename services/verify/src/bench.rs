//! The bench: applies a setup to a unit and looks at what comes out of its production path.
//!
//! Waveform -> front end -> counts -> metering -> registers -> image, by the loop that runs a device. The
//! bench has a perfect clock: it knows the unit's true sample clock and stamps by it.

use crate::error::VerifyError;
use crate::setup::{Meter, REFERENCE_DEGC, Setup};
use crate::spoiled_feed::SpoiledFeed;
use crate::unit::{Defects, Unit};
use catalog::{QuantityId, Register, Scope, SettingId, point};
use image::{Command, Identity, Image, MeterId, MeterImage, Origin, Request};
use metering::calibration::Coefficients;
use metering::{Limits, Tail};
use port::{EsyBus, ModuleIdentity, Role, SampleSource, SlotId, SourceFormat, Timestamp};
use runner::{Cue, CueAction, Feed, Runner, Samples, Script};
use sim::esy::{Module, VirtualBus};
use sim::frontend::{Afe, Filters, FrontEnd};
use sim::sources::{Fault, FaultKind, Faulty, WithFormat};
use sim::synthetic::{Signal, Synthetic};
use sim::waveform::split;
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use world::{Effects, LoadConfig, Twin, TwinConfig};

/// Samples a second of the unit.
pub const RATE_HZ: f64 = 8000.0;

/// First sample: the waveform and the sensors are past their beginning.
const FIRST_SAMPLE: u64 = 8000;

/// Samples of a tick: shorter than any window, so that each window is seen by itself.
const BLOCK_SAMPLES: usize = 1200;

/// The module's slot.
pub const MODULE_SLOT: u8 = 1;

/// A unit with the coefficients that its calibration left in it.
#[derive(Debug, Clone)]
pub struct Specimen {
    /// The unit.
    pub unit: Unit,
    /// Coefficients of the built-in meter.
    pub coefficients: Coefficients,
    /// The modules that are tested with it.
    pub modules: Vec<ModuleSpecimen>,
    /// Filters of its front end: it is built anew for every run.
    filters: Filters,
}

impl Specimen {
    /// A unit with its coefficients and its modules.
    pub fn new(unit: Unit, coefficients: Coefficients, modules: Vec<ModuleSpecimen>) -> Specimen {
        let filters = unit.later.filters(RATE_HZ);
        Specimen { unit, coefficients, modules, filters }
    }
}

/// A module on the unit's bus.
#[derive(Debug, Clone)]
pub struct ModuleSpecimen {
    /// Primary current of its transformers in amperes.
    pub primary_a: f64,
    /// Its front end, with the voltages of the unit that it hangs on.
    pub front_end: FrontEnd,
    /// Its coefficients.
    pub coefficients: Coefficients,
}

/// One look at the unit: what the last tick brought.
pub struct Sight<'a> {
    /// Seconds by the bench's clock since the first sample.
    pub now_s: f64,
    /// The meter under test in it.
    pub meter: &'a MeterImage,
    /// End of the window that it has closed in this tick, by the bench's clock; none if it did not.
    pub window_end_s: Option<f64>,
    /// Pulses of the LED, by the bench's clock.
    pub pulses_s: &'a [f64],
}

/// What happens meanwhile, in seconds of the unit's samples.
pub type Action = (f64, Request);

/// A run on the bench.
pub struct Run<'a> {
    /// What is tested.
    pub specimen: &'a Specimen,
    /// What is applied.
    pub setup: &'a Setup,
    /// What is told to the unit.
    pub actions: &'a [Action],
    /// Which stretch of the unit's noise is met: repeated measurements count up.
    pub repetition: u64,
    /// Seconds after which it ends at the latest.
    pub longest_s: f64,
}

/// What is left when a run is over.
#[derive(Debug, Clone)]
pub struct Ended {
    /// Seconds that passed, by the bench's clock.
    pub simulated_s: f64,
    /// Samples that the source has passed, whether or not it could deliver them.
    pub samples_due: u64,
    /// The last image, with everything counted.
    pub image: Arc<Image>,
}

impl Run<'_> {
    /// Runs until `look` says not to go on (false) or the longest time is over.
    ///
    /// # Errors
    /// If the unit cannot be built.
    pub fn look(&self, look: impl FnMut(&Sight) -> bool) -> Result<Ended, VerifyError> {
        self.look_at(&self.setup.signal(), look)
    }

    /// The same with another signal than the setup's, on its channels.
    ///
    /// # Errors
    /// As [`Run::look`].
    pub fn look_at(
        &self,
        signal: &Signal,
        mut look: impl FnMut(&Sight) -> bool,
    ) -> Result<Ended, VerifyError> {
        let Run { specimen, setup, .. } = *self;
        let clock_hz = self.clock_hz();
        let first = self.first();
        let id = match setup.meter {
            Meter::Main => MeterId::Main,
            Meter::Module(..) => MeterId::Esy(slot()),
        };
        let seconds = |sample: f64| (sample - first as f64) / clock_hz;
        let spoil_image = specimen.unit.defects.tariff_counted_twice;
        let mut pulses_s = Vec::new();
        let mut last: Option<Arc<Image>> = None;
        let mut now_s = 0.0;
        let mut looking = true;
        let runner = self.runner(signal)?;
        let outcome = runner.run(|effects| {
            let image = effects.image.as_ref().expect("every tick makes an image");
            let spoiled = spoil_image.then(|| count_tariffs_twice(image));
            let image = spoiled.as_ref().unwrap_or(image);
            last = Some(Arc::clone(image));
            pulses_s.clear();
            pulses_s.extend(effects.pulses.iter().map(|pulse| seconds(pulse.sample)));
            now_s = seconds(image.time.seconds_since(START) * RATE_HZ);
            // After the last look one more tick closes what is open.
            let Some(meter) = image.meter(id).filter(|_| looking) else { return looking };
            let sight = Sight {
                now_s,
                meter,
                window_end_s: window_end(effects, id).map(seconds),
                pulses_s: &pulses_s,
            };
            looking = look(&sight);
            looking
        })?;
        let samples_due = (now_s * clock_hz).round() as u64;
        let image = last.unwrap_or(outcome.image);
        Ok(Ended { simulated_s: now_s, samples_due, image })
    }

    /// The true sample clock of the unit.
    fn clock_hz(&self) -> f64 {
        self.specimen.unit.later.clock_hz(RATE_HZ)
    }

    /// When the first sample was, in seconds of the signal.
    pub fn begins_s(&self) -> f64 {
        self.first() as f64 / self.clock_hz()
    }

    fn first(&self) -> u64 {
        match self.setup.meter {
            Meter::Main => FIRST_SAMPLE * (1 + self.repetition),
            Meter::Module(..) => 0,
        }
    }

    fn runner(&self, signal: &Signal) -> Result<Runner, VerifyError> {
        let config = self.config();
        let feed = self.feed(&config, signal)?;
        let identity = Arc::new(config.identity.clone());
        let (images, _) = watch::channel(Arc::new(Image::settling(identity, config.start)));
        let (_, commands) = mpsc::channel(1);
        Ok(Runner {
            twin: Twin::new(&config),
            feed,
            script: self.script(),
            pace: Box::new(port::AsFast),
            start: START,
            samples_max: Some((self.longest_s * RATE_HZ) as u64),
            block_samples: BLOCK_SAMPLES,
            tail: Tail::Count,
            images,
            commands,
        })
    }

    fn config(&self) -> TwinConfig {
        let Run { specimen, setup, .. } = *self;
        let loads =
            vec![LoadConfig { meter: MeterId::Main, name: "Main".to_string(), phases: [true; 3] }];
        TwinConfig {
            identity: identity(&specimen.unit),
            wiring: setup.wiring,
            format: format(&specimen.coefficients, setup.roles()),
            limits: limits(&specimen.unit.defects),
            modules: module_identity(setup).into_iter().collect(),
            loads,
            start: START,
        }
    }

    fn feed(
        &self,
        config: &TwinConfig,
        signal: &Signal,
    ) -> Result<Box<dyn Feed + Send>, VerifyError> {
        let Run { specimen, setup, .. } = *self;
        let front_end = at_temperature(&specimen.unit.later, setup);
        let waveform = Box::new(signal.play(specimen.unit.seed, None));
        if let Meter::Module(_, primary_a) = setup.meter {
            return self.with_module(&front_end, waveform, primary_a);
        }
        let mut afe = Afe::with_filters(&front_end, &specimen.filters, waveform, RATE_HZ)?;
        afe.seek(self.first());
        let defects = &specimen.unit.defects;
        let source = losing_samples(defects, Box::new(afe))?;
        Ok(match defects.stale_window || defects.reactive_by_delay {
            true => Box::new(SpoiledFeed::new(source, config, defects, setup.nominal_hz())),
            false => Box::new(Samples::new(source, None)),
        })
    }

    /// The built-in meter, and a module on the bus that shares its voltages. Modules boot at the first
    /// sample there is, so nothing is sought here: whoever looks lets the sensors settle.
    fn with_module(
        &self,
        front_end: &FrontEnd,
        waveform: Box<Synthetic>,
        primary_a: f64,
    ) -> Result<Box<dyn Feed + Send>, VerifyError> {
        let Run { specimen, setup, .. } = *self;
        let module = specimen.modules.iter().find(|module| module.primary_a == primary_a);
        let module = module.ok_or(VerifyError::NoModule(primary_a))?;
        let roles = setup.roles();
        let phases = roles.len() / 2;
        let rows = [0..2 * phases, 0..phases, phases..2 * phases];
        let mut branches = split(waveform, &rows).into_iter();
        let mut counts = |front_end: &FrontEnd, coefficients: &Coefficients, rows: Range<usize>| {
            let branch = branches.next().expect("one a range");
            let afe = Afe::with_filters(front_end, &specimen.filters, branch, RATE_HZ)?;
            let known = format(coefficients, &roles[rows]);
            Ok::<_, VerifyError>(WithFormat::new(afe, |format| *format = known))
        };
        let main = counts(front_end, &specimen.coefficients, rows[0].clone())?;
        let reference = counts(front_end, &specimen.coefficients, rows[1].clone())?;
        let mut own = at_temperature(&module.front_end, setup);
        own.clock_ppm = front_end.clock_ppm;
        let ratio = specimen.unit.defects.module_ratio.unwrap_or(1.0);
        let currents = counts(&own, &module.coefficients, rows[2].clone())?;
        let currents = WithFormat::new(currents, |format| {
            format.channels.iter_mut().for_each(|channel| channel.unit_per_count *= ratio);
        });
        let identity = module_identity(setup).ok_or(VerifyError::NoModule(primary_a))?;
        let modules = vec![Module { identity, currents: Some(Box::new(currents)) }];
        let bus = VirtualBus::new(setup.wiring, Box::new(reference), modules, START);
        Ok(Box::new(Samples::new(Box::new(main), Some(Box::new(bus) as Box<dyn EsyBus + Send>))))
    }

    fn script(&self) -> Script {
        let command = |request| CueAction::Command(Command { origin: Origin::Local, request });
        let mut cues = Vec::new();
        if self.specimen.unit.defects.dc_blocking_off {
            cues.push(Cue { at: 0, action: command(Request::Set(SettingId::DcBlocking, 0)) });
        }
        for (at_s, request) in self.actions {
            let at = self.first() + (at_s * RATE_HZ).round() as u64;
            cues.push(Cue { at, action: command(*request) });
        }
        Script::new(cues)
    }
}

/// Civil time of the first sample there is: the same for every run, so that documents are.
const START: Timestamp = Timestamp { unix_ns: 1_767_225_600_000_000_000 };

fn slot() -> SlotId {
    SlotId::new(MODULE_SLOT).expect("1 to 10")
}

fn module_identity(setup: &Setup) -> Option<ModuleIdentity> {
    let Meter::Module(model, _) = setup.meter else { return None };
    let serial = format!("ESY{MODULE_SLOT:010}");
    Some(ModuleIdentity { slot: slot(), model, name: "Module".to_string(), serial })
}

fn identity(unit: &Unit) -> Identity {
    Identity { serial: unit.serial(), simulated: true, ..Identity::default() }
}

/// The thresholds and the meter constant of the sheet, or what a defect made of them.
fn limits(defects: &Defects) -> Limits {
    let good = Limits::EMS_AV2;
    Limits {
        impulses_per_kwh: defects.impulses_per_kwh.unwrap_or(good.impulses_per_kwh),
        current_start_a: good.current_start_a * defects.no_load_threshold.unwrap_or(1.0),
        ..good
    }
}

/// The front end in the climate of a setup. A unit that stood above the reference temperature when it was
/// calibrated stands as much above any other.
fn at_temperature(front_end: &FrontEnd, setup: &Setup) -> FrontEnd {
    let warmer_k = setup.temperature_degc - REFERENCE_DEGC;
    FrontEnd { temperature_degc: front_end.temperature_degc + warmer_k, ..front_end.clone() }
}

fn format(coefficients: &Coefficients, roles: &[Role]) -> SourceFormat {
    let mut format = coefficients.format(RATE_HZ);
    format.channels.retain(|channel| roles.contains(&channel.role));
    format
}

/// End of the window that the meter closed in this tick, in samples. With the fragment at the end of a
/// stretch there is none: registers have moved on from the window that live readings are of.
fn window_end(effects: &Effects, id: MeterId) -> Option<f64> {
    match id {
        MeterId::Main => {
            effects.windows.last().filter(|window| window.cycles > 0).map(|window| window.end)
        }
        MeterId::Esy(slot) => {
            let own = effects.module_windows.iter().rev().find(|(of, _)| *of == slot);
            // Stamps begin half a sample before the first one.
            own.map(|(_, time)| time.seconds_since(START) * RATE_HZ - 0.5)
        }
    }
}

type Counts = Box<dyn SampleSource + Send>;

/// One sample in so many seconds never arrives, and the next has its index.
fn losing_samples(defects: &Defects, source: Counts) -> Result<Counts, VerifyError> {
    let Some(every_s) = defects.lost_sample_every_s else { return Ok(source) };
    let gap = Fault {
        kind: FaultKind::Gap,
        at_s: 0.5 * every_s,
        for_s: Some(1.0 / RATE_HZ),
        every_s: Some(every_s),
    };
    Ok(Box::new(Faulty::new(source, vec![gap], 0)?))
}

/// A register that counts a tariff's energy twice.
fn count_tariffs_twice(image: &Image) -> Arc<Image> {
    let mut image = image.clone();
    for meter in &mut image.meters {
        for tariff in [Register::T1, Register::T2] {
            let id = point(QuantityId::ActiveEnergyImport, Some(tariff), Scope::System);
            let id = id.expect("in the catalogue");
            let reading = meter.readings.get(id);
            meter.readings.set(id, reading.map(|energy| 2.0 * energy));
        }
    }
    Arc::new(image)
}
