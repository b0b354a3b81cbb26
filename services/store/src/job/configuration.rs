//! The configuration: all jobs, the zone of the local clock and the calendar of tariffs.

use super::document::{ConfigurationError, Node, Value, unknown};
use super::keys::{LOG, TARIFF, THIN, TOP};
use super::{Job, Meters, fits, select, units};
use crate::calendar::tariff::{TariffCalendar, TariffRow};
use crate::calendar::{Step, Zone};
use crate::history::{Keep, Thin};
use crate::row::Aggregate;
use catalog::{QuantityId, Register, SETTINGS, SettingId, points};
use image::MeterId;
use port::SlotId;

/// Most jobs: each is a row in memory and a series in the store.
const JOBS_MAX: usize = 16;

/// Most rows of the calendar of tariffs: four seasons with three kinds of days and some holidays.
const TARIFF_ROWS_MAX: usize = 64;

/// Most entries of any list: more than a meter has points.
const LIST_MAX: usize = 512;

/// Longest name of a job: it becomes a part of file names.
const NAME_MAX: usize = 32;

/// A year as it is kept, in seconds.
const YEAR_S: u64 = 366 * 86_400;

/// What is logged, and how the local clock goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Zone of the local clock.
    pub zone: Zone,
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Tariffs by calendar; without rows it says nothing.
    pub tariffs: TariffCalendar,
    /// Settings that it gives, each with a value that its row accepts; all others stay as they are.
    pub settings: Vec<(SettingId, i64)>,
}

/// The state of delivery: minutes and load profiles for ten years, seconds for a month.
impl Default for Configuration {
    fn default() -> Self {
        use Aggregate::{Delta, Last, Max, MaxAt, Mean, Min, MinAt};
        let main = || Meters::These(vec![MeterId::Main]);
        let job = |name: &str, interval_s, meters, points, aggregates: &[Aggregate], age_s| Job {
            name: name.into(),
            interval_s,
            meters,
            points,
            aggregates: aggregates.to_vec(),
            keep: Keep { age_s: Some(age_s), ..Keep::default() },
        };
        let all = || vec!["live".into(), "energies".into()];
        let years = 10 * YEAR_S;
        Configuration {
            zone: Zone::utc(),
            jobs: vec![
                job("minutes", 60, main(), all(), &[Mean, Delta], years),
                job("modules", 60, Meters::Modules, module_points(), &[Mean, Delta], years),
                job("seconds", 1, main(), fast_points(), &[Mean, Delta], 31 * 86_400),
                job("demand", 900, Meters::All, profile_points(), &[Last, Delta], years),
                job("extremes", 900, main(), vec!["live".into()], &[Min, MinAt, Max, MaxAt], years),
            ],
            tariffs: TariffCalendar::default(),
            settings: Vec::new(),
        }
    }
}

/// What is logged of each module: what it takes and gives, by system and by phase.
fn module_points() -> Vec<String> {
    let live = [QuantityId::ActivePower, QuantityId::Current];
    let energies = [QuantityId::ActiveEnergyImport, QuantityId::ActiveEnergyExport];
    let live = live.map(|quantity| format!("{}.*", quantity.row().slug));
    live.into_iter().chain(energies.map(totals)).collect()
}

/// What is worth a row a second.
fn fast_points() -> Vec<String> {
    let live = [
        QuantityId::ActivePower,
        QuantityId::ReactivePower,
        QuantityId::VoltageLn,
        QuantityId::Current,
    ];
    let energies = [QuantityId::ActiveEnergyImport, QuantityId::ActiveEnergyExport];
    let live = live.map(|quantity| format!("{}.*", quantity.row().slug));
    live.into_iter().chain(energies.map(totals)).collect()
}

/// Demands, and energies by system and by phase.
fn profile_points() -> Vec<String> {
    let energies = [
        QuantityId::ActiveEnergyImport,
        QuantityId::ActiveEnergyExport,
        QuantityId::ReactiveEnergyImport,
        QuantityId::ReactiveEnergyExport,
        QuantityId::ApparentEnergy,
    ];
    std::iter::once("demand".to_owned()).chain(energies.map(totals)).collect()
}

