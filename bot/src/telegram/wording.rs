//! The words of alerts for the channels that have neither buttons nor HTML: those of the chat,
//! so that they are written once.

use std::sync::Arc;

use waiaas_daemon_core::config::Language;
use waiaas_daemon_core::notify::wording::Render;

use super::view::{Reader, Words, alert, html};

/// Puts events into words of this language, with dates in this time zone.
pub(crate) fn render(language: Language, time_zone: String) -> Render {
    let words = Words::load();
    Arc::new(move |event, now| {
        let reader = Reader::new(&words, language, &time_zone, now);
        html::to_wording(&alert::view(&reader, event).html)
    })
}
