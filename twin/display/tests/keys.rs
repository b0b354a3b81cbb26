//! What the four buttons do, and what goes out of it.

mod common;

use catalog::SettingId;
use common::{image, set, slot};
use display::{Display, Key, MENU_S, NOTICE_S, NetworkFacts, Press, View};
use image::{Image, MeterId, Reading, Readings, Reason, Refusal, Request, Timestamp};

/// A display, its image and the time.
struct Bench {
    image: Image,
    display: Display,
    now: Timestamp,
}

impl Bench {
    fn new() -> Bench {
        Bench::with(image())
    }

    fn with(image: Image) -> Bench {
        let mut display = Display::new(&image, NetworkFacts::default());
        let now = Timestamp::from_unix_s(0);
        display.tick(&image, now);
        Bench { image, display, now }
    }

    fn press(&mut self, key: Key, long: bool) {
        self.now = self.now + 0.5;
        self.display.press(Press { key, long }, &self.image, self.now);
    }

    /// One letter a press: `u`, `d`, `b`, `e`; long ones are capitals.
    fn keys(&mut self, keys: &str) -> String {
        for letter in keys.chars() {
            let key = match letter.to_ascii_lowercase() {
                'u' => Key::Up,
                'd' => Key::Down,
                'b' => Key::Back,
                'e' => Key::Enter,
                other => panic!("{other} is no key"),
            };
            self.press(key, letter.is_ascii_uppercase());
        }
        self.display.view().slug()
    }

    fn wait(&mut self, seconds: f64) {
        self.now = self.now + seconds;
        self.display.tick(&self.image, self.now);
    }
}

/// [D3] Up and down go round all pages of all meters; long ones go from meter to meter.
#[test]
fn up_and_down_go_round_the_pages() {
    let mut bench = Bench::new();
    assert_eq!(bench.keys(""), "overview");
    assert_eq!(bench.keys("d"), "energy");
    assert_eq!(bench.keys("uu"), "esy10-energy");
    assert_eq!(bench.keys("d"), "overview");
    assert_eq!(bench.keys("D"), "esy1-active");
    assert_eq!(bench.keys("D"), "esy10-active");
    assert_eq!(bench.keys("dD"), "overview");
    assert_eq!(bench.keys("dddb"), "overview");
}

/// [D4] The filter hides pages of which the wiring has nothing, and shows them when it is off.
#[test]
fn the_filter_hides_what_is_not_wired() {
    let mut image = image();
    for point in catalog::points() {
        if point.quantity.id == catalog::QuantityId::VoltageLl {
            image.meters[0].readings.set(point.id, Reading::Absent(Reason::NotWired));
        }
    }
    let lost = image.meters.iter_mut().find(|meter| meter.id == slot(1)).expect("configured");
    lost.readings = Readings::absent(Reason::NotInstalled);
    set(&mut image, SettingId::DisplayHomePage, 6);
    let mut bench = Bench::with(image);
    assert_eq!(bench.keys("d"), "currents");
    assert_eq!(bench.keys("D"), "esy10-active");
    set(&mut bench.image, SettingId::DisplayPageFilter, 0);
    assert_eq!(bench.keys("bd"), "voltage-ll");
    assert_eq!(bench.keys("D"), "esy1-active");
    // A home page that the wiring does not have gives way.
    set(&mut bench.image, SettingId::DisplayPageFilter, 1);
    set(&mut bench.image, SettingId::DisplayHomePage, 7);
    assert_eq!(bench.keys("B"), "overview");
}

/// [D3, D4] A setting is changed by buttons alone, and what goes out is one request.
#[test]
fn a_setting_goes_out_as_one_request() {
    let mut bench = Bench::new();
    assert_eq!(bench.keys("ee"), "settings");
    assert_eq!(bench.keys("ee"), "set-wiring");
    assert_eq!(bench.keys("u"), "set-wiring");
    assert!(bench.display.requests().is_empty());
    assert_eq!(bench.keys("e"), "metering");
    assert_eq!(bench.display.requests(), [Request::Set(SettingId::Wiring, 1)]);
    assert!(bench.display.requests().is_empty());
    // The value that holds already is not asked for, and leaving asks for nothing.
    assert_eq!(bench.keys("eeeub"), "metering");
    assert!(bench.display.requests().is_empty());
}

