//! Tokens on the daemon's side: minting and verifying (pure, no I/O), and the signing keys
//! at rest (PROTOCOL.md section 2).

pub mod claims;
pub mod keyring;
pub mod repo;
pub mod secret;
pub mod service;
