//! A session together with its agent's name and its wallets, as people and agents see it.

use sea_orm::ConnectionTrait;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::wire::{
    SelfAgent, SessionBody, SessionSelf, SessionStateBody, SessionWalletBody,
};

use super::{LinkedWallet, Session, SessionState, links};
use crate::agent;
use crate::error::Error;

/// A session with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionView {
    /// The session.
    pub session: Session,
    /// Its agent's name.
    pub agent_name: String,
    /// Its wallets, earliest link first.
    pub wallets: Vec<LinkedWallet>,
}

/// Loads what belongs to a session.
///
/// # Errors
/// As the database says.
pub async fn load(db: &impl ConnectionTrait, session: Session) -> Result<SessionView, Error> {
    let agent = agent::repo::by_id(db, session.agent_id).await?;
    let agent = agent.ok_or_else(|| Error::internal("a session names an unknown agent"))?;
    let wallets = links::list(db, session.id).await?;
    Ok(SessionView {
        session,
        agent_name: agent.name,
        wallets,
    })
}

impl LinkedWallet {
    /// As shown on the wire.
    #[must_use]
    pub fn to_body(&self) -> SessionWalletBody {
        SessionWalletBody {
            id: self.id,
            name: self.name.clone(),
            chain: self.chain.clone(),
            network: self.network.clone(),
            address: self.address.clone(),
            is_default: self.is_default,
        }
    }
}

impl SessionView {
    fn wallet_bodies(&self) -> Vec<SessionWalletBody> {
        self.wallets.iter().map(LinkedWallet::to_body).collect()
    }

    /// As its owner sees it at `now`.
    #[must_use]
    pub fn to_body(&self, now: i64) -> SessionBody {
        let session = &self.session;
        let end = session.revocation.as_ref();
        SessionBody {
            id: session.id,
            agent_id: session.agent_id,
            agent_name: self.agent_name.clone(),
            state: match session.state(now) {
                SessionState::Active { .. } => SessionStateBody::Active,
                SessionState::Expired { .. } => SessionStateBody::Expired,
                SessionState::Revoked { .. } => SessionStateBody::Revoked,
            },
            constraints: session.constraints().to_body(),
            wallets: self.wallet_bodies(),
            renewal_count: session.renewal_count,
            renewals_left: session.renewals_left(),
            created_at: Timestamp(session.created_at),
            expires_at: Timestamp(session.expires_at),
            absolute_expires_at: session.absolute_end(),
            last_renewed_at: session.last_renewed_at.map(Timestamp),
            last_used_at: session.last_used_at.map(Timestamp),
            revoked_at: end.map(|end| Timestamp(end.at)),
            revoked_by: end.map(|end| end.by.clone()),
            revoke_reason: end.map(|end| end.reason.clone()),
            source: session.source.clone(),
            token_file: session.handover.as_ref().map(|h| h.token_file.clone()),
        }
    }

    /// As the session itself may know it.
    #[must_use]
    pub fn to_self(&self, now: i64) -> SessionSelf {
        let session = &self.session;
        SessionSelf {
            session_id: session.id,
            agent: SelfAgent {
                id: session.agent_id,
                name: self.agent_name.clone(),
            },
            wallets: self.wallet_bodies(),
            constraints: session.constraints().to_body(),
            expires_at: Timestamp(session.expires_at),
            renewal_count: session.renewal_count,
            renewals_left: session.renewals_left(),
            renewable_from: Timestamp(session.renewable_from()),
            absolute_expires_at: session.absolute_end(),
            created_at: Timestamp(session.created_at),
            server_time: Timestamp(now),
        }
    }
}
