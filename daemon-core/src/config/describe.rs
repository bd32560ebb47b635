//! What `config show` shows: each setting, its value and where it came from.

use std::path::Path;

use serde::Serialize;

use super::reader::Reader;
use super::schema::{Fallback, KEYS, Key};
use super::source::Source;

/// What stands for a secret that is given.
const SECRET_SET: &str = "\"[set]\"";

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Setting {
    /// `section.key`.
    pub key: String,
    /// As a TOML literal; a secret as `"[set]"`; absent when there is no value.
    pub value: Option<String>,
    /// Where it came from.
    pub source: Source,
}

pub(super) fn settings(reader: &Reader, data_dir: &Path) -> Vec<Setting> {
    KEYS.iter()
        .map(|key| Setting {
            key: key.path(),
            value: shown(reader, key, data_dir),
            source: reader.source(key).cloned().unwrap_or(Source::Default),
        })
        .collect()
}

fn shown(reader: &Reader, key: &Key, data_dir: &Path) -> Option<String> {
    match (reader.value(key), key.fallback) {
        (Some(_), _) if key.is_secret() => Some(SECRET_SET.to_owned()),
        (Some(value), _) => Some(value.literal()),
        (None, Fallback::InDataDir(name)) => {
            Some(toml::Value::from(data_dir.join(name).display().to_string()).to_string())
        }
        (None, Fallback::Value(_) | Fallback::Nothing) => None,
    }
}
