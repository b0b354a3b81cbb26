//! The codec of sealed columns.
