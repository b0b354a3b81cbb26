//! Questions to the history: range, step, aggregate.
