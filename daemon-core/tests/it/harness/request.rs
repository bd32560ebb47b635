//! Building a request the way a connection would bring it.

use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Request, header};
use serde_json::Value;
use tower::ServiceExt as _;
use waiaas_daemon_core::http::AdminPeer;

use super::Answer;

/// A user who is neither the daemon's nor root.
pub(crate) const STRANGER_UID: u32 = 54_321;

/// The user the tests, and so the daemon, run as.
pub(crate) fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// One request; both doors' peers are set unless a test takes them away.
pub(crate) struct Call {
    request: Request<Body>,
}

impl Call {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = path.parse().unwrap();
        let address: SocketAddr = "127.0.0.1:40000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        request.extensions_mut().insert(ConnectInfo(AdminPeer {
            uid: Some(own_uid()),
        }));
        Self { request }
    }

    /// Adds a header; twice means two of them.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.request.headers_mut().append(name, value);
        self
    }

    /// With a session token.
    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With a JSON body; `null` leaves it out.
    pub(crate) fn json(self, body: &Value) -> Self {
        if body.is_null() {
            self
        } else {
            self.text("application/json", &body.to_string())
        }
    }

    /// With a body of any type.
    pub(crate) fn text(mut self, content_type: &str, body: &str) -> Self {
        let value = HeaderValue::from_str(content_type).unwrap();
        self.request
            .headers_mut()
            .insert(header::CONTENT_TYPE, value);
        *self.request.body_mut() = Body::from(body.to_owned());
        self
    }

    /// With a body that does not say how long it is.
    pub(crate) fn stream(mut self, body: Body) -> Self {
        *self.request.body_mut() = body;
        self
    }

    /// From another address.
    pub(crate) fn from(mut self, address: &str) -> Self {
        let address: SocketAddr = format!("{address}:1").parse().unwrap();
        self.request.extensions_mut().insert(ConnectInfo(address));
        self
    }

    /// From another user on the owner's door; `None` is a kernel that does not say.
    pub(crate) fn user(mut self, uid: Option<u32>) -> Self {
        self.request
            .extensions_mut()
            .insert(ConnectInfo(AdminPeer { uid }));
        self
    }

    pub(crate) async fn send(self, router: Router) -> Answer {
        Answer::read(router.oneshot(self.request).await.unwrap()).await
    }
}
