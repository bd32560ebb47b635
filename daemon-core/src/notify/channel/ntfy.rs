//! ntfy: one message per event, published as JSON, since headers carry ASCII only (PROTOCOL.md
//! section 10).

use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::outlet::{Outlet, OutletError};
use super::{Channel, ChannelError, DeliveryFuture, Pace};
use crate::core::Core;
use crate::notify::event::Level;
use crate::notify::outbox::Pending;
use crate::notify::trouble::TroubleCode;
use crate::notify::wording::{Render, Wording, cut};

/// The channel's name.
pub const NAME: &str = "ntfy";
/// A longer message would arrive as a file, bytes.
const MESSAGE_BYTES_MAX: usize = 4_000;
/// ntfy allows 60 requests at once and then one in five seconds, as it is delivered.
const PACE: Pace = Pace {
    burst: 30,
    interval_ms: 5_000,
};

/// The channel.
pub struct NtfyChannel {
    outlet: Outlet,
    server: SecretString,
    topic: SecretString,
    token: Option<SecretString>,
    render: Render,
}

impl NtfyChannel {
    /// Makes the channel from the address of a topic; asks nothing of the server yet.
    ///
    /// # Errors
    /// [`OutletError`].
    pub fn new(
        core: &Core,
        topic_url: &SecretString,
        token: Option<SecretString>,
        render: Render,
    ) -> Result<Self, OutletError> {
        let wrong = || OutletError::Address { channel: NAME };
        let (server, topic) = topic_url
            .expose_secret()
            .rsplit_once('/')
            .ok_or_else(wrong)?;
        let server = format!("{server}/");
        Url::parse(&server).map_err(|_| wrong())?;
        Ok(Self {
            outlet: Outlet::new(core, NAME)?,
            server: SecretString::from(server),
            topic: SecretString::from(topic),
            token,
            render,
        })
    }
}

impl Channel for NtfyChannel {
    fn name(&self) -> &'static str {
        NAME
    }

    fn pace(&self) -> Option<Pace> {
        Some(PACE)
    }

    fn deliver<'a>(&'a self, event: &'a Pending) -> DeliveryFuture<'a> {
        Box::pin(async move {
            let wording = (self.render)(&event.event, self.outlet.now());
            let url = Url::parse(self.server.expose_secret()).map_err(|_| ChannelError::Later {
                reason: TroubleCode::BadAddress.into(),
                retry_after_s: None,
            })?;
            let body = body(self.topic.expose_secret(), event, &wording);
            let mut request = self.outlet.post(&url).json(&body);
            if let Some(token) = &self.token {
                request = request.bearer_auth(token.expose_secret());
            }
            self.outlet.send(request).await
        })
    }
}

fn body(topic: &str, pending: &Pending, wording: &Wording) -> Value {
    let event = &pending.event;
    json!({
        "topic": topic,
        "title": "waiaas",
        "message": cut(&wording.plain(), MESSAGE_BYTES_MAX, char::len_utf8),
        "priority": priority(event.level()),
        "tags": ["session", event.code().to_ascii_lowercase(), pending.event_id],
    })
}

const fn priority(level: Level) -> u8 {
    match level {
        Level::Info => 3,
        Level::Warning => 4,
        Level::Critical => 5,
    }
}
