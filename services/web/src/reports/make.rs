//! The templates: which questions each asks, and how its answers are put together.

use super::ask::{Answer, column, rows};
use super::page::{Bars, Cell, Page, Section, Table};
use super::template::Template;
use super::words::Words;
use crate::api::session::Language;
use crate::problem::Problem;
use crate::seams::ServiceState;
use crate::time::rfc3339;
use crate::values::phasor_pairs;
use catalog::{QuantityId, Register, SETTINGS, Scope, SettingId, point};
use image::{Image, MeterId, MeterImage};
use port::Timestamp;
use std::sync::Arc;
use store::calendar::{Step, Zone};
use store::keep::Reader;
use store::{Aggregate, Column};

/// Largest demands that are listed.
const PEAKS: usize = 5;

/// Nominal voltages L-N that a mean is rounded to (datasheet: 120 to 277 V).
const NOMINAL_V: [f64; 4] = [120.0, 127.0, 230.0, 277.0];

/// EN 50160: means over ten minutes.
const TEN_MINUTES: Step = Step::Seconds(600);

/// A line to write on.
const RULE: &str = "______________________________";

/// What a report is made of.
pub struct Order {
    /// Which.
    pub template: Template,
    /// From its first moment to the moment at which it ends.
    pub span: (Timestamp, Timestamp),
    /// Its language.
    pub language: Language,
    /// The history; none if the run keeps nothing.
    pub reader: Option<Reader>,
    /// Zone of days and hours.
    pub zone: Zone,
    /// The newest image.
    pub image: Arc<Image>,
    /// Name of the installation.
    pub title: String,
    /// What is served.
    pub services: Vec<ServiceState>,
}

/// Makes a report.
///
/// # Errors
/// If the history cannot be read.
pub fn make(order: &Order) -> Result<Page, Problem> {
    let words = Words(order.language);
    let (title, sections) = match order.template {
        Template::Day => (words.of("Report of a day"), energy(order, words, Step::HOUR)?),
        Template::Month => (words.of("Report of a month"), energy(order, words, Step::DAY)?),
        Template::Tariff => (words.of("Energy by tariff"), tariff(order, words)?),
        Template::Loads => (words.of("Comparison of loads"), loads(order, words)?),
        Template::Quality => (words.of("Power quality"), quality(order, words)?),
        Template::Commissioning => (words.of("Commissioning"), commissioning(order, words)),
    };
    let image = &order.image;
    let identity = &image.identity;
    let (major, minor, revision) = identity.version;
    let facts = vec![
        (words.text("Installation"), order.title.clone()),
        (words.text("Serial number"), identity.serial.clone()),
        (words.text("Time zone"), order.zone.name().to_string()),
        (words.text("Made"), local(&order.zone, image.time)),
        (words.text("Software id"), identity.software_id.clone()),
    ];
    Ok(Page {
        title: title.into(),
        period: period(order),
        facts,
        notice: if identity.simulated {
            words.text("SIMULATED: not a measurement of a real installation")
        } else {
            String::new()
        },
        sections,
        language: order.language.slug(),
        author: format!("ems {major}.{minor}.{revision}"),
        created: rfc3339(image.time),
        frame: (words.text("Page"), words.text("of"), words.text("End of report")),
    })
}

/// A moment by the local clock, with its offset.
fn local(zone: &Zone, time: Timestamp) -> String {
    let local = zone.local(time);
    let offset = zone.offset_min(time);
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    format!("{} {sign}{hours:02}:{minutes:02}", local.strftime("%Y-%m-%d %H:%M"))
}

