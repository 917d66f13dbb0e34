//! `PUT /config/performance`: parameters of the profile in force get other values. Files are written when it is applied.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::effective::{Configuration, active, configuration, etag, response};
use crate::api::endpoints::answer;
use crate::api::endpoints::body::Body;
use crate::api::endpoints::outcome::carry_out;
use crate::api::endpoints::params::Params;
use crate::api::{ApiState, Problem};
use crate::model::nearest::did_you_mean;
use crate::model::profile::{
    ParamDef, ParamKey, ParamKind, ParamValue, Problem as Fault, ProblemKind, ProfileCommand, ProfileEdit, Tuning,
};
use crate::model::{Command, Snapshot};
use crate::profile::catalogue::check_value;
use crate::profile::check::check;
use crate::profile::{document, value_text};

/// Parameters of a request, at most.
const MAX_VALUES: usize = 500;
/// Longest reason, characters.
const MAX_WHY: usize = 500;

/// The values of a request, for the document: what each of them may be is told by its parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewValuesByName;

impl utoipa::PartialSchema for NewValuesByName {
    fn schema() -> RefOr<Schema> {
        let of = |kind| ObjectBuilder::new().schema_type(kind);
        let value = AnyOfBuilder::new()
            .item(of(Type::String))
            .item(of(Type::Number))
            .item(of(Type::Boolean))
            .item(ArrayBuilder::new().items(of(Type::String)))
            .item(of(Type::Null));
        let values = of(Type::Object).additional_properties(Some(Schema::from(value)));
        values.min_properties(Some(1)).max_properties(Some(MAX_VALUES)).into()
    }
}

impl ToSchema for NewValuesByName {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("NewValuesByName")
    }
}

/// The form of the header `If-Match` (RFC 9110, section 13.1.1).
const TAGS: &str = r#"^(\*|(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*)$"#;

/// The header `If-Match`, for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tags;

impl utoipa::PartialSchema for Tags {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(TAGS)).into()
    }
}

impl ToSchema for Tags {}

/// Values to change.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"values": {"database.pool_max": 24, "cache.ttl": "5 min"}, "why": "measured"}))]
pub struct NewValues {
    /// Parameters and their values: as they are written (`"5 min"`, `"256 MiB"`), numbers, `true` and `false`, or lists of
    /// texts; `null` takes the profile's own value away, so that its base's holds.
    #[schema(value_type = NewValuesByName)]
    pub values: BTreeMap<String, Value>,
    /// Why, for all of them; at most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub why: String,
}

/// Changes parameters of the profile in force. The whole profile is checked before anything is kept. Bound files get the
/// values when the profile is applied: `POST /config/profile/{environment}`.
#[utoipa::path(
    put, path = "/config/performance", tag = "config", request_body = NewValues,
    params(("If-Match" = inline(Tags), Header, description = "The `ETag` of the state that is changed")),
    responses(
        (status = 200, description = "What holds now", body = Configuration,
            headers(("ETag" = String, description = "Names this state"))),
        (status = 412, description = "Somebody changed it since: look at it again", body = Problem),
    )
)]
pub async fn put(
    State(api): State<ApiState>,
    params: Params,
    headers: HeaderMap,
    Body(new): Body<NewValues>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let wanted = wanted(&headers)?;
    // Two changes at once are one after the other: the second sees what the first made of it.
    let _turn = api.kept().config_turn.lock().await;
    let snapshot = api.snapshot();
    let tuning = &snapshot.tuning;
    let name = active(tuning)?;
    if let Err(mismatch) = check_match(&wanted, &configuration(tuning, name)?) {
        return Ok(*mismatch);
    }
    let text = edited(tuning, name, &new)?;
    let (name, keys) = (name.to_owned(), new.values.keys().cloned().collect::<Vec<_>>().join(", "));
    let done = format!("{name}: {keys}");
    if tuning.profile(&name).is_some_and(|profile| profile.text == text) {
        return Ok(answer::noted(response(tuning, &name)?, format!("{done} as before")));
    }
    let command = ProfileCommand::Save { name: name.as_str().into(), text: text.clone() };
    let refusal = format!("{name} was not saved");
    let is_saved = |snapshot: &Snapshot| {
        let profile = snapshot.tuning.profile(&name)?;
        (profile.text == text).then(|| snapshot.tuning.clone())
    };
    let tuning = carry_out(&api, Command::Profile(command), &[&refusal], is_saved).await?;
    Ok(answer::noted(response(&tuning, &name)?, done))
}

