//! The handlers, by noun. Each file begins with the rows of its operations.

pub mod dashboards;
pub mod description;
pub mod events;
pub mod front;
pub mod health;
pub mod history;
pub mod measurements;
pub mod meters;
pub mod metrics;
pub mod ports;
pub mod reports;
pub mod services;
pub mod session;
pub mod set_up;
pub mod settings;
pub mod twin;
pub mod upkeep;
pub mod users;
