//! The protocol crate through its public door: data directory, token file, lock and pending
//! entry on a real file system. Scenario ids are those of PROTOCOL.md section 11.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(
    clippy::disallowed_methods,
    reason = "a child process is told its part by its environment"
)]

mod data_dir;
mod scene;
mod token_file_crash;
mod token_file_lock;
mod token_file_pending;
mod token_file_read;
mod token_file_select;
mod token_file_write;
