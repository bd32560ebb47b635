//! The owner's console in Telegram (CONSOLE.md).
//!
//! The way of an update: `poller` or the webhook's door stores it, `inbox` takes it from the database and sends it
//! down the tree of `schema`, `auth` says who may, a `handler` decides and commits, `view`
//! puts it into words, and `sender` tells Telegram. Nothing waits for Telegram but
//! `receiving` and `sender`.

mod action;
mod auth;
mod channel;
mod client;
mod command;
mod console;
mod fault;
mod handler;
mod inbox;
mod menu;
mod poller;
mod preset;
mod probe;
mod receiving;
mod schema;
mod sender;
mod summary;
mod turn;
mod view;
mod webhook;
mod wording;

pub use client::ClientError;
pub use console::{Console, ConsoleSettings, Pacing};
pub(crate) use probe::{ProbeFault, SeenBot, SeenWebhook, look};
pub(crate) use wording::render as alert_words;
