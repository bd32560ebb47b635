//! Alerts: events are put into the outbox in the transaction that causes them; a worker
//! hands them to channels (PROTOCOL.md section 10). Nothing is sent inside a transaction,
//! and no failing channel can delay or fail a request.

pub mod channel;
mod delivery;
pub mod event;
pub mod health;
mod lane;
pub mod outbox;
pub mod retention;
mod routing;
pub mod service;
pub mod trouble;
pub mod wording;
pub mod worker;
