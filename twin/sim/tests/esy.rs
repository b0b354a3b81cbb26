//! The virtual bus by itself: what its modules answer when sources stop, skip or are told something.

use catalog::{QuantityId, Register, Scope, SettingId, point};
use metering::Wiring;
use port::{
    EsyBus, EsyReply, MeterCommand, ModuleIdentity, ModuleModel, Readings, Reason, Role,
    SampleBlock, SampleSource, SlotId, SourceError, SourceFormat, SourceState, Timestamp,
};
use sim::esy::{Module, VirtualBus};
use sim::frontend::{Afe, FrontEnd};
use sim::synthetic::{Signal, Spectrum};

const RATE_HZ: f64 = 2000.0;

type Source = Box<dyn SampleSource + Send>;

fn source(signal: &Signal, duration_s: Option<f64>) -> Source {
    Box::new(Afe::new(&FrontEnd::ideal(), signal.play(1, duration_s), RATE_HZ).expect("sound"))
}

fn reference() -> Source {
    source(&Signal::three_phase(50.0, 230.0, 0.0, 0.0), None)
}

/// One phase of so many amperes at a power factor of one half, for ever or for some seconds.
fn load(current_a: f64, duration_s: Option<f64>) -> Source {
    source(&Signal::new(50.0).channel(Role::Ia, Spectrum::sine(current_a, -60.0)), duration_s)
}

fn slot(number: u8) -> SlotId {
    SlotId::new(number).expect("1 to 10")
}

fn module(number: u8, currents: Option<Source>) -> Module {
    let identity = ModuleIdentity {
        slot: slot(number),
        model: ModuleModel::Esy3xmv,
        name: format!("Module {number}"),
        serial: format!("S{number}"),
    };
    Module { identity, currents }
}

fn bus(reference: Source, modules: Vec<Module>) -> VirtualBus {
    VirtualBus::new(Wiring::ThreePhaseFourWire, reference, modules, Timestamp::default())
}

fn poll(bus: &mut VirtualBus, until_sample: u64) -> Vec<EsyReply> {
    let mut replies = Vec::new();
    bus.poll(until_sample, &mut replies);
    replies
}

/// What a module answered, oldest first.
fn answers(replies: &[EsyReply], number: u8) -> Vec<&Readings> {
    let of_slot = replies.iter().filter(|reply| reply.slot == slot(number));
    of_slot.filter_map(|reply| reply.result.as_deref().ok()).collect()
}

fn watts(readings: &Readings) -> f64 {
    let id = point(QuantityId::ActivePower, None, Scope::System).expect("in the catalogue");
    readings.get(id).value().expect("wired")
}

fn watt_hours(readings: &Readings, register: Register) -> f64 {
    let id = point(QuantityId::ActiveEnergyImport, Some(register), Scope::System);
    1000.0 * readings.get(id.expect("in the catalogue")).value().expect("a counter")
}

/// [G3, P5] One reply a window, in order, and whole: what has been fetched is not told again.
#[test]
fn each_window_is_answered_once() {
    let mut bus = bus(reference(), vec![module(1, Some(load(2.0, None))), module(2, None)]);
    let replies = poll(&mut bus, 2100);
    assert_eq!(answers(&replies, 1).len(), 5);
    assert!(replies.iter().filter(|r| r.slot == slot(1)).is_sorted_by_key(|r| r.window_end));
    let absent = replies.iter().filter(|reply| reply.slot == slot(2));
    assert!(
        absent.clone().count() == 1
            && absent.clone().all(|r| r.result == Err(Reason::NotInstalled))
    );
    assert!(answers(&poll(&mut bus, 2100), 1).is_empty());
    assert_eq!(bus.modules().len(), 2);
}

/// [G3] A module whose front end ends is silent from then on; the others go on.
#[test]
fn a_module_without_samples_is_silent() {
    let mut bus = bus(
        reference(),
        vec![module(1, Some(load(2.0, Some(0.9)))), module(2, Some(load(3.0, None)))],
    );
    let replies = poll(&mut bus, 4100);
    assert_eq!([answers(&replies, 1).len(), answers(&replies, 2).len()], [4, 10]);
    for readings in answers(&replies, 2) {
        assert!((watts(readings) - 345.0).abs() < 0.01, "{}", watts(readings));
    }
    assert!(answers(&poll(&mut bus, 8000), 1).is_empty());
}

/// [G3] Where a module's samples end is a matter of samples, not of polls.
#[test]
fn a_module_ends_with_its_last_sample() {
    let run = |step: u64| {
        let modules =
            vec![module(1, Some(load(2.0, Some(0.809)))), module(2, Some(load(3.0, None)))];
        let mut bus = bus(reference(), modules);
        let mut replies = Vec::new();
        (1..=4200 / step).for_each(|poll| bus.poll(poll * step, &mut replies));
        [1, 2].map(|number| answers(&replies, number).into_iter().cloned().collect::<Vec<_>>())
    };
    let expected = run(1);
    assert_eq!(expected.each_ref().map(Vec::len), [4, 10]);
    for step in [100, 420, 1050, 4200] {
        assert!(run(step) == expected, "a poll in {step} samples");
    }
}

