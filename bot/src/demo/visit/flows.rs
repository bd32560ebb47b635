//! The scenes beside issuing and revoking: a claim code for another machine, suspend and undo,
//! what is heard and in which language, and the kill switch.

use i18n_embed_fl::fl;
use waiaas_daemon_core::config::Language;
use waiaas_protocol::wire::{KillSwitchBody, KillSwitchRequest};
use waiaas_sandbox::MessageView;

use super::Visit;
use super::steps::{has, missing};
use crate::demo::DemoError;
use crate::demo::board::Doing;
use crate::demo::cast::{SCOUT, TRADER};
use crate::demo::elsewhere::ClaimNews;
use crate::demo::transcript::claim_code_in;
use crate::words;

/// Quiet hours as the buttons say them.
const QUIET_FROM: &str = "22:00";
const QUIET_TO: &str = "07:00";
/// What the code of a used claim is refused with.
const USED_UP: &str = "CLAIM_INVALID";
/// How the message begins that says the kill switch is off, in every language.
const LIFTED: &str = "🟢";

const fn works(doing: &Doing) -> bool {
    matches!(doing, Doing::Working(_))
}

impl Visit<'_> {
    /// `/newsession`, the agent, For another machine; the code there, and the same code again.
    pub(super) async fn claim_elsewhere(&mut self) -> Result<(), DemoError> {
        self.stage.start_agent_elsewhere(&self.cast.scout);
        self.write("/newsession")?;
        let choice = self
            .message("a choice of agents", |m| has(m, SCOUT))
            .await?;
        self.tap(&choice, SCOUT).await?;
        let another = fl!(self.texts, "console-button-another-machine");
        let offer = self
            .edit(&choice, "a way to another machine", |m| has(m, &another))
            .await?;
        self.tap(&offer, &another).await?;
        let shown = self
            .edit(&offer, "a claim code", |m| claim_code_in(&m.text).is_some())
            .await?;
        let code = claim_code_in(&shown.text).unwrap_or_default().to_owned();
        let redeemed = self.stage.elsewhere.redeem(&code).await;
        let fact = fl!(self.texts, "demo-fact-claimed", agent = SCOUT);
        self.check(redeemed == ClaimNews::Claimed, &fact)?;
        self.agent(SCOUT, "takes up its token elsewhere", works)
            .await?;
        self.edit(&shown, "that the code is used up", |m| {
            claim_code_in(&m.text).is_none()
        })
        .await?;
        self.claim_again(&shown, &code).await
    }

    /// A second try is refused and alarms the owner.
    async fn claim_again(&mut self, shown: &MessageView, code: &str) -> Result<(), DemoError> {
        let again = self.stage.elsewhere.redeem(code).await;
        let refused = ClaimNews::Refused {
            code: USED_UP.to_owned(),
        };
        let fact = fl!(self.texts, "demo-fact-claim-refused", code = USED_UP);
        self.check(again == refused, &fact)?;
        let revoke = fl!(self.texts, "console-button-revoke");
        self.look_for("the alarm about the second try", |m| {
            m.id > shown.id && m.text.contains(SCOUT) && has(m, &revoke)
        })
        .await
        .map(drop)
    }

    /// `/agents`, the agent, Suspend, Undo.
    pub(super) async fn suspend_and_undo(&mut self) -> Result<(), DemoError> {
        self.write("/agents")?;
        let list = self.message("the agents", |m| has(m, TRADER)).await?;
        self.tap(&list, TRADER).await?;
        let suspend = fl!(self.texts, "console-button-suspend");
        let details = self
            .edit(&list, "the agent's details", |m| has(m, &suspend))
            .await?;
        self.tap(&details, &suspend).await?;
        let undo = fl!(self.texts, "console-button-undo");
        let suspended = self
            .edit(&details, "a way to undo it", |m| has(m, &undo))
            .await?;
        self.agent(TRADER, "is suspended", |doing| *doing == Doing::Suspended)
            .await?;
        let fact = fl!(self.texts, "demo-fact-suspended", agent = TRADER);
        self.transcript.checked(&fact);
        self.tap(&suspended, &undo).await?;
        self.edit(&suspended, "that it is undone", |m| !has(m, &undo))
            .await?;
        self.goes_on().await
    }

    async fn goes_on(&mut self) -> Result<(), DemoError> {
        self.agent(TRADER, "works again", works).await?;
        let fact = fl!(self.texts, "demo-fact-goes-on", agent = TRADER);
        self.transcript.checked(&fact);
        Ok(())
    }

    /// `/notify`: one event without a sound, and quiet hours.
    pub(super) async fn choose_what_to_hear(&mut self) -> Result<(), DemoError> {
        let event = fl!(self.texts, "notify-session-created");
        let (loud, silent) = (format!("🔔 {event}"), format!("🔕 {event}"));
        self.write("/notify")?;
        let overview = self.message("what is heard", |m| has(m, &loud)).await?;
        self.tap(&overview, &loud).await?;
        let changed = self
            .edit(&overview, "the event without a sound", |m| has(m, &silent))
            .await?;
        self.tap(&changed, &fl!(self.texts, "console-button-quiet-hours"))
            .await?;
        let from = self
            .edit(&changed, "hours to begin with", |m| has(m, QUIET_FROM))
            .await?;
        self.tap(&from, QUIET_FROM).await?;
        let to = self
            .edit(&from, "hours to end with", |m| !has(m, QUIET_FROM))
            .await?;
        self.tap(&to, QUIET_TO).await?;
        let hours = format!("{QUIET_FROM}–{QUIET_TO}");
        self.edit(&to, "the quiet hours", |m| m.text.contains(&hours))
            .await
            .map(drop)
    }

    /// `/language`: to the other one and back.
    pub(super) async fn read_another_language(&mut self) -> Result<(), DemoError> {
        let names = [(Language::En, "English"), (Language::Ko, "한국어")];
        let locale = words::locale(self.texts);
        let (own, other): (Vec<_>, Vec<_>) = names
            .into_iter()
            .partition(|(language, _)| language.code() == locale.tag());
        for (_, name) in other.into_iter().chain(own) {
            self.write("/language")?;
            let asked = self.message("the languages", |m| has(m, name)).await?;
            self.tap(&asked, name).await?;
            let chosen = self
                .edit(&asked, "the chosen language", |m| m.keyboard.is_empty())
                .await?;
            let korean = chosen.text.contains(|c: char| ('가'..='힣').contains(&c));
            if korean != (name == "한국어") {
                return Err(missing(&format!("{name} in {}", chosen.text)));
            }
        }
        Ok(())
    }

    /// `/killswitch`, Confirm; every agent is refused until the machine lifts it.
    pub(super) async fn stop_everything_and_lift_it(&mut self) -> Result<(), DemoError> {
        let confirm = fl!(self.texts, "console-button-kill-switch");
        self.write("/killswitch")?;
        let question = self
            .message("what will happen", |m| has(m, &confirm))
            .await?;
        self.tap(&question, &confirm).await?;
        self.edit(&question, "that it is on", |m| !has(m, &confirm))
            .await?;
        for agent in [TRADER, SCOUT] {
            self.agent(agent, "is stopped", |doing| *doing == Doing::Stopped)
                .await?;
            let fact = fl!(self.texts, "demo-fact-stopped", agent = agent);
            self.transcript.checked(&fact);
        }
        self.skip();
        let off = KillSwitchRequest {
            active: false,
            revoke_all: false,
        };
        let lifted: KillSwitchBody = self.stage.owner_door.put("/v1/kill-switch", &off).await?;
        self.check(!lifted.active, &fl!(self.texts, "demo-fact-lifted"))?;
        self.message("that it was lifted", |m| m.text.starts_with(LIFTED))
            .await?;
        self.goes_on().await
    }
}
