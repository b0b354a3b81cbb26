//! The pages of measurements, as data: what stands in which row.
//!
//! The first 16 of the built-in meter's can be the home page, by their place
//! (setting `display_home_page`); so a page is only ever added behind them.

use crate::text::Text;
use catalog::{QuantityId, Register, Scope, SettingId, point};
use image::{MeterImage, Reason};
use port::Reading;

/// One row: a point and what is written before it.
#[derive(Debug)]
pub struct Row {
    /// Before the number.
    pub label: Label,
    /// What is measured.
    pub quantity: QuantityId,
    /// In which counter.
    pub register: Option<Register>,
    /// Where.
    pub scope: Scope,
}

impl Row {
    /// The row's reading.
    pub fn reading(&self, meter: &MeterImage) -> Reading {
        let id = point(self.quantity, self.register, self.scope);
        meter.get(id.expect("a test finds every row's point"))
    }
}

/// What is written before a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// A sign that all languages share: a phase, a pair, the sum, a symbol.
    Sign(&'static str),
    /// A word, on a line of its own with the unit.
    Word(Text),
}

/// How the rows of a page stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// At most four rows: sign, number, unit.
    Lines,
    /// At most three rows of two lines: word and unit, below it the number.
    Blocks,
}

/// A page of measurements.
#[derive(Debug)]
pub struct Page {
    /// Public, stable name.
    pub slug: &'static str,
    /// In the bar at the top.
    pub title: Text,
    /// How its rows stand.
    pub layout: Layout,
    /// From top to bottom.
    pub rows: &'static [Row],
}

impl Page {
    /// Whether the meter's wiring has something on it, or could have when the meter answers.
    pub fn is_wired(&self, meter: &MeterImage) -> bool {
        let nothing = |row: &Row| match row.reading(meter) {
            Reading::Absent(Reason::NotWired | Reason::NotInstalled) => true,
            Reading::Absent(_) | Reading::Value { .. } => false,
        };
        !self.rows.iter().all(nothing)
    }
}

/// The built-in meter's pages that are shown, by their place among all.
pub fn shown(pages: &[Page], meter: &MeterImage, settings: &image::Settings) -> Vec<usize> {
    let all = settings.get(SettingId::DisplayPageFilter) == 0;
    (0..pages.len()).filter(|place| all || pages[*place].is_wired(meter)).collect()
}

const SUM: Label = Label::Sign("\u{3a3}");

const fn live(label: Label, quantity: QuantityId, scope: Scope) -> Row {
    Row { label, quantity, register: None, scope }
}

const fn sign(label: &'static str, quantity: QuantityId, scope: Scope) -> Row {
    live(Label::Sign(label), quantity, scope)
}

const fn counter(label: Text, quantity: QuantityId, register: Register) -> Row {
    Row { label: Label::Word(label), quantity, register: Some(register), scope: Scope::System }
}

const fn word(label: Text, quantity: QuantityId) -> Row {
    live(Label::Word(label), quantity, Scope::System)
}

const fn phases(quantity: QuantityId) -> [Row; 4] {
    [
        sign("L1", quantity, Scope::L1),
        sign("L2", quantity, Scope::L2),
        sign("L3", quantity, Scope::L3),
        live(SUM, quantity, Scope::System),
    ]
}

const fn pairs(quantity: QuantityId) -> [Row; 4] {
    [
        sign("L12", quantity, Scope::L12),
        sign("L23", quantity, Scope::L23),
        sign("L31", quantity, Scope::L31),
        live(SUM, quantity, Scope::System),
    ]
}

const fn three(quantity: QuantityId) -> [Row; 3] {
    [
        sign("L1", quantity, Scope::L1),
        sign("L2", quantity, Scope::L2),
        sign("L3", quantity, Scope::L3),
    ]
}

use QuantityId::*;

const OVERVIEW: &[Row] = &[
    sign("P", ActivePower, Scope::System),
    sign("Q", ReactivePower, Scope::System),
    sign("S", ApparentPower, Scope::System),
    sign("PF", PowerFactor, Scope::System),
];
const CURRENTS: &[Row] = &[
    sign("L1", Current, Scope::L1),
    sign("L2", Current, Scope::L2),
    sign("L3", Current, Scope::L3),
    sign("N", NeutralCurrent, Scope::N),
];
const ACTIVE: &[Row] = &[
    counter(Text::Import, ActiveEnergyImport, Register::Total),
    counter(Text::Export, ActiveEnergyExport, Register::Total),
    counter(Text::Apparent, ApparentEnergy, Register::Total),
];
const REACTIVE: &[Row] = &[
    counter(Text::Import, ReactiveEnergyImport, Register::Total),
    counter(Text::Export, ReactiveEnergyExport, Register::Total),
];
const PARTIAL: &[Row] = &[
    counter(Text::Import, ActiveEnergyImport, Register::Partial),
    counter(Text::Export, ActiveEnergyExport, Register::Partial),
    counter(Text::Apparent, ApparentEnergy, Register::Partial),
];
const PARTIAL_REACTIVE: &[Row] = &[
    counter(Text::Import, ReactiveEnergyImport, Register::Partial),
    counter(Text::Export, ReactiveEnergyExport, Register::Partial),
];
const TARIFFS: &[Row] = &[
    counter(Text::Tariff1, ActiveEnergyImport, Register::T1),
    counter(Text::Tariff2, ActiveEnergyImport, Register::T2),
];
const DEMAND: &[Row] = &[
    word(Text::Last, ActivePowerDemand),
    word(Text::Largest, ActivePowerDemandMax),
    word(Text::Largest, ApparentPowerDemandMax),
];
const HOURS: &[Row] = &[
    counter(Text::Operating, OperatingHours, Register::Total),
    counter(Text::Import, RunHoursImport, Register::Total),
    counter(Text::Export, RunHoursExport, Register::Total),
];