fn period(order: &Order) -> String {
    let (from, to) = order.span;
    if from == to {
        return local(&order.zone, from);
    }
    let (first, last) =
        (order.zone.local(from), order.zone.local(Timestamp { unix_ns: to.unix_ns - 1 }));
    let days = (first.strftime("%Y-%m-%d").to_string(), last.strftime("%Y-%m-%d").to_string());
    let is_whole = first.time() == jiff::civil::Time::midnight();
    match (days.0 == days.1, is_whole) {
        (true, true) => days.0,
        (false, true) => format!("{} – {}", days.0, days.1),
        _ => format!("{} – {}", local(&order.zone, from), local(&order.zone, to)),
    }
}

/// What is said where there is nothing.
fn nothing(words: Words, heading: &'static str) -> Vec<Section> {
    let remarks = vec![words.text("Nothing was kept over this time.")];
    vec![Section { heading: words.text(heading), remarks, ..Section::default() }]
}

fn ask(order: &Order, step: Step, columns: &[Column]) -> Result<Option<Answer>, Problem> {
    let Some(reader) = &order.reader else { return Ok(None) };
    let answer = rows(reader, &order.zone, order.span, step, columns)?;
    Ok(answer.filter(|answer| answer.len() > 0))
}

fn gained(meter: MeterId, quantity: QuantityId, register: Register) -> Column {
    column(meter, quantity, Some(register), Scope::System, Aggregate::Delta)
}

/// When a row begins, as its step needs it.
fn label(zone: &Zone, time: Timestamp, step: Step) -> String {
    let local = zone.local(time);
    let format = if step == Step::HOUR { "%H:%M" } else { "%Y-%m-%d" };
    local.strftime(format).to_string()
}

/// The same below a picture.
fn short_label(zone: &Zone, time: Timestamp, step: Step) -> String {
    let local = zone.local(time);
    let format = if step == Step::HOUR { "%H" } else { "%d.%m." };
    local.strftime(format).to_string()
}

fn coverage(words: Words, answer: &Answer, span: (Timestamp, Timestamp)) -> (String, String) {
    let percent = 100.0 * answer.coverage(span);
    (words.text("Measured"), format!("{percent:.2} %"))
}

fn energy(order: &Order, words: Words, step: Step) -> Result<Vec<Section>, Problem> {
    use QuantityId::{
        ActiveEnergyExport, ActiveEnergyImport, ApparentEnergy, ReactiveEnergyImport,
    };
    let quantities = [ActiveEnergyImport, ActiveEnergyExport, ReactiveEnergyImport, ApparentEnergy];
    let columns = quantities.map(|id| gained(MeterId::Main, id, Register::Total));
    let Some(answer) = ask(order, step, &columns)? else { return Ok(nothing(words, "Energy")) };
    let names = ["Import", "Export", "Reactive import", "Apparent"];
    let heads = names
        .iter()
        .zip(quantities)
        .map(|(name, id)| (format!("{}\n{}", words.of(name), id.row().unit.symbol()), true));
    let decimals = |place: usize| quantities[place].row().decimals;
    let table_rows = (0..answer.len()).map(|row| {
        let begin = Cell::Text(label(&order.zone, answer.start(row), step));
        let values = (0..4).map(|place| Cell::number(answer.value(row, place), decimals(place)));
        std::iter::once(begin).chain(values).collect()
    });
    let total = (0..4).map(|place| Cell::number(answer.sum(place), decimals(place)));
    let bars = (0..answer.len()).map(|row| {
        let value = |place: usize| answer.value(row, place).unwrap_or(0.0);
        (short_label(&order.zone, answer.start(row), step), value(0), value(1))
    });
    let mut remarks = Vec::new();
    if answer.coverage(order.span) < 0.9999 {
        remarks
            .push(words.text(
                "Less than all of the time was measured; what is missing counts as nothing.",
            ));
    }
    let section = Section {
        heading: words.text("Energy"),
        remarks,
        facts: vec![coverage(words, &answer, order.span)],
        bars: Some(Bars {
            description: format!(
                "{}: {} / {}",
                words.of("Energy"),
                words.of("Import"),
                words.of("Export")
            ),
            unit: ActiveEnergyImport.row().unit.symbol().into(),
            bars: bars.collect(),
            names: (words.text("Import"), words.text("Export")),
        }),
        table: Some(Table {
            columns: std::iter::once((words.text("Begin"), false)).chain(heads).collect(),
            rows: table_rows.collect(),
            total: Some(std::iter::once(Cell::Text(words.text("Total"))).chain(total).collect()),
        }),
    };
    Ok(std::iter::once(section).chain(peaks(order, words)?).collect())
}

