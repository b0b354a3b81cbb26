//! `ems trace`: one value followed from the terminals to the register, station by station.
//!
//! A run finds the window; the closed form of the scenario and a second reading of the same counts say
//! what was before it, and the register map says what comes after. Nothing here measures.

use crate::cli::{TraceArgs, parse_meter};
use crate::failure::Failure;
use crate::trace_document::{
    Counts, Means, Pair, Power, Reading, Register, Rms, Signals, Sine, Station, Trace, Window,
    WindowMeans,
};
use crate::trace_print;
use crate::{device, scenario};
use catalog::{Class, Point, QuantityId, Scope, Unit, points};
use image::{Image, MeterId, Timestamp};
use metering::Tail;
use modbus::Snapshot;
use modbus::answer::{Ask, Outcome, Session, answer};
use modbus::map::{Source, printed, rows};
use port::{AsFast, Channel, Role, SampleBlock, SampleSource, SourceState};
use runner::Runner;
use sim::frontend::{CODE_MAX, CODE_MIN};
use sim::scenario::{Fidelity, Scenario, nearest};
use sim::synthetic::{MeterPort, Timeline, truth};
use std::io::Write;
use std::sync::Arc;

/// Block of the run in seconds, shorter than any window: an image shows one window more, not two.
const BLOCK_S: f64 = 0.02;

/// How far past the moment asked for the run goes: its window, and what a meter looks ahead.
const BEYOND_S: f64 = 1.0;

/// Function code of a read of input registers.
const READ_INPUT: u8 = 0x04;

/// Prints a trace.
pub fn trace(arguments: &TraceArgs) -> Result<(), Failure> {
    let mut scenario = scenario::named(&arguments.scenario)?.parse()?;
    // Stations of samples are those of every sample.
    scenario.fidelity = Fidelity::Waveform;
    scenario.seed = arguments.seed.unwrap_or(scenario.seed);
    let (meter, point) = find_point(&arguments.point)?;
    let trace = follow(&scenario, meter, point, arguments.at)?;
    let mut out = std::io::stdout().lock();
    if arguments.json {
        let text = serde_json::to_string_pretty(&trace)
            .map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(out, "{text}")?;
        return Ok(());
    }
    trace_print::print(&mut out, &trace)
}

/// Meter, scope, quantity and register; the meter is the built-in one if not said.
fn find_point(text: &str) -> Result<(MeterId, &'static Point), Failure> {
    let mut wanted: Vec<&str> = text.split('.').map(str::trim).collect();
    let place = wanted.iter().position(|part| parse_meter(part).is_ok());
    let meter = place.map_or(MeterId::Main, |place| {
        parse_meter(wanted.remove(place)).expect("it was just parsed")
    });
    wanted.sort_unstable();
    let is_wanted = |point: &&Point| {
        let mut parts: Vec<&str> = parts(point).collect();
        parts.sort_unstable();
        parts == wanted
    };
    points().iter().find(is_wanted).map(|point| (meter, point)).ok_or_else(|| {
        let known: Vec<String> = points().iter().map(|point| name(meter, point)).collect();
        let asked =
            if place.is_some() { text.to_string() } else { format!("{}.{text}", meter.slug()) };
        let remedy = nearest(&asked, known.iter().map(String::as_str)).map_or_else(
            || "meter, scope, quantity and register are wanted, as in main.l1.active_power".into(),
            |near| format!("did you mean {near}?"),
        );
        Failure::Usage(format!(
            "--point {text}: no such point; {remedy} (ems catalog prints all quantities)"
        ))
    })
}

fn parts(point: &Point) -> impl Iterator<Item = &'static str> {
    [Some(point.scope.slug()), Some(point.quantity.slug), point.register.map(|r| r.slug())]
        .into_iter()
        .flatten()
}

fn name(meter: MeterId, point: &Point) -> String {
    let parts: Vec<&str> = parts(point).collect();
    format!("{}.{}", meter.slug(), parts.join("."))
}

