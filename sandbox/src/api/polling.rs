//! `getUpdates`: confirming by offset, holding, and one poll at a time.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::params::Params;
use super::reply::{ApiError, Reply};
use crate::faults::{Presence, conflict};
use crate::state::{Shared, State};

const LIMIT_MAX: i64 = 100;
const HOLD_S_MAX: i64 = 50;
const WEBHOOK_ACTIVE: &str = "Conflict: can't use getUpdates method while webhook is active; use \
                              deleteWebhook to delete the webhook first";

struct Poll {
    generation: u64,
    limit: usize,
    hold: Duration,
}

pub(super) async fn get_updates(shared: &Shared, params: &Params) -> Reply {
    let mut changes = shared.subscribe();
    let poll = match shared.write(|state, _| begin(state, params)) {
        Ok(poll) => poll,
        Err(refusal) => return Reply::Api(Err(refusal)),
    };
    let deadline = Instant::now() + poll.hold;
    loop {
        if let Some(reply) = shared.read(|state, now| look(state, &poll, now)) {
            return reply;
        }
        tokio::select! {
            () = shared.closing.cancelled() => return Reply::Cut,
            () = tokio::time::sleep_until(deadline) => return Reply::Api(Ok(json!([]))),
            _ = changes.changed() => {}
        }
    }
}

fn begin(state: &mut State, params: &Params) -> Result<Poll, ApiError> {
    if state.webhook.is_some() {
        return Err(ApiError::new(409, WEBHOOK_ACTIVE));
    }
    let offset = params.integer("offset")?.unwrap_or(0);
    let limit = params
        .integer("limit")?
        .unwrap_or(LIMIT_MAX)
        .clamp(1, LIMIT_MAX);
    let hold_s = params.integer("timeout")?.unwrap_or(0).clamp(0, HOLD_S_MAX);
    let allowed = params.text_list("allowed_updates")?;
    if let Some(allowed) = allowed {
        state.updates.allow(allowed);
    }
    if offset != 0 {
        state.updates.confirm(offset);
    }
    let hold = Duration::from_secs(hold_s.unsigned_abs());
    Ok(Poll {
        generation: state.updates.begin_poll(),
        limit: usize::try_from(limit).unwrap_or(1),
        hold: state.updates.hold_max.map_or(hold, |limit| hold.min(limit)),
    })
}

/// The reply of a poll that has one now.
fn look(state: &State, poll: &Poll, now: i64) -> Option<Reply> {
    if state.faults.presence != Presence::Here {
        return Some(Reply::Cut);
    }
    if let Some(end) = state.updates.ended(poll.generation) {
        return Some(Reply::Api(Err(conflict(end))));
    }
    let batch = state.updates.batch(poll.limit, now);
    (!batch.is_empty()).then_some(Reply::Api(Ok(Value::Array(batch))))
}
