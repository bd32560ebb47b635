//! Puts domain values into words and buttons. Pure: no database, no Telegram, no clock.

pub(super) mod agent;
pub(super) mod alert;
pub(super) mod audit;
pub(super) mod claim;
pub(super) mod grant;
pub(super) mod help;
pub(super) mod html;
pub(super) mod kill_switch;
pub(super) mod language;
pub(super) mod notify;
pub(super) mod session;
pub(super) mod status;
pub(super) mod summary;
pub(super) mod time;
pub(super) mod wallet;

use std::sync::Arc;

use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::FluentLanguageLoader;
use jiff::tz::TimeZone;
use rust_embed::RustEmbed;
use serde_json::json;
use waiaas_daemon_core::config::Language;
use waiaas_daemon_core::console::callbacks::NewCallback;
use waiaas_daemon_core::console::outbox::{Button, Call, Draft, Target};
use waiaas_daemon_core::console::roles::{self, Permission};
use waiaas_daemon_core::i18n::Locale;
use waiaas_protocol::wire::OperatorRole;

use super::action::Action;

/// How long the buttons of a conversation work, seconds.
pub(super) const CHOICE_LIFETIME_S: i64 = 3_600;
/// Rows of a page of agents or sessions.
pub(super) const PAGE_ROWS: usize = 8;
/// The longest label of a button, in characters.
const LABEL_CHARS_MAX: usize = 40;

#[derive(RustEmbed)]
#[folder = "../locales"]
struct Locales;

/// The texts of every language.
pub(super) struct Words {
    en: Arc<FluentLanguageLoader>,
    ko: Arc<FluentLanguageLoader>,
}

impl Words {
    /// Loads what is embedded in the binary.
    ///
    /// # Panics
    /// When the embedded texts are not Fluent; a test would have said so.
    pub(super) fn load() -> Self {
        Self {
            en: load(Language::En),
            ko: load(Language::Ko),
        }
    }
}

fn load(language: Language) -> Arc<FluentLanguageLoader> {
    let parse = |language: Language| language.code().parse().expect("a language tag");
    let texts = FluentLanguageLoader::new("waiaas", parse(Language::En));
    texts
        .load_languages(&Locales, &[parse(language)])
        .expect("texts are embedded");
    // Isolation marks would end up in ids and paths that people copy.
    texts.set_use_isolating(false);
    Arc::new(texts)
}

/// Who reads: language, time zone, role, and the moment that "in 6 h" counts from.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) texts: Arc<FluentLanguageLoader>,
    pub(super) language: Language,
    pub(super) zone: TimeZone,
    pub(super) now: i64,
    /// Absent for a stranger, and where texts are the same for every role.
    pub(super) role: Option<OperatorRole>,
}

impl Reader {
    /// A reader; an unknown time zone is UTC.
    pub(super) fn new(words: &Words, language: Language, zone: &str, now: i64) -> Self {
        let texts = match language {
            Language::En => &words.en,
            Language::Ko => &words.ko,
        };
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        Self {
            texts: Arc::clone(texts),
            language,
            zone,
            now,
            role: None,
        }
    }

    /// The locale of the daemon's own texts.
    pub(super) fn locale(&self) -> Locale {
        match self.language {
            Language::En => Locale::En,
            Language::Ko => Locale::Ko,
        }
    }

    /// For an operator of this role.
    pub(super) fn with_role(mut self, role: OperatorRole) -> Self {
        self.role = Some(role);
        self
    }

    /// Whether a text may offer this.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.role.is_none_or(|role| roles::may(role, permission))
    }
}

/// A button before it is bound to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) label: String,
    pub(super) action: Action,
    pub(super) lifetime_s: i64,
}

impl Choice {
    /// A button of a conversation.
    pub(super) fn new(label: impl Into<String>, action: Action) -> Self {
        Self {
            label: shorten(&label.into()),
            action,
            lifetime_s: CHOICE_LIFETIME_S,
        }
    }

    /// A button that works for another time.
    pub(super) fn for_s(mut self, lifetime_s: i64) -> Self {
        self.lifetime_s = lifetime_s;
        self
    }
}

/// Makes a text fit on a button, or into an answer that repeats what somebody typed.
pub(super) fn shorten(label: &str) -> String {
    if label.chars().count() <= LABEL_CHARS_MAX {
        return label.to_owned();
    }
    let mut short: String = label.chars().take(LABEL_CHARS_MAX - 1).collect();
    short.push('…');
    short
}

/// A message: HTML whose values are escaped, and rows of buttons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) html: String,
    pub(super) rows: Vec<Vec<Choice>>,
}

