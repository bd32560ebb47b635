//! Listing and verifying the audit chain.

use sea_orm::ConnectionTrait;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{AuditEntryBody, AuditPage, AuditVerification};

use super::anchor::Anchor;
use super::repo::{self, Filter};
use super::{Entry, problem};
use crate::core::Core;
use crate::error::Error;

/// The largest page of entries.
pub const AUDIT_PAGE_MAX: u64 = 200;
const VERIFY_BATCH_ROWS: u64 = 1_000;

/// A page of entries, newest first.
///
/// # Errors
/// As the database says.
pub async fn list(core: &Core, filter: &Filter, limit: u64) -> Result<AuditPage, Error> {
    let limit = limit.clamp(1, AUDIT_PAGE_MAX);
    let mut entries = repo::list(core.db.read(), filter, limit + 1).await?;
    let more = entries.len() as u64 > limit;
    entries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next = more
        .then(|| entries.last().map(|entry| entry.seq))
        .flatten();
    Ok(AuditPage {
        entries: entries.into_iter().map(to_body).collect(),
        next,
    })
}

/// Walks the whole chain, then compares its end with the anchor.
///
/// # Errors
/// As the database says; a broken chain is an answer, not an error.
pub async fn verify(core: &Core) -> Result<AuditVerification, Error> {
    verify_chain(core.db.read(), core.db.anchor()).await
}

/// As [`verify`], for a database that was only opened to be read: no daemon need serve it.
///
/// # Errors
/// As for [`verify`].
pub async fn verify_chain(
    db: &impl ConnectionTrait,
    anchor: &Anchor,
) -> Result<AuditVerification, Error> {
    // Read first: entries that are appended during the walk must not look missing.
    let anchor = anchor.read().map_err(Error::internal)?;
    let mut last: Option<Entry> = None;
    let mut entries = 0;
    loop {
        let after = last.as_ref().map_or(0, |entry| entry.seq);
        let batch = repo::walk(db, after, VERIFY_BATCH_ROWS).await?;
        if batch.is_empty() {
            break;
        }
        for entry in batch {
            if let Some(problem) = problem(last.as_ref(), &entry) {
                return Ok(broken(entries, entry.seq, problem));
            }
            if anchor
                .as_ref()
                .is_some_and(|head| head.seq == entry.seq && head.hash != entry.hash)
            {
                let problem = "it is not the entry that the daemon remembers at this place";
                return Ok(broken(entries, entry.seq, problem));
            }
            entries += 1;
            last = Some(entry);
        }
    }
    Ok(match anchor {
        Some(head) if head.seq > entries => {
            broken(entries, entries + 1, "entries at the end are missing")
        }
        None if entries > 0 => broken(
            entries,
            entries,
            "audit.anchor is missing or unreadable: the end is not proved",
        ),
        _ => AuditVerification {
            intact: true,
            entries,
            first_bad_seq: None,
            problem: None,
        },
    })
}

fn broken(entries: i64, seq: i64, problem: &str) -> AuditVerification {
    AuditVerification {
        intact: false,
        entries,
        first_bad_seq: Some(seq),
        problem: Some(problem.to_owned()),
    }
}

fn to_body(entry: Entry) -> AuditEntryBody {
    AuditEntryBody {
        seq: entry.seq,
        at: Timestamp(entry.at),
        event: entry.event,
        actor: entry.actor,
        agent_id: entry.agent_id.and_then(|id| id.parse().ok()),
        session_id: entry.session_id.and_then(|id| id.parse().ok()),
        details: serde_json::from_str(&entry.details).unwrap_or_default(),
        hash: entry.hash,
    }
}
