//! `/killswitch`: what it would stop, and the button that turns it on. Lifting it needs the
//! machine (CONSOLE.md, tier 2), so nothing here does that.

use waiaas_daemon_core::Error;
use waiaas_daemon_core::agent::repo as agents;
use waiaas_daemon_core::db::WriteTx;
use waiaas_daemon_core::session::repo as sessions;
use waiaas_daemon_core::system::{repo, service};

use crate::telegram::schema::Handled;
use crate::telegram::turn::Turn;
use crate::telegram::view::{View, kill_switch};

/// Says what will happen, with Confirm and Cancel; where it is on already, since when and by
/// whom.
pub(in crate::telegram) async fn on_command(turn: Turn) -> Handled {
    let db = turn.console.core.db.read();
    let view = match repo::load(db).await?.kill_switch {
        Some(switch) => kill_switch::is_on(&turn.reader, &switch),
        None => {
            let live = sessions::count_live(db, None, turn.now).await?;
            let active = agents::count_active(db).await?;
            kill_switch::ask(&turn.reader, live, active)
        }
    };
    turn.finish_with(turn.say(view)).await
}

/// Turns it on; whoever was faster, the first time counts.
pub(super) async fn activate(turn: &Turn, tx: &mut WriteTx) -> Result<View, Error> {
    let core = &turn.console.core;
    let (switch, _) = service::activate_in(core, tx, &turn.actor()?, false, turn.now).await?;
    Ok(kill_switch::is_on(&turn.reader, &switch))
}
