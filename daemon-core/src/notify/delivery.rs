//! What became of an event on each channel and in each chat, as far as the rows and this
//! process know. Pure.

use std::collections::BTreeMap;

use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{ChannelDelivery, ChatDelivery, ChatStatus, DeliveryStatus};

use super::health::Hold;
use super::outbox::{self, Logged, history::Record};
use crate::console::{self, outbox::Told};

/// The channels as this process sees them.
#[derive(Debug, Clone, Default)]
pub(super) struct Channels {
    /// Those that take alerts, the first choice first.
    pub(super) names: Vec<&'static str>,
    /// Those that are left alone now.
    pub(super) holds: BTreeMap<&'static str, Hold>,
}

/// The channels that were asked to tell an event or still may be, the first choice first.
pub(super) fn deliveries(
    record: &Record,
    logged: &[Logged],
    chats: &[ChatDelivery],
    channels: &Channels,
) -> Vec<ChannelDelivery> {
    let row_of = |name: &str| logged.iter().find(|row| row.channel == name);
    let mut names: Vec<&str> = channels.names.clone();
    let only = record.only_channel.as_deref();
    names.extend(only.filter(|only| !channels.names.contains(only)));
    let mut others: Vec<&str> = logged.iter().map(|row| row.channel.as_str()).collect();
    others.retain(|name| !names.contains(name));
    others.sort_unstable();
    names.extend(others);
    let has_part = |name: &&str| {
        let may_still = record.is_open() && only.is_none();
        row_of(name).is_some() || may_still || only == Some(*name)
    };
    let delivery = |name: &str| {
        let chats = if name == console::CHANNEL { chats } else { &[] };
        delivery(record, name, row_of(name), chats, channels.holds.get(name))
    };
    names.into_iter().filter(has_part).map(delivery).collect()
}

fn delivery(
    record: &Record,
    channel: &str,
    row: Option<&Logged>,
    chats: &[ChatDelivery],
    hold: Option<&Hold>,
) -> ChannelDelivery {
    let status = status(record, row);
    let waits = status == DeliveryStatus::Waiting;
    // The first attempt of a test does not wait for a pause of our own making.
    let at_once = record.only_channel.is_some() && row.is_none();
    let hold = hold.filter(|hold| waits && (hold.asked || !at_once));
    // Whichever pause is the longer one holds.
    let next = row.and_then(|row| row.next_attempt_at);
    let next = next.max(hold.map(|hold| hold.until)).filter(|_| waits);
    let problem = row.and_then(|row| row.detail.clone());
    let told = |chat: &ChatDelivery| chat.status == ChatStatus::Sent;
    let awaited = |chat: &ChatDelivery| chat.status == ChatStatus::Waiting;
    ChannelDelivery {
        channel: channel.to_owned(),
        status,
        delivered: status == DeliveryStatus::Accepted && chats.iter().all(told),
        settled: !waits && !chats.iter().any(awaited),
        attempts: row.map_or(0, |row| row.attempts),
        at: row.map(|row| Timestamp(row.at)),
        next_attempt_at: next.map(Timestamp),
        problem: problem.or_else(|| hold.map(|hold| hold.reason.clone())),
        chats: chats.to_vec(),
    }
}

fn status(record: &Record, row: Option<&Logged>) -> DeliveryStatus {
    match row.map(|row| row.status.as_str()) {
        Some(outbox::ACCEPTED) => DeliveryStatus::Accepted,
        Some(outbox::SWITCHED_OFF) => DeliveryStatus::SwitchedOff,
        Some(outbox::NO_RECIPIENT) => DeliveryStatus::NoRecipient,
        Some(outbox::DEAD) => DeliveryStatus::Dead,
        _ if record.is_open() => DeliveryStatus::Waiting,
        _ => DeliveryStatus::PassedOver,
    }
}

/// The chats that an event's messages are for, each once. `first` has the message of each chat
/// that the others wait for, `names` whose chat it is.
pub(super) fn chats(
    told: &[Told],
    first: &BTreeMap<i64, Told>,
    names: &BTreeMap<i64, String>,
) -> Vec<ChatDelivery> {
    let mut ids: Vec<i64> = Vec::new();
    for message in told {
        if !ids.contains(&message.chat_id) {
            ids.push(message.chat_id);
        }
    }
    let chat = |id: i64| {
        let parts: Vec<&Told> = told.iter().filter(|one| one.chat_id == id).collect();
        let mut chat = chat(&parts, first.get(&id));
        chat.chat_id = id;
        chat.name = names.get(&id).cloned();
        chat
    };
    ids.into_iter().map(chat).collect()
}

