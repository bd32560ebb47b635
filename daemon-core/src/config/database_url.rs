//! `database.url`: which texts name an SQLite file, and which file.

/// Accepts `sqlite://path` and `sqlite:path`, with the optional `?mode=rwc` that other tools
/// write; the file is always opened for reading and writing.
///
/// # Errors
/// What is wrong, for a [`super::ConfigProblem`].
pub(super) fn check(url: &str) -> Result<(), String> {
    if url.starts_with("postgres:") || url.starts_with("postgresql:") {
        return Err("names PostgreSQL, but this version supports SQLite only".to_owned());
    }
    let Some(rest) = rest_of(url) else {
        return Err("does not start with sqlite://".to_owned());
    };
    match rest.split_once('?') {
        Some((_, options)) if options != "mode=rwc" => {
            Err("has options after \"?\", which are not supported".to_owned())
        }
        _ if path_of(url).is_empty() => Err("names no file".to_owned()),
        _ if path_of(url) == ":memory:" => {
            Err("names no file, and sessions must survive a restart".to_owned())
        }
        _ => Ok(()),
    }
}

/// The path in a checked URL.
pub(super) fn path_of(url: &str) -> &str {
    let rest = rest_of(url).unwrap_or_default();
    rest.split_once('?').map_or(rest, |(path, _)| path)
}

fn rest_of(url: &str) -> Option<&str> {
    url.strip_prefix("sqlite://")
        .or_else(|| url.strip_prefix("sqlite:"))
}
