//! What can stand on the display, and the names by which it is asked for.

use crate::edit::{Digits, Editor};
use crate::menu::{Item, MENU, Menu, QUICK_SET_UP, Reset};
use crate::page::{MODULE_PAGES, PAGES, Page};
use crate::sheet::SheetId;
use catalog::SettingId;
use image::{Image, MeterId};

/// What stands on the display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum View {
    /// A page of a meter, by its place among the pages of its kind of meter.
    Measure(MeterId, usize),
    /// A menu with the chosen row.
    Menu(&'static Menu, usize),
    /// The question for the code, and where it leads.
    Code(Item, Digits),
    /// A setting being changed.
    Edit(Editor),
    /// The setting at this place of the quick set-up.
    QuickSetUp(usize, Editor),
    /// Whether to begin anew, and whether "yes" is chosen.
    Confirm(Reset, bool),
    /// A sheet from this line on.
    Sheet(SheetId, usize),
}

/// The pages of a meter.
pub fn pages(meter: MeterId) -> &'static [Page] {
    match meter {
        MeterId::Main => PAGES,
        MeterId::Esy(_) => MODULE_PAGES,
    }
}

/// Largest code.
fn code_max() -> u64 {
    SettingId::Password.row().range.1.unsigned_abs()
}

impl View {
    /// The question for the code, with nothing entered.
    pub fn code(next: Item) -> View {
        View::Code(next, Digits::new(0, code_max(), false))
    }

    /// A setting, with the value that holds.
    pub fn edit(id: SettingId, image: &Image) -> View {
        View::Edit(Editor::new(id, image.settings.get(id)))
    }

    /// A step of the quick set-up; none after the last.
    pub fn quick_set_up(step: usize, image: &Image) -> Option<View> {
        let id = *QUICK_SET_UP.get(step)?;
        Some(View::QuickSetUp(step, Editor::new(id, image.settings.get(id))))
    }

    /// Public, stable name: the page's for the built-in meter, `esy3-active` for a module, the menu's
    /// or sheet's, `code`, `set-` with the setting, `quick-1`, `reset-partial`.
    pub fn slug(&self) -> String {
        match self {
            View::Measure(MeterId::Main, place) => PAGES[*place].slug.into(),
            View::Measure(meter, place) => {
                format!("{}-{}", meter.slug(), pages(*meter)[*place].slug)
            }
            View::Menu(menu, _) => menu.slug.into(),
            View::Code(..) => "code".into(),
            View::Edit(editor) => format!("set-{}", editor.id.row().slug.replace('_', "-")),
            View::QuickSetUp(step, _) => format!("quick-{}", step + 1),
            View::Confirm(Reset::Partial, _) => "reset-partial".into(),
            View::Confirm(Reset::Demand, _) => "reset-demand".into(),
            View::Sheet(sheet, _) => sheet.slug().into(),
        }
    }
}

/// Everything that can stand on the display now, in the order in which one comes upon it, whatever the
/// filter of pages and the code.
pub fn all(image: &Image) -> Vec<View> {
    let meters = image.meters.iter().map(|meter| meter.id);
    let measured = meters.flat_map(|id| (0..pages(id).len()).map(move |at| View::Measure(id, at)));
    let mut views: Vec<View> = measured.collect();
    views.push(View::code(Item::QuickSetUp));
    tree(&MENU, image, &mut views);
    views
}

fn tree(menu: &'static Menu, image: &Image, views: &mut Vec<View>) {
    views.push(View::Menu(menu, 0));
    for item in menu.rows {
        match *item {
            Item::Menu(inner) | Item::Guarded(inner) => tree(inner, image, views),
            Item::Setting(id) => views.push(View::edit(id, image)),
            Item::QuickSetUp => {
                views.extend(
                    (0..QUICK_SET_UP.len()).filter_map(|step| View::quick_set_up(step, image)),
                );
            }
            Item::Reset(reset) => views.push(View::Confirm(reset, false)),
            Item::Sheet(sheet) => views.push(View::Sheet(sheet, 0)),
        }
    }
}