/// The largest demands.
fn peaks(order: &Order, words: Words) -> Result<Option<Section>, Problem> {
    let demand = QuantityId::ActivePowerDemand;
    let columns = [column(MeterId::Main, demand, None, Scope::System, Aggregate::Last)];
    let Some(answer) = ask(order, Step::Seconds(900), &columns)? else { return Ok(None) };
    let values =
        (0..answer.len()).filter_map(|row| Some((answer.start(row), answer.value(row, 0)?)));
    let mut values: Vec<(Timestamp, f64)> = values.collect();
    values.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    values.truncate(PEAKS);
    let row = demand.row();
    let table_rows = values.into_iter().map(|(start, value)| {
        vec![Cell::Text(local(&order.zone, start)), Cell::Number(value, row.decimals)]
    });
    Ok(Some(Section {
        heading: words.text("Highest demand"),
        table: Some(Table {
            columns: vec![
                (words.text("Begin"), false),
                (format!("{}\n{}", words.of("Mean power"), row.unit.symbol()), true),
            ],
            rows: table_rows.collect(),
            total: None,
        }),
        ..Section::default()
    }))
}

fn tariff(order: &Order, words: Words) -> Result<Vec<Section>, Problem> {
    let registers = [Register::T1, Register::T2, Register::Total];
    let columns =
        registers.map(|register| gained(MeterId::Main, QuantityId::ActiveEnergyImport, register));
    let Some(answer) = ask(order, Step::DAY, &columns)? else {
        return Ok(nothing(words, "Energy by tariff"));
    };
    let row = QuantityId::ActiveEnergyImport.row();
    let unit = row.unit.symbol();
    let heads = ["Tariff 1", "Tariff 2", "Total"];
    let table_rows = (0..answer.len()).map(|at| {
        let begin = Cell::Text(label(&order.zone, answer.start(at), Step::DAY));
        let values = (0..3).map(|place| Cell::number(answer.value(at, place), row.decimals));
        std::iter::once(begin).chain(values).collect()
    });
    let total = (0..3).map(|place| Cell::number(answer.sum(place), row.decimals));
    let table = Table {
        columns: std::iter::once((words.text("Begin"), false))
            .chain(heads.map(|head| (format!("{}\n{unit}", words.of(head)), true)))
            .collect(),
        rows: table_rows.collect(),
        total: Some(std::iter::once(Cell::Text(words.text("Total"))).chain(total).collect()),
    };
    let facts = vec![coverage(words, &answer, order.span)];
    let heading = words.text("Energy by tariff");
    Ok(vec![Section { heading, facts, table: Some(table), ..Section::default() }])
}

