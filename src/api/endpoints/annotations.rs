//! `GET` and `POST /annotations`: notes on the time axis.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::answer;
use super::body::Body;
use super::history::now;
use super::outcome::carry_out;
use super::params::Params;
use super::when::{self, Moment, When};
use super::words;
use crate::api::{ApiState, Problem};
use crate::model::{
    Annotation, AnnotationCommand, AnnotationId, AnnotationKind, AnnotationText, Command, HistoryState, Snapshot,
};

/// Notes of an answer where nothing is said, and at most.
const LIMIT: (u64, u64) = (200, 10_000);
/// What the engine tells where it does not write a note.
const REFUSALS: [&str; 1] = ["Nothing was changed"];

/// Notes on the time axis.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Notes {
    /// They, newest first.
    pub annotations: Vec<Note>,
}

/// One note.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Note {
    /// Its number.
    pub id: u64,
    /// When, or from when.
    pub at: Moment,
    /// Until when, for a span.
    pub until: Option<Moment>,
    /// `note` (a person's), `start`, `stop`, `sleep`, `clock`, `settings`, `trouble`, `profile`, `alert` or `test`.
    pub kind: &'static str,
    /// The words on the flag.
    pub text: String,
    /// More words; may be empty.
    pub detail: String,
}

/// A note to write.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// The words on the flag: one line of 1 to 200 characters, with something to see and without control characters.
    #[schema(
        example = "Deployed 4.2",
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\u0000-\u001f\u007f-\u009f\s\ufeff][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    pub text: String,
    /// More words, at most 4,000 characters.
    #[serde(default)]
    #[schema(max_length = 4000)]
    pub detail: String,
    /// When, or from when: RFC 3339 or a span before now; now is usual.
    #[schema(value_type = Option<When>, inline, example = "-5min")]
    pub at: Option<String>,
    /// Until when, for a span.
    #[schema(value_type = Option<When>, inline)]
    pub until: Option<String>,
}

/// Notes on the time axis, newest first.
#[utoipa::path(
    get, path = "/annotations", tag = "records",
    params(
        ("from" = inline(Option<When>), Query, description = "Since when: RFC 3339 or a span before now", example = "-24h"),
        ("to" = inline(Option<When>), Query, description = "Until when", example = "now"),
        ("limit" = Option<u32>, Query, description = "At most so many; 200 is usual", minimum = 1, maximum = 10_000),
    ),
    responses((status = 200, description = "Notes", body = Notes))
)]
pub async fn list(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&["from", "to", "limit"])?;
    let snapshot = api.snapshot();
    let now = now(&snapshot);
    let from = params.one("from")?.map(|text| when::read("from", text, now)).transpose()?;
    let to = params.one("to")?.map(|text| when::read("to", text, now)).transpose()?;
    let limit = params.whole("limit", 1..=LIMIT.1)?.unwrap_or(LIMIT.0);
    let is_within = |note: &&Annotation| {
        let end = note.text.until.unwrap_or(note.text.at);
        from.is_none_or(|from| end >= from) && to.is_none_or(|to| note.text.at <= to)
    };
    let newest = snapshot.annotations.iter().rev().filter(is_within);
    let annotations = newest.take(usize::try_from(limit).unwrap_or(usize::MAX)).map(note).collect();
    Ok(answer::json(&Notes { annotations }))
}

/// Writes a note.
#[utoipa::path(
    post, path = "/annotations", tag = "records", request_body = NewNote,
    responses((status = 201, description = "The note as it stands", body = Note))
)]
pub async fn add(State(api): State<ApiState>, params: Params, Body(new): Body<NewNote>) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    let text = read(&new, &snapshot)?;
    can_write(&snapshot)?;
    let newest = snapshot.annotations.iter().map(|note| note.id).max();
    let wanted = text.clone();
    let command = Command::Annotation(AnnotationCommand::Add(text));
    let written = carry_out(&api, command, &REFUSALS, |snapshot| {
        let is_new = |note: &&Annotation| newest.is_none_or(|newest: AnnotationId| note.id > newest);
        snapshot.annotations.iter().filter(is_new).find(|note| note.text == wanted).map(note)
    })
    .await?;
    let done = format!("note {}: {}", written.id, written.text);
    Ok(answer::noted(answer::json_with(StatusCode::CREATED, &written), done))
}

fn read(new: &NewNote, snapshot: &Snapshot) -> Result<AnnotationText, Problem> {
    let now = now(snapshot);
    let n_chars = new.text.chars().count();
    let is_seen = |c: char| !c.is_whitespace() && c != '\u{feff}';
    if !new.text.contains(is_seen) || n_chars > AnnotationText::MAX_TEXT || new.text.contains(char::is_control) {
        let most = AnnotationText::MAX_TEXT;
        return Err(Problem::field("text", format!("write one line of 1 to {most} characters")));
    }
    if new.detail.chars().count() > AnnotationText::MAX_DETAIL {
        return Err(Problem::field("detail", format!("write at most {} characters", AnnotationText::MAX_DETAIL)));
    }
    let at = new.at.as_deref().map(|text| when::read("at", text, now)).transpose()?.unwrap_or(now);
    let until = new.until.as_deref().map(|text| when::read("until", text, now)).transpose()?;
    if until.is_some_and(|until| until <= at) {
        return Err(Problem::conflict("until", "a span ends after it begins"));
    }
    let detail = new.detail.as_str().into();
    Ok(AnnotationText { until, detail, ..AnnotationText::at(at, AnnotationKind::Note, new.text.as_str()) }.bounded())
}

