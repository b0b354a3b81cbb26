//! The configuration of the program: layers of TOML, read to values with errors that name file and line.
