//! What clients see of the desk.

use super::Desk;
use crate::model::Timestamp;
use crate::model::suggest::{
    Advice, Card, ExpectedAmount, KindState, KindStatus, Suggestion, SuggestionId, SuggestionState, TrackRecord,
};
use crate::suggest::conflict::{Claim, held_back};
use crate::suggest::ledger::Stand;

/// Numbers as words at the head of a sentence.
const NUMBERS: [&str; 10] = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];

impl Desk {
    /// What clients see at `now`.
    pub fn advice(&self, now: Timestamp, n_left_out: usize) -> Advice {
        let held = self.held_back();
        let is_held = |id: &SuggestionId| held.iter().any(|(held, _)| held == id);
        let mut cards: Vec<Card> = self
            .cards
            .iter()
            .filter_map(|(id, seen)| {
                let state = self.state_of(id, now);
                (!state.is_open() || !is_held(id)).then(|| Card { suggestion: seen.suggestion.clone(), state })
            })
            .collect();
        cards.sort_by(|a, b| {
            let rank = |card: &Card| match card.state {
                SuggestionState::Open => 0,
                SuggestionState::OnTrial { .. } => 1,
                SuggestionState::Done { .. } => 2,
                SuggestionState::Snoozed { .. } => 3,
                SuggestionState::Dismissed { .. } => 4,
            };
            let value = |card: &Card| card.suggestion.value;
            rank(a)
                .cmp(&rank(b))
                .then(value(b).total_cmp(&value(a)))
                .then_with(|| a.suggestion.id.cmp(&b.suggestion.id))
        });
        let n_open = cards.iter().take_while(|card| card.state.is_open()).count();
        let (headline, headline_rest) = self.headline(&cards[..n_open]);
        let deeds = self.ledger.deeds.iter().rev();
        let mut record = TrackRecord::default();
        self.ledger.deeds.iter().for_each(|deed| record.count(deed.verdict));
        Advice {
            headline: headline.into(),
            headline_rest: headline_rest.into(),
            n_open,
            cards: cards.into(),
            deeds: deeds.map(|deed| deed.shown(self.kind_of(&deed.suggestion).map(|kind| kind.topic))).collect(),
            record,
            record_since: self.ledger.deeds.first().map(|deed| deed.at),
            kinds: self.kind_statuses(&held).into(),
            n_left_out,
            undo: self.undo.as_ref().map_or_else(|| "".into(), |undo| undo.text.clone()),
        }
    }

    fn kind_statuses(&self, held: &[(SuggestionId, String)]) -> Vec<KindStatus> {
        self.kinds
            .iter()
            .zip(&self.states)
            .map(|(kind, state)| {
                let mut record = TrackRecord::default();
                let own = self.ledger.deeds.iter().filter(|deed| *deed.suggestion.kind == *kind.name);
                own.for_each(|deed| record.count(deed.verdict));
                // Where every card of the kind waits for another, that is said in the place of their number.
                let waits: Vec<_> = held.iter().filter(|(id, _)| *id.kind == *kind.name).collect();
                let state = match (state, waits.first()) {
                    (KindState::Raised(n), Some((_, why))) if waits.len() >= *n => KindState::Fine(why.as_str().into()),
                    _ => state.clone(),
                };
                KindStatus {
                    kind: kind.name.into(),
                    title: kind.title.into(),
                    topic: kind.topic,
                    source: kind.source.into(),
                    state,
                    record,
                }
            })
            .collect()
    }

    /// How a card stands.
    pub(super) fn state_of(&self, id: &SuggestionId, now: Timestamp) -> SuggestionState {
        let deed_of = |deed| self.ledger.deed(deed);
        match self.ledger.stand(id) {
            Some(Stand::Snoozed { until }) if now < *until => SuggestionState::Snoozed { until: *until },
            Some(Stand::Dismissed { at, reason, .. }) => SuggestionState::Dismissed { at: *at, reason: reason.clone() },
            Some(Stand::OnTrial { deed }) => match deed_of(*deed).and_then(|deed| Some((deed, deed.apply?))) {
                Some((deed, apply)) => SuggestionState::OnTrial {
                    apply: crate::model::profile::ApplyId(apply),
                    since: deed.at,
                    verdict_at: Self::verdict_at(deed.at),
                },
                None => SuggestionState::Open,
            },
            Some(Stand::Done { deed }) => match deed_of(*deed) {
                Some(record) => {
                    SuggestionState::Done { at: record.at, deed: *deed, verdict_at: Self::verdict_at(record.at) }
                }
                None => SuggestionState::Open,
            },
            Some(Stand::Snoozed { .. }) | None => SuggestionState::Open,
        }
    }

