//! Log jobs as data, and how images become rows.
