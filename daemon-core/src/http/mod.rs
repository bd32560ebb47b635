//! The two doors (HTTP): every route of each in one list, and what both have in common.
//!
//! A handler proves who calls through an extractor, calls one use case and shapes the answer.
//! No SQL, no rule and no text lives here; `error` is the only place that knows statuses.

mod admin;
mod agent_door;
pub mod auth;
mod claim;
mod claim_tries;
mod error;
mod extract;
mod health;
mod issue;
mod layers;
mod limits;
mod openapi;
mod query;
mod request_id;
pub mod serve;
mod session;
mod wallet;
pub mod webhook;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;

use crate::config::HttpConfig;
use crate::core::Core;
pub use auth::AdminPeer;
use claim_tries::ClaimTries;
use limits::Limits;
pub use openapi::{openapi, routes};

/// The agents' TCP address or the owner's Unix socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// TCP: session tokens. Nothing on it creates, lists or revokes sessions.
    Agent,
    /// The Unix socket `admin.sock`: the daemon's user or root.
    Admin,
}

/// Limits of both doors, from `[http]` of the configuration.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    /// Where agents connect, as `waiaas status` shows it.
    pub listen: String,
    /// Longest request body, bytes.
    pub body_max_bytes: usize,
    /// Longest time for one request of an agent.
    pub request_timeout: Duration,
    /// Requests of one session at once.
    pub session_burst: u32,
    /// Requests of one session, per second, after the burst.
    pub session_per_s: u32,
    /// Requests of one address at once; also of one user on the admin door.
    pub address_burst: u32,
    /// Requests of one address, per second, after the burst.
    pub address_per_s: u32,
}

impl From<&HttpConfig> for HttpSettings {
    fn from(config: &HttpConfig) -> Self {
        Self {
            listen: config.listen.to_string(),
            body_max_bytes: config.body_max_bytes,
            request_timeout: Duration::from_secs(config.request_timeout_s),
            session_burst: config.session_burst,
            session_per_s: config.session_per_s,
            address_burst: config.address_burst,
            address_per_s: config.address_per_s,
        }
    }
}

/// What every handler and layer of one door is given.
#[derive(Clone)]
pub(crate) struct State {
    core: Core,
    settings: Arc<HttpSettings>,
    limits: Arc<Limits>,
    claim_tries: Arc<ClaimTries>,
    openapi: Arc<str>,
}

impl State {
    fn new(core: Core, settings: HttpSettings, door: Door) -> Self {
        Self {
            core,
            limits: Arc::new(Limits::new(&settings)),
            claim_tries: Arc::default(),
            settings: Arc::new(settings),
            openapi: openapi(door).into(),
        }
    }
}

/// The agents' door. Serve it with [`serve::serve_tcp`], which tells each request the
/// address of its connection.
pub fn agent_router(core: Core, settings: HttpSettings) -> Router {
    let (routes, _) = agent_door::routes().split_for_parts();
    layers::dress_agents(routes, State::new(core, settings, Door::Agent))
}

/// The owner's door. Serve it with [`serve::serve_admin`], which tells each request the user
/// at the other end of its connection.
pub fn admin_router(core: Core, settings: HttpSettings) -> Router {
    let (routes, _) = admin::routes().split_for_parts();
    layers::dress_admin(routes, State::new(core, settings, Door::Admin))
}
