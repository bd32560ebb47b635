//! Typed identifiers that cannot be mixed up. Each is a UUID v7 made from a time and random
//! bytes that the caller supplies; nothing here reads a clock or a random source.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not a UUID.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{text}\" is not an id: expected a UUID such as 0190a8f2-0000-7000-8000-000000000000")]
pub struct IdFormatError {
    /// What was given, shortened to 64 characters.
    pub text: String,
}

macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = "uuid"))]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a UUID v7 from Unix milliseconds and ten random bytes.
            #[must_use]
            pub fn from_parts(unix_ms: u64, random: &[u8; 10]) -> Self {
                Self(uuid::Builder::from_unix_timestamp_millis(unix_ms, random).into_uuid())
            }

            /// The raw UUID.
            #[must_use]
            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdFormatError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                // Only the canonical hyphenated form: one session, one spelling.
                let canonical = (text.len() == 36).then(|| Uuid::try_parse(text).ok()).flatten();
                canonical
                    .map(Self)
                    .ok_or_else(|| IdFormatError { text: text.chars().take(64).collect() })
            }
        }
    };
}

typed_id!(
    /// A session, PROTOCOL.md section 1.
    SessionId
);
typed_id!(
    /// An agent, PROTOCOL.md section 1.
    AgentId
);
typed_id!(
    /// A wallet, PROTOCOL.md section 1.
    WalletId
);
typed_id!(
    /// A notification event, PROTOCOL.md section 10.
    EventId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_version_7_and_round_trip() {
        let id = SessionId::from_parts(1_770_546_385_000, &[7; 10]);
        assert_eq!(id.as_uuid().get_version_num(), 7);
        assert_eq!(id.to_string().parse::<SessionId>(), Ok(id));
    }

    #[test]
    fn only_the_canonical_spelling_is_an_id() {
        let plain = SessionId::from_parts(1, &[1; 10])
            .as_uuid()
            .simple()
            .to_string();
        for text in [
            "",
            "1",
            plain.as_str(),
            "{0190a8f2-0000-7000-8000-000000000000}",
        ] {
            assert!(text.parse::<SessionId>().is_err(), "{text}");
        }
    }
}
