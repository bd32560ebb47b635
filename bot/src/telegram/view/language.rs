//! `/language`: the question and the confirmation.

use i18n_embed_fl::fl;
use waiaas_daemon_core::config::Language;

use super::{Choice, Reader, View};
use crate::telegram::action::Action;

/// A language by its own name: whoever is to choose it may not read the other one.
const LANGUAGES: [(Language, &str); 2] = [(Language::En, "English"), (Language::Ko, "한국어")];

/// Which language?
pub(in crate::telegram) fn ask(reader: &Reader) -> View {
    let choices = LANGUAGES.map(|(language, name)| {
        let mark = if language == reader.language {
            "✓ "
        } else {
            ""
        };
        let language = language.code().to_owned();
        Choice::new(format!("{mark}{name}"), Action::SetLanguage { language })
    });
    View::text(fl!(reader.texts, "console-language-ask")).row(choices)
}

/// The confirmation, in the language that was chosen.
pub(in crate::telegram) fn chosen(reader: &Reader) -> View {
    View::text(fl!(reader.texts, "console-language-chosen"))
}
