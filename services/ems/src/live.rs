//! The live table: drawn over itself in a terminal, a line a second elsewhere.

use crate::document::rfc3339;
use crate::failure::Failure;
use catalog::{QuantityId, Register, Scope, point};
use image::{Image, LoadImage, MeterId, MeterImage, Reading};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use world::Effects;

/// Seconds of simulated time between two plain lines.
const LINE_EVERY_S: f64 = 1.0;

/// Rows of the table: a quantity with the scopes of its columns.
const ROWS: [(QuantityId, [Option<Scope>; 4]); 9] = {
    use QuantityId::{
        ActivePower, ApparentPower, Current, PowerFactor, ReactivePower, ThdCurrent, ThdVoltageLn,
        VoltageLl, VoltageLn,
    };
    use Scope::{L1, L2, L3, L12, L23, L31, System};
    const PHASES: [Option<Scope>; 4] = [Some(L1), Some(L2), Some(L3), Some(System)];
    [
        (VoltageLn, PHASES),
        (VoltageLl, [Some(L12), Some(L23), Some(L31), Some(System)]),
        (Current, PHASES),
        (ActivePower, PHASES),
        (ReactivePower, PHASES),
        (ApparentPower, PHASES),
        (PowerFactor, PHASES),
        (ThdVoltageLn, PHASES),
        (ThdCurrent, [Some(L1), Some(L2), Some(L3), None]),
    ]
};

/// Draws images.
pub struct Live {
    title: String,
    terminal: bool,
    bold: bool,
    /// Lines drawn last, to be drawn over.
    drawn: usize,
    next_s: f64,
    began: Option<image::Timestamp>,
}

impl Live {
    /// For a run; without a seed nothing is simulated.
    pub fn new(name: &str, seed: Option<u64>, modbus: Option<SocketAddr>) -> Live {
        let terminal = std::io::stdout().is_terminal();
        let served = modbus.map_or_else(String::new, |address| format!("  Modbus TCP {address}"));
        Live {
            title: match seed {
                Some(seed) => {
                    format!("EMS AV2  SIMULATED  {name}  seed {seed}{served}")
                }
                None => format!("EMS AV2  {name}{served}"),
            },
            terminal,
            bold: terminal && std::env::var_os("NO_COLOR").is_none(),
            drawn: 0,
            next_s: 0.0,
            began: None,
        }
    }

    /// Shows what a tick brought, if a window closed.
    pub fn show(&mut self, effects: &Effects) -> Result<(), Failure> {
        let Some(image) = &effects.image else { return Ok(()) };
        if effects.windows.is_empty() {
            return Ok(());
        }
        if self.terminal {
            return self.draw(image);
        }
        let began = *self.began.get_or_insert(image.time);
        let elapsed = image.time.seconds_since(began);
        if elapsed >= self.next_s {
            self.next_s = (elapsed / LINE_EVERY_S).floor() * LINE_EVERY_S + LINE_EVERY_S;
            writeln!(std::io::stdout().lock(), "{}", line(image))?;
        }
        Ok(())
    }

    fn draw(&mut self, image: &Image) -> Result<(), Failure> {
        let table = self.table(image);
        let mut out = std::io::stdout().lock();
        if self.drawn > 0 {
            write!(out, "\x1b[{}A", self.drawn)?;
        }
        for row in table.lines() {
            writeln!(out, "{row}\x1b[K")?;
        }
        out.flush()?;
        self.drawn = table.lines().count();
        Ok(())
    }