fn loads(order: &Order, words: Words) -> Result<Vec<Section>, Problem> {
    let row = QuantityId::ActiveEnergyImport.row();
    let mut found = Vec::new();
    for meter in &order.image.meters {
        let columns = [QuantityId::ActiveEnergyImport, QuantityId::ActiveEnergyExport]
            .map(|id| gained(meter.id, id, Register::Total));
        if let Some(answer) = ask(order, Step::DAY, &columns)? {
            found.push((meter, answer.sum(0), answer.sum(1)));
        }
    }
    if found.is_empty() {
        return Ok(nothing(words, "Comparison of loads"));
    }
    let whole = found[0].1.unwrap_or(0.0);
    let table_rows = found.iter().map(|(meter, import, export)| {
        let share = import.filter(|_| whole > 0.0).map(|import| 100.0 * import / whole);
        vec![
            Cell::Text(meter.id.slug()),
            Cell::Text(meter.name.clone()),
            Cell::number(*import, row.decimals),
            Cell::number(*export, row.decimals),
            Cell::number(share, 1),
        ]
    });
    let unit = row.unit.symbol();
    let bars = found.iter().map(|(meter, import, export)| {
        let name = if meter.name.is_empty() { meter.id.slug() } else { meter.name.clone() };
        (name, import.unwrap_or(0.0), export.unwrap_or(0.0))
    });
    let section = Section {
        heading: words.text("Comparison of loads"),
        bars: Some(Bars {
            description: words.text("Comparison of loads"),
            unit: unit.into(),
            bars: bars.collect(),
            names: (words.text("Import"), words.text("Export")),
        }),
        table: Some(Table {
            columns: vec![
                (words.text("Meter"), false),
                (words.text("Name"), false),
                (format!("{}\n{unit}", words.of("Import")), true),
                (format!("{}\n{unit}", words.of("Export")), true),
                (format!("{}\n%", words.of("Share of import")), true),
            ],
            rows: table_rows.collect(),
            total: None,
        }),
        ..Section::default()
    };
    Ok(vec![section])
}

/// Quantities of the report on quality, with their scopes.
const QUALITY: [(QuantityId, &[Scope]); 4] = [
    (QuantityId::VoltageLn, &Scope::PHASES),
    (QuantityId::Frequency, &[Scope::System]),
    (QuantityId::ThdVoltageLn, &Scope::PHASES),
    (QuantityId::ThdCurrent, &Scope::PHASES),
];

fn quality(order: &Order, words: Words) -> Result<Vec<Section>, Problem> {
    let mut table_rows = Vec::new();
    for (quantity, scopes) in QUALITY {
        for scope in scopes {
            table_rows.extend(extremes(order, words, quantity, *scope)?);
        }
    }
    if table_rows.is_empty() {
        return Ok(nothing(words, "Power quality"));
    }
    let heads = [
        ("Quantity", false),
        ("Phase", false),
        ("Unit", false),
        ("Lowest", true),
        ("When", false),
        ("Mean", true),
        ("Highest", true),
    ];
    let columns = heads.iter().map(|(head, is_number)| (words.text(head), *is_number));
    let columns = columns.chain([(words.text("When"), false)]).collect();
    let values = Section {
        heading: words.text("Power quality"),
        table: Some(Table { columns, rows: table_rows, total: None }),
        ..Section::default()
    };
    Ok(std::iter::once(values).chain(within(order, words)?).collect())
}

/// Lowest, mean and highest value of a point with their moments.
fn extremes(
    order: &Order,
    words: Words,
    quantity: QuantityId,
    scope: Scope,
) -> Result<Option<Vec<Cell>>, Problem> {
    let of = |aggregate: Aggregate| column(MeterId::Main, quantity, None, scope, aggregate);
    let columns = [Aggregate::Min, Aggregate::MinAt, Aggregate::Max, Aggregate::MaxAt].map(of);
    let Some(answer) = &ask(order, Step::DAY, &columns)? else { return Ok(None) };
    let at = |row: usize, place: usize| {
        answer.value(row, place).map(|seconds| answer.start(row) + seconds)
    };
    let all = |place: usize| {
        (0..answer.len()).filter_map(move |row| Some((row, answer.value(row, place)?)))
    };
    let low = all(0).min_by(|a, b| a.1.total_cmp(&b.1));
    let high = all(2).max_by(|a, b| a.1.total_cmp(&b.1));
    let mean = match ask(order, Step::DAY, &[of(Aggregate::Mean)])? {
        Some(means) if means.len() > 0 => means.sum(0).map(|sum| {
            sum / (0..means.len()).filter(|row| means.value(*row, 0).is_some()).count() as f64
        }),
        _ => None,
    };
    let row = quantity.row();
    let when = |time: Option<Timestamp>| {
        time.map_or(Cell::Missing, |time| Cell::Text(local(&order.zone, time)))
    };
    Ok(Some(vec![
        Cell::Text(words.quantity(quantity)),
        Cell::Text(Words::scope(scope).into()),
        Cell::Text(row.unit.symbol().into()),
        Cell::number(low.map(|(_, value)| value), row.decimals),
        when(low.and_then(|(row, _)| at(row, 1))),
        Cell::number(mean, row.decimals),
        Cell::number(high.map(|(_, value)| value), row.decimals),
        when(high.and_then(|(row, _)| at(row, 3))),
    ]))
}

