//! The tree of menus, as data.

use crate::setting_text;
use crate::sheet::SheetId;
use crate::text::{Language, Text};
use catalog::SettingId;

/// A menu: rows to choose from.
#[derive(Debug, PartialEq, Eq)]
pub struct Menu {
    /// Public, stable name.
    pub slug: &'static str,
    /// In the bar at the top.
    pub title: Text,
    /// From top to bottom.
    pub rows: &'static [Item],
}

/// A row of a menu: where it leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// To another menu.
    Menu(&'static Menu),
    /// To another menu, behind the code.
    Guarded(&'static Menu),
    /// To a setting.
    Setting(SettingId),
    /// To the settings that a new meter needs, one after the other; behind the code.
    QuickSetUp,
    /// To the question whether something is to begin anew.
    Reset(Reset),
    /// To lines that are only read.
    Sheet(SheetId),
}

/// What can begin anew, of all meters at once. Totals cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// The partial counters.
    Partial,
    /// Demand and its maxima.
    Demand,
}

impl Reset {
    /// Its name in menus.
    pub fn text(self) -> Text {
        match self {
            Reset::Partial => Text::ResetPartial,
            Reset::Demand => Text::ResetDemand,
        }
    }
}

impl Item {
    /// What is written in its row.
    pub fn label(self, language: Language) -> &'static str {
        match self {
            Item::Menu(menu) | Item::Guarded(menu) => menu.title.in_language(language),
            Item::Setting(id) => setting_text::name(id, language),
            Item::QuickSetUp => Text::QuickSetUp.in_language(language),
            Item::Reset(reset) => reset.text().in_language(language),
            Item::Sheet(sheet) => sheet.title().in_language(language),
        }
    }
}

use Item::Setting;
use SettingId::*;

const METERING: Menu = Menu {
    slug: "metering",
    title: Text::Metering,
    rows: &[
        Setting(Wiring),
        Setting(WrongConnectionDetection),
        Setting(Generation),
        Setting(Netting),
        Setting(ApparentMethod),
        Setting(DcBlocking),
        Setting(DemandIntervalMin),
    ],
};
const TARIFF: Menu = Menu {
    slug: "tariff",
    title: Text::TariffAndPartial,
    rows: &[
        Setting(TariffMode),
        Setting(TariffSelected),
        Setting(PartialRunning),
        Setting(DigitalInputFunction),
    ],
};
const OUTPUT: Menu = Menu {
    slug: "output",
    title: Text::Output,
    rows: &[
        Setting(DigitalOutputFunction),
        Setting(DigitalOutputNormalState),
        Setting(PulseEnergy),
        Setting(PulseWeightWh),
        Setting(PulseDurationMs),
        Setting(OutputRemote),
    ],
};
const ALARM: Menu = Menu {
    slug: "alarm",
    title: Text::Alarm,
    rows: &[Setting(AlarmVariable), Setting(AlarmSet1), Setting(AlarmSet2), Setting(AlarmDelayS)],
};
const DISPLAY: Menu = Menu {
    slug: "display",
    title: Text::Display,
    rows: &[
        Setting(DisplayLanguage),
        Setting(DisplayHomePage),
        Setting(DisplayBacklightMin),
        Setting(DisplayScreensaver),
        Setting(DisplayPageFilter),
    ],
};
const SETTINGS: Menu = Menu {
    slug: "settings",
    title: Text::Settings,
    rows: &[
        Item::Menu(&METERING),
        Item::Menu(&TARIFF),
        Item::Menu(&OUTPUT),
        Item::Menu(&ALARM),
        Item::Menu(&DISPLAY),
        Setting(Password),
    ],
};
const RESET: Menu = Menu {
    slug: "reset",
    title: Text::Reset,
    rows: &[Item::Reset(Reset::Partial), Item::Reset(Reset::Demand)],
};

/// The root.
pub const MENU: Menu = Menu {
    slug: "menu",
    title: Text::Menu,
    rows: &[
        Item::Guarded(&SETTINGS),
        Item::QuickSetUp,
        Item::Guarded(&RESET),
        Item::Sheet(SheetId::Alarms),
        Item::Sheet(SheetId::Info),
        Item::Sheet(SheetId::Network),
    ],
};

/// What a new meter needs to know, in this order.
pub const QUICK_SET_UP: &[SettingId] =
    &[DisplayLanguage, Wiring, Generation, TariffMode, DigitalInputFunction];

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(menu: &Menu, found: &mut Vec<SettingId>) {
        for row in menu.rows {
            match row {
                Item::Menu(inner) | Item::Guarded(inner) => settings(inner, found),
                Item::Setting(id) => found.push(*id),
                Item::QuickSetUp | Item::Reset(_) | Item::Sheet(_) => {}
            }
        }
    }

    /// [D4] Every setting of the table stands in the menus once.
    #[test]
    fn every_setting_stands_in_the_menus_once() {
        let mut found = Vec::new();
        settings(&MENU, &mut found);
        found.sort_unstable();
        let all: Vec<SettingId> = catalog::SETTINGS.iter().map(|row| row.id).collect();
        assert_eq!(found, all);
    }
}
