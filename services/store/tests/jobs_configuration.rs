//! The configuration: what is read, what is refused and in which words, and what is written.

use catalog::SettingId;
use image::MeterId;
use port::SlotId;
use store::Aggregate;
use store::calendar::tariff::DayTimes;
use store::history::{Keep, Thin};
use store::job::{Configuration, Meters, key_tables};

const WHOLE: &str = r#"
zone = "Europe/Paris"

[[log]]
name = "house"
interval = "15min"
meters = ["main", "esy3"]
points = ["active_power.*", "active_energy_import.total.system"]
aggregates = ["max_at", "delta"]
keep = "10y"
keep_bytes = "500MB"
thin = { after = "31d", interval = "1h" }

[[tariff]]
tariff = 2
from = "11-01"
to = "03-31"
days = ["mon..fri"]
dates = ["2026-12-25", "12-26"]
at = ["22:00-06:00"]

[[tariff]]
tariff = 2
days = ["sun"]

[settings]
tariff_mode = "by_calendar"
demand_interval_min = 30
"#;

#[test]
fn a_job_says_what_is_logged() {
    let configuration = Configuration::parse(WHOLE).unwrap();
    assert_eq!(configuration.zone.name(), "Europe/Paris");
    let job = &configuration.jobs[0];
    let third = MeterId::Esy(SlotId::new(3).unwrap());
    assert_eq!(job.meters, Meters::These(vec![MeterId::Main, third]));
    let thin = Some(Thin { after_s: 31 * 86_400, interval_s: 3600 });
    let keep = Keep { age_s: Some(3660 * 86_400), bytes: Some(500_000_000), thin };
    assert_eq!((job.interval_s, job.keep), (900, keep));
    let layout = job.layout(&[MeterId::Main]);
    let paths: Vec<String> = layout.columns.iter().map(|column| column.path()).collect();
    assert_eq!(paths.len(), 2 * (4 * 2 + 2));
    assert_eq!(paths[..2], ["main/active_power.system/max", "main/active_power.system/max_at"]);
    assert_eq!(paths[18], "esy3/active_energy_import.total.system/last", "a gain has its standing");
    let settings = [(SettingId::TariffMode, 3), (SettingId::DemandIntervalMin, 30)];
    assert_eq!(configuration.settings, settings);
    let row = &configuration.tariffs.0[0];
    assert_eq!((row.days.len(), row.dates.len()), (5, 2));
    assert_eq!(row.at, [DayTimes { from_min: 1320, to_min: 360 }]);
}

/// Exported, edited and imported again.
#[test]
fn what_is_written_is_read_again() {
    for configuration in [Configuration::default(), Configuration::parse(WHOLE).unwrap()] {
        let text = configuration.to_toml();
        assert_eq!(Configuration::parse(&text).unwrap(), configuration, "{text}");
    }
}

