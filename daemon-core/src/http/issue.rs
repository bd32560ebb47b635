//! What is wrong with a JSON body. serde's own messages name Rust types and repeat what was
//! sent; the problems named here have words for people, and say what would be right.

use serde_json::error::Category;

use crate::error::Error;
use crate::issue::{Issue, Problem, Wanted};
use crate::name::nearest;

/// The longest piece of a caller's text that is repeated, characters.
const REPEATED_CHARS_MAX: usize = 64;

/// Translates a parser's refusal; `path` is where the parser stood.
pub(super) fn from_json(path: &str, cause: &serde_json::Error) -> Error {
    match cause.classify() {
        Category::Data => {
            let text = cause.to_string();
            let text = text
                .rsplit_once(" at line ")
                .map_or(text.as_str(), |(text, _)| text);
            Error::RequestInvalid(vec![translate(path, text)])
        }
        Category::Eof if cause.column() == 0 => Error::invalid("body", Problem::Missing),
        Category::Eof | Category::Syntax | Category::Io => {
            let (line, column) = (cause.line(), cause.column());
            Error::invalid("body", Problem::NotJson { line, column })
        }
    }
}

fn translate(path: &str, text: &str) -> Issue {
    // The parser stands at the object for a missing field and at the field for an unknown or
    // repeated one, or at either, depending on how the object is read.
    let at = |field: &str| {
        let parent = path
            .strip_suffix(field)
            .map_or(path, |rest| rest.trim_end_matches('.'));
        let parent = if parent == "." { "" } else { parent };
        let field: String = field.chars().take(REPEATED_CHARS_MAX).collect();
        if parent.is_empty() {
            field
        } else {
            format!("{parent}.{field}")
        }
    };
    if let Some((field, rest)) = quoted_after(text, "unknown field ") {
        return Issue::new(at(field), unknown(field, rest));
    }
    if let Some((field, _)) = quoted_after(text, "missing field ") {
        return Issue::new(at(field), Problem::Missing);
    }
    if let Some((field, _)) = quoted_after(text, "duplicate field ") {
        return Issue::new(at(field), Problem::GivenTwice);
    }
    let path = if path.is_empty() || path == "." {
        "body"
    } else {
        path
    };
    let path: String = path.chars().take(2 * REPEATED_CHARS_MAX).collect();
    Issue::new(path, expected(text))
}

/// The text between the first pair of backticks after a prefix, and what follows it. The
/// field's own text may hold backticks; what serde adds behind it does not begin with one.
fn quoted_after<'a>(text: &'a str, prefix: &str) -> Option<(&'a str, &'a str)> {
    let rest = text.strip_prefix(prefix)?.strip_prefix('`')?;
    let end = rest.find("`, ").or_else(|| rest.rfind('`'))?;
    Some((&rest[..end], &rest[end + 1..]))
}

fn unknown(field: &str, rest: &str) -> Problem {
    // Every second piece between backticks is a name.
    let known: Vec<String> = rest
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    let nearest = nearest(field, known.iter().cloned());
    Problem::UnknownField { nearest, known }
}

fn expected(text: &str) -> Problem {
    if text.contains("UUID") {
        return Wanted::Id.into();
    }
    let Some((_, wanted)) = text.rsplit_once("expected ") else {
        return Problem::WrongForm;
    };
    match wanted {
        "a string" | "a borrowed string" => Wanted::Text.into(),
        "a boolean" => Wanted::Flag.into(),
        "a sequence" => Wanted::List.into(),
        "i64" => Wanted::Integer.into(),
        "u64" | "u32" => Wanted::Natural.into(),
        "a map" => Wanted::Object.into(),
        other if other.starts_with("struct ") => Wanted::Object.into(),
        _ => Problem::WrongForm,
    }
}

#[cfg(test)]
mod tests {
    use waiaas_protocol::wire::CreateSessionRequest;

    use super::*;

    fn refusal(text: &str) -> (String, String) {
        let mut reader = serde_json::Deserializer::from_str(text);
        let parsed: Result<CreateSessionRequest, _> = serde_path_to_error::deserialize(&mut reader);
        let cause = parsed.expect_err(text);
        match from_json(&cause.path().to_string(), cause.inner()) {
            Error::RequestInvalid(issues) if issues.len() == 1 => {
                (issues[0].path.clone(), issues[0].problem.to_string())
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_refusal_names_the_place_and_what_would_be_right() {
        let id = "must be an id such as 0190a8f2-0000-7000-8000-000000000000";
        let cases = [
            ("", "body", "is missing"),
            ("{", "body", "is not valid JSON (line 1, column 1)"),
            (
                "{\"agentId\": tru",
                "body",
                "is not valid JSON (line 1, column 15)",
            ),
            ("[]", "body", "must be an object"),
            ("7", "body", "must be an object"),
            ("{}", "agentId", "is missing"),
            ("{\"agentId\":7}", "agentId", "must be a text"),
            ("{\"agentId\":null}", "agentId", "must be a text"),
            (
                "{\"agentId\":\"a\",\"agentId\":\"b\"}",
                "agentId",
                "is given twice",
            ),
            (
                "{\"agentid\":\"a\"}",
                "agentid",
                "is not a known field; did you mean agentId?",
            ),
            (
                "{\"agentId\":\"a\",\"walletIds\":\"b\"}",
                "walletIds",
                "must be a list",
            ),
            (
                "{\"agentId\":\"a\",\"walletIds\":[1]}",
                "walletIds[0]",
                "must be a text",
            ),
            (
                "{\"agentId\":\"a\",\"toTokenFile\":1}",
                "toTokenFile",
                "must be true or false",
            ),
            (
                "{\"agentId\":\"a\",\"replacesSessionId\":\"x\"}",
                "replacesSessionId",
                id,
            ),
            (
                "{\"agentId\":\"a\",\"replacesSessionId\":1}",
                "replacesSessionId",
                id,
            ),
            (
                "{\"agentId\":\"a\",\"constraints\":{\"expiresIn\":1.5}}",
                "constraints.expiresIn",
                "must be a whole number",
            ),
            (
                "{\"agentId\":\"a\",\"constraints\":{\"expiresIn\":99999999999999999999}}",
                "constraints.expiresIn",
                "must be a whole number",
            ),
            (
                "{\"agentId\":\"a\",\"constraints\":{\"expires_in\":300}}",
                "constraints.expires_in",
                "is not a known field; did you mean expiresIn?",
            ),
        ];
        for (body, path, message) in cases {
            assert_eq!(
                refusal(body),
                (path.to_owned(), message.to_owned()),
                "{body}"
            );
        }
    }

    #[test]
    fn hostile_field_names_are_shortened_and_do_not_confuse() {
        let (path, message) = refusal(&format!("{{\"{}\":1}}", "x".repeat(10_000)));
        assert_eq!(path.len(), REPEATED_CHARS_MAX);
        assert!(
            message.starts_with("is not a known field; known are agentId, "),
            "{message}"
        );
        let (path, _) = refusal("{\"a`, expected `b\":1}");
        assert!(path.starts_with("a`"), "{path}");
    }
}