fn totals(quantity: QuantityId) -> String {
    format!("{}.{}.*", quantity.row().slug, Register::Total.slug())
}

impl Configuration {
    /// Reads a configuration.
    ///
    /// # Errors
    /// With the line, what was wanted there and what to do.
    pub fn parse(text: &str) -> Result<Configuration, ConfigurationError> {
        let root = Node::read(text)?;
        root.check("a configuration", TOP)?;
        Ok(Configuration {
            zone: root.get("zone").map_or(Ok(Zone::utc()), zone)?,
            jobs: root.get("log").map_or(Ok(Vec::new()), jobs)?,
            tariffs: TariffCalendar(root.get("tariff").map_or(Ok(Vec::new()), tariffs)?),
            settings: root.get("settings").map_or(Ok(Vec::new()), settings)?,
        })
    }
}

fn zone(node: &Node) -> Result<Zone, ConfigurationError> {
    let name = node.text("zone")?;
    Zone::parse(name).ok_or_else(|| {
        let names = Zone::names();
        node.error(unknown("zone", name, names.iter().map(String::as_str)))
    })
}

fn settings(node: &Node) -> Result<Vec<(SettingId, i64)>, ConfigurationError> {
    let Value::Table(entries) = &node.value else {
        return Err(node.error("[settings] must be a table; write its keys below it"));
    };
    entries.iter().map(|(name, node)| setting(name, node)).collect()
}

fn setting(name: &str, node: &Node) -> Result<(SettingId, i64), ConfigurationError> {
    let row = SETTINGS
        .iter()
        .find(|row| row.slug == name)
        .ok_or_else(|| node.error(unknown("setting", name, SETTINGS.iter().map(|row| row.slug))))?;
    let value = match &node.value {
        Value::Whole(value) => Some(*value),
        Value::Text(text) => {
            row.names.iter().find(|(_, name)| name == text).map(|(value, _)| *value)
        }
        Value::List(_) | Value::Table(_) | Value::Other(_) => None,
    };
    value.filter(|value| row.accepts(*value)).map(|value| (row.id, value)).ok_or_else(|| {
        let names: Vec<String> = row.names.iter().map(|(_, name)| format!("\"{name}\"")).collect();
        let (low, high) = row.range;
        let wanted = if names.is_empty() {
            format!("a whole number from {low} to {high}")
        } else {
            names.join(", ")
        };
        node.error(format!("{name} must be {wanted}"))
    })
}

fn jobs(node: &Node) -> Result<Vec<Job>, ConfigurationError> {
    let mut jobs: Vec<Job> = Vec::new();
    for node in node.items("[[log]]", JOBS_MAX)? {
        let job = job(node)?;
        if jobs.iter().any(|other| other.name == job.name) {
            let name = job.name;
            return Err(node.error(format!("a second job \"{name}\"; give it another name")));
        }
        jobs.push(job);
    }
    Ok(jobs)
}

fn job(node: &Node) -> Result<Job, ConfigurationError> {
    node.check("[[log]]", LOG)?;
    let get = |key: &str| node.get(key).expect("check has seen that it is there");
    let interval_s = interval(get("interval"), "interval")?;
    let points = patterns(get("points"))?;
    let job = Job {
        name: name(get("name"))?,
        interval_s,
        meters: node.get("meters").map_or(Ok(Meters::All), meters)?,
        aggregates: aggregates(get("aggregates"), &points)?,
        points,
        keep: Keep {
            age_s: node.get("keep").map(age).transpose()?,
            bytes: node.get("keep_bytes").map(size).transpose()?,
            thin: node.get("thin").map(|node| thin(node, interval_s)).transpose()?,
        },
    };
    check_points(get("points"), &job)?;
    check_ages(node, &job)?;
    Ok(job)
}

