//! The history: rows and events from the journal and the database, as one.
