//! `ems map`: a protocol's map, made from the catalogue.

use crate::cli::{MapArgs, MapFormat, MapProtocol};
use crate::failure::Failure;
use std::io::Write;

/// Prints the map.
pub fn print(arguments: &MapArgs) -> Result<(), Failure> {
    let text = match (arguments.protocol, arguments.format) {
        (MapProtocol::Modbus, MapFormat::Md) => modbus::map::to_markdown(),
        (MapProtocol::Modbus, MapFormat::Csv) => modbus::map::to_csv(),
        (MapProtocol::Modbus, MapFormat::Json) => modbus::map::to_json(),
        (MapProtocol::Esy, MapFormat::Md) => esy::to_markdown(),
        (MapProtocol::Esy, MapFormat::Csv) => esy::to_csv(),
        (MapProtocol::Esy, MapFormat::Json) => esy::to_json(),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        writeln!(out)?;
    }
    Ok(())
}
