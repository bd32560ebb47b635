//! JSON bodies of both doors, camelCase, as PROTOCOL.md names them.
//!
//! These are shapes only: no rule lives here. Requests refuse unknown fields, so that a
//! misspelt limit is an error and not a missing limit.

mod agent;
mod audit;
mod constraints;
mod error;
mod notification;
mod session;
mod system;
mod wallet;

pub use agent::{
    AgentBody, AgentList, AgentStatusBody, AgentWalletBody, CreateAgentRequest, LinkWalletRequest,
    SetDefaultWalletRequest,
};
pub use audit::{AuditEntryBody, AuditPage, AuditVerification};
pub use constraints::{ConstraintsBody, ConstraintsRequest};
pub use error::{ErrorBody, Issue};
pub use notification::{
    ChannelDelivery, ChatDelivery, ChatStatus, DeliveryStatus, NotificationBody, NotificationPage,
    NotificationShown, NotificationState, TestNotificationRequest,
};
pub use session::{
    ClaimSessionRequest, ClaimSessionResponse, CreateSessionRequest, CreateSessionResponse,
    RenewResponse, RevokeSessionRequest, RevokeSessionResponse, SelfAgent, SessionBody,
    SessionList, SessionSelf, SessionStateBody, SessionWalletBody, SessionWalletList,
};
pub use system::{
    ChannelHealth, Health, KeyBody, KeyList, KillSwitchBody, KillSwitchRequest, OperatorBody,
    OperatorList, OperatorRole, PairingRequest, PairingResponse, RestoreConfirmation,
    RotateKeysRequest, RotateKeysResponse, StatusBody,
};
pub use wallet::{CreateWalletRequest, WalletBody, WalletList, WalletStatusBody};

/// A token in a response body: written in full, because the create, claim and renew
/// responses are where a token is handed over; redacted everywhere else.
#[derive(Clone, serde::Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct TokenField(pub crate::token::SessionToken);

impl serde::Serialize for TokenField {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl TryFrom<String> for TokenField {
    type Error = crate::token::TokenFormatError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        crate::token::SessionToken::parse(&text).map(Self)
    }
}

impl std::fmt::Debug for TokenField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A claim code in a response body of the owner's door: written in full, since there it is
/// handed to the owner; redacted everywhere else.
#[derive(Clone, serde::Deserialize)]
#[serde(try_from = "String")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String))]
pub struct ClaimCodeField(pub crate::claim_code::ClaimCode);

impl serde::Serialize for ClaimCodeField {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose())
    }
}

impl TryFrom<String> for ClaimCodeField {
    type Error = crate::claim_code::ClaimCodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        crate::claim_code::ClaimCode::parse(&text).map(Self)
    }
}

impl std::fmt::Debug for ClaimCodeField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}
