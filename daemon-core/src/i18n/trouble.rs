//! Which text says why a channel does not work.

use fluent_bundle::FluentArgs;

use super::Locale;
use crate::notify::trouble::Trouble;

impl Locale {
    /// What happened and, where a person can mend it, how; the other side's words as a tail.
    #[must_use]
    pub fn trouble(self, trouble: &Trouble) -> String {
        let key = format!("trouble-{}", trouble.code.as_str());
        let Some(said) = &trouble.said else {
            return self.text(&key, &FluentArgs::new());
        };
        let quoting = format!("{key}-said");
        let facts = FluentArgs::from_iter([("said", said.as_str())]);
        match self.has(&quoting) {
            true => self.text(&quoting, &facts),
            false => self.text(&key, &facts),
        }
    }
}
