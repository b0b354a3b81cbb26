//! Sockets, TLS, limits and dispatch: everything between a connection and a handler.

pub mod assets;
pub mod certificate;
pub mod dispatch;
pub mod limits;
pub mod live_socket;
pub mod security;
pub mod server;
mod x509;
