//! `/audit`: entries of the audit chain in words. Each event has a text `audit-<event>`; one of
//! a newer version is shown by its code.

use std::collections::HashMap;

use i18n_embed_fl::fl;
use serde_json::Value;
use waiaas_daemon_core::agent::Agent;
use waiaas_daemon_core::audit::Entry;
use waiaas_daemon_core::notify::trouble::Trouble;

use super::alert::{revoke_reason, who};
use super::html::escape;
use super::session::short_id_text;
use super::{Choice, Page, Reader, View, shorten};
use crate::telegram::action::Action;

/// An entry with the names of those whom it mentions by id.
#[derive(Debug, Clone)]
pub(in crate::telegram) struct Told {
    entry: Entry,
    details: Value,
    agent: Option<String>,
    /// Who did it, if it was somebody of the console.
    person: Option<String>,
    /// The person whom it is about.
    user: String,
}

impl Told {
    /// `people` are labels of operators by user id.
    pub(in crate::telegram) fn new(
        entry: Entry,
        agent: Option<String>,
        people: &HashMap<String, String>,
    ) -> Self {
        let details: Value = serde_json::from_str(&entry.details).unwrap_or_default();
        let person = entry.actor.strip_prefix("telegram:");
        let user = text(&details["user_id"]);
        Self {
            person: person.and_then(|id| people.get(id)).cloned(),
            user: people.get(&user).cloned().unwrap_or(user),
            agent,
            details,
            entry,
        }
    }

    fn what(&self, reader: &Reader) -> String {
        let event = self.entry.event.as_str();
        let key = format!("audit-{}", event.to_lowercase().replace('_', "-"));
        if !reader.texts.has(&key) {
            return escape(event);
        }
        let facts = ["wallet", "name", "wallet_id"].map(|name| text(&self.details[name]));
        let wallet = facts.into_iter().find(|fact| !fact.is_empty());
        let counts = ["generation", "sessions"].map(|name| text(&self.details[name]));
        let why = match &self.details["trigger"] {
            Value::String(trigger) => revoke_reason(reader, trigger),
            _ => escape(&self.given_up_for(reader)),
        };
        let facts = HashMap::from([
            ("wallet", escape(&wallet.unwrap_or_default())),
            ("count", counts.concat()),
            ("why", why),
            ("user", escape(&self.user)),
            ("from", escape(&text(&self.details["from"]))),
        ]);
        reader.texts.get_args(&key, facts)
    }

    /// Why a message was given up. What an older version has written is quoted.
    fn given_up_for(&self, reader: &Reader) -> String {
        let facts = ["code", "said"].map(|name| self.details[name].as_str());
        let trouble = Trouble::restored(facts[0], facts[1], &text(&self.details["reason"]));
        reader.locale().trouble(&trouble)
    }

    fn by(&self, reader: &Reader) -> String {
        match &self.person {
            Some(name) => escape(name),
            None if self.entry.actor.starts_with("agent:") => {
                fl!(reader.texts, "console-audit-by-agent")
            }
            None => who(reader, &self.entry.actor),
        }
    }

    fn subject(&self) -> Option<String> {
        let agent = self
            .agent
            .as_deref()
            .map(|name| format!("<b>{}</b>", escape(name)));
        let session = self.entry.session_id.as_deref();
        let session = session.map(|id| format!("<code>{}</code>", escape(&short_id_text(id))));
        let subject: Vec<_> = [agent, session].into_iter().flatten().collect();
        (!subject.is_empty()).then(|| subject.join(" · "))
    }

    /// One line for a list that is about its subject already.
    pub(super) fn brief(&self, reader: &Reader) -> String {
        fl!(
            reader.texts,
            "console-audit-brief",
            when = reader.moment(self.entry.at),
            what = self.what(reader),
            by = self.by(reader)
        )
    }

    fn lines(&self, reader: &Reader) -> [String; 2] {
        let what = self.what(reader);
        [
            fl!(
                reader.texts,
                "console-audit-when",
                when = reader.moment(self.entry.at),
                by = self.by(reader)
            ),
            match self.subject() {
                Some(subject) => format!("{subject}: {what}"),
                None => what,
            },
        ]
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A page of entries, newest first; `before` is where the first page began.
pub(in crate::telegram) fn list(
    reader: &Reader,
    agent: Option<&Agent>,
    page: &Page<'_, Told>,
    before: i64,
) -> View {
    let mut title = match agent {
        Some(agent) => fl!(
            reader.texts,
            "console-audit-title-agent",
            agent = escape(&agent.name)
        ),
        None => fl!(reader.texts, "console-audit-title"),
    };
    if page.pages > 1 {
        let number = fl!(
            reader.texts,
            "console-page",
            page = page.shown_number(),
            pages = page.pages
        );
        title = format!("{title} {number}");
    }
    let mut lines = vec![title];
    if page.rows.is_empty() {
        lines.push(fl!(reader.texts, "console-audit-none"));
    }
    for told in page.rows {
        lines.push(String::new());
        lines.extend(told.lines(reader));
    }
    let mut view = View::text(lines.join("\n"));
    let agent_id = agent.map(|agent| agent.id);
    let turners = page.turners(|page| Action::AuditPage {
        agent_id,
        before: Some(before),
        page,
    });
    if !turners.is_empty() {
        view = view.row(turners);
    }
    let newest = Action::AuditPage {
        agent_id,
        before: None,
        page: 0,
    };
    let refresh = Choice::new(fl!(reader.texts, "console-button-refresh"), newest);
    let back = agent_id.map(|agent_id| {
        let action = Action::OpenAgent { agent_id, page: 0 };
        Choice::new(fl!(reader.texts, "console-button-back"), action)
    });
    view.row(back.into_iter().chain([refresh]))
}

/// No agent has this name.
pub(in crate::telegram) fn unknown_agent(
    reader: &Reader,
    name: &str,
    nearest: Option<&str>,
) -> View {
    match nearest {
        Some(_) => super::grant::unknown_agent(reader, name, nearest),
        None => View::text(fl!(
            reader.texts,
            "console-audit-unknown-agent",
            name = escape(&shorten(name))
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Words;
    use waiaas_daemon_core::config::Language;

    use super::*;

    /// The codes of the registry, from its source.
    fn codes() -> Vec<&'static str> {
        let registry = include_str!("../../../../daemon-core/src/audit/mod.rs");
        let arms = registry.lines().filter_map(|line| {
            let code = line.trim().strip_prefix("Self::")?.split_once("=> \"")?.1;
            code.strip_suffix("\",")
        });
        arms.collect()
    }

    #[test]
    fn every_audit_event_has_words_in_every_language() {
        let words = Words::load();
        let codes = codes();
        assert!(codes.len() > 30, "{codes:?}");
        for language in [Language::En, Language::Ko] {
            let reader = Reader::new(&words, language, "UTC", 0);
            for code in &codes {
                let entry = Entry {
                    seq: 1,
                    at: 0,
                    event: (*code).to_owned(),
                    actor: "daemon".to_owned(),
                    agent_id: None,
                    session_id: None,
                    details: "{}".to_owned(),
                    prev_hash: String::new(),
                    hash: String::new(),
                };
                let what = Told::new(entry, None, &HashMap::new()).what(&reader);
                assert_ne!(what, *code, "no text in {}", language.code());
                assert!(!what.contains('{'), "{code}: {what}");
            }
        }
    }
}
