//! A configuration as a text with comments: exported, edited, imported.

use super::{Configuration, Job, Meters, units};
use crate::calendar::tariff::TariffRow;
use catalog::Setting;
use image::MeterId;

const HEAD: &str = "\
# What is logged, and how the local clock goes. All keys are in docs/configuration.md.

# Zone of the local clock: intervals above 15 minutes, days and tariffs follow it.
";

const JOBS: &str = "
# Log jobs. A row an interval; times are 1s, 15min, 1h, 1d, ages also 10y (a year has 366 days here).
";

const TARIFFS: &str = "
# Calendar of tariffs: the first row that fits decides, else tariff 1.
";

const SETTINGS: &str = "
# Settings; docs/configuration.md has their names and ranges.

[settings]
";

/// A value as a configuration says it: its name, or the number where it has none.
pub(super) fn setting_text(row: &Setting, value: i64) -> String {
    let named = row.names.iter().find(|(number, _)| *number == value);
    named.map_or_else(|| value.to_string(), |(_, name)| quoted(name))
}

impl Configuration {
    /// Writes it; what is read from it again is equal.
    pub fn to_toml(&self) -> String {
        let mut text = format!("{HEAD}zone = {}\n{JOBS}", quoted(self.zone.name()));
        for job in &self.jobs {
            write_job(&mut text, job);
        }
        text.push_str(TARIFFS);
        for row in &self.tariffs.0 {
            write_row(&mut text, row);
        }
        if !self.settings.is_empty() {
            text.push_str(SETTINGS);
        }
        for (id, value) in &self.settings {
            text += &format!("{} = {}\n", id.row().slug, setting_text(id.row(), *value));
        }
        text
    }
}

fn write_job(text: &mut String, job: &Job) {
    let time = |seconds: u64| quoted(&units::time_text(seconds));
    *text += &format!("\n[[log]]\nname = {}\n", quoted(&job.name));
    *text += &format!("interval = {}\n", time(job.interval_s.into()));
    let meters = match &job.meters {
        Meters::All => vec!["all".to_owned()],
        Meters::Modules => vec!["modules".to_owned()],
        Meters::These(meters) => meters.iter().map(|id: &MeterId| id.slug()).collect(),
    };
    *text += &format!("meters = {}\n", list(meters));
    *text += &format!("points = {}\n", list(job.points.clone()));
    let aggregates = job.aggregates.iter().map(|aggregate| aggregate.slug().to_owned());
    *text += &format!("aggregates = {}\n", list(aggregates.collect()));
    if let Some(age_s) = job.keep.age_s {
        *text += &format!("keep = {}\n", time(age_s));
    }
    if let Some(bytes) = job.keep.bytes {
        *text += &format!("keep_bytes = {}\n", quoted(&units::size_text(bytes)));
    }
    if let Some(thin) = job.keep.thin {
        let (after, interval) = (time(thin.after_s), time(thin.interval_s.into()));
        *text += &format!("thin = {{ after = {after}, interval = {interval} }}\n");
    }
}

fn write_row(text: &mut String, row: &TariffRow) {
    *text += &format!("\n[[tariff]]\ntariff = {}\n", row.tariff);
    if let Some((from, to)) = row.season {
        let [from, to] = [from, to].map(|day| quoted(&units::month_day_text(day)));
        *text += &format!("from = {from}\nto = {to}\n");
    }
    let days = row.days.iter().map(|day| units::weekday_text(*day).to_owned()).collect();
    let dates = row.dates.iter().map(|day| units::named_day_text(*day)).collect();
    let at = row.at.iter().map(|at| units::day_times_text(*at)).collect();
    for (key, values) in [("days", days), ("dates", dates), ("at", at)] {
        let values: Vec<String> = values;
        if !values.is_empty() {
            *text += &format!("{key} = {}\n", list(values));
        }
    }
}

fn list(items: Vec<String>) -> String {
    let items: Vec<String> = items.iter().map(|item| quoted(item)).collect();
    format!("[{}]", items.join(", "))
}

/// Names, paths and numbers with units have nothing in them that would have to be escaped.
fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}
