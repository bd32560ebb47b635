//! What each role may do in the console: the one table (CONSOLE.md, "Who may act"). Pure.

use waiaas_protocol::wire::OperatorRole;

/// What a command or a button does, as far as roles care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Looks, or changes only what the person sees and hears.
    Read,
    /// Gives an agent a session within the configured limits.
    Issue,
    /// Ends a session.
    Revoke,
    /// Suspends an agent, and undoes that at once.
    Suspend,
    /// Turns the kill switch on.
    KillSwitch,
    /// Lets a suspended agent act again.
    Resume,
    /// Answers for the use of an old token.
    Vouch,
}

/// The smallest role that has a permission; every larger one has it too.
#[must_use]
pub const fn needed(permission: Permission) -> OperatorRole {
    match permission {
        Permission::Read => OperatorRole::Viewer,
        Permission::Issue | Permission::Revoke | Permission::Suspend | Permission::KillSwitch => {
            OperatorRole::Operator
        }
        Permission::Resume | Permission::Vouch => OperatorRole::Owner,
    }
}

/// Whether a role has a permission.
#[must_use]
pub fn may(role: OperatorRole, permission: Permission) -> bool {
    role >= needed(permission)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_has_its_permissions_and_no_more() {
        use OperatorRole::{Operator, Owner, Viewer};
        let table = [
            (Permission::Read, [true, true, true]),
            (Permission::Issue, [false, true, true]),
            (Permission::Revoke, [false, true, true]),
            (Permission::Suspend, [false, true, true]),
            (Permission::KillSwitch, [false, true, true]),
            (Permission::Resume, [false, false, true]),
            (Permission::Vouch, [false, false, true]),
        ];
        for (permission, expected) in table {
            let found = [Viewer, Operator, Owner].map(|role| may(role, permission));
            assert_eq!(found, expected, "{permission:?}");
        }
    }
}
