//! A client of the admin socket: requests in, typed bodies or a readable failure out.

use std::error::Error as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use i18n_embed_fl::fl;
use reqwest::header::{ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use waiaas_protocol::wire::{ErrorBody, Issue};

use super::texts::Texts;
use crate::report::Failure;

/// The socket's name in the data directory.
const ADMIN_SOCKET_NAME: &str = "admin.sock";
/// Longer than the daemon ever works on one request, a hand-over's wait included.
const REQUEST_TIMEOUT_S: u64 = 75;
/// Where a refused request's faults stand in the body.
const ISSUES_FIELD: &str = "details.issues";
/// The host is never looked up: the connection goes to the socket.
const BASE: &str = "http://localhost/v1";

/// Speaks with the daemon of one data directory.
pub(super) struct AdminClient<'a> {
    http: reqwest::Client,
    data_dir: PathBuf,
    texts: &'a Texts,
}

impl<'a> AdminClient<'a> {
    pub(super) fn new(data_dir: &Path, language: &str, texts: &'a Texts) -> Result<Self, Failure> {
        let mut headers = HeaderMap::new();
        if let Ok(language) = HeaderValue::from_str(language) {
            headers.insert(ACCEPT_LANGUAGE, language);
        }
        let http = reqwest::Client::builder()
            .unix_socket(data_dir.join(ADMIN_SOCKET_NAME))
            .default_headers(headers)
            .timeout(Duration::from_secs(REQUEST_TIMEOUT_S))
            .build()
            .map_err(|error| Failure::from_error(&error))?;
        Ok(Self {
            http,
            data_dir: data_dir.to_owned(),
            texts,
        })
    }

    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.request::<T, ()>(Method::GET, path, &[], None).await
    }

    pub(super) async fn query<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, Option<String>)],
    ) -> Result<T, Failure> {
        self.request::<T, ()>(Method::GET, path, query, None).await
    }

    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.request(Method::POST, path, &[], Some(body)).await
    }

    pub(super) async fn put<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, Failure> {
        self.request(Method::PUT, path, &[], Some(body)).await
    }

    pub(super) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.request::<T, ()>(Method::DELETE, path, &[], None).await
    }

    async fn request<T: DeserializeOwned, B: Serialize>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, Option<String>)],
        body: Option<&B>,
    ) -> Result<T, Failure> {
        let mut url = format!("{BASE}{path}");
        let given = query
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)));
        for (index, (name, value)) in given.enumerate() {
            let mark = if index == 0 { '?' } else { '&' };
            url.push_str(&format!("{mark}{name}={}", percent_encoded(value)));
        }
        let mut request = self.http.request(method, url);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request
            .send()
            .await
            .map_err(|error| self.unreachable(&error))?;
        if !response.status().is_success() {
            return Err(self.refusal(response).await);
        }
        response
            .json()
            .await
            .map_err(|error| self.unreadable(&error))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Failure {
        let dir = self.data_dir.display().to_string();
        match io_kind(error) {
            Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                let failure = Failure::new(fl!(self.texts, "cli-not-running", dir = dir));
                failure.with_hint(fl!(self.texts, "cli-not-running-hint"))
            }
            Some(io::ErrorKind::PermissionDenied) => {
                let failure = Failure::new(fl!(self.texts, "cli-socket-denied", dir = dir));
                failure.with_hint(fl!(self.texts, "cli-socket-denied-hint"))
            }
            _ => Failure::new(fl!(self.texts, "cli-no-answer", dir = dir)).caused_by(error),
        }
    }

    fn unreadable(&self, error: &reqwest::Error) -> Failure {
        let failure = Failure::new(fl!(self.texts, "cli-answer-unreadable"));
        failure
            .caused_by(error)
            .with_hint(fl!(self.texts, "cli-answer-unreadable-hint"))
    }

    async fn refusal(&self, response: Response) -> Failure {
        let status = response.status();
        let Ok(body) = response.json::<ErrorBody>().await else {
            let failure = Failure::new(fl!(self.texts, "cli-answer-unreadable"));
            return failure.with_fact(format!("HTTP {}", status.as_u16()));
        };
        let mut failure = Failure::new(body.message).with_code(body.code.parse().ok());
        let issues = body
            .details
            .as_ref()
            .and_then(|details| details.get("issues"));
        let issues: Vec<Issue> = issues
            .and_then(|issues| serde_json::from_value(issues.clone()).ok())
            .unwrap_or_default();
        // A hint about where in the body they stand helps nobody who reads them here.
        let hint = body.hint.filter(|hint| !hint.contains(ISSUES_FIELD));
        for issue in issues {
            failure = failure.with_fact(format!("{}: {}", issue.path, issue.message));
        }
        failure = failure.with_fact(fl!(
            self.texts,
            "cli-refusal",
            code = body.code,
            request = body.request_id
        ));
        match hint {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

/// The kind of the operating system's error under a connection failure.
pub(crate) fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(io_error) = source.downcast_ref::<io::Error>() {
            // An error of the system has no source of its own; one of a library may wrap it.
            if io_error.raw_os_error().is_some() || io_error.source().is_none() {
                return Some(io_error.kind());
            }
        }
        next = source.source();
    }
    None
}

/// A path that carries names or ids. A name may be any text, also one with slashes.
///
/// `.` and `..` cannot be written in a path in any encoding, so things of that name are
/// reached by their ids.
pub(super) fn path(parts: &[&str], texts: &Texts) -> Result<String, Failure> {
    let mut path = String::new();
    for part in parts {
        if matches!(*part, "." | ".." | "") {
            let failure = Failure::new(fl!(
                texts,
                "cli-name-not-in-path",
                name = (*part).to_owned()
            ));
            return Err(failure.with_hint(fl!(texts, "cli-name-not-in-path-hint")));
        }
        path.push('/');
        path.push_str(&percent_encoded(part));
    }
    Ok(path)
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_is_one_segment_of_a_path() {
        let texts =
            super::super::texts::load(waiaas_daemon_core::config::Language::En).expect("texts");
        let encoded = path(&["agents", "a/b ?#%한"], &texts).expect("encodable");
        assert_eq!(encoded, "/agents/a%2Fb%20%3F%23%25%ED%95%9C");
        for name in ["", ".", ".."] {
            assert!(path(&["agents", name], &texts).is_err(), "{name:?}");
        }
    }
}