/// When the reference ends, all are silent, and a poll returns.
#[test]
fn without_a_reference_all_are_silent() {
    let voltages = source(&Signal::three_phase(50.0, 230.0, 0.0, 0.0), Some(0.5));
    let mut bus = bus(voltages, vec![module(1, Some(load(2.0, None)))]);
    assert_eq!(answers(&poll(&mut bus, 100_000), 1).len(), 2);
    assert!(poll(&mut bus, 200_000).is_empty());
}

/// Leaves 333 samples out, from sample 2500 on.
struct Gapped(Source, u64);

impl SampleSource for Gapped {
    fn format(&self) -> &SourceFormat {
        self.0.format()
    }

    fn read(&mut self, block: &mut SampleBlock, max: usize) -> Result<SourceState, SourceError> {
        while (2500..2833).contains(&self.1) {
            self.0.read(block, (2833 - self.1) as usize)?;
            self.1 = block.first + block.samples as u64;
        }
        let left = if self.1 < 2500 { (2500 - self.1) as usize } else { max };
        let state = self.0.read(block, max.min(left))?;
        self.1 = block.first + block.samples as u64;
        Ok(state)
    }
}

/// [N9] A gap of the reference is one of the modules: currents stay with their voltages, and no energy is
/// invented.
#[test]
fn a_gap_of_the_reference_keeps_currents_and_voltages_together() {
    let mut bus = bus(Box::new(Gapped(reference(), 0)), vec![module(1, Some(load(10.0, None)))]);
    let replies = poll(&mut bus, 8000);
    let windows = answers(&replies, 1);
    assert!(windows.iter().all(|readings| (watts(readings) - 1150.0).abs() < 0.1));
    let end = replies.last().expect("there were windows").window_end;
    let expected = 1150.0 * (end + 0.5 - 333.0) / RATE_HZ / 3600.0;
    let counted = watt_hours(windows.last().expect("there were windows"), Register::Total);
    assert!((counted - expected).abs() < 1e-4 * expected, "{counted} instead of {expected}");
}

/// [G3, N9] Counters and settings outlive the supply; what happens meanwhile is not heard.
#[test]
fn a_module_remembers() {
    let mut bus =
        bus(reference(), vec![module(1, Some(load(10.0, None))), module(2, Some(load(1.0, None)))]);
    bus.command(Some(slot(1)), MeterCommand::Tariff(2));
    bus.command(None, MeterCommand::Set(SettingId::PartialRunning, 0));
    let replies = poll(&mut bus, 2100);
    let before =
        answers(&replies, 1).last().map(|r| watt_hours(r, Register::T2)).expect("answered");
    bus.unplug(slot(1));
    assert!(answers(&poll(&mut bus, 4000), 1).is_empty());
    bus.command(None, MeterCommand::Tariff(1));
    bus.plug(slot(1), load(10.0, None));
    let replies = poll(&mut bus, 6100);
    let last = *answers(&replies, 1).last().expect("answered");
    assert!(before > 0.0 && watt_hours(last, Register::T2) > 1.5 * before);
    for register in [Register::T1, Register::Partial] {
        assert_eq!(watt_hours(last, register), 0.0, "{register:?}");
    }
}

/// A place that is taken stays as it is; one that is not configured does not exist.
#[test]
fn a_slot_holds_one_module() {
    let mut bus = bus(reference(), vec![module(1, Some(load(2.0, None)))]);
    bus.plug(slot(1), load(50.0, None));
    bus.plug(slot(7), load(50.0, None));
    bus.unplug(slot(8));
    let replies = poll(&mut bus, 2100);
    assert!(answers(&replies, 1).iter().all(|readings| (watts(readings) - 230.0).abs() < 0.01));
    assert!(replies.iter().all(|reply| reply.slot == slot(1)));
}

/// A setting that a module has already cuts no stretch: the replies are the same to the bit.
#[test]
fn the_same_setting_again_changes_nothing() {
    let run = |again: bool| {
        let mut bus = bus(reference(), vec![module(1, Some(load(2.0, None)))]);
        let mut replies = poll(&mut bus, 777);
        if again {
            for (id, value) in [(SettingId::Wiring, 0), (SettingId::DcBlocking, 1)] {
                bus.command(None, MeterCommand::Set(id, value));
            }
        }
        bus.poll(3000, &mut replies);
        answers(&replies, 1).into_iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(run(true), run(false));
}

/// [P6] A module that is given other transformers begins anew with them: it shows so many times the current, and its
/// counter goes on from where it was.
#[test]
fn another_ratio_holds_from_its_moment_on() {
    let mut bus = bus(reference(), vec![module(1, Some(load(2.0, None))), module(2, None)]);
    let before = poll(&mut bus, 4001);
    bus.scale(slot(1), 2.5);
    let after = poll(&mut bus, 12_001);
    let (before, after) = (answers(&before, 1), answers(&after, 1));
    let (first, last) = (watts(before[before.len() - 1]), watts(after[after.len() - 1]));
    assert!((first - 230.0).abs() < 0.5 && (last / first - 2.5).abs() < 1e-3, "{first} {last}");
    let [half, whole] = [before[before.len() - 1], after[after.len() - 1]]
        .map(|readings| watt_hours(readings, Register::Total));
    let expected = 230.0 * (2.0 + 2.5 * 4.0) / 3600.0;
    assert!(half < whole && (whole / expected - 1.0).abs() < 0.06, "{half} {whole} {expected}");
    assert_eq!([bus.boots(slot(1)), bus.boots(slot(2))], [Some(2), None]);
}