/// A window, and the image that first shows it.
struct Found {
    /// In samples since the source began.
    start: f64,
    end: f64,
    cycles: u32,
    /// Of the built-in meter; modules send readings.
    means: Option<metering::Means>,
    image: Arc<Image>,
}

fn follow(
    scenario: &Scenario,
    meter: MeterId,
    point: &'static Point,
    at_s: f64,
) -> Result<Trace, Failure> {
    // First, since it says which meters there are.
    let source = lab::meter_source(scenario, port_of(meter)).map_err(set_up)?;
    let rate_hz = source.format().sample_rate_hz;
    let found = find_window(scenario, meter, at_s, rate_hz)?;
    let present: Vec<Role> = source.format().channels.iter().map(|channel| channel.role).collect();
    let concerned = concerned(point, &present);
    let heard = Heard::listen(source, &found)?;
    let reading = found.image.meter(meter).map(|image| image.get(point.id));
    let reading = reading.ok_or_else(|| Failure::Internal("the image lacks a meter".into()))?;
    Ok(Trace {
        schema: 1,
        scenario: scenario.name.clone(),
        seed: scenario.seed,
        wiring: scenario.device.system.slug(),
        point: name(meter, point),
        at_s,
        terminals: station(&concerned, |roles| terminals(scenario, meter, &found, roles)),
        front_end: station(&concerned, |roles| heard.counts(roles)),
        samples: station(&concerned, |roles| heard.calibrated(roles)),
        window: window(&found, rate_hz, point, &concerned),
        reading: Reading {
            value: reading.value(),
            unit: point.quantity.unit.symbol(),
            resolution: point.quantity.resolution(),
            quality: reading.quality(),
            over: over(point),
        },
        registers: registers(&found.image, meter, point),
    })
}

fn station<T>(roles: &Result<Vec<Role>, String>, show: impl FnOnce(&[Role]) -> T) -> Station<T> {
    match roles {
        Ok(roles) => Station::Shows(show(roles)),
        Err(reason) => Station::Absent(reason.clone()),
    }
}

/// The channels that a point is made of, as far as they are wired; or why there are none.
fn concerned(point: &Point, present: &[Role]) -> Result<Vec<Role>, String> {
    if point.quantity.id == QuantityId::OperatingHours {
        return Err("counts the time in which the meter runs, whatever the signal".into());
    }
    let wanted: &[Role] = match point.scope {
        Scope::System => &Role::ALL[..6],
        Scope::L1 => &[Role::Va, Role::Ia],
        Scope::L2 => &[Role::Vb, Role::Ib],
        Scope::L3 => &[Role::Vc, Role::Ic],
        Scope::L12 => &[Role::Va, Role::Vb],
        Scope::L23 => &[Role::Vb, Role::Vc],
        Scope::L31 => &[Role::Va, Role::Vc],
        Scope::N => &[Role::Ia, Role::Ib, Role::Ic],
    };
    let wired: Vec<Role> = wanted.iter().copied().filter(|role| present.contains(role)).collect();
    if wired.is_empty() {
        return Err(format!("the wiring system has no channel for {}", point.scope.slug()));
    }
    Ok(wired)
}

