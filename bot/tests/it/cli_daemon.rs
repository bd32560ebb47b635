//! The built program against a real daemon: every command end to end, what it prints and how
//! it exits, and what the daemon does when it is stopped, killed, doubled or out of disk.
//!
//! Each test starts a daemon of its own on a temporary data directory; nothing is shared and
//! nothing sleeps except while waiting, with a bound, for something to happen.

mod agent;
mod audit;
mod claim;
mod configuration;
#[cfg(target_os = "linux")]
mod disk;
mod doctor;
mod door;
mod home;
mod http;
mod language;
mod lifecycle;
mod logs;
mod machine;
mod mcp_hand_over;
mod mcp_refresh_token;
mod mcp_serve;
mod mcp_setup;
mod mcp_setup_refused;
mod mcp_setup_write;
mod mcp_status;
mod question;
mod restore;
mod session;
mod session_wallet;
mod wallet;
