//! Every route of the owner's door, in one list; one file per noun beside it. Who calls has
//! been proved before any of these runs (see [`super::auth`]).

mod agent_wallets;
mod agents;
mod audit;
mod keys;
mod kill_switch;
mod notifications;
mod operators;
mod restore;
mod session_wallets;
mod sessions;
mod status;
mod wallets;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{State, openapi};
use crate::agent::service::resolve;
use crate::core::Core;
use crate::error::Error;

/// The list.
pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(openapi::admin_info())
        .routes(routes!(openapi::document))
        .routes(routes!(status::status))
        .routes(routes!(wallets::list, wallets::create))
        .routes(routes!(wallets::show, wallets::remove))
        .routes(routes!(agents::list, agents::create))
        .routes(routes!(agents::show, agents::remove))
        .routes(routes!(agents::suspend))
        .routes(routes!(agents::resume))
        .routes(routes!(agents::set_defaults))
        .routes(routes!(agent_wallets::link))
        .routes(routes!(agent_wallets::unlink))
        .routes(routes!(agent_wallets::set_default))
        .routes(routes!(sessions::list, sessions::create))
        .routes(routes!(sessions::show))
        .routes(routes!(sessions::revoke))
        .routes(routes!(session_wallets::link))
        .routes(routes!(session_wallets::unlink))
        .routes(routes!(session_wallets::set_default))
        .routes(routes!(kill_switch::show, kill_switch::set))
        .routes(routes!(keys::list))
        .routes(routes!(keys::rotate))
        .routes(routes!(audit::list))
        .routes(routes!(audit::verify))
        .routes(routes!(notifications::test))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::show))
        .routes(routes!(operators::pair))
        .routes(routes!(operators::list))
        .routes(routes!(operators::remove))
        .routes(routes!(restore::confirm))
}

/// The id of an agent that a filter names by id or by name.
async fn agent_reference(core: &Core, reference: Option<String>) -> Result<Option<String>, Error> {
    let Some(reference) = reference else {
        return Ok(None);
    };
    let agent = resolve(core.db.read(), &reference).await?;
    Ok(Some(agent.id.to_string()))
}
