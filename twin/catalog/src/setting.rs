//! The table of settings: what can be set, its range, its default and who may find it where.

/// Names of the settings in code; the slug is the public name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "each variant is documented by its row in SETTINGS")]
pub enum SettingId {
    Wiring,
    Netting,
    ApparentMethod,
    DcBlocking,
    DemandIntervalMin,
    TariffMode,
    TariffSelected,
    PartialRunning,
    DigitalInputFunction,
    WrongConnectionDetection,
    Password,
    Generation,
}

impl SettingId {
    /// The setting's row.
    pub fn row(self) -> &'static Setting {
        &SETTINGS[self as usize]
    }
}

/// One row of the table. A value is an integer; named values carry their names.
#[derive(Debug)]
pub struct Setting {
    /// Name in code.
    pub id: SettingId,
    /// Public, stable name.
    pub slug: &'static str,
    /// Smallest and largest accepted value.
    pub range: (i64, i64),
    /// Value as delivered.
    pub default: i64,
    /// Names of the values, where they have names; others are then refused.
    pub names: &'static [(i64, &'static str)],
    /// One sentence for documentation.
    pub doc: &'static str,
}

impl Setting {
    /// Whether `value` may be set.
    pub fn accepts(&self, value: i64) -> bool {
        let in_range = (self.range.0..=self.range.1).contains(&value);
        in_range && (self.names.is_empty() || self.names.iter().any(|(named, _)| *named == value))
    }
}

const OFF_ON: &[(i64, &str)] = &[(0, "off"), (1, "on")];

/// Every setting, indexed by [`SettingId`].
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    Setting { id: SettingId::Wiring, slug: "wiring", range: (0, 5), default: 0,
        names: &[(0, "3p4w"), (1, "3p3w"), (2, "2p3w"), (3, "1p2w"), (4, "wild-leg"), (5, "3x1p")],
        doc: "Wiring system; takes effect at the next window, which begins a new stretch." },
    Setting { id: SettingId::Netting, slug: "netting", range: (0, 1), default: 0,
        names: &[(0, "by_system"), (1, "per_phase")],
        doc: "What kWh+ and kWh- accumulate from now on: the sum of the phases, or each phase by its own direction." },
    Setting { id: SettingId::ApparentMethod, slug: "apparent_method", range: (0, 1), default: 0,
        names: &[(0, "vector"), (1, "arithmetic")],
        doc: "System apparent power: sqrt(P^2 + Q^2) of the sums, or the sum of the phases' V I." },
    Setting { id: SettingId::DcBlocking, slug: "dc_blocking", range: (0, 1), default: 1, names: OFF_ON,
        doc: "Blocks DC in the voltage channels; currents are always measured with their DC." },
    Setting { id: SettingId::DemandIntervalMin, slug: "demand_interval_min", range: (1, 60), default: 15,
        names: &[(1, "1"), (5, "5"), (10, "10"), (15, "15"), (20, "20"), (30, "30"), (60, "60")],
        doc: "Length in minutes of the demand intervals, which are aligned to the clock." },
    Setting { id: SettingId::TariffMode, slug: "tariff_mode", range: (0, 3), default: 0,
        names: &[(0, "off"), (1, "by_command"), (2, "by_input"), (3, "by_calendar")],
        doc: "Who selects the tariff; with tariffs off, or by a calendar that does not exist, the energy counts in tariff 1." },
    Setting { id: SettingId::TariffSelected, slug: "tariff_selected", range: (1, 2), default: 1, names: &[],
        doc: "The tariff selected by command." },
    Setting { id: SettingId::PartialRunning, slug: "partial_running", range: (0, 1), default: 1, names: OFF_ON,
        doc: "Whether the partial counters count or pause." },
    Setting { id: SettingId::DigitalInputFunction, slug: "digital_input_function", range: (0, 3), default: 1,
        names: &[(0, "tariff"), (1, "remote_status"), (2, "partial_start_stop"), (3, "partial_reset")],
        doc: "What the contact of the digital input does." },
    Setting { id: SettingId::WrongConnectionDetection, slug: "wrong_connection_detection", range: (0, 1), default: 1, names: OFF_ON,
        doc: "Whether the wiring is checked." },
    Setting { id: SettingId::Password, slug: "password", range: (0, 9999), default: 0, names: &[],
        doc: "Modbus password; 0 asks for none." },
    Setting { id: SettingId::Generation, slug: "generation", range: (0, 1), default: 1,
        names: &[(0, "none"), (1, "possible")],
        doc: "Whether something that generates may lie behind the meter; the check of the currents needs to know." },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_stands_at_its_index_and_accepts_its_default() {
        for (index, setting) in SETTINGS.iter().enumerate() {
            assert_eq!(setting.id as usize, index, "{}", setting.slug);
            assert!(setting.accepts(setting.default), "{}", setting.slug);
            assert!(!setting.accepts(setting.range.1 + 1), "{}", setting.slug);
        }
    }
}
