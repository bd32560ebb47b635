//! The text of a claim code: what an owner copies to another machine, where it opens one
//! session once (PROTOCOL.md section 6, CONSOLE.md "Messages").
//!
//! 128 bits and 12 more that a slip of the pen does not survive, as seven groups of four
//! characters without I, L, O and U. How long a code works and what it opens is for the daemon;
//! here is only how it is written and read. The text is a secret: Debug prints a redaction.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::token::TokenHash;

/// Random bytes in a code.
pub const CLAIM_CODE_BYTES: usize = 16;
/// Crockford's base 32: no letter looks like another or like a digit.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const BITS_PER_CHAR: usize = 5;
const CHARS: usize = 28;
const GROUP_CHARS: usize = 4;
/// The longest text that is looked at: the code with a few surplus hyphens or spaces.
const TEXT_BYTES_MAX: usize = 128;

/// Why a text is not a claim code. None of the variants carries any part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimCodeError {
    /// Too short, too long, or with characters that no code has.
    #[error("a claim code has {CHARS} letters and digits in groups of {GROUP_CHARS}")]
    Form,
    /// The check characters do not fit the others.
    #[error("the claim code was mistyped somewhere")]
    Mistyped,
}

/// A claim code in its one canonical spelling.
#[derive(Clone)]
pub struct ClaimCode(SecretString);

impl ClaimCode {
    /// The code that stands for these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; CLAIM_CODE_BYTES]) -> Self {
        let mut text = String::with_capacity(CHARS + CHARS / GROUP_CHARS);
        for (index, value) in symbols(&bytes).into_iter().enumerate() {
            if index > 0 && index.is_multiple_of(GROUP_CHARS) {
                text.push('-');
            }
            text.push(char::from(ALPHABET[usize::from(value)]));
        }
        Self(SecretString::from(text))
    }

    /// Reads a code as a person may write it: in any case, with hyphens and spaces anywhere,
    /// with O for 0 and I or L for 1.
    ///
    /// # Errors
    /// [`ClaimCodeError`]; the text is not repeated.
    pub fn parse(text: &str) -> Result<Self, ClaimCodeError> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(ClaimCodeError::Form);
        }
        let mut read = Vec::with_capacity(CHARS);
        for c in text.chars().filter(|c| *c != '-' && !c.is_whitespace()) {
            read.push(symbol(c).ok_or(ClaimCodeError::Form)?);
        }
        if read.len() != CHARS {
            return Err(ClaimCodeError::Form);
        }
        let mut bytes = [0; CLAIM_CODE_BYTES];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = (0..8).fold(0, |byte, bit| byte << 1 | bit_of(&read, index * 8 + bit));
        }
        if symbols(&bytes) != read {
            return Err(ClaimCodeError::Mistyped);
        }
        Ok(Self::from_bytes(bytes))
    }

    /// `XXXX-XXXX-XXXX-XXXX-XXXX-XXXX-XXXX`. Allowed places: the create response, the owner's
    /// terminal and chat, and the claim request.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the database keeps instead of the code.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        TokenHash::of(self.expose())
    }
}

impl fmt::Debug for ClaimCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClaimCode([redacted])")
    }
}

/// The bytes and their check in groups of five bits.
fn symbols(bytes: &[u8; CLAIM_CODE_BYTES]) -> Vec<u8> {
    let check = Sha256::digest(bytes);
    let all: Vec<u8> = bytes.iter().chain(check.iter().take(2)).copied().collect();
    let bit = |position: usize| all[position / 8] >> (7 - position % 8) & 1;
    let value = |index: usize| {
        (0..BITS_PER_CHAR).fold(0, |value, at| value << 1 | bit(index * BITS_PER_CHAR + at))
    };
    (0..CHARS).map(value).collect()
}

fn bit_of(symbols: &[u8], position: usize) -> u8 {
    symbols[position / BITS_PER_CHAR] >> (BITS_PER_CHAR - 1 - position % BITS_PER_CHAR) & 1
}

fn symbol(c: char) -> Option<u8> {
    let c = match c.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let index = ALPHABET.iter().position(|known| char::from(*known) == c)?;
    u8::try_from(index).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(seed: u8) -> ClaimCode {
        ClaimCode::from_bytes(std::array::from_fn(|index| {
            seed.wrapping_mul(31)
                .wrapping_add(u8::try_from(index).expect("small") * 7)
        }))
    }

    #[test]
    fn every_code_is_seven_groups_and_reads_back_however_it_is_written() {
        for seed in 0..=255 {
            let code = code(seed);
            let text = code.expose();
            assert_eq!(text.len(), 34);
            assert!(text.split('-').all(|group| group.len() == 4), "{text}");
            let loose = text.to_lowercase().replace('-', " ").replace('0', "o");
            for written in [
                text.to_owned(),
                loose.replace('1', "l"),
                text.replace('-', ""),
            ] {
                let read = ClaimCode::parse(&written).expect(&written);
                assert_eq!(read.expose(), text);
                assert_eq!(read.hash(), code.hash());
            }
        }
    }

    #[test]
    fn a_slip_is_noticed() {
        let text = code(7).expose().to_owned();
        let mut noticed = 0;
        for (index, c) in text.char_indices().filter(|(_, c)| *c != '-') {
            let other = if c == 'Z' { 'Y' } else { 'Z' };
            let wrong = format!("{}{other}{}", &text[..index], &text[index + 1..]);
            noticed += usize::from(ClaimCode::parse(&wrong).is_err());
        }
        assert_eq!(noticed, CHARS);
        for form in [
            "",
            "ABCD",
            "wai_sess_x",
            &text[1..],
            &"0".repeat(29),
            &"Ü".repeat(28),
        ] {
            assert_eq!(
                ClaimCode::parse(form).err(),
                Some(ClaimCodeError::Form),
                "{form}"
            );
        }
    }

    #[test]
    fn nothing_prints_a_code() {
        let code = code(3);
        assert!(!format!("{code:?}").contains(&code.expose()[..4]));
    }
}