/// [D3] A value outside the range of its setting is not taken.
#[test]
fn a_value_out_of_range_is_not_taken() {
    let mut bench = Bench::new();
    // Settings, digital output, pulse weight: eight digits, of which the first becomes 9.
    assert_eq!(bench.keys("eeddedddeu"), "set-pulse-weight-wh");
    assert_eq!(bench.keys("uuuuuuuueeeeeeee"), "set-pulse-weight-wh");
    assert!(bench.display.requests().is_empty());
    // Back to the first digit, which becomes 0 again; the value is 1000 Wh and holds already.
    assert_eq!(bench.keys("bbbbbbbu"), "set-pulse-weight-wh");
    assert_eq!(bench.keys("eeeeeeeue"), "output");
    assert_eq!(bench.display.requests(), [Request::Set(SettingId::PulseWeightWh, 1_001)]);
}

/// [D4] Behind a code are the settings, the quick set-up and the reset, and nothing else.
#[test]
fn what_changes_something_is_behind_the_code() {
    let mut image = image();
    set(&mut image, SettingId::Password, 102);
    let mut bench = Bench::with(image);
    for guarded in ["ee", "bbede", "bbedde"] {
        assert_eq!(bench.keys(guarded), "code", "{guarded}");
    }
    for (open, slug) in [("bbeddde", "alarms"), ("bbedddde", "info"), ("bbeddddde", "network")] {
        assert_eq!(bench.keys(open), slug);
    }
    // 0000 is wrong; 0102 is right, and is not asked for again until the menu is left.
    assert_eq!(bench.keys("bbeeeeee"), "menu");
    assert_eq!(bench.keys("eeueeuue"), "settings");
    assert_eq!(bench.keys("bdde"), "reset");
    assert_eq!(bench.keys("bbee"), "code");
}

/// [D4] Partial counters of all meters begin anew after a question that is answered "no" at first.
#[test]
fn a_reset_is_asked_for_twice() {
    let mut bench = Bench::new();
    assert_eq!(bench.keys("eddee"), "reset-partial");
    assert_eq!(bench.keys("e"), "reset");
    assert!(bench.display.requests().is_empty());
    assert_eq!(bench.keys("eue"), "reset");
    let all = [MeterId::Main, slot(1), slot(10)];
    assert_eq!(bench.display.requests(), all.map(Request::ResetPartial));
    assert_eq!(bench.keys("deue"), "reset");
    assert_eq!(bench.display.requests(), all.map(Request::ResetDemand));
}

/// [D4] The quick set-up asks for what a new meter needs, one after the other.
#[test]
fn the_quick_set_up_goes_through_its_settings() {
    let mut bench = Bench::new();
    assert_eq!(bench.keys("ede"), "quick-1");
    assert_eq!(bench.keys("ue"), "quick-2");
    assert_eq!(bench.keys("ueee"), "quick-5");
    assert_eq!(bench.keys("e"), "menu");
    let asked = bench.display.requests();
    let expected =
        [Request::Set(SettingId::DisplayLanguage, 1), Request::Set(SettingId::Wiring, 1)];
    assert_eq!(asked, expected);
}

/// [D4] The light goes out after its minutes; the first button only lights it; with the screen saver
/// the home page is there.
#[test]
fn the_light_goes_out_and_the_home_page_returns() {
    let mut bench = Bench::new();
    set(&mut bench.image, SettingId::DisplayBacklightMin, 1);
    bench.keys("ddd");
    bench.wait(59.0);
    assert!(bench.display.is_lit());
    bench.wait(1.0);
    assert!(!bench.display.is_lit());
    assert_eq!(bench.display.view().slug(), "overview");
    assert_eq!(bench.keys("d"), "overview");
    assert!(bench.display.is_lit());
    assert_eq!(bench.keys("d"), "energy");
    set(&mut bench.image, SettingId::DisplayScreensaver, 0);
    bench.keys("dee");
    bench.wait(60.0);
    assert_eq!(bench.display.view().slug(), "energy-reactive");
}

