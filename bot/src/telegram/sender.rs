//! Tells Telegram what stands in the outbox: answers first, then critical alerts, then other
//! alerts, then the rest, in order per chat, each chat at its own pace. The only place that
//! sends.

mod call;
mod outcome;
mod pace;
mod unmarked;

use std::time::Duration;

use futures::StreamExt as _;
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::outbox::{self, Call, Due, Found};
use waiaas_daemon_core::notify::health::ChannelState;
use waiaas_daemon_core::notify::trouble::TroubleCode;

use super::console::{CHANNEL, Console};
use call::{Told, tell};
use outcome::{bury, failed, give_up};
use pace::Pace;
use unmarked::Unmarked;

const BATCH_ROWS: u64 = 32;
const CHATS_AT_ONCE: usize = 8;
const IDLE_MS: u64 = 1_000;
/// Sends until cancelled.
pub(super) async fn run(console: Console, stop: CancellationToken) {
    let mut bell = console.core.listen();
    let mut pace = Pace::new(console.pacing);
    let unmarked = Unmarked::default();
    while console.lease.wait(&stop).await {
        let pause = match pass(&console, &mut pace, &unmarked).await {
            Ok(Pass::Worked) => Duration::ZERO,
            Ok(Pass::Idle { pause }) => pause,
            Err(cause) => {
                tracing::warn!(%cause, "outbox not readable; trying again");
                Duration::from_millis(IDLE_MS)
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            _ = bell.changed(), if !pause.is_zero() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

enum Pass {
    Worked,
    Idle { pause: Duration },
}

async fn pass(console: &Console, pace: &mut Pace, unmarked: &Unmarked) -> Result<Pass, Error> {
    let now = console.core.clock.now_s();
    let mut pause = console.core.clock.timer(Duration::from_millis(IDLE_MS));
    let mut ready = Vec::new();
    for found in outbox::due(console.core.db.read(), now, BATCH_ROWS).await? {
        let first = match found {
            Found::Due(first) => *first,
            Found::Unreadable { id, event_id } => {
                bury(console, id, event_id, now).await?;
                continue;
            }
        };
        // An answer to a tap is no message and has a pace of its own.
        if matches!(first.call, Call::Answer { .. }) {
            ready.push(first);
            continue;
        }
        match pace.take(first.chat_id) {
            None => ready.push(whose_turn(console, pace, first, now).await?),
            Some(wait) => pause = pause.min(wait),
        }
    }
    if ready.is_empty() {
        return Ok(Pass::Idle { pause });
    }
    let mut sending = futures::stream::iter(ready)
        .map(|due| async move { deliver(console, unmarked, &due).await })
        .buffer_unordered(CHATS_AT_ONCE);
    // All of them are heard out: a call that is dropped halfway would be made again.
    let mut failure = Ok(());
    while let Some(outcome) = sending.next().await {
        failure = failure.and(outcome);
    }
    failure.map(|()| Pass::Worked)
}

/// The first message of a chat; in a storm of alerts now and then what else waits there.
async fn whose_turn(
    console: &Console,
    pace: &mut Pace,
    first: Due,
    now: i64,
) -> Result<Due, Error> {
    let chat_id = first.chat_id;
    let chatter = if first.event_id.is_some() && pace.wants_a_break(chat_id) {
        outbox::first_chatter(console.core.db.read(), chat_id, now).await?
    } else {
        None
    };
    let turn = chatter.unwrap_or(first);
    pace.note(chat_id, turn.event_id.is_some());
    Ok(turn)
}

async fn deliver(console: &Console, unmarked: &Unmarked, due: &Due) -> Result<(), Error> {
    if !console.lease.hold().await? {
        // Another daemon has taken over in the middle of a pass.
        return Ok(());
    }
    if let Some(message_id) = unmarked.message_of(due.id) {
        return unmarked.mark(console, due, message_id).await;
    }
    let told = match tell(console, due).await {
        Ok(told) => told,
        Err(cause @ Error::Storage(_)) => return Err(cause),
        // A fault of ours must not stand in the way of everything behind it.
        Err(cause) => {
            let now = console.core.clock.now_s();
            tracing::error!(%cause, row = due.id, "a message is given up");
            return give_up(console, due, &TroubleCode::Internal.into(), now).await;
        }
    };
    let now = console.core.clock.now_s();
    match told {
        Ok(Told::Done(message_id)) => {
            // That messages go out says nothing about what comes in.
            if !console.core.health.state(CHANNEL).is_about_receiving() {
                console.report(ChannelState::Ok, None);
            }
            unmarked.mark(console, due, message_id).await
        }
        Ok(Told::Moot) => outbox::mark_sent(&console.core, due, None, now).await,
        Ok(Told::NotYet) => {
            outbox::mark_later(&console.core, due, now + 1, "waits for its message").await
        }
        Err(fault) => failed(console, due, fault, now).await,
    }
}
