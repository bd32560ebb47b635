//! The record of API calls, for assertions and snapshots. Neither the bot token nor a webhook
//! secret ever enters it.

use std::collections::VecDeque;

use serde_json::{Map, Value};

/// How many calls are remembered; the oldest go first.
const CALLS_MAX: usize = 10_000;
const REDACTED: &str = "[redacted]";

/// What came of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Answered with this result.
    Ok(Value),
    /// Refused.
    Error {
        /// The HTTP status and `error_code`.
        code: u16,
        /// The `description`.
        description: String,
    },
    /// The connection was cut before an answer; `applied` tells whether it took effect.
    NoAnswer {
        /// Whether the call was carried out although its answer was lost.
        applied: bool,
    },
}

/// One call of the Bot API.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Counts all calls of this sandbox from 1.
    pub number: u64,
    /// The method in lower camel case, such as `sendMessage`.
    pub method: String,
    /// The parameters as they were sent.
    pub params: Value,
    /// What came of it.
    pub outcome: Outcome,
}

impl Call {
    /// Whether the call was answered with success.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        matches!(self.outcome, Outcome::Ok(_))
    }
}

#[derive(Default)]
pub(crate) struct CallLog {
    calls: VecDeque<Call>,
    last_number: u64,
}

impl CallLog {
    pub(crate) fn record(&mut self, method: &str, params: &Map<String, Value>, outcome: Outcome) {
        let mut params = params.clone();
        if let Some(secret) = params.get_mut("secret_token") {
            *secret = Value::from(REDACTED);
        }
        self.last_number += 1;
        self.calls.push_back(Call {
            number: self.last_number,
            method: method.to_owned(),
            params: Value::Object(params),
            outcome,
        });
        if self.calls.len() > CALLS_MAX {
            self.calls.pop_front();
        }
    }

    pub(crate) fn all(&self) -> Vec<Call> {
        self.calls.iter().cloned().collect()
    }
}
