//! The two doors from outside: the owner's machine through the Unix socket, agents over TCP.

use reqwest::Method;
use serde_json::{Value, json};

use super::TestDaemon;

/// A session as its agent holds it.
#[derive(Clone, Debug)]
pub struct Issued {
    pub id: String,
    pub token: String,
}

/// What a door answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Value,
}

impl Reply {
    async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        Self {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::Null),
        }
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.body
    }

    /// The code of a refusal.
    #[track_caller]
    pub fn code(&self) -> &str {
        self.body["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no refusal: {self:?}"))
    }
}

impl TestDaemon {
    /// A request of the owner's machine; `null` sends no body.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> Reply {
        let http = reqwest::Client::builder()
            .unix_socket(self.daemon().admin_socket.clone())
            .build();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = http
            .unwrap()
            .request(method, format!("http://localhost{path}"));
        if !body.is_null() {
            request = request.json(&body);
        }
        Reply::of(request).await
    }

    /// A request of an agent.
    pub async fn agent(&self, method: &str, path: &str, token: Option<&str>) -> Reply {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let url = format!("http://{}{path}", self.daemon().agents_addr);
        let mut request = reqwest::Client::new().request(method, url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Reply::of(request).await
    }

    /// Who the daemon takes a token for.
    pub async fn whoami(&self, token: &str) -> Reply {
        self.agent("GET", "/v1/session", Some(token)).await
    }

    /// An agent renews.
    pub async fn renew(&self, session: &Issued) -> Issued {
        let path = format!("/v1/sessions/{}/renew", session.id);
        let body = self.agent("PUT", &path, Some(&session.token)).await.ok();
        Issued {
            id: session.id.clone(),
            token: body["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Adds an agent with one wallet of its own, called `<name>-wallet`.
    pub async fn with_agent(self, name: &str) -> Self {
        self.add_agent(name).await;
        self
    }

    /// Adds an agent with one wallet of its own; gives its id.
    pub async fn add_agent(&self, name: &str) -> String {
        let wallet = format!("{}-wallet", name.chars().take(40).collect::<String>());
        self.add_wallet(&wallet).await;
        self.add_agent_with(name, &[&wallet]).await
    }

    /// Adds a wallet.
    pub async fn add_wallet(&self, name: &str) {
        let body = json!({
            "name": name, "chain": "evm", "network": "base",
            "address": "0x52908400098527886e0f7030069857d2e4169ee7",
        });
        self.admin("POST", "/v1/wallets", body).await.ok();
    }

    /// Adds an agent; gives its id.
    pub async fn add_agent_with(&self, name: &str, wallets: &[&str]) -> String {
        let body = json!({ "name": name, "wallets": wallets });
        let agent = self.admin("POST", "/v1/agents", body).await.ok();
        agent["id"].as_str().unwrap().to_owned()
    }

    /// Creates a session from the machine: a unit of a day, 30 renewals.
    pub async fn issue(&self, agent: &str) -> Issued {
        self.issue_with(agent, json!({})).await
    }

    /// Creates a session from the machine.
    pub async fn issue_with(&self, agent: &str, constraints: Value) -> Issued {
        let body = json!({ "agentId": agent, "constraints": constraints });
        let created = self.admin("POST", "/v1/sessions", body).await.ok();
        Issued {
            id: created["session"]["id"].as_str().unwrap().to_owned(),
            token: created["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Creates a session from the machine and hands it over to the agent's token file.
    pub async fn hand_over(&self, agent: &str, constraints: Value) -> Value {
        let body = json!({ "agentId": agent, "constraints": constraints, "toTokenFile": true });
        self.admin("POST", "/v1/sessions", body).await.ok()
    }

    /// A session as the owner's machine sees it.
    pub async fn session(&self, id: &str) -> Value {
        let path = format!("/v1/sessions/{id}");
        self.admin("GET", &path, Value::Null).await.ok()
    }

    /// The ids of all live sessions.
    pub async fn live_sessions(&self) -> Vec<String> {
        let body = self
            .admin("GET", "/v1/sessions?limit=100", Value::Null)
            .await
            .ok();
        let sessions = body["sessions"].as_array().unwrap();
        sessions
            .iter()
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// A new pairing code.
    pub async fn pairing_code(&self) -> String {
        let body = self.admin("POST", "/v1/pairing", Value::Null).await.ok();
        body["code"].as_str().unwrap().to_owned()
    }

    /// The user ids of the operators.
    pub async fn operators(&self) -> Vec<i64> {
        let body = self.admin("GET", "/v1/operators", Value::Null).await.ok();
        let operators = body["operators"].as_array().unwrap();
        operators
            .iter()
            .map(|one| one["userId"].as_i64().unwrap())
            .collect()
    }
}
