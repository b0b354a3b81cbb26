//! What a configuration says, as types, and what must fit together.

use crate::layers::{Entry, Finding, Layer, Origin, Values, number};
use crate::value::{Baud, GpioLine, Speed};
use port::{ModuleModel, Role, SlotId, Variant};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use toml::Value;

/// Where samples come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A simulated grid.
    Sim,
    /// The converter, or the model of it.
    Ads131m08,
}

/// Who the device is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Serial number; none: that of the scenario.
    pub serial: Option<String>,
    /// Year of production.
    pub year: u16,
    /// Slug of the wiring system.
    pub wiring: String,
}

/// The simulated grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Sim {
    /// Name or file of the scenario.
    pub scenario: String,
    /// Seed; none: the scenario's.
    pub seed: Option<u64>,
    /// How fast time passes.
    pub speed: Speed,
}

/// How the converter is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spi {
    /// Its device.
    Device(String),
    /// The model of the chip.
    Model,
}

/// The converter.
#[derive(Debug, Clone, PartialEq)]
pub struct Adc {
    /// How it is reached.
    pub spi: Spi,
    /// Clock of the SPI bus, in hertz.
    pub spi_hz: u32,
    /// Its DRDY.
    pub drdy: GpioLine,
    /// Frequency at CLKIN, in hertz.
    pub clock_hz: f64,
    /// Samples a second.
    pub sample_rate_hz: u32,
    /// What is wired to each input; none: not used.
    pub channels: Vec<Option<Role>>,
    /// Gains of the inputs, 1 to 128.
    pub gains: Vec<u8>,
    /// Volts that make 1.2 V at the pin.
    pub voltage_range_v: f64,
    /// Amperes that make 1.2 V at the pin.
    pub current_range_a: f64,
    /// File of the calibration record.
    pub calibration: Option<String>,
}

/// How the modules are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bus {
    /// Simulated, without a wire.
    Direct,
    /// Simulated, over a wire in simulated time.
    Memory,
    /// Simulated, over a pseudo terminal in real time.
    Pty,
    /// Over a serial port.
    Port(String),
}

/// A module as it is configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Its place.
    pub slot: SlotId,
    /// What it is.
    pub model: ModuleModel,
    /// Its serial number; none: whoever is there.
    pub serial: Option<String>,
    /// Name of what it measures.
    pub name: String,
    /// Rated primary current of its transformers, in amperes; none: what the module has holds.
    pub ct_primary_a: Option<f64>,
}

/// The ESY bus.
#[derive(Debug, Clone, PartialEq)]
pub struct Esy {
    /// How the modules are reached.
    pub bus: Bus,
    /// Bits a second.
    pub baud: Baud,
    /// The modules, by slot.
    pub modules: Vec<Module>,
}

/// Parity of a serial line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parity {
    /// No parity bit.
    None,
    /// An odd number of ones.
    Odd,
    /// An even number of ones.
    Even,
}

/// RS485.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rs485 {
    /// Device of the port.
    pub port: String,
    /// Address of the built-in meter.
    pub address: u8,
    /// Bits a second.
    pub baud: Baud,
    /// Parity bit.
    pub parity: Parity,
    /// One or two.
    pub stop_bits: u8,
}

/// Lines of contacts, LED and keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Io {
    /// The digital input.
    pub input: Option<GpioLine>,
    /// The digital output.
    pub output: Option<GpioLine>,
    /// The LED.
    pub led: Option<GpioLine>,
    /// What tells that the supply fails.
    pub power_fail: Option<GpioLine>,
    /// The keys up, down, back and enter.
    pub buttons: Vec<GpioLine>,
}

/// The web server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Web {
    /// Where it listens with HTTPS.
    pub https: SocketAddr,
    /// Where it listens with HTTP.
    pub http: SocketAddr,
    /// Files of its certificate and of the key; none: its own.
    pub certificate: Option<(String, String)>,
    /// Connections at once from one address.
    pub connections_an_address_max: usize,
    /// Connections at once that are sent every window.
    pub live_max: usize,
}

/// The display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Display {
    /// Path of the control socket; none: the usual one.
    pub control: Option<String>,
}

