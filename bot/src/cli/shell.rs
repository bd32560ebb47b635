//! Paths and names as a person can paste them into a shell.

/// The text as one word of a POSIX shell: as it is where that is safe, else in single quotes.
pub(crate) fn quoted(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._/:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A path as one word of a POSIX shell.
pub(crate) fn quoted_path(path: &std::path::Path) -> String {
    quoted(&path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_quotes_gets_them() {
        for (text, word) in [
            ("/home/kim/.waiaas", "/home/kim/.waiaas"),
            ("", "''"),
            ("/my data", "'/my data'"),
            ("it's $HOME", r"'it'\''s $HOME'"),
            ("~/x", "'~/x'"),
            ("거래", "'거래'"),
        ] {
            assert_eq!(quoted(text), word);
        }
    }
}