/// Runs the scenario until the window has closed that contains the moment.
fn find_window(
    scenario: &Scenario,
    meter: MeterId,
    at_s: f64,
    rate_hz: f64,
) -> Result<Found, Failure> {
    let installation = lab::install(scenario, &device::facts(), &[]).map_err(set_up)?;
    let start = installation.config.start;
    // Sample n stands for n - 1/2 to n + 1/2, and time begins where sample 0 does.
    let at = at_s * rate_hz - 0.5;
    let mut found = None;
    let mut last_end = -0.5;
    run(installation, at_s, rate_hz, |effects| {
        let Some(image) = &effects.image else { return true };
        let mut see = |begin: f64, end: f64, cycles: u32, means: Option<metering::Means>| {
            if found.is_none() && cycles > 0 && (begin..end).contains(&at) {
                let image = Arc::clone(image);
                found = Some(Found { start: begin, end, cycles, means, image });
            }
        };
        match meter {
            MeterId::Main => {
                for window in &effects.windows {
                    see(window.start, window.end, window.cycles, Some(window.means));
                }
            }
            MeterId::Esy(slot) => {
                for (of, time) in &effects.module_windows {
                    if *of == slot {
                        let end = sample_at(*time, start, rate_hz);
                        see(last_end, end, cycles_of(image, meter, end - last_end, rate_hz), None);
                        last_end = end;
                    }
                }
            }
        }
        found.is_none()
    })?;
    found.ok_or_else(|| {
        let length = scenario.duration_s.map_or_else(
            || "the scenario is endless".to_string(),
            |duration_s| format!("the scenario is {duration_s} s long"),
        );
        Failure::Usage(format!(
            "--at {at_s}s: no window of {} contains this moment; {length}",
            meter.slug()
        ))
    })
}

/// The same meter in the words of a scenario.
pub fn port_of(meter: MeterId) -> MeterPort {
    match meter {
        MeterId::Main => MeterPort::Main,
        MeterId::Esy(slot) => MeterPort::Esy(slot),
    }
}

/// Why a scenario cannot be set up, as the end of a command.
pub fn set_up(error: lab::SetUpError) -> Failure {
    match error {
        lab::SetUpError::NoMeter { .. } => Failure::Usage(error.to_string()),
        _ => Failure::File(error.to_string()),
    }
}

/// A module says when its window ended and what the frequency was; the whole cycles follow.
fn cycles_of(image: &Image, meter: MeterId, samples: f64, rate_hz: f64) -> u32 {
    let frequency =
        catalog::point(QuantityId::Frequency, None, Scope::System).expect("in the catalogue");
    let frequency_hz = image.meter(meter).and_then(|image| image.get(frequency).value());
    frequency_hz.map_or(0, |frequency_hz| (samples / rate_hz * frequency_hz).round() as u32)
}

fn sample_at(time: Timestamp, start: Timestamp, rate_hz: f64) -> f64 {
    time.seconds_since(start) * rate_hz - 0.5
}

/// The production path, until `observe` has seen enough or the moment is long past.
fn run(
    installation: lab::Installation,
    at_s: f64,
    rate_hz: f64,
    observe: impl FnMut(&world::Effects) -> bool,
) -> Result<(), Failure> {
    let lab::Installation { config, feed, script, .. } = installation;
    let start = config.start;
    let identity = Arc::new(config.identity.clone());
    let (images, _watching) =
        tokio::sync::watch::channel(Arc::new(Image::settling(identity, start)));
    let (_sender, commands) = tokio::sync::mpsc::channel(1);
    let runner = Runner {
        twin: world::Twin::new(&config),
        feed,
        script,
        pace: Box::new(AsFast),
        start,
        samples_max: Some(((at_s + BEYOND_S) * rate_hz).round() as u64),
        block_samples: (BLOCK_S * rate_hz).round() as usize,
        tail: Tail::Count,
        images,
        commands,
    };
    runner.run(observe).map_err(|error| Failure::File(error.to_string()))?;
    Ok(())
}

/// The signal itself, between the same moments of the true sample clock.
fn terminals(scenario: &Scenario, meter: MeterId, found: &Found, roles: &[Role]) -> Signals<Sine> {
    let scene = scenario.scene(&[port_of(meter)]);
    let clock_hz = lab::clock_hz(scenario);
    let (from_s, to_s) = ((found.start / clock_hz).max(0.0), found.end / clock_hz);
    let timeline: &dyn Timeline = &scene;
    let sine = |role: &Role| {
        let spectrum = truth::spectrum_at(timeline, *role, from_s.midpoint(to_s));
        let fundamental = spectrum.harmonic(1);
        Sine {
            channel: role.slug(),
            unit: unit(*role),
            rms: truth::true_rms(timeline, *role, from_s, to_s),
            angle_deg: fundamental.im.atan2(fundamental.re).to_degrees(),
        }
    };
    let watts = |phase| truth::active_energy_ws(timeline, phase, from_s, to_s) / (to_s - from_s);
    Signals { channels: roles.iter().map(sine).collect(), powers: powers(roles, watts) }
}

