//! A daemon that a test scripts, on loopback: it says what it is told to, remembers every
//! request, and can keep an answer back. What is not scripted is answered as by a daemon with
//! one healthy session.
//!
//! ```ignore
//! let daemon = ScriptedDaemon::start().await;
//! daemon.answer(Route::Renew, Answer::refusal(ErrorCode::RenewalTooEarly).retry_after(90));
//! let (late, release) = Answer::ok(&body).held();
//! ```

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use axum::routing::{get, put};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use waiaas_mcp::door::REQUEST_TIMEOUT_S;
use waiaas_protocol::error_code::ErrorCode;
use waiaas_protocol::ids::WalletId;
use waiaas_protocol::time::Timestamp;
use waiaas_protocol::token::TokenHash;

use crate::token::{START_S, UNIT_S, agent_id, session_id};

/// How long a condition may take to come true.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The routes of the agents' door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Route {
    Health,
    Session,
    Wallets,
    Wallet,
    Renew,
}

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub route: Route,
    pub method: String,
    pub path: String,
    /// The SHA-256 of the bearer token.
    pub bearer: Option<TokenHash>,
    pub idempotency_key: Option<String>,
}

/// What goes out.
#[derive(Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    gate: Option<oneshot::Receiver<()>>,
    breaks: bool,
}

/// Lets a held answer go when it is dropped.
#[derive(Debug)]
pub struct Release(oneshot::Sender<()>);

impl Release {
    /// Waits until nobody is there any more to take the answer, less long than a client does.
    pub async fn until_hung_up(mut self) {
        const HANG_UP_S_MAX: u64 = REQUEST_TIMEOUT_S / 2;
        tokio::time::timeout(Duration::from_secs(HANG_UP_S_MAX), self.0.closed())
            .await
            .expect("the client goes on waiting");
    }
}

impl Answer {
    /// 200 with this body.
    pub fn ok(body: &impl Serialize) -> Self {
        Self::raw(200, serde_json::to_string(body).unwrap())
    }

    /// A refusal as PROTOCOL.md section 8 writes it.
    pub fn refusal(code: ErrorCode) -> Self {
        let body = json!({
            "code": code.as_str(), "message": format!("Refused with {code}."),
            "requestId": "r1", "retryable": code.retryable(),
        });
        Self::raw(code.http_status(), body.to_string())
    }

    /// Anything.
    pub fn raw(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            gate: None,
            breaks: false,
        }
    }

    /// The connection breaks before the body is complete: the work is done, the answer lost.
    pub fn lost() -> Self {
        Self {
            breaks: true,
            ..Self::raw(200, "{")
        }
    }

    /// With `Retry-After`.
    pub fn retry_after(self, seconds: u64) -> Self {
        self.header("retry-after", seconds.to_string())
    }

    /// With this header.
    pub fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Not sent before it is released.
    pub fn held(mut self) -> (Self, Release) {
        let (open, gate) = oneshot::channel();
        self.gate = Some(gate);
        (self, Release(open))
    }

    async fn send(self) -> Response<Body> {
        if let Some(gate) = self.gate {
            // Its sender is only ever dropped.
            let _ = gate.await;
        }
        let mut response = Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        let body = match self.breaks {
            true => {
                let pieces = [Ok(self.body), Err("the connection breaks here")];
                Body::from_stream(futures::stream::iter(pieces))
            }
            false => Body::from(self.body),
        };
        response.body(body).unwrap()
    }
}

type Always = Box<dyn Fn(&Request) -> Answer + Send>;

#[derive(Default)]
struct Script {
    once: HashMap<Route, VecDeque<Answer>>,
    always: HashMap<Route, Always>,
    requests: Vec<Request>,
}

#[derive(Clone)]
struct Shared {
    script: Arc<Mutex<Script>>,
    count: Arc<watch::Sender<usize>>,
}

/// The daemon.
pub struct ScriptedDaemon {
    address: SocketAddr,
    shared: Shared,
    running: Option<Runtime>,
}

impl ScriptedDaemon {
    pub async fn start() -> Self {
        let mut daemon = Self {
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            shared: Shared {
                script: Arc::default(),
                count: Arc::new(watch::Sender::new(0)),
            },
            running: None,
        };
        daemon.resume().await;
        daemon
    }

    /// Goes away: every connection is cut, and nobody listens any more.
    pub async fn away(&mut self) {
        let runtime = self.running.take().unwrap();
        tokio::task::spawn_blocking(move || runtime.shutdown_timeout(PATIENCE))
            .await
            .unwrap();
    }

    /// Comes back at the same address, with its script.
    pub async fn resume(&mut self) {
        assert!(self.running.is_none(), "it runs already");
        // A runtime of its own, so that going away cuts connections as a crash does.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (shared, address) = (self.shared.clone(), self.address);
        let listening = runtime.spawn(async move {
            let listener = TcpListener::bind(address).await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move { axum::serve(listener, router(shared)).await });
            address
        });
        self.address = listening.await.unwrap();
        self.running = Some(runtime);
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The next answer of this route that nothing else is queued for.
    pub fn answer(&self, route: Route, answer: Answer) {
        self.script()
            .once
            .entry(route)
            .or_default()
            .push_back(answer);
    }

