//! The tree that an update goes down, and nothing else.

use std::sync::Arc;

use dptree::Handler;
use dptree::di::DependencyMap;
use teloxide::types::Update;
use waiaas_daemon_core::Error;
use waiaas_daemon_core::console::roles::Permission;

use super::auth::{self, Gate, Incoming, What};
use super::command::{self, Command, Request};
use super::console::Console;
use super::handler::{
    agents, audit, help, kill_switch, language, new_session, notify, pairing, role, sessions,
    status, stranger, tap, wallets,
};
use super::turn::{Turn, UpdateId};

/// What a handler returns.
pub(super) type Handled = Result<(), Error>;
/// The tree.
pub(super) type Tree = Handler<'static, Handled>;

/// Sends an update down the tree.
///
/// # Errors
/// What the handler says; then nothing of it was committed.
pub(super) async fn dispatch(
    tree: &Tree,
    console: &Console,
    update_id: i64,
    update: Update,
) -> Handled {
    let mut input = DependencyMap::new();
    input.insert(console.clone());
    input.insert(UpdateId(update_id));
    let Some(incoming) = auth::read(update) else {
        return Turn::ignore(console, UpdateId(update_id)).await;
    };
    let gate = auth::judge(console, &incoming).await?;
    input.insert(Arc::new(incoming));
    input.insert(gate);
    match tree.dispatch(input).await {
        std::ops::ControlFlow::Break(handled) => handled,
        std::ops::ControlFlow::Continue(_) => Turn::ignore(console, UpdateId(update_id)).await,
    }
}

/// Who first, then what.
pub(super) fn tree() -> Tree {
    dptree::entry()
        .map(Turn::begin)
        .branch(dptree::filter_map(too_small).endpoint(role::on_update))
        .branch(
            dptree::filter(is_operator)
                .branch(taps(tap::on_tap))
                .chain(operator_commands()),
        )
        .branch(
            dptree::filter(is_stranger)
                .branch(taps(stranger::on_tap))
                .chain(stranger_commands()),
        )
}

fn operator_commands() -> Tree {
    dptree::filter_map(read_command)
        .branch(dptree::filter_map(start_code).endpoint(pairing::by_operator))
        .branch(dptree::filter_map(new_session_agent).endpoint(new_session::on_command))
        .branch(dptree::filter_map(revoke_id).endpoint(sessions::on_revoke))
        .branch(dptree::filter_map(audit_agent).endpoint(audit::on_command))
        .branch(dptree::filter_map(notify_zone).endpoint(notify::on_command))
        .branch(only(Command::Sessions).endpoint(sessions::on_command))
        .branch(only(Command::Agents).endpoint(agents::on_command))
        .branch(only(Command::Wallets).endpoint(wallets::on_command))
        .branch(only(Command::KillSwitch).endpoint(kill_switch::on_command))
        .branch(only(Command::Status).endpoint(status::on_command))
        .branch(only(Command::Language).endpoint(language::on_command))
        .branch(only(Command::WhoAmI).endpoint(help::who_am_i))
        .branch(only(Command::Help).endpoint(help::on_help))
        .endpoint(help::on_unknown)
}

fn stranger_commands() -> Tree {
    dptree::filter_map(read_command)
        .branch(dptree::filter_map(start_code).endpoint(pairing::by_stranger))
        .branch(
            only(Command::WhoAmI)
                .filter(is_private)
                .endpoint(help::who_am_i),
        )
        .endpoint(stranger::on_message)
}

fn taps<F, Fut>(handler: F) -> Tree
where
    F: Fn(Turn) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Handled> + Send + 'static,
{
    dptree::filter(|incoming: Arc<Incoming>| matches!(incoming.what, What::Tap { .. }))
        .endpoint(move |turn: Turn| handler(turn))
}

fn only(wanted: Command) -> Tree {
    dptree::filter(move |request: Request| request == Request::Command(wanted.clone()))
}

fn too_small(gate: Gate) -> Option<Permission> {
    match gate {
        Gate::TooSmall { permission, .. } => Some(permission),
        Gate::Operator(_) | Gate::Stranger | Gate::Ignored => None,
    }
}

fn is_operator(gate: Gate) -> bool {
    matches!(gate, Gate::Operator(_))
}

fn is_stranger(gate: Gate) -> bool {
    matches!(gate, Gate::Stranger)
}

fn is_private(incoming: Arc<Incoming>) -> bool {
    incoming.is_private()
}

fn read_command(console: Console, incoming: Arc<Incoming>) -> Option<Request> {
    match &incoming.what {
        What::Message { text } => Some(command::read(text, &console.bot_name())),
        What::Tap { .. } => None,
    }
}

/// The argument of a command.
#[derive(Debug, Clone)]
pub(super) struct Argument(pub(super) String);

fn start_code(request: Request) -> Option<Argument> {
    match request {
        Request::Command(Command::Start(code)) => Some(Argument(code.trim().to_owned())),
        _ => None,
    }
}

fn new_session_agent(request: Request) -> Option<Argument> {
    match request {
        Request::Command(Command::NewSession(agent)) => Some(Argument(agent.trim().to_owned())),
        _ => None,
    }
}

fn revoke_id(request: Request) -> Option<Argument> {
    match request {
        Request::Command(Command::Revoke(id)) => Some(Argument(id.trim().to_owned())),
        _ => None,
    }
}

fn audit_agent(request: Request) -> Option<Argument> {
    match request {
        Request::Command(Command::Audit(agent)) => Some(Argument(agent.trim().to_owned())),
        _ => None,
    }
}

fn notify_zone(request: Request) -> Option<Argument> {
    match request {
        Request::Command(Command::Notify(zone)) => Some(Argument(zone.trim().to_owned())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_can_be_built() {
        let _ = tree();
    }
}
