//! `GET /performance/suggestions`: the suggestion cards with their evidence.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{self, finite};
use super::params::Params;
use super::when::Moment;
use crate::api::{ApiState, Problem};
use crate::model::Snapshot;
use crate::model::suggest::{
    Card, Change, ExpectedAmount, SeenPeriod, Suggestion, SuggestionId, SuggestionState, TrackRecord,
};
use crate::profile::value_text;

/// Suggestions.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestions {
    /// The answer in a sentence.
    pub headline: String,
    /// How many are open.
    pub n_open: usize,
    /// The cards: open ones first, the most valuable first.
    pub suggestions: Vec<SuggestionCard>,
    /// How those that were tried did.
    pub track_record: TriedSuggestions,
}

/// Which suggestions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "snake_case")]
enum Which {
    Open,
    All,
}

/// One suggestion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SuggestionCard {
    /// Its name for `/performance/optimize`: the kind, and behind a slash what it is about.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// What it is about; may be empty.
    pub subject: String,
    /// Its topic for people.
    pub topic: &'static str,
    /// What to do.
    pub title: String,
    /// What was seen, with numbers.
    pub seen: String,
    /// Since when that is so, as far as it was observed.
    pub since: Moment,
    /// Over what time it was looked at, where that is a span up to now.
    pub seen_over_seconds: Option<f64>,
    /// Why it matters.
    pub why: String,
    /// What to do about it.
    pub change: SuggestedChange,
    /// What that is expected to bring.
    pub expected: ExpectedEffect,
    /// `low`, `medium` or `high`.
    pub sureness: &'static str,
    /// Why it is as sure as that.
    pub sureness_why: String,
    /// When to stop asking for more of the same.
    pub stop_at: String,
    /// What would speak against it.
    pub against: String,
    /// The series to look at, and when.
    pub evidence: Evidence,
    /// Where its rule of thumb comes from.
    pub source: String,
    /// Its worth, 0 to 1; cards are ordered by it.
    pub value: f64,
    /// `open`, `snoozed`, `dismissed`, `on_trial` or `done`.
    pub state: &'static str,
    /// Until when it is snoozed, or when a verdict can be told.
    pub until: Option<Moment>,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SuggestedChange {
    /// `parameter`, `by_hand` or `no_more`.
    pub kind: &'static str,
    /// It on one line.
    pub text: String,
    /// The parameter that changes; such a suggestion can be applied by `/performance/optimize`.
    pub parameter: Option<String>,
    /// What holds now.
    pub from: Option<String>,
    /// What to try.
    pub to: Option<String>,
    /// A command or a statement to copy.
    pub copy: Option<String>,
}

/// What is expected of a change.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExpectedEffect {
    /// Of what.
    pub what: String,
    /// Change as a share of the value before, most likely: -0.21 is 21 % less.
    pub change_ratio: Option<f64>,
    /// The lowest that is likely.
    pub change_ratio_low: Option<f64>,
    /// The highest that is likely.
    pub change_ratio_high: Option<f64>,
    /// A sentence, where no number would be honest.
    pub text: Option<String>,
    /// Whether less of it is better.
    pub is_less_better: bool,
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Evidence {
    /// The series, the most telling first.
    pub series: Vec<String>,
    /// Since when.
    pub from: Moment,
    /// Until when.
    pub to: Moment,
}

/// How suggestions that were tried did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct TriedSuggestions {
    /// Helped.
    pub n_helped: usize,
    /// Had no effect that was shown.
    pub n_no_effect: usize,
    /// Made it worse.
    pub n_worse: usize,
    /// Not known yet.
    pub n_too_early: usize,
}

/// The suggestion cards with their evidence.
#[utoipa::path(
    get, path = "/performance/suggestions", tag = "performance",
    params(("state" = inline(Option<Which>), Query, description = "`open` alone, or `all`, which is usual", example = "open")),
    responses((status = 200, description = "Suggestions", body = Suggestions))
)]
pub async fn suggestions(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&["state"])?;
    let which = params.choice("state", &[("open", Which::Open), ("all", Which::All)])?.unwrap_or(Which::All);
    Ok(answer::json(&of(&api.snapshot(), which == Which::Open)))
}

