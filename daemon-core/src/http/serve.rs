//! Serving the doors: accepting connections, telling each request who is at its other end,
//! and stopping without cutting off what is in flight.

use std::io::{self, ErrorKind};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::AdminPeer;

/// Connections of one door at once; further ones wait in the kernel's queue.
const CONNECTIONS_MAX: usize = 1_024;
/// From the first byte, or the last answer, to the end of a request's headers.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(30);
/// Bytes of a request's headers.
const HEADER_BYTES_MAX: usize = 64 * 1024;
/// How long a stop waits for what is in flight.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// Pause after a failed accept, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);
/// Only the owner reads and writes.
const SOCKET_MODE: u32 = 0o600;

/// Serves a door over TCP until `stop`, then finishes what is in flight.
pub async fn serve_tcp(listener: TcpListener, router: Router, stop: CancellationToken) {
    let door = Connections::new(router);
    loop {
        let Some(seat) = door.seat(&stop).await else {
            break;
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                // Answers are small and awaited; a refusal only costs latency.
                stream.set_nodelay(true).ok();
                door.serve(stream, ConnectInfo(address), seat);
            }
            Err(cause) => pause_after(&cause, &stop).await,
        }
    }
    drop(listener);
    door.drain().await;
}

/// Serves the owner's door until `stop`, then finishes what is in flight.
pub async fn serve_admin(listener: UnixListener, router: Router, stop: CancellationToken) {
    let door = Connections::new(router);
    loop {
        let Some(seat) = door.seat(&stop).await else {
            break;
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let peer = peer_of(&stream);
                door.serve(stream, ConnectInfo(peer), seat);
            }
            Err(cause) => pause_after(&cause, &stop).await,
        }
    }
    drop(listener);
    door.drain().await;
}

fn peer_of(stream: &UnixStream) -> AdminPeer {
    AdminPeer {
        uid: stream.peer_cred().ok().map(|credentials| credentials.uid()),
    }
}

async fn pause_after(cause: &io::Error, stop: &CancellationToken) {
    let caller_left = matches!(
        cause.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    );
    if caller_left {
        return;
    }
    tracing::warn!(%cause, "a connection was not accepted");
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(ACCEPT_PAUSE) => {}
    }
}

type Seat = tokio::sync::OwnedSemaphorePermit;

struct Connections {
    router: Router,
    seats: Arc<Semaphore>,
    graceful: GracefulShutdown,
}

impl Connections {
    fn new(router: Router) -> Self {
        Self {
            router,
            seats: Arc::new(Semaphore::new(CONNECTIONS_MAX)),
            graceful: GracefulShutdown::new(),
        }
    }

    /// Room for one more connection; `None` when it is time to stop.
    async fn seat(&self, stop: &CancellationToken) -> Option<Seat> {
        tokio::select! {
            () = stop.cancelled() => None,
            seat = Arc::clone(&self.seats).acquire_owned() => seat.ok(),
        }
    }

    fn serve<I, P>(&self, stream: I, peer: ConnectInfo<P>, seat: Seat)
    where
        I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
        P: Clone + Send + Sync + 'static,
    {
        let router = self.router.clone();
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(peer.clone());
            let answer: tower::util::Oneshot<Router, Request<Body>> =
                router.clone().oneshot(request);
            async move { answer.await as Result<Response<Body>, _> }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_READ_TIMEOUT)
            .max_buf_size(HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let connection = self.graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(cause) = connection.await {
                tracing::debug!(%cause, "a connection ended early");
            }
            drop(seat);
        });
    }

    async fn drain(self) {
        if tokio::time::timeout(DRAIN_TIMEOUT, self.graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("requests were still in flight when the time to finish them was over");
        }
    }
}

/// Binds the owner's door at `path`, for the owner only from the first moment on. A socket
/// that a dead daemon left behind is replaced.
///
/// # Errors
/// [`ErrorKind::AddrInUse`] when a daemon listens there already, [`ErrorKind::AlreadyExists`]
/// when something else than a socket stands there (also a symbolic link), and whatever the
/// system says; each names the path and how to mend it. Must be called inside a runtime.
pub fn bind_admin(path: &Path) -> io::Result<UnixListener> {
    refuse_occupied(path)?;
    let directory = path.parent().unwrap_or_else(|| Path::new("."));
    // Bound where nobody else can reach it, made private, and only then put in place.
    let private = tempfile::Builder::new()
        .prefix(".s")
        .rand_bytes(4)
        .tempdir_in(directory)?;
    let hidden = private.path().join("s");
    let listener = std::os::unix::net::UnixListener::bind(&hidden).map_err(|cause| {
        let text = format!(
            "{} cannot be opened: {cause}; a shorter data directory may help",
            path.display()
        );
        io::Error::new(cause.kind(), text)
    })?;
    std::fs::set_permissions(&hidden, std::fs::Permissions::from_mode(SOCKET_MODE))?;
    std::fs::rename(&hidden, path)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

fn refuse_occupied(path: &Path) -> io::Result<()> {
    let refusal =
        |kind, text: &str| Err(io::Error::new(kind, format!("{} {text}", path.display())));
    match std::fs::symlink_metadata(path) {
        Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
        Err(cause) => return Err(cause),
        Ok(found) if !found.file_type().is_socket() => {
            return refusal(ErrorKind::AlreadyExists, "is not a socket; move it away");
        }
        Ok(_) => {}
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Ok(_) => refusal(
            ErrorKind::AddrInUse,
            "is in use: a daemon is already running there",
        ),
        Err(cause) if cause.kind() == ErrorKind::ConnectionRefused => Ok(()),
        // Gone between the two looks.
        Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(cause),
    }
}