/// A configuration in which everything fits together.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where samples come from.
    pub backend: Backend,
    /// Ordering option.
    pub variant: Variant,
    /// Who the device is.
    pub device: Device,
    /// Folder of its data; none: the usual one.
    pub data_folder: Option<String>,
    /// Database of a new history; none: the usual one.
    pub engine: Option<String>,
    /// The simulated grid.
    pub sim: Sim,
    /// The converter.
    pub adc: Adc,
    /// The ESY bus.
    pub esy: Esy,
    /// Where Modbus TCP listens; none: it is off.
    pub modbus: Option<SocketAddr>,
    /// Where it listens once it is switched on.
    pub modbus_listen: SocketAddr,
    /// Clients of Modbus TCP at once.
    pub modbus_connections_max: usize,
    /// The web server; none: it is off.
    pub web: Option<Web>,
    /// RS485, if it is used.
    pub rs485: Option<Rs485>,
    /// Contacts, LED and keys.
    pub io: Io,
    /// The display.
    pub display: Display,
}

impl Config {
    /// Reads layers, the weakest first.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the lines.
    pub fn read(layers: &[Layer]) -> Result<Config, Vec<Finding>> {
        let mut values = Values::read(layers);
        // Values that were refused have left what was there before, so the rest can be checked all the same.
        let config = Reader(&values).config();
        check(&config, &mut values);
        if values.findings.is_empty() {
            return Ok(config);
        }
        values.findings.sort();
        Err(values.findings)
    }
}

impl Config {
    /// What a running meter can take over: what it serves.
    pub fn services(&self) -> (Option<SocketAddr>, usize, Option<&Rs485>) {
        (self.modbus, self.modbus_connections_max, self.rs485.as_ref())
    }

    /// Tables that differ from those of a running meter and hold from its next start only.
    pub fn needs_restart(&self, running: &Config) -> Vec<&'static str> {
        let changed = [
            ("backend", self.backend != running.backend),
            ("variant", self.variant != running.variant),
            ("device", self.device != running.device),
            ("data", (&self.data_folder, &self.engine) != (&running.data_folder, &running.engine)),
            ("sim", self.sim != running.sim),
            ("adc", self.adc != running.adc),
            ("esy", self.esy != running.esy),
            ("io", self.io != running.io),
            ("display", self.display != running.display),
            ("web", self.web != running.web),
        ];
        changed.into_iter().filter_map(|(table, changed)| changed.then_some(table)).collect()
    }
}

/// Reads values that are known to fit their keys.
struct Reader<'a>(&'a Values);

