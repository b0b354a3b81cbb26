//! The keys of a configuration as tables: what the reader knows, and what the documentation says.

use super::write::setting_text;
use catalog::SETTINGS;

/// A key of a table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    pub name: &'static str,
    /// How a value is written.
    pub example: &'static str,
    /// What stands if it is left out; none: it is needed.
    pub usual: Option<&'static str>,
    pub doc: &'static str,
}

impl Key {
    pub fn is_needed(&self) -> bool {
        self.usual.is_none()
    }
}

const fn needed(name: &'static str, example: &'static str, doc: &'static str) -> Key {
    Key { name, example, usual: None, doc }
}

const fn usually(
    name: &'static str,
    example: &'static str,
    usual: &'static str,
    doc: &'static str,
) -> Key {
    Key { name, example, usual: Some(usual), doc }
}

#[rustfmt::skip]
pub(super) const TOP: &[Key] = &[
    usually("zone",   r#""Europe/Paris""#, "UTC",              "Zone of the local clock, by its IANA name."),
    usually("log",    "`[[log]]`",         "nothing is logged", "The log jobs, at most 16."),
    usually("settings", "`[settings]`",    "as they are",      "Settings by their names, each with the name or the number of its value; those left out stay as they are."),
    usually("tariff", "`[[tariff]]`",      "always tariff 1",  "Rows of the calendar of tariffs; the first that fits decides, else tariff 1."),
];

#[rustfmt::skip]
pub(super) const LOG: &[Key] = &[
    needed("name",        r#""minutes""#,                   "Name of the job, unique: small letters, digits, - and _, at most 32."),
    needed("interval",    r#""1min""#,                      "Length of an interval, 1s to 1d (s, min, h, d); a day has a whole number of them."),
    usually("meters",     r#"["main", "esy1"]"#, "all",     "Meters: main, esy1 to esy10, modules (all of them), or all that there are."),
    needed("points",      r#"["live", "energies"]"#,        "Paths of points, * for one part of a path, or a group: all, live, demand, energies, hours."),
    needed("aggregates",  r#"["mean", "delta"]"#,           "What of the points: mean, min, min_at, max, max_at, sum, last, delta. Each is used where it fits."),
    usually("keep",       r#""10y""#,            "for ever", "Age from which on rows may go (d, y; a year has 366 days here)."),
    usually("keep_bytes", r#""500MB""#,          "any size", "Size of the job's rows above which the oldest go (kB, MB, GB)."),
    usually("thin",       r#"{ after = "31d", interval = "1min" }"#, "never", "Makes few long rows of many short ones that are old."),
];

#[rustfmt::skip]
pub(super) const THIN: &[Key] = &[
    needed("after",    r#""31d""#,  "Age from which on rows are thinned."),
    needed("interval", r#""1min""#, "Length of the new intervals, a multiple of the job's; a day has a whole number of them."),
];

#[rustfmt::skip]
pub(super) const TARIFF: &[Key] = &[
    needed("tariff",  "2",                         "The tariff, 1 or 2."),
    usually("from",   r#""11-01""#, "all year",    "First day of a season, month and day."),
    usually("to",     r#""03-31""#, "all year",    "Last day of the season; it may pass the end of the year."),
    usually("days",   r#"["sat", "sun"]"#, "every day", "Days of the week: mon, tue, wed, thu, fri, sat, sun, or ranges such as mon..fri."),
    usually("dates",  r#"["2026-12-25", "12-25"]"#, "none", "Named days beside those of the week, of one year or of all."),
    usually("at",     r#"["22:00-06:00"]"#, "all day", "Times of the local clock. A range that passes midnight belongs to the day on which it begins."),
];

/// Markdown tables of all keys.
pub fn key_tables() -> String {
    let tables = [
        ("The top of the file", TOP),
        ("`[[log]]`", LOG),
        ("`thin` of a job", THIN),
        ("`[[tariff]]`", TARIFF),
    ];
    let mut page = String::new();
    for (title, keys) in tables {
        page += &format!(
            "### {title}\n\n| key | for example | if left out | what |\n|---|---|---|---|\n"
        );
        for key in keys {
            let usual = key.usual.unwrap_or("needed");
            let example = key.example.trim_matches('`');
            page += &format!("| `{}` | `{example}` | {usual} | {} |\n", key.name, key.doc);
        }
        page.push('\n');
    }
    page + &settings_table()
}

/// The table of settings: what `[settings]` takes.
fn settings_table() -> String {
    let mut page = String::from(
        "### `[settings]`\n\n| key | values | as delivered | what |\n|---|---|---|---|\n",
    );
    for row in SETTINGS {
        let names: Vec<String> =
            row.names.iter().map(|(_, name)| format!("`\"{name}\"`")).collect();
        let values = match names.is_empty() {
            true => format!("{} to {}", row.range.0, row.range.1),
            false => names.join(", "),
        };
        let usual = setting_text(row, row.default);
        page += &format!("| `{}` | {values} | `{usual}` | {} |\n", row.slug, row.doc);
    }
    page
}
