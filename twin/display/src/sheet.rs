//! Sheets: lines that are only read, made from the image and from what the host knows.

use crate::format;
use crate::setting_text;
use crate::text::{Language, Text};
use catalog::{QuantityId, Scope, SettingId, point};
use image::{Flag, Image, MeterId, MeterImage, Reading, Reason, Warning, WiringFinding};

/// A sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SheetId {
    /// What is wrong now.
    Alarms,
    /// Who this device is.
    Info,
    /// Where it is reached.
    Network,
}

impl SheetId {
    /// All.
    pub const ALL: [SheetId; 3] = [SheetId::Alarms, SheetId::Info, SheetId::Network];

    /// Public, stable name.
    pub fn slug(self) -> &'static str {
        match self {
            SheetId::Alarms => "alarms",
            SheetId::Info => "info",
            SheetId::Network => "network",
        }
    }

    /// In the bar at the top.
    pub fn title(self) -> Text {
        match self {
            SheetId::Alarms => Text::Alarms,
            SheetId::Info => Text::Info,
            SheetId::Network => Text::Network,
        }
    }
}

/// Where the meter is reached, as its host knows it: a name such as `eth0` or `Modbus TCP`, and an
/// address. At most [`FACTS_MAX`] are shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkFacts(pub Vec<(String, String)>);

/// Interfaces and servers that one scrolls through without losing patience.
pub const FACTS_MAX: usize = 12;

/// A line: what it is about, and what about it.
pub type Line = (String, String);

/// The lines of a sheet.
pub fn lines(
    sheet: SheetId,
    image: &Image,
    network: &NetworkFacts,
    language: Language,
) -> Vec<Line> {
    match sheet {
        SheetId::Alarms => or_none(alarms(image, language), Text::NoAlarm, language),
        SheetId::Info => info(image, language),
        SheetId::Network => {
            let facts = network.0.iter().take(FACTS_MAX).cloned().collect();
            or_none(facts, Text::NoNetwork, language)
        }
    }
}

fn or_none(lines: Vec<Line>, none: Text, language: Language) -> Vec<Line> {
    if lines.is_empty() { vec![(none.in_language(language).into(), String::new())] } else { lines }
}

fn info(image: &Image, language: Language) -> Vec<Line> {
    let identity = &image.identity;
    let (major, minor, revision) = identity.version;
    let source = if identity.simulated { Text::Simulation } else { Text::Converter };
    [
        (Text::Serial, identity.serial.clone()),
        (Text::SoftwareId, identity.software_id.clone()),
        (Text::Version, format!("{major}.{minor}.{revision}")),
        (Text::Year, identity.year.to_string()),
        (Text::Source, source.in_language(language).into()),
        (Text::Modules, (image.meters.len() - 1).to_string()),
    ]
    .map(|(label, value)| (label.in_language(language).into(), value))
    .into()
}

/// The alarm first, then each meter's.
fn alarms(image: &Image, language: Language) -> Vec<Line> {
    let mut lines = Vec::new();
    if image.io.alarm {
        let watched = image.settings.get(SettingId::AlarmVariable);
        let watched = setting_text::value(SettingId::AlarmVariable, watched, language);
        lines.push((Text::Alarm.in_language(language).into(), watched));
    }
    let warned = Warning::ALL.into_iter().filter(|warning| image.io.warnings.contains(*warning));
    let text = |text: Text| text.in_language(language).to_string();
    lines.extend(warned.map(|warning| (text(surrounding(warning)), text(Text::OutOfLimits))));
    let check = image.settings.get(SettingId::WrongConnectionDetection) == 1;
    for meter in &image.meters {
        let of_meter = |text: String| (meter_name(meter.id), text);
        if check && meter.wiring.is_alarm() {
            lines.push(of_meter(wiring(meter.wiring, language)));
        }
        lines.extend(remark(meter).map(|text| of_meter(text.in_language(language).into())));
    }
    lines
}

fn surrounding(warning: Warning) -> Text {
    match warning {
        Warning::Temperature => Text::Temperature,
        Warning::Altitude => Text::Altitude,
        Warning::Humidity => Text::Humidity,
        Warning::Supply => Text::Supply,
        Warning::InputUndefined => Text::DigitalInput,
        Warning::OutputOverload => Text::DigitalOutput,
    }
}

/// `EMS`, `ESY 1` to `ESY 10`.
pub fn meter_name(id: MeterId) -> String {
    match id {
        MeterId::Main => "EMS".into(),
        MeterId::Esy(slot) => format!("ESY {}", slot.number()),
    }
}

fn wiring(finding: WiringFinding, language: Language) -> String {
    let text = |text: Text| text.in_language(language);
    match finding {
        WiringFinding::NoSignal | WiringFinding::Healthy => format::ABSENT.into(),
        WiringFinding::VoltageMissing(missing) => {
            let names =
                (0..3).filter(|phase| missing[*phase]).map(|phase| format!(" L{}", phase + 1));
            format!("{}{}", text(Text::NoVoltage), names.collect::<String>())
        }
        WiringFinding::SequenceReversed => text(Text::SequenceReversed).into(),
        WiringFinding::NeutralOpen => text(Text::NeutralOpen).into(),
        WiringFinding::Currents(candidates) => match (candidates.count(), candidates.iter().next())
        {
            (1, Some(only)) => {
                format!("{} {}", text(Text::Inputs), only.to_string().to_uppercase())
            }
            (_, Some(_)) => format!("{}: {}", text(Text::Wiring), text(Text::Ambiguous)),
            (_, None) => format!("{}: {}", text(Text::Wiring), text(Text::Unexplained)),
        },
    }
}

/// The worst that a meter's power says of itself.
fn remark(meter: &MeterImage) -> Option<Text> {
    let id = point(QuantityId::ActivePower, None, Scope::System).expect("in the catalogue");
    let flags = match meter.get(id) {
        Reading::Absent(Reason::BusTimeout | Reason::Stale | Reason::SensorFault) => {
            return Some(Text::NoAnswer);
        }
        Reading::Absent(_) => return None,
        Reading::Value { flags, .. } => flags,
    };
    match flags.worst()? {
        Flag::Stale => Some(Text::NoAnswer),
        Flag::Gap => Some(Text::MissingSamples),
        Flag::Clipped | Flag::OverRange | Flag::CrestFactor => Some(Text::OverRange),
        Flag::UnderRange => None,
    }
}
