//! An MCP client that sees every line: what the server writes is compared as it is on the
//! wire, so that a fault of the SDK would be seen, too. Real clients are tested with the
//! program.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokio::io::{
    AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};
use tokio::task::JoinHandle;
use waiaas_mcp::server::ServeError;

use crate::daemon::PATIENCE;

/// The client.
pub struct McpClient {
    writer: WriteHalf<DuplexStream>,
    lines: Lines<BufReader<ReadHalf<DuplexStream>>>,
    serving: JoinHandle<Result<(), ServeError>>,
    last_id: i64,
    answers: HashMap<i64, Value>,
    /// Messages that nobody asked for, oldest first.
    pub notifications: Vec<Value>,
}

impl McpClient {
    pub fn new(stream: DuplexStream, serving: JoinHandle<Result<(), ServeError>>) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self {
            writer,
            lines: BufReader::new(reader).lines(),
            serving,
            last_id: 0,
            answers: HashMap::new(),
            notifications: Vec::new(),
        }
    }

    /// The handshake; gives the result of `initialize`.
    pub async fn initialize(&mut self, version: &str) -> Value {
        let params = json!({
            "protocolVersion": version, "capabilities": {},
            "clientInfo": { "name": "a test", "version": "1" },
        });
        let answer = self.request("initialize", params).await;
        self.notify("notifications/initialized", json!({})).await;
        result(answer)
    }

    /// Any line.
    pub async fn send_line(&mut self, line: &str) {
        self.writer.write_all(line.as_bytes()).await.unwrap();
        self.writer.write_all(b"\n").await.unwrap();
    }

    /// Sends a request; gives its id.
    pub async fn begin(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let id = self.last_id;
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        self.send_line(&message.to_string()).await;
        id
    }

    /// Sends a notification.
    pub async fn notify(&mut self, method: &str, params: Value) {
        let message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        self.send_line(&message.to_string()).await;
    }

    /// The answer to a request: a message with `result` or `error`.
    pub async fn answer_to(&mut self, id: i64) -> Value {
        loop {
            if let Some(answer) = self.answers.remove(&id) {
                return answer;
            }
            let message = self
                .next_message()
                .await
                .expect("the server closed the stream");
            match message["id"].as_i64() {
                Some(answered) => {
                    let before = self.answers.insert(answered, message);
                    assert_eq!(before, None, "answered twice");
                }
                None => self.notifications.push(message),
            }
        }
    }

    /// The next line, which must be JSON-RPC like every other; `None` at the end.
    pub async fn next_message(&mut self) -> Option<Value> {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line())
            .await
            .expect("the server says nothing")
            .unwrap()?;
        let message: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(message["jsonrpc"], "2.0", "{line}");
        Some(message)
    }

    /// A request and its answer.
    pub async fn request(&mut self, method: &str, params: Value) -> Value {
        let id = self.begin(method, params).await;
        self.answer_to(id).await
    }

    /// The result of a tool.
    pub async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let params = json!({ "name": tool, "arguments": arguments });
        result(self.request("tools/call", params).await)
    }

    /// The contents of a resource.
    pub async fn read(&mut self, uri: &str) -> Value {
        let answer = self.request("resources/read", json!({ "uri": uri })).await;
        let result = result(answer);
        let contents = &result["contents"][0];
        assert_eq!(contents["uri"], uri);
        assert_eq!(contents["mimeType"], "application/json");
        serde_json::from_str(contents["text"].as_str().unwrap()).unwrap()
    }

    /// Closes the stream to the server; gives the answers that nobody has looked at, what it
    /// still says, and how serving ended.
    pub async fn close(mut self) -> (Vec<Value>, Result<(), ServeError>) {
        self.writer.shutdown().await.unwrap();
        let mut rest: Vec<Value> = self.answers.drain().map(|(_, answer)| answer).collect();
        while let Some(message) = self.next_message().await {
            rest.push(message);
        }
        (rest, self.ended().await)
    }

    /// How serving ended.
    pub async fn ended(self) -> Result<(), ServeError> {
        tokio::time::timeout(PATIENCE, self.serving)
            .await
            .expect("serving goes on")
            .unwrap()
    }
}

/// The result of an answer that is no error.
#[track_caller]
pub fn result(answer: Value) -> Value {
    assert_eq!(answer["error"], Value::Null, "{answer}");
    answer["result"].clone()
}
