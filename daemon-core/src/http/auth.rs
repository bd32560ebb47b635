//! Who calls: extractors that prove it before a handler runs (PROTOCOL.md sections 2 and 4,
//! check 0). A handler that names one of them in its arguments cannot run without the proof.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts, Request, State as Extract};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use waiaas_protocol::token::TokenHash;

use super::State;
use super::limits::Caller;
use crate::actor::Actor;
use crate::error::Error;
use crate::session::authority::{self, VerifiedToken};
use crate::session::view::SessionView;

/// Carries the renewal key (PROTOCOL.md section 5).
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const KEY_CHARS_MIN: usize = 16;
const KEY_CHARS_MAX: usize = 64;
const ROOT_UID: u32 = 0;

/// The other end of a connection to the owner's door, as the kernel tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdminPeer {
    /// Its user; `None` when the kernel did not say.
    pub uid: Option<u32>,
}

/// A token whose form, key and signature are ours; its time and its row are not judged yet.
/// For the renewal, whose checks go on in an order of their own.
pub(super) struct Bearer(pub(super) VerifiedToken);

/// A live session, proved by its current token.
pub(super) struct AgentSession {
    /// The session.
    pub(super) view: SessionView,
    /// The moment at which it was judged, Unix seconds.
    pub(super) now: i64,
}

/// The daemon's user or root, at the other end of the owner's door.
#[derive(Debug, Clone)]
pub(super) struct Admin {
    /// For audit entries and alerts.
    pub(super) actor: Actor,
}

impl FromRequestParts<State> for Bearer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let verified = authority::verify(&state.core, bearer_text(&parts.headers)?)?;
        state.limits.check_session(verified.claims.sid)?;
        Ok(Self(verified))
    }
}

impl FromRequestParts<State> for AgentSession {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        let Bearer(verified) = Bearer::from_request_parts(parts, state).await?;
        let now = state.core.clock.now_s();
        let view = authority::authenticate(&state.core, &verified, now).await?;
        Ok(Self { view, now })
    }
}

impl FromRequestParts<State> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Error> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or(Error::AdminAccessDenied)
    }
}

/// Lets only the daemon's user and root through to the owner's door, whatever the route; then
/// takes from that user's bucket.
pub(super) async fn require_owner(
    Extract(state): Extract<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<AdminPeer>>()
        .map(|info| info.0);
    let ours = rustix::process::geteuid().as_raw();
    let uid = peer
        .and_then(|peer| peer.uid)
        .filter(|uid| *uid == ours || *uid == ROOT_UID);
    let Some(uid) = uid else {
        return Error::AdminAccessDenied.into_response();
    };
    if let Err(refusal) = state.limits.check_caller(Caller::User(uid)) {
        return refusal.into_response();
    }
    request.extensions_mut().insert(Admin {
        actor: Actor::Machine { uid },
    });
    next.run(request).await
}

/// The address of the connection. Requests that came without one share a bucket of their own.
pub(super) fn peer_address(extensions: &Extensions) -> IpAddr {
    let info = extensions.get::<ConnectInfo<SocketAddr>>();
    info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip())
}

/// The token of the one `Authorization` header.
fn bearer_text(headers: &HeaderMap) -> Result<&str, Error> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let first = sent.next().ok_or(Error::AuthTokenMissing)?;
    if sent.next().is_some() {
        return Err(Error::AuthTokenInvalid);
    }
    let text = first.to_str().map_err(|_| Error::AuthTokenInvalid)?.trim();
    let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
    if !text.is_empty() && !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::AuthTokenInvalid);
    }
    match token.trim() {
        "" => Err(Error::AuthTokenMissing),
        token => Ok(token),
    }
}

/// The hash of the renewal key, if one was sent: 16 to 64 visible ASCII characters, quoted or
/// bare; quotes are stripped before hashing.
pub(super) fn renewal_key(headers: &HeaderMap) -> Result<Option<TokenHash>, Error> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(first) = sent.next() else {
        return Ok(None);
    };
    if sent.next().is_some() {
        return Err(Error::IdempotencyKeyInvalid);
    }
    let text = first.to_str().map_err(|_| Error::IdempotencyKeyInvalid)?;
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let key = quoted.unwrap_or(text);
    let long_enough = (KEY_CHARS_MIN..=KEY_CHARS_MAX).contains(&key.len());
    // A quote left inside would make two spellings of one key.
    if long_enough && key.bytes().all(|b| b.is_ascii_graphic() && b != b'"') {
        Ok(Some(TokenHash::of(key)))
    } else {
        Err(Error::IdempotencyKeyInvalid)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, values: &[&[u8]]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                name.clone(),
                HeaderValue::from_bytes(value).expect("a value"),
            );
        }
        headers
    }

    #[test]
    fn one_bearer_token_and_nothing_else() {
        let read = |values: &[&[u8]]| {
            let headers = headers(header::AUTHORIZATION, values);
            bearer_text(&headers)
                .map(str::to_owned)
                .map_err(|error| error.code().as_str())
        };
        for good in ["Bearer abc", "bearer abc", "BEARER  abc ", "bEaReR abc"] {
            assert_eq!(read(&[good.as_bytes()]).as_deref(), Ok("abc"), "{good}");
        }
        let missing: [&[&[u8]]; 5] = [&[], &[b""], &[b"  "], &[b"Bearer"], &[b"bearer  "]];
        for values in missing {
            assert_eq!(read(values), Err("AUTH_TOKEN_MISSING"), "{values:?}");
        }
        let invalid: [&[&[u8]]; 6] = [
            &[b"Basic abc"],
            &[b"abc"],
            &[b"Bearerabc"],
            &[b"Bearer\tabc"],
            &[b"Bearer \xff\xfe"],
            &[b"Bearer abc", b"Bearer abc"],
        ];
        for values in invalid {
            assert_eq!(read(values), Err("AUTH_TOKEN_INVALID"), "{values:?}");
        }
    }

    #[test]
    fn renewal_keys() {
        let read = |values: &[&[u8]]| renewal_key(&headers(IDEMPOTENCY_KEY, values));
        let bare = read(&[b"0123456789abcdef"]).expect("good");
        assert_eq!(bare, Some(TokenHash::of("0123456789abcdef")));
        assert_eq!(read(&[b"\"0123456789abcdef\""]).expect("good"), bare);
        assert_eq!(read(&[]).expect("none"), None);
        assert!(read(&[&[b'~'; KEY_CHARS_MAX]]).is_ok());
        let bad: [&[&[u8]]; 9] = [
            &[b""],
            &[b"0123456789abcde"],
            &[&[b'a'; KEY_CHARS_MAX + 1]],
            &[b"0123456789 abcdef"],
            &[b"\"0123456789abcdef"],
            &[b"0123456789abcdef\""],
            &[b"01234567\"89abcdef"],
            &[b"0123456789abcd\xc3\xa9"],
            &[b"0123456789abcdef", b"0123456789abcdef"],
        ];
        for values in bad {
            let code = read(values).map_err(|error| error.code().as_str());
            assert_eq!(code, Err("IDEMPOTENCY_KEY_INVALID"), "{values:?}");
        }
    }
}