/// Rows must live to be thinned.
fn check_ages(node: &Node, job: &Job) -> Result<(), ConfigurationError> {
    let (Some(thin), Some(age_s), Some(at)) = (job.keep.thin, job.keep.age_s, node.get("thin"))
    else {
        return Ok(());
    };
    if thin.after_s < age_s {
        return Ok(());
    }
    let (after, keep) = (units::time_text(thin.after_s), units::time_text(age_s));
    Err(at.error(format!(
        "rows go after {keep}, before they are thinned after {after}; keep them longer, or do not thin"
    )))
}

fn name(node: &Node) -> Result<String, ConfigurationError> {
    let name = node.text("name")?;
    let allowed = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    if name.is_empty() || name.len() > NAME_MAX || !name.bytes().all(allowed) {
        let wanted = "small letters, digits, - and _, at most 32";
        return Err(node.error(format!("name = \"{name}\" is no name; take {wanted}")));
    }
    Ok(name.to_owned())
}

fn interval(node: &Node, key: &str) -> Result<u32, ConfigurationError> {
    let text = node.text(key)?;
    let seconds = units::seconds(text).ok_or_else(|| {
        node.error(format!("{key} = \"{text}\" is no length of time; write it like \"15min\""))
    })?;
    let step = u32::try_from(seconds).ok().and_then(Step::seconds);
    step.map(Step::nominal_s).ok_or_else(|| {
        let near = near_intervals(seconds);
        node.error(format!("{key} = \"{text}\" does not divide a day; take {near}"))
    })
}

/// The intervals around a length that is none.
fn near_intervals(seconds: u64) -> String {
    let fits = |seconds: &u32| Step::seconds(*seconds).is_some();
    let wanted = u32::try_from(seconds).unwrap_or(u32::MAX).clamp(1, 86_400);
    let below = (1..=wanted).rev().find(fits).map(|seconds| units::time_text(seconds.into()));
    let above = (wanted + 1..=86_400).find(fits).map(|seconds| units::time_text(seconds.into()));
    below.into_iter().chain(above).collect::<Vec<_>>().join(" or ")
}

fn meters(node: &Node) -> Result<Meters, ConfigurationError> {
    let slots = (1..=SlotId::MAX).filter_map(SlotId::new).map(MeterId::Esy);
    let known: Vec<(String, MeterId)> =
        std::iter::once(MeterId::Main).chain(slots).map(|id| (id.slug(), id)).collect();
    let mut meters = Vec::new();
    for item in node.items("meters", LIST_MAX)? {
        let name = item.text("a meter")?;
        match name {
            "all" => return Ok(Meters::All),
            "modules" => return Ok(Meters::Modules),
            _ => {}
        }
        let Some((_, id)) = known.iter().find(|(slug, _)| slug == name) else {
            let names = known.iter().map(|(slug, _)| slug.as_str());
            return Err(item.error(unknown("meter", name, names)));
        };
        if !meters.contains(id) {
            meters.push(*id);
        }
    }
    Ok(Meters::These(meters))
}

fn patterns(node: &Node) -> Result<Vec<String>, ConfigurationError> {
    let pattern = |item: &Node| {
        let pattern = item.text("a point")?;
        if points().iter().any(|point| select::matches(pattern, point)) {
            return Ok(pattern.to_owned());
        }
        let names = select::names();
        Err(item.error(unknown("point", pattern, names.iter().map(String::as_str))))
    };
    node.items("points", LIST_MAX)?.iter().map(pattern).collect()
}

fn aggregates(node: &Node, patterns: &[String]) -> Result<Vec<Aggregate>, ConfigurationError> {
    let mut found = Vec::new();
    for item in node.items("aggregates", LIST_MAX)? {
        let name = item.text("an aggregate")?;
        let Some(aggregate) = Aggregate::ALL.into_iter().find(|known| known.slug() == name) else {
            let names = Aggregate::ALL.into_iter().map(Aggregate::slug);
            return Err(item.error(unknown("aggregate", name, names)));
        };
        let mut named = points().iter().filter(|point| select::any_matches(patterns, point));
        if !named.any(|point| fits(aggregate, point)) {
            let remedy = "delta is for counters, the others but last are for what is no counter";
            return Err(item.error(format!("\"{name}\" fits none of the points; {remedy}")));
        }
        if !found.contains(&aggregate) {
            found.push(aggregate);
        }
    }
    Ok(found)
}

