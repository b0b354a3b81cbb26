//! Master and modules on a wire without faults: addresses are found and given away. Proves [P5, G3]

use esy::{About, Ear, Event, LINE, Master, Note, Slave, Step, UNASSIGNED, Wanted};
use port::{ModuleModel, Readings, Reason, SlotId, WiringFinding};

/// Nanoseconds that a module thinks.
const THINKS_NS: u64 = 2_500_000;

fn slot(number: u8) -> SlotId {
    SlotId::new(number).expect("1 to 10")
}

fn module(serial: &str, model: ModuleModel) -> Slave {
    Slave::new(About {
        model,
        serial: serial.into(),
        firmware: "test".into(),
        name: String::new(),
        ct_primary_ma: 60_000,
    })
}

fn wanted(number: u8, serial: Option<&str>, model: ModuleModel) -> Wanted {
    Wanted {
        slot: slot(number),
        model,
        serial: serial.map(Into::into),
        name: format!("Load {number}"),
        ct_primary_ma: None,
    }
}

/// Lets them talk for so many seconds. Answers at once are mixed up, as on a line on which several send.
fn talk(master: &mut Master, modules: &mut [Slave], seconds: f64) -> (Vec<Note>, Vec<SlotId>) {
    let (mut now_ns, mut notes, mut windows) = (0, Vec::new(), Vec::new());
    while now_ns < (seconds * 1e9) as u64 {
        match master.step(now_ns) {
            Step::Listen(until_ns) => now_ns = until_ns.max(now_ns + 1),
            Step::Send(frame) => {
                now_ns += LINE.characters_ns(frame.len());
                master.sent(now_ns);
                let mut ear = Ear::default();
                ear.hear(&frame);
                let (address, request) = ear.request().expect("the master speaks clearly");
                let position = 8e-6 * now_ns as f64;
                let answers = modules
                    .iter_mut()
                    .filter_map(|module| module.hear(address, &request, position).answer);
                let mixed = answers.reduce(|one, other| {
                    one.iter().zip(&other).map(|(one, other)| one & other).collect()
                });
                if let Some(answer) = mixed {
                    now_ns += THINKS_NS + LINE.characters_ns(answer.len());
                    master.hear(now_ns, &answer);
                }
            }
        }
        for event in master.events() {
            match event {
                Event::Noted(note) => notes.push(note),
                Event::Window { slot, .. } => windows.push(slot),
                Event::Silent { .. } => {}
            }
        }
    }
    (notes, windows)
}

/// Ten modules as their maker left them, whose serial numbers nobody has typed in: each is found and has an address, and
/// one that has no place is told.
#[test]
fn modules_without_addresses_are_found() {
    let model = ModuleModel::Esy3xmv;
    let mut modules: Vec<Slave> = (0..11).map(|n| module(&format!("SN{n:04}"), model)).collect();
    let readings = Readings::absent(Reason::NoSignal);
    modules.iter_mut().for_each(|m| m.window(100.0, &readings, WiringFinding::NoSignal));
    let places = (1..=10).map(|number| wanted(number, None, model)).collect();
    let mut master = Master::new(LINE, 0, places);
    let (notes, windows) = talk(&mut master, &mut modules, 60.0);
    let mut addresses: Vec<u8> = modules.iter().map(Slave::address).collect();
    addresses.sort_unstable();
    assert_eq!(addresses, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, UNASSIGNED]);
    assert!((1..=10).all(|number| windows.contains(&slot(number))), "{windows:?}");
    let unplaced: Vec<&Note> =
        notes.iter().filter(|note| matches!(note, Note::Unplaced { .. })).collect();
    let left = modules.iter().find(|module| module.address() == UNASSIGNED).expect("one is left");
    assert_eq!(unplaced.len(), 1, "{notes:#?}");
    assert!(unplaced[0].to_string().starts_with(&format!("ESY3XMV {}", left.serial())));
}

/// Each serial number has the place that was meant for it, whatever address its module had before.
#[test]
fn a_serial_number_has_its_place() {
    let (mv, a5) = (ModuleModel::Esy3xmv, ModuleModel::Esy3xav5);
    let mut modules = [
        module("A", mv).with_address(2),
        module("B", mv).with_address(1),
        module("C", a5).with_address(1),
    ];
    let places = vec![wanted(1, Some("A"), mv), wanted(2, Some("B"), mv), wanted(3, Some("C"), a5)];
    let mut master = Master::new(LINE, 0, places);
    let (notes, _) = talk(&mut master, &mut modules, 20.0);
    assert_eq!(modules.each_ref().map(Slave::address), [1, 2, 3], "{notes:#?}");
}

/// [P6] A module computes with the transformers that are configured, if any are: its own are replaced, once.
#[test]
fn transformers_are_set() {
    let model = ModuleModel::Esy3xmv;
    let mut modules = [module("A", model), module("B", model)];
    let with =
        |number, serial, ma| Wanted { ct_primary_ma: ma, ..wanted(number, Some(serial), model) };
    let mut master = Master::new(LINE, 0, vec![with(1, "A", Some(250_000)), with(2, "B", None)]);
    let (notes, _) = talk(&mut master, &mut modules, 5.0);
    let told: Vec<String> = notes
        .iter()
        .filter(|note| matches!(note, Note::Transformers { .. }))
        .map(ToString::to_string)
        .collect();
    assert_eq!(told, ["esy1: transformers of 250 A were set, the module had 60 A"]);
    let [a, b] = modules.map(|module| module.about().ct_primary_ma);
    assert_eq!([a, b], [250_000, 60_000]);
}
