//! How fast messages go out to one chat.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::telegram::console::Pacing;

/// A bucket per chat, in real time: it paces a network, it decides nothing.
pub(super) struct Pace {
    pacing: Pacing,
    chats: HashMap<i64, (f64, Instant)>,
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
        let interval = Duration::from_millis(self.pacing.interval_ms.max(1));
        let now = Instant::now();
        if self.chats.len() > CHATS_MAX {
            self.chats.clear();
        }
        let (tokens, at) = self.chats.entry(chat_id).or_insert((full, now));
        let refilled = now.duration_since(*at).as_secs_f64() / interval.as_secs_f64();
        *tokens = (*tokens + refilled).min(full);
        *at = now;
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            return None;
        }
        Some(interval.mul_f64(1.0 - *tokens))
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
}
