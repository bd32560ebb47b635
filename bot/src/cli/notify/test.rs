//! `waiaas notify test`: one alert for each channel, and a wait for what becomes of it.

use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use i18n_embed_fl::fl;
use tokio::time::Instant;
use waiaas_protocol::wire::{
    ChannelDelivery, ChatDelivery, ChatStatus, DeliveryStatus, NotificationPage, NotificationShown,
    TestNotificationRequest,
};

use super::words::results;
use crate::cli::client::AdminClient;
use crate::cli::context::Context;
use crate::cli::duration::spell;
use crate::cli::output::Rows;
use crate::cli::texts::Texts;
use crate::report::{Exit, Failure, Outcome};

const WAIT_DEFAULT_S: u64 = 15;
const WAIT_MAX_S: u64 = 300;
const POLL_INTERVAL_MS: u64 = 200;

/// Which channel to test.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Test {
    /// `telegram`, `discord` or `ntfy`; every configured channel without it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    channel: Option<String>,
    /// How long to wait for what becomes of it, 0 to 300
    #[arg(long, value_name = "SECONDS", default_value_t = WAIT_DEFAULT_S,
        value_parser = clap::value_parser!(u64).range(..=WAIT_MAX_S))]
    wait: u64,
}

impl Test {
    pub(super) async fn run(self, context: &Context) -> Outcome {
        let client = context.client()?;
        let request = TestNotificationRequest {
            channel: self.channel,
        };
        let asked: NotificationPage = client.post("/notifications/test", &request).await?;
        if self.wait > 0 {
            announce(context, &asked, self.wait);
        }
        let tests = tokio::select! {
            tests = settled(&client, asked, Duration::from_secs(self.wait)) => tests?,
            // What was asked for goes on without anybody who looks on.
            _ = tokio::signal::ctrl_c() => {
                context.output.remark(&fl!(context.texts, "cli-notify-interrupted"));
                return Err(Failure::without_words(Exit::Interrupted));
            }
        };
        print(context, &tests)?;
        verdict(&context.texts, &tests)
    }
}

fn announce(context: &Context, asked: &NotificationPage, wait_s: u64) {
    let channels: Vec<&str> = deliveries(asked).map(|one| one.channel.as_str()).collect();
    let span = spell(i64::try_from(wait_s).unwrap_or_default());
    let texts = &context.texts;
    let channels = channels.join(", ");
    let remark = fl!(texts, "cli-notify-asked", channels = channels, span = span);
    context.output.remark(&remark);
}

fn deliveries(tests: &NotificationPage) -> impl Iterator<Item = &ChannelDelivery> {
    tests.notifications.iter().flat_map(|one| &one.channels)
}

/// Looks until nothing changes any more, or nothing can within the time that is left.
async fn settled(
    client: &AdminClient<'_>,
    mut tests: NotificationPage,
    wait: Duration,
) -> Result<NotificationPage, Failure> {
    let end = Instant::now() + wait;
    let mut tick = tokio::time::interval(Duration::from_millis(POLL_INTERVAL_MS));
    loop {
        tick.tick().await;
        look(client, &mut tests).await?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || next_change(&tests).is_none_or(|ahead| ahead > left) {
            return Ok(tests);
        }
    }
}

async fn look(client: &AdminClient<'_>, tests: &mut NotificationPage) -> Result<(), Failure> {
    for one in &mut tests.notifications {
        if one.channels.iter().all(|channel| channel.settled) {
            continue;
        }
        let path = format!("/notifications/{}", one.event_id);
        let shown: NotificationShown = client.get(&path).await?;
        *one = shown.notification;
        tests.server_time = shown.server_time;
    }
    Ok(())
}

/// In how long something may change at the earliest; `None` when everything is settled.
fn next_change(tests: &NotificationPage) -> Option<Duration> {
    let waits = deliveries(tests).filter(|one| !one.settled);
    let times = waits.flat_map(|one| {
        let waits = |chat: &&ChatDelivery| chat.status == ChatStatus::Waiting;
        let chats = one.chats.iter().filter(waits);
        let own = one.chats.is_empty().then_some(one.next_attempt_at);
        own.into_iter()
            .chain(chats.map(|chat| chat.next_attempt_at))
    });
    let now = tests.server_time.unix_s();
    let ahead = times.map(|at| at.map_or(0, |at| at.unix_s().saturating_sub(now)));
    let seconds = u64::try_from(ahead.min()?).unwrap_or_default();
    Some(Duration::from_secs(seconds))
}

fn print(context: &Context, tests: &NotificationPage) -> Outcome {
    let texts = &context.texts;
    context.output.show(tests, || {
        let rows = deliveries(tests).flat_map(|one| {
            let lines = results(texts, tests.server_time, one);
            let row = |line| (one.channel.clone(), Some(line));
            lines.into_iter().map(row).collect::<Vec<_>>()
        });
        Rows::facts(rows)
    })
}

fn verdict(texts: &Texts, tests: &NotificationPage) -> Outcome {
    if deliveries(tests).all(|one| one.delivered) {
        return Ok(());
    }
    let failure = Failure::new(fl!(texts, "cli-notify-failed"));
    let unpaired = |one: &ChannelDelivery| one.status == DeliveryStatus::NoRecipient;
    Err(failure.with_hint(if deliveries(tests).any(unpaired) {
        fl!(texts, "cli-notify-pair-hint")
    } else if deliveries(tests).all(|one| one.settled) {
        fl!(texts, "cli-notify-dead-hint")
    } else {
        fl!(texts, "cli-notify-waiting-hint")
    }))
}
