//! Signs and verifies tokens (PROTOCOL.md section 2). Pure: keys come from outside, the time
//! is compared by the caller, nothing is stored.

use std::collections::BTreeMap;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use waiaas_protocol::token::{SessionToken, TOKEN_PREFIX};

use super::claims::{Claims, ISSUER};
use super::secret::KeyBytes;

/// A key that is not in the ring, or a token that could not be signed.
#[derive(Debug, thiserror::Error)]
pub enum MintError {
    /// The key was deleted.
    #[error("signing key {0} is not in the keyring")]
    UnknownKey(String),
    /// The signer failed.
    #[error("signing failed")]
    Sign(#[from] jsonwebtoken::errors::Error),
    /// What was signed is no token.
    #[error("minted text is not a token: {0}")]
    Format(#[from] waiaas_protocol::token::TokenFormatError),
}

/// The token was not signed by a key of ours, or its header or claims are not ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signature or form not valid")]
pub struct NotOurs;

/// Every key that may verify, and the one that signs.
#[derive(Debug, Clone)]
pub struct Keyring {
    keys: BTreeMap<String, KeyBytes>,
    current: String,
}

impl Keyring {
    /// A ring of one key.
    #[must_use]
    pub fn new(kid: String, key: KeyBytes) -> Self {
        Self {
            keys: BTreeMap::from([(kid.clone(), key)]),
            current: kid,
        }
    }

    /// Adds a key that verifies only.
    pub fn add(&mut self, kid: String, key: KeyBytes) {
        self.keys.insert(kid, key);
    }

    /// Adds a key and signs with it from now on.
    pub fn rotate(&mut self, kid: String, key: KeyBytes) {
        self.keys.insert(kid.clone(), key);
        self.current = kid;
    }

    /// Forgets a key.
    pub fn remove(&mut self, kid: &str) {
        if kid != self.current {
            self.keys.remove(kid);
        }
    }

    /// The key that signs.
    #[must_use]
    pub fn current_kid(&self) -> &str {
        &self.current
    }

    /// Whether a key is in the ring.
    #[must_use]
    pub fn contains(&self, kid: &str) -> bool {
        self.keys.contains_key(kid)
    }

    /// Mints a token: the same claims and key give the same text.
    ///
    /// # Errors
    /// [`MintError::UnknownKey`] when the key is gone.
    pub fn mint(&self, kid: &str, claims: &Claims) -> Result<SessionToken, MintError> {
        let key = self
            .keys
            .get(kid)
            .ok_or_else(|| MintError::UnknownKey(kid.to_owned()))?;
        let header = Header {
            typ: Some("JWT".to_owned()),
            kid: Some(kid.to_owned()),
            ..Header::new(Algorithm::HS256)
        };
        let jws = jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(key.expose()))?;
        Ok(SessionToken::parse(&format!("{TOKEN_PREFIX}{jws}"))?)
    }

    /// Checks algorithm, key and signature, and the claims' own consistency. Does not look
    /// at the time: `exp` is compared with the injected clock by the caller.
    ///
    /// # Errors
    /// [`NotOurs`], without saying which check failed.
    pub fn verify(&self, token: &SessionToken) -> Result<Claims, NotOurs> {
        let header = jsonwebtoken::decode_header(token.jws()).map_err(|_| NotOurs)?;
        if header.alg != Algorithm::HS256 || header.typ.as_deref() != Some("JWT") {
            return Err(NotOurs);
        }
        let key = header
            .kid
            .and_then(|kid| self.keys.get(&kid))
            .ok_or(NotOurs)?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.leeway = 0;
        validation.set_required_spec_claims(&["exp", "iss", "sub"]);
        validation.set_issuer(&[ISSUER]);
        let decoding = DecodingKey::from_secret(key.expose());
        let claims = jsonwebtoken::decode::<Claims>(token.jws(), &decoding, &validation)
            .map_err(|_| NotOurs)?
            .claims;
        if claims.is_consistent() {
            Ok(claims)
        } else {
            Err(NotOurs)
        }
    }
}

#[cfg(test)]
mod tests {
    use waiaas_protocol::ids::{AgentId, SessionId};

    use super::*;

    fn claims() -> Claims {
        Claims::new(
            SessionId::from_parts(1, &[1; 10]),
            AgentId::from_parts(2, &[2; 10]),
            3,
            1_000,
            2_000,
        )
    }

    fn ring() -> Keyring {
        Keyring::new("k1".to_owned(), KeyBytes::new([7; 32]))
    }

    #[test]
    fn minting_is_a_pure_function() {
        let first = ring().mint("k1", &claims()).expect("mint");
        let again = ring().mint("k1", &claims()).expect("mint");
        assert_eq!(first.expose(), again.expose());
        assert_eq!(ring().verify(&first), Ok(claims()));
    }

    #[test]
    fn other_keys_and_algorithms_do_not_verify() {
        let mut other = ring();
        other.rotate("k1".to_owned(), KeyBytes::new([8; 32]));
        let token = ring().mint("k1", &claims()).expect("mint");
        assert_eq!(other.verify(&token), Err(NotOurs));

        let mut gone = ring();
        gone.rotate("k2".to_owned(), KeyBytes::new([9; 32]));
        gone.remove("k1");
        assert_eq!(gone.verify(&token), Err(NotOurs));

        for alg in [Algorithm::HS384, Algorithm::HS512] {
            let header = Header {
                kid: Some("k1".to_owned()),
                ..Header::new(alg)
            };
            let key = EncodingKey::from_secret(&[7; 32]);
            let jws = jsonwebtoken::encode(&header, &claims(), &key).expect("sign");
            let forged = SessionToken::parse(&format!("{TOKEN_PREFIX}{jws}")).expect("form");
            assert_eq!(ring().verify(&forged), Err(NotOurs), "{alg:?}");
        }
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let token = ring().mint("k1", &claims()).expect("mint");
        let text = token.expose();
        for index in TOKEN_PREFIX.len()..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'A' { b'Q' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ascii");
            if let Ok(forged) = SessionToken::parse(&changed) {
                assert_eq!(ring().verify(&forged), Err(NotOurs), "byte {index}");
            }
        }
    }
}
