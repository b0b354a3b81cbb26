//! The frames of the ESY bus: what a module answers, as registers, and how readings become frames and back.
