//! A visit that plays itself: what a person does on the phone, what comes back, and what
//! follows from it on the machine. It ends at the first thing that does not happen.
//!
//! Messages are told apart by their buttons and the names in them, so that the visit can be
//! played in every language.

mod checks;
mod flows;
mod steps;

use std::sync::Arc;

use i18n_embed_fl::fl;
use waiaas_protocol::wire::AuditVerification;
use waiaas_sandbox::Person;

use super::board::Doing;
use super::cast::{self, Cast, TRADER, TRADER_EXPIRES_IN_S, WATCHER};
use super::clock::DemoClock;
use super::stage::{FIRST_WORDS, Stage, StagePlan};
use super::transcript::Transcript;
use super::{DemoError, DemoOptions, say};
use crate::app::SystemClock;
use crate::cli::Texts;
use crate::telegram::Pacing;
use steps::has;

/// The visit moves the clock itself; only timers hurry, so that nobody waits for a loop.
const CLOCK_SPEED: u32 = 1;
const TIMER_SPEED: u32 = 100;
/// The sandbox takes more than Telegram would, and a script need not be readable live.
const PACING: Pacing = Pacing {
    burst: 30,
    interval_ms: 100,
};
/// What the visitor chooses instead of the trader's default.
const TRADER_RENEWALS: i64 = 10;
/// How much of a unit passes until its renewal is surely due: 60 %, and the jitter of at most
/// 2 % (PROTOCOL.md section 7).
const RENEWED_PERCENT: i64 = 65;
/// The same of the shortest unit, seconds.
const WATCHER_STEP_S: u32 = 195;
const WATCHER_REST_S: u32 = 120;

/// A visit in progress.
struct Visit<'a> {
    stage: Stage,
    cast: Cast,
    person: Person,
    texts: &'a Texts,
    transcript: Transcript,
    /// Messages up to this one belong to former scenes.
    seen_id: i64,
}

/// Plays the whole visit and prints it.
///
/// # Errors
/// [`DemoError::Missing`] says what did not happen.
pub(super) async fn play(options: DemoOptions, texts: &Texts) -> Result<(), DemoError> {
    let clock = DemoClock::directed(Arc::new(SystemClock), CLOCK_SPEED, TIMER_SPEED);
    let stage = Stage::set_up(StagePlan {
        clock: Arc::new(clock),
        language: options.language,
        owner_name: fl!(texts, "demo-owner"),
        pacing: PACING,
    })
    .await?;
    let cast = cast::add(&stage).await?;
    let mut visit = Visit {
        person: stage.sandbox.page_person(),
        transcript: Transcript::new(stage.data_dir().display().to_string()),
        seen_id: 0,
        stage,
        cast,
        texts,
    };
    let outcome = visit.scenes().await;
    let kept = visit.stage.tear_down(options.keep).await?;
    outcome?;
    say(&fl!(texts, "demo-visit-complete"));
    if let Some(dir) = kept {
        say(&fl!(texts, "demo-kept", dir = dir.display().to_string()));
    }
    Ok(())
}

