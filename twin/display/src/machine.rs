//! What the buttons do: where one is, what is being changed, when the light goes out.
//!
//! | key | on a page | in a menu | on a value |
//! |---|---|---|---|
//! | up, down | page before, after | row before, after | next value up, down; a digit up, down |
//! | enter | menu | into the row | next digit; takes the value after the last |
//! | back | home page | out | digit before; out, without a change |
//!
//! A long up or down goes to the meter before or after; a long back goes home from anywhere.

use crate::draw;
use crate::edit::{Editor, Form, around};
use crate::frame::Frame;
use crate::key::{Key, Press};
use crate::menu::{Item, MENU, Reset};
use crate::page;
use crate::sheet::{self, NetworkFacts, SheetId};
use crate::text::{Language, Text};
use crate::view::{self, View, pages};
use catalog::SettingId;
use image::{Ack, Image, MeterId, Refusal, Request, Timestamp};

/// Seconds without a button after which menus are left and nothing in them is taken, even while the
/// light stays on: whoever gave the code has gone.
pub const MENU_S: f64 = 120.0;

/// Seconds for which a notice stands.
pub const NOTICE_S: f64 = 3.0;

/// Requests that may wait to be fetched: a reset of all 11 meters, and room for settings.
const REQUESTS_MAX: usize = 32;

/// The display with its buttons.
#[derive(Debug, Clone)]
pub struct Display {
    /// The page, and what was entered from there; never empty, and no deeper than the tree of menus.
    stack: Vec<View>,
    /// When a button was last pressed, or the display was first looked at.
    touched: Option<Timestamp>,
    lit: bool,
    /// Whether the code was given since the menu was entered.
    unlocked: bool,
    notice: Option<(Text, Timestamp)>,
    requests: Vec<Request>,
    network: NetworkFacts,
}

impl Default for Display {
    fn default() -> Self {
        Display {
            stack: vec![View::Measure(MeterId::Main, 0)],
            touched: None,
            lit: true,
            unlocked: false,
            notice: None,
            requests: Vec::new(),
            network: NetworkFacts::default(),
        }
    }
}

impl Display {
    /// On the home page, lit.
    pub fn new(image: &Image, network: NetworkFacts) -> Display {
        let mut display = Display { network, ..Display::default() };
        display.go_home(image);
        display
    }

    /// Where the meter is reached now.
    pub fn set_network(&mut self, network: NetworkFacts) {
        self.network = network;
    }

    /// What stands on the display.
    pub fn view(&self) -> &View {
        self.stack.last().expect("a page is always left")
    }

    /// Whether the back-light is on.
    pub fn is_lit(&self) -> bool {
        self.lit
    }

    /// The picture of what is asked for by name, as [`View::slug`] gives it, wherever one is and
    /// without a code: it can only be looked at. None if nothing has that name.
    pub fn glance(&self, slug: &str, image: &Image) -> Option<Frame> {
        let view = view::all(image).into_iter().find(|view| view.slug() == slug)?;
        Some(draw::frame(&view, None, image, &self.network))
    }

    /// What the meter is asked for since the last call.
    pub fn requests(&mut self) -> Vec<Request> {
        std::mem::take(&mut self.requests)
    }

    /// What became of a request.
    pub fn answer(&mut self, ack: &Ack, at: Timestamp) {
        let text = match ack {
            Ok(_) => Text::Done,
            Err(Refusal::OutOfRange { .. }) => Text::OutOfRange,
            Err(
                Refusal::NotOfVariant { .. } | Refusal::NoSuchMeter(_) | Refusal::TotalsAreFinal,
            ) => Text::Refused,
            Err(Refusal::Busy) => Text::Busy,
        };
        self.notice = Some((text, at));
    }

    /// Time goes on: notices, menus and the light end.
    pub fn tick(&mut self, image: &Image, at: Timestamp) {
        let idle_s = at.seconds_since(*self.touched.get_or_insert(at));
        if self.notice.is_some_and(|(_, since)| at.seconds_since(since) >= NOTICE_S) {
            self.notice = None;
        }
        if self.stack.len() > 1 && idle_s >= MENU_S {
            self.leave_menus();
        }
        let minutes = image.settings.get(SettingId::DisplayBacklightMin);
        let dark = minutes > 0 && idle_s >= minutes as f64 * 60.0;
        if dark && self.lit {
            self.leave_menus();
            if image.settings.get(SettingId::DisplayScreensaver) == 1 {
                self.go_home(image);
            }
        }
        self.lit = !dark;
    }

