//! The migrations through their public door, each step on data made by the step before it.
#![allow(clippy::unwrap_used, missing_docs)]

mod audit;
mod care;
mod channels;
mod claims;
mod dump;
mod newer;
mod old_data;
mod preferences;
mod renewal;
mod rollback;
mod runner;
mod safe_rotation;
mod schema;
mod session_wallets;