impl Reader<'_> {
    fn get(&self, path: &str) -> Option<&Value> {
        self.0.entries.get(path).map(|entry| &entry.value)
    }

    fn text(&self, path: &str) -> Option<String> {
        self.get(path).and_then(Value::as_str).map(str::to_string)
    }

    /// A text that has a usual value.
    fn usual_text(&self, path: &str) -> String {
        self.text(path).expect("it has a usual value")
    }

    fn parsed<T: std::str::FromStr>(&self, path: &str) -> Option<T> {
        self.get(path).and_then(Value::as_str).and_then(|text| text.parse().ok())
    }

    fn whole<T: TryFrom<i64>>(&self, path: &str) -> Option<T> {
        self.get(path).and_then(Value::as_integer).and_then(|whole| whole.try_into().ok())
    }

    fn number(&self, path: &str) -> f64 {
        self.get(path).and_then(number).expect("it has a usual value")
    }

    fn items(&self, path: &str) -> &[Value] {
        self.get(path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    fn config(&self) -> Config {
        const KNOWN: &str = "in its range, with a usual value";
        Config {
            backend: match self.usual_text("backend").as_str() {
                "ads131m08" => Backend::Ads131m08,
                _ => Backend::Sim,
            },
            variant: Variant::ALL
                .into_iter()
                .find(|variant| variant.slug() == self.usual_text("variant"))
                .unwrap_or_default(),
            device: Device {
                serial: self.text("device.serial"),
                year: self.whole("device.year").expect(KNOWN),
                wiring: self.usual_text("device.wiring"),
            },
            data_folder: self.text("data.folder"),
            engine: self.text("data.engine"),
            sim: Sim {
                scenario: self.usual_text("sim.scenario"),
                seed: self.whole("sim.seed"),
                speed: match self.get("sim.speed").and_then(number) {
                    Some(factor) => Speed::Times(factor),
                    None => self.parsed("sim.speed").expect(KNOWN),
                },
            },
            adc: self.adc(),
            esy: self.esy(),
            modbus: match self.get("modbus.enabled") {
                Some(Value::Boolean(true)) => self.parsed("modbus.listen"),
                _ => None,
            },
            modbus_listen: self.parsed("modbus.listen").expect(KNOWN),
            modbus_connections_max: self.whole("modbus.connections_max").expect(KNOWN),
            web: match self.get("web.enabled") {
                Some(Value::Boolean(false)) => None,
                _ => Some(Web {
                    https: self.parsed("web.https").expect(KNOWN),
                    http: self.parsed("web.http").expect(KNOWN),
                    certificate: self.text("web.certificate").zip(self.text("web.key")),
                    connections_an_address_max: self
                        .whole("web.connections_an_address_max")
                        .expect(KNOWN),
                    live_max: self.whole("web.live_max").expect(KNOWN),
                }),
            },
            rs485: self.rs485(),
            io: Io {
                input: self.parsed("io.input"),
                output: self.parsed("io.output"),
                led: self.parsed("io.led"),
                power_fail: self.parsed("io.power_fail"),
                buttons: self
                    .items("io.buttons")
                    .iter()
                    .filter_map(|item| item.as_str()?.parse().ok())
                    .collect(),
            },
            display: Display { control: self.text("display.control") },
        }
    }

    fn adc(&self) -> Adc {
        const KNOWN: &str = "in its range, with a usual value";
        Adc {
            spi: match self.usual_text("adc.spi") {
                model if model == "model" => Spi::Model,
                device => Spi::Device(device),
            },
            spi_hz: self.whole("adc.spi_hz").expect(KNOWN),
            drdy: self.parsed("adc.drdy").expect(KNOWN),
            clock_hz: self.number("adc.clock_hz"),
            sample_rate_hz: self.whole("adc.sample_rate_hz").expect(KNOWN),
            channels: self
                .items("adc.channels")
                .iter()
                .map(|item| item.as_str().and_then(|name| name.parse().ok()))
                .collect(),
            gains: self
                .items("adc.gains")
                .iter()
                .filter_map(|item| item.as_integer()?.try_into().ok())
                .collect(),
            voltage_range_v: self.number("adc.voltage_range_v"),
            current_range_a: self.number("adc.current_range_a"),
            calibration: self.text("adc.calibration"),
        }
    }

    fn esy(&self) -> Esy {
        let mut modules: Vec<Module> =
            self.0.modules.iter().filter_map(|(_, entries)| module(entries)).collect();
        modules.sort_by_key(|module| module.slot);
        Esy {
            bus: match self.usual_text("esy.port").as_str() {
                "direct" => Bus::Direct,
                "memory" => Bus::Memory,
                "pty" => Bus::Pty,
                device => Bus::Port(device.into()),
            },
            baud: self.whole("esy.baud").expect("in its range, with a usual value"),
            modules,
        }
    }

    fn rs485(&self) -> Option<Rs485> {
        Some(Rs485 {
            port: self.text("rs485.port")?,
            address: self.whole("rs485.address")?,
            baud: self.whole("rs485.baud")?,
            parity: match self.usual_text("rs485.parity").as_str() {
                "odd" => Parity::Odd,
                "even" => Parity::Even,
                _ => Parity::None,
            },
            stop_bits: self.whole("rs485.stop_bits")?,
        })
    }
}

/// A module, from values that fit.
fn module(entries: &BTreeMap<&'static str, Entry>) -> Option<Module> {
    let get = |key: &str| entries.get(key).map(|entry| &entry.value);
    let text = |key: &str| get(key).and_then(Value::as_str).map(str::to_string);
    Some(Module {
        slot: SlotId::new(u8::try_from(get("slot")?.as_integer()?).ok()?)?,
        model: match text("model")?.as_str() {
            "ESY3XMV" => ModuleModel::Esy3xmv,
            _ => ModuleModel::Esy3xav5,
        },
        serial: text("serial"),
        name: text("name").unwrap_or_default(),
        ct_primary_a: get("ct_primary_a").and_then(number),
    })
}

/// Speeds of RS485 (datasheet L662).
const BAUDS: [Baud; 7] = [2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200];

/// What does not fit together.
fn check(config: &Config, values: &mut Values) {
    let origin = |values: &Values, path: &str| {
        values.entries.get(path).map_or(Origin::Usual, |entry| entry.origin.clone())
    };
    let mut find = |path: &str, message: &str| {
        let origin = origin(values, path);
        values.find(origin, message.into());
    };
    if let Some(rs485) = &config.rs485 {
        if !config.variant.has_rs485() {
            find(
                "rs485.port",
                "variant O1 has no RS485; take variant = \"S1\", or leave rs485.port out",
            );
        }
        if !BAUDS.contains(&rs485.baud) {
            find(
                "rs485.baud",
                "RS485 has 2400, 4800, 9600, 19200, 38400, 57600 or 115200 bits a second",
            );
        }
    }
    let given = |values: &Values, path: &str| values.entries.contains_key(path);
    for (path, other) in [("web.certificate", "web.key"), ("web.key", "web.certificate")] {
        if given(values, path) && !given(values, other) {
            let message =
                format!("{path} needs {other}: a certificate and its key belong together");
            let origin = origin(values, path);
            values.find(origin, message);
        }
    }
    let mut find = |path: &str, message: &str| {
        let origin = origin(values, path);
        values.find(origin, message.into());
    };
    if !config.variant.has_output() && config.io.output.is_some() {
        find(
            "io.output",
            "variant S1 has no digital output; take variant = \"O1\", or leave io.output out",
        );
    }
    let io = &config.io;
    let mut lines: Vec<(&str, &GpioLine)> = vec![("adc.drdy", &config.adc.drdy)];
    let ones = [
        ("io.input", &io.input),
        ("io.output", &io.output),
        ("io.led", &io.led),
        ("io.power_fail", &io.power_fail),
    ];
    lines.extend(ones.into_iter().filter_map(|(path, line)| Some((path, line.as_ref()?))));
    lines.extend(io.buttons.iter().map(|line| ("io.buttons", line)));
    for (place, (path, line)) in lines.iter().enumerate() {
        let same = |other: &GpioLine| (&other.chip, other.offset) == (&line.chip, line.offset);
        if let Some((other, _)) = lines[..place].iter().find(|(_, other)| same(other)) {
            find(path, &format!("the line {line} is that of {other} already"));
        }
    }
    if let (Some(rs485), Bus::Port(bus)) = (&config.rs485, &config.esy.bus)
        && rs485.port == *bus
    {
        find("rs485.port", "the ESY bus has this port; each needs its own");
    }
    if !matches!(config.io.buttons.len(), 0 | 4) {
        find("io.buttons", "there are four keys: name up, down, back and enter, or none");
    }
    let adc = &config.adc;
    let mut roles: Vec<Role> = adc.channels.iter().flatten().copied().collect();
    roles.sort_unstable();
    if roles.windows(2).any(|pair| pair[0] == pair[1]) {
        find("adc.channels", "a signal is wired to one input only; name each once");
    }
    let divided = adc.clock_hz / 2.0 / f64::from(adc.sample_rate_hz);
    let ratio = divided.round();
    if ![128.0, 256.0, 512.0, 1024.0].contains(&ratio) || (divided / ratio - 1.0).abs() > 0.03 {
        find(
            "adc.sample_rate_hz",
            "the converter divides half its clock by 128, 256, 512 or 1024; at 8.192 MHz take 4000, 8000, 16000 or 32000",
        );
    }
    if adc.gains.len() < adc.channels.len() {
        find("adc.gains", "every input that is wired needs its gain");
    }
    let real = config.backend == Backend::Ads131m08 && adc.spi != Spi::Model;
    if real && config.device.serial.is_none() {
        find(
            "device.serial",
            "device.serial is missing: a meter with a converter needs its serial number",
        );
    }
    if real && config.esy.bus != Bus::Direct && !matches!(config.esy.bus, Bus::Port(_)) {
        find("esy.port", "modules on a real meter need a real port, such as \"/dev/ttyS1\"");
    }
    if matches!(config.esy.bus, Bus::Port(_)) && config.esy.modules.is_empty() {
        find("esy.port", "name the modules on it, each as [[esy.module]]");
    }
    if !matches!(config.esy.bus, Bus::Port(_)) && !config.esy.modules.is_empty() {
        find(
            "esy.module",
            "the modules of a configuration are on a serial port: give esy.port; those of a scenario are its own",
        );
    }
    if real && config.variant == Variant::Lab {
        find("variant", "a real meter is of variant S1 or O1; write which");
    }
    let mut seen: Vec<Module> = Vec::new();
    for (origin, entries) in values.modules.clone() {
        let Some(module) = module(&entries) else { continue };
        if seen.iter().any(|other| other.slot == module.slot) {
            let message = format!("slot {} is taken by a module above", module.slot.number());
            values.find(origin.clone(), message);
        }
        if module.serial.is_some() && seen.iter().any(|other| other.serial == module.serial) {
            values.find(origin, "a module above has this serial number".into());
        }
        seen.push(module);
    }
}
