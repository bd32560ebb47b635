//! The program through its doors: one test binary for the whole crate.
#![allow(clippy::unwrap_used, missing_docs)]

mod cli;
mod config;
mod console_new_session;
mod harness;
mod demo;
