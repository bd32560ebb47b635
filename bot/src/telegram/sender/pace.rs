//! How fast messages go out to one chat.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::telegram::console::Pacing;

/// So many alerts in a row, then a turn for what else waits in the chat: whoever asks for the
/// kill switch in a storm of alerts must not wait for its end.
const ALERTS_IN_A_ROW_MAX: u32 = 5;
/// Telegram allows a group about a third of what it allows a private chat.
const GROUP_SLOWER: u32 = 3;

struct Chat {
    tokens: f64,
    at: Instant,
    alerts_in_a_row: u32,
}

/// A bucket per chat, in real time: it paces a network, it decides nothing.
pub(super) struct Pace {
    pacing: Pacing,
    chats: HashMap<i64, Chat>,
}

impl Pace {
    pub(super) fn new(pacing: Pacing) -> Self {
        Self {
            pacing,
            chats: HashMap::new(),
        }
    }

    /// Takes a place in a chat's bucket, or says how long to wait for one.
    pub(super) fn take(&mut self, chat_id: i64) -> Option<Duration> {
        const CHATS_MAX: usize = 10_000;
        let full = f64::from(self.pacing.burst);
        let interval = interval_of(self.pacing, chat_id);
        let now = Instant::now();
        if self.chats.len() > CHATS_MAX {
            self.chats.clear();
        }
        let chat = self.chats.entry(chat_id).or_insert(Chat {
            tokens: full,
            at: now,
            alerts_in_a_row: 0,
        });
        let refilled = now.duration_since(chat.at).as_secs_f64() / interval.as_secs_f64();
        chat.tokens = (chat.tokens + refilled).min(full);
        chat.at = now;
        if chat.tokens >= 1.0 {
            chat.tokens -= 1.0;
            return None;
        }
        Some(interval.mul_f64(1.0 - chat.tokens))
    }

    /// Whether something else than an alert has a turn in this chat.
    pub(super) fn wants_a_break(&self, chat_id: i64) -> bool {
        let chat = self.chats.get(&chat_id);
        chat.is_some_and(|chat| chat.alerts_in_a_row >= ALERTS_IN_A_ROW_MAX)
    }

    /// Notes what goes out to a chat.
    pub(super) fn note(&mut self, chat_id: i64, alert: bool) {
        if let Some(chat) = self.chats.get_mut(&chat_id) {
            chat.alerts_in_a_row = if alert { chat.alerts_in_a_row + 1 } else { 0 };
        }
    }
}

fn interval_of(pacing: Pacing, chat_id: i64) -> Duration {
    let interval = Duration::from_millis(pacing.interval_ms.max(1));
    if chat_id < 0 {
        interval * GROUP_SLOWER
    } else {
        interval
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chat_has_a_burst_and_then_a_pace() {
        let mut pace = Pace::new(Pacing {
            burst: 2,
            interval_ms: 60_000,
        });
        assert_eq!(pace.take(1), None);
        assert_eq!(pace.take(1), None);
        assert!(pace.take(1).is_some());
        assert_eq!(pace.take(2), None);
    }

    #[test]
    fn a_group_is_written_to_more_slowly() {
        let pacing = Pacing {
            burst: 1,
            interval_ms: 1_000,
        };
        assert_eq!(interval_of(pacing, 1), Duration::from_secs(1));
        assert_eq!(interval_of(pacing, -1), Duration::from_secs(3));
    }

    #[test]
    fn after_some_alerts_in_a_row_something_else_has_a_turn() {
        let mut pace = Pace::new(Pacing::default());
        pace.take(1);
        for _ in 0..ALERTS_IN_A_ROW_MAX {
            assert!(!pace.wants_a_break(1));
            pace.note(1, true);
        }
        assert!(pace.wants_a_break(1) && !pace.wants_a_break(2));
        pace.note(1, false);
        assert!(!pace.wants_a_break(1));
    }
}
