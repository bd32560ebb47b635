//! What a client is told without having asked: that the session was renewed, has ended or has
//! trouble, as log messages of the protocol. Looked at after every request; nothing runs in
//! the background for it.
//!
//! Logging is on its way out of the protocol, but is what it has for this today. A client of
//! `initialize` sets one level for all; one of the versions after it names a level in each
//! request, and gets nothing when it names none.
#![expect(
    deprecated,
    reason = "today's clients still ask for logging in this way"
)]

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rmcp::model::{LoggingLevel, LoggingMessageNotificationParam, ProtocolVersion};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::json;

use crate::session_manager::{KeeperState, KeeperView};

/// Before a client has said anything: what needs attention, and that it is over.
const LEVEL_BY_DEFAULT: LoggingLevel = LoggingLevel::Notice;
/// The longest that an answer is held up by a log message before it.
const SEND_MS_MAX: u64 = 100;
const LOGGER: &str = "waiaas.session";

/// What was told last, and from which level on the client listens.
pub(super) struct News {
    level: Mutex<LoggingLevel>,
    told: Mutex<Option<KeeperView>>,
}

impl Default for News {
    fn default() -> Self {
        Self {
            level: Mutex::new(LEVEL_BY_DEFAULT),
            told: Mutex::new(None),
        }
    }
}

impl News {
    pub(super) fn set_level(&self, level: LoggingLevel) {
        *lock(&self.level) = level;
    }

    /// Tells what has changed since the last time, if the client listens to it.
    pub(super) async fn tell(&self, now: KeeperView, context: &RequestContext<RoleServer>) {
        let Some((level, message)) = self.take(&now) else {
            return;
        };
        let threshold = self.threshold(context);
        if threshold.is_none_or(|threshold| (level as u8) < threshold as u8) {
            return;
        }
        let data = json!({ "message": message, "state": now.state, "expiresAt": now.expires_at });
        let news = LoggingMessageNotificationParam::new(level, data).with_logger(LOGGER);
        // Once the client has closed its side, the SDK sends answers and nothing else; the
        // answer that waits for us must still go out.
        let patience = Duration::from_millis(SEND_MS_MAX);
        let sent = tokio::time::timeout(patience, context.peer.notify_logging_message(news));
        if !matches!(sent.await, Ok(Ok(()))) {
            tracing::debug!("a log message did not reach the client");
        }
    }

    /// Each change once, also when several requests end together.
    fn take(&self, now: &KeeperView) -> Option<(LoggingLevel, String)> {
        let mut told = lock(&self.told);
        let change = change(told.as_ref(), now);
        *told = Some(now.clone());
        change
    }

    fn threshold(&self, context: &RequestContext<RoleServer>) -> Option<LoggingLevel> {
        let version = context.protocol_version();
        match version.is_some_and(|version| version >= ProtocolVersion::V_2026_07_28) {
            true => context.meta.log_level(),
            false => Some(*lock(&self.level)),
        }
    }
}

fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is new, and how much it matters.
fn change(before: Option<&KeeperView>, now: &KeeperView) -> Option<(LoggingLevel, String)> {
    let was = before.map_or(KeeperState::Active, |before| before.state);
    if was != now.state {
        return Some(turn(now));
    }
    if let Some(problem) = &now.problem
        && before.is_none_or(|before| before.problem.as_ref() != Some(problem))
    {
        let message = format!(
            "The keeper of the session has trouble: {}",
            sentence(problem)
        );
        return Some((LoggingLevel::Warning, message));
    }
    let before = before.filter(|_| now.state == KeeperState::Active)?;
    if before.session_id != now.session_id {
        let message = format!("A new session is in use{}.", until(now));
        return Some((LoggingLevel::Notice, message));
    }
    (before.generation < now.generation).then(|| {
        let message = format!("The session was renewed and lasts{}.", until(now));
        (LoggingLevel::Info, message)
    })
}

/// Another state than before.
fn turn(now: &KeeperView) -> (LoggingLevel, String) {
    match now.state {
        KeeperState::Active => {
            let message = format!("The session can be used again{}.", until(now));
            (LoggingLevel::Notice, message)
        }
        KeeperState::Expired => {
            let message = "The session has ended; a new one is used as soon as it is there.";
            (LoggingLevel::Warning, message.to_owned())
        }
        KeeperState::Error => {
            let problem = now.problem.as_deref().unwrap_or("there is no token");
            let message = format!("There is no usable session: {}", sentence(problem));
            (LoggingLevel::Error, message)
        }
    }
}

fn sentence(problem: &str) -> String {
    format!("{}.", problem.trim_end_matches('.'))
}

fn until(view: &KeeperView) -> String {
    view.expires_at
        .map_or_else(String::new, |at| format!(" until {at}"))
}

#[cfg(test)]
mod tests {
    use waiaas_protocol::ids::SessionId;
    use waiaas_protocol::time::Timestamp;

    use super::*;

    fn view(state: KeeperState, session: u8, generation: u64, problem: &str) -> KeeperView {
        KeeperView {
            state,
            agent_id: None,
            session_id: Some(SessionId::from_parts(1, &[session; 10])),
            generation: Some(generation),
            expires_at: Some(Timestamp(1_770_546_385)),
            next_renewal_at: None,
            ended: None,
            refused_with: None,
            failures: 0,
            problem: (!problem.is_empty()).then(|| problem.to_owned()),
        }
    }

    #[test]
    fn each_change_is_told_once_at_the_level_it_deserves() {
        use KeeperState::{Active, Error, Expired};
        use LoggingLevel::{Info, Notice, Warning};

        let news = News::default();
        for (now, expected) in [
            (view(Active, 1, 0, ""), None),
            (view(Active, 1, 0, ""), None),
            (view(Active, 1, 1, ""), Some(Info)),
            (view(Active, 1, 1, "no connection"), Some(Warning)),
            (view(Active, 1, 1, "no connection"), None),
            (view(Active, 1, 2, ""), Some(Info)),
            (view(Expired, 1, 2, "it was revoked"), Some(Warning)),
            (view(Expired, 1, 2, "it was revoked"), None),
            (view(Active, 2, 0, ""), Some(Notice)),
            (view(Active, 3, 0, ""), Some(Notice)),
            (
                view(Error, 3, 0, "the file is gone."),
                Some(LoggingLevel::Error),
            ),
            (view(Active, 3, 0, ""), Some(Notice)),
        ] {
            let told = news.take(&now);
            assert_eq!(told.as_ref().map(|(level, _)| *level), expected, "{told:?}");
        }
    }

    #[test]
    fn a_server_that_begins_without_a_session_says_so() {
        let told = News::default().take(&view(KeeperState::Error, 1, 0, ""));
        let expected = "There is no usable session: there is no token.".to_owned();
        assert_eq!(told, Some((LoggingLevel::Error, expected)));
    }
}
