//! The listener and its routes. One loopback port serves the Bot API and the chat page.
//!
//! A connection can be cut without a byte of answer: that is how an unreachable Telegram is
//! played while the port stays ours.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::any;
use axum::serve::{IncomingStream, Listener};
use axum::{Json, Router};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::api;
use crate::api::params::Params;
use crate::api::reply::{ApiError, Reply};
use crate::page;
use crate::state::Shared;

/// The pause after a failed accept, such as too many open files.
const ACCEPT_RETRY_MS: u64 = 50;

/// Serves until the sandbox closes.
pub(crate) async fn serve(shared: Arc<Shared>, listener: TcpListener) {
    let closing = shared.closing.clone();
    let service = router(shared).into_make_service_with_connect_info::<Peer>();
    let served = axum::serve(Acceptor(listener), service)
        .with_graceful_shutdown(closing.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::warn!(%error, "the sandbox's listener ended");
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/{bot}/{method}", any(bot_api))
        .merge(page::routes(&shared))
        .fallback(|| async { answer(&ApiError::new(404, "Not Found")) })
        .with_state(shared)
}

async fn bot_api(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path((bot, method)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(token) = bot.strip_prefix("bot") else {
        return answer(&ApiError::new(404, "Not Found"));
    };
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    let reply = match Params::read(query.as_deref(), content_type, &body) {
        Ok(params) => api::call(&shared, token, &method, params).await,
        Err(refusal) => Reply::Api(Err(refusal)),
    };
    match reply {
        Reply::Api(Ok(result)) => Json(json!({ "ok": true, "result": result })).into_response(),
        Reply::Api(Err(refusal)) => answer(&refusal),
        Reply::NotJson(code) => {
            (status(code), Html("<html><body>Bad gateway</body></html>")).into_response()
        }
        Reply::Cut => {
            peer.cut();
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

fn answer(refusal: &ApiError) -> Response {
    (status(refusal.code), Json(refusal.to_json())).into_response()
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The far end of a connection, as a handler knows it.
#[derive(Clone, Default)]
struct Peer {
    is_cut: Arc<AtomicBool>,
}

impl Peer {
    /// Lets nothing more be written to this connection.
    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
    }
}

impl Connected<IncomingStream<'_, Acceptor>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Acceptor>) -> Self {
        stream.io().peer.clone()
    }
}

struct Acceptor(TcpListener);

impl Listener for Acceptor {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            match self.0.accept().await {
                Ok((stream, address)) => {
                    return (
                        Connection {
                            stream,
                            peer: Peer::default(),
                        },
                        address,
                    );
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(Duration::from_millis(ACCEPT_RETRY_MS)).await;
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

struct Connection {
    stream: TcpStream,
    peer: Peer,
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.peer.is_cut.load(Ordering::SeqCst) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()));
        }
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
