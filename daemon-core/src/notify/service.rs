//! What the owner's machine asks of alerts: a test of a channel, and what became of what was
//! told (PROTOCOL.md section 10).

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use waiaas_protocol::ids::EventId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{
    ChatDelivery, NotificationBody, NotificationPage, NotificationShown, NotificationState,
};

use super::delivery::{self, Channels};
use super::event::Event;
use super::outbox::history::{self, Filter, Record};
use super::outbox::{self, Logged};
use crate::actor::Actor;
use crate::config::{CHANNELS, setting_of};
use crate::console::operators;
use crate::console::outbox as chat_outbox;
use crate::core::Core;
use crate::error::Error;
use crate::name::nearest;

/// The largest page of events.
pub const NOTIFICATIONS_PAGE_MAX: u64 = 200;

/// Asks for a test of one channel, or of every one that is configured: one event for each, in
/// the order of the channels. It goes the way of every alert; the answer says where it stands
/// right now, which is at the beginning.
///
/// # Errors
/// [`Error::ChannelNotFound`], [`Error::ChannelNotConfigured`], or as the database says.
pub async fn test(
    core: &Core,
    by: &Actor,
    channel: Option<&str>,
) -> Result<NotificationPage, Error> {
    let channels = to_test(core, channel)?;
    let now = core.clock.now_s();
    let tx = core.db.begin_write().await?;
    let mut asked = Vec::with_capacity(channels.len());
    for channel in channels {
        let event = Event::ChannelTest {
            channel: channel.to_owned(),
            by: by.label(),
            at: now,
        };
        let id = core.new_event_id();
        outbox::enqueue_as(&*tx, id, &event, now).await?;
        asked.push(id);
    }
    tx.commit().await?;
    core.ring();
    let mut notifications = Vec::with_capacity(asked.len());
    for id in asked {
        notifications.push(show(core, id).await?.notification);
    }
    Ok(NotificationPage {
        notifications,
        next: None,
        server_time: Timestamp(now),
    })
}

fn to_test(core: &Core, channel: Option<&str>) -> Result<Vec<&'static str>, Error> {
    let configured = core.health.alert_channels();
    let Some(channel) = channel else {
        if configured.is_empty() {
            return Err(not_configured(None, configured));
        }
        return Ok(configured);
    };
    let channel = known_channel(core, channel)?;
    if !configured.contains(&channel) {
        return Err(not_configured(Some(channel), configured));
    }
    Ok(vec![channel])
}

fn not_configured(channel: Option<&'static str>, configured: Vec<&'static str>) -> Error {
    let missing = |name: &&str| channel.is_none_or(|channel| channel == *name);
    let lacking = CHANNELS.into_iter().filter(missing);
    Error::ChannelNotConfigured {
        channel,
        configured,
        settings: lacking.filter_map(setting_of).collect(),
    }
}

/// A channel by its name, configured or not.
///
/// # Errors
/// [`Error::ChannelNotFound`].
pub fn known_channel(core: &Core, name: &str) -> Result<&'static str, Error> {
    let configured = core.health.alert_channels();
    let mut known = configured.iter().chain(&CHANNELS).copied();
    if let Some(channel) = known.find(|channel| *channel == name) {
        return Ok(channel);
    }
    Err(Error::ChannelNotFound {
        channel: name.to_owned(),
        nearest: nearest(name, CHANNELS.map(str::to_owned)),
        configured,
    })
}

/// A page of events, newest first. With a channel in the filter only that one is shown of each.
///
/// # Errors
/// As the database says.
pub async fn list(core: &Core, filter: &Filter, limit: u64) -> Result<NotificationPage, Error> {
    let limit = limit.clamp(1, NOTIFICATIONS_PAGE_MAX);
    let db = core.db.begin_read().await?;
    let mut records = history::page(&db, filter, limit + 1).await?;
    let more = records.len() as u64 > limit;
    records.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = more.then(|| records.last().map(|last| last.seq)).flatten();
    let now = core.clock.now_s();
    let mut notifications = bodies(core, &db, records, now).await?;
    if let Some(channel) = &filter.channel {
        for body in &mut notifications {
            body.channels.retain(|one| one.channel == *channel);
        }
    }
    Ok(NotificationPage {
        notifications,
        next,
        server_time: Timestamp(now),
    })
}

