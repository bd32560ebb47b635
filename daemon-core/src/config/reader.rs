//! Joins the sources: for each key the value of the highest source, and the list of
//! everything that is wrong anywhere, also where a higher source covers it.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};

use super::file;
use super::inputs::{ConfigFile, ConfigInputs};
use super::problem::{ConfigErrors, ConfigProblem};
use super::schema::{self, Fallback, KEYS, Key};
use super::source::Source;
use super::value::{Raw, Value, allowed, check};

/// The joined values and the problems so far.
pub(super) struct Reader {
    values: HashMap<String, (Value, Source)>,
    problems: Vec<ConfigProblem>,
}

impl Reader {
    /// Looks at every source.
    pub(super) fn collect(inputs: &ConfigInputs) -> Self {
        let mut reader = Self {
            values: HashMap::new(),
            problems: Vec::new(),
        };
        reader.overrides(inputs);
        reader.environment(inputs);
        if let Some(file) = &inputs.file {
            reader.file(file);
        }
        reader
    }

    fn overrides(&mut self, inputs: &ConfigInputs) {
        for given in &inputs.overrides {
            let source = Source::Flag(given.flag.clone());
            match KEYS.iter().find(|key| key.path() == given.key) {
                Some(key) => self.take(key, &Raw::Text(&given.value), source),
                None => self.unknown(&given.key, source, schema::nearest_path(&given.key)),
            }
        }
    }

    fn environment(&mut self, inputs: &ConfigInputs) {
        for (name, value) in &inputs.environment {
            let source = Source::Environment(name.clone());
            match (
                KEYS.iter().find(|key| key.env_name() == *name),
                value.to_str(),
            ) {
                (Some(key), Some(value)) => self.take(key, &Raw::Text(value), source),
                (Some(key), None) => {
                    let problem = "is not UTF-8 text".to_owned();
                    self.problem(key.path(), source, None, problem, Some(allowed(key.rule)));
                }
                (None, _) => {
                    let names: Vec<String> = KEYS.iter().map(|key| key.env_name()).collect();
                    let nearest = schema::nearest(name, names.iter().map(String::as_str));
                    self.unknown("", source, nearest.map(str::to_owned));
                }
            }
        }
    }

    fn file(&mut self, file: &ConfigFile) {
        let (entries, problems) = file::entries(file);
        self.problems.extend(problems);
        for entry in entries {
            if entry.key.is_secret() && file.readable_by_others {
                let problem = "is a secret, but other users can read this file".to_owned();
                let mend = format!("mode 0600; mend it with: chmod 600 {}", file.path.display());
                self.problem(entry.key.path(), entry.source, None, problem, Some(mend));
            } else {
                self.take(entry.key, &Raw::Toml(&entry.value), entry.source);
            }
        }
    }

    /// Checks a value and keeps it, unless a higher source was there before.
    fn take(&mut self, key: &'static Key, raw: &Raw<'_>, source: Source) {
        match check(key, raw) {
            Ok(value) => {
                self.values.entry(key.path()).or_insert((value, source));
            }
            Err(problem) => {
                let hidden = key.is_secret() || raw_carries_password(raw);
                let value = (!hidden).then(|| raw.shown());
                self.problem(key.path(), source, value, problem, Some(allowed(key.rule)));
            }
        }
    }

    fn unknown(&mut self, key: &str, place: Source, nearest: Option<String>) {
        let problem = "is not a known key".to_owned();
        self.problem(key.to_owned(), place, None, problem, None);
        if let Some(last) = self.problems.last_mut() {
            last.nearest = nearest;
        }
    }

    fn problem(
        &mut self,
        key: String,
        place: Source,
        value: Option<String>,
        problem: String,
        allowed: Option<String>,
    ) {
        self.problems.push(ConfigProblem {
            key,
            place,
            value,
            problem,
            allowed,
            nearest: None,
        });
    }

    /// Refuses the value that a key came out with, by a rule across keys or by what a file
    /// it names holds.
    pub(super) fn refuse(&mut self, key: &Key, problem: &str, allowed: &str) {
        let (value, place) = match self.values.get(&key.path()) {
            Some((value, source)) => (Some(value.literal()), source.clone()),
            None => (None, Source::Default),
        };
        let value = value.filter(|_| !key.is_secret());
        self.problem(
            key.path(),
            place,
            value,
            problem.to_owned(),
            Some(allowed.to_owned()),
        );
    }

    /// Where the value came from; `None` when no source gave one.
    pub(super) fn source(&self, key: &Key) -> Option<&Source> {
        self.values.get(&key.path()).map(|(_, source)| source)
    }

    /// The value of the highest source, else the default.
    pub(super) fn value(&self, key: &Key) -> Option<Value> {
        if let Some((value, _)) = self.values.get(&key.path()) {
            return Some(value.clone());
        }
        match key.fallback {
            Fallback::Value(text) => check(key, &Raw::Text(text)).ok(),
            Fallback::InDataDir(_) | Fallback::Nothing => None,
        }
    }

    pub(super) fn text(&self, key: &Key) -> Option<String> {
        match self.value(key)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn integer(&self, key: &Key) -> Option<i64> {
        match self.value(key)? {
            Value::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// A number with a default; its rule keeps it inside `T`.
    pub(super) fn number<T: TryFrom<i64> + Default>(&self, key: &Key) -> T {
        self.integer(key)
            .and_then(|number| T::try_from(number).ok())
            .unwrap_or_default()
    }

    pub(super) fn flag(&self, key: &Key) -> bool {
        self.value(key) == Some(Value::Flag(true))
    }

    pub(super) fn address(&self, key: &Key) -> SocketAddr {
        match self.value(key) {
            Some(Value::Address(address)) => address,
            _ => SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }

    pub(super) fn list(&self, key: &Key) -> Option<Vec<String>> {
        match self.value(key)? {
            Value::List(list) => Some(list),
            _ => None,
        }
    }

    /// All problems, if there are any.
    pub(super) fn finish(self) -> Result<(), ConfigErrors> {
        ConfigErrors::from_problems(self.problems).map_or(Ok(()), Err)
    }
}

/// Addresses of databases and servers may carry a password before an `@`.
fn raw_carries_password(raw: &Raw<'_>) -> bool {
    raw.shown().contains('@')
}
