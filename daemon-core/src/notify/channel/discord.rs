//! Discord: one embed per event through a webhook, coloured by level, that mentions nobody
//! (PROTOCOL.md section 10).

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use waiaas_protocol::time::Timestamp;

use super::outlet::{Outlet, OutletError};
use super::{Channel, DeliveryFuture, Pace};
use crate::core::Core;
use crate::notify::event::{Event, Level};
use crate::notify::outbox::Pending;
use crate::notify::trouble::TroubleCode;
use crate::notify::wording::{Piece, Render, Wording, cut};

/// The channel's name.
pub const NAME: &str = "discord";
/// The longest description of an embed, UTF-16 units.
const DESCRIPTION_UTF16_MAX: usize = 4_096;
/// Discord allows about 30 messages a minute and webhook, with short bursts.
const PACE: Pace = Pace {
    burst: 5,
    interval_ms: 2_000,
};

/// The channel.
pub struct DiscordChannel {
    outlet: Outlet,
    webhook: SecretString,
    render: Render,
}

impl DiscordChannel {
    /// Makes the channel; asks nothing of Discord yet.
    ///
    /// # Errors
    /// [`OutletError`].
    pub fn new(core: &Core, webhook: SecretString, render: Render) -> Result<Self, OutletError> {
        parse(&webhook)?;
        Ok(Self {
            outlet: Outlet::new(core, NAME)?,
            webhook,
            render,
        })
    }
}

fn parse(webhook: &SecretString) -> Result<Url, OutletError> {
    Url::parse(webhook.expose_secret()).map_err(|_| OutletError::Address { channel: NAME })
}

impl Channel for DiscordChannel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn pace(&self) -> Option<Pace> {
        Some(PACE)
    }

    fn deliver<'a>(&'a self, event: &'a Pending) -> DeliveryFuture<'a> {
        Box::pin(async move {
            let wording = (self.render)(&event.event, self.outlet.now());
            let url = parse(&self.webhook).map_err(|_| super::ChannelError::Later {
                reason: TroubleCode::BadAddress.into(),
                retry_after_s: None,
            })?;
            let request = self.outlet.post(&url).json(&body(event, &wording));
            self.outlet.send(request).await
        })
    }
}

fn body(pending: &Pending, wording: &Wording) -> Value {
    let event = &pending.event;
    let footer = format!(
        "{} · {} · {}",
        event.code(),
        event.level().as_str(),
        pending.event_id
    );
    json!({
        "username": "waiaas",
        "embeds": [{
            "description": cut(&markdown(wording), DESCRIPTION_UTF16_MAX, char::len_utf16),
            "color": colour(event),
            "footer": { "text": footer },
            "timestamp": Timestamp(pending.created_at),
        }],
        "allowed_mentions": { "parse": [] },
    })
}

const fn colour(event: &Event) -> u32 {
    if matches!(event, Event::SessionRenewalRejected { .. }) {
        return 15_105_570;
    }
    match event.level() {
        Level::Info => 3_447_003,
        Level::Warning => 16_776_960,
        Level::Critical => 16_711_680,
    }
}

fn markdown(wording: &Wording) -> String {
    let set = |piece: &Piece| match piece {
        Piece::Plain(text) => escape(text),
        Piece::Bold(text) => format!("**{}**", escape(text)),
        // Nothing can be escaped between backticks.
        Piece::Code(text) => format!("`{}`", text.replace('`', "'")),
    };
    wording.0.iter().map(set).collect()
}

/// Makes any value safe inside Discord's markdown, mentions and masked links included.
fn escape(value: &str) -> String {
    let mut safe = String::with_capacity(value.len());
    let mut line_begins = true;
    for c in value.chars() {
        let always = matches!(
            c,
            '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '<' | '@'
        );
        let first = line_begins && matches!(c, '#' | '>' | '-' | '+');
        if always || first {
            safe.push('\\');
        }
        safe.push(c);
        line_begins = c == '\n' || (line_begins && c == ' ');
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_become_markdown_or_mentions() {
        assert_eq!(
            escape("*a* _b_ <@1> @everyone [x](https://y) \\ | ~"),
            "\\*a\\* \\_b\\_ \\<\\@1> \\@everyone \\[x\\](https://y) \\\\ \\| \\~"
        );
        assert_eq!(escape("# a\n > b 2026-02-08"), "\\# a\n \\> b 2026-02-08");
        let wording = Wording(vec![
            Piece::Bold("a*b".to_owned()),
            Piece::Code("c`d".to_owned()),
        ]);
        assert_eq!(markdown(&wording), "**a\\*b**`c'd`");
    }
}
