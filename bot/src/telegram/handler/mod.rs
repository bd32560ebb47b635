//! What each command and each button does. A handler decides and commits; its words are in
//! `view`, and nothing here waits for Telegram.

pub(super) mod agents;
pub(super) mod audit;
pub(super) mod claim;
pub(super) mod help;
pub(super) mod kill_switch;
pub(super) mod language;
pub(super) mod new_session;
pub(super) mod notify;
pub(super) mod pairing;
pub(super) mod role;
pub(super) mod sessions;
pub(super) mod status;
pub(super) mod stranger;
pub(super) mod tap;
pub(super) mod wallets;
