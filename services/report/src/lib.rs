//! A certificate for people: PDF, pictures and tables.
