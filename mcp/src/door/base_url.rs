//! Where the daemon is: `https://`, or `http://` on this machine alone, because a token in the
//! clear on a network is a token given away.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use reqwest::Url;

/// The address of an agents' door, such as `http://127.0.0.1:3100`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// Without a slash at its end.
    text: String,
    loopback: bool,
}

/// Why a text is no base URL; says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not a URL.
    #[error(
        "this is not a URL ({reason}); write it as in http://127.0.0.1:3100 or https://waiaas.example.com"
    )]
    NotAUrl {
        /// What the parser says; the text itself may carry a password and is not repeated.
        reason: String,
    },
    /// Neither `http` nor `https`.
    #[error("{scheme}:// is not spoken here; use https://, or http:// for this machine")]
    Scheme {
        /// What was given.
        scheme: String,
    },
    /// Plain HTTP to another machine.
    #[error(
        "http:// to {host} would send the session token in the clear; use https://, or a loopback address such as 127.0.0.1"
    )]
    PlainHttp {
        /// Which machine.
        host: String,
    },
    /// User, password, query or fragment.
    #[error("the URL must be an address alone, without {part}")]
    Surplus {
        /// Which.
        part: &'static str,
    },
}

impl BaseUrl {
    /// Whether the daemon is on this machine.
    #[must_use]
    pub const fn is_loopback(&self) -> bool {
        self.loopback
    }

    pub(super) fn join(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for BaseUrl {
    type Err = BaseUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let url = Url::parse(text).map_err(|error| BaseUrlError::NotAUrl {
            reason: error.to_string(),
        })?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let loopback = is_loopback(&host);
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(BaseUrlError::PlainHttp { host }),
            scheme => {
                let scheme = scheme.to_owned();
                return Err(BaseUrlError::Scheme { scheme });
            }
        }
        if let Some(part) = surplus(&url) {
            return Err(BaseUrlError::Surplus { part });
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            loopback,
        })
    }
}

fn surplus(url: &Url) -> Option<&'static str> {
    if !url.username().is_empty() || url.password().is_some() {
        return Some("a user or password");
    }
    if url.query().is_some() {
        return Some("a query");
    }
    url.fragment().map(|_| "a fragment")
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_stays_on_this_machine() {
        for good in [
            "http://127.0.0.1:3100",
            "http://127.8.8.8:1/",
            "http://localhost:3100",
            "http://[::1]:3100",
            "https://waiaas.example.com/agents/",
        ] {
            let url: BaseUrl = good.parse().expect(good);
            assert_eq!(url.to_string(), good.trim_end_matches('/'));
        }
        for bad in [
            "http://192.168.1.4:3100",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://[::2]:1",
            "ftp://127.0.0.1",
            "127.0.0.1:3100",
            "http://me:secret@127.0.0.1:3100",
            "https://waiaas.example.com/?token=1",
            "https://waiaas.example.com/#here",
            "",
        ] {
            assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_password_in_the_url_is_not_repeated() {
        for url in [
            "http://me:hunter2@127.0.0.1",
            "http://me:hunter2@127.0.0.1:99999",
        ] {
            let refused = url.parse::<BaseUrl>().expect_err("refused");
            assert!(!refused.to_string().contains("hunter2"), "{refused}");
        }
    }
}
