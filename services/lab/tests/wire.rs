//! Modules on a wire in simulated time: what the meter shows is what each module measured, or says why not.
//! Proves [P5, G3, D-12]

mod common;

use catalog::{PointId, points};
use common::{device, digest};
use image::{Image, MeterId};
use lab::{Trial, parts, try_out, wired};
use port::{AsFast, EsyBus, EsyReply, Flag, MeterCommand, Reading, Reason, SlotId};
use sim::esy::ModuleMemory;
use sim::scenario::{Scenario, parse};
use sim::wire::WireBus;
use std::collections::BTreeMap;

/// Modules with loads of 100 W times their slot, at 230 V.
fn scenario(modules: u8, seconds: u32, more: &str) -> Scenario {
    let mut text = format!(
        "schema = 1\nname = \"Wire\"\nseed = 5\nstart = \"2026-03-02T10:00:00+01:00\"\nduration = \"{seconds} s\"\n\
         [device]\nwiring = \"3p4w\"\nfront_end = \"ideal\"\nesy_baud = 115200\n"
    );
    for slot in 1..=modules {
        let watts = 300 * u32::from(slot);
        text += &format!(
            "[[device.esy]]\nslot = {slot}\nmodel = \"ESY3XMV\"\nname = \"Load {slot}\"\nct = \"60 A\"\n\
             [[loads]]\nname = \"Load {slot}\"\nkind = \"resistive\"\nconnect = \"three-phase\"\nmeters = [\"esy{slot}\"]\npower = \"{watts} W\"\n"
        );
    }
    parse(&(text + more)).expect("a scenario")
}

fn slot(number: u8) -> SlotId {
    SlotId::new(number).expect("1 to 10")
}

fn point(path: &str) -> PointId {
    points().iter().find(|point| point.path() == path).expect("a point").id
}

fn power() -> PointId {
    point("active_power.system")
}

fn energy() -> PointId {
    point("active_energy_import.total.system")
}

/// A run, with what each image said of the modules, and the notes.
fn run(scenario: &Scenario, mut see: impl FnMut(f64, &Image)) -> (Trial, Vec<String>) {
    let (mut notes, mut start) = (Vec::new(), None);
    let trial = try_out(scenario, "", &device(), Box::new(AsFast), |effects| {
        notes.extend(effects.notes.iter().map(|note| note.text.clone()));
        if let Some(image) = &effects.image {
            let start = *start.get_or_insert(image.time);
            see((image.time.unix_ns - start.unix_ns) as f64 / 1e9, image);
        }
        true
    });
    (trial.expect("it runs"), notes)
}

fn reading(image: &Image, slot_number: u8, id: PointId) -> Reading {
    image.meter(MeterId::Esy(slot(slot_number))).expect("it is configured").readings.get(id)
}

/// What a module shows is its own load, or nothing; its counter never falls.
struct Checker {
    modules: u8,
    last: BTreeMap<u8, f64>,
}

impl Checker {
    fn new(modules: u8) -> Checker {
        Checker { modules, last: BTreeMap::new() }
    }

    fn check(&mut self, at_s: f64, image: &Image) {
        for number in 1..=self.modules {
            if let Reading::Value { value, .. } = reading(image, number, power()) {
                let expected = 300.0 * f64::from(number);
                assert!((value / expected - 1.0).abs() < 1e-3, "{at_s} s: esy{number} {value} W");
            }
            if let Some(total) = reading(image, number, energy()).value() {
                let before = self.last.insert(number, total).unwrap_or(0.0);
                // Never back, and never more than was consumed until now.
                let consumed = 300.0 * f64::from(number) * (at_s + 0.2) / 3.6e6;
                assert!(
                    total >= before && total <= consumed * 1.001,
                    "{at_s} s: esy{number} {before} {total} of {consumed}"
                );
            }
        }
    }
}

