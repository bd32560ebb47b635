//! What happens to every request around its handler, from the outside in: id, log line and
//! the shape of the answer; the caller's rate limit; the proof of who calls (owner's door);
//! the size of the body; and a task of its own with a time limit.

use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State as Extract};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use tower_http::sensitive_headers::SetSensitiveRequestHeadersLayer;
use tracing::Instrument as _;

use super::auth::{self, IDEMPOTENCY_KEY};
use super::limits::Caller;
use super::request_id::{RequestId, X_REQUEST_ID};
use super::{State, error};
use crate::error::Error;
use crate::i18n::Locale;

/// Longest time for one request of the owner: a hand-over may wait 15 s for a token file's
/// lock, and ending every session takes its time too.
const OWNER_TIMEOUT: Duration = Duration::from_secs(60);
/// Probes call it often and from one address; it is neither limited nor worth a log line.
const HEALTH_PATH: &str = "/health";
const SENSITIVE: [HeaderName; 2] = [header::AUTHORIZATION, IDEMPOTENCY_KEY];

/// Puts the layers of the agents' door around its routes.
pub(super) fn dress_agents(routes: Router<State>, state: State) -> Router {
    let limit = state.settings.request_timeout;
    let inner = routes
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(state.settings.body_max_bytes))
        .layer(from_fn_with_state(limit, in_own_task))
        .layer(from_fn_with_state(state.clone(), limit_body))
        .layer(from_fn_with_state(state.clone(), limit_address));
    dress(inner, state)
}

/// Puts the layers of the owner's door around its routes.
pub(super) fn dress_admin(routes: Router<State>, state: State) -> Router {
    let inner = routes
        .fallback(route_not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(state.settings.body_max_bytes))
        .layer(from_fn_with_state(OWNER_TIMEOUT, in_own_task))
        .layer(from_fn_with_state(state.clone(), limit_body))
        .layer(from_fn_with_state(state.clone(), auth::require_owner));
    dress(inner, state)
}

fn dress(inner: Router<State>, state: State) -> Router {
    inner
        .layer(SetSensitiveRequestHeadersLayer::new(SENSITIVE))
        .layer(from_fn_with_state(state.clone(), observe))
        .with_state(state)
}

async fn route_not_found() -> Error {
    Error::RouteNotFound
}

async fn method_not_allowed() -> Error {
    Error::MethodNotAllowed
}

/// Outermost: names the request, logs one line about it without token, query or header, and
/// finishes the answer.
async fn observe(Extract(state): Extract<State>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers(), &state.core.entropy);
    let languages = request.headers().get(header::ACCEPT_LANGUAGE);
    let locale = Locale::negotiate(languages.and_then(|value| value.to_str().ok()));
    let matched = request.extensions().get::<MatchedPath>();
    let path = matched.map_or("unmatched", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let span = tracing::info_span!("request", id = id.as_str(), %method, path);
    let began = Instant::now();
    async {
        let mut response = error::render(next.run(request).await, &id, locale);
        let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
        if path == HEALTH_PATH {
            tracing::debug!(status, ms, "answered");
        } else {
            tracing::info!(status, ms, "answered");
        }
        finish_headers(&mut response, &id);
        response
    }
    .instrument(span)
    .await
}

fn finish_headers(response: &mut Response, id: &RequestId) {
    let headers = response.headers_mut();
    if let Some(value) = id.to_header() {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
}

/// Before anything else is looked at: the bucket of the connection's address. Headers that
/// claim another address count for nothing.
async fn limit_address(Extract(state): Extract<State>, request: Request, next: Next) -> Response {
    if request.uri().path() != HEALTH_PATH {
        let caller = Caller::at(auth::peer_address(request.extensions()));
        if let Err(refusal) = state.limits.check_caller(caller) {
            return refusal.into_response();
        }
    }
    next.run(request).await
}

/// Refuses a body that says it is too long before reading any of it; one that does not say
/// is cut off by the extractors.
async fn limit_body(Extract(state): Extract<State>, request: Request, next: Next) -> Response {
    let max_bytes = state.settings.body_max_bytes;
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|bytes| bytes > max_bytes) {
        return Error::BodyTooLarge { max_bytes }.into_response();
    }
    next.run(request).await
}

/// Runs the handler in a task of its own, so that a use case is never cut in two: whether the
/// caller hangs up, or its time is over, what has begun is finished. A panic becomes an
/// internal error; its text goes to the log only.
pub(super) async fn in_own_task(
    Extract(limit): Extract<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let task = tokio::spawn(next.run(request).in_current_span());
    match tokio::time::timeout(limit, task).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => Error::internal(panic).into_response(),
        Err(_) => Error::RequestTimeout.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::body::Body;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(handler: axum::routing::MethodRouter, limit: Duration) -> Response {
        let app = Router::new()
            .route("/", handler)
            .layer(from_fn_with_state(limit, in_own_task));
        app.oneshot(Request::new(Body::empty()))
            .await
            .expect("infallible")
    }

    fn rendered(response: Response) -> Response {
        let entropy = crate::entropy::Entropy::seeded(1);
        let id = RequestId::of(&axum::http::HeaderMap::new(), &entropy);
        error::render(response, &id, Locale::En)
    }

    async fn text(response: Response) -> String {
        let bytes = axum::body::to_bytes(response.into_body(), 65_536)
            .await
            .expect("a body");
        String::from_utf8(bytes.to_vec()).expect("UTF-8")
    }

    #[tokio::test]
    async fn a_panic_answers_500_without_its_text() {
        async fn burst() -> Response {
            panic!("secret in a panic")
        }
        let response = rendered(answer(get(burst), OWNER_TIMEOUT).await);
        assert_eq!(response.status(), 500);
        let body = text(response).await;
        assert!(
            body.contains("\"code\":\"INTERNAL\"") && !body.contains("secret"),
            "{body}"
        );
    }

    #[tokio::test]
    async fn a_request_that_takes_too_long_answers_408_and_is_finished_all_the_same() {
        let gate = Arc::new(tokio::sync::Notify::new());
        let done = Arc::new(tokio::sync::Notify::new());
        let (opened, finished) = (Arc::clone(&gate), Arc::clone(&done));
        let handler = get(move || async move {
            opened.notified().await;
            finished.notify_one();
        });
        let response = rendered(answer(handler, Duration::ZERO).await);
        assert_eq!(response.status(), 408);
        assert!(
            text(response)
                .await
                .contains("\"code\":\"REQUEST_TIMEOUT\"")
        );
        gate.notify_one();
        done.notified().await;
    }
}