/// How many means over ten minutes lie within a tenth of the nominal voltage, as EN 50160 counts them.
fn within(order: &Order, words: Words) -> Result<Option<Section>, Problem> {
    let of =
        |scope: Scope| column(MeterId::Main, QuantityId::VoltageLn, None, scope, Aggregate::Mean);
    let Some(answer) = ask(order, TEN_MINUTES, &Scope::PHASES.map(of))? else { return Ok(None) };
    let means = answer.sum(0).map(|sum| sum / answer.len() as f64).unwrap_or(0.0);
    let near = |a: &&f64, b: &&f64| (*a - means).abs().total_cmp(&(*b - means).abs());
    let nominal_v = *NOMINAL_V.iter().min_by(near).expect("there are some");
    let table_rows = Scope::PHASES.iter().enumerate().filter_map(|(place, scope)| {
        let values = (0..answer.len()).filter_map(|row| answer.value(row, place));
        let values: Vec<f64> = values.collect();
        let inside = values.iter().filter(|value| (*value / nominal_v - 1.0).abs() <= 0.1).count();
        (!values.is_empty()).then(|| {
            vec![
                Cell::Text(Words::scope(*scope).into()),
                Cell::Number(values.len() as f64, 0),
                Cell::Number(100.0 * inside as f64 / values.len() as f64, 2),
            ]
        })
    });
    Ok(Some(Section {
        heading: words.text("Voltage"),
        facts: vec![(
            words.text("Nominal voltage"),
            format!("{nominal_v:.0} {}", QuantityId::VoltageLn.row().unit.symbol()),
        )],
        table: Some(Table {
            columns: vec![
                (words.text("Phase"), false),
                (words.text("10-minute means"), true),
                (format!("{}\n%", words.of("Within 10 % of nominal")), true),
            ],
            rows: table_rows.collect(),
            total: None,
        }),
        ..Section::default()
    }))
}

fn commissioning(order: &Order, words: Words) -> Vec<Section> {
    let image = &order.image;
    let mut sections = vec![device(order, words)];
    for meter in &image.meters {
        sections.push(wiring(image, meter, words));
    }
    sections.push(settings(image, words));
    sections.push(signatures(words));
    sections
}

/// Room for the hands of who commissioned it and of who takes it over.
fn signatures(words: Words) -> Section {
    let line = |who: &'static str| {
        vec![Cell::Text(words.text(who)), Cell::Text(RULE.into()), Cell::Text(RULE.into())]
    };
    let columns = [String::new(), words.text("Name and signature"), words.text("Date")];
    Section {
        heading: words.text("Signatures"),
        table: Some(Table {
            columns: columns.map(|name| (name, false)).into(),
            rows: vec![line("Commissioned by"), line("Taken over by")],
            total: None,
        }),
        ..Section::default()
    }
}

