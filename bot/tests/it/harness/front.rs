//! A reverse proxy in front of daemons: its address stays, and it leads wherever a test says.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Where a connection leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    Nowhere,
    To(SocketAddr),
    /// The request arrives, its answer does not.
    WithoutAnswer(SocketAddr),
}

/// The proxy; it ends when dropped.
pub struct Front {
    address: SocketAddr,
    lead: watch::Sender<Lead>,
    lost: watch::Receiver<usize>,
    task: JoinHandle<()>,
}

impl Front {
    /// Leads nowhere yet: connections are closed.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (lead, leads) = watch::channel(Lead::Nowhere);
        let (lose, lost) = watch::channel(0);
        let lose = Arc::new(lose);
        let task = tokio::spawn(async move {
            while let Ok((inner, _)) = listener.accept().await {
                tokio::spawn(carry(inner, leads.clone(), Arc::clone(&lose)));
            }
        });
        Self {
            address,
            lead,
            lost,
            task,
        }
    }

    /// Its address with a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on; open connections end.
    pub fn lead_to(&self, daemon: SocketAddr) {
        self.lead.send_replace(Lead::To(daemon));
    }

    /// From now on; open connections end.
    pub fn lead_nowhere(&self) {
        self.lead.send_replace(Lead::Nowhere);
    }

    /// From now on no answer comes back.
    pub fn lose_answers_of(&self, daemon: SocketAddr) {
        self.lead.send_replace(Lead::WithoutAnswer(daemon));
    }

    /// Waits until an answer was lost.
    pub async fn until_lost(&mut self) {
        self.lost.wait_for(|lost| *lost > 0).await.unwrap();
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(
    mut inner: TcpStream,
    mut leads: watch::Receiver<Lead>,
    lose: Arc<watch::Sender<usize>>,
) {
    let lead = *leads.borrow_and_update();
    let (Lead::To(daemon) | Lead::WithoutAnswer(daemon)) = lead else {
        return;
    };
    let Ok(mut outer) = TcpStream::connect(daemon).await else {
        return;
    };
    if lead == Lead::To(daemon) {
        tokio::select! {
            _ = tokio::io::copy_bidirectional(&mut inner, &mut outer) => {}
            _ = leads.changed() => {}
        }
        return;
    }
    let mut request = vec![0; 64 * 1024];
    let length = inner.read(&mut request).await.unwrap();
    outer.write_all(&request[..length]).await.unwrap();
    // The first byte of the answer says that the daemon has done its work.
    let _ = outer.read(&mut [0; 1]).await;
    lose.send_modify(|lost| *lost += 1);
}
