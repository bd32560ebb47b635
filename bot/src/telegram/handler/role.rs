//! What a role does not allow: one line or a toast that says which role does, and an audit
//! entry.

use serde_json::json;
use waiaas_daemon_core::audit::{self, AuditEvent, Record};
use waiaas_daemon_core::console::roles::{self, Permission};

use crate::telegram::auth::What;
use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::help;

/// A command or a tap of somebody whose role is too small.
pub(in crate::telegram) async fn on_update(turn: Turn, permission: Permission) -> Handled {
    let operator = turn.operator()?;
    let needed = roles::needed(permission);
    let (what, drafts) = match turn.incoming.what {
        What::Tap { .. } => {
            let toast = help::toast_role(&turn.reader, needed);
            ("tap", turn.answer(Some(toast)))
        }
        What::Message { .. } => (
            "message",
            turn.say(help::role_refusal(&turn.reader, needed)),
        ),
    };
    let details = json!({
        "user_id": operator.user_id, "chat_id": operator.chat_id, "what": what,
        "role": operator.role.as_str(), "needed": needed.as_str(),
    });
    let record = Record::new(AuditEvent::RoleRefused, &operator.actor(), details);
    let mut tx = turn.console.core.db.begin_write().await?;
    audit::repo::append(&mut tx, &record, turn.now).await?;
    turn.finish(tx, drafts).await
}
