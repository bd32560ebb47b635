//! The request id: taken from `X-Request-ID` when it is sane, else made; echoed in the answer
//! and in error bodies, and on every log line of the request (PROTOCOL.md section 8).

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::entropy::Entropy;

/// The header's name.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id that is taken over.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// A text of 1 to 128 visible ASCII characters.
#[derive(Debug, Clone)]
pub(super) struct RequestId(Arc<str>);

impl RequestId {
    /// The caller's own, or a new one.
    pub(super) fn of(headers: &HeaderMap, entropy: &Entropy) -> Self {
        let mut sent = headers.get_all(X_REQUEST_ID).iter();
        match (
            sent.next().and_then(|value| value.to_str().ok()),
            sent.next(),
        ) {
            (Some(text), None) if is_sane(text) => Self(text.into()),
            _ => Self(entropy.hex::<16>().into()),
        }
    }

    /// The text.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// For the answer; always possible, since the text is visible ASCII.
    pub(super) fn to_header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

fn is_sane(text: &str) -> bool {
    (1..=REQUEST_ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sane_ids_are_taken_over() {
        let entropy = Entropy::seeded(1);
        let id_for = |values: &[&[u8]]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(
                    X_REQUEST_ID,
                    HeaderValue::from_bytes(value).expect("a value"),
                );
            }
            RequestId::of(&headers, &entropy).as_str().to_owned()
        };
        let longest = [b'a'; REQUEST_ID_BYTES_MAX];
        assert_eq!(id_for(&[b"abc-1.2"]), "abc-1.2");
        assert_eq!(id_for(&[&longest]).len(), REQUEST_ID_BYTES_MAX);
        let too_long = [b'a'; REQUEST_ID_BYTES_MAX + 1];
        let cases: [&[&[u8]]; 6] = [
            &[],
            &[b""],
            &[b"a b"],
            &[b"\xff\xfe"],
            &[&too_long],
            &[b"one", b"two"],
        ];
        for case in cases {
            let made = id_for(case);
            assert!(
                made.len() == 32 && made.bytes().all(|b| b.is_ascii_hexdigit()),
                "{made}"
            );
        }
    }
}
