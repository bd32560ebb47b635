//! A visit as text: `>` for what the person does, `<` for what the bot says, `*` for what was
//! checked beside the chat. Buttons stand in brackets. Ids and times become names, so that
//! two visits read alike.

use std::collections::BTreeMap;

use waiaas_sandbox::{ChatView, MessageView, Toast};

use super::say;

/// What stands for a digit and for a hex digit in a shape.
const DIGIT: char = '0';
const HEX_DIGIT: char = 'f';
/// The visible part of a session's id, and the rest of it.
const ID_HEAD: &str = "ffffffff-ffff";
const ID_REST: &str = "-ffff-ffff-ffffffffffff";
const TIMES: [(&str, &str); 3] = [
    ("0000-00-00", "YYYY-MM-DD"),
    ("00:00:00", "HH:MM:SS"),
    ("00:00", "HH:MM"),
];

/// How a claim code is written.
const CLAIM_CODE_GROUPS: usize = 7;
const GROUP_CHARS: usize = 4;

/// Prints a visit as it goes on.
pub(super) struct Transcript {
    data_dir: String,
    sessions: Vec<String>,
    told: BTreeMap<i64, String>,
}

impl Transcript {
    pub(super) fn new(data_dir: String) -> Self {
        Self {
            data_dir,
            sessions: Vec::new(),
            told: BTreeMap::new(),
        }
    }

    /// What the person wrote.
    pub(super) fn wrote(&self, text: &str) {
        say(&format!("> {text}"));
    }

    /// Which button the person tapped, and the toast that answered.
    pub(super) fn tapped(&mut self, label: &str, toast: &Toast) {
        let label = self.steady(label);
        say(&format!("> [{label}]"));
        if let Some(text) = &toast.text {
            say(&format!("< ({text})"));
        }
    }

    /// What was found beside the chat.
    pub(super) fn checked(&mut self, fact: &str) {
        let fact = self.steady(fact);
        say(&format!("* {fact}"));
    }

    /// What the bot says, as far as it is new or has changed.
    pub(super) fn show(&mut self, chat: &ChatView) {
        for message in chat.from_bot() {
            let bubble = self.bubble(message);
            let before = self.told.insert(message.id, bubble.clone());
            match before {
                None => say(&format!("< {bubble}")),
                Some(before) if before != bubble => say(&format!("< (edited) {bubble}")),
                Some(_) => {}
            }
        }
    }

    fn bubble(&mut self, message: &MessageView) -> String {
        let mut lines: Vec<String> = message.text.lines().map(str::to_owned).collect();
        lines.extend(message.keyboard.iter().map(|row| {
            let labels: Vec<String> = row.iter().map(|b| format!("[{}]", b.text)).collect();
            labels.join(" ")
        }));
        let bubble = self.steady(&lines.join("\n  "));
        bubble.replace("\n  \n", "\n\n")
    }

    /// The same text without what differs from visit to visit.
    fn steady(&mut self, text: &str) -> String {
        let text = text.replace(&self.data_dir, "<data directory>");
        let mut out = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(next) = rest.chars().next() {
            let inside_word = out.ends_with(|c: char| c.is_ascii_alphanumeric());
            match self.name_of(rest).filter(|_| !inside_word) {
                Some((length, name)) => {
                    out.push_str(&name);
                    rest = &rest[length..];
                }
                None => {
                    out.push(next);
                    rest = &rest[next.len_utf8()..];
                }
            }
        }
        out
    }

    /// What the text begins with, if that has a name: its length in bytes, and the name.
    fn name_of(&mut self, text: &str) -> Option<(usize, String)> {
        if has_shape(text, ID_HEAD) {
            let head = &text[..ID_HEAD.len()];
            let whole = has_shape(&text[ID_HEAD.len()..], ID_REST);
            let length = ID_HEAD.len() + if whole { ID_REST.len() } else { 0 };
            return Some((length, format!("<session {}>", self.number_of(head))));
        }
        if let Some(code) = claim_code_in(text).filter(|code| text.starts_with(code)) {
            return Some((code.len(), "<claim code>".to_owned()));
        }
        let (shape, name) = TIMES
            .into_iter()
            .find(|(shape, _)| has_shape(text, shape))?;
        Some((shape.len(), name.to_owned()))
    }

    fn number_of(&mut self, head: &str) -> usize {
        let known = self.sessions.iter().position(|session| session == head);
        known.unwrap_or_else(|| {
            self.sessions.push(head.to_owned());
            self.sessions.len() - 1
        }) + 1
    }
}

/// The first claim code in a text, as the console shows it: groups of four, with hyphens.
pub(super) fn claim_code_in(text: &str) -> Option<&str> {
    let in_code = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    text.split(|c| !in_code(c)).find(|word| {
        let groups: Vec<&str> = word.split('-').collect();
        groups.len() == CLAIM_CODE_GROUPS && groups.iter().all(|it| it.len() == GROUP_CHARS)
    })
}

/// Whether a text begins with this shape.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(is, wanted): (char, char)| match wanted {
        DIGIT => is.is_ascii_digit(),
        HEX_DIGIT => is.is_ascii_hexdigit(),
        other => is == other,
    };
    text.chars().count() >= shape.len() && text.chars().zip(shape.chars()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_times_and_paths_become_names() {
        let mut transcript = Transcript::new("/tmp/waiaas-demo-x1".to_owned());
        let cases = [
            ("id 0190a8f2-12ab.", "id <session 1>."),
            ("0190a8f2-12ab-7000-8000-00000000000f!", "<session 1>!"),
            ("0190a8f2-12ac", "<session 2>"),
            (
                "until 2026-02-08 19:26 (in 6 h)",
                "until YYYY-MM-DD HH:MM (in 6 h)",
            ),
            ("08:01:02 and 1/12", "HH:MM:SS and 1/12"),
            (
                "/tmp/waiaas-demo-x1/mcp-token",
                "<data directory>/mcp-token",
            ),
            ("한국어 100:00", "한국어 100:00"),
            (
                "Code: 0AB1-CD2E-FG3H-JK4M-NP5Q-RS6T-VW7X, once",
                "Code: <claim code>, once",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(transcript.steady(text), expected);
        }
    }
}
