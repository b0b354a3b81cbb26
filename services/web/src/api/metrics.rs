//! Values in the text format of Prometheus: base units, names made from the catalogue.

use crate::Web;
use crate::call::{Answer, Call};
use crate::problem::Problem;
use crate::values::rounded;
use catalog::{Point, QUANTITIES, Quantity, Unit, points};
use image::Image;
use std::fmt::Write;
use std::sync::Arc;

/// Joules of a kilowatt-hour.
const JOULES_PER_KWH: f64 = 3.6e6;

/// Seconds of an hour.
const SECONDS_PER_HOUR: f64 = 3600.0;

/// All values.
pub async fn metrics(web: Arc<Web>, _call: Call) -> Result<Answer, Problem> {
    let image = Arc::clone(&web.frames.borrow().image);
    let media = "text/plain; version=0.0.4; charset=utf-8";
    Ok(Answer::text(media, text(&image, &web.device.commit)))
}

/// The text for an image.
pub fn text(image: &Image, commit: &str) -> String {
    let mut out = String::new();
    for quantity in QUANTITIES {
        write_quantity(&mut out, image, quantity);
    }
    let identity = &image.identity;
    let (major, minor, revision) = identity.version;
    let info = [
        ("ems_build_info", "Which program measures.", "gauge"),
        ("ems_windows_total", "Windows that have closed.", "counter"),
        ("ems_value_age_seconds", "Age of the newest window of a meter.", "gauge"),
        ("ems_alarm", "Whether the alarm is raised.", "gauge"),
    ];
    for (name, help, kind) in info {
        head(&mut out, name, help, kind);
        match name {
            "ems_build_info" => line(
                &mut out,
                &format!(
                    "{name}{{version=\"{major}.{minor}.{revision}\",commit=\"{}\",software_id=\"{}\",simulated=\"{}\"}} 1",
                    escaped(commit),
                    escaped(&identity.software_id),
                    identity.simulated
                ),
            ),
            "ems_alarm" => line(&mut out, &format!("{name} {}", u8::from(image.io.alarm))),
            _ => {
                for meter in &image.meters {
                    let value = match name {
                        "ems_windows_total" => meter.windows as f64,
                        _ => image.time.seconds_since(meter.window_end).max(0.0),
                    };
                    line(&mut out, &format!("{name}{{meter=\"{}\"}} {value}", meter.id.slug()));
                }
            }
        }
    }
    out
}

fn write_quantity(out: &mut String, image: &Image, quantity: &'static Quantity) {
    let (name, factor) = name_of(quantity);
    let is_counter = name.ends_with("_total");
    head(out, &name, quantity.doc, if is_counter { "counter" } else { "gauge" });
    for meter in &image.meters {
        let own = points().iter().filter(|point| point.quantity.id == quantity.id);
        for point in own {
            // A value that is not there has no line: a gap is a gap in every chart.
            if let Some(value) = meter.get(point.id).value() {
                let labels = labels(&meter.id.slug(), &meter.name, point);
                let value = rounded(value, quantity.decimals) * factor;
                line(out, &format!("{name}{{{labels}}} {value}"));
            }
        }
    }
}

/// Name in base units, and what a value is multiplied with to be in them.
fn name_of(quantity: &Quantity) -> (String, f64) {
    let slug = quantity.slug;
    let (unit, factor) = match quantity.unit {
        Unit::Volt => ("volts", 1.0),
        Unit::Ampere => ("amperes", 1.0),
        Unit::Watt => ("watts", 1.0),
        Unit::Var => ("vars", 1.0),
        Unit::VoltAmpere => ("voltamperes", 1.0),
        Unit::Hertz => ("hertz", 1.0),
        Unit::Percent => ("ratio", 0.01),
        Unit::None => return (format!("ems_{slug}"), 1.0),
        Unit::KilowattHour => ("joules_total", JOULES_PER_KWH),
        Unit::KilovarHour => ("var_seconds_total", JOULES_PER_KWH),
        Unit::KilovoltAmpereHour => ("voltampere_seconds_total", JOULES_PER_KWH),
        Unit::Hour => ("seconds_total", SECONDS_PER_HOUR),
    };
    (format!("ems_{slug}_{unit}"), factor)
}

fn labels(meter: &str, name: &str, point: &Point) -> String {
    let mut labels = format!("meter=\"{meter}\",scope=\"{}\"", point.scope.slug());
    if let Some(register) = point.register {
        let _infallible = write!(labels, ",register=\"{}\"", register.slug());
    }
    if !name.is_empty() {
        let _infallible = write!(labels, ",name=\"{}\"", escaped(name));
    }
    labels
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn head(out: &mut String, name: &str, help: &str, kind: &str) {
    line(out, &format!("# HELP {name} {}", help.replace('\\', "\\\\").replace('\n', "\\n")));
    line(out, &format!("# TYPE {name} {kind}"));
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Identity, Reading, Timestamp};

    /// Base units, one type a name, and no line where there is no value.
    #[test]
    fn a_value_has_a_line_in_its_base_unit() {
        let mut image = Image::settling(Arc::new(Identity::default()), Timestamp { unix_ns: 0 });
        let energy =
            points().iter().find(|point| point.path() == "active_energy_import.total.system");
        image.meters[0].name = "a \"b\"\n".into();
        image.meters[0].readings.set(energy.expect("there").id, Reading::good(2.0));
        let text = text(&image, "abc");
        let wanted = "ems_active_energy_import_joules_total{meter=\"main\",scope=\"system\",\
            register=\"total\",name=\"a \\\"b\\\"\\n\"} 7200000\n";
        assert!(text.contains(wanted), "{text}");
        assert!(!text.contains("ems_voltage_ln_volts{"), "it is settling");
        let mut names: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup_by_key(|line| line.split(' ').next().unwrap_or("").to_string());
        assert_eq!(names.len(), count, "a name has one type");
    }
}
