//! A local, strict stand-in for the Telegram Bot API, with the person's side of the chat.
//!
//! The tests and `waiaas demo` run the real bot against it: it refuses what Telegram refuses,
//! in Telegram's words, and lets a test play people, advance time and break the network.
//! Nothing here knows the daemon, its sessions or its texts, and nothing here talks to any
//! address but loopback: the crate must stay usable as a judge of the bot it serves.

mod api;
mod calls;
mod chat;
mod clock;
mod commands;
mod config;
mod entity;
mod error;
mod faults;
mod html;
mod keyboard;
mod note;
mod page;
mod person;
mod queries;
mod sandbox;
mod server;
mod state;
mod updates;
mod view;
mod webhook;

pub use calls::{Call, Outcome};
pub use clock::{Clock, SystemClock};
pub use config::{BotSpec, GroupSpec, PersonSpec, SandboxConfig};
pub use entity::Entity;
pub use error::{PersonError, SandboxError, WaitTimeout};
pub use faults::{Fault, Faults, FloodLimit};
pub use html::{HtmlError, parse_html};
pub use keyboard::Button;
pub use note::NoteField;
pub use person::Person;
pub use sandbox::Sandbox;
pub use view::{ChatView, MessageView, Toast};