    /// Open cards that wait because another contradicts them, with the reason.
    pub(super) fn held_back(&self) -> Vec<(SuggestionId, String)> {
        let stand = |id: &SuggestionId| self.ledger.stand(id);
        let claims: Vec<Claim<'_>> = self
            .cards
            .iter()
            .map(|(id, seen)| {
                // One that is put off turns nothing, but what it says is short is short all the same.
                let is_put_off = matches!(stand(id), Some(Stand::Snoozed { .. } | Stand::Dismissed { .. }));
                Claim {
                    id,
                    title: &seen.suggestion.title,
                    key: seen.suggestion.change.key().filter(|_| !is_put_off),
                    takes: if is_put_off { &[] } else { seen.takes },
                    short_of: seen.short_of,
                    sure: seen.suggestion.sure,
                    value: seen.suggestion.value,
                    is_under_way: matches!(stand(id), Some(Stand::OnTrial { .. } | Stand::Done { .. })),
                }
            })
            .collect();
        held_back(&claims)
    }

    /// The answer to "so what?": two parts of one line.
    fn headline(&self, open: &[Card]) -> (String, String) {
        let n_looked = self.states.iter().filter(|state| !matches!(state, KindState::Waiting)).count();
        let n_blind = self.states.iter().filter(|state| matches!(state, KindState::NoData(_))).count();
        match open {
            [] if n_looked < self.states.len() => ("Looking.".into(), "The first look takes half a minute.".into()),
            [] => {
                let rest = match n_blind {
                    0 => format!("All {} kinds were looked at.", self.states.len()),
                    n => format!("{} kinds were looked at; {n} have no data yet.", self.states.len() - n),
                };
                ("No suggestions.".into(), rest)
            }
            [first, rest @ ..] => {
                let n = open.len();
                let number = NUMBERS.get(n).map_or_else(|| n.to_string(), |word| (*word).to_owned());
                let plural = if rest.is_empty() { "suggestion" } else { "suggestions" };
                (format!("{number} {plural}."), first_words(&first.suggestion, rest.is_empty()))
            }
        }
    }
}

/// What the first card could bring, in a sentence.
fn first_words(first: &Suggestion, is_alone: bool) -> String {
    let it = if is_alone { "It" } else { "The first" };
    match &first.expected.amount {
        ExpectedAmount::Share { mid, .. } if mid.abs() >= 0.02 => {
            let verb = if *mid < 0.0 { "cut" } else { "raise" };
            format!("{it} could {verb} {} by about {}.", first.expected.what, share_words(mid.abs()))
        }
        _ if is_alone => format!("{}.", first.title),
        _ if first.subject.is_empty() => format!("{it}: {}.", lower_first(&first.title)),
        _ => format!("{it}, on {}: {}.", first.subject, lower_first(&first.title)),
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let is_word = text.chars().nth(1).is_some_and(char::is_lowercase);
    match letters.next() {
        Some(first) if is_word => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// A share as a person says it.
fn share_words(share: f64) -> String {
    match share {
        s if s < 0.075 => format!("{:.0}\u{2009}%", s * 100.0),
        s if s < 0.15 => "a tenth".into(),
        s if s < 0.225 => "a fifth".into(),
        s if s < 0.29 => "a quarter".into(),
        s if s < 0.4 => "a third".into(),
        s if s < 0.58 => "half".into(),
        s if s < 0.71 => "two thirds".into(),
        s if s < 0.85 => "three quarters".into(),
        s if s <= 1.0 => "nine tenths".into(),
        s => format!("{:.0}\u{2009}%", s * 100.0),
    }
}
