//! The keys as rows: what the reader knows, the documentation prints and the schema publishes.

/// A key.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Name with the table it stands in: `adc.spi`.
    pub path: &'static str,
    /// What may stand behind it.
    pub takes: Takes,
    /// What stands if it is left out, as TOML; empty: nothing.
    pub usual: &'static str,
    /// One or two sentences.
    pub doc: &'static str,
}

/// What may stand behind a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Takes {
    /// A text that is not empty.
    Text,
    /// True or false.
    Flag,
    /// A whole number, from and to.
    Whole(i64, i64),
    /// A number, from and to.
    Number(f64, f64),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// `realtime`, `max` or a factor.
    Speed,
    /// Address and port.
    Address,
    /// A GPIO line: `/dev/gpiochip0:24`, with `!` before it if low is active.
    Gpio,
    /// A list of GPIO lines.
    Gpios,
    /// A list of signals: va, vb, vc, ia, ib, ic, in, or `-` for an input that is not used.
    Roles,
    /// A list of gains of the converter: 1, 2, 4 to 128.
    Gains,
    /// Tables, one for each module of the ESY bus.
    Modules,
}

const VARIANTS: &[&str] = &["S1", "O1", "lab"];
const BACKENDS: &[&str] = &["sim", "ads131m08"];
const ENGINES: &[&str] = &["redb", "sled"];
const PARITIES: &[&str] = &["none", "odd", "even"];
const MODELS: &[&str] = &["ESY3XMV", "ESY3XAV5"];
const WIRINGS: &[&str] = &["3p4w", "3p3w", "2p3w", "1p2w", "wild-leg", "3x1p"];

const fn key(path: &'static str, takes: Takes, usual: &'static str, doc: &'static str) -> Key {
    Key { path, takes, usual, doc }
}

