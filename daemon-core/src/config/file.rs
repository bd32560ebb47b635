//! `config.toml` as a flat list of keys, each with the line it stands on.

use toml::de::{DeTable, DeValue};

use super::inputs::ConfigFile;
use super::problem::ConfigProblem;
use super::schema::{self, Key};
use super::source::Source;

/// A known key of the file.
pub(super) struct FileEntry<'a> {
    pub(super) key: &'static Key,
    pub(super) value: DeValue<'a>,
    pub(super) source: Source,
}

/// All known keys, and a problem for everything else.
pub(super) fn entries(file: &ConfigFile) -> (Vec<FileEntry<'_>>, Vec<ConfigProblem>) {
    let mut walk = Walk {
        file,
        entries: Vec::new(),
        problems: Vec::new(),
    };
    match DeTable::parse(&file.text) {
        Ok(table) => walk.sections(table.into_inner()),
        // Only the message: the error's own display repeats the line, which may be a secret.
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            walk.refuse(
                "",
                at,
                format!("is not valid TOML: {}", error.message()),
                None,
            );
        }
    }
    walk.problems.sort_by_key(|problem| problem.place.line());
    (walk.entries, walk.problems)
}

struct Walk<'a> {
    file: &'a ConfigFile,
    entries: Vec<FileEntry<'a>>,
    problems: Vec<ConfigProblem>,
}

impl<'a> Walk<'a> {
    fn sections(&mut self, table: DeTable<'a>) {
        for (section, value) in table {
            let at = section.span().start;
            let section = section.into_inner();
            let known = schema::sections().any(|name| name == section);
            match value.into_inner() {
                DeValue::Table(keys) if known => self.keys(&section, keys),
                DeValue::Table(_) => {
                    let nearest = schema::nearest(&section, schema::sections());
                    let nearest = nearest.map(|name| format!("[{name}]"));
                    self.refuse(&section, at, "is not a known section".to_owned(), nearest);
                }
                _ if known => {
                    let problem = format!("is a section; write [{section}] on a line of its own");
                    self.refuse(&section, at, problem, None);
                }
                _ => {
                    let nearest = schema::nearest_path(&section);
                    self.refuse(&section, at, "stands in no section".to_owned(), nearest);
                }
            }
        }
    }

    fn keys(&mut self, section: &str, table: DeTable<'a>) {
        for (name, value) in table {
            let at = name.span().start;
            if let Some(key) = schema::find(section, name.get_ref()) {
                let source = self.source(at);
                self.entries.push(FileEntry {
                    key,
                    value: value.into_inner(),
                    source,
                });
            } else {
                let path = format!("{section}.{}", name.get_ref());
                let nearest = schema::nearest_path(&path);
                self.refuse(&path, at, "is not a known key".to_owned(), nearest);
            }
        }
    }

    fn source(&self, at: usize) -> Source {
        let line = self
            .file
            .text
            .bytes()
            .take(at)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        Source::File {
            path: self.file.path.display().to_string(),
            line,
        }
    }

    // Without the value: an unknown key may be a misspelt secret.
    fn refuse(&mut self, key: &str, at: usize, problem: String, nearest: Option<String>) {
        self.problems.push(ConfigProblem {
            key: key.to_owned(),
            place: self.source(at),
            value: None,
            problem,
            allowed: None,
            nearest,
        });
    }
}
