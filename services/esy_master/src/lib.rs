//! The master of the ESY bus: addresses, discovery, polling within a stated time, back-off for the silent.