    /// A button. One that finds the display dark only lights it.
    pub fn press(&mut self, press: Press, image: &Image, at: Timestamp) {
        self.tick(image, at);
        self.touched = Some(at);
        self.notice = None;
        if !self.lit {
            self.lit = true;
            return;
        }
        if press.long && press.key == Key::Back {
            return self.go_home(image);
        }
        let view = self.stack.pop().expect("a page is always left");
        self.act(view, press, image, at);
    }

    /// The picture.
    pub fn draw(&self, image: &Image) -> Frame {
        let notice = self.notice.map(|(text, _)| text);
        draw::frame(self.view(), notice, image, &self.network)
    }

    fn leave_menus(&mut self) {
        self.stack.truncate(1);
        self.unlocked = false;
    }

    fn go_home(&mut self, image: &Image) {
        let shown = page::shown(page::PAGES, image.main(), &image.settings);
        let home = usize::try_from(image.settings.get(SettingId::DisplayHomePage)).unwrap_or(0);
        // A home page that the wiring does not have gives way to the first that it has.
        let home = if shown.contains(&home) { home } else { shown.first().copied().unwrap_or(0) };
        self.stack = vec![View::Measure(MeterId::Main, home)];
        self.unlocked = false;
    }

    fn act(&mut self, view: View, press: Press, image: &Image, at: Timestamp) {
        match view {
            View::Measure(meter, place) => self.on_page(meter, place, press, image),
            View::Menu(menu, row) => match press.key {
                Key::Up => self.stack.push(View::Menu(menu, around(row, menu.rows.len(), false))),
                Key::Down => self.stack.push(View::Menu(menu, around(row, menu.rows.len(), true))),
                Key::Back => self.left(),
                Key::Enter => {
                    self.stack.push(View::Menu(menu, row));
                    self.enter(menu.rows[row], image);
                }
            },
            View::Code(next, digits) => self.on_code(next, digits, press, image, at),
            View::Edit(editor) => self.on_value(editor, None, press, image, at),
            View::QuickSetUp(step, editor) => self.on_value(editor, Some(step), press, image, at),
            View::Confirm(reset, yes) => match press.key {
                Key::Up | Key::Down => self.stack.push(View::Confirm(reset, !yes)),
                Key::Back => self.left(),
                Key::Enter => {
                    self.left();
                    if yes {
                        self.reset(reset, image, at);
                    }
                }
            },
            View::Sheet(sheet, first) => self.on_sheet(sheet, first, press, image),
        }
    }

    /// Something was left by its own key, and what is below it stands there again.
    fn left(&mut self) {
        if self.stack.len() == 1 {
            self.unlocked = false;
        }
    }

    fn on_page(&mut self, meter: MeterId, place: usize, press: Press, image: &Image) {
        match (press.key, press.long) {
            (Key::Up | Key::Down, long) => {
                let carousel = carousel(image);
                let next =
                    if long { other_meter(&carousel, meter, press.key == Key::Down) } else { None };
                let at = carousel.iter().position(|view| *view == (meter, place)).unwrap_or(0);
                let near = || carousel[around(at, carousel.len(), press.key == Key::Down)];
                let (meter, place) = next.unwrap_or_else(near);
                self.stack.push(View::Measure(meter, place));
            }
            (Key::Back, _) => self.go_home(image),
            (Key::Enter, _) => {
                self.stack.push(View::Measure(meter, place));
                self.stack.push(View::Menu(&MENU, 0));
            }
        }
    }

    /// Into a row of a menu, by way of the code where one is set and was not given.
    fn enter(&mut self, item: Item, image: &Image) {
        let guarded = matches!(item, Item::Guarded(_) | Item::QuickSetUp);
        if guarded && !self.unlocked && image.settings.get(SettingId::Password) != 0 {
            return self.stack.push(View::code(item));
        }
        self.stack.push(match item {
            Item::Menu(menu) | Item::Guarded(menu) => View::Menu(menu, 0),
            Item::Setting(id) => View::edit(id, image),
            Item::QuickSetUp => View::quick_set_up(0, image).expect("it has steps"),
            Item::Reset(reset) => View::Confirm(reset, false),
            Item::Sheet(sheet) => View::Sheet(sheet, 0),
        });
    }

