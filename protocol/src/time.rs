//! RFC 3339 UTC in JSON, Unix seconds everywhere else (PROTOCOL.md, opening section).
//!
//! Use [`Timestamp`] in JSON bodies; it is an integer inside and a text on the wire.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A moment in Unix seconds (UTC), written as RFC 3339 in JSON and in texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Unix seconds.
    #[must_use]
    pub const fn unix_s(self) -> i64 {
        self.0
    }
}

impl From<i64> for Timestamp {
    fn from(unix_s: i64) -> Self {
        Self(unix_s)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = OffsetDateTime::from_unix_timestamp(self.0)
            .ok()
            .and_then(|moment| moment.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            // Outside the years RFC 3339 can write: the number is still true.
            None => write!(f, "@{}", self.0),
        }
    }
}

/// The text is not an RFC 3339 time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an RFC 3339 time such as 2026-02-08T10:26:25Z")]
pub struct TimestampFormatError;

impl FromStr for Timestamp {
    type Err = TimestampFormatError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        OffsetDateTime::parse(text, &Rfc3339)
            .map(|moment| Self(moment.unix_timestamp()))
            .map_err(|_| TimestampFormatError)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_protocol_example_round_trips() {
        let moment = Timestamp(1_770_546_385);
        assert_eq!(moment.to_string(), "2026-02-08T10:26:25Z");
        assert_eq!("2026-02-08T10:26:25Z".parse(), Ok(moment));
    }
}