/// Ten modules, of every hundred frames one damaged, and one module away for a while: it is told within three polls,
/// its total is held and marked, and goes on where it was.
#[test]
fn ten_modules_on_a_disturbed_wire_are_never_mixed_up() {
    let more = "[[bus_faults]]\nkind = \"damaged-frames\"\nat = \"0 s\"\npart = \"1 %\"\n\
                [[timeline]]\nkind = \"unplug\"\nat = \"10 s\"\nmodule = \"esy3\"\nfor = \"8 s\"\n";
    let scenario = scenario(10, 30, more);
    let mut checker = Checker::new(10);
    let (mut silent_s, mut back_s, mut held, mut losses) = (None, None, None, 0);
    let (_, notes) = run(&scenario, |at_s, image| {
        checker.check(at_s, image);
        let of_3 = reading(image, 3, power());
        if of_3 == Reading::Absent(Reason::BusTimeout) {
            silent_s.get_or_insert(at_s);
            let Reading::Value { value, flags } = reading(image, 3, energy()) else {
                panic!("{at_s} s: the total is held")
            };
            assert!(flags.contains(Flag::Stale), "{at_s} s: a total that stands says so");
            assert_eq!(*held.get_or_insert(value), value, "{at_s} s");
        } else if silent_s.is_some() {
            back_s.get_or_insert(at_s);
        }
        let others = (1..=10).filter(|number| *number != 3);
        losses += others
            .filter(|number| at_s > 5.0 && reading(image, *number, power()).value().is_none())
            .count();
    });
    assert_eq!(losses, 0, "a damaged frame is asked for again");
    // Three polls at 0.9 s, and the last window before.
    let silent_s = silent_s.expect("it is away");
    assert!((10.5..13.5).contains(&silent_s), "{silent_s}");
    let back_s = back_s.expect("it comes back");
    assert!((18.0..23.5).contains(&back_s), "{back_s}");
    for expected in ["esy3 does not answer", "esy3 answers"] {
        assert!(notes.iter().any(|note| note == expected), "{expected}: {notes:#?}");
    }
    for number in 1..=10u8 {
        let seconds = if number == 3 { 22.0 } else { 30.0 };
        let expected = 300.0 * f64::from(number) * seconds / 3.6e6;
        let total = checker.last[&number];
        // The last window that was polled may be a cycle and a half old.
        assert!((0.9 * expected..=expected).contains(&total), "esy{number}: {total} {expected}");
    }
}

/// A module that takes the address of another is told apart by its serial number: neither is shown as the other,
/// and both have their own address again.
#[test]
fn an_address_that_two_have_is_settled() {
    let more = "[[bus_faults]]\nkind = \"duplicate-address\"\nat = \"6 s\"\nmeter = \"esy2\"\nof = \"esy1\"\n";
    let scenario = scenario(2, 25, more);
    let mut checker = Checker::new(2);
    let (mut lost_s, mut whole_s) = (BTreeMap::new(), 0.0);
    let (_, notes) = run(&scenario, |at_s, image| {
        checker.check(at_s, image);
        let absent = |number: &u8| reading(image, *number, power()).value().is_none();
        let absent: Vec<u8> = [1, 2].into_iter().filter(absent).collect();
        if at_s > 6.0 {
            absent.iter().for_each(|number| *lost_s.entry(*number).or_insert(0.0) = at_s);
            whole_s = if absent.is_empty() { at_s } else { whole_s };
        }
    });
    assert!(whole_s > 24.0, "both are shown at the end");
    assert!(lost_s.values().all(|s| *s < 20.0), "{lost_s:?} {notes:#?}");
    assert!(notes.iter().any(|note| note.contains("address")), "{notes:#?}");
}

/// Whatever is wrong with the wire, nothing wrong is shown, and when it is right again so is the meter.
#[test]
fn a_wire_that_is_bad_for_a_while_is_lived_through() {
    // Whether the first module is silent meanwhile; where a third of the frames are bad, it may be or not.
    for (kind, silent) in [
        ("kind = \"damaged-frames\"\npart = \"5 %\"", Some(false)),
        ("kind = \"lost-bytes\"\npart = \"5 %\"", Some(false)),
        ("kind = \"extra-bytes\"\npart = \"5 %\"", Some(false)),
        ("kind = \"collision\"\npart = \"5 %\"", Some(false)),
        ("kind = \"damaged-frames\"\npart = \"30 %\"", None),
        ("kind = \"lost-bytes\"\npart = \"30 %\"", None),
        ("kind = \"extra-bytes\"\npart = \"30 %\"", None),
        ("kind = \"collision\"\npart = \"100 %\"", Some(true)),
        ("kind = \"echo\"", Some(false)),
        ("kind = \"slow-answer\"\nmeter = \"esy1\"\nby = \"40 ms\"", Some(true)),
    ] {
        let more = format!("[[bus_faults]]\nat = \"5 s\"\nfor = \"6 s\"\n{kind}\n");
        let scenario = scenario(2, 20, &more);
        let mut checker = Checker::new(2);
        let (mut lost, mut healed) = (0, 0);
        let (_, notes) = run(&scenario, |at_s, image| {
            checker.check(at_s, image);
            let shown = reading(image, 1, power()).value().is_some();
            lost += usize::from((8.0..11.0).contains(&at_s) && !shown);
            healed += usize::from(at_s > 16.0 && !shown);
        });
        assert_eq!(healed, 0, "{kind} {notes:#?}");
        if let Some(silent) = silent {
            assert_eq!(lost > 0, silent, "{kind}: {lost} {notes:#?}");
        }
    }
}

fn bus(scenario: &Scenario) -> Box<dyn EsyBus + Send> {
    let parts = parts(scenario, &device(), &ModuleMemory::default()).expect("it fits");
    // The built-in meter's own branch of the waveform is not read here.
    drop(parts.main);
    wired(scenario, parts.bus.expect("it has modules"))
}