/// The states that a change is meant for, by their tags, or `*`: a change has to name the state it changes.
fn wanted(headers: &HeaderMap) -> Result<Vec<&str>, Problem> {
    let detail = "give the ETag of GET /config/performance in the header If-Match, so that no change is lost";
    let mut fields = headers.get_all(header::IF_MATCH).iter();
    let text = fields.next().and_then(|field| field.to_str().ok()).filter(|_| fields.next().is_none());
    text.and_then(tags).ok_or_else(|| Problem::field("If-Match", detail))
}

/// The tags of a list; `None` where it is none. A comma may stand within a tag.
fn tags(text: &str) -> Option<Vec<&str>> {
    if text == "*" {
        return Some(vec![text]);
    }
    let (mut all, mut rest) = (Vec::new(), text);
    loop {
        let opened = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (tag, behind) = opened.split_once('"')?;
        if !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        all.push(&rest[..rest.len() - behind.len()]);
        let behind = behind.trim_start_matches(' ');
        if behind.is_empty() {
            return Some(all);
        }
        rest = behind.strip_prefix(',')?.trim_start_matches(' ');
    }
}

/// Whether the state that is changed is the one that was seen (RFC 9110, section 13.1.1).
///
/// # Errors
/// 412, with the present tag.
fn check_match(wanted: &[&str], now: &Configuration) -> Result<(), Box<Response>> {
    let tag = etag(now);
    let refused = |status, detail: &str| {
        let problem = Problem { field: Some("If-Match".into()), ..Problem::new(status, detail) };
        let mut response = problem.into_response();
        if let Ok(tag) = HeaderValue::from_str(&tag) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    };
    if wanted.iter().any(|one| *one == tag || *one == "*") {
        return Ok(());
    }
    let detail = "the configuration was changed since it was seen: look at it again and make the change anew";
    Err(Box::new(refused(StatusCode::PRECONDITION_FAILED, detail)))
}

/// The profile's text with the values, checked as a whole.
fn edited(tuning: &Tuning, name: &str, new: &NewValues) -> Result<Arc<str>, Problem> {
    if new.values.is_empty() || new.values.len() > MAX_VALUES {
        return Err(Problem::field("values", format!("name 1 to {MAX_VALUES} parameters")));
    }
    if new.why.chars().count() > MAX_WHY {
        return Err(Problem::field("why", format!("write at most {MAX_WHY} characters")));
    }
    let profile = tuning.profile(name).ok_or_else(|| Problem::not_found(format!("there is no profile {name}")))?;
    let mut text = profile.text.to_string();
    for (key, value) in &new.values {
        let field = format!("values.{key}");
        let wrong = |detail: String| Problem::conflict(field.clone(), detail);
        if !has_form(value) {
            let detail = "write the value as a text, a number, true, false or a list of texts; null takes it away";
            return Err(Problem::field(field, detail));
        }
        let key = ParamKey::new(key.as_str());
        let Some(def) = tuning.catalogue.get(&key) else {
            let keys = tuning.catalogue.parameters.iter().map(|def| def.key.as_str());
            return Err(wrong(format!("there is no parameter {key}{}", did_you_mean(key.as_str(), keys))));
        };
        if tuning.local.as_ref().is_some_and(|local| local.get(&key).is_some()) {
            return Err(wrong(format!("this machine's own layer holds {key}, over every profile: change it there")));
        }
        let edits = match read(def, value).map_err(wrong)? {
            None if profile.get(&key).is_none() => continue,
            None => vec![ProfileEdit::Reset(key)],
            Some(value) if new.why.trim().is_empty() => vec![ProfileEdit::Set(key, value)],
            Some(value) => {
                vec![ProfileEdit::Set(key.clone(), value), ProfileEdit::SetWhy(key, new.why.trim().into())]
            }
        };
        for edit in edits {
            text = document::edit(&text, &edit).map_err(|fault| {
                Problem::new(StatusCode::CONFLICT, format!("the text of {name} cannot be edited: {}", fault.text))
            })?;
        }
    }
    check_whole(tuning, name, &text, new)?;
    Ok(text.into())
}

