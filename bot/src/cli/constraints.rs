//! The flags for limits, shared by `session create`, `agent defaults` and `mcp setup`.

use waiaas_protocol::wire::{ConstraintsBody, ConstraintsRequest};

use super::context::Context;
use super::duration;
use i18n_embed_fl::fl;

/// Limits of a session.
#[derive(Debug, Default, PartialEq, Eq, clap::Args)]
pub(super) struct ConstraintFlags {
    /// Renewal unit, 5m to 7d: seconds, or a number with s, m, h or d
    #[arg(long, value_name = "SPAN", value_parser = duration::parse)]
    expires_in: Option<i64>,
    /// Renewals in all, 0 to 100; 0 is never renewable
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_renewals: Option<i64>,
    /// How long the owner is advised to decide about a renewal, 5m to 1d
    #[arg(long, value_name = "SPAN", value_parser = duration::parse)]
    renewal_reject_window: Option<i64>,
    /// Most that one transaction may move, in the smallest unit
    #[arg(
        long,
        visible_alias = "max-amount",
        value_name = "AMOUNT",
        allow_negative_numbers = true
    )]
    max_amount_per_tx: Option<String>,
    /// Most that the session may move in its whole life, in the smallest unit
    #[arg(long, value_name = "AMOUNT", allow_negative_numbers = true)]
    max_total_amount: Option<String>,
    /// Transactions in the session's whole life
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    max_transactions: Option<i64>,
    /// An operation it may use; repeat for more, or part them by commas; without it all
    #[arg(
        long = "allowed-op",
        visible_alias = "allowed-ops",
        value_name = "NAME",
        value_delimiter = ','
    )]
    allowed_operations: Vec<String>,
    /// An address it may send to; repeat for more, without it all
    #[arg(long = "allowed-destination", value_name = "ADDRESS")]
    allowed_destinations: Vec<String>,
}

impl ConstraintFlags {
    /// The flags over what was there before.
    pub(super) fn over(self, base: ConstraintsRequest) -> ConstraintsRequest {
        let list = |given: Vec<String>, before: Option<Vec<String>>| match given.is_empty() {
            true => before,
            false => Some(given),
        };
        ConstraintsRequest {
            expires_in: self.expires_in.or(base.expires_in),
            max_renewals: self.max_renewals.or(base.max_renewals),
            renewal_reject_window: self.renewal_reject_window.or(base.renewal_reject_window),
            max_amount_per_tx: self.max_amount_per_tx.or(base.max_amount_per_tx),
            max_total_amount: self.max_total_amount.or(base.max_total_amount),
            max_transactions: self.max_transactions.or(base.max_transactions),
            allowed_operations: list(self.allowed_operations, base.allowed_operations),
            allowed_destinations: list(self.allowed_destinations, base.allowed_destinations),
        }
    }

    /// Whether any limit was given.
    pub(super) fn any(&self) -> bool {
        *self != Self::default()
    }

    /// The flags alone.
    pub(super) fn alone(self) -> ConstraintsRequest {
        self.over(ConstraintsRequest::default())
    }
}

/// Limits as rows for people; absent ones are left out.
pub(super) fn rows(
    context: &Context,
    limits: &ConstraintsRequest,
) -> Vec<(String, Option<String>)> {
    let texts = &context.texts;
    let list = |names: &Option<Vec<String>>| names.as_ref().map(|names| names.join(", "));
    vec![
        (
            fl!(texts, "cli-limit-expires-in"),
            limits.expires_in.map(duration::spell),
        ),
        (
            fl!(texts, "cli-limit-max-renewals"),
            limits.max_renewals.map(|n| n.to_string()),
        ),
        (
            fl!(texts, "cli-limit-reject-window"),
            limits.renewal_reject_window.map(duration::spell),
        ),
        (
            fl!(texts, "cli-limit-amount-per-tx"),
            limits.max_amount_per_tx.clone(),
        ),
        (
            fl!(texts, "cli-limit-total-amount"),
            limits.max_total_amount.clone(),
        ),
        (
            fl!(texts, "cli-limit-transactions"),
            limits.max_transactions.map(|n| n.to_string()),
        ),
        (
            fl!(texts, "cli-limit-operations"),
            list(&limits.allowed_operations),
        ),
        (
            fl!(texts, "cli-limit-destinations"),
            list(&limits.allowed_destinations),
        ),
    ]
}

/// Granted limits in the shape of asked ones, so that both print alike.
pub(super) fn granted(limits: &ConstraintsBody) -> ConstraintsRequest {
    ConstraintsRequest {
        expires_in: Some(limits.expires_in),
        max_renewals: Some(limits.max_renewals),
        renewal_reject_window: Some(limits.renewal_reject_window),
        max_amount_per_tx: limits.max_amount_per_tx.clone(),
        max_total_amount: limits.max_total_amount.clone(),
        max_transactions: limits.max_transactions,
        allowed_operations: limits.allowed_operations.clone(),
        allowed_destinations: limits.allowed_destinations.clone(),
    }
}
