//! A wire between keeper and daemon that can be cut: before a request arrives, or after the
//! daemon has answered.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What happens to a request on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wire {
    /// It arrives, and so does the answer.
    Whole,
    /// It never arrives.
    CutBefore,
    /// It arrives and is answered; the answer is lost.
    CutAfter,
}

/// The wire; its own address never changes.
pub(super) struct Proxy {
    pub(super) url: String,
    upstream: Arc<Mutex<(SocketAddr, Wire)>>,
    lost: watch::Receiver<usize>,
}

impl Proxy {
    pub(super) async fn to(upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let upstream = Arc::new(Mutex::new((upstream, Wire::Whole)));
        let (lose, lost) = watch::channel(0);
        let shared = Arc::clone(&upstream);
        tokio::spawn(async move {
            while let Ok((inner, _)) = listener.accept().await {
                let (to, wire) = *shared.lock().unwrap();
                tokio::spawn(carry(inner, to, wire, lose.clone()));
            }
        });
        Self {
            url,
            upstream,
            lost,
        }
    }

    /// From now on, for new connections.
    pub(super) fn set(&self, upstream: SocketAddr, wire: Wire) {
        *self.upstream.lock().unwrap() = (upstream, wire);
    }

    /// Waits until an answer was lost.
    pub(super) async fn until_lost(&mut self) {
        self.lost.wait_for(|lost| *lost > 0).await.unwrap();
    }
}

async fn carry(mut inner: TcpStream, to: SocketAddr, wire: Wire, lose: watch::Sender<usize>) {
    if wire == Wire::CutBefore {
        return;
    }
    let Ok(mut outer) = TcpStream::connect(to).await else {
        return;
    };
    if wire == Wire::Whole {
        let _ = tokio::io::copy_bidirectional(&mut inner, &mut outer).await;
        return;
    }
    let mut request = vec![0; 16 * 1024];
    let length = inner.read(&mut request).await.unwrap();
    outer.write_all(&request[..length]).await.unwrap();
    // The first byte of the answer says that the daemon has done its work.
    let _ = outer.read(&mut [0; 1]).await;
    lose.send_modify(|lost| *lost += 1);
}
