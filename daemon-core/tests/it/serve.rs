//! Serving on real sockets: the peer's user, stopping, and the socket file.

use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use waiaas_daemon_core::http::serve::{bind_admin, serve_admin, serve_tcp};

use crate::harness::TestApp;

/// Puts something at a path where the socket should be; a link leads to another socket.
type Obstacle = fn(&std::path::Path, &std::path::Path);

const PATIENCE: Duration = Duration::from_secs(30);

/// Sends one request and reads the whole answer; the connection closes after it.
async fn ask(
    mut stream: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    path: &str,
) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: waiaas\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_owners_door_serves_the_user_that_the_kernel_names() {
    let app = TestApp::new().await;
    let path = app.data_dir().join("admin.sock");
    let stop = CancellationToken::new();
    let listener = bind_admin(&path).unwrap();
    let server = tokio::spawn(serve_admin(listener, app.admin_router(), stop.clone()));
    let answer = ask(UnixStream::connect(&path).await.unwrap(), "/v1/status").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    stop.cancel();
    tokio::time::timeout(PATIENCE, server)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn the_agents_door_serves_and_stops() {
    let app = TestApp::new().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let server = tokio::spawn(serve_tcp(listener, app.agent_router(), stop.clone()));
    let answer = ask(TcpStream::connect(address).await.unwrap(), "/health").await;
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.contains("\"status\":\"ok\""),
        "{answer}"
    );
    // An idle connection does not hold a stop up.
    let idle = TcpStream::connect(address).await.unwrap();
    stop.cancel();
    tokio::time::timeout(PATIENCE, server)
        .await
        .unwrap()
        .unwrap();
    drop(idle);
    TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test]
async fn a_stop_finishes_what_is_in_flight() {
    let (begun, gate) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell, wait) = (Arc::clone(&begun), Arc::clone(&gate));
    let slow = get(move || async move {
        tell.notify_one();
        wait.notified().await;
        "finished"
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let router = Router::new().route("/", slow);
    let server = tokio::spawn(serve_tcp(listener, router, stop.clone()));
    let asking =
        tokio::spawn(async move { ask(TcpStream::connect(address).await.unwrap(), "/").await });
    begun.notified().await;
    stop.cancel();
    // Nobody new gets in, and the server waits for the one who is.
    tokio::time::timeout(PATIENCE, async {
        while TcpStream::connect(address).await.is_ok() {}
    })
    .await
    .unwrap();
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!server.is_finished());
    gate.notify_one();
    let answer = tokio::time::timeout(PATIENCE, asking)
        .await
        .unwrap()
        .unwrap();
    assert!(answer.ends_with("finished"), "{answer}");
    tokio::time::timeout(PATIENCE, server)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn the_socket_is_the_owners_only_and_nothing_is_left_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("admin.sock");
    let _listener = bind_admin(&path).unwrap();
    let mode = std::fs::symlink_metadata(&path)
        .unwrap()
        .permissions()
        .mode()
        & 0o777;
    assert_eq!(mode, 0o600);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_living_daemons_socket_is_left_alone_and_a_dead_ones_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("admin.sock");
    let living = bind_admin(&path).unwrap();
    let refusal = bind_admin(&path).unwrap_err();
    assert_eq!(refusal.kind(), ErrorKind::AddrInUse);
    assert!(refusal.to_string().contains("already running"), "{refusal}");
    UnixStream::connect(&path).await.unwrap();
    drop(living);
    assert!(path.exists());
    let _next = bind_admin(&path).unwrap();
    UnixStream::connect(&path).await.unwrap();
}

#[tokio::test]
async fn what_is_no_socket_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let target = dir.path().join("target");
    let _elsewhere = bind_admin(&target).unwrap();
    let cases: [(&str, Obstacle); 3] = [
        ("file", |path, _| std::fs::write(path, "mine").unwrap()),
        ("folder", |path, _| std::fs::create_dir(path).unwrap()),
        ("link", |path, target| {
            std::os::unix::fs::symlink(target, path).unwrap()
        }),
    ];
    for (name, make) in cases {
        let path = dir.path().join(name);
        make(&path, &target);
        let refusal = bind_admin(&path).unwrap_err();
        assert_eq!(refusal.kind(), ErrorKind::AlreadyExists, "{name}");
        assert!(
            refusal.to_string().contains(path.to_str().unwrap()),
            "{refusal}"
        );
        assert!(std::fs::symlink_metadata(&path).is_ok());
    }
    let long = dir.path().join("x".repeat(120));
    std::fs::create_dir(&long).unwrap();
    let refusal = bind_admin(&long.join("admin.sock")).unwrap_err();
    assert!(
        refusal.to_string().contains("shorter data directory"),
        "{refusal}"
    );
    assert_eq!(std::fs::read_dir(&long).unwrap().count(), 0);
}