    /// What the route answers whenever nothing is queued.
    pub fn answer_always(&self, route: Route, with: impl Fn(&Request) -> Answer + Send + 'static) {
        self.script().always.insert(route, Box::new(with));
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.script().requests.clone()
    }

    /// Every request of one route so far.
    pub fn requests_to(&self, route: Route) -> Vec<Request> {
        let mut requests = self.requests();
        requests.retain(|request| request.route == route);
        requests
    }

    /// Waits until a route was asked this often.
    pub async fn until_asked(&self, route: Route, times: usize) {
        let mut count = self.shared.count.subscribe();
        let asked = async {
            while self.requests_to(route).len() < times {
                count.changed().await.unwrap();
            }
        };
        tokio::time::timeout(PATIENCE, asked)
            .await
            .unwrap_or_else(|_| panic!("{route:?} was not asked {times} times"));
    }

    fn script(&self) -> MutexGuard<'_, Script> {
        self.shared.script.lock().unwrap()
    }
}

impl Drop for ScriptedDaemon {
    fn drop(&mut self) {
        if let Some(runtime) = self.running.take() {
            runtime.shutdown_background();
        }
    }
}

fn router(shared: Shared) -> Router {
    let on = |route| {
        move |State(shared): State<Shared>, method, uri, headers| async move {
            shared.handle(route, &method, &uri, &headers).await
        }
    };
    Router::new()
        .route("/health", get(on(Route::Health)))
        .route("/v1/session", get(on(Route::Session)))
        .route("/v1/wallets", get(on(Route::Wallets)))
        .route("/v1/wallets/{id}", get(on(Route::Wallet)))
        .route("/v1/sessions/{id}/renew", put(on(Route::Renew)))
        .with_state(shared)
}

impl Shared {
    async fn handle(
        &self,
        route: Route,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Response<Body> {
        let header = |name| headers.get(name).map(|value| value.to_str().unwrap());
        let bearer = header("authorization").map(|value| value.strip_prefix("Bearer ").unwrap());
        let request = Request {
            route,
            method: method.to_string(),
            path: uri.path().to_owned(),
            bearer: bearer.map(TokenHash::of),
            idempotency_key: header("idempotency-key").map(str::to_owned),
        };
        let answer = {
            let mut script = self.script.lock().unwrap();
            script.requests.push(request.clone());
            let queued = script.once.get_mut(&route).and_then(VecDeque::pop_front);
            queued.unwrap_or_else(|| match script.always.get(&route) {
                Some(with) => with(&request),
                None => unscripted(&request),
            })
        };
        self.count.send_modify(|count| *count += 1);
        answer.send().await
    }
}

fn unscripted(request: &Request) -> Answer {
    match request.route {
        Route::Health => Answer::ok(&json!({
            "status": "ok", "version": "0.1.0", "database": true, "telegram": "ok",
            "serverTime": Timestamp(START_S),
        })),
        Route::Session => Answer::ok(&session()),
        Route::Wallets => Answer::ok(&json!({ "wallets": wallets() })),
        Route::Wallet => {
            let found = wallets().into_iter().find(|wallet| {
                let id = wallet["id"].as_str().unwrap();
                request.path.ends_with(id)
            });
            match found {
                Some(wallet) => Answer::ok(&wallet),
                None => Answer::refusal(ErrorCode::WalletNotFound),
            }
        }
        // A test that lets a keeper renew says what becomes of it.
        Route::Renew => Answer::refusal(ErrorCode::RouteNotFound),
    }
}

/// What `GET /v1/session` says of session 1.
pub fn session() -> Value {
    json!({
        "sessionId": session_id(1),
        "agent": { "id": agent_id(), "name": "trader" },
        "wallets": wallets(),
        "constraints": {
            "expiresIn": UNIT_S, "maxRenewals": 30, "renewalRejectWindow": 3_600,
            "maxAmountPerTx": "1000000", "allowedOperations": ["transfer"],
        },
        "expiresAt": Timestamp(START_S + UNIT_S),
        "renewalCount": 2,
        "renewalsLeft": 28,
        "renewableFrom": Timestamp(START_S + UNIT_S / 2),
        "absoluteExpiresAt": Timestamp(START_S + 30 * UNIT_S),
        "createdAt": Timestamp(START_S),
        "serverTime": Timestamp(START_S),
    })
}

/// Its wallets: `treasury`, the default, and `cold`.
pub fn wallets() -> Vec<Value> {
    let wallet = |number: u8, name, chain, network, address| {
        json!({
            "id": WalletId::from_parts(1_770_000_000_000, &[number; 10]),
            "name": name, "chain": chain, "network": network, "address": address,
            "isDefault": number == 1,
        })
    };
    vec![
        wallet(
            1,
            "treasury",
            "evm",
            "base",
            "0x52908400098527886E0F7030069857D2E4169EE7",
        ),
        wallet(
            2,
            "cold",
            "solana",
            "mainnet-beta",
            "So11111111111111111111111111111111111111112",
        ),
    ]
}
