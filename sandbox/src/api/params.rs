//! Parameters of a call: JSON, form or query, read as leniently as Telegram reads them and
//! typed as strictly as it types them.

use axum::extract::Query;
use axum::http::Uri;
use serde_json::{Map, Value};

use super::reply::ApiError;

/// The parameters of one call by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params(Map<String, Value>);

impl From<Map<String, Value>> for Params {
    fn from(map: Map<String, Value>) -> Self {
        Self(map)
    }
}

impl Params {
    /// Reads query and body; the body's content type decides how.
    pub(crate) fn read(
        query: Option<&str>,
        content_type: &str,
        body: &[u8],
    ) -> Result<Self, ApiError> {
        let mut map = Map::new();
        if let Some(query) = query {
            map.extend(pairs(query)?);
        }
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        match media_type {
            _ if body.is_empty() => {}
            "application/json" => match serde_json::from_slice(body) {
                Ok(Value::Object(fields)) => map.extend(fields),
                _ => return Err(ApiError::bad_request("can't parse JSON object")),
            },
            "application/x-www-form-urlencoded" => {
                let text = std::str::from_utf8(body)
                    .map_err(|_| ApiError::bad_request("strings must be encoded in UTF-8"))?;
                map.extend(pairs(text)?);
            }
            "multipart/form-data" => map.extend(multipart(content_type, body)?),
            _ => return Err(ApiError::bad_request("unsupported content type")),
        }
        map.retain(|_, value| !value.is_null());
        Ok(Self(map))
    }

    pub(crate) fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// A string; numbers and truth values count as their text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, ApiError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(truth)) => Ok(Some(truth.to_string())),
            Some(_) => Err(wrong_type(name, "String")),
        }
    }

    /// An integer, also written as a string.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::Number(number)) => number
                .as_i64()
                .map(Some)
                .ok_or_else(|| wrong_type(name, "Integer")),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => text
                .parse()
                .map(Some)
                .map_err(|_| wrong_type(name, "Integer")),
            Some(_) => Err(wrong_type(name, "Integer")),
        }
    }

    /// A truth value, also written as a string; absent is `false`.
    pub(crate) fn truth(&self, name: &str) -> Result<bool, ApiError> {
        match self.0.get(name) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(Value::String(text)) => Ok(matches!(text.as_str(), "true" | "True" | "1")),
            Some(Value::Number(number)) => Ok(number.as_i64() == Some(1)),
            Some(_) => Err(wrong_type(name, "Boolean")),
        }
    }

    /// An object or array, also written as JSON in a string.
    pub(crate) fn structure(&self, name: &str) -> Result<Option<Value>, ApiError> {
        match self.0.get(name) {
            Some(Value::String(text)) if text.trim().is_empty() => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text).map(Some).map_err(|_| {
                ApiError::bad_request(format!(
                    "can't parse {} JSON object",
                    name.replace('_', " ")
                ))
            }),
            other => Ok(other.cloned()),
        }
    }

    /// A list of strings, such as `allowed_updates`; `None` when it was not given.
    pub(crate) fn text_list(&self, name: &str) -> Result<Option<Vec<String>>, ApiError> {
        let Some(value) = self.structure(name)? else {
            return Ok(None);
        };
        serde_json::from_value(value)
            .map(Some)
            .map_err(|_| wrong_type(name, "Array of String"))
    }
}

fn wrong_type(name: &str, kind: &str) -> ApiError {
    ApiError::bad_request(format!("field \"{name}\" must be of type {kind}"))
}

fn pairs(encoded: &str) -> Result<Map<String, Value>, ApiError> {
    let broken = || ApiError::bad_request("can't parse the parameters");
    let uri: Uri = format!("/?{encoded}").parse().map_err(|_| broken())?;
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(&uri).map_err(|_| broken())?;
    Ok(pairs
        .into_iter()
        .map(|(name, value)| (name, Value::String(value)))
        .collect())
}

/// Reads the text fields of a form with parts; files are none of this API's business.
fn multipart(content_type: &str, body: &[u8]) -> Result<Map<String, Value>, ApiError> {
    let broken = || ApiError::bad_request("can't parse the form");
    let boundary = content_type.split("boundary=").nth(1).ok_or_else(broken)?;
    let boundary = boundary
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .trim_matches('"');
    let text = std::str::from_utf8(body).map_err(|_| broken())?;
    let delimiter = format!("--{boundary}");
    let mut fields = Map::new();
    for part in text.split(delimiter.as_str()).skip(1) {
        if part.starts_with("--") {
            return Ok(fields);
        }
        let (head, content) = part.split_once("\r\n\r\n").ok_or_else(broken)?;
        let name = head
            .split("name=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .ok_or_else(broken)?;
        let content = content.strip_suffix("\r\n").ok_or_else(broken)?;
        fields.insert(name.to_owned(), Value::String(content.to_owned()));
    }
    Err(broken())
}
