//! Extractors of bodies and path parameters. Their refusals are `REQUEST_INVALID` in our own
//! words (PROTOCOL.md section 8), never a library's plain text.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};

use super::{State, issue};
use crate::error::Error;
use crate::issue::{Problem, Wanted};

/// A JSON body; the content type must say so.
pub(super) struct Json<T>(pub(super) T);

/// A JSON body that may be left out, which means its defaults.
pub(super) struct OptionalJson<T>(pub(super) T);

/// A body that nobody looks at; only its size counts.
pub(super) struct IgnoredBody;

/// Path parameters, percent-decoded.
pub(super) struct Path<T>(pub(super) T);

async fn read(request: Request, state: &State) -> Result<Bytes, Error> {
    let max_bytes = state.settings.body_max_bytes;
    Bytes::from_request(request, state)
        .await
        .map_err(|cause: BytesRejection| {
            if cause.status() == StatusCode::PAYLOAD_TOO_LARGE {
                Error::BodyTooLarge { max_bytes }
            } else {
                Error::invalid("body", Problem::CutShort)
            }
        })
}

/// `application/json`, with or without parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let essence = content_type
        .and_then(|text| text.split(';').next())
        .unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

fn parse<T: DeserializeOwned>(json: bool, bytes: &[u8]) -> Result<T, Error> {
    if !json {
        return Err(Error::invalid("body", Problem::NotSentAsJson));
    }
    // serde would also read a list as an object, field by field.
    if bytes
        .trim_ascii_start()
        .first()
        .is_some_and(|first| *first != b'{')
    {
        let broken = serde_json::from_slice::<IgnoredAny>(bytes).err();
        let refusal = broken.map(|cause| issue::from_json("body", &cause));
        return Err(refusal.unwrap_or_else(|| Error::invalid("body", Wanted::Object)));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|cause| {
        let path = cause.path().to_string();
        issue::from_json(&path, cause.inner())
    })?;
    reader
        .end()
        .map_err(|cause| issue::from_json("body", &cause))?;
    Ok(value)
}

impl<T: DeserializeOwned> FromRequest<State> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &State) -> Result<Self, Error> {
        let json = is_json(request.headers());
        let bytes = read(request, state).await?;
        parse(json, &bytes).map(Self)
    }
}

impl<T: DeserializeOwned + Default> FromRequest<State> for OptionalJson<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &State) -> Result<Self, Error> {
        let json = is_json(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            Ok(Self(T::default()))
        } else {
            parse(json, &bytes).map(Self)
        }
    }
}

impl FromRequest<State> for IgnoredBody {
    type Rejection = Error;

    async fn from_request(request: Request, state: &State) -> Result<Self, Error> {
        read(request, state).await.map(|_| Self)
    }
}

impl<T: DeserializeOwned + Send> FromRequestParts<State> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Error> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(value)) => Ok(Self(value)),
            Err(_) => Err(Error::invalid("path", Problem::WrongParameterForm)),
        }
    }
}
