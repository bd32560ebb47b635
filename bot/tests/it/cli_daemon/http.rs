//! One HTTP request over one connection, as plain as it gets: what an agent without a client
//! library would send.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(30);

/// What came back; status 0 when nothing did.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: Value,
}

/// An address of this machine that nobody listens at.
pub(super) fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

pub(super) fn get(addr: SocketAddr, path: &str, token: Option<&str>) -> Answer {
    request(addr, "GET", path, token, "")
}

/// Renews with a renewal key.
pub(super) fn renew(addr: SocketAddr, session: &str, token: &str, key: &str) -> Answer {
    let key = format!("idempotency-key: {key}\r\n");
    request(
        addr,
        "PUT",
        &format!("/v1/sessions/{session}/renew"),
        Some(token),
        &key,
    )
}

fn request(addr: SocketAddr, method: &str, path: &str, token: Option<&str>, more: &str) -> Answer {
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n"));
    let text = format!(
        "{method} {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-length: 0\r\n{}{more}\r\n",
        token.unwrap_or_default()
    );
    let answer = TcpStream::connect(addr).and_then(|mut stream| {
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.write_all(text.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    });
    parse(&answer.unwrap_or_default())
}

pub(super) fn parse(answer: &str) -> Answer {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status = head
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        head: head.to_lowercase(),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}
