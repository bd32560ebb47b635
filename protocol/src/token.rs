//! The text of a session token and what can be read from it without a key
//! (PROTOCOL.md section 2).
//!
//! Nothing here verifies a signature; that is the daemon's keyring. The text is held as a
//! secret: Debug and Display print a redaction, and [`SessionToken::expose`] is the one way
//! to the characters.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::ids::{AgentId, SessionId};

/// What every token starts with.
pub const TOKEN_PREFIX: &str = "wai_sess_";
/// The longest text that is looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 4096;

/// Why a text is not a token. None of the variants carries any part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFormatError {
    /// Does not start with `wai_sess_`.
    #[error("it does not start with {TOKEN_PREFIX}")]
    Prefix,
    /// Longer than [`TOKEN_BYTES_MAX`].
    #[error("it is longer than {TOKEN_BYTES_MAX} bytes")]
    TooLong,
    /// Not three dot-separated parts of base64url.
    #[error("it is not three dot-separated base64url parts")]
    Parts,
    /// The payload is no JSON object with the claims of section 2.
    #[error("its payload cannot be decoded; it may have been cut")]
    Payload,
}

/// A session token, checked for its form only.
#[derive(Clone)]
pub struct SessionToken(SecretString);

/// The claims of a token whose signature nobody has checked; good for scheduling, not for
/// deciding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnverifiedClaims {
    /// `sid`.
    pub session_id: SessionId,
    /// `aid`.
    pub agent_id: AgentId,
    /// `gen`: how many times the session was renewed.
    pub generation: u64,
    /// `iat`, Unix seconds.
    pub issued_at: i64,
    /// `exp`, Unix seconds.
    pub expires_at: i64,
}

#[derive(Deserialize)]
struct RawClaims {
    sid: SessionId,
    aid: AgentId,
    #[serde(rename = "gen")]
    generation: u64,
    iat: i64,
    exp: i64,
}

impl SessionToken {
    /// Takes a text that has the form of a token: prefix, three base64url parts, decodable
    /// payload.
    ///
    /// # Errors
    /// Says which rule the text breaks, without repeating the text.
    pub fn parse(text: &str) -> Result<Self, TokenFormatError> {
        if text.len() > TOKEN_BYTES_MAX {
            return Err(TokenFormatError::TooLong);
        }
        let jws = text
            .strip_prefix(TOKEN_PREFIX)
            .ok_or(TokenFormatError::Prefix)?;
        decode_claims(jws)?;
        Ok(Self(SecretString::from(text)))
    }

    /// The plain text. Allowed places: the create, claim and renew responses, the token
    /// file, and the `Authorization` header of a client (PROTOCOL.md section 2).
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// The JWS without the prefix, for signature checks.
    #[must_use]
    pub fn jws(&self) -> &str {
        &self.expose()[TOKEN_PREFIX.len()..]
    }

    /// SHA-256 over the whole text, prefix included.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.expose().as_bytes()).into())
    }

    /// What the payload says, unchecked.
    ///
    /// # Errors
    /// [`TokenFormatError`] when the payload lacks a claim; cannot happen for a value that
    /// came from [`SessionToken::parse`].
    pub fn unverified_claims(&self) -> Result<UnverifiedClaims, TokenFormatError> {
        decode_claims(self.jws())
    }
}

fn decode_claims(jws: &str) -> Result<UnverifiedClaims, TokenFormatError> {
    let mut parts = jws.split('.');
    let (Some(header), Some(payload), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(TokenFormatError::Parts);
    };
    if header.is_empty() || payload.is_empty() || signature.is_empty() {
        return Err(TokenFormatError::Parts);
    }
    let decode = |part: &str| {
        URL_SAFE_NO_PAD
            .decode(part)
            .map_err(|_| TokenFormatError::Parts)
    };
    decode(header)?;
    decode(signature)?;
    let raw: RawClaims =
        serde_json::from_slice(&decode(payload)?).map_err(|_| TokenFormatError::Payload)?;
    Ok(UnverifiedClaims {
        session_id: raw.sid,
        agent_id: raw.aid,
        generation: raw.generation,
        issued_at: raw.iat,
        expires_at: raw.exp,
    })
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken([redacted])")
    }
}

impl fmt::Display for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("wai_sess_[redacted]")
    }
}

/// The SHA-256 of a token or of a renewal key; what the database keeps instead of it.
/// Equality takes the same time for every pair.
#[derive(Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// Hashes any secret text, such as a renewal key.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// Reads 64 hex digits, as stored.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// Lowercase hex, as stored.
    #[must_use]
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

impl PartialEq for TokenHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for TokenHash {}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenHash({})", hex::encode(&self.0[..4]))
    }
}

impl fmt::Display for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token_text(payload: &str) -> String {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        format!(
            "{TOKEN_PREFIX}{}.{}.{}",
            part("{}"),
            part(payload),
            part("signature")
        )
    }

    fn payload() -> String {
        let id = SessionId::from_parts(1, &[1; 10]);
        format!(r#"{{"sid":"{id}","aid":"{id}","gen":3,"iat":10,"exp":20}}"#)
    }

    #[test]
    fn a_well_formed_token_parses_and_never_prints() {
        let text = token_text(&payload());
        let token = SessionToken::parse(&text).expect("well formed");
        assert_eq!(token.unverified_claims().expect("claims").generation, 3);
        for shown in [
            format!("{token:?}"),
            format!("{token}"),
            format!("{token:#?}"),
        ] {
            assert!(!shown.contains(&text[20..]), "{shown}");
        }
    }

    #[test]
    fn each_broken_form_is_named() {
        let good = token_text(&payload());
        let cases = [
            ("eyJ.a.b".to_owned(), TokenFormatError::Prefix),
            (format!("{TOKEN_PREFIX}a.b"), TokenFormatError::Parts),
            (format!("{good}.x"), TokenFormatError::Parts),
            (format!("{TOKEN_PREFIX}..."), TokenFormatError::Parts),
            (format!("{TOKEN_PREFIX}!!.e30.e30"), TokenFormatError::Parts),
            (token_text("{\"sid\":"), TokenFormatError::Payload),
            (token_text("{}"), TokenFormatError::Payload),
            (
                format!("{TOKEN_PREFIX}{}", "a".repeat(TOKEN_BYTES_MAX)),
                TokenFormatError::TooLong,
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(SessionToken::parse(&text).err(), Some(expected));
        }
    }
}
