//! The journal: rows and events as they happen, durable before they are acknowledged.
