//! The chat page and the person's side of it over HTTP.
//!
//! The page is static and holds nothing; all it shows comes from `/person/…`, which answers
//! only this machine's browser with the page's key. See `guard` for what is checked.

mod assets;
mod guard;
mod snapshot;

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::middleware;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream::{self, Stream};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::error::PersonError;
use crate::person::Person;
use crate::state::Shared;
use assets::{PAGE, PARTS};

pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let keyed = Router::new()
        .route("/person/{user_id}/state", get(state))
        .route("/person/{user_id}/events", get(events))
        .route("/person/{user_id}/send", post(send))
        .route("/person/{user_id}/tap", post(tap))
        .route("/person/{user_id}/note", post(hand_over))
        .route(PAGE.path, PAGE.route())
        .route_layer(middleware::from_fn_with_state(shared.clone(), guard::key));
    PARTS
        .iter()
        .fold(Router::new(), |router, part| {
            router.route(part.path, part.route())
        })
        .merge(keyed)
        .route_layer(middleware::from_fn_with_state(
            shared.clone(),
            guard::origin,
        ))
}

/// The person that the path names, if the sandbox knows one of that id.
fn person(shared: &Arc<Shared>, id: i64) -> Option<Person> {
    let known = shared.read(|state, _| state.people.contains_key(&id));
    known.then(|| Person {
        shared: shared.clone(),
        id,
    })
}

async fn state(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Response {
    match shared.read(|state, now| snapshot::of(state, id, now)) {
        Some(snapshot) => Json(snapshot).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Sends the whole state whenever it differs from what was sent last, so that a page that
/// lost its connection needs nothing but to connect again.
async fn events(State(shared): State<Arc<Shared>>, Path(id): Path<i64>) -> Response {
    if person(&shared, id).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    Sse::new(states(shared, id))
        .keep_alive(KeepAlive::default())
        .into_response()
}

struct Watching {
    shared: Arc<Shared>,
    changes: watch::Receiver<u64>,
    sent: Option<Value>,
}

fn states(shared: Arc<Shared>, id: i64) -> impl Stream<Item = Result<Event, Infallible>> {
    let changes = shared.subscribe();
    let watching = Watching {
        shared,
        changes,
        sent: None,
    };
    stream::unfold(watching, move |mut watching| async move {
        loop {
            let now = watching
                .shared
                .read(|state, now| snapshot::of(state, id, now))?;
            if watching.sent.as_ref() != Some(&now) {
                let event = Event::default().data(now.to_string());
                watching.sent = Some(now);
                return Some((Ok(event), watching));
            }
            tokio::select! {
                () = watching.shared.closing.cancelled() => return None,
                changed = watching.changes.changed() => changed.ok()?,
            }
        }
    })
}

#[derive(Deserialize)]
struct Send {
    text: String,
}

async fn send(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<i64>,
    Json(body): Json<Send>,
) -> Response {
    let Some(person) = person(&shared, id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    answer(
        person
            .send_text(&body.text)
            .map(|id| json!({ "message_id": id })),
    )
}

/// A text from the note's field, for whoever runs the sandbox.
async fn hand_over(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<i64>,
    Json(body): Json<Send>,
) -> Response {
    if person(&shared, id).is_none() {
        return StatusCode::NOT_FOUND.into_response();
    }
    shared.write(|state, _| state.note.hand_over(&body.text));
    Json(json!({})).into_response()
}

#[derive(Deserialize)]
struct Tap {
    message_id: i64,
    data: String,
}

async fn tap(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<i64>,
    Json(body): Json<Tap>,
) -> Response {
    let Some(person) = person(&shared, id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    answer(
        person
            .tap(body.message_id, &body.data)
            .map(|id| json!({ "query_id": id })),
    )
}

fn answer(outcome: Result<Value, PersonError>) -> Response {
    match outcome {
        Ok(body) => Json(body).into_response(),
        Err(error) => (
            StatusCode::CONFLICT,
            Json(json!({ "error": error.to_string() })),
        )
            .into_response(),
    }
}
