//! Key bytes, and how they are kept at rest: sealed under `master.key`, so that a copy of
//! the database mints nothing (PROTOCOL.md section 2).
//!
//! The only module of this crate that touches the bytes of a key.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use waiaas_protocol::claim_code::CLAIM_CODE_BYTES;

/// Bytes of every key here.
pub const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
/// Names the key that claim codes are derived with, apart from the one that seals.
const CLAIM_CODES: &[u8] = b"waiaas claim codes 1";
/// Names the key that the webhook's secret is derived with.
const WEBHOOK_SECRETS: &[u8] = b"waiaas webhook secrets 1";

/// A key of 32 bytes.
#[derive(Clone)]
pub struct KeyBytes(Arc<SecretBox<[u8; KEY_BYTES]>>);

impl KeyBytes {
    /// Takes random bytes.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Arc::new(SecretBox::new(Box::new(bytes))))
    }

    pub(super) fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyBytes([redacted])")
    }
}

/// The stored form does not open under this master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored signing key does not open under this master key")]
pub struct SealError;

/// The key in `master.key`; seals and opens signing keys.
#[derive(Debug, Clone)]
pub struct MasterKey(KeyBytes);

impl MasterKey {
    /// Takes random bytes.
    #[must_use]
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(KeyBytes::new(bytes))
    }

    /// Reads the text of `master.key`: 64 hex digits, white space around them ignored.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        let mut bytes = [0; KEY_BYTES];
        hex::decode_to_slice(text.trim(), &mut bytes).ok()?;
        Some(Self::new(bytes))
    }

    /// The text for `master.key`.
    #[must_use]
    pub fn to_text(&self) -> SecretString {
        SecretString::from(format!("{}\n", hex::encode(self.0.expose())))
    }

    /// Seals a signing key; its kid is bound in, so that rows cannot be swapped.
    ///
    /// # Errors
    /// [`SealError`] when the cipher refuses, which no valid key causes.
    pub fn seal(&self, kid: &str, key: &KeyBytes) -> Result<String, SealError> {
        let cipher = self.cipher()?;
        let mut bytes = key.expose().to_vec();
        let nonce = cipher
            .seal_in_place_append_tag(Aad::from(kid.as_bytes()), &mut bytes)
            .map_err(|_| SealError)?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.extend_from_slice(&bytes);
        Ok(STANDARD_NO_PAD.encode(sealed))
    }

    /// Opens a sealed signing key.
    ///
    /// # Errors
    /// [`SealError`] for another master key, another kid or damaged text.
    pub fn open(&self, kid: &str, sealed: &str) -> Result<KeyBytes, SealError> {
        let bytes = STANDARD_NO_PAD.decode(sealed).map_err(|_| SealError)?;
        let (nonce, rest) = bytes.split_at_checked(NONCE_BYTES).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut rest = rest.to_vec();
        let opened = self
            .cipher()?
            .open_in_place(nonce, Aad::from(kid.as_bytes()), &mut rest)
            .map_err(|_| SealError)?;
        let key: [u8; KEY_BYTES] = (&*opened).try_into().map_err(|_| SealError)?;
        Ok(KeyBytes::new(key))
    }

    /// The bytes of a session's claim code: a pure function of the session's id, so that no
    /// code is ever stored, and a copy of the database alone redeems nothing.
    #[must_use]
    pub fn claim_code(&self, session_id: &str) -> [u8; CLAIM_CODE_BYTES] {
        let tag = self.derive(CLAIM_CODES, session_id.as_bytes());
        let mut bytes = [0; CLAIM_CODE_BYTES];
        bytes.copy_from_slice(&tag.as_ref()[..CLAIM_CODE_BYTES]);
        bytes
    }

    /// What Telegram shows when it brings an update of this bot, 64 hex digits: a pure
    /// function, so that every daemon of a fleet agrees and nothing is stored.
    #[must_use]
    pub fn webhook_secret(&self, bot_token: &SecretString) -> SecretString {
        let tag = self.derive(WEBHOOK_SECRETS, bot_token.expose_secret().as_bytes());
        SecretString::from(hex::encode(tag.as_ref()))
    }

    /// A tag under a key that serves this purpose alone.
    fn derive(&self, purpose: &[u8], of: &[u8]) -> hmac::Tag {
        let own = hmac::Key::new(hmac::HMAC_SHA256, self.0.expose());
        let key = hmac::sign(&own, purpose);
        let key = hmac::Key::new(hmac::HMAC_SHA256, key.as_ref());
        hmac::sign(&key, of)
    }

    fn cipher(&self) -> Result<RandomizedNonceKey, SealError> {
        RandomizedNonceKey::new(&AES_256_GCM, self.0.expose()).map_err(|_| SealError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_keys_open_only_under_their_master_and_kid() {
        let master = MasterKey::new([1; 32]);
        let sealed = master.seal("k1", &KeyBytes::new([5; 32])).expect("seal");
        assert_eq!(master.open("k1", &sealed).expect("open").expose(), &[5; 32]);
        assert!(master.open("k2", &sealed).is_err());
        assert!(MasterKey::new([2; 32]).open("k1", &sealed).is_err());
        assert!(master.open("k1", &sealed[..sealed.len() - 4]).is_err());
        assert!(master.open("k1", "").is_err());
    }

    #[test]
    fn claim_codes_differ_by_session_and_master() {
        let code = |master: u8, id: &str| MasterKey::new([master; 32]).claim_code(id);
        assert_eq!(code(1, "a"), code(1, "a"));
        assert_ne!(code(1, "a"), code(1, "b"));
        assert_ne!(code(1, "a"), code(2, "a"));
    }

    #[test]
    fn the_webhook_secret_differs_by_bot_and_master_and_fits_into_its_header() {
        let secret = |master: u8, token: &str| {
            let secret = MasterKey::new([master; 32]).webhook_secret(&token.into());
            secret.expose_secret().to_owned()
        };
        assert_eq!(secret(1, "1:a"), secret(1, "1:a"));
        assert_ne!(secret(1, "1:a"), secret(1, "1:b"));
        assert_ne!(secret(1, "1:a"), secret(2, "1:a"));
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        assert!(secret(1, "1:a").bytes().all(fits) && secret(1, "1:a").len() == 64);
    }

    #[test]
    fn nothing_prints_a_key() {
        let shown = format!("{:?}", MasterKey::new([0xAB; 32]));
        assert!(
            !shown.contains("171") && !shown.to_lowercase().contains("abab"),
            "{shown}"
        );
    }
}
