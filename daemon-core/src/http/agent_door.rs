//! Every route of the agents' door, in one list. Nothing here creates, lists or revokes
//! sessions; that is the owner's door. A claim hands over what the owner has created.

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{State, claim, health, openapi, session, wallet};

/// The list.
pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::with_openapi(openapi::agent_info())
        .routes(routes!(health::health))
        .routes(routes!(openapi::document))
        .routes(routes!(session::show))
        .routes(routes!(session::renew))
        .routes(routes!(claim::claim))
        .routes(routes!(wallet::list))
        .routes(routes!(wallet::show))
}