fn unit(role: Role) -> &'static str {
    if role.is_voltage() { Unit::Volt.symbol() } else { Unit::Ampere.symbol() }
}

/// Of the phases of which voltage and current are there.
fn powers(roles: &[Role], watts: impl Fn(usize) -> f64) -> Vec<Power> {
    let whole = |phase: &usize| {
        [Role::ALL[*phase], Role::ALL[3 + *phase]].iter().all(|r| roles.contains(r))
    };
    (0..3)
        .filter(whole)
        .map(|phase| Power { phase: Scope::PHASES[phase].slug(), watts: watts(phase) })
        .collect()
}

/// The counts within a window.
struct Heard {
    channels: Vec<Channel>,
    rows: Vec<Vec<i32>>,
}

impl Heard {
    /// Reads a source again, and keeps the samples whose middle lies in the window.
    fn listen(mut source: lab::Source, found: &Found) -> Result<Heard, Failure> {
        let channels = source.format().channels.clone();
        let mut rows = vec![Vec::new(); channels.len()];
        let mut block = SampleBlock::new(channels.len(), 4096);
        loop {
            let state = source.read(&mut block, 4096);
            if state.map_err(|error| Failure::File(error.to_string()))? == SourceState::Ended {
                break;
            }
            for at in 0..block.samples {
                let index = (block.first + at as u64) as f64;
                if index > found.start && index < found.end {
                    rows.iter_mut()
                        .enumerate()
                        .for_each(|(row, kept)| kept.push(block.row(row)[at]));
                }
            }
            if (block.first + block.samples as u64) as f64 > found.end {
                break;
            }
        }
        Ok(Heard { channels, rows })
    }

    fn of(&self, role: Role) -> (&Channel, &[i32]) {
        let row = self.channels.iter().position(|channel| channel.role == role);
        let row = row.expect("only channels that are there are concerned");
        (&self.channels[row], &self.rows[row])
    }

    fn counts(&self, roles: &[Role]) -> Vec<Counts> {
        let counts = |role: &Role| {
            let (_, counts) = self.of(*role);
            let smallest = counts.iter().copied().min().unwrap_or(0);
            let largest = counts.iter().copied().max().unwrap_or(0);
            Counts {
                channel: role.slug(),
                rms: rms(counts.iter().map(|count| f64::from(*count))),
                smallest,
                largest,
                clipped: smallest == CODE_MIN || largest == CODE_MAX,
            }
        };
        roles.iter().map(counts).collect()
    }

    fn values(&self, role: Role) -> impl Iterator<Item = f64> {
        let (channel, counts) = self.of(role);
        counts
            .iter()
            .map(|count| (f64::from(*count) - channel.offset_counts) * channel.unit_per_count)
    }

