//! The database schema as a chain of steps, and the runner that applies it.
//!
//! This file holds the order and nothing else. One file per step; a step is never edited once it
//! has been released, and imports nothing of ours, so that a later change of an entity cannot
//! change what an old step does. Steps only go forward: the way back is a backup.

mod database;
mod error;
mod lock;
mod m20260201_000001_initial;
mod m20260208_000002_renewal;
mod m20260215_000003_session_wallets;
mod m20260222_000004_safe_rotation;
mod m20260301_000005_console;
mod m20260308_000006_claims;
mod m20260315_000007_preferences;
mod m20260322_000008_channels;
mod m20260405_000009_care;
mod run;
mod status;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

pub use error::MigrationError;
pub use run::{LOCK_WAIT_MAX_S, MigrationReport, migrate, migrate_to};
#[doc(hidden)]
pub use run::{Rehearsal, rehearse, session_wallets_statements};
pub use status::{StepStatus, status};

/// Names of all steps, in the order in which they are applied.
pub const STEPS: [&str; 9] = [
    "m20260201_000001_initial",
    "m20260208_000002_renewal",
    "m20260215_000003_session_wallets",
    "m20260222_000004_safe_rotation",
    "m20260301_000005_console",
    "m20260308_000006_claims",
    "m20260315_000007_preferences",
    "m20260322_000008_channels",
    "m20260405_000009_care",
];

/// The chain for SeaORM; programs call [`migrate`], which prepares the connection that step 3
/// needs and checks foreign keys before each commit.
#[derive(Debug, Clone, Copy, Default)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        chain(None)
    }
}

/// The steps in order; `fail_before` makes step 3 fail before its n-th statement.
fn chain(fail_before: Option<usize>) -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20260201_000001_initial::Migration),
        Box::new(m20260208_000002_renewal::Migration),
        Box::new(m20260215_000003_session_wallets::Migration { fail_before }),
        Box::new(m20260222_000004_safe_rotation::Migration),
        Box::new(m20260301_000005_console::Migration),
        Box::new(m20260308_000006_claims::Migration),
        Box::new(m20260315_000007_preferences::Migration),
        Box::new(m20260322_000008_channels::Migration),
        Box::new(m20260405_000009_care::Migration),
    ]
}