/// Each entry must bring a column.
fn check_points(node: &Node, job: &Job) -> Result<(), ConfigurationError> {
    let items = node.items("points", LIST_MAX)?;
    for (item, pattern) in items.iter().zip(&job.points) {
        let mut named = points().iter().filter(|point| select::matches(pattern, point));
        let logged = |point| job.aggregates.iter().any(|aggregate| fits(*aggregate, point));
        if !named.any(logged) {
            let remedy = "add one that does, such as \"last\", or leave it out";
            return Err(item.error(format!("none of the aggregates fits \"{pattern}\"; {remedy}")));
        }
    }
    Ok(())
}

fn age(node: &Node) -> Result<u64, ConfigurationError> {
    let text = node.text("keep")?;
    units::seconds(text).ok_or_else(|| {
        node.error(format!("keep = \"{text}\" is no age; write it like \"31d\" or \"10y\""))
    })
}

fn size(node: &Node) -> Result<u64, ConfigurationError> {
    let text = node.text("keep_bytes")?;
    units::bytes(text).ok_or_else(|| {
        node.error(format!("keep_bytes = \"{text}\" is no size; write it like \"500MB\""))
    })
}

fn thin(node: &Node, interval_s: u32) -> Result<Thin, ConfigurationError> {
    node.check("thin", THIN)?;
    let get = |key: &str| node.get(key).expect("check has seen that it is there");
    let after = get("after").text("after")?;
    let after_s = units::seconds(after).ok_or_else(|| {
        get("after").error(format!("after = \"{after}\" is no age; write it like \"31d\""))
    })?;
    let long = interval(get("interval"), "interval")?;
    if long <= interval_s || !long.is_multiple_of(interval_s) {
        let (long, short) = (units::time_text(long.into()), units::time_text(interval_s.into()));
        return Err(get("interval").error(format!(
            "thinning {short} to {long} makes no whole intervals; take a multiple of {short}"
        )));
    }
    Ok(Thin { after_s, interval_s: long })
}

fn tariffs(node: &Node) -> Result<Vec<TariffRow>, ConfigurationError> {
    node.items("[[tariff]]", TARIFF_ROWS_MAX)?.iter().map(tariff_row).collect()
}

fn tariff_row(node: &Node) -> Result<TariffRow, ConfigurationError> {
    node.check("[[tariff]]", TARIFF)?;
    let end = |key: &'static str| {
        node.get(key)
            .map(|node| one(node, key, "a day of the year, like \"11-01\"", units::month_day))
            .transpose()
    };
    let season = match (end("from")?, end("to")?) {
        (Some(from), Some(to)) => Some((from, to)),
        (None, None) => None,
        (Some(_), None) => return Err(node.error("from without to; a season has both ends")),
        (None, Some(_)) => return Err(node.error("to without from; a season has both ends")),
    };
    let days = listed(node, "days", "a day, like \"mon\" or \"mon..fri\"", units::weekdays)?;
    let tariff = node.get("tariff").expect("check has seen that it is there");
    Ok(TariffRow {
        season,
        days: days.concat(),
        dates: listed(node, "dates", "a day, like \"2026-12-25\" or \"12-25\"", units::named_day)?,
        at: listed(node, "at", "a range of times, like \"22:00-06:00\"", units::day_times)?,
        tariff: [1, 2]
            .into_iter()
            .find(|number| tariff.value == Value::Whole(i64::from(*number)))
            .ok_or_else(|| tariff.error("tariff must be 1 or 2; the meter has no others"))?,
    })
}

fn listed<T>(
    node: &Node,
    key: &str,
    wanted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>, ConfigurationError> {
    let Some(list) = node.get(key) else { return Ok(Vec::new()) };
    list.items(key, LIST_MAX)?.iter().map(|item| one(item, key, wanted, &parse)).collect()
}

fn one<T>(
    node: &Node,
    key: &str,
    wanted: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<T, ConfigurationError> {
    let text = node.text(key)?;
    parse(text).ok_or_else(|| node.error(format!("{key}: \"{text}\" is not {wanted}")))
}
