//! Query parameters: each is taken by name and checked, and what nobody took is refused, so
//! that a misspelt filter is an error and not a missing filter.

use std::ops::RangeInclusive;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::State;
use crate::error::Error;
use crate::issue::{Issue, Problem, Wanted};
use crate::name::nearest;

/// Parameters of one request that are looked at.
const PARAMETERS_MAX: usize = 32;

/// The parameters that have not been taken yet, and what was wrong with those that were.
pub(super) struct Query {
    given: Vec<(String, String)>,
    known: Vec<String>,
    issues: Vec<Issue>,
}

impl FromRequestParts<State> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Error> {
        Self::parse(&parts.uri)
    }
}

impl Query {
    fn parse(uri: &axum::http::Uri) -> Result<Self, Error> {
        let parsed = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
        let axum::extract::Query(given) =
            parsed.map_err(|_| Error::invalid("query", Problem::WrongQueryForm))?;
        if given.len() > PARAMETERS_MAX {
            return Err(Error::invalid(
                "query",
                Problem::TooManyParameters {
                    max: PARAMETERS_MAX,
                },
            ));
        }
        Ok(Self {
            given,
            known: Vec::new(),
            issues: Vec::new(),
        })
    }

    fn issue(&mut self, name: &str, problem: impl Into<Problem>) {
        self.issues.push(Issue::new(name, problem));
    }

    /// A text; empty counts as absent.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        self.known.push(name.to_owned());
        let (taken, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.given)
            .into_iter()
            .partition(|(given, _)| given == name);
        self.given = rest;
        if taken.len() > 1 {
            self.issue(name, Problem::GivenTwice);
        }
        taken
            .into_iter()
            .next()
            .map(|(_, value)| value)
            .filter(|value| !value.is_empty())
    }

    /// A number in a range.
    pub(super) fn number(&mut self, name: &str, range: &RangeInclusive<u64>) -> Option<u64> {
        let text = self.text(name)?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        if number.is_none() {
            let (min, max) = (*range.start(), *range.end());
            self.issue(name, Problem::NotANumberIn { min, max });
        }
        number
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, name: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.text(name)?;
        let chosen = words
            .iter()
            .find(|(word, _)| *word == text)
            .map(|(_, value)| *value);
        if chosen.is_none() {
            let words = words.iter().map(|(word, _)| (*word).to_owned()).collect();
            self.issue(name, Problem::NotOneOf { words });
        }
        chosen
    }

    /// One of many words, in capitals or not; a wrong one is told the nearest.
    pub(super) fn known(&mut self, name: &str, words: &[&'static str]) -> Option<&'static str> {
        let text = self.text(name)?;
        let chosen = words.iter().find(|word| word.eq_ignore_ascii_case(&text));
        if chosen.is_none() {
            let known = || words.iter().map(|word| (*word).to_owned());
            let problem = match nearest(&text, known()) {
                Some(nearest) => Problem::NotKnown { nearest },
                None => Problem::NotOneOf {
                    words: known().collect(),
                },
            };
            self.issue(name, problem);
        }
        chosen.copied()
    }

    /// An id.
    pub(super) fn id<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name)?;
        let id = text.parse().ok();
        if id.is_none() {
            self.issue(name, Wanted::Id);
        }
        id
    }

    /// Refuses what was wrong and what nobody took.
    pub(super) fn finish(mut self) -> Result<(), Error> {
        for (name, _) in std::mem::take(&mut self.given) {
            let problem = Problem::UnknownParameter {
                nearest: nearest(&name, self.known.iter().cloned()),
                known: self.known.clone(),
            };
            let name: String = name.chars().take(64).collect();
            self.issue(&name, problem);
        }
        if self.issues.is_empty() {
            Ok(())
        } else {
            Err(Error::RequestInvalid(self.issues))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issues(query: &str) -> Vec<String> {
        let uri = format!("/x?{query}").parse().expect("a URI");
        let mut query = Query::parse(&uri).expect("parameters");
        query.number("limit", &(1..=100));
        query.choice("state", &[("live", 1), ("all", 2)]);
        query.text("agent");
        match query.finish() {
            Ok(()) => Vec::new(),
            Err(Error::RequestInvalid(issues)) => issues
                .into_iter()
                .map(|issue| format!("{}: {}", issue.path, issue.problem))
                .collect(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_wrong_is_named_all_at_once() {
        assert_eq!(
            issues("limit=1&state=all&agent=%EA%B0%80"),
            Vec::<String>::new()
        );
        assert_eq!(issues("limit=&agent="), Vec::<String>::new());
        assert_eq!(
            issues("limit=0"),
            ["limit: must be a whole number in 1..100"]
        );
        assert_eq!(
            issues("limit=-1"),
            ["limit: must be a whole number in 1..100"]
        );
        assert_eq!(issues("limit=1&limit=2"), ["limit: is given twice"]);
        assert_eq!(
            issues("limit=x&state=dead&agnet=a"),
            [
                "limit: must be a whole number in 1..100",
                "state: must be one of live, all",
                "agnet: is not a known parameter; did you mean agent?",
            ]
        );
    }
}
