//! The loop that waits. It sleeps in slices and reads the wall clock after each, so that a
//! laptop's sleep, a jump of the clock and a wait of weeks all come out right (PROTOCOL.md
//! section 7, "Schedule").

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures::FutureExt as _;

use super::Keeper;
use super::reaction::RECOVERY_S;
use super::store::Found;

/// The longest sleep without a look at the wall clock, milliseconds.
const SLICE_MS_MAX: i64 = 30_000;
const RECOVERY_MS: i64 = RECOVERY_S.cast_signed() * 1000;
/// A wall clock that moved this much more or less than was slept has jumped, or the machine
/// was asleep.
const CLOCK_JUMP_MS_MIN: i64 = 5_000;
const REST_MS: i64 = 1_000;
/// How long the first look waits for another process at the token file.
const SWEEP_LOCK_WAIT_MS_MAX: u64 = 0;

impl Keeper {
    /// Runs the loop until the keeper is stopped, also after a fault of our own.
    pub(super) async fn run_supervised(&self) {
        while AssertUnwindSafe(self.run()).catch_unwind().await.is_err() {
            tracing::error!("the session keeper hit a fault of its own and goes on");
            self.sleep(SLICE_MS_MAX).await;
        }
    }

    /// Until the keeper is stopped.
    async fn run(&self) {
        self.sweep().await;
        self.round().await;
        // Running time since the last round, so that a clock set back cannot delay the next.
        let mut since_round_ms = 0;
        while !self.stop.is_cancelled() {
            let slice_ms = self.slice_ms(since_round_ms);
            if slice_ms > 0 {
                match self.sleep(slice_ms).await {
                    Woken::Stopped => return,
                    Woken::Rescheduled => continue,
                    Woken::Slept => since_round_ms += slice_ms,
                }
            }
            if since_round_ms >= RECOVERY_MS || self.slice_ms(0) == 0 {
                self.round().await;
                since_round_ms = 0;
                self.rest_if_still_due().await;
            }
        }
    }

    /// A round does what is due or sets a pause; should it ever do neither, the loop must not
    /// spin.
    async fn rest_if_still_due(&self) {
        if self.slice_ms(0) == 0 {
            self.sleep(REST_MS).await;
        }
    }

    async fn round(&self) {
        let _flight = self.flight.lock().await;
        self.recovery_round(false).await;
    }

    /// Until the next renewal, the next round, or the end of a slice; 0 when it is time.
    fn slice_ms(&self, since_round_ms: i64) -> i64 {
        let now_ms = self.clock.now_ms();
        let to_round_ms = RECOVERY_MS - since_round_ms;
        let memory = self.memory();
        let over = memory
            .held
            .as_ref()
            .is_some_and(|held| memory.is_over(held, now_ms));
        let renewal_at_ms = memory.renewal_at_ms().filter(|_| !over);
        let to_renewal_ms = renewal_at_ms.map_or(i64::MAX, |at_ms| at_ms.saturating_sub(now_ms));
        SLICE_MS_MAX.min(to_round_ms).min(to_renewal_ms).max(0)
    }

    async fn sleep(&self, slice_ms: i64) -> Woken {
        let before_ms = self.clock.now_ms();
        let span = Duration::from_millis(slice_ms.unsigned_abs());
        let woken = tokio::select! {
            biased;
            () = self.stop.cancelled() => Woken::Stopped,
            () = self.changed.notified() => Woken::Rescheduled,
            () = self.clock.sleep(span) => Woken::Slept,
        };
        // Who was woken early slept less; nobody knows how much.
        let slept_ms = match woken {
            Woken::Slept => slice_ms,
            Woken::Stopped | Woken::Rescheduled => 0,
        };
        let jumped_ms = self.clock.now_ms() - before_ms - slept_ms;
        let unknown_ms = slice_ms - slept_ms;
        if jumped_ms < -CLOCK_JUMP_MS_MIN || jumped_ms > unknown_ms + CLOCK_JUMP_MS_MIN {
            self.memory().clock_jumped(jumped_ms);
        }
        woken
    }

    /// Leftovers of a crash go, if no other process is at work.
    async fn sweep(&self) {
        let Some(held) = self.held() else { return };
        let agent = held.claims.agent_id;
        let locked = self.store.lock(agent, &self.clock, SWEEP_LOCK_WAIT_MS_MAX);
        let Ok(Some(lock)) = locked.await else { return };
        if let Ok(removed @ 1..) = self.store.sweep(&lock).await {
            tracing::info!(removed, "removed temporary files that a crash had left");
        }
    }

    /// A key of another token than the file's: nobody can use it any more.
    pub(super) async fn remove_stray_key(&self, found: &Found) {
        if !is_stray(found) {
            return;
        }
        let Some(held) = self.held() else { return };
        let agent = held.claims.agent_id;
        let locked = self.store.lock(agent, &self.clock, SWEEP_LOCK_WAIT_MS_MAX);
        let Ok(Some(lock)) = locked.await else { return };
        if self
            .store
            .look_again(&lock)
            .await
            .is_ok_and(|found| is_stray(&found))
        {
            self.drop_key(&lock).await;
        }
    }
}

fn is_stray(found: &Found) -> bool {
    match (&found.token, &found.pending) {
        (Some(token), Some(pending)) => !pending.matches(token),
        _ => false,
    }
}

enum Woken {
    Stopped,
    Rescheduled,
    Slept,
}
