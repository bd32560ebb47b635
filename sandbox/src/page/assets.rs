//! The page's files, inside the binary, with the headers that keep it to itself.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get};

/// Nothing from elsewhere, nothing inline, no frames.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                                       connect-src 'self'; img-src 'self'; base-uri 'none'; \
                                       form-action 'none'; frame-ancestors 'none'";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// A file of the page: its path, its type, its text.
pub(super) struct Asset {
    pub(super) path: &'static str,
    content_type: &'static str,
    body: &'static str,
}

/// The page itself, which holds nothing of the chat.
pub(super) static PAGE: Asset = Asset {
    path: "/chat/{user_id}",
    content_type: "text/html; charset=utf-8",
    body: include_str!("assets/page.html"),
};

/// What the page loads.
pub(super) static PARTS: [Asset; 10] = [
    part("/chat/page.css", CSS, include_str!("assets/page.css")),
    part("/chat/message.css", CSS, include_str!("assets/message.css")),
    part("/chat/note.css", CSS, include_str!("assets/note.css")),
    part("/chat/page.js", JS, include_str!("assets/page.js")),
    part("/chat/messages.js", JS, include_str!("assets/messages.js")),
    part("/chat/note.js", JS, include_str!("assets/note.js")),
    part("/chat/text.js", JS, include_str!("assets/text.js")),
    part("/chat/composer.js", JS, include_str!("assets/composer.js")),
    part("/chat/toasts.js", JS, include_str!("assets/toasts.js")),
    part(
        "/chat/icon.svg",
        "image/svg+xml",
        include_str!("assets/icon.svg"),
    ),
];

const fn part(path: &'static str, content_type: &'static str, body: &'static str) -> Asset {
    Asset {
        path,
        content_type,
        body,
    }
}

impl Asset {
    pub(super) fn route<S>(&'static self) -> MethodRouter<S>
    where
        S: Clone + Send + Sync + 'static,
    {
        get(move || async move { self.respond() })
    }

    fn respond(&self) -> Response {
        let mut response = self.body.into_response();
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CONTENT_TYPE, self.content_type),
            (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (header::CACHE_CONTROL, "no-store"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}
