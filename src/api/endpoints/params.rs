//! The query of a request: its parameters, each known, none twice where it stands for one thing, all of bounded length.

use std::ops::RangeInclusive;

use axum::extract::{FromRequestParts, Query};
use axum::http::Uri;
use axum::http::request::Parts;

use crate::api::Problem;
use crate::model::nearest::did_you_mean;

/// Parameters of a request, at most.
const MAX_PARAMS: usize = 64;
/// Greatest length of a parameter's name or value, bytes.
const MAX_TEXT: usize = 2048;

/// The parameters of a request, decoded, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Params(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::of(&parts.uri)
    }
}

impl Params {
    /// The parameters of a request for `uri`.
    ///
    /// # Errors
    /// A problem where there are too many, or one is too long.
    pub fn of(uri: &Uri) -> Result<Self, Problem> {
        if uri.query().is_none_or(str::is_empty) {
            return Ok(Self::default());
        }
        let unreadable =
            |_| Problem::field("query", "the part of the address behind ? is not made of name=value pairs");
        let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(unreadable)?;
        if pairs.len() > MAX_PARAMS {
            return Err(Problem::field("query", format!("at most {MAX_PARAMS} parameters are read")));
        }
        if let Some((name, _)) = pairs.iter().find(|(name, value)| name.len().max(value.len()) > MAX_TEXT) {
            let name = name.chars().take(64).collect::<String>();
            return Err(Problem::field(name, format!("a parameter is at most {MAX_TEXT} bytes long")));
        }
        Ok(Self(pairs))
    }

    /// Refuses every parameter but these.
    ///
    /// # Errors
    /// A problem that names the first other one.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        let Some((name, _)) = self.0.iter().find(|(name, _)| !known.contains(&name.as_str())) else { return Ok(()) };
        let there_are = match known {
            [] => "this endpoint takes none".to_owned(),
            known => format!("this endpoint takes {}", known.join(", ")),
        };
        let meant = did_you_mean(name, known.iter().copied());
        Err(Problem::field(
            name.clone(),
            format!("there is no parameter {name}{meant}; {there_are}").replace("?; ", "? "),
        ))
    }

    /// The value of a parameter that may stand once.
    ///
    /// # Errors
    /// Where it stands twice.
    pub fn one(&self, name: &'static str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(name);
        let first = values.next();
        if values.next().is_some() {
            return Err(Problem::field(name, format!("{name} may stand once")));
        }
        Ok(first)
    }

    /// The values of a parameter that may stand several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A whole number within bounds.
    ///
    /// # Errors
    /// Where it is none, or out of its bounds.
    pub fn whole(&self, name: &'static str, bounds: RangeInclusive<u64>) -> Result<Option<u64>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let (least, most) = (bounds.start(), bounds.end());
        // JSON has no whole numbers of its own: 20.0 is one (JSON Schema, section 6.1.1).
        let digits = text.strip_suffix(".0").unwrap_or(text);
        let number = digits.parse::<u64>().ok().filter(|number| bounds.contains(number));
        number.map(Some).ok_or_else(|| Problem::field(name, format!("give a whole number from {least} to {most}")))
    }

    /// One of some words.
    ///
    /// # Errors
    /// Where it is none of them.
    pub fn choice<T: Copy>(&self, name: &'static str, options: &[(&str, T)]) -> Result<Option<T>, Problem> {
        let Some(text) = self.one(name)? else { return Ok(None) };
        let found = options.iter().find(|(word, _)| *word == text).map(|(_, option)| *option);
        let words = || options.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        found.map(Some).ok_or_else(|| Problem::field(name, format!("give one of {}", words())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn params(query: &str) -> Result<Params, Problem> {
        Params::of(&format!("/x?{query}").parse().expect("an address"))
    }

    fn said<T: std::fmt::Debug>(refused: Result<T, Problem>) -> (String, String) {
        let problem = refused.expect_err("refused");
        (problem.field.unwrap_or_default().into_owned(), problem.detail)
    }

    #[test]
    fn parameters_are_decoded_and_looked_up() {
        let read = params("series=a%7Bx%3D%221%22%7D&series=b+c&n=7&flag=true").expect("read");
        assert_eq!(read.all("series").collect::<Vec<_>>(), [r#"a{x="1"}"#, "b c"]);
        assert_eq!(
            (read.whole("n", 1..=10), read.one("flag"), read.one("other")),
            (Ok(Some(7)), Ok(Some("true")), Ok(None))
        );
        assert_eq!(params(""), Ok(Params::default()));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let read = params("frm=1&n=1&n=2&k=11&word=c&m=7.0").expect("read");
        let pair = |field: &str, detail: &str| (field.to_owned(), detail.to_owned());
        let unknown = "there is no parameter frm: did you mean from? this endpoint takes from, n";
        assert_eq!(said(read.only(&["from", "n"])), pair("frm", unknown));
        assert_eq!(said(params("x=1").expect("read").only(&[])).1, "there is no parameter x; this endpoint takes none");
        assert_eq!(said(read.one("n")), pair("n", "n may stand once"));
        assert_eq!(said(read.whole("k", 1..=10)), pair("k", "give a whole number from 1 to 10"));
        assert_eq!(read.whole("m", 1..=10), Ok(Some(7)));
        assert_eq!(said(read.choice("word", &[("a", 1), ("b", 2)])), pair("word", "give one of a, b"));
        assert_eq!(said(params(&"a=1&".repeat(65))), pair("query", "at most 64 parameters are read"));
        assert_eq!(said(params(&format!("a={}", "x".repeat(2049)))).0, "a");
    }

    proptest! {
        #[test]
        fn no_query_breaks_the_reading(query in "[ -~]{0,300}", bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            let escaped: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
            for query in [query, escaped.clone(), format!("a={escaped}&{escaped}=1")] {
                let Ok(uri) = format!("/x?{}", query.replace(['#', ' '], "")).parse::<Uri>() else { continue };
                if let Ok(read) = Params::of(&uri) {
                    let _ = (read.only(&["a"]), read.one("a"), read.whole("a", 0..=9));
                }
            }
        }
    }
}
