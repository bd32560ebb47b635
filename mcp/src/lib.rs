//! The agent's side: the MCP server that an agent's client starts over stdio, with the session
//! keeper inside (PROTOCOL.md section 7).
//!
//! A client of the daemon's agents' door and of nothing else: it shares the token file, the
//! error codes and the JSON bodies with the daemon through `waiaas-protocol`, and never sees
//! the daemon's own code. Time, randomness and the environment are handed in.

pub mod api_client;
pub mod claim;
pub mod clock;
pub mod door;
pub mod guidance;
mod resources;
pub mod server;
pub mod session_manager;
mod tools;
