//! What the daemon and its clients share: identifiers, token text, token file, error
//! registry and JSON bodies.
//!
//! There is no database, no HTTP and no clock here: every function that needs a time takes
//! it as an argument, so that the same rules can be tested on any machine.

pub mod claim_code;
pub mod data_dir;
pub mod error_code;
pub mod ids;
pub mod time;
pub mod token;
pub mod token_file;
pub mod wire;
