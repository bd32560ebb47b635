//! Alerts: a test of a channel, and what became of what was told.

use axum::Json;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use waiaas_protocol::ids::EventId;
use waiaas_protocol::wire::{
    DeliveryStatus, NotificationPage, NotificationShown, TestNotificationRequest,
};

use super::super::State;
use super::super::auth::Admin;
use super::super::extract::{OptionalJson, Path};
use super::super::query::Query;
use super::agent_reference;
use crate::error::Error;
use crate::notify::event::CODES;
use crate::notify::outbox::history::Filter;
use crate::notify::service::{self as notify, NOTIFICATIONS_PAGE_MAX};

const PAGE_DEFAULT: u64 = 50;
const SEQ_MAX: u64 = i64::MAX.unsigned_abs();

/// Sends a test alert to one channel or to every configured one, on the way of every alert.
#[utoipa::path(post, path = "/v1/notifications/test", operation_id = "testNotification", tag = "notification",
    request_body(content = Option<TestNotificationRequest>),
    responses((status = 202, description = "One event per channel; ask for each what became of it", body = NotificationPage)))]
pub(in crate::http) async fn test(
    Extract(state): Extract<State>,
    admin: Admin,
    OptionalJson(request): OptionalJson<TestNotificationRequest>,
) -> Result<(StatusCode, Json<NotificationPage>), Error> {
    let page = notify::test(&state.core, &admin.actor, request.channel.as_deref()).await?;
    Ok((StatusCode::ACCEPTED, Json(page)))
}

/// A page of events with what became of them on each channel, newest first.
#[utoipa::path(get, path = "/v1/notifications", operation_id = "listNotifications", tag = "notification",
    params(
        ("event" = Option<String>, Query, description = "Code of an event, such as `SESSION_REVOKED`"),
        ("channel" = Option<String>, Query, description = "Only what this channel was asked to tell, or still may be"),
        ("status" = Option<DeliveryStatus>, Query, description = "Only what came to this, on that channel or on any"),
        ("agent" = Option<String>, Query, description = "Id or name of an agent"),
        ("limit" = Option<u64>, Query, description = "1 to 200, 50 by default"),
        ("before" = Option<i64>, Query, description = "`next` of the page before"),
    ),
    responses((status = 200, description = "Events", body = NotificationPage)))]
pub(in crate::http) async fn list(
    Extract(state): Extract<State>,
    mut query: Query,
) -> Result<Json<NotificationPage>, Error> {
    let event = query.known("event", &CODES);
    let (channel, agent) = (query.text("channel"), query.text("agent"));
    let statuses = DeliveryStatus::ALL.map(|status| (status.as_str(), status));
    let status = query.choice("status", &statuses);
    let limit = query
        .number("limit", &(1..=NOTIFICATIONS_PAGE_MAX))
        .unwrap_or(PAGE_DEFAULT);
    let before = query
        .number("before", &(1..=SEQ_MAX))
        .and_then(|seq| i64::try_from(seq).ok());
    query.finish()?;
    let core = &state.core;
    let channel = channel.map(|name| notify::known_channel(core, &name));
    let channel = channel.transpose()?;
    let serving = core.health.alert_channels();
    let filter = Filter {
        event: event.map(str::to_owned),
        agent_id: agent_reference(core, agent).await?,
        channel: channel.map(str::to_owned),
        channel_serves: channel.is_some_and(|channel| serving.contains(&channel)),
        status,
        before,
    };
    Ok(Json(notify::list(core, &filter, limit).await?))
}

/// One event with what became of it on each channel.
#[utoipa::path(get, path = "/v1/notifications/{event_id}", operation_id = "showNotification", tag = "notification",
    params(("event_id" = EventId, Path, description = "As every message about it carries it")),
    responses((status = 200, description = "The event", body = NotificationShown)))]
pub(in crate::http) async fn show(
    Extract(state): Extract<State>,
    Path(event_id): Path<String>,
) -> Result<Json<NotificationShown>, Error> {
    let id = event_id.parse().map_err(|_| Error::NotificationNotFound)?;
    Ok(Json(notify::show(&state.core, id).await?))
}