/// Whether the store takes anything in.
///
/// # Errors
/// 503 with the reason.
fn can_write(snapshot: &Snapshot) -> Result<(), Problem> {
    let why = match &snapshot.history.state {
        HistoryState::Writing | HistoryState::Off => return Ok(()),
        HistoryState::Opening => return Err(Problem::busy("history is still being opened", 1)),
        HistoryState::Stalled { why, .. } | HistoryState::Closed { why } => why,
    };
    Err(Problem::busy(format!("history cannot be written: {why}"), 30))
}

fn note(note: &Annotation) -> Note {
    Note {
        id: note.id.0,
        at: Moment(note.text.at),
        until: note.text.until.map(Moment),
        kind: words::annotation(note.text.kind),
        text: note.text.text.to_string(),
        detail: note.text.detail.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;
    use std::time::Duration;

    use axum::http::Method;

    use super::*;
    use crate::api::endpoints::made_up::{self, NOW, ask, field, get, request};
    use crate::api::endpoints::routes;
    use crate::engine::Input;
    use crate::model::HistoryStatus;

    fn written(id: u64, minutes: u64, text: &str) -> Annotation {
        let at = NOW.minus(Duration::from_secs(minutes * 60));
        Annotation { id: AnnotationId(id), text: AnnotationText::at(at, AnnotationKind::Note, text) }
    }

    fn post(state: &ApiState, body: &str) -> (u16, String) {
        let headers = [("content-type", "application/json")];
        let (status, _, body) = ask(routes(), state, request(Method::POST, "/annotations", &headers, body));
        (status, body)
    }

    #[test]
    fn notes_are_listed_newest_first_within_a_time() {
        let annotations = [written(1, 120, "old"), written(2, 10, "new")].into();
        let state = made_up::state(Snapshot { annotations, ..made_up::of_series(&[]) });
        let newest = r#"{"annotations":[{"id":2,"at":"2026-11-28T07:50:00.000Z","until":null,"kind":"note","text":"new","detail":""}"#;
        let (_, body) = get(&state, "/annotations");
        assert!(body.starts_with(newest) && body.contains("old"), "{body}");
        assert_eq!(get(&state, "/annotations?from=-1h"), (200, format!("{newest}]}}")));
        assert_eq!(get(&state, "/annotations?limit=1"), (200, format!("{newest}]}}")));
    }

    #[test]
    fn a_note_is_written_through_the_engine_and_answered_as_it_stands() {
        let (state, handle, inputs) = made_up::engine(made_up::of_series(&[]));
        let engine = thread::spawn(move || {
            let Ok(Input::Command(Command::Annotation(AnnotationCommand::Add(text)))) = inputs.recv() else { return };
            let note = Annotation { id: AnnotationId(4), text };
            handle.publish(Snapshot { annotations: [note].into(), ..made_up::of_series(&[]) });
        });
        let (status, body) = post(&state, r#"{"text": "Deployed 4.2", "at": "-5min", "until": "now"}"#);
        let expect = concat!(
            r#"{"id":4,"at":"2026-11-28T07:55:00.000Z","until":"2026-11-28T08:00:00.000Z","kind":"note","#,
            r#""text":"Deployed 4.2","detail":""}"#
        );
        assert_eq!((status, body.as_str()), (201, expect));
        engine.join().expect("an engine");
    }

    #[test]
    fn what_cannot_be_written_is_refused_by_name_or_with_the_reason() {
        let state = made_up::state(made_up::of_series(&[]));
        let long = format!(r#"{{"text": "{}"}}"#, "x".repeat(201));
        for (body, wrong) in [
            (r#"{"text": ""}"#, "text"),
            (r#"{"text": "a\nb"}"#, "text"),
            (long.as_str(), "text"),
            (r#"{"text": "a", "at": "soon"}"#, "at"),
            (r#"{"text": "\ufeff "}"#, "text"),
            (r#"{"text": "a\u0007"}"#, "text"),
            (r#"{"text": "a", "kind": "alert"}"#, "kind"),
            ("{}", "text"),
        ] {
            let (status, answer) = post(&state, body);
            assert_eq!((status, field(&answer).as_str()), (400, wrong), "{body}: {answer}");
        }
        let (status, answer) = post(&state, r#"{"text": "a", "until": "-1h"}"#);
        assert_eq!((status, field(&answer).as_str()), (409, "until"), "it ends before it begins");
        let (status, _, body) = ask(routes(), &state, request(Method::POST, "/annotations", &[], r#"{"text": "a"}"#));
        assert_eq!((status, field(&body).as_str()), (415, "Content-Type"));
        let stalled = HistoryState::Stalled { since: NOW, why: "the disk is full".into() };
        let history = Arc::new(HistoryStatus { state: stalled, ..HistoryStatus::default() });
        let state = made_up::state(Snapshot { history, ..made_up::of_series(&[]) });
        let (status, body) = post(&state, r#"{"text": "a"}"#);
        assert!(status == 503 && body.contains("history cannot be written: the disk is full"), "{body}");
    }
}
