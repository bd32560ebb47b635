//! The demo for a visitor: a page with the chat, agents beside it, until Ctrl-C.

use std::sync::Arc;
use std::time::Duration;

use i18n_embed_fl::fl;

use super::board::{Doing, Doings};
use super::clock::DemoClock;
use super::elsewhere::ClaimNews;
use super::note::{self, Facts};
use super::stage::{Stage, StagePlan};
use super::{DemoError, DemoOptions, browser, cast, say};
use crate::app::SystemClock;
use crate::cli::Texts;
use crate::telegram::Pacing;

/// Fast enough that a session of the shortest times lives through all of its alerts within a
/// minute, slow enough to read them.
const SPEED: u32 = 20;
/// How long the console may take for its first answer.
const FIRST_ANSWER_S_MAX: u64 = 20;

/// A running demo with its page.
pub(super) struct Show<'a> {
    stage: Stage,
    facts: Facts,
    texts: &'a Texts,
    keep: bool,
}

impl<'a> Show<'a> {
    /// Sets everything up, lets the person pair, starts the agents, and says where the page is.
    pub(super) async fn open(options: DemoOptions, texts: &'a Texts) -> Result<Self, DemoError> {
        let speed = options.speed.unwrap_or(SPEED);
        let stage = Stage::set_up(StagePlan {
            clock: Arc::new(DemoClock::accelerated(Arc::new(SystemClock), speed)),
            language: options.language,
            owner_name: fl!(texts, "demo-owner"),
            pacing: Pacing::default(),
        })
        .await?;
        let cast = cast::add(&stage).await?;
        wait_for_greeting(&stage).await?;
        cast::issue(&stage, &cast.watcher).await?;
        stage.start_agent(&cast.trader);
        stage.start_agent(&cast.watcher);
        stage.start_agent_elsewhere(&cast.scout);
        stage.sandbox.set_note_field(Some(note::field(texts)));
        let facts = Facts {
            speed,
            agent_door: stage.agent_door_url(),
            data_dir: stage.data_dir().display().to_string(),
            elsewhere: stage.elsewhere.data_dir().display().to_string(),
            program: options.program.clone(),
        };
        let show = Self {
            stage,
            facts,
            texts,
            keep: options.keep,
        };
        show.introduce(&options);
        Ok(show)
    }

    fn introduce(&self, options: &DemoOptions) {
        let page = self.stage.sandbox.page_url();
        say(&fl!(
            self.texts,
            "demo-introduction",
            page = page.clone(),
            door = self.facts.agent_door.clone(),
            dir = self.facts.data_dir.clone(),
            program = self.facts.program.clone(),
            speed = self.facts.speed
        ));
        let wanted = options.has_display && !options.no_browser;
        if wanted && browser::open(&page) {
            say(&fl!(self.texts, "demo-browser-opened"));
        } else {
            say(&fl!(self.texts, "demo-open-it"));
        }
    }

    /// Keeps the note up to date, and redeems the codes that are handed over, until `end`.
    pub(super) async fn run_until<T>(&self, end: impl Future<Output = T>) -> T {
        let mut end = std::pin::pin!(end);
        let mut doings = self.stage.board.follow();
        let mut news = None;
        let mut stopped = false;
        loop {
            let seen: Doings = doings.borrow_and_update().clone();
            let lines = note::lines(self.texts, &self.facts, &seen, news.as_ref());
            self.stage.sandbox.set_note(lines);
            let stops = seen.values().any(|doing| *doing == Doing::Stopped);
            if stops && !stopped {
                self.say_how_to_lift();
            }
            stopped = stops;
            tokio::select! {
                ended = &mut end => return ended,
                _ = doings.changed() => {}
                redeemed = self.redeem_next() => news = Some(redeemed),
            }
        }
    }

    async fn redeem_next(&self) -> ClaimNews {
        let typed = self.stage.sandbox.handed_over().await;
        self.stage.elsewhere.redeem(&typed).await
    }

    /// The phone cannot lift the kill switch: the terminal says what can.
    fn say_how_to_lift(&self) {
        say(&fl!(
            self.texts,
            "demo-lift-kill-switch",
            program = self.facts.program.clone(),
            dir = self.facts.data_dir.clone()
        ));
    }

    /// Ends everything and says what is left of it.
    pub(super) async fn close(self, texts: &Texts) -> Result<(), DemoError> {
        say(&fl!(texts, "demo-closing"));
        match self.stage.tear_down(self.keep).await? {
            Some(dir) => say(&fl!(texts, "demo-kept", dir = dir.display().to_string())),
            None => say(&fl!(texts, "demo-removed")),
        }
        Ok(())
    }
}

/// The console answers what the person wrote before anything else is shown.
async fn wait_for_greeting(stage: &Stage) -> Result<(), DemoError> {
    let person = stage.sandbox.page_person();
    let patience = Duration::from_secs(FIRST_ANSWER_S_MAX);
    let answered = person
        .wait_for(|chat| chat.last_from_bot().is_some(), patience)
        .await;
    answered.map(drop).map_err(|silence| DemoError::Missing {
        missing: silence.to_string(),
    })
}
