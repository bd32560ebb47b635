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

/// A flag with its value, as two words where nothing could take the value for a flag.
pub(crate) fn flag(name: &str, value: &str) -> String {
    let joint = if value.starts_with('-') { '=' } else { ' ' };
    format!("{name}{joint}{}", quoted(value))
}

/// A value that is an argument of its own, also where it looks like a flag.
pub(crate) fn operand(value: &str) -> String {
    let guard = if value.starts_with('-') { "-- " } else { "" };
    format!("{guard}{}", quoted(value))
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

    #[test]
    fn what_looks_like_a_flag_is_not_taken_for_one() {
        assert_eq!(flag("--agent", "day trader"), "--agent 'day trader'");
        assert_eq!(flag("--agent", "-x y"), "--agent='-x y'");
        assert_eq!(operand("trader"), "trader");
        assert_eq!(operand("-x"), "-- -x");
    }
}
