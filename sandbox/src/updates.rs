//! The queue of updates that the bot has not confirmed, and which poll may read it.
//!
//! Long polling and the webhook both take from here; neither is implemented here.

use std::collections::VecDeque;
use std::time::Duration;

use serde_json::{Map, Value, json};

/// The first update id, so that an id is never mistaken for a small number in a test.
const FIRST_UPDATE_ID: i64 = 500_000_001;
/// How long Telegram keeps an update that nobody fetches.
const KEPT_S: i64 = 24 * 60 * 60;
/// How many unconfirmed updates are kept; the oldest go first.
const PENDING_MAX: usize = 10_000;
/// The kinds that are only delivered when they are asked for.
const ON_REQUEST_ONLY: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

struct Update {
    id: i64,
    queued_at: i64,
    body: Value,
}

/// Why a held poll was ended from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PollEnd {
    OtherPoll,
    SetWebhook,
}

pub(crate) struct UpdateQueue {
    pending: VecDeque<Update>,
    next_id: i64,
    allowed: Vec<String>,
    generation: u64,
    end: PollEnd,
    /// Nothing is handed out while set; polls are held, the webhook rests.
    pub(crate) paused: bool,
    /// The longest a poll is held, below the 50 s of the API.
    pub(crate) hold_max: Option<Duration>,
}

impl UpdateQueue {
    pub(crate) fn new() -> Self {
        Self {
            pending: VecDeque::new(),
            next_id: FIRST_UPDATE_ID,
            allowed: Vec::new(),
            generation: 0,
            end: PollEnd::OtherPoll,
            paused: false,
            hold_max: None,
        }
    }

    /// Queues an update, unless the bot did not ask for its kind.
    pub(crate) fn push(&mut self, kind: &str, payload: Value, now: i64) {
        let wanted = if self.allowed.is_empty() {
            !ON_REQUEST_ONLY.contains(&kind)
        } else {
            self.allowed.iter().any(|allowed| allowed == kind)
        };
        if !wanted {
            return;
        }
        let mut body = Map::new();
        body.insert("update_id".to_owned(), json!(self.next_id));
        body.insert(kind.to_owned(), payload);
        self.pending.push_back(Update {
            id: self.next_id,
            queued_at: now,
            body: body.into(),
        });
        self.next_id += 1;
        if self.pending.len() > PENDING_MAX {
            self.pending.pop_front();
        }
    }

    pub(crate) fn allow(&mut self, kinds: Vec<String>) {
        self.allowed = kinds;
    }

    pub(crate) fn allowed(&self) -> &[String] {
        &self.allowed
    }

    /// Forgets what the offset confirms: all below it, or all but the last `-offset`.
    pub(crate) fn confirm(&mut self, offset: i64) {
        if offset >= 0 {
            self.pending.retain(|update| update.id >= offset);
        } else {
            let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let forgotten = self.pending.len().saturating_sub(kept);
            self.pending.drain(..forgotten);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.pending.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// The first unconfirmed updates that are not too old.
    pub(crate) fn batch(&self, limit: usize, now: i64) -> Vec<Value> {
        if self.paused {
            return Vec::new();
        }
        self.pending
            .iter()
            .filter(|update| now - update.queued_at < KEPT_S)
            .take(limit)
            .map(|update| update.body.clone())
            .collect()
    }

    /// Begins a poll and thereby ends the one before; returns its generation.
    pub(crate) fn begin_poll(&mut self) -> u64 {
        self.end_poll(PollEnd::OtherPoll);
        self.generation
    }

    pub(crate) fn end_poll(&mut self, end: PollEnd) {
        self.generation += 1;
        self.end = end;
    }

    /// Why the poll of this generation is over, if it is.
    pub(crate) fn ended(&self, generation: u64) -> Option<PollEnd> {
        (self.generation != generation).then_some(self.end)
    }
}