/// A long alert has several parts: it stands in the chat when all of them do.
fn chat(parts: &[&Told], first: Option<&Told>) -> ChatDelivery {
    let mut chat = ChatDelivery {
        chat_id: 0,
        name: None,
        status: ChatStatus::Sent,
        attempts: parts.iter().map(|part| part.attempts).max().unwrap_or(0),
        at: None,
        next_attempt_at: None,
        problem: None,
    };
    let waits = |part: &&&Told| part.sent_at.is_none() && part.dead_at.is_none();
    if let Some(dead) = parts.iter().find(|part| part.dead_at.is_some()) {
        chat.status = ChatStatus::Dead;
        chat.at = dead.dead_at.map(Timestamp);
        chat.problem.clone_from(&dead.last_error);
    } else if let Some(part) = parts.iter().find(waits) {
        chat.status = ChatStatus::Waiting;
        let ahead = first.map_or(part.next_attempt_at, |first| first.next_attempt_at);
        chat.next_attempt_at = Some(Timestamp(ahead.max(part.next_attempt_at)));
        let ahead = first.and_then(|first| first.last_error.clone());
        chat.problem = part.last_error.clone().or(ahead);
    } else {
        let last = parts.iter().filter_map(|part| part.sent_at).max();
        chat.at = last.map(Timestamp);
    }
    chat
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(done_at: Option<i64>, only: Option<&str>) -> Record {
        Record {
            seq: 1,
            event_id: "e".to_owned(),
            event: "SESSION_REVOKED".to_owned(),
            level: "INFO".to_owned(),
            session_id: None,
            agent_id: None,
            agent_name: None,
            created_at: 100,
            done_at,
            dead_at: None,
            last_error: None,
            only_channel: only.map(str::to_owned),
        }
    }

    fn row(channel: &str, status: &str) -> Logged {
        Logged {
            channel: channel.to_owned(),
            status: status.to_owned(),
            at: 101,
            attempts: 1,
            next_attempt_at: Some(103),
            detail: Some("away".to_owned()),
        }
    }

    fn told(chat_id: i64, sent_at: Option<i64>, dead_at: Option<i64>) -> Told {
        Told {
            chat_id,
            attempts: 0,
            next_attempt_at: 100,
            sent_at,
            dead_at,
            last_error: dead_at.map(|_| "blocked".to_owned()),
        }
    }

    fn both() -> Channels {
        Channels {
            names: vec!["telegram", "discord"],
            holds: BTreeMap::new(),
        }
    }

    /// `channel status delivered settled` of each.
    fn shown(record: &Record, logged: &[Logged], chats: &[ChatDelivery]) -> Vec<String> {
        let line = |one: &ChannelDelivery| {
            let (status, delivered) = (one.status.as_str(), one.delivered);
            format!("{} {status} {delivered} {}", one.channel, one.settled)
        };
        deliveries(record, logged, chats, &both())
            .iter()
            .map(line)
            .collect()
    }

    #[test]
    fn an_open_event_may_go_to_every_channel_and_an_ended_one_went_where_it_was_taken() {
        let open = record(None, None);
        let expected = [
            "telegram waiting false false",
            "discord waiting false false",
        ];
        assert_eq!(shown(&open, &[], &[]), expected);
        let logged = [row("discord", "waiting"), row("telegram", "accepted")];
        let expected = [
            "telegram accepted true true",
            "discord passed_over false true",
        ];
        assert_eq!(shown(&record(Some(102), None), &logged, &[]), expected);
        let gone = [row("ntfy", "dead"), row("discord", "switched_off")];
        let expected = ["discord switched_off false true", "ntfy dead false true"];
        assert_eq!(shown(&record(Some(102), None), &gone, &[]), expected);
    }

    #[test]
    fn an_event_for_one_channel_is_shown_there_alone_even_when_that_channel_is_gone() {
        let open = record(None, Some("discord"));
        assert_eq!(shown(&open, &[], &[]), ["discord waiting false false"]);
        let ended = record(Some(102), Some("ntfy"));
        assert_eq!(shown(&ended, &[], &[]), ["ntfy passed_over false true"]);
    }

    #[test]
    fn in_the_queue_of_a_chat_is_not_yet_delivered() {
        let (done, logged) = (record(Some(102), None), [row("telegram", "accepted")]);
        let of = |messages: &[Told]| {
            let chats = chats(messages, &BTreeMap::new(), &BTreeMap::new());
            shown(&done, &logged, &chats).remove(0)
        };
        let (sent, blocked) = (told(1, Some(104), None), told(2, None, Some(104)));
        assert_eq!(of(&[told(1, None, None)]), "telegram accepted false false");
        assert_eq!(
            of(std::slice::from_ref(&sent)),
            "telegram accepted true true"
        );
        assert_eq!(of(&[sent.clone(), blocked]), "telegram accepted false true");
        let half = told(1, None, None);
        assert_eq!(of(&[sent, half]), "telegram accepted false false");
    }

    #[test]
    fn the_longer_pause_holds_and_says_why() {
        let hold = Hold {
            until: 400,
            reason: "the server asks to wait".to_owned(),
            asked: true,
        };
        let mut channels = both();
        channels.holds.insert("discord", hold);
        let open = record(None, Some("discord"));
        let one = |logged: &[Logged]| deliveries(&open, logged, &[], &channels).remove(0);
        let unasked = one(&[]);
        assert_eq!(unasked.next_attempt_at, Some(Timestamp(400)));
        assert_eq!(unasked.problem.as_deref(), Some("the server asks to wait"));
        let asked = one(&[row("discord", "waiting")]);
        assert_eq!(asked.next_attempt_at, Some(Timestamp(400)));
        assert_eq!(asked.problem.as_deref(), Some("away"));
        let taken = one(&[row("discord", "accepted")]);
        assert_eq!(taken.next_attempt_at, None);
        channels
            .holds
            .values_mut()
            .for_each(|hold| hold.asked = false);
        let at_once = deliveries(&open, &[], &[], &channels).remove(0);
        assert_eq!(at_once.next_attempt_at, None, "a test is not held up");
        let other = deliveries(&record(None, None), &[], &[], &channels).remove(1);
        assert_eq!(other.next_attempt_at, Some(Timestamp(400)));
    }

    #[test]
    fn a_message_behind_another_waits_for_what_that_one_waits_for() {
        let ahead = Told {
            next_attempt_at: 160,
            last_error: Some("no route".to_owned()),
            ..told(1, None, None)
        };
        let first = BTreeMap::from([(1, ahead)]);
        let names = BTreeMap::from([(1, "@olga".to_owned())]);
        let found = chats(&[told(1, None, None)], &first, &names).remove(0);
        assert_eq!(found.name.as_deref(), Some("@olga"));
        assert_eq!(found.next_attempt_at, Some(Timestamp(160)));
        assert_eq!(found.problem.as_deref(), Some("no route"));
    }
}