const fn page(slug: &'static str, title: Text, layout: Layout, rows: &'static [Row]) -> Page {
    Page { slug, title, layout, rows }
}

/// The built-in meter's.
#[rustfmt::skip]
pub const PAGES: &[Page] = &[
    page("overview",         Text::Overview,        Layout::Lines,  OVERVIEW),
    page("energy",           Text::Energy,          Layout::Blocks, ACTIVE),
    page("energy-reactive",  Text::EnergyReactive,  Layout::Blocks, REACTIVE),
    page("partial",          Text::Partial,         Layout::Blocks, PARTIAL),
    page("partial-reactive", Text::PartialReactive, Layout::Blocks, PARTIAL_REACTIVE),
    page("tariffs",          Text::Tariffs,         Layout::Blocks, TARIFFS),
    page("voltage-ln",       Text::VoltageLn,       Layout::Lines,  &phases(VoltageLn)),
    page("voltage-ll",       Text::VoltageLl,       Layout::Lines,  &pairs(VoltageLl)),
    page("currents",         Text::Currents,        Layout::Lines,  CURRENTS),
    page("active",           Text::ActivePower,     Layout::Lines,  &phases(ActivePower)),
    page("reactive",         Text::ReactivePower,   Layout::Lines,  &phases(ReactivePower)),
    page("apparent",         Text::ApparentPower,   Layout::Lines,  &phases(ApparentPower)),
    page("factor",           Text::PowerFactor,     Layout::Lines,  &phases(PowerFactor)),
    page("demand",           Text::Demand,          Layout::Blocks, DEMAND),
    page("demand-current",   Text::DemandCurrent,   Layout::Lines,  &three(CurrentDemandMax)),
    page("hours",            Text::Hours,           Layout::Blocks, HOURS),
    page("thd-ln",           Text::ThdLn,           Layout::Lines,  &phases(ThdVoltageLn)),
    page("thd-ll",           Text::ThdLl,           Layout::Lines,  &pairs(ThdVoltageLl)),
    page("thd-current",      Text::ThdCurrent,      Layout::Lines,  &three(ThdCurrent)),
];

/// Each module's.
#[rustfmt::skip]
pub const MODULE_PAGES: &[Page] = &[
    page("active",   Text::ActivePower, Layout::Lines,  &phases(ActivePower)),
    page("currents", Text::Currents,    Layout::Lines,  CURRENTS),
    page("energy",   Text::Energy,      Layout::Blocks, ACTIVE),
];

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::Display as Format;
    use std::collections::BTreeSet;

    /// [R2, R6] Each row has its point, and none is shown that the datasheet keeps off the display.
    #[test]
    fn each_row_is_a_point_that_the_datasheet_shows() {
        for page in PAGES.iter().chain(MODULE_PAGES) {
            for row in page.rows {
                let id = point(row.quantity, row.register, row.scope);
                let found = id.unwrap_or_else(|| panic!("{}: {row:?} is no point", page.slug));
                assert_ne!(found.point().quantity.display, Format::NotShown, "{}", page.slug);
                let energy = found.point().quantity.display == Format::EightThree;
                assert!(!energy || row.scope == Scope::System, "{}", page.slug);
            }
        }
    }

    /// [D4] Pages have names of their own, rows that fit, and 16 of them can be home.
    #[test]
    fn pages_have_names_of_their_own_and_rows_that_fit() {
        let names: BTreeSet<&str> = PAGES.iter().map(|page| page.slug).collect();
        assert_eq!(names.len(), PAGES.len());
        for page in PAGES.iter().chain(MODULE_PAGES) {
            let most = match page.layout {
                Layout::Lines => 4,
                Layout::Blocks => 3,
            };
            assert!((1..=most).contains(&page.rows.len()), "{}", page.slug);
        }
        let (_, last) = SettingId::DisplayHomePage.row().range;
        assert_eq!(last + 1, 16);
        assert!(PAGES.len() >= 16);
    }
}