fn replies(bus: &mut dyn EsyBus, samples: u64, step: u64) -> Vec<EsyReply> {
    let mut replies = Vec::new();
    (1..=samples / step).for_each(|n| bus.poll(n * step, &mut replies));
    replies
}

/// A sound wire brings each window bit by bit as the module measured it, however often the meter asks.
#[test]
fn a_sound_wire_changes_no_reading() {
    let on_wire = scenario(2, 10, "");
    let mut direct = on_wire.clone();
    direct.device.esy_baud = None;
    let direct = replies(&mut *bus(&direct), 80_000, 400);
    let wired = replies(&mut *bus(&on_wire), 80_000, 400);
    let late: Vec<&EsyReply> = wired.iter().filter(|reply| reply.window_end > 12_000.0).collect();
    assert!(late.len() > 80, "two modules with five windows a second: {}", late.len());
    for reply in &wired {
        let same = |other: &&EsyReply| {
            other.slot == reply.slot && (other.window_end - reply.window_end).abs() < 1e-3
        };
        let Ok(readings) = &reply.result else {
            assert!(reply.window_end < 8000.0, "silence at {}", reply.window_end);
            continue;
        };
        let twin = direct.iter().find(same).expect("a window of the module");
        assert_eq!(Ok(readings), twin.result.as_ref(), "{}", reply.window_end);
        assert_eq!(reply.wiring, twin.wiring);
    }
    let other = replies(&mut *bus(&on_wire), 80_000, 1600);
    let key = |replies: &[EsyReply]| -> Vec<(SlotId, u64)> {
        replies.iter().map(|reply| (reply.slot, reply.window_end.to_bits())).collect()
    };
    assert_eq!(key(&wired), key(&other));
}

/// The same seed is the same run, however it is cut into ticks: what modules are told goes out at moments of its own.
#[test]
fn ticks_of_any_length_make_the_same_run() {
    let more = "[[bus_faults]]\nkind = \"damaged-frames\"\nat = \"0 s\"\npart = \"2 %\"\n\
                [[timeline]]\nkind = \"unplug\"\nat = \"5 s\"\nmodule = \"esy2\"\nfor = \"4 s\"\n\
                [[timeline]]\nkind = \"setting\"\nat = \"3.3 s\"\nsetting = \"netting\"\nto = 1\n";
    let scenario = scenario(3, 15, more);
    let digests = [160, 1280, 1600, 8000].map(|block| digest(&scenario, block));
    assert_eq!(digests, [digests[0]; 4]);
}

/// What a module is told arrives over the wire.
#[test]
fn commands_reach_their_module() {
    let scenario = scenario(2, 10, "");
    let mut bus = bus(&scenario);
    let partial = point("active_energy_import.partial.system");
    let mut replies = replies(&mut *bus, 40_000, 400);
    bus.command(Some(slot(1)), MeterCommand::ResetPartial);
    let first = replies.len();
    (101..200).for_each(|n| bus.poll(n * 400, &mut replies));
    let last = |number: u8, replies: &[EsyReply]| {
        let of_slot = replies.iter().rev().filter(|reply| reply.slot == slot(number));
        let value = |reply: &EsyReply| reply.result.as_ref().ok()?.get(partial).value();
        of_slot.filter_map(value).next().expect("it answers")
    };
    assert!(last(1, &replies[first..first + 6]) < last(1, &replies[..first]));
    assert!(last(2, &replies) > last(2, &replies[..first]));
}

/// A module with another serial number in the place of one that is configured: nothing of it is taken, and what it
/// is is told.
#[test]
fn a_stranger_is_told_and_not_shown() {
    let scenario = scenario(2, 20, "");
    let parts = parts(&scenario, &device(), &ModuleMemory::default()).expect("it fits");
    drop(parts.main);
    let ct = lab::ct_primary_ma(&scenario);
    let line = esy::LINE;
    let mut bus = WireBus::new(parts.bus.expect("it has modules"), line, &ct, vec![], 1);
    let mut heard = replies(&mut bus, 40_000, 400);
    bus.swap(slot(2), "STRANGER", 2);
    let before = heard.len();
    (101..400).for_each(|n| bus.poll(n * 400, &mut heard));
    let of_2 = heard[before..].iter().filter(|reply| reply.slot == slot(2));
    let (windows, silent): (Vec<_>, Vec<_>) = of_2.partition(|reply| reply.result.is_ok());
    assert!(windows.is_empty(), "{windows:?}");
    assert!(silent.iter().any(|reply| reply.result.as_ref().err() == Some(&Reason::BusTimeout)));
    let mut notes = Vec::new();
    bus.notes(&mut notes);
    assert!(notes.iter().any(|note| note.contains("STRANGER")), "{notes:#?}");
}