/// [D4] A menu that nobody uses is left, even while the light stays on.
#[test]
fn an_unused_menu_is_left() {
    let mut image = image();
    set(&mut image, SettingId::DisplayBacklightMin, 0);
    set(&mut image, SettingId::Password, 1);
    let mut bench = Bench::with(image);
    assert_eq!(bench.keys("eeeeeue"), "settings");
    bench.wait(MENU_S - 0.1);
    assert_eq!(bench.display.view().slug(), "settings");
    bench.wait(0.1);
    assert_eq!(bench.display.view().slug(), "overview");
    assert!(bench.display.is_lit());
    assert_eq!(bench.keys("ee"), "code");
}

/// [D3] What became of a request stands over the picture for its time.
#[test]
fn the_answer_is_shown_and_goes() {
    let mut bench = Bench::new();
    let plain = bench.display.draw(&bench.image);
    bench.display.answer(&Ok(7), bench.now);
    let done = bench.display.draw(&bench.image);
    bench.display.answer(&Err(Refusal::Busy), bench.now);
    let busy = bench.display.draw(&bench.image);
    assert!(plain != done && done != busy);
    bench.wait(NOTICE_S);
    assert_eq!(bench.display.draw(&bench.image), plain);
}

/// Sheets end at their last lines, and a reset of a meter that is gone is nobody's.
#[test]
fn a_sheet_ends_at_its_last_lines() {
    let mut bench = Bench::new();
    assert_eq!(bench.keys("edddde"), "info");
    bench.keys("dddddddddd");
    assert!(matches!(bench.display.view(), View::Sheet(_, 3)), "{:?}", bench.display.view());
    bench.keys("u");
    assert!(matches!(bench.display.view(), View::Sheet(_, 2)));
    assert_eq!(bench.keys("b"), "menu");
}

/// Every view can be left by back, and any keys at all leave a picture and few requests.
#[test]
fn no_keys_lead_astray() {
    let mut bench = Bench::new();
    let mut state = 1u32;
    for _ in 0..20_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let key = Key::ALL[(state >> 24) as usize % 4];
        bench.press(key, state >> 30 == 0);
        assert!(!bench.display.view().slug().is_empty());
        for request in bench.display.requests() {
            match request {
                Request::Set(id, value) => set(&mut bench.image, id, value),
                Request::ResetPartial(_) | Request::ResetDemand(_) => {}
                other => panic!("{other:?} is no request of the display"),
            }
        }
        bench.display.draw(&bench.image);
    }
    bench.press(Key::Back, true);
    bench.press(Key::Back, true);
    assert!(matches!(bench.display.view(), View::Measure(MeterId::Main, _)));
}

/// [D3, D4] A walk through every page, menu and way back, as a reviewed file: each press and where it leads, and what is
/// asked of the meter.
#[test]
fn a_walk_leads_where_it_led() {
    let mut image = image();
    set(&mut image, SettingId::Password, 1);
    let mut bench = Bench::with(image);
    let pages = "d".repeat(22);
    // Each row of the menu: in, to its end, and out; the code first where one is asked for.
    let rows = [
        "eeeeuedddedueddbbbb",
        "eeeeueddeuedebbbb",
        "eeeeuedueededueebbb",
        "edddb",
        "edddb",
        "edddb",
        "eeeeuededdeuebbb",
    ];
    let menu =
        rows.iter().enumerate().map(|(row, inside)| format!("e{}{inside}BB", "d".repeat(row)));
    let mut walk = String::new();
    for keys in std::iter::once(pages).chain(menu) {
        for letter in keys.chars() {
            let view = bench.keys(&letter.to_string());
            let asked = bench.display.requests();
            let asked = if asked.is_empty() { String::new() } else { format!("  {asked:?}") };
            walk += &format!("{letter} {view}{asked}\n");
        }
        walk += "\n";
    }
    insta::with_settings!({
        snapshot_path => "../../../snapshots/lcd",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("walk", walk);
    });
}
