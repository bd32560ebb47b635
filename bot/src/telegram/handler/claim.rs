//! `/newsession`, "For another machine": a session whose token waits for a claim code, and the
//! message that shows the code and later what became of it.

use waiaas_daemon_core::Error;
use waiaas_daemon_core::claim::service as claims;
use waiaas_daemon_core::console::outbox::{Draft, Target};
use waiaas_daemon_core::db::WriteTx;
use waiaas_daemon_core::notify::event::Event;
use waiaas_daemon_core::notify::outbox::Pending;
use waiaas_daemon_core::session::RevokeReason;
use waiaas_daemon_core::session::service::NewSession;

use super::new_session::{Note, new_session};
use crate::telegram::action::Grant;
use crate::telegram::console::Console;
use crate::telegram::turn::Turn;
use crate::telegram::view::{Reader, View, claim};

/// Creates the session in the turn's transaction; the tapped message becomes the code's.
///
/// # Errors
/// A refusal of the create; then the caller must drop the transaction.
pub(super) async fn create(
    turn: &Turn,
    tx: &mut WriteTx,
    grant: &Grant,
) -> Result<Vec<Draft>, Error> {
    let note = serde_json::to_value(Note::of(turn)).map_err(Error::internal)?;
    let new = NewSession {
        handover: None,
        claim: true,
        ..new_session(turn, grant, None, None)
    };
    let core = &turn.console.core;
    let issued = claims::issue_in(core, tx, &turn.actor()?, &new, Some(note)).await?;
    let mut drafts = turn.replace(claim::code(&turn.reader, &issued.view, issued.expires_at));
    for draft in &mut drafts {
        draft.session_id = Some(issued.view.session.id.to_string());
        draft.claim_of = Some(issued.view.session.id);
    }
    Ok(drafts)
}

/// What an event changes about a message that shows a code.
#[derive(Default)]
pub(in crate::telegram) struct Ended {
    /// The message, edited.
    pub(in crate::telegram) drafts: Vec<Draft>,
    /// The chat that needs no alert besides.
    pub(in crate::telegram) told_chat_id: Option<i64>,
}

/// Looks whether an event is the end of a code that stands in a chat.
///
/// # Errors
/// As the database says.
pub(in crate::telegram) async fn ended(
    console: &Console,
    pending: &Pending,
) -> Result<Ended, Error> {
    let (Event::SessionClaimed { subject, .. } | Event::SessionRevoked { subject, .. }) =
        &pending.event
    else {
        return Ok(Ended::default());
    };
    let claim = claims::of_session(&console.core, subject.session_id).await?;
    let Some((claim, note)) = claim.and_then(|claim| {
        let note = serde_json::from_value::<Note>(claim.note.clone()?).ok()?;
        Some((claim, note))
    }) else {
        return Ok(Ended::default());
    };
    let now = console.core.clock.now_s();
    let reader = console.reader_in(&note.language, note.time_zone.as_deref(), now);
    let Some((view, told)) = words(&reader, &pending.event, claim.used.is_some()) else {
        return Ok(Ended::default());
    };
    let Some(message_id) = note.message_id else {
        return Ok(Ended::default());
    };
    let target = Target::Message(message_id);
    let mut drafts = view.into_edit(note.user_id, note.chat_id, target, reader.now);
    for (part, draft) in drafts.iter_mut().enumerate() {
        // No alert's priority: the edit must not overtake the one that shows the code.
        draft.dedupe_key = Some(format!("claim:{}:{part}", pending.event_id));
        draft.session_id = Some(subject.session_id.to_string());
    }
    Ok(Ended {
        drafts,
        told_chat_id: told.then_some(note.chat_id),
    })
}

/// The message's words, and whether they make an alert in the same chat needless. A session
/// that ends after its code was used has nothing to do with the code any more.
fn words(reader: &Reader, event: &Event, used: bool) -> Option<(View, bool)> {
    match event {
        Event::SessionClaimed { subject, from, at } => {
            Some((claim::used(reader, subject, from, *at), true))
        }
        Event::SessionRevoked {
            subject,
            reason,
            by,
            at,
            ..
        } if !used => Some(if reason == RevokeReason::ClaimExpired.as_str() {
            (claim::ran_out(reader, subject), true)
        } else {
            (claim::ended(reader, subject, by, *at), false)
        }),
        _ => None,
    }
}