/// [G7] As delivered: powers and energies by the minute, the second and the demand interval.
#[test]
fn the_state_of_delivery_logs_minutes_seconds_and_profiles() {
    let jobs = Configuration::default().jobs;
    let names: Vec<(&str, u32)> =
        jobs.iter().map(|job| (job.name.as_str(), job.interval_s)).collect();
    let expected =
        [("minutes", 60), ("modules", 60), ("seconds", 1), ("demand", 900), ("extremes", 900)];
    assert_eq!(names, expected);
    let module = MeterId::Esy(SlotId::new(3).unwrap());
    assert!(jobs[1].layout(&[MeterId::Main]).columns.is_empty());
    assert!(jobs[1].layout(&[MeterId::Main, module]).columns.iter().all(|c| c.meter == module));
    let counts = |what| {
        jobs.iter()
            .map(|job| {
                let layout = job.layout(&[MeterId::Main]);
                layout.columns.iter().filter(|column| column.aggregate == what).count()
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(counts(Aggregate::Delta), [44, 0, 8, 17, 0]);
    assert_eq!(counts(Aggregate::Last), [44, 0, 8, 17 + 16, 0], "standings, and the demands");
    assert_eq!(counts(Aggregate::Mean)[3], 0);
    assert_eq!(counts(Aggregate::MaxAt)[4], counts(Aggregate::Max)[4]);
}

/// An error has its line, what was wanted, and what to do.
#[test]
fn what_is_wrong_is_said_with_its_line_and_a_remedy() {
    let log = |from: &str, to: &str| WHOLE.replace(from, to);
    let cases = [
        (
            log("zone = \"Europe/Paris\"", "zone = \"Europe/Pari\""),
            "line 2: unknown zone \"Europe/Pari\"; did you mean \"Europe/Paris\"?",
        ),
        (
            log("zone = ", "zon = "),
            "line 2: unknown key in a configuration: \"zon\"; did you mean \"zone\"?",
        ),
        (
            log("tariff_mode = ", "tarif_mode = "),
            "line 27: unknown setting \"tarif_mode\"; did you mean \"tariff_mode\"?",
        ),
        (
            log("\"by_calendar\"", "\"by_moon\""),
            "line 27: tariff_mode must be \"off\", \"by_command\", \"by_input\", \"by_calendar\"",
        ),
        (
            log("demand_interval_min = 30", "demand_interval_min = 31"),
            "line 28: demand_interval_min must be \"1\", \"5\", \"10\", \"15\", \"20\", \"30\", \"60\"",
        ),
        (
            log("interval = \"15min\"", "interval = \"7min\""),
            "line 6: interval = \"7min\" does not divide a day; take 400s or 432s",
        ),
        (
            log("interval = \"15min\"", "interval = \"2d\""),
            "line 6: interval = \"2d\" does not divide a day; take 1d",
        ),
        (
            log("interval = \"15min\"", "interval = 15"),
            "line 6: interval is a text; write it in quotation marks",
        ),
        (
            log("interval = \"15min\"", "interval = \"fast\""),
            "line 6: interval = \"fast\" is no length of time; write it like \"15min\"",
        ),
        (
            log("interval = \"15min\"\n", ""),
            "line 4: [[log]] needs interval: Length of an interval, 1s to 1d (s, min, h, d); a day has a whole number of them. Write interval = \"1min\"",
        ),
        (log("\"esy3\"", "\"esy11\""), "line 7: unknown meter \"esy11\"; did you mean \"esy1\"?"),
        (
            log("active_power.*", "active_pwer.system"),
            "line 8: unknown point \"active_pwer.system\"; did you mean \"active_power.system\"?",
        ),
        (
            log("\"max_at\"", "\"maxat\""),
            "line 9: unknown aggregate \"maxat\"; did you mean \"max_at\"?",
        ),
        (
            log("\"max_at\", \"delta\"", "\"max\""),
            "line 8: none of the aggregates fits \"active_energy_import.total.system\"; add one that does, such as \"last\", or leave it out",
        ),
        (
            log(", \"active_energy_import.total.system\"", ""),
            "line 9: \"delta\" fits none of the points; delta is for counters, the others but last are for what is no counter",
        ),
        (
            log("\"500MB\"", "\"500 megs\""),
            "line 11: keep_bytes = \"500 megs\" is no size; write it like \"500MB\"",
        ),
        (
            log("\"10y\"", "\"31d\""),
            "line 12: rows go after 31d, before they are thinned after 31d; keep them longer, or do not thin",
        ),
        (
            log("\"10y\"", "\"ever\""),
            "line 10: keep = \"ever\" is no age; write it like \"31d\" or \"10y\"",
        ),
        (
            log("interval = \"1h\"", "interval = \"20min\""),
            "line 12: thinning 15min to 20min makes no whole intervals; take a multiple of 15min",
        ),
        (
            log("name = \"house\"", "name = \"My House\""),
            "line 5: name = \"My House\" is no name; take small letters, digits, - and _, at most 32",
        ),
        (log("to = \"03-31\"\n", ""), "line 14: from without to; a season has both ends"),
        (
            log("22:00-06:00", "22-6"),
            "line 20: at: \"22-6\" is not a range of times, like \"22:00-06:00\"",
        ),
        (
            log("from = \"11-01\"", "from = \"11-31\""),
            "line 16: from: \"11-31\" is not a day of the year, like \"11-01\"",
        ),
        (
            log("days = [\"sun\"]", "days = [\"sunday\"]"),
            "line 24: days: \"sunday\" is not a day, like \"mon\" or \"mon..fri\"",
        ),
        (
            WHOLE.replacen("tariff = 2", "tariff = 3", 1),
            "line 15: tariff must be 1 or 2; the meter has no others",
        ),
        (
            format!(
                "{WHOLE}{}",
                &WHOLE[WHOLE.find("[[log]]").unwrap()..WHOLE.find("[[tariff]]").unwrap()]
            ),
            "line 29: a second job \"house\"; give it another name",
        ),
        (log("zone = ", "zone = = "), "line 2: this is no TOML: "),
    ];
    for (text, wanted) in cases {
        let error = Configuration::parse(&text).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "\nfound  {error}\nwanted {wanted}");
    }
}

/// The page of the documentation has the tables of keys that the reader knows.
#[test]
fn the_documentation_has_every_key() {
    let page = include_str!("../../../docs/configuration.md");
    let tables = key_tables();
    assert!(page.contains(&tables), "docs/configuration.md wants\n{tables}");
    assert!(page.contains(&Configuration::default().to_toml()), "the state of delivery");
}