fn device(order: &Order, words: Words) -> Section {
    let identity = &order.image.identity;
    let (major, minor, revision) = identity.version;
    let served = order.services.iter().map(|service| {
        let state = if service.running { words.of("running") } else { words.of("off") };
        vec![
            Cell::Text(service.name.clone()),
            Cell::Text(state.into()),
            Cell::Text(service.address.clone().unwrap_or_default()),
        ]
    });
    Section {
        heading: words.text("Device"),
        facts: vec![
            (words.text("Serial number"), identity.serial.clone()),
            (words.text("Variant"), identity.variant.slug().into()),
            (words.text("Version"), format!("{major}.{minor}.{revision}")),
            (words.text("Software id"), identity.software_id.clone()),
        ],
        table: Some(Table {
            columns: vec![
                (words.text("Services"), false),
                (words.text("State"), false),
                (String::new(), false),
            ],
            rows: served.collect(),
            total: None,
        }),
        ..Section::default()
    }
}

/// A meter: what its wiring check finds, and what its phasors are.
fn wiring(image: &Image, meter: &MeterImage, words: Words) -> Section {
    let name = if meter.name.is_empty() { String::new() } else { format!(" – {}", meter.name) };
    let system = SettingId::Wiring.row();
    let value = image.settings.get(SettingId::Wiring);
    let system =
        system.names.iter().find(|(known, _)| *known == value).map_or("", |(_, name)| name);
    let (voltages, currents) = phasor_pairs(image, meter).unwrap_or_default();
    let value = |quantity: QuantityId, scope: Scope| {
        let reading = point(quantity, None, scope).map(|point| meter.get(point));
        let value = reading.and_then(image::Reading::value);
        Cell::number(value, quantity.row().decimals)
    };
    let table_rows = Scope::PHASES.iter().enumerate().map(|(phase, scope)| {
        let part = |pairs: [Option<[f64; 2]>; 3], place: usize, decimals: u8| {
            Cell::number(pairs[phase].map(|pair| pair[place]), decimals)
        };
        vec![
            Cell::Text(Words::scope(*scope).into()),
            value(QuantityId::VoltageLn, *scope),
            part(voltages, 1, 1),
            value(QuantityId::Current, *scope),
            part(currents, 1, 1),
            value(QuantityId::ActivePower, *scope),
            value(QuantityId::PowerFactor, *scope),
        ]
    });
    let unit = |id: QuantityId| id.row().unit.symbol();
    let mut facts = vec![
        (words.text("Serial number"), meter.serial.clone()),
        (words.text("Wiring system"), system.to_string()),
        (words.text("Check of the wiring"), meter.wiring.to_string()),
        (words.text("Correction"), meter.correction.sentence()),
    ];
    if let Some(model) = meter.model {
        facts.insert(0, (words.text("Model"), model.slug().into()));
    }
    Section {
        heading: format!("{} {}{name}", words.of("Meter"), meter.id.slug()),
        facts,
        table: Some(Table {
            columns: vec![
                (words.text("Phase"), false),
                (format!("{}\n{}", words.of("Voltage"), unit(QuantityId::VoltageLn)), true),
                (format!("{}\n°", words.of("Angle")), true),
                (format!("{}\n{}", words.of("Current"), unit(QuantityId::Current)), true),
                (format!("{}\n°", words.of("Angle")), true),
                (format!("{}\n{}", words.of("Active power"), unit(QuantityId::ActivePower)), true),
                (words.text("Power factor"), true),
            ],
            rows: table_rows.collect(),
            total: None,
        }),
        ..Section::default()
    }
}

fn settings(image: &Image, words: Words) -> Section {
    let rows = SETTINGS.iter().filter(|row| row.id != SettingId::Password).map(|row| {
        let value = image.settings.get(row.id);
        let name = row.names.iter().find(|(known, _)| *known == value).map(|(_, name)| *name);
        let shown = name.map_or_else(|| value.to_string(), str::to_string);
        vec![Cell::Text(row.slug.into()), Cell::Text(shown)]
    });
    Section {
        heading: words.text("Settings"),
        table: Some(Table {
            columns: vec![(words.text("Setting"), false), (words.text("Value"), false)],
            rows: rows.collect(),
            total: None,
        }),
        ..Section::default()
    }
}
