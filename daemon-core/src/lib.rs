//! The waiaas daemon without its bot: sessions, agents, wallets, audit, notifications and
//! the two HTTP doors.
//!
//! One folder per noun. Inside a noun: `mod.rs` holds pure values and rules, `repo.rs` the
//! SQL and no rules, `service.rs` the use cases that join both in one transaction. Nothing
//! in this crate reads the real clock, the environment or the system's randomness; all
//! three are injected through [`core::Core`].

pub mod actor;
pub mod agent;
pub mod audit;
pub mod claim;
pub mod clock;
pub mod config;
pub mod console;
pub mod core;
pub mod db;
pub mod entropy;
pub mod error;
pub mod http;
pub mod i18n;
pub mod issue;
pub mod lease;
pub mod name;
pub mod notify;
pub mod session;
pub mod setup;
pub mod system;
pub mod token;
pub mod wallet;

pub use crate::core::Core;
pub use crate::error::Error;
