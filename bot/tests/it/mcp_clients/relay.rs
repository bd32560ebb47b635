//! A wire between the server and the daemon that a test can lay to another daemon, and whose
//! requests it can keep back. The address stays, as that of a daemon which restarts does.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::harness::PATIENCE;

/// How soon a request that was cancelled must be given up: the server itself gives every
/// request up after twice as long.
const ABANDON_WITHIN: Duration = Duration::from_secs(5);

#[derive(Default)]
struct Held {
    holding: bool,
    /// Connections whose request is kept back.
    held: usize,
    /// Those among them that their client has closed.
    abandoned: usize,
}

/// The wire.
pub struct Relay {
    address: SocketAddr,
    target: Arc<Mutex<SocketAddr>>,
    held: Arc<watch::Sender<Held>>,
}

impl Relay {
    pub async fn to(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let relay = Self {
            address: listener.local_addr().unwrap(),
            target: Arc::new(Mutex::new(target)),
            held: Arc::default(),
        };
        let (target, held) = (relay.target.clone(), relay.held.clone());
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let target = *target.lock().unwrap();
                tokio::spawn(connect(client, target, held.clone()));
            }
        });
        relay
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// New connections go there.
    pub fn retarget(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }

    /// From now on, requests are kept back.
    pub fn hold(&self) {
        self.held.send_modify(|held| held.holding = true);
    }

    /// Requests pass again; what was kept back is lost.
    pub fn release(&self) {
        self.held.send_modify(|held| held.holding = false);
    }

    /// Waits until a request is kept back.
    pub async fn until_held(&self) {
        let mut held = self.held.subscribe();
        let waited = tokio::time::timeout(PATIENCE, held.wait_for(|held| held.held > 0)).await;
        assert!(waited.is_ok(), "no request was kept back");
    }

    /// Waits until nobody waits any more for what is kept back.
    pub async fn until_abandoned(&self) {
        let mut held = self.held.subscribe();
        let abandoned = held.wait_for(|held| held.abandoned == held.held);
        let waited = tokio::time::timeout(ABANDON_WITHIN, abandoned).await;
        assert!(waited.is_ok(), "the request was not given up");
    }
}

async fn connect(client: TcpStream, target: SocketAddr, held: Arc<watch::Sender<Held>>) {
    // Where nobody listens, the connection just breaks.
    let Ok(daemon) = TcpStream::connect(target).await else {
        return;
    };
    let (from_client, mut to_client) = client.into_split();
    let (mut from_daemon, to_daemon) = daemon.into_split();
    tokio::select! {
        () = requests(from_client, to_daemon, &held) => {}
        _ = tokio::io::copy(&mut from_daemon, &mut to_client) => {}
    }
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, held: &watch::Sender<Held>) {
    let mut buffer = vec![0; 16 * 1024];
    let mut keeps_back = false;
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        if held.borrow().holding {
            if !keeps_back {
                held.send_modify(|held| held.held += 1);
            }
            keeps_back = true;
        } else if to.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    if keeps_back {
        held.send_modify(|held| held.abandoned += 1);
    }
}
