//! A server in the place of Discord or ntfy: it remembers every request and answers as told.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// How a request is answered.
#[derive(Clone, Copy)]
pub enum Reply {
    /// With this status.
    Status(u16),
    /// With 429 and so many seconds.
    Wait(u32),
    /// With a redirect to this server.
    Elsewhere(SocketAddr),
    /// Not at all; the connection stays open.
    Silence,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub path: String,
    /// All header lines, in lower case.
    pub head: String,
    pub body: Value,
}

/// The server; it ends when dropped.
pub struct Receiver {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    received: Mutex<Vec<Received>>,
    next: Mutex<VecDeque<Reply>>,
    otherwise: Mutex<Reply>,
}

impl Receiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            received: Mutex::default(),
            next: Mutex::default(),
            otherwise: Mutex::new(Reply::Status(200)),
        });
        let serving = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let shared = Arc::clone(&serving);
                tokio::spawn(async move { serve(stream, &shared).await });
            }
        });
        Self {
            address,
            shared,
            task,
        }
    }

    /// Answers the next request so.
    pub fn next(&self, reply: Reply) {
        self.shared.next.lock().unwrap().push_back(reply);
    }

    /// Answers every request so from now on.
    pub fn always(&self, reply: Reply) {
        *self.shared.otherwise.lock().unwrap() = reply;
    }

    /// Forgets what came so far.
    pub fn forget(&self) {
        self.shared.received.lock().unwrap().clear();
    }

    /// Every request so far.
    pub fn received(&self) -> Vec<Received> {
        self.shared.received.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, shared: &Shared) {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&chunk[..read]),
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            continue;
        };
        let lines = head.to_lowercase();
        let length = lines
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        if body.len() < length.unwrap().parse().unwrap() {
            continue;
        }
        let path = head.split(' ').nth(1).unwrap().to_owned();
        let received = Received {
            path,
            head: lines,
            body: serde_json::from_str(body).unwrap(),
        };
        shared.received.lock().unwrap().push(received);
        let next = shared.next.lock().unwrap().pop_front();
        let otherwise = *shared.otherwise.lock().unwrap();
        let answer = match next.unwrap_or(otherwise) {
            Reply::Status(status) => format!("HTTP/1.1 {status} x\r\n"),
            Reply::Wait(seconds) => format!("HTTP/1.1 429 x\r\nRetry-After: {seconds}\r\n"),
            Reply::Elsewhere(address) => {
                format!("HTTP/1.1 307 x\r\nLocation: http://{address}/elsewhere\r\n")
            }
            Reply::Silence => return std::future::pending().await,
        };
        // A body that says too much, as servers' error pages do.
        let path = &head.split(' ').nth(1).unwrap();
        let answer = format!(
            "{answer}Content-Length: {}\r\nConnection: close\r\n\r\n{path}",
            path.len()
        );
        let _ = stream.write_all(answer.as_bytes()).await;
        return;
    }
}
