//! What was told and what became of it, newest first: reads only, for the log of alerts.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use waiaas_protocol::wire::DeliveryStatus;

use super::{ACCEPTED, DEAD, Logged, NO_RECIPIENT, SWITCHED_OFF, WAITING, to_logged};
use crate::console;
use crate::db::entity::notification::{Column, Entity, Model};
use crate::db::entity::notification_log;
use crate::error::Error;
use crate::notify::event::Event;

/// Which events to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// With this code.
    pub event: Option<String>,
    /// About this agent.
    pub agent_id: Option<String>,
    /// That this channel was asked to tell, or still may be.
    pub channel: Option<String>,
    /// Whether that channel takes alerts now: else it is asked for nothing any more.
    pub channel_serves: bool,
    /// Of which this became, on that channel or on any.
    pub status: Option<DeliveryStatus>,
    /// Only positions smaller than this.
    pub before: Option<i64>,
}

/// An event as it stands in the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the columns of notification_outbox")]
pub struct Record {
    pub seq: i64,
    pub event_id: String,
    pub event: String,
    pub level: String,
    pub session_id: Option<String>,
    pub agent_id: Option<String>,
    /// The agent's name at that time.
    pub agent_name: Option<String>,
    pub created_at: i64,
    pub done_at: Option<i64>,
    pub dead_at: Option<i64>,
    pub last_error: Option<String>,
    pub only_channel: Option<String>,
}

impl Record {
    /// Whether a channel still has to take it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.done_at.is_none() && self.dead_at.is_none()
    }
}

/// Newest first.
///
/// # Errors
/// As the database says.
pub async fn page(
    db: &impl ConnectionTrait,
    filter: &Filter,
    limit: u64,
) -> Result<Vec<Record>, Error> {
    let rows = Entity::find()
        .filter(condition(filter))
        .order_by_desc(Column::Seq)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(to_record).collect())
}

/// One event.
///
/// # Errors
/// As the database says.
pub async fn find(db: &impl ConnectionTrait, event_id: &str) -> Result<Option<Record>, Error> {
    let row = Entity::find()
        .filter(Column::EventId.eq(event_id))
        .one(db)
        .await?;
    Ok(row.map(to_record))
}

/// What became of events on each channel that was asked, by event.
///
/// # Errors
/// As the database says.
pub async fn logged(
    db: &impl ConnectionTrait,
    event_ids: &[String],
) -> Result<BTreeMap<String, Vec<Logged>>, Error> {
    let rows = notification_log::Entity::find()
        .filter(notification_log::Column::EventId.is_in(event_ids))
        .all(db)
        .await?;
    let mut found: BTreeMap<String, Vec<Logged>> = BTreeMap::new();
    for row in rows {
        let event_id = row.event_id.clone();
        found.entry(event_id).or_default().push(to_logged(row));
    }
    Ok(found)
}

fn condition(filter: &Filter) -> Condition {
    let channel = filter.channel.as_deref();
    Condition::all()
        .add_option(filter.event.as_ref().map(|code| Column::Event.eq(code)))
        .add_option(filter.agent_id.as_ref().map(|id| Column::AgentId.eq(id)))
        .add_option(filter.before.map(|seq| Column::Seq.lt(seq)))
        .add_option(channel.map(|channel| has_part(channel, filter.channel_serves)))
        .add_option(filter.status.map(|status| has_become(status, filter)))
}

/// The channel was asked, or still may be.
fn has_part(channel: &str, serves: bool) -> Condition {
    let asked = Expr::cust_with_values(
        "EXISTS (SELECT 1 FROM notification_log l \
         WHERE l.event_id = notification_outbox.event_id AND l.channel = ?)",
        [channel],
    );
    Condition::any()
        .add(asked)
        .add(Column::OnlyChannel.eq(channel))
        .add_option(serves.then(|| may_still(Some(channel))))
}

fn has_become(status: DeliveryStatus, filter: &Filter) -> Condition {
    let channel = filter.channel.as_deref();
    let serves = channel.is_none() || filter.channel_serves;
    let on_channel = |stored: &str| logged_as(stored, channel);
    match status {
        DeliveryStatus::Accepted => Condition::all().add(on_channel(ACCEPTED)),
        DeliveryStatus::SwitchedOff => Condition::all().add(on_channel(SWITCHED_OFF)),
        DeliveryStatus::NoRecipient => Condition::all().add(on_channel(NO_RECIPIENT)),
        DeliveryStatus::PassedOver => Condition::all().add(on_channel(WAITING)).add(ended()),
        DeliveryStatus::Waiting => Condition::any()
            .add_option(serves.then(|| may_still(channel)))
            .add_option(in_a_chat(
                "t.sent_at IS NULL AND t.dead_at IS NULL",
                channel,
            )),
        DeliveryStatus::Dead => Condition::any()
            .add(on_channel(DEAD))
            .add_option(in_a_chat("t.dead_at IS NOT NULL", channel))
            .add_option(channel.is_none().then(|| Column::DeadAt.is_not_null())),
    }
}

fn ended() -> Condition {
    Condition::any()
        .add(Column::DoneAt.is_not_null())
        .add(Column::DeadAt.is_not_null())
}

/// The event waits, and the channel has not settled it.
fn may_still(channel: Option<&str>) -> Condition {
    let open = Condition::all()
        .add(Column::DoneAt.is_null())
        .add(Column::DeadAt.is_null());
    let Some(channel) = channel else {
        return open;
    };
    let settled = Expr::cust_with_values(
        "NOT EXISTS (SELECT 1 FROM notification_log l WHERE l.channel = ? \
         AND l.event_id = notification_outbox.event_id AND l.status <> 'waiting')",
        [channel],
    );
    let meant = Condition::any()
        .add(Column::OnlyChannel.is_null())
        .add(Column::OnlyChannel.eq(channel));
    open.add(settled).add(meant)
}

fn logged_as(status: &str, channel: Option<&str>) -> SimpleExpr {
    Expr::cust_with_values(
        "EXISTS (SELECT 1 FROM notification_log l \
         WHERE l.event_id = notification_outbox.event_id AND l.status = ? \
         AND (? = '' OR l.channel = ?))",
        [
            status,
            channel.unwrap_or_default(),
            channel.unwrap_or_default(),
        ],
    )
}

/// A message of the event is like this; `None` for a channel that has no chats.
fn in_a_chat(like: &str, channel: Option<&str>) -> Option<SimpleExpr> {
    let has_chats = channel.is_none_or(|channel| channel == console::CHANNEL);
    has_chats.then(|| {
        Expr::cust(format!(
            "EXISTS (SELECT 1 FROM telegram_outbox t \
             WHERE t.event_id = notification_outbox.event_id AND {like})"
        ))
    })
}

fn to_record(row: Model) -> Record {
    let event: Option<Event> = serde_json::from_str(&row.payload).ok();
    let subject = event.as_ref().and_then(Event::subject);
    Record {
        seq: row.seq,
        event_id: row.event_id,
        event: row.event,
        level: row.level,
        session_id: row.session_id,
        agent_id: row.agent_id,
        agent_name: subject.map(|subject| subject.agent_name.clone()),
        created_at: row.created_at,
        done_at: row.done_at,
        dead_at: row.dead_at,
        last_error: row.last_error,
        only_channel: row.only_channel,
    }
}