/// The suggestions of a snapshot.
pub fn of(snapshot: &Snapshot, only_open: bool) -> Suggestions {
    let advice = &snapshot.advice;
    let cards = advice.cards.iter().filter(|card| !only_open || card.state.is_open());
    let TrackRecord { n_helped, n_no_effect, n_worse, n_too_early } = advice.record;
    let headline = [&advice.headline, &advice.headline_rest].map(|part| part.trim()).join(" ").trim().to_owned();
    Suggestions {
        headline,
        n_open: advice.n_open,
        suggestions: cards.map(card).collect(),
        track_record: TriedSuggestions { n_helped, n_no_effect, n_worse, n_too_early },
    }
}

/// A suggestion's name in addresses and bodies.
pub fn id_text(id: &SuggestionId) -> String {
    if id.subject.is_empty() { id.kind.to_string() } else { format!("{}/{}", id.kind, id.subject) }
}

fn card(card: &Card) -> SuggestionCard {
    let Suggestion { id, topic, subject, title, period, seen, why, change, expected, sure, .. } = &*card.suggestion;
    let suggestion = &card.suggestion;
    let (state, until) = match &card.state {
        SuggestionState::Open => ("open", None),
        SuggestionState::Snoozed { until } => ("snoozed", Some(*until)),
        SuggestionState::Dismissed { .. } => ("dismissed", None),
        SuggestionState::OnTrial { verdict_at, .. } => ("on_trial", Some(*verdict_at)),
        SuggestionState::Done { verdict_at, .. } => ("done", Some(*verdict_at)),
    };
    let (low, mid, high, text) = match &expected.amount {
        ExpectedAmount::Share { low, mid, high } => (finite(*low), finite(*mid), finite(*high), None),
        ExpectedAmount::Sentence(text) => (None, None, None, Some(text.to_string())),
    };
    SuggestionCard {
        id: id_text(id),
        kind: id.kind.to_string(),
        subject: subject.to_string(),
        topic: topic.title(),
        title: title.to_string(),
        seen: seen.to_string(),
        since: Moment(suggestion.since),
        seen_over_seconds: match period {
            SeenPeriod::Since(_) => None,
            SeenPeriod::Last(span) => Some(span.as_secs_f64()),
        },
        why: why.to_string(),
        change: changed(change),
        expected: ExpectedEffect {
            what: expected.what.to_string(),
            change_ratio: mid,
            change_ratio_low: low,
            change_ratio_high: high,
            text,
            is_less_better: expected.is_less_better,
        },
        sureness: sure.word(),
        sureness_why: suggestion.sure_why.to_string(),
        stop_at: suggestion.stop_at.to_string(),
        against: suggestion.against.to_string(),
        evidence: Evidence {
            series: suggestion.evidence.series.iter().map(ToString::to_string).collect(),
            from: Moment(suggestion.evidence.range.start),
            to: Moment(suggestion.evidence.range.end),
        },
        source: suggestion.source.to_string(),
        value: finite(suggestion.value).unwrap_or(0.0),
        state,
        until: until.map(Moment),
    }
}

fn changed(change: &Change) -> SuggestedChange {
    let text = change.line();
    let none = SuggestedChange { kind: "no_more", text, parameter: None, from: None, to: None, copy: None };
    match change {
        Change::Parameter { key, from, to, .. } => SuggestedChange {
            kind: "parameter",
            parameter: Some(key.to_string()),
            from: from.as_ref().map(value_text::write),
            to: Some(value_text::write(to)),
            ..none
        },
        Change::ByHand { copy, .. } => {
            let copy = (!copy.is_empty()).then(|| copy.to_string());
            SuggestedChange { kind: "by_hand", copy, ..none }
        }
        Change::NoMore { .. } => none,
    }
}
