//! `/notify [zone]`: what arrives, when without a sound, and in whose time. Each for the one
//! who asks.

use jiff::tz::TimeZone;
use sea_orm::ConnectionTrait;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::operators;
use waiaas_daemon_core::console::preferences::{QuietHours, repo};
use waiaas_daemon_core::console::summary::{self, Schedule};
use waiaas_daemon_core::db::WriteTx;

use crate::telegram::action::NotifyStep;
use crate::telegram::schema::{Argument, Handled};
use crate::telegram::turn::Turn;
use crate::telegram::view::{Reader, View, notify};

/// `/notify`, or `/notify Area/City`.
pub(in crate::telegram) async fn on_command(turn: Turn, zone: Argument) -> Handled {
    let tx = turn.console.core.db.begin_write().await?;
    let view = if zone.0.is_empty() {
        overview(&turn, &*tx, 0).await?
    } else {
        set_zone(&turn, &tx, &zone.0).await?
    };
    turn.finish(tx, turn.say(view)).await
}

/// A button of `/notify`.
pub(super) async fn choose(turn: &Turn, tx: &WriteTx, step: NotifyStep) -> Result<View, Error> {
    let user_id = turn.incoming.user_id;
    let page = match step {
        NotifyStep::Overview { page } => page,
        NotifyStep::SetMode { event, mode, page } => {
            repo::set_mode(&**tx, user_id, &event, mode).await?;
            page
        }
        NotifyStep::AskFrom => {
            let wants = repo::load(&**tx, user_id).await?;
            return Ok(notify::ask_from(&turn.reader, wants.quiet.is_some()));
        }
        NotifyStep::AskTo { from } => return Ok(notify::ask_to(&turn.reader, from)),
        NotifyStep::SetQuiet { from, to } => {
            let quiet = Some(QuietHours::of_hours(from, to));
            repo::set_quiet_hours(&**tx, user_id, quiet).await?;
            0
        }
        NotifyStep::NoQuiet => {
            repo::set_quiet_hours(&**tx, user_id, None).await?;
            0
        }
        NotifyStep::AskSummary => {
            let wish = summary::repo::load(&**tx, user_id).await?;
            return Ok(notify::ask_summary(&turn.reader, wish.is_some()));
        }
        NotifyStep::SetSummary { hour } => {
            let wish = Schedule::from_now(hour, &turn.reader.zone, turn.now);
            summary::repo::set(&**tx, user_id, Some(&wish)).await?;
            0
        }
        NotifyStep::NoSummary => {
            summary::repo::set(&**tx, user_id, None).await?;
            0
        }
        NotifyStep::AskZone { page } => return Ok(notify::ask_zone(&turn.reader, page)),
        NotifyStep::SetZone { zone } => return set_zone(turn, tx, &zone).await,
    };
    overview(turn, &**tx, page).await
}

async fn overview(turn: &Turn, db: &impl ConnectionTrait, page: usize) -> Result<View, Error> {
    wishes(&turn.reader, db, turn.incoming.user_id, page).await
}

async fn set_zone(turn: &Turn, tx: &WriteTx, name: &str) -> Result<View, Error> {
    let zone = TimeZone::get(name).ok();
    let Some(name) = zone.as_ref().and_then(TimeZone::iana_name) else {
        return Ok(notify::unknown_zone(&turn.reader, name));
    };
    let mut operator = turn.operator()?.clone();
    operators::set_time_zone(&**tx, operator.user_id, name).await?;
    operator.time_zone = Some(name.to_owned());
    let reader = turn.console.reader_of(&operator, turn.now);
    wishes(&reader, &**tx, operator.user_id, 0).await
}

async fn wishes(
    reader: &Reader,
    db: &impl ConnectionTrait,
    user_id: i64,
    page: usize,
) -> Result<View, Error> {
    let wants = repo::load(db, user_id).await?;
    let summary = summary::repo::load(db, user_id).await?;
    Ok(notify::overview(reader, &wants, summary.as_ref(), page))
}