    fn on_code(
        &mut self,
        next: Item,
        digits: crate::edit::Digits,
        press: Press,
        image: &Image,
        at: Timestamp,
    ) {
        let mut editor = Editor { id: SettingId::Password, form: Form::Number(digits) };
        match moved(&mut editor, press.key) {
            Moved::Within => {
                let Form::Number(digits) = editor.form else { unreachable!("made above") };
                self.stack.push(View::Code(next, digits));
            }
            Moved::Out => self.left(),
            Moved::Taken => {
                self.left();
                self.unlocked = editor.value() == image.settings.get(SettingId::Password);
                if self.unlocked {
                    self.enter(next, image);
                } else {
                    self.notice = Some((Text::WrongCode, at));
                }
            }
        }
    }

    /// On the value of a setting, alone or as a step of the quick set-up.
    fn on_value(
        &mut self,
        mut editor: Editor,
        step: Option<usize>,
        press: Press,
        image: &Image,
        at: Timestamp,
    ) {
        let moved = moved(&mut editor, press.key);
        let fits = editor.id.row().accepts(editor.value());
        match moved {
            Moved::Taken if fits => {
                self.left();
                self.set(editor.id, editor.value(), image, at);
                let next = step.and_then(|step| View::quick_set_up(step + 1, image));
                self.stack.extend(next);
            }
            Moved::Out => self.left(),
            Moved::Within | Moved::Taken => {
                if moved == Moved::Taken {
                    self.notice = Some((Text::OutOfRange, at));
                }
                self.stack.push(match step {
                    Some(step) => View::QuickSetUp(step, editor),
                    None => View::Edit(editor),
                });
            }
        }
    }

    fn on_sheet(&mut self, sheet: SheetId, first: usize, press: Press, image: &Image) {
        let language = Language::of(&image.settings);
        let lines = sheet::lines(sheet, image, &self.network, language).len();
        let last = lines.saturating_sub(draw::SHEET_LINES);
        match press.key {
            Key::Up => self.stack.push(View::Sheet(sheet, first.min(last).saturating_sub(1))),
            Key::Down => self.stack.push(View::Sheet(sheet, (first + 1).min(last))),
            Key::Back | Key::Enter => self.left(),
        }
    }

    fn set(&mut self, id: SettingId, value: i64, image: &Image, at: Timestamp) {
        if image.settings.get(id) != value {
            self.ask(Request::Set(id, value), at);
        }
    }

    fn reset(&mut self, reset: Reset, image: &Image, at: Timestamp) {
        for meter in &image.meters {
            let request = match reset {
                Reset::Partial => Request::ResetPartial(meter.id),
                Reset::Demand => Request::ResetDemand(meter.id),
            };
            self.ask(request, at);
        }
    }

    fn ask(&mut self, request: Request, at: Timestamp) {
        if self.requests.len() < REQUESTS_MAX {
            self.requests.push(request);
            self.notice = Some((Text::Sent, at));
        } else {
            self.notice = Some((Text::Busy, at));
        }
    }
}

/// What a key did to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moved {
    /// Another value or another digit.
    Within,
    /// It was left.
    Out,
    /// It is complete.
    Taken,
}

fn moved(editor: &mut Editor, key: Key) -> Moved {
    match key {
        Key::Up | Key::Down => {
            editor.step(key == Key::Up);
            Moved::Within
        }
        Key::Back if editor.backward() => Moved::Within,
        Key::Back => Moved::Out,
        Key::Enter if editor.forward() => Moved::Within,
        Key::Enter => Moved::Taken,
    }
}

/// All pages that are shown, through which up and down go round.
pub fn carousel(image: &Image) -> Vec<(MeterId, usize)> {
    let of_meter = |meter: &image::MeterImage| {
        let id = meter.id;
        let shown = page::shown(pages(id), meter, &image.settings);
        shown.into_iter().map(move |place| (id, place)).collect::<Vec<_>>()
    };
    let all: Vec<_> = image.meters.iter().flat_map(of_meter).collect();
    if all.is_empty() { vec![(MeterId::Main, 0)] } else { all }
}

/// The first page of the meter before or after.
fn other_meter(
    carousel: &[(MeterId, usize)],
    meter: MeterId,
    forward: bool,
) -> Option<(MeterId, usize)> {
    let mut meters: Vec<MeterId> = carousel.iter().map(|(id, _)| *id).collect();
    meters.dedup();
    let at = meters.iter().position(|id| *id == meter)?;
    let next = meters[around(at, meters.len(), forward)];
    carousel.iter().copied().find(|(id, _)| *id == next)
}