    /// The table of an image, without control codes but for bold.
    fn table(&self, image: &Image) -> String {
        let (bold, plain) = if self.bold { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let mut text = format!("{bold}{}{plain}\n", self.title);
        let main = image.main();
        let _ = writeln!(
            text,
            "{}  {} Hz  {}",
            rfc3339(image.time),
            show(main, QuantityId::Frequency, None, Scope::System),
            sequence(main),
        );
        let _ = writeln!(
            text,
            "{bold}{:<23}{:>12}{:>12}{:>12}{:>12}{plain}",
            "", "L1", "L2", "L3", "system"
        );
        for (quantity, scopes) in ROWS {
            let row = quantity.row();
            let _ = write!(text, "{:<19}{:>4}", row.name, row.unit.symbol());
            for scope in scopes {
                let cell =
                    scope.map_or_else(String::new, |scope| show(main, quantity, None, scope));
                let _ = write!(text, "{cell:>12}");
            }
            text.push('\n');
        }
        let _ = writeln!(
            text,
            "{:<19}{:>4}{:>12}{:>12}{:>12}{:>12}",
            "Neutral current",
            "A",
            "",
            "",
            "",
            show(main, QuantityId::NeutralCurrent, None, Scope::N)
        );
        energies(&mut text, main);
        loads(&mut text, image);
        text
    }

    /// Leaves the table standing.
    pub fn leave(&mut self) {
        self.drawn = 0;
    }
}

/// The phase sequence in words; nothing where there is none.
fn sequence(main: &MeterImage) -> &'static str {
    let id = point(QuantityId::PhaseSequence, None, Scope::System).expect("in the catalogue");
    match main.get(id).value() {
        Some(sign) if sign > 0.0 => "sequence L1-L2-L3",
        Some(_) => "sequence L1-L3-L2: reversed",
        None => "",
    }
}

fn energies(text: &mut String, main: &MeterImage) {
    let total = Some(Register::Total);
    for (name, quantity) in
        [("Import", QuantityId::ActiveEnergyImport), ("Export", QuantityId::ActiveEnergyExport)]
    {
        let _ = write!(text, "{name:<19}{:>4}", quantity.row().unit.symbol());
        for scope in [Scope::L1, Scope::L2, Scope::L3, Scope::System] {
            let _ = write!(text, "{:>12}", show(main, quantity, total, scope));
        }
        text.push('\n');
    }
}

fn loads(text: &mut String, image: &Image) {
    // The main load as a whole already stands in the table.
    let whole = |load: &&LoadImage| load.meter == MeterId::Main && load.phases == [true; 3];
    for load in image.loads.iter().filter(|load| !whole(load)) {
        let power = load
            .active_power
            .value()
            .map_or_else(|| load.active_power.quality().to_string(), |watts| format!("{watts:.1}"));
        let _ = writeln!(text, "{:<6}{:<45}{power:>20} W", load.meter.slug(), load.name);
    }
}

/// A value with the catalogue's digits, a mark if it is flagged, or the reason why there is none.
fn show(
    meter: &MeterImage,
    quantity: QuantityId,
    register: Option<Register>,
    scope: Scope,
) -> String {
    let Some(id) = point(quantity, register, scope) else { return String::new() };
    match meter.get(id) {
        Reading::Value { value, flags } => {
            let mark = if flags.is_empty() { "" } else { "!" };
            // Zero has no sign, whatever side it was rounded from.
            let rounded = format!("{value:.*}", usize::from(quantity.row().decimals));
            let zero = rounded.trim_start_matches('-').chars().all(|c| c == '0' || c == '.');
            format!("{}{mark}", if zero { rounded.trim_start_matches('-') } else { &rounded })
        }
        Reading::Absent(reason) => reason.slug().to_string(),
    }
}

/// One line without any control code.
fn line(image: &Image) -> String {
    let main = image.main();
    let value = |quantity, scope| show(main, quantity, None, scope);
    let phases = |quantity: QuantityId| Scope::PHASES.map(|scope| value(quantity, scope)).join(" ");
    let energy = |quantity| show(main, quantity, Some(Register::Total), Scope::System);
    format!(
        "{}  V {}  A {}  W {} sum {}  Hz {}  kWh+ {} kWh- {}",
        rfc3339(image.time),
        phases(QuantityId::VoltageLn),
        phases(QuantityId::Current),
        phases(QuantityId::ActivePower),
        value(QuantityId::ActivePower, Scope::System),
        value(QuantityId::Frequency, Scope::System),
        energy(QuantityId::ActiveEnergyImport),
        energy(QuantityId::ActiveEnergyExport),
    )
}
