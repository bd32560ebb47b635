//! The agent's side through its doors: one test binary for the whole crate.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod agent_side;
mod daemon;
mod door;
mod keeper;
mod keeper_answers;
mod keeper_files;
mod keeper_load;
mod keeper_outages;
mod keeper_schedule;
mod keeper_traps;
mod keeper_unauthorized;
mod mcp_client;
mod server_calls;
mod server_lists;
mod server_news;
mod server_resources;
mod server_tools;
mod token;