    fn calibrated(&self, roles: &[Role]) -> Signals<Rms> {
        let of = |role: &Role| Rms {
            channel: role.slug(),
            unit: unit(*role),
            rms: rms(self.values(*role)),
        };
        let watts = |phase: usize| {
            let (volts, amperes) =
                (self.values(Role::ALL[phase]), self.values(Role::ALL[3 + phase]));
            mean(volts.zip(amperes).map(|(volts, amperes)| volts * amperes))
        };
        Signals { channels: roles.iter().map(of).collect(), powers: powers(roles, watts) }
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}

fn rms(values: impl Iterator<Item = f64>) -> f64 {
    mean(values.map(|value| value * value)).sqrt()
}

fn window(
    found: &Found,
    rate_hz: f64,
    point: &Point,
    concerned: &Result<Vec<Role>, String>,
) -> Window {
    let means = match (&found.means, concerned) {
        (_, Err(reason)) => Station::Absent(reason.clone()),
        (None, Ok(_)) => Station::Absent("they stay in the module, which sends readings".into()),
        (Some(means), Ok(roles)) => Station::Shows(window_means(means, point, roles)),
    };
    Window {
        start_sample: found.start,
        end_sample: found.end,
        start_s: (found.start + 0.5) / rate_hz,
        end_s: (found.end + 0.5) / rate_hz,
        cycles: found.cycles,
        means,
    }
}

fn window_means(means: &metering::Means, point: &Point, roles: &[Role]) -> WindowMeans {
    let concerned = |phase: &usize| roles.iter().any(|role| role.phase() == Some(*phase));
    let phase = |phase: usize| Means {
        phase: Scope::PHASES[phase].slug(),
        volts: means.v2[phase].sqrt(),
        amperes: means.i2[phase].sqrt(),
        watts: means.p[phase],
        vars: means.q[phase],
    };
    let has = |phase: usize| roles.contains(&Role::ALL[phase]);
    let pairs = [(Scope::L12, 0, 1), (Scope::L23, 1, 2), (Scope::L31, 2, 0)];
    let pair = |(index, (scope, a, b)): (usize, (Scope, usize, usize))| {
        (has(a) && has(b)).then(|| Pair { pair: scope.slug(), volts: means.vv2[index].sqrt() })
    };
    WindowMeans {
        phases: (0..3).filter(concerned).map(phase).collect(),
        pairs: pairs.into_iter().enumerate().filter_map(pair).collect(),
        neutral_amperes: (point.scope == Scope::N).then(|| means.n2.sqrt()),
    }
}

fn over(point: &Point) -> &'static str {
    match point.quantity.class {
        Class::Live => "this window",
        Class::Demand => "the demand interval that closed last",
        Class::Energy => "all windows up to this one",
        Class::Hours => "all time up to the end of this window",
    }
}

/// Every Modbus row of the point, asked for as a client would.
fn registers(image: &Arc<Image>, meter: MeterId, point: &Point) -> Station<Vec<Register>> {
    let unit = match meter {
        MeterId::Main => modbus::UNIT_MAIN,
        MeterId::Esy(slot) => modbus::UNIT_MAIN + slot.number(),
    };
    let snapshot = Snapshot::new(Arc::clone(image));
    let of_point =
        rows().iter().zip(printed()).filter(|(row, _)| row.source == Source::Point(point.id));
    let mut found = Vec::new();
    for (row, printed) in of_point {
        let words = match read(&snapshot, unit, row.address, row.words(), image.time) {
            Ok(words) => words,
            Err(exception) => {
                return Station::Absent(format!(
                    "unit {unit} answers with exception {exception:02X}h"
                ));
            }
        };
        found.push(Register {
            unit_id: unit,
            address: printed.address,
            address_hex: format!("{}h", printed.address_hex),
            modicom: printed.modicom,
            functions: printed.functions,
            kind: printed.kind,
            weight: printed.weight,
            owner: printed.owner,
            value: row.kind.number(&words).map(|number| number as f64 / row.weight),
            words: words.iter().map(|word| format!("{word:04X}h")).collect(),
        });
    }
    Station::Shows(found)
}

/// Registers of a unit, or the exception.
fn read(
    snapshot: &Snapshot,
    unit: u8,
    address: u16,
    words: u16,
    now: Timestamp,
) -> Result<Vec<u16>, u8> {
    let [[a, b], [c, d]] = [address.to_be_bytes(), words.to_be_bytes()];
    let mut out = Vec::new();
    let ask = Ask { unit, pdu: &[READ_INPUT, a, b, c, d], now };
    let outcome = answer(snapshot, Session::default(), ask, &mut out);
    match (outcome, &out[..]) {
        (Outcome::Answered, [READ_INPUT, _, bytes @ ..]) => {
            Ok(bytes.chunks_exact(2).map(|word| u16::from_be_bytes([word[0], word[1]])).collect())
        }
        (_, answer) => Err(answer.get(1).copied().unwrap_or(0)),
    }
}
