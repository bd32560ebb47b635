//! The command line's texts in the reader's language, from `locales/`. The help of commands
//! and flags stays English, since clap has it at compile time.

use std::error::Error;

use i18n_embed::LanguageLoader as _;
use i18n_embed::fluent::FluentLanguageLoader;
use rust_embed::RustEmbed;
use waiaas_daemon_core::config::Language;

/// Looks texts up by key; used through `fl!`, which checks keys and arguments.
pub(crate) type Texts = FluentLanguageLoader;

/// The file name in `locales/<language>/`, without its end.
const DOMAIN: &str = "waiaas";

#[derive(RustEmbed)]
#[folder = "../locales"]
struct Locales;

/// The texts in this language, English where one is missing.
pub(super) fn load(language: Language) -> Result<Texts, Box<dyn Error>> {
    let texts = FluentLanguageLoader::new(DOMAIN, Language::En.code().parse()?);
    texts.load_languages(&Locales, &[language.code().parse()?])?;
    // Isolation marks would end up in commands that people copy from a message.
    texts.set_use_isolating(false);
    Ok(texts)
}

/// English, for tests of what is said.
#[cfg(test)]
pub(crate) fn in_english() -> Texts {
    load(Language::En).expect("embedded texts")
}

/// Reads `LC_ALL`, `LC_MESSAGES` and `LANG` as POSIX says: the first that is not empty
/// decides. Only English and Korean are spoken.
pub(super) fn language(variable: impl Fn(&str) -> Option<String>) -> Language {
    let chosen = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty())
        .unwrap_or_default();
    match chosen.split(['_', '.', '@', '-']).next() {
        Some("ko") => Language::Ko,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_locale_variable_that_is_not_empty_decides() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (&[], "en"),
            (&[("LANG", "ko_KR.UTF-8")], "ko"),
            (&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "C")], "en"),
            (&[("LANG", "en_US.UTF-8"), ("LC_MESSAGES", "ko")], "ko"),
            (&[("LANG", "ko_KR.UTF-8"), ("LC_ALL", "")], "ko"),
            (&[("LANG", "de_DE.UTF-8")], "en"),
        ];
        for (variables, expected) in cases {
            let get = |name: &str| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            };
            assert_eq!(language(get).code(), *expected, "{variables:?}");
        }
    }

    #[test]
    fn both_languages_have_the_same_keys_and_placeholders() {
        let shape = |language: &str| {
            let path = format!("{language}/{DOMAIN}.ftl");
            let file = Locales::get(&path).expect("embedded");
            let text = std::str::from_utf8(&file.data).expect("UTF-8").to_owned();
            let mut messages: Vec<(String, Vec<String>)> = Vec::new();
            for line in text.lines().filter(|line| !line.starts_with('#')) {
                let head = line
                    .split_once('=')
                    .filter(|_| !line.starts_with([' ', '}']));
                if let Some((key, _)) = head {
                    messages.push((key.trim().to_owned(), Vec::new()));
                }
                if let Some((_, variables)) = messages.last_mut() {
                    variables.extend(line.split('$').skip(1).map(|rest| {
                        rest.chars()
                            .take_while(|c| c.is_alphanumeric() || *c == '_')
                            .collect()
                    }));
                    variables.sort();
                    variables.dedup();
                }
            }
            messages.sort();
            messages
        };
        assert_eq!(shape("en"), shape("ko"));
    }
}
