//! `ems catalog`: the table of quantities, for people and programs.

use crate::failure::Failure;
use crate::table::Table;
use catalog::{Display, QUANTITIES, Quantity, Sign};
use serde::Serialize;
use std::io::Write;

#[derive(Serialize)]
struct Document {
    schema: u32,
    quantities: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    quantity: &'static str,
    name: &'static str,
    unit: &'static str,
    resolution: f64,
    decimals: u8,
    sign: &'static str,
    class: &'static str,
    display: &'static str,
    places: Vec<Place>,
    doc: &'static str,
}

#[derive(Serialize)]
struct Place {
    register: Option<&'static str>,
    scopes: Vec<&'static str>,
}

/// Prints the table.
pub fn print(json: bool) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    if json {
        let document = Document { schema: 1, quantities: QUANTITIES.iter().map(entry).collect() };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Failure::Internal(error.to_string()))?;
        writeln!(out, "{text}")?;
        return Ok(());
    }
    let mut table =
        Table::new(&["quantity", "unit", "resolution", "sign", "registers: scopes", "meaning"]);
    for quantity in QUANTITIES {
        table.row(&[
            quantity.slug,
            quantity.unit.symbol(),
            &format!("{:.*}", usize::from(quantity.decimals), quantity.resolution()),
            sign(quantity.sign),
            &places(quantity),
            quantity.doc,
        ]);
    }
    write!(out, "{table}")?;
    Ok(())
}

fn entry(quantity: &Quantity) -> Entry {
    Entry {
        quantity: quantity.slug,
        name: quantity.name,
        unit: quantity.unit.symbol(),
        resolution: quantity.resolution(),
        decimals: quantity.decimals,
        sign: sign(quantity.sign),
        class: match quantity.class {
            catalog::Class::Live => "live",
            catalog::Class::Demand => "demand",
            catalog::Class::Energy => "energy",
            catalog::Class::Hours => "hours",
        },
        display: display(quantity.display),
        places: quantity
            .places
            .iter()
            .map(|(register, scopes)| Place {
                register: register.map(catalog::Register::slug),
                scopes: scopes.iter().map(|scope| scope.slug()).collect(),
            })
            .collect(),
        doc: quantity.doc,
    }
}

fn places(quantity: &Quantity) -> String {
    let scopes = |scopes: &[catalog::Scope]| {
        scopes.iter().map(|scope| scope.slug()).collect::<Vec<_>>().join(" ")
    };
    let parts: Vec<String> = quantity
        .places
        .iter()
        .map(|(register, at)| match register {
            Some(register) => format!("{}: {}", register.slug(), scopes(at)),
            None => scopes(at),
        })
        .collect();
    parts.join("; ")
}

fn sign(sign: Sign) -> &'static str {
    match sign {
        Sign::Unsigned => "unsigned",
        Sign::ImportPositive => "import positive",
        Sign::InductivePositive => "inductive positive",
        Sign::Code => "code",
    }
}

fn display(display: Display) -> &'static str {
    match display {
        Display::FiveOne => "5+1",
        Display::FiveThree => "5+3",
        Display::TwoDecimals => "0.01",
        Display::EightThree => "8+3",
        Display::HoursMinutes => "hh:mm",
        Display::NotShown => "not shown",
    }
}
