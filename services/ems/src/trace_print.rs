//! A trace for people: one paragraph a station.

use crate::failure::Failure;
use crate::table::Table;
use crate::trace_document::{Counts, Power, Register, Station, Trace, Window, WindowMeans};
use std::io::Write;

/// Prints a trace.
pub fn print(out: &mut impl Write, trace: &Trace) -> Result<(), Failure> {
    writeln!(
        out,
        "{} at {} s of {} ({}, seed {})\n",
        trace.point, trace.at_s, trace.scenario, trace.wiring, trace.seed
    )?;
    show(out, "terminals, in closed form", &trace.terminals, |signals| {
        let mut table = Table::new(&["channel", "rms", "unit", "angle"]).right(&[1, 3]);
        for sine in &signals.channels {
            let angle = format!("{} deg", fixed(sine.angle_deg, 2));
            table.row(&[sine.channel, &format!("{:.4}", sine.rms), sine.unit, &angle]);
        }
        format!("{table}{}", powers(&signals.powers))
    })?;
    show(out, "front end, counts", &trace.front_end, |channels| counts(channels))?;
    show(out, "samples, calibrated", &trace.samples, |signals| {
        let mut table = Table::new(&["channel", "rms", "unit"]).right(&[1]);
        for rms in &signals.channels {
            table.row(&[rms.channel, &format!("{:.4}", rms.rms), rms.unit]);
        }
        format!("{table}{}", powers(&signals.powers))
    })?;
    window(out, &trace.window)?;
    reading(out, trace)?;
    show(out, "registers, Modbus", &trace.registers, |rows| registers(rows))
}

/// A station's heading, and what it shows or why it does not.
fn show<T>(
    out: &mut impl Write,
    heading: &str,
    station: &Station<T>,
    text: impl FnOnce(&T) -> String,
) -> Result<(), Failure> {
    match station {
        Station::Shows(shown) => {
            writeln!(out, "{heading}")?;
            for line in text(shown).lines() {
                writeln!(out, "  {line}")?;
            }
        }
        Station::Absent(reason) => writeln!(out, "{heading}: none; {reason}")?,
    }
    writeln!(out)?;
    Ok(())
}

/// Lines under the table of the channels.
fn powers(powers: &[Power]) -> String {
    let line =
        |power: &Power| format!("{}: mean product {} W\n", power.phase, fixed(power.watts, 3));
    powers.iter().map(line).collect()
}

fn counts(channels: &[Counts]) -> String {
    let mut table =
        Table::new(&["channel", "rms", "smallest", "largest", "clipped"]).right(&[1, 2, 3]);
    for counts in channels {
        table.row(&[
            counts.channel,
            &format!("{:.0}", counts.rms),
            &counts.smallest.to_string(),
            &counts.largest.to_string(),
            if counts.clipped { "yes" } else { "no" },
        ]);
    }
    table.to_string()
}

fn window(out: &mut impl Write, window: &Window) -> Result<(), Failure> {
    writeln!(
        out,
        "window: {:.6} s to {:.6} s (samples {:.3} to {:.3}), {} cycles\n",
        window.start_s, window.end_s, window.start_sample, window.end_sample, window.cycles
    )?;
    show(out, "its means", &window.means, means)
}

fn means(means: &WindowMeans) -> String {
    let mut table = Table::new(&["phase", "V", "A", "W", "var"]).right(&[1, 2, 3, 4]);
    for phase in &means.phases {
        let numbers = [phase.volts, phase.amperes].map(|value| format!("{value:.4}"));
        let powers = [phase.watts, phase.vars].map(|value| fixed(value, 3));
        table.row(&[phase.phase, &numbers[0], &numbers[1], &powers[0], &powers[1]]);
    }
    let pairs = means.pairs.iter().map(|pair| format!("{}: {:.4} V\n", pair.pair, pair.volts));
    let neutral = means.neutral_amperes.map(|amperes| format!("neutral: {amperes:.4} A\n"));
    format!("{table}{}{}", pairs.collect::<String>(), neutral.unwrap_or_default())
}

fn reading(out: &mut impl Write, trace: &Trace) -> Result<(), Failure> {
    let reading = &trace.reading;
    let value = number(reading.value, reading.resolution);
    let gap = if reading.unit.is_empty() { "" } else { " " };
    writeln!(
        out,
        "reading: {value}{gap}{}, {}, over {}\n",
        reading.unit, reading.quality, reading.over
    )?;
    Ok(())
}

fn registers(rows: &[Register]) -> String {
    let heading = ["unit", "hex", "address", "1-based", "FC", "type", "whose", "words", "value"];
    let mut table = Table::new(&heading).right(&[2, 3, 8]);
    for row in rows {
        table.row(&[
            &row.unit_id.to_string(),
            &row.address_hex,
            &row.address.to_string(),
            &row.modicom.to_string(),
            row.functions,
            row.kind,
            row.owner,
            &row.words.join(" "),
            &number(row.value, 1.0 / row.weight),
        ]);
    }
    table.to_string()
}

/// A value in steps of its resolution.
fn number(value: Option<f64>, resolution: f64) -> String {
    let decimals = (-resolution.log10()).round().max(0.0) as usize;
    value.map_or_else(|| "-".to_string(), |value| fixed(value, decimals))
}

/// So many decimals; a zero has no sign.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.trim_start_matches('-').chars().all(|c| matches!(c, '0' | '.'));
    if is_zero { text.trim_start_matches('-').to_string() } else { text }
}
