//! The sandbox through its public door: raw HTTP as a bot would send it, and played people.

#![allow(clippy::unwrap_used, missing_docs)]

mod bench;
mod callbacks;
mod editing;
mod fault_injection;
mod groups;
mod menus;
mod page;
mod polling;
mod sending;
mod teloxide_client;
mod webhooks;
mod wire;