/// Refuses a profile with errors. One that a changed parameter has comes first.
fn check_whole(tuning: &Tuning, name: &str, text: &str, new: &NewValues) -> Result<(), Problem> {
    let draft = Arc::new(document::read(name, text, &tuning.catalogue, false, true));
    let others = tuning.profiles.iter().filter(|profile| &*profile.name != name).cloned();
    let profiles: Vec<_> = others.chain([draft]).collect();
    let faults = check(&tuning.catalogue, &profiles, tuning.local.as_deref(), name);
    let errors: Vec<&Fault> = faults.iter().filter(|fault| fault.kind == ProblemKind::Error).collect();
    let is_changed = |fault: &&&Fault| fault.key.as_ref().is_some_and(|key| new.values.contains_key(key.as_str()));
    let Some(first) = errors.iter().find(is_changed).or(errors.first()) else { return Ok(()) };
    let field = first.key.as_ref().map_or_else(|| "values".to_owned(), |key| format!("values.{key}"));
    let others = errors.iter().filter(|fault| fault != &first).map(|fault| &*fault.text);
    Err(Problem::conflict(field, [&*first.text].into_iter().chain(others).collect::<Vec<_>>().join("; ")))
}

/// Whether a value is of a kind that some parameter has.
fn has_form(value: &Value) -> bool {
    match value {
        Value::Object(_) => false,
        Value::Array(all) => all.iter().all(Value::is_string),
        _ => true,
    }
}

/// A value out of JSON, within its bounds; `None` takes the profile's own away.
fn read(def: &ParamDef, value: &Value) -> Result<Option<ParamValue>, String> {
    if def.kind == ParamKind::Secret {
        return Err("a secret is made in the window, and is not given here".into());
    }
    let read = match value {
        Value::Null => return Ok(None),
        Value::String(text) => value_text::read(&def.kind, text)?,
        Value::Bool(is_on) if def.kind == ParamKind::Switch => ParamValue::Switch(*is_on),
        Value::Number(number) if matches!(def.kind, ParamKind::Count { .. } | ParamKind::Number { .. }) => {
            value_text::read(&def.kind, &number.to_string())?
        }
        Value::Array(words) if matches!(def.kind, ParamKind::List { .. }) => {
            let words = words.iter().map(|word| word.as_str().map(Arc::from)).collect::<Option<Arc<[Arc<str>]>>>();
            ParamValue::List(words.ok_or("a list is of texts")?)
        }
        _ => return Err("write the value as a text, such as \"5 min\" or \"256 MiB\"".into()),
    };
    match check_value(def, &read) {
        Some(fault) => Err(fault.text.to_string()),
        None => Ok(Some(read)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_list_of_tags_is_read() {
        for (text, expect) in [
            ("*", Some(vec!["*"])),
            (r#""a""#, Some(vec![r#""a""#])),
            (r#""a,b" ,W/"c", """#, Some(vec![r#""a,b""#, r#"W/"c""#, r#""""#])),
            ("", None),
            ("a", None),
            (r#""a"#, None),
            (r#""a" "b""#, None),
            (r#""a","#, None),
            (r#""a b""#, None),
        ] {
            assert_eq!(tags(text), expect, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_the_document_calls_a_list_of_tags_is_read_as_one(text in "\\*?(W?/?\"[a, ]?\" ?,? ?){0,3}") {
            let form = regex_lite::Regex::new(TAGS).expect("a pattern");
            // No field has spaces around it (RFC 9110, section 5.5).
            let text = text.trim();
            prop_assert_eq!(tags(text).is_some(), form.is_match(text), "{}", text);
        }
    }
}