/// One event.
///
/// # Errors
/// [`Error::NotificationNotFound`], or as the database says.
pub async fn show(core: &Core, id: EventId) -> Result<NotificationShown, Error> {
    let db = core.db.begin_read().await?;
    let record = history::find(&db, &id.to_string()).await?;
    let record = record.ok_or(Error::NotificationNotFound)?;
    let now = core.clock.now_s();
    let mut bodies = bodies(core, &db, vec![record], now).await?;
    Ok(NotificationShown {
        notification: bodies.pop().ok_or(Error::NotificationNotFound)?,
        server_time: Timestamp(now),
    })
}

/// `db` is a transaction, so that no row is newer than another.
async fn bodies(
    core: &Core,
    db: &impl ConnectionTrait,
    records: Vec<Record>,
    now: i64,
) -> Result<Vec<NotificationBody>, Error> {
    let ids: Vec<String> = records.iter().map(|one| one.event_id.clone()).collect();
    let logged = history::logged(db, &ids).await?;
    let chats = chats(core, db, &ids).await?;
    let channels = channels(core, now);
    let body = |record: Record| {
        let logged = logged.get(&record.event_id).map_or(&[][..], Vec::as_slice);
        let chats = chats.get(&record.event_id).map_or(&[][..], Vec::as_slice);
        to_body(record, logged, chats, &channels)
    };
    records.into_iter().map(body).collect()
}

/// What became of events in the chats, by event.
async fn chats(
    core: &Core,
    db: &impl ConnectionTrait,
    ids: &[String],
) -> Result<BTreeMap<String, Vec<ChatDelivery>>, Error> {
    let told = chat_outbox::told(db, ids).await?;
    let waits = |one: &&chat_outbox::Told| one.sent_at.is_none() && one.dead_at.is_none();
    let waiting: Vec<i64> = told
        .values()
        .flatten()
        .filter(waits)
        .map(|one| one.chat_id)
        .collect();
    let first = chat_outbox::first_waiting(db, &waiting).await?;
    let names = operators::list(core).await?;
    let names = names.into_iter().filter_map(|one| {
        let handle = one.username.map(|name| format!("@{name}"));
        Some((one.chat_id, handle.or(one.display_name)?))
    });
    let names = names.collect();
    Ok(told
        .into_iter()
        .map(|(id, told)| (id, delivery::chats(&told, &first, &names)))
        .collect())
}

fn channels(core: &Core, now: i64) -> Channels {
    let names = core.health.alert_channels();
    let hold = |name: &&'static str| Some((*name, core.health.hold(name, now)?));
    Channels {
        holds: names.iter().filter_map(hold).collect(),
        names,
    }
}

fn to_body(
    record: Record,
    logged: &[Logged],
    chats: &[ChatDelivery],
    channels: &Channels,
) -> Result<NotificationBody, Error> {
    let state = match (record.done_at, record.dead_at) {
        (None, None) => NotificationState::Open,
        (Some(_), _) => NotificationState::Done,
        (None, Some(_)) => NotificationState::Dead,
    };
    Ok(NotificationBody {
        channels: delivery::deliveries(&record, logged, chats, channels),
        seq: record.seq,
        event_id: record.event_id.parse().map_err(Error::internal)?,
        event: record.event,
        level: record.level,
        created_at: Timestamp(record.created_at),
        session_id: record.session_id.and_then(|id| id.parse().ok()),
        agent_id: record.agent_id.and_then(|id| id.parse().ok()),
        agent_name: record.agent_name,
        only_channel: record.only_channel,
        state,
        problem: record.last_error,
    })
}
