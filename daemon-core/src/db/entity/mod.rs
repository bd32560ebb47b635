//! One file per table. A row type never leaves the repository files that use it.

pub mod agent;
pub mod agent_wallet;
pub mod audit_entry;
pub mod callback;
pub mod claim_code;
pub mod daily_summary;
pub mod lease;
pub mod notification;
pub mod notification_log;
pub mod notification_preference;
pub mod operator;
pub mod pairing_attempt;
pub mod pairing_code;
pub mod quiet_hours;
pub mod session;
pub mod session_alert;
pub mod session_wallet;
pub mod signing_key;
pub mod system_state;
pub mod telegram_message;
pub mod telegram_outbox;
pub mod telegram_refusal;
pub mod telegram_update;
pub mod transaction;
pub mod wallet;
