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
    DigitalOutputFunction,
    DigitalOutputNormalState,
    PulseEnergy,
    PulseWeightWh,
    PulseDurationMs,
    OutputRemote,
    AlarmVariable,
    AlarmSet1,
    AlarmSet2,
    AlarmDelayS,
    DisplayLanguage,
    DisplayHomePage,
    DisplayBacklightMin,
    DisplayScreensaver,
    DisplayPageFilter,
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

/// Limits of the alarm's sets, in thousandths: 2 MW, as a word of 32 bits carries it.
const ALARM_RANGE: (i64, i64) = (-2_000_000_000, 2_000_000_000);

/// What an alarm can watch: paths of points of the whole system; 0 watches nothing.
const ALARM_VARIABLES: &[(i64, &str)] = &[
    (0, "off"),
    (1, "voltage_ln.system"),
    (2, "voltage_ll.system"),
    (3, "current.system"),
    (4, "neutral_current.n"),
    (5, "active_power.system"),
    (6, "reactive_power.system"),
    (7, "apparent_power.system"),
    (8, "power_factor.system"),
    (9, "frequency.system"),
];

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
    Setting { id: SettingId::DigitalOutputFunction, slug: "digital_output_function", range: (0, 2), default: 0,
        names: &[(0, "pulse"), (1, "alarm"), (2, "remote")],
        doc: "What drives the digital output." },
    Setting { id: SettingId::DigitalOutputNormalState, slug: "digital_output_normal_state", range: (0, 1), default: 0,
        names: &[(0, "open"), (1, "closed")],
        doc: "State of the digital output at rest: no pulse, no alarm, remote off. Without supply it is open." },
    Setting { id: SettingId::PulseEnergy, slug: "pulse_energy", range: (0, 1), default: 0,
        names: &[(0, "import"), (1, "export")],
        doc: "The active energy that the pulses of the digital output count." },
    Setting { id: SettingId::PulseWeightWh, slug: "pulse_weight_wh", range: (1, 10_000_000), default: 1000, names: &[],
        doc: "Watt-hours a pulse of the digital output." },
    Setting { id: SettingId::PulseDurationMs, slug: "pulse_duration_ms", range: (30, 100), default: 100,
        names: &[(30, "30"), (100, "100")],
        doc: "Length in milliseconds of a pulse of the digital output; the pause after it is at least as long." },
    Setting { id: SettingId::OutputRemote, slug: "output_remote", range: (0, 1), default: 0, names: OFF_ON,
        doc: "State of the digital output when it is remote." },
    Setting { id: SettingId::AlarmVariable, slug: "alarm_variable", range: (0, 9), default: 0,
        names: ALARM_VARIABLES,
        doc: "What the alarm watches, as a value of the whole system." },
    Setting { id: SettingId::AlarmSet1, slug: "alarm_set_1", range: ALARM_RANGE, default: 0, names: &[],
        doc: "Where the alarm begins, in thousandths of the variable's unit: above it if set 1 is at least set 2, below it otherwise." },
    Setting { id: SettingId::AlarmSet2, slug: "alarm_set_2", range: ALARM_RANGE, default: 0, names: &[],
        doc: "Where the alarm ends, in thousandths of the variable's unit." },
    Setting { id: SettingId::AlarmDelayS, slug: "alarm_delay_s", range: (0, 3600), default: 0, names: &[],
        doc: "Seconds for which the variable must be beyond set 1 before the alarm begins." },
    Setting { id: SettingId::DisplayLanguage, slug: "display_language", range: (0, 3), default: 0,
        names: &[(0, "en"), (1, "it"), (2, "fr"), (3, "de")],
        doc: "Language of the display." },
    Setting { id: SettingId::DisplayHomePage, slug: "display_home_page", range: (0, 15), default: 0, names: &[],
        doc: "Page of measurements that the display returns to, by its place among them." },
    Setting { id: SettingId::DisplayBacklightMin, slug: "display_backlight_min", range: (0, 15), default: 2, names: &[],
        doc: "Minutes after the last button until the back-light goes out; 0 keeps it on." },
    Setting { id: SettingId::DisplayScreensaver, slug: "display_screensaver", range: (0, 1), default: 1, names: OFF_ON,
        doc: "Whether the home page returns when the back-light goes out." },
    Setting { id: SettingId::DisplayPageFilter, slug: "display_page_filter", range: (0, 1), default: 1,
        names: &[(0, "all"), (1, "wired")],
        doc: "Which pages of measurements are shown: all, or those that the wiring system has." },
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
