//! What the Telegram console keeps in the database: who may act, codes to pair with, stored
//! updates, buttons, and messages that wait to be sent (CONSOLE.md). No Telegram client and
//! no text for people here; those are in the binary.

pub mod callbacks;
pub mod inbox;
pub mod intake;
pub mod messages;
pub mod operators;
pub mod outbox;
pub mod pairing;
pub mod preferences;
pub mod refusals;
pub mod roles;
pub mod summary;
pub mod webhook;

/// The channel's name, in logs and in `/health`.
pub const CHANNEL: &str = "telegram";
