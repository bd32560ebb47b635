//! The program through its doors: one test binary for the whole crate.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod architecture;
mod channels;
mod cli;
mod cli_daemon;
mod config;
mod console_access;
mod console_agents;
mod console_alerts;
mod console_audit;
mod console_change;
mod console_claim;
mod console_crash;
mod console_delivery;
mod console_kill_switch;
mod console_language;
mod console_new_session;
mod console_notify;
mod console_pairing;
mod console_roles;
mod console_secrets;
mod console_sessions;
mod console_wallets;
mod demo;
mod harness;
mod keeper;
mod korean;
mod mcp_clients;
mod mcp_start;