/// All keys, those of a table together.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    key("schema",              Takes::Whole(1, 1),              "1",           "Version of this format."),
    key("backend",             Takes::Choice(BACKENDS),         "\"sim\"",     "Where samples come from: a simulated grid, or the converter."),
    key("variant",             Takes::Choice(VARIANTS),         "\"lab\"",     "Ordering option: S1 has RS485, O1 the digital output, lab both."),
    key("device.serial",       Takes::Text,                     "",            "Serial number; needed with the converter, else the scenario's."),
    key("device.year",         Takes::Whole(2020, 2099),        "2026",        "Year of production."),
    key("device.wiring",       Takes::Choice(WIRINGS),          "\"3p4w\"",    "Wiring system of the built-in meter; a scenario has its own."),
    key("data.folder",         Takes::Text,                     "",            "Folder of counters, settings and history; by default $STATE_DIRECTORY, as systemd gives it."),
    key("data.engine",         Takes::Choice(ENGINES),          "",            "Database of a new history: redb by default."),
    key("sim.scenario",        Takes::Text,                     "\"house\"",   "Scenario of the simulated grid: the name of a shipped one or a file."),
    key("sim.seed",            Takes::Whole(0, i64::MAX),       "",            "Seed of everything random; the scenario's by default."),
    key("sim.speed",           Takes::Speed,                    "\"realtime\"", "How fast simulated time passes: realtime, max or a factor. A converter is always in real time."),
    key("adc.spi",             Takes::Text,                     "\"/dev/spidev0.0\"", "Device of the ADS131M08, or `model`: the model of the chip, fed by [sim]."),
    key("adc.spi_hz",          Takes::Whole(1_000_000, 25_000_000), "8000000", "Clock of the SPI bus in hertz."),
    key("adc.drdy",            Takes::Gpio,                     "\"/dev/gpiochip0:24\"", "Line of the converter's DRDY, whose falling edge says that a frame is ready."),
    key("adc.clock_hz",        Takes::Number(1e6, 8.4e6),       "8192000.0",   "Frequency at the converter's CLKIN in hertz."),
    key("adc.sample_rate_hz",  Takes::Whole(4000, 32_000),      "8000",        "Samples a second: the clock over 2 and over 128, 256, 512 or 1024. 8000 is the least that carries the 31st harmonic to 65 Hz."),
    key("adc.channels",        Takes::Roles,                    "[\"va\", \"vb\", \"vc\", \"ia\", \"ib\", \"ic\"]", "What is wired to the converter's inputs 0 to 7."),
    key("adc.gains",           Takes::Gains,                    "[1, 1, 1, 1, 1, 1, 1, 1]", "Gains of its inputs."),
    key("adc.voltage_range_v", Takes::Number(1.0, 1e6),         "1000.0",      "Volts at the terminals that make 1.2 V at the pin."),
    key("adc.current_range_a", Takes::Number(1e-3, 1e6),        "110.0",       "Amperes through the terminals that make 1.2 V at the pin."),
    key("adc.calibration",     Takes::Text,                     "",            "File of the calibration record; without one the nominal constants hold."),
    key("esy.port",            Takes::Text,                     "\"direct\"",  "Serial port of the ESY bus, for the modules of `esy.module`. For those of a scenario: `direct` (without a wire), `memory` (a wire in simulated time) or `pty` (a pseudo terminal in real time)."),
    key("esy.baud",            Takes::Whole(9600, 921_600),     "115200",      "Bits a second on the ESY bus."),
    key("esy.module",          Takes::Modules,                  "",            "The modules; those of a scenario are its own."),
    key("modbus.enabled",      Takes::Flag,                     "false",       "Whether Modbus TCP is served (off at the factory)."),
    key("modbus.listen",       Takes::Address,                  "\"0.0.0.0:502\"", "Where it listens."),
    key("modbus.connections_max", Takes::Whole(1, 256),         "32",          "Clients at once; a new one then takes the place of the oldest idle one."),
    key("web.enabled",         Takes::Flag,                     "true",        "Whether the web server runs (on at the factory)."),
    key("web.https",           Takes::Address,                  "\"0.0.0.0:443\"", "Where it listens with HTTPS."),
    key("web.http",            Takes::Address,                  "\"0.0.0.0:80\"", "Where it listens with HTTP, which only says where HTTPS is."),
    key("web.certificate",     Takes::Text,                     "",            "File of its certificate as PEM, read anew with each reload; without one the device makes its own at the first start."),
    key("web.key",             Takes::Text,                     "",            "File of the private key of `web.certificate` as PEM."),
    key("web.connections_an_address_max", Takes::Whole(1, 256), "32",          "Connections at once from one address, of 256 in all."),
    key("web.live_max",        Takes::Whole(1, 256),            "32",          "Connections at once, of those, that are sent every window: WebSockets and event streams."),
    key("rs485.port",          Takes::Text,                     "",            "Serial port on which Modbus RTU is answered (variant S1); without one, none is."),
    key("rs485.address",       Takes::Whole(1, 247),            "1",           "Address of the built-in meter; modules follow by slot."),
    key("rs485.baud",          Takes::Whole(2400, 115_200),     "9600",        "Bits a second: 2400, 4800, 9600, 19200, 38400, 57600 or 115200."),
    key("rs485.parity",        Takes::Choice(PARITIES),         "\"none\"",    "Parity."),
    key("rs485.stop_bits",     Takes::Whole(1, 2),              "1",           "Stop bits."),
    key("io.input",            Takes::Gpio,                     "",            "Line of the digital input, active while the contact is closed."),
    key("io.output",           Takes::Gpio,                     "",            "Line of the digital output (variant O1), active while it is closed."),
    key("io.led",              Takes::Gpio,                     "",            "Line of the red LED."),
    key("io.power_fail",       Takes::Gpio,                     "",            "Line that is active when the supply fails: the meter keeps its counters and stops."),
    key("io.buttons",          Takes::Gpios,                    "[]",          "Lines of the four keys: up, down, back, enter."),
    key("display.control",     Takes::Text,                     "",            "Socket for `ems lcd` and `ems button`; by default control.sock in $RUNTIME_DIRECTORY."),
];

/// Keys of a module of the ESY bus.
#[rustfmt::skip]
pub const MODULE: &[Key] = &[
    key("slot",         Takes::Whole(1, 10),        "",   "Its place, 1 to 10; needed."),
    key("model",        Takes::Choice(MODELS),      "",   "ESY3XMV (three times 333 mV) or ESY3XAV5 (three times 5 A); needed."),
    key("serial",       Takes::Text,                "",   "Its serial number; another module in its place is then refused."),
    key("name",         Takes::Text,                "",   "Name of what it measures."),
    key("ct_primary_a", Takes::Number(0.1, 1e5),    "",   "Rated primary current of its transformers in amperes, which the module is told; left out, what it has holds."),
];

/// The row of a key.
pub(crate) fn row(path: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.path == path)
}