impl Visit<'_> {
    async fn scenes(&mut self) -> Result<(), DemoError> {
        self.pair().await?;
        let old = self.issue_by_phone().await?;
        self.renew_the_trader(&old).await?;
        self.live_through_a_short_session().await?;
        self.claim_elsewhere().await?;
        self.suspend_and_undo().await?;
        self.choose_what_to_hear().await?;
        self.read_another_language().await?;
        self.stop_everything_and_lift_it().await?;
        self.revoke_by_phone().await?;
        let audit: AuditVerification = self.stage.owner_door.get("/v1/audit/verify").await?;
        let fact = fl!(self.texts, "demo-fact-audit", entries = audit.entries);
        self.check(audit.intact, &fact)
    }

    async fn pair(&mut self) -> Result<(), DemoError> {
        self.transcript.wrote(FIRST_WORDS);
        self.message("an answer to /start", |_| true)
            .await
            .map(drop)
    }

    /// Sends `/newsession`, taps the agent, changes the renewals, taps Create; the token file and
    /// its use.
    async fn issue_by_phone(&mut self) -> Result<checks::Issued, DemoError> {
        self.stage.start_agent(&self.cast.trader);
        self.write("/newsession")?;
        let choice = self
            .message("a choice of agents", |m| has(m, TRADER) && has(m, WATCHER))
            .await?;
        self.tap(&choice, TRADER).await?;
        let create = fl!(self.texts, "console-button-create");
        let change = fl!(self.texts, "console-button-change");
        let offer = self
            .edit(&choice, "what would be granted", |m| has(m, &change))
            .await?;
        self.tap(&offer, &change).await?;
        let fewer = fl!(
            self.texts,
            "console-button-renewals",
            count = TRADER_RENEWALS
        );
        let presets = self
            .edit(&offer, "fewer renewals to choose", |m| has(m, &fewer))
            .await?;
        self.tap(&presets, &fewer).await?;
        let chosen = format!("✓ {fewer}");
        let summary = self
            .edit(&presets, "the chosen number of renewals", |m| {
                has(m, &chosen) && has(m, &create)
            })
            .await?;
        self.tap(&summary, &create).await?;
        let path = checks::shared_token_file(self.stage.data_dir());
        self.edit(&summary, "a confirmation with the token file", |m| {
            m.keyboard.is_empty() && m.text.contains(&path.display().to_string())
        })
        .await?;
        let issued = checks::token_file_works(&self.stage, &path).await?;
        self.transcript.checked(&fl!(
            self.texts,
            "demo-fact-token-file",
            path = path.display().to_string(),
            mode = issued.mode.clone(),
            agent = issued.agent.clone(),
            wallets = issued.wallets.clone()
        ));
        self.agent(TRADER, "takes up its token", |doing| {
            matches!(doing, Doing::Working(_))
        })
        .await?;
        Ok(issued)
    }

    /// Time passes; the agent renews; the alert comes; the old token opens nothing.
    async fn renew_the_trader(&mut self, old: &checks::Issued) -> Result<(), DemoError> {
        self.pass_s(u32::try_from(TRADER_EXPIRES_IN_S * RENEWED_PERCENT / 100).unwrap_or_default());
        self.renewal_alert(TRADER, 1).await?;
        let refused = checks::refusal_of(&self.stage, &old.token).await;
        let rotated = refused.as_deref() == Some("AUTH_TOKEN_INVALID");
        let code = refused.unwrap_or_default();
        self.check(
            rotated,
            &fl!(self.texts, "demo-fact-old-token", code = code),
        )
    }

    /// A session from the machine with the shortest times: all of its alerts, to its end.
    async fn live_through_a_short_session(&mut self) -> Result<(), DemoError> {
        let watcher = self.cast.watcher;
        cast::issue(&self.stage, &watcher).await?;
        self.message("the alert about a session from the machine", |m| {
            m.text.contains(WATCHER)
        })
        .await?;
        self.stage.start_agent(&watcher);
        self.agent(WATCHER, "takes up its token", |doing| {
            matches!(doing, Doing::Working(_))
        })
        .await?;
        for count in 1..=cast::WATCHER_MAX_RENEWALS {
            self.pass_s(WATCHER_STEP_S);
            self.renewal_alert(WATCHER, count).await?;
            if count == 1 {
                self.expiring_soon(WATCHER).await?;
            }
        }
        self.pass_s(WATCHER_STEP_S);
        self.agent(
            WATCHER,
            "is refused another renewal",
            |doing| matches!(doing, Doing::Working(work) if work.last_unit.is_some()),
        )
        .await?;
        self.transcript.checked(&fl!(self.texts, "demo-fact-limit"));
        self.pass_s(WATCHER_REST_S);
        let new_session = fl!(self.texts, "console-button-new-session");
        self.message("the alert about the end", |m| {
            m.text.contains(WATCHER) && m.buttons().count() <= 1 && has(m, &new_session)
        })
        .await
        .map(drop)
    }

    async fn expiring_soon(&mut self, agent: &str) -> Result<(), DemoError> {
        let new_session = fl!(self.texts, "console-button-new-session");
        let revoke = fl!(self.texts, "console-button-revoke");
        self.message("the alert that the session ends soon", |m| {
            m.text.contains(agent) && has(m, &new_session) && has(m, &revoke)
        })
        .await
        .map(drop)
    }

    async fn renewal_alert(&mut self, agent: &str, count: i64) -> Result<(), DemoError> {
        let reject = fl!(self.texts, "alert-button-reject");
        let counted = format!("{count}/");
        // A renewal after the first one edits the message of the one before.
        self.look_for("the alert about a renewal", |m| {
            m.text.contains(agent) && m.text.contains(&counted) && has(m, &reject)
        })
        .await
        .map(drop)
    }

    /// `/sessions`, the session, Revoke, Confirm; the next request is refused.
    async fn revoke_by_phone(&mut self) -> Result<(), DemoError> {
        let revoke = fl!(self.texts, "console-button-revoke");
        let revoke_now = fl!(self.texts, "console-button-revoke-now");
        self.write("/sessions")?;
        let list = self
            .message("the live sessions", |m| has(m, TRADER))
            .await?;
        self.tap(&list, TRADER).await?;
        let details = self
            .edit(&list, "the session's details", |m| has(m, &revoke))
            .await?;
        self.tap(&details, &revoke).await?;
        let question = self
            .edit(&details, "a question back", |m| has(m, &revoke_now))
            .await?;
        self.tap(&question, &revoke_now).await?;
        self.edit(&question, "the end in place", |m| !has(m, &revoke_now))
            .await?;
        self.agent(
            TRADER,
            "is refused",
            |doing| matches!(doing, Doing::Ended { code } if code == "SESSION_REVOKED"),
        )
        .await?;
        self.transcript
            .checked(&fl!(self.texts, "demo-fact-revoked", agent = TRADER));
        Ok(())
    }
}
