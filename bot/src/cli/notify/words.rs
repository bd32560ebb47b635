//! What became of an alert, in words.

use i18n_embed_fl::fl;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{ChannelDelivery, ChatDelivery, ChatStatus, DeliveryStatus};

use crate::cli::duration::relative;
use crate::cli::texts::Texts;

/// What became of an alert on a channel: one line for each chat, or one for the channel.
pub(super) fn results(texts: &Texts, now: Timestamp, channel: &ChannelDelivery) -> Vec<String> {
    if !channel.chats.is_empty() {
        let line = |chat| in_chat(texts, now, chat);
        return channel.chats.iter().map(line).collect();
    }
    let what = match channel.status {
        DeliveryStatus::Accepted => fl!(texts, "cli-notify-delivered"),
        DeliveryStatus::Waiting => fl!(texts, "cli-notify-waiting"),
        DeliveryStatus::PassedOver => fl!(texts, "cli-notify-passed-over"),
        DeliveryStatus::SwitchedOff => fl!(texts, "cli-notify-switched-off"),
        DeliveryStatus::NoRecipient => fl!(texts, "cli-notify-no-recipient"),
        DeliveryStatus::Dead => fl!(texts, "cli-notify-dead"),
    };
    let told = channel.status == DeliveryStatus::Accepted;
    let problem = channel.problem.as_deref().filter(|_| !told);
    vec![spelt(texts, now, what, problem, channel.next_attempt_at)]
}

fn in_chat(texts: &Texts, now: Timestamp, chat: &ChatDelivery) -> String {
    let name = chat.name.clone();
    let name = name.unwrap_or_else(|| chat.chat_id.to_string());
    let what = match chat.status {
        ChatStatus::Sent => return fl!(texts, "cli-notify-in-chat", name = name),
        ChatStatus::Waiting => fl!(texts, "cli-notify-chat-waiting", name = name),
        ChatStatus::Dead => fl!(texts, "cli-notify-chat-dead", name = name),
    };
    spelt(
        texts,
        now,
        what,
        chat.problem.as_deref(),
        chat.next_attempt_at,
    )
}

/// With the reason, and with the next try where it is still ahead.
fn spelt(
    texts: &Texts,
    now: Timestamp,
    mut what: String,
    problem: Option<&str>,
    next: Option<Timestamp>,
) -> String {
    if let Some(problem) = problem {
        what = format!("{what}: {problem}");
    }
    match next.filter(|next| *next > now) {
        Some(next) => {
            let when = relative(texts, now, next);
            fl!(texts, "cli-notify-next", what = what, when = when)
        }
        None => what,
    }
}