impl View {
    /// A message without buttons.
    pub(super) fn text(html: impl Into<String>) -> Self {
        Self {
            html: html.into(),
            rows: Vec::new(),
        }
    }

    /// With a row of buttons.
    pub(super) fn row(mut self, choices: impl IntoIterator<Item = Choice>) -> Self {
        self.rows.push(choices.into_iter().collect());
        self
    }

    /// Without the buttons that a role may not use.
    pub(super) fn for_role(mut self, role: OperatorRole) -> Self {
        for row in &mut self.rows {
            row.retain(|choice| roles::may(role, choice.action.permission()));
        }
        self.rows.retain(|row| !row.is_empty());
        self
    }

    /// As new messages: a text that is too long is split between lines, and the buttons hang
    /// on the last part.
    pub(super) fn into_sends(self, user_id: i64, chat_id: i64, now: i64) -> Vec<Draft> {
        let keyboard = bind(self.rows, user_id, chat_id, now);
        let mut drafts: Vec<Draft> = html::split(&self.html)
            .into_iter()
            .map(|part| Draft::send(chat_id, part))
            .collect();
        if let Some(last) = drafts.last_mut() {
            last.keyboard = keyboard;
        }
        drafts
    }

    /// In place of a message; what does not fit there follows in new ones.
    pub(super) fn into_edit(
        self,
        user_id: i64,
        chat_id: i64,
        target: Target,
        now: i64,
    ) -> Vec<Draft> {
        let mut drafts = self.into_sends(user_id, chat_id, now);
        if let Some(first) = drafts.first_mut()
            && let Call::Send { html, .. } = &mut first.call
        {
            first.call = Call::Edit {
                target,
                html: std::mem::take(html),
                silent: false,
            };
        }
        drafts
    }
}

fn bind(rows: Vec<Vec<Choice>>, user_id: i64, chat_id: i64, now: i64) -> Vec<Vec<Button>> {
    let bind = |choice: Choice| Button {
        text: choice.label,
        callback: NewCallback {
            action: json!(choice.action),
            user_id,
            chat_id,
            expires_at: now + choice.lifetime_s,
        },
    };
    rows.into_iter()
        .map(|row| row.into_iter().map(bind).collect())
        .collect()
}

/// One page of a list, and the buttons that turn it.
pub(super) struct Page<'a, T> {
    pub(super) rows: &'a [T],
    pub(super) number: usize,
    pub(super) pages: usize,
}

impl<'a, T> Page<'a, T> {
    /// Page `number` from 0 on; a number past the end is the last page.
    pub(super) fn of(all: &'a [T], number: usize) -> Self {
        let (number, pages) = Self::place(all.len(), number);
        let from = number * PAGE_ROWS;
        let to = (from + PAGE_ROWS).min(all.len());
        Self {
            rows: &all[from..to],
            number,
            pages,
        }
    }

    /// The page there is for `number`, and how many there are, for so many rows.
    pub(super) fn place(count: usize, number: usize) -> (usize, usize) {
        let pages = count.div_ceil(PAGE_ROWS).max(1);
        (number.min(pages - 1), pages)
    }

    /// The number that a person reads, from 1 on.
    pub(super) const fn shown_number(&self) -> usize {
        self.number + 1
    }

    /// The buttons that turn the page; empty for a single one.
    pub(super) fn turners(&self, action: impl Fn(usize) -> Action) -> Vec<Choice> {
        let mut row = Vec::new();
        if self.number > 0 {
            row.push(Choice::new("‹", action(self.number - 1)));
        }
        if self.number + 1 < self.pages {
            row.push(Choice::new("›", action(self.number + 1)));
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_eight_rows_and_end() {
        let all: Vec<usize> = (0..17).collect();
        assert_eq!(Page::of(&all, 0).rows, &all[0..8]);
        assert_eq!(Page::of(&all, 2).rows, &all[16..17]);
        assert_eq!(Page::of(&all, 99).number, 2);
        assert_eq!(
            Page::of(&all, 0)
                .turners(|page| Action::AgentsPage { page })
                .len(),
            1
        );
        assert_eq!(
            Page::of(&all, 1)
                .turners(|page| Action::AgentsPage { page })
                .len(),
            2
        );
        assert!(
            Page::of(&all[..8], 0)
                .turners(|page| Action::AgentsPage { page })
                .is_empty()
        );
        assert_eq!(Page::<usize>::of(&[], 5).rows.len(), 0);
    }

    #[test]
    fn labels_are_shortened_by_characters() {
        assert_eq!(shorten(&"가".repeat(41)).chars().count(), LABEL_CHARS_MAX);
        assert_eq!(shorten("short"), "short");
    }
}
