//! Callback queries: one per tap, answerable once and only for a while.

use std::collections::VecDeque;

use crate::view::Toast;

/// How long after a tap the bot can still answer it.
pub(crate) const CALLBACK_ANSWER_S: i64 = 15;
/// How many queries and how many answers are remembered; the oldest go first.
const REMEMBERED_MAX: usize = 1_000;
/// Makes ids long and numeric, as Telegram's are.
const FIRST_QUERY_ID: u64 = 4_386_000_000_000_000_001;

#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) id: String,
    pub(crate) person_id: i64,
    pub(crate) chat_id: i64,
    pub(crate) message_id: i64,
    pub(crate) data: String,
    asked_at: i64,
    answered: bool,
}

impl Query {
    /// Whether the bot can still answer.
    pub(crate) fn is_open(&self, now: i64) -> bool {
        !self.answered && now - self.asked_at <= CALLBACK_ANSWER_S
    }
}

/// What the bot answered to a tap.
pub(crate) struct Answer {
    pub(crate) text: Option<String>,
    pub(crate) show_alert: bool,
    pub(crate) url: Option<String>,
}

#[derive(Default)]
pub(crate) struct Queries {
    queries: VecDeque<Query>,
    toasts: VecDeque<Toast>,
    asked: u64,
    answered: u64,
}

impl Queries {
    /// Opens a query and returns its id.
    pub(crate) fn ask(
        &mut self,
        person_id: i64,
        (chat_id, message_id): (i64, i64),
        data: &str,
        now: i64,
    ) -> String {
        let id = (FIRST_QUERY_ID + self.asked).to_string();
        self.asked += 1;
        self.queries.push_back(Query {
            id: id.clone(),
            person_id,
            chat_id,
            message_id,
            data: data.to_owned(),
            asked_at: now,
            answered: false,
        });
        if self.queries.len() > REMEMBERED_MAX {
            self.queries.pop_front();
        }
        id
    }

    /// Takes the answer, or returns `false`: unknown, too late, or answered before.
    pub(crate) fn answer(&mut self, id: &str, answer: Answer, now: i64) -> bool {
        let Some(query) = self
            .queries
            .iter_mut()
            .find(|q| q.id == id && q.is_open(now))
        else {
            return false;
        };
        query.answered = true;
        self.answered += 1;
        self.toasts.push_back(Toast {
            number: self.answered,
            query_id: query.id.clone(),
            person_id: query.person_id,
            chat_id: query.chat_id,
            message_id: query.message_id,
            callback_data: query.data.clone(),
            text: answer.text,
            show_alert: answer.show_alert,
            url: answer.url,
        });
        if self.toasts.len() > REMEMBERED_MAX {
            self.toasts.pop_front();
        }
        true
    }

    pub(crate) fn toasts(&self) -> impl Iterator<Item = &Toast> {
        self.toasts.iter()
    }

    /// The queries that still wait for an answer.
    pub(crate) fn open(&self, now: i64) -> impl Iterator<Item = &Query> {
        self.queries.iter().filter(move |query| query.is_open(now))
    }
}
